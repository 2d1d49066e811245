// SPDX-License-Identifier: GPL-2.0
/*
 * Tokens of an off-path firewall over netlink.
 */
#include "netlink.h"
#include "netlink_gen.h"
#include "token.h"

/* Of the same family as the home address. */
static int csp_box_nl_get_client(struct genl_info *info,
				 struct csp_auth_scope *scope)
{
	const struct nlattr *client = info->attrs[CSP_MBOX_A_TOKEN_CLIENT];
	int err;

	err = csp_box_nl_get_prefix(info, CSP_MBOX_A_TOKEN_CLIENT,
				    CSP_MBOX_A_TOKEN_CLIENT_LEN,
				    &scope->client, &scope->client_len);
	if (err || !client ||
	    nla_len(client) == nla_len(info->attrs[CSP_MBOX_A_TOKEN_HOME]))
		return err;
	NL_SET_ERR_MSG_ATTR(info->extack, client,
			    "Home address and client are of different families");
	return -EINVAL;
}

static int csp_box_nl_get_scope(struct genl_info *info,
				struct csp_auth_scope *scope)
{
	int err;

	if (GENL_REQ_ATTR_CHECK(info, CSP_MBOX_A_TOKEN_HOME) ||
	    GENL_REQ_ATTR_CHECK(info, CSP_MBOX_A_TOKEN_LIFETIME)) {
		GENL_SET_ERR_MSG(info,
				 "A token has a home address and a lifetime");
		return -EINVAL;
	}
	err = csp_nl_get_addr(info->attrs[CSP_MBOX_A_TOKEN_HOME], &scope->home,
			      info->extack) ?:
	      csp_box_nl_get_client(info, scope);
	if (err)
		return err;
	if (info->attrs[CSP_MBOX_A_TOKEN_PROTO])
		scope->proto = nla_get_u8(info->attrs[CSP_MBOX_A_TOKEN_PROTO]);
	if (info->attrs[CSP_MBOX_A_TOKEN_PORT])
		scope->port = htons(nla_get_u16(info->attrs[CSP_MBOX_A_TOKEN_PORT]));
	scope->lifetime = nla_get_u32(info->attrs[CSP_MBOX_A_TOKEN_LIFETIME]);
	scope->many = info->attrs[CSP_MBOX_A_TOKEN_MANY];
	return 0;
}

int csp_mbox_nl_token_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct csp_auth_scope scope = { };
	u8 token[CSP_AUTH_TOKEN_LEN];
	struct sk_buff *reply;
	void *hdr;
	int err;

	err = csp_box_nl_get_scope(info, &scope) ?:
	      csp_auth_new(csp_box_nl_box(info), &scope, token, info->extack);
	if (err)
		return err;
	reply = csp_nl_reply_new(&csp_mbox_nl_family, info,
				 nla_total_size(sizeof(token)), &hdr);
	if (!reply)
		return -ENOMEM;
	err = nla_put(reply, CSP_MBOX_A_TOKEN_TOKEN, sizeof(token), token);
	return csp_nl_reply_send(info, reply, hdr, err);
}

int csp_mbox_nl_token_rotate_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *secret = info->attrs[CSP_MBOX_A_TOKEN_SECRET];

	csp_auth_rotate(csp_box_nl_box(info), secret ? nla_data(secret) : NULL);
	return 0;
}
