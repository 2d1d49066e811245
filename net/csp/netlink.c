// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "csp"; Documentation/netlink/specs/csp.yaml.
 *
 * netlink_gen.c has the table of commands and checks the form of attributes;
 * here is what they do. Connections and events are in netlink_flow.c. Commands
 * run in parallel: each object has its own lock. Every refusal explains itself
 * in the extended answer (extack).
 */
#include <linux/netlink.h>
#include <linux/rculist.h>
#include <linux/rhashtable.h>
#include <net/genetlink.h>
#include <net/ipv6.h>
#include <net/netlink.h>

#include "compat/genetlink.h"
#include "conf.h"
#include "key.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_int.h"
#include "peer.h"
#include "relation.h"
#include "rule.h"

bool csp_nl_up;

/* --- Dumps of hash tables --- */

/**
 * struct csp_nl_pos - where a dump goes on
 * @size: of the table, in buckets: whether @slot still means the same; 0: the
 *        dump begins
 * @slot: bucket
 * @skip: entries of it that were sent
 * @done: nothing is left
 */
struct csp_nl_pos {
	unsigned int	size;
	unsigned int	slot;
	unsigned int	skip;
	bool		done;
};

static struct csp_nl_pos *csp_nl_pos(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct csp_nl_pos) > sizeof(cb->ctx));
	return (struct csp_nl_pos *)cb->ctx;
}

/*
 * An iterator is too long to be kept from one message to the next, but it
 * finds its place by bucket and number. If the table was resized meanwhile,
 * the dump starts again, and tells so (NLM_F_DUMP_INTR).
 */
static void csp_nl_walk_start(struct rhashtable *ht,
			      struct rhashtable_iter *iter,
			      struct netlink_callback *cb)
	__acquires(RCU)
{
	struct csp_nl_pos *pos = csp_nl_pos(cb);

	rhashtable_walk_enter(ht, iter);
	rhashtable_walk_start(iter);
	cb->seq = iter->walker.tbl->size;
	if (pos->size == cb->seq) {
		iter->slot = pos->slot;
		iter->skip = pos->skip;
	}
}

/* @full: the entry that the iterator has just passed was not sent. */
static void csp_nl_walk_stop(struct rhashtable_iter *iter,
			     struct netlink_callback *cb, bool full)
	__releases(RCU)
{
	struct csp_nl_pos *pos = csp_nl_pos(cb);

	pos->done = !full;
	if (full) {
		/* Of the table that the walk is in by now. */
		pos->size = iter->walker.tbl->size;
		pos->slot = iter->slot;
		pos->skip = iter->skip - 1;
	}
	rhashtable_walk_stop(iter);
	rhashtable_walk_exit(iter);
}

/**
 * csp_nl_dump() - go on with the dump of a hash table
 * @skb: message to fill
 * @cb:  the dump
 * @ht:  the table
 * @put: puts one entry, under RCU; 0, or -EMSGSIZE if the message is full
 *
 * Context: process; may sleep.
 * Return: as a dumpit callback.
 */
int csp_nl_dump(struct sk_buff *skb, struct netlink_callback *cb,
		struct rhashtable *ht, csp_nl_put_t put)
{
	struct rhashtable_iter iter;
	int err = 0;
	void *obj;

	if (csp_nl_pos(cb)->done)
		return 0;

	csp_nl_walk_start(ht, &iter, cb);
	while (!err && (obj = rhashtable_walk_next(&iter))) {
		/* -EAGAIN: the walk goes on in a resized table. */
		if (!IS_ERR(obj))
			err = put(skb, cb, obj);
	}
	csp_nl_walk_stop(&iter, cb, err);
	return skb->len ?: err;
}

/* --- Settings --- */

/* Attributes are numbered as the settings are, from 1. */
#define CSP_NL_CONF(id)	((id) + 1)

int csp_nl_conf_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_net *cn = csp_nl_net(info);
	struct sk_buff *reply;
	int id, err = 0;
	void *hdr;

	BUILD_BUG_ON(CSP_NL_CONF(__CSP_CONF_MAX) != __CSP_A_CONF_MAX);
	BUILD_BUG_ON(CSP_NL_CONF(CSP_CONF_default_mode) !=
		     CSP_A_CONF_DEFAULT_MODE);
	BUILD_BUG_ON(CSP_NL_CONF(CSP_CONF_register_check) !=
		     CSP_A_CONF_REGISTER_CHECK);

	reply = csp_nl_reply_new(&csp_nl_family, info,
				 __CSP_CONF_MAX * nla_total_size(sizeof(u32)),
				 &hdr);
	if (!reply)
		return -ENOMEM;
	for (id = 0; id < __CSP_CONF_MAX && !err; id++)
		err = nla_put_u32(reply, CSP_NL_CONF(id), csp_conf(cn, id));
	return csp_nl_reply_send(info, reply, hdr, err);
}

