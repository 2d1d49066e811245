/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules: what a Setup may open.
 */
#ifndef _NET_CSP_MBOX_POLICY_H
#define _NET_CSP_MBOX_POLICY_H

#include <linux/if.h>

#include "mbox.h"

struct csp_packet;
struct netlink_ext_ack;

/**
 * struct csp_rule_if - a side of the box, in a rule
 * @name:  of a device; empty: any
 * @group: of devices, if @zone
 * @zone:  @group counts
 */
struct csp_rule_if {
	char	name[IFNAMSIZ];
	u32	group;
	bool	zone;
};

/**
 * struct csp_rule_ports - a range of ports, host byte order
 * @lo: the first
 * @hi: the last; 0: all
 */
struct csp_rule_ports {
	u16	lo;
	u16	hi;
};

/**
 * struct csp_rule_shape - how long the prefixes are, and which fields count
 * @len:   prefix length of source and destination, of 128 bits; an IPv4 one is
 *         longer by 96
 * @proto: the transport counts
 * @port:  the destination port counts: it is a single one
 */
struct csp_rule_shape {
	u8	len[2];
	bool	proto;
	bool	port;
};

/**
 * struct csp_rule_key - what can be looked up of a rule
 * @shape: which parts of the rest count; what does not is zero
 * @addr:  prefixes of source and destination; IPv4 as v4-mapped
 * @port:  destination port
 * @proto: transport
 * @zero:  keeps the key free of padding
 */
struct csp_rule_key {
	struct csp_rule_shape	shape;
	struct in6_addr		addr[2];
	__be16			port;
	u8			proto;
	u8			zero;
};

/**
 * struct csp_rule_spec - a rule as it was given
 * @key:      prefixes, transport, single destination port
 * @in:       where the Setup comes from
 * @out:      where it goes to
 * @sport:    source ports
 * @dport:    destination ports
 * @name:     that the Setup names; NULL: any or none
 * @auth:     token that it shows; NULL: any or none
 * @auth_len: bytes of @auth
 * @action:   enum csp_mbox_action
 * @timeout:  ms granted at most; 0: the settings say
 * @to:       locator to redirect to
 * @to_port:  port to redirect to; 0: the same
 * @text:     explanation of a refusal, or NULL
 */
struct csp_rule_spec {
	struct csp_rule_key	key;
	struct csp_rule_if	in;
	struct csp_rule_if	out;
	struct csp_rule_ports	sport;
	struct csp_rule_ports	dport;
	char			*name;
	u8			*auth;
	u8			auth_len;
	u8			action;
	u32			timeout;
	struct in6_addr		to;
	__be16			to_port;
	char			*text;
};

/**
 * struct csp_box_rule - a rule
 * @list:  in csp_box.rules, in order
 * @node:  in csp_box.rule_index, by @spec.key
 * @rcu:   for call_rcu()
 * @order: place in the list, as a number that grows
 * @id:    by which commands name it
 * @hits:  Setups that it decided
 * @spec:  the rule
 */
struct csp_box_rule {
	struct list_head	list;
	struct rhlist_head	node;
	struct rcu_head		rcu;
	u64			order;
	u32			id;
	atomic64_t		hits;
	struct csp_rule_spec	spec;
};

/**
 * struct csp_rule_found - what the rules say of a Setup
 * @rule: the first that matches, or NULL; good under RCU
 * @auth: one before it would have, with another token
 */
struct csp_rule_found {
	struct csp_box_rule	*rule;
	bool			auth;
};

int csp_rules_init(struct csp_box *box);
void csp_rules_exit(struct csp_box *box);

/* Under csp_box.mutex. @spec's strings are taken over on success. */
int csp_box_rule_add(struct csp_box *box, struct csp_rule_spec *spec,
		     const u32 *before, u32 *id,
		     struct netlink_ext_ack *extack);
int csp_box_rule_del(struct csp_box *box, u32 id,
		     struct netlink_ext_ack *extack);
u32 csp_box_rule_flush(struct csp_box *box);
/* RCU or csp_box.mutex. */
struct csp_box_rule *csp_box_rule_find(struct csp_box *box, u32 id);
void csp_rule_spec_free(struct csp_rule_spec *spec);

/* match.c */
int csp_match_init(struct csp_box *box);
void csp_match_exit(struct csp_box *box);
/* The index, under csp_box.mutex. */
int csp_match_add(struct csp_box *box, struct csp_box_rule *rule);
void csp_match_del(struct csp_box *box, struct csp_box_rule *rule);
bool csp_match_if(const struct csp_rule_if *want,
		  const struct net_device *dev);
/* The first rule for a Setup. RCU. */
void csp_match(struct csp_packet *p, const struct csp_msg *msg,
	       struct csp_rule_found *found);

#endif /* _NET_CSP_MBOX_POLICY_H */
