// SPDX-License-Identifier: GPL-2.0
/*
 * Being told of a move: the end whose peer's address changed; csp.rst,
 * section "Mobility".
 *
 *	 Attach received (softirq) ---- unknown identifier ---> Reject
 *	     |                     `--- many computations ----> Ack + nonce
 *	     v
 *	 flow's work: MAC, move number, addresses, socket
 *	     |   wrong MAC, old number ---> dropped, counted, nothing changed
 *	     |   number just used, same transaction ---> OK again
 *	     v
 *	 socket re-homed, limited to two segments; OK + nonce + MAC
 *	     |   OK again after 100 ms, 200 ms, ...; 10 s, 20 s, ...
 *	     +-- Ack + nonce echo + MAC ---> limit lifted
 *
 * The first segment, inside the Attach, is received after the socket has its
 * new name.
 */
#include <linux/netdevice.h>
#include <linux/random.h>
#include <net/tcp.h>
#include <net/udp.h>
#include <trace/events/csp.h>

#include "attach.h"
#include "change.h"
#include "cookie.h"
#include "flow.h"
#include "key.h"
#include "lent.h"
#include "limit.h"
#include "move.h"
#include "netlink.h"
#include "offer.h"
#include "oldpath.h"
#include "rebind.h"
#include "relay.h"
#include "rx.h"
#include "sign.h"
#include "sock.h"
#include "tomb.h"
#include "tx.h"

/* Section "Timers". */
#define CSP_VALIDATE_RTO	100	/* ms */
#define CSP_VALIDATE_ATTEMPTS	6
/* Later ones, which no limit holds back. */
#define CSP_VALIDATE_LATE	10000	/* ms */
#define CSP_VALIDATE_LATE_ATTEMPTS	7

/* Transmissions of the OK for which data leaves room; section "Address
 * validation". With them two segments of 1500 bytes fit three times the Attach.
 */
#define CSP_VALIDATE_RESERVED	5

/* Computing for strangers is limited; whoever echoes a nonce is none. */
static bool csp_attach_may_compute(struct csp_rx *rx, struct csp_flow *flow,
				   const struct csp_msg *msg)
{
	/* Pairs with the release in csp_pair_secret(). */
	if (!flow->pair || smp_load_acquire(&flow->pair->ready))
		return true;
	/* Only a move can be asked for an echo; section "Bundles". */
	if (CSP_HAS(msg, LOCAL_ID) && csp_cookie_echoed(rx, msg, msg->cid))
		return true;
	if (csp_limit_dh(rx->cn))
		return true;
	if (CSP_HAS(msg, LOCAL_ID))
		csp_cookie_ask(rx, msg, msg->cid);
	else
		CSP_INC(rx->cn, RATE_LIMITED);
	return false;
}

static void csp_attach_queue(struct csp_rx *rx, struct csp_flow *flow)
{
	struct csp_skb_cb *cb = (struct csp_skb_cb *)rx->skb->cb;
	struct csp_move *mv = csp_flow_move_state(flow, GFP_ATOMIC);
	struct sk_buff *older;

	BUILD_BUG_ON(sizeof(*cb) > sizeof(rx->skb->cb));
	if (!mv)
		return;
	cb->udp = rx->udp;
	cb->port = rx->port;
	/* The newest counts; an older one is retransmitted if it matters. */
	older = xchg(&mv->attach, skb_get(rx->skb));
	if (older)
		CSP_INC(rx->cn, ATTACH_NEWER);
	kfree_skb(older);
	csp_flow_todo(flow, CSP_TODO_ATTACH);
}

/* A wish for time is for boxes, who have no key. */
static bool csp_attach_unsigned(const struct csp_msg *msg)
{
	return msg->type == CSP_MSG_CHANGE && CSP_HAS(msg, TIMEOUT) &&
	       !CSP_HAS(msg, PREF) && !CSP_HAS(msg, MAC);
}

static bool csp_attach_complete(const struct csp_msg *msg)
{
	if (!CSP_HAS(msg, CONN) || !CSP_HAS(msg, SRC) || !CSP_HAS(msg, DST))
		return false;
	if (csp_attach_unsigned(msg))
		return true;
	if (!CSP_HAS(msg, SEQ) || !CSP_HAS(msg, MAC))
		return false;
	/* A move has both, an offer none. */
	return msg->type == CSP_MSG_CHANGE ||
	       !CSP_HAS(msg, LOCAL_ID) == !CSP_HAS(msg, NONCE);
}

