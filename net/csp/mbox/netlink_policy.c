// SPDX-License-Identifier: GPL-2.0
/*
 * Rules over netlink.
 */
#include <linux/rculist.h>
#include <linux/slab.h>

#include "netlink.h"
#include "netlink_gen.h"
#include "policy.h"

/* Bits of an IPv4 address as v4-mapped that are the same in all. */
#define CSP_V4_BITS	96

/* --- From attributes to a rule --- */

/**
 * csp_box_nl_get_prefix() - read an address and the length of its prefix
 * @info:     request
 * @attr:     attribute of the address
 * @len_attr: attribute of the length in bits; without it, the whole address
 * @addr:     filled in if there is one; IPv4 as v4-mapped
 * @len:      filled in as well: bits of 128
 *
 * Context: process.
 * Return: 0, or -EINVAL as the message says.
 */
int csp_box_nl_get_prefix(struct genl_info *info, int attr, int len_attr,
			  struct in6_addr *addr, u8 *len)
{
	struct in6_addr full;
	u8 bits, most;
	int err;

	if (!info->attrs[attr]) {
		if (!info->attrs[len_attr])
			return 0;
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[len_attr],
				    "A length is given with an address");
		return -EINVAL;
	}
	err = csp_nl_get_addr(info->attrs[attr], &full, info->extack);
	if (err)
		return err;
	most = 8 * nla_len(info->attrs[attr]);
	bits = info->attrs[len_attr] ? nla_get_u8(info->attrs[len_attr]) : most;
	if (bits > most) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[len_attr],
				    "The prefix is longer than the address");
		return -EINVAL;
	}
	*len = most == 32 ? CSP_V4_BITS + bits : bits;
	ipv6_addr_prefix(addr, &full, *len);
	if (ipv6_addr_equal(addr, &full))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr],
			    "The address has bits beyond its prefix");
	return -EINVAL;
}

static void csp_nl_get_if(struct genl_info *info, int name, int group,
			  struct csp_rule_if *rif)
{
	if (info->attrs[name])
		nla_strscpy(rif->name, info->attrs[name], sizeof(rif->name));
	if (info->attrs[group]) {
		rif->zone = true;
		rif->group = nla_get_u32(info->attrs[group]);
	}
}

static int csp_nl_get_ports(struct genl_info *info, int lo, int hi,
			    struct csp_rule_ports *ports)
{
	if (!info->attrs[lo] && !info->attrs[hi])
		return 0;
	if (info->attrs[lo])
		ports->lo = nla_get_u16(info->attrs[lo]);
	ports->hi = info->attrs[hi] ? nla_get_u16(info->attrs[hi]) : ports->lo;
	if (ports->lo && ports->lo <= ports->hi)
		return 0;
	GENL_SET_ERR_MSG(info, "Ports are numbers from 1 on, the lower one first");
	return -EINVAL;
}

static int csp_nl_get_strings(struct genl_info *info,
			      struct csp_rule_spec *spec)
{
	const struct nlattr *name = info->attrs[CSP_MBOX_A_RULE_NAME];
	const struct nlattr *auth = info->attrs[CSP_MBOX_A_RULE_AUTH];
	const struct nlattr *text = info->attrs[CSP_MBOX_A_RULE_TEXT];

	if (auth && (!nla_len(auth) || nla_len(auth) > CSP_AUTH_MAX)) {
		NL_SET_ERR_MSG_ATTR(info->extack, auth,
				    "A token has 1 to 64 bytes");
		return -EINVAL;
	}
	if (name)
		spec->name = nla_strdup(name, GFP_KERNEL);
	if (text)
		spec->text = nla_strdup(text, GFP_KERNEL);
	if (auth) {
		spec->auth = nla_memdup(auth, GFP_KERNEL);
		spec->auth_len = nla_len(auth);
	}
	if ((!name || spec->name) && (!text || spec->text) &&
	    (!auth || spec->auth))
		return 0;
	GENL_SET_ERR_MSG(info, "There is no memory for the rule");
	return -ENOMEM;
}

/**
 * csp_box_nl_locator_ok() - can a host be at an address?
 * @addr: the address; IPv4 as v4-mapped
 *
 * Context: any.
 * Return: whether it can.
 */
bool csp_box_nl_locator_ok(const struct in6_addr *addr)
{
	if (ipv6_addr_v4mapped(addr))
		return !ipv4_is_multicast(addr->s6_addr32[3]) &&
		       !ipv4_is_zeronet(addr->s6_addr32[3]) &&
		       !ipv4_is_lbcast(addr->s6_addr32[3]) &&
		       !ipv4_is_loopback(addr->s6_addr32[3]);
	return !(ipv6_addr_type(addr) & (IPV6_ADDR_MULTICAST |
					 IPV6_ADDR_LINKLOCAL |
					 IPV6_ADDR_LOOPBACK)) &&
	       !ipv6_addr_any(addr);
}

