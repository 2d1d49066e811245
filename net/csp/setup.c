// SPDX-License-Identifier: GPL-2.0
/*
 * Announcing a connection: the initiator's side; csp.rst, section "Setup".
 *
 *	 first packet: held, Setup sent (with it inside, if it fits)
 *	        |
 *	        v       no answer: again after 100 ms, 200 ms, ...
 *	      SETUP <---------------------------------------------+
 *	        |                                                 |
 *	        +-- OK --------------------------> ESTABLISHED    |
 *	        +-- Ack + nonce -- Setup + nonce echo ------------+
 *	        +-- Reject -- prefer, and it allows plain ---> PLAIN, forgotten
 *	        |           `- else --> errno to the socket
 *	        +-- ICMP protocol unreachable -- prefer ----> PLAIN, forgotten
 *	        |                             `- require --> errno
 *	        +-- silence -- prefer, after the fallback time --> PLAIN, but an
 *	                    |      OK, or Ack, is still welcome --> ESTABLISHED
 *	                    `- require, after the last attempt --> errno
 *
 * What is sent is in setup_send.c, what is answered in setup_answer.c, and what
 * the socket is told of an error in setup_fail.c.
 *
 * PLAIN lets the held packet go as it is. A transport that is connected before
 * the OK is there got its answer from a responder that had the Setup: it goes
 * on, and only the OK is late.
 */
#include <linux/netfilter.h>
#include <net/tcp.h>

#include "errno.h"
#include "flow.h"
#include "hook.h"
#include "key.h"
#include "netlink.h"
#include "opts.h"
#include "peer.h"
#include "piggyback.h"
#include "setup.h"
#include "sock.h"
#include "tx.h"

static int csp_setup_udp_choice(struct csp_net *cn, bool known)
{
	u32 choice = CSP_CONF(cn, udp_encap);

	return choice == 2 || (choice == 1 && known);
}

/* The responder's transport has answered what was in the Setup. */
static bool csp_setup_overtaken(const struct csp_flow *flow)
{
	return flow->t.proto == IPPROTO_TCP && flow->piggybacked &&
	       !((1 << READ_ONCE(flow->sk->sk_state)) &
		 (TCPF_SYN_SENT | TCPF_CLOSE));
}

/* When the timer must look again: next transmission, or fallback. */
static void csp_setup_arm(struct csp_flow *flow)
{
	unsigned long next = flow->next_tx;
	unsigned long fallback = flow->born +
		msecs_to_jiffies(CSP_CONF(flow->cn, fallback));
	long wait;

	if (flow->mode == CSP_MODE_PREFER && flow->state == CSP_STATE_SETUP &&
	    !csp_setup_overtaken(flow) && time_before(fallback, next))
		next = fallback;
	wait = next - jiffies;
	csp_flow_timer(flow, wait > 0 ? jiffies_to_msecs(wait) : 1);
}

/* Without it the flow would not end with its socket. */
static bool csp_setup_can_link(struct csp_net *cn, struct sock *sk)
{
	bool can;

	if (sk->sk_protocol != IPPROTO_UDP)
		return true;
	rcu_read_lock();
	can = csp_sock_get(cn, sk);
	rcu_read_unlock();
	if (!can)
		CSP_INC(cn, FLOW_NOMEM);
	return can;
}

/* The socket ended while its flow began: nobody would end that. */
static bool csp_setup_late(struct csp_flow *flow, struct sock *sk)
{
	if (sk->sk_protocol == IPPROTO_UDP)
		return csp_sk_link(flow, sk);
	/* Pairs with csp_sk_end_named(): it sees the flow, or we its state. */
	smp_mb();
	return READ_ONCE(sk->sk_state) == TCP_CLOSE;
}