/**
 * csp_attach_rcv() - an Attach or a Change arrived
 * @rx:  the packet
 * @msg: the message
 *
 * Context: softirq, RCU.
 */
void csp_attach_rcv(struct csp_rx *rx, const struct csp_msg *msg)
{
	struct csp_net *cn = rx->cn;
	struct csp_flow *flow;

	/* Of several offers the last speaks, which has the MAC. */
	if (msg->type == CSP_MSG_ATTACH && rx->rd.pos < rx->rd.len)
		return;
	if (!csp_attach_complete(msg)) {
		CSP_INC(cn, IN_MALFORMED);
		return;
	}
	flow = csp_flow_by_cid(cn, msg->dcid);
	if (!flow) {
		CSP_INC(cn, ATTACH_NO_CONN);
		csp_rx_reject(rx, msg, CSP_ERR_NO_CONN, 0,
			      "no such connection");
		return;
	}
	if (csp_attach_unsigned(msg))
		csp_change_rcv_timeout(rx, flow, msg);
	else if (csp_attach_may_compute(rx, flow, msg))
		csp_attach_queue(rx, flow);
	csp_flow_put(flow);
}

/* OK to the Attach accepted last. */
static struct sk_buff *csp_attach_ok_build(struct csp_flow *flow,
					   u8 attempt)
{
	struct csp_move *mv = flow->move;
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	struct csp_writer wr;

	lockdep_assert_held(&flow->lock);
	if (!skb)
		return NULL;
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, mv->rx_xid, CSP_F_REPLY,
			attempt);
	csp_write_msg(&wr, CSP_MSG_OK, 0, flow->peer_cid);
	csp_write_local_id(&wr, csp_flow_cid(flow), csp_flow_next(flow));
	csp_write_u32(&wr, CSP_A_SEQ, mv->rx_seq);
	csp_write_blob(&wr, CSP_A_NONCE, mv->ok_nonce, sizeof(mv->ok_nonce));
	csp_write_blob(&wr, CSP_A_NONCE_ECHO, mv->echo, mv->echo_len);
	return csp_sign_finish(skb, &wr, flow);
}

/* Bytes of the OKs that data has to leave room for. */
static u32 csp_attach_reserve(const struct csp_move *mv)
{
	int left = CSP_VALIDATE_RESERVED - 1 - mv->ok_attempt;

	return left > 0 ? left * mv->ok_len : 0;
}

/* Takes @len bytes of what may go to the new address; @keep have to remain. */
static bool csp_attach_spend(struct csp_flow *flow, u32 len, u32 keep)
{
	struct csp_move *mv = flow->move;

	lockdep_assert_held(&flow->lock);
	if (mv->credit < len + keep) {
		CSP_INC(flow->cn, LIMITED_DROP);
		return false;
	}
	mv->credit -= len;
	return true;
}

/**
 * csp_attach_charge() - may one more packet of data go to the peer?
 * @flow: the flow
 * @len:  its length, IP header included
 *
 * An address that has not echoed its nonce gets no more than three times what
 * came from it; csp.rst, section "Address validation".
 *
 * Context: flow->lock held.
 * Return: whether it may; it is counted then.
 */
bool csp_attach_charge(struct csp_flow *flow, u32 len)
{
	struct csp_move *mv = flow->move;

	lockdep_assert_held(&flow->lock);
	if (!mv || !mv->unvalidated ||
	    csp_attach_spend(flow, len, csp_attach_reserve(mv)))
		return true;
	mv->withheld = true;
	return false;
}

/* The OK itself; late ones are not counted. */
static bool csp_attach_charge_ok(struct csp_flow *flow, u32 len)
{
	struct csp_move *mv = flow->move;

	lockdep_assert_held(&flow->lock);
	mv->ok_len = len;
	return !mv->unvalidated || mv->ok_attempt >= CSP_VALIDATE_ATTEMPTS ||
	       csp_attach_spend(flow, len, 0);
}

static u32 csp_attach_ok_wait(const struct csp_move *mv)
{
	if (mv->ok_attempt < CSP_VALIDATE_ATTEMPTS)
		return CSP_VALIDATE_RTO << mv->ok_attempt;
	return CSP_VALIDATE_LATE << (mv->ok_attempt - CSP_VALIDATE_ATTEMPTS);
}

