/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/csp_mbox.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_CSP_MBOX_GEN_H
#define _LINUX_CSP_MBOX_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/csp_mbox.h>

extern const struct nla_policy csp_mbox_rule_get_nl_policy[CSP_MBOX_A_RULE_ID + 1];

extern const struct nla_policy csp_mbox_rule_add_nl_policy[CSP_MBOX_A_RULE_TEXT + 1];

extern const struct nla_policy csp_mbox_rule_del_nl_policy[CSP_MBOX_A_RULE_ID + 1];

extern const struct nla_policy csp_mbox_rule_flush_nl_policy[CSP_MBOX_A_RULE_UNSPEC + 1];

extern const struct nla_policy csp_mbox_pinhole_get_nl_policy[CSP_MBOX_A_PINHOLE_CID + 1];

extern const struct nla_policy csp_mbox_pinhole_del_nl_policy[CSP_MBOX_A_PINHOLE_CID + 1];

extern const struct nla_policy csp_mbox_agent_get_nl_policy[CSP_MBOX_A_HOME_HOME + 1];

extern const struct nla_policy csp_mbox_agent_add_nl_policy[CSP_MBOX_A_HOME_GUARD + 1];

extern const struct nla_policy csp_mbox_agent_del_nl_policy[CSP_MBOX_A_HOME_HOME + 1];

extern const struct nla_policy csp_mbox_conf_get_nl_policy[CSP_MBOX_A_CONF_UNSPEC + 1];

extern const struct nla_policy csp_mbox_conf_set_nl_policy[CSP_MBOX_A_CONF_GRANT_TIME + 1];

extern const struct nla_policy csp_mbox_stats_get_nl_policy[CSP_MBOX_A_STATS_UNSPEC + 1];

extern const struct nla_policy csp_mbox_gateway_get_nl_policy[CSP_MBOX_A_GATEWAY_IN_GROUP + 1];

extern const struct nla_policy csp_mbox_gateway_add_nl_policy[CSP_MBOX_A_GATEWAY_EDGE + 1];

extern const struct nla_policy csp_mbox_gateway_del_nl_policy[CSP_MBOX_A_GATEWAY_IN_GROUP + 1];

extern const struct nla_policy csp_mbox_block_get_nl_policy[CSP_MBOX_A_BLOCK_PROTO + 1];

extern const struct nla_policy csp_mbox_block_del_nl_policy[CSP_MBOX_A_BLOCK_PROTO + 1];

extern const struct nla_policy csp_mbox_block_flush_nl_policy[CSP_MBOX_A_BLOCK_UNSPEC + 1];

extern const struct nla_policy csp_mbox_name_get_nl_policy[CSP_MBOX_A_NAME_PORT + 1];

extern const struct nla_policy csp_mbox_name_add_nl_policy[CSP_MBOX_A_NAME_TO_PORT + 1];

extern const struct nla_policy csp_mbox_name_del_nl_policy[CSP_MBOX_A_NAME_PORT + 1];

extern const struct nla_policy csp_mbox_name_flush_nl_policy[CSP_MBOX_A_NAME_UNSPEC + 1];

extern const struct nla_policy csp_mbox_token_new_nl_policy[CSP_MBOX_A_TOKEN_MANY + 1];

extern const struct nla_policy csp_mbox_token_rotate_nl_policy[CSP_MBOX_A_TOKEN_SECRET + 1];

/* Ops table for csp_mbox */
extern const struct genl_ops csp_mbox_nl_ops[24];

int csp_mbox_nl_rule_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_rule_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int csp_mbox_nl_rule_add_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_rule_del_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_rule_flush_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_pinhole_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_pinhole_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int csp_mbox_nl_pinhole_del_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_agent_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_agent_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int csp_mbox_nl_agent_add_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_agent_del_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_conf_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_conf_set_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_gateway_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_gateway_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int csp_mbox_nl_gateway_add_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_gateway_del_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_block_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_block_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int csp_mbox_nl_block_del_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_block_flush_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_name_get_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_name_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int csp_mbox_nl_name_add_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_name_del_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_name_flush_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_token_new_doit(struct sk_buff *skb, struct genl_info *info);
int csp_mbox_nl_token_rotate_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	CSP_MBOX_NLGRP_EVENTS,
};

#endif /* _LINUX_CSP_MBOX_GEN_H */
