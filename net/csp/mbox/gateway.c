// SPDX-License-Identifier: GPL-2.0
/*
 * A gateway: what victims ask of it; csp.rst, section "Gateways and floods".
 *
 *	Reject(FLOOD) with our token
 *	     |
 *	     +-- not of one host's packets to whoever asks --> Reject
 *	     +-- token wrong, or too old --------------------> Reject(AUTH)
 *	     +-- no echo, or one used before ----------------> Ack, nothing kept
 *	     +-- no room ------------------------------------> Reject(FULL)
 *	     v
 *	   block (block.c), OK to the victim; and the flooding host is told
 *
 * So nobody can have anything stopped but what comes to himself: the token
 * shows that a Setup came to him from there, the echo that he is where it went.
 */
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/dst.h>
#include <net/ipv6.h>

#include "../cookie.h"
#include "../encap.h"
#include "../limit.h"
#include "../rx.h"
#include "../tx.h"
#include "block.h"
#include "conf.h"
#include "gateway.h"
#include "reply.h"
#include "via.h"

/* What is asked for if nobody says; section "Gateways and floods". */
#define CSP_BLOCK_TIME		60000	/* ms */
#define CSP_GW_TELL_AFTER	2	/* packets */

/* --- telling the flooding host --- */

static void csp_gateway_tell(struct csp_box *box,
			     const struct csp_block_key *key, __be64 cid)
{
	const struct csp_end src = {
		.loc_family = key->family, .loc = key->src,
	};
	const struct csp_end dst = {
		.loc_family = key->family, .loc = key->dst,
	};
	struct csp_net *cn = csp_box_host(box);
	struct csp_to to = { .daddr = key->src, .family = key->family };
	struct csp_addr origin = { .family = key->family };
	struct dst_entry *route;
	struct csp_writer wr;
	struct sk_buff *skb;
	__be32 xid;

	route = csp_route(cn, &to);
	if (IS_ERR(route))
		return;
	skb = csp_tx_alloc(CSP_MSG_ROOM);
	if (skb) {
		get_random_bytes(&xid, sizeof(xid));
		csp_write_start(&wr, skb->data, CSP_MSG_ROOM, xid, 0, 0);
		csp_write_msg(&wr, CSP_MSG_REJECT, 0, cid);
		csp_write_conn(&wr, key->proto, CSP_DIR_BOTH, &src, &dst);
		csp_write_error(&wr, CSP_ERR_FLOOD, 0);
		origin.in6 = to.saddr;
		csp_write_addr(&wr, CSP_A_ORIGIN, &origin);
		csp_tx_finish(cn, skb, &wr, &to, route);
		CSP_BOX_INC(box, BLOCK_TOLD);
	}
	dst_release(route);
}

/**
 * csp_gateway_tell_again() - a packet of a flood was dropped
 * @box:   namespace
 * @block: what stops it
 *
 * Once a second at most, and only after two of them: the notice is not three
 * times as long as two packets without anything in them, wherever they came from.
 *
 * Context: softirq, RCU.
 */
void csp_gateway_tell_again(struct csp_box *box, struct csp_block *block)
{
	const u64 drops = atomic64_read(&block->drops);
	const unsigned long now = jiffies;
	unsigned long told = READ_ONCE(block->told);

	if (time_before(now, told + HZ) ||
	    drops < READ_ONCE(block->told_at) + CSP_GW_TELL_AFTER ||
	    cmpxchg(&block->told, told, now) != told)
		return;
	WRITE_ONCE(block->told_at, drops);
	csp_gateway_tell(box, &block->key, READ_ONCE(block->cid));
}

/**
 * csp_gateway_blocks_pkt() - is signalling that nobody answers to be dropped?
 * @p: the packet, which would be forwarded: answers, or nothing that is known
 *
 * Context: softirq, RCU.
 * Return: whether it goes no further.
 */