/* What a request from the new address is good for. */
static u32 csp_attach_credit(const struct csp_rx *rx)
{
	return 3 * (rx->skb->len + skb_network_header_len(rx->skb));
}

static void csp_attach_ok_send(struct csp_flow *flow, u8 attempt)
{
	struct sk_buff *skb = NULL;
	struct csp_to to;

	spin_lock_bh(&flow->lock);
	if (!flow->dead) {
		skb = csp_attach_ok_build(flow, attempt);
		csp_to_flow(&to, flow);
		if (skb && !csp_attach_charge_ok(flow, skb->len +
						 csp_to_headers(&to))) {
			kfree_skb(skb);
			skb = NULL;
		}
		if (flow->move->unvalidated)
			csp_move_set_due(flow, CSP_DUE_OK,
					 csp_attach_ok_wait(flow->move));
	}
	spin_unlock_bh(&flow->lock);
	if (skb)
		csp_tx(flow->cn, skb, &to, NULL);
}

/* Accepts no segment that could do more than data does. */
static bool csp_attach_piggyback_ok(const struct csp_tuple *t,
				    const struct csp_blob *pb)
{
	const struct tcphdr *th = (const void *)pb->data;
	const struct udphdr *uh = (const void *)pb->data;

	if (t->proto == IPPROTO_UDP)
		return pb->len >= sizeof(*uh) && uh->source == t->rport &&
		       uh->dest == t->lport &&
		       get_unaligned_be16(&uh->len) == pb->len;
	return pb->len >= sizeof(*th) && th->source == t->rport &&
	       th->dest == t->lport && !th->syn && !th->rst &&
	       th->doff * 4 >= sizeof(*th) && th->doff * 4 <= pb->len;
}

static void csp_attach_inject(struct csp_rx *rx, struct csp_flow *flow,
			      const struct csp_msg *msg)
{
	struct csp_tuple t = flow->t;

	if (!CSP_HAS(msg, PIGGYBACK))
		return;
	if (!csp_attach_piggyback_ok(&t, &msg->piggyback)) {
		CSP_INC(rx->cn, PIGGYBACK_BAD);
		return;
	}
	/* The device may have gone while the packet waited for the work. */
	rcu_read_lock();
	rx->skb->dev = dev_get_by_index_rcu(rx->cn->net, rx->iif);
	if (rx->skb->dev)
		csp_rx_inject(rx, &msg->piggyback, t.proto, &t.raddr, &t.laddr);
	rcu_read_unlock();
}

/* Everything that the flow has to remember of an accepted Attach. */
static void csp_attach_note(struct csp_rx *rx, struct csp_flow *flow,
			    const struct csp_msg *msg,
			    const struct csp_tuple *old)
{
	struct csp_move *mv = flow->move;

	spin_lock_bh(&flow->lock);
	/* Else the peer does not know whether its last move was answered. */
	if (msg->dcid == csp_flow_next(flow))
		csp_oldpath_leave(flow, old);
	flow->peer_cid = msg->cid;
	flow->peer_next = msg->next_cid;
	flow->udp = rx->udp;
	flow->moves++;
	mv->peer_at = rx->saddr;
	mv->since = jiffies;
	if (!csp_tuple_equal(old, &flow->t))
		mv->unvalidated = true;
	mv->credit = csp_attach_credit(rx);
	mv->withheld = false;
	mv->ok_attempt = 0;
	mv->echo_len = msg->nonce.len;
	memcpy(mv->echo, msg->nonce.data, msg->nonce.len);
	get_random_bytes(mv->ok_nonce, sizeof(mv->ok_nonce));
	/* Nothing has to be proved where the peer was already. */
	if (!mv->unvalidated)
		csp_oldpath_proved(flow);
	spin_unlock_bh(&flow->lock);
}

/* The socket does not go to its new name: what is said of it. */
static u16 csp_attach_stays(struct csp_net *cn, int err)
{
	if (err == -EOPNOTSUPP) {
		CSP_INC(cn, MOVE_IMMOVABLE);
		return CSP_ERR_IMMOVABLE;
	}
	CSP_INC(cn, MOVE_IN_USE);
	return CSP_ERR_IN_USE;
}

