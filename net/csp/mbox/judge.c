// SPDX-License-Identifier: GPL-2.0
/*
 * Asking the ruleset about a data packet, before there is one.
 *
 * csp.rst, section "Boxes": a Setup is judged, with what it carries, as the
 * data packet would be. So a packet of the connection (template.c) goes through
 * netfilter as if it had come in: PREROUTING, FORWARD, POSTROUTING; only that
 * it is not sent in the end. What the administrator drops is refused, his
 * counters count, his NAT translates, and conntrack gets an entry that it has
 * made itself. That entry is the pinhole: if a rule of ours admits the
 * connection, "ct state related" is true for the first data packet (related.c),
 * and "established" for what follows.
 */
#include <linux/netfilter.h>
#include <linux/netdevice.h>
#include <net/dsfield.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/route.h>

#include "judge.h"
#include "nat.h"
#include "packet.h"
#include "pinhole.h"
#include "related.h"
#include "timeout.h"

/*
 * The skb is gone unless this returns true. A queue in user space gives it back
 * late: nobody waits any more, and this module may have gone.
 */
static bool csp_judge_hook(struct csp_box *box, struct sk_buff *skb,
			   unsigned int hook, struct net_device *in,
			   struct net_device *out)
{
	const u8 pf = skb->protocol == htons(ETH_P_IP) ? NFPROTO_IPV4 :
							 NFPROTO_IPV6;

	return nf_hook(pf, hook, box->net, NULL, skb, in, out,
		       dst_discard_out) == 1;
}

static struct dst_entry *csp_judge_lookup(struct csp_box *box,
					  const struct sk_buff *skb)
{
	struct flowi4 fl4 = {};
	struct flowi6 fl6 = {};
	struct dst_entry *dst;
	struct rtable *rt;
	int err;

	if (skb->protocol == htons(ETH_P_IP)) {
		fl4.daddr = ip_hdr(skb)->daddr;
		fl4.flowi4_mark = skb->mark;
		rt = ip_route_output_key(box->net, &fl4);
		return IS_ERR(rt) ? NULL : &rt->dst;
	}
	fl6.daddr = ipv6_hdr(skb)->daddr;
	fl6.saddr = ipv6_hdr(skb)->saddr;
	fl6.flowi6_mark = skb->mark;
	dst = ip6_route_output(box->net, NULL, &fl6);
	err = dst->error;
	if (!err)
		return dst;
	dst_release(dst);
	return NULL;
}

static bool csp_judge_same_dst(const struct csp_question *q,
			       const struct sk_buff *skb)
{
	const struct in6_addr *daddr = &q->key->addr[!q->from];

	if (skb->protocol == htons(ETH_P_IP))
		return ip_hdr(skb)->daddr == daddr->s6_addr32[3];
	return ipv6_addr_equal(&ipv6_hdr(skb)->daddr, daddr);
}

/* The route of the signalling, unless the packet was sent elsewhere by NAT. */
static bool csp_judge_route(struct csp_box *box, const struct csp_question *q,
			    struct sk_buff *skb)
{
	struct dst_entry *dst;

	/* Forwarding holds none of its own: it may be on its way out. */
	if (q->dst && csp_judge_same_dst(q, skb) && dst_hold_safe(q->dst))
		dst = q->dst;
	else
		dst = csp_judge_lookup(box, skb);
	if (!dst)
		return false;
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
	return true;
}

/*
 * The reply tuple of an entry whose data goes one way. It is unlike that of any
 * packet, by its protocol, and still unlike that of any other entry: what comes
 * the other way is a new connection, to be judged as one.
 */
static void csp_judge_oneway(struct nf_conn *ct)
{
	ct->tuplehash[IP_CT_DIR_REPLY].tuple.dst.protonum = IPPROTO_RAW;
}

/* The entry was made just now, and nobody else has it. */
static bool csp_judge_fresh(struct csp_box *box, const struct csp_question *q,
			    struct sk_buff *skb, struct nf_conn *ct,
			    struct csp_verdict *v)
{
	if (!q->first || q->running)
		csp_template_forget(ct, q->key->proto);
	v->timed = csp_timeout_attach(ct, q->timeout);
	if (q->oneway)
		csp_judge_oneway(ct);
	csp_related_mark(box, ct);
	if (q->admit) {
		csp_related(box, ct);
		nf_ct_set(skb, ct, IP_CT_RELATED);
	}
	return !q->nat || csp_question_inward(q) ||
	       csp_nat_choose(ct, &q->nat->addr, q->nat->port,
			      NF_NAT_MANIP_SRC);
}

/*
 * Where data to a name outside goes, before nf_nat asks its own rules: both it
 * and conntrack then take the packet for one that they have seen before.
 */
static bool csp_judge_inward(struct csp_box *box, const struct csp_question *q,
			     struct sk_buff *skb)
{
	const struct nf_hook_state state = {
		.hook	= NF_INET_PRE_ROUTING,
		.pf	= skb->protocol == htons(ETH_P_IP) ? NFPROTO_IPV4 :
							     NFPROTO_IPV6,
		.in	= q->in,
		.net	= box->net,
	};
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct;

