// SPDX-License-Identifier: GPL-2.0
/*
 * Pinholes over netlink: show, close, and events.
 */
#include <linux/rhashtable.h>
#include <net/netfilter/nf_conntrack.h>

#include "netlink.h"
#include "netlink_gen.h"
#include "pinhole.h"

static u32 csp_box_nl_expires(const struct csp_hole *hole)
{
	long left = 0;

	if (hole->state == CSP_MBOX_STATE_OPEN && hole->ct)
		left = nf_ct_expires(hole->ct);
	else if (hole->state != CSP_MBOX_STATE_OPEN)
		left = hole->expires - jiffies;
	return left > 0 ? jiffies_to_msecs(left) : 0;
}

static int csp_box_nl_put_nat(struct sk_buff *skb, const struct csp_nat *nat)
{
	if (!nat->on)
		return 0;
	return csp_nl_put_addr(skb, CSP_MBOX_A_PINHOLE_NAT, &nat->addr) ?:
	       nla_put_be16(skb, CSP_MBOX_A_PINHOLE_NAT_PORT, nat->port);
}

/* What an event has, too. Under csp_box.lock. */
static int csp_box_nl_put_hole(struct sk_buff *skb, const struct csp_hole *hole)
{
	const struct csp_hole_key *key = &hole->key;
	const __be64 cid = hole->ids[CSP_HOLE_INITIATOR][CSP_HOLE_CID].id;
	const __be64 peer = hole->ids[CSP_HOLE_RESPONDER][CSP_HOLE_CID].id;

	return nla_put_be64(skb, CSP_MBOX_A_PINHOLE_CID, cid,
			    CSP_MBOX_A_PINHOLE_PAD) ?:
	       nla_put_be64(skb, CSP_MBOX_A_PINHOLE_PEER_CID, peer,
			    CSP_MBOX_A_PINHOLE_PAD) ?:
	       nla_put_u8(skb, CSP_MBOX_A_PINHOLE_STATE, hole->state) ?:
	       nla_put_u8(skb, CSP_MBOX_A_PINHOLE_DIR, hole->dir) ?:
	       nla_put_u8(skb, CSP_MBOX_A_PINHOLE_PROTO, key->proto) ?:
	       nla_put_u16(skb, CSP_MBOX_A_PINHOLE_FAMILY,
			   csp_nl_af(&key->addr[0])) ?:
	       csp_nl_put_addr(skb, CSP_MBOX_A_PINHOLE_SRC,
			       &key->addr[0]) ?:
	       csp_nl_put_addr(skb, CSP_MBOX_A_PINHOLE_DST,
			       &key->addr[1]) ?:
	       nla_put_be16(skb, CSP_MBOX_A_PINHOLE_SPORT, key->port[0]) ?:
	       nla_put_be16(skb, CSP_MBOX_A_PINHOLE_DPORT, key->port[1]) ?:
	       nla_put_u32(skb, CSP_MBOX_A_PINHOLE_GRANTED, hole->granted) ?:
	       nla_put_u32(skb, CSP_MBOX_A_PINHOLE_AGE,
			   jiffies_to_msecs(jiffies - hole->born)) ?:
	       nla_put_u32(skb, CSP_MBOX_A_PINHOLE_RULE, hole->rule) ?:
	       csp_box_nl_put_nat(skb, &hole->nat);
}

static size_t csp_box_nl_hole_size(void)
{
	return 2 * nla_total_size_64bit(sizeof(u64)) +	/* identifiers */
	       4 * nla_total_size(sizeof(u8)) +
	       4 * nla_total_size(sizeof(u16)) +
	       3 * nla_total_size(sizeof(struct in6_addr)) +
	       4 * nla_total_size(sizeof(u32));
}

static int csp_box_nl_put_all(struct sk_buff *skb, struct csp_hole *hole)
{
	int err;

	spin_lock_bh(&hole->box->lock);
	err = csp_box_nl_put_hole(skb, hole) ?:
	      nla_put_u32(skb, CSP_MBOX_A_PINHOLE_EXPIRES,
			  csp_box_nl_expires(hole));
	spin_unlock_bh(&hole->box->lock);
	return err;
}

/* The pinhole that a request is about, with a reference, or an ERR_PTR(). */
static struct csp_hole *csp_box_nl_hole(struct genl_info *info)
{
	struct csp_hole *hole;

	if (GENL_REQ_ATTR_CHECK(info, CSP_MBOX_A_PINHOLE_CID)) {
		GENL_SET_ERR_MSG(info, "A pinhole is named by its cid");
		return ERR_PTR(-EINVAL);
	}
	rcu_read_lock();
	hole = csp_hole_get(csp_box_nl_box(info),
			    nla_get_be64(info->attrs[CSP_MBOX_A_PINHOLE_CID]));
	rcu_read_unlock();
	if (hole)
		return hole;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[CSP_MBOX_A_PINHOLE_CID],
			    "There is no such pinhole");
	return ERR_PTR(-ENOENT);
}

