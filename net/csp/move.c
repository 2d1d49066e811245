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
 * The request is in move_send.c, the answers in move_answer.c, the choice of a
 * path in move_choose.c.
 *
 * Nothing but signalling, with one segment inside, leaves under the new name
 * before the OK: the peer has no socket of that name yet and would answer
 * with a RST.
 */
#include <linux/random.h>
#include <net/tcp.h>
#include <trace/events/csp.h>

#include "attach.h"
#include "change.h"
#include "detach.h"
#include "flow.h"
#include "hook.h"
#include "move.h"
#include "netlink.h"
#include "oldpath.h"
#include "path.h"
#include "rebind.h"
#include "refer.h"
#include "setup.h"
#include "sign.h"
#include "sock.h"
#include "tomb.h"

#define CSP_HOMELESS_POLL	1000	/* ms; notifiers are faster */
#define CSP_PUT_OFF_POLL	250	/* ms */
/* What an Attach needs beside a segment, with IPv6 and UDP. */
#define CSP_ATTACH_ROOM		256

static void csp_move_homeless(struct csp_flow *flow)
{
	bool alive, new;
	struct sock *sk;

	spin_lock_bh(&flow->lock);
	alive = csp_flow_lives(flow);
	new = alive && flow->state != CSP_STATE_HOMELESS;
	if (alive) {
		csp_flow_set_state(flow, CSP_STATE_HOMELESS);
		csp_flow_timer(flow, CSP_HOMELESS_POLL);
	}
	spin_unlock_bh(&flow->lock);
	if (!new)
		return;
	sk = csp_flow_sk(flow);
	if (sk) {
		lock_sock(sk);
		csp_rebind_adrift(sk);
		release_sock(sk);
		sock_put(sk);
	}
	CSP_INC(flow->cn, MOVE_HOMELESS);
	csp_nl_event(flow, CSP_EVENT_HOMELESS);
}

/* To an address that has not echoed its nonce each packet counts. */
static bool csp_move_limited(const struct csp_flow *flow)
{
	return flow->move && READ_ONCE(flow->move->unvalidated);
}

