// SPDX-License-Identifier: GPL-2.0
/*
 * How much a path is wanted: Change; csp.rst, section "Change".
 *
 *	 preference set --> Change + MAC, again after 250 ms, 500 ms, ...
 *	                        |
 *	                        +-- OK + MAC, or five times nothing --> done
 *
 * The receiver moves the connection if the path in use is wanted little and it
 * knows another.
 */
#include <linux/random.h>

#include "attach.h"
#include "change.h"
#include "flow.h"
#include "move.h"
#include "netlink.h"
#include "path.h"
#include "rx.h"
#include "setup.h"
#include "sign.h"
#include "tx.h"

/* Section "Timers". */
#define CSP_CHANGE_RTO		250	/* ms */
#define CSP_CHANGE_ATTEMPTS	5

static void csp_change_xmit(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	struct csp_writer wr;
	struct csp_to to;

	if (!skb)
		return;
	spin_lock_bh(&flow->lock);
	if (flow->dead || flow->state != CSP_STATE_ESTABLISHED) {
		spin_unlock_bh(&flow->lock);
		kfree_skb(skb);
		return;
	}
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, flow->xid, 0,
			mv->change_attempt);
	csp_write_msg(&wr, CSP_MSG_CHANGE, 0, flow->peer_cid);
	csp_write_names(&wr, flow);
	csp_write_u32(&wr, CSP_A_PREF, flow->pref);
	csp_write_u32(&wr, CSP_A_SEQ, mv->tx_seq);
	skb = csp_sign_finish(skb, &wr, flow);
	csp_to_flow(&to, flow);
	csp_flow_timer(flow, CSP_CHANGE_RTO << mv->change_attempt);
	spin_unlock_bh(&flow->lock);
	if (skb)
		csp_tx(flow->cn, skb, &to, NULL);
}

/**
 * csp_change_send() - tell the peer what was asked for
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_change_send(struct csp_flow *flow)
{
	struct csp_move *mv = csp_move_keys(flow);

	if (!mv)
		return;
	spin_lock_bh(&flow->lock);
	mv->tx_seq++;
	mv->changing = true;
	mv->change_attempt = 0;
	flow->xid = (__force __be32)get_random_u32();
	spin_unlock_bh(&flow->lock);
	CSP_INC(flow->cn, CHANGE_OUT);
	csp_change_xmit(flow);
}

/**
 * csp_change_timer() - no OK to the Change yet
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_change_timer(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;

	if (!mv || !READ_ONCE(mv->changing))
		return;
	if (++mv->change_attempt >= CSP_CHANGE_ATTEMPTS) {
		WRITE_ONCE(mv->changing, false);
		return;
	}
	CSP_INC(flow->cn, OUT_RETRANS);
	csp_change_xmit(flow);
}

/**
 * csp_change_rcv_ok() - OK to a Change
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the OK
 *
 * Context: softirq.
 * Return: true if a Change waited for it.
 */
bool csp_change_rcv_ok(struct csp_rx *rx, struct csp_flow *flow,
		       const struct csp_msg *msg)
{
	struct csp_move *mv = READ_ONCE(flow->move);

	if (!mv || !READ_ONCE(mv->changing) ||
	    rx->rd.xid != READ_ONCE(flow->xid))
		return false;
	if (!csp_sign_ok(rx, flow, msg)) {
		CSP_INC(rx->cn, ATTACH_BAD_MAC);
		return true;
	}
	spin_lock_bh(&flow->lock);
	mv->changing = false;
	if (!flow->dead && flow->state == CSP_STATE_ESTABLISHED &&
	    !mv->unvalidated)
		csp_flow_timer(flow, 0);
	spin_unlock_bh(&flow->lock);
	csp_nl_event(flow, CSP_EVENT_CHANGED);
	return true;
}

static void csp_change_answer(struct csp_rx *rx, struct csp_flow *flow,
			      const struct csp_msg *msg)
{
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	struct csp_writer wr;
	struct csp_to to;

	if (!skb)
		return;
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, rx->rd.xid, CSP_F_REPLY,
			rx->rd.attempt);
	spin_lock_bh(&flow->lock);
	csp_write_msg(&wr, CSP_MSG_OK, 0, flow->peer_cid);
	csp_write_u32(&wr, CSP_A_SEQ, msg->seq);
	skb = csp_sign_finish(skb, &wr, flow);
	csp_to_flow(&to, flow);
	spin_unlock_bh(&flow->lock);
	if (skb)
		csp_tx(rx->cn, skb, &to, NULL);
}

/* Notes what the peer thinks of its address @addr. */
static void csp_change_note(struct csp_flow *flow, const struct in6_addr *addr,
			    u32 pref)
{
	int i;

	spin_lock_bh(&flow->lock);
	for (i = 0; flow->alts && i < flow->alts->n; i++)
		if (ipv6_addr_equal(&flow->alts->addr[i], addr))
			flow->alts->pref[i] = min_t(u32, pref, U8_MAX);
	spin_unlock_bh(&flow->lock);
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
	struct csp_move *mv = flow->move;
	bool again = msg->seq == mv->rx_seq && mv->rx_change == rx->rd.xid;

	if (msg->seq <= mv->rx_seq && !again) {
		CSP_INC(rx->cn, ATTACH_REPLAY);
		return;
	}
	csp_change_answer(rx, flow, msg);
	if (again)
		return;
	mv->rx_seq = msg->seq;
	mv->rx_change = rx->rd.xid;
	CSP_INC(rx->cn, CHANGE_IN);
	csp_nl_event(flow, CSP_EVENT_CHANGED);
	if (!CSP_HAS(msg, PREF) || !CSP_HAS(msg, SRC))
		return;
	csp_change_note(flow, &msg->src.loc, msg->pref);
	if (msg->pref < CSP_PREF_NORMAL &&
	    ipv6_addr_equal(&msg->src.loc, &flow->t.raddr) &&
	    ipv6_addr_equal(&msg->dst.loc, &flow->t.laddr))
		csp_path_avoid(flow);
}

/**
 * csp_change_request() - say how much the path in use is wanted
 * @flow: the flow
 * @pref: enum csp_pref, or a number between
 *
 * Context: any.
 * Return: 0, -ENOTCONN or -EOPNOTSUPP: the peer gave no key.
 */
int csp_change_request(struct csp_flow *flow, u32 pref)
{
	int err = 0;

	spin_lock_bh(&flow->lock);
	if (flow->state != CSP_STATE_ESTABLISHED)
		err = -ENOTCONN;
	else if (!flow->pair)
		err = -EOPNOTSUPP;
	else
		flow->pref = pref;
	spin_unlock_bh(&flow->lock);
	if (!err)
		csp_flow_todo(flow, CSP_TODO_CHANGE);
	return err;
}
