// SPDX-License-Identifier: GPL-2.0
/*
 * What the peer answers to a move: OK, Reject, or a nonce that it wants back
 * first; csp.rst, section "The mover".
 */
#include "change.h"
#include "flow.h"
#include "move.h"
#include "netlink.h"
#include "path.h"
#include "rebind.h"
#include "rx.h"
#include "sign.h"
#include "sock.h"
#include "tx.h"

/* Proves to the peer that the new address is ours. */
static void csp_move_ack(struct csp_rx *rx, struct csp_flow *flow,
			 const struct csp_msg *msg)
{
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	struct csp_writer wr;
	struct csp_to to;

	if (!skb)
		return;
	spin_lock_bh(&flow->lock);
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, rx->rd.xid, CSP_F_REPLY,
			rx->rd.attempt);
	csp_write_msg(&wr, CSP_MSG_ACK, 0, flow->peer_cid);
	csp_write_blob(&wr, CSP_A_NONCE_ECHO, msg->nonce.data, msg->nonce.len);
	skb = csp_sign_finish(skb, &wr, flow);
	csp_to_flow(&to, flow);
	spin_unlock_bh(&flow->lock);
	if (skb)
		csp_tx(rx->cn, skb, &to, NULL);
}

/* Is this OK the answer to our Attach? Ours alone carries the nonce. */
static bool csp_move_ok_valid(struct csp_rx *rx, struct csp_flow *flow,
			      const struct csp_msg *msg)
{
	struct csp_move *mv = READ_ONCE(flow->move);

	if (!mv || rx->rd.xid != READ_ONCE(flow->xid) ||
	    !CSP_HAS(msg, NONCE_ECHO) || !CSP_HAS(msg, NONCE) ||
	    !CSP_HAS(msg, LOCAL_ID) || !CSP_HAS(msg, SEQ) ||
	    msg->seq != READ_ONCE(mv->tx_seq) ||
	    msg->nonce_echo.len != sizeof(mv->nonce)) {
		CSP_INC(rx->cn, IN_UNEXPECTED);
		return false;
	}
	if (!csp_sign_ok(rx, flow, msg)) {
		CSP_INC(rx->cn, ATTACH_BAD_MAC);
		return false;
	}
	return true;
}

/**
 * csp_move_rcv_ok() - OK to an Attach
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the OK
 *
 * Context: softirq.
 */
void csp_move_rcv_ok(struct csp_rx *rx, struct csp_flow *flow,
		     const struct csp_msg *msg)
{
	bool moved = false;

	if (!csp_move_ok_valid(rx, flow, msg))
		return;
	spin_lock_bh(&flow->lock);
	if (!flow->dead && flow->state == CSP_STATE_MOVING &&
	    !memcmp(msg->nonce_echo.data, flow->move->nonce,
		    sizeof(flow->move->nonce))) {
		moved = true;
		flow->move->asking = false;
		flow->peer_cid = msg->cid;
		flow->peer_next = msg->next_cid;
		flow->udp = rx->udp;
		flow->moves++;
		/* It echoed our nonce: more is not to be had from an Ack. */
		if (ipv6_addr_equal(&rx->saddr, &flow->t.raddr)) {
			flow->move->unvalidated = false;
			flow->move->due[CSP_DUE_OK] = 0;
		}
	}
	spin_unlock_bh(&flow->lock);
	/* The Ack first: it opens the peer's window. */
	csp_move_ack(rx, flow, msg);
	if (!moved)
		return;
	CSP_INC(rx->cn, MOVE_OK);
	csp_move_over(flow, true);
	csp_nl_event(flow, CSP_EVENT_MOVED);
}

/**
 * csp_move_rcv_cookie() - the peer wants its nonce back before it computes
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the Ack; section "Stateless answer"
 *
 * Context: softirq.
 */
