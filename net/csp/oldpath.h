/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The path that a move left; csp.rst, section "The old path".
 */
#ifndef _NET_CSP_OLDPATH_H
#define _NET_CSP_OLDPATH_H

#include "csp.h"

struct csp_rx;

void csp_oldpath_leave(struct csp_flow *flow, const struct csp_tuple *old);
void csp_oldpath_proved(struct csp_flow *flow);
void csp_oldpath_timer(struct csp_flow *flow);
void csp_oldpath_probe(struct csp_flow *flow);
bool csp_oldpath_rcv_ok(struct csp_rx *rx, struct csp_flow *flow,
			const struct csp_msg *msg);
bool csp_oldpath_here(struct csp_flow *flow, const struct csp_msg *msg);
bool csp_oldpath_back(struct csp_flow *flow);

#endif /* _NET_CSP_OLDPATH_H */
