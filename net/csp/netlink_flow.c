// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: connections, and the events that tell of them.
 *
 * Identifiers of connections prove that who uses them is on the path (csp.rst,
 * section "Connection identifiers"). They are shown to the administrator of
 * the network namespace only, and so are events.
 */
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <net/genetlink.h>
#include <net/ipv6.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "change.h"
#include "flow.h"
#include "move.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_int.h"

/* More than an event with the longest text needs. */
#define CSP_NL_EVENT_SIZE	512

static bool csp_nl_admin(struct sk_buff *skb)
{
	return netlink_net_capable(skb, CAP_NET_ADMIN);
}

static u32 csp_nl_flow_flags(const struct csp_flow *flow)
	__must_hold(&flow->lock)
{
	const struct csp_move *move = READ_ONCE(flow->move);
	u32 flags = 0;

	if (flow->initiator)
		flags |= CSP_INFO_INITIATOR;
	if (flow->udp)
		flags |= CSP_INFO_UDP_ENCAP;
	if (!move || !move->unvalidated)
		flags |= CSP_INFO_VALIDATED;
	return flags;
}

static int csp_nl_put_ids(struct sk_buff *skb, const struct csp_flow *flow)
	__must_hold(&flow->lock)
{
	__be64 prev = csp_flow_prev(flow);
	int err = 0;

	if (prev)
		err = nla_put_be64(skb, CSP_A_FLOW_PREV_CID, prev,
				   CSP_A_FLOW_PAD);
	return err ?:
	       nla_put_be64(skb, CSP_A_FLOW_CID, csp_flow_cid(flow),
			    CSP_A_FLOW_PAD) ?:
	       nla_put_be64(skb, CSP_A_FLOW_PEER_CID, flow->peer_cid,
			    CSP_A_FLOW_PAD);
}

static int csp_nl_put_tuple(struct sk_buff *skb, const struct csp_tuple *t)
{
	return nla_put_u8(skb, CSP_A_FLOW_PROTO, t->proto) ?:
	       nla_put_u16(skb, CSP_A_FLOW_FAMILY, csp_nl_af(&t->raddr)) ?:
	       csp_nl_put_addr(skb, CSP_A_FLOW_LADDR, &t->laddr) ?:
	       csp_nl_put_addr(skb, CSP_A_FLOW_RADDR, &t->raddr) ?:
	       nla_put_be16(skb, CSP_A_FLOW_LPORT, t->lport) ?:
	       nla_put_be16(skb, CSP_A_FLOW_RPORT, t->rport);
}

/* What events have, too. */
static int csp_nl_put_flow(struct sk_buff *skb, const struct csp_flow *flow,
			   bool ids)
	__must_hold(&flow->lock)
{
	const u32 age = jiffies_to_msecs(jiffies - flow->born);
	int err = ids ? csp_nl_put_ids(skb, flow) : 0;

	return err ?:
	       csp_nl_put_tuple(skb, &flow->t) ?:
	       nla_put_u8(skb, CSP_A_FLOW_STATE, flow->state) ?:
	       nla_put_u32(skb, CSP_A_FLOW_FLAGS, csp_nl_flow_flags(flow)) ?:
	       nla_put_u32(skb, CSP_A_FLOW_MOVES, flow->moves) ?:
	       nla_put_u32(skb, CSP_A_FLOW_AGE, age);
}

static int csp_nl_put_alts(struct sk_buff *skb, const struct csp_flow *flow)
{
	const struct csp_alts *alts = flow->alts;
	int i, err = 0;

	for (i = 0; alts && i < alts->n && !err; i++)
		if (!ipv6_addr_equal(&alts->addr[i], &flow->t.raddr))
			err = csp_nl_put_addr(skb, CSP_A_FLOW_ALTERNATIVE,
					      &alts->addr[i]);
	return err;
}

static int csp_nl_put_flow_locked(struct sk_buff *skb, struct csp_flow *flow,
				  bool ids)
{
	int err;

	spin_lock_bh(&flow->lock);
	err = csp_nl_put_flow(skb, flow, ids) ?:
	      csp_nl_put_addr(skb, CSP_A_FLOW_HOME_LADDR, &flow->home_l) ?:
	      csp_nl_put_addr(skb, CSP_A_FLOW_HOME_RADDR, &flow->home_r) ?:
	      nla_put_u32(skb, CSP_A_FLOW_TIMEOUT, flow->timeout) ?:
	      csp_nl_put_alts(skb, flow);
	spin_unlock_bh(&flow->lock);
	return err;
}

static int csp_nl_put_inode(struct sk_buff *skb, struct csp_flow *flow)
{
	struct sock *sk = csp_flow_sk(flow);
	u32 inode = 0;

	if (sk) {
		inode = sock_i_ino(sk);
		sock_put(sk);
	}
	return nla_put_u32(skb, CSP_A_FLOW_INODE, inode);
}

