// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl rule: what a box opens for whom.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/csp.h>
#include <linux/csp_mbox.h>

#include "names.h"
#include "rule.h"
#include "token.h"

static const char rule_usage[] =
	"rule [show]\n"
	"rule add [MATCH...] ACTION\n"
	"rule insert [before ID] [MATCH...] ACTION\n"
	"rule del ID\n"
	"rule flush";

static const char rule_help[] =
	"Rules say what this host, as a firewall, opens for connections that are announced\n"
	"through it.  The first rule that matches a Setup decides; without one, the Setup\n"
	"is left to the ruleset of netfilter, and so is the packet that it carries.\n"
	"add puts a rule at the end; insert before rule ID, or first of all.\n"
	"\n"
	"MATCHes, all of which must fit:\n"
	"  in DEV, out DEV           device that the Setup comes in or goes out by\n"
	"  in zone N, out zone N     group of that device, as by ip link set DEV group N\n"
	"  from PREFIX, to PREFIX    address or prefix of the initiator, of the responder\n"
	"  proto tcp|udp|sctp|dccp   transport\n"
	"  sport PORT[-PORT]         port of the initiator\n"
	"  dport PORT[-PORT]         port of the responder\n"
	"  name NAME                 what the Setup wants to reach\n"
	"  auth TOKEN                what it shows: text, or 0x and hexadecimal digits\n"
	"\n"
	"ACTIONs:\n"
	"  accept [timeout TIME]     open it; idle for at most TIME: 300s, 5m, 2h\n"
	"  ask-host [timeout TIME]   let the responder be asked; open it if he consents\n"
	"  reject [TEXT]             refuse it, and say why\n"
	"  redirect ADDRESS[:PORT]   have the initiator connect to a proxy instead\n";

/* --- show ---------------------------------------------------------------------------- */

static const uint8_t rule_types[CSP_MBOX_A_RULE_MAX + 1] = {
	[CSP_MBOX_A_RULE_ID] = NL_U32,
	[CSP_MBOX_A_RULE_ACTION] = NL_U8,
	[CSP_MBOX_A_RULE_IN_NAME] = NL_STRING,
	[CSP_MBOX_A_RULE_IN_GROUP] = NL_U32,
	[CSP_MBOX_A_RULE_OUT_NAME] = NL_STRING,
	[CSP_MBOX_A_RULE_OUT_GROUP] = NL_U32,
	[CSP_MBOX_A_RULE_SRC] = NL_ADDR,
	[CSP_MBOX_A_RULE_SRC_LEN] = NL_U8,
	[CSP_MBOX_A_RULE_DST] = NL_ADDR,
	[CSP_MBOX_A_RULE_DST_LEN] = NL_U8,
	[CSP_MBOX_A_RULE_PROTO] = NL_U8,
	[CSP_MBOX_A_RULE_SPORT] = NL_U16,
	[CSP_MBOX_A_RULE_SPORT_MAX] = NL_U16,
	[CSP_MBOX_A_RULE_DPORT] = NL_U16,
	[CSP_MBOX_A_RULE_DPORT_MAX] = NL_U16,
	[CSP_MBOX_A_RULE_NAME] = NL_STRING,
	[CSP_MBOX_A_RULE_AUTH] = NL_BYTES,
	[CSP_MBOX_A_RULE_TIMEOUT] = NL_U32,
	[CSP_MBOX_A_RULE_TO] = NL_ADDR,
	[CSP_MBOX_A_RULE_TO_PORT] = NL_U16,
	[CSP_MBOX_A_RULE_TEXT] = NL_STRING,
	[CSP_MBOX_A_RULE_HITS] = NL_U64,
};

/* Words one after the other. */
struct line {
	char	*text;
};

static void add_words(struct line *line, const char *fmt, ...) __printf(2, 3);

static void add_words(struct line *line, const char *fmt, ...)
{
	char *words, *text;
	va_list ap;

	va_start(ap, fmt);
	words = xvasprintf(fmt, ap);
	va_end(ap);
	text = xasprintf("%s%s%s", line->text ?: "", line->text ? " " : "",
			 words);
	free(line->text);
	free(words);
	line->text = text;
}

static char *clean(const struct nlattr *attr)
{
	const char *raw = nl_string(attr);
	char *text = xrealloc(NULL, strlen(raw) + 1);

	clean_text(text, strlen(raw) + 1, raw);
	return text;
}

static void add_text(struct line *line, const char *key,
		     const struct nlattr *attr)
{
	char *text;

	if (!attr)
		return;
	text = clean(attr);
	add_words(line, "%s %s", key, text);
	free(text);
}

static void add_number(struct line *line, const char *key,
		       const struct nlattr *attr)
{
	if (attr)
		add_words(line, "%s %u", key, nl_u32(attr));
}

