// SPDX-License-Identifier: GPL-2.0
/*
 * Moving: the end whose address changed; csp.rst, section "Mobility".
 *
 *	 address gone, path dead, or asked for
 *	     |
 *	     +-- no route to the peer ----> HOMELESS --- address or route new --+
 *	     |                                 ^  |                             |
 *	     v                                 |  +-- same address again:      |
 *	 socket re-homed, its packets held     |      ESTABLISHED              |
 *	     |                                 |                               |
 *	     v                                 +--- address gone again         |
 *	   MOVING <------------------------------------------------------------+
 *	     |  Detach(path) + Attach + nonce + first segment + MAC,
 *	     |  again after 1.5 RTT, doubling, at most 3.2 s apart
 *	     |
 *	     +-- OK + MAC + nonce --> Ack + nonce echo; packets released;
 *	     |                        ESTABLISHED
 *	     +-- Ack + nonce ------> Attach + nonce echo
 *	     +-- Redirect --------> asked again, under the name given
 *	     |                      (move_redirect.c)
 *	     +-- Reject "not now" -> asked again, as a new transaction
 *	     +-- Reject, or nothing within move_timeout --> back to the old name
 *	                             (oldpath.c); the transport has to see
 *
 * Nothing but signalling, with one segment inside, leaves under the new name
 * before the OK: the peer has no socket of that name yet and would answer
 * with a RST.
 */
#include <linux/if_ether.h>
#include <linux/random.h>
#include <net/ip.h>
#include <net/tcp.h>
#include <trace/events/csp.h>

#include "attach.h"
#include "change.h"
#include "compat/gso.h"
#include "flow.h"
#include "hook.h"
#include "key.h"
#include "lent.h"
#include "move.h"
#include "netlink.h"
#include "oldpath.h"
#include "path.h"
#include "peer.h"
#include "rebind.h"
#include "refresh.h"
#include "rx.h"
#include "setup.h"
#include "sign.h"
#include "sock.h"
#include "tomb.h"
#include "tx.h"

/* Section "Timers". */
#define CSP_MOVE_RTO_MIN	100	/* ms */
#define CSP_MOVE_RTO_MAX	3200	/* ms */
#define CSP_HOMELESS_POLL	1000	/* ms; notifiers are faster */
/* After the OK: longer than an ACK may be delayed. */
#define CSP_MOVE_DOUBT		50	/* ms */

/* An Attach is as long as this, so that the answer may be three times it. */
#define CSP_ATTACH_LEN		1200
/* What an Attach needs beside a segment, with IPv6 and UDP. */
#define CSP_ATTACH_ROOM		256
/* And what it may become with one, on Ethernet. */
#define CSP_ATTACH_MAX		(ETH_DATA_LEN - (int)sizeof(struct ipv6hdr) - \
				 (int)sizeof(struct udphdr))

/**
 * csp_move_keys() - see to it that a flow can sign and verify
 * @flow: the flow
 *
 * Context: process; may sleep. The first time a Curve25519 operation.
 * Return: its state of mobility, or NULL.
 */
struct csp_move *csp_move_keys(struct csp_flow *flow)
{
	struct csp_move *mv;
	bool initiator = flow->initiator;

	if (!flow->pair)
		return NULL;
	mv = csp_flow_move_state(flow, GFP_KERNEL);
	/* Pairs with the release below: the key is there if keyed says so. */
	if (!mv || smp_load_acquire(&mv->keyed))
		return mv;
	if (csp_pair_secret(flow->pair))
		return NULL;
	csp_derive_key(mv->key, flow->pair, initiator,
		       initiator ? flow->cid0 : flow->peer_cid0,
		       initiator ? flow->peer_cid0 : flow->cid0);
	/* Pairs with the acquires above and in csp_sign_ok(). */
	smp_store_release(&mv->keyed, true);
	return mv;
}

/**
 * csp_move_arm() - set the flow's timer to the earliest of csp_move.due
 * @flow: the flow, ESTABLISHED
 *
 * Context: flow->lock held.
 */
