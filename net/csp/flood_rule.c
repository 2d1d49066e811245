// SPDX-License-Identifier: GPL-2.0
/*
 * Rules of listeners: what is a flood of one, and for how long it is stopped;
 * csp.rst, section "Gateways and floods".
 *
 * What one server takes in its stride is a flood of another. A rule is about
 * the listeners of a port, at whichever address, and wins over flood_rate; and
 * it need not be about one that is there. What happens to a source that is
 * beyond is flood.c's business.
 *
 * They are written under csp_flood_rules.lock, and read under RCU: each Setup
 * for a listener asks.
 */
#include <linux/hashtable.h>
#include <linux/netlink.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "flood.h"
#include "flood_rule.h"

#define CSP_FLOOD_RULE_BITS	8

/**
 * struct csp_flood_rules - the rules of a namespace
 * @lock:   one writer of all
 * @by_key: struct csp_flood_rule by key; read under RCU
 * @list:   all, the oldest first; read under RCU
 * @n:      how many; read without lock
 * @genid:  changes whenever they do; read without lock
 */
struct csp_flood_rules {
	struct mutex		lock;	/* see above */
	DECLARE_HASHTABLE(by_key, CSP_FLOOD_RULE_BITS);
	struct list_head	list;
	u32			n;
	u32			genid;
};

static u32 csp_flood_rule_hash(const struct csp_flood_key *key)
{
	return (u32)key->proto << 16 | (__force u16)key->port;
}

/**
 * csp_flood_rule_find() - the rule of a listener
 * @cn:  namespace
 * @key: transport and port
 *
 * Context: any, RCU or csp_flood_rules.lock.
 * Return: the rule, good as long as the one or the other is held, or NULL.
 */
struct csp_flood_rule *csp_flood_rule_find(struct csp_net *cn,
					   const struct csp_flood_key *key)
{
	struct csp_flood_rules *rules = cn->flood_rules;
	struct csp_flood_rule *rule;

	hash_for_each_possible_rcu(rules->by_key, rule, node,
				   csp_flood_rule_hash(key),
				   lockdep_is_held(&rules->lock))
		if (rule->key.proto == key->proto &&
		    rule->key.port == key->port)
			return rule;
	return NULL;
}

/**
 * csp_flood_bound_of() - what does a listener take of one source?
 * @cn:  namespace
 * @key: transport and port of the listener
 *
 * Context: any.
 * Return: what its rule says, or else flood_rate.
 */
struct csp_flood_bound csp_flood_bound_of(struct csp_net *cn,
					  const struct csp_flood_key *key)
{
	struct csp_flood_bound bound = {
		.rate	= CSP_CONF(cn, flood_rate),
		.time	= CSP_FLOOD_TIME,
	};
	const struct csp_flood_rule *rule;

	/* Costs nothing where there are no rules. */
	if (!READ_ONCE(cn->flood_rules->n))
		return bound;
	rcu_read_lock();
	rule = csp_flood_rule_find(cn, key);
	if (rule)
		bound = rule->bound;
	rcu_read_unlock();
	return bound;
}

static int csp_flood_rule_check(const struct csp_flood_key *key,
				const struct csp_flood_bound *bound,
				struct netlink_ext_ack *extack)
{
	if (key->proto != IPPROTO_TCP && key->proto != IPPROTO_UDP) {
		NL_SET_ERR_MSG(extack, "Listeners are of TCP or UDP");
		return -EPROTONOSUPPORT;
	}
	if (!key->port) {
		NL_SET_ERR_MSG(extack, "Nobody listens on port 0");
		return -EINVAL;
	}
	if (bound->rate > CSP_FLOOD_RATE_MAX) {
		NL_SET_ERR_MSG(extack,
			       "A rate is 0 to 1000000 Setups a second");
		return -ERANGE;
	}
	if (!bound->time || bound->time > CSP_FLOOD_TIME_MAX) {
		NL_SET_ERR_MSG(extack, "A block is for 1 ms to 24 days");
		return -ERANGE;
	}
	return 0;
}

static int csp_flood_rule_link(struct csp_net *cn, struct csp_flood_rule *new,
			       struct netlink_ext_ack *extack)
{
	struct csp_flood_rules *rules = cn->flood_rules;

	lockdep_assert_held(&rules->lock);
	if (csp_flood_rule_find(cn, &new->key)) {
		NL_SET_ERR_MSG(extack, "This listener has a rule already");
		return -EEXIST;
	}
	if (rules->n >= CSP_FLOOD_RULES_MAX) {
		NL_SET_ERR_MSG(extack,
			       "There are 1024 flood rules already: no room for more");
		return -ENOSPC;
	}
	hash_add_rcu(rules->by_key, &new->node, csp_flood_rule_hash(&new->key));
	list_add_tail_rcu(&new->list, &rules->list);
	WRITE_ONCE(rules->n, rules->n + 1);
	WRITE_ONCE(rules->genid, rules->genid + 1);
	return 0;
}

