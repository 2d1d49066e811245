// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl: the words of a rule, and the attributes that they become.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/csp.h>
#include <linux/csp_mbox.h>

#include "names.h"
#include "rule.h"
#include "token.h"

#define MAX_DEVICE_LEN	15

/* Words not read yet. */
struct words {
	int	argc;
	char	**argv;
};

static const char *next_word(struct words *w)
{
	if (!w->argc)
		return NULL;
	w->argc--;
	return *w->argv++;
}

static bool next_is(struct words *w, const char *word)
{
	if (!w->argc || strcmp(w->argv[0], word))
		return false;
	next_word(w);
	return true;
}

static int lacks(const char *key)
{
	return usage_error(&cmd_rule, "'%s' lacks its value", key);
}

static int is_no(const char *arg, const char *what)
{
	return usage_error(&cmd_rule, "'%s' is no %s", arg, what);
}

/* --- values ------------------------------------------------------------------------ */

static int put_side(struct nlmsghdr *nlh, const char *key, struct words *w)
{
	bool in = !strcmp(key, "in");
	const char *arg = next_word(w);
	uint32_t group;

	if (!arg)
		return lacks(key);
	if (strcmp(arg, "zone")) {
		if (strlen(arg) > MAX_DEVICE_LEN)
			return is_no(arg, "device");
		mnl_attr_put_strz(nlh, in ? CSP_MBOX_A_RULE_IN_NAME :
				  CSP_MBOX_A_RULE_OUT_NAME, arg);
		return EXIT_OK;
	}
	arg = next_word(w);
	if (!arg)
		return lacks("zone");
	if (parse_number(arg, &group))
		return is_no(arg, "zone: it is the number of a group of devices");
	mnl_attr_put_u32(nlh, in ? CSP_MBOX_A_RULE_IN_GROUP :
			 CSP_MBOX_A_RULE_OUT_GROUP, group);
	return EXIT_OK;
}

static int put_prefix(struct nlmsghdr *nlh, const char *key, struct words *w)
{
	bool from = !strcmp(key, "from");
	const char *arg = next_word(w);

	if (!arg)
		return lacks(key);
	if (nl_put_prefix(nlh, from ? CSP_MBOX_A_RULE_SRC : CSP_MBOX_A_RULE_DST,
			  from ? CSP_MBOX_A_RULE_SRC_LEN :
				 CSP_MBOX_A_RULE_DST_LEN, arg))
		return is_no(arg, "address or prefix");
	return EXIT_OK;
}

static int put_ports(struct nlmsghdr *nlh, const char *key, struct words *w)
{
	bool src = *key == 's';
	const char *arg = next_word(w);
	uint32_t lo, hi = 0;
	char *copy, *dash;
	int err;

	if (!arg)
		return lacks(key);
	copy = xasprintf("%s", arg);
	dash = strchr(copy, '-');
	if (dash)
		*dash++ = '\0';
	err = parse_port(copy, &lo) || (dash && parse_port(dash, &hi)) ||
	      (dash && hi < lo);
	free(copy);
	if (err)
		return is_no(arg, "port, or range of ports");
	mnl_attr_put_u16(nlh, src ? CSP_MBOX_A_RULE_SPORT :
			 CSP_MBOX_A_RULE_DPORT, lo);
	if (hi)
		mnl_attr_put_u16(nlh, src ? CSP_MBOX_A_RULE_SPORT_MAX :
				 CSP_MBOX_A_RULE_DPORT_MAX, hi);
	return EXIT_OK;
}

static int put_proto(struct nlmsghdr *nlh, const char *key, struct words *w)
{
	const char *arg = next_word(w);
	uint32_t number;
	int proto;

	if (!arg)
		return lacks(key);
	proto = value_of(proto_names, arg);
	if (proto < 0 && !parse_number(arg, &number) && number <= UINT8_MAX)
		proto = number;
	if (proto < 0)
		return usage_error(&cmd_rule, "'%s' is none of %s", arg,
				   all_names(proto_names));
	mnl_attr_put_u8(nlh, CSP_MBOX_A_RULE_PROTO, proto);
	return EXIT_OK;
}

static int put_name(struct nlmsghdr *nlh, const char *key, struct words *w)
{
	const char *arg = next_word(w);

	if (!arg)
		return lacks(key);
	if (!is_name(arg))
		return is_no(arg, "name");
	mnl_attr_put_strz(nlh, CSP_MBOX_A_RULE_NAME, arg);
	return EXIT_OK;
}