	if (nf_conntrack_in(skb, &state) != NF_ACCEPT)
		return false;
	ct = nf_ct_get(skb, &ctinfo);
	if (!ct)
		return false;
	return nf_ct_is_confirmed(ct) ||
	       csp_nat_choose(ct, &q->key->addr[!q->from],
			      q->key->port[!q->from], NF_NAT_MANIP_DST);
}

/* An entry that was there before is admitted, too. */
static void csp_judge_known(struct csp_box *box, const struct csp_question *q,
			    struct sk_buff *skb, struct nf_conn *ct,
			    enum ip_conntrack_info ctinfo)
{
	if (!q->admit)
		return;
	csp_related(box, ct);
	if (ctinfo == IP_CT_NEW)
		nf_ct_set(skb, ct, IP_CT_RELATED);
}

/*
 * nf_nat does not say that it has no port left: the entry gets one that another
 * has, and conntrack drops what would have to get into its table with that.
 */
static bool csp_judge_nameless(const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *reply;

	if (!ct || nf_ct_is_confirmed(ct) ||
	    !nf_nat_initialized(ct, NF_NAT_MANIP_SRC))
		return false;
	reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	return nf_conntrack_tuple_taken(reply, ct);
}

static int csp_judge_translate(struct csp_box *box, struct sk_buff *skb)
{
	struct net_device *out = skb_dst(skb)->dev;
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	int err = 0;

	if (ct)
		nf_conntrack_get(&ct->ct_general);
	skb->dev = out;
	if (!csp_judge_hook(box, skb, NF_INET_POST_ROUTING, NULL, out))
		err = csp_judge_nameless(ct) ? -ENOSPC : -EPERM;
	nf_ct_put(ct);
	return err;
}

/* Into conntrack's table; what POSTROUTING does, if it may not translate. */
static int csp_judge_leave(struct csp_box *box, const struct csp_question *q,
			   struct sk_buff *skb)
{
	if (!q->oneway)
		return csp_judge_translate(box, skb);
	if (nf_conntrack_confirm(skb) == NF_ACCEPT)
		return 0;
	kfree_skb(skb);
	return -EPERM;
}

/* Section "Bounds": a 64th of conntrack's table is not for pinholes. */
#define CSP_JUDGE_SPARE	64

/* So many more entries fit into conntrack's table. */
static unsigned int csp_judge_room(struct csp_box *box)
{
	const unsigned int max = READ_ONCE(nf_conntrack_max);
	const unsigned int n = nf_conntrack_count(box->net);

	if (!max)
		return UINT_MAX;
	return n < max ? max - n : 0;
}

/**
 * csp_judge_tuple() - does conntrack know a connection, in either direction?
 * @box:   namespace
 * @tuple: of it
 *
 * Context: softirq, RCU.
 * Return: whether it does.
 */
bool csp_judge_tuple(struct csp_box *box,
		     const struct nf_conntrack_tuple *tuple)
{
	struct nf_conntrack_tuple_hash *found =
		nf_conntrack_find_get(box->net, &nf_ct_zone_dflt, tuple);

	if (!found)
		return false;
	nf_ct_put(nf_ct_tuplehash_to_ctrack(found));
	return true;
}

/* What conntrack knows a packet by. */
static bool csp_judge_key(struct csp_box *box, struct sk_buff *skb,
			  struct nf_conntrack_tuple *tuple)
{
	const u8 pf = skb->protocol == htons(ETH_P_IP) ? NFPROTO_IPV4 :
							 NFPROTO_IPV6;

	return nf_ct_get_tuplepr(skb, skb_network_offset(skb), pf, box->net,
				 tuple);
}

static bool csp_judge_tracked(struct csp_box *box, struct sk_buff *skb)
{
	struct nf_conntrack_tuple tuple;

	return csp_judge_key(box, skb, &tuple) && csp_judge_tuple(box, &tuple);
}

/* Does the entry belong to a connection that waits for its OK? */
static bool csp_judge_waits(struct csp_box *box, const struct csp_hole_key *key,
			    const struct nf_conn *ct)
{
	const struct csp_hole *hole;
	bool waits;

	spin_lock_bh(&box->lock);
	hole = csp_hole_by_key(box, key);
	waits = hole && hole->ct == ct &&
		hole->state == CSP_MBOX_STATE_PROVISIONAL;
	spin_unlock_bh(&box->lock);
	return waits;
}

/*
 * A connection that comes back to where it was meets the entry that lingers
 * there, with the sequence numbers of then: it gets another one.
 */
static void csp_judge_renew(struct csp_box *box, const struct csp_question *q,
			    struct sk_buff *skb)
{
	struct nf_conntrack_tuple_hash *found;
	struct nf_conntrack_tuple tuple;
	struct nf_conn *ct;

