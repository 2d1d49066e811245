// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl gateway: for which side this host signs, so that what comes from there
 * can be stopped here if its victim asks; and what is stopped.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/csp_mbox.h>

#include "names.h"
#include "nl.h"

static const char gateway_usage[] =
	"gateway [show]\n"
	"gateway add DEV|zone GROUP [edge]\n"
	"gateway del DEV|zone GROUP\n"
	"gateway blocks\n"
	"gateway unblock FROM TO [proto PROTO]\n"
	"gateway unblock all";

static const char gateway_help[] =
	"A gateway puts a token into each Setup that comes in by DEV, or by a device of\n"
	"GROUP (ip link set DEV group GROUP).  With it the receiver, and nobody else, can\n"
	"have this host drop what the sender sends to him (\"cspctl block add\" there).\n"
	"edge: no other gateway is on that side, so that tokens which come from there are\n"
	"false, and are removed.  blocks shows what is being dropped, unblock ends it.\n";

/* --- sides ----------------------------------------------------------------------- */

static int show_side(const struct nlmsghdr *nlh, void *data)
{
	static const uint8_t types[CSP_MBOX_A_GATEWAY_MAX + 1] = {
		[CSP_MBOX_A_GATEWAY_IN_NAME] = NL_STRING,
		[CSP_MBOX_A_GATEWAY_IN_GROUP] = NL_U32,
		[CSP_MBOX_A_GATEWAY_EDGE] = NL_FLAG,
	};
	const struct nlattr *tb[ARRAY_SIZE(types)];
	struct show *show = data;
	struct json_object *obj;
	const char *name;
	bool edge;
	int err;

	err = nl_parse(nlh, types, CSP_MBOX_A_GATEWAY_MAX, tb);
	if (err)
		return err;
	edge = tb[CSP_MBOX_A_GATEWAY_EDGE];
	name = nl_string(tb[CSP_MBOX_A_GATEWAY_IN_NAME]);
	if (opt_json) {
		obj = json_object_new_object();
		if (*name)
			json_str(obj, "in", name);
		if (tb[CSP_MBOX_A_GATEWAY_IN_GROUP])
			json_num(obj, "zone",
				 nl_u32(tb[CSP_MBOX_A_GATEWAY_IN_GROUP]));
		json_object_object_add(obj, "edge",
				       json_object_new_boolean(edge));
		json_list_item(&show->list, obj);
		return 0;
	}
	if (*name)
		table_cell(&show->table, "%s", name);
	else
		table_cell(&show->table, "zone %u",
			   nl_u32(tb[CSP_MBOX_A_GATEWAY_IN_GROUP]));
	table_cell(&show->table, "%s", edge ? "edge" : "-");
	return 0;
}

