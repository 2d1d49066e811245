// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about a connection that are no moves; csp.rst, sections "Change"
 * and "Multihoming".
 *
 *	PREF	how much the path in use is wanted: Change + MAC
 *	TIMEOUT	how long boxes shall keep idle state: Change without MAC
 *	OFFER	other addresses of this host: Attach without Detach, + MAC
 *	SETUP	the Setup again, for a box that lost its state; again.c
 *
 * One at a time:
 *
 *	 wanted --> sent, again after 250 ms, 500 ms, ...
 *	   ^          |
 *	   |          +-- answered, or five times nothing --> the next one
 *	   +----------+-- this end moves: again afterwards, as a new transaction
 *
 * The receiver of a PREF moves the connection if it knows a path that is
 * wanted more than the one in use.
 */
#include <linux/random.h>

#include "again.h"
#include "change.h"
#include "epoch.h"
#include "flow.h"
#include "lent.h"
#include "move.h"
#include "netlink.h"
#include "offer.h"
#include "oldpath.h"
#include "path.h"
#include "pref.h"
#include "refresh.h"
#include "rx.h"
#include "setup.h"
#include "sign.h"
#include "tx.h"

/* Section "Timers". */
#define CSP_CHANGE_RTO		250	/* ms */
#define CSP_CHANGE_ATTEMPTS	5
#define CSP_CHANGE_DOUBT	2	/* section "Setup again" */

/* What is for boxes has no MAC: they could neither check nor alter it. */
#define CSP_CHANGE_UNSIGNED	(CSP_SAY_TIMEOUT | CSP_SAY_SETUP)

static bool csp_change_unsigned(u8 say)
{
	return !(say & ~CSP_CHANGE_UNSIGNED);
}

/* The peer gave no key, or a bad one, and never will: nothing can be signed. */
static void csp_change_drop_signed(struct csp_flow *flow)
{
	spin_lock_bh(&flow->lock);
	flow->move->say &= CSP_CHANGE_UNSIGNED;
	spin_unlock_bh(&flow->lock);
}

static struct sk_buff *csp_change_build(struct csp_flow *flow)
{
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	struct csp_move *mv = flow->move;
	struct csp_writer wr;

	lockdep_assert_held(&flow->lock);
	if (!skb)
		return NULL;
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, mv->say_xid, 0,
			mv->say_attempt);
	if (mv->say_what == CSP_SAY_OFFER) {
		if (!csp_offer_write(&wr, flow, flow->peer_cid)) {
			kfree_skb(skb);
			return NULL;
		}
		csp_write_u32(&wr, CSP_A_SEQ, mv->say_seq);
		return csp_sign_finish(skb, &wr, flow);
	}
	if (mv->say_what == CSP_SAY_SETUP) {
		csp_setup_write(&wr, flow);
		skb_put(skb, csp_write_finish(&wr));
		return skb;
	}
	csp_write_msg(&wr, CSP_MSG_CHANGE, 0, flow->peer_cid);
	if (mv->say_what == CSP_SAY_TIMEOUT) {
		csp_lent_write(&wr, flow, &flow->t);
		csp_write_u32(&wr, CSP_A_TIMEOUT, mv->wish);
		skb_put(skb, csp_write_finish(&wr));
		return skb;
	}
	csp_lent_write(&wr, flow, &mv->say_t);
	csp_write_u32(&wr, CSP_A_PREF, mv->say_pref);
	csp_write_u32(&wr, CSP_A_SEQ, mv->say_seq);
	return csp_sign_finish(skb, &wr, flow);
}

static void csp_change_send(struct csp_flow *flow)
{
	struct sk_buff *skb = NULL;
	struct csp_to to;

	spin_lock_bh(&flow->lock);
	if (!flow->dead && flow->state == CSP_STATE_ESTABLISHED) {
		csp_move_set_due(flow, CSP_DUE_SAY,
				 CSP_CHANGE_RTO << flow->move->say_attempt);
		skb = csp_change_build(flow);
		csp_to_flow(&to, flow);
	}
	spin_unlock_bh(&flow->lock);
	if (skb)
		csp_tx(flow->cn, skb, &to, NULL);
}

/* Takes the first of what is wanted; lock held. False: nothing, or not now. */
static bool csp_change_take(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;
	u8 say = mv->say;

	lockdep_assert_held(&flow->lock);
	/* What has to be signed and was wanted a moment ago: the next time. */
	if (!mv->keyed)
		say &= CSP_CHANGE_UNSIGNED;
	if (mv->say_what || !say || flow->state != CSP_STATE_ESTABLISHED)
		return false;
	mv->say_what = BIT(__ffs(say));
	mv->say &= ~mv->say_what;
	mv->say_attempt = 0;
	mv->say_xid = (__force __be32)get_random_u32();
	if (!csp_change_unsigned(mv->say_what))
		mv->say_seq = ++mv->tx_seq;
	return true;
}

