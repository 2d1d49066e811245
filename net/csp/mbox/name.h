/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names by which hosts inside a NAT are reached from outside.
 */
#ifndef _NET_CSP_MBOX_NAME_H
#define _NET_CSP_MBOX_NAME_H

#include "mbox.h"

struct netlink_ext_ack;

/**
 * struct csp_name_key - what is asked for at an address of the NAT
 * @name: in lower case, filled up with zeros; empty: whatever the name is
 * @port: outside; 0: whatever the port is
 */
struct csp_name_key {
	char	name[CSP_NAME_MAX + 1];
	__be16	port;
};

/**
 * struct csp_name - who is meant by it
 * @node:    in csp_box.names
 * @list:    in csp_box.name_list
 * @rcu:     for kfree_rcu()
 * @key:     what is asked for
 * @to:      address inside; IPv4 as v4-mapped
 * @to_port: port there; 0: the one outside
 * @hits:    Setups sent there, copies included
 */
struct csp_name {
	struct rhash_head	node;
	struct list_head	list;
	struct rcu_head		rcu;
	struct csp_name_key	key;
	struct in6_addr		to;
	__be16			to_port;
	atomic64_t		hits;
};

int csp_names_init(struct csp_box *box);
void csp_names_exit(struct csp_box *box);

/* Lower case; false: it is none. */
bool csp_name_key_set(struct csp_name_key *key, const u8 *name, u16 len);
/* RCU, or csp_box.mutex held. */
struct csp_name *csp_name_find(struct csp_box *box,
			       const struct csp_name_key *key);
/* The one that @key is about, be it by name, by port or by both. RCU. */
struct csp_name *csp_name_match(struct csp_box *box,
				const struct csp_name_key *key, u8 family);

/* All with csp_box.mutex held; may sleep. */
int csp_name_add(struct csp_box *box, const struct csp_name_key *key,
		 const struct in6_addr *to, __be16 to_port,
		 struct netlink_ext_ack *extack);
int csp_name_del(struct csp_box *box, const struct csp_name_key *key,
		 struct netlink_ext_ack *extack);
u32 csp_names_flush(struct csp_box *box);

#endif /* _NET_CSP_MBOX_NAME_H */
