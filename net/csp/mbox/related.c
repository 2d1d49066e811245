// SPDX-License-Identifier: GPL-2.0
/*
 * What makes a connection "related" to the ruleset.
 *
 * Conntrack says so of the first packets of an entry that has IPS_EXPECTED. It
 * has got that from its helpers so far, which announce what comes by an
 * expectation, and gives the entry a *master*: the connection that announced
 * it. Who shows entries relies on that: where there is IPS_EXPECTED there is a
 * master (ctnetlink reads its tuple and does not look). What announces ours are
 * packets, which may come from several hosts and have no entry that stays. So
 * all entries of a namespace have one master, a template, which is in no table:
 * its tuple is the transport of signalling between any addresses.  An entry that
 * was made for a pinhole has it in any case, and others may: only one whose time
 * is fixed as well is known as made by this module.
 *
 * An entry has a reference to its master, and conntrack frees a template with
 * the last reference: it may outlive this module.
 */
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "related.h"

/**
 * csp_related_mark() - have an entry known as one of this module
 * @box: namespace
 * @ct:  the entry
 *
 * Context: any.
 */
void csp_related_mark(struct csp_box *box, struct nf_conn *ct)
{
	nf_conntrack_get(&box->master->ct_general);
	if (cmpxchg(&ct->master, NULL, box->master))
		nf_ct_put(box->master);
}

/**
 * csp_related_is_marked() - has an entry the master of this module?
 * @box: namespace
 * @ct:  the entry
 *
 * Context: any.
 * Return: whether it is.
 */
bool csp_related_is_marked(const struct csp_box *box, const struct nf_conn *ct)
{
	return READ_ONCE(ct->master) == box->master;
}

/**
 * csp_related() - let an entry's first packets be "related"
 * @box: namespace
 * @ct:  the entry, of which there may be packets already
 *
 * Context: any.
 */
void csp_related(struct csp_box *box, struct nf_conn *ct)
{
	if (test_bit(IPS_EXPECTED_BIT, &ct->status))
		return;
	csp_related_mark(box, ct);
	/* The master first, for who reads without a lock. */
	smp_mb__before_atomic();
	set_bit(IPS_EXPECTED_BIT, &ct->status);
}

/**
 * csp_related_init() - make the master of a namespace
 * @box: namespace
 *
 * Context: process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int csp_related_init(struct csp_box *box)
{
	struct nf_conntrack_tuple *tuple;

	box->master = nf_ct_tmpl_alloc(box->net, &nf_ct_zone_dflt, GFP_KERNEL);
	if (!box->master)
		return -ENOMEM;
	tuple = &box->master->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	tuple->src.l3num = NFPROTO_IPV4;
	tuple->dst.protonum = csp_ipproto;
	return 0;
}

/**
 * csp_related_exit() - leave the master to the entries that have it
 * @box: namespace, of which no packet comes any more
 *
 * Context: any.
 */
void csp_related_exit(struct csp_box *box)
{
	nf_ct_put(box->master);
}
