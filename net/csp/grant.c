// SPDX-License-Identifier: GPL-2.0
/*
 * Serving those whom an off-path firewall lets in: the host's side; csp.rst,
 * section "Boxes", "Off-path firewall".
 *
 *	 Setup(A,p1:p3 <-> S:B,p2:p4) of the firewall; relay.c has looked at MAC
 *	 and SEQ
 *	     +-- not TCP or UDP, no good p4 ------> Reject(MALFORMED)
 *	     +-- nobody serves p2 for A ----------> Reject(NO_LISTENER)
 *	     +-- granted already -----------------> OK, with the p4 of then
 *	     +-- p4 is used for something else ---> Reject(IN_USE)
 *	     +-- too many, or too many for A -----> Reject(FULL)
 *	     v
 *	 GRANTED -- Setup(A,p3 <-> S:B,p2:p4) with this CID and PUBKEY: served
 *	     |
 *	     '-- TIMEOUT: forgotten; what was set up goes on
 *
 * No socket is bound to p4: the first packet of a TCP connection that was set up
 * is given to the listener at p2 (home.c), and to anybody else's the transport
 * says that nobody is there. What a UDP socket sends comes from the port that it
 * is bound to: there p4 is p2, which from the first time on is shut to all others;
 * they are told what the transport would say. All answers go to the firewall.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/slab.h>
#include <net/icmp.h>

#include "flow.h"
#include "grant.h"
#include "limit.h"
#include "listen.h"
#include "register.h"
#include "relay.h"
#include "rx.h"
#include "share.h"
#include "tx.h"

/**
 * struct csp_grant - who is to be served on which port
 * @list:    in csp_reg.grants
 * @t:       name of the connection: B,p4 and A,p3
 * @port:    p2
 * @used:    a connection was set up
 * @cid:     identifier in A's Setup
 * @pubkey:  and key
 * @expires: jiffies
 */
struct csp_grant {
	struct list_head	list;
	struct csp_tuple	t;
	__be16			port;
	bool			used;
	__be64			cid;
	u8			pubkey[CSP_PUBKEY_LEN];
	unsigned long		expires;
};

static void csp_grant_del(struct csp_reg *reg, struct csp_grant *grant)
{
	lockdep_assert_held(&reg->lock);
	list_del(&grant->list);
	reg->n_grants--;
	kfree(grant);
}

static void csp_grant_work(struct work_struct *work)
{
	struct csp_reg *reg = container_of(to_delayed_work(work),
					   struct csp_reg, grant_work);
	struct csp_grant *grant, *next;
	unsigned long first = 0;

	spin_lock_bh(&reg->lock);
	list_for_each_entry_safe(grant, next, &reg->grants, list) {
		if (time_after_eq(jiffies, grant->expires)) {
			if (!grant->used)
				CSP_INC(reg->rel.cn, GRANT_EXPIRED);
			csp_grant_del(reg, grant);
		} else if (!first || time_before(grant->expires, first)) {
			first = grant->expires;
		}
	}
	if (reg->n_grants)
		queue_delayed_work(reg->rel.cn->wq, &reg->grant_work,
				   max_t(long, first - jiffies, 1));
	spin_unlock_bh(&reg->lock);
}

/**
 * csp_grants_init() - a new registration has granted nothing
 * @reg: the registration
 *
 * Context: process.
 */
void csp_grants_init(struct csp_reg *reg)
{
	INIT_LIST_HEAD(&reg->grants);
	INIT_DELAYED_WORK(&reg->grant_work, csp_grant_work);
}

/**
 * csp_grants_exit() - forget what was granted
 * @reg: a registration that nobody finds any more
 *
 * Context: process; may sleep.
 */
void csp_grants_exit(struct csp_reg *reg)
{
	struct csp_grant *grant, *next;

	cancel_delayed_work_sync(&reg->grant_work);
	spin_lock_bh(&reg->lock);
	list_for_each_entry_safe(grant, next, &reg->grants, list)
		csp_grant_del(reg, grant);
	spin_unlock_bh(&reg->lock);
}

