// SPDX-License-Identifier: GPL-2.0
/*
 * Accepting a connection: the responder's side; csp.rst, section "Setup".
 *
 *	 Setup received
 *	     |
 *	     +-- bad name, no listener, not wanted, full ... --> Reject
 *	     +-- many EMBRYONIC, no nonce echo --> Ack + nonce, nothing kept
 *	     v
 *	 EMBRYONIC -- OK sent, then the piggybacked packet is received
 *	     |    ^
 *	     |    +-- the same Setup again: OK repeated, nothing received
 *	     |
 *	     +-- transport connected ------------------> ESTABLISHED
 *	     +-- not connected in time ----------------> forgotten
 *
 * UDP connects by the Setup alone.
 *
 * A child that kernel TLS or a sockmap has taken before it could be flagged does
 * not tell of its end: it is looked for, now and then.
 */
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "change.h"
#include "cookie.h"
#include "detach.h"
#include "epoch.h"
#include "flood.h"
#include "flow.h"
#include "grant.h"
#include "home.h"
#include "hook.h"
#include "key.h"
#include "limit.h"
#include "listen.h"
#include "move.h"
#include "netlink.h"
#include "offer.h"
#include "opts.h"
#include "path.h"
#include "peer.h"
#include "relay.h"
#include "rx.h"
#include "setup.h"
#include "share.h"
#include "sign.h"
#include "sock.h"
#include "tx.h"

/* ms; doubles up to the setting embryonic_timeout. */
#define CSP_EMBRYO_FIRST	250
/* ms; as old as the connection is, but no less and no more. */
#define CSP_LOOK_MIN		1000
#define CSP_LOOK_MAX		30000

/* A Setup that is being looked at. */
struct csp_knock {
	struct csp_rx		*rx;
	const struct csp_msg	*msg;
	struct csp_tuple	t;
	struct sock		*sk;	/* UDP, with a reference */
	int			mode;	/* of the socket; -1: none */
	u16			refusal; /* what the socket has against it */
	__be16			port;	/* of the socket */
	bool			proven;	/* the sender echoed a nonce */
	int			oif;
};

/**
 * csp_listen_tcp_sk() - find a listener
 * @cn:  namespace
 * @t:   name of a connection
 * @iif: interface that its packets come by
 *
 * Context: RCU.
 * Return: the socket without a reference, or NULL.
 */
struct sock *csp_listen_tcp_sk(struct csp_net *cn, const struct csp_tuple *t,
			       int iif)
{
	struct net *net = cn->net;
	struct inet_hashinfo *hinfo = net->ipv4.tcp_death_row.hashinfo;

	if (t->family == 4)
		return __inet_lookup_listener(net, hinfo, NULL, 0,
					      t->raddr.s6_addr32[3], t->rport,
					      t->laddr.s6_addr32[3],
					      ntohs(t->lport), iif, 0);
	return inet6_lookup_listener(net, hinfo, NULL, 0, &t->raddr, t->rport,
				     &t->laddr, ntohs(t->lport), iif, 0);
}

static int csp_listen_tcp(struct csp_net *cn, const struct csp_tuple *t,
			  int iif, struct csp_knock *k)
{
	struct sock *sk;
	int mode = -1;

	rcu_read_lock();
	sk = csp_listen_tcp_sk(cn, t, iif);
	if (sk)
		mode = csp_sk_mode(cn, sk);
	if (sk && k) {
		k->oif = READ_ONCE(sk->sk_bound_dev_if);
		k->refusal = csp_opts_refuse(cn, sk, t, k->msg);
	}
	rcu_read_unlock();
	return mode;
}

static struct sock *csp_listen_udp_sk(struct csp_net *cn,
				      const struct csp_tuple *t, int iif)
{
	if (t->family == 4)
		return udp4_lib_lookup(cn->net, t->raddr.s6_addr32[3], t->rport,
				       t->laddr.s6_addr32[3], t->lport, iif);
	return udp6_lib_lookup(cn->net, &t->raddr, t->rport, &t->laddr,
			       t->lport, iif);
}

/**
 * csp_listen_mode() - what does the socket that serves a name want?
 * @cn:  namespace
 * @t:   name of a connection
 * @iif: interface that its packets come by
 * @own: only what the socket itself says counts, not default and rules
 *
 * Context: any.
 * Return: enum csp_mode, or -1: nobody serves it, or the socket says nothing.
 */
