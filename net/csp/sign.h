/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signed packets; csp.rst, section "Keys and the MAC".
 */
#ifndef _NET_CSP_SIGN_H
#define _NET_CSP_SIGN_H

#include "csp.h"

struct csp_rx;

/* What the MAC adds to a packet. */
#define CSP_SIGN_LEN	(sizeof(struct csp_attrhdr) + CSP_MAC_LEN)

struct csp_move *csp_sign_keys(struct csp_flow *flow);
struct sk_buff *csp_sign_with(struct sk_buff *skb, struct csp_writer *wr,
			      const u8 *key, u8 role);
struct sk_buff *csp_sign_finish(struct sk_buff *skb, struct csp_writer *wr,
				const struct csp_flow *flow);
bool csp_sign_ok(const struct csp_rx *rx, const struct csp_flow *flow,
		 const struct csp_msg *msg);

#endif /* _NET_CSP_SIGN_H */
