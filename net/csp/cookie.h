/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nonces that need no memory; csp.rst, section "Stateless answer".
 */
#ifndef _NET_CSP_COOKIE_H
#define _NET_CSP_COOKIE_H

#include "csp.h"

#define CSP_COOKIE_LEN	8
/* When a Setup is answered so: the settings "cookies". */
enum csp_cookies {
	CSP_COOKIES_NEVER,
	CSP_COOKIES_LOAD,
	CSP_COOKIES_ALWAYS,
};

struct csp_rx;

/* @n of at most @max things are kept for requests that proved nothing. */
static inline bool csp_cookie_wanted(u32 mode, u32 n, u32 max)
{
	return mode == CSP_COOKIES_ALWAYS ||
	       (mode == CSP_COOKIES_LOAD && n >= max / 2);
}

void csp_cookie_init(struct csp_net *cn);
void csp_cookie_make(struct csp_net *cn, const struct in6_addr *saddr,
		     const struct in6_addr *daddr, __be64 cid, u8 *out);
bool csp_cookie_ok(struct csp_net *cn, const struct in6_addr *saddr,
		   const struct in6_addr *daddr, __be64 cid,
		   const struct csp_blob *echo);
bool csp_cookie_echoed(struct csp_rx *rx, const struct csp_msg *msg, __be64 what);
void csp_cookie_ask(struct csp_rx *rx, const struct csp_msg *msg, __be64 what);

#endif /* _NET_CSP_COOKIE_H */
