// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl peer: what this host remembers of others: who speaks CSP, who does
 * not, who wants it for which port.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/csp_netlink.h>

#include "names.h"
#include "nl.h"

static const char peer_usage[] =
	"peer [show] [ADDRESS]\n"
	"peer flush [ADDRESS]";

static const char peer_help[] =
	"VERDICTs: capable (speaks CSP), plain (does not), not-wanted (does, but what\n"
	"listens on PORT does not want it), unknown.  VIA is how signalling reaches it.\n"
	"flush forgets it, or all: the next connection finds out anew.\n";

struct listing {
	struct addr	only;
	struct show	show;
	size_t		n;
};

static int show_peer(const struct nlmsghdr *nlh, void *data)
{
	static const uint8_t types[CSP_A_PEER_MAX + 1] = {
		[CSP_A_PEER_ADDR] = NL_ADDR,
		[CSP_A_PEER_PROTO] = NL_U8,
		[CSP_A_PEER_PORT] = NL_U16,
		[CSP_A_PEER_VERDICT] = NL_U8,
		[CSP_A_PEER_EXPIRES] = NL_U32,
		[CSP_A_PEER_UDP] = NL_FLAG,
		[CSP_A_PEER_RTT] = NL_U32,
	};
	const struct nlattr *tb[ARRAY_SIZE(types)];
	char ip[ADDR_STRLEN], time[TIME_STRLEN];
	struct listing *listing = data;
	struct show *show = &listing->show;
	struct table *t = &show->table;
	const char *proto, *verdict, *via;
	uint32_t expires, rtt, port;
	struct json_object *obj;
	struct addr addr;
	int err;

	err = nl_parse(nlh, types, CSP_A_PEER_MAX, tb);
	if (err)
		return err;
	nl_addr(tb[CSP_A_PEER_ADDR], &addr);
	if (listing->only.len && !same_addr(&listing->only, &addr))
		return 0;
	proto = name_of(proto_names, nl_u8(tb[CSP_A_PEER_PROTO]));
	port = nl_be16(tb[CSP_A_PEER_PORT]);
	verdict = name_of(verdict_names, nl_u8(tb[CSP_A_PEER_VERDICT]));
	expires = nl_u32(tb[CSP_A_PEER_EXPIRES]);
	rtt = nl_u32(tb[CSP_A_PEER_RTT]);
	via = tb[CSP_A_PEER_UDP] ? "udp" : "native";
	listing->n++;

	if (opt_json) {
		obj = json_object_new_object();
		json_str(obj, "addr", show_addr(ip, &addr));
		json_str(obj, "proto", proto);
		json_num(obj, "port", port);
		json_str(obj, "verdict", verdict);
		json_num(obj, "expires_ms", expires);
		json_str(obj, "via", via);
		json_num(obj, "rtt_us", rtt);
		json_list_item(&show->list, obj);
		return 0;
	}
	table_cell(t, "%s", show_addr(ip, &addr));
	table_cell(t, "%s", proto);
	if (port)
		table_cell(t, "%u", port);
	else
		table_cell(t, "any");
	table_cell(t, "%s", verdict);
	table_cell(t, "%s", via);
	if (rtt)
		table_cell(t, "%u.%03ums", rtt / 1000, rtt % 1000);
	else
		table_cell(t, "-");
	table_cell(t, "%s", show_ms(time, expires));
	return 0;
}

static int peer_show(const struct addr *only)
{
	struct listing listing = {
		.only = *only,
		.show.table = {
			.heads = { "ADDRESS", "PROTO", "PORT", "VERDICT", "VIA",
				   ">RTT", ">EXPIRES" },
			.columns = 7,
		},
	};
	int err;

	/* All that is about one address may be several entries: a dump, too. */
	err = nl_talk_or_tell(nl_request(CSP_CMD_PEER_GET, NLM_F_DUMP),
			      show_peer, &listing, "peer show");
	show_print(&listing.show);
	if (!err && only->len && !listing.n) {
		error("nothing is remembered of this peer");
		return EXIT_FAILED;
	}
	return err ? EXIT_FAILED : EXIT_OK;
}

static int peer_flush(const struct addr *only)
{
	struct nlmsghdr *nlh = nl_request(CSP_CMD_PEER_FLUSH, 0);
	uint32_t n = 0;

	if (only->len) {
		mnl_attr_put_u16(nlh, CSP_A_PEER_FAMILY,
				 only->len == 4 ? AF_INET : AF_INET6);
		nl_put_addr(nlh, CSP_A_PEER_ADDR, only);
	}
	if (nl_talk_number(nlh, CSP_A_PEER_FLUSHED, &n, "peer flush"))
		return EXIT_FAILED;
	tell_number("flushed", n, " forgotten");
	return EXIT_OK;
}

static int peer_run(int argc, char **argv)
{
	struct addr only = { };
	bool flush = false;

	next_option(argc, argv, &cmd_peer, "");
	argc -= optind;
	argv += optind;
	if (argc && (!strcmp(argv[0], "show") || !strcmp(argv[0], "flush"))) {
		flush = *argv[0] == 'f';
		argc--;
		argv++;
	}
	if (argc > 1)
		return usage_error(&cmd_peer, "'%s' is too much", argv[1]);
	if (argc && parse_addr(argv[0], &only))
		return usage_error(&cmd_peer, "'%s' is no address", argv[0]);

	if (nl_open())
		return EXIT_FAILED;
	return flush ? peer_flush(&only) : peer_show(&only);
}

const struct command cmd_peer = {
	.name	= "peer",
	.brief	= "Show or forget what is remembered of other hosts.",
	.usage	= peer_usage,
	.help	= peer_help,
	.run	= peer_run,
};