int csp_listen_mode(struct csp_net *cn, const struct csp_tuple *t, int iif,
		    bool own)
{
	const bool tcp = t->proto == IPPROTO_TCP;
	struct sock *sk;
	int mode = -1;
	u8 phase;

	rcu_read_lock();
	sk = tcp ? csp_listen_tcp_sk(cn, t, iif) : csp_listen_udp_sk(cn, t, iif);
	if (sk)
		mode = !own ? csp_sk_mode(cn, sk) :
		       csp_sk_auto(sk) ? -1 : csp_sk_variant(sk, &phase);
	rcu_read_unlock();
	if (sk && !tcp)
		sock_put(sk);
	return mode;
}

/**
 * csp_listen_takes() - would a connection from there be accepted?
 * @cn:  namespace
 * @t:   its name
 * @iif: interface that its packets come by
 * @msg: its Setup
 *
 * Context: any.
 * Return: whether a socket serves it, signalled, and expects its sender.
 */
bool csp_listen_takes(struct csp_net *cn, const struct csp_tuple *t, int iif,
		      const struct csp_msg *msg)
{
	struct csp_knock k = { .msg = msg };
	struct sock *sk;

	if (t->proto == IPPROTO_TCP)
		return csp_listen_tcp(cn, t, iif, &k) > CSP_MODE_OFF &&
		       !k.refusal;
	rcu_read_lock();
	sk = csp_listen_udp_sk(cn, t, iif);
	k.mode = sk ? csp_sk_mode(cn, sk) : -1;
	k.refusal = sk ? csp_opts_refuse(cn, sk, t, msg) : 0;
	rcu_read_unlock();
	if (sk)
		sock_put(sk);
	return k.mode > CSP_MODE_OFF && !k.refusal;
}

/**
 * csp_listen_serves() - is there a server, of signalled connections?
 * @cn:  namespace
 * @t:   name of a connection
 * @iif: interface that its packets come by
 *
 * Context: any.
 * Return: whether there is. The socket of a client is none.
 */
bool csp_listen_serves(struct csp_net *cn, const struct csp_tuple *t, int iif)
{
	struct sock *sk;
	bool serves;

	if (t->proto == IPPROTO_TCP)
		return csp_listen_tcp(cn, t, iif, NULL) > CSP_MODE_OFF;
	rcu_read_lock();
	sk = csp_listen_udp_sk(cn, t, iif);
	serves = sk && sk->sk_state != TCP_ESTABLISHED &&
		 sk->sk_userlocks & SOCK_BINDPORT_LOCK &&
		 csp_sk_mode(cn, sk) > CSP_MODE_OFF;
	rcu_read_unlock();
	if (sk)
		sock_put(sk);
	return serves;
}

/* A server may be bound to its home address; home.c. */
static int csp_knock_find_tcp(struct csp_knock *k)
{
	struct csp_rx *rx = k->rx;
	struct csp_tuple home;
	int mode = -1;

	if (csp_home_tuple(rx->cn, &k->msg->dst, &k->t, &home)) {
		/* Another port than its own is served for who was let in. */
		if (home.lport != k->t.lport && !csp_grant_serves(rx, k->msg)) {
			CSP_INC(rx->cn, GRANT_FOREIGN);
			return -1;
		}
		mode = csp_listen_tcp(rx->cn, &home, rx->iif, k);
	}
	if (mode < 0)
		return csp_listen_tcp(rx->cn, &k->t, rx->iif, k);
	k->port = home.lport;
	return mode;
}

static void csp_knock_find(struct csp_knock *k)
{
	struct csp_net *cn = k->rx->cn;

	k->port = k->t.lport;
	if (k->t.proto == IPPROTO_TCP) {
		k->mode = csp_knock_find_tcp(k);
		return;
	}
	k->mode = -1;
	if (csp_grant_shuts(cn, &k->t) && !csp_grant_serves(k->rx, k->msg)) {
		CSP_INC(cn, GRANT_FOREIGN);
		return;
	}
	k->sk = csp_listen_udp_sk(cn, &k->t, k->rx->iif);
	if (k->sk) {
		rcu_read_lock();
		k->mode = csp_sk_mode(cn, k->sk);
		k->refusal = csp_opts_refuse(cn, k->sk, &k->t, k->msg);
		rcu_read_unlock();
		k->oif = READ_ONCE(k->sk->sk_bound_dev_if);
	}
}

