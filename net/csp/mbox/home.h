/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Home agent: the addresses that this box answers for; csp.rst, sections
 * "Register" and "Boxes".
 */
#ifndef _NET_CSP_MBOX_HOME_H
#define _NET_CSP_MBOX_HOME_H

#include "../relation.h"
#include "packet.h"

struct netlink_ext_ack;

/* Home addresses of a namespace. */
#define CSP_HOMES_MAX		1048576

#define CSP_HOME_LIFETIME_MIN	1000		/* ms */
#define CSP_HOME_LIFETIME_MAX	86400000	/* ms */

/**
 * struct csp_home - a home address, and where its host is
 * @node:       in csp_box.homes, keyed by @addr
 * @key_node:   in csp_box.home_keys, keyed by @rel.remote
 * @cid_node:   in csp_box.home_cids, keyed by @cid, if @cid is not 0
 * @list:       in csp_box.home_list
 * @box:        namespace
 * @addr:       the address; constant
 * @rel:        the relation with its host; constant
 * @lifetime:   milliseconds that a registration is good at most; constant
 * @hidden:     nobody is told where the host is; constant
 * @guard:      nobody gets to the host without a token; constant
 * @salt:       random, in the nonces that the host is to echo; constant
 * @expiry:     ends the registration
 * @redirected: requests answered with Redirect
 * @relayed:    Setups relayed
 * @lock:       protects what follows
 * @dead:       taken out of the tables
 * @granted:    registered: milliseconds; 0: not
 * @since:      jiffies of the last Register
 * @loc:        where the host is
 * @cid:        its identifier
 * @rx_seq:     highest number of a Register
 * @rx_loc:     what that one said: locator,
 * @rx_cid:     identifier
 * @rx_code:    and its answer: 0 for OK, else an enum csp_error
 * @tx_seq:     number of what was relayed last
 */
struct csp_home {
	struct rhash_head	node;
	struct rhlist_head	key_node;
	struct rhash_head	cid_node;
	struct list_head	list;
	struct csp_box		*box;
	struct in6_addr		addr;
	struct csp_relation	rel;
	u32			lifetime;
	bool			hidden;
	bool			guard;
	__be64			salt;
	struct delayed_work	expiry;
	atomic64_t		redirected;
	atomic64_t		relayed;
	spinlock_t		lock;	/* see above */
	bool			dead;
	u32			granted;
	unsigned long		since;
	struct in6_addr		loc;
	__be64			cid;
	u32			rx_seq;
	struct in6_addr		rx_loc;
	__be64			rx_cid;
	u16			rx_code;
	u32			tx_seq;
};

/**
 * struct csp_home_spec - a home address to answer for
 * @addr:     the address; IPv4 as v4-mapped
 * @key:      public key of its host
 * @lifetime: milliseconds that a registration is good at most
 * @hidden:   nobody is told where the host is
 * @guard:    nobody gets to the host without a token
 */
struct csp_home_spec {
	struct in6_addr	addr;
	u8		key[CSP_PUBKEY_LEN];
	u32		lifetime;
	bool		hidden;
	bool		guard;
};

/**
 * struct csp_whereabouts - where a host is, at one moment
 * @state: enum csp_mbox_home_state
 * @loc:   its locator, if it is anywhere
 * @cid:   its identifier
 */
struct csp_whereabouts {
	u8		state;
	struct in6_addr	loc;
	__be64		cid;
};

int csp_homes_init(struct csp_box *box);
void csp_homes_exit(struct csp_box *box);

/* Under csp_box.mutex. */
int csp_home_add(struct csp_box *box, const struct csp_home_spec *spec,
		 struct netlink_ext_ack *extack);
int csp_home_del(struct csp_box *box, const struct in6_addr *addr,
		 struct netlink_ext_ack *extack);

/* Under RCU. */
struct csp_home *csp_home_find(struct csp_box *box, const struct in6_addr *addr);
struct csp_home *csp_home_by_key(struct csp_box *box, const u8 *key);
struct csp_home *csp_home_by_cid(struct csp_box *box, __be64 cid);
void csp_home_where(struct csp_home *home, struct csp_whereabouts *w);
/* home->lock held. */
bool csp_home_registered(const struct csp_home *home);
/* The host is there from now on, or nowhere (@granted 0). home->lock held. */
void csp_home_set(struct csp_home *home, const struct in6_addr *loc, __be64 cid,
		  u32 granted);

/* register.c, relay.c: what csp.ko hands to agents. */
bool csp_home_register(struct csp_rx *rx, const struct csp_msg *msg);
bool csp_home_answer(struct csp_rx *rx, const struct csp_msg *msg);
/* relay.c: a Setup for a hidden host. */
void csp_home_relay(struct csp_packet *p, const struct csp_msg *msg,
		    struct csp_home *home, const struct csp_whereabouts *w);
/* A move of a peer of one. */
void csp_home_forward(struct csp_packet *p, struct csp_home *home,
		      const struct csp_whereabouts *w);
/* A Setup, by either of them or guard.c, with the agent's number and MAC. */
void csp_home_send(struct csp_packet *p, struct csp_msg *msg,
		   struct csp_home *home, const struct csp_whereabouts *w);
/* guard.c: a Setup for a guarded host, and what that answers. */
void csp_guard_setup(struct csp_packet *p, const struct csp_msg *msg,
		     struct csp_home *home, const struct csp_whereabouts *w);
void csp_guard_answer(struct csp_rx *rx, const struct csp_msg *msg,
		      struct csp_home *home);

/* attract.c: hooks, under csp_box.mutex. */
int csp_attract_begin(struct csp_box *box);
void csp_attract_end(struct csp_box *box);

#endif /* _NET_CSP_MBOX_HOME_H */
