/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nonces that need no memory; csp.rst, section "Stateless answer".
 */
#ifndef _NET_CSP_COOKIE_H
#define _NET_CSP_COOKIE_H

#include "csp.h"

#define CSP_COOKIE_LEN	8
/* Seconds; a cookie is good for one to two times that. */
#define CSP_COOKIE_EPOCH	64

void csp_cookie_init(struct csp_net *cn);
void csp_cookie_make(struct csp_net *cn, const struct in6_addr *saddr,
		     const struct in6_addr *daddr, __be64 cid, u8 *out);
bool csp_cookie_ok(struct csp_net *cn, const struct in6_addr *saddr,
		   const struct in6_addr *daddr, __be64 cid,
		   const struct csp_blob *echo);

#endif /* _NET_CSP_COOKIE_H */
