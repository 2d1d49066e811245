/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Following a Redirect; csp.rst, section "Redirect".
 */
#ifndef _NET_CSP_REDIRECT_H
#define _NET_CSP_REDIRECT_H

#include "csp.h"

/* In a row, and of them those with a port that is taken. */
#define CSP_REDIRECTS_MAX	4
#define CSP_PORT_CLASHES_MAX	3

struct csp_rx;

void csp_redirect_rcv(struct csp_rx *rx, struct csp_flow *flow,
		      const struct csp_msg *msg);
void csp_redirect_believed(struct csp_rx *rx, struct csp_flow *flow,
			   const struct csp_msg *msg);
bool csp_redirect_target_ok(const struct csp_flow *flow,
			    const struct in6_addr *addr);
void csp_redirect_follow(struct csp_flow *flow);

#endif /* _NET_CSP_REDIRECT_H */
