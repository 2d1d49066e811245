// SPDX-License-Identifier: GPL-2.0
/*
 * Setups from outside to a name whose address is the NAT's; csp.rst, section
 * "NAT", "Inward".
 *
 *	 Setup to N,p1, NAME
 *	        |
 *	 its pinhole, or the name (name.c), says A,p3: N becomes A in the IP header,
 *	        |                                      see nat_hook.c
 *	        v
 *	 FORWARD: judged as any Setup (setup.c), by A,p3 and NAME. The ruleset is
 *	 asked about data to N,p1, of which nf_nat is told that it goes to A,p3
 *	        |
 *	 DST becomes A,p3:N,p1, and the port of what it carries p3
 *	        |
 *	        v
 *	        A
 *
 * What the two say to each other afterwards is found by identifiers (nat_hook.c).
 */
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>

#include "inward.h"
#include "judge.h"
#include "name.h"
#include "nat.h"

/* --- who is meant --- */

static bool csp_inward_is_own(const struct csp_packet *p,
			      const struct in6_addr *addr)
{
	if (p->family == 4)
		return inet_addr_type(p->box->net, addr->s6_addr32[3]) ==
		       RTN_LOCAL;
	return ipv6_chk_addr(p->box->net, addr, NULL, 0);
}

/*
 * DST as it is known outside. It is this box's locator, or, if a NAT further out
 * has sent it here, its identity.
 */
static bool csp_inward_outside(const struct csp_packet *p,
			       const struct csp_msg *msg, struct csp_nat *nat)
{
	const struct csp_end *dst = &msg->dst;

	nat->inside = CSP_HOLE_RESPONDER;
	if (dst->loc_family != p->family)
		return false;
	nat->addr = dst->loc;
	nat->port = csp_end_port(dst);
	if (csp_inward_is_own(p, &nat->addr))
		return true;
	nat->addr = dst->id;
	nat->port = dst->port;
	return dst->id_family == p->family &&
	       csp_inward_is_own(p, &nat->addr);
}

/* Section "Boxes": what was opened stays so, whatever becomes of the name. */
static bool csp_inward_by_cid(const struct csp_packet *p,
			      const struct csp_msg *msg,
			      const struct csp_nat *nat,
			      struct csp_inside *to)
{
	struct csp_hole *hole = csp_hole_get(p->box, msg->cid);
	bool known;

	if (!hole)
		return false;
	spin_lock_bh(&p->box->lock);
	known = !hole->dead && hole->nat.on &&
		hole->nat.inside == CSP_HOLE_RESPONDER &&
		hole->nat.port == nat->port &&
		ipv6_addr_equal(&hole->nat.addr, &nat->addr);
	to->addr = hole->key.addr[CSP_HOLE_RESPONDER];
	to->port = hole->key.port[CSP_HOLE_RESPONDER];
	to->name = NULL;
	spin_unlock_bh(&p->box->lock);
	csp_hole_put(hole);
	return known;
}

static bool csp_inward_by_name(const struct csp_packet *p,
			       const struct csp_msg *msg,
			       const struct csp_nat *nat,
			       struct csp_inside *to)
{
	struct csp_name_key key = { .port = nat->port };
	struct csp_name *name;

	if (!READ_ONCE(p->box->n_names) ||
	    (CSP_HAS(msg, NAME) &&
	     !csp_name_key_set(&key, msg->name.data, msg->name.len)))
		return false;
	name = csp_name_match(p->box, &key, p->family);
	if (!name)
		return false;
	to->addr = name->to;
	to->port = name->to_port ?: nat->port;
	to->name = name;
	return true;
}

static bool csp_inward_find(const struct csp_packet *p,
			    const struct csp_msg *msg, struct csp_nat *nat,
			    struct csp_inside *to)
{
	/* Section "General rules": a packet with a MAC is never altered. */
	if (msg->type != CSP_MSG_SETUP || msg->dcid || CSP_HAS(msg, MAC) ||
	    !CSP_HAS(msg, LOCAL_ID) || !csp_inward_outside(p, msg, nat))
		return false;
	return csp_inward_by_cid(p, msg, nat, to) ||
	       csp_inward_by_name(p, msg, nat, to);
}

/**
 * csp_inward_whom() - who inside is meant by a Setup
 * @p:     its packet, which comes in
 * @msg:   the Setup
 * @asked: where it was sent
 * @to:    gets the address of the host inside
 *
 * Context: softirq, RCU.
 * Return: false: nobody that we know of.
 */