bool csp_gateway_blocks_pkt(struct csp_packet *p)
{
	struct csp_block *block;

	block = csp_block_find(p->box, &p->saddr, &p->daddr, p->family,
			       csp_ipproto);
	return block && csp_block_counts(p->box, block);
}

/**
 * csp_gateway_blocks() - is a request of a blocked host to whom it floods?
 * @p:   the packet, which would be forwarded
 * @msg: the request; a Setup is refused
 *
 * Context: softirq, RCU.
 * Return: whether it goes no further.
 */
bool csp_gateway_blocks(struct csp_packet *p, const struct csp_msg *msg)
{
	const u8 proto = CSP_HAS(msg, CONN) ? msg->proto : 0;
	struct csp_block *block;

	block = csp_block_find(p->box, &p->saddr, &p->daddr, p->family, proto);
	if (!block || !csp_block_counts(p->box, block))
		return false;
	if (msg->type == CSP_MSG_SETUP)
		csp_box_reject(p, msg, CSP_ERR_FLOOD, NULL);
	return true;
}

/* --- what a victim asks --- */

/* 0, or the attribute that is missing or asks for too much. */
static u16 csp_gateway_flaw(const struct csp_rx *rx, const struct csp_msg *msg)
{
	if (!CSP_HAS(msg, CONN) || msg->dir != CSP_DIR_BOTH)
		return CSP_A_CONN;
	/* Hosts, with all their ports: neither more nor less can be stopped. */
	if (!CSP_HAS(msg, SRC) || msg->src.loc_family != rx->family ||
	    msg->src.id_family || msg->src.port || msg->src.local_port)
		return CSP_A_SRC;
	if (!CSP_HAS(msg, DST) || msg->dst.loc_family != rx->family ||
	    msg->dst.id_family || msg->dst.port || msg->dst.local_port)
		return CSP_A_DST;
	if (!CSP_HAS(msg, LOCAL_ID))
		return CSP_A_LOCAL_ID;
	return msg->n_via == 1 ? 0 : CSP_A_VIA;
}

static void csp_gateway_key(const struct csp_msg *msg,
			    struct csp_block_key *key)
{
	*key = (struct csp_block_key) {
		.src	= msg->src.loc,
		.dst	= msg->dst.loc,
		.proto	= msg->proto,
		.family	= msg->src.loc_family,
	};
}

static void csp_gateway_ok(struct csp_rx *rx, const struct csp_msg *msg, u32 ms)
{
	struct csp_writer *wr = csp_rx_reply(rx, CSP_MSG_OK, msg->cid);

	if (wr)
		csp_write_u32(wr, CSP_A_TIMEOUT, ms);
}

/* The request is good. */
static void csp_gateway_block(struct csp_box *box, struct csp_rx *rx,
			      const struct csp_msg *msg, __be64 cid)
{
	u32 ms = CSP_HAS(msg, TIMEOUT) ? msg->timeout : CSP_BLOCK_TIME;
	struct csp_block_key key;
	bool renewed;
	int err;

	csp_gateway_key(msg, &key);
	csp_block_took(box->blocks, &key);
	if (!ms) {
		if (csp_block_del(box, &key))
			CSP_BOX_INC(box, BLOCK_LIFTED);
		csp_gateway_ok(rx, msg, 0);
		return;
	}
	ms = min(ms, CSP_BOX_CONF(box, max_block_time));
	err = csp_block_add(box, &key, cid, ms, &renewed);
	if (err) {
		CSP_BOX_INC(box, BLOCK_FULL);
		csp_rx_reject(rx, msg, CSP_ERR_FULL, 0,
			      "no room for more blocks");
		return;
	}
	csp_gateway_ok(rx, msg, ms);
	if (renewed) {
		CSP_BOX_INC(box, BLOCK_RENEWED);
		return;
	}
	CSP_BOX_INC(box, BLOCKED);
	/* Nothing was dropped for this one yet: S could have A sent many. */
	if (!csp_limit_reply(rx->cn, &key.src)) {
		CSP_INC(rx->cn, RATE_LIMITED);
		return;
	}
	csp_gateway_tell(box, &key, cid);
}