/* The address came back: as if nothing had been. */
static void csp_move_unmoved(struct csp_flow *flow, struct sock *sk)
{
	struct sk_buff_head list;
	bool homeless;

	__skb_queue_head_init(&list);
	lock_sock(sk);
	spin_lock_bh(&flow->lock);
	homeless = !flow->dead && flow->state == CSP_STATE_HOMELESS;
	if (homeless) {
		csp_flow_set_state(flow, CSP_STATE_ESTABLISHED);
		csp_move_arm(flow);
		/* What TCP has sent it sends again. */
		if (flow->t.proto == IPPROTO_TCP || csp_move_limited(flow))
			csp_flow_drop_held(flow);
		csp_setup_take_held(flow, false, &list);
	}
	spin_unlock_bh(&flow->lock);
	if (homeless)
		csp_rebind_kick(sk);
	release_sock(sk);
	csp_release(flow->cn, &list);
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
	mv->since = jiffies;
	spin_lock_bh(&flow->lock);
	/* Section "Connection identifiers": once, until the peer has answered. */
	if (!mv->asking) {
		csp_oldpath_leave(flow, &rb.old);
		mv->peer_at = rb.old.raddr;
	}
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
	if (csp_flow_lives(flow)) {
		/* From the first request on, however often it is renewed. */
		if (flow->state != CSP_STATE_MOVING) {
			mv->started = jiffies;
			mv->referred = 0;
			mv->inquiry = CSP_INQUIRY_NOT_YET;
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

/* The socket has no new name: as before, unless the peer has yet to hear of it. */
static void csp_move_stays(struct csp_flow *flow, struct sock *sk)
{
	if (flow->move->asking)
		return;
	csp_move_resume(flow, sk);
	spin_lock_bh(&flow->lock);
	if (csp_flow_lives(flow)) {
		csp_flow_set_state(flow, CSP_STATE_ESTABLISHED);
		csp_move_arm(flow);
	}
	spin_unlock_bh(&flow->lock);
}

/*
 * Is the connection of a socket still that of the flow? It may have been
 * disconnected and connected anew before its lock was taken, and UDP is
 * connected to somebody else at any time.
 */
static bool csp_move_owns(struct csp_flow *flow, const struct sock *sk)
{
	struct csp_tuple now;
	bool owns;

	spin_lock_bh(&flow->lock);
	owns = csp_flow_lives(flow);
	/* One that is not connected serves others, too. */
	if (owns && csp_sk_tuple(sk, &now))
		owns = now.rport == flow->t.rport &&
		       ipv6_addr_equal(&now.raddr, &flow->t.raddr);
	spin_unlock_bh(&flow->lock);
	return owns;
}

/**
 * csp_move_check() - can the socket of a flow be re-homed?
 * @flow: the flow
 * @sk:   its socket
 *
 * Context: process, socket lock held.
 * Return: 0, CSP_ERR_BUSY (not now) or CSP_ERR_IMMOVABLE.
 */
u16 csp_move_check(struct csp_flow *flow, const struct sock *sk)
{
	if (!csp_move_owns(flow, sk))
		return CSP_ERR_IMMOVABLE;
	return csp_rebind_check(sk);
}

/* 0, or a negative errno: why the socket stays where it is. */
static int csp_move_socket(struct csp_flow *flow, struct sock *sk,
			   struct csp_move *mv, const struct csp_tuple *t)
{
	u16 code = csp_move_bound(flow) ? CSP_ERR_IMMOVABLE :
					  csp_move_check(flow, sk);
	int err;

	if (code)
		return code == CSP_ERR_BUSY ? -EAGAIN : -EOPNOTSUPP;
	/* Before the rebind: what it makes TCP send is to be held. */
	csp_move_enter(flow, mv);
	err = csp_move_rename(flow, sk, t);
	if (err)
		csp_move_stays(flow, sk);
	return err;
}

/*
 * The socket did not get its new name. The name may be that of a connection
 * in TIME_WAIT, and TCP does not connect for ever: section "The mover".
 */
static void csp_move_put_off(struct csp_flow *flow, struct csp_move *mv,
			     int err)
{
	/* Memory and routes come back as well. */
	bool later = err && err != -EOPNOTSUPP;

	if (err == -EOPNOTSUPP)
		CSP_INC(flow->cn, MOVE_IMMOVABLE);
	else if (err == -EADDRINUSE && !mv->put_off)
		CSP_INC(flow->cn, MOVE_IN_USE);
	else if (err == -EAGAIN && !mv->put_off)
		CSP_INC(flow->cn, MOVE_EARLY);
	mv->put_off = later;
	if (!later)
		return;
	spin_lock_bh(&flow->lock);
	csp_move_set_due(flow, CSP_DUE_MOVE, CSP_PUT_OFF_POLL);
	spin_unlock_bh(&flow->lock);
}

/* What was held meanwhile goes out under the name that the socket has kept. */
static void csp_move_stayed(struct csp_flow *flow)
{
	struct sk_buff_head list;

	__skb_queue_head_init(&list);
	spin_lock_bh(&flow->lock);
	if (!flow->dead && flow->state == CSP_STATE_ESTABLISHED) {
		if (csp_move_limited(flow))
			csp_flow_drop_held(flow);
		csp_setup_take_held(flow, false, &list);
	}
	spin_unlock_bh(&flow->lock);
	csp_release(flow->cn, &list);
}

/* The best name is that which the socket has. */
static void csp_move_back(struct csp_flow *flow, struct sock *sk)
{
	struct csp_move *mv = flow->move;

	if (mv)
		mv->put_off = false;
	/* It got that by a move of which the peer does not know yet. */
	if (READ_ONCE(flow->state) == CSP_STATE_HOMELESS && mv && mv->asking) {
		csp_move_enter(flow, mv);
		csp_move_send(flow);
	} else {
		csp_move_unmoved(flow, sk);
	}
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
	int err;

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
	if (!sk) {
		/* It may be one that does not tell of its end; listen.c. */
		if (state == CSP_STATE_HOMELESS)
			csp_detach_start(flow);
		return;
	}
	if (csp_tuple_equal(&t, &flow->t)) {
		csp_move_back(flow, sk);
		goto out;
	}
	mv = csp_sign_keys(flow);
	if (!mv) {
		CSP_INC(flow->cn, MOVE_IMMOVABLE);
		goto out;
	}
	csp_move_redirect_forget(flow);
	lock_sock(sk);
	err = csp_move_socket(flow, sk, mv, &t);
	release_sock(sk);
	csp_move_put_off(flow, mv, err);
	if (err) {
		csp_move_stayed(flow);
	} else {
		CSP_INC(flow->cn, MOVE_OUT);
		csp_nl_event(flow, CSP_EVENT_MOVING);
	}
	/* Also one that was under way, and is still. */
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

	if (!pass)
		csp_sk_set_phase(sk, CSP_PHASE_WATCH);
	else
		csp_sk_set_phase(sk, csp_move_limited(flow) ? CSP_PHASE_HOLD :
							      CSP_PHASE_PASS);
}

/**
 * csp_move_over() - packets go out
 * @flow:      the flow, MOVING
 * @delivered: the first went inside the request, and arrived
 *
 * Context: any.
 */
void csp_move_over(struct csp_flow *flow, bool delivered)
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
	csp_setup_take_held(flow, delivered, &list);
	flow->piggybacked = false;
	flow->attempt = 0;
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

/* No answer: is there another way? */
static bool csp_move_otherwise(struct csp_flow *flow)
{
	if (csp_refer_turn(flow)) {
		csp_move_begin(flow);
		return true;
	}
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
