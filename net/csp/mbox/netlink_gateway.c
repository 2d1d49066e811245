// SPDX-License-Identifier: GPL-2.0
/*
 * Gateways over netlink: for which sides, and what is stopped.
 */
#include "block.h"
#include "gateway.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "via.h"

/* --- sides --- */

static int csp_nl_get_side(struct genl_info *info, struct csp_rule_if *side)
{
	const struct nlattr *name = info->attrs[CSP_MBOX_A_GATEWAY_IN_NAME];
	const struct nlattr *group = info->attrs[CSP_MBOX_A_GATEWAY_IN_GROUP];

	memset(side, 0, sizeof(*side));
	if (!name == !group) {
		GENL_SET_ERR_MSG(info,
				 "A side is a device or a group of them");
		return -EINVAL;
	}
	if (name)
		nla_strscpy(side->name, name, sizeof(side->name));
	if (group) {
		side->group = nla_get_u32(group);
		side->zone = true;
	}
	if (side->zone || side->name[0])
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, name, "A device has a name");
	return -EINVAL;
}

int csp_mbox_nl_gateway_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_box *box = csp_box_nl_box(info);
	struct csp_rule_if side;
	int err = csp_nl_get_side(info, &side);

	if (err)
		return err;
	mutex_lock(&box->mutex);
	err = csp_gateway_add(box, &side,
			      info->attrs[CSP_MBOX_A_GATEWAY_EDGE],
			      info->extack);
	mutex_unlock(&box->mutex);
	return err;
}

int csp_mbox_nl_gateway_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_box *box = csp_box_nl_box(info);
	struct csp_rule_if side;
	int err = csp_nl_get_side(info, &side);

	if (err)
		return err;
	mutex_lock(&box->mutex);
	err = csp_gateway_del(box, &side, info->extack);
	mutex_unlock(&box->mutex);
	return err;
}

static int csp_nl_put_side(struct sk_buff *skb,
			   const struct csp_gw_sides *sides, int i)
{
	const struct csp_rule_if *side = &sides->side[i];
	int err = 0;

	if (side->name[0])
		err = nla_put_string(skb, CSP_MBOX_A_GATEWAY_IN_NAME,
				     side->name);
	if (!err && side->zone)
		err = nla_put_u32(skb, CSP_MBOX_A_GATEWAY_IN_GROUP,
				  side->group);
	if (!err && sides->edge[i])
		err = nla_put_flag(skb, CSP_MBOX_A_GATEWAY_EDGE);
	return err;
}

/* Enough for one of what is shown here, and its head. */
#define CSP_NL_GATEWAY_SIZE	256

int csp_mbox_nl_gateway_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_box *box = csp_box_nl_box(info);
	const struct csp_gw_sides *sides;
	struct csp_rule_if side;
	struct sk_buff *reply;
	int i, err;
	void *hdr;

	err = csp_nl_get_side(info, &side);
	if (err)
		return err;
	reply = csp_nl_reply_new(&csp_mbox_nl_family, info,
				 CSP_NL_GATEWAY_SIZE, &hdr);
	if (!reply)
		return -ENOMEM;
	err = -ENOENT;
	rcu_read_lock();
	sides = rcu_dereference(box->sides);
	i = csp_gateway_find(sides, &side);
	if (i >= 0)
		err = csp_nl_put_side(reply, sides, i);
	rcu_read_unlock();
	if (err != -ENOENT)
		return csp_nl_reply_send(info, reply, hdr, err);
	nlmsg_free(reply);
	GENL_SET_ERR_MSG(info, "This host is no gateway for that side");
	return err;
}

static int csp_nl_dump_side(struct sk_buff *skb, struct netlink_callback *cb,
			    const struct csp_gw_sides *sides, int i)
{
	void *hdr = csp_nl_dump_put(&csp_mbox_nl_family, skb, cb,
				    CSP_MBOX_CMD_GATEWAY_GET);

	if (!hdr)
		return -EMSGSIZE;
	return csp_nl_dump_end(skb, hdr, csp_nl_put_side(skb, sides, i));
}

/* cb->args[0]: sides sent. */
int csp_mbox_nl_gateway_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	struct csp_box *box = csp_box_pernet(sock_net(skb->sk));
	const struct csp_gw_sides *sides;
	int err = 0;

	rcu_read_lock();
	sides = rcu_dereference(box->sides);
	while (!err && sides && cb->args[0] < sides->n) {
		err = csp_nl_dump_side(skb, cb, sides, cb->args[0]);
		if (!err)
			cb->args[0]++;
	}
	rcu_read_unlock();
	return skb->len ?: err;
}

/* --- blocks --- */