void csp_move_arm(struct csp_flow *flow)
{
	const struct csp_move *mv = flow->move;
	unsigned long first = 0;
	int i;

	lockdep_assert_held(&flow->lock);
	/* The timer has another use then; detach.c. */
	if (flow->peer_gone)
		return;
	for (i = 0; mv && i < __CSP_DUE_MAX; i++)
		if (mv->due[i] && (!first || time_before(mv->due[i], first)))
			first = mv->due[i];
	if (!first)
		csp_flow_timer(flow, 0);
	else if (time_after(first, jiffies))
		csp_flow_timer(flow, jiffies_to_msecs(first - jiffies) + 1);
	else
		csp_flow_timer(flow, 1);
}

/**
 * csp_move_set_due() - set one of the timers of an ESTABLISHED flow
 * @flow: the flow; elsewhere the timer waits until it is
 * @due:  which
 * @ms:   milliseconds from now
 *
 * Context: flow->lock held; mobile flow.
 */
void csp_move_set_due(struct csp_flow *flow, enum csp_due due,
		      unsigned long ms)
{
	lockdep_assert_held(&flow->lock);
	flow->move->due[due] = (jiffies + msecs_to_jiffies(ms)) ?: 1;
	if (!flow->dead && flow->state == CSP_STATE_ESTABLISHED)
		csp_move_arm(flow);
}

static bool csp_move_take_due(struct csp_flow *flow, enum csp_due due)
{
	struct csp_move *mv = flow->move;
	bool taken;

	spin_lock_bh(&flow->lock);
	taken = mv->due[due] && time_after_eq(jiffies, mv->due[due]);
	if (taken)
		mv->due[due] = 0;
	spin_unlock_bh(&flow->lock);
	return taken;
}

/* Has what was in flight at the move arrived? */
static void csp_move_doubt(struct csp_flow *flow)
{
	struct sock *sk = csp_flow_sk(flow);

	flow->move->arrived = false;
	if (!sk)
		return;
	lock_sock(sk);
	csp_rebind_doubt(sk);
	release_sock(sk);
	sock_put(sk);
}

/**
 * csp_move_due() - the timer of an ESTABLISHED flow has run out
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_move_due(struct csp_flow *flow)
{
	if (!flow->move)
		return;
	if (csp_move_take_due(flow, CSP_DUE_OK))
		csp_attach_timer(flow);
	if (csp_move_take_due(flow, CSP_DUE_SAY))
		csp_change_timer(flow);
	if (csp_move_take_due(flow, CSP_DUE_OLD))
		csp_oldpath_timer(flow);
	if (csp_move_take_due(flow, CSP_DUE_DOUBT))
		csp_move_doubt(flow);
	if (csp_move_take_due(flow, CSP_DUE_REFRESH))
		csp_refresh_timer(flow);
	spin_lock_bh(&flow->lock);
	if (!flow->dead && flow->state == CSP_STATE_ESTABLISHED)
		csp_move_arm(flow);
	spin_unlock_bh(&flow->lock);
}

static unsigned long csp_move_rto(struct csp_flow *flow)
{
	struct csp_peer *peer;
	unsigned long ms = 0;

	peer = csp_peer_get(flow->cn, &flow->t.raddr, 0, 0, false);
	if (peer) {
		ms = READ_ONCE(peer->srtt_us) * 3 / 2 / USEC_PER_MSEC;
		csp_peer_put(peer);
	}
	ms = max_t(unsigned long, ms, CSP_MOVE_RTO_MIN);
	ms = min_t(unsigned long, ms << min_t(u8, flow->attempt, 5),
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
	flow->n_held--;
	for (prev = NULL; segs; prev = segs, segs = next) {
		next = segs->next;
		skb_mark_not_on_list(segs);
		if (prev)
			__skb_queue_after(&flow->held, prev, segs);
		else
			__skb_queue_head(&flow->held, segs);
		flow->n_held++;
	}
	consume_skb(skb);
}

static void csp_move_piggyback(struct csp_writer *wr, struct csp_flow *flow)
{
	struct sk_buff *skb;
	size_t len;

	lockdep_assert_held(&flow->lock);
	if (flow->attempt && !flow->piggybacked)
		return;
	csp_move_split(flow);
	skb = skb_peek(&flow->held);
	if (!skb || skb_is_gso(skb) || csp_has_options(skb))
		return;
	len = skb->len - skb_transport_offset(skb);
	/* The MAC comes after it. */
	if (wr->len + len + sizeof(struct csp_attrhdr) + 3 + CSP_SIGN_LEN >
	    wr->size)
		return;
	csp_write_piggyback(wr, skb, &flow->t);
	if (!flow->piggybacked)
		CSP_INC(flow->cn, PIGGYBACK_OUT);
	flow->piggybacked = true;
}

