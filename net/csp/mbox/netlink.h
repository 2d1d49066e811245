/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generic netlink family "csp_mbox".
 */
#ifndef _NET_CSP_MBOX_NETLINK_H
#define _NET_CSP_MBOX_NETLINK_H

#include <net/genetlink.h>

#include "../nlmsg.h"
#include "mbox.h"

struct csp_hole;
struct csp_home;

extern struct genl_family csp_mbox_nl_family;

int csp_box_netlink_init(void);
void csp_box_netlink_exit(void);
/* Tells the subscribers; cheap without any. Any context, csp_box.lock held. */
void csp_box_nl_event(struct csp_hole *hole, enum csp_mbox_event event);

/* The same about a registration; home->lock held. */
void csp_box_nl_home_event(struct csp_home *home,
			   enum csp_mbox_home_event event);

/* --- for the files of the family --- */

/* An address and the length of its prefix. */
int csp_box_nl_get_prefix(struct genl_info *info, int attr, int len_attr,
			  struct in6_addr *addr, u8 *len);
/* Can a host be at this address? */
bool csp_box_nl_locator_ok(const struct in6_addr *addr);

/* The family is registered: events may be sent. */
extern bool csp_box_nl_up;

static inline struct csp_box *csp_box_nl_box(struct genl_info *info)
{
	return csp_box_pernet(genl_info_net(info));
}

#endif /* _NET_CSP_MBOX_NETLINK_H */
