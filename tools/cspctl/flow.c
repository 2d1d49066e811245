// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl flow: connections that are signalled; show, move, change, give up.
 */
#include <endian.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/csp.h>
#include <linux/csp_netlink.h>

#include "flow_msg.h"
#include "names.h"

static const char flow_usage[] =
	"flow [show] [FILTER...]\n"
	"flow move CID|all [to ADDRESS] [dev DEVICE] [remote ADDRESS]\n"
	"flow change CID [pref low|normal|high] [timeout MS]\n"
	"flow del CID";

static const char flow_help[] =
	"FILTERs, all of which must fit:\n"
	"  cid CID             16 hexadecimal digits, as shown\n"
	"  proto tcp|udp\n"
	"  state NAME          none, setup, embryonic, established, moving,\n"
	"                      homeless, detaching, plain, closed\n"
	"  laddr ADDRESS       address of this end\n"
	"  raddr ADDRESS       address of the other end\n"
	"  lport PORT          port of this end\n"
	"  rport PORT          port of the other end\n"
	"\n"
	"show -v adds a line: the peer's CID, socket, original addresses, ...\n"
	"move re-homes a live connection to ADDRESS, to an address of DEVICE, or else\n"
	"to what routing chooses; \"remote\" uses another address that the peer offered.\n"
	"A connection that has moved has another CID.\n"
	"change tells the peer how much the path in use is wanted, and asks boxes on it\n"
	"to keep idle state for MS milliseconds.\n"
	"del gives up the signalling; the connection goes on without it.\n";

static void put_cid(struct nlmsghdr *nlh, uint64_t cid)
{
	mnl_attr_put_u64(nlh, CSP_A_FLOW_CID, htobe64(cid));
}

/* --- show ------------------------------------------------------------------------ */

struct filter {
	bool		by_cid;
	uint64_t	cid;
	int		proto;
	int		state;
	uint32_t	lport;
	uint32_t	rport;
	struct addr	laddr;
	struct addr	raddr;
};

struct listing {
	struct filter	filter;
	struct show	show;
};

static bool matches(const struct flow *f, const struct filter *filter)
{
	return (filter->proto < 0 || filter->proto == f->proto) &&
	       (filter->state < 0 || filter->state == f->state) &&
	       (!filter->lport || filter->lport == f->lport) &&
	       (!filter->rport || filter->rport == f->rport) &&
	       (!filter->laddr.len || same_addr(&filter->laddr, &f->laddr)) &&
	       (!filter->raddr.len || same_addr(&filter->raddr, &f->raddr));
}

static void add_note(char **note, const char *sep, char *text)
{
	char *old = *note;

	*note = old ? xasprintf("%s%s%s", old, sep, text) : xasprintf("%s", text);
	free(old);
	free(text);
}

/* What -v adds. */
static void show_details(struct table *t, const struct flow *f)
{
	char a[ADDR_STRLEN], b[ADDR_STRLEN], time[TIME_STRLEN], cid[CID_STRLEN];
	char *note = NULL;
	unsigned int i;

	add_note(&note, ", ",
		 xasprintf("peer cid %s", show_cid(cid, f->peer_cid)));
	if (f->inode)
		add_note(&note, ", ", xasprintf("inode %u", f->inode));
	add_note(&note, ", ",
		 xasprintf("set up as %s <-> %s", show_addr(a, &f->home_laddr),
			   show_addr(b, &f->home_raddr)));
	if (f->timeout)
		add_note(&note, ", ", xasprintf("boxes keep it for %s",
						show_ms(time, f->timeout)));
	for (i = 0; i < f->n_alts; i++)
		add_note(&note, i ? " " : ", ",
			 xasprintf("%s%s", i ? "" : "peer also at ",
				   show_addr(a, &f->alts[i])));
	table_note(t, "%s", note);
	free(note);
}

