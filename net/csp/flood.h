/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Floods: having them stopped near their source; csp.rst, section "Gateways and
 * floods".
 */
#ifndef _NET_CSP_FLOOD_H
#define _NET_CSP_FLOOD_H

#include "csp.h"

/* ms that are asked for if nobody says, and at most. */
#define CSP_FLOOD_TIME		60000
#define CSP_FLOOD_TIME_MAX	2073600000

struct csp_rx;
struct netlink_ext_ack;

/**
 * struct csp_gateway - one gateway on the path of a Setup
 * @addr:  where it is
 * @len:   of @token
 * @token: what it wants to see again
 */
struct csp_gateway {
	struct csp_addr	addr;
	u8		len;
	u8		token[CSP_VIA_TOKEN_MAX];
};

/**
 * struct csp_vias - the gateways on the path of a Setup, the sender's first
 * @n:  how many
 * @gw: they
 */
struct csp_vias {
	u8			n;
	struct csp_gateway	gw[];
};

/* Key of a block: what one host sends to another. */
struct csp_ask_key {
	struct in6_addr	raddr;
	struct in6_addr	laddr;
	u8		proto;
	u8		family;
};

/**
 * struct csp_ask - a flood that a gateway was asked to stop; flood.c
 * @node:     in csp_flood.by_key
 * @cid_node: in csp_flood.by_cid
 * @list:     in csp_flood.list
 * @key:      who floods whom; transport 0: with whatever
 * @state:    enum csp_block_state
 * @code:     enum csp_error of the last refusal; 0: silence
 * @attempt:  transmissions to the gateway asked now
 * @turn:     index of that gateway
 * @xid:      transaction with it
 * @cid:      this host's identifier in it
 * @cookie:   nonce of the gateway, to be echoed
 * @cookie_len: length of @cookie
 * @timeout:  ms asked for
 * @due:      jiffies of the next transmission, or when all is forgotten
 * @vias:     the gateways
 */
struct csp_ask {
	struct hlist_node	node;
	struct hlist_node	cid_node;
	struct list_head	list;
	struct csp_ask_key	key;
	u8			state;
	u8			attempt;
	u8			turn;
	u8			cookie_len;
	u16			code;
	__be32			xid;
	__be64			cid;
	u8			cookie[CSP_NONCE_MAX];
	u32			timeout;
	unsigned long		due;
	struct csp_vias		*vias;
};

int csp_floods_init(struct csp_net *cn);
void csp_floods_exit(struct csp_net *cn);

/* The gateways of a Setup, to be freed by kfree(), or NULL. Any context. */
struct csp_vias *csp_vias_of(const struct csp_msg *msg);
/* Asks the gateways in @vias, which is taken over, unless there are @max. */
int csp_flood_stop(struct csp_net *cn, const struct csp_ask_key *key,
		   struct csp_vias *vias, u32 timeout, u32 max,
		   struct netlink_ext_ack *extack);
/* Lifts a block, or forgets that it was asked for. 0 or -ENOENT. */
int csp_flood_resume(struct csp_net *cn, const struct csp_ask_key *key);
/* A Setup for the listener at @port: is its source beyond its rate? Then asks. */
bool csp_flood_beyond(struct csp_rx *rx, const struct csp_msg *msg,
		      __be16 port);
/* An answer of a gateway; false: to nothing that was asked. */
bool csp_flood_rcv_answer(struct csp_rx *rx, const struct csp_msg *msg);
/* Reject(FLOOD) without the REPLY flag. */
void csp_flood_rcv(struct csp_rx *rx, const struct csp_msg *msg);

/* For the dump: calls @show for each from the @skip'th on, under the lock. */
int csp_flood_walk(struct csp_net *cn, long *skip,
		   int (*show)(const struct csp_ask *ask, void *data),
		   void *data);

#endif /* _NET_CSP_FLOOD_H */
