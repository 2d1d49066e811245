// SPDX-License-Identifier: GPL-2.0
/*
 * Floods over netlink: have a gateway stop one, show, lift.
 */
#include <linux/rhashtable.h>

#include "flood.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_int.h"
#include "nlmsg.h"

/* The addresses and the transport of a request; *@any: whichever own address. */
static int csp_nl_get_ask(struct genl_info *info, struct csp_ask_key *key,
			  bool *any)
{
	const struct nlattr *local = info->attrs[CSP_A_BLOCK_LOCAL];
	const struct nlattr *proto = info->attrs[CSP_A_BLOCK_PROTO];
	int err;

	if (GENL_REQ_ATTR_CHECK(info, CSP_A_BLOCK_ADDR)) {
		GENL_SET_ERR_MSG(info, "A block is of an address");
		return -EINVAL;
	}
	err = csp_nl_get_addr(info->attrs[CSP_A_BLOCK_ADDR], &key->raddr,
			      info->extack);
	if (!err && local)
		err = csp_nl_get_addr(local, &key->laddr, info->extack);
	if (err)
		return err;
	if (local && csp_nl_af(&key->raddr) != csp_nl_af(&key->laddr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, local,
				    "The addresses are of two families");
		return -EINVAL;
	}
	*any = !local;
	key->family = csp_nl_af(&key->raddr) == AF_INET ? 4 : 6;
	key->proto = proto ? nla_get_u8(proto) : 0;
	return 0;
}

/* --- whom to ask: the gateways of a connection of his --- */

/**
 * struct csp_nl_path - gateways that are being looked for
 * @key:  of the block
 * @any:  with whichever own address
 * @via:  which one is wanted; NULL: any
 * @born: of the youngest connection found
 * @vias: its gateways
 * @seen: there was a connection of his
 */
struct csp_nl_path {
	struct csp_ask_key	*key;
	bool			any;
	const struct in6_addr	*via;
	unsigned long		born;
	struct csp_vias		*vias;
	bool			seen;
};

static bool csp_nl_has_via(const struct csp_vias *vias,
			   const struct in6_addr *via)
{
	int i;

	for (i = 0; via && i < vias->n; i++)
		if (ipv6_addr_equal(&vias->gw[i].addr.in6, via))
			return true;
	return !via;
}

static void csp_nl_look_at(struct csp_nl_path *path, struct csp_flow *flow)
{
	struct csp_vias *copy;

	/* The name of a flow changes under its lock; this one may not fit. */
	if (!ipv6_addr_equal(&flow->t.raddr, &path->key->raddr) ||
	    (!path->any &&
	     !ipv6_addr_equal(&flow->t.laddr, &path->key->laddr)))
		return;
	path->seen = true;
	if (!flow->vias || !csp_nl_has_via(flow->vias, path->via) ||
	    (path->vias && time_before(flow->born, path->born)))
		return;
	copy = kmemdup(flow->vias, struct_size(copy, gw, flow->vias->n),
		       GFP_ATOMIC);
	if (!copy)
		return;
	kfree(path->vias);
	path->vias = copy;
	path->born = flow->born;
	path->key->laddr = flow->t.laddr;
}

/* Only the one that is wanted. */
static void csp_nl_only_via(struct csp_vias *vias, const struct in6_addr *via)
{
	int i;

	for (i = 0; via && i < vias->n; i++) {
		if (!ipv6_addr_equal(&vias->gw[i].addr.in6, via))
			continue;
		vias->gw[0] = vias->gw[i];
		vias->n = 1;
	}
}

static int csp_nl_find_path(struct csp_net *cn, struct csp_nl_path *path,
			    struct netlink_ext_ack *extack)
{
	struct rhashtable_iter iter;
	struct csp_flow *flow;

	rhashtable_walk_enter(&cn->flows, &iter);
	rhashtable_walk_start(&iter);
	while ((flow = rhashtable_walk_next(&iter)))
		if (!IS_ERR(flow))
			csp_nl_look_at(path, flow);
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	if (path->vias) {
		csp_nl_only_via(path->vias, path->via);
		return 0;
	}
	if (!path->seen)
		NL_SET_ERR_MSG(extack, "There is no connection of that host");
	else if (path->via)
		NL_SET_ERR_MSG(extack,
			       "No connection of that host came through that gateway");
	else
		NL_SET_ERR_MSG(extack,
			       "No connection of that host came through a gateway");
	return -ENOENT;
}