static size_t csp_nl_flow_size(void)
{
	return 3 * nla_total_size_64bit(sizeof(u64)) +	/* the cids */
	       nla_total_size(sizeof(u8)) +		/* proto */
	       nla_total_size(sizeof(u16)) +		/* family */
	       2 * nla_total_size(sizeof(struct in6_addr)) +
	       2 * nla_total_size(sizeof(__be16)) +	/* lport, rport */
	       nla_total_size(sizeof(u8)) +		/* state */
	       3 * nla_total_size(sizeof(u32)) +	/* flags, moves, age */
	       2 * nla_total_size(sizeof(struct in6_addr)) + /* home */
	       2 * nla_total_size(sizeof(u32)) +	/* timeout, inode */
	       CSP_MAX_ALTS * nla_total_size(sizeof(struct in6_addr));
}

/* The connection that a request is about, with a reference. */
static struct csp_flow *csp_nl_flow(struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[CSP_A_FLOW_CID];
	struct csp_flow *flow;

	if (GENL_REQ_ATTR_CHECK(info, CSP_A_FLOW_CID)) {
		GENL_SET_ERR_MSG(info, "A connection is named by its cid");
		return ERR_PTR(-EINVAL);
	}
	flow = csp_flow_by_cid(csp_nl_net(info), nla_get_be64(attr));
	if (flow)
		return flow;
	NL_SET_ERR_MSG_ATTR(info->extack, attr, "No connection has this cid");
	return ERR_PTR(-ENOENT);
}

int csp_nl_flow_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_flow *flow = csp_nl_flow(info);
	struct sk_buff *reply;
	int err = -ENOMEM;
	void *hdr;

	if (IS_ERR(flow))
		return PTR_ERR(flow);

	reply = csp_nl_reply_new(&csp_nl_family, info, csp_nl_flow_size(), &hdr);
	if (reply) {
		err = csp_nl_put_flow_locked(reply, flow, csp_nl_admin(skb)) ?:
		      csp_nl_put_inode(reply, flow);
		err = csp_nl_reply_send(info, reply, hdr, err);
	}
	csp_flow_put(flow);
	return err;
}

static int csp_nl_dump_flow(struct sk_buff *skb, struct netlink_callback *cb,
			    void *obj)
{
	struct csp_flow *flow = obj;
	int err = -EMSGSIZE;
	void *hdr;

	if (!csp_flow_get(flow))
		return 0;
	hdr = csp_nl_dump_put(&csp_nl_family, skb, cb, CSP_CMD_FLOW_GET);
	if (hdr) {
		err = csp_nl_put_flow_locked(skb, flow, csp_nl_admin(cb->skb)) ?:
		      csp_nl_put_inode(skb, flow);
		err = csp_nl_dump_end(skb, hdr, err);
	}
	csp_flow_put(flow);
	return err;
}

int csp_nl_flow_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct csp_net *cn = csp_pernet(sock_net(skb->sk));

	return csp_nl_dump(skb, cb, &cn->flows, csp_nl_dump_flow);
}

int csp_nl_flow_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_flow *flow = csp_nl_flow(info);

	if (IS_ERR(flow))
		return PTR_ERR(flow);
	csp_flow_kill(flow, CSP_EVENT_DELETED);
	csp_flow_put(flow);
	return 0;
}

/* An end of a path; any address (0.0.0.0 or ::) is left to routing. */
static int csp_nl_get_end(struct genl_info *info, int type,
			  struct in6_addr *addr)
{
	const struct nlattr *attr = info->attrs[type];
	int err;

	*addr = in6addr_any;
	if (!attr)
		return 0;
	err = csp_nl_get_addr(attr, addr, info->extack);
	if (err)
		return err;
	if (csp_nl_af(addr) == AF_INET ?
	    ipv4_is_multicast(addr->s6_addr32[3]) ||
	    ipv4_is_lbcast(addr->s6_addr32[3]) :
	    ipv6_addr_is_multicast(addr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "A connection has no end at a multicast or broadcast address");
		return -EINVAL;
	}
	if (csp_nl_af(addr) == AF_INET && !addr->s6_addr32[3])
		*addr = in6addr_any;
	return 0;
}

static int csp_nl_check_path(struct genl_info *info, struct csp_flow *flow,
			     const struct in6_addr *laddr,
			     const struct in6_addr *raddr)
{
	struct in6_addr now;

	if (ipv6_addr_any(laddr))
		return 0;
	spin_lock_bh(&flow->lock);
	now = flow->t.raddr;
	spin_unlock_bh(&flow->lock);
	if (csp_nl_af(laddr) ==
	    csp_nl_af(ipv6_addr_any(raddr) ? &now : raddr))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[CSP_A_FLOW_LADDR],
			    "Both ends of a path are of one address family");
	return -EAFNOSUPPORT;
}

static int csp_nl_get_ifindex(struct genl_info *info, int *ifindex)
{
	const struct nlattr *attr = info->attrs[CSP_A_FLOW_IFINDEX];
	struct net_device *dev;

	*ifindex = attr ? nla_get_u32(attr) : 0;
	if (!*ifindex)
		return 0;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(genl_info_net(info), *ifindex);
	rcu_read_unlock();
	if (dev)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, attr,
			    "No interface has this index");
	return -ENODEV;
}

