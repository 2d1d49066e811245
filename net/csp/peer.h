/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is remembered of addresses: do they speak CSP?
 */
#ifndef _NET_CSP_PEER_H
#define _NET_CSP_PEER_H

#include "csp.h"

int csp_peers_init(struct csp_net *cn);
void csp_peers_exit(struct csp_net *cn);

/* Found or new, with a reference; NULL: no memory or room. Any context. */
struct csp_peer *csp_peer_get(struct csp_net *cn, const struct in6_addr *addr,
			      u8 proto, __be16 port, bool create);
void csp_peer_put(struct csp_peer *peer);
/* One more reference for who has one, for instance for the pending work. */
static inline void csp_peer_hold(struct csp_peer *peer)
{
	refcount_inc(&peer->ref);
}

/* enum csp_peer_verdict of one entry: unknown if it has expired. RCU. */
u8 csp_peer_current(const struct csp_peer *peer);
/* enum csp_peer_verdict on a connection to @t's other end. */
u8 csp_peer_verdict(struct csp_net *cn, const struct csp_tuple *t, bool *udp);
/* @ttl_s below the setting peer_ttl: the verdict may be due to the path. */
void csp_peer_learn(struct csp_net *cn, const struct in6_addr *addr, u8 proto,
		    __be16 port, u8 verdict, u32 ttl_s);
void csp_peer_capable(struct csp_net *cn, const struct in6_addr *addr, bool udp,
		      u32 rtt_us);
void csp_peer_spoke(struct csp_net *cn, const struct in6_addr *addr);
/* Forgets @addr, or all if NULL; returns how many entries went. */
u32 csp_peer_flush(struct csp_net *cn, const struct in6_addr *addr);
/* An address of this host came or went: verdicts about paths are void. */
void csp_peer_flush_paths(struct csp_net *cn);

/* Work of csp_peer.work: sends the Detaches that wait; detach.c. */
void csp_detach_work(struct work_struct *work);

#endif /* _NET_CSP_PEER_H */
