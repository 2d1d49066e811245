// SPDX-License-Identifier: GPL-2.0
/*
 * What is a flood of a listener, over netlink.
 */
#include "flood.h"
#include "flood_rule.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_int.h"
#include "nlmsg.h"

static int csp_nl_get_listener(struct genl_info *info,
			       struct csp_flood_key *key)
{
	if (GENL_REQ_ATTR_CHECK(info, CSP_A_FLOOD_PROTO) ||
	    GENL_REQ_ATTR_CHECK(info, CSP_A_FLOOD_PORT)) {
		GENL_SET_ERR_MSG(info,
				 "A flood rule is named by transport and port");
		return -EINVAL;
	}
	key->proto = nla_get_u8(info->attrs[CSP_A_FLOOD_PROTO]);
	key->port = nla_get_be16(info->attrs[CSP_A_FLOOD_PORT]);
	return 0;
}

static size_t csp_nl_flood_size(void)
{
	return nla_total_size(sizeof(u8)) + nla_total_size(sizeof(u16)) +
	       2 * nla_total_size(sizeof(u32));
}

static int csp_nl_put_flood(struct sk_buff *skb,
			    const struct csp_flood_rule *rule)
{
	return nla_put_u8(skb, CSP_A_FLOOD_PROTO, rule->key.proto) ?:
	       nla_put_be16(skb, CSP_A_FLOOD_PORT, rule->key.port) ?:
	       nla_put_u32(skb, CSP_A_FLOOD_RATE, rule->bound.rate) ?:
	       nla_put_u32(skb, CSP_A_FLOOD_TIMEOUT, rule->bound.time);
}

int csp_nl_flood_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct csp_flood_rule *rule;
	struct csp_flood_key key;
	struct sk_buff *reply;
	void *hdr;
	int err;

	err = csp_nl_get_listener(info, &key);
	if (err)
		return err;
	reply = csp_nl_reply_new(&csp_nl_family, info, csp_nl_flood_size(),
				 &hdr);
	if (!reply)
		return -ENOMEM;
	err = -ENOENT;
	rcu_read_lock();
	rule = csp_flood_rule_find(csp_nl_net(info), &key);
	if (rule)
		err = csp_nl_put_flood(reply, rule);
	rcu_read_unlock();
	if (err != -ENOENT)
		return csp_nl_reply_send(info, reply, hdr, err);
	nlmsg_free(reply);
	GENL_SET_ERR_MSG(info, "This listener has no rule");
	return err;
}

static int csp_nl_show_flood(const struct csp_flood_rule *rule, void *data)
{
	struct csp_nl_show *show = data;
	void *hdr = csp_nl_dump_put(&csp_nl_family, show->skb, show->cb,
				    CSP_CMD_FLOOD_GET);

	if (!hdr)
		return -EMSGSIZE;
	return csp_nl_dump_end(show->skb, hdr,
			       csp_nl_put_flood(show->skb, rule));
}

/* cb->args[0]: rules sent. */
int csp_nl_flood_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct csp_net *cn = csp_pernet(sock_net(skb->sk));
	struct csp_nl_show show = { .skb = skb, .cb = cb };
	int err;

	cb->seq = csp_flood_rules_genid(cn) + 1;
	err = csp_flood_rules_walk(cn, &cb->args[0], csp_nl_show_flood, &show);
	return skb->len ?: err;
}

int csp_nl_flood_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *time = info->attrs[CSP_A_FLOOD_TIMEOUT];
	struct csp_flood_bound bound;
	struct csp_flood_key key;
	int err;

	err = csp_nl_get_listener(info, &key);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, CSP_A_FLOOD_RATE)) {
		GENL_SET_ERR_MSG(info, "A flood rule gives a rate");
		return -EINVAL;
	}
	bound.rate = nla_get_u32(info->attrs[CSP_A_FLOOD_RATE]);
	bound.time = time ? nla_get_u32(time) : CSP_FLOOD_TIME;
	return csp_flood_rule_add(csp_nl_net(info), &key, &bound, info->extack);
}

int csp_nl_flood_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_flood_key key;
	int err;

	err = csp_nl_get_listener(info, &key);
	return err ?: csp_flood_rule_del(csp_nl_net(info), &key, info->extack);
}
