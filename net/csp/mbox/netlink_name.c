// SPDX-License-Identifier: GPL-2.0
/*
 * Names of hosts inside a NAT over netlink.
 */
#include <linux/rculist.h>

#include "name.h"
#include "netlink.h"
#include "netlink_gen.h"

/* --- from attributes --- */

static int csp_nl_get_name(struct genl_info *info, struct csp_name_key *key)
{
	const struct nlattr *name = info->attrs[CSP_MBOX_A_NAME_NAME];
	const struct nlattr *port = info->attrs[CSP_MBOX_A_NAME_PORT];

	memset(key, 0, sizeof(*key));
	if (port)
		key->port = htons(nla_get_u16(port));
	if (name && !csp_name_key_set(key, nla_data(name),
				      strnlen(nla_data(name), nla_len(name)))) {
		NL_SET_ERR_MSG_ATTR(info->extack, name,
				    "A name is of printable ASCII, without space");
		return -EINVAL;
	}
	if (key->name[0] || key->port)
		return 0;
	GENL_SET_ERR_MSG(info, "It takes a name, or a port");
	return -EINVAL;
}

static int csp_nl_get_inside(struct genl_info *info, struct in6_addr *to,
			     __be16 *to_port)
{
	const struct nlattr *addr = info->attrs[CSP_MBOX_A_NAME_TO];
	const struct nlattr *port = info->attrs[CSP_MBOX_A_NAME_TO_PORT];
	int err;

	if (GENL_REQ_ATTR_CHECK(info, CSP_MBOX_A_NAME_TO)) {
		GENL_SET_ERR_MSG(info, "A name is given to an address");
		return -EINVAL;
	}
	err = csp_nl_get_addr(addr, to, info->extack);
	if (err)
		return err;
	if (!csp_box_nl_locator_ok(to)) {
		NL_SET_ERR_MSG_ATTR(info->extack, addr,
				    "Nobody can be sent to this address");
		return -EINVAL;
	}
	*to_port = port ? htons(nla_get_u16(port)) : 0;
	return 0;
}

int csp_mbox_nl_name_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_box *box = csp_box_nl_box(info);
	struct csp_name_key key;
	struct in6_addr to;
	__be16 to_port;
	int err;

	err = csp_nl_get_name(info, &key) ?:
	      csp_nl_get_inside(info, &to, &to_port);
	if (err)
		return err;
	mutex_lock(&box->mutex);
	err = csp_name_add(box, &key, &to, to_port, info->extack);
	mutex_unlock(&box->mutex);
	return err;
}

int csp_mbox_nl_name_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_box *box = csp_box_nl_box(info);
	struct csp_name_key key;
	int err = csp_nl_get_name(info, &key);

	if (err)
		return err;
	mutex_lock(&box->mutex);
	err = csp_name_del(box, &key, info->extack);
	mutex_unlock(&box->mutex);
	return err;
}

int csp_mbox_nl_name_flush_doit(struct sk_buff *skb, struct genl_info *info)
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
	n = csp_names_flush(box);
	mutex_unlock(&box->mutex);
	return csp_nl_reply_send(info, reply, hdr,
				 nla_put_u32(reply, CSP_MBOX_A_NAME_FLUSHED,
					     n));
}

/* --- to attributes --- */

static int csp_nl_put_name(struct sk_buff *skb, const struct csp_name *name)
{
	int err;

	err = csp_nl_put_addr(skb, CSP_MBOX_A_NAME_TO, &name->to) ?:
	      nla_put_u64_64bit(skb, CSP_MBOX_A_NAME_HITS,
				atomic64_read(&name->hits),
				CSP_MBOX_A_NAME_PAD);
	if (!err && name->key.name[0])
		err = nla_put_string(skb, CSP_MBOX_A_NAME_NAME,
				     name->key.name);
	if (!err && name->key.port)
		err = nla_put_u16(skb, CSP_MBOX_A_NAME_PORT,
				  ntohs(name->key.port));
	if (!err && name->to_port)
		err = nla_put_u16(skb, CSP_MBOX_A_NAME_TO_PORT,
				  ntohs(name->to_port));
	return err;
}

/* One of them, with the longest name. */
#define CSP_NL_NAME_SIZE	512

int csp_mbox_nl_name_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_box *box = csp_box_nl_box(info);
	struct csp_name_key key;
	struct csp_name *name;
	struct sk_buff *reply;
	int err;
	void *hdr;

	err = csp_nl_get_name(info, &key);
	if (err)
		return err;
	reply = csp_nl_reply_new(&csp_mbox_nl_family, info, CSP_NL_NAME_SIZE,
				 &hdr);
	if (!reply)
		return -ENOMEM;
	err = -ENOENT;
	rcu_read_lock();
	name = csp_name_find(box, &key);
	if (name)
		err = csp_nl_put_name(reply, name);
	rcu_read_unlock();
	if (err != -ENOENT)
		return csp_nl_reply_send(info, reply, hdr, err);
	nlmsg_free(reply);
	GENL_SET_ERR_MSG(info, "There is no such name");
	return err;
}

static int csp_nl_dump_name(struct sk_buff *skb, struct netlink_callback *cb,
			    const struct csp_name *name)
{
	void *hdr = csp_nl_dump_put(&csp_mbox_nl_family, skb, cb,
				    CSP_MBOX_CMD_NAME_GET);

	if (!hdr)
		return -EMSGSIZE;
	return csp_nl_dump_end(skb, hdr, csp_nl_put_name(skb, name));
}

/* cb->args[0]: names sent; any change makes it inconsistent. */
int csp_mbox_nl_name_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct csp_box *box = csp_box_pernet(sock_net(skb->sk));
	const struct csp_name *name;
	long n = 0;
	int err = 0;

	cb->seq = READ_ONCE(box->genid) + 1;
	rcu_read_lock();
	list_for_each_entry_rcu(name, &box->name_list, list) {
		if (n++ < cb->args[0])
			continue;
		err = csp_nl_dump_name(skb, cb, name);
		if (err)
			break;
		cb->args[0]++;
	}
	rcu_read_unlock();
	return skb->len ?: err;
}