/* What a nonce is for: this request, and that nobody has had it obeyed since. */
static __be64 csp_gateway_what(struct csp_box *box, const struct csp_msg *msg)
{
	struct csp_block_key key;

	csp_gateway_key(msg, &key);
	return msg->cid ^ cpu_to_be64(csp_block_turn(box->blocks, &key));
}

static void csp_gateway_judge(struct csp_box *box, struct csp_rx *rx,
			      const struct csp_msg *msg)
{
	const u16 flaw = csp_gateway_flaw(rx, msg);
	__be64 cid, what;

	if (flaw) {
		CSP_BOX_INC(box, BLOCK_MALFORMED);
		csp_rx_reject(rx, msg, CSP_ERR_MALFORMED, flaw, NULL);
		return;
	}
	cid = csp_via_check(box, &msg->via[0].token, &msg->src.loc,
			    &msg->dst.loc);
	if (!cid) {
		CSP_BOX_INC(box, BLOCK_AUTH);
		csp_rx_reject(rx, msg, CSP_ERR_AUTH, 0, NULL);
		return;
	}
	if (!ipv6_addr_equal(&msg->dst.loc, &rx->saddr)) {
		CSP_BOX_INC(box, BLOCK_MISMATCH);
		csp_rx_reject(rx, msg, CSP_ERR_MISMATCH, 0, NULL);
		return;
	}
	what = csp_gateway_what(box, msg);
	if (!csp_cookie_echoed(rx, msg, what)) {
		CSP_BOX_INC(box, BLOCK_CHALLENGED);
		csp_cookie_ask(rx, msg, what);
		return;
	}
	csp_gateway_block(box, rx, msg, cid);
}

/**
 * csp_gateway_rcv() - a Reject(FLOOD) with VIA, addressed to this host
 * @rx:  the packet
 * @msg: the Reject
 *
 * Context: softirq, RCU.
 * Return: false: this host is no gateway.
 */
bool csp_gateway_rcv(struct csp_rx *rx, const struct csp_msg *msg)
{
	struct csp_box *box = csp_box_pernet(rx->cn->net);

	if (!rcu_access_pointer(box->sides) ||
	    !CSP_BOX_CONF(box, enable) || msg->err_code != CSP_ERR_FLOOD)
		return false;
	CSP_BOX_INC(box, BLOCK_ASKED);
	csp_gateway_judge(box, rx, msg);
	return true;
}

/* --- for which sides --- */

static bool csp_gateway_same(const struct csp_rule_if *a,
			     const struct csp_rule_if *b)
{
	return a->zone == b->zone && a->group == b->group &&
	       !strncmp(a->name, b->name, IFNAMSIZ);
}

/**
 * csp_gateway_find() - is this a gateway for a side?
 * @sides: for which it is, or NULL
 * @side:  which is meant
 *
 * Context: any; RCU, or csp_box.mutex held.
 * Return: its index, or -1.
 */
int csp_gateway_find(const struct csp_gw_sides *sides,
		     const struct csp_rule_if *side)
{
	int i;

	for (i = 0; sides && i < sides->n; i++)
		if (csp_gateway_same(&sides->side[i], side))
			return i;
	return -1;
}

static struct csp_gw_sides *csp_gateway_sides(struct csp_box *box)
{
	return rcu_dereference_protected(box->sides,
					 lockdep_is_held(&box->mutex));
}

static struct csp_gw_sides *csp_gateway_copy(const struct csp_gw_sides *old)
{
	if (old)
		return kmemdup(old, sizeof(*old), GFP_KERNEL);
	return kzalloc(sizeof(*old), GFP_KERNEL);
}

static void csp_gateway_set(struct csp_box *box, struct csp_gw_sides *new)
{
	struct csp_gw_sides *old = csp_gateway_sides(box);

	rcu_assign_pointer(box->sides, new);
	if (old)
		kfree_rcu(old, rcu);
}

