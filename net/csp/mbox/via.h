/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stamp of a gateway on a Setup.
 */
#ifndef _NET_CSP_MBOX_VIA_H
#define _NET_CSP_MBOX_VIA_H

#include <linux/rcupdate.h>

#include "packet.h"
#include "policy.h"

#define CSP_GW_SIDES	16

/**
 * struct csp_gw_sides - sides for which this host is a gateway
 * @rcu:  for kfree_rcu()
 * @n:    how many
 * @side: which devices
 * @edge: there is no other gateway on that side
 */
struct csp_gw_sides {
	struct rcu_head		rcu;
	u8			n;
	struct csp_rule_if	side[CSP_GW_SIDES];
	bool			edge[CSP_GW_SIDES];
};

/* Puts the token into a Setup that is forwarded, if it comes from such a side. */
void csp_via_stamp(struct csp_packet *p, const struct csp_msg *msg);
/* Was the token made here for a Setup from @saddr to @daddr? Its cid, or 0. */
__be64 csp_via_check(struct csp_box *box, const struct csp_blob *token,
		     const struct in6_addr *saddr,
		     const struct in6_addr *daddr);

#endif /* _NET_CSP_MBOX_VIA_H */