/* Attributes that a Setup must have; returns the missing one, or 0. */
static u16 csp_knock_missing(const struct csp_msg *msg)
{
	if (!CSP_HAS(msg, CONN))
		return CSP_A_CONN;
	if (!CSP_HAS(msg, SRC) || !msg->src.port)
		return CSP_A_SRC;
	if (!CSP_HAS(msg, DST) || !msg->dst.port)
		return CSP_A_DST;
	if (!CSP_HAS(msg, LOCAL_ID) || !msg->cid)
		return CSP_A_LOCAL_ID;
	return 0;
}

/*
 * The piggybacked packet must be one that begins this connection, and so one
 * that a firewall which let the Setup pass would let pass as well; section
 * "Piggyback".
 */
static bool csp_knock_piggyback_ok(const struct csp_knock *k)
{
	const struct csp_blob *pb = &k->msg->piggyback;
	const struct tcphdr *th = (const void *)pb->data;
	const struct udphdr *uh = (const void *)pb->data;

	if (k->t.proto == IPPROTO_UDP)
		return pb->len >= sizeof(*uh) && uh->source == k->t.rport &&
		       uh->dest == k->t.lport &&
		       get_unaligned_be16(&uh->len) == pb->len;
	return pb->len >= sizeof(*th) && th->source == k->t.rport &&
	       th->dest == k->t.lport && th->syn && !th->ack && !th->fin &&
	       !th->rst &&
	       th->doff * 4 >= sizeof(*th) && th->doff * 4 <= pb->len;
}

/*
 * Section "Connection notation": the locator is that of a NAT, and this host is
 * the identity.
 */
static bool csp_knock_is_inside(const struct csp_knock *k)
{
	const struct csp_end *dst = &k->msg->dst;

	return !ipv6_addr_equal(&dst->loc, &k->rx->daddr) &&
	       dst->id_family == k->rx->family &&
	       ipv6_addr_equal(&dst->id, &k->rx->daddr);
}

/* Is the name of the Setup one that this host can serve? */
static u16 csp_knock_check_name(struct csp_knock *k, u16 *detail)
{
	const struct csp_msg *msg = k->msg;
	struct csp_rx *rx = k->rx;

	*detail = csp_knock_missing(msg);
	if (*detail)
		return CSP_ERR_MALFORMED;
	/* An address translated on the way, or a host that is not meant. */
	if (msg->src.loc_family != rx->family ||
	    !ipv6_addr_equal(&msg->src.loc, &rx->saddr)) {
		*detail = CSP_A_SRC;
		return CSP_ERR_MISMATCH;
	}
	if (msg->dst.loc_family != rx->family ||
	    (!ipv6_addr_equal(&msg->dst.loc, &rx->daddr) &&
	     !csp_knock_is_inside(k))) {
		*detail = CSP_A_DST;
		return CSP_ERR_MISMATCH;
	}
	if (msg->proto != IPPROTO_TCP && msg->proto != IPPROTO_UDP)
		return CSP_ERR_NO_LISTENER;

	*detail = CSP_A_CONN;
	if (msg->proto == IPPROTO_TCP && msg->dir != CSP_DIR_BOTH)
		return CSP_ERR_MALFORMED;
	k->t.family = rx->family;
	k->t.proto = msg->proto;
	k->t.laddr = rx->daddr;
	k->t.raddr = rx->saddr;
	k->t.lport = csp_knock_is_inside(k) ? msg->dst.port :
					      csp_end_port(&msg->dst);
	k->t.rport = csp_end_port(&msg->src);
	*detail = CSP_A_PIGGYBACK;
	if (CSP_HAS(msg, PIGGYBACK) && (msg->dir == CSP_DIR_REVERSE ||
					!csp_knock_piggyback_ok(k))) {
		CSP_INC(rx->cn, PIGGYBACK_BAD);
		return CSP_ERR_MALFORMED;
	}
	*detail = 0;
	return 0;
}