	if (!csp_judge_key(box, skb, &tuple))
		return;
	found = nf_conntrack_find_get(box->net, &nf_ct_zone_dflt, &tuple);
	if (!found)
		return;
	ct = nf_ct_tuplehash_to_ctrack(found);
	if (csp_related_is_marked(box, ct) &&
	    test_bit(IPS_FIXED_TIMEOUT_BIT, &ct->status) &&
	    !csp_judge_waits(box, q->key, ct))
		nf_ct_delete(ct, 0, 0);
	nf_ct_put(ct);
}

/*
 * Is there no room for a pinhole? Conntrack would make some: it forgets others
 * that have seen no answer yet, and if there are none drops the packet, and
 * tells nobody why. It needs an entry for signalling, too, or no Setup gets
 * here to be refused.
 */
static bool csp_judge_full(struct csp_box *box, struct sk_buff *skb)
{
	return csp_judge_room(box) <= nf_conntrack_max / CSP_JUDGE_SPARE &&
	       !csp_judge_tracked(box, skb);
}

static int csp_judge_pass(struct csp_box *box, const struct csp_question *q,
			  struct sk_buff *skb, struct csp_verdict *v)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct;

	if (q->running)
		csp_judge_renew(box, q, skb);
	if (q->admit && csp_judge_full(box, skb)) {
		kfree_skb(skb);
		return -ENOSPC;
	}
	if (csp_question_inward(q) && !csp_judge_inward(box, q, skb)) {
		kfree_skb(skb);
		return csp_judge_room(box) ? -EPERM : -ENOSPC;
	}
	if (!csp_judge_hook(box, skb, NF_INET_PRE_ROUTING, q->in, NULL))
		return csp_judge_room(box) ? -EPERM : -ENOSPC;
	ct = nf_ct_get(skb, &ctinfo);
	v->ct = ct;
	v->fresh = ct && !nf_ct_is_confirmed(ct);
	if (!v->fresh && ct)
		csp_judge_known(box, q, skb, ct, ctinfo);
	if ((v->fresh && !csp_judge_fresh(box, q, skb, ct, v)) ||
	    !csp_judge_route(box, q, skb)) {
		kfree_skb(skb);
		return -EPERM;
	}
	if (!csp_judge_hook(box, skb, NF_INET_FORWARD, q->in,
			    skb_dst(skb)->dev))
		return -EPERM;
	return csp_judge_leave(box, q, skb);
}

/**
 * csp_question() - begin a question
 * @q:    filled in: devices, route and what the IP header says
 * @p:    signalling packet by which it comes up
 * @key:  data tuple
 * @from: the end that sends data
 * @back: that data goes the other way than the packet
 *
 * Context: softirq, RCU.
 */
void csp_question(struct csp_question *q, const struct csp_packet *p,
		  const struct csp_hole_key *key, enum csp_hole_end from,
		  bool back)
{
	*q = (struct csp_question) {
		.key	= key,
		.from	= from,
		.in	= back ? p->state->out : p->state->in,
		.out	= back ? p->state->in : p->state->out,
		.dst	= back ? NULL : skb_dst(p->skb),
	};
	if (p->family == 4) {
		q->tos = ip_hdr(p->skb)->tos;
		q->ttl = ip_hdr(p->skb)->ttl;
	} else {
		q->tos = ipv6_get_dsfield(ipv6_hdr(p->skb));
		q->ttl = ipv6_hdr(p->skb)->hop_limit;
	}
}

/**
 * csp_judge() - ask the ruleset about a connection
 * @box: namespace
 * @q:   the connection
 * @v:   filled in if the answer is yes
 *
 * Context: softirq, RCU, no lock.
 * Return: 0: its data may pass, and its entry is in conntrack's table; -EPERM:
 * not; -ENOSPC: conntrack has no room, or the NAT no port; -ENOMEM.
 */
int csp_judge(struct csp_box *box, const struct csp_question *q,
	      struct csp_verdict *v)
{
	enum ip_conntrack_info ctinfo;
	struct sk_buff *skb = csp_template(q);
	const struct nf_conn *made;
	int err;

	if (!skb)
		return -ENOMEM;
	v->ct = NULL;
	err = csp_judge_pass(box, q, skb, v);
	made = v->ct;
	v->ct = NULL;
	if (err)
		return err;
	v->ct = nf_ct_get(skb, &ctinfo);
	if (v->ct && nf_ct_is_confirmed(v->ct))
		nf_conntrack_get(&v->ct->ct_general);
	else
		v->ct = NULL;
	/* Another may have won a race for the tuple: his is the one now. */
	if (v->ct != made) {
		v->fresh = false;
		v->timed = false;
	}
	kfree_skb(skb);
	return 0;
}

/**
 * csp_verdict_forget() - make no use of an answer
 * @v: from csp_judge(); @ct may be NULL
 *
 * Context: softirq.
 */
void csp_verdict_forget(struct csp_verdict *v)
{
	if (!v->ct)
		return;
	if (v->fresh)
		nf_ct_delete(v->ct, 0, 0);
	nf_ct_put(v->ct);
	v->ct = NULL;
}
