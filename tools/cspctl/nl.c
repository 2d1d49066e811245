// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl: requests to the families of generic netlink, their answers and the
 * explanations of what failed.  Nothing in a message is used before it was
 * checked to be there.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/csp_mbox.h>
#include <linux/csp_netlink.h>

#include "nl.h"
#include "nl_io.h"

static const char *module = CSP_GENL_NAME;
static uint16_t family;
static uint32_t events_group;
static uint32_t seq;
static char ext_reason[512];

/* Room for a whole datagram of a dump (the kernel fills up to 32 KiB). */
static union {
	char		buf[65536];
	struct nlmsghdr	align;
} answer;

/* Room for a request: the longest attribute is a path. */
static union {
	char		buf[8192];
	struct nlmsghdr	align;
} request;

/* --- attributes ------------------------------------------------------------------ */

static bool attr_is(const struct nlattr *attr, enum nl_type type)
{
	const char *data = mnl_attr_get_payload(attr);
	size_t len = mnl_attr_get_payload_len(attr);

	switch (type) {
	case NL_IGNORE:
	case NL_BYTES:
		return true;
	case NL_U8:
		return len == 1;
	case NL_U16:
		return len == 2;
	case NL_U32:
		return len == 4;
	case NL_U64:
		return len == 8;
	case NL_STRING:
		return len && data[len - 1] == '\0';
	case NL_FLAG:
		return len == 0;
	case NL_NEST:
		return len == 0 || len >= MNL_ATTR_HDRLEN;
	case NL_ADDR:
		return len == 4 || len == 16;
	case NL_KEY:
		return len == 32;
	}
	return false;
}

static int take_attr(const struct nlattr *attr, const uint8_t *types,
		     unsigned int max, const struct nlattr **tb)
{
	unsigned int type = mnl_attr_get_type(attr);

	/* A newer kernel has more. */
	if (type > max || types[type] == NL_IGNORE)
		return 0;
	if (!attr_is(attr, types[type])) {
		snprintf(ext_reason, sizeof(ext_reason),
			 "malformed answer (attribute %u of %u bytes)", type,
			 mnl_attr_get_payload_len(attr));
		return -EBADMSG;
	}
	tb[type] = attr;
	return 0;
}

int nl_parse(const struct nlmsghdr *nlh, const uint8_t *types, unsigned int max,
	     const struct nlattr **tb)
{
	const struct nlattr *attr;
	int err;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	if (mnl_nlmsg_get_payload_len(nlh) < GENL_HDRLEN)
		return -EBADMSG;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		err = take_attr(attr, types, max, tb);
		if (err)
			return err;
	}
	return 0;
}

int nl_parse_nested(const struct nlattr *nest, const uint8_t *types,
		    unsigned int max, const struct nlattr **tb)
{
	const struct nlattr *attr;
	int err;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	mnl_attr_for_each_nested(attr, nest) {
		err = take_attr(attr, types, max, tb);
		if (err)
			return err;
	}
	return 0;
}

uint8_t nl_u8(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u8(attr) : 0;
}

uint16_t nl_u16(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u16(attr) : 0;
}

uint16_t nl_be16(const struct nlattr *attr)
{
	return ntohs(nl_u16(attr));
}

uint32_t nl_u32(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u32(attr) : 0;
}

uint64_t nl_u64(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u64(attr) : 0;
}

uint64_t nl_be64(const struct nlattr *attr)
{
	return be64toh(nl_u64(attr));
}

const char *nl_string(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_str(attr) : "";
}

void nl_addr(const struct nlattr *attr, struct addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (!attr)
		return;
	addr->len = mnl_attr_get_payload_len(attr);
	memcpy(addr->bytes, mnl_attr_get_payload(attr), addr->len);
}

const char *nl_show_addr(char buf[ADDR_STRLEN], const struct nlattr *attr)
{
	struct addr addr;

	if (!attr)
		return "-";
	nl_addr(attr, &addr);
	return show_addr(buf, &addr);
}

/* --- answers ---------------------------------------------------------------------- */

/* Keep the text that comes with an error, at @offset of the payload. */
static void take_explanation(const struct nlmsghdr *nlh, size_t offset)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    mnl_nlmsg_get_payload_len(nlh) < offset)
		return;
	mnl_attr_for_each(attr, nlh, offset)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    attr_is(attr, NL_STRING))
			clean_text(ext_reason, sizeof(ext_reason),
				   mnl_attr_get_str(attr));
}

