// SPDX-License-Identifier: GPL-2.0
/*
 * Where a connection moves to: the path that was asked for, or what routing
 * finds; csp.rst, section "Mobility".
 */
#include <net/ip.h>

#include "flow.h"
#include "move.h"
#include "path.h"
#include "register.h"
#include "tx.h"

/* No other host can answer to an address that means something here only. */
static bool csp_move_reaches(const struct csp_to *to)
{
	return ipv6_addr_v4mapped(&to->saddr) ||
	       ipv6_addr_src_scope(&to->saddr) >=
	       ipv6_addr_src_scope(&to->daddr);
}

/**
 * csp_move_choose() - where to?
 * @flow: the flow
 * @t:    filled in: the name that it would have
 *
 * Context: any.
 * Return: false: nowhere now.
 */
bool csp_move_choose(struct csp_flow *flow, struct csp_tuple *t)
{
	struct csp_to to;
	struct dst_entry *dst;
	bool usable;

	spin_lock_bh(&flow->lock);
	csp_to_flow(&to, flow);
	to.saddr = flow->want_l;
	if (!ipv6_addr_any(&flow->want_r))
		to.daddr = flow->want_r;
	if (flow->want_oif)
		to.oif = flow->want_oif;
	*t = flow->t;
	spin_unlock_bh(&flow->lock);

	dst = csp_route(flow->cn, &to);
	if (IS_ERR(dst))
		return false;
	/* A route by loopback is no way to another host, nor is a dead one. */
	usable = !(dst->dev->flags & IFF_LOOPBACK) ||
		 csp_path_own(flow->cn, &to.daddr);
	usable = usable && csp_path_link(dst->dev) &&
		 !csp_reg_away(flow->cn, &to.saddr, dst->dev);
	dst_release(dst);
	t->laddr = to.saddr;
	t->raddr = to.daddr;
	return usable && csp_move_reaches(&to) &&
	       csp_path_own(flow->cn, &t->laddr);
}

/**
 * csp_move_choose_any() - if not on the path wanted, then on another
 * @flow: the flow
 * @t:    filled in: the name that it would have
 *
 * Without an address none of them is to be had, and none is better than that
 * which was wanted.
 *
 * Context: the flow's work.
 * Return: false: nowhere now.
 */
bool csp_move_choose_any(struct csp_flow *flow, struct csp_tuple *t)
{
	struct in6_addr want_l, want_r;
	int oif, tries = CSP_MAX_ALTS;

	if (csp_move_choose(flow, t))
		return true;
	spin_lock_bh(&flow->lock);
	want_l = flow->want_l;
	want_r = flow->want_r;
	oif = flow->want_oif;
	spin_unlock_bh(&flow->lock);
	while (tries-- && csp_path_next(flow, false))
		if (csp_move_choose(flow, t))
			return true;
	spin_lock_bh(&flow->lock);
	flow->want_l = want_l;
	flow->want_r = want_r;
	flow->want_oif = oif;
	spin_unlock_bh(&flow->lock);
	return false;
}

/**
 * csp_move_elsewhere() - would routing leave a silent path by another address?
 * @flow: a flow that is MOVING
 *
 * Context: any.
 * Return: true if it would, and nobody said which address to use.
 */
bool csp_move_elsewhere(struct csp_flow *flow)
{
	struct csp_tuple t;

	return ipv6_addr_any(&flow->want_l) && csp_move_choose(flow, &t) &&
	       !csp_tuple_equal(&t, &flow->t);
}
