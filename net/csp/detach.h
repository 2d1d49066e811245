/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The end of a connection: Detach; csp.rst, section "Detach".
 */
#ifndef _NET_CSP_DETACH_H
#define _NET_CSP_DETACH_H

#include "csp.h"

struct csp_rx;

/* The flow's socket is gone. Any context; the caller's reference stays. */
void csp_detach_start(struct csp_flow *flow);
/* A new connection gets the name of one that is DETACHING. Any context, RCU. */
void csp_detach_at_once(struct csp_flow *flow);
/* The peer sent its Detach; is our socket still there? */
void csp_detach_timer(struct csp_flow *flow);
void csp_detach_work(struct work_struct *work);
/* Out of the peer's queue, if it waits there. */
void csp_detach_unqueue(struct csp_flow *flow);
/* Reject(NO_CONN), which returns the identifier of the request. */
bool csp_detach_no_conn(struct csp_rx *rx, const struct csp_msg *msg);
void csp_detach_rcv(struct csp_rx *rx, const struct csp_msg *msg);
/* OK or Reject to a Detach of ours; true: it was one. */
bool csp_detach_done(struct csp_rx *rx, struct csp_flow *flow);

#endif /* _NET_CSP_DETACH_H */
