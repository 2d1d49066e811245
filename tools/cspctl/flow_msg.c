// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl: a connection as netlink tells it, from attributes and into JSON.
 */
#include <inttypes.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include <linux/csp_netlink.h>

#include "flow_msg.h"
#include "names.h"

static const uint8_t flow_types[CSP_A_FLOW_MAX + 1] = {
	[CSP_A_FLOW_CID] = NL_U64,
	[CSP_A_FLOW_PEER_CID] = NL_U64,
	[CSP_A_FLOW_PROTO] = NL_U8,
	[CSP_A_FLOW_FAMILY] = NL_U16,
	[CSP_A_FLOW_LADDR] = NL_ADDR,
	[CSP_A_FLOW_RADDR] = NL_ADDR,
	[CSP_A_FLOW_LPORT] = NL_U16,
	[CSP_A_FLOW_RPORT] = NL_U16,
	[CSP_A_FLOW_STATE] = NL_U8,
	[CSP_A_FLOW_FLAGS] = NL_U32,
	[CSP_A_FLOW_MOVES] = NL_U32,
	[CSP_A_FLOW_AGE] = NL_U32,
	[CSP_A_FLOW_HOME_LADDR] = NL_ADDR,
	[CSP_A_FLOW_HOME_RADDR] = NL_ADDR,
	[CSP_A_FLOW_TIMEOUT] = NL_U32,
	[CSP_A_FLOW_ALTERNATIVE] = NL_ADDR,
	[CSP_A_FLOW_EVENT] = NL_U8,
	[CSP_A_FLOW_ERROR] = NL_U16,
	[CSP_A_FLOW_TEXT] = NL_STRING,
	[CSP_A_FLOW_INODE] = NL_U32,
	[CSP_A_FLOW_PREV_CID] = NL_U64,
};

int flow_parse(const struct nlmsghdr *nlh, struct flow *f)
{
	const struct nlattr *tb[ARRAY_SIZE(flow_types)], *attr;
	int err;

	memset(f, 0, sizeof(*f));
	err = nl_parse(nlh, flow_types, CSP_A_FLOW_MAX, tb);
	if (err)
		return err;

	f->cid = nl_be64(tb[CSP_A_FLOW_CID]);
	f->prev_cid = nl_be64(tb[CSP_A_FLOW_PREV_CID]);
	f->peer_cid = nl_be64(tb[CSP_A_FLOW_PEER_CID]);
	f->proto = nl_u8(tb[CSP_A_FLOW_PROTO]);
	f->state = nl_u8(tb[CSP_A_FLOW_STATE]);
	f->flags = nl_u32(tb[CSP_A_FLOW_FLAGS]);
	f->moves = nl_u32(tb[CSP_A_FLOW_MOVES]);
	f->age = nl_u32(tb[CSP_A_FLOW_AGE]);
	f->timeout = nl_u32(tb[CSP_A_FLOW_TIMEOUT]);
	f->inode = nl_u32(tb[CSP_A_FLOW_INODE]);
	nl_addr(tb[CSP_A_FLOW_LADDR], &f->laddr);
	nl_addr(tb[CSP_A_FLOW_RADDR], &f->raddr);
	f->lport = nl_be16(tb[CSP_A_FLOW_LPORT]);
	f->rport = nl_be16(tb[CSP_A_FLOW_RPORT]);
	nl_addr(tb[CSP_A_FLOW_HOME_LADDR], &f->home_laddr);
	nl_addr(tb[CSP_A_FLOW_HOME_RADDR], &f->home_raddr);
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == CSP_A_FLOW_ALTERNATIVE &&
		    f->n_alts < ARRAY_SIZE(f->alts))
			nl_addr(attr, &f->alts[f->n_alts++]);

	f->is_event = tb[CSP_A_FLOW_EVENT];
	f->event = nl_u8(tb[CSP_A_FLOW_EVENT]);
	f->error = nl_u16(tb[CSP_A_FLOW_ERROR]);
	clean_text(f->text, sizeof(f->text), nl_string(tb[CSP_A_FLOW_TEXT]));
	return 0;
}

const char *show_cid(char buf[CID_STRLEN], uint64_t cid)
{
	if (cid)
		snprintf(buf, CID_STRLEN, "%016" PRIx64, cid);
	else
		snprintf(buf, CID_STRLEN, "-");
	return buf;
}

const char *show_flags(char buf[FLAGS_STRLEN], uint32_t flags)
{
	const struct name *flag;
	size_t len = 0;

	snprintf(buf, FLAGS_STRLEN, "-");
	for (flag = flag_names; flag->name; flag++) {
		if (!(flags & flag->value))
			continue;
		len += snprintf(buf + len, FLAGS_STRLEN - len, "%s%s",
				len ? "," : "", flag->name);
		flags &= ~flag->value;
	}
	if (flags)
		snprintf(buf + len, FLAGS_STRLEN - len, "%s%#x",
			 len ? "," : "", flags);
	return buf;
}

/* --- JSON ------------------------------------------------------------------------ */

static void json_cid(struct json_object *obj, const char *key, uint64_t cid)
{
	char hex[CID_STRLEN];

	if (cid)
		json_str(obj, key, show_cid(hex, cid));
}

static void json_addr(struct json_object *obj, const char *key,
		      const struct addr *addr)
{
	char buf[ADDR_STRLEN];

	if (addr->len)
		json_str(obj, key, show_addr(buf, addr));
}

static struct json_object *json_flags(uint32_t flags)
{
	struct json_object *list = json_object_new_array();
	const struct name *flag;

	for (flag = flag_names; flag->name; flag++)
		if (flags & flag->value)
			json_object_array_add(list,
					      json_object_new_string(flag->name));
	return list;
}

struct json_object *flow_json(const struct flow *f)
{
	struct json_object *obj = json_object_new_object(), *alts;
	char buf[ADDR_STRLEN];
	unsigned int i;

	if (f->is_event) {
		json_str(obj, "event", name_of(event_names, f->event));
		if (f->error)
			json_str(obj, "error", name_of(error_names, f->error));
		if (*f->text)
			json_str(obj, "text", f->text);
	}
	json_cid(obj, "cid", f->cid);
	json_cid(obj, "prev_cid", f->prev_cid);
	json_cid(obj, "peer_cid", f->peer_cid);
	json_str(obj, "proto", name_of(proto_names, f->proto));
	json_str(obj, "state", name_of(state_names, f->state));
	json_addr(obj, "laddr", &f->laddr);
	json_num(obj, "lport", f->lport);
	json_addr(obj, "raddr", &f->raddr);
	json_num(obj, "rport", f->rport);
	json_addr(obj, "home_laddr", &f->home_laddr);
	json_addr(obj, "home_raddr", &f->home_raddr);
	json_object_object_add(obj, "flags", json_flags(f->flags));
	json_num(obj, "moves", f->moves);
	json_num(obj, "age_ms", f->age);
	if (f->is_event)
		return obj;

	json_num(obj, "timeout_ms", f->timeout);
	alts = json_object_new_array();
	for (i = 0; i < f->n_alts; i++) {
		show_addr(buf, &f->alts[i]);
		json_object_array_add(alts, json_object_new_string(buf));
	}
	json_object_object_add(obj, "alternatives", alts);
	json_num(obj, "inode", f->inode);
	return obj;
}