/* Socket lock held. 0 or an enum csp_error. */
static u16 csp_attach_rebind(struct csp_rx *rx, struct csp_flow *flow,
			     struct sock *sk, const struct csp_msg *msg,
			     const struct csp_tuple *before)
{
	struct csp_rebind rb = { .t = *before, .limited = true };
	u16 code = csp_move_check(flow, sk);
	int err;

	if (code) {
		CSP_INC(rx->cn, MOVE_IMMOVABLE);
		return code;
	}
	/* What our own move held back has the old name. */
	spin_lock_bh(&flow->lock);
	if (flow->state == CSP_STATE_MOVING || flow->state == CSP_STATE_HOMELESS)
		csp_flow_drop_held(flow);
	spin_unlock_bh(&flow->lock);
	rb.t.laddr = rx->daddr;
	rb.t.raddr = rx->saddr;
	rb.t.rport = csp_end_port(&msg->src);
	if (csp_tuple_equal(&rb.t, before)) {
		/* Back where it was. */
		csp_rebind_kick(sk);
	} else {
		err = csp_move_rehome(flow, sk, &rb);
		if (err)
			return csp_attach_stays(rx->cn, err);
	}
	flow->move->room += rb.room;
	flow->move->arrived = false;
	csp_attach_note(rx, flow, msg, before);
	return 0;
}

/*
 * Our own move was under way: it goes on, to the peer's new address; unless the
 * peer knows already where this end is. Section "Glare".
 */
static void csp_attach_state(struct csp_flow *flow, struct sock *sk,
			     const struct csp_tuple *before)
{
	bool again = false, moot = false;

	spin_lock_bh(&flow->lock);
	if (flow->state == CSP_STATE_MOVING &&
	    !csp_tuple_equal(before, &flow->t)) {
		moot = ipv6_addr_equal(&before->laddr, &flow->t.laddr);
		again = !moot;
	}
	if (again) {
		flow->want_l = before->laddr;
		flow->want_r = in6addr_any;
		/* The silence was that of a place where it is no more. */
		flow->attempt = 0;
	}
	if (csp_flow_lives(flow) && flow->state != CSP_STATE_MOVING)
		csp_flow_set_state(flow, CSP_STATE_ESTABLISHED);
	spin_unlock_bh(&flow->lock);
	if (again)
		csp_flow_todo(flow, CSP_TODO_AGAIN);
	else if (moot)
		csp_move_over(flow, false);
	else if (READ_ONCE(flow->state) == CSP_STATE_ESTABLISHED)
		csp_move_resume(flow, sk);
}

/* A refusal that the mover can believe. */
static void csp_attach_refuse(struct csp_rx *rx, struct csp_flow *flow,
			      const struct csp_msg *msg, u16 code)
{
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	struct csp_to to;
	struct csp_addr seen = {
		.family	= rx->family,
		.in6	= rx->saddr,
	};
	struct csp_writer wr;

	if (!skb)
		return;
	csp_rx_back(rx, &to);
	CSP_INC(rx->cn, REJECT_OUT);
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, rx->rd.xid, CSP_F_REPLY,
			rx->rd.attempt);
	csp_write_msg(&wr, CSP_MSG_REJECT, 0, msg->cid);
	csp_write_error(&wr, code, 0);
	csp_write_u32(&wr, CSP_A_SEQ, msg->seq);
	if (code == CSP_ERR_MISMATCH)
		csp_write_addr(&wr, CSP_A_OBSERVED, &seen);
	spin_lock_bh(&flow->lock);
	skb = csp_sign_finish(skb, &wr, flow);
	spin_unlock_bh(&flow->lock);
	if (skb)
		csp_tx(rx->cn, skb, &to, NULL);
}

/* DST: one of this host's addresses, or the one that it has of a NAT. */
static bool csp_attach_is_here(struct csp_rx *rx, struct csp_flow *flow,
			       const struct csp_msg *msg)
{
	bool lent;

	if (ipv6_addr_equal(&msg->dst.loc, &rx->daddr))
		return true;
	spin_lock_bh(&flow->lock);
	lent = csp_lent_is_own(flow, &msg->dst);
	spin_unlock_bh(&flow->lock);
	return lent;
}

/* Of this end, as the peer knows it. */
static __be16 csp_attach_port(struct csp_flow *flow)
{
	const struct csp_end *lent;
	__be16 port;

	spin_lock_bh(&flow->lock);
	lent = csp_lent(flow);
	port = lent ? csp_end_port(lent) : flow->t.lport;
	spin_unlock_bh(&flow->lock);
	return port;
}