int csp_nl_conf_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	u32 val[__CSP_CONF_MAX] = {};
	const struct nlattr *attr;
	u32 which = 0;
	int id, err;

	for (id = 0; id < __CSP_CONF_MAX; id++) {
		attr = info->attrs[CSP_NL_CONF(id)];
		if (!attr)
			continue;
		val[id] = nla_get_u32(attr);
		which |= BIT(id);
		err = csp_conf_check(id, val[id], info->extack);
		if (err) {
			NL_SET_BAD_ATTR(info->extack, attr);
			return err;
		}
	}
	if (!which) {
		GENL_SET_ERR_MSG(info, "No setting is given");
		return -EINVAL;
	}
	return csp_conf_store_many(csp_nl_net(info), val, which, info->extack);
}

/* --- Counters --- */

static int csp_nl_put_counter(struct sk_buff *skb, struct csp_net *cn,
			      enum csp_mib id)
{
	const struct csp_mib_desc *desc = &csp_mib_desc[id];
	struct nlattr *nest = nla_nest_start(skb, CSP_A_STATS_COUNTER);
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = nla_put_string(skb, CSP_A_COUNTER_NAME, desc->name) ?:
	      nla_put_u64_64bit(skb, CSP_A_COUNTER_VALUE,
				csp_mib_read(cn, id), CSP_A_COUNTER_PAD) ?:
	      nla_put_string(skb, CSP_A_COUNTER_MEANING, desc->meaning);
	if (!err)
		nla_nest_end(skb, nest);
	return err;
}

static size_t csp_nl_stats_size(void)
{
	size_t size = 3 * nla_total_size(sizeof(u32));
	int id;

	for (id = 0; id < __CSP_MIB_MAX; id++)
		size += nla_total_size(0) +
			nla_total_size(strlen(csp_mib_desc[id].name) + 1) +
			nla_total_size_64bit(sizeof(u64)) +
			nla_total_size(strlen(csp_mib_desc[id].meaning) + 1);
	return size;
}

int csp_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_net *cn = csp_nl_net(info);
	struct sk_buff *reply;
	int id, err = 0;
	void *hdr;

	reply = csp_nl_reply_new(&csp_nl_family, info,
				 csp_nl_stats_size(), &hdr);
	if (!reply)
		return -ENOMEM;
	for (id = 0; id < __CSP_MIB_MAX && !err; id++)
		err = csp_nl_put_counter(reply, cn, id);
	err = err ?:
	      nla_put_u32(reply, CSP_A_STATS_FLOWS,
			  atomic_read(&cn->n_flows)) ?:
	      nla_put_u32(reply, CSP_A_STATS_EMBRYONIC,
			  atomic_read(&cn->n_embryonic)) ?:
	      nla_put_u32(reply, CSP_A_STATS_PEERS, READ_ONCE(cn->n_peers));
	return csp_nl_reply_send(info, reply, hdr, err);
}

/* --- Peers --- */

static int csp_nl_put_peer(struct sk_buff *skb, const struct csp_peer *peer,
			   u8 verdict)
{
	const struct csp_peer_key *key = &peer->key;
	const unsigned long left = READ_ONCE(peer->expires) - jiffies;
	const u32 rtt = READ_ONCE(peer->srtt_us);
	int err;

	err = nla_put_u16(skb, CSP_A_PEER_FAMILY, csp_nl_af(&key->addr)) ?:
	      csp_nl_put_addr(skb, CSP_A_PEER_ADDR, &key->addr) ?:
	      nla_put_u8(skb, CSP_A_PEER_PROTO, key->proto) ?:
	      nla_put_be16(skb, CSP_A_PEER_PORT, key->port) ?:
	      nla_put_u8(skb, CSP_A_PEER_VERDICT, verdict) ?:
	      nla_put_u32(skb, CSP_A_PEER_RTT, rtt) ?:
	      nla_put_u32(skb, CSP_A_PEER_EXPIRES,
			  (long)left > 0 ? jiffies_to_msecs(left) : 0);
	if (!err && READ_ONCE(peer->udp))
		err = nla_put_flag(skb, CSP_A_PEER_UDP);
	return err;
}

