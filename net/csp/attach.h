/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Being told of a move; csp.rst, section "Mobility".
 */
#ifndef _NET_CSP_ATTACH_H
#define _NET_CSP_ATTACH_H

#include "csp.h"

struct csp_rx;

/* Attach or Change: what is signed waits for the flow's work. */
void csp_attach_rcv(struct csp_rx *rx, const struct csp_msg *msg);
void csp_attach_process(struct csp_flow *flow);
void csp_attach_rcv_ack(struct csp_rx *rx, struct csp_flow *flow,
			const struct csp_msg *msg);
bool csp_attach_charge(struct csp_flow *flow, u32 len);
void csp_attach_validated(struct csp_flow *flow);
void csp_attach_timer(struct csp_flow *flow);

#endif /* _NET_CSP_ATTACH_H */