/**
 * csp_change_next() - say what is next, unless something is being said
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_change_next(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;
	bool taken;

	if (!mv || READ_ONCE(mv->say_what) || !READ_ONCE(mv->say))
		return;
	if (!csp_change_unsigned(READ_ONCE(mv->say)) && !csp_sign_keys(flow))
		csp_change_drop_signed(flow);
	spin_lock_bh(&flow->lock);
	taken = csp_change_take(flow);
	spin_unlock_bh(&flow->lock);
	if (!taken)
		return;
	if (READ_ONCE(mv->say_what) == CSP_SAY_SETUP)
		CSP_INC(flow->cn, SETUP_AGAIN);
	else
		CSP_INC(flow->cn, CHANGE_OUT);
	csp_change_send(flow);
}

/**
 * csp_change_put_off() - a move of this end replaces what is being said
 * @flow: the flow
 *
 * Context: flow->lock held; mobile flow.
 */
void csp_change_put_off(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;

	lockdep_assert_held(&flow->lock);
	/* For boxes, the move is as good as a Setup. */
	mv->say |= mv->say_what & ~CSP_SAY_SETUP;
	mv->say_what = 0;
	mv->due[CSP_DUE_SAY] = 0;
}

/* Lock held. */
static void csp_change_over(struct csp_flow *flow)
{
	lockdep_assert_held(&flow->lock);
	if (flow->move->say_what == CSP_SAY_SETUP)
		flow->move->cookie_len = 0;
	flow->move->say_what = 0;
	flow->move->due[CSP_DUE_SAY] = 0;
	if (!flow->dead && flow->state == CSP_STATE_ESTABLISHED)
		csp_move_arm(flow);
}

/**
 * csp_change_timer() - no answer to what was said yet
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_change_timer(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;
	u8 what = READ_ONCE(mv->say_what);

	if (!what)
		return;
	++mv->say_attempt;
	/* A box that has forgotten the connection drops what is about it. */
	if (what == CSP_SAY_TIMEOUT && mv->say_attempt == CSP_CHANGE_DOUBT &&
	    csp_again_possible(flow)) {
		spin_lock_bh(&flow->lock);
		csp_change_over(flow);
		spin_unlock_bh(&flow->lock);
		csp_again(flow);
		return;
	}
	if (mv->say_attempt < CSP_CHANGE_ATTEMPTS) {
		CSP_INC(flow->cn, OUT_RETRANS);
		csp_change_send(flow);
		return;
	}
	CSP_INC(flow->cn, CHANGE_LOST);
	spin_lock_bh(&flow->lock);
	csp_change_over(flow);
	spin_unlock_bh(&flow->lock);
	csp_change_next(flow);
}

/* A wish for time is answered by boxes, the rest by the peer alone. */
static bool csp_change_answer_ok(struct csp_rx *rx, struct csp_flow *flow,
				 const struct csp_msg *msg)
{
	switch (READ_ONCE(flow->move->say_what)) {
	case CSP_SAY_TIMEOUT:
		return msg->type == CSP_MSG_REJECT || CSP_HAS(msg, TIMEOUT);
	case CSP_SAY_SETUP:
		return msg->type == CSP_MSG_REJECT ||
		       (CSP_HAS(msg, LOCAL_ID) && msg->cid == flow->peer_cid);
	}
	if (csp_sign_ok(rx, flow, msg))
		return true;
	CSP_INC(rx->cn, ATTACH_BAD_MAC);
	return false;
}

/**
 * csp_change_rcv_answer() - OK or Reject of what was said
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the OK or Reject
 *
 * Context: softirq.
 * Return: true if it was the answer that was waited for, or claimed to be.
 */
bool csp_change_rcv_answer(struct csp_rx *rx, struct csp_flow *flow,
			   const struct csp_msg *msg)
{
	struct csp_move *mv = READ_ONCE(flow->move);
	bool forgotten = false;

	if (!mv || !READ_ONCE(mv->say_what) || rx->rd.xid != mv->say_xid)
		return false;
	if (!csp_change_answer_ok(rx, flow, msg))
		return true;
	spin_lock_bh(&flow->lock);
	if (msg->type == CSP_MSG_OK && csp_change_unsigned(mv->say_what)) {
		/* There was a box that kept state, and there is none that does. */
		forgotten = mv->say_what == CSP_SAY_TIMEOUT && flow->timeout &&
			    !msg->timeout;
		if (CSP_HAS(msg, TIMEOUT))
			flow->timeout = msg->timeout;
	}
	csp_change_over(flow);
	spin_unlock_bh(&flow->lock);
	if (msg->type == CSP_MSG_REJECT)
		CSP_INC(rx->cn, REJECT_IN);
	if (forgotten)
		csp_again(flow);
	csp_epoch_seen(flow, msg);
	csp_refresh_start(flow);
	csp_nl_event(flow, CSP_EVENT_CHANGED);
	if (READ_ONCE(mv->say))
		csp_flow_todo(flow, CSP_TODO_CHANGE);
	return true;
}

