// SPDX-License-Identifier: GPL-2.0
/*
 * Serving a registered identity away from home; csp.rst, sections "Setup" and
 * "Boxes".
 *
 * A server that is bound to its home address S is reached at its locator B. Its
 * listener is found under S, and is given the first packet of the connection
 * that was set up, as TPROXY does: the child's own address is B, and nothing is
 * rewritten afterwards.
 *
 * A hidden host says nothing, to anybody whom it has not answered, that would
 * show that S is at B: neither to a Setup nor to a packet without one.
 */
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/inet_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "cookie.h"
#include "flow.h"
#include "grant.h"
#include "home.h"
#include "key.h"
#include "listen.h"
#include "register.h"
#include "rx.h"

/**
 * csp_home_key() - key to use for a connection to a registered identity
 * @cn:  namespace
 * @end: own end, as the other one names it
 *
 * Context: any, RCU.
 * Return: the configured key with a reference, or NULL: another identity.
 */
struct csp_key *csp_home_key(struct csp_net *cn, const struct csp_end *end)
{
	struct csp_reg *reg;

	if (!READ_ONCE(cn->n_regs))
		return NULL;
	reg = csp_reg_by_home(cn, csp_end_identity(end));
	if (!reg)
		return NULL;
	/* The registration has a reference, until after a grace period. */
	refcount_inc(&reg->rel.own->ref);
	return reg->rel.own;
}

/**
 * csp_home_tuple() - how a server that is bound to its home address is found
 * @cn:   namespace
 * @end:  own end, as the other one names it
 * @t:    name of the connection
 * @home: filled in: the name by identity and p
 *
 * UDP is not served so: what such a socket sends would have the home address.
 *
 * Context: any, RCU.
 * Return: false: there is no other name.
 */
bool csp_home_tuple(struct csp_net *cn, const struct csp_end *end,
		    const struct csp_tuple *t, struct csp_tuple *home)
{
	if (!READ_ONCE(cn->n_regs) || t->proto != IPPROTO_TCP ||
	    !end->id_family || !csp_reg_by_home(cn, &end->id))
		return false;
	*home = *t;
	home->laddr = end->id;
	home->lport = end->port;
	return !csp_tuple_equal(home, t);
}

/* Does this host, at @addr, hide? */
static bool csp_home_hides(struct csp_net *cn, const struct in6_addr *addr)
{
	struct csp_reg *reg;
	bool hides = false;

	list_for_each_entry_rcu(reg, &cn->regs, list) {
		/* At home there is nothing to hide. */
		if (ipv6_addr_equal(addr, &reg->home))
			return false;
		hides |= reg->hidden && ipv6_addr_v4mapped(addr) ==
					ipv6_addr_v4mapped(&reg->home);
	}
	return hides;
}

/**
 * csp_home_silent() - is a Setup one that a hidden host answers nothing to?
 * @rx:  the packet
 * @msg: the Setup
 *
 * Who has echoed the nonce of our Redirect has been told already, and so has he
 * whom the firewall lets in.
 *
 * Context: softirq, RCU.
 * Return: whether it is.
 */
bool csp_home_silent(struct csp_rx *rx, const struct csp_msg *msg)
{
	struct csp_net *cn = rx->cn;
	struct csp_tuple t = {
		.laddr	= rx->daddr,
		.raddr	= rx->saddr,
		.proto	= msg->proto,
		.family	= rx->family,
	};
	struct csp_reg *reg;

	if (!csp_home_hides(cn, &rx->daddr))
		return false;
	if (CSP_HAS(msg, NONCE_ECHO) && CSP_HAS(msg, LOCAL_ID) &&
	    csp_cookie_ok(cn, &rx->saddr, &rx->daddr, msg->cid,
			  &msg->nonce_echo))
		return false;
	if (!CSP_HAS(msg, CONN) || !CSP_HAS(msg, SRC) || !CSP_HAS(msg, DST))
		return true;
	reg = csp_reg_by_home(cn, csp_end_identity(&msg->dst));
	if (reg && reg->hidden)
		return !csp_grant_serves(rx, msg);
	t.lport = csp_end_port(&msg->dst);
	t.rport = csp_end_port(&msg->src);
	return (t.proto == IPPROTO_TCP || t.proto == IPPROTO_UDP) &&
	       csp_listen_serves(cn, &t, rx->iif);
}

/* Has the listener answered a SYN of that name already? */
static bool csp_home_begun(struct csp_net *cn, const struct csp_tuple *t,
			   int iif)
{
	struct inet_hashinfo *hinfo = cn->net->ipv4.tcp_death_row.hashinfo;
	struct sock *sk;

	if (t->family == 4)
		sk = __inet_lookup_established(cn->net, hinfo,
					       t->raddr.s6_addr32[3], t->rport,
					       t->laddr.s6_addr32[3],
					       ntohs(t->lport), iif, 0);
	else
		sk = __inet6_lookup_established(cn->net, hinfo, &t->raddr,
						t->rport, &t->laddr,
						ntohs(t->lport), iif, 0);
	if (sk)
		sock_gen_put(sk);
	return sk;
}

/* The socket is assigned to the packet, as nf_tproxy_assign_sock() does. */
static void csp_home_assign(struct csp_net *cn, struct sk_buff *skb,
			    const struct csp_tuple *home)
{
	struct sock *sk = csp_listen_tcp_sk(cn, home, skb->skb_iif);

	if (!sk || skb->sk || !refcount_inc_not_zero(&sk->sk_refcnt))
		return;
	skb_orphan(skb);
	skb->sk = sk;
	skb->destructor = sock_edemux;
	CSP_INC(cn, HOME_ASSIGNED);
}

static void csp_home_serve(struct csp_net *cn, struct sk_buff *skb,
			   struct csp_flow *flow)
{
	const struct csp_names *names = READ_ONCE(flow->names);
	struct csp_tuple home;

	if (!flow->initiator && names &&
	    csp_home_tuple(cn, &names->src, &flow->t, &home) &&
	    !csp_home_begun(cn, &flow->t, skb->skb_iif))
		csp_home_assign(cn, skb, &home);
}

/**
 * csp_home_in() - the first packet of a connection, or of none
 * @cn:  namespace, with a registration
 * @skb: TCP SYN, or UDP
 * @t:   its name
 *
 * Context: softirq, RCU.
 * Return: a netfilter verdict.
 */
unsigned int csp_home_in(struct csp_net *cn, struct sk_buff *skb,
			 const struct csp_tuple *t)
{
	struct csp_flow *flow = csp_flow_by_tuple(cn, t);
	bool hides;

	if (flow) {
		if (t->proto == IPPROTO_TCP)
			csp_home_serve(cn, skb, flow);
		csp_flow_put(flow);
		return NF_ACCEPT;
	}
	hides = csp_home_hides(cn, &t->laddr);
	if (skb->dev->flags & IFF_LOOPBACK ||
	    (!hides && !csp_grant_shuts(cn, t)) ||
	    !csp_listen_serves(cn, t, skb->skb_iif))
		return NF_ACCEPT;
	if (hides)
		CSP_INC(cn, HIDDEN_PLAIN);
	else
		csp_grant_refuse(cn, skb);
	return NF_DROP;
}