/* A MAC is wanted: how the answer goes out. */
static void csp_listen_ok_signed(struct csp_knock *k, struct csp_flow *flow)
{
	struct csp_rx *rx = k->rx;
	struct sk_buff *skb = rx->reply;
	struct csp_to to;

	rx->reply = NULL;
	csp_rx_back(rx, &to);
	csp_write_blob(&rx->wr, CSP_A_NONCE_ECHO, k->msg->nonce.data,
		       k->msg->nonce.len);
	spin_lock_bh(&flow->lock);
	skb = csp_sign_finish(skb, &rx->wr, flow);
	spin_unlock_bh(&flow->lock);
	if (skb)
		csp_tx(rx->cn, skb, &to, NULL);
}

/* The OK; the same however often it is asked for. */
static void csp_listen_ok(struct csp_knock *k, struct csp_flow *flow)
{
	const struct csp_msg *msg = k->msg;
	const struct csp_key *key;
	struct csp_writer *wr;
	struct csp_move *mv = READ_ONCE(flow->move);

	/* Pairs with the release in csp_sign_keys(): not yet, or never. */
	if (CSP_HAS(msg, NONCE) && (!mv || !smp_load_acquire(&mv->keyed)))
		return;
	wr = csp_rx_reply(k->rx, CSP_MSG_OK, msg->cid);
	if (!wr)
		return;
	/* Section "NAT": by which name this end knows the other. */
	if (msg->src.id_family)
		csp_write_conn(wr, msg->proto, msg->dir, &msg->src, &msg->dst);
	csp_write_local_id(wr, csp_flow_cid(flow), csp_flow_next(flow));
	key = flow->pair ? flow->pair->key : flow->key;
	csp_write_blob(wr, CSP_A_PUBKEY, key->public, CSP_PUBKEY_LEN);
	/* Room for boxes to write in what they grant; a host grants nothing. */
	if (CSP_HAS(msg, TIMEOUT))
		csp_write_u32(wr, CSP_A_TIMEOUT, 0);
	/* The MAC comes last; offers are for later then. */
	if (CSP_HAS(msg, NONCE)) {
		csp_listen_ok_signed(k, flow);
		return;
	}
	if (CSP_HAS(msg, TIMEOUT))
		csp_epoch_write(wr);
	csp_offer_write(wr, flow, msg->cid);
	csp_rx_send_reply(k->rx);
}

/* Redirected to here: what was asked for is worth knowing, csp(7). */
static void csp_knock_names(struct csp_knock *k, struct csp_flow *flow)
{
	const struct csp_msg *msg = k->msg;

	if (!msg->dst.id_family && !msg->dst.local_port)
		return;
	flow->names = kzalloc(sizeof(*flow->names), GFP_ATOMIC);
	if (!flow->names)
		return;
	/* Own end first, as in what this end sends. */
	flow->names->src = msg->dst;
	flow->names->dst = msg->src;
	if (csp_knock_is_inside(k))
		flow->names->lent = msg->dst;
}

static struct csp_flow *csp_knock_flow(struct csp_knock *k)
{
	struct csp_net *cn = k->rx->cn;
	const struct csp_msg *msg = k->msg;
	struct csp_flow *flow;

	flow = csp_flow_alloc(cn, &k->t, false);
	if (!flow)
		return NULL;
	/* Without the peer's key the connection cannot move. */
	flow->key = csp_home_key(cn, &msg->dst);
	if (!flow->key)
		flow->key = csp_key_get_current(cn);
	else
		flow->home_l = *csp_end_identity(&msg->dst);
	if (CSP_HAS(msg, PUBKEY))
		flow->pair = csp_pair_get(cn, flow->key, msg->pubkey.data);
	if (CSP_HAS(msg, PUBKEY) && !flow->pair) {
		csp_flow_put(flow);
		return NULL;
	}
	flow->mode = k->mode;
	flow->oif = k->oif;
	/* The transport binds the child to the link as well. */
	if (k->t.family == 6 &&
	    ipv6_addr_type(&k->t.raddr) & IPV6_ADDR_LINKLOCAL)
		flow->oif = k->rx->iif;
	flow->udp = k->rx->udp;
	flow->dir = msg->dir;
	flow->peer_cid = msg->cid;
	flow->peer_cid0 = msg->cid;
	flow->peer_next = msg->next_cid;
	csp_knock_names(k, flow);
	flow->vias = csp_vias_of(msg);
	if (k->sk) {
		sock_hold(k->sk);
		flow->sk = k->sk;
	}
	return flow;
}

/*
 * close() makes a socket SOCK_DEAD under this lock, and looks after that which
 * operations it has: one of the two sees what the other did.
 */