/**
 * csp_change_rcv_ack() - somebody wants his nonce back first
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the Ack; section "Stateless answer"
 *
 * Context: softirq.
 * Return: true if it was about a Setup sent again.
 */
bool csp_change_rcv_ack(struct csp_rx *rx, struct csp_flow *flow,
			const struct csp_msg *msg)
{
	struct csp_move *mv = READ_ONCE(flow->move);
	bool again = false;

	if (!mv || READ_ONCE(mv->say_what) != CSP_SAY_SETUP ||
	    rx->rd.xid != mv->say_xid)
		return false;
	spin_lock_bh(&flow->lock);
	if (mv->say_what == CSP_SAY_SETUP &&
	    mv->say_attempt + 1 < CSP_CHANGE_ATTEMPTS) {
		memcpy(mv->cookie, msg->nonce.data, msg->nonce.len);
		mv->cookie_len = msg->nonce.len;
		mv->say_attempt++;
		again = true;
	}
	spin_unlock_bh(&flow->lock);
	if (again)
		csp_change_send(flow);
	return true;
}

/*
 * Section "Change", "Less": a box has less time. What it says is no more than a
 * reason to ask what there is on the whole path.
 */
static void csp_change_less(struct csp_rx *rx, struct csp_flow *flow,
			    const struct csp_msg *msg)
{
	if (msg->timeout >= READ_ONCE(flow->timeout)) {
		CSP_INC(rx->cn, CHANGE_NO_LESS);
		return;
	}
	CSP_INC(rx->cn, CHANGE_LESS);
	csp_refresh_ask(flow);
}

/**
 * csp_change_rcv_timeout() - boxes on the path shall keep idle state
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the Change, without MAC: its identifier is the proof
 *
 * What is granted is written into the OK by boxes; 0: there is none.
 *
 * Context: softirq.
 */
void csp_change_rcv_timeout(struct csp_rx *rx, struct csp_flow *flow,
			    const struct csp_msg *msg)
{
	struct csp_writer *wr;

	if (CSP_HAS(msg, ORIGIN)) {
		csp_change_less(rx, flow, msg);
		return;
	}
	spin_lock_bh(&flow->lock);
	wr = csp_rx_reply(rx, CSP_MSG_OK, flow->peer_cid);
	spin_unlock_bh(&flow->lock);
	if (!wr)
		return;
	csp_write_u32(wr, CSP_A_TIMEOUT, 0);
	csp_epoch_write(wr);
	CSP_INC(rx->cn, CHANGE_IN);
}

/* The answer of every signed request that is no move. */
static void csp_change_answer(struct csp_rx *rx, struct csp_flow *flow,
			      const struct csp_msg *msg)
{
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	struct csp_writer wr;
	struct csp_to to;

	if (!skb)
		return;
	csp_rx_back(rx, &to);
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, rx->rd.xid, CSP_F_REPLY,
			rx->rd.attempt);
	spin_lock_bh(&flow->lock);
	csp_write_msg(&wr, CSP_MSG_OK, 0, flow->peer_cid);
	csp_write_u32(&wr, CSP_A_SEQ, msg->seq);
	if (CSP_HAS(msg, NONCE))
		csp_write_blob(&wr, CSP_A_NONCE_ECHO, msg->nonce.data,
			       msg->nonce.len);
	skb = csp_sign_finish(skb, &wr, flow);
	spin_unlock_bh(&flow->lock);
	if (skb)
		csp_tx(rx->cn, skb, &to, NULL);
}

/**
 * csp_change_fresh() - a signed request that is no move: is it a new one?
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the request, its MAC the peer's
 *
 * It is answered if it is, and again if it is the last one once more.
 *
 * Context: the flow's work.
 * Return: false: nothing more is to be done.
 */
