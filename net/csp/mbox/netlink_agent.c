// SPDX-License-Identifier: GPL-2.0
/*
 * Home addresses over netlink.
 */
#include <linux/rculist.h>

#include "home.h"
#include "netlink.h"
#include "netlink_gen.h"

static size_t csp_box_nl_home_size(void)
{
	return 2 * nla_total_size(sizeof(struct in6_addr)) +
	       nla_total_size(CSP_PUBKEY_LEN) + 2 * nla_total_size(0) +
	       2 * nla_total_size(sizeof(u8)) +
	       3 * nla_total_size(sizeof(u32)) +
	       2 * nla_total_size_64bit(sizeof(u64));
}

/* --- From a home address to attributes --- */

static int csp_box_nl_put_place(struct sk_buff *skb, struct csp_home *home)
{
	struct csp_whereabouts w;
	unsigned long end;
	u32 granted;
	int err;

	csp_home_where(home, &w);
	granted = READ_ONCE(home->granted);
	end = READ_ONCE(home->since) + msecs_to_jiffies(granted);
	err = nla_put_u8(skb, CSP_MBOX_A_HOME_STATE, w.state);
	if (err || w.state == CSP_MBOX_HOME_STATE_GONE)
		return err;
	return csp_nl_put_addr(skb, CSP_MBOX_A_HOME_LOCATOR, &w.loc) ?:
	       nla_put_u32(skb, CSP_MBOX_A_HOME_GRANTED, granted) ?:
	       nla_put_u32(skb, CSP_MBOX_A_HOME_EXPIRES,
			   time_before(jiffies, end) ?
			   jiffies_to_msecs(end - jiffies) : 0);
}

static int csp_box_nl_put_home(struct sk_buff *skb, struct csp_home *home)
{
	int err;

	err = csp_nl_put_addr(skb, CSP_MBOX_A_HOME_HOME, &home->addr) ?:
	      nla_put(skb, CSP_MBOX_A_HOME_KEY, sizeof(home->rel.remote),
		      home->rel.remote) ?:
	      nla_put_u32(skb, CSP_MBOX_A_HOME_LIFETIME, home->lifetime) ?:
	      nla_put_u64_64bit(skb, CSP_MBOX_A_HOME_REDIRECTED,
				atomic64_read(&home->redirected),
				CSP_MBOX_A_HOME_PAD) ?:
	      nla_put_u64_64bit(skb, CSP_MBOX_A_HOME_RELAYED,
				atomic64_read(&home->relayed),
				CSP_MBOX_A_HOME_PAD);
	if (!err && home->hidden)
		err = nla_put_flag(skb, CSP_MBOX_A_HOME_HIDDEN);
	if (!err && home->guard)
		err = nla_put_flag(skb, CSP_MBOX_A_HOME_GUARD);
	return err ?: csp_box_nl_put_place(skb, home);
}

/* --- Commands --- */

static int csp_box_nl_get_home(struct genl_info *info, struct in6_addr *addr)
{
	const struct nlattr *attr = info->attrs[CSP_MBOX_A_HOME_HOME];
	int err;

	if (GENL_REQ_ATTR_CHECK(info, CSP_MBOX_A_HOME_HOME)) {
		GENL_SET_ERR_MSG(info, "A home address is given");
		return -EINVAL;
	}
	err = csp_nl_get_addr(attr, addr, info->extack);
	if (err || csp_box_nl_locator_ok(addr))
		return err;
	NL_SET_ERR_MSG_ATTR(info->extack, attr,
			    "No host can have this address");
	return -EINVAL;
}

/* Where hosts are is for those who may change it. */
int csp_mbox_nl_agent_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	struct csp_home *home;
	struct in6_addr addr;
	void *hdr;
	int err;

	if (!netlink_net_capable(skb, CAP_NET_ADMIN)) {
		GENL_SET_ERR_MSG(info, "Only for CAP_NET_ADMIN");
		return -EPERM;
	}
	err = csp_box_nl_get_home(info, &addr);
	if (err)
		return err;
	reply = csp_nl_reply_new(&csp_mbox_nl_family, info,
				 csp_box_nl_home_size(), &hdr);
	if (!reply)
		return -ENOMEM;
	err = -ENOENT;
	rcu_read_lock();
	home = csp_home_find(csp_box_nl_box(info), &addr);
	if (home)
		err = csp_box_nl_put_home(reply, home);
	rcu_read_unlock();
	if (err != -ENOENT)
		return csp_nl_reply_send(info, reply, hdr, err);
	nlmsg_free(reply);
	GENL_SET_ERR_MSG(info, "The agent does not answer for this address");
	return err;
}

static int csp_box_nl_dump_home(struct sk_buff *skb, struct netlink_callback *cb,
				struct csp_home *home)
{
	void *hdr = csp_nl_dump_put(&csp_mbox_nl_family, skb, cb,
				    CSP_MBOX_CMD_AGENT_GET);