/* csp.rst, section "Redirect": what a locator may be. */
static int csp_nl_get_to(struct genl_info *info, struct csp_rule_spec *spec)
{
	const struct nlattr *to = info->attrs[CSP_MBOX_A_RULE_TO];
	int err;

	if (!to) {
		GENL_SET_ERR_MSG(info, "A redirection needs an address");
		return -EINVAL;
	}
	err = csp_nl_get_addr(to, &spec->to, info->extack);
	if (err)
		return err;
	if (!csp_box_nl_locator_ok(&spec->to)) {
		NL_SET_ERR_MSG_ATTR(info->extack, to,
				    "Nobody can be sent to this address");
		return -EINVAL;
	}
	if (info->attrs[CSP_MBOX_A_RULE_TO_PORT])
		spec->to_port = htons(nla_get_u16(info->attrs[CSP_MBOX_A_RULE_TO_PORT]));
	return 0;
}

static int csp_nl_get_action(struct genl_info *info, struct csp_rule_spec *spec)
{
	if (GENL_REQ_ATTR_CHECK(info, CSP_MBOX_A_RULE_ACTION)) {
		GENL_SET_ERR_MSG(info, "A rule has an action");
		return -EINVAL;
	}
	spec->action = nla_get_u8(info->attrs[CSP_MBOX_A_RULE_ACTION]);
	if (info->attrs[CSP_MBOX_A_RULE_TIMEOUT])
		spec->timeout = nla_get_u32(info->attrs[CSP_MBOX_A_RULE_TIMEOUT]);
	switch (spec->action) {
	case CSP_MBOX_ACTION_REDIRECT:
		return csp_nl_get_to(info, spec);
	case CSP_MBOX_ACTION_ACCEPT:
	case CSP_MBOX_ACTION_ASK_HOST:
	case CSP_MBOX_ACTION_REJECT:
		return 0;
	}
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[CSP_MBOX_A_RULE_ACTION],
			    "There is no such action");
	return -EINVAL;
}

/* Both addresses, if given, are of one family. */
static int csp_nl_check_families(struct genl_info *info)
{
	static const int attrs[] = {
		CSP_MBOX_A_RULE_SRC, CSP_MBOX_A_RULE_DST, CSP_MBOX_A_RULE_TO,
	};
	int i, len = 0;

	for (i = 0; i < ARRAY_SIZE(attrs); i++) {
		const struct nlattr *attr = info->attrs[attrs[i]];

		if (attr && len && nla_len(attr) != len) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr,
					    "The addresses are of different families");
			return -EINVAL;
		}
		if (attr)
			len = nla_len(attr);
	}
	return 0;
}

static void csp_nl_get_key(struct genl_info *info, struct csp_rule_spec *spec)
{
	struct csp_rule_key *key = &spec->key;

	if (info->attrs[CSP_MBOX_A_RULE_PROTO])
		key->proto = nla_get_u8(info->attrs[CSP_MBOX_A_RULE_PROTO]);
	key->shape.proto = key->proto;
	if (spec->dport.hi && spec->dport.lo == spec->dport.hi) {
		key->shape.port = true;
		key->port = htons(spec->dport.lo);
	}
}

static int csp_nl_get_spec(struct genl_info *info, struct csp_rule_spec *spec)
{
	struct csp_rule_key *key = &spec->key;
	int err;

	csp_nl_get_if(info, CSP_MBOX_A_RULE_IN_NAME, CSP_MBOX_A_RULE_IN_GROUP,
		      &spec->in);
	csp_nl_get_if(info, CSP_MBOX_A_RULE_OUT_NAME, CSP_MBOX_A_RULE_OUT_GROUP,
		      &spec->out);
	err = csp_nl_check_families(info) ?:
	      csp_box_nl_get_prefix(info, CSP_MBOX_A_RULE_SRC,
				    CSP_MBOX_A_RULE_SRC_LEN, &key->addr[0],
				    &key->shape.len[0]) ?:
	      csp_box_nl_get_prefix(info, CSP_MBOX_A_RULE_DST,
				    CSP_MBOX_A_RULE_DST_LEN, &key->addr[1],
				    &key->shape.len[1]) ?:
	      csp_nl_get_ports(info, CSP_MBOX_A_RULE_SPORT,
			       CSP_MBOX_A_RULE_SPORT_MAX, &spec->sport) ?:
	      csp_nl_get_ports(info, CSP_MBOX_A_RULE_DPORT,
			       CSP_MBOX_A_RULE_DPORT_MAX, &spec->dport) ?:
	      csp_nl_get_action(info, spec) ?:
	      csp_nl_get_strings(info, spec);
	if (!err)
		csp_nl_get_key(info, spec);
	return err;
}

