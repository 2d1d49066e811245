// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl pinhole: what is open through this host; show, close, watch.
 */
#include <endian.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/csp.h>
#include <linux/csp_mbox.h>
#include <linux/genetlink.h>

#include "names.h"
#include "nl.h"
#include "watch.h"

static const char pinhole_usage[] =
	"pinhole [show]\n"
	"pinhole del CID\n"
	"pinhole monitor [-n COUNT]";

static const char pinhole_help[] =
	"STATEs: asked (the responder has not consented yet: nothing is open), provisional\n"
	"(open, and closed again if no OK comes), open, linger (given up, and closed soon).\n"
	"GRANTED is the idle time that the host was told, EXPIRES when it closes if nothing\n"
	"comes.  RULE is the rule that accepted it, NAT what a NAT lends to the end inside.\n"
	"del closes one at once; monitor shows what happens to them, until interrupted.\n"
	"\n"
	"  -n, --count COUNT  end after COUNT events\n";

static const uint8_t hole_types[CSP_MBOX_A_PINHOLE_MAX + 1] = {
	[CSP_MBOX_A_PINHOLE_CID] = NL_U64,
	[CSP_MBOX_A_PINHOLE_PEER_CID] = NL_U64,
	[CSP_MBOX_A_PINHOLE_EVENT] = NL_U8,
	[CSP_MBOX_A_PINHOLE_STATE] = NL_U8,
	[CSP_MBOX_A_PINHOLE_DIR] = NL_U8,
	[CSP_MBOX_A_PINHOLE_PROTO] = NL_U8,
	[CSP_MBOX_A_PINHOLE_SRC] = NL_ADDR,
	[CSP_MBOX_A_PINHOLE_DST] = NL_ADDR,
	[CSP_MBOX_A_PINHOLE_SPORT] = NL_U16,
	[CSP_MBOX_A_PINHOLE_DPORT] = NL_U16,
	[CSP_MBOX_A_PINHOLE_GRANTED] = NL_U32,
	[CSP_MBOX_A_PINHOLE_EXPIRES] = NL_U32,
	[CSP_MBOX_A_PINHOLE_AGE] = NL_U32,
	[CSP_MBOX_A_PINHOLE_RULE] = NL_U32,
	[CSP_MBOX_A_PINHOLE_NAT] = NL_ADDR,
	[CSP_MBOX_A_PINHOLE_NAT_PORT] = NL_U16,
};

/* One pinhole as it was told. */
struct hole {
	uint64_t	cid;
	uint64_t	peer_cid;
	const char	*event;
	const char	*state;
	const char	*arrow;
	const char	*proto;
	struct addr	src;
	struct addr	dst;
	uint16_t	sport;
	uint16_t	dport;
	uint32_t	granted;
	uint32_t	expires;
	uint32_t	age;
	uint32_t	rule;
	bool		translated;
	struct addr	nat;
	uint16_t	nat_port;
};

static int hole_parse(const struct nlmsghdr *nlh, struct hole *h)
{
	const struct nlattr *tb[ARRAY_SIZE(hole_types)];
	int err;

	err = nl_parse(nlh, hole_types, CSP_MBOX_A_PINHOLE_MAX, tb);
	if (err)
		return err;
	h->cid = nl_be64(tb[CSP_MBOX_A_PINHOLE_CID]);
	h->peer_cid = nl_be64(tb[CSP_MBOX_A_PINHOLE_PEER_CID]);
	h->event = tb[CSP_MBOX_A_PINHOLE_EVENT] ?
		   name_of(hole_event_names,
			   nl_u8(tb[CSP_MBOX_A_PINHOLE_EVENT])) : NULL;
	h->state = name_of(hole_names, nl_u8(tb[CSP_MBOX_A_PINHOLE_STATE]));
	h->arrow = name_of(arrow_names, nl_u8(tb[CSP_MBOX_A_PINHOLE_DIR]));
	h->proto = name_of(proto_names, nl_u8(tb[CSP_MBOX_A_PINHOLE_PROTO]));
	nl_addr(tb[CSP_MBOX_A_PINHOLE_SRC], &h->src);
	nl_addr(tb[CSP_MBOX_A_PINHOLE_DST], &h->dst);
	h->sport = nl_be16(tb[CSP_MBOX_A_PINHOLE_SPORT]);
	h->dport = nl_be16(tb[CSP_MBOX_A_PINHOLE_DPORT]);
	h->granted = nl_u32(tb[CSP_MBOX_A_PINHOLE_GRANTED]);
	h->expires = nl_u32(tb[CSP_MBOX_A_PINHOLE_EXPIRES]);
	h->age = nl_u32(tb[CSP_MBOX_A_PINHOLE_AGE]);
	h->rule = nl_u32(tb[CSP_MBOX_A_PINHOLE_RULE]);
	h->translated = tb[CSP_MBOX_A_PINHOLE_NAT];
	nl_addr(tb[CSP_MBOX_A_PINHOLE_NAT], &h->nat);
	h->nat_port = nl_be16(tb[CSP_MBOX_A_PINHOLE_NAT_PORT]);
	return 0;
}

static struct json_object *hole_json(const struct hole *h)
{
	struct json_object *obj = json_object_new_object();
	char ip[ADDR_STRLEN], cid[17];

