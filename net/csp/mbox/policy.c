// SPDX-License-Identifier: GPL-2.0
/*
 * Rules: what a Setup may open; csp.rst, section "Boxes".
 *
 * They are in order, and the first that matches a Setup decides. Each has a
 * number for commands, which never changes, and one that says where in the
 * order it is. That has gaps, so that a rule can be put between others; where
 * there is no gap left all numbers are dealt anew, and readers are told by
 * csp_box.order_seq to look again. match.c finds the first rule.
 */
#include <linux/netlink.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "conf.h"
#include "netlink.h"
#include "policy.h"

#define CSP_ORDER_GAP	BIT_ULL(24)

/**
 * csp_rule_spec_free() - free what a rule points to
 * @spec: the rule
 *
 * Context: any.
 */
void csp_rule_spec_free(struct csp_rule_spec *spec)
{
	kfree(spec->name);
	kfree(spec->auth);
	kfree(spec->text);
}

static void csp_box_rule_free_rcu(struct rcu_head *rcu)
{
	struct csp_box_rule *rule = container_of(rcu, struct csp_box_rule, rcu);

	csp_rule_spec_free(&rule->spec);
	kfree(rule);
}

/**
 * csp_box_rule_find() - find a rule by its number
 * @box: namespace
 * @id:  the number
 *
 * Context: RCU, or csp_box.mutex held.
 * Return: the rule, or NULL.
 */
struct csp_box_rule *csp_box_rule_find(struct csp_box *box, u32 id)
{
	struct csp_box_rule *rule;

	list_for_each_entry_rcu(rule, &box->rules, list,
				lockdep_is_held(&box->mutex))
		if (rule->id == id)
			return rule;
	return NULL;
}

static void csp_rules_renumber(struct csp_box *box)
{
	struct csp_box_rule *rule;
	u64 order = 0;

	/* A reader in softirq would wait for what it has interrupted. */
	local_bh_disable();
	write_seqcount_begin(&box->order_seq);
	list_for_each_entry(rule, &box->rules, list) {
		order += CSP_ORDER_GAP;
		WRITE_ONCE(rule->order, order);
	}
	write_seqcount_end(&box->order_seq);
	local_bh_enable();
}

static u64 csp_order_of(struct csp_box *box, struct list_head *at)
{
	if (at == &box->rules)
		return 0;
	return list_entry(at, struct csp_box_rule, list)->order;
}

/* A number for a rule that will come before @next. */
static u64 csp_order_before(struct csp_box *box, struct list_head *next)
{
	u64 low = csp_order_of(box, next->prev);
	u64 high;

	if (next == &box->rules)
		return low + CSP_ORDER_GAP;
	high = csp_order_of(box, next);
	if (high - low < 2) {
		csp_rules_renumber(box);
		low = csp_order_of(box, next->prev);
		high = csp_order_of(box, next);
	}
	return low + (high - low) / 2;
}

/* Where a new rule goes: NULL at the end, 0 at the head, or before a rule. */
static struct list_head *csp_rule_place(struct csp_box *box, const u32 *before)
{
	struct csp_box_rule *rule;

	if (!before)
		return &box->rules;
	if (!*before)
		return box->rules.next;
	rule = csp_box_rule_find(box, *before);
	return rule ? &rule->list : NULL;
}

/**
 * csp_box_rule_add() - add a rule
 * @box:    namespace, which takes part from now on
 * @spec:   the rule; what it points to is taken over on success
 * @before: number of the rule that it comes before; 0: at the head; NULL: at
 *          the end
 * @id:     set to its number
 * @extack: filled in on refusal; or NULL
 *
 * Context: process, csp_box.mutex held; may sleep.
 * Return: 0; -ENOSPC: too many; -ENOENT: no rule @before; or another negative
 * errno if memory or hooks cannot be had.
 */
int csp_box_rule_add(struct csp_box *box, struct csp_rule_spec *spec,
		     const u32 *before, u32 *id,
		     struct netlink_ext_ack *extack)
{
	struct list_head *place = csp_rule_place(box, before);
	struct csp_box_rule *rule;
	int err;

	lockdep_assert_held(&box->mutex);
	if (!place) {
		NL_SET_ERR_MSG(extack, "There is no such rule to come before");
		return -ENOENT;
	}
	if (box->n_rules >= CSP_BOX_CONF(box, max_rules)) {
		NL_SET_ERR_MSG(extack,
			       "There are max_rules rules already: no room for more");
		return -ENOSPC;
	}
	rule = kzalloc(sizeof(*rule), GFP_KERNEL);
	if (!rule) {
		NL_SET_ERR_MSG(extack, "There is no memory for the rule");
		return -ENOMEM;
	}
	rule->spec = *spec;
	rule->id = box->last_id + 1;
	rule->order = csp_order_before(box, place);

	err = csp_match_add(box, rule);
	if (err) {
		NL_SET_ERR_MSG(extack, "There is no memory for the rule");
		goto err_free;
	}
	err = csp_box_enable(box, extack);
	if (err)
		goto err_match;
	list_add_tail_rcu(&rule->list, place);
	box->n_rules++;
	csp_box_changed(box);
	box->last_id = rule->id;
	*id = rule->id;
	return 0;

err_match:
	csp_match_del(box, rule);
	/* A Setup may be looking at it. */
	synchronize_rcu();
err_free:
	kfree(rule);
	return err;
}

static void csp_box_rule_unlink(struct csp_box *box, struct csp_box_rule *rule)
{
	csp_match_del(box, rule);
	list_del_rcu(&rule->list);
	box->n_rules--;
	csp_box_changed(box);
	call_rcu(&rule->rcu, csp_box_rule_free_rcu);
}

/**
 * csp_box_rule_del() - delete a rule
 * @box:    namespace
 * @id:     its number
 * @extack: filled in on refusal; or NULL
 *
 * What it admitted stays open.
 *
 * Context: process, csp_box.mutex held.
 * Return: 0, or -ENOENT: there is no such rule.
 */
int csp_box_rule_del(struct csp_box *box, u32 id,
		     struct netlink_ext_ack *extack)
{
	struct csp_box_rule *rule;

	lockdep_assert_held(&box->mutex);
	rule = csp_box_rule_find(box, id);
	if (!rule) {
		NL_SET_ERR_MSG(extack, "There is no such rule");
		return -ENOENT;
	}
	csp_box_rule_unlink(box, rule);
	return 0;
}

/**
 * csp_box_rule_flush() - delete all rules
 * @box: namespace
 *
 * Context: process, csp_box.mutex held.
 * Return: how many there were.
 */
u32 csp_box_rule_flush(struct csp_box *box)
{
	const u32 n = box->n_rules;
	struct csp_box_rule *rule, *next;

	lockdep_assert_held(&box->mutex);
	list_for_each_entry_safe(rule, next, &box->rules, list)
		csp_box_rule_unlink(box, rule);
	return n;
}

/**
 * csp_rules_init() - set up the rules of a namespace
 * @box: namespace
 *
 * Context: process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int csp_rules_init(struct csp_box *box)
{
	INIT_LIST_HEAD(&box->rules);
	seqcount_mutex_init(&box->order_seq, &box->mutex);
	return csp_match_init(box);
}

/**
 * csp_rules_exit() - delete all rules of a namespace
 * @box: namespace, of which no packet comes any more
 *
 * Context: process.
 */
void csp_rules_exit(struct csp_box *box)
{
	mutex_lock(&box->mutex);
	csp_box_rule_flush(box);
	mutex_unlock(&box->mutex);
	csp_match_exit(box);
}
