// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/csp.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/csp_netlink.h>

/* CSP_CMD_FLOW_GET - do */
const struct nla_policy csp_flow_get_nl_policy[CSP_A_FLOW_CID + 1] = {
	[CSP_A_FLOW_CID] = { .type = NLA_U64, },
};

/* CSP_CMD_FLOW_DEL - do */
const struct nla_policy csp_flow_del_nl_policy[CSP_A_FLOW_CID + 1] = {
	[CSP_A_FLOW_CID] = { .type = NLA_U64, },
};

/* CSP_CMD_FLOW_MOVE - do */
const struct nla_policy csp_flow_move_nl_policy[CSP_A_FLOW_IFINDEX + 1] = {
	[CSP_A_FLOW_CID] = { .type = NLA_U64, },
	[CSP_A_FLOW_LADDR] = { .type = NLA_BINARY, },
	[CSP_A_FLOW_RADDR] = { .type = NLA_BINARY, },
	[CSP_A_FLOW_IFINDEX] = { .type = NLA_U32, },
};

/* CSP_CMD_FLOW_CHANGE - do */
const struct nla_policy csp_flow_change_nl_policy[CSP_A_FLOW_PREF + 1] = {
	[CSP_A_FLOW_CID] = { .type = NLA_U64, },
	[CSP_A_FLOW_PREF] = NLA_POLICY_MAX(NLA_U32, 200),
	[CSP_A_FLOW_TIMEOUT] = { .type = NLA_U32, },
};

/* CSP_CMD_CONF_GET - do */
const struct nla_policy csp_conf_get_nl_policy[CSP_A_CONF_UNSPEC + 1] = {
};

/* CSP_CMD_CONF_SET - do */
const struct nla_policy csp_conf_set_nl_policy[CSP_A_CONF_MAX_OLD_PATHS + 1] = {
	[CSP_A_CONF_DEFAULT_MODE] = { .type = NLA_U32, },
	[CSP_A_CONF_FALLBACK] = { .type = NLA_U32, },
	[CSP_A_CONF_UDP_ENCAP] = { .type = NLA_U32, },
	[CSP_A_CONF_UDP_PORT] = { .type = NLA_U32, },
	[CSP_A_CONF_PEER_TTL] = { .type = NLA_U32, },
	[CSP_A_CONF_MAX_FLOWS] = { .type = NLA_U32, },
	[CSP_A_CONF_MAX_EMBRYONIC] = { .type = NLA_U32, },
	[CSP_A_CONF_MAX_PEERS] = { .type = NLA_U32, },
	[CSP_A_CONF_EMBRYONIC_TIMEOUT] = { .type = NLA_U32, },
	[CSP_A_CONF_MOVE_TIMEOUT] = { .type = NLA_U32, },
	[CSP_A_CONF_AUTO_MOVE] = { .type = NLA_U32, },
	[CSP_A_CONF_MULTIHOME] = { .type = NLA_U32, },
	[CSP_A_CONF_PATH_RETRIES] = { .type = NLA_U32, },
	[CSP_A_CONF_KEY_LIFETIME] = { .type = NLA_U32, },
	[CSP_A_CONF_DETACH_DELAY] = { .type = NLA_U32, },
	[CSP_A_CONF_DH_RATE] = { .type = NLA_U32, },
	[CSP_A_CONF_REPLY_RATE] = { .type = NLA_U32, },
	[CSP_A_CONF_BOX_CHECK] = { .type = NLA_U32, },
	[CSP_A_CONF_COOKIES] = { .type = NLA_U32, },
	[CSP_A_CONF_COOKIE_LIFETIME] = { .type = NLA_U32, },
	[CSP_A_CONF_FLOOD_RATE] = { .type = NLA_U32, },
	[CSP_A_CONF_MAX_BLOCKS] = { .type = NLA_U32, },
	[CSP_A_CONF_REGISTER_CHECK] = { .type = NLA_U32, },
	[CSP_A_CONF_MAX_HELD] = { .type = NLA_U32, },
	[CSP_A_CONF_MAX_OLD_PATHS] = { .type = NLA_U32, },
};

