/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Offering other addresses; csp.rst, section "Multihoming".
 */
#ifndef _NET_CSP_OFFER_H
#define _NET_CSP_OFFER_H

#include "csp.h"

struct csp_rx;

/* One Attach each; returns how many. */
int csp_offer_write(struct csp_writer *wr, struct csp_flow *flow, __be64 dcid);
void csp_offer_rcv(struct csp_rx *rx, struct csp_flow *flow,
		   const struct csp_msg *msg);
void csp_offer_believed(struct csp_rx *rx, struct csp_flow *flow,
			const struct csp_msg *last);

#endif /* _NET_CSP_OFFER_H */
