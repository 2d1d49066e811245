// SPDX-License-Identifier: GPL-2.0
/*
 * Signalling through a NAT: the addresses in its IP headers; csp.rst, section
 * "NAT".
 *
 *	 from outside, to N                             from inside, to B
 *	        |                                              |
 *	 PREROUTING: conntrack, nf_nat                         |
 *	        |       |     \                                |
 *	   N or      first    entry that says A                |
 *	  anywhere   packet    |                               |
 *	        |       |      |                               |
 *	        |    whom is it for? by dcid, or what          |
 *	        |    a Setup names (inward.c): nf_nat is       |
 *	        |    told that N becomes A                     |
 *	        |       |      |                               |
 *	        v       v      v                               v
 *	 LOCAL_IN, or FORWARD: if it is for another:     FORWARD
 *	 N becomes A, and it comes in again                    |
 *	        |                                              |
 *	        v                                              v
 *	 FORWARD: what it says (firewall.c); it gets the conntrack entry of the data
 *	 it is about, and is "related" to that, as an ICMP error would be
 *	        |                                              |
 *	 the rest of FORWARD: the administrator's rules        |
 *	        |                                              v
 *	        |                               by that entry: A becomes N
 *	        v                                              v
 *	 no entry any more: to conntrack and nf_nat it does not exist
 *
 * nf_nat alone could not do that: the protocol has no ports, so that two inside
 * hosts with one outside host between them would have one mapping. Signalling
 * about anything that is not translated passes through nf_nat as ever, and may
 * leave an entry behind that leads what comes later to the wrong host: so
 * LOCAL_IN and FORWARD look again.
 *
 * Nothing of this is on the way of data: it passes the hook of FORWARD only.
 * What has to come after all others there is done by having our own hook call
 * them.
 */
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>

#include "hook.h"
#include "inward.h"
#include "nat.h"

/* --- which translation --- */

static bool csp_nat_touches(const struct csp_packet *p,
			    const struct csp_nat *nat,
			    const struct csp_hole_key *key)
{
	const struct in6_addr *inside = &key->addr[nat->inside];

	return nat->on && (ipv6_addr_equal(inside, &p->saddr) ||
			   ipv6_addr_equal(inside, &p->daddr));
}

/**
 * csp_nat_note() - note which data's translation a packet gets
 * @p:    the packet
 * @hole: the connection that it is about
 *
 * Context: csp_box.lock held.
 */
void csp_nat_note(struct csp_packet *p, const struct csp_hole *hole)
{
	const struct csp_hole_move *mv = hole->move;
	struct nf_conn *ct = NULL;

	lockdep_assert_held(&p->box->lock);
	if (mv && csp_nat_touches(p, &mv->nat, &mv->key))
		ct = mv->ct;
	else if (csp_nat_touches(p, &hole->nat, &hole->key))
		ct = hole->ct;
	if (!ct || p->ct)
		return;
	nf_conntrack_get(&ct->ct_general);
	p->ct = ct;
}

/**
 * csp_nat_note_dcid() - the same by the identifier of who shall get it
 * @p:    the packet
 * @dcid: of a message in it
 *
 * Context: softirq, RCU, no lock.
 */
void csp_nat_note_dcid(struct csp_packet *p, __be64 dcid)
{
	struct csp_hole *hole = csp_hole_get(p->box, dcid);
	int to;

	if (!hole)
		return;
	spin_lock_bh(&p->box->lock);
	to = csp_hole_end_of(hole, dcid);
	if (!hole->dead && to >= 0 && p->out == hole->side[to])
		csp_nat_note(p, hole);
	spin_unlock_bh(&p->box->lock);
	csp_hole_put(hole);
}

/* --- from outside --- */

/* Where it was sent, whatever nf_nat has made of that. */
static struct in6_addr csp_nat_came_to(const struct csp_packet *p)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(p->skb, &ctinfo);
	struct in6_addr addr;

	if (!ct || nf_ct_l3num(ct) != p->state->pf)
		return p->daddr;
	csp_nat_addr(&addr, ct, &ct->tuplehash[CTINFO2DIR(ctinfo)].tuple.dst.u3);
	return addr;
}