static size_t csp_nl_peer_size(void)
{
	return 2 * nla_total_size(sizeof(u16)) +	/* family, port */
	       nla_total_size(sizeof(struct in6_addr)) +
	       2 * nla_total_size(sizeof(u8)) +		/* proto, verdict */
	       2 * nla_total_size(sizeof(u32)) +	/* expires, rtt */
	       nla_total_size(0);			/* udp */
}

/* Address of a request, and its family if that is given. */
static int csp_nl_get_peer_addr(struct genl_info *info, struct in6_addr *addr)
{
	const struct nlattr *family = info->attrs[CSP_A_PEER_FAMILY];
	const struct nlattr *attr = info->attrs[CSP_A_PEER_ADDR];
	int err;

	if (GENL_REQ_ATTR_CHECK(info, CSP_A_PEER_ADDR)) {
		GENL_SET_ERR_MSG(info, "A peer is named by its address");
		return -EINVAL;
	}
	err = csp_nl_get_addr(attr, addr, info->extack);
	if (err)
		return err;
	if (!family || nla_get_u16(family) == csp_nl_af(addr))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, family,
			    "The address is of another family");
	return -EINVAL;
}

static struct csp_peer *csp_nl_peer(struct genl_info *info)
{
	const struct nlattr *proto = info->attrs[CSP_A_PEER_PROTO];
	const struct nlattr *port = info->attrs[CSP_A_PEER_PORT];
	struct csp_peer *peer;
	struct in6_addr addr;
	int err;

	err = csp_nl_get_peer_addr(info, &addr);
	if (err)
		return ERR_PTR(err);
	peer = csp_peer_get(csp_nl_net(info), &addr,
			    proto ? nla_get_u8(proto) : 0,
			    port ? nla_get_be16(port) : 0, false);
	if (peer && csp_peer_current(peer) != CSP_PEER_VERDICT_UNKNOWN)
		return peer;
	if (peer)
		csp_peer_put(peer);
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[CSP_A_PEER_ADDR],
			    "Nothing is remembered of this peer");
	return ERR_PTR(-ENOENT);
}

int csp_nl_peer_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_peer *peer = csp_nl_peer(info);
	struct sk_buff *reply;
	int err = -ENOMEM;
	void *hdr;

	if (IS_ERR(peer))
		return PTR_ERR(peer);
	reply = csp_nl_reply_new(&csp_nl_family, info,
				 csp_nl_peer_size(), &hdr);
	if (reply) {
		err = csp_nl_put_peer(reply, peer, csp_peer_current(peer));
		err = csp_nl_reply_send(info, reply, hdr, err);
	}
	csp_peer_put(peer);
	return err;
}

static int csp_nl_dump_peer(struct sk_buff *skb, struct netlink_callback *cb,
			    void *obj)
{
	const struct csp_peer *peer = obj;
	u8 verdict = csp_peer_current(peer);
	void *hdr;

	if (verdict == CSP_PEER_VERDICT_UNKNOWN)
		return 0;
	hdr = csp_nl_dump_put(&csp_nl_family, skb, cb, CSP_CMD_PEER_GET);
	if (!hdr)
		return -EMSGSIZE;
	return csp_nl_dump_end(skb, hdr, csp_nl_put_peer(skb, peer, verdict));
}

int csp_nl_peer_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct csp_net *cn = csp_pernet(sock_net(skb->sk));

	return csp_nl_dump(skb, cb, &cn->peers, csp_nl_dump_peer);
}

int csp_nl_peer_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	const bool all = !info->attrs[CSP_A_PEER_ADDR];
	struct in6_addr addr;
	struct sk_buff *reply;
	void *hdr;
	u32 n;
	int err;

	if (all && info->attrs[CSP_A_PEER_FAMILY]) {
		GENL_SET_ERR_MSG(info, "A family is given with an address");
		return -EINVAL;
	}
	if (!all) {
		err = csp_nl_get_peer_addr(info, &addr);
		if (err)
			return err;
	}
	/* Before anything is done, so that what is done can be told. */
	reply = csp_nl_reply_new(&csp_nl_family, info,
				 nla_total_size(sizeof(u32)), &hdr);
	if (!reply)
		return -ENOMEM;
	n = csp_peer_flush(csp_nl_net(info), all ? NULL : &addr);
	err = nla_put_u32(reply, CSP_A_PEER_FLUSHED, n);
	return csp_nl_reply_send(info, reply, hdr, err);
}