static u16 csp_attach_accept(struct csp_rx *rx, struct csp_flow *flow,
			     const struct csp_msg *msg)
{
	struct csp_tuple before = flow->t;
	struct sock *sk;
	u16 code;

	if (msg->src.loc_family != rx->family ||
	    !ipv6_addr_equal(&msg->src.loc, &rx->saddr) ||
	    !csp_attach_is_here(rx, flow, msg)) {
		CSP_INC(rx->cn, REJECT_MISMATCH);
		return CSP_ERR_MISMATCH;
	}
	if (rx->family != flow->t.family)
		return CSP_ERR_IMMOVABLE;
	if (msg->proto != flow->t.proto || !msg->src.port ||
	    csp_end_port(&msg->dst) != csp_attach_port(flow)) {
		CSP_INC(rx->cn, IN_MALFORMED);
		return CSP_ERR_MALFORMED;
	}
	sk = csp_flow_sk(flow);
	if (!sk) {
		CSP_INC(rx->cn, ATTACH_NO_SOCK);
		return CSP_ERR_NO_CONN;
	}
	lock_sock(sk);
	code = csp_attach_rebind(rx, flow, sk, msg, &before);
	if (!code) {
		CSP_INC(rx->cn, MOVE_IN);
		csp_attach_state(flow, sk, &before);
		/*
		 * Before the data that the release of the socket sends. What
		 * the segment acknowledges must not be among that.
		 */
		csp_attach_ok_send(flow, rx->rd.attempt);
		csp_attach_inject(rx, flow, msg);
	}
	release_sock(sk);
	sock_put(sk);
	return code;
}

/* A copy from the new address earns as much as the first one. */
static void csp_attach_again(struct csp_rx *rx, struct csp_flow *flow)
{
	spin_lock_bh(&flow->lock);
	if (ipv6_addr_equal(&rx->saddr, &flow->t.raddr))
		flow->move->credit = min_t(u64, S32_MAX,
					   (u64)flow->move->credit +
					   csp_attach_credit(rx));
	spin_unlock_bh(&flow->lock);
}

/* The message is the peer's; a number is used once, for ever. */
static void csp_attach_believed(struct csp_rx *rx, struct csp_flow *flow,
				const struct csp_msg *msg)
{
	struct csp_move *mv = flow->move;
	u16 code;

	if (msg->seq == mv->rx_seq && mv->rx_xid == rx->rd.xid) {
		CSP_INC(rx->cn, MOVE_DUP);
		csp_attach_again(rx, flow);
		if (mv->rx_code)
			csp_attach_refuse(rx, flow, msg, mv->rx_code);
		else
			csp_attach_ok_send(flow, rx->rd.attempt);
		return;
	}
	if (msg->seq <= mv->rx_seq) {
		CSP_INC(rx->cn, ATTACH_REPLAY);
		return;
	}
	if (csp_relay_attach(rx, flow, msg))
		return;
	mv->rx_seq = msg->seq;
	mv->rx_xid = rx->rd.xid;
	code = csp_attach_accept(rx, flow, msg);
	mv->rx_code = code;
	if (code) {
		csp_attach_refuse(rx, flow, msg, code);
		return;
	}
	csp_nl_event(flow, CSP_EVENT_PEER_MOVED);
}

/* To its end; the last message has the MAC and is in @msg. */
static bool csp_attach_read(struct csp_rx *rx, struct csp_flow *flow,
			    struct csp_msg *msg)
{
	while (csp_read_msg(&rx->rd, msg) > 0)
		if (rx->rd.pos == rx->rd.len)
			return csp_sign_ok(rx, flow, msg);
	return false;
}

static void csp_attach_act(struct csp_rx *rx, struct csp_flow *flow)
{
	struct csp_msg msg;

	if (!csp_attach_read(rx, flow, &msg))
		CSP_INC(rx->cn, ATTACH_BAD_MAC);
	else if (msg.type == CSP_MSG_CHANGE)
		csp_change_believed(rx, flow, &msg);
	else if (CSP_HAS(&msg, LOCAL_ID))
		csp_attach_believed(rx, flow, &msg);
	else
		csp_offer_believed(rx, flow, &msg);
}

