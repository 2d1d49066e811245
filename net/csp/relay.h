/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Setups that an agent relays; csp.rst, section "Boxes", "Home agent".
 */
#ifndef _NET_CSP_RELAY_H
#define _NET_CSP_RELAY_H

#include "csp.h"

struct csp_reg;
struct csp_rx;

/* A Setup with a dcid. Softirq, RCU. */
void csp_relay_rcv(struct csp_rx *rx, const struct csp_msg *msg);
void csp_relay_work(struct work_struct *work);
/* Did a believed Attach come by way of the agent? Then it is answered. Process. */
bool csp_relay_attach(struct csp_rx *rx, struct csp_flow *flow,
		      const struct csp_msg *msg);
/* Does a socket of this host want that connection? Any context. */
bool csp_relay_wanted(const struct csp_rx *rx, const struct csp_msg *msg,
		      const struct csp_reg *reg);

#endif /* _NET_CSP_RELAY_H */
