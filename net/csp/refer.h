/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A move that is told another place; csp.rst, sections "Redirect", "Mobility".
 */
#ifndef _NET_CSP_REFER_H
#define _NET_CSP_REFER_H

#include "csp.h"

struct csp_rx;

/* Answers to moves. Softirq. */
void csp_refer_rcv(struct csp_rx *rx, struct csp_flow *flow,
		   const struct csp_msg *msg);
/* After silence: is it the agent's turn to be asked, or over? The flow's work. */
bool csp_refer_turn(struct csp_flow *flow);
/* Addresses at which the peer may be asked for; flow->lock held. */
int csp_refer_addrs(const struct csp_flow *flow, struct in6_addr *addr, int n,
		    int max);

#endif /* _NET_CSP_REFER_H */