static void add_prefix(struct line *line, const char *key,
		       const struct nlattr *attr, const struct nlattr *len)
{
	char ip[ADDR_STRLEN];
	struct addr addr;

	if (!attr)
		return;
	nl_addr(attr, &addr);
	if (len && nl_u8(len) < 8 * addr.len)
		add_words(line, "%s %s/%u", key, show_addr(ip, &addr),
			  nl_u8(len));
	else
		add_words(line, "%s %s", key, show_addr(ip, &addr));
}

static void add_ports(struct line *line, const char *key,
		      const struct nlattr *lo, const struct nlattr *hi)
{
	if (!lo)
		return;
	if (hi && nl_u16(hi) != nl_u16(lo))
		add_words(line, "%s %u-%u", key, nl_u16(lo), nl_u16(hi));
	else
		add_words(line, "%s %u", key, nl_u16(lo));
}

static char *show_matches(const struct nlattr **tb)
{
	struct line line = { };
	char *token;

	add_text(&line, "in", tb[CSP_MBOX_A_RULE_IN_NAME]);
	add_number(&line, "in zone", tb[CSP_MBOX_A_RULE_IN_GROUP]);
	add_text(&line, "out", tb[CSP_MBOX_A_RULE_OUT_NAME]);
	add_number(&line, "out zone", tb[CSP_MBOX_A_RULE_OUT_GROUP]);
	add_prefix(&line, "from", tb[CSP_MBOX_A_RULE_SRC],
		   tb[CSP_MBOX_A_RULE_SRC_LEN]);
	add_prefix(&line, "to", tb[CSP_MBOX_A_RULE_DST],
		   tb[CSP_MBOX_A_RULE_DST_LEN]);
	if (tb[CSP_MBOX_A_RULE_PROTO])
		add_words(&line, "proto %s",
			  name_of(proto_names,
				  nl_u8(tb[CSP_MBOX_A_RULE_PROTO])));
	add_ports(&line, "sport", tb[CSP_MBOX_A_RULE_SPORT],
		  tb[CSP_MBOX_A_RULE_SPORT_MAX]);
	add_ports(&line, "dport", tb[CSP_MBOX_A_RULE_DPORT],
		  tb[CSP_MBOX_A_RULE_DPORT_MAX]);
	add_text(&line, "name", tb[CSP_MBOX_A_RULE_NAME]);
	if (tb[CSP_MBOX_A_RULE_AUTH]) {
		token = show_token(tb[CSP_MBOX_A_RULE_AUTH]);
		add_words(&line, "auth %s", token);
		free(token);
	}
	return line.text ?: xasprintf("-");
}

static void add_target(struct line *line, const struct nlattr **tb)
{
	uint16_t port = nl_u16(tb[CSP_MBOX_A_RULE_TO_PORT]);
	char end[END_STRLEN], ip[ADDR_STRLEN];
	struct addr addr;

	if (!tb[CSP_MBOX_A_RULE_TO])
		return;
	nl_addr(tb[CSP_MBOX_A_RULE_TO], &addr);
	add_words(line, "%s", port ? show_end(end, &addr, port) :
		  show_addr(ip, &addr));
}

static char *show_action(const struct nlattr **tb)
{
	struct line line = { };
	char time[TIME_STRLEN];
	char *text;

	add_words(&line, "%s", name_of(action_names,
				       nl_u8(tb[CSP_MBOX_A_RULE_ACTION])));
	if (tb[CSP_MBOX_A_RULE_TIMEOUT])
		add_words(&line, "timeout %s",
			  show_ms(time, nl_u32(tb[CSP_MBOX_A_RULE_TIMEOUT])));
	add_target(&line, tb);
	if (tb[CSP_MBOX_A_RULE_TEXT]) {
		text = clean(tb[CSP_MBOX_A_RULE_TEXT]);
		add_words(&line, "\"%s\"", text);
		free(text);
	}
	return line.text;
}

static void json_text(struct json_object *obj, const char *key,
		      const struct nlattr *attr)
{
	char *text;

	if (!attr)
		return;
	text = clean(attr);
	json_str(obj, key, text);
	free(text);
}

static struct json_object *json_rule(const struct nlattr **tb)
{
	struct json_object *obj = json_object_new_object();
	char *matches = show_matches(tb);
	struct line target = { };

	json_num(obj, "id", nl_u32(tb[CSP_MBOX_A_RULE_ID]));
	json_num(obj, "hits", nl_u64(tb[CSP_MBOX_A_RULE_HITS]));
	json_str(obj, "match", strcmp(matches, "-") ? matches : "");
	json_str(obj, "action", name_of(action_names,
					nl_u8(tb[CSP_MBOX_A_RULE_ACTION])));
	if (tb[CSP_MBOX_A_RULE_TIMEOUT])
		json_num(obj, "timeout_ms", nl_u32(tb[CSP_MBOX_A_RULE_TIMEOUT]));
	add_target(&target, tb);
	if (target.text)
		json_str(obj, "target", target.text);
	json_text(obj, "text", tb[CSP_MBOX_A_RULE_TEXT]);
	free(target.text);
	free(matches);
	return obj;
}

