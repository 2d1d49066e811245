/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Token buckets: how often a source may make this host answer or compute.
 */
#ifndef _NET_CSP_LIMIT_H
#define _NET_CSP_LIMIT_H

#include "csp.h"

/*
 * One source is an IPv4 address, or an IPv6 /64: who has one address of that
 * has them all.
 */
static inline u64 csp_limit_source(const struct in6_addr *addr)
{
	u64 prefix;

	if (ipv6_addr_v4mapped(addr))
		return (__force u32)addr->s6_addr32[3];
	memcpy(&prefix, addr, sizeof(prefix));
	return prefix;
}

int csp_limit_init(struct csp_net *cn);
void csp_limit_exit(struct csp_net *cn);

/* May @saddr be sent one more refusal or stateless answer now? Any context. */
bool csp_limit_reply(struct csp_net *cn, const struct in6_addr *saddr);
/* May one more Curve25519 operation be done for an unproven peer now? */
bool csp_limit_dh(struct csp_net *cn);
/* May @saddr announce one more connection to a listener? */
bool csp_limit_flood(struct csp_net *cn, const struct in6_addr *saddr,
		     u8 proto, __be16 port, u32 rate);

#endif /* _NET_CSP_LIMIT_H */
