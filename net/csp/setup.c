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
 *	                    |                 OK is still welcome --> ESTABLISHED
 *	                    `- require, after the last attempt --> errno
 *
 * PLAIN lets the held packet go as it is. A transport that is connected before
 * the OK is there got its answer from a responder that had the Setup: it goes
 * on, and only the OK is late.
 */
#include <linux/netfilter.h>
#include <linux/slab.h>
#include <linux/random.h>
#include <net/ip.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "epoch.h"
#include "errno.h"
#include "flow.h"
#include "hook.h"
#include "key.h"
#include "lent.h"
#include "netlink.h"
#include "opts.h"
#include "path.h"
#include "peer.h"
#include "refresh.h"
#include "rx.h"
#include "setup.h"
#include "sock.h"
#include "tx.h"
#include "vouch.h"

/* Section "Timers". */
#define CSP_SETUP_RTO		100	/* ms, first retransmission */
#define CSP_SETUP_ATTEMPTS	6

/*
 * A quarter up or down, so that hosts that began together don't stay so. The
 * identifier is as random as need be, and there.
 */
static unsigned long csp_setup_rto(const struct csp_flow *flow)
{
	u32 random = ror32((__force u32)flow->xid, 5 * flow->attempt);
	unsigned long ms = CSP_SETUP_RTO << flow->attempt;

	return ms - ms / 4 + random % (ms / 2 + 1);
}

/**
 * csp_has_options() - has a packet IP options, or extension headers?
 * @skb: packet, network and transport header set
 *
 * They cannot travel inside a signalling packet; csp.rst, section "Piggyback".
 *
 * Context: any.
 * Return: whether it has.
 */
bool csp_has_options(const struct sk_buff *skb)
{
	return skb_network_header_len(skb) !=
	       (skb->protocol == htons(ETH_P_IP) ? sizeof(struct iphdr) :
						   sizeof(struct ipv6hdr));
}

/* Can the first held packet travel inside a signalling packet? */
static struct sk_buff *csp_setup_first(struct csp_flow *flow, size_t room)
{
	struct sk_buff *skb = skb_peek(&flow->held);
	unsigned int len;

	if (!skb || skb_is_gso(skb) || csp_has_options(skb) ||
	    (flow->attempt && !flow->piggybacked))
		return NULL;
	len = skb->len - skb_transport_offset(skb);
	return len + sizeof(struct csp_attrhdr) + 3 <= room ? skb : NULL;
}

/**
 * csp_write_piggyback() - put a held packet into a signalling packet
 * @wr:  writer
 * @skb: packet, with its IP header
 * @t:   its connection
 *
 * Its checksum goes as zero; section "Piggyback".
 *
 * Context: any.
 */
void csp_write_piggyback(struct csp_writer *wr, const struct sk_buff *skb,
			 const struct csp_tuple *t)
{
	unsigned int off = skb_transport_offset(skb);
	unsigned int len = skb->len - off;
	u8 *data = csp_write_reserve(wr, CSP_A_PIGGYBACK, len);

	if (!data)
		return;
	skb_copy_bits(skb, off, data, len);
	if (t->proto == IPPROTO_TCP)
		((struct tcphdr *)data)->check = 0;
	else
		((struct udphdr *)data)->check = 0;
}

/**
 * csp_write_names() - CONN, SRC and DST of a connection
 * @wr:   writer
 * @t:    its name
 * @dir:  enum csp_dir, seen from this end
 * @lent: what this end is called by the peer, if that is another name; or NULL
 *
 * Context: any.
 */
void csp_write_names(struct csp_writer *wr, const struct csp_tuple *t, u8 dir,
		     const struct csp_end *lent)
{
	const struct csp_end src = {
		.loc_family	= t->family,
		.port		= t->lport,
		.loc		= t->laddr,
	};
	const struct csp_end dst = {
		.loc_family	= t->family,
		.port		= t->rport,
		.loc		= t->raddr,
	};

	csp_write_conn(wr, t->proto, dir, lent ?: &src, &dst);
}

/**
 * csp_setup_write() - the Setup of a connection, but for what it carries
 * @wr:   writer, no message begun
 * @flow: the flow; this end is the initiator
 *
 * The same for the first time and when it is sent again, with the identifiers
 * and names of now.
 *
 * Context: flow->lock held.
 */
void csp_setup_write(struct csp_writer *wr, struct csp_flow *flow)
{
	const struct csp_names *names = flow->names;
	const struct csp_move *mv = flow->move;

	lockdep_assert_held(&flow->lock);
	csp_write_msg(wr, CSP_MSG_SETUP, 0, 0);
	/* Those of a Redirect are true until the first move. */
	if (names && names->src.loc_family && !flow->moves)
		csp_write_conn(wr, flow->t.proto, flow->dir, &names->src,
			       &names->dst);
	else
		csp_lent_write(wr, flow, &flow->t);
	csp_write_local_id(wr, csp_flow_cid(flow), csp_flow_next(flow));
	csp_write_blob(wr, CSP_A_PUBKEY, flow->key->public, CSP_PUBKEY_LEN);
	csp_opts_write(wr, flow->cn, flow->sk);
	if (mv && mv->cookie_len)
		csp_write_blob(wr, CSP_A_NONCE_ECHO, mv->cookie,
			       mv->cookie_len);
}

/* The next transmission of the Setup, or NULL: no memory. */
static struct sk_buff *csp_setup_build(struct csp_flow *flow)
{
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	const struct csp_move *mv = flow->move;
	struct sk_buff *first;
	struct csp_writer wr;

	lockdep_assert_held(&flow->lock);
	if (!skb)
		return NULL;
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, flow->xid, 0,
			flow->attempt);
	csp_setup_write(&wr, flow);
	/* Whoever has the key that was vouched for shall prove it. */
	if (mv && csp_vouch_wanted(flow))
		csp_write_blob(&wr, CSP_A_NONCE, mv->nonce, sizeof(mv->nonce));
	first = csp_setup_first(flow, CSP_MSG_ROOM - wr.len);
	if (first) {
		csp_write_piggyback(&wr, first, &flow->t);
		flow->piggybacked = true;
	}
	skb_put(skb, csp_write_finish(&wr));
	return skb;
}

static int csp_setup_udp_choice(struct csp_net *cn, bool known)
{
	u32 choice = CSP_CONF(cn, udp_encap);

	return choice == 2 || (choice == 1 && known);
}

/* Sends the Setup; again over UDP too if native stays unanswered. */
static void csp_setup_send(struct csp_flow *flow, struct dst_entry *dst)
{
	struct csp_net *cn = flow->cn;
	struct sk_buff *skb, *twin = NULL;
	struct csp_to to;
	bool echo;

	spin_lock_bh(&flow->lock);
	if (flow->dead) {
		spin_unlock_bh(&flow->lock);
		return;
	}
	skb = csp_setup_build(flow);
	csp_to_flow(&to, flow);
	/* Who asked for its nonce can be reached in the way that it asked. */
	echo = flow->move && flow->move->cookie_len;
	if (skb && flow->attempt && !flow->udp && !echo &&
	    CSP_CONF(cn, udp_encap) == 1)
		twin = skb_copy(skb, GFP_ATOMIC);
	if (flow->attempt)
		CSP_INC(cn, OUT_RETRANS);
	else if (flow->piggybacked)
		CSP_INC(cn, PIGGYBACK_OUT);
	spin_unlock_bh(&flow->lock);

	if (skb)
		csp_tx(cn, skb, &to, dst);
	if (twin) {
		to.udp = true;
		csp_tx(cn, twin, &to, NULL);
	}
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
	err = csp_flow_insert(flow);
	if (err)
		return err;
	memcpy(word, &flow->cid0, sizeof(word));
	flow->xid = word[1];
	flow->next_tx = jiffies + msecs_to_jiffies(csp_setup_rto(flow));
	csp_sk_forget_reject(cn, sk);
	if (sk->sk_protocol == IPPROTO_UDP)
		csp_sk_link(flow, sk);
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
	csp_flow_get(flow);
	CSP_INC(cn, SETUP_OUT);
	csp_nl_event(flow, CSP_EVENT_CREATED);
	csp_setup_again(flow);
	csp_flow_put(flow);
	return 0;
}

/* A connection that fails without ever having had a flow. */
struct csp_stillborn {
	struct work_struct	work;
	struct sock		*sk;
	int			err;
};

static void csp_setup_abort(struct work_struct *work)
{
	struct csp_stillborn *s = container_of(work, struct csp_stillborn, work);

	if (READ_ONCE(s->sk->sk_state) == TCP_SYN_SENT)
		tcp_abort(s->sk, s->err);
	sock_put(s->sk);
	kfree(s);
}

/* Require, and there is no way: not under the socket lock, that we may hold. */
static unsigned int csp_setup_forbid(struct csp_net *cn, struct sock *sk,
				     u16 code, const char *text)
{
	struct csp_reject_info info = {
		.code	= code,
		.err	= -csp_errno(code),
	};
	struct csp_stillborn *s;

	strscpy(info.text, text, sizeof(info.text));
	csp_sk_rejected(cn, sk, &info);
	if (sk->sk_protocol != IPPROTO_TCP) {
		WRITE_ONCE(sk->sk_err, info.err);
		sk_error_report(sk);
		return NF_DROP;
	}
	s = kzalloc(sizeof(*s), GFP_ATOMIC);
	/* That error alone makes connect() fail at once. */
	if (!s)
		return NF_DROP_ERR(-ECONNREFUSED);
	INIT_WORK(&s->work, csp_setup_abort);
	sock_hold(sk);
	s->sk = sk;
	s->err = info.err;
	queue_work(cn->wq, &s->work);
	return NF_DROP;
}

/* No flow can be made. */
static unsigned int csp_setup_none(struct csp_net *cn, struct sock *sk, u8 mode,
				   u16 code)
{
	if (mode == CSP_MODE_REQUIRE && code == CSP_ERR_MISMATCH)
		return csp_setup_forbid(cn, sk, code,
					"this host translates the address");
	if (mode == CSP_MODE_REQUIRE)
		return csp_setup_forbid(cn, sk, code,
					"no room for more connections here");
	CSP_INC(cn, PLAIN_FULL);
	csp_sk_set_phase(sk, CSP_PHASE_PASS);
	return NF_ACCEPT;
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

static void csp_setup_set_error(struct csp_flow *flow, u16 code, u16 detail,
				const struct in6_addr *origin, u8 family,
				const void *text, size_t len)
{
	struct csp_reject_info info = {
		.code	= code,
		.detail	= detail,
		.family	= family == 4 ? AF_INET : AF_INET6,
		.err	= -csp_errno(code),
	};

	if (family == 4)
		memcpy(info.origin, &origin->s6_addr32[3], sizeof(__be32));
	else
		memcpy(info.origin, origin, sizeof(*origin));
	if (len)
		memcpy(info.text, text, min_t(size_t, len, CSP_TEXT_MAX));
	WRITE_ONCE(flow->err, csp_errno(code));
	csp_sk_rejected(flow->cn, flow->sk, &info);
	csp_nl_event_reject(flow, code, info.text);
	csp_flow_todo(flow, CSP_TODO_FAIL);
}

static void csp_setup_set_error_text(struct csp_flow *flow, u16 code,
				     const char *text)
{
	csp_setup_set_error(flow, code, 0, &flow->t.raddr, flow->t.family, text,
			    strlen(text));
}

/**
 * csp_setup_error() - a connection fails for a reason that nobody else gave
 * @flow: the flow, in SETUP
 * @err:  negative errno for its socket
 * @text: explanation for CSP_LAST_REJECT
 *
 * Context: the flow's work.
 */
void csp_setup_error(struct csp_flow *flow, int err, const char *text)
{
	struct csp_reject_info info = { .err = -err };

	strscpy(info.text, text, sizeof(info.text));
	WRITE_ONCE(flow->err, err);
	csp_sk_rejected(flow->cn, flow->sk, &info);
	csp_setup_fail(flow);
}

/**
 * csp_setup_again() - send a new Setup for a connection that got another name
 * @flow: the flow, in SETUP, with a new transaction
 *
 * Context: the flow's work.
 */
void csp_setup_again(struct csp_flow *flow)
{
	struct sk_buff *first;

	spin_lock_bh(&flow->lock);
	flow->sent = ktime_get_ns() / NSEC_PER_USEC;
	flow->next_tx = jiffies + msecs_to_jiffies(csp_setup_rto(flow));
	first = skb_peek(&flow->held);
	if (first)
		csp_hook_confirm(first);
	if (!flow->dead && flow->state == CSP_STATE_SETUP)
		csp_setup_arm(flow);
	spin_unlock_bh(&flow->lock);
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
		return err == -EEXIST ? NF_DROP :
		       csp_setup_none(cn, sk, mode, CSP_ERR_FULL);
	}
	csp_flow_get(flow);
	CSP_INC(cn, SETUP_OUT);
	csp_nl_event(flow, CSP_EVENT_CREATED);
	csp_hook_confirm(skb);
	spin_lock_bh(&flow->lock);
	/* Never false: the queue of a new flow is empty. */
	csp_hold(flow, skb);
	csp_setup_arm(flow);
	spin_unlock_bh(&flow->lock);
	csp_setup_send(flow, flow->udp ? NULL : dst);
	csp_flow_put(flow);
	return NF_STOLEN;
}

/* Takes all held packets, but for the one that has travelled already. */
static void csp_setup_take_held(struct csp_flow *flow, bool delivered,
				struct sk_buff_head *list)
{
	lockdep_assert_held(&flow->lock);
	if (delivered && flow->piggybacked)
		consume_skb(__skb_dequeue(&flow->held));
	skb_queue_splice_init(&flow->held, list);
	flow->n_held = 0;
}

/* A connected socket's packets need no look any more. */
static void csp_setup_pass(struct csp_flow *flow)
{
	struct sock *sk = flow->sk;

	if (flow->t.proto == IPPROTO_TCP || sk->sk_state == TCP_ESTABLISHED)
		csp_sk_set_phase(sk, CSP_PHASE_PASS);
}

/* Goes on without signalling. @final: no OK can come any more. */
static void csp_setup_plain(struct csp_flow *flow, enum csp_mib why, bool final)
{
	struct csp_net *cn = flow->cn;
	struct sk_buff_head list;

	__skb_queue_head_init(&list);
	spin_lock_bh(&flow->lock);
	if (flow->dead || (flow->state != CSP_STATE_SETUP && !final)) {
		spin_unlock_bh(&flow->lock);
		return;
	}
	if (flow->state == CSP_STATE_SETUP) {
		csp_mib_inc(cn, why);
		csp_flow_set_state(flow, CSP_STATE_PLAIN);
		csp_setup_take_held(flow, false, &list);
	}
	spin_unlock_bh(&flow->lock);

	csp_setup_pass(flow);
	csp_release(cn, &list);
	if (final)
		csp_flow_kill(flow, CSP_EVENT_PLAIN);
	else
		csp_nl_event(flow, CSP_EVENT_PLAIN);
}

/* Silence until the fallback time. */
static void csp_setup_silence(struct csp_flow *flow)
{
	struct csp_net *cn = flow->cn;

	csp_peer_learn(cn, &flow->t.raddr, 0, 0, CSP_PEER_VERDICT_PLAIN,
		       DIV_ROUND_UP(CSP_CONF(cn, peer_ttl), 10));
	csp_setup_plain(flow, CSP_MIB_PLAIN_SILENCE, false);
}

static void csp_setup_last_silence(struct csp_flow *flow)
{
	if (flow->mode == CSP_MODE_PREFER)
		csp_flow_kill(flow, CSP_EVENT_DELETED);
	else
		csp_setup_set_error_text(flow, CSP_ERR_BUSY, "no answer");
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
		flow->next_tx = jiffies +
			msecs_to_jiffies(csp_setup_rto(flow));
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
 * csp_setup_fail() - tell the socket that its connection was refused
 * @flow: the flow, its error set
 *
 * Context: the flow's work.
 */
void csp_setup_fail(struct csp_flow *flow)
{
	struct sock *sk = csp_flow_sk(flow);

	if (sk) {
		csp_sk_fail(sk, -READ_ONCE(flow->err));
		sock_put(sk);
	}
	csp_flow_kill(flow, CSP_EVENT_DELETED);
}

static void csp_setup_measure(struct csp_rx *rx, struct csp_flow *flow)
{
	u32 rtt = 0;

	/* Only the first transmission has its time kept. */
	if (!rx->rd.attempt)
		rtt = ktime_get_ns() / NSEC_PER_USEC - flow->sent;
	csp_peer_capable(rx->cn, &rx->saddr, rx->udp, rtt);
}

/* A box on the path keeps state, and may lose it. */
static void csp_setup_boxes(struct csp_flow *flow, const struct csp_msg *msg)
{
	if (flow->t.proto == IPPROTO_TCP)
		csp_path_watch(flow);
	csp_refresh_start(flow);
	csp_epoch_seen(flow, msg);
}

/**
 * csp_setup_rcv_ok() - OK to a Setup
 * @rx:   the packet
 * @flow: found by the identifier that only hosts on the path know
 * @msg:  the OK
 *
 * Context: softirq.
 */
void csp_setup_rcv_ok(struct csp_rx *rx, struct csp_flow *flow,
		      const struct csp_msg *msg)
{
	if (csp_vouch_wanted(flow) && rx->rd.xid == flow->xid)
		csp_vouch_queue(rx, flow);
	else
		csp_setup_believed(rx, flow, msg);
}

/**
 * csp_setup_believed() - an OK to a Setup has the proof that it needs
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the OK
 *
 * Context: softirq, or the flow's work.
 */
void csp_setup_believed(struct csp_rx *rx, struct csp_flow *flow,
			const struct csp_msg *msg)
{
	struct csp_net *cn = rx->cn;
	struct csp_pair *pair = NULL;
	struct sk_buff_head list;
	bool late;

	if (rx->rd.xid != flow->xid || !CSP_HAS(msg, LOCAL_ID)) {
		CSP_INC(cn, IN_UNEXPECTED);
		return;
	}
	if (CSP_HAS(msg, PUBKEY))
		pair = csp_pair_get(cn, flow->key, msg->pubkey.data);

	__skb_queue_head_init(&list);
	spin_lock_bh(&flow->lock);
	late = flow->state == CSP_STATE_PLAIN;
	if (flow->dead || (flow->state != CSP_STATE_SETUP && !late)) {
		spin_unlock_bh(&flow->lock);
		if (pair)
			csp_pair_put(pair);
		return;
	}
	csp_flow_set_state(flow, CSP_STATE_ESTABLISHED);
	csp_flow_timer(flow, 0);
	flow->attempt = 0;
	flow->pair = pair;
	flow->udp = rx->udp;
	flow->peer_cid = msg->cid;
	flow->peer_cid0 = msg->cid;
	flow->peer_next = msg->next_cid;
	if (CSP_HAS(msg, TIMEOUT))
		flow->timeout = msg->timeout;
	csp_setup_take_held(flow, true, &list);
	spin_unlock_bh(&flow->lock);

	CSP_INC(cn, SETUP_OK);
	if (late)
		CSP_INC(cn, SETUP_LATE_OK);
	csp_setup_pass(flow);
	csp_release(cn, &list);
	csp_setup_measure(rx, flow);
	if (READ_ONCE(flow->timeout))
		csp_setup_boxes(flow, msg);
	csp_nl_event(flow, CSP_EVENT_ESTABLISHED);
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
	spin_unlock_bh(&flow->lock);
	csp_setup_pass(flow);
	return true;
}

/* What the Reject teaches about the peer, for the next connection. */
static void csp_setup_learn(struct csp_net *cn, const struct csp_flow *flow,
			    u16 code)
{
	u32 ttl = CSP_CONF(cn, peer_ttl);

	if (code == CSP_ERR_NOT_WANTED)
		csp_peer_learn(cn, &flow->t.raddr, flow->t.proto, flow->t.rport,
			       CSP_PEER_VERDICT_NOT_WANTED,
			       DIV_ROUND_UP(ttl, 10));
	else if (code == CSP_ERR_VERSION)
		csp_peer_learn(cn, &flow->t.raddr, 0, 0,
			       CSP_PEER_VERDICT_PLAIN, ttl);
	else if (code == CSP_ERR_MISMATCH)
		csp_peer_learn(cn, &flow->t.raddr, 0, 0,
			       CSP_PEER_VERDICT_PLAIN, DIV_ROUND_UP(ttl, 10));
}

/**
 * csp_setup_rcv_reject() - Reject of a Setup, by the peer or a box
 * @rx:   the packet
 * @flow: found by its identifier, or by its transaction
 * @msg:  the Reject
 *
 * Context: softirq.
 */
void csp_setup_rcv_reject(struct csp_rx *rx, struct csp_flow *flow,
			  const struct csp_msg *msg)
{
	u16 code = CSP_HAS(msg, ERROR) ? msg->err_code : CSP_ERR_POLICY;
	const struct in6_addr *origin = &rx->saddr;

	/* Without an identifier only a stranger to the version may answer. */
	if (rx->rd.xid != flow->xid ||
	    (!msg->dcid && code != CSP_ERR_VERSION)) {
		CSP_INC(rx->cn, IN_UNEXPECTED);
		return;
	}
	CSP_INC(rx->cn, REJECT_IN);
	csp_setup_learn(rx->cn, flow, code);
	/* Too late to refuse; or it may be asked again. Section "Rejection". */
	if (flow->state != CSP_STATE_SETUP || code == CSP_ERR_BUSY)
		return;
	if (flow->mode == CSP_MODE_PREFER && csp_errno_allows_plain(code)) {
		csp_setup_plain(flow, CSP_MIB_PLAIN_REJECT, true);
		return;
	}
	if (CSP_HAS(msg, ORIGIN) && msg->origin.family == rx->family)
		origin = &msg->origin.in6;
	csp_setup_set_error(flow, code, msg->err_detail, origin, rx->family,
			    CSP_HAS(msg, TEXT) ? msg->text.data : NULL,
			    CSP_HAS(msg, TEXT) ? msg->text.len : 0);
}

/**
 * csp_setup_rcv_ack() - the other end wants its nonce back first
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the Ack; section "Stateless answer"
 *
 * Context: softirq.
 */
void csp_setup_rcv_ack(struct csp_rx *rx, struct csp_flow *flow,
		       const struct csp_msg *msg)
{
	struct csp_move *mv;

	if (rx->rd.xid != flow->xid || !CSP_HAS(msg, NONCE)) {
		CSP_INC(rx->cn, IN_UNEXPECTED);
		return;
	}
	mv = csp_flow_move_state(flow, GFP_ATOMIC);
	if (!mv)
		return;
	spin_lock_bh(&flow->lock);
	if (flow->state != CSP_STATE_SETUP ||
	    flow->attempt + 1 >= CSP_SETUP_ATTEMPTS) {
		spin_unlock_bh(&flow->lock);
		return;
	}
	memcpy(mv->cookie, msg->nonce.data, msg->nonce.len);
	mv->cookie_len = msg->nonce.len;
	flow->udp = rx->udp;
	flow->attempt++;
	flow->next_tx = jiffies + msecs_to_jiffies(csp_setup_rto(flow));
	spin_unlock_bh(&flow->lock);
	csp_setup_send(flow, NULL);
}

/**
 * csp_setup_unreach() - ICMP says that the peer has no CSP
 * @cn:    namespace
 * @xid:   transaction quoted
 * @daddr: destination quoted
 * @udp:   no such port, rather than no such protocol
 *
 * Context: softirq.
 */
void csp_setup_unreach(struct csp_net *cn, __be32 xid,
		       const struct in6_addr *daddr, bool udp)
{
	struct csp_flow *flow = csp_flow_by_xid(cn, xid);

	if (!flow || flow->xid != xid || flow->udp != udp ||
	    READ_ONCE(flow->state) != CSP_STATE_SETUP ||
	    !ipv6_addr_equal(daddr, &flow->t.raddr)) {
		CSP_INC(cn, ICMP_IGNORED);
		goto out;
	}
	csp_peer_learn(cn, daddr, 0, 0, CSP_PEER_VERDICT_PLAIN,
		       CSP_CONF(cn, peer_ttl));
	if (flow->mode == CSP_MODE_PREFER)
		csp_setup_plain(flow, CSP_MIB_PLAIN_UNREACH, true);
	else
		csp_setup_set_error_text(flow, CSP_ERR_NOT_WANTED,
					 "peer has no CSP");
out:
	if (flow)
		csp_flow_put(flow);
}
