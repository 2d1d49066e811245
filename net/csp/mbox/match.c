// SPDX-License-Identifier: GPL-2.0
/*
 * Finding the first rule that matches a Setup.
 *
 * Rules that look alike, with prefixes of the same lengths and with or without
 * transport and destination port, are of one *shape*. A Setup is looked up once
 * in each shape: its addresses cut to the shape's lengths are the key of a hash
 * table. So the cost is that of the shapes, of which ten thousand rules have a
 * few ("tuple space search"), and of the rules with equal keys: those that
 * differ only in what has no place in a key.
 */
#include <linux/netdevice.h>
#include <linux/rculist.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <crypto/algapi.h>
#include <net/ipv6.h>

#include "packet.h"
#include "policy.h"

/**
 * struct csp_shape - a shape that rules have
 * @list:  in csp_box.shapes; written under csp_box.mutex, read under RCU
 * @rcu:   for kfree_rcu()
 * @shape: the shape
 * @n:     rules that have it
 */
struct csp_shape {
	struct list_head	list;
	struct rcu_head		rcu;
	struct csp_rule_shape	shape;
	u32			n;
};

static const struct rhashtable_params csp_rule_params = {
	.key_len		= sizeof(struct csp_rule_key),
	.key_offset		= offsetof(struct csp_box_rule, spec.key),
	.head_offset		= offsetof(struct csp_box_rule, node),
	.automatic_shrinking	= true,
};

/* --- the index --- */

static struct csp_shape *csp_shape_find(struct csp_box *box,
					const struct csp_rule_shape *shape)
{
	struct csp_shape *s;

	list_for_each_entry(s, &box->shapes, list)
		if (!memcmp(&s->shape, shape, sizeof(*shape)))
			return s;
	return NULL;
}

static struct csp_shape *csp_shape_get(struct csp_box *box,
				       const struct csp_rule_shape *shape)
{
	struct csp_shape *s = csp_shape_find(box, shape);

	if (!s) {
		s = kzalloc(sizeof(*s), GFP_KERNEL);
		if (!s)
			return NULL;
		s->shape = *shape;
		list_add_tail_rcu(&s->list, &box->shapes);
	}
	s->n++;
	return s;
}

static void csp_shape_put(struct csp_shape *s)
{
	if (--s->n)
		return;
	list_del_rcu(&s->list);
	kfree_rcu(s, rcu);
}

/**
 * csp_match_add() - put a rule into the index
 * @box:  namespace
 * @rule: the rule
 *
 * Context: process, csp_box.mutex held; may sleep.
 * Return: 0 or a negative errno.
 */
int csp_match_add(struct csp_box *box, struct csp_box_rule *rule)
{
	struct csp_shape *s;
	int err;

	lockdep_assert_held(&box->mutex);
	s = csp_shape_get(box, &rule->spec.key.shape);
	if (!s)
		return -ENOMEM;
	err = rhltable_insert(&box->rule_index, &rule->node, csp_rule_params);
	if (err)
		csp_shape_put(s);
	return err;
}

/**
 * csp_match_del() - take a rule out of the index
 * @box:  namespace
 * @rule: the rule
 *
 * Context: process, csp_box.mutex held.
 */
void csp_match_del(struct csp_box *box, struct csp_box_rule *rule)
{
	lockdep_assert_held(&box->mutex);
	rhltable_remove(&box->rule_index, &rule->node, csp_rule_params);
	csp_shape_put(csp_shape_find(box, &rule->spec.key.shape));
}

/**
 * csp_match_init() - make the index of a namespace
 * @box: namespace
 *
 * Context: process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int csp_match_init(struct csp_box *box)
{
	INIT_LIST_HEAD(&box->shapes);
	return rhltable_init(&box->rule_index, &csp_rule_params);
}

/**
 * csp_match_exit() - undo csp_match_init()
 * @box: namespace without rules
 *
 * Context: process; may sleep.
 */
void csp_match_exit(struct csp_box *box)
{
	rhltable_destroy(&box->rule_index);
}

/* --- what has no place in a key --- */

/**
 * csp_match_if() - is a device on the side that is wanted?
 * @want: the side
 * @dev:  the device
 *
 * Context: any, RCU.
 * Return: whether it is.
 */
bool csp_match_if(const struct csp_rule_if *want, const struct net_device *dev)
{
	if (want->zone && READ_ONCE(dev->group) != want->group)
		return false;
	return !want->name[0] || !strncmp(want->name, dev->name, IFNAMSIZ);
}