/* Section "Mobility": the two messages that make a move. */
static struct sk_buff *csp_move_build(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;
	struct csp_writer wr;
	struct sk_buff *skb;

	lockdep_assert_held(&flow->lock);
	skb = csp_tx_alloc(CSP_ATTACH_MAX);
	if (!skb)
		return NULL;
	csp_write_start(&wr, skb->data, CSP_ATTACH_MAX, flow->xid, 0,
			flow->attempt);
	csp_write_msg(&wr, CSP_MSG_DETACH, CSP_SCOPE_PATH, flow->peer_next);
	csp_write_msg(&wr, CSP_MSG_ATTACH, 0, flow->peer_next);
	csp_lent_write(&wr, flow, &flow->t);
	csp_write_local_id(&wr, csp_flow_cid(flow), csp_flow_next(flow));
	csp_write_u32(&wr, CSP_A_SEQ, mv->tx_seq);
	csp_write_blob(&wr, CSP_A_NONCE, mv->nonce, sizeof(mv->nonce));
	if (mv->cookie_len)
		csp_write_blob(&wr, CSP_A_NONCE_ECHO, mv->cookie,
			       mv->cookie_len);
	csp_move_piggyback(&wr, flow);
	csp_write_pad(&wr, CSP_ATTACH_LEN - CSP_SIGN_LEN);
	return csp_sign_finish(skb, &wr, flow);
}

/**
 * csp_move_send() - one transmission of the request
 * @flow: the flow; nothing is sent unless it is MOVING
 *
 * Context: any.
 */
void csp_move_send(struct csp_flow *flow)
{
	struct sk_buff *skb, *first;
	struct csp_to to;

	spin_lock_bh(&flow->lock);
	if (flow->dead || flow->state != CSP_STATE_MOVING) {
		spin_unlock_bh(&flow->lock);
		return;
	}
	skb = csp_move_build(flow);
	csp_to_flow(&to, flow);
	if (flow->attempt) {
		CSP_INC(flow->cn, OUT_RETRANS);
	} else {
		/* Our conntrack must know the segment that goes in disguise. */
		first = flow->piggybacked ? skb_peek(&flow->held) : NULL;
		if (first)
			csp_hook_confirm(first);
	}
	csp_flow_timer(flow, csp_move_rto(flow));
	spin_unlock_bh(&flow->lock);
	if (skb)
		csp_tx(flow->cn, skb, &to, NULL);
}

static void csp_move_homeless(struct csp_flow *flow)
{
	bool new;

	spin_lock_bh(&flow->lock);
	new = !flow->dead && flow->state != CSP_STATE_HOMELESS;
	if (!flow->dead) {
		csp_flow_set_state(flow, CSP_STATE_HOMELESS);
		csp_flow_timer(flow, CSP_HOMELESS_POLL);
	}
	spin_unlock_bh(&flow->lock);
	if (!new)
		return;
	CSP_INC(flow->cn, MOVE_HOMELESS);
	csp_nl_event(flow, CSP_EVENT_HOMELESS);
}

/* No other host can answer to an address that means something here only. */
static bool csp_move_reaches(const struct csp_to *to)
{
	return ipv6_addr_v4mapped(&to->saddr) ||
	       ipv6_addr_src_scope(&to->saddr) >=
	       ipv6_addr_src_scope(&to->daddr);
}

