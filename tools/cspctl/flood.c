// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl flood: what is a flood of a listener of this host.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <linux/csp_netlink.h>

#include "names.h"
#include "nl.h"

static const char flood_usage[] =
	"flood [show]\n"
	"flood add PROTO PORT RATE [for TIME]\n"
	"flood del PROTO PORT";

static const char flood_help[] =
	"A source that announces more than RATE connections a second (and at least ten) to\n"
	"what listens on PORT, of PROTO tcp or udp, is refused, and the gateway nearest to\n"
	"it is asked to stop it, for TIME (300s, 5m, 2h; a minute without it).  RATE 0: any\n"
	"number is welcome.  Listeners without a rule have the setting flood_rate.  What was\n"
	"asked for is shown by \"cspctl block\".\n";

static int show_flood(const struct nlmsghdr *nlh, void *data)
{
	static const uint8_t types[CSP_A_FLOOD_MAX + 1] = {
		[CSP_A_FLOOD_PROTO] = NL_U8,
		[CSP_A_FLOOD_PORT] = NL_U16,
		[CSP_A_FLOOD_RATE] = NL_U32,
		[CSP_A_FLOOD_TIMEOUT] = NL_U32,
	};
	const struct nlattr *tb[ARRAY_SIZE(types)];
	struct show *show = data;
	struct table *t = &show->table;
	struct json_object *obj;
	char time[TIME_STRLEN];
	uint32_t rate, timeout;
	const char *proto;
	uint16_t port;
	int err;

	err = nl_parse(nlh, types, CSP_A_FLOOD_MAX, tb);
	if (err)
		return err;
	proto = name_of(proto_names, nl_u8(tb[CSP_A_FLOOD_PROTO]));
	port = nl_be16(tb[CSP_A_FLOOD_PORT]);
	rate = nl_u32(tb[CSP_A_FLOOD_RATE]);
	timeout = nl_u32(tb[CSP_A_FLOOD_TIMEOUT]);

	if (opt_json) {
		obj = json_object_new_object();
		json_str(obj, "proto", proto);
		json_num(obj, "port", port);
		json_num(obj, "rate", rate);
		json_num(obj, "timeout_ms", timeout);
		json_list_item(&show->list, obj);
		return 0;
	}
	table_cell(t, "%s", proto);
	table_cell(t, "%u", port);
	if (rate) {
		table_cell(t, "%u/s", rate);
		table_cell(t, "%s", show_ms(time, timeout));
	} else {
		table_cell(t, "any");
		table_cell(t, "-");
	}
	return 0;
}

static int flood_show(void)
{
	struct show show = {
		.table = {
			.heads = { "PROTO", ">PORT", ">RATE", ">FOR" },
			.columns = 4,
		},
	};
	int err;

	err = nl_talk_or_tell(nl_request(CSP_CMD_FLOOD_GET, NLM_F_DUMP),
			      show_flood, &show, "flood show");
	show_print(&show);
	return err ? EXIT_FAILED : EXIT_OK;
}

/* PROTO PORT */
static int put_listener(struct nlmsghdr *nlh, char **argv)
{
	int proto = value_of(proto_names, argv[0]);
	uint32_t port;

	if (proto <= 0)
		return usage_error(&cmd_flood, "'%s' is neither tcp nor udp",
				   argv[0]);
	if (parse_port(argv[1], &port))
		return usage_error(&cmd_flood, "'%s' is no port", argv[1]);
	mnl_attr_put_u8(nlh, CSP_A_FLOOD_PROTO, proto);
	mnl_attr_put_u16(nlh, CSP_A_FLOOD_PORT, htons(port));
	return EXIT_OK;
}

/* RATE [for TIME] */
static int put_bound(struct nlmsghdr *nlh, int argc, char **argv)
{
	uint32_t rate, ms;

	if (parse_number(argv[0], &rate))
		return usage_error(&cmd_flood, "'%s' is no number", argv[0]);
	mnl_attr_put_u32(nlh, CSP_A_FLOOD_RATE, rate);
	if (argc == 1)
		return EXIT_OK;
	if (strcmp(argv[1], "for"))
		return usage_error(&cmd_flood, "unknown word '%s'", argv[1]);
	if (argc == 2)
		return usage_error(&cmd_flood, "'for' needs a value");
	if (argc > 3)
		return usage_error(&cmd_flood, "'%s' is too much", argv[3]);
	if (parse_time(argv[2], &ms))
		return usage_error(&cmd_flood, "'%s' is no time", argv[2]);
	mnl_attr_put_u32(nlh, CSP_A_FLOOD_TIMEOUT, ms);
	return EXIT_OK;
}

static int flood_change(bool add, int argc, char **argv)
{
	const char *what = add ? "flood add" : "flood del";
	struct nlmsghdr *nlh;
	int err;

	if (argc < (add ? 3 : 2))
		return usage_error(&cmd_flood, "it is: %s PROTO PORT%s", what,
				   add ? " RATE" : "");
	if (!add && argc > 2)
		return usage_error(&cmd_flood, "'%s' is too much", argv[2]);
	if (nl_open())
		return EXIT_FAILED;
	nlh = nl_request(add ? CSP_CMD_FLOOD_ADD : CSP_CMD_FLOOD_DEL, 0);
	err = put_listener(nlh, argv);
	if (!err && add)
		err = put_bound(nlh, argc - 2, argv + 2);
	if (err)
		return err;
	return nl_talk_or_tell(nlh, NULL, NULL, "%s", what) ?
	       EXIT_FAILED : EXIT_OK;
}

static int flood_run(int argc, char **argv)
{
	next_option(argc, argv, &cmd_flood, "");
	argc -= optind;
	argv += optind;
	if (argc && !strcmp(argv[0], "add"))
		return flood_change(true, argc - 1, argv + 1);
	if (argc && !strcmp(argv[0], "del"))
		return flood_change(false, argc - 1, argv + 1);
	if (argc && !strcmp(argv[0], "show")) {
		argc--;
		argv++;
	}
	if (argc)
		return usage_error(&cmd_flood, "'%s' is too much", argv[0]);
	if (nl_open())
		return EXIT_FAILED;
	return flood_show();
}

const struct command cmd_flood = {
	.name	= "flood",
	.brief	= "Say what is a flood of a listener of this host.",
	.usage	= flood_usage,
	.help	= flood_help,
	.run	= flood_run,
};
