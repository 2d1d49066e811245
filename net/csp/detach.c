// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a connection: Detach; csp.rst, section "Detach".
 *
 *	 socket gone (after FIN or RST, or close of UDP)
 *	     |
 *	     +-- the peer's Detach was here already ---------> CLOSED
 *	     v
 *	 DETACHING
 *	     |  initiator: waits detach_delay for company (peer.detach)
 *	     |  responder: waits a second for the initiator's (peer.linger)
 *	     v
 *	 sent, with others to the same host (peer.asked)
 *	     |   again after 250 ms, 500 ms, ...
 *	     +-- OK, Reject, or the peer's own Detach ----> CLOSED
 *	     +-- five times no answer --------------------> CLOSED
 *
 * So a host that opens and closes many connections sends one packet for
 * a dozen of them, and the other end one OK.
 */
#include <linux/random.h>
#include <net/tcp.h>

#include "detach.h"
#include "flow.h"
#include "lent.h"
#include "move.h"
#include "netlink.h"
#include "path.h"
#include "peer.h"
#include "rx.h"
#include "setup.h"
#include "tx.h"

/* Section "Timers". */
#define CSP_DETACH_LINGER	1000	/* ms, responder */
#define CSP_DETACH_RTO		250	/* ms, first retransmission */
#define CSP_DETACH_POLL		1000	/* ms, peer gone, socket still there */

/*
 * Detaches in a packet: what fits with the longest names. These are of IPv6,
 * and this end has an identity: it is known by a name that is lent to it.
 */
#define CSP_DETACH_MSG_LEN	(sizeof(struct csp_msghdr) + 8 + 44 + 28)
#define CSP_DETACH_BUNDLE	((CSP_MSG_ROOM - (int)sizeof(struct csphdr)) / \
				 (int)CSP_DETACH_MSG_LEN)
/* So many of a queue are looked at in one go: others may fill it. */
#define CSP_DETACH_LOOKS	(16 * CSP_DETACH_BUNDLE)

static void csp_detach_kick(struct csp_peer *peer, unsigned long delay)
{
	refcount_inc(&peer->ref);
	if (!queue_delayed_work(peer->cn->wq, &peer->work, delay))
		csp_peer_put(peer);
}

/* Puts @flow into one of the queues of its peer. */
static void csp_detach_queue(struct csp_flow *flow, struct csp_peer *peer)
{
	unsigned long delay;

	delay = msecs_to_jiffies(flow->initiator ?
				 CSP_CONF(flow->cn, detach_delay) :
				 CSP_DETACH_LINGER);
	spin_lock_bh(&peer->lock);
	spin_lock(&flow->lock);
	if (!flow->dead && list_empty(&flow->detach_node) &&
	    csp_flow_get(flow)) {
		flow->peer = peer;
		refcount_inc(&peer->ref);
		flow->next_tx = jiffies + delay;
		list_add_tail(&flow->detach_node, flow->initiator ?
						  &peer->detach :
						  &peer->linger);
	}
	spin_unlock(&flow->lock);
	spin_unlock_bh(&peer->lock);
	csp_detach_kick(peer, delay);
}

/* Lets go of the socket. False: nothing is left to tell the peer. */
static bool csp_detach_prepare(struct csp_flow *flow)
{
	struct sock *sk = NULL;
	bool tell = false;

	spin_lock_bh(&flow->lock);
	if (!csp_flow_lives(flow)) {
		spin_unlock_bh(&flow->lock);
		return true;
	}
	switch (flow->state) {
	case CSP_STATE_EMBRYONIC:
	case CSP_STATE_ESTABLISHED:
	case CSP_STATE_MOVING:
	case CSP_STATE_HOMELESS:
		tell = !flow->peer_gone;
	}
	if (tell) {
		sk = flow->sk;
		flow->sk = NULL;
		flow->attempt = 0;
		csp_flow_drop_held(flow);
		csp_flow_timer(flow, 0);
		csp_flow_set_state(flow, CSP_STATE_DETACHING);
	}
	spin_unlock_bh(&flow->lock);
	if (sk)
		sock_put(sk);
	return tell;
}

/**
 * csp_detach_start() - the socket of a flow is gone
 * @flow: the flow; the caller's reference stays
 *
 * Context: any.
 */
void csp_detach_start(struct csp_flow *flow)
{
	struct csp_peer *peer;

	if (!csp_detach_prepare(flow)) {
		csp_flow_kill(flow, CSP_EVENT_DETACHED);
		return;
	}
	if (READ_ONCE(flow->state) != CSP_STATE_DETACHING)
		return;
	peer = csp_peer_get(flow->cn, &flow->t.raddr, 0, 0, true);
	if (!peer) {
		csp_flow_kill(flow, CSP_EVENT_DELETED);
		return;
	}
	csp_detach_queue(flow, peer);
	csp_peer_put(peer);
}