static void csp_flood_rule_unlink(struct csp_flood_rules *rules,
				  struct csp_flood_rule *rule)
{
	lockdep_assert_held(&rules->lock);
	hash_del_rcu(&rule->node);
	list_del_rcu(&rule->list);
	WRITE_ONCE(rules->n, rules->n - 1);
	WRITE_ONCE(rules->genid, rules->genid + 1);
	kfree_rcu(rule, rcu);
}

/**
 * csp_flood_rule_add() - say what is a flood of a listener
 * @cn:     namespace
 * @key:    transport and port of the listener
 * @bound:  what it takes
 * @extack: filled in on refusal; or NULL
 *
 * Context: process; may sleep.
 * Return: 0; -EPROTONOSUPPORT, -EINVAL or -ERANGE: no such transport, port,
 * rate or time; -EEXIST: it has a rule; -ENOSPC: too many rules; or -ENOMEM.
 */
int csp_flood_rule_add(struct csp_net *cn, const struct csp_flood_key *key,
		       const struct csp_flood_bound *bound,
		       struct netlink_ext_ack *extack)
{
	struct csp_flood_rule *rule;
	int err;

	err = csp_flood_rule_check(key, bound, extack);
	if (err)
		return err;
	rule = kzalloc(sizeof(*rule), GFP_KERNEL);
	if (!rule) {
		NL_SET_ERR_MSG(extack, "There is no memory for the rule");
		return -ENOMEM;
	}
	rule->key = *key;
	rule->bound = *bound;
	mutex_lock(&cn->flood_rules->lock);
	err = csp_flood_rule_link(cn, rule, extack);
	mutex_unlock(&cn->flood_rules->lock);
	if (err)
		kfree(rule);
	return err;
}

/**
 * csp_flood_rule_del() - let flood_rate say it again
 * @cn:     namespace
 * @key:    transport and port of the listener
 * @extack: filled in on refusal; or NULL
 *
 * What was asked for because of it stays.
 *
 * Context: process; may sleep.
 * Return: 0, or -ENOENT: there is no such rule.
 */
int csp_flood_rule_del(struct csp_net *cn, const struct csp_flood_key *key,
		       struct netlink_ext_ack *extack)
{
	struct csp_flood_rules *rules = cn->flood_rules;
	struct csp_flood_rule *rule;

	mutex_lock(&rules->lock);
	rule = csp_flood_rule_find(cn, key);
	if (rule)
		csp_flood_rule_unlink(rules, rule);
	mutex_unlock(&rules->lock);
	if (rule)
		return 0;
	NL_SET_ERR_MSG(extack, "This listener has no rule");
	return -ENOENT;
}

/* --- beginning and end, showing --- */

/**
 * csp_flood_rules_walk() - look at all rules
 * @cn:   namespace
 * @skip: how many have been shown; counted on
 * @show: called for each; not 0: ends the walk
 * @data: for @show
 *
 * Context: any.
 * Return: 0 or what @show returned.
 */
int csp_flood_rules_walk(struct csp_net *cn, long *skip,
			 int (*show)(const struct csp_flood_rule *rule,
				     void *data),
			 void *data)
{
	const struct csp_flood_rule *rule;
	long n = 0;
	int err = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(rule, &cn->flood_rules->list, list) {
		if (n++ < *skip)
			continue;
		err = show(rule, data);
		if (err)
			break;
		(*skip)++;
	}
	rcu_read_unlock();
	return err;
}

/**
 * csp_flood_rules_genid() - have they changed?
 * @cn: namespace
 *
 * Context: any.
 * Return: a number that changes whenever they do.
 */
u32 csp_flood_rules_genid(struct csp_net *cn)
{
	return READ_ONCE(cn->flood_rules->genid);
}

/**
 * csp_flood_rules_init() - set up a namespace
 * @cn: namespace
 *
 * Context: process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int csp_flood_rules_init(struct csp_net *cn)
{
	struct csp_flood_rules *rules = kzalloc(sizeof(*rules), GFP_KERNEL);

	if (!rules)
		return -ENOMEM;
	mutex_init(&rules->lock);
	hash_init(rules->by_key);
	INIT_LIST_HEAD(&rules->list);
	cn->flood_rules = rules;
	return 0;
}

/**
 * csp_flood_rules_exit() - delete all rules of a namespace
 * @cn: namespace, in which nothing is received any more
 *
 * Context: process; may sleep.
 */
void csp_flood_rules_exit(struct csp_net *cn)
{
	struct csp_flood_rules *rules = cn->flood_rules;
	struct csp_flood_rule *rule, *tmp;

	mutex_lock(&rules->lock);
	list_for_each_entry_safe(rule, tmp, &rules->list, list)
		csp_flood_rule_unlink(rules, rule);
	mutex_unlock(&rules->lock);
	kfree(rules);
	cn->flood_rules = NULL;
}