static int csp_knock_flag(struct csp_knock *k)
{
	int err = -ESTALE;

	bh_lock_sock(k->sk);
	if (!sock_flag(k->sk, SOCK_DEAD))
		err = csp_sk_flag_auto(k->sk, k->mode);
	bh_unlock_sock(k->sk);
	if (!err)
		CSP_INC(k->rx->cn, AUTO_FLAGGED);
	return err;
}

/* A UDP socket ends its flows; it must be flagged for that. */
static int csp_knock_link(struct csp_knock *k, struct csp_flow *flow)
{
	u8 phase;

	if (!k->sk)
		return 0;
	if (csp_sk_variant(k->sk, &phase) < 0 && csp_knock_flag(k))
		return -EBUSY;
	return csp_sk_link(flow, k->sk);
}

/* The MAC needs a public-key operation: the rest is for the flow's work. */
static void csp_knock_sign_later(struct csp_knock *k, struct csp_flow *flow)
{
	struct csp_skb_cb *cb = (struct csp_skb_cb *)k->rx->skb->cb;
	struct csp_move *mv = csp_flow_move_state(flow, GFP_ATOMIC);

	if (!mv || !flow->pair) {
		/* No key, no proof; the initiator will ask again, in vain. */
		csp_flow_kill(flow, CSP_EVENT_DELETED);
		return;
	}
	cb->udp = k->rx->udp;
	cb->port = k->rx->port;
	kfree_skb(xchg(&mv->attach, skb_get(k->rx->skb)));
	csp_flow_todo(flow, CSP_TODO_SIGN);
}

static void csp_listen_sign_now(struct csp_rx *rx, struct csp_flow *flow)
{
	struct csp_msg msg;
	struct csp_knock k = { .rx = rx, .msg = &msg, .t = flow->t };

	if (csp_read_msg(&rx->rd, &msg) <= 0)
		return;
	csp_listen_ok(&k, flow);
	if (CSP_CONF(flow->cn, multihome))
		csp_change_want(flow, CSP_SAY_OFFER);
	if (!CSP_HAS(&msg, PIGGYBACK))
		return;
	/* The device may have gone while the packet waited. */
	rcu_read_lock();
	rx->skb->dev = dev_get_by_index_rcu(rx->cn->net, rx->iif);
	if (rx->skb->dev)
		csp_rx_inject(rx, &msg.piggyback, k.t.proto, &k.t.raddr,
			      &k.t.laddr);
	rcu_read_unlock();
}

/**
 * csp_listen_sign() - answer a Setup that wants to see a MAC
 * @flow: the flow that was made for it
 *
 * Context: the flow's work.
 */
void csp_listen_sign(struct csp_flow *flow)
{
	struct sk_buff *skb = xchg(&flow->move->attach, NULL);
	struct csp_skb_cb *cb;
	struct csp_rx rx;

	if (!skb)
		return;
	cb = (struct csp_skb_cb *)skb->cb;
	if (!csp_sign_keys(flow))
		csp_flow_kill(flow, CSP_EVENT_DELETED);
	else if (csp_rx_start(&rx, flow->cn, skb, cb->udp, cb->port))
		csp_listen_sign_now(&rx, flow);
	kfree_skb(skb);
}

/* Into the table, in the state that it begins in. */
static int csp_knock_insert(struct csp_knock *k, struct csp_flow *flow)
{
	bool udp = k->t.proto == IPPROTO_UDP;
	int err;

	spin_lock_bh(&flow->lock);
	err = csp_flow_insert(flow);
	if (err)
		goto out;
	csp_flow_set_state(flow, udp ? CSP_STATE_ESTABLISHED :
				       CSP_STATE_EMBRYONIC);
	if (!udp)
		csp_flow_timer(flow, CSP_EMBRYO_FIRST);
	else if (!k->proven)
		csp_flow_set_unproven(flow);
	if (k->proven)
		csp_flow_set_proven(flow);
out:
	spin_unlock_bh(&flow->lock);
	return err;
}

