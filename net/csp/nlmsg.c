// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of generic netlink: what the families of end hosts and boxes have in
 * common, which are answers, dumps and addresses.
 */
#include <linux/netlink.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "compat/genetlink.h"
#include "nlmsg.h"

/**
 * csp_nl_reply_new() - begin the answer to a request
 * @family: whose answer
 * @info:   the request; explained to it if there is no memory
 * @size:   bytes of attributes
 * @hdr:    set to what csp_nl_reply_send() needs
 *
 * Context: process; may sleep.
 * Return: the answer, or NULL.
 */
struct sk_buff *csp_nl_reply_new(const struct genl_family *family,
				 struct genl_info *info, size_t size,
				 void **hdr)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (skb) {
		*hdr = genlmsg_put_reply(skb, info, family, 0,
					 info->genlhdr->cmd);
		if (*hdr)
			return skb;
		nlmsg_free(skb);
	}
	GENL_SET_ERR_MSG(info, "There is no memory for the answer");
	return NULL;
}
EXPORT_SYMBOL_GPL(csp_nl_reply_new);

/**
 * csp_nl_reply_send() - send the answer to a request
 * @info: the request
 * @skb:  the answer; consumed
 * @hdr:  from csp_nl_reply_new()
 * @err:  0, or what an attribute got that did not fit
 *
 * Context: process; may sleep.
 * Return: 0 or a negative errno, @err if that is one.
 */
int csp_nl_reply_send(struct genl_info *info, struct sk_buff *skb, void *hdr,
		      int err)
{
	if (err) {
		nlmsg_free(skb);
		GENL_SET_ERR_MSG(info, "The answer does not fit into a message");
		return err;
	}
	genlmsg_end(skb, hdr);
	return genlmsg_reply(skb, info);
}
EXPORT_SYMBOL_GPL(csp_nl_reply_send);

/**
 * csp_nl_dump_put() - begin the next entry of a dump
 * @family: whose dump
 * @skb:    message
 * @cb:     the dump
 * @cmd:    command of @family
 *
 * Context: any.
 * Return: what csp_nl_dump_end() needs, or NULL: it is full.
 */
void *csp_nl_dump_put(const struct genl_family *family, struct sk_buff *skb,
		      struct netlink_callback *cb, u8 cmd)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, family, NLM_F_MULTI,
				cmd);

	if (hdr)
		genl_dump_check_consistent(cb, hdr);
	return hdr;
}
EXPORT_SYMBOL_GPL(csp_nl_dump_put);

/**
 * csp_nl_dump_end() - end an entry of a dump, or take it back
 * @skb: the message
 * @hdr: from csp_nl_dump_put()
 * @err: 0, or what an attribute got that did not fit
 *
 * Context: any.
 * Return: 0, or -EMSGSIZE: it begins the next message.
 */
int csp_nl_dump_end(struct sk_buff *skb, void *hdr, int err)
{
	if (err) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}
EXPORT_SYMBOL_GPL(csp_nl_dump_end);

/* --- Addresses: IPv4 as v4-mapped inside, as 4 bytes in attributes --- */

/**
 * csp_nl_put_addr() - put an address into a message
 * @skb:  the message
 * @type: of the attribute
 * @addr: the address
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int csp_nl_put_addr(struct sk_buff *skb, int type, const struct in6_addr *addr)
{
	if (csp_nl_af(addr) == AF_INET)
		return nla_put_in_addr(skb, type, addr->s6_addr32[3]);
	return nla_put_in6_addr(skb, type, addr);
}
EXPORT_SYMBOL_GPL(csp_nl_put_addr);

/**
 * csp_nl_get_addr() - read an address
 * @attr:   the attribute
 * @addr:   filled in
 * @extack: filled in on refusal
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int csp_nl_get_addr(const struct nlattr *attr, struct in6_addr *addr,
		    struct netlink_ext_ack *extack)
{
	switch (nla_len(attr)) {
	case sizeof(struct in_addr):
		ipv6_addr_set_v4mapped(nla_get_in_addr(attr), addr);
		return 0;
	case sizeof(struct in6_addr):
		*addr = nla_get_in6_addr(attr);
		if (!ipv6_addr_v4mapped(addr))
			return 0;
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "An IPv4 address is given in 4 bytes");
		return -EINVAL;
	}
	NL_SET_ERR_MSG_ATTR(extack, attr, "An address has 4 or 16 bytes");
	return -EINVAL;
}
EXPORT_SYMBOL_GPL(csp_nl_get_addr);