/* Whose address stands behind the one that the packet was sent to? */
static bool csp_nat_inside(const struct csp_packet *p,
			   const struct csp_hole *hole,
			   const struct csp_msg *msg,
			   const struct in6_addr *asked, struct in6_addr *to)
{
	const struct csp_hole_move *mv = hole->move;

	if (mv && mv->nat.on && ipv6_addr_equal(&mv->nat.addr, asked) &&
	    (mv->xid == p->rd.xid || mv->cid == msg->dcid)) {
		*to = mv->key.addr[mv->nat.inside];
		return true;
	}
	if (hole->nat.on && ipv6_addr_equal(&hole->nat.addr, asked)) {
		*to = hole->key.addr[hole->nat.inside];
		return true;
	}
	return false;
}

static bool csp_nat_by_dcid(const struct csp_packet *p,
			    const struct csp_msg *msg,
			    const struct in6_addr *asked, struct in6_addr *to)
{
	struct csp_hole *hole = csp_hole_get(p->box, msg->dcid);
	bool ours;

	if (!hole)
		return false;
	spin_lock_bh(&p->box->lock);
	ours = !hole->dead && csp_nat_inside(p, hole, msg, asked, to);
	spin_unlock_bh(&p->box->lock);
	csp_hole_put(hole);
	return ours;
}

static bool csp_nat_by_msg(const struct csp_packet *p,
			   const struct csp_msg *msg,
			   const struct in6_addr *asked, struct in6_addr *to)
{
	if (msg->dcid)
		return csp_nat_by_dcid(p, msg, asked, to);
	return !(p->rd.flags & CSP_F_REPLY) &&
	       csp_inward_whom(p, msg, asked, to);
}

/*
 * Of several messages in a packet the first that is known says whom it is for:
 * Detaches that share it may be of connections whose mapping is gone.
 */
static bool csp_nat_whom(struct csp_packet *p, const struct in6_addr *asked,
			 struct in6_addr *to)
{
	struct csp_msg msg;

	while (csp_packet_msg(p, &msg) > 0)
		if (csp_nat_by_msg(p, &msg, asked, to))
			return true;
	return false;
}

/* In nf_nat, which asks about the first packet of a connection. */
static unsigned int csp_nat_translate(struct csp_packet *p,
				      const struct in6_addr *to)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(p->skb, &ctinfo);

	return csp_nat_choose(ct, to, 0, NF_NAT_MANIP_DST) ? NF_ACCEPT :
							     NF_DROP;
}

/* As if it had been sent inside. */
static unsigned int csp_nat_again(struct csp_packet *p,
				  const struct in6_addr *to)
{
	struct sk_buff *skb = p->skb;

	if (csp_packet_set_addr(p, to, false)) {
		CSP_BOX_INC(p->box, NOMEM);
		return NF_DROP;
	}
	CSP_BOX_INC(p->box, NAT_IN);
	CSP_BOX_INC(p->box, NAT_ASTRAY);
	nf_reset_ct(skb);
	skb_dst_drop(skb);
	netif_rx(skb);
	return NF_STOLEN;
}

/**
 * csp_nat_in() - signalling comes in
 * @p: the packet, in PREROUTING (nf_nat), or LOCAL_IN
 *
 * Context: softirq, RCU.
 * Return: what becomes of it.
 */
unsigned int csp_nat_in(struct csp_packet *p)
{
	struct in6_addr asked, to;

	if (!csp_nat_hooked(p->box, p->family) || csp_packet_read(p))
		return NF_ACCEPT;
	asked = csp_nat_came_to(p);
	if (!csp_nat_whom(p, &asked, &to) ||
	    ipv6_addr_equal(&to, &p->daddr))
		return NF_ACCEPT;
	if (p->state->hook == NF_INET_PRE_ROUTING)
		return csp_nat_translate(p, &to);
	return csp_nat_again(p, &to);
}

/**
 * csp_nat_correct() - send signalling on that is forwarded to the wrong host
 * @p: the packet, in FORWARD, of which no message has been read
 *
 * Context: softirq, RCU.
 * Return: NF_ACCEPT: it goes on its way; else what becomes of it.
 */
unsigned int csp_nat_correct(struct csp_packet *p)
{
	const struct csp_reader start = p->rd;
	struct in6_addr asked, to;
	bool found;

	if (!csp_nat_hooked(p->box, p->family))
		return NF_ACCEPT;
	asked = csp_nat_came_to(p);
	found = csp_nat_whom(p, &asked, &to);
	p->rd = start;
	if (!found)
		return NF_ACCEPT;
	if (!ipv6_addr_equal(&to, &p->daddr))
		return csp_nat_again(p, &to);
	CSP_BOX_INC(p->box, NAT_IN);
	return NF_ACCEPT;
}

