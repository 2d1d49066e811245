/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generic netlink family "csp".
 */
#ifndef _NET_CSP_NETLINK_H
#define _NET_CSP_NETLINK_H

#include "csp.h"

int csp_netlink_init(void);
void csp_netlink_exit(void);
/* Tells the subscribers; cheap without any. Any context. */
void csp_nl_event(struct csp_flow *flow, enum csp_event event);
void csp_nl_event_reject(struct csp_flow *flow, u16 code, const char *text);

#endif /* _NET_CSP_NETLINK_H */
