/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much a path is wanted: Change; csp.rst, section "Change".
 */
#ifndef _NET_CSP_CHANGE_H
#define _NET_CSP_CHANGE_H

#include "csp.h"

struct csp_rx;

int csp_change_request(struct csp_flow *flow, u32 pref);
void csp_change_send(struct csp_flow *flow);
void csp_change_timer(struct csp_flow *flow);
bool csp_change_rcv_ok(struct csp_rx *rx, struct csp_flow *flow,
		       const struct csp_msg *msg);
void csp_change_believed(struct csp_rx *rx, struct csp_flow *flow,
			 const struct csp_msg *msg);

#endif /* _NET_CSP_CHANGE_H */