static int csp_nl_get_block(struct genl_info *info, struct csp_block_key *key)
{
	const struct nlattr *proto = info->attrs[CSP_MBOX_A_BLOCK_PROTO];
	int err;

	memset(key, 0, sizeof(*key));
	if (GENL_REQ_ATTR_CHECK(info, CSP_MBOX_A_BLOCK_SRC) ||
	    GENL_REQ_ATTR_CHECK(info, CSP_MBOX_A_BLOCK_DST)) {
		GENL_SET_ERR_MSG(info, "A block is of what one address sends to another");
		return -EINVAL;
	}
	err = csp_nl_get_addr(info->attrs[CSP_MBOX_A_BLOCK_SRC], &key->src,
			      info->extack) ?:
	      csp_nl_get_addr(info->attrs[CSP_MBOX_A_BLOCK_DST], &key->dst,
			      info->extack);
	key->family = csp_nl_af(&key->src) == AF_INET ? 4 : 6;
	if (proto)
		key->proto = nla_get_u8(proto);
	return err;
}

static int csp_nl_put_block(struct sk_buff *skb, const struct csp_block *block)
{
	const struct csp_block_key *key = &block->key;
	const long left = block->expires - jiffies;
	int err;

	err = csp_nl_put_addr(skb, CSP_MBOX_A_BLOCK_SRC, &key->src) ?:
	      csp_nl_put_addr(skb, CSP_MBOX_A_BLOCK_DST, &key->dst) ?:
	      nla_put_u64_64bit(skb, CSP_MBOX_A_BLOCK_PACKETS,
				atomic64_read(&block->drops),
				CSP_MBOX_A_BLOCK_PAD) ?:
	      nla_put_u32(skb, CSP_MBOX_A_BLOCK_AGE,
			  jiffies_to_msecs(jiffies - block->born)) ?:
	      nla_put_u32(skb, CSP_MBOX_A_BLOCK_EXPIRES,
			  left > 0 ? jiffies_to_msecs(left) : 0);
	if (!err && key->proto)
		err = nla_put_u8(skb, CSP_MBOX_A_BLOCK_PROTO, key->proto);
	return err;
}

int csp_mbox_nl_block_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_blocks *bs = csp_box_nl_box(info)->blocks;
	struct csp_block_key key;
	struct csp_block *block;
	struct sk_buff *reply;
	int err;
	void *hdr;

	err = csp_nl_get_block(info, &key);
	if (err)
		return err;
	reply = csp_nl_reply_new(&csp_mbox_nl_family, info,
				 CSP_NL_GATEWAY_SIZE, &hdr);
	if (!reply)
		return -ENOMEM;
	err = -ENOENT;
	rcu_read_lock();
	block = csp_block_get(bs, &key);
	if (block)
		err = csp_nl_put_block(reply, block);
	rcu_read_unlock();
	if (err != -ENOENT)
		return csp_nl_reply_send(info, reply, hdr, err);
	nlmsg_free(reply);
	GENL_SET_ERR_MSG(info, "There is no such block");
	return err;
}

static int csp_nl_dump_block(struct sk_buff *skb, struct netlink_callback *cb,
			     const struct csp_block *block)
{
	void *hdr = csp_nl_dump_put(&csp_mbox_nl_family, skb, cb,
				    CSP_MBOX_CMD_BLOCK_GET);

	if (!hdr)
		return -EMSGSIZE;
	return csp_nl_dump_end(skb, hdr, csp_nl_put_block(skb, block));
}

/* cb->args[0]: blocks sent. */
int csp_mbox_nl_block_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	struct csp_blocks *bs = csp_box_pernet(sock_net(skb->sk))->blocks;
	const struct csp_block *block;
	long n = 0;
	int err = 0;

	spin_lock_bh(&bs->lock);
	cb->seq = bs->genid + 1;
	list_for_each_entry(block, &bs->list, list) {
		if (n++ < cb->args[0])
			continue;
		err = csp_nl_dump_block(skb, cb, block);
		if (err)
			break;
		cb->args[0]++;
	}
	spin_unlock_bh(&bs->lock);
	return skb->len ?: err;
}

int csp_mbox_nl_block_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_box *box = csp_box_nl_box(info);
	struct csp_block_key key;
	int err = csp_nl_get_block(info, &key);

	if (err)
		return err;
	if (!csp_block_del(box, &key)) {
		GENL_SET_ERR_MSG(info, "There is no such block");
		return -ENOENT;
	}
	CSP_BOX_INC(box, BLOCK_DELETED);
	return 0;
}

int csp_mbox_nl_block_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_box *box = csp_box_nl_box(info);
	struct sk_buff *reply;
	void *hdr;
	u32 n;

	reply = csp_nl_reply_new(&csp_mbox_nl_family, info,
				 nla_total_size(sizeof(u32)), &hdr);
	if (!reply)
		return -ENOMEM;
	n = csp_blocks_flush(box);
	return csp_nl_reply_send(info, reply, hdr,
				 nla_put_u32(reply, CSP_MBOX_A_BLOCK_FLUSHED,
					     n));
}
