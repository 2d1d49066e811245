/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests about a connection that are no moves; csp.rst, section "Change".
 */
#ifndef _NET_CSP_CHANGE_H
#define _NET_CSP_CHANGE_H

#include "csp.h"

struct csp_rx;

int csp_change_pref(struct csp_flow *flow, u32 pref);
int csp_change_timeout(struct csp_flow *flow, u32 ms);
/* Something is to be said: enum csp_say. */
void csp_change_want(struct csp_flow *flow, u8 say);
/* The flow's work: the next of what is to be said, unless one is under way. */
void csp_change_next(struct csp_flow *flow);
/* A move replaces what is under way; lock held. */
void csp_change_put_off(struct csp_flow *flow);
void csp_change_timer(struct csp_flow *flow);
bool csp_change_rcv_answer(struct csp_rx *rx, struct csp_flow *flow,
			   const struct csp_msg *msg);
bool csp_change_rcv_ack(struct csp_rx *rx, struct csp_flow *flow,
			const struct csp_msg *msg);
void csp_change_rcv_timeout(struct csp_rx *rx, struct csp_flow *flow,
			    const struct csp_msg *msg);
void csp_change_believed(struct csp_rx *rx, struct csp_flow *flow,
			 const struct csp_msg *msg);
/* Is the signed request new? A repeated one is answered again. */
bool csp_change_fresh(struct csp_rx *rx, struct csp_flow *flow,
		      const struct csp_msg *msg);

#endif /* _NET_CSP_CHANGE_H */
