// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl name: names by which hosts inside a NAT are reached from outside.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/csp.h>
#include <linux/csp_mbox.h>

#include "names.h"
#include "nl.h"

static const char name_usage[] =
	"name [show]\n"
	"name add NAME|- ADDRESS[:PORT] [port PORT]\n"
	"name del NAME|- [port PORT]\n"
	"name flush";

static const char name_help[] =
	"A NAT sends a connection that is announced to one of its own addresses on to the\n"
	"host inside at ADDRESS if it is for NAME, as of \"cspctl run --name\", whatever the\n"
	"port is; with \"port\" for that port only; with - instead of NAME, whatever the\n"
	"name is.  What says most counts.  Without :PORT it keeps its port.\n"
	"Rules (\"cspctl rule\") and the ruleset decide who may connect; they see ADDRESS.\n";

/* What is asked for; the words that say so. */
struct asked {
	const char	*name;
	uint32_t	port;
};

/* --- show ---------------------------------------------------------------------------- */

static int show_name(const struct nlmsghdr *nlh, void *data)
{
	static const uint8_t types[CSP_MBOX_A_NAME_MAX + 1] = {
		[CSP_MBOX_A_NAME_NAME] = NL_STRING,
		[CSP_MBOX_A_NAME_PORT] = NL_U16,
		[CSP_MBOX_A_NAME_TO] = NL_ADDR,
		[CSP_MBOX_A_NAME_TO_PORT] = NL_U16,
		[CSP_MBOX_A_NAME_HITS] = NL_U64,
	};
	const struct nlattr *tb[ARRAY_SIZE(types)];
	struct show *show = data;
	struct table *t = &show->table;
	struct json_object *obj;
	unsigned int port, to_port;
	char ip[ADDR_STRLEN];
	const char *name;
	int err;

	err = nl_parse(nlh, types, CSP_MBOX_A_NAME_MAX, tb);
	if (err)
		return err;
	name = nl_string(tb[CSP_MBOX_A_NAME_NAME]);
	port = nl_u16(tb[CSP_MBOX_A_NAME_PORT]);
	to_port = nl_u16(tb[CSP_MBOX_A_NAME_TO_PORT]);
	if (opt_json) {
		obj = json_object_new_object();
		if (*name)
			json_str(obj, "name", name);
		if (port)
			json_num(obj, "port", port);
		json_str(obj, "to", nl_show_addr(ip, tb[CSP_MBOX_A_NAME_TO]));
		if (to_port)
			json_num(obj, "to_port", to_port);
		json_num(obj, "setups", nl_u64(tb[CSP_MBOX_A_NAME_HITS]));
		json_list_item(&show->list, obj);
		return 0;
	}
	table_cell(t, "%s", *name ? name : "-");
	table_cell(t, port ? "%u" : "any", port);
	table_cell(t, "%s", nl_show_addr(ip, tb[CSP_MBOX_A_NAME_TO]));
	table_cell(t, to_port ? "%u" : "same", to_port);
	table_cell(t, "%" PRIu64, nl_u64(tb[CSP_MBOX_A_NAME_HITS]));
	return 0;
}

static int name_show(void)
{
	struct show show = {
		.table = {
			.heads = { "NAME", ">PORT", "TO", ">PORT", ">SETUPS" },
			.columns = 5,
		},
	};
	int err;

	if (nl_open_box())
		return EXIT_FAILED;
	err = nl_talk_or_tell(nl_request(CSP_MBOX_CMD_NAME_GET, NLM_F_DUMP),
			      show_name, &show, "name show");
	show_print(&show);
	return err ? EXIT_FAILED : EXIT_OK;
}

/* --- change -------------------------------------------------------------------------- */

/* "port PORT", or nothing. */
static int take_port(int argc, char **argv, struct asked *asked)
{
	if (argc && strcmp(argv[0], "port"))
		return usage_error(&cmd_name, "unknown word '%s'", argv[0]);
	if (argc == 1)
		return usage_error(&cmd_name, "'port' lacks its value");
	if (argc > 2)
		return usage_error(&cmd_name, "'%s' is too much", argv[2]);
	if (argc && parse_port(argv[1], &asked->port))
		return usage_error(&cmd_name, "'%s' is no port", argv[1]);
	return EXIT_OK;
}