int csp_mbox_nl_rule_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[CSP_MBOX_A_RULE_BEFORE];
	struct csp_box *box = csp_box_nl_box(info);
	struct csp_rule_spec spec = {};
	u32 before = 0, id = 0;
	struct sk_buff *reply;
	void *hdr;
	int err;

	if (attr)
		before = nla_get_u32(attr);
	err = csp_nl_get_spec(info, &spec);
	if (err)
		goto err_spec;
	/* Before anything is done, so that what is done can be told. */
	reply = csp_nl_reply_new(&csp_mbox_nl_family, info,
				 nla_total_size(sizeof(u32)), &hdr);
	if (!reply) {
		err = -ENOMEM;
		goto err_spec;
	}
	mutex_lock(&box->mutex);
	err = csp_box_rule_add(box, &spec, attr ? &before : NULL, &id,
			       info->extack);
	mutex_unlock(&box->mutex);
	if (err)
		goto err_reply;
	err = nla_put_u32(reply, CSP_MBOX_A_RULE_ID, id);
	return csp_nl_reply_send(info, reply, hdr, err);

err_reply:
	nlmsg_free(reply);
err_spec:
	csp_rule_spec_free(&spec);
	return err;
}

int csp_mbox_nl_rule_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_box *box = csp_box_nl_box(info);
	int err;

	if (GENL_REQ_ATTR_CHECK(info, CSP_MBOX_A_RULE_ID)) {
		GENL_SET_ERR_MSG(info, "A rule is named by its id");
		return -EINVAL;
	}
	mutex_lock(&box->mutex);
	err = csp_box_rule_del(box, nla_get_u32(info->attrs[CSP_MBOX_A_RULE_ID]),
			       info->extack);
	mutex_unlock(&box->mutex);
	return err;
}

int csp_mbox_nl_rule_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_box *box = csp_box_nl_box(info);
	struct sk_buff *reply;
	void *hdr;
	u32 n;

	reply = csp_nl_reply_new(&csp_mbox_nl_family, info,
				 nla_total_size(sizeof(u32)), &hdr);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&box->mutex);
	n = csp_box_rule_flush(box);
	mutex_unlock(&box->mutex);
	return csp_nl_reply_send(info, reply, hdr,
				     nla_put_u32(reply, CSP_MBOX_A_RULE_FLUSHED,
						 n));
}

/* --- From a rule to attributes --- */

static int csp_nl_put_if(struct sk_buff *skb, int name, int group,
			 const struct csp_rule_if *rif)
{
	int err = 0;

	if (rif->name[0])
		err = nla_put_string(skb, name, rif->name);
	if (!err && rif->zone)
		err = nla_put_u32(skb, group, rif->group);
	return err;
}

static int csp_nl_put_prefix(struct sk_buff *skb, int attr, int len_attr,
			     const struct in6_addr *addr, u8 len)
{
	if (!len && ipv6_addr_any(addr))
		return 0;
	return csp_nl_put_addr(skb, attr, addr) ?:
	       nla_put_u8(skb, len_attr, csp_nl_af(addr) == AF_INET ?
			  len - CSP_V4_BITS : len);
}

static int csp_nl_put_ports(struct sk_buff *skb, int lo, int hi,
			    const struct csp_rule_ports *ports)
{
	if (!ports->hi)
		return 0;
	return nla_put_u16(skb, lo, ports->lo) ?:
	       nla_put_u16(skb, hi, ports->hi);
}

static int csp_nl_put_strings(struct sk_buff *skb,
			      const struct csp_rule_spec *spec, bool admin)
{
	int err = 0;

	if (spec->name)
		err = nla_put_string(skb, CSP_MBOX_A_RULE_NAME, spec->name);
	if (!err && spec->text)
		err = nla_put_string(skb, CSP_MBOX_A_RULE_TEXT, spec->text);
	/* A secret: for those who may set it. */
	if (!err && spec->auth && admin)
		err = nla_put(skb, CSP_MBOX_A_RULE_AUTH, spec->auth_len,
			      spec->auth);
	return err;
}

static int csp_nl_put_action(struct sk_buff *skb,
			     const struct csp_rule_spec *spec)
{
	int err = nla_put_u8(skb, CSP_MBOX_A_RULE_ACTION, spec->action);

	if (!err && spec->timeout)
		err = nla_put_u32(skb, CSP_MBOX_A_RULE_TIMEOUT, spec->timeout);
	if (err || spec->action != CSP_MBOX_ACTION_REDIRECT)
		return err;
	err = csp_nl_put_addr(skb, CSP_MBOX_A_RULE_TO, &spec->to);
	if (!err && spec->to_port)
		err = nla_put_u16(skb, CSP_MBOX_A_RULE_TO_PORT,
				  ntohs(spec->to_port));
	return err;
}

