/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an application says with a Setup, and asks of one.
 */
#ifndef _NET_CSP_OPTS_H
#define _NET_CSP_OPTS_H

#include "csp.h"

bool csp_name_valid(const u8 *name, unsigned int len);
/* What a new flow of a socket has of its options. Any context. */
void csp_opts_flow(struct csp_flow *flow, const struct sock *sk);
/* TIMEOUT, AUTH and NAME of a socket. Any context. */
void csp_opts_write(struct csp_writer *wr, struct csp_net *cn,
		    const struct sock *sk);
/* What a listening socket has against a Setup: enum csp_error, or 0. RCU. */
u16 csp_opts_refuse(struct csp_net *cn, const struct sock *sk,
		    const struct csp_tuple *t, const struct csp_msg *msg);

#endif /* _NET_CSP_OPTS_H */