/* Where to? False: nowhere now. */
static bool csp_move_choose(struct csp_flow *flow, struct csp_tuple *t)
{
	struct csp_to to;
	struct dst_entry *dst;
	bool usable;

	spin_lock_bh(&flow->lock);
	csp_to_flow(&to, flow);
	to.saddr = flow->want_l;
	if (!ipv6_addr_any(&flow->want_r))
		to.daddr = flow->want_r;
	if (flow->want_oif)
		to.oif = flow->want_oif;
	*t = flow->t;
	spin_unlock_bh(&flow->lock);

	dst = csp_route(flow->cn, &to);
	if (IS_ERR(dst))
		return false;
	/* A route by loopback is no way to another host, nor is a dead one. */
	usable = !(dst->dev->flags & IFF_LOOPBACK) ||
		 csp_path_own(flow->cn, &to.daddr);
	usable = usable && csp_path_link(dst->dev);
	dst_release(dst);
	t->laddr = to.saddr;
	t->raddr = to.daddr;
	return usable && csp_move_reaches(&to) &&
	       csp_path_own(flow->cn, &t->laddr);
}

/* If not on the path wanted, then on another. */
static bool csp_move_choose_any(struct csp_flow *flow, struct csp_tuple *t)
{
	int tries = CSP_MAX_ALTS;

	while (!csp_move_choose(flow, t))
		if (!tries-- || !csp_path_next(flow, false))
			return false;
	return true;
}

/**
 * csp_move_elsewhere() - would routing leave a silent path by another address?
 * @flow: a flow that is MOVING
 *
 * Context: any.
 * Return: true if it would, and nobody said which address to use.
 */
bool csp_move_elsewhere(struct csp_flow *flow)
{
	struct csp_tuple t;

	return ipv6_addr_any(&flow->want_l) && csp_move_choose(flow, &t) &&
	       !csp_tuple_equal(&t, &flow->t);
}

/* The address came back: as if nothing had been. */
static void csp_move_unmoved(struct csp_flow *flow, struct sock *sk)
{
	bool homeless;

	lock_sock(sk);
	spin_lock_bh(&flow->lock);
	homeless = !flow->dead && flow->state == CSP_STATE_HOMELESS;
	if (homeless) {
		csp_flow_set_state(flow, CSP_STATE_ESTABLISHED);
		csp_move_arm(flow);
	}
	spin_unlock_bh(&flow->lock);
	if (homeless)
		csp_rebind_kick(sk);
	release_sock(sk);
	if (homeless)
		csp_nl_event(flow, CSP_EVENT_MOVED);
}

/**
 * csp_move_rehome() - flow and socket get another name
 * @flow: the flow
 * @sk:   its socket
 * @rb:   the name, and with which limits; gets the old name
 *
 * Context: process, socket lock held.
 * Return: 0, or a negative errno, and then nothing has changed.
 */
int csp_move_rehome(struct csp_flow *flow, struct sock *sk,
		    struct csp_rebind *rb)
{
	int err;

	spin_lock_bh(&flow->lock);
	rb->old = flow->t;
	err = csp_flow_retuple(flow, &rb->t);
	spin_unlock_bh(&flow->lock);
	if (err)
		return err;
	err = csp_rebind(sk, rb);
	trace_csp_rebind(flow, &rb->old, &rb->t, err);
	if (!err) {
		csp_tomb_del(flow->cn, &rb->t);
		return 0;
	}
	spin_lock_bh(&flow->lock);
	csp_flow_retuple(flow, &rb->old);
	spin_unlock_bh(&flow->lock);
	return err;
}

/*
 * Was the old path good to the last? If the address went, what had been sent
 * before went on, and only its ACKs did not come back; the retransmissions of
 * that time never left. Else, what TCP has sent again was lost.
 */
static bool csp_move_arrived(const struct csp_flow *flow, const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP &&
	       (!csp_path_own(flow->cn, &flow->t.laddr) ||
		!inet_csk(sk)->icsk_retransmits);
}

/**
 * csp_move_rename() - the socket goes to its new name, before the peer knows it
 * @flow: the flow, MOVING
 * @sk:   its socket
 * @t:    the name
 *
 * Context: the flow's work, socket lock held.
 * Return: 0 or a negative errno: it still has the old one. What it sends is
 * held back all the same.
 */