	if (h->event)
		json_str(obj, "event", h->event);
	snprintf(cid, sizeof(cid), "%016" PRIx64, h->cid);
	json_str(obj, "cid", cid);
	if (h->peer_cid) {
		snprintf(cid, sizeof(cid), "%016" PRIx64, h->peer_cid);
		json_str(obj, "peer_cid", cid);
	}
	json_str(obj, "state", h->state);
	json_str(obj, "proto", h->proto);
	json_str(obj, "dir", h->arrow);
	json_str(obj, "src", show_addr(ip, &h->src));
	json_num(obj, "sport", h->sport);
	json_str(obj, "dst", show_addr(ip, &h->dst));
	json_num(obj, "dport", h->dport);
	json_num(obj, "granted_ms", h->granted);
	if (!h->event)
		json_num(obj, "expires_ms", h->expires);
	json_num(obj, "age_ms", h->age);
	json_num(obj, "rule", h->rule);
	if (h->translated) {
		json_str(obj, "nat", show_addr(ip, &h->nat));
		json_num(obj, "nat_port", h->nat_port);
	}
	return obj;
}

/* --- show ---------------------------------------------------------------------------- */

static int show_hole(const struct nlmsghdr *nlh, void *data)
{
	char src[END_STRLEN], dst[END_STRLEN], time[TIME_STRLEN];
	char nat[END_STRLEN];
	struct show *show = data;
	struct table *t = &show->table;
	struct hole h;
	int err;

	err = hole_parse(nlh, &h);
	if (err)
		return err;
	if (opt_json) {
		json_list_item(&show->list, hole_json(&h));
		return 0;
	}
	table_cell(t, "%016" PRIx64, h.cid);
	table_cell(t, "%s", h.proto);
	table_cell(t, "%s", h.state);
	table_cell(t, "%s", show_end(src, &h.src, h.sport));
	table_cell(t, "%s", h.arrow);
	table_cell(t, "%s", show_end(dst, &h.dst, h.dport));
	table_cell(t, "%s", show_ms(time, h.granted));
	table_cell(t, "%s", show_ms(time, h.expires));
	table_cell(t, "%u", h.rule);
	table_cell(t, "%s", h.translated ?
			    show_end(nat, &h.nat, h.nat_port) : "-");
	return 0;
}

static int pinhole_show(void)
{
	struct show show = {
		.table = {
			.heads = { "CID", "PROTO", "STATE", "INITIATOR", "",
				   "RESPONDER", ">GRANTED", ">EXPIRES",
				   ">RULE", "NAT" },
			.columns = 10,
		},
	};
	int err;

	if (nl_open_box())
		return EXIT_FAILED;
	err = nl_talk_or_tell(nl_request(CSP_MBOX_CMD_PINHOLE_GET, NLM_F_DUMP),
			      show_hole, &show, "pinhole show");
	show_print(&show);
	return err ? EXIT_FAILED : EXIT_OK;
}

/* --- del ----------------------------------------------------------------------------- */

static int pinhole_del(int argc, char **argv)
{
	struct nlmsghdr *nlh;
	uint64_t cid;

	if (argc != 1)
		return usage_error(&cmd_pinhole, "it is: pinhole del CID");
	if (parse_cid(argv[0], &cid))
		return usage_error(&cmd_pinhole, "'%s' is no CID", argv[0]);
	if (nl_open_box())
		return EXIT_FAILED;
	nlh = nl_request(CSP_MBOX_CMD_PINHOLE_DEL, 0);
	mnl_attr_put_u64(nlh, CSP_MBOX_A_PINHOLE_CID, htobe64(cid));
	return nl_talk_or_tell(nlh, NULL, NULL, "pinhole del") ?
	       EXIT_FAILED : EXIT_OK;
}

/* --- monitor ------------------------------------------------------------------------- */

/* -ECANCELED: enough seen */
static int take_event(const struct nlmsghdr *nlh, void *data)
{
	char src[END_STRLEN], dst[END_STRLEN], time[TIME_STRLEN];
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct watch_count *n = data;
	struct hole h;
	int err;

	/* There are events of agents, too. */
	if (genl->cmd != CSP_MBOX_CMD_PINHOLE_EVENT)
		return 0;
	err = hole_parse(nlh, &h);
	if (err || !h.event)
		return err;
	if (opt_json)
		json_print(hole_json(&h));
	else
		printf("%-11s  %-4s  %s %s %s  cid %016" PRIx64
		       "  granted %s  rule %u\n", h.event, h.proto,
		       show_end(src, &h.src, h.sport), h.arrow,
		       show_end(dst, &h.dst, h.dport), h.cid,
		       show_ms(time, h.granted), h.rule);
	fflush(stdout);
	return watch_counted(n);
}

static int pinhole_run(int argc, char **argv)
{
	const char *what = "show";
	uint32_t count = 0;

	while (next_option(argc, argv, &cmd_pinhole, "n:") == 'n')
		if (parse_number(optarg, &count) || !count)
			return usage_error(&cmd_pinhole, "'%s' is no count",
					   optarg);
	argc -= optind;
	argv += optind;
	if (argc) {
		what = argv[0];
		argc--;
		argv++;
	}
	if (!strcmp(what, "del"))
		return pinhole_del(argc, argv);
	if (strcmp(what, "show") && strcmp(what, "monitor"))
		return usage_error(&cmd_pinhole, "unknown command 'pinhole %s'",
				   what);
	if (argc)
		return usage_error(&cmd_pinhole, "'%s' is too much", argv[0]);
	return *what == 's' ? pinhole_show() :
	       watch_box(take_event, count, "pinhole monitor");
}

const struct command cmd_pinhole = {
	.name	= "pinhole",
	.brief	= "Show, close or watch what is open through this host.",
	.usage	= pinhole_usage,
	.help	= pinhole_help,
	.run	= pinhole_run,
};