static int show_all(uint8_t cmd, nl_handler handler, struct show *show,
		    const char *what)
{
	int err;

	if (nl_open_box())
		return EXIT_FAILED;
	err = nl_talk_or_tell(nl_request(cmd, NLM_F_DUMP), handler, show, "%s",
			      what);
	show_print(show);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int gateway_show(void)
{
	struct show show = {
		.table = { .heads = { "SIDE", "EDGE" }, .columns = 2 },
	};

	return show_all(CSP_MBOX_CMD_GATEWAY_GET, show_side, &show,
			"gateway show");
}

static int gateway_change(bool add, int argc, char **argv)
{
	const bool zone = argc && !strcmp(argv[0], "zone");
	const char *what = add ? "gateway add" : "gateway del";
	struct nlmsghdr *nlh;
	uint32_t group = 0;
	int used = zone ? 2 : 1;

	if (argc < used)
		return usage_error(&cmd_gateway, "%s needs a device or a zone",
				   what);
	if (zone && parse_number(argv[1], &group))
		return usage_error(&cmd_gateway, "'%s' is no number", argv[1]);
	if (argc > used + add ||
	    (argc > used && strcmp(argv[used], "edge")))
		return usage_error(&cmd_gateway, "'%s' is too much",
				   argv[argc - 1]);
	if (nl_open_box())
		return EXIT_FAILED;
	nlh = nl_request(add ? CSP_MBOX_CMD_GATEWAY_ADD :
			       CSP_MBOX_CMD_GATEWAY_DEL, 0);
	if (zone)
		mnl_attr_put_u32(nlh, CSP_MBOX_A_GATEWAY_IN_GROUP, group);
	else
		mnl_attr_put_strz(nlh, CSP_MBOX_A_GATEWAY_IN_NAME, argv[0]);
	if (argc > used)
		mnl_attr_put(nlh, CSP_MBOX_A_GATEWAY_EDGE, 0, NULL);
	return nl_talk_or_tell(nlh, NULL, NULL, "%s", what) ?
	       EXIT_FAILED : EXIT_OK;
}

/* --- blocks ---------------------------------------------------------------------- */

static int show_block(const struct nlmsghdr *nlh, void *data)
{
	static const uint8_t types[CSP_MBOX_A_BLOCK_MAX + 1] = {
		[CSP_MBOX_A_BLOCK_SRC] = NL_ADDR,
		[CSP_MBOX_A_BLOCK_DST] = NL_ADDR,
		[CSP_MBOX_A_BLOCK_PROTO] = NL_U8,
		[CSP_MBOX_A_BLOCK_PACKETS] = NL_U64,
		[CSP_MBOX_A_BLOCK_AGE] = NL_U32,
		[CSP_MBOX_A_BLOCK_EXPIRES] = NL_U32,
	};
	const struct nlattr *tb[ARRAY_SIZE(types)];
	char a[ADDR_STRLEN], b[ADDR_STRLEN];
	char age[TIME_STRLEN], left[TIME_STRLEN];
	struct show *show = data;
	struct table *t = &show->table;
	struct json_object *obj;
	const char *src, *dst, *proto;
	int err;

	err = nl_parse(nlh, types, CSP_MBOX_A_BLOCK_MAX, tb);
	if (err)
		return err;
	src = nl_show_addr(a, tb[CSP_MBOX_A_BLOCK_SRC]);
	dst = nl_show_addr(b, tb[CSP_MBOX_A_BLOCK_DST]);
	proto = name_of(proto_names, nl_u8(tb[CSP_MBOX_A_BLOCK_PROTO]));
	if (opt_json) {
		obj = json_object_new_object();
		json_str(obj, "from", src);
		json_str(obj, "to", dst);
		json_str(obj, "proto", proto);
		json_num(obj, "packets", nl_u64(tb[CSP_MBOX_A_BLOCK_PACKETS]));
		json_num(obj, "age_ms", nl_u32(tb[CSP_MBOX_A_BLOCK_AGE]));
		json_num(obj, "expires_ms",
			 nl_u32(tb[CSP_MBOX_A_BLOCK_EXPIRES]));
		json_list_item(&show->list, obj);
		return 0;
	}
	table_cell(t, "%s", src);
	table_cell(t, "%s", dst);
	table_cell(t, "%s", proto);
	table_cell(t, "%" PRIu64, nl_u64(tb[CSP_MBOX_A_BLOCK_PACKETS]));
	table_cell(t, "%s", show_ms(age, nl_u32(tb[CSP_MBOX_A_BLOCK_AGE])));
	table_cell(t, "%s",
		   show_ms(left, nl_u32(tb[CSP_MBOX_A_BLOCK_EXPIRES])));
	return 0;
}

static int gateway_blocks(void)
{
	struct show show = {
		.table = {
			.heads = { "FROM", "TO", "PROTO", ">PACKETS", ">AGE",
				   ">EXPIRES" },
			.columns = 6,
		},
	};

	return show_all(CSP_MBOX_CMD_BLOCK_GET, show_block, &show,
			"gateway blocks");
}

static int unblock_all(void)
{
	uint32_t n = 0;

	if (nl_open_box() ||
	    nl_talk_number(nl_request(CSP_MBOX_CMD_BLOCK_FLUSH, 0),
			   CSP_MBOX_A_BLOCK_FLUSHED, &n, "gateway unblock"))
		return EXIT_FAILED;
	tell_number("flushed", n, n == 1 ? " block removed" : " blocks removed");
	return EXIT_OK;
}

static int gateway_unblock(int argc, char **argv)
{
	struct addr src, dst;
	struct nlmsghdr *nlh;
	int proto = 0;

	if (argc == 1 && !strcmp(argv[0], "all"))
		return unblock_all();
	if (argc != 2 && argc != 4)
		return usage_error(&cmd_gateway,
				   "it is: gateway unblock FROM TO [proto PROTO]");
	if (parse_addr(argv[0], &src))
		return usage_error(&cmd_gateway, "'%s' is no address", argv[0]);
	if (parse_addr(argv[1], &dst))
		return usage_error(&cmd_gateway, "'%s' is no address", argv[1]);
	if (argc == 4 && strcmp(argv[2], "proto"))
		return usage_error(&cmd_gateway, "unknown word '%s'", argv[2]);
	if (argc == 4)
		proto = value_of(proto_names, argv[3]);
	if (proto < 0)
		return usage_error(&cmd_gateway, "'%s' is none of: %s", argv[3],
				   all_names(proto_names));
	if (nl_open_box())
		return EXIT_FAILED;
	nlh = nl_request(CSP_MBOX_CMD_BLOCK_DEL, 0);
	nl_put_addr(nlh, CSP_MBOX_A_BLOCK_SRC, &src);
	nl_put_addr(nlh, CSP_MBOX_A_BLOCK_DST, &dst);
	if (proto)
		mnl_attr_put_u8(nlh, CSP_MBOX_A_BLOCK_PROTO, proto);
	return nl_talk_or_tell(nlh, NULL, NULL, "gateway unblock") ?
	       EXIT_FAILED : EXIT_OK;
}

static int gateway_run(int argc, char **argv)
{
	next_option(argc, argv, &cmd_gateway, "");
	argc -= optind;
	argv += optind;
	if (argc && !strcmp(argv[0], "add"))
		return gateway_change(true, argc - 1, argv + 1);
	if (argc && !strcmp(argv[0], "del"))
		return gateway_change(false, argc - 1, argv + 1);
	if (argc && !strcmp(argv[0], "unblock"))
		return gateway_unblock(argc - 1, argv + 1);
	if (argc > 1)
		return usage_error(&cmd_gateway, "'%s' is too much", argv[1]);
	if (argc && !strcmp(argv[0], "blocks"))
		return gateway_blocks();
	if (argc && strcmp(argv[0], "show"))
		return usage_error(&cmd_gateway, "unknown word '%s'", argv[0]);
	return gateway_show();
}

const struct command cmd_gateway = {
	.name	= "gateway",
	.brief	= "Stop floods near their source, if their victim asks.",
	.usage	= gateway_usage,
	.help	= gateway_help,
	.run	= gateway_run,
};