/**
 * csp_attach_process() - act on the Attach that waits
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_attach_process(struct csp_flow *flow)
{
	struct sk_buff *skb = xchg(&flow->move->attach, NULL);
	struct csp_skb_cb *cb;
	struct csp_rx rx;

	if (!skb)
		return;
	if (!csp_sign_keys(flow)) {
		CSP_INC(flow->cn, ATTACH_BAD_MAC);
		goto out;
	}
	cb = (struct csp_skb_cb *)skb->cb;
	if (csp_rx_start(&rx, flow->cn, skb, cb->udp, cb->port))
		csp_attach_act(&rx, flow);
out:
	kfree_skb(skb);
}

/* Is it the Ack that is waited for? Section "Address validation". */
static bool csp_attach_ack_valid(const struct csp_rx *rx,
				 const struct csp_flow *flow,
				 const struct csp_msg *msg)
{
	const struct csp_move *mv = flow->move;

	lockdep_assert_held(&flow->lock);
	if (!mv->unvalidated || rx->rd.xid != mv->rx_xid ||
	    memcmp(mv->ok_nonce, msg->nonce_echo.data, sizeof(mv->ok_nonce)))
		return false;
	/* It is about the new address, and proves nothing from elsewhere. */
	if (ipv6_addr_equal(&rx->saddr, &flow->t.raddr))
		return true;
	CSP_INC(rx->cn, IN_UNEXPECTED);
	return false;
}

/**
 * csp_attach_rcv_ack() - the peer echoes the nonce of our OK
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the Ack; section "Address validation"
 *
 * Context: softirq.
 */
void csp_attach_rcv_ack(struct csp_rx *rx, struct csp_flow *flow,
			const struct csp_msg *msg)
{
	struct csp_move *mv = READ_ONCE(flow->move);
	bool valid;

	if (!mv || !CSP_HAS(msg, NONCE_ECHO) || !CSP_HAS(msg, MAC) ||
	    msg->nonce_echo.len != sizeof(mv->ok_nonce)) {
		CSP_INC(rx->cn, IN_UNEXPECTED);
		return;
	}
	if (!csp_sign_ok(rx, flow, msg)) {
		CSP_INC(rx->cn, ATTACH_BAD_MAC);
		return;
	}
	spin_lock_bh(&flow->lock);
	valid = csp_attach_ack_valid(rx, flow, msg);
	if (valid) {
		mv->unvalidated = false;
		mv->due[CSP_DUE_OK] = 0;
		/* And our identifiers, in case that a move of ours was moot. */
		if (flow->state == CSP_STATE_ESTABLISHED)
			mv->asking = false;
		csp_oldpath_proved(flow);
	}
	spin_unlock_bh(&flow->lock);
	if (!valid)
		return;
	CSP_INC(rx->cn, VALIDATED);
	csp_flow_todo(flow, CSP_TODO_VALIDATED);
}

/**
 * csp_attach_validated() - the new address is the peer's: lift the limit
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_attach_validated(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;
	struct sock *sk = csp_flow_sk(flow);

	if (!sk)
		return;
	lock_sock(sk);
	if (!READ_ONCE(mv->unvalidated)) {
		csp_rebind_lift(sk, true, mv->room);
		mv->room = 0;
		if (mv->withheld)
			csp_rebind_kick(sk);
		mv->withheld = false;
		if (READ_ONCE(flow->state) == CSP_STATE_ESTABLISHED)
			csp_move_resume(flow, sk);
	}
	release_sock(sk);
	sock_put(sk);
	csp_move_doubt_later(flow);
}

/* The next OK is a late one. */
static void csp_attach_wait(struct csp_flow *flow)
{
	spin_lock_bh(&flow->lock);
	csp_move_set_due(flow, CSP_DUE_OK, csp_attach_ok_wait(flow->move));
	spin_unlock_bh(&flow->lock);
}

/**
 * csp_attach_timer() - no echo of the nonce in our OK yet
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_attach_timer(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;

	if (!READ_ONCE(mv->unvalidated))
		return;
	if (mv->ok_attempt == CSP_VALIDATE_ATTEMPTS +
			      CSP_VALIDATE_LATE_ATTEMPTS)
		return;
	if (++mv->ok_attempt == CSP_VALIDATE_ATTEMPTS) {
		csp_attach_wait(flow);
		csp_oldpath_probe(flow);
		return;
	}
	CSP_INC(flow->cn, OUT_RETRANS);
	csp_attach_ok_send(flow, mv->ok_attempt);
}