static int show_flow(const struct nlmsghdr *nlh, void *data)
{
	char end[END_STRLEN], flags[FLAGS_STRLEN], time[TIME_STRLEN];
	char cid[CID_STRLEN];
	struct listing *listing = data;
	struct show *show = &listing->show;
	struct table *t = &show->table;
	struct flow f;
	int err;

	err = flow_parse(nlh, &f);
	if (err || !matches(&f, &listing->filter))
		return err;
	if (opt_json) {
		json_list_item(&show->list, flow_json(&f));
		return 0;
	}
	table_cell(t, "%s", show_cid(cid, f.cid));
	table_cell(t, "%s", name_of(proto_names, f.proto));
	table_cell(t, "%s", name_of(state_names, f.state));
	table_cell(t, "%s", show_end(end, &f.laddr, f.lport));
	table_cell(t, "%s", show_end(end, &f.raddr, f.rport));
	table_cell(t, "%u", f.moves);
	table_cell(t, "%s", show_ms(time, f.age));
	table_cell(t, "%s", show_flags(flags, f.flags));
	if (opt_verbose)
		show_details(t, &f);
	return 0;
}

/* One "NAME VALUE" of a filter; not 0: wrong. */
static int parse_filter(struct filter *filter, const char *name,
			const char *value)
{
	if (!strcmp(name, "cid")) {
		filter->by_cid = true;
		return parse_cid(value, &filter->cid);
	} else if (!strcmp(name, "proto")) {
		filter->proto = value_of(proto_names, value);
		return filter->proto <= 0;
	} else if (!strcmp(name, "state")) {
		filter->state = value_of(state_names, value);
		return filter->state < 0;
	} else if (!strcmp(name, "laddr")) {
		return parse_addr(value, &filter->laddr);
	} else if (!strcmp(name, "raddr")) {
		return parse_addr(value, &filter->raddr);
	} else if (!strcmp(name, "lport")) {
		return parse_number(value, &filter->lport) ||
		       !filter->lport || filter->lport > UINT16_MAX;
	} else if (!strcmp(name, "rport")) {
		return parse_number(value, &filter->rport) ||
		       !filter->rport || filter->rport > UINT16_MAX;
	}
	return -ENOENT;
}

static int flow_show(int argc, char **argv)
{
	struct listing listing = {
		.filter = { .proto = -1, .state = -1 },
		.show.table = {
			.heads = { "CID", "PROTO", "STATE", "LOCAL", "REMOTE",
				   ">MOVES", ">AGE", "FLAGS" },
			.columns = 8,
		},
	};
	struct nlmsghdr *nlh;
	int i, err;

	for (i = 0; i < argc; i += 2) {
		if (i + 1 == argc)
			return usage_error(&cmd_flow, "filter '%s' lacks its value",
					   argv[i]);
		err = parse_filter(&listing.filter, argv[i], argv[i + 1]);
		if (err == -ENOENT)
			return usage_error(&cmd_flow, "unknown filter '%s'",
					   argv[i]);
		if (err)
			return usage_error(&cmd_flow, "'%s' is no %s",
					   argv[i + 1], argv[i]);
	}

	if (nl_open())
		return EXIT_FAILED;
	if (listing.filter.by_cid) {
		nlh = nl_request(CSP_CMD_FLOW_GET, 0);
		put_cid(nlh, listing.filter.cid);
		err = nl_talk_or_tell(nlh, show_flow, &listing,
				      "flow %016" PRIx64, listing.filter.cid);
	} else {
		nlh = nl_request(CSP_CMD_FLOW_GET, NLM_F_DUMP);
		err = nl_talk_or_tell(nlh, show_flow, &listing, "flow show");
	}
	show_print(&listing.show);
	return err ? EXIT_FAILED : EXIT_OK;
}

/* --- move ------------------------------------------------------------------------- */

struct target {
	struct addr	to;
	struct addr	remote;
	unsigned int	ifindex;
};

/* Connections that "move all" means: those of the address family asked for. */
struct chosen {
	const struct target	*target;
	uint64_t		*cids;
	size_t			n;
	size_t			size;
};

