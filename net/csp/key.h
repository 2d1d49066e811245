/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host keys, pairs of keys, and the MAC; csp.rst, section "Keys and the MAC".
 */
#ifndef _NET_CSP_KEY_H
#define _NET_CSP_KEY_H

#include "csp.h"

int csp_keys_init(struct csp_net *cn);
void csp_keys_exit(struct csp_net *cn);

/* Process context: one Curve25519 operation. */
struct csp_key *csp_key_new(struct csp_net *cn, const u8 *private);
int csp_key_rotate(struct csp_net *cn);
/* After key_lifetime has changed. Any context. */
void csp_key_schedule(struct csp_net *cn);
/* The current key, with a reference. Any context. */
struct csp_key *csp_key_get_current(struct csp_net *cn);
void csp_key_put(struct csp_key *key);

/* Pair of @key and @remote, with a reference, or NULL: no memory. Any context. */
struct csp_pair *csp_pair_get(struct csp_net *cn, struct csp_key *key,
			      const u8 *remote);
void csp_pair_put(struct csp_pair *pair);
/* May sleep. 0, or -EKEYREJECTED: the peer's key is a point of small order. */
int csp_pair_secret(struct csp_pair *pair);

/* 32 bytes to @out, from a pair whose secret is computed. Any context. */
void csp_derive_key(u8 *out, const struct csp_pair *pair, bool initiator,
		    __be64 cid_i, __be64 cid_r);

#define CSP_ROLE_INITIATOR	0
#define CSP_ROLE_RESPONDER	1
/* In a standing relation. */
#define CSP_ROLE_HOST		CSP_ROLE_INITIATOR
#define CSP_ROLE_AGENT		CSP_ROLE_RESPONDER

/* MAC over the first @len bytes of @pkt, its checksum and attempt as zero. */
void csp_mac(u8 *mac, const u8 *key, u8 role, const void *pkt, size_t len);
bool csp_mac_ok(const u8 *mac, const u8 *key, u8 role, const void *pkt,
		size_t len);

#endif /* _NET_CSP_KEY_H */
