/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Floods that a gateway stops.
 */
#ifndef _NET_CSP_MBOX_BLOCK_H
#define _NET_CSP_MBOX_BLOCK_H

#include <linux/rbtree.h>
#include <linux/siphash.h>

#include "ingress.h"
#include "mbox.h"

#define CSP_BLOCK_TURNS		256

/**
 * struct csp_block_key - what is stopped
 * @src:    whose packets; IPv4 as v4-mapped
 * @dst:    those to whom
 * @proto:  transport; 0: all
 * @family: 4 or 6
 * @zero:   keeps the key free of padding
 */
struct csp_block_key {
	struct in6_addr	src;
	struct in6_addr	dst;
	u8		proto;
	u8		family;
	u16		zero;
};

/**
 * struct csp_victim - for whom floods are stopped
 * @node: in csp_blocks.victims
 * @addr: csp_block_key.dst of its blocks; of IPv6 the first 64 bits
 * @rcu:  for kfree_rcu()
 * @n:    how many blocks; it goes with the last
 */
struct csp_victim {
	struct rhash_head	node;
	struct in6_addr		addr;
	struct rcu_head		rcu;
	u32			n;
};

/**
 * struct csp_block - a flood that is stopped
 * @node:    in csp_blocks.table
 * @key:     what is stopped
 * @rcu:     for kfree_rcu()
 * @list:    in csp_blocks.list
 * @order:   in csp_blocks.order
 * @victim:  whom it is for
 * @cid:     the flooding host's identifier, from the token
 * @born:    jiffies when it was asked for first
 * @expires: jiffies
 * @told:    jiffies when that host was told last
 * @drops:   packets dropped
 * @told_at: @drops when that host was told last
 */
struct csp_block {
	struct rhash_head	node;
	struct csp_block_key	key;
	struct rcu_head		rcu;
	struct list_head	list;
	struct rb_node		order;
	struct csp_victim	*victim;
	__be64			cid;
	unsigned long		born;
	unsigned long		expires;
	unsigned long		told;
	atomic64_t		drops;
	u64			told_at;
};

/**
 * struct csp_blocks - all of a namespace
 * @table:  by key; read under RCU
 * @lock:   protects what follows, and writers of @table
 * @list:   all, the youngest first
 * @order:  all, that which expires first leftmost
 * @victims: by address
 * @n:      how many
 * @genid:  changes when one comes or goes, for who lists them
 * @n_proto: of them, those of one transport
 * @idle:   jiffies when the last one went
 * @live:   counted in the static key, or about to be; set by @work only
 * @box:    namespace
 * @work:   expiry, and the static key
 * @ops:    hooks, as long as @hooked; under csp_box.mutex
 * @hooked: they are registered
 * @ingress: hooks of the devices, as long as @hooked and @live
 * @turns:  which nonces are good, by key; see csp_block_turn()
 * @turn_key: of the hash that chooses one of @turns
 */
struct csp_blocks {
	struct rhashtable	table;
	spinlock_t		lock;	/* see above */
	struct list_head	list;
	struct rb_root_cached	order;
	struct rhashtable	victims;
	u32			n;
	u32			genid;
	u32			n_proto;
	unsigned long		idle;
	bool			live;
	struct csp_box		*box;
	struct delayed_work	work;
	struct nf_hook_ops	ops[2];
	bool			hooked;
	struct csp_ingress	ingress;
	u32			turns[CSP_BLOCK_TURNS];
	siphash_key_t		turn_key;
};

int csp_blocks_init(struct csp_box *box);
void csp_blocks_exit(struct csp_box *box);
/* Under csp_box.mutex: drop what is blocked, or do not any more. */
int csp_blocks_hook(struct csp_box *box);
void csp_blocks_unhook(struct csp_box *box);

/* 0 or -ENOSPC, -ENOMEM. Any context. */
int csp_block_add(struct csp_box *box, const struct csp_block_key *key,
		  __be64 cid, u32 ms, bool *renewed);
/* Whether it was there. */
bool csp_block_del(struct csp_box *box, const struct csp_block_key *key);
struct csp_block *csp_block_get(struct csp_blocks *bs,
				const struct csp_block_key *key);
u32 csp_blocks_flush(struct csp_box *box);
/* Requests about @key that were good so far, and one more of them. Any context. */
u32 csp_block_turn(struct csp_blocks *bs, const struct csp_block_key *key);
void csp_block_took(struct csp_blocks *bs, const struct csp_block_key *key);
/* The block that stops a packet of @proto, or NULL. RCU. */
struct csp_block *csp_block_find(struct csp_box *box,
				 const struct in6_addr *src,
				 const struct in6_addr *dst, u8 family,
				 u8 proto);
/* What becomes of a packet. RCU. */
unsigned int csp_block_ip4(struct csp_box *box, const struct sk_buff *skb,
			   int off);
unsigned int csp_block_ip6(struct csp_box *box, const struct sk_buff *skb,
			   int off);
/* Is it in force? Then the packet counts. RCU. */
bool csp_block_counts(struct csp_box *box, struct csp_block *block);

#endif /* _NET_CSP_MBOX_BLOCK_H */
