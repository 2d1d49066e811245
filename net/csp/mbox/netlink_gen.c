// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/csp_mbox.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/csp_mbox.h>

/* CSP_MBOX_CMD_RULE_GET - do */
const struct nla_policy csp_mbox_rule_get_nl_policy[CSP_MBOX_A_RULE_ID + 1] = {
	[CSP_MBOX_A_RULE_ID] = { .type = NLA_U32, },
};

/* CSP_MBOX_CMD_RULE_ADD - do */
const struct nla_policy csp_mbox_rule_add_nl_policy[CSP_MBOX_A_RULE_TEXT + 1] = {
	[CSP_MBOX_A_RULE_BEFORE] = { .type = NLA_U32, },
	[CSP_MBOX_A_RULE_ACTION] = NLA_POLICY_MAX(NLA_U8, 3),
	[CSP_MBOX_A_RULE_IN_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[CSP_MBOX_A_RULE_IN_GROUP] = { .type = NLA_U32, },
	[CSP_MBOX_A_RULE_OUT_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[CSP_MBOX_A_RULE_OUT_GROUP] = { .type = NLA_U32, },
	[CSP_MBOX_A_RULE_SRC] = { .type = NLA_BINARY, },
	[CSP_MBOX_A_RULE_SRC_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[CSP_MBOX_A_RULE_DST] = { .type = NLA_BINARY, },
	[CSP_MBOX_A_RULE_DST_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[CSP_MBOX_A_RULE_PROTO] = { .type = NLA_U8, },
	[CSP_MBOX_A_RULE_SPORT] = { .type = NLA_U16, },
	[CSP_MBOX_A_RULE_SPORT_MAX] = { .type = NLA_U16, },
	[CSP_MBOX_A_RULE_DPORT] = { .type = NLA_U16, },
	[CSP_MBOX_A_RULE_DPORT_MAX] = { .type = NLA_U16, },
	[CSP_MBOX_A_RULE_NAME] = { .type = NLA_NUL_STRING, .len = 253, },
	[CSP_MBOX_A_RULE_AUTH] = { .type = NLA_BINARY, },
	[CSP_MBOX_A_RULE_TIMEOUT] = { .type = NLA_U32, },
	[CSP_MBOX_A_RULE_TO] = { .type = NLA_BINARY, },
	[CSP_MBOX_A_RULE_TO_PORT] = { .type = NLA_U16, },
	[CSP_MBOX_A_RULE_TEXT] = { .type = NLA_NUL_STRING, .len = 127, },
};

/* CSP_MBOX_CMD_RULE_DEL - do */
const struct nla_policy csp_mbox_rule_del_nl_policy[CSP_MBOX_A_RULE_ID + 1] = {
	[CSP_MBOX_A_RULE_ID] = { .type = NLA_U32, },
};

/* CSP_MBOX_CMD_RULE_FLUSH - do */
const struct nla_policy csp_mbox_rule_flush_nl_policy[CSP_MBOX_A_RULE_UNSPEC + 1] = {
};

/* CSP_MBOX_CMD_PINHOLE_GET - do */
const struct nla_policy csp_mbox_pinhole_get_nl_policy[CSP_MBOX_A_PINHOLE_CID + 1] = {
	[CSP_MBOX_A_PINHOLE_CID] = { .type = NLA_U64, },
};

/* CSP_MBOX_CMD_PINHOLE_DEL - do */
const struct nla_policy csp_mbox_pinhole_del_nl_policy[CSP_MBOX_A_PINHOLE_CID + 1] = {
	[CSP_MBOX_A_PINHOLE_CID] = { .type = NLA_U64, },
};

/* CSP_MBOX_CMD_AGENT_GET - do */
const struct nla_policy csp_mbox_agent_get_nl_policy[CSP_MBOX_A_HOME_HOME + 1] = {
	[CSP_MBOX_A_HOME_HOME] = { .type = NLA_BINARY, },
};

/* CSP_MBOX_CMD_AGENT_ADD - do */
const struct nla_policy csp_mbox_agent_add_nl_policy[CSP_MBOX_A_HOME_GUARD + 1] = {
	[CSP_MBOX_A_HOME_HOME] = { .type = NLA_BINARY, },
	[CSP_MBOX_A_HOME_KEY] = NLA_POLICY_EXACT_LEN(32),
	[CSP_MBOX_A_HOME_LIFETIME] = { .type = NLA_U32, },
	[CSP_MBOX_A_HOME_HIDDEN] = { .type = NLA_FLAG, },
	[CSP_MBOX_A_HOME_GUARD] = { .type = NLA_FLAG, },
};

/* CSP_MBOX_CMD_AGENT_DEL - do */
const struct nla_policy csp_mbox_agent_del_nl_policy[CSP_MBOX_A_HOME_HOME + 1] = {
	[CSP_MBOX_A_HOME_HOME] = { .type = NLA_BINARY, },
};

/* CSP_MBOX_CMD_CONF_GET - do */
const struct nla_policy csp_mbox_conf_get_nl_policy[CSP_MBOX_A_CONF_UNSPEC + 1] = {
};

/* CSP_MBOX_CMD_CONF_SET - do */
const struct nla_policy csp_mbox_conf_set_nl_policy[CSP_MBOX_A_CONF_GRANT_TIME + 1] = {
	[CSP_MBOX_A_CONF_ENABLE] = { .type = NLA_U32, },
	[CSP_MBOX_A_CONF_UDP_TIMEOUT] = { .type = NLA_U32, },
	[CSP_MBOX_A_CONF_TCP_TIMEOUT] = { .type = NLA_U32, },
	[CSP_MBOX_A_CONF_MAX_TIMEOUT] = { .type = NLA_U32, },
	[CSP_MBOX_A_CONF_PROVISIONAL] = { .type = NLA_U32, },
	[CSP_MBOX_A_CONF_LINGER] = { .type = NLA_U32, },
	[CSP_MBOX_A_CONF_MAX_PINHOLES] = { .type = NLA_U32, },
	[CSP_MBOX_A_CONF_MAX_WAITING] = { .type = NLA_U32, },
	[CSP_MBOX_A_CONF_MAX_RULES] = { .type = NLA_U32, },
	[CSP_MBOX_A_CONF_MAX_BLOCKS] = { .type = NLA_U32, },
	[CSP_MBOX_A_CONF_MAX_BLOCK_TIME] = { .type = NLA_U32, },
	[CSP_MBOX_A_CONF_TOKEN_LIFETIME] = { .type = NLA_U32, },
	[CSP_MBOX_A_CONF_COOKIES] = { .type = NLA_U32, },
	[CSP_MBOX_A_CONF_MAX_NAMES] = { .type = NLA_U32, },
	[CSP_MBOX_A_CONF_GRANT_TIME] = { .type = NLA_U32, },
};

/* CSP_MBOX_CMD_STATS_GET - do */
const struct nla_policy csp_mbox_stats_get_nl_policy[CSP_MBOX_A_STATS_UNSPEC + 1] = {
};

/* CSP_MBOX_CMD_GATEWAY_GET - do */
const struct nla_policy csp_mbox_gateway_get_nl_policy[CSP_MBOX_A_GATEWAY_IN_GROUP + 1] = {
	[CSP_MBOX_A_GATEWAY_IN_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[CSP_MBOX_A_GATEWAY_IN_GROUP] = { .type = NLA_U32, },
};

/* CSP_MBOX_CMD_GATEWAY_ADD - do */
const struct nla_policy csp_mbox_gateway_add_nl_policy[CSP_MBOX_A_GATEWAY_EDGE + 1] = {
	[CSP_MBOX_A_GATEWAY_IN_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[CSP_MBOX_A_GATEWAY_IN_GROUP] = { .type = NLA_U32, },
	[CSP_MBOX_A_GATEWAY_EDGE] = { .type = NLA_FLAG, },
};

/* CSP_MBOX_CMD_GATEWAY_DEL - do */
const struct nla_policy csp_mbox_gateway_del_nl_policy[CSP_MBOX_A_GATEWAY_IN_GROUP + 1] = {
	[CSP_MBOX_A_GATEWAY_IN_NAME] = { .type = NLA_NUL_STRING, .len = 15, },
	[CSP_MBOX_A_GATEWAY_IN_GROUP] = { .type = NLA_U32, },
};

/* CSP_MBOX_CMD_BLOCK_GET - do */
const struct nla_policy csp_mbox_block_get_nl_policy[CSP_MBOX_A_BLOCK_PROTO + 1] = {
	[CSP_MBOX_A_BLOCK_SRC] = { .type = NLA_BINARY, },
	[CSP_MBOX_A_BLOCK_DST] = { .type = NLA_BINARY, },
	[CSP_MBOX_A_BLOCK_PROTO] = { .type = NLA_U8, },
};

/* CSP_MBOX_CMD_BLOCK_DEL - do */
const struct nla_policy csp_mbox_block_del_nl_policy[CSP_MBOX_A_BLOCK_PROTO + 1] = {
	[CSP_MBOX_A_BLOCK_SRC] = { .type = NLA_BINARY, },
	[CSP_MBOX_A_BLOCK_DST] = { .type = NLA_BINARY, },
	[CSP_MBOX_A_BLOCK_PROTO] = { .type = NLA_U8, },
};

/* CSP_MBOX_CMD_BLOCK_FLUSH - do */
const struct nla_policy csp_mbox_block_flush_nl_policy[CSP_MBOX_A_BLOCK_UNSPEC + 1] = {
};

/* CSP_MBOX_CMD_NAME_GET - do */
const struct nla_policy csp_mbox_name_get_nl_policy[CSP_MBOX_A_NAME_PORT + 1] = {
	[CSP_MBOX_A_NAME_NAME] = { .type = NLA_NUL_STRING, .len = 253, },
	[CSP_MBOX_A_NAME_PORT] = { .type = NLA_U16, },
};

/* CSP_MBOX_CMD_NAME_ADD - do */
const struct nla_policy csp_mbox_name_add_nl_policy[CSP_MBOX_A_NAME_TO_PORT + 1] = {
	[CSP_MBOX_A_NAME_NAME] = { .type = NLA_NUL_STRING, .len = 253, },
	[CSP_MBOX_A_NAME_PORT] = { .type = NLA_U16, },
	[CSP_MBOX_A_NAME_TO] = { .type = NLA_BINARY, },
	[CSP_MBOX_A_NAME_TO_PORT] = { .type = NLA_U16, },
};

/* CSP_MBOX_CMD_NAME_DEL - do */
const struct nla_policy csp_mbox_name_del_nl_policy[CSP_MBOX_A_NAME_PORT + 1] = {
	[CSP_MBOX_A_NAME_NAME] = { .type = NLA_NUL_STRING, .len = 253, },
	[CSP_MBOX_A_NAME_PORT] = { .type = NLA_U16, },
};

/* CSP_MBOX_CMD_NAME_FLUSH - do */
const struct nla_policy csp_mbox_name_flush_nl_policy[CSP_MBOX_A_NAME_UNSPEC + 1] = {
};

/* CSP_MBOX_CMD_TOKEN_NEW - do */
const struct nla_policy csp_mbox_token_new_nl_policy[CSP_MBOX_A_TOKEN_MANY + 1] = {
	[CSP_MBOX_A_TOKEN_HOME] = { .type = NLA_BINARY, },
	[CSP_MBOX_A_TOKEN_CLIENT] = { .type = NLA_BINARY, },
	[CSP_MBOX_A_TOKEN_CLIENT_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[CSP_MBOX_A_TOKEN_PROTO] = { .type = NLA_U8, },
	[CSP_MBOX_A_TOKEN_PORT] = { .type = NLA_U16, },
	[CSP_MBOX_A_TOKEN_LIFETIME] = { .type = NLA_U32, },
	[CSP_MBOX_A_TOKEN_MANY] = { .type = NLA_FLAG, },
};

/* CSP_MBOX_CMD_TOKEN_ROTATE - do */
const struct nla_policy csp_mbox_token_rotate_nl_policy[CSP_MBOX_A_TOKEN_SECRET + 1] = {
	[CSP_MBOX_A_TOKEN_SECRET] = NLA_POLICY_EXACT_LEN(32),
};

/* Ops table for csp_mbox */
const struct genl_ops csp_mbox_nl_ops[24] = {
	{
		.cmd		= CSP_MBOX_CMD_RULE_GET,
		.doit		= csp_mbox_nl_rule_get_doit,
		.dumpit		= csp_mbox_nl_rule_get_dumpit,
		.policy		= csp_mbox_rule_get_nl_policy,
		.maxattr	= CSP_MBOX_A_RULE_ID,
	},
	{
		.cmd		= CSP_MBOX_CMD_RULE_ADD,
		.doit		= csp_mbox_nl_rule_add_doit,
		.policy		= csp_mbox_rule_add_nl_policy,
		.maxattr	= CSP_MBOX_A_RULE_TEXT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_MBOX_CMD_RULE_DEL,
		.doit		= csp_mbox_nl_rule_del_doit,
		.policy		= csp_mbox_rule_del_nl_policy,
		.maxattr	= CSP_MBOX_A_RULE_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_MBOX_CMD_RULE_FLUSH,
		.doit		= csp_mbox_nl_rule_flush_doit,
		.policy		= csp_mbox_rule_flush_nl_policy,
		.maxattr	= CSP_MBOX_A_RULE_UNSPEC,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_MBOX_CMD_PINHOLE_GET,
		.doit		= csp_mbox_nl_pinhole_get_doit,
		.dumpit		= csp_mbox_nl_pinhole_get_dumpit,
		.policy		= csp_mbox_pinhole_get_nl_policy,
		.maxattr	= CSP_MBOX_A_PINHOLE_CID,
	},
	{
		.cmd		= CSP_MBOX_CMD_PINHOLE_DEL,
		.doit		= csp_mbox_nl_pinhole_del_doit,
		.policy		= csp_mbox_pinhole_del_nl_policy,
		.maxattr	= CSP_MBOX_A_PINHOLE_CID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_MBOX_CMD_AGENT_GET,
		.doit		= csp_mbox_nl_agent_get_doit,
		.dumpit		= csp_mbox_nl_agent_get_dumpit,
		.policy		= csp_mbox_agent_get_nl_policy,
		.maxattr	= CSP_MBOX_A_HOME_HOME,
	},
	{
		.cmd		= CSP_MBOX_CMD_AGENT_ADD,
		.doit		= csp_mbox_nl_agent_add_doit,
		.policy		= csp_mbox_agent_add_nl_policy,
		.maxattr	= CSP_MBOX_A_HOME_GUARD,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_MBOX_CMD_AGENT_DEL,
		.doit		= csp_mbox_nl_agent_del_doit,
		.policy		= csp_mbox_agent_del_nl_policy,
		.maxattr	= CSP_MBOX_A_HOME_HOME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_MBOX_CMD_CONF_GET,
		.doit		= csp_mbox_nl_conf_get_doit,
		.policy		= csp_mbox_conf_get_nl_policy,
		.maxattr	= CSP_MBOX_A_CONF_UNSPEC,
	},
	{
		.cmd		= CSP_MBOX_CMD_CONF_SET,
		.doit		= csp_mbox_nl_conf_set_doit,
		.policy		= csp_mbox_conf_set_nl_policy,
		.maxattr	= CSP_MBOX_A_CONF_GRANT_TIME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_MBOX_CMD_STATS_GET,
		.doit		= csp_mbox_nl_stats_get_doit,
		.policy		= csp_mbox_stats_get_nl_policy,
		.maxattr	= CSP_MBOX_A_STATS_UNSPEC,
	},
	{
		.cmd		= CSP_MBOX_CMD_GATEWAY_GET,
		.doit		= csp_mbox_nl_gateway_get_doit,
		.dumpit		= csp_mbox_nl_gateway_get_dumpit,
		.policy		= csp_mbox_gateway_get_nl_policy,
		.maxattr	= CSP_MBOX_A_GATEWAY_IN_GROUP,
	},
	{
		.cmd		= CSP_MBOX_CMD_GATEWAY_ADD,
		.doit		= csp_mbox_nl_gateway_add_doit,
		.policy		= csp_mbox_gateway_add_nl_policy,
		.maxattr	= CSP_MBOX_A_GATEWAY_EDGE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_MBOX_CMD_GATEWAY_DEL,
		.doit		= csp_mbox_nl_gateway_del_doit,
		.policy		= csp_mbox_gateway_del_nl_policy,
		.maxattr	= CSP_MBOX_A_GATEWAY_IN_GROUP,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_MBOX_CMD_BLOCK_GET,
		.doit		= csp_mbox_nl_block_get_doit,
		.dumpit		= csp_mbox_nl_block_get_dumpit,
		.policy		= csp_mbox_block_get_nl_policy,
		.maxattr	= CSP_MBOX_A_BLOCK_PROTO,
	},
	{
		.cmd		= CSP_MBOX_CMD_BLOCK_DEL,
		.doit		= csp_mbox_nl_block_del_doit,
		.policy		= csp_mbox_block_del_nl_policy,
		.maxattr	= CSP_MBOX_A_BLOCK_PROTO,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_MBOX_CMD_BLOCK_FLUSH,
		.doit		= csp_mbox_nl_block_flush_doit,
		.policy		= csp_mbox_block_flush_nl_policy,
		.maxattr	= CSP_MBOX_A_BLOCK_UNSPEC,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_MBOX_CMD_NAME_GET,
		.doit		= csp_mbox_nl_name_get_doit,
		.dumpit		= csp_mbox_nl_name_get_dumpit,
		.policy		= csp_mbox_name_get_nl_policy,
		.maxattr	= CSP_MBOX_A_NAME_PORT,
	},
	{
		.cmd		= CSP_MBOX_CMD_NAME_ADD,
		.doit		= csp_mbox_nl_name_add_doit,
		.policy		= csp_mbox_name_add_nl_policy,
		.maxattr	= CSP_MBOX_A_NAME_TO_PORT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_MBOX_CMD_NAME_DEL,
		.doit		= csp_mbox_nl_name_del_doit,
		.policy		= csp_mbox_name_del_nl_policy,
		.maxattr	= CSP_MBOX_A_NAME_PORT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_MBOX_CMD_NAME_FLUSH,
		.doit		= csp_mbox_nl_name_flush_doit,
		.policy		= csp_mbox_name_flush_nl_policy,
		.maxattr	= CSP_MBOX_A_NAME_UNSPEC,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_MBOX_CMD_TOKEN_NEW,
		.doit		= csp_mbox_nl_token_new_doit,
		.policy		= csp_mbox_token_new_nl_policy,
		.maxattr	= CSP_MBOX_A_TOKEN_MANY,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_MBOX_CMD_TOKEN_ROTATE,
		.doit		= csp_mbox_nl_token_rotate_doit,
		.policy		= csp_mbox_token_rotate_nl_policy,
		.maxattr	= CSP_MBOX_A_TOKEN_SECRET,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group csp_mbox_nl_mcgrps[] = {
	[CSP_MBOX_NLGRP_EVENTS] = { "events", },
};