int csp_move_rename(struct csp_flow *flow, struct sock *sk,
		    const struct csp_tuple *t)
{
	struct csp_rebind rb = { .t = *t };
	struct csp_move *mv = flow->move;
	int err;

	if (t->proto == IPPROTO_TCP)
		rb.room = mv->room ? 0 : CSP_ATTACH_ROOM;
	rb.arrived = csp_move_arrived(flow, sk);
	spin_lock_bh(&flow->lock);
	csp_flow_drop_held(flow);
	spin_unlock_bh(&flow->lock);
	/* Only what is connected can be held back packet by packet. */
	if (sk->sk_state == TCP_ESTABLISHED || t->proto == IPPROTO_TCP)
		csp_sk_set_phase(sk, CSP_PHASE_HOLD);
	err = csp_move_rehome(flow, sk, &rb);
	if (err)
		return err;
	mv->room += rb.room;
	mv->arrived = rb.arrived;
	spin_lock_bh(&flow->lock);
	/* Section "Connection identifiers": once, until the peer has answered. */
	if (!mv->asking)
		csp_oldpath_leave(flow, &rb.old);
	mv->asking = true;
	/* What a NAT lent was lent for the path that is left. */
	if (flow->names)
		flow->names->lent = (struct csp_end) { };
	spin_unlock_bh(&flow->lock);
	return 0;
}

/* Another transaction; lock held. */
static void csp_move_renew(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;

	lockdep_assert_held(&flow->lock);
	flow->xid = (__force __be32)get_random_u32();
	mv->tx_seq++;
	mv->cookie_len = 0;
	mv->renew = false;
	mv->refused = 0;
	mv->gone = false;
	get_random_bytes(mv->nonce, sizeof(mv->nonce));
}

/**
 * csp_move_enter() - begin to ask the peer, or begin anew: another transaction
 * @flow: the flow
 * @mv:   its state of mobility
 *
 * Context: the flow's work.
 */
void csp_move_enter(struct csp_flow *flow, struct csp_move *mv)
{
	spin_lock_bh(&flow->lock);
	if (!flow->dead) {
		/* From the first request on, however often it is renewed. */
		if (flow->state != CSP_STATE_MOVING) {
			mv->started = jiffies;
			mv->referred = 0;
		}
		csp_flow_set_state(flow, CSP_STATE_MOVING);
		csp_change_put_off(flow);
		csp_move_renew(flow);
		flow->attempt = 0;
		flow->piggybacked = false;
	}
	spin_unlock_bh(&flow->lock);
}

/* SO_BINDTODEVICE: its packets would leave by the old device all the same. */
static bool csp_move_bound(const struct csp_flow *flow)
{
	return flow->oif && flow->want_oif && flow->oif != flow->want_oif;
}

/* 0, or why the socket stays where it is. */
static int csp_move_socket(struct csp_flow *flow, struct sock *sk,
			   struct csp_move *mv, const struct csp_tuple *t)
{
	int err;

	lock_sock(sk);
	if (csp_rebind_check(sk) || csp_move_bound(flow)) {
		CSP_INC(flow->cn, MOVE_IMMOVABLE);
		err = -EOPNOTSUPP;
		goto out;
	}
	/* Before the rebind: what it makes TCP send is to be held. */
	csp_move_enter(flow, mv);
	err = csp_move_rename(flow, sk, t);
	if (err == -EADDRINUSE)
		CSP_INC(flow->cn, MOVE_IN_USE);
	if (err) {
		csp_move_resume(flow, sk);
		spin_lock_bh(&flow->lock);
		if (!flow->dead) {
			csp_flow_set_state(flow, CSP_STATE_ESTABLISHED);
			csp_move_arm(flow);
		}
		spin_unlock_bh(&flow->lock);
	}
out:
	release_sock(sk);
	return err;
}

/**
 * csp_move_begin() - re-home a connection
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_move_begin(struct csp_flow *flow)
{
	struct csp_tuple t;
	struct csp_move *mv;
	struct sock *sk;
	u8 state = READ_ONCE(flow->state);

	if (state != CSP_STATE_ESTABLISHED && state != CSP_STATE_EMBRYONIC &&
	    state != CSP_STATE_MOVING && state != CSP_STATE_HOMELESS)
		return;
	/* Whoever gave the connection up is told nothing more about it. */
	if (READ_ONCE(flow->peer_gone))
		return;
	if (!csp_move_choose_any(flow, &t)) {
		csp_move_homeless(flow);
		return;
	}
	sk = csp_flow_sk(flow);
	if (!sk)
		return;
	if (csp_tuple_equal(&t, &flow->t)) {
		csp_move_unmoved(flow, sk);
		goto out;
	}
	mv = csp_move_keys(flow);
	if (!mv) {
		CSP_INC(flow->cn, MOVE_IMMOVABLE);
		goto out;
	}
	csp_move_redirect_forget(flow);
	if (csp_move_socket(flow, sk, mv, &t))
		goto out;
	CSP_INC(flow->cn, MOVE_OUT);
	csp_nl_event(flow, CSP_EVENT_MOVING);
	csp_move_send(flow);