/* CSP_CMD_STATS_GET - do */
const struct nla_policy csp_stats_get_nl_policy[CSP_A_STATS_UNSPEC + 1] = {
};

/* CSP_CMD_PEER_GET - do */
const struct nla_policy csp_peer_get_nl_policy[CSP_A_PEER_PORT + 1] = {
	[CSP_A_PEER_FAMILY] = { .type = NLA_U16, },
	[CSP_A_PEER_ADDR] = { .type = NLA_BINARY, },
	[CSP_A_PEER_PROTO] = { .type = NLA_U8, },
	[CSP_A_PEER_PORT] = { .type = NLA_U16, },
};

/* CSP_CMD_PEER_FLUSH - do */
const struct nla_policy csp_peer_flush_nl_policy[CSP_A_PEER_ADDR + 1] = {
	[CSP_A_PEER_FAMILY] = { .type = NLA_U16, },
	[CSP_A_PEER_ADDR] = { .type = NLA_BINARY, },
};

/* CSP_CMD_KEY_GET - do */
const struct nla_policy csp_key_get_nl_policy[CSP_A_KEY_UNSPEC + 1] = {
};

/* CSP_CMD_KEY_ROTATE - do */
const struct nla_policy csp_key_rotate_nl_policy[CSP_A_KEY_UNSPEC + 1] = {
};

/* CSP_CMD_KEY_SET - do */
const struct nla_policy csp_key_set_nl_policy[CSP_A_KEY_PRIVATE + 1] = {
	[CSP_A_KEY_PRIVATE] = NLA_POLICY_EXACT_LEN(32),
};

/* CSP_CMD_REGISTER_GET - do */
const struct nla_policy csp_register_get_nl_policy[CSP_A_REGISTRATION_HOME + 1] = {
	[CSP_A_REGISTRATION_HOME] = { .type = NLA_BINARY, },
};

/* CSP_CMD_REGISTER_ADD - do */
const struct nla_policy csp_register_add_nl_policy[CSP_A_REGISTRATION_HIDDEN + 1] = {
	[CSP_A_REGISTRATION_HOME] = { .type = NLA_BINARY, },
	[CSP_A_REGISTRATION_AGENT] = { .type = NLA_BINARY, },
	[CSP_A_REGISTRATION_KEY] = NLA_POLICY_EXACT_LEN(32),
	[CSP_A_REGISTRATION_LIFETIME] = { .type = NLA_U32, },
	[CSP_A_REGISTRATION_HIDDEN] = { .type = NLA_FLAG, },
};

/* CSP_CMD_REGISTER_DEL - do */
const struct nla_policy csp_register_del_nl_policy[CSP_A_REGISTRATION_HOME + 1] = {
	[CSP_A_REGISTRATION_HOME] = { .type = NLA_BINARY, },
};

/* CSP_CMD_RULE_GET - do */
const struct nla_policy csp_rule_get_nl_policy[CSP_A_RULE_CGROUP + 1] = {
	[CSP_A_RULE_CGROUP] = { .type = NLA_NUL_STRING, .len = 4095, },
};

/* CSP_CMD_RULE_ADD - do */
const struct nla_policy csp_rule_add_nl_policy[CSP_A_RULE_AUTH + 1] = {
	[CSP_A_RULE_CGROUP] = { .type = NLA_NUL_STRING, .len = 4095, },
	[CSP_A_RULE_MODE] = NLA_POLICY_MAX(NLA_U8, 2),
	[CSP_A_RULE_NAME] = { .type = NLA_NUL_STRING, .len = 253, },
	[CSP_A_RULE_AUTH] = { .type = NLA_BINARY, },
};

/* CSP_CMD_RULE_DEL - do */
const struct nla_policy csp_rule_del_nl_policy[CSP_A_RULE_CGROUP + 1] = {
	[CSP_A_RULE_CGROUP] = { .type = NLA_NUL_STRING, .len = 4095, },
};

/* CSP_CMD_BLOCK_GET - do */
const struct nla_policy csp_block_get_nl_policy[CSP_A_BLOCK_PROTO + 1] = {
	[CSP_A_BLOCK_ADDR] = { .type = NLA_BINARY, },
	[CSP_A_BLOCK_LOCAL] = { .type = NLA_BINARY, },
	[CSP_A_BLOCK_PROTO] = { .type = NLA_U8, },
};

