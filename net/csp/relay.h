/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Setups that an agent relays; csp.rst, section "Boxes", "Home agent".
 */
#ifndef _NET_CSP_RELAY_H
#define _NET_CSP_RELAY_H

#include "csp.h"

struct csp_rx;

/* A Setup with a dcid. Softirq, RCU. */
void csp_relay_rcv(struct csp_rx *rx, const struct csp_msg *msg);
void csp_relay_work(struct work_struct *work);

#endif /* _NET_CSP_RELAY_H */