/**
 * csp_gateway_open() - begin to drop what is blocked, if this is a gateway
 * @box: namespace
 *
 * Context: process, csp_box.mutex held; may sleep.
 * Return: 0 or a negative errno.
 */
int csp_gateway_open(struct csp_box *box)
{
	return csp_gateway_sides(box) ? csp_blocks_hook(box) : 0;
}

/**
 * csp_gateway_add() - be a gateway for a side
 * @box:    namespace
 * @side:   devices on whose side the floods may be
 * @edge:   there is no other gateway on that side
 * @extack: filled in on refusal
 *
 * One that is there already gets the new @edge.
 *
 * Context: process, csp_box.mutex held; may sleep.
 * Return: 0 or a negative errno.
 */
int csp_gateway_add(struct csp_box *box, const struct csp_rule_if *side,
		    bool edge, struct netlink_ext_ack *extack)
{
	struct csp_gw_sides *new, *old = csp_gateway_sides(box);
	int i = csp_gateway_find(old, side);
	int err;

	if (i < 0 && old && old->n == CSP_GW_SIDES) {
		NL_SET_ERR_MSG(extack, "A host is a gateway for 16 sides at most");
		return -ENOSPC;
	}
	err = csp_box_enable(box, extack);
	if (err)
		return err;
	err = csp_blocks_hook(box);
	if (err) {
		NL_SET_ERR_MSG(extack, "The packet hooks cannot be registered");
		return err;
	}
	new = csp_gateway_copy(old);
	if (!new) {
		NL_SET_ERR_MSG(extack, "There is no memory for the side");
		return -ENOMEM;
	}
	if (i < 0)
		i = new->n++;
	new->side[i] = *side;
	new->edge[i] = edge;
	csp_gateway_set(box, new);
	csp_encap_want(csp_box_host(box));
	return 0;
}

/**
 * csp_gateway_close() - be a gateway for no side, and stop nothing any more
 * @box: namespace
 *
 * Context: process, csp_box.mutex held; may sleep.
 */
void csp_gateway_close(struct csp_box *box)
{
	csp_gateway_set(box, NULL);
	csp_blocks_unhook(box);
	csp_blocks_flush(box);
}

/**
 * csp_gateway_del() - be no gateway for a side any more
 * @box:    namespace
 * @side:   the side
 * @extack: filled in on refusal
 *
 * What is blocked stays so, unless it was the last side.
 *
 * Context: process, csp_box.mutex held; may sleep.
 * Return: 0 or a negative errno.
 */
int csp_gateway_del(struct csp_box *box, const struct csp_rule_if *side,
		    struct netlink_ext_ack *extack)
{
	struct csp_gw_sides *new, *old = csp_gateway_sides(box);
	const int i = csp_gateway_find(old, side);

	if (i < 0) {
		NL_SET_ERR_MSG(extack, "This host is no gateway for that side");
		return -ENOENT;
	}
	if (old->n == 1) {
		csp_gateway_close(box);
		return 0;
	}
	new = csp_gateway_copy(old);
	if (!new) {
		NL_SET_ERR_MSG(extack, "There is no memory for the sides");
		return -ENOMEM;
	}
	new->n--;
	new->side[i] = new->side[new->n];
	new->edge[i] = new->edge[new->n];
	csp_gateway_set(box, new);
	return 0;
}

/**
 * csp_gateway_init() - set up a namespace
 * @box: namespace
 *
 * Context: process; may sleep.
 * Return: 0 or a negative errno.
 */
int csp_gateway_init(struct csp_box *box)
{
	get_random_bytes(box->via_key, sizeof(box->via_key));
	return csp_blocks_init(box);
}

/**
 * csp_gateway_exit() - undo csp_gateway_init()
 * @box: namespace, after csp_gateway_close(), in which nothing is received
 *       any more
 *
 * Context: process; may sleep.
 */
void csp_gateway_exit(struct csp_box *box)
{
	csp_blocks_exit(box);
	memzero_explicit(box->via_key, sizeof(box->via_key));
}
