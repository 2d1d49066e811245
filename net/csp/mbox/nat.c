// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings of a NAT, reserved before there is data; csp.rst, section "NAT".
 *
 *	 Setup of an inside host, SRC = A,p1
 *	          |
 *	   ruleset is asked (judge.c); what its NAT did to the entry is the mapping
 *	          |
 *	   A,p1 = N,p1 ------------------------------------.
 *	          |                                        |
 *	   A,p1 = N,p3: entry given up, asked about A,p3   |
 *	          |     with N,p3 demanded                 |
 *	          '--------------------------------------->|
 *	                                                   v
 *	                                  Redirect(A,p1:N,p3 <-> B,p2)
 *	          Setup, SRC = A:N,p3                      |
 *	                 |                                 |
 *	                 v                                 |
 *	   forwarded, with IP source N (nat_hook.c) <------'
 *
 * The translation of data is all nf_nat's, by the administrator's own rules:
 * nothing here decides what is translated, nor to what. The port is the same
 * inside and outside, because the host has to name it once and for both.
 */
#include <linux/netfilter.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_nat.h>

#include "inward.h"
#include "nat.h"
#include "reply.h"

/* Questions about one mapping, at most. */
#define CSP_NAT_TRIES	4

/**
 * csp_nat_active() - does a namespace translate sources at all?
 * @box:    namespace
 * @family: 4 or 6
 *
 * Where it does not, nobody has to be asked whether it would.
 *
 * Context: softirq, RCU.
 * Return: true if nf_nat has its hook there.
 */
bool csp_nat_active(const struct csp_box *box, u8 family)
{
	const struct netns_nf *nf = &box->net->nf;
	const struct nf_hook_entries *e;
	struct nf_hook_ops **ops;
	int i;

	if (family == 4)
		e = rcu_dereference(nf->hooks_ipv4[NF_INET_POST_ROUTING]);
	else
		e = rcu_dereference(nf->hooks_ipv6[NF_INET_POST_ROUTING]);
	if (!e)
		return false;
	ops = nf_hook_entries_get_hook_ops(e);
	for (i = 0; i < e->num_hook_entries; i++)
		if (READ_ONCE(ops[i])->priority == NF_IP_PRI_NAT_SRC)
			return true;
	return false;
}

/**
 * csp_nat_addr() - an address of a conntrack entry
 * @addr: gets it; IPv4 as v4-mapped
 * @ct:   the entry
 * @from: the address there
 *
 * Context: any.
 */
void csp_nat_addr(struct in6_addr *addr, const struct nf_conn *ct,
		  const union nf_inet_addr *from)
{
	if (nf_ct_l3num(ct) == NFPROTO_IPV4)
		ipv6_addr_set_v4mapped(from->ip, addr);
	else
		*addr = from->in6;
}

/**
 * csp_nat_is() - is an address of a conntrack entry a certain one?
 * @ct:   the entry
 * @a:    the address there
 * @addr: the other; IPv4 as v4-mapped
 *
 * Context: any.
 * Return: whether they are the same.
 */
bool csp_nat_is(const struct nf_conn *ct, const union nf_inet_addr *a,
		const struct in6_addr *addr)
{
	struct in6_addr in6;

	csp_nat_addr(&in6, ct, a);
	return ipv6_addr_equal(&in6, addr);
}

/**
 * csp_nat_outside() - how an address inside is known outside
 * @ct:     conntrack entry
 * @inside: the address
 * @nat:    gets the address and port that the NAT lends
 *
 * Context: any.
 * Return: false: the entry is not translated, or not at this address.
 */
bool csp_nat_outside(const struct nf_conn *ct, const struct in6_addr *inside,
		     struct csp_nat *nat)
{
	const struct nf_conntrack_tuple *orig, *reply;

	orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	if (test_bit(IPS_SRC_NAT_BIT, &ct->status) &&
	    csp_nat_is(ct, &orig->src.u3, inside)) {
		csp_nat_addr(&nat->addr, ct, &reply->dst.u3);
		nat->port = reply->dst.u.all;
		return true;
	}
	if (test_bit(IPS_DST_NAT_BIT, &ct->status) &&
	    csp_nat_is(ct, &reply->src.u3, inside)) {
		csp_nat_addr(&nat->addr, ct, &orig->dst.u3);
		nat->port = orig->dst.u.all;
		return true;
	}
	return false;
}

/**
 * csp_nat_choose() - have a new entry translated to a given name
 * @ct:    entry that is in no table yet
 * @addr:  address that it gets
 * @port:  port; 0: the one that it has
 * @manip: its source, or its destination
 *
 * Context: softirq.
 * Return: false: that cannot be.
 */
bool csp_nat_choose(struct nf_conn *ct, const struct in6_addr *addr,
		    __be16 port, enum nf_nat_manip_type manip)
{
	struct nf_nat_range2 range = {
		.flags	= NF_NAT_RANGE_MAP_IPS,
		.min_proto.all	= port,
		.max_proto.all	= port,
	};

	if (nf_nat_initialized(ct, manip))
		return false;
	if (port)
		range.flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
	if (nf_ct_l3num(ct) == NFPROTO_IPV4)
		range.min_addr.ip = addr->s6_addr32[3];
	else
		range.min_addr.in6 = *addr;
	range.max_addr = range.min_addr;
	return nf_nat_setup_info(ct, &range, manip) == NF_ACCEPT;
}

