// SPDX-License-Identifier: GPL-2.0
/*
 * Setups that an agent relays, because this host is hidden; csp.rst, section
 * "Boxes", "Home agent".
 *
 *	 Setup of a stranger, with the agent's SOURCE, SEQ and MAC
 *	     |
 *	     +-- unknown identifier, wrong MAC -----> dropped, counted
 *	     +-- number lower than the last --------> the agent is told: Ack + MAC
 *	     +-- DST's locator is not the home address: grant.c
 *	     v
 *	 queued: what follows costs a public-key operation
 *	     |
 *	     +-- nobody serves him, or too many, ---> dropped, counted: any answer
 *	     |   or too many of his                   would come from this place
 *	     v
 *	 Redirect(S:B) + PUBKEY + NONCE + MAC to the stranger; nothing is kept
 *
 * Whoever repeats the Setup here, with the echo of that nonce, was answered.
 *
 * A move of a peer comes as it is, with the peer's MAC, and is answered likewise:
 * to a host that hides, and to one that is guarded.
 */
#include <linux/random.h>

#include "cookie.h"
#include "grant.h"
#include "key.h"
#include "limit.h"
#include "listen.h"
#include "register.h"
#include "relay.h"
#include "rx.h"
#include "share.h"
#include "sign.h"
#include "tx.h"

/**
 * struct csp_relay_cb - in skb->cb of a Setup that waits
 * @how:    it came
 * @source: whose it is, csp_limit_source()
 */
struct csp_relay_cb {
	struct csp_skb_cb	how;
	u64			source;
};

static struct csp_relay_cb *csp_relay_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct csp_relay_cb) > sizeof(skb->cb));
	return (struct csp_relay_cb *)skb->cb;
}

/* Tells the agent which numbers it has used. */
static void csp_relay_stale(struct csp_rx *rx, const struct csp_reg *reg,
			    const struct csp_msg *msg, u32 seq)
{
	struct sk_buff *skb;
	struct csp_writer wr;
	u8 nonce[CSP_NONCE_MIN];
	struct csp_to to;

	CSP_INC(rx->cn, RELAY_STALE);
	if (!csp_limit_reply(rx->cn, &rx->saddr)) {
		CSP_INC(rx->cn, RATE_LIMITED);
		return;
	}
	skb = csp_tx_alloc(CSP_MSG_ROOM);
	if (!skb)
		return;
	get_random_bytes(nonce, sizeof(nonce));
	csp_rx_back(rx, &to);
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, rx->rd.xid, CSP_F_REPLY,
			rx->rd.attempt);
	csp_write_msg(&wr, CSP_MSG_ACK, 0, msg->dcid);
	csp_write_blob(&wr, CSP_A_NONCE, nonce, sizeof(nonce));
	csp_write_u32(&wr, CSP_A_SEQ, seq);
	skb = csp_relation_finish(skb, &wr, &reg->rel);
	if (skb)
		csp_tx(rx->cn, skb, &to, NULL);
}

/* Is it the agent's, and does it have all that the answer needs? */
static bool csp_relay_good(const struct csp_rx *rx, const struct csp_reg *reg,
			   const struct csp_msg *msg)
{
	return csp_relation_ok(&reg->rel, &rx->rd, msg) &&
	       CSP_HAS(msg, SOURCE) &&
	       ipv6_addr_equal(&msg->source.in6, &rx->saddr) &&
	       CSP_HAS(msg, CONN) && CSP_HAS(msg, SRC) && CSP_HAS(msg, DST) &&
	       CSP_HAS(msg, LOCAL_ID) && CSP_HAS(msg, PUBKEY) &&
	       msg->src.port && msg->dst.port &&
	       msg->src.loc_family == rx->family &&
	       msg->dst.loc_family == rx->family &&
	       ipv6_addr_equal(csp_end_identity(&msg->dst), &reg->home);
}

/*
 * Is there room for one more of this source? None has echoed: who forges an
 * address can use up its share, and without shares he could use up all.
 */
static bool csp_relay_has_room(struct csp_reg *reg, u64 source)
{
	const u32 n = skb_queue_len(&reg->relayed);
	struct sk_buff *skb;
	u32 mine = 0;

	lockdep_assert_held(&reg->relayed.lock);
	if (n >= CSP_RELAYED_MAX)
		return false;
	skb_queue_walk(&reg->relayed, skb)
		mine += csp_relay_cb(skb)->source == source;
	return csp_share_allows(mine, n, CSP_RELAYED_MAX);
}