/* --- what the firewall asks --- */

/* Is there something else on this port? */
static bool csp_grant_port_used(const struct csp_rx *rx,
				const struct csp_tuple *t)
{
	struct csp_flow *flow = csp_flow_by_tuple(rx->cn, t);

	if (flow)
		csp_flow_put(flow);
	return flow || csp_listen_tcp_sk(rx->cn, t, rx->iif);
}

/* That of an earlier copy of the Setup; one for another p3 is void. */
static struct csp_grant *csp_grant_again(struct csp_reg *reg,
					 const struct csp_grant *new)
{
	struct csp_grant *grant, *next;

	lockdep_assert_held(&reg->lock);
	list_for_each_entry_safe(grant, next, &reg->grants, list) {
		if (grant->cid != new->cid ||
		    grant->t.proto != new->t.proto ||
		    !ipv6_addr_equal(&grant->t.raddr, &new->t.raddr))
			continue;
		if (grant->t.rport == new->t.rport &&
		    grant->port == new->port &&
		    ipv6_addr_equal(&grant->t.laddr, &new->t.laddr) &&
		    !memcmp(grant->pubkey, new->pubkey, sizeof(new->pubkey)))
			return grant;
		csp_grant_del(reg, grant);
	}
	return NULL;
}

static bool csp_grant_is_shut(const struct csp_reg *reg, __be16 port)
{
	/* Pairs with the release in csp_grant_shut(). */
	const unsigned int n = smp_load_acquire(&reg->n_shut);
	unsigned int i;

	for (i = 0; i < n; i++)
		if (reg->shut[i] == port)
			return true;
	return false;
}

/* From now on a UDP port is for those who are let in. False: too many are. */
static bool csp_grant_shut(struct csp_reg *reg, __be16 port)
{
	lockdep_assert_held(&reg->lock);
	if (csp_grant_is_shut(reg, port))
		return true;
	if (reg->n_shut >= ARRAY_SIZE(reg->shut))
		return false;
	reg->shut[reg->n_shut] = port;
	/* Pairs with the acquire in csp_grant_is_shut(): the port first. */
	smp_store_release(&reg->n_shut, reg->n_shut + 1);
	return true;
}

/* Would another one be served on the same port? UDP has one for all. */
static bool csp_grant_clashes(const struct csp_reg *reg,
			      const struct csp_grant *new)
{
	const struct csp_grant *grant;

	lockdep_assert_held(&reg->lock);
	list_for_each_entry(grant, &reg->grants, list)
		if (grant->t.proto == IPPROTO_TCP &&
		    grant->t.lport == new->t.lport)
			return true;
	return false;
}

/* Is there room for one more of who is let in? */
static bool csp_grant_has_room(const struct csp_reg *reg,
			       const struct csp_grant *new)
{
	const u64 source = csp_limit_source(&new->t.raddr);
	const struct csp_grant *grant;
	u32 mine = 0;

	lockdep_assert_held(&reg->lock);
	list_for_each_entry(grant, &reg->grants, list)
		mine += csp_limit_source(&grant->t.raddr) == source;
	return reg->n_grants < CSP_GRANTS_MAX &&
	       csp_share_allows(mine, reg->n_grants, CSP_GRANTS_MAX);
}

/* 0 or enum csp_error. @used: something else has the port. */
static u16 csp_grant_add(struct csp_reg *reg, const struct csp_grant *new,
			 bool used)
{
	const bool tcp = new->t.proto == IPPROTO_TCP;
	struct csp_grant *grant;

	lockdep_assert_held(&reg->lock);
	if (tcp && (used || csp_grant_clashes(reg, new)))
		return CSP_ERR_IN_USE;
	if (!csp_grant_has_room(reg, new) ||
	    (!tcp && !csp_grant_shut(reg, new->t.lport)))
		return CSP_ERR_FULL;
	grant = kmemdup(new, sizeof(*new), GFP_ATOMIC);
	if (!grant)
		return CSP_ERR_FULL;
	list_add_tail(&grant->list, &reg->grants);
	reg->n_grants++;
	return 0;
}