static bool family_fits(const struct addr *want, const struct addr *have)
{
	return !want->len || want->len == have->len;
}

static int choose_flow(const struct nlmsghdr *nlh, void *data)
{
	struct chosen *chosen = data;
	struct flow f;
	int err;

	err = flow_parse(nlh, &f);
	if (err)
		return err;
	if (f.state < CSP_STATE_ESTABLISHED || f.state > CSP_STATE_HOMELESS ||
	    !family_fits(&chosen->target->to, &f.laddr) ||
	    !family_fits(&chosen->target->remote, &f.raddr))
		return 0;
	if (!f.cid)
		return -EPERM;
	if (chosen->n == chosen->size) {
		chosen->size = chosen->size ? 2 * chosen->size : 64;
		chosen->cids = xrealloc(chosen->cids, chosen->size *
					sizeof(*chosen->cids));
	}
	chosen->cids[chosen->n++] = f.cid;
	return 0;
}

static int move_one(uint64_t cid, const struct target *target)
{
	struct nlmsghdr *nlh = nl_request(CSP_CMD_FLOW_MOVE, 0);

	put_cid(nlh, cid);
	if (target->to.len)
		nl_put_addr(nlh, CSP_A_FLOW_LADDR, &target->to);
	if (target->remote.len)
		nl_put_addr(nlh, CSP_A_FLOW_RADDR, &target->remote);
	if (target->ifindex)
		mnl_attr_put_u32(nlh, CSP_A_FLOW_IFINDEX, target->ifindex);
	return nl_talk_or_tell(nlh, NULL, NULL, "move of %016" PRIx64, cid);
}

static int move_all(const struct target *target)
{
	struct chosen chosen = { .target = target };
	struct json_object *obj;
	size_t i, failed = 0;

	if (nl_talk_or_tell(nl_request(CSP_CMD_FLOW_GET, NLM_F_DUMP),
			    choose_flow, &chosen, "flow move")) {
		free(chosen.cids);
		return EXIT_FAILED;
	}
	for (i = 0; i < chosen.n; i++)
		failed += move_one(chosen.cids[i], target) != 0;
	free(chosen.cids);

	if (opt_json) {
		obj = json_object_new_object();
		json_num(obj, "begun", chosen.n - failed);
		json_num(obj, "failed", failed);
		json_print(obj);
	} else {
		printf("%zu moves begun, %zu failed\n", chosen.n - failed,
		       failed);
	}
	return failed ? EXIT_FAILED : EXIT_OK;
}

static int flow_move(int argc, char **argv)
{
	struct target target = { };
	uint64_t cid = 0;
	bool all;
	int i;

	if (!argc)
		return usage_error(&cmd_flow, "move what? CID or 'all'");
	all = !strcmp(argv[0], "all");
	if (!all && parse_cid(argv[0], &cid))
		return usage_error(&cmd_flow, "'%s' is no CID", argv[0]);

	for (i = 1; i < argc; i += 2) {
		if (strcmp(argv[i], "to") && strcmp(argv[i], "dev") &&
		    strcmp(argv[i], "remote"))
			return usage_error(&cmd_flow,
					   "'to', 'dev' or 'remote' is expected, not '%s'",
					   argv[i]);
		if (i + 1 == argc)
			return usage_error(&cmd_flow, "'%s' lacks its value",
					   argv[i]);
		if (!strcmp(argv[i], "dev")) {
			target.ifindex = if_nametoindex(argv[i + 1]);
			if (!target.ifindex) {
				error("no device '%s'", argv[i + 1]);
				return EXIT_FAILED;
			}
		} else if (parse_addr(argv[i + 1], *argv[i] == 't' ?
				      &target.to : &target.remote)) {
			return usage_error(&cmd_flow, "'%s' is no address",
					   argv[i + 1]);
		}
	}
	if (target.to.len && target.remote.len &&
	    target.to.len != target.remote.len)
		return usage_error(&cmd_flow,
				   "an IPv4 and an IPv6 address make no path");

	if (nl_open())
		return EXIT_FAILED;
	if (all)
		return move_all(&target);
	return move_one(cid, &target) ? EXIT_FAILED : EXIT_OK;
}

