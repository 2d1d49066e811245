/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Setups that are answered with a nonce, so that nothing is kept.
 */
#ifndef _NET_CSP_MBOX_COOKIE_H
#define _NET_CSP_MBOX_COOKIE_H

#include "packet.h"

struct csp_hole_key;

/* Before a pinhole is made: true: the sender was asked for a nonce instead. */
bool csp_box_cookie_asks(struct csp_packet *p, const struct csp_msg *msg);
/* The same for a Setup that no rule speaks of, and its conntrack entry. */
bool csp_box_cookie_asks_ct(struct csp_packet *p, const struct csp_msg *msg,
			    const struct csp_hole_key *key);
/* The echo of a nonce of ours goes no further. */
void csp_box_cookie_strip(struct csp_packet *p, const struct csp_msg *msg);

#endif /* _NET_CSP_MBOX_COOKIE_H */
