/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tokens of an off-path firewall; csp.rst, section "Boxes", "Tokens".
 */
#ifndef _NET_CSP_MBOX_TOKEN_H
#define _NET_CSP_MBOX_TOKEN_H

#include "packet.h"

struct netlink_ext_ack;

#define CSP_AUTH_TOKEN_LEN	32
#define CSP_AUTH_SECRET_LEN	32

#define CSP_AUTH_LIFETIME_MIN	1		/* s */
#define CSP_AUTH_LIFETIME_MAX	2592000		/* s; 30 days */

/* Tokens that are good once, and were shown, of a namespace. */
#define CSP_AUTH_USED_MAX	4096

/* What is said of a token that is shown. */
enum csp_auth_verdict {
	CSP_AUTH_GOOD,
	CSP_AUTH_NONE,
	CSP_AUTH_WRONG,
	CSP_AUTH_EXPIRED,
	CSP_AUTH_USED,
	CSP_AUTH_FULL,
};

/**
 * struct csp_auth_scope - what a token is good for
 * @home:       home address; IPv4 as v4-mapped
 * @client:     address or prefix of whoever may show it, of the same family
 * @client_len: bits of @client that count, of 128; 0: anybody
 * @proto:      transport; 0: any
 * @port:       port p of the home address; 0: any
 * @many:       good for any number of connections
 * @lifetime:   seconds
 */
struct csp_auth_scope {
	struct in6_addr	home;
	struct in6_addr	client;
	u8		client_len;
	u8		proto;
	__be16		port;
	bool		many;
	u32		lifetime;
};

int csp_auth_init(struct csp_box *box);
void csp_auth_exit(struct csp_box *box);
int csp_auth_new(struct csp_box *box, const struct csp_auth_scope *scope,
		 u8 *out, struct netlink_ext_ack *extack);
/* @secret: NULL: a random one. Any context. */
void csp_auth_rotate(struct csp_box *box, const u8 *secret);
/* Of a Setup for a home address. Softirq. */
enum csp_auth_verdict csp_auth_check(const struct csp_packet *p,
				     const struct csp_msg *msg);

#endif /* _NET_CSP_MBOX_TOKEN_H */