	if (!hdr)
		return -EMSGSIZE;
	return csp_nl_dump_end(skb, hdr, csp_box_nl_put_home(skb, home));
}

/* cb->args[0]: addresses sent; any change makes it inconsistent. */
int csp_mbox_nl_agent_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	struct csp_box *box = csp_box_pernet(sock_net(skb->sk));
	struct csp_home *home;
	long n = 0;
	int err = 0;

	if (!netlink_net_capable(cb->skb, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(cb->extack, "Only for CAP_NET_ADMIN");
		return -EPERM;
	}
	cb->seq = READ_ONCE(box->genid) + 1;
	rcu_read_lock();
	list_for_each_entry_rcu(home, &box->home_list, list) {
		if (n++ < cb->args[0])
			continue;
		err = csp_box_nl_dump_home(skb, cb, home);
		if (err)
			break;
		cb->args[0]++;
	}
	rcu_read_unlock();
	return skb->len ?: err;
}

int csp_mbox_nl_agent_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_box *box = csp_box_nl_box(info);
	struct csp_home_spec spec = { };
	int err;

	err = csp_box_nl_get_home(info, &spec.addr);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, CSP_MBOX_A_HOME_KEY) ||
	    GENL_REQ_ATTR_CHECK(info, CSP_MBOX_A_HOME_LIFETIME)) {
		GENL_SET_ERR_MSG(info,
				 "A home address has a key and a lifetime");
		return -EINVAL;
	}
	memcpy(spec.key, nla_data(info->attrs[CSP_MBOX_A_HOME_KEY]),
	       sizeof(spec.key));
	spec.lifetime = nla_get_u32(info->attrs[CSP_MBOX_A_HOME_LIFETIME]);
	spec.hidden = info->attrs[CSP_MBOX_A_HOME_HIDDEN];
	spec.guard = info->attrs[CSP_MBOX_A_HOME_GUARD];
	mutex_lock(&box->mutex);
	err = csp_home_add(box, &spec, info->extack);
	mutex_unlock(&box->mutex);
	return err;
}

int csp_mbox_nl_agent_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_box *box = csp_box_nl_box(info);
	struct in6_addr addr;
	int err;

	err = csp_box_nl_get_home(info, &addr);
	if (err)
		return err;
	mutex_lock(&box->mutex);
	err = csp_home_del(box, &addr, info->extack);
	mutex_unlock(&box->mutex);
	return err;
}

/* --- Events --- */

static struct sk_buff *csp_box_nl_home_event_new(struct csp_home *home,
						 enum csp_mbox_home_event event)
{
	struct sk_buff *skb = genlmsg_new(csp_box_nl_home_size(), GFP_ATOMIC);
	u8 state = CSP_MBOX_HOME_STATE_GONE;
	void *hdr;
	int err;

	if (!skb)
		return NULL;
	if (home->granted)
		state = ipv6_addr_equal(&home->loc, &home->addr) ?
			CSP_MBOX_HOME_STATE_AT_HOME : CSP_MBOX_HOME_STATE_AWAY;
	hdr = genlmsg_put(skb, 0, 0, &csp_mbox_nl_family, 0,
			  CSP_MBOX_CMD_AGENT_EVENT);
	err = !hdr ? -EMSGSIZE :
	      nla_put_u8(skb, CSP_MBOX_A_HOME_EVENT, event) ?:
	      csp_nl_put_addr(skb, CSP_MBOX_A_HOME_HOME, &home->addr) ?:
	      nla_put_u8(skb, CSP_MBOX_A_HOME_STATE, state) ?:
	      nla_put_u32(skb, CSP_MBOX_A_HOME_GRANTED, home->granted) ?:
	      csp_nl_put_addr(skb, CSP_MBOX_A_HOME_LOCATOR, &home->loc);
	if (err) {
		nlmsg_free(skb);
		return NULL;
	}
	genlmsg_end(skb, hdr);
	return skb;
}

/**
 * csp_box_nl_home_event() - tell subscribers what happened to a registration
 * @home:  home address
 * @event: what happened
 *
 * Context: any, home->lock held.
 */
void csp_box_nl_home_event(struct csp_home *home,
			   enum csp_mbox_home_event event)
{
	struct net *net = home->box->net;
	struct sk_buff *skb;

	lockdep_assert_held(&home->lock);
	if (!READ_ONCE(csp_box_nl_up) ||
	    !genl_has_listeners(&csp_mbox_nl_family, net,
				CSP_MBOX_NLGRP_EVENTS))
		return;
	skb = csp_box_nl_home_event_new(home, event);
	if (skb)
		genlmsg_multicast_netns(&csp_mbox_nl_family, net, skb, 0,
					CSP_MBOX_NLGRP_EVENTS, GFP_ATOMIC);
	else
		genl_set_err(&csp_mbox_nl_family, net, 0,
			     CSP_MBOX_NLGRP_EVENTS, ENOBUFS);
}
