// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl block: have a gateway near another host stop what that sends here.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <linux/csp.h>
#include <linux/csp_netlink.h>

#include "names.h"
#include "nl.h"

static const char block_usage[] =
	"block [show]\n"
	"block add ADDRESS [to ADDRESS] [via GATEWAY] [proto PROTO] [for TIME]\n"
	"block del ADDRESS [to ADDRESS] [proto PROTO]";

static const char block_help[] =
	"add asks the gateway nearest to ADDRESS, or GATEWAY, to drop what ADDRESS sends to\n"
	"this host, for TIME (300s, 5m, 2h; a minute without it).  There has to be a\n"
	"connection that ADDRESS announced, and that came through the gateway.  Without\n"
	"\"to\" it is about the address of this host that the connection has.  If a gateway\n"
	"refuses, or does not answer, the next on the path is asked.  del has it lifted.\n"
	"STATEs: asking, blocked, refused.  What a host stops for others: \"cspctl gateway\".\n";

static int show_block(const struct nlmsghdr *nlh, void *data)
{
	static const uint8_t types[CSP_A_BLOCK_MAX + 1] = {
		[CSP_A_BLOCK_ADDR] = NL_ADDR,
		[CSP_A_BLOCK_LOCAL] = NL_ADDR,
		[CSP_A_BLOCK_VIA] = NL_ADDR,
		[CSP_A_BLOCK_PROTO] = NL_U8,
		[CSP_A_BLOCK_TIMEOUT] = NL_U32,
		[CSP_A_BLOCK_STATE] = NL_U8,
		[CSP_A_BLOCK_ERROR] = NL_U16,
		[CSP_A_BLOCK_EXPIRES] = NL_U32,
	};
	const struct nlattr *tb[ARRAY_SIZE(types)];
	char a[ADDR_STRLEN], b[ADDR_STRLEN], c[ADDR_STRLEN];
	const char *from, *to, *via, *proto, *state, *why;
	char time[TIME_STRLEN];
	struct show *show = data;
	struct table *t = &show->table;
	struct json_object *obj;
	uint16_t code;
	int err;

	err = nl_parse(nlh, types, CSP_A_BLOCK_MAX, tb);
	if (err)
		return err;
	from = nl_show_addr(a, tb[CSP_A_BLOCK_ADDR]);
	to = nl_show_addr(b, tb[CSP_A_BLOCK_LOCAL]);
	via = nl_show_addr(c, tb[CSP_A_BLOCK_VIA]);
	proto = name_of(proto_names, nl_u8(tb[CSP_A_BLOCK_PROTO]));
	state = name_of(block_names, nl_u8(tb[CSP_A_BLOCK_STATE]));
	code = nl_u16(tb[CSP_A_BLOCK_ERROR]);
	why = code ? name_of(error_names, code) : "-";

	if (opt_json) {
		obj = json_object_new_object();
		json_str(obj, "from", from);
		json_str(obj, "to", to);
		json_str(obj, "proto", proto);
		json_str(obj, "via", via);
		json_str(obj, "state", state);
		json_str(obj, "error", code ? why : "none");
		json_num(obj, "timeout_ms", nl_u32(tb[CSP_A_BLOCK_TIMEOUT]));
		json_num(obj, "expires_ms", nl_u32(tb[CSP_A_BLOCK_EXPIRES]));
		json_list_item(&show->list, obj);
		return 0;
	}
	table_cell(t, "%s", from);
	table_cell(t, "%s", to);
	table_cell(t, "%s", proto);
	table_cell(t, "%s", via);
	table_cell(t, "%s", state);
	table_cell(t, "%s", why);
	table_cell(t, "%s", show_ms(time, nl_u32(tb[CSP_A_BLOCK_EXPIRES])));
	return 0;
}

static int block_show(void)
{
	struct show show = {
		.table = {
			.heads = { "FROM", "TO", "PROTO", "VIA", "STATE",
				   "REFUSED", ">EXPIRES" },
			.columns = 7,
		},
	};
	int err;

	err = nl_talk_or_tell(nl_request(CSP_CMD_BLOCK_GET, NLM_F_DUMP),
			      show_block, &show, "block show");
	show_print(&show);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int put_word(struct nlmsghdr *nlh, const char *key, const char *arg,
		    bool add)
{
	struct addr addr;
	uint32_t ms;
	int proto;

	if (!strcmp(key, "proto")) {
		proto = value_of(proto_names, arg);
		if (proto < 0)
			return usage_error(&cmd_block, "'%s' is none of: %s",
					   arg, all_names(proto_names));
		mnl_attr_put_u8(nlh, CSP_A_BLOCK_PROTO, proto);
		return EXIT_OK;
	}
	if (add && !strcmp(key, "for")) {
		if (parse_time(arg, &ms))
			return usage_error(&cmd_block, "'%s' is no time", arg);
		mnl_attr_put_u32(nlh, CSP_A_BLOCK_TIMEOUT, ms);
		return EXIT_OK;
	}
	if (strcmp(key, "to") && (!add || strcmp(key, "via")))
		return usage_error(&cmd_block, "unknown word '%s'", key);
	if (parse_addr(arg, &addr))
		return usage_error(&cmd_block, "'%s' is no address", arg);
	nl_put_addr(nlh, *key == 't' ? CSP_A_BLOCK_LOCAL : CSP_A_BLOCK_VIA,
		    &addr);
	return EXIT_OK;
}

static int block_change(bool add, int argc, char **argv)
{
	const char *what = add ? "block add" : "block del";
	struct nlmsghdr *nlh;
	struct addr addr;
	int i, err;

	if (!argc)
		return usage_error(&cmd_block, "%s needs an address", what);
	if (parse_addr(argv[0], &addr))
		return usage_error(&cmd_block, "'%s' is no address", argv[0]);
	if (argc % 2 == 0)
		return usage_error(&cmd_block, "'%s' needs a value",
				   argv[argc - 1]);
	if (nl_open())
		return EXIT_FAILED;
	nlh = nl_request(add ? CSP_CMD_BLOCK_ADD : CSP_CMD_BLOCK_DEL, 0);
	nl_put_addr(nlh, CSP_A_BLOCK_ADDR, &addr);
	for (i = 1; i < argc; i += 2) {
		err = put_word(nlh, argv[i], argv[i + 1], add);
		if (err)
			return err;
	}
	return nl_talk_or_tell(nlh, NULL, NULL, "%s", what) ?
	       EXIT_FAILED : EXIT_OK;
}

static int block_run(int argc, char **argv)
{
	next_option(argc, argv, &cmd_block, "");
	argc -= optind;
	argv += optind;
	if (argc && !strcmp(argv[0], "add"))
		return block_change(true, argc - 1, argv + 1);
	if (argc && !strcmp(argv[0], "del"))
		return block_change(false, argc - 1, argv + 1);
	if (argc && !strcmp(argv[0], "show")) {
		argc--;
		argv++;
	}
	if (argc)
		return usage_error(&cmd_block, "'%s' is too much", argv[0]);
	if (nl_open())
		return EXIT_FAILED;
	return block_show();
}

const struct command cmd_block = {
	.name	= "block",
	.brief	= "Have a gateway stop a host that floods this one.",
	.usage	= block_usage,
	.help	= block_help,
	.run	= block_run,
};