static void csp_relay_queue(struct csp_rx *rx, struct csp_reg *reg,
			    const struct csp_msg *msg)
{
	struct csp_relay_cb *cb = csp_relay_cb(rx->skb);
	bool room;

	cb->how.udp = rx->udp;
	cb->how.port = rx->port;
	cb->source = csp_limit_source(&msg->src.loc);
	spin_lock_bh(&reg->relayed.lock);
	room = csp_relay_has_room(reg, cb->source);
	if (room)
		__skb_queue_tail(&reg->relayed, skb_get(rx->skb));
	spin_unlock_bh(&reg->relayed.lock);
	if (room)
		queue_work(rx->cn->wq, &reg->relay);
	else
		CSP_INC(rx->cn, RELAY_FULL);
}

/**
 * csp_relay_rcv() - a Setup arrived that an agent relays
 * @rx:  the packet
 * @msg: the Setup, with a dcid
 *
 * Context: softirq, RCU.
 */
void csp_relay_rcv(struct csp_rx *rx, const struct csp_msg *msg)
{
	struct csp_reg *reg = csp_reg_by_cid(rx->cn, msg->dcid);
	bool stale, grants;
	u32 last;

	if (!reg || !csp_relay_good(rx, reg, msg)) {
		CSP_INC(rx->cn, RELAY_BAD);
		return;
	}
	grants = csp_grant_asked(msg, &reg->home);
	spin_lock_bh(&reg->lock);
	last = reg->rx_seq;
	/* What authorises does so once; what is relayed changes nothing. */
	stale = msg->seq < last || (grants && msg->seq == last);
	if (!stale)
		reg->rx_seq = msg->seq;
	spin_unlock_bh(&reg->lock);
	if (stale) {
		csp_relay_stale(rx, reg, msg, last);
		return;
	}
	CSP_INC(rx->cn, RELAY_IN);
	if (grants)
		csp_grant_rcv(rx, reg, msg);
	else
		csp_relay_queue(rx, reg, msg);
}

/**
 * csp_relay_wanted() - does a socket of this host want that connection?
 * @rx:  the packet
 * @msg: its Setup, by way of the agent
 * @reg: the registration
 *
 * Context: any.
 * Return: whether one does.
 */
bool csp_relay_wanted(const struct csp_rx *rx, const struct csp_msg *msg,
		      const struct csp_reg *reg)
{
	struct csp_tuple t = {
		.laddr	= reg->home,
		.raddr	= msg->src.loc,
		.lport	= msg->dst.port,
		.rport	= csp_end_port(&msg->src),
		.proto	= msg->proto,
		.family	= rx->family,
	};

	return (t.proto == IPPROTO_TCP || t.proto == IPPROTO_UDP) &&
	       csp_listen_takes(rx->cn, &t, rx->iif, msg);
}

/* Key of the one message that comes before there is an identifier of ours. */
static bool csp_relay_key(const struct csp_reg *reg, const struct csp_msg *msg,
			  u8 *key)
{
	struct csp_pair *pair;
	bool ok = false;

	pair = csp_pair_get(reg->rel.cn, reg->rel.own, msg->pubkey.data);
	if (!pair)
		return false;
	if (!csp_pair_secret(pair)) {
		csp_derive_key(key, pair, false, msg->cid, 0);
		ok = true;
	}
	csp_pair_put(pair);
	return ok;
}

/* Begins the Redirect to where this host is; NULL without memory. */
static struct sk_buff *csp_relay_begin(struct csp_rx *rx,
				       const struct in6_addr *home,
				       const struct csp_msg *msg,
				       struct csp_writer *wr, struct csp_to *to)
{
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	struct csp_end dst = {
		.loc_family	= rx->family,
		.id_family	= rx->family,
		.port		= msg->dst.port,
		.loc		= rx->daddr,
		.id		= *home,
	};

	if (!skb)
		return NULL;
	csp_rx_back(rx, to);
	to->daddr = msg->src.loc;
	to->port = htons(CSP_CONF(rx->cn, udp_port));
	csp_write_start(wr, skb->data, CSP_MSG_ROOM, rx->rd.xid, CSP_F_REPLY,
			rx->rd.attempt);
	csp_write_msg(wr, CSP_MSG_REDIRECT, 0, msg->cid);
	csp_write_conn(wr, msg->proto, msg->dir, &msg->src, &dst);
	return skb;
}

