/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The Setup again, for boxes that lost their state.
 */
#ifndef _NET_CSP_AGAIN_H
#define _NET_CSP_AGAIN_H

#include "csp.h"

/* May this end send it, and does a box on the path keep state? Any context. */
bool csp_again_possible(const struct csp_flow *flow);
void csp_again(struct csp_flow *flow);
/* The flow's work: TCP retransmits in vain, and there is no other path. */
void csp_again_stuck(struct csp_flow *flow);

#endif /* _NET_CSP_AGAIN_H */
