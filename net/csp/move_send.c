// SPDX-License-Identifier: GPL-2.0
/*
 * The request of the end that moves: Detach of the old path, Attach of the new
 * one, and the first segment that waits; csp.rst, section "The mover".
 */
#include <linux/if_ether.h>
#include <linux/random.h>
#include <net/ip.h>

#include "compat/gso.h"
#include "flow.h"
#include "hook.h"
#include "lent.h"
#include "move.h"
#include "peer.h"
#include "piggyback.h"
#include "sign.h"
#include "tx.h"

/* Section "Timers". */
#define CSP_MOVE_RTO_MIN	100	/* ms */
#define CSP_MOVE_RTO_MAX	3200	/* ms */

/* An Attach is as long as this, so that the answer may be three times it. */
#define CSP_ATTACH_LEN		1200
/* And what it may become with a segment, on Ethernet. */
#define CSP_ATTACH_MAX		(ETH_DATA_LEN - (int)sizeof(struct ipv6hdr) - \
				 (int)sizeof(struct udphdr))
/* It is never shorter: what has to be in it. */
#define CSP_ATTACH_MIN		384
/* Transmissions for which the path is believed to take what the route does. */
#define CSP_ATTACH_LARGE	2

/* Milliseconds that an answer from an address may take; 0: never measured. */
static unsigned long csp_move_patience(struct csp_net *cn,
				       const struct in6_addr *addr)
{
	struct csp_peer *peer = csp_peer_get(cn, addr, 0, 0, false);
	unsigned long ms;

	if (!peer)
		return 0;
	ms = READ_ONCE(peer->srtt_us) * 3 / 2 / USEC_PER_MSEC;
	csp_peer_put(peer);
	return ms;
}

static unsigned long csp_move_rto(struct csp_flow *flow)
{
	unsigned long ms = csp_move_patience(flow->cn, &flow->t.raddr);
	u8 backoff = flow->attempt;

	lockdep_assert_held(&flow->lock);
	/* The agent is asked in place of a retransmission. */
	if (flow->move->inquiry == CSP_INQUIRY_OPEN) {
		ms = max(ms, csp_move_patience(flow->cn, &flow->move->peer_at));
		backoff++;
	}
	ms = max_t(unsigned long, ms, CSP_MOVE_RTO_MIN);
	ms = min_t(unsigned long, ms << min_t(u8, backoff, 5),
		   CSP_MOVE_RTO_MAX);
	return ms - ms / 8 + get_random_u32() % (ms / 4 + 1);
}

/* One segment of a large packet can travel inside the Attach: split it. */
static void csp_move_split(struct csp_flow *flow)
{
	struct sk_buff *skb = skb_peek(&flow->held);
	struct sk_buff *segs, *prev, *next;

	lockdep_assert_held(&flow->lock);
	if (!skb || !skb_is_gso(skb))
		return;
	segs = __skb_gso_segment(skb, 0, true);
	if (IS_ERR_OR_NULL(segs))
		return;
	__skb_unlink(skb, &flow->held);
	csp_held_count(flow, -1);
	for (prev = NULL; segs; prev = segs, segs = next) {
		next = segs->next;
		skb_mark_not_on_list(segs);
		if (prev)
			__skb_queue_after(&flow->held, prev, segs);
		else
			__skb_queue_head(&flow->held, segs);
		csp_held_count(flow, 1);
	}
	consume_skb(skb);
}

static void csp_move_piggyback(struct csp_writer *wr, struct csp_flow *flow)
{
	struct sk_buff *skb;

	lockdep_assert_held(&flow->lock);
	if (flow->attempt && !flow->piggybacked)
		return;
	csp_move_split(flow);
	skb = skb_peek(&flow->held);
	/* The MAC comes after it. */
	if (!skb || !csp_piggyback_takes(skb, wr->len + CSP_SIGN_LEN, wr->size) ||
	    csp_hook_translates(skb)) {
		/* It may have arrived; better twice than never. */
		flow->piggybacked = false;
		return;
	}
	csp_write_piggyback(wr, skb, &flow->t);
	if (!flow->piggybacked)
		CSP_INC(flow->cn, PIGGYBACK_OUT);
	flow->piggybacked = true;
}