int csp_mbox_nl_pinhole_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_hole *hole = csp_box_nl_hole(info);
	struct sk_buff *reply;
	int err = -ENOMEM;
	void *hdr;

	if (IS_ERR(hole))
		return PTR_ERR(hole);
	reply = csp_nl_reply_new(&csp_mbox_nl_family, info,
				 csp_box_nl_hole_size(), &hdr);
	if (reply) {
		err = csp_box_nl_put_all(reply, hole);
		err = csp_nl_reply_send(info, reply, hdr, err);
	}
	csp_hole_put(hole);
	return err;
}

int csp_mbox_nl_pinhole_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_hole *hole = csp_box_nl_hole(info);

	if (IS_ERR(hole))
		return PTR_ERR(hole);
	spin_lock_bh(&hole->box->lock);
	if (!hole->dead) {
		CSP_BOX_INC(hole->box, DELETED);
		csp_hole_remove(hole, true);
	}
	spin_unlock_bh(&hole->box->lock);
	csp_hole_put(hole);
	return 0;
}

/* --- Dump: the table of identifiers, in which each pinhole is once as cid --- */

struct csp_box_nl_pos {
	unsigned int	size;
	unsigned int	slot;
	unsigned int	skip;
	bool		done;
};

static int csp_box_nl_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
			       struct csp_hole *hole)
{
	void *hdr = csp_nl_dump_put(&csp_mbox_nl_family, skb, cb,
				    CSP_MBOX_CMD_PINHOLE_GET);

	if (!hdr)
		return -EMSGSIZE;
	return csp_nl_dump_end(skb, hdr, csp_box_nl_put_all(skb, hole));
}

static bool csp_box_nl_is_first(const struct csp_hole_id *id)
{
	return id == &id->hole->ids[CSP_HOLE_INITIATOR][CSP_HOLE_CID];
}

/*
 * An iterator is too long to be kept from one message to the next, but it
 * finds its place by bucket and number. If the table was resized meanwhile,
 * the dump starts again, and tells so (NLM_F_DUMP_INTR).
 */
int csp_mbox_nl_pinhole_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	struct csp_box *box = csp_box_pernet(sock_net(skb->sk));
	struct csp_box_nl_pos *pos = (struct csp_box_nl_pos *)cb->ctx;
	struct rhashtable_iter iter;
	struct csp_hole_id *id;
	int err = 0;

	BUILD_BUG_ON(sizeof(*pos) > sizeof(cb->ctx));
	if (pos->done)
		return 0;
	rhashtable_walk_enter(&box->ids, &iter);
	rhashtable_walk_start(&iter);
	cb->seq = iter.walker.tbl->size;
	if (pos->size == cb->seq) {
		iter.slot = pos->slot;
		iter.skip = pos->skip;
	}
	while (!err && (id = rhashtable_walk_next(&iter))) {
		if (!IS_ERR(id) && csp_box_nl_is_first(id))
			err = csp_box_nl_dump_one(skb, cb, id->hole);
	}
	pos->done = !err;
	if (err) {
		pos->size = iter.walker.tbl->size;
		pos->slot = iter.slot;
		pos->skip = iter.skip - 1;
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	return skb->len ?: err;
}

/* --- Events --- */

static struct sk_buff *csp_box_nl_event_new(const struct csp_hole *hole,
					    enum csp_mbox_event event)
{
	struct sk_buff *skb = genlmsg_new(csp_box_nl_hole_size(), GFP_ATOMIC);
	void *hdr;

	if (!skb)
		return NULL;
	hdr = genlmsg_put(skb, 0, 0, &csp_mbox_nl_family, 0,
			  CSP_MBOX_CMD_PINHOLE_EVENT);
	if (!hdr || nla_put_u8(skb, CSP_MBOX_A_PINHOLE_EVENT, event) ||
	    csp_box_nl_put_hole(skb, hole)) {
		nlmsg_free(skb);
		return NULL;
	}
	genlmsg_end(skb, hdr);
	return skb;
}

/**
 * csp_box_nl_event() - tell subscribers what happened to a pinhole
 * @hole:  the pinhole
 * @event: what happened
 *
 * Costs next to nothing without subscribers.
 *
 * Context: any, csp_box.lock held.
 */
void csp_box_nl_event(struct csp_hole *hole, enum csp_mbox_event event)
{
	struct net *net = hole->box->net;
	struct sk_buff *skb;

	if (!READ_ONCE(csp_box_nl_up) ||
	    !genl_has_listeners(&csp_mbox_nl_family, net,
				CSP_MBOX_NLGRP_EVENTS))
		return;
	skb = csp_box_nl_event_new(hole, event);
	if (skb)
		genlmsg_multicast_netns(&csp_mbox_nl_family, net, skb, 0,
					CSP_MBOX_NLGRP_EVENTS, GFP_ATOMIC);
	else
		genl_set_err(&csp_mbox_nl_family, net, 0,
			     CSP_MBOX_NLGRP_EVENTS, ENOBUFS);
}
