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
 * struct csp_rule_spec - what a rule says
 * @path:     of the cgroup
 * @mode:     enum csp_mode
 * @auth_len: bytes of @auth; 0: no token
 * @name_len: bytes of @name; 0: no name
 * @auth:     token of sockets that have none of their own, at most
 *            CSP_AUTH_MAX bytes
 * @name:     and their name, at most CSP_NAME_MAX
 */
struct csp_rule_spec {
	const char	*path;
	u8		mode;
	u8		auth_len;
	u8		name_len;
	const u8	*auth;
	const u8	*name;
};

/**
 * struct csp_rule - flag the sockets of a cgroup and of those below it
 * @list: in csp_net.rules, deepest first; written under csp_net.lock, read
 *        under RCU
 * @rcu:  for kfree_rcu()
 * @cgrp: the cgroup, with a reference
 * @spec: what it says; points into @data
 * @data: path with its NUL, token, name
 */
struct csp_rule {
	struct list_head	list;
	struct rcu_head		rcu;
	struct cgroup		*cgrp;
	struct csp_rule_spec	spec;
	char			data[];
};

int csp_rule_add(struct csp_net *cn, const struct csp_rule_spec *spec,
		 struct netlink_ext_ack *extack);
int csp_rule_del(struct csp_net *cn, const char *path,
		 struct netlink_ext_ack *extack);
void csp_rules_exit(struct csp_net *cn);
/* Rule of the cgroup that @path names, or NULL. RCU. */
struct csp_rule *csp_rule_find(struct csp_net *cn, const char *path);
/* Rule that speaks of @sk, or NULL. Any context, RCU. */
const struct csp_rule *csp_rule_of(struct csp_net *cn, const struct sock *sk);

#endif /* _NET_CSP_RULE_H */