/**
 * csp_nat_judge_as() - ask the ruleset, and have a mapping that is given
 * @p:   the request
 * @q:   the question; gets @nat
 * @nat: how the end inside is known outside
 * @v:   filled in if the answer is yes
 *
 * Context: softirq, RCU, no lock.
 * Return: as csp_judge(); -EPERM: the ruleset has another mapping; -EADDRINUSE:
 * a connection that was there before has.
 */
int csp_nat_judge_as(struct csp_packet *p, struct csp_question *q,
		     const struct csp_nat *nat, struct csp_verdict *v)
{
	struct csp_nat got = {};
	int err;

	q->nat = nat;
	err = csp_judge(p->box, q, v);
	if (err || !v->ct)
		return err;
	if (csp_nat_outside(v->ct, &q->key->addr[nat->inside], &got) &&
	    got.port == nat->port && ipv6_addr_equal(&got.addr, &nat->addr))
		return 0;
	err = v->fresh ? -EPERM : -EADDRINUSE;
	csp_verdict_forget(v);
	return err;
}

/**
 * csp_nat_judge() - ask the ruleset, and have the mapping, if there is one
 * @p:   the request
 * @q:   the question; its key is @key
 * @key: data tuple; the port of the end that asks becomes the one that the
 *       NAT lends
 * @nat: filled in
 * @v:   filled in if the answer is yes
 *
 * Context: softirq, RCU, no lock.
 * Return: as csp_judge(); -ENOSPC also if no port was free at both sides; of
 * what comes from outside as csp_inward_judge().
 */
int csp_nat_judge(struct csp_packet *p, struct csp_question *q,
		  struct csp_hole_key *key, struct csp_nat *nat,
		  struct csp_verdict *v)
{
	const enum csp_hole_end end = q->from;
	const __be16 asked = key->port[end];
	struct csp_nat wanted;
	int err, tries;

	if (p->inward.on) {
		*nat = p->inward;
		return csp_inward_judge(p, q, v);
	}
	*nat = (struct csp_nat) {
		.inside	= end,
		.asked	= asked,
		.xid	= p->rd.xid,
	};
	for (tries = 0; tries < CSP_NAT_TRIES; tries++) {
		*v = (struct csp_verdict) {};
		err = csp_judge(p->box, q, v);
		/* What was free a moment ago has gone to another. */
		if ((err == -EPERM || err == -ENOSPC) && q->nat) {
			q->nat = NULL;
			key->port[end] = asked;
			continue;
		}
		if (err || !v->ct ||
		    !csp_nat_outside(v->ct, &key->addr[end], nat))
			return err;
		if (nat->port == key->port[end]) {
			nat->on = true;
			return 0;
		}
		wanted = *nat;
		q->nat = v->fresh ? &wanted : NULL;
		key->port[end] = nat->port;
		csp_verdict_forget(v);
	}
	return -ENOSPC;
}

/**
 * csp_nat_is_named() - does a request name its sender as the mapping has it?
 * @p:   its packet
 * @msg: the request
 * @nat: the mapping
 *
 * If there are several NATs in a row, the address is that of the last.
 *
 * Context: any.
 * Return: false: it has to be redirected.
 */
bool csp_nat_is_named(const struct csp_packet *p, const struct csp_msg *msg,
		      const struct csp_nat *nat)
{
	return p->masked && csp_end_port(&msg->src) == nat->port;
}

/**
 * csp_nat_is_asked() - does a request have the names for which a mapping was made?
 * @p:      its packet
 * @key:    its data tuple
 * @mapped: that of the mapping
 * @nat:    the mapping
 *
 * Context: any.
 * Return: true: as it was before its sender was redirected.
 */
bool csp_nat_is_asked(const struct csp_packet *p,
		      const struct csp_hole_key *key,
		      const struct csp_hole_key *mapped,
		      const struct csp_nat *nat)
{
	struct csp_hole_key asked = *mapped;

	asked.port[nat->inside] = nat->asked;
	return nat->on && !p->masked && !memcmp(key, &asked, sizeof(asked));
}

/**
 * csp_nat_clashed() - is the port that was lent of no use to the host?
 * @p:   a request with the names for which the mapping was made
 * @nat: the mapping
 *
 * A copy of the request gets the same mapping. A new transaction says that the
 * port is taken there; section "Redirect".
 *
 * Context: any.
 * Return: true: it wants another one, while this is still taken.
 */
bool csp_nat_clashed(const struct csp_packet *p, const struct csp_nat *nat)
{
	if (p->rd.xid == nat->xid || nat->port == nat->asked)
		return false;
	CSP_BOX_INC(p->box, NAT_CLASH);
	return true;
}

/**
 * csp_nat_redirect() - tell a host which name the NAT lends it
 * @p:   its packet
 * @msg: its Setup, or Attach
 * @nat: the mapping
 *
 * Context: softirq, RCU, no lock.
 * Return: what becomes of the packet.
 */
enum csp_fate csp_nat_redirect(struct csp_packet *p, const struct csp_msg *msg,
			       const struct csp_nat *nat)
{
	struct csp_end src = msg->src;

	if (!src.id_family) {
		src.id_family = src.loc_family;
		src.id = src.loc;
	}
	src.loc = nat->addr;
	src.local_port = nat->port == src.port ? 0 : nat->port;
	CSP_BOX_INC(p->box, NAT_REDIRECTED);
	/* What comes next needs it. */
	csp_nat_wanted(p->box, p->family);
	csp_box_redirect_to(p, msg, &src, &msg->dst, NULL);
	return CSP_FATE_DROP;
}