/* CSP_CMD_BLOCK_ADD - do */
const struct nla_policy csp_block_add_nl_policy[CSP_A_BLOCK_TIMEOUT + 1] = {
	[CSP_A_BLOCK_ADDR] = { .type = NLA_BINARY, },
	[CSP_A_BLOCK_LOCAL] = { .type = NLA_BINARY, },
	[CSP_A_BLOCK_VIA] = { .type = NLA_BINARY, },
	[CSP_A_BLOCK_PROTO] = { .type = NLA_U8, },
	[CSP_A_BLOCK_TIMEOUT] = { .type = NLA_U32, },
};

/* CSP_CMD_BLOCK_DEL - do */
const struct nla_policy csp_block_del_nl_policy[CSP_A_BLOCK_PROTO + 1] = {
	[CSP_A_BLOCK_ADDR] = { .type = NLA_BINARY, },
	[CSP_A_BLOCK_LOCAL] = { .type = NLA_BINARY, },
	[CSP_A_BLOCK_PROTO] = { .type = NLA_U8, },
};

/* CSP_CMD_FLOOD_GET - do */
const struct nla_policy csp_flood_get_nl_policy[CSP_A_FLOOD_PORT + 1] = {
	[CSP_A_FLOOD_PROTO] = { .type = NLA_U8, },
	[CSP_A_FLOOD_PORT] = { .type = NLA_U16, },
};

/* CSP_CMD_FLOOD_ADD - do */
const struct nla_policy csp_flood_add_nl_policy[CSP_A_FLOOD_TIMEOUT + 1] = {
	[CSP_A_FLOOD_PROTO] = { .type = NLA_U8, },
	[CSP_A_FLOOD_PORT] = { .type = NLA_U16, },
	[CSP_A_FLOOD_RATE] = { .type = NLA_U32, },
	[CSP_A_FLOOD_TIMEOUT] = { .type = NLA_U32, },
};

/* CSP_CMD_FLOOD_DEL - do */
const struct nla_policy csp_flood_del_nl_policy[CSP_A_FLOOD_PORT + 1] = {
	[CSP_A_FLOOD_PROTO] = { .type = NLA_U8, },
	[CSP_A_FLOOD_PORT] = { .type = NLA_U16, },
};