static int put_auth(struct nlmsghdr *nlh, const char *key, struct words *w)
{
	const char *arg = next_word(w), *why;
	uint8_t token[CSP_AUTH_MAX];
	size_t len;

	if (!arg)
		return lacks(key);
	len = parse_token(arg, token, &why);
	if (!len)
		return is_no(arg, why);
	mnl_attr_put(nlh, CSP_MBOX_A_RULE_AUTH, len, token);
	return EXIT_OK;
}

/* --- matches and actions ------------------------------------------------------------- */

static const struct {
	const char	*key;
	int		(*put)(struct nlmsghdr *nlh, const char *key,
			       struct words *w);
} matches[] = {
	{ "in", put_side },
	{ "out", put_side },
	{ "from", put_prefix },
	{ "to", put_prefix },
	{ "proto", put_proto },
	{ "sport", put_ports },
	{ "dport", put_ports },
	{ "name", put_name },
	{ "auth", put_auth },
};

static int put_timeout(struct nlmsghdr *nlh, struct words *w)
{
	const char *arg;
	uint32_t ms;

	if (!next_is(w, "timeout"))
		return EXIT_OK;
	arg = next_word(w);
	if (!arg)
		return lacks("timeout");
	if (parse_time(arg, &ms))
		return is_no(arg, "time: those are like 300s, 5m, 2h");
	mnl_attr_put_u32(nlh, CSP_MBOX_A_RULE_TIMEOUT, ms);
	return EXIT_OK;
}

static int put_text(struct nlmsghdr *nlh, struct words *w)
{
	const char *arg = next_word(w);

	if (!arg)
		return EXIT_OK;
	if (strlen(arg) > CSP_TEXT_MAX)
		return usage_error(&cmd_rule,
				   "an explanation has at most %u bytes",
				   CSP_TEXT_MAX);
	mnl_attr_put_strz(nlh, CSP_MBOX_A_RULE_TEXT, arg);
	return EXIT_OK;
}

static int put_target(struct nlmsghdr *nlh, struct words *w)
{
	const char *arg = next_word(w);
	uint32_t number;
	struct addr addr;

	if (!arg)
		return lacks("redirect");
	if (parse_end(arg, &addr, &number))
		return is_no(arg, "ADDRESS or ADDRESS:PORT");
	nl_put_addr(nlh, CSP_MBOX_A_RULE_TO, &addr);
	if (number)
		mnl_attr_put_u16(nlh, CSP_MBOX_A_RULE_TO_PORT, number);
	return EXIT_OK;
}

static int put_action(struct nlmsghdr *nlh, int action, struct words *w)
{
	int status;

	mnl_attr_put_u8(nlh, CSP_MBOX_A_RULE_ACTION, action);
	switch (action) {
	case CSP_MBOX_ACTION_REJECT:
		status = put_text(nlh, w);
		break;
	case CSP_MBOX_ACTION_REDIRECT:
		status = put_target(nlh, w);
		break;
	default:
		status = put_timeout(nlh, w);
	}
	if (!status && w->argc)
		return usage_error(&cmd_rule, "'%s' is too much", w->argv[0]);
	return status;
}

int rule_put_args(struct nlmsghdr *nlh, int argc, char **argv)
{
	struct words w = { .argc = argc, .argv = argv };
	bool given[ARRAY_SIZE(matches)] = { };
	const char *key;
	int status, action;
	size_t i;

	while ((key = next_word(&w))) {
		action = value_of(action_names, key);
		if (action >= 0)
			return put_action(nlh, action, &w);
		for (i = 0; i < ARRAY_SIZE(matches); i++)
			if (!strcmp(key, matches[i].key))
				break;
		if (i == ARRAY_SIZE(matches))
			return usage_error(&cmd_rule,
					   "'%s' is no part of a rule", key);
		/* "in eth0 in zone 1" are two things. */
		if (given[i] && matches[i].put != put_side)
			return usage_error(&cmd_rule, "'%s' is given twice",
					   key);
		given[i] = true;
		status = matches[i].put(nlh, key, &w);
		if (status)
			return status;
	}
	return usage_error(&cmd_rule, "a rule ends with one of %s",
			   all_names(action_names));
}
