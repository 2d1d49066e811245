// SPDX-License-Identifier: GPL-2.0
/*
 * Rules that flag the sockets of a cgroup.
 *
 * For applications that never heard of CSP: a rule gives a mode to all sockets
 * made in a cgroup of the cgroup2 hierarchy, and in those below it; and, if it
 * has them, a name and a token (opts.c). The rule of the deepest cgroup wins.
 * A rule is about the cgroup that its path named when it was added; when that
 * is removed the rule does nothing, and stays until it is deleted or replaced.
 */
#include <linux/cgroup.h>
#include <linux/netlink.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hook.h"
#include "opts.h"
#include "rule.h"

/* Two slashes are as good as one, and one at the end is as good as none. */
static bool csp_path_same(const char *a, const char *b)
{
	for (;;) {
		while (*a == '/')
			a++;
		while (*b == '/')
			b++;
		if (!*a || !*b)
			return *a == *b;
		while (*a && *a != '/' && *a == *b) {
			a++;
			b++;
		}
		/* The name has to end in both. */
		if ((*a && *a != '/') || (*b && *b != '/'))
			return false;
	}
}

static struct csp_rule *csp_rule_alloc(const struct csp_rule_spec *spec)
{
	const size_t path = strlen(spec->path) + 1;
	struct csp_rule *rule;
	char *data;

	rule = kzalloc(struct_size(rule, data, path + spec->auth_len +
					       spec->name_len), GFP_KERNEL);
	if (!rule)
		return NULL;
	data = rule->data;
	rule->spec = *spec;
	rule->spec.path = memcpy(data, spec->path, path);
	data += path;
	if (spec->auth_len)
		rule->spec.auth = memcpy(data, spec->auth, spec->auth_len);
	data += spec->auth_len;
	if (spec->name_len)
		rule->spec.name = memcpy(data, spec->name, spec->name_len);
	return rule;
}

/* For a rule that is in no list any more. */
static void csp_rule_free(struct csp_rule *rule)
{
	/* A reader may still compare; the cgroup, too, outlives him by RCU. */
	cgroup_put(rule->cgrp);
	kfree_rcu(rule, rcu);
}

static int csp_rule_check(const struct csp_rule_spec *spec,
			  struct netlink_ext_ack *extack)
{
	if (spec->path[0] != '/') {
		NL_SET_ERR_MSG(extack,
			       "The path of a cgroup begins with a slash");
		return -EINVAL;
	}
	if (strlen(spec->path) > CSP_RULE_PATH_MAX) {
		NL_SET_ERR_MSG(extack,
			       "The path of a cgroup has at most 2047 bytes");
		return -ENAMETOOLONG;
	}
	if (spec->mode >= __CSP_MODE_MAX) {
		NL_SET_ERR_MSG(extack,
			       "A mode is 0 (off), 1 (prefer) or 2 (require)");
		return -EINVAL;
	}
	if (!csp_name_valid(spec->name, spec->name_len)) {
		NL_SET_ERR_MSG(extack,
			       "A name is printable ASCII without space");
		return -EINVAL;
	}
	return 0;
}

static int csp_rule_resolve(struct csp_rule *rule,
			    struct netlink_ext_ack *extack)
{
	struct cgroup *cgrp = cgroup_get_from_path(rule->spec.path);

	if (!IS_ERR(cgrp)) {
		rule->cgrp = cgrp;
		return 0;
	}
	NL_SET_ERR_MSG(extack,
		       "There is no such cgroup in the cgroup2 hierarchy");
	return PTR_ERR(cgrp);
}

/**
 * csp_rule_find() - rule of a cgroup
 * @cn:   namespace
 * @path: of the cgroup
 *
 * Context: any, RCU or csp_net.lock.
 * Return: the rule, good as long as the one or the other is held, or NULL.
 */
struct csp_rule *csp_rule_find(struct csp_net *cn, const char *path)
{
	struct csp_rule *rule;

	list_for_each_entry_rcu(rule, &cn->rules, list,
				lockdep_is_held(&cn->lock))
		if (csp_path_same(rule->spec.path, path))
			return rule;
	return NULL;
}

/* Deepest first, so that the first that matches is the one. */
static void csp_rule_insert(struct csp_net *cn, struct csp_rule *new)
	__must_hold(&cn->lock)
{
	struct csp_rule *rule;

	list_for_each_entry(rule, &cn->rules, list)
		if (rule->cgrp->level <= new->cgrp->level)
			break;
	list_add_tail_rcu(&new->list, &rule->list);
	cn->n_rules++;
	WRITE_ONCE(cn->rules_genid, cn->rules_genid + 1);
}

static void csp_rule_unlink(struct csp_net *cn, struct csp_rule *rule)
	__must_hold(&cn->lock)
{
	lockdep_assert_held(&cn->lock);
	list_del_rcu(&rule->list);
	cn->n_rules--;
	WRITE_ONCE(cn->rules_genid, cn->rules_genid + 1);
}