out:
	sock_put(sk);
}

/**
 * csp_move_again() - the peer moved while we did: tell it at its new place
 * @flow: the flow; its socket has the address that the peer moved to, and own
 *        one that the peer knows: perhaps not the one that it was moving to
 *
 * Context: the flow's work.
 */
void csp_move_again(struct csp_flow *flow)
{
	struct csp_tuple t;

	if (READ_ONCE(flow->state) != CSP_STATE_MOVING)
		return;
	if (csp_move_choose(flow, &t) && !csp_tuple_equal(&t, &flow->t)) {
		csp_move_begin(flow);
		return;
	}
	spin_lock_bh(&flow->lock);
	csp_flow_drop_held(flow);
	spin_unlock_bh(&flow->lock);
	csp_move_enter(flow, flow->move);
	csp_move_send(flow);
}

/**
 * csp_move_resume() - a socket that was held back may send again
 * @flow: the flow
 * @sk:   its socket
 *
 * Context: any.
 */
void csp_move_resume(struct csp_flow *flow, struct sock *sk)
{
	bool pass = flow->t.proto == IPPROTO_TCP ||
		    sk->sk_state == TCP_ESTABLISHED;
	/* To an address that has not echoed its nonce each packet counts. */
	bool limited = flow->move && READ_ONCE(flow->move->unvalidated);

	if (!pass)
		csp_sk_set_phase(sk, CSP_PHASE_WATCH);
	else
		csp_sk_set_phase(sk, limited ? CSP_PHASE_HOLD : CSP_PHASE_PASS);
}

/* The move is over: packets go out, the first only if it has not gone yet. */
static void csp_move_over(struct csp_flow *flow, bool delivered)
{
	struct sk_buff_head list;
	struct sock *sk;

	__skb_queue_head_init(&list);
	spin_lock_bh(&flow->lock);
	if (flow->dead || flow->state != CSP_STATE_MOVING) {
		spin_unlock_bh(&flow->lock);
		return;
	}
	csp_flow_set_state(flow, CSP_STATE_ESTABLISHED);
	if (flow->move->asking)
		flow->move->due[CSP_DUE_OLD] = 0;
	else
		csp_oldpath_proved(flow);
	csp_move_arm(flow);
	if (delivered && flow->piggybacked)
		consume_skb(__skb_dequeue(&flow->held));
	flow->piggybacked = false;
	flow->attempt = 0;
	flow->n_held = 0;
	skb_queue_splice_init(&flow->held, &list);
	spin_unlock_bh(&flow->lock);

	sk = csp_flow_sk(flow);
	if (sk) {
		csp_move_resume(flow, sk);
		sock_put(sk);
	}
	csp_release(flow->cn, &list);
	csp_flow_todo(flow, CSP_TODO_MOVED);
}

/**
 * csp_move_give_up() - nothing comes of a move
 * @flow: the flow, MOVING
 *
 * Section "The mover": back, or the transport has to see for itself.
 *
 * Context: the flow's work.
 */
void csp_move_give_up(struct csp_flow *flow)
{
	if (csp_oldpath_back(flow))
		csp_flow_todo(flow, CSP_TODO_CHANGE);
	else
		csp_move_over(flow, false);
}

static void csp_move_timed_out(struct csp_flow *flow)
{
	CSP_INC(flow->cn, MOVE_TIMEOUT);
	csp_move_give_up(flow);
	csp_nl_event(flow, CSP_EVENT_CHANGED);
}

/* No answer, more than once: is there another way? */
static bool csp_move_otherwise(struct csp_flow *flow)
{
	if (flow->attempt < CSP_CONF(flow->cn, path_retries))
		return false;
	flow->move->referred = 0;
	if (csp_path_avoid(flow))
		return true;
	if (!csp_move_elsewhere(flow))
		return false;
	csp_move_begin(flow);
	return true;
}

