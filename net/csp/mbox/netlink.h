/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generic netlink family "csp_mbox".
 */
#ifndef _NET_CSP_MBOX_NETLINK_H
#define _NET_CSP_MBOX_NETLINK_H

#include <net/genetlink.h>
#include <net/ipv6.h>

#include "mbox.h"

struct csp_hole;

extern struct genl_family csp_mbox_nl_family;

int csp_box_netlink_init(void);
void csp_box_netlink_exit(void);
/* Tells the subscribers; cheap without any. Any context, csp_box.lock held. */
void csp_box_nl_event(struct csp_hole *hole, enum csp_mbox_event event);

/* --- for the files of the family --- */

/* The family is registered: events may be sent. */
extern bool csp_box_nl_up;

static inline struct csp_box *csp_box_nl_box(struct genl_info *info)
{
	return csp_box_pernet(genl_info_net(info));
}

/* Addresses: IPv4 as v4-mapped inside, as 4 bytes in attributes. */
static inline u16 csp_box_nl_af(const struct in6_addr *addr)
{
	return ipv6_addr_v4mapped(addr) ? AF_INET : AF_INET6;
}

int csp_box_nl_put_addr(struct sk_buff *skb, int type,
			const struct in6_addr *addr);
int csp_box_nl_get_addr(const struct nlattr *attr, struct in6_addr *addr,
			struct netlink_ext_ack *extack);
struct sk_buff *csp_box_nl_reply_new(struct genl_info *info, size_t size,
				     void **hdr);
int csp_box_nl_reply_send(struct genl_info *info, struct sk_buff *skb,
			  void *hdr, int err);
void *csp_box_nl_dump_put(struct sk_buff *skb, struct netlink_callback *cb,
			  u8 cmd);

#endif /* _NET_CSP_MBOX_NETLINK_H */