/* Ops table for csp */
const struct genl_ops csp_nl_ops[24] = {
	{
		.cmd		= CSP_CMD_FLOW_GET,
		.doit		= csp_nl_flow_get_doit,
		.dumpit		= csp_nl_flow_get_dumpit,
		.policy		= csp_flow_get_nl_policy,
		.maxattr	= CSP_A_FLOW_CID,
	},
	{
		.cmd		= CSP_CMD_FLOW_DEL,
		.doit		= csp_nl_flow_del_doit,
		.policy		= csp_flow_del_nl_policy,
		.maxattr	= CSP_A_FLOW_CID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_CMD_FLOW_MOVE,
		.doit		= csp_nl_flow_move_doit,
		.policy		= csp_flow_move_nl_policy,
		.maxattr	= CSP_A_FLOW_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_CMD_FLOW_CHANGE,
		.doit		= csp_nl_flow_change_doit,
		.policy		= csp_flow_change_nl_policy,
		.maxattr	= CSP_A_FLOW_PREF,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_CMD_CONF_GET,
		.doit		= csp_nl_conf_get_doit,
		.policy		= csp_conf_get_nl_policy,
		.maxattr	= CSP_A_CONF_UNSPEC,
	},
	{
		.cmd		= CSP_CMD_CONF_SET,
		.doit		= csp_nl_conf_set_doit,
		.policy		= csp_conf_set_nl_policy,
		.maxattr	= CSP_A_CONF_MAX_OLD_PATHS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_CMD_STATS_GET,
		.doit		= csp_nl_stats_get_doit,
		.policy		= csp_stats_get_nl_policy,
		.maxattr	= CSP_A_STATS_UNSPEC,
	},
	{
		.cmd		= CSP_CMD_PEER_GET,
		.doit		= csp_nl_peer_get_doit,
		.dumpit		= csp_nl_peer_get_dumpit,
		.policy		= csp_peer_get_nl_policy,
		.maxattr	= CSP_A_PEER_PORT,
	},
	{
		.cmd		= CSP_CMD_PEER_FLUSH,
		.doit		= csp_nl_peer_flush_doit,
		.policy		= csp_peer_flush_nl_policy,
		.maxattr	= CSP_A_PEER_ADDR,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_CMD_KEY_GET,
		.doit		= csp_nl_key_get_doit,
		.policy		= csp_key_get_nl_policy,
		.maxattr	= CSP_A_KEY_UNSPEC,
	},
	{
		.cmd		= CSP_CMD_KEY_ROTATE,
		.doit		= csp_nl_key_rotate_doit,
		.policy		= csp_key_rotate_nl_policy,
		.maxattr	= CSP_A_KEY_UNSPEC,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_CMD_KEY_SET,
		.doit		= csp_nl_key_set_doit,
		.policy		= csp_key_set_nl_policy,
		.maxattr	= CSP_A_KEY_PRIVATE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_CMD_REGISTER_GET,
		.doit		= csp_nl_register_get_doit,
		.dumpit		= csp_nl_register_get_dumpit,
		.policy		= csp_register_get_nl_policy,
		.maxattr	= CSP_A_REGISTRATION_HOME,
	},
	{
		.cmd		= CSP_CMD_REGISTER_ADD,
		.doit		= csp_nl_register_add_doit,
		.policy		= csp_register_add_nl_policy,
		.maxattr	= CSP_A_REGISTRATION_HIDDEN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_CMD_REGISTER_DEL,
		.doit		= csp_nl_register_del_doit,
		.policy		= csp_register_del_nl_policy,
		.maxattr	= CSP_A_REGISTRATION_HOME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_CMD_RULE_GET,
		.doit		= csp_nl_rule_get_doit,
		.dumpit		= csp_nl_rule_get_dumpit,
		.policy		= csp_rule_get_nl_policy,
		.maxattr	= CSP_A_RULE_CGROUP,
	},
	{
		.cmd		= CSP_CMD_RULE_ADD,
		.doit		= csp_nl_rule_add_doit,
		.policy		= csp_rule_add_nl_policy,
		.maxattr	= CSP_A_RULE_AUTH,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_CMD_RULE_DEL,
		.doit		= csp_nl_rule_del_doit,
		.policy		= csp_rule_del_nl_policy,
		.maxattr	= CSP_A_RULE_CGROUP,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_CMD_BLOCK_GET,
		.doit		= csp_nl_block_get_doit,
		.dumpit		= csp_nl_block_get_dumpit,
		.policy		= csp_block_get_nl_policy,
		.maxattr	= CSP_A_BLOCK_PROTO,
	},
	{
		.cmd		= CSP_CMD_BLOCK_ADD,
		.doit		= csp_nl_block_add_doit,
		.policy		= csp_block_add_nl_policy,
		.maxattr	= CSP_A_BLOCK_TIMEOUT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_CMD_BLOCK_DEL,
		.doit		= csp_nl_block_del_doit,
		.policy		= csp_block_del_nl_policy,
		.maxattr	= CSP_A_BLOCK_PROTO,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_CMD_FLOOD_GET,
		.doit		= csp_nl_flood_get_doit,
		.dumpit		= csp_nl_flood_get_dumpit,
		.policy		= csp_flood_get_nl_policy,
		.maxattr	= CSP_A_FLOOD_PORT,
	},
	{
		.cmd		= CSP_CMD_FLOOD_ADD,
		.doit		= csp_nl_flood_add_doit,
		.policy		= csp_flood_add_nl_policy,
		.maxattr	= CSP_A_FLOOD_TIMEOUT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= CSP_CMD_FLOOD_DEL,
		.doit		= csp_nl_flood_del_doit,
		.policy		= csp_flood_del_nl_policy,
		.maxattr	= CSP_A_FLOOD_PORT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group csp_nl_mcgrps[] = {
	[CSP_NLGRP_EVENTS] = { "events", },
};