static __be16 csp_data_port(const struct csp_end *end)
{
	return end->local_port ?: end->port;
}

/* As it is inside a NAT, like the addresses. */
static __be16 csp_match_dport(const struct csp_packet *p,
			      const struct csp_msg *msg)
{
	return p->inward.on ? p->inward.asked : csp_data_port(&msg->dst);
}

static bool csp_match_ports(const struct csp_rule_ports *want, __be16 data)
{
	const u16 port = ntohs(data);

	return !want->hi || (port >= want->lo && port <= want->hi);
}

/* Section "Attributes": without regard to case. */
static bool csp_match_name(const char *want, const struct csp_msg *msg)
{
	if (!want)
		return true;
	return CSP_HAS(msg, NAME) && strlen(want) == msg->name.len &&
	       !strncasecmp(want, (const char *)msg->name.data, msg->name.len);
}

static bool csp_match_auth(const struct csp_rule_spec *spec,
			   const struct csp_msg *msg)
{
	if (!spec->auth)
		return true;
	return CSP_HAS(msg, AUTH) && spec->auth_len == msg->auth.len &&
	       !crypto_memneq(spec->auth, msg->auth.data, spec->auth_len);
}

static bool csp_match_rest(const struct csp_rule_spec *spec,
			   const struct csp_packet *p,
			   const struct csp_msg *msg)
{
	return csp_match_if(&spec->in, p->state->in) &&
	       csp_match_if(&spec->out, p->state->out) &&
	       csp_match_ports(&spec->sport, csp_data_port(&msg->src)) &&
	       csp_match_ports(&spec->dport, csp_match_dport(p, msg)) &&
	       csp_match_name(spec->name, msg);
}

/* --- the lookup --- */

static void csp_match_key(struct csp_rule_key *key,
			  const struct csp_rule_shape *shape,
			  const struct csp_packet *p,
			  const struct csp_msg *msg)
{
	memset(key, 0, sizeof(*key));
	key->shape = *shape;
	/* As they are inside a NAT, whatever it told the ends. */
	ipv6_addr_prefix(&key->addr[0], &p->saddr, shape->len[0]);
	ipv6_addr_prefix(&key->addr[1], &p->daddr, shape->len[1]);
	if (shape->port)
		key->port = csp_match_dport(p, msg);
	if (shape->proto)
		key->proto = msg->proto;
}

/* The first rule, and the first one that only lacks its token. */
struct csp_match_best {
	struct csp_box_rule	*rule;
	u64			order;
	u64			auth;
};

static void csp_match_one(struct csp_packet *p, const struct csp_msg *msg,
			  struct csp_box_rule *rule,
			  struct csp_match_best *best)
{
	const u64 order = READ_ONCE(rule->order);

	if (order >= best->order || !csp_match_rest(&rule->spec, p, msg))
		return;
	if (!csp_match_auth(&rule->spec, msg)) {
		best->auth = min(best->auth, order);
		return;
	}
	best->rule = rule;
	best->order = order;
}

static void csp_match_all(struct csp_packet *p, const struct csp_msg *msg,
			  struct csp_match_best *best)
{
	struct csp_box *box = p->box;
	struct csp_rule_key key;
	struct csp_box_rule *rule;
	struct rhlist_head *list, *pos;
	struct csp_shape *s;

	*best = (struct csp_match_best) { .order = U64_MAX, .auth = U64_MAX };
	list_for_each_entry_rcu(s, &box->shapes, list) {
		csp_match_key(&key, &s->shape, p, msg);
		list = rhltable_lookup(&box->rule_index, &key, csp_rule_params);
		rhl_for_each_entry_rcu(rule, pos, list, node)
			csp_match_one(p, msg, rule, best);
	}
}

/**
 * csp_match() - find the first rule for a Setup
 * @p:     its packet
 * @msg:   the Setup
 * @found: filled in
 *
 * Context: softirq, RCU.
 */
void csp_match(struct csp_packet *p, const struct csp_msg *msg,
	       struct csp_rule_found *found)
{
	struct csp_match_best best;
	unsigned int seq;

	do {
		seq = read_seqcount_begin(&p->box->order_seq);
		csp_match_all(p, msg, &best);
	} while (read_seqcount_retry(&p->box->order_seq, seq));
	found->rule = best.rule;
	found->auth = best.auth < best.order;
	if (best.rule)
		atomic64_inc(&best.rule->hits);
}
