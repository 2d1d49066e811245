// SPDX-License-Identifier: GPL-2.0
/*
 * Registrations and the configured key over netlink.
 */
#include "key.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_int.h"
#include "register.h"

/* --- The configured key --- */

int csp_nl_key_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *private = info->attrs[CSP_A_KEY_PRIVATE];
	struct csp_net *cn = csp_nl_net(info);
	struct csp_key *key;
	int err;

	if (private) {
		err = csp_standing_set(cn, nla_data(private), info->extack);
		if (err)
			return err;
	} else {
		key = csp_standing_get(cn);
		if (!key) {
			GENL_SET_ERR_MSG(info, "There is no memory for a key");
			return -ENOMEM;
		}
		csp_key_put(key);
	}
	return csp_nl_key_get_doit(skb, info);
}

/* --- Registrations --- */

static size_t csp_nl_reg_size(void)
{
	return 3 * nla_total_size(sizeof(struct in6_addr)) +
	       nla_total_size(CSP_PUBKEY_LEN) + nla_total_size(0) +
	       nla_total_size(sizeof(u8)) + nla_total_size(sizeof(u16)) +
	       3 * nla_total_size(sizeof(u32));
}

static int csp_nl_put_granted(struct sk_buff *skb, struct csp_reg *reg)
{
	struct in6_addr loc;
	unsigned long end;
	u32 granted;
	u16 error;
	int err = 0;

	spin_lock_bh(&reg->lock);
	loc = reg->loc;
	granted = reg->granted;
	end = reg->since + msecs_to_jiffies(granted);
	error = reg->error;
	spin_unlock_bh(&reg->lock);
	if (granted)
		err = csp_nl_put_addr(skb, CSP_A_REGISTRATION_LOCATOR, &loc) ?:
		      nla_put_u32(skb, CSP_A_REGISTRATION_GRANTED, granted) ?:
		      nla_put_u32(skb, CSP_A_REGISTRATION_EXPIRES,
				  time_before(jiffies, end) ?
				  jiffies_to_msecs(end - jiffies) : 0);
	if (!err && error)
		err = nla_put_u16(skb, CSP_A_REGISTRATION_ERROR, error);
	return err;
}

static int csp_nl_put_reg(struct sk_buff *skb, struct csp_reg *reg)
{
	int err;

	err = csp_nl_put_addr(skb, CSP_A_REGISTRATION_HOME, &reg->home) ?:
	      csp_nl_put_addr(skb, CSP_A_REGISTRATION_AGENT, &reg->agent) ?:
	      nla_put(skb, CSP_A_REGISTRATION_KEY, sizeof(reg->rel.remote),
		      reg->rel.remote) ?:
	      nla_put_u32(skb, CSP_A_REGISTRATION_LIFETIME, reg->lifetime) ?:
	      nla_put_u8(skb, CSP_A_REGISTRATION_STATE, csp_reg_state(reg));
	if (!err && reg->hidden)
		err = nla_put_flag(skb, CSP_A_REGISTRATION_HIDDEN);
	return err ?: csp_nl_put_granted(skb, reg);
}

static int csp_nl_get_home(struct genl_info *info, struct in6_addr *home)
{
	if (GENL_REQ_ATTR_CHECK(info, CSP_A_REGISTRATION_HOME)) {
		GENL_SET_ERR_MSG(info, "A registration is named by its home address");
		return -EINVAL;
	}
	return csp_nl_get_addr(info->attrs[CSP_A_REGISTRATION_HOME], home,
			       info->extack);
}

int csp_nl_register_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	struct in6_addr home;
	struct csp_reg *reg;
	void *hdr;
	int err;

	err = csp_nl_get_home(info, &home);
	if (err)
		return err;
	reply = csp_nl_reply_new(&csp_nl_family, info, csp_nl_reg_size(), &hdr);
	if (!reply)
		return -ENOMEM;
	err = -ENOENT;
	rcu_read_lock();
	reg = csp_reg_by_home(csp_nl_net(info), &home);
	if (reg)
		err = csp_nl_put_reg(reply, reg);
	rcu_read_unlock();
	if (err != -ENOENT)
		return csp_nl_reply_send(info, reply, hdr, err);
	nlmsg_free(reply);
	GENL_SET_ERR_MSG(info, "This address is not registered");
	return err;
}

static int csp_nl_dump_reg(struct sk_buff *skb, struct netlink_callback *cb,
			   struct csp_reg *reg)
{
	void *hdr = csp_nl_dump_put(&csp_nl_family, skb, cb,
				    CSP_CMD_REGISTER_GET);

	if (!hdr)
		return -EMSGSIZE;
	return csp_nl_dump_end(skb, hdr, csp_nl_put_reg(skb, reg));
}

/* cb->args[0]: registrations sent. */
int csp_nl_register_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct csp_net *cn = csp_pernet(sock_net(skb->sk));
	struct csp_reg *reg;
	long n = 0;
	int err = 0;

	cb->seq = READ_ONCE(cn->regs_genid) + 1;
	rcu_read_lock();
	list_for_each_entry_rcu(reg, &cn->regs, list) {
		if (n++ < cb->args[0])
			continue;
		err = csp_nl_dump_reg(skb, cb, reg);
		if (err)
			break;
		cb->args[0]++;
	}
	rcu_read_unlock();
	return skb->len ?: err;
}

int csp_nl_register_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_reg_spec spec = { };
	int err;

	err = csp_nl_get_home(info, &spec.home);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, CSP_A_REGISTRATION_AGENT) ||
	    GENL_REQ_ATTR_CHECK(info, CSP_A_REGISTRATION_KEY) ||
	    GENL_REQ_ATTR_CHECK(info, CSP_A_REGISTRATION_LIFETIME)) {
		GENL_SET_ERR_MSG(info,
				 "A registration has an agent, its key and a lifetime");
		return -EINVAL;
	}
	err = csp_nl_get_addr(info->attrs[CSP_A_REGISTRATION_AGENT],
			      &spec.agent, info->extack);
	if (err)
		return err;
	memcpy(spec.key, nla_data(info->attrs[CSP_A_REGISTRATION_KEY]),
	       sizeof(spec.key));
	spec.lifetime = nla_get_u32(info->attrs[CSP_A_REGISTRATION_LIFETIME]);
	spec.hidden = info->attrs[CSP_A_REGISTRATION_HIDDEN];
	return csp_reg_add(csp_nl_net(info), &spec, info->extack);
}

int csp_nl_register_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct in6_addr home;
	int err;

	err = csp_nl_get_home(info, &home);
	return err ?: csp_reg_del(csp_nl_net(info), &home, info->extack);
}