/* @old: one of the same path that was replaced, or NULL. */
static int csp_rule_link(struct csp_net *cn, struct csp_rule *new,
			 struct csp_rule **old, struct netlink_ext_ack *extack)
	__must_hold(&cn->lock)
{
	lockdep_assert_held(&cn->lock);
	*old = csp_rule_find(cn, new->spec.path);
	/* Of a cgroup that was removed and made again the old rule is void. */
	if (*old && (*old)->cgrp == new->cgrp) {
		NL_SET_ERR_MSG(extack, "This cgroup has a rule already");
		return -EEXIST;
	}
	if (!*old && cn->n_rules >= CSP_RULES_MAX) {
		NL_SET_ERR_MSG(extack,
			       "There are 1024 cgroup rules already: no room for more");
		return -ENOSPC;
	}
	if (*old)
		csp_rule_unlink(cn, *old);
	csp_rule_insert(cn, new);
	return 0;
}

static int csp_rule_hook(struct csp_net *cn, u8 mode,
			 struct netlink_ext_ack *extack)
{
	int err = csp_hooks_get(cn, mode);

	if (err)
		NL_SET_ERR_MSG(extack,
			       "The packet hooks that rules need cannot be registered");
	return err;
}

/**
 * csp_rule_add() - flag the sockets of a cgroup
 * @cn:     namespace whose sockets are meant
 * @spec:   what it says; its path is from the root that the caller's cgroup
 *          namespace has
 * @extack: filled in on refusal; or NULL
 *
 * Context: process; may sleep.
 * Return: 0; -EINVAL or -ENAMETOOLONG: not a path, mode or name; -ENOENT or
 * -ENOTDIR: no such cgroup; -EEXIST: it has a rule; -ENOSPC: too many rules; or
 * another negative errno if memory or hooks cannot be had.
 */
int csp_rule_add(struct csp_net *cn, const struct csp_rule_spec *spec,
		 struct netlink_ext_ack *extack)
{
	struct csp_rule *new, *old = NULL;
	int err;

	err = csp_rule_check(spec, extack);
	if (err)
		return err;
	new = csp_rule_alloc(spec);
	if (!new) {
		NL_SET_ERR_MSG(extack, "There is no memory for the rule");
		return -ENOMEM;
	}
	err = csp_rule_resolve(new, extack);
	if (err) {
		kfree(new);
		return err;
	}

	err = csp_rule_hook(cn, spec->mode, extack);
	if (!err) {
		spin_lock_bh(&cn->lock);
		err = csp_rule_link(cn, new, &old, extack);
		spin_unlock_bh(&cn->lock);
	}
	if (err)
		csp_rule_free(new);
	else if (old)
		csp_rule_free(old);
	return err;
}

/**
 * csp_rule_del() - delete the rule of a cgroup
 * @cn:     namespace
 * @path:   of the cgroup, as it was added; the cgroup may be gone
 * @extack: filled in on refusal; or NULL
 *
 * Sockets that were flagged stay so.
 *
 * Context: process.
 * Return: 0, or -ENOENT: there is no such rule.
 */
int csp_rule_del(struct csp_net *cn, const char *path,
		 struct netlink_ext_ack *extack)
{
	struct csp_rule *rule;

	spin_lock_bh(&cn->lock);
	rule = csp_rule_find(cn, path);
	if (rule)
		csp_rule_unlink(cn, rule);
	spin_unlock_bh(&cn->lock);

	if (!rule) {
		NL_SET_ERR_MSG(extack, "This cgroup has no rule");
		return -ENOENT;
	}
	csp_rule_free(rule);
	return 0;
}

/**
 * csp_rule_of() - the rule that speaks of a socket
 * @cn: namespace
 * @sk: a full socket
 *
 * Context: any, RCU.
 * Return: the rule, good as long as RCU is held, or NULL.
 */
const struct csp_rule *csp_rule_of(struct csp_net *cn, const struct sock *sk)
{
	const struct csp_rule *rule;
	struct cgroup *cgrp;

	/* Costs nothing where there are no rules. */
	if (list_empty(&cn->rules))
		return NULL;

	cgrp = sock_cgroup_ptr((struct sock_cgroup_data *)&sk->sk_cgrp_data);
	list_for_each_entry_rcu(rule, &cn->rules, list)
		if (cgroup_is_descendant(cgrp, rule->cgrp))
			return rule;
	return NULL;
}

/**
 * csp_rules_exit() - delete all rules of a namespace
 * @cn: namespace, in which nothing asks for rules any more
 *
 * Context: process.
 */
void csp_rules_exit(struct csp_net *cn)
{
	struct csp_rule *rule, *next;

	list_for_each_entry_safe(rule, next, &cn->rules, list) {
		spin_lock_bh(&cn->lock);
		csp_rule_unlink(cn, rule);
		spin_unlock_bh(&cn->lock);
		csp_rule_free(rule);
	}
}