/* NLMSG_ERROR, also the acknowledgement: the status of the request. */
static int take_status(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *status = mnl_nlmsg_get_payload(nlh);
	size_t offset = MNL_ALIGN(sizeof(*status));

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*status))
		return -EBADMSG;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED)) {
		if (status->msg.nlmsg_len < sizeof(status->msg) ||
		    status->msg.nlmsg_len > sizeof(request))
			return -EBADMSG;
		offset += MNL_ALIGN(status->msg.nlmsg_len) - MNL_NLMSG_HDRLEN;
	}
	if (status->error)
		take_explanation(nlh, offset);
	/* Some kernels' functions return positive errors by mistake. */
	return status->error > 0 ? -status->error : status->error;
}

/* NLMSG_DONE: the status of a dump. */
static int take_done(const struct nlmsghdr *nlh)
{
	int status;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(status))
		return 0;
	memcpy(&status, mnl_nlmsg_get_payload(nlh), sizeof(status));
	if (status < 0)
		take_explanation(nlh, MNL_ALIGN(sizeof(status)));
	return status < 0 ? status : 0;
}

/* mnl_nlmsg_ok() takes a length above INT_MAX for a negative one. */
static bool message_ok(const struct nlmsghdr *nlh, int len)
{
	return mnl_nlmsg_ok(nlh, len) && nlh->nlmsg_len <= (unsigned int)len;
}

/*
 * Handle the messages of a datagram.  Returns 1 if more datagrams follow,
 * else the status of the request.
 */
static int take_datagram(int len, nl_handler handler, void *data,
			 bool *interrupted)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)answer.buf;
	int err;

	for (; message_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_seq != seq || nlh->nlmsg_pid != nl_io_port())
			continue;	/* of a request given up */
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			*interrupted = true;
		if (nlh->nlmsg_type == NLMSG_ERROR)
			return take_status(nlh);
		if (nlh->nlmsg_type == NLMSG_DONE)
			return take_done(nlh);
		if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
			continue;
		err = handler ? handler(nlh, data) : 0;
		if (err)
			return err;
	}
	return 1;
}

int nl_talk(struct nlmsghdr *nlh, nl_handler handler, void *data)
{
	bool interrupted = false;
	ssize_t len;
	int err;

	ext_reason[0] = '\0';
	nlh->nlmsg_seq = ++seq;
	err = nl_io_send(nlh, nlh->nlmsg_len);
	if (err)
		return err;
	do {
		do {
			len = nl_io_receive(answer.buf, sizeof(answer.buf));
		} while (len == -EINTR);
		if (len < 0)
			return len;
		err = take_datagram(len, handler, data, &interrupted);
	} while (err > 0);
	if (!err && interrupted)
		error("the table changed while it was read: an entry may be missing or shown twice");
	return err;
}

const char *nl_reason(int err)
{
	static char text[sizeof(ext_reason) + 80];
	char hint[64] = "";

	if (err == -EPERM || err == -EACCES)
		snprintf(hint, sizeof(hint), "needs CAP_NET_ADMIN: run as root");
	else if (err == -EOPNOTSUPP)
		snprintf(hint, sizeof(hint),
			 "the %s module that is loaded cannot do it", module);

	if (*ext_reason && *hint)
		snprintf(text, sizeof(text), "%s (%s)", ext_reason, hint);
	else if (*ext_reason || *hint)
		snprintf(text, sizeof(text), "%s", *hint ? hint : ext_reason);
	else
		snprintf(text, sizeof(text), "%s", strerror(-err));
	return text;
}

int nl_talk_or_tell(struct nlmsghdr *nlh, nl_handler handler, void *data,
		    const char *what, ...)
{
	int err = nl_talk(nlh, handler, data);
	char text[256];
	va_list ap;

	if (!err)
		return 0;
	va_start(ap, what);
	vsnprintf(text, sizeof(text), what, ap);
	va_end(ap);
	error("%s: %s", text, nl_reason(err));
	return -1;
}

struct number {
	uint8_t		type;
	uint32_t	*value;
};

static int take_number(const struct nlmsghdr *nlh, void *data)
{
	const struct number *number = data;
	uint8_t types[UINT8_MAX + 1] = { NL_IGNORE };
	const struct nlattr *tb[ARRAY_SIZE(types)];
	int err;

	types[number->type] = NL_U32;
	err = nl_parse(nlh, types, number->type, tb);
	if (!err)
		*number->value = nl_u32(tb[number->type]);
	return err;
}

int nl_talk_number(struct nlmsghdr *nlh, uint8_t type, uint32_t *number,
		   const char *what)
{
	return nl_talk_or_tell(nlh, take_number,
			       &(struct number){ type, number }, "%s", what);
}

/* --- requests ---------------------------------------------------------------------- */