bool csp_change_fresh(struct csp_rx *rx, struct csp_flow *flow,
		      const struct csp_msg *msg)
{
	struct csp_move *mv = flow->move;
	bool again = msg->seq == mv->rx_seq && mv->rx_xid == rx->rd.xid;

	if (msg->seq <= mv->rx_seq && !again) {
		CSP_INC(rx->cn, ATTACH_REPLAY);
		return false;
	}
	csp_change_answer(rx, flow, msg);
	if (again)
		return false;
	mv->rx_seq = msg->seq;
	mv->rx_xid = rx->rd.xid;
	return true;
}

/* Is the peer's opinion a reason to leave the path in use? */
static void csp_change_apply(struct csp_flow *flow, const struct csp_msg *msg)
{
	struct in6_addr own;

	spin_lock_bh(&flow->lock);
	own = csp_lent_is_own(flow, &msg->dst) ? flow->t.laddr : msg->dst.loc;
	spin_unlock_bh(&flow->lock);
	csp_pref_set(flow, &own, &msg->src.loc, false, msg->pref);
	csp_path_better(flow);
}

/**
 * csp_change_believed() - act on a Change whose MAC is the peer's
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the Change
 *
 * Context: the flow's work.
 */
void csp_change_believed(struct csp_rx *rx, struct csp_flow *flow,
			 const struct csp_msg *msg)
{
	bool probe = CSP_HAS(msg, NONCE) && !CSP_HAS(msg, PREF);

	/* Section "The old path": who is elsewhere keeps silent. */
	if (probe && !csp_oldpath_here(flow, msg)) {
		CSP_INC(rx->cn, PROBE_ELSEWHERE);
		return;
	}
	if (!csp_change_fresh(rx, flow, msg))
		return;
	if (probe) {
		CSP_INC(rx->cn, PROBE_IN);
		return;
	}
	CSP_INC(rx->cn, CHANGE_IN);
	csp_nl_event(flow, CSP_EVENT_CHANGED);
	if (CSP_HAS(msg, PREF) && msg->src.loc_family == flow->t.family &&
	    msg->dst.loc_family == flow->t.family)
		csp_change_apply(flow, msg);
}

/**
 * csp_change_want() - something is to be said
 * @flow: the flow
 * @say:  enum csp_say
 *
 * Context: any, no flow->lock held.
 */
void csp_change_want(struct csp_flow *flow, u8 say)
{
	struct csp_move *mv = csp_flow_move_state(flow, GFP_ATOMIC);

	if (!mv)
		return;
	spin_lock_bh(&flow->lock);
	mv->say |= say;
	spin_unlock_bh(&flow->lock);
	csp_flow_todo(flow, CSP_TODO_CHANGE);
}

/* Can anything be said of the connection, now or after its move? */
static int csp_change_possible(const struct csp_flow *flow)
{
	switch (READ_ONCE(flow->state)) {
	case CSP_STATE_EMBRYONIC:
	case CSP_STATE_ESTABLISHED:
	case CSP_STATE_MOVING:
	case CSP_STATE_HOMELESS:
		return READ_ONCE(flow->peer_gone) ? -ENOTCONN : 0;
	}
	return -ENOTCONN;
}

/**
 * csp_change_pref() - say how much the path in use is wanted
 * @flow: the flow
 * @pref: enum csp_pref, or a number between
 *
 * Context: any.
 * Return: 0, -ENOTCONN, -EOPNOTSUPP: the peer gave no key, or -ENOMEM.
 */
int csp_change_pref(struct csp_flow *flow, u32 pref)
{
	struct csp_move *mv;
	struct csp_tuple t;
	int err;

	err = csp_change_possible(flow);
	if (err)
		return err;
	if (!flow->pair)
		return -EOPNOTSUPP;
	mv = csp_flow_move_state(flow, GFP_ATOMIC);
	if (!mv)
		return -ENOMEM;
	spin_lock_bh(&flow->lock);
	t = flow->t;
	mv->say_t = t;
	mv->say_pref = pref;
	spin_unlock_bh(&flow->lock);
	csp_pref_set(flow, &t.laddr, &t.raddr, true, pref);
	csp_change_want(flow, CSP_SAY_PREF);
	return 0;
}

/**
 * csp_change_timeout() - ask boxes on the path to keep idle state
 * @flow: the flow
 * @ms:   for so long
 *
 * Context: any.
 * Return: 0, -ENOTCONN or -ENOMEM.
 */
int csp_change_timeout(struct csp_flow *flow, u32 ms)
{
	struct csp_move *mv;
	int err;

	err = csp_change_possible(flow);
	if (err)
		return err;
	mv = csp_flow_move_state(flow, GFP_ATOMIC);
	if (!mv)
		return -ENOMEM;
	WRITE_ONCE(mv->wish, ms);
	csp_change_want(flow, CSP_SAY_TIMEOUT);
	return 0;
}