/**
 * csp_move_timer() - no answer to the Attach yet, or still no address
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_move_timer(struct csp_flow *flow)
{
	unsigned long limit;

	if (READ_ONCE(flow->state) == CSP_STATE_HOMELESS) {
		csp_move_begin(flow);
		return;
	}
	limit = msecs_to_jiffies(CSP_CONF(flow->cn, move_timeout));
	if (time_after(jiffies, flow->move->started + limit)) {
		csp_move_timed_out(flow);
		return;
	}
	if (csp_move_otherwise(flow))
		return;
	spin_lock_bh(&flow->lock);
	if (flow->attempt < U8_MAX)
		flow->attempt++;
	if (flow->move->renew)
		csp_move_renew(flow);
	spin_unlock_bh(&flow->lock);
	csp_move_send(flow);
}

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

/* An address that is translated on the way may not be the only one. */
static void csp_move_refused(struct csp_flow *flow)
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

/* The OK came: segments get their full length again. */
static void csp_move_finish(struct csp_flow *flow)
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
	spin_lock_bh(&flow->lock);
	if (mv->arrived)
		csp_move_set_due(flow, CSP_DUE_DOUBT, CSP_MOVE_DOUBT);
	spin_unlock_bh(&flow->lock);
	csp_change_next(flow);
}

/**
 * csp_move_todo() - what was left for the work
 * @flow: the flow
 * @todo: bits of enum csp_todo
 *
 * Context: the flow's work.
 */
void csp_move_todo(struct csp_flow *flow, unsigned long todo)
{
	if (todo & BIT(CSP_TODO_ATTACH))
		csp_attach_process(flow);
	if (todo & BIT(CSP_TODO_REDIRECT))
		csp_move_redirected(flow);
	if (todo & BIT(CSP_TODO_REFUSED))
		csp_move_refused(flow);
	if (todo & BIT(CSP_TODO_BACK))
		csp_oldpath_back(flow);
	if (todo & BIT(CSP_TODO_MOVED))
		csp_move_finish(flow);
	if (todo & BIT(CSP_TODO_VALIDATED))
		csp_attach_validated(flow);
	if (todo & BIT(CSP_TODO_FAILOVER))
		csp_path_failover(flow);
	if (todo & BIT(CSP_TODO_MOVE))
		csp_move_begin(flow);
	if (todo & BIT(CSP_TODO_AGAIN))
		csp_move_again(flow);
	if (todo & BIT(CSP_TODO_CHANGE))
		csp_change_next(flow);
}

/**
 * csp_move_request() - ask a flow's work to re-home it
 * @flow:  the flow
 * @laddr: own address to use; any or NULL: routing chooses
 * @raddr: peer's address to use; any or NULL: the one in use
 * @oif:   interface to leave by; 0: any
 *
 * Context: any.
 * Return: 0; -ENOTCONN if the connection is not in a state to move;
 * -EOPNOTSUPP if the peer gave no key; -EADDRNOTAVAIL if @laddr is not ours.
 */
int csp_move_request(struct csp_flow *flow, const struct in6_addr *laddr,
		     const struct in6_addr *raddr, int oif)
{
	int err = 0;

	if (laddr && !ipv6_addr_any(laddr) && !csp_path_own(flow->cn, laddr))
		return -EADDRNOTAVAIL;
	spin_lock_bh(&flow->lock);
	switch (flow->state) {
	case CSP_STATE_EMBRYONIC:
	case CSP_STATE_ESTABLISHED:
	case CSP_STATE_MOVING:
	case CSP_STATE_HOMELESS:
		if (!flow->pair)
			err = -EOPNOTSUPP;
		break;
	default:
		err = -ENOTCONN;
	}
	if (!err) {
		flow->want_l = laddr ? *laddr : in6addr_any;
		flow->want_r = raddr ? *raddr : in6addr_any;
		flow->want_oif = oif;
	}
	spin_unlock_bh(&flow->lock);
	if (!err)
		csp_flow_todo(flow, CSP_TODO_MOVE);
	return err;
}
