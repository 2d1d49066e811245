/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flagged sockets: sk_prot variants, options, the link from socket to flows.
 */
#ifndef _NET_CSP_SOCK_H
#define _NET_CSP_SOCK_H

#include "csp.h"

enum csp_phase {
	CSP_PHASE_WATCH,	/* TCP: look at SYNs; UDP: at every packet */
	CSP_PHASE_HOLD,		/* hold everything */
	CSP_PHASE_PASS,		/* look at nothing */
	__CSP_PHASE_MAX
};

/**
 * struct csp_sock - what only some flagged sockets need
 * @node:   in csp_net.socks, keyed by @sk
 * @sk:     the socket, whose end removes this; no reference
 * @rcu:    for kfree_rcu()
 * @flows:  flows of a UDP socket; protected by csp_net.lock
 * @lock:   protects what follows
 * @reject: last rejection
 * @timeout: milliseconds wanted of boxes
 * @pref:   preference of the path in use
 * @expect: sender to let in
 * @refresh: boxes are asked again before they forget a silent connection
 * @dir:    enum csp_dir of connections that it begins
 * @auth_len: length of @auth
 * @name_len: length of @name
 * @auth:   token
 * @name:   name to reach
 */
struct csp_sock {
	struct rhash_head	node;
	struct sock		*sk;
	struct rcu_head		rcu;
	struct list_head	flows;
	spinlock_t		lock;	/* see above */
	struct csp_reject_info	reject;
	u32			timeout;
	u32			pref;
	struct csp_expect	expect;
	bool			refresh;
	u8			dir;
	u8			auth_len;
	u8			name_len;
	u8			auth[CSP_AUTH_MAX];
	u8			name[CSP_NAME_MAX];
};

int csp_sock_init(void);
int csp_socks_init(struct csp_net *cn);
void csp_socks_exit(struct csp_net *cn);

/* TCP or UDP, and not raw? */
bool csp_sk_speaks(const struct sock *sk);
/* -1: not flagged; else enum csp_mode, and the phase by reference. */
int csp_sk_variant(const struct sock *sk, u8 *phase);
/* Flagged, and not by itself? */
bool csp_sk_auto(const struct sock *sk);
bool csp_sk_foreign(const struct sock *sk);
/* Mode by flag, rule or default. Softirq or process, RCU. */
u8 csp_sk_mode(struct csp_net *cn, const struct sock *sk);
bool csp_sk_expects(struct csp_net *cn, const struct sock *sk,
		    const struct csp_tuple *t);
/* Flags it. Socket lock held, or a UDP socket. */
int csp_sk_flag(struct sock *sk, u8 mode, u8 phase);
int csp_sk_flag_auto(struct sock *sk, u8 mode);
void csp_sk_set_phase(struct sock *sk, u8 phase);
struct csp_sock *csp_sock_find(struct csp_net *cn, const struct sock *sk);
struct csp_sock *csp_sock_get(struct csp_net *cn, struct sock *sk);
/* Connected flow of @sk: its name. false: not connected. */
bool csp_sk_tuple(const struct sock *sk, struct csp_tuple *t);
bool csp_sk_evict(struct csp_net *cn, struct sock *sk);
/* Links a UDP flow to its socket. */
int csp_sk_link(struct csp_flow *flow, struct sock *sk);
void csp_sk_rejected(struct csp_net *cn, struct sock *sk,
		     const struct csp_reject_info *info);
void csp_sk_forget_reject(struct csp_net *cn, const struct sock *sk);
void csp_sk_fail(struct sock *sk, int err);

#endif /* _NET_CSP_SOCK_H */
