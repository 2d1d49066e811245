/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the two ends think of paths; csp.rst, section "Multihoming".
 */
#ifndef _NET_CSP_PREF_H
#define _NET_CSP_PREF_H

#include "csp.h"

void csp_pref_set(struct csp_flow *flow, const struct in6_addr *laddr,
		  const struct in6_addr *raddr, bool ours, u32 pref);
u16 csp_pref_get(const struct csp_flow *flow, const struct in6_addr *laddr,
		 const struct in6_addr *raddr);

#endif /* _NET_CSP_PREF_H */
