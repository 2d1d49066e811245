/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys that somebody vouches for; csp.rst, section "Redirect".
 */
#ifndef _NET_CSP_VOUCH_H
#define _NET_CSP_VOUCH_H

#include "csp.h"

struct csp_rx;

/* Is an answer to the Setup of @flow one that has to be proved? */
bool csp_vouch_wanted(const struct csp_flow *flow);
/* Leaves the packet to the flow's work, csp_vouch_process(). */
void csp_vouch_queue(struct csp_rx *rx, struct csp_flow *flow);
void csp_vouch_process(struct csp_flow *flow);

#endif /* _NET_CSP_VOUCH_H */