static u16 csp_knock_accept(struct csp_knock *k)
{
	struct csp_net *cn = k->rx->cn;
	bool udp = k->t.proto == IPPROTO_UDP;
	struct csp_flow *flow;
	int err;

	flow = csp_knock_flow(k);
	if (!flow) {
		CSP_INC(cn, FLOW_NOMEM);
		return CSP_ERR_FULL;
	}
	err = csp_knock_insert(k, flow);
	if (err == -ENOSPC && k->sk && csp_sk_evict(cn, k->sk))
		err = csp_knock_insert(k, flow);
	if (err) {
		csp_flow_put(flow);
		return err == -EEXIST ? CSP_ERR_IN_USE : CSP_ERR_FULL;
	}
	if (csp_knock_link(k, flow)) {
		csp_flow_kill(flow, CSP_EVENT_DELETED);
		csp_flow_put(flow);
		return CSP_ERR_FULL;
	}
	CSP_INC(cn, SETUP_IN);
	csp_nl_event(flow, udp ? CSP_EVENT_ESTABLISHED : CSP_EVENT_CREATED);

	if (CSP_HAS(k->msg, NONCE)) {
		csp_knock_sign_later(k, flow);
		csp_flow_put(flow);
		return 0;
	}
	csp_listen_ok(k, flow);
	if (flow->offered)
		csp_path_watch(flow);
	/* After the OK: what the host answers must find the path open. */
	if (CSP_HAS(k->msg, PIGGYBACK))
		csp_rx_inject(k->rx, &k->msg->piggyback, k->t.proto,
			      &k->t.raddr, &k->t.laddr);
	csp_flow_put(flow);
	return 0;
}

/* May a public-key operation be done for this stranger? */
static bool csp_knock_may_compute(struct csp_knock *k)
{
	return !CSP_HAS(k->msg, NONCE) || !CSP_HAS(k->msg, PUBKEY) ||
	       csp_limit_dh(k->rx->cn);
}

/* Would one more of it leave enough of the tables to others? */
static bool csp_knock_fair(const struct csp_knock *k)
{
	const struct csp_net *cn = k->rx->cn;
	const struct in6_addr *from = &k->rx->saddr;

	return csp_share_fair(cn->served, from, atomic_read(&cn->n_flows),
			      CSP_CONF(cn, max_flows)) &&
	       (k->t.proto != IPPROTO_TCP ||
		csp_share_fair(cn->embryos, from, atomic_read(&cn->n_embryonic),
			       CSP_CONF(cn, max_embryonic)));
}

/*
 * 0: go on; else refuse. May answer statelessly, and then says so. UDP is
 * connected by the Setup alone, so that its connections are counted apart, as
 * long as they live, and are never too many if the sender has echoed.
 */
static u16 csp_knock_load(struct csp_knock *k, bool *answered)
{
	struct csp_net *cn = k->rx->cn;
	const bool udp = k->t.proto == IPPROTO_UDP;
	const u32 n = atomic_read(udp ? &cn->n_unproven : &cn->n_embryonic);
	const u32 max = CSP_CONF(cn, max_embryonic);
	const bool wanted = csp_cookie_wanted(CSP_CONF(cn, cookies), n, max);

	if ((!udp && n >= max) || !csp_knock_fair(k))
		return CSP_ERR_FULL;
	if (wanted || CSP_HAS(k->msg, NONCE))
		k->proven = csp_cookie_echoed(k->rx, k->msg, k->msg->cid);
	if (k->proven)
		return 0;
	if (wanted || !csp_knock_may_compute(k)) {
		*answered = true;
		csp_cookie_ask(k->rx, k->msg, k->msg->cid);
		return 0;
	}
	return n >= max ? CSP_ERR_FULL : 0;
}

/* Both ends announced the connection at once: the larger identifier wins. */
static void csp_knock_crossed(struct csp_knock *k, struct csp_flow *flow)
{
	struct sk_buff_head held;

	if (memcmp(&k->msg->cid, &flow->cid0, sizeof(flow->cid0)) < 0)
		return;
	__skb_queue_head_init(&held);
	if (!csp_setup_yield(flow, k->msg, &held))
		return;
	CSP_INC(k->rx->cn, SETUP_IN);
	csp_listen_ok(k, flow);
	csp_release(k->rx->cn, &held);
	if (CSP_HAS(k->msg, PIGGYBACK))
		csp_rx_inject(k->rx, &k->msg->piggyback, k->t.proto,
			      &k->t.raddr, &k->t.laddr);
}

/* A UDP socket that serves many says nothing of the one who was there before. */
static bool csp_knock_alive(const struct csp_flow *flow, const struct sock *sk)
{
	return flow->t.proto == IPPROTO_TCP || flow->initiator ||
	       READ_ONCE(sk->sk_state) == TCP_ESTABLISHED;
}

