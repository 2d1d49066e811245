/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules of listeners: what is a flood of one, and for how long it is stopped.
 */
#ifndef _NET_CSP_FLOOD_RULE_H
#define _NET_CSP_FLOOD_RULE_H

#include "csp.h"

#define CSP_FLOOD_RULES_MAX	1024
/* As of flood_rate. */
#define CSP_FLOOD_RATE_MAX	1000000

struct netlink_ext_ack;

/* The listener that a rule is about. */
struct csp_flood_key {
	u8	proto;
	__be16	port;
};

/**
 * struct csp_flood_bound - what a listener takes of one source
 * @rate: Setups a second; 0: any number
 * @time: ms for which gateways are asked to stop what is beyond
 */
struct csp_flood_bound {
	u32	rate;
	u32	time;
};

/**
 * struct csp_flood_rule - what one listener takes
 * @node:  in csp_flood_rules.by_key
 * @list:  in csp_flood_rules.list
 * @rcu:   for kfree_rcu()
 * @key:   the listener
 * @bound: what it takes
 */
struct csp_flood_rule {
	struct hlist_node	node;
	struct list_head	list;
	struct rcu_head		rcu;
	struct csp_flood_key	key;
	struct csp_flood_bound	bound;
};

int csp_flood_rules_init(struct csp_net *cn);
void csp_flood_rules_exit(struct csp_net *cn);

int csp_flood_rule_add(struct csp_net *cn, const struct csp_flood_key *key,
		       const struct csp_flood_bound *bound,
		       struct netlink_ext_ack *extack);
int csp_flood_rule_del(struct csp_net *cn, const struct csp_flood_key *key,
		       struct netlink_ext_ack *extack);
/* What the listener takes, by its rule or flood_rate. Any context. */
struct csp_flood_bound csp_flood_bound_of(struct csp_net *cn,
					  const struct csp_flood_key *key);

/* The rule of a listener, or NULL. RCU. */
struct csp_flood_rule *csp_flood_rule_find(struct csp_net *cn,
					   const struct csp_flood_key *key);
/* For the dump: calls @show for each from the @skip'th on, under RCU. */
int csp_flood_rules_walk(struct csp_net *cn, long *skip,
			 int (*show)(const struct csp_flood_rule *rule,
				     void *data),
			 void *data);
/* A number that changes whenever they do. */
u32 csp_flood_rules_genid(struct csp_net *cn);

#endif /* _NET_CSP_FLOOD_RULE_H */
