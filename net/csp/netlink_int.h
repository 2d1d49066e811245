/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the netlink family share.
 */
#ifndef _NET_CSP_NETLINK_INT_H
#define _NET_CSP_NETLINK_INT_H

#include <linux/netlink.h>
#include <net/genetlink.h>

#include "csp.h"
#include "nlmsg.h"

extern struct genl_family csp_nl_family;
/* The family is registered: events may be sent. */
extern bool csp_nl_up;

static inline struct csp_net *csp_nl_net(struct genl_info *info)
{
	return csp_pernet(genl_info_net(info));
}

/**
 * struct csp_nl_show - what the walk of a dump is given
 * @skb: the message that is filled
 * @cb:  the dump
 */
struct csp_nl_show {
	struct sk_buff		*skb;
	struct netlink_callback	*cb;
};

typedef int (*csp_nl_put_t)(struct sk_buff *skb, struct netlink_callback *cb,
			    void *obj);

int csp_nl_dump(struct sk_buff *skb, struct netlink_callback *cb,
		struct rhashtable *ht, csp_nl_put_t put);

#endif /* _NET_CSP_NETLINK_INT_H */
