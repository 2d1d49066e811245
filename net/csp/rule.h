/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules that flag the sockets of a cgroup.
 */
#ifndef _NET_CSP_RULE_H
#define _NET_CSP_RULE_H

#include "csp.h"

#define CSP_RULES_MAX	1024
/* So that a rule fits into one netlink message of a page. */
#define CSP_RULE_PATH_MAX	2047

struct netlink_ext_ack;

/**
 * struct csp_rule - flag the sockets of a cgroup and of those below it
 * @list: in csp_net.rules, deepest first; written under csp_net.lock, read
 *        under RCU
 * @rcu:  for kfree_rcu()
 * @cgrp: the cgroup, with a reference
 * @mode: enum csp_mode
 * @path: as it was given
 */
struct csp_rule {
	struct list_head	list;
	struct rcu_head		rcu;
	struct cgroup		*cgrp;
	u8			mode;
	char			path[];
};

int csp_rule_add(struct csp_net *cn, const char *path, u8 mode,
		 struct netlink_ext_ack *extack);
int csp_rule_del(struct csp_net *cn, const char *path,
		 struct netlink_ext_ack *extack);
void csp_rules_exit(struct csp_net *cn);
/* Rule of the cgroup that @path names, or NULL. RCU. */
struct csp_rule *csp_rule_find(struct csp_net *cn, const char *path);
/* Mode that the rules give @sk, or -1: none speaks of it. Any context, RCU. */
int csp_rule_mode(struct csp_net *cn, const struct sock *sk);

#endif /* _NET_CSP_RULE_H */
