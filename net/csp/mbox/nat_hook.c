// SPDX-License-Identifier: GPL-2.0
/*
 * Signalling through a NAT: the addresses in its IP headers; csp.rst, section
 * "NAT".
 *
 *	 from outside, to N                      from inside, to B
 *	        |                                       |
 *	 PREROUTING, before conntrack:                  |
 *	 by dcid, or what a Setup names (inward.c):     |
 *	 N becomes A                                    |
 *	        |                                       |
 *	        v                                       v
 *	 FORWARD: what it says (firewall.c); it gets the conntrack entry of the data
 *	 it is about, and is "related" to that, as an ICMP error would be
 *	        |                                       |
 *	 POSTROUTING, before nf_nat: no entry any more  |
 *	        |                                by the entry: A becomes N
 *	        v                                       v
 *
 * nf_nat itself could not do that: the protocol has no ports, so that two
 * inside hosts with one outside host between them would have one mapping. It is
 * not asked about what is related to a mapping; to it and to conntrack such
 * packets do not exist. Signalling about anything else passes through nf_nat as
 * ever.
 */
#include <linux/udp.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>

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

/* --- PREROUTING --- */

/* Whose address stands behind the one that the packet came to? */
static bool csp_nat_inside(const struct csp_packet *p,
			   const struct csp_hole *hole,
			   const struct csp_msg *msg, struct in6_addr *to)
{
	const struct csp_hole_move *mv = hole->move;

	if (mv && mv->nat.on && ipv6_addr_equal(&mv->nat.addr, &p->daddr) &&
	    (mv->xid == p->rd.xid || mv->cid == msg->dcid)) {
		*to = mv->key.addr[mv->nat.inside];
		return true;
	}
	if (hole->nat.on && ipv6_addr_equal(&hole->nat.addr, &p->daddr)) {
		*to = hole->key.addr[hole->nat.inside];
		return true;
	}
	return false;
}

static void csp_nat_in_dcid(struct csp_packet *p, const struct csp_msg *msg)
{
	struct csp_hole *hole = csp_hole_get(p->box, msg->dcid);
	struct in6_addr to;
	bool ours;

	if (!hole)
		return;
	spin_lock_bh(&p->box->lock);
	ours = !hole->dead && csp_nat_inside(p, hole, msg, &to);
	spin_unlock_bh(&p->box->lock);
	csp_hole_put(hole);
	if (ours && !csp_packet_set_addr(p, &to, false))
		CSP_BOX_INC(p->box, NAT_IN);
}

/**
 * csp_nat_in() - signalling comes in
 * @p: the packet
 *
 * Of several messages in a packet the first one says whom it is for.
 *
 * Context: softirq, RCU.
 * Return: NF_ACCEPT.
 */
unsigned int csp_nat_in(struct csp_packet *p)
{
	struct csp_msg msg;

	if (csp_packet_read(p) || csp_packet_msg(p, &msg) <= 0)
		return NF_ACCEPT;
	if (msg.dcid)
		csp_nat_in_dcid(p, &msg);
	else if (!(p->rd.flags & CSP_F_REPLY))
		csp_inward_in(p, &msg);
	return NF_ACCEPT;
}

/* --- POSTROUTING --- */

/* An entry of other data than the packet is: firewall.c has put it there. */
static bool csp_nat_is_related(const struct csp_packet *p,
			       const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *t;
	const __be16 encap = csp_box_udp_port(p->box);

	t = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	if (!p->udp)
		return t->dst.protonum != csp_ipproto;
	return t->dst.protonum != IPPROTO_UDP ||
	       (t->src.u.all != encap && t->dst.u.all != encap);
}

/**
 * csp_nat_out() - signalling goes out
 * @p: the packet
 *
 * Context: softirq, RCU.
 * Return: NF_ACCEPT, or NF_DROP: no memory.
 */
unsigned int csp_nat_out(struct csp_packet *p)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(p->skb, &ctinfo);
	struct csp_nat nat;
	int err = 0;

	if (!ct || !csp_nat_is_related(p, ct))
		return NF_ACCEPT;
	if (csp_nat_outside(ct, &p->saddr, &nat)) {
		err = csp_packet_set_addr(p, &nat.addr, true);
		if (!err)
			CSP_BOX_INC(p->box, NAT_OUT);
	}
	nf_reset_ct(p->skb);
	nf_ct_set(p->skb, NULL, IP_CT_UNTRACKED);
	return err ? NF_DROP : NF_ACCEPT;
}
