/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keeping a silent connection open.
 */
#ifndef _NET_CSP_REFRESH_H
#define _NET_CSP_REFRESH_H

#include "csp.h"

/* What boxes grant was told: set the timer, if it is wanted. Any context. */
void csp_refresh_start(struct csp_flow *flow);
/* setsockopt(CSP_REFRESH) of a connection that is up. 0 or negative errno. */
int csp_refresh_set(struct csp_flow *flow, bool on);
/* Ask for what the application wants. 0 or negative errno. Any context. */
int csp_refresh_ask(struct csp_flow *flow);
/* The flow's work. */
void csp_refresh_timer(struct csp_flow *flow);

#endif /* _NET_CSP_REFRESH_H */