/* @admin: whoever asks may change it, too. */
static int csp_nl_put_rule(struct sk_buff *skb, const struct csp_box_rule *rule,
			   bool admin)
{
	const struct csp_rule_spec *spec = &rule->spec;
	const struct csp_rule_key *key = &spec->key;
	int err;

	err = nla_put_u32(skb, CSP_MBOX_A_RULE_ID, rule->id) ?:
	      nla_put_u64_64bit(skb, CSP_MBOX_A_RULE_HITS,
				atomic64_read(&rule->hits),
				CSP_MBOX_A_RULE_PAD) ?:
	      csp_nl_put_if(skb, CSP_MBOX_A_RULE_IN_NAME,
			    CSP_MBOX_A_RULE_IN_GROUP, &spec->in) ?:
	      csp_nl_put_if(skb, CSP_MBOX_A_RULE_OUT_NAME,
			    CSP_MBOX_A_RULE_OUT_GROUP, &spec->out) ?:
	      csp_nl_put_prefix(skb, CSP_MBOX_A_RULE_SRC,
				CSP_MBOX_A_RULE_SRC_LEN, &key->addr[0],
				key->shape.len[0]) ?:
	      csp_nl_put_prefix(skb, CSP_MBOX_A_RULE_DST,
				CSP_MBOX_A_RULE_DST_LEN, &key->addr[1],
				key->shape.len[1]) ?:
	      csp_nl_put_ports(skb, CSP_MBOX_A_RULE_SPORT,
			       CSP_MBOX_A_RULE_SPORT_MAX, &spec->sport) ?:
	      csp_nl_put_ports(skb, CSP_MBOX_A_RULE_DPORT,
			       CSP_MBOX_A_RULE_DPORT_MAX, &spec->dport) ?:
	      csp_nl_put_action(skb, spec) ?:
	      csp_nl_put_strings(skb, spec, admin);
	if (!err && key->proto)
		err = nla_put_u8(skb, CSP_MBOX_A_RULE_PROTO, key->proto);
	return err;
}

/* One rule fits into a page, however long it is. */
#define CSP_NL_RULE_SIZE	1024

int csp_mbox_nl_rule_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_box *box = csp_box_nl_box(info);
	const struct csp_box_rule *rule;
	struct sk_buff *reply;
	int err = -ENOENT;
	void *hdr;

	if (GENL_REQ_ATTR_CHECK(info, CSP_MBOX_A_RULE_ID)) {
		GENL_SET_ERR_MSG(info, "A rule is named by its id");
		return -EINVAL;
	}
	reply = csp_nl_reply_new(&csp_mbox_nl_family, info,
				 CSP_NL_RULE_SIZE, &hdr);
	if (!reply)
		return -ENOMEM;
	rcu_read_lock();
	rule = csp_box_rule_find(box,
				 nla_get_u32(info->attrs[CSP_MBOX_A_RULE_ID]));
	if (rule)
		err = csp_nl_put_rule(reply, rule,
				      netlink_net_capable(skb, CAP_NET_ADMIN));
	rcu_read_unlock();
	if (err != -ENOENT)
		return csp_nl_reply_send(info, reply, hdr, err);
	nlmsg_free(reply);
	GENL_SET_ERR_MSG(info, "There is no such rule");
	return err;
}

static int csp_nl_dump_rule(struct sk_buff *skb, struct netlink_callback *cb,
			    const struct csp_box_rule *rule)
{
	void *hdr = csp_nl_dump_put(&csp_mbox_nl_family, skb, cb,
				    CSP_MBOX_CMD_RULE_GET);

	if (!hdr)
		return -EMSGSIZE;
	return csp_nl_dump_end(skb, hdr,
			       csp_nl_put_rule(skb, rule,
					       netlink_net_capable(cb->skb, CAP_NET_ADMIN)));
}

/* cb->args[0]: rules sent; any change makes it inconsistent. */
int csp_mbox_nl_rule_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct csp_box *box = csp_box_pernet(sock_net(skb->sk));
	const struct csp_box_rule *rule;
	long n = 0;
	int err = 0;

	cb->seq = READ_ONCE(box->genid) + 1;
	rcu_read_lock();
	list_for_each_entry_rcu(rule, &box->rules, list) {
		if (n++ < cb->args[0])
			continue;
		err = csp_nl_dump_rule(skb, cb, rule);
		if (err)
			break;
		cb->args[0]++;
	}
	rcu_read_unlock();
	return skb->len ?: err;
}