static void csp_relay_redirect(struct csp_rx *rx, const struct csp_reg *reg,
			       const struct csp_msg *msg, const u8 *key)
{
	u8 nonce[CSP_COOKIE_LEN];
	struct csp_writer wr;
	struct sk_buff *skb;
	struct csp_to to;

	skb = csp_relay_begin(rx, &reg->home, msg, &wr, &to);
	if (!skb)
		return;
	csp_cookie_make(rx->cn, &msg->src.loc, &rx->daddr, msg->cid, nonce);
	csp_write_blob(&wr, CSP_A_PUBKEY, reg->rel.own->public, CSP_PUBKEY_LEN);
	csp_write_blob(&wr, CSP_A_NONCE, nonce, sizeof(nonce));
	skb = csp_sign_with(skb, &wr, key, CSP_ROLE_RESPONDER);
	if (!skb)
		return;
	CSP_INC(rx->cn, RELAY_ANSWERED);
	csp_tx(rx->cn, skb, &to, NULL);
}

static void csp_relay_answer(struct csp_rx *rx, const struct csp_reg *reg)
{
	struct csp_msg msg;
	u8 key[32];

	if (csp_read_msg(&rx->rd, &msg) <= 0)
		return;
	if (!csp_relay_wanted(rx, &msg, reg)) {
		CSP_INC(rx->cn, RELAY_UNWANTED);
		return;
	}
	if (!csp_limit_dh(rx->cn)) {
		CSP_INC(rx->cn, RATE_LIMITED);
		return;
	}
	if (csp_relay_key(reg, &msg, key))
		csp_relay_redirect(rx, reg, &msg, key);
	memzero_explicit(key, sizeof(key));
}

/**
 * csp_relay_work() - answer the Setups that were relayed
 * @work: csp_reg.relay
 *
 * Context: process.
 */
void csp_relay_work(struct work_struct *work)
{
	struct csp_reg *reg = container_of(work, struct csp_reg, relay);
	struct csp_skb_cb *cb;
	struct sk_buff *skb;
	struct csp_rx rx;

	while ((skb = skb_dequeue(&reg->relayed))) {
		cb = &csp_relay_cb(skb)->how;
		if (csp_rx_start(&rx, reg->rel.cn, skb, cb->udp, cb->port))
			csp_relay_answer(&rx, reg);
		kfree_skb(skb);
	}
}

/* Does a message name this host by its home, where it is not? */
static bool csp_relay_home(const struct csp_rx *rx, const struct csp_msg *msg)
{
	bool home;

	if (ipv6_addr_equal(&msg->dst.loc, &rx->daddr))
		return false;
	rcu_read_lock();
	home = csp_reg_by_home(rx->cn, &msg->dst.loc);
	rcu_read_unlock();
	return home;
}

/**
 * csp_relay_attach() - a peer has lost this host, and asks its agent
 * @rx:   the packet
 * @flow: the connection
 * @msg:  its Attach, with a good MAC and number
 *
 * It is told where this host is, and attaches there. The number is not used up.
 *
 * Context: the flow's work.
 * Return: whether it came by way of the agent; it is answered then.
 */
bool csp_relay_attach(struct csp_rx *rx, struct csp_flow *flow,
		      const struct csp_msg *msg)
{
	struct csp_writer wr;
	struct sk_buff *skb;
	struct csp_to to;

	if (!csp_relay_home(rx, msg) || msg->src.loc_family != rx->family)
		return false;
	if (!csp_limit_reply(rx->cn, &rx->saddr)) {
		CSP_INC(rx->cn, RATE_LIMITED);
		return true;
	}
	skb = csp_relay_begin(rx, &msg->dst.loc, msg, &wr, &to);
	if (!skb)
		return true;
	spin_lock_bh(&flow->lock);
	skb = csp_sign_finish(skb, &wr, flow);
	spin_unlock_bh(&flow->lock);
	if (!skb)
		return true;
	CSP_INC(rx->cn, RELAY_MOVE);
	csp_tx(rx->cn, skb, &to, NULL);
	return true;
}