static int check_asked(const struct asked *asked)
{
	if (asked->name && strlen(asked->name) > CSP_NAME_MAX)
		return usage_error(&cmd_name, "a name has at most %d characters",
				   CSP_NAME_MAX);
	if (!asked->name && !asked->port)
		return usage_error(&cmd_name, "without a name it takes a port");
	return EXIT_OK;
}

static struct nlmsghdr *asked_request(uint8_t cmd, const struct asked *asked)
{
	struct nlmsghdr *nlh = nl_request(cmd, 0);

	if (asked->name)
		mnl_attr_put_strz(nlh, CSP_MBOX_A_NAME_NAME, asked->name);
	if (asked->port)
		mnl_attr_put_u16(nlh, CSP_MBOX_A_NAME_PORT, asked->port);
	return nlh;
}

static int take_asked(int argc, char **argv, const char *name,
		      struct asked *asked)
{
	int err;

	asked->name = strcmp(name, "-") ? name : NULL;
	err = take_port(argc, argv, asked);
	return err ? err : check_asked(asked);
}

static int name_add(int argc, char **argv)
{
	struct asked asked = { };
	struct nlmsghdr *nlh;
	uint32_t to_port;
	struct addr to;
	int err;

	if (argc < 2)
		return usage_error(&cmd_name, "it is: name add NAME ADDRESS");
	if (parse_end(argv[1], &to, &to_port))
		return usage_error(&cmd_name,
				   "'%s' is no ADDRESS or ADDRESS:PORT",
				   argv[1]);
	err = take_asked(argc - 2, argv + 2, argv[0], &asked);
	if (err)
		return err;
	if (nl_open_box())
		return EXIT_FAILED;
	nlh = asked_request(CSP_MBOX_CMD_NAME_ADD, &asked);
	nl_put_addr(nlh, CSP_MBOX_A_NAME_TO, &to);
	if (to_port)
		mnl_attr_put_u16(nlh, CSP_MBOX_A_NAME_TO_PORT, to_port);
	return nl_talk_or_tell(nlh, NULL, NULL, "name add") ? EXIT_FAILED :
							      EXIT_OK;
}

static int name_del(int argc, char **argv)
{
	struct asked asked = { };
	int err;

	if (!argc)
		return usage_error(&cmd_name, "it is: name del NAME");
	err = take_asked(argc - 1, argv + 1, argv[0], &asked);
	if (err)
		return err;
	if (nl_open_box())
		return EXIT_FAILED;
	return nl_talk_or_tell(asked_request(CSP_MBOX_CMD_NAME_DEL, &asked),
			       NULL, NULL, "name del") ? EXIT_FAILED : EXIT_OK;
}

static int name_flush(void)
{
	uint32_t n = 0;

	if (nl_open_box() ||
	    nl_talk_number(nl_request(CSP_MBOX_CMD_NAME_FLUSH, 0),
			   CSP_MBOX_A_NAME_FLUSHED, &n, "name flush"))
		return EXIT_FAILED;
	tell_number("flushed", n, n == 1 ? " name deleted" : " names deleted");
	return EXIT_OK;
}

static int name_run(int argc, char **argv)
{
	const char *what;

	next_option(argc, argv, &cmd_name, "+");
	argc -= optind;
	argv += optind;
	what = argc ? argv[0] : "show";
	if (!strcmp(what, "add"))
		return name_add(argc - 1, argv + 1);
	if (!strcmp(what, "del"))
		return name_del(argc - 1, argv + 1);
	if (argc > 1)
		return usage_error(&cmd_name, "'%s' is too much", argv[1]);
	if (!strcmp(what, "flush"))
		return name_flush();
	if (strcmp(what, "show"))
		return usage_error(&cmd_name, "unknown command 'name %s'", what);
	return name_show();
}

const struct command cmd_name = {
	.name	= "name",
	.brief	= "Reach hosts inside a NAT by name.",
	.usage	= name_usage,
	.help	= name_help,
	.run	= name_run,
};