/* Everything of a new flow that the socket decides. */
static int csp_setup_init(struct csp_flow *flow, struct sock *sk, u8 mode,
			  bool udp)
{
	struct csp_net *cn = flow->cn;
	__be32 word[2];
	int err;

	sock_hold(sk);
	flow->sk = sk;
	flow->mode = mode;
	flow->udp = csp_setup_udp_choice(cn, udp);
	flow->oif = sk->sk_bound_dev_if;
	flow->mark = READ_ONCE(sk->sk_mark);
	flow->key = csp_key_get_current(cn);
	flow->state = CSP_STATE_SETUP;
	csp_opts_flow(flow, sk);
	flow->sent = ktime_get_ns() / NSEC_PER_USEC;
	if (!csp_setup_can_link(cn, sk))
		return -ENOMEM;
	spin_lock_bh(&flow->lock);
	err = csp_flow_insert(flow);
	memcpy(word, &flow->cid0, sizeof(word));
	flow->xid = word[1];
	csp_setup_set_next(flow);
	spin_unlock_bh(&flow->lock);
	if (err)
		return err;
	csp_sk_forget_reject(cn, sk);
	/* There is room; but it may have ended meanwhile, as may the socket. */
	if (csp_setup_late(flow, sk))
		csp_flow_kill(flow, CSP_EVENT_DELETED);
	return 0;
}

/**
 * csp_setup_invite() - announce a connection of which the other end will send
 * @cn:   namespace
 * @sk:   flagged UDP socket
 * @t:    name of the connection
 * @mode: enum csp_mode, prefer or require
 *
 * There is no packet of it yet; csp.rst, section "Setup", on CSP_EXPECT.
 *
 * Context: process.
 * Return: 0; -EEXIST: it has been announced; -ENOBUFS: no room.
 */
int csp_setup_invite(struct csp_net *cn, struct sock *sk,
		     const struct csp_tuple *t, u8 mode)
{
	struct csp_flow *flow;
	bool udp = false;
	int err;

	if (csp_peer_verdict(cn, t, &udp) > CSP_PEER_VERDICT_CAPABLE &&
	    mode == CSP_MODE_PREFER)
		return 0;
	flow = csp_flow_alloc(cn, t, true);
	if (!flow) {
		CSP_INC(cn, FLOW_NOMEM);
		return -ENOBUFS;
	}
	flow->dir = CSP_DIR_REVERSE;
	err = csp_setup_init(flow, sk, mode, udp);
	if (err) {
		csp_flow_put(flow);
		return err == -EEXIST ? err : -ENOBUFS;
	}
	CSP_INC(cn, SETUP_OUT);
	csp_nl_event(flow, CSP_EVENT_CREATED);
	csp_setup_again(flow);
	csp_flow_put(flow);
	return 0;
}

/* The peer is remembered to have no CSP, and that is good enough. */
static unsigned int csp_setup_known_plain(struct csp_net *cn, struct sock *sk)
{
	if (sk->sk_state != TCP_CLOSE) {
		CSP_INC(cn, PLAIN_KNOWN);
		csp_sk_set_phase(sk, CSP_PHASE_PASS);
	}
	return NF_ACCEPT;
}

/* As csp_hook_confirm(), if the Setup can have room for the packet. */
static struct sk_buff *csp_setup_confirm(struct sk_buff *skb)
{
	return csp_piggyback_takes(skb, 0, CSP_MSG_ROOM) ?
	       csp_hook_confirm(skb) : NULL;
}

/**
 * csp_setup_again() - send a new Setup for a connection that got another name
 * @flow: the flow, in SETUP, with a new transaction
 *
 * Context: the flow's work.
 */
void csp_setup_again(struct csp_flow *flow)
{
	struct sk_buff *first, *twin = NULL;

	spin_lock_bh(&flow->lock);
	flow->sent = ktime_get_ns() / NSEC_PER_USEC;
	csp_setup_set_next(flow);
	first = skb_peek(&flow->held);
	if (first)
		twin = csp_setup_confirm(first);
	if (!flow->dead && flow->state == CSP_STATE_SETUP)
		csp_setup_arm(flow);
	spin_unlock_bh(&flow->lock);
	csp_hook_ask(flow->cn, twin);
	csp_setup_send(flow, NULL);
}

/**
 * csp_setup_start() - announce a connection
 * @cn:   namespace
 * @sk:   flagged socket
 * @skb:  its first packet, at LOCAL_OUT
 * @t:    name of the connection
 * @mode: enum csp_mode, prefer or require
 *
 * Context: softirq or under the socket lock; RCU.
 * Return: a netfilter verdict.
 */