/* --- change, del -------------------------------------------------------------------- */

/* What to say; -1 and UINT64_MAX: nothing. */
struct change {
	int		pref;
	uint64_t	timeout;
};

static int parse_change(const char *key, const char *value, struct change *what)
{
	uint32_t ms;

	if (!strcmp(key, "pref")) {
		what->pref = value_of(pref_names, value);
		if (what->pref < 0)
			return usage_error(&cmd_flow, "'%s' is none of %s",
					   value, all_names(pref_names));
	} else if (!strcmp(key, "timeout")) {
		if (parse_number(value, &ms))
			return usage_error(&cmd_flow,
					   "'%s' is no number of milliseconds",
					   value);
		what->timeout = ms;
	} else {
		return usage_error(&cmd_flow, "'%s' is neither pref nor timeout",
				   key);
	}
	return EXIT_OK;
}

static int flow_change(int argc, char **argv)
{
	struct change what = { .pref = -1, .timeout = UINT64_MAX };
	struct nlmsghdr *nlh;
	uint64_t cid;
	int i, status;

	if (argc < 3 || argc % 2 == 0)
		return usage_error(&cmd_flow,
				   "it is: flow change CID [pref low|normal|high] [timeout MS]");
	if (parse_cid(argv[0], &cid))
		return usage_error(&cmd_flow, "'%s' is no CID", argv[0]);
	for (i = 1; i < argc; i += 2) {
		status = parse_change(argv[i], argv[i + 1], &what);
		if (status != EXIT_OK)
			return status;
	}

	if (nl_open())
		return EXIT_FAILED;
	nlh = nl_request(CSP_CMD_FLOW_CHANGE, 0);
	put_cid(nlh, cid);
	if (what.pref >= 0)
		mnl_attr_put_u32(nlh, CSP_A_FLOW_PREF, what.pref);
	if (what.timeout <= UINT32_MAX)
		mnl_attr_put_u32(nlh, CSP_A_FLOW_TIMEOUT, what.timeout);
	return nl_talk_or_tell(nlh, NULL, NULL, "change of %016" PRIx64, cid) ?
	       EXIT_FAILED : EXIT_OK;
}

static int flow_del(int argc, char **argv)
{
	struct nlmsghdr *nlh;
	uint64_t cid;

	if (argc != 1)
		return usage_error(&cmd_flow, "it is: flow del CID");
	if (parse_cid(argv[0], &cid))
		return usage_error(&cmd_flow, "'%s' is no CID", argv[0]);

	if (nl_open())
		return EXIT_FAILED;
	nlh = nl_request(CSP_CMD_FLOW_DEL, 0);
	put_cid(nlh, cid);
	return nl_talk_or_tell(nlh, NULL, NULL, "del of %016" PRIx64, cid) ?
	       EXIT_FAILED : EXIT_OK;
}

static int flow_run(int argc, char **argv)
{
	next_option(argc, argv, &cmd_flow, "");
	argc -= optind;
	argv += optind;
	if (!argc)
		return flow_show(0, NULL);
	if (!strcmp(argv[0], "show"))
		return flow_show(argc - 1, argv + 1);
	if (!strcmp(argv[0], "move"))
		return flow_move(argc - 1, argv + 1);
	if (!strcmp(argv[0], "change"))
		return flow_change(argc - 1, argv + 1);
	if (!strcmp(argv[0], "del"))
		return flow_del(argc - 1, argv + 1);
	return flow_show(argc, argv);	/* filters, or what is wrong with them */
}

const struct command cmd_flow = {
	.name	= "flow",
	.brief	= "Show, move, change or give up connections.",
	.usage	= flow_usage,
	.help	= flow_help,
	.run	= flow_run,
};
