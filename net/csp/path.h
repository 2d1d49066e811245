/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paths: addresses that come and go, alternatives, dead paths.
 */
#ifndef _NET_CSP_PATH_H
#define _NET_CSP_PATH_H

#include "csp.h"

int csp_paths_init(void);
void csp_paths_exit(void);
int csp_path_net_init(struct csp_net *cn);
void csp_path_net_exit(struct csp_net *cn);

/* Looks whether the path of @flow dies; csp.rst, section "Multihoming". */
void csp_path_watch(struct csp_flow *flow);
/* Own addresses other than @flow's; returns how many. */
int csp_path_others(const struct csp_flow *flow, struct in6_addr *addr, int max);
/* The flow's work: leave the path in use, if there is another. */
bool csp_path_avoid(struct csp_flow *flow);
/* Another path becomes the one wanted. False: there is none. */
bool csp_path_next(struct csp_flow *flow, bool better);
void csp_path_better(struct csp_flow *flow);
void csp_path_failover(struct csp_flow *flow);
bool csp_path_own(struct csp_net *cn, const struct in6_addr *addr);
bool csp_path_link(const struct net_device *dev);

#endif /* _NET_CSP_PATH_H */