unsigned int csp_setup_start(struct csp_net *cn, struct sock *sk,
			     struct sk_buff *skb, const struct csp_tuple *t,
			     u8 mode)
{
	struct dst_entry *dst = skb_dst(skb);
	struct csp_tuple named;
	struct csp_flow *flow;
	bool udp = false;
	bool held;
	u8 verdict;
	int err;

	/* NAT of this host gave the packet another name than the socket has. */
	if (csp_sk_tuple(sk, &named) && !csp_tuple_equal(&named, t))
		return csp_setup_none(cn, sk, mode, CSP_ERR_MISMATCH);
	verdict = csp_peer_verdict(cn, t, &udp);
	if (verdict > CSP_PEER_VERDICT_CAPABLE && mode == CSP_MODE_PREFER)
		return csp_setup_known_plain(cn, sk);

	flow = csp_flow_alloc(cn, t, true);
	if (!flow) {
		CSP_INC(cn, FLOW_NOMEM);
		return csp_setup_none(cn, sk, mode, CSP_ERR_FULL);
	}
	err = csp_setup_init(flow, sk, mode, udp);
	if (err) {
		csp_flow_put(flow);
		/* Another packet of the socket was faster. */
		return err == -EEXIST ? CSP_HOLD_FULL :
		       csp_setup_none(cn, sk, mode, CSP_ERR_FULL);
	}
	CSP_INC(cn, SETUP_OUT);
	csp_nl_event(flow, CSP_EVENT_CREATED);
	csp_hook_ask(cn, csp_setup_confirm(skb));
	spin_lock_bh(&flow->lock);
	/* False if the flow has ended meanwhile, or the route has. */
	held = csp_hold(flow, skb);
	if (!flow->dead)
		csp_setup_arm(flow);
	spin_unlock_bh(&flow->lock);
	csp_setup_send(flow, held && !flow->udp ? dst : NULL);
	csp_flow_put(flow);
	if (held)
		return NF_STOLEN;
	CSP_INC(cn, HELD_DROP);
	return CSP_HOLD_FULL;
}

/**
 * csp_setup_take_held() - what was held may go
 * @flow:      the flow
 * @delivered: the first one has travelled inside the Setup, and arrived
 * @list:      gets the others
 *
 * Context: flow->lock held.
 */
void csp_setup_take_held(struct csp_flow *flow, bool delivered,
			 struct sk_buff_head *list)
{
	lockdep_assert_held(&flow->lock);
	/* It is one of n_held still, and counted off with the others. */
	if (delivered && flow->piggybacked)
		consume_skb(__skb_dequeue(&flow->held));
	csp_held_take(flow, list);
}

/**
 * csp_setup_pass() - a connected socket's packets need no look any more
 * @flow: the flow; it is or was in SETUP until now
 *
 * Context: flow->lock held, without which its socket may go.
 */
void csp_setup_pass(struct csp_flow *flow)
{
	struct sock *sk = flow->sk;

	lockdep_assert_held(&flow->lock);
	if (flow->t.proto == IPPROTO_TCP || sk->sk_state == TCP_ESTABLISHED)
		csp_sk_set_phase(sk, CSP_PHASE_PASS);
}

/**
 * csp_setup_plain() - a connection goes on without signalling
 * @flow:  the flow
 * @why:   what is counted
 * @final: no OK can come any more
 *
 * Context: any, no flow->lock held.
 */
void csp_setup_plain(struct csp_flow *flow, enum csp_mib why, bool final)
{
	struct csp_net *cn = flow->cn;
	struct sk_buff_head list;

	__skb_queue_head_init(&list);
	spin_lock_bh(&flow->lock);
	/* An OK may have come meanwhile. */
	if (flow->dead || (flow->state != CSP_STATE_SETUP &&
			   !(final && flow->state == CSP_STATE_PLAIN))) {
		spin_unlock_bh(&flow->lock);
		return;
	}
	if (flow->state == CSP_STATE_SETUP) {
		csp_mib_inc(cn, why);
		csp_flow_set_state(flow, CSP_STATE_PLAIN);
		csp_setup_take_held(flow, false, &list);
		csp_setup_pass(flow);
	}
	spin_unlock_bh(&flow->lock);

	csp_release(cn, &list);
	if (final)
		csp_flow_kill(flow, CSP_EVENT_PLAIN);
	else
		csp_nl_event(flow, CSP_EVENT_PLAIN);
}

