/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/csp.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_CSP_GEN_H
#define _LINUX_CSP_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/csp_netlink.h>

extern const struct nla_policy csp_flow_get_nl_policy[CSP_A_FLOW_CID + 1];

extern const struct nla_policy csp_flow_del_nl_policy[CSP_A_FLOW_CID + 1];

extern const struct nla_policy csp_flow_move_nl_policy[CSP_A_FLOW_IFINDEX + 1];

extern const struct nla_policy csp_flow_change_nl_policy[CSP_A_FLOW_PREF + 1];

extern const struct nla_policy csp_conf_get_nl_policy[CSP_A_CONF_UNSPEC + 1];

extern const struct nla_policy csp_conf_set_nl_policy[CSP_A_CONF_MAX_OLD_PATHS + 1];

extern const struct nla_policy csp_stats_get_nl_policy[CSP_A_STATS_UNSPEC + 1];

extern const struct nla_policy csp_peer_get_nl_policy[CSP_A_PEER_PORT + 1];

extern const struct nla_policy csp_peer_flush_nl_policy[CSP_A_PEER_ADDR + 1];

extern const struct nla_policy csp_key_get_nl_policy[CSP_A_KEY_UNSPEC + 1];

extern const struct nla_policy csp_key_rotate_nl_policy[CSP_A_KEY_UNSPEC + 1];

extern const struct nla_policy csp_key_set_nl_policy[CSP_A_KEY_PRIVATE + 1];

extern const struct nla_policy csp_register_get_nl_policy[CSP_A_REGISTRATION_HOME + 1];

extern const struct nla_policy csp_register_add_nl_policy[CSP_A_REGISTRATION_HIDDEN + 1];

extern const struct nla_policy csp_register_del_nl_policy[CSP_A_REGISTRATION_HOME + 1];

extern const struct nla_policy csp_rule_get_nl_policy[CSP_A_RULE_CGROUP + 1];

extern const struct nla_policy csp_rule_add_nl_policy[CSP_A_RULE_AUTH + 1];

extern const struct nla_policy csp_rule_del_nl_policy[CSP_A_RULE_CGROUP + 1];

extern const struct nla_policy csp_block_get_nl_policy[CSP_A_BLOCK_PROTO + 1];

extern const struct nla_policy csp_block_add_nl_policy[CSP_A_BLOCK_TIMEOUT + 1];

extern const struct nla_policy csp_block_del_nl_policy[CSP_A_BLOCK_PROTO + 1];

extern const struct nla_policy csp_flood_get_nl_policy[CSP_A_FLOOD_PORT + 1];

extern const struct nla_policy csp_flood_add_nl_policy[CSP_A_FLOOD_TIMEOUT + 1];

extern const struct nla_policy csp_flood_del_nl_policy[CSP_A_FLOOD_PORT + 1];

/* Ops table for csp */
extern const struct genl_ops csp_nl_ops[24];

int csp_nl_flow_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_flow_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int csp_nl_flow_del_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_flow_move_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_flow_change_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_conf_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_conf_set_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_peer_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_peer_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int csp_nl_peer_flush_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_key_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_key_rotate_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_key_set_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_register_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_register_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int csp_nl_register_add_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_register_del_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_rule_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_rule_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int csp_nl_rule_add_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_rule_del_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_block_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_block_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int csp_nl_block_add_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_block_del_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_flood_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_flood_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int csp_nl_flood_add_doit(struct sk_buff *skb, struct genl_info *info);
int csp_nl_flood_del_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	CSP_NLGRP_EVENTS,
};

#endif /* _LINUX_CSP_GEN_H */