void csp_move_rcv_cookie(struct csp_rx *rx, struct csp_flow *flow,
			 const struct csp_msg *msg)
{
	struct csp_move *mv = READ_ONCE(flow->move);
	bool again = false;

	spin_lock_bh(&flow->lock);
	if (mv && flow->state == CSP_STATE_MOVING &&
	    rx->rd.xid == flow->xid && !mv->cookie_len) {
		memcpy(mv->cookie, msg->nonce.data, msg->nonce.len);
		mv->cookie_len = msg->nonce.len;
		flow->attempt++;
		again = true;
	}
	spin_unlock_bh(&flow->lock);
	if (again)
		csp_move_send(flow);
	else
		CSP_INC(rx->cn, IN_UNEXPECTED);
}

/*
 * Section "The mover", 4. Without a MAC only "no such connection" counts,
 * which a RST would say as well.
 */
static bool csp_move_reject_final(const struct csp_msg *msg)
{
	switch (msg->err_code) {
	case CSP_ERR_NO_CONN:
		return true;
	case CSP_ERR_IMMOVABLE:
	case CSP_ERR_MISMATCH:
	case CSP_ERR_MALFORMED:
		return CSP_HAS(msg, MAC);
	}
	return false;
}

/**
 * csp_move_rcv_reject() - the peer refuses the Attach
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the Reject
 *
 * Context: softirq.
 */
void csp_move_rcv_reject(struct csp_rx *rx, struct csp_flow *flow,
			 const struct csp_msg *msg)
{
	struct csp_move *mv = flow->move;

	if (READ_ONCE(flow->state) != CSP_STATE_MOVING ||
	    rx->rd.xid != READ_ONCE(flow->xid) || !CSP_HAS(msg, ERROR)) {
		CSP_INC(rx->cn, IN_UNEXPECTED);
		return;
	}
	if (CSP_HAS(msg, MAC) && !csp_sign_ok(rx, flow, msg)) {
		CSP_INC(rx->cn, ATTACH_BAD_MAC);
		return;
	}
	CSP_INC(rx->cn, REJECT_IN);
	if (csp_move_reject_final(msg)) {
		WRITE_ONCE(mv->refused, msg->err_code);
		WRITE_ONCE(mv->gone, CSP_HAS(msg, MAC) &&
			   msg->err_code == CSP_ERR_NO_CONN);
		csp_flow_todo(flow, CSP_TODO_REFUSED);
	} else if (CSP_HAS(msg, MAC)) {
		/* The number is used up: the same request gets the same answer. */
		WRITE_ONCE(mv->renew, true);
	}
}

/* The other end of the connection is gone: as if it had sent a RST. */
static void csp_move_gone(struct csp_flow *flow)
{
	struct sock *sk = csp_flow_sk(flow);

	spin_lock_bh(&flow->lock);
	flow->peer_gone = true;
	spin_unlock_bh(&flow->lock);
	if (sk) {
		csp_sk_fail(sk, sk->sk_protocol == IPPROTO_TCP ?
				ECONNRESET : ECONNREFUSED);
		sock_put(sk);
	}
	csp_flow_kill(flow, CSP_EVENT_DETACHED);
}

/**
 * csp_move_refused() - act on a Reject that is final
 * @flow: the flow
 *
 * An address that is translated on the way may not be the only one.
 *
 * Context: the flow's work.
 */
void csp_move_refused(struct csp_flow *flow)
{
	u16 code = READ_ONCE(flow->move->refused);

	if (READ_ONCE(flow->state) != CSP_STATE_MOVING || !code)
		return;
	if (READ_ONCE(flow->move->gone)) {
		csp_move_gone(flow);
		return;
	}
	if (code == CSP_ERR_MISMATCH && csp_path_avoid(flow))
		return;
	csp_move_give_up(flow);
	csp_nl_event_reject(flow, code, NULL);
}

/**
 * csp_move_finish() - the move is over: segments get their full length again
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_move_finish(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;
	struct sock *sk = csp_flow_sk(flow);
	u16 room;

	if (!sk)
		return;
	lock_sock(sk);
	room = READ_ONCE(flow->state) == CSP_STATE_MOVING ? 0 : mv->room;
	mv->room -= room;
	csp_rebind_lift(sk, false, room);
	release_sock(sk);
	sock_put(sk);
	csp_move_doubt_later(flow);
	csp_change_next(flow);
}