static struct nlmsghdr *new_request(uint16_t type, uint8_t cmd, uint8_t version,
				    uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request.buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | (flags ?: NLM_F_ACK);
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

struct nlmsghdr *nl_request(uint8_t cmd, uint16_t flags)
{
	return new_request(family, cmd, CSP_GENL_VERSION, flags);
}

void nl_put_addr(struct nlmsghdr *nlh, uint16_t type, const struct addr *addr)
{
	mnl_attr_put(nlh, type, addr->len, addr->bytes);
}

int nl_put_prefix(struct nlmsghdr *nlh, uint16_t type, uint16_t len_type,
		  const char *arg)
{
	char *copy = xasprintf("%s", arg), *slash = strchr(copy, '/');
	struct addr addr;
	uint32_t len;
	int err = -1;

	if (slash)
		*slash = '\0';
	if (!parse_addr(copy, &addr) &&
	    (!slash || (!parse_number(slash + 1, &len) && len <= 8u * addr.len))) {
		nl_put_addr(nlh, type, &addr);
		if (slash)
			mnl_attr_put_u8(nlh, len_type, len);
		err = 0;
	}
	free(copy);
	return err;
}

/* --- the family ---------------------------------------------------------------------- */

static int take_group(const struct nlattr *nest)
{
	static const uint8_t types[CTRL_ATTR_MCAST_GRP_MAX + 1] = {
		[CTRL_ATTR_MCAST_GRP_NAME] = NL_STRING,
		[CTRL_ATTR_MCAST_GRP_ID] = NL_U32,
	};
	const struct nlattr *tb[ARRAY_SIZE(types)];
	int err;

	err = nl_parse_nested(nest, types, CTRL_ATTR_MCAST_GRP_MAX, tb);
	if (!err && !strcmp(nl_string(tb[CTRL_ATTR_MCAST_GRP_NAME]),
			    CSP_MCGRP_EVENTS))	/* of both families */
		events_group = nl_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
	return err;
}

static int take_family(const struct nlmsghdr *nlh, void *data)
{
	static const uint8_t types[CTRL_ATTR_MAX + 1] = {
		[CTRL_ATTR_FAMILY_ID] = NL_U16,
		[CTRL_ATTR_MCAST_GROUPS] = NL_NEST,
	};
	const struct nlattr *tb[ARRAY_SIZE(types)], *nest;
	int err;

	(void)data;
	err = nl_parse(nlh, types, CTRL_ATTR_MAX, tb);
	if (err)
		return err;
	family = nl_u16(tb[CTRL_ATTR_FAMILY_ID]);
	if (!tb[CTRL_ATTR_MCAST_GROUPS])
		return 0;
	mnl_attr_for_each_nested(nest, tb[CTRL_ATTR_MCAST_GROUPS]) {
		err = take_group(nest);
		if (err)
			return err;
	}
	return 0;
}

static int open_socket(const char *name, bool events)
{
	struct nlmsghdr *nlh;
	int err;

	module = name;

	err = nl_io_open(events);
	if (err) {
		error("cannot open a netlink socket: %s", strerror(-err));
		return -1;
	}
	nlh = new_request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	err = nl_talk(nlh, take_family, NULL);
	if (err == -ENOENT || (!err && !family)) {
		error("the %s module is not loaded: run `modprobe %s`", name,
		      name);
		return -1;
	}
	if (err) {
		error("cannot find the %s module: %s", name, nl_reason(err));
		return -1;
	}
	return 0;
}

int nl_open(void)
{
	return open_socket(CSP_GENL_NAME, false);
}

int nl_open_box(void)
{
	return open_socket(CSP_MBOX_GENL_NAME, false);
}

/* --- events ----------------------------------------------------------------------------- */

static int open_events(const char *name)
{
	int err;

	if (open_socket(name, true))
		return -1;
	err = events_group ? nl_io_join(events_group) : -ENOENT;
	if (err) {
		ext_reason[0] = '\0';
		error("cannot subscribe to events: %s", nl_reason(err));
		return -1;
	}
	return 0;
}

int nl_open_events(void)
{
	return open_events(CSP_GENL_NAME);
}

int nl_open_box_events(void)
{
	return open_events(CSP_MBOX_GENL_NAME);
}

int nl_events(nl_handler handler, void *data)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)answer.buf;
	ssize_t got;
	int len, err;

	got = nl_io_receive(answer.buf, sizeof(answer.buf));
	if (got < 0)
		return got;
	for (len = got; message_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_type != family)
			continue;
		err = handler(nlh, data);
		if (err)
			return err;
	}
	return 0;
}
