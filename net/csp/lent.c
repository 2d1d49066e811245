// SPDX-License-Identifier: GPL-2.0
/*
 * Names that a NAT lends: the socket has one, the peer knows another.
 *
 * csp.rst, section "Connection notation": a host behind a NAT uses A,p itself
 * and everyone else sees N,p'. The flow's tuple, and its socket, are of A; what
 * is said to the peer about this end names N, and what the peer says about it
 * does, too.
 */
#include <net/ipv6.h>

#include "lent.h"
#include "wire.h"

/**
 * csp_lent() - the name that a NAT lends this end on the path in use
 * @flow: the flow
 *
 * Context: flow->lock held.
 * Return: the end as the peer knows it; NULL: it knows it as it is.
 */
const struct csp_end *csp_lent(const struct csp_flow *flow)
{
	const struct csp_names *names = flow->names;

	lockdep_assert_held(&flow->lock);
	return names && names->lent.loc_family ? &names->lent : NULL;
}

/**
 * csp_lent_is_own() - does the peer speak of this end, where it is now?
 * @flow: the flow
 * @end:  what it says
 *
 * Context: flow->lock held.
 * Return: true: its own name, or the one lent.
 */
bool csp_lent_is_own(const struct csp_flow *flow, const struct csp_end *end)
{
	const struct csp_end *lent = csp_lent(flow);

	if (end->loc_family != flow->t.family)
		return false;
	if (lent)
		return csp_end_is(end, lent);
	return ipv6_addr_equal(&end->loc, &flow->t.laddr) &&
	       csp_end_port(end) == flow->t.lport;
}

/**
 * csp_write_names() - CONN, SRC and DST of a connection
 * @wr:   writer
 * @t:    its name
 * @dir:  enum csp_dir, seen from this end
 * @lent: what this end is called by the peer, if that is another name; or NULL
 *
 * Context: any.
 */
void csp_write_names(struct csp_writer *wr, const struct csp_tuple *t, u8 dir,
		     const struct csp_end *lent)
{
	const struct csp_end src = {
		.loc_family	= t->family,
		.port		= t->lport,
		.loc		= t->laddr,
	};
	const struct csp_end dst = {
		.loc_family	= t->family,
		.port		= t->rport,
		.loc		= t->raddr,
	};

	csp_write_conn(wr, t->proto, dir, lent ?: &src, &dst);
}

/**
 * csp_lent_write() - CONN, SRC and DST of a connection, as the peer knows them
 * @wr:   writer
 * @flow: the flow
 * @t:    a path of it; what is lent is lent for the one in use
 *
 * Context: flow->lock held.
 */
void csp_lent_write(struct csp_writer *wr, const struct csp_flow *flow,
		    const struct csp_tuple *t)
{
	const struct csp_end *lent = csp_lent(flow);

	if (lent && !ipv6_addr_equal(&t->laddr, &flow->t.laddr))
		lent = NULL;
	csp_write_names(wr, t, csp_flow_dir(flow), lent);
}