/*
 * Section "Rejection": the copies of a Setup in another's name may be many. One
 * whose sender has proved to be there is answered whenever it comes.
 */
static bool csp_knock_may_repeat(const struct csp_knock *k,
				 const struct csp_flow *flow)
{
	if (READ_ONCE(flow->state) != CSP_STATE_EMBRYONIC &&
	    !READ_ONCE(flow->unproven))
		return true;
	return csp_limit_reply(k->rx->cn, &k->rx->saddr);
}

/* True: the Setup was for this flow, and has been dealt with. */
static bool csp_knock_known(struct csp_knock *k, struct csp_flow *flow,
			    u16 *code)
{
	struct csp_net *cn = k->rx->cn;
	struct sock *sk;
	bool alive;

	/* Section "Setup again": the initiator's identifier of then, or of now. */
	if (!flow->initiator && (flow->peer_cid0 == k->msg->cid ||
				 READ_ONCE(flow->peer_cid) == k->msg->cid)) {
		CSP_INC(cn, SETUP_DUP);
		if (csp_knock_may_repeat(k, flow))
			csp_listen_ok(k, flow);
		else
			CSP_INC(cn, RATE_LIMITED);
		return true;
	}
	if (READ_ONCE(flow->state) == CSP_STATE_SETUP) {
		csp_knock_crossed(k, flow);
		return true;
	}
	/* Another connection of that name: is the old one alive? */
	sk = csp_flow_sk(flow);
	if (sk) {
		alive = csp_knock_alive(flow, sk);
		sock_put(sk);
		if (alive) {
			*code = CSP_ERR_IN_USE;
			return true;
		}
	}
	/* Blind packets remove nothing. */
	if (!csp_cookie_echoed(k->rx, k->msg, k->msg->cid)) {
		csp_cookie_ask(k->rx, k->msg, k->msg->cid);
		return true;
	}
	csp_flow_kill(flow, CSP_EVENT_DELETED);
	return false;
}

/* True: there is a flow of that name, and it has dealt with the Setup. */
static bool csp_knock_lookup(struct csp_knock *k, u16 *code)
{
	struct csp_flow *flow = csp_flow_by_tuple(k->rx->cn, &k->t);
	bool answered;

	if (!flow)
		return false;
	*code = 0;
	answered = csp_knock_known(k, flow, code);
	csp_flow_put(flow);
	return answered;
}

static u16 csp_knock_answer(struct csp_knock *k)
{
	bool answered = false;
	u16 code = 0;

	if (csp_knock_lookup(k, &code))
		return code;
	csp_knock_find(k);
	if (k->mode < 0)
		return CSP_ERR_NO_LISTENER;
	if (k->mode == CSP_MODE_OFF)
		return CSP_ERR_NOT_WANTED;
	if (k->refusal)
		return k->refusal;
	if (csp_flood_beyond(k->rx, k->msg, k->port))
		return CSP_ERR_FLOOD;
	code = csp_knock_load(k, &answered);
	if (code || answered)
		return code;
	code = csp_knock_accept(k);
	/* The same Setup, over UDP and natively, on two processors at once? */
	if (code == CSP_ERR_IN_USE)
		csp_knock_lookup(k, &code);
	return code;
}

static void csp_listen_count(struct csp_net *cn, u16 code)
{
	switch (code) {
	case CSP_ERR_NO_LISTENER:
		CSP_INC(cn, REJECT_NO_LISTENER);
		break;
	case CSP_ERR_NOT_WANTED:
		CSP_INC(cn, REJECT_NOT_WANTED);
		break;
	case CSP_ERR_MISMATCH:
		CSP_INC(cn, REJECT_MISMATCH);
		break;
	case CSP_ERR_FULL:
		CSP_INC(cn, REJECT_FULL);
		break;
	case CSP_ERR_IN_USE:
		CSP_INC(cn, REJECT_IN_USE);
		break;
	case CSP_ERR_POLICY:
		CSP_INC(cn, REJECT_POLICY);
		break;
	case CSP_ERR_AUTH:
		CSP_INC(cn, REJECT_AUTH);
		break;
	}
}

