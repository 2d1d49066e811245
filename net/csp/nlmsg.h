/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of generic netlink: what the families of end hosts and boxes have in
 * common.
 */
#ifndef _NET_CSP_NLMSG_H
#define _NET_CSP_NLMSG_H

#include <net/genetlink.h>
#include <net/ipv6.h>

struct sk_buff *csp_nl_reply_new(const struct genl_family *family,
				 struct genl_info *info, size_t size,
				 void **hdr);
int csp_nl_reply_send(struct genl_info *info, struct sk_buff *skb, void *hdr,
		      int err);
void *csp_nl_dump_put(const struct genl_family *family, struct sk_buff *skb,
		      struct netlink_callback *cb, u8 cmd);
int csp_nl_dump_end(struct sk_buff *skb, void *hdr, int err);

/* Addresses: IPv4 as v4-mapped inside, as 4 bytes in attributes. */
static inline u16 csp_nl_af(const struct in6_addr *addr)
{
	return ipv6_addr_v4mapped(addr) ? AF_INET : AF_INET6;
}

int csp_nl_put_addr(struct sk_buff *skb, int type, const struct in6_addr *addr);
int csp_nl_get_addr(const struct nlattr *attr, struct in6_addr *addr,
		    struct netlink_ext_ack *extack);

#endif /* _NET_CSP_NLMSG_H */