/* 0 or enum csp_error; @new gets the port of a grant that is there. */
static u16 csp_grant_take(const struct csp_rx *rx, struct csp_reg *reg,
			  struct csp_grant *new)
{
	const bool used = new->t.proto == IPPROTO_TCP &&
			  csp_grant_port_used(rx, &new->t);
	struct csp_grant *old;
	u16 code = 0;

	spin_lock_bh(&reg->lock);
	old = csp_grant_again(reg, new);
	if (old) {
		CSP_INC(rx->cn, GRANT_AGAIN);
		old->expires = new->expires;
		new->t.lport = old->t.lport;
	} else {
		code = csp_grant_add(reg, new, used);
		if (!code)
			CSP_INC(rx->cn, GRANTED);
	}
	if (!code)
		mod_delayed_work(rx->cn->wq, &reg->grant_work, 0);
	spin_unlock_bh(&reg->lock);
	return code;
}

/* @p4: the port that was granted, or could not be. */
static void csp_grant_answer(const struct csp_rx *rx, const struct csp_reg *reg,
			     const struct csp_msg *msg, u16 code, __be16 p4)
{
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	struct csp_end own = msg->dst;
	struct csp_writer wr;
	struct csp_to to;

	if (!skb)
		return;
	if (own.local_port)
		own.local_port = p4;
	csp_rx_back(rx, &to);
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, rx->rd.xid, CSP_F_REPLY,
			rx->rd.attempt);
	csp_write_msg(&wr, code ? CSP_MSG_REJECT : CSP_MSG_OK, 0, msg->cid);
	csp_write_conn(&wr, msg->proto, csp_dir_turned(msg->dir), &own,
		       &msg->src);
	csp_write_u32(&wr, CSP_A_SEQ, msg->seq);
	if (code)
		csp_write_error(&wr, code, 0);
	skb = csp_relation_finish(skb, &wr, &reg->rel);
	if (skb)
		csp_tx(rx->cn, skb, &to, NULL);
}

/* For how long; the firewall may say more than is good. */
static u32 csp_grant_time(const struct csp_msg *msg)
{
	if (!CSP_HAS(msg, TIMEOUT) || !msg->timeout)
		return CSP_GRANT_TIME;
	return min_t(u32, msg->timeout, CSP_GRANT_TIME_MAX);
}

/* Is the port one that the transport can be served on? */
static bool csp_grant_port_ok(const struct csp_msg *msg)
{
	const struct csp_end *dst = &msg->dst;

	if (msg->proto == IPPROTO_UDP)
		return !dst->local_port;
	return msg->proto == IPPROTO_TCP && dst->local_port &&
	       dst->local_port != dst->port;
}

/* Does a socket here want it? A UDP one only if it is bound to any address. */
static bool csp_grant_wanted(const struct csp_rx *rx, const struct csp_reg *reg,
			     const struct csp_grant *new,
			     const struct csp_msg *msg)
{
	return csp_relay_wanted(rx, msg, reg) &&
	       (new->t.proto == IPPROTO_TCP ||
		csp_listen_takes(rx->cn, &new->t, rx->iif, msg));
}

/**
 * csp_grant_rcv() - the firewall lets somebody in
 * @rx:  the packet
 * @reg: the registration
 * @msg: the Setup, with a good MAC and a new number
 *
 * Context: softirq, RCU.
 */