/* Moves and Changes are signed by the keys that the Setup exchanged. */
static void csp_nl_not_ready(struct genl_info *info, int err)
{
	if (err == -EOPNOTSUPP)
		GENL_SET_ERR_MSG(info, "The other end of this connection gave no key");
	else
		GENL_SET_ERR_MSG(info, "This connection is not established, or at its end");
}

static int csp_nl_move(struct genl_info *info, struct csp_flow *flow)
{
	struct in6_addr laddr, raddr;
	int ifindex, err;

	err = csp_nl_get_end(info, CSP_A_FLOW_LADDR, &laddr) ?:
	      csp_nl_get_end(info, CSP_A_FLOW_RADDR, &raddr) ?:
	      csp_nl_check_path(info, flow, &laddr, &raddr) ?:
	      csp_nl_get_ifindex(info, &ifindex);
	if (err)
		return err;
	err = csp_move_request(flow, &laddr, &raddr, ifindex);
	if (err == -EADDRNOTAVAIL)
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[CSP_A_FLOW_LADDR],
				    "This host does not have the local address");
	else if (err)
		csp_nl_not_ready(info, err);
	return err;
}

int csp_nl_flow_move_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_flow *flow = csp_nl_flow(info);
	int err;

	if (IS_ERR(flow))
		return PTR_ERR(flow);
	err = csp_nl_move(info, flow);
	csp_flow_put(flow);
	return err;
}

int csp_nl_flow_change_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *pref = info->attrs[CSP_A_FLOW_PREF];
	const struct nlattr *timeout = info->attrs[CSP_A_FLOW_TIMEOUT];
	struct csp_flow *flow;
	int err = 0;

	if (!pref && !timeout) {
		GENL_SET_ERR_MSG(info, "A change is told by its pref or timeout");
		return -EINVAL;
	}
	flow = csp_nl_flow(info);
	if (IS_ERR(flow))
		return PTR_ERR(flow);
	if (pref)
		err = csp_change_pref(flow, nla_get_u32(pref));
	if (timeout && !err)
		err = csp_change_timeout(flow, nla_get_u32(timeout));
	if (err)
		csp_nl_not_ready(info, err);
	csp_flow_put(flow);
	return err;
}

/* --- Events --- */

static int csp_nl_put_event(struct sk_buff *skb, struct csp_flow *flow,
			    enum csp_event event, u16 code, const char *text)
{
	void *hdr = genlmsg_put(skb, 0, 0, &csp_nl_family, 0,
				CSP_CMD_FLOW_EVENT);
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = nla_put_u8(skb, CSP_A_FLOW_EVENT, event);
	if (!err && code)
		err = nla_put_u16(skb, CSP_A_FLOW_ERROR, code);
	if (!err && text && *text)
		err = nla_put_string(skb, CSP_A_FLOW_TEXT, text);
	if (err)
		return err;

	spin_lock_bh(&flow->lock);
	err = csp_nl_put_flow(skb, flow, true);
	spin_unlock_bh(&flow->lock);
	if (!err)
		genlmsg_end(skb, hdr);
	return err;
}

static void csp_nl_multicast(struct csp_flow *flow, enum csp_event event,
			     u16 code, const char *text)
{
	struct net *net = flow->cn->net;
	struct sk_buff *skb;

	skb = genlmsg_new(CSP_NL_EVENT_SIZE, GFP_ATOMIC);
	if (skb && !csp_nl_put_event(skb, flow, event, code, text)) {
		genlmsg_multicast_netns(&csp_nl_family, net, skb, 0,
					CSP_NLGRP_EVENTS, GFP_ATOMIC);
		return;
	}
	nlmsg_free(skb);
	/* So that they know that they missed one. */
	genl_set_err(&csp_nl_family, net, 0, CSP_NLGRP_EVENTS, -ENOBUFS);
}

static void csp_nl_notify(struct csp_flow *flow, enum csp_event event,
			  u16 code, const char *text)
{
	/* csp_netlink_exit() waits for those who are in here. */
	rcu_read_lock();
	if (READ_ONCE(csp_nl_up) &&
	    genl_has_listeners(&csp_nl_family, flow->cn->net,
			       CSP_NLGRP_EVENTS))
		csp_nl_multicast(flow, event, code, text);
	rcu_read_unlock();
}

/**
 * csp_nl_event() - tell subscribers what happened to a connection
 * @flow:  the connection
 * @event: what happened
 *
 * Costs next to nothing without subscribers.
 *
 * Context: any, no flow->lock held.
 */
void csp_nl_event(struct csp_flow *flow, enum csp_event event)
{
	csp_nl_notify(flow, event, 0, NULL);
}

/**
 * csp_nl_event_reject() - tell subscribers that a connection was refused
 * @flow: the connection
 * @code: enum csp_error
 * @text: explanation, NUL-terminated; or NULL
 *
 * Context: any, no flow->lock held.
 */
void csp_nl_event_reject(struct csp_flow *flow, u16 code, const char *text)
{
	csp_nl_notify(flow, CSP_EVENT_REJECTED, code, text);
}
