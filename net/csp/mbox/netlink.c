// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "csp_mbox"; Documentation/netlink/specs/csp_mbox.yaml.
 *
 * netlink_gen.c has the table of commands and checks the form of attributes.
 * Here are settings and counters; rules are in netlink_policy.c, pinholes and
 * events in netlink_pinhole.c. Every refusal explains itself in the extended
 * answer (extack).
 */
#include <linux/netlink.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "../compat/genetlink.h"
#include "conf.h"
#include "netlink.h"
#include "netlink_gen.h"

bool csp_box_nl_up;

/* --- Settings --- */

/* Attributes are numbered as the settings are, from 1. */
#define CSP_NL_CONF(id)	((id) + 1)

int csp_mbox_nl_conf_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_box *box = csp_box_nl_box(info);
	struct sk_buff *reply;
	int id, err = 0;
	void *hdr;

	BUILD_BUG_ON(CSP_NL_CONF(__CSP_BOX_CONF_MAX) != __CSP_MBOX_A_CONF_MAX);
	BUILD_BUG_ON(CSP_NL_CONF(CSP_BOX_CONF_enable) !=
		     CSP_MBOX_A_CONF_ENABLE);
	BUILD_BUG_ON(CSP_NL_CONF(CSP_BOX_CONF_max_names) !=
		     CSP_MBOX_A_CONF_MAX_NAMES);

	reply = csp_nl_reply_new(&csp_mbox_nl_family, info, __CSP_BOX_CONF_MAX *
				     nla_total_size(sizeof(u32)), &hdr);
	if (!reply)
		return -ENOMEM;
	for (id = 0; id < __CSP_BOX_CONF_MAX && !err; id++)
		err = nla_put_u32(reply, CSP_NL_CONF(id),
				  csp_box_conf(box, id));
	return csp_nl_reply_send(info, reply, hdr, err);
}

int csp_mbox_nl_conf_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	u32 val[__CSP_BOX_CONF_MAX] = {};
	const struct nlattr *attr;
	u32 which = 0;
	int id, err;

	for (id = 0; id < __CSP_BOX_CONF_MAX; id++) {
		attr = info->attrs[CSP_NL_CONF(id)];
		if (!attr)
			continue;
		val[id] = nla_get_u32(attr);
		which |= BIT(id);
		err = csp_box_conf_check(id, val[id], info->extack);
		if (err) {
			NL_SET_BAD_ATTR(info->extack, attr);
			return err;
		}
	}
	if (!which) {
		GENL_SET_ERR_MSG(info, "No setting is given");
		return -EINVAL;
	}
	return csp_box_conf_store(csp_box_nl_box(info), val, which,
				  info->extack);
}

/* --- Counters --- */

static int csp_box_nl_put_counter(struct sk_buff *skb, struct csp_box *box,
				  enum csp_box_mib id)
{
	const struct csp_mib_desc *desc = &csp_box_mib_desc[id];
	struct nlattr *nest = nla_nest_start(skb, CSP_MBOX_A_STATS_COUNTER);
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = nla_put_string(skb, CSP_MBOX_A_COUNTER_NAME, desc->name) ?:
	      nla_put_u64_64bit(skb, CSP_MBOX_A_COUNTER_VALUE,
				csp_box_mib_read(box, id),
				CSP_MBOX_A_COUNTER_PAD) ?:
	      nla_put_string(skb, CSP_MBOX_A_COUNTER_MEANING, desc->meaning);
	if (!err)
		nla_nest_end(skb, nest);
	return err;
}

static size_t csp_box_nl_stats_size(void)
{
	size_t size = 3 * nla_total_size(sizeof(u32));
	int id;

	for (id = 0; id < __CSP_BOX_MIB_MAX; id++)
		size += nla_total_size(0) +
			nla_total_size(strlen(csp_box_mib_desc[id].name) + 1) +
			nla_total_size_64bit(sizeof(u64)) +
			nla_total_size(strlen(csp_box_mib_desc[id].meaning) + 1);
	return size;
}

int csp_mbox_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_box *box = csp_box_nl_box(info);
	struct sk_buff *reply;
	int id, err = 0;
	void *hdr;

	reply = csp_nl_reply_new(&csp_mbox_nl_family, info,
				 csp_box_nl_stats_size(), &hdr);
	if (!reply)
		return -ENOMEM;
	for (id = 0; id < __CSP_BOX_MIB_MAX && !err; id++)
		err = csp_box_nl_put_counter(reply, box, id);
	err = err ?:
	      nla_put_u32(reply, CSP_MBOX_A_STATS_PINHOLES,
			  atomic_read(&box->n_holes)) ?:
	      nla_put_u32(reply, CSP_MBOX_A_STATS_WAITING,
			  READ_ONCE(box->n_waiting)) ?:
	      nla_put_u32(reply, CSP_MBOX_A_STATS_RULES,
			  READ_ONCE(box->n_rules));
	return csp_nl_reply_send(info, reply, hdr, err);
}

/* --- The family --- */

static const struct genl_multicast_group csp_box_nl_groups[] = {
	[CSP_MBOX_NLGRP_EVENTS] = {
		.name	= CSP_MBOX_MCGRP_EVENTS,
		.flags	= GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family csp_mbox_nl_family __ro_after_init = {
	.name		= CSP_MBOX_GENL_NAME,
	.version	= CSP_MBOX_GENL_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= csp_mbox_nl_ops,
	.n_ops		= ARRAY_SIZE(csp_mbox_nl_ops),
	.mcgrps		= csp_box_nl_groups,
	.n_mcgrps	= ARRAY_SIZE(csp_box_nl_groups),
};

/**
 * csp_box_netlink_init() - offer the family; last of all, for it gives access
 *
 * Context: process; may sleep.
 * Return: 0 or a negative errno.
 */
int __init csp_box_netlink_init(void)
{
	int err = genl_register_family(&csp_mbox_nl_family);

	if (!err)
		WRITE_ONCE(csp_box_nl_up, true);
	return err;
}

/**
 * csp_box_netlink_exit() - take the family away; first of all
 *
 * Context: process; may sleep.
 */
void csp_box_netlink_exit(void)
{
	WRITE_ONCE(csp_box_nl_up, false);
	/* The number of the group may soon be somebody else's. */
	synchronize_net();
	genl_unregister_family(&csp_mbox_nl_family);
}

MODULE_ALIAS_GENL_FAMILY("csp_mbox");