/* One Detach of a bundle. Returns how many times it has been sent now. */
static int csp_detach_write(struct csp_writer *wr, struct csp_flow *flow,
			    __be32 xid)
{
	int attempt;

	spin_lock(&flow->lock);
	if (flow->attempt++)
		CSP_INC(flow->cn, OUT_RETRANS);
	else
		CSP_INC(flow->cn, DETACH_OUT);
	flow->xid = xid;
	flow->next_tx = jiffies +
		msecs_to_jiffies(CSP_DETACH_RTO << (flow->attempt - 1));
	csp_write_msg(wr, CSP_MSG_DETACH, CSP_SCOPE_CONN, flow->peer_cid);
	csp_lent_write(wr, flow, &flow->t);
	attempt = flow->attempt;
	spin_unlock(&flow->lock);
	return attempt;
}

/**
 * csp_detach_at_once() - say that a connection has ended, and no more of it
 * @flow: the flow, DETACHING; its name is wanted for another connection
 *
 * Nobody waits for the answer: the Setup that follows would be told "in use" by
 * a peer that has not heard of the end, and heard of it then.
 *
 * Context: any, RCU.
 */
void csp_detach_at_once(struct csp_flow *flow)
{
	__be32 xid = (__force __be32)get_random_u32();
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	struct csp_writer wr;
	struct csp_to to;

	if (skb) {
		csp_write_start(&wr, skb->data, CSP_MSG_ROOM, xid, 0, 0);
		local_bh_disable();
		csp_detach_write(&wr, flow, xid);
		local_bh_enable();
		spin_lock_bh(&flow->lock);
		csp_to_flow(&to, flow);
		spin_unlock_bh(&flow->lock);
		csp_tx_finish(flow->cn, skb, &wr, &to, NULL);
	}
	csp_flow_kill(flow, CSP_EVENT_DETACHED);
}

/**
 * csp_detach_unqueue() - take a flow out of its peer's queues
 * @flow: the flow
 *
 * Context: any, no lock held.
 */
void csp_detach_unqueue(struct csp_flow *flow)
{
	struct csp_peer *peer = READ_ONCE(flow->peer);
	bool queued;

	if (!peer)
		return;
	spin_lock_bh(&peer->lock);
	queued = !list_empty(&flow->detach_node);
	list_del_init(&flow->detach_node);
	spin_unlock_bh(&peer->lock);
	if (queued)
		csp_flow_put(flow);
}

/*
 * Moves flows whose time has come from @from to @due; peer->lock held. The
 * first is taken always, and what waits behind too many others another time.
 */
static int csp_detach_collect(struct list_head *from, struct list_head *due,
			      int room)
{
	struct csp_flow *flow, *tmp, *first;
	int n = 0, looks = CSP_DETACH_LOOKS;

	list_for_each_entry_safe(flow, tmp, from, detach_node) {
		if (n == room || !looks--)
			break;
		/* In the order of their time. */
		if (time_before(jiffies, flow->next_tx))
			break;
		first = list_first_entry_or_null(due, struct csp_flow,
						 detach_node);
		/* One source, and one host: behind a NAT there may be others. */
		if (first && (first->udp != flow->udp ||
			      first->pair != flow->pair ||
			      !ipv6_addr_equal(&first->t.laddr,
					       &flow->t.laddr)))
			continue;
		list_move_tail(&flow->detach_node, due);
		n++;
	}
	return n;
}

/* Sends one packet. False: nothing was due. */
static bool csp_detach_bundle(struct csp_peer *peer, struct list_head *lost)
{
	__be32 xid = (__force __be32)get_random_u32();
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	struct csp_flow *flow, *tmp;
	struct csp_writer wr;
	struct csp_to to = {};
	LIST_HEAD(due);
	int i, n = 0;

	if (!skb)
		return false;
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, xid, 0, 0);
	spin_lock_bh(&peer->lock);
	for (i = 0; i < CSP_DETACH_ATTEMPTS; i++)
		n += csp_detach_collect(&peer->asked[i], &due,
					CSP_DETACH_BUNDLE - n);
	n += csp_detach_collect(&peer->detach, &due, CSP_DETACH_BUNDLE - n);
	csp_detach_collect(&peer->linger, &due, CSP_DETACH_BUNDLE - n);
	n = 0;
	list_for_each_entry_safe(flow, tmp, &due, detach_node) {
		if (flow->attempt >= CSP_DETACH_ATTEMPTS) {
			list_move_tail(&flow->detach_node, lost);
			continue;
		}
		if (!n++)
			csp_to_flow(&to, flow);
		i = csp_detach_write(&wr, flow, xid);
		list_move_tail(&flow->detach_node, &peer->asked[i - 1]);
	}
	spin_unlock_bh(&peer->lock);

	if (!n) {
		kfree_skb(skb);
		return false;
	}
	/* The address may have gone with the socket; any other will do. */
	if (!csp_path_own(peer->cn, &to.saddr))
		to.saddr = in6addr_any;
	csp_tx_finish(peer->cn, skb, &wr, &to, NULL);
	return true;
}

