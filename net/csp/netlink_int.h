/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the netlink family share.
 */
#ifndef _NET_CSP_NETLINK_INT_H
#define _NET_CSP_NETLINK_INT_H

#include <linux/netlink.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include "csp.h"

extern struct genl_family csp_nl_family;
/* The family is registered: events may be sent. */
extern bool csp_nl_up;

static inline struct csp_net *csp_nl_net(struct genl_info *info)
{
	return csp_pernet(genl_info_net(info));
}

/* Addresses: IPv4 as v4-mapped inside, as 4 bytes in attributes. */
static inline u16 csp_nl_af(const struct in6_addr *addr)
{
	return ipv6_addr_v4mapped(addr) ? AF_INET : AF_INET6;
}

int csp_nl_put_addr(struct sk_buff *skb, int type, const struct in6_addr *addr);
int csp_nl_get_addr(const struct nlattr *attr, struct in6_addr *addr,
		    struct netlink_ext_ack *extack);

struct sk_buff *csp_nl_reply_new(struct genl_info *info, size_t size,
				 void **hdr);
int csp_nl_reply_send(struct genl_info *info, struct sk_buff *skb, void *hdr,
		      int err);

typedef int (*csp_nl_put_t)(struct sk_buff *skb, struct netlink_callback *cb,
			    void *obj);

int csp_nl_dump(struct sk_buff *skb, struct netlink_callback *cb,
		struct rhashtable *ht, csp_nl_put_t put);
void *csp_nl_dump_put(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd);

#endif /* _NET_CSP_NETLINK_INT_H */
