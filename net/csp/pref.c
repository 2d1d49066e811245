// SPDX-License-Identifier: GPL-2.0
/*
 * What the two ends think of paths; csp.rst, section "Multihoming".
 *
 * A path is a pair of addresses. Each end may say how much it wants one; the
 * lower opinion counts, and where none is CSP_PREF_NORMAL. An offer speaks of
 * one of the peer's addresses, whichever of ours it is used with.
 */
#include <linux/slab.h>
#include <net/ipv6.h>

#include "pref.h"

#define CSP_PREF_UNSAID	U16_MAX

static struct csp_path *csp_pref_find(struct csp_opinions *op,
				      const struct in6_addr *laddr,
				      const struct in6_addr *raddr)
{
	int i;

	for (i = 0; i < op->n; i++)
		if (ipv6_addr_equal(&op->path[i].laddr, laddr) &&
		    ipv6_addr_equal(&op->path[i].raddr, raddr))
			return &op->path[i];
	return NULL;
}

/* A free entry, or the oldest; section "Bounds". */
static struct csp_path *csp_pref_add(struct csp_net *cn,
				     struct csp_opinions *op,
				     const struct in6_addr *laddr,
				     const struct in6_addr *raddr)
{
	struct csp_path *path = &op->path[op->next];

	if (op->n == CSP_MAX_PREFS)
		CSP_INC(cn, PREF_EVICTED);
	else
		op->n++;
	op->next = (op->next + 1) % CSP_MAX_PREFS;
	path->laddr = *laddr;
	path->raddr = *raddr;
	return path;
}

/**
 * csp_pref_set() - note what an end thinks of a path
 * @flow:  the flow
 * @laddr: own address; any: whichever
 * @raddr: the peer's address
 * @ours:  this end thinks so, not the peer
 * @pref:  enum csp_pref, or any number
 *
 * Context: any, no flow->lock held.
 */
void csp_pref_set(struct csp_flow *flow, const struct in6_addr *laddr,
		  const struct in6_addr *raddr, bool ours, u32 pref)
{
	struct csp_prefs *new = kzalloc(sizeof(*new), GFP_ATOMIC);
	struct csp_opinions *op;
	struct csp_path *path;

	spin_lock_bh(&flow->lock);
	if (!flow->prefs) {
		flow->prefs = new;
		new = NULL;
	}
	if (flow->prefs) {
		op = ours ? &flow->prefs->ours : &flow->prefs->theirs;
		path = csp_pref_find(op, laddr, raddr);
		if (!path)
			path = csp_pref_add(flow->cn, op, laddr, raddr);
		path->pref = min_t(u32, pref, CSP_PREF_UNSAID - 1);
	}
	spin_unlock_bh(&flow->lock);
	kfree(new);
}

/* The least that an end has said, of this path or of whichever it is part of. */
static u16 csp_pref_least(const struct csp_opinions *op,
			  const struct in6_addr *laddr,
			  const struct in6_addr *raddr)
{
	const struct csp_path *path;
	u16 least = CSP_PREF_UNSAID;

	for (path = op->path; path < op->path + op->n; path++)
		if (ipv6_addr_equal(&path->raddr, raddr) &&
		    (ipv6_addr_any(&path->laddr) ||
		     ipv6_addr_equal(&path->laddr, laddr)))
			least = min(least, path->pref);
	return least;
}

/**
 * csp_pref_get() - how much is a path wanted?
 * @flow:  the flow
 * @laddr: own address; any: whichever routing chooses
 * @raddr: the peer's address
 *
 * Context: flow->lock held.
 * Return: enum csp_pref, or any number; more is better.
 */
u16 csp_pref_get(const struct csp_flow *flow, const struct in6_addr *laddr,
		 const struct in6_addr *raddr)
{
	const struct csp_prefs *prefs = flow->prefs;
	u16 least = CSP_PREF_UNSAID;

	lockdep_assert_held(&flow->lock);
	if (prefs)
		least = min(csp_pref_least(&prefs->ours, laddr, raddr),
			    csp_pref_least(&prefs->theirs, laddr, raddr));
	return least == CSP_PREF_UNSAID ? CSP_PREF_NORMAL : least;
}