/* --- The host key --- */

static int csp_nl_put_key(struct sk_buff *skb, struct csp_net *cn)
{
	struct csp_key *key = csp_key_get_current(cn);
	time64_t age = ktime_get_boottime_seconds() - key->born;
	u8 public[CSP_PUBKEY_LEN];
	int err;

	err = nla_put(skb, CSP_A_KEY_PUBLIC, sizeof(key->public),
		      key->public) ?:
	      nla_put_u32(skb, CSP_A_KEY_AGE, age) ?:
	      nla_put_u32(skb, CSP_A_KEY_GENERATION, key->gen) ?:
	      nla_put_u32(skb, CSP_A_KEY_IN_USE, atomic_read(&cn->n_keys));
	csp_key_put(key);
	if (err || !csp_standing_public(cn, public))
		return err;
	return nla_put(skb, CSP_A_KEY_STANDING, sizeof(public), public);
}

static size_t csp_nl_key_size(void)
{
	return 2 * nla_total_size(CSP_PUBKEY_LEN) + 3 * nla_total_size(sizeof(u32));
}

int csp_nl_key_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *hdr;

	reply = csp_nl_reply_new(&csp_nl_family, info, csp_nl_key_size(), &hdr);
	if (!reply)
		return -ENOMEM;
	return csp_nl_reply_send(info, reply, hdr,
				 csp_nl_put_key(reply, csp_nl_net(info)));
}

int csp_nl_key_rotate_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err = csp_key_rotate(csp_nl_net(info));

	if (err) {
		GENL_SET_ERR_MSG(info, "There is no memory for a new key");
		return err;
	}
	return csp_nl_key_get_doit(skb, info);
}

/* --- Rules --- */

static int csp_nl_put_name(struct sk_buff *skb,
			   const struct csp_rule_spec *spec)
{
	struct nlattr *attr;

	if (!spec->name_len)
		return 0;
	attr = nla_reserve(skb, CSP_A_RULE_NAME, spec->name_len + 1);
	if (!attr)
		return -EMSGSIZE;
	memcpy(nla_data(attr), spec->name, spec->name_len);
	((char *)nla_data(attr))[spec->name_len] = '\0';
	return 0;
}

/* @secrets: who asks may see the token. */
static int csp_nl_put_rule(struct sk_buff *skb, const struct csp_rule *rule,
			   bool secrets)
{
	const struct csp_rule_spec *spec = &rule->spec;
	int err;

	err = nla_put_string(skb, CSP_A_RULE_CGROUP, spec->path) ?:
	      nla_put_u8(skb, CSP_A_RULE_MODE, spec->mode) ?:
	      csp_nl_put_name(skb, spec);
	if (!err && secrets && spec->auth_len)
		err = nla_put(skb, CSP_A_RULE_AUTH, spec->auth_len, spec->auth);
	return err;
}

/* The cgroup that a request is about, or NULL, and then it was refused. */
static const char *csp_nl_cgroup(struct genl_info *info)
{
	if (!GENL_REQ_ATTR_CHECK(info, CSP_A_RULE_CGROUP))
		return nla_data(info->attrs[CSP_A_RULE_CGROUP]);
	GENL_SET_ERR_MSG(info, "A rule is named by its cgroup");
	return NULL;
}

int csp_nl_rule_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const char *path = csp_nl_cgroup(info);
	const struct csp_rule *rule;
	struct sk_buff *reply;
	int err = -ENOENT;
	void *hdr;

	if (!path)
		return -EINVAL;
	reply = csp_nl_reply_new(&csp_nl_family, info,
				 nla_total_size(CSP_RULE_PATH_MAX + 1) +
				 nla_total_size(sizeof(u8)) +
				 nla_total_size(CSP_NAME_MAX + 1) +
				 nla_total_size(CSP_AUTH_MAX), &hdr);
	if (!reply)
		return -ENOMEM;

	rcu_read_lock();
	rule = csp_rule_find(csp_nl_net(info), path);
	if (rule)
		err = csp_nl_put_rule(reply, rule,
				      netlink_net_capable(skb, CAP_NET_ADMIN));
	rcu_read_unlock();
	if (err != -ENOENT)
		return csp_nl_reply_send(info, reply, hdr, err);

	nlmsg_free(reply);
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[CSP_A_RULE_CGROUP],
			    "This cgroup has no rule");
	return err;
}