/* Jiffies until the first of @list is due, if that is sooner than @next. */
static unsigned long csp_detach_sooner(struct list_head *list,
				       unsigned long next)
{
	const struct csp_flow *flow;
	unsigned long wait;

	flow = list_first_entry_or_null(list, struct csp_flow, detach_node);
	if (!flow)
		return next;
	wait = time_after(flow->next_tx, jiffies) ? flow->next_tx - jiffies : 1;
	return next ? min(wait, next) : wait;
}

/* Jiffies until something is due, or 0: all queues are empty. */
static unsigned long csp_detach_next(struct csp_peer *peer)
{
	unsigned long next;
	int i;

	lockdep_assert_held(&peer->lock);
	next = csp_detach_sooner(&peer->detach, 0);
	next = csp_detach_sooner(&peer->linger, next);
	for (i = 0; i < CSP_DETACH_ATTEMPTS; i++)
		next = csp_detach_sooner(&peer->asked[i], next);
	return next;
}

static void csp_detach_give_up(struct csp_peer *peer, struct list_head *lost)
{
	struct csp_flow *flow;

	for (;;) {
		spin_lock_bh(&peer->lock);
		flow = list_first_entry_or_null(lost, struct csp_flow,
						detach_node);
		if (flow)
			list_del_init(&flow->detach_node);
		spin_unlock_bh(&peer->lock);
		if (!flow)
			return;
		CSP_INC(flow->cn, DETACH_LOST);
		csp_flow_kill(flow, CSP_EVENT_DETACHED);
		csp_flow_put(flow);
	}
}

/**
 * csp_detach_work() - send what is due to a peer
 * @work: csp_peer.work, which holds a reference to the peer
 *
 * Context: process.
 */
void csp_detach_work(struct work_struct *work)
{
	struct csp_peer *peer = container_of(to_delayed_work(work),
					     struct csp_peer, work);
	unsigned long next;
	LIST_HEAD(lost);

	while (csp_detach_bundle(peer, &lost))
		cond_resched();
	spin_lock_bh(&peer->lock);
	next = csp_detach_next(peer);
	spin_unlock_bh(&peer->lock);
	csp_detach_give_up(peer, &lost);
	if (next && !READ_ONCE(peer->cn->dying))
		csp_detach_kick(peer, next);
	csp_peer_put(peer);
}

/**
 * csp_detach_done() - is this the answer to a Detach of ours?
 * @rx:   the packet: an answer
 * @flow: the flow that it speaks of
 *
 * A Reject ends the flow as well: the peer knows it no more.
 *
 * Context: softirq.
 * Return: true if the flow was in DETACHING; the answer is used up.
 */
bool csp_detach_done(struct csp_rx *rx, struct csp_flow *flow)
{
	if (READ_ONCE(flow->state) != CSP_STATE_DETACHING)
		return false;
	if (READ_ONCE(flow->attempt) && rx->rd.xid == READ_ONCE(flow->xid))
		csp_flow_kill(flow, CSP_EVENT_DETACHED);
	else
		CSP_INC(rx->cn, IN_UNEXPECTED);
	return true;
}

/* One of @list that @xid and @peer_cid name, with a reference. */
static struct csp_flow *csp_detach_asked(struct list_head *list, __be32 xid,
					 __be64 peer_cid)
{
	int looks = CSP_DETACH_LOOKS;
	struct csp_flow *flow;

	list_for_each_entry(flow, list, detach_node) {
		if (!looks--)
			break;
		if (flow->xid == xid && flow->peer_cid == peer_cid &&
		    csp_flow_get(flow))
			return flow;
	}
	return NULL;
}

/*
 * A Detach to @peer that @xid and @peer_cid name, with a reference. Answers
 * come in the order of what was asked: it is among the first, or not looked for,
 * since anybody may send such an answer. Then it is asked again.
 */
static struct csp_flow *csp_detach_find(struct csp_peer *peer, __be32 xid,
					__be64 peer_cid)
{
	struct csp_flow *flow = NULL;
	int i;

	spin_lock_bh(&peer->lock);
	for (i = 0; i < CSP_DETACH_ATTEMPTS && !flow; i++)
		flow = csp_detach_asked(&peer->asked[i], xid, peer_cid);
	spin_unlock_bh(&peer->lock);
	return flow;
}