/* --- the end of FORWARD --- */

typedef int (*csp_okfn_t)(struct net *net, struct sock *sk,
			  struct sk_buff *skb);

/*
 * What forwards the packet in the end. IP's part of the control buffer, and a
 * bridge's, are at its beginning.
 */
static csp_okfn_t *csp_nat_okfn(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct inet6_skb_parm) + sizeof(csp_okfn_t) >
		     sizeof(skb->cb));
	return (csp_okfn_t *)(skb->cb + sizeof(skb->cb)) - 1;
}

/**
 * csp_nat_out() - signalling goes out
 * @p: the packet; its entry is that of the data it is about
 *
 * Context: softirq, RCU.
 * Return: NF_ACCEPT, or NF_DROP: no memory.
 */
unsigned int csp_nat_out(struct csp_packet *p)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(p->skb, &ctinfo);
	struct csp_nat nat;

	if (!ct || !csp_nat_outside(ct, &p->saddr, &nat))
		return NF_ACCEPT;
	if (csp_packet_set_addr(p, &nat.addr, true)) {
		CSP_BOX_INC(p->box, NOMEM);
		return NF_DROP;
	}
	CSP_BOX_INC(p->box, NAT_OUT);
	return NF_ACCEPT;
}

/* All hooks of FORWARD have accepted it: at once, or after a queue. */
static int csp_nat_leave(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	const struct nf_hook_state state = {
		.hook	= NF_INET_POST_ROUTING,
		.pf	= skb->protocol == htons(ETH_P_IP) ? NFPROTO_IPV4 :
							     NFPROTO_IPV6,
		.out	= skb_dst(skb)->dev,
		.net	= net,
	};
	struct csp_box *box = csp_box_pernet(net);
	unsigned int verdict;

	if (state.pf == NFPROTO_IPV4)
		verdict = csp_box_hook4(box, skb, &state);
	else
		verdict = csp_box_hook6(box, skb, &state);
	if (verdict != NF_ACCEPT) {
		kfree_skb(skb);
		return -ENOMEM;
	}
	nf_reset_ct(skb);
	nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
	return (*csp_nat_okfn(skb))(net, sk, skb);
}

/* The hooks of FORWARD behind our own. */
static int csp_nat_hooks_left(struct sk_buff *skb, struct nf_hook_state *state,
			      const struct csp_box *box)
{
	const struct nf_hook_entries *e;
	unsigned int i;

	if (state->pf == NFPROTO_IPV4)
		e = rcu_dereference(box->net->nf.hooks_ipv4[NF_INET_FORWARD]);
	else
		e = rcu_dereference(box->net->nf.hooks_ipv6[NF_INET_FORWARD]);
	for (i = 0; e && i < e->num_hook_entries; i++)
		if (e->hooks[i].priv == box)
			return nf_hook_slow(skb, state, e, i + 1);
	/* Ours was taken away this moment. */
	kfree_skb(skb);
	return -EPERM;
}

/*
 * As an ICMP error would be: a flowtable takes the route of a packet for that of
 * its direction.
 */
static enum ip_conntrack_info csp_nat_ctinfo(const struct csp_packet *p)
{
	const struct nf_conntrack_tuple *orig =
		&p->ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;

	return csp_nat_is(p->ct, &orig->src.u3, &p->saddr) ?
	       IP_CT_RELATED : IP_CT_RELATED_REPLY;
}

/**
 * csp_nat_forward() - forward signalling about data that is translated
 * @p: the packet, in FORWARD; @ct is given up
 *
 * The ruleset sees it with the addresses inside, and "related" to that data.
 *
 * Context: softirq, RCU, no lock.
 * Return: NF_STOLEN.
 */
unsigned int csp_nat_forward(struct csp_packet *p)
{
	struct nf_hook_state state = *p->state;
	struct sk_buff *skb = p->skb;

	nf_reset_ct(skb);
	nf_ct_set(skb, p->ct, csp_nat_ctinfo(p));
	p->ct = NULL;
	*csp_nat_okfn(skb) = state.okfn;
	state.okfn = csp_nat_leave;
	if (csp_nat_hooks_left(skb, &state, p->box) == 1)
		csp_nat_leave(state.net, state.sk, skb);
	return NF_STOLEN;
}