void csp_grant_rcv(struct csp_rx *rx, struct csp_reg *reg,
		   const struct csp_msg *msg)
{
	struct csp_grant new = {
		.t = {
			.laddr	= rx->daddr,
			.raddr	= msg->src.loc,
			.lport	= csp_end_port(&msg->dst),
			.rport	= csp_end_port(&msg->src),
			.proto	= msg->proto,
			.family	= rx->family,
		},
		.port	= msg->dst.port,
		.cid	= msg->cid,
		.expires = jiffies + msecs_to_jiffies(csp_grant_time(msg)),
	};
	u16 code;

	memcpy(new.pubkey, msg->pubkey.data, sizeof(new.pubkey));
	if (!csp_grant_port_ok(msg) ||
	    !ipv6_addr_equal(&msg->dst.loc, &rx->daddr))
		code = CSP_ERR_MALFORMED;
	else if (!csp_grant_wanted(rx, reg, &new, msg))
		code = CSP_ERR_NO_LISTENER;
	else
		code = csp_grant_take(rx, reg, &new);
	if (code)
		CSP_INC(rx->cn, GRANT_REFUSED);
	csp_grant_answer(rx, reg, msg, code, new.t.lport);
}

/* --- who comes --- */

static bool csp_grant_fits(const struct csp_grant *grant,
			   const struct csp_tuple *t, const struct csp_msg *msg)
{
	return csp_tuple_equal(&grant->t, t) && grant->cid == msg->cid &&
	       grant->port == msg->dst.port &&
	       !memcmp(grant->pubkey, msg->pubkey.data, sizeof(grant->pubkey)) &&
	       time_before(jiffies, grant->expires);
}

/**
 * csp_grant_serves() - may who sends a Setup be served on this port?
 * @rx:  the packet
 * @msg: the Setup, to a registered identity; its names are complete
 *
 * Context: softirq, RCU.
 * Return: whether the firewall has said so.
 */
bool csp_grant_serves(const struct csp_rx *rx, const struct csp_msg *msg)
{
	struct csp_reg *reg = csp_reg_by_home(rx->cn,
					      csp_end_identity(&msg->dst));
	const struct csp_tuple t = {
		.laddr	= rx->daddr,
		.raddr	= rx->saddr,
		.lport	= csp_end_port(&msg->dst),
		.rport	= csp_end_port(&msg->src),
		.proto	= msg->proto,
		.family	= rx->family,
	};
	struct csp_grant *grant;
	bool serves = false;

	if (!reg || !READ_ONCE(reg->n_grants) || !CSP_HAS(msg, PUBKEY))
		return false;
	spin_lock_bh(&reg->lock);
	list_for_each_entry(grant, &reg->grants, list) {
		serves = csp_grant_fits(grant, &t, msg);
		if (serves) {
			grant->used = true;
			break;
		}
	}
	spin_unlock_bh(&reg->lock);
	return serves;
}

/**
 * csp_grant_shuts() - is a UDP port open to those only who are let in?
 * @cn: namespace
 * @t:  name of a connection
 *
 * At home everything passes.
 *
 * Context: softirq, RCU.
 * Return: whether it is.
 */
bool csp_grant_shuts(struct csp_net *cn, const struct csp_tuple *t)
{
	const struct csp_reg *reg;
	bool shuts = false;

	if (t->proto != IPPROTO_UDP || !READ_ONCE(cn->n_regs))
		return false;
	list_for_each_entry_rcu(reg, &cn->regs, list) {
		if (ipv6_addr_equal(&t->laddr, &reg->home))
			return false;
		shuts |= ipv6_addr_v4mapped(&t->laddr) ==
			 ipv6_addr_v4mapped(&reg->home) &&
			 csp_grant_is_shut(reg, t->lport);
	}
	return shuts;
}

/**
 * csp_grant_refuse() - answer a datagram to a port that is shut
 * @cn:  namespace
 * @skb: the datagram
 *
 * Context: softirq, LOCAL_IN.
 */
void csp_grant_refuse(struct csp_net *cn, struct sk_buff *skb)
{
	CSP_INC(cn, GRANT_PLAIN);
	if (skb->protocol == htons(ETH_P_IP))
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
	else
		icmpv6_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
}