/*
 * Bytes of the next transmission at most, whichever way it goes; section
 * "Piggyback". A path may take less than its first link, and nothing tells: a
 * large packet that stays unanswered is made smaller.
 */
static size_t csp_move_size(struct csp_flow *flow)
{
	struct dst_entry *dst;
	u32 mtu = CSP_PKT_MAX;
	struct csp_to to;
	bool large;

	spin_lock_bh(&flow->lock);
	csp_to_flow(&to, flow);
	large = flow->attempt < CSP_ATTACH_LARGE;
	spin_unlock_bh(&flow->lock);
	dst = csp_route(flow->cn, &to);
	if (!IS_ERR(dst)) {
		mtu = large ? dst_mtu(dst) : min_t(u32, dst_mtu(dst), mtu);
		dst_release(dst);
	}
	to.udp = true;
	return round_down(clamp_t(int, mtu - csp_to_headers(&to),
				  CSP_ATTACH_MIN, CSP_ATTACH_MAX), 4);
}

/* Section "Mobility": the two messages that make a move. */
static struct sk_buff *csp_move_build(struct csp_flow *flow, size_t size)
{
	/* Section "Connection identifiers": without a next one the same again. */
	const __be64 dcid = flow->peer_next ?: flow->peer_cid;
	struct csp_move *mv = flow->move;
	struct csp_writer wr;
	struct sk_buff *skb;

	lockdep_assert_held(&flow->lock);
	skb = csp_tx_alloc(size);
	if (!skb)
		return NULL;
	csp_write_start(&wr, skb->data, size, flow->xid, 0, flow->attempt);
	csp_write_msg(&wr, CSP_MSG_DETACH, CSP_SCOPE_PATH, dcid);
	csp_write_msg(&wr, CSP_MSG_ATTACH, 0, dcid);
	csp_lent_write(&wr, flow, &flow->t);
	csp_write_local_id(&wr, csp_flow_cid(flow), csp_flow_next(flow));
	csp_write_u32(&wr, CSP_A_SEQ, mv->tx_seq);
	csp_write_blob(&wr, CSP_A_NONCE, mv->nonce, sizeof(mv->nonce));
	if (mv->cookie_len)
		csp_write_blob(&wr, CSP_A_NONCE_ECHO, mv->cookie,
			       mv->cookie_len);
	csp_move_piggyback(&wr, flow);
	csp_write_pad(&wr, min_t(size_t, size, CSP_ATTACH_LEN) - CSP_SIGN_LEN);
	return csp_sign_finish(skb, &wr, flow);
}

/* This host's conntrack must know the segment that goes in disguise. */
static void csp_move_confirm(struct csp_flow *flow, size_t size)
{
	struct sk_buff *first, *twin = NULL;

	spin_lock_bh(&flow->lock);
	if (!flow->attempt && !flow->dead && flow->state == CSP_STATE_MOVING) {
		csp_move_split(flow);
		first = skb_peek(&flow->held);
		if (first && csp_piggyback_takes(first, CSP_SIGN_LEN, size))
			twin = csp_hook_confirm(first);
	}
	spin_unlock_bh(&flow->lock);
	csp_hook_ask(flow->cn, twin);
}

/**
 * csp_move_send() - one transmission of the request
 * @flow: the flow; nothing is sent unless it is MOVING
 *
 * Context: any.
 */
void csp_move_send(struct csp_flow *flow)
{
	size_t size = csp_move_size(flow);
	struct sk_buff *skb;
	struct csp_to to;

	csp_move_confirm(flow, size);
	spin_lock_bh(&flow->lock);
	if (flow->dead || flow->state != CSP_STATE_MOVING) {
		spin_unlock_bh(&flow->lock);
		return;
	}
	skb = csp_move_build(flow, size);
	csp_to_flow(&to, flow);
	if (flow->attempt)
		CSP_INC(flow->cn, OUT_RETRANS);
	csp_flow_timer(flow, csp_move_rto(flow));
	spin_unlock_bh(&flow->lock);
	if (skb)
		csp_tx(flow->cn, skb, &to, NULL);
}