static int show_rule(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[ARRAY_SIZE(rule_types)];
	struct show *show = data;
	char *matches, *action;
	int err;

	err = nl_parse(nlh, rule_types, CSP_MBOX_A_RULE_MAX, tb);
	if (err)
		return err;
	if (opt_json) {
		json_list_item(&show->list, json_rule(tb));
		return 0;
	}
	matches = show_matches(tb);
	action = show_action(tb);
	table_cell(&show->table, "%u", nl_u32(tb[CSP_MBOX_A_RULE_ID]));
	table_cell(&show->table, "%" PRIu64, nl_u64(tb[CSP_MBOX_A_RULE_HITS]));
	table_cell(&show->table, "%s", matches);
	table_cell(&show->table, "%s", action);
	free(matches);
	free(action);
	return 0;
}

static int rule_show(void)
{
	struct show show = {
		.table = {
			.heads = { ">ID", ">HITS", "MATCH", "ACTION" },
			.columns = 4,
		},
	};
	int err;

	err = nl_talk_or_tell(nl_request(CSP_MBOX_CMD_RULE_GET, NLM_F_DUMP),
			      show_rule, &show, "rule show");
	show_print(&show);
	return err ? EXIT_FAILED : EXIT_OK;
}

/* --- change -------------------------------------------------------------------------- */

static int rule_add(bool insert, int argc, char **argv)
{
	uint32_t before = 0, id = 0;
	struct nlmsghdr *nlh;
	int status;

	if (insert && argc && !strcmp(argv[0], "before")) {
		if (argc < 2 || parse_number(argv[1], &before) || !before)
			return usage_error(&cmd_rule, "before which rule?");
		argc -= 2;
		argv += 2;
	}
	if (nl_open_box())
		return EXIT_FAILED;
	nlh = nl_request(CSP_MBOX_CMD_RULE_ADD, 0);
	if (insert)
		mnl_attr_put_u32(nlh, CSP_MBOX_A_RULE_BEFORE, before);
	status = rule_put_args(nlh, argc, argv);
	if (status)
		return status;
	if (nl_talk_number(nlh, CSP_MBOX_A_RULE_ID, &id,
			   insert ? "rule insert" : "rule add"))
		return EXIT_FAILED;
	if (opt_json || opt_verbose)
		tell_number("id", id, "");
	return EXIT_OK;
}

static int rule_del(int argc, char **argv)
{
	struct nlmsghdr *nlh;
	uint32_t id;

	if (argc != 1)
		return usage_error(&cmd_rule, "it is: rule del ID");
	if (parse_number(argv[0], &id))
		return usage_error(&cmd_rule, "'%s' is no number of a rule",
				   argv[0]);
	if (nl_open_box())
		return EXIT_FAILED;
	nlh = nl_request(CSP_MBOX_CMD_RULE_DEL, 0);
	mnl_attr_put_u32(nlh, CSP_MBOX_A_RULE_ID, id);
	return nl_talk_or_tell(nlh, NULL, NULL, "rule del %u", id) ?
	       EXIT_FAILED : EXIT_OK;
}

static int rule_flush(int argc, char **argv)
{
	uint32_t n = 0;

	if (argc)
		return usage_error(&cmd_rule, "'%s' is too much", argv[0]);
	if (nl_open_box() ||
	    nl_talk_number(nl_request(CSP_MBOX_CMD_RULE_FLUSH, 0),
			   CSP_MBOX_A_RULE_FLUSHED, &n, "rule flush"))
		return EXIT_FAILED;
	tell_number("flushed", n, n == 1 ? " rule deleted" : " rules deleted");
	return EXIT_OK;
}

static int rule_run(int argc, char **argv)
{
	const char *what = "show";

	next_option(argc, argv, &cmd_rule, "");
	argc -= optind;
	argv += optind;
	if (argc) {
		what = argv[0];
		argc--;
		argv++;
	}
	if (!strcmp(what, "add"))
		return rule_add(false, argc, argv);
	if (!strcmp(what, "insert"))
		return rule_add(true, argc, argv);
	if (!strcmp(what, "del"))
		return rule_del(argc, argv);
	if (!strcmp(what, "flush"))
		return rule_flush(argc, argv);
	if (strcmp(what, "show"))
		return usage_error(&cmd_rule, "unknown command 'rule %s'", what);
	if (argc)
		return usage_error(&cmd_rule, "'%s' is too much", argv[0]);
	return nl_open_box() ? EXIT_FAILED : rule_show();
}

const struct command cmd_rule = {
	.name	= "rule",
	.brief	= "Show and change what this host opens for others, as a firewall.",
	.usage	= rule_usage,
	.help	= rule_help,
	.run	= rule_run,
};