/* No OK until the fallback time; remembered if nobody said anything at all. */
static void csp_setup_silence(struct csp_flow *flow)
{
	struct csp_net *cn = flow->cn;

	if (!READ_ONCE(flow->heard))
		csp_peer_learn(cn, &flow->t.raddr, 0, 0, CSP_PEER_VERDICT_PLAIN,
			       DIV_ROUND_UP(CSP_CONF(cn, peer_ttl), 10));
	csp_setup_plain(flow, CSP_MIB_PLAIN_SILENCE, false);
}

static void csp_setup_last_silence(struct csp_flow *flow)
{
	if (flow->mode != CSP_MODE_PREFER) {
		csp_setup_set_error_text(flow, CSP_ERR_BUSY, "no answer");
		return;
	}
	/* Where "fallback" is longer than all transmissions take. */
	if (READ_ONCE(flow->state) == CSP_STATE_SETUP &&
	    !csp_setup_overtaken(flow))
		csp_setup_silence(flow);
	csp_flow_kill(flow, CSP_EVENT_DELETED);
}

/**
 * csp_setup_timer() - the timer of SETUP or PLAIN has run out
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_setup_timer(struct csp_flow *flow)
{
	bool silence, send;

	spin_lock_bh(&flow->lock);
	silence = flow->state == CSP_STATE_SETUP &&
		  flow->mode == CSP_MODE_PREFER &&
		  !csp_setup_overtaken(flow) &&
		  time_after_eq(jiffies, flow->born +
			msecs_to_jiffies(CSP_CONF(flow->cn, fallback)));
	send = time_after_eq(jiffies, flow->next_tx);
	if (send) {
		flow->attempt++;
		csp_setup_set_next(flow);
	}
	spin_unlock_bh(&flow->lock);

	if (silence)
		csp_setup_silence(flow);
	if (flow->attempt >= CSP_SETUP_ATTEMPTS) {
		csp_setup_last_silence(flow);
		return;
	}
	if (send)
		csp_setup_send(flow, NULL);
	spin_lock_bh(&flow->lock);
	if (!flow->dead && (flow->state == CSP_STATE_SETUP ||
			    flow->state == CSP_STATE_PLAIN))
		csp_setup_arm(flow);
	spin_unlock_bh(&flow->lock);
}

/**
 * csp_setup_yield() - both ends announce the same connection, and this one loses
 * @flow: the flow, in SETUP
 * @msg:  the other end's Setup
 * @held: gets what was held; to be released after the OK
 *
 * This end becomes the responder; csp.rst, section "Setup".
 *
 * Context: softirq.
 * Return: false if the flow is not in SETUP any more, or there is no memory.
 */
bool csp_setup_yield(struct csp_flow *flow, const struct csp_msg *msg,
		     struct sk_buff_head *held)
{
	bool tcp = flow->t.proto == IPPROTO_TCP;
	struct csp_pair *pair = NULL;

	if (CSP_HAS(msg, PUBKEY))
		pair = csp_pair_get(flow->cn, flow->key, msg->pubkey.data);
	spin_lock_bh(&flow->lock);
	if (flow->dead || flow->state != CSP_STATE_SETUP) {
		spin_unlock_bh(&flow->lock);
		if (pair)
			csp_pair_put(pair);
		return false;
	}
	flow->initiator = false;
	flow->dir = msg->dir;
	flow->pair = pair;
	flow->peer_cid = msg->cid;
	flow->peer_cid0 = msg->cid;
	flow->peer_next = msg->next_cid;
	csp_flow_set_state(flow, tcp ? CSP_STATE_EMBRYONIC :
				       CSP_STATE_ESTABLISHED);
	csp_flow_timer(flow, tcp ? CSP_SETUP_RTO : 0);
	csp_setup_take_held(flow, false, held);
	csp_setup_pass(flow);
	spin_unlock_bh(&flow->lock);
	return true;
}