int csp_nl_block_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *via = info->attrs[CSP_A_BLOCK_VIA];
	const struct nlattr *attr = info->attrs[CSP_A_BLOCK_TIMEOUT];
	struct csp_net *cn = csp_nl_net(info);
	struct csp_ask_key key = {};
	struct csp_nl_path path = { .key = &key };
	u32 timeout = attr ? nla_get_u32(attr) : CSP_FLOOD_TIME;
	struct in6_addr gw;
	int err;

	err = csp_nl_get_ask(info, &key, &path.any);
	if (!err && via) {
		err = csp_nl_get_addr(via, &gw, info->extack);
		path.via = &gw;
	}
	if (err)
		return err;
	if (!timeout || timeout > CSP_FLOOD_TIME_MAX) {
		GENL_SET_ERR_MSG(info, "A block is for 1 ms to 24 days");
		return -ERANGE;
	}
	err = csp_nl_find_path(cn, &path, info->extack);
	if (err)
		return err;
	return csp_flood_stop(cn, &key, path.vias, timeout,
			      CSP_CONF(cn, max_blocks), info->extack);
}

/* --- showing --- */

/* One block and its head, with room to spare. */
#define CSP_NL_ASK_SIZE	256

static int csp_nl_put_ask(struct sk_buff *skb, const struct csp_ask *ask)
{
	const struct csp_gateway *gw = &ask->vias->gw[ask->turn];
	const long left = ask->due - jiffies;
	u32 expires = 0;
	int err;

	if (ask->state != CSP_BLOCK_STATE_ASKING && left > 0)
		expires = jiffies_to_msecs(left);
	err = csp_nl_put_addr(skb, CSP_A_BLOCK_ADDR, &ask->key.raddr) ?:
	      csp_nl_put_addr(skb, CSP_A_BLOCK_LOCAL, &ask->key.laddr) ?:
	      csp_nl_put_addr(skb, CSP_A_BLOCK_VIA, &gw->addr.in6) ?:
	      nla_put_u32(skb, CSP_A_BLOCK_TIMEOUT, ask->timeout) ?:
	      nla_put_u8(skb, CSP_A_BLOCK_STATE, ask->state) ?:
	      nla_put_u16(skb, CSP_A_BLOCK_ERROR, ask->code) ?:
	      nla_put_u32(skb, CSP_A_BLOCK_EXPIRES, expires);
	if (!err && ask->key.proto)
		err = nla_put_u8(skb, CSP_A_BLOCK_PROTO, ask->key.proto);
	return err;
}

/**
 * struct csp_nl_one - the block that a request names
 * @key:   of it
 * @any:   with whichever own address
 * @skb:   where it is put; or NULL
 * @found: it is there
 */
struct csp_nl_one {
	struct csp_ask_key	key;
	bool			any;
	struct sk_buff		*skb;
	bool			found;
};

static int csp_nl_take_one(const struct csp_ask *ask, void *data)
{
	struct csp_nl_one *one = data;
	int err = 0;

	if (!ipv6_addr_equal(&ask->key.raddr, &one->key.raddr) ||
	    ask->key.proto != one->key.proto ||
	    (!one->any && !ipv6_addr_equal(&ask->key.laddr, &one->key.laddr)))
		return 0;
	one->key.laddr = ask->key.laddr;
	one->found = true;
	if (one->skb)
		err = csp_nl_put_ask(one->skb, ask);
	return err ?: 1;
}

static int csp_nl_find_one(struct genl_info *info, struct csp_nl_one *one)
{
	long skip = 0;
	int err;

	err = csp_nl_get_ask(info, &one->key, &one->any);
	if (!err)
		err = csp_flood_walk(csp_nl_net(info), &skip, csp_nl_take_one,
				     one);
	if (err < 0)
		return err;
	if (one->found)
		return 0;
	GENL_SET_ERR_MSG(info, "There is no such block");
	return -ENOENT;
}

int csp_nl_block_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_nl_one one = {};
	void *hdr;
	int err;

	one.skb = csp_nl_reply_new(&csp_nl_family, info, CSP_NL_ASK_SIZE, &hdr);
	if (!one.skb)
		return -ENOMEM;
	err = csp_nl_find_one(info, &one);
	if (err != -ENOENT)
		return csp_nl_reply_send(info, one.skb, hdr, err);
	nlmsg_free(one.skb);
	return err;
}

int csp_nl_block_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_nl_one one = {};
	int err = csp_nl_find_one(info, &one);

	if (!err && csp_flood_resume(csp_nl_net(info), &one.key)) {
		GENL_SET_ERR_MSG(info, "There is no such block any more");
		err = -ENOENT;
	}
	return err;
}

static int csp_nl_show_ask(const struct csp_ask *ask, void *data)
{
	struct csp_nl_show *show = data;
	void *hdr = csp_nl_dump_put(&csp_nl_family, show->skb, show->cb,
				    CSP_CMD_BLOCK_GET);

	if (!hdr)
		return -EMSGSIZE;
	return csp_nl_dump_end(show->skb, hdr, csp_nl_put_ask(show->skb, ask));
}

/* cb->args[0]: blocks sent. */
int csp_nl_block_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct csp_nl_show show = { .skb = skb, .cb = cb };
	int err;

	err = csp_flood_walk(csp_pernet(sock_net(skb->sk)), &cb->args[0],
			     csp_nl_show_ask, &show);
	return skb->len ?: err;
}
