/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long conntrack keeps the entry of a pinhole.
 */
#ifndef _NET_CSP_MBOX_TIMEOUT_H
#define _NET_CSP_MBOX_TIMEOUT_H

#include "mbox.h"

struct nf_conn;
struct nf_ct_timeout;

/* With csp_box.lock held; the caller gets a reference. */
struct nf_ct_timeout *csp_timeout_get(struct csp_box *box, u8 family, u8 proto,
				      u32 ms);
void csp_timeout_put(struct nf_ct_timeout *timeout);
void csp_timeouts_exit(struct csp_box *box);

/* Before the entry is in conntrack's table. */
bool csp_timeout_attach(struct nf_conn *ct, struct nf_ct_timeout *timeout);
/* The rest: after. */
void csp_timeout_fix(struct nf_conn *ct, u32 ms);
void csp_timeout_run(struct nf_conn *ct, struct nf_ct_timeout *timeout,
		     bool timed);
void csp_timeout_correct(struct nf_conn *ct, u32 ms, bool given_back);
void csp_timeout_leave(struct nf_conn *ct, bool timed);
/* The next packet will not find it. */
bool csp_timeout_over(const struct nf_conn *ct);

#endif /* _NET_CSP_MBOX_TIMEOUT_H */