/**
 * csp_detach_no_conn() - is this "no such connection" about a Detach of ours?
 * @rx:  the packet: an answer
 * @msg: Reject(NO_CONN); it returns the identifier of the request, for the
 *       peer knows no other; csp.rst, section "Rejection"
 *
 * Context: softirq.
 * Return: true if it is; the flow has ended.
 */
bool csp_detach_no_conn(struct csp_rx *rx, const struct csp_msg *msg)
{
	struct csp_peer *peer;
	struct csp_flow *flow;

	/* All of a packet is one transaction: whoever guesses does so once. */
	if (rx->missed)
		return false;
	peer = csp_peer_get(rx->cn, &rx->saddr, 0, 0, false);
	if (!peer)
		return false;
	flow = csp_detach_find(peer, rx->rd.xid, msg->dcid);
	csp_peer_put(peer);
	if (!flow) {
		rx->missed = true;
		return false;
	}
	csp_flow_kill(flow, CSP_EVENT_DETACHED);
	csp_flow_put(flow);
	return true;
}

/* The peer gave up the connection. Our transport ends it by itself. */
static void csp_detach_peer(struct csp_flow *flow)
{
	struct sock *sk = NULL;
	bool homeless;

	CSP_INC(flow->cn, DETACH_IN);
	spin_lock_bh(&flow->lock);
	flow->peer_gone = true;
	spin_unlock_bh(&flow->lock);
	if (flow->t.proto == IPPROTO_TCP &&
	    READ_ONCE(flow->state) != CSP_STATE_DETACHING)
		sk = csp_flow_sk(flow);
	if (!sk) {
		csp_flow_kill(flow, CSP_EVENT_DETACHED);
		return;
	}
	/* Nobody will answer a move: TCP has to see for itself. */
	csp_move_over(flow, false);
	spin_lock_bh(&flow->lock);
	homeless = flow->state == CSP_STATE_HOMELESS;
	if (!flow->dead) {
		/* TCP sends nothing again of which a copy is held. */
		if (homeless)
			csp_flow_drop_held(flow);
		csp_flow_set_state(flow, CSP_STATE_ESTABLISHED);
		csp_flow_timer(flow, CSP_DETACH_POLL);
	}
	spin_unlock_bh(&flow->lock);
	if (homeless)
		csp_move_resume(flow, sk);
	sock_put(sk);
}

/* Both ends have closed, and all that was written is known to have arrived. */
static bool csp_detach_awaits_ack(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return sk->sk_state == TCP_LAST_ACK && sock_flag(sk, SOCK_DEAD) &&
	       tp->snd_una + 1 == tp->write_seq;
}

/*
 * The ACK of our FIN was lost, and nobody is there to send it again, or a box
 * has closed behind him: TCP alone would try for minutes.
 */
static void csp_detach_last_ack(struct csp_flow *flow, struct sock *sk)
{
	local_bh_disable();
	bh_lock_sock(sk);
	if (!sock_owned_by_user(sk) && csp_detach_awaits_ack(sk)) {
		CSP_INC(flow->cn, DETACH_LAST_ACK);
		tcp_done(sk);
	}
	bh_unlock_sock(sk);
	local_bh_enable();
}

/**
 * csp_detach_timer() - peer gone: is the socket still there?
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_detach_timer(struct csp_flow *flow)
{
	struct sock *sk = csp_flow_sk(flow);

	if (!sk) {
		csp_flow_kill(flow, CSP_EVENT_DETACHED);
		return;
	}
	csp_detach_last_ack(flow, sk);
	sock_put(sk);
	spin_lock_bh(&flow->lock);
	if (!flow->dead)
		csp_flow_timer(flow, 10 * CSP_DETACH_POLL);
	spin_unlock_bh(&flow->lock);
}

/**
 * csp_detach_rcv() - a Detach arrived
 * @rx:  the packet
 * @msg: the Detach
 *
 * Its identifier is the proof that it comes from the path in use.
 *
 * Context: softirq.
 */
void csp_detach_rcv(struct csp_rx *rx, const struct csp_msg *msg)
{
	struct csp_flow *flow = csp_flow_by_cid(rx->cn, msg->dcid);
	struct csp_writer *wr;

	/* Nor can a peer give up what it has not agreed to yet. */
	if (!flow || csp_flow_next(flow) == msg->dcid ||
	    READ_ONCE(flow->state) == CSP_STATE_SETUP ||
	    READ_ONCE(flow->state) == CSP_STATE_PLAIN) {
		csp_rx_reject(rx, msg, CSP_ERR_NO_CONN, 0, NULL);
		goto out;
	}
	wr = csp_rx_reply(rx, CSP_MSG_OK, flow->peer_cid);
	if (!wr)
		goto out;
	csp_detach_peer(flow);
out:
	if (flow)
		csp_flow_put(flow);
}