bool csp_inward_whom(const struct csp_packet *p, const struct csp_msg *msg,
		     const struct in6_addr *asked, struct in6_addr *to)
{
	struct csp_inside inside;
	struct csp_nat nat;

	if (!csp_inward_find(p, msg, &nat, &inside) ||
	    !ipv6_addr_equal(&nat.addr, asked))
		return false;
	*to = inside.addr;
	return true;
}

/* --- FORWARD --- */

/**
 * csp_inward_key() - the data tuple, as it is inside
 * @p:   packet of a Setup that was sent on; gets @inward
 * @msg: the Setup
 * @key: its responder is filled in
 *
 * Context: softirq, RCU.
 * Return: false: it was not sent on by csp_inward_whom().
 */
bool csp_inward_key(struct csp_packet *p, const struct csp_msg *msg,
		    struct csp_hole_key *key)
{
	struct csp_inside to;

	if (p->masked || !csp_inward_find(p, msg, &p->inward, &to) ||
	    !ipv6_addr_equal(&to.addr, &p->daddr))
		return false;
	if (to.name)
		atomic64_inc(&to.name->hits);
	p->inward.on = true;
	p->inward.asked = to.port;
	p->inward.xid = p->rd.xid;
	key->addr[CSP_HOLE_RESPONDER] = to.addr;
	key->port[CSP_HOLE_RESPONDER] = to.port;
	return true;
}

/**
 * csp_inward_judge() - ask the ruleset about data that is sent inside
 * @p: the request; its @inward is what the host inside is called outside
 * @q: the question
 * @v: filled in if the answer is yes
 *
 * Context: softirq, RCU, no lock.
 * Return: as csp_judge(); -EPERM also if the sender would be translated, too;
 * -EADDRINUSE: it talks to another host under this name already.
 */
int csp_inward_judge(struct csp_packet *p, struct csp_question *q,
		     struct csp_verdict *v)
{
	struct csp_nat sender;
	int err;

	*v = (struct csp_verdict) {};
	err = csp_nat_judge_as(p, q, &p->inward, v);
	if (err)
		return err;
	if (v->ct &&
	    !csp_nat_outside(v->ct, &q->key->addr[q->from], &sender))
		return 0;
	csp_verdict_forget(v);
	return -EPERM;
}

static int csp_inward_write(struct csp_packet *p, bool carries,
			    const struct csp_end *dst)
{
	int err = carries ? csp_packet_set_dport(p, dst->port) : 0;

	return err ?: csp_packet_set_end(p, CSP_A_DST, dst);
}

/* The name inside is longer: it may need the room of what the packet carries. */
static int csp_inward_strip(struct csp_packet *p, const struct csp_end *dst)
{
	int err = csp_packet_remove(p, CSP_A_PIGGYBACK);

	err = err ?: csp_packet_set_end(p, CSP_A_DST, dst);
	if (!err)
		CSP_BOX_INC(p->box, NAT_STRIPPED);
	return err;
}

/**
 * csp_inward_rename() - tell the host inside that it is meant
 * @p:   packet of a Setup that is forwarded
 * @msg: the Setup; what it points to may be void afterwards
 *
 * What the packet carries is left out where both do not fit. TCP will send it
 * again; a datagram is lost.
 *
 * Context: softirq, RCU, no lock.
 * Return: false: it cannot be forwarded.
 */
bool csp_inward_rename(struct csp_packet *p, const struct csp_msg *msg)
{
	const bool carries = CSP_HAS(msg, PIGGYBACK);
	struct csp_end dst = {
		.loc_family	= p->family,
		.id_family	= p->family,
		.port		= p->inward.asked,
		.local_port	= p->inward.port,
		.loc		= p->inward.addr,
		.id		= p->daddr,
	};
	int err;

	if (!p->inward.on)
		return true;
	if (dst.port == dst.local_port)
		dst.local_port = 0;
	err = csp_inward_write(p, carries, &dst);
	if (err == -EMSGSIZE && carries)
		err = csp_inward_strip(p, &dst);
	if (!err)
		CSP_BOX_INC(p->box, NAT_NAMED);
	else if (err == -EMSGSIZE)
		CSP_BOX_INC(p->box, NAT_TOO_LARGE);
	else
		CSP_BOX_INC(p->box, NOMEM);
	return !err;
}