static const char *csp_listen_text(u16 code)
{
	switch (code) {
	case CSP_ERR_NO_LISTENER:
		return "nobody listens on this port, or not for this name";
	case CSP_ERR_NOT_WANTED:
		return "the listener wants no signalling";
	case CSP_ERR_POLICY:
		return "the listener expects another sender";
	case CSP_ERR_AUTH:
		return "the listener wants another token";
	case CSP_ERR_MISMATCH:
		return "the packet's addresses are not those it was sent with";
	case CSP_ERR_FULL:
		return "no room for more connections";
	case CSP_ERR_FLOOD:
		return "too many connections a second";
	case CSP_ERR_IN_USE:
		return "a live connection has these addresses and ports";
	}
	return NULL;
}

/**
 * csp_listen_rcv_setup() - a Setup arrived
 * @rx:  the packet
 * @msg: the Setup
 *
 * Context: softirq, RCU.
 */
void csp_listen_rcv_setup(struct csp_rx *rx, const struct csp_msg *msg)
{
	struct csp_knock k = { .rx = rx, .msg = msg };
	u16 code, detail;

	if (msg->dcid) {
		csp_relay_rcv(rx, msg);
		return;
	}
	if (READ_ONCE(rx->cn->n_regs) && csp_home_silent(rx, msg)) {
		CSP_INC(rx->cn, HIDDEN_SETUP);
		return;
	}
	code = csp_knock_check_name(&k, &detail);
	if (!code)
		code = csp_knock_answer(&k);
	if (code) {
		csp_listen_count(rx->cn, code);
		csp_rx_reject(rx, msg, code, detail, csp_listen_text(code));
	}
	if (k.sk)
		sock_put(k.sk);
}

/*
 * The child of a listener that only default or rule flagged. False: it is not
 * flagged, and will not tell of its end.
 */
static bool csp_listen_adopt(struct csp_flow *flow, struct sock *sk)
{
	bool ours;
	u8 phase;

	lock_sock(sk);
	ours = csp_sk_variant(sk, &phase) >= 0;
	if (!ours && sk->sk_state != TCP_CLOSE) {
		ours = !csp_sk_flag(sk, flow->mode, CSP_PHASE_PASS);
		if (ours)
			CSP_INC(flow->cn, AUTO_FLAGGED);
	}
	release_sock(sk);
	return ours;
}

/* Looks for the socket later. False: no memory. */
static bool csp_listen_look_later(struct csp_flow *flow)
{
	unsigned long age = jiffies_to_msecs(jiffies - flow->born);

	if (!csp_flow_move_state(flow, GFP_KERNEL))
		return false;
	spin_lock_bh(&flow->lock);
	csp_move_set_due(flow, CSP_DUE_SOCK,
			 clamp_t(unsigned long, age, CSP_LOOK_MIN,
				 CSP_LOOK_MAX));
	spin_unlock_bh(&flow->lock);
	return true;
}

/**
 * csp_listen_look() - is a socket still there that does not tell of its end?
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_listen_look(struct csp_flow *flow)
{
	struct sock *sk = csp_flow_sk(flow);

	if (!sk) {
		csp_detach_start(flow);
		return;
	}
	sock_put(sk);
	csp_listen_look_later(flow);
}

/**
 * csp_listen_timer() - has the transport of an accepted Setup connected?
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_listen_timer(struct csp_flow *flow)
{
	unsigned long age = jiffies_to_msecs(jiffies - flow->born);
	struct sock *sk = csp_flow_sk(flow);
	bool connected = false, ours = false;

	if (sk) {
		ours = csp_listen_adopt(flow, sk);
		sock_put(sk);
	} else if (age >= CSP_CONF(flow->cn, embryonic_timeout)) {
		CSP_INC(flow->cn, EMBRYO_EXPIRED);
		csp_flow_kill(flow, CSP_EVENT_DELETED);
		return;
	}
	spin_lock_bh(&flow->lock);
	if (!flow->dead && flow->state == CSP_STATE_EMBRYONIC) {
		connected = sk;
		if (sk)
			csp_flow_set_state(flow, CSP_STATE_ESTABLISHED);
		else
			csp_flow_timer(flow, max_t(u32, age, CSP_EMBRYO_FIRST));
	}
	spin_unlock_bh(&flow->lock);
	if (!connected)
		return;
	csp_nl_event(flow, CSP_EVENT_ESTABLISHED);
	if (!ours && !csp_listen_look_later(flow))
		csp_detach_start(flow);
}