static int csp_nl_dump_rule(struct sk_buff *skb, struct netlink_callback *cb,
			    const struct csp_rule *rule)
{
	void *hdr = csp_nl_dump_put(&csp_nl_family, skb, cb, CSP_CMD_RULE_GET);

	if (!hdr)
		return -EMSGSIZE;
	return csp_nl_dump_end(skb, hdr,
			       csp_nl_put_rule(skb, rule,
					       netlink_net_capable(cb->skb, CAP_NET_ADMIN)));
}

int csp_nl_rule_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct csp_net *cn = csp_pernet(sock_net(skb->sk));
	struct csp_nl_pos *pos = csp_nl_pos(cb);
	const struct csp_rule *rule;
	unsigned int n = 0;
	int err = 0;

	cb->seq = READ_ONCE(cn->rules_genid) + 1;
	rcu_read_lock();
	list_for_each_entry_rcu(rule, &cn->rules, list) {
		if (n++ < pos->skip)
			continue;
		err = csp_nl_dump_rule(skb, cb, rule);
		if (err)
			break;
		pos->skip++;
	}
	rcu_read_unlock();
	return skb->len ?: err;
}

/* Name and token of a rule to be added. */
static int csp_nl_rule_words(struct genl_info *info, struct csp_rule_spec *spec)
{
	const struct nlattr *name = info->attrs[CSP_A_RULE_NAME];
	const struct nlattr *auth = info->attrs[CSP_A_RULE_AUTH];

	if (name) {
		spec->name = nla_data(name);
		spec->name_len = strnlen(nla_data(name), nla_len(name));
		if (!spec->name_len) {
			NL_SET_ERR_MSG_ATTR(info->extack, name,
					    "The name is empty");
			return -EINVAL;
		}
	}
	if (auth) {
		if (!nla_len(auth) || nla_len(auth) > CSP_AUTH_MAX) {
			NL_SET_ERR_MSG_ATTR(info->extack, auth,
					    "A token has 1 to 64 bytes");
			return -EINVAL;
		}
		spec->auth = nla_data(auth);
		spec->auth_len = nla_len(auth);
	}
	return 0;
}

int csp_nl_rule_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_rule_spec spec = { .path = csp_nl_cgroup(info) };
	int err;

	if (!spec.path)
		return -EINVAL;
	if (GENL_REQ_ATTR_CHECK(info, CSP_A_RULE_MODE)) {
		GENL_SET_ERR_MSG(info, "A rule gives a mode");
		return -EINVAL;
	}
	spec.mode = nla_get_u8(info->attrs[CSP_A_RULE_MODE]);
	err = csp_nl_rule_words(info, &spec);
	return err ?: csp_rule_add(csp_nl_net(info), &spec, info->extack);
}

int csp_nl_rule_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	const char *path = csp_nl_cgroup(info);

	if (!path)
		return -EINVAL;
	return csp_rule_del(csp_nl_net(info), path, info->extack);
}

/* --- The family --- */

static const struct genl_multicast_group csp_nl_groups[] = {
	[CSP_NLGRP_EVENTS] = {
		.name	= CSP_MCGRP_EVENTS,
		.flags	= GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family csp_nl_family __ro_after_init = {
	.name		= CSP_GENL_NAME,
	.version	= CSP_GENL_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= csp_nl_ops,
	.n_ops		= ARRAY_SIZE(csp_nl_ops),
	.mcgrps		= csp_nl_groups,
	.n_mcgrps	= ARRAY_SIZE(csp_nl_groups),
};

/**
 * csp_netlink_init() - offer the family; last of all, for it gives access
 *
 * Context: process; may sleep.
 * Return: 0 or a negative errno.
 */
int __init csp_netlink_init(void)
{
	int err = genl_register_family(&csp_nl_family);

	if (!err)
		WRITE_ONCE(csp_nl_up, true);
	return err;
}

/**
 * csp_netlink_exit() - take the family away; first of all
 *
 * Context: process; may sleep.
 */
void csp_netlink_exit(void)
{
	WRITE_ONCE(csp_nl_up, false);
	/* The number of the group may soon be somebody else's. */
	synchronize_net();
	genl_unregister_family(&csp_nl_family);
}

MODULE_ALIAS_GENL_FAMILY("csp");
