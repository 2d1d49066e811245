// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl agent: the home addresses that this host answers for.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/csp_mbox.h>
#include <linux/genetlink.h>

#include "names.h"
#include "nl.h"
#include "watch.h"

static const char agent_usage[] =
	"agent [show]\n"
	"agent add ADDRESS --key KEY [--lifetime TIME] [--hidden|--guard]\n"
	"agent del ADDRESS\n"
	"agent monitor [-n COUNT]";

static const char agent_help[] =
	"A home agent answers for hosts that are not at home: whoever announces a connection\n"
	"to the home ADDRESS is told where its host is, or, if that is hidden, the host\n"
	"is told who asks.  Packets to ADDRESS have to pass this machine, as they pass the\n"
	"router of the home network.\n"
	"STATEs: gone (not registered), at-home, away.\n"
	"\n"
	"  --key KEY          public key of the host, which may register the address\n"
	"  --lifetime TIME    of a registration, at most: 300s, 5m, 2h; 1h without it\n"
	"  --hidden           nobody is told where the host is before it agrees\n"
	"  --guard            nobody gets to the host without a token; see \"token\"\n"
	"  -n, --count COUNT  end after COUNT events\n";

#define LIFETIME	3600000		/* ms */

static const uint8_t home_types[CSP_MBOX_A_HOME_MAX + 1] = {
	[CSP_MBOX_A_HOME_HOME] = NL_ADDR,
	[CSP_MBOX_A_HOME_KEY] = NL_KEY,
	[CSP_MBOX_A_HOME_LIFETIME] = NL_U32,
	[CSP_MBOX_A_HOME_HIDDEN] = NL_FLAG,
	[CSP_MBOX_A_HOME_GUARD] = NL_FLAG,
	[CSP_MBOX_A_HOME_EVENT] = NL_U8,
	[CSP_MBOX_A_HOME_STATE] = NL_U8,
	[CSP_MBOX_A_HOME_LOCATOR] = NL_ADDR,
	[CSP_MBOX_A_HOME_GRANTED] = NL_U32,
	[CSP_MBOX_A_HOME_EXPIRES] = NL_U32,
	[CSP_MBOX_A_HOME_REDIRECTED] = NL_U64,
	[CSP_MBOX_A_HOME_RELAYED] = NL_U64,
};

static void json_counts(struct json_object *obj, const struct nlattr **tb)
{
	char key[45];

	if (!tb[CSP_MBOX_A_HOME_KEY])
		return;
	base64(key, mnl_attr_get_payload(tb[CSP_MBOX_A_HOME_KEY]), 32);
	json_str(obj, "key", key);
	json_object_object_add(obj, "hidden",
			       json_object_new_boolean(!!tb[CSP_MBOX_A_HOME_HIDDEN]));
	json_object_object_add(obj, "guard",
			       json_object_new_boolean(!!tb[CSP_MBOX_A_HOME_GUARD]));
	json_num(obj, "lifetime_ms", nl_u32(tb[CSP_MBOX_A_HOME_LIFETIME]));
	json_num(obj, "expires_ms", nl_u32(tb[CSP_MBOX_A_HOME_EXPIRES]));
	json_num(obj, "redirected", nl_u64(tb[CSP_MBOX_A_HOME_REDIRECTED]));
	json_num(obj, "relayed", nl_u64(tb[CSP_MBOX_A_HOME_RELAYED]));
}

static struct json_object *json_home(const struct nlattr **tb)
{
	struct json_object *obj = json_object_new_object();
	char ip[ADDR_STRLEN];

	if (tb[CSP_MBOX_A_HOME_EVENT])
		json_str(obj, "event",
			 name_of(home_event_names,
				 nl_u8(tb[CSP_MBOX_A_HOME_EVENT])));
	json_str(obj, "home", nl_show_addr(ip, tb[CSP_MBOX_A_HOME_HOME]));
	json_str(obj, "state", name_of(home_names,
				       nl_u8(tb[CSP_MBOX_A_HOME_STATE])));
	if (tb[CSP_MBOX_A_HOME_LOCATOR])
		json_str(obj, "locator",
			 nl_show_addr(ip, tb[CSP_MBOX_A_HOME_LOCATOR]));
	json_num(obj, "granted_ms", nl_u32(tb[CSP_MBOX_A_HOME_GRANTED]));
	json_counts(obj, tb);
	return obj;
}

/* --- show ---------------------------------------------------------------------------- */

static int show_home(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[ARRAY_SIZE(home_types)];
	char ip[ADDR_STRLEN], time[TIME_STRLEN], key[45] = "";
	struct show *show = data;
	struct table *t = &show->table;
	int err;

	err = nl_parse(nlh, home_types, CSP_MBOX_A_HOME_MAX, tb);
	if (err)
		return err;
	if (opt_json) {
		json_list_item(&show->list, json_home(tb));
		return 0;
	}
	if (tb[CSP_MBOX_A_HOME_KEY])
		base64(key, mnl_attr_get_payload(tb[CSP_MBOX_A_HOME_KEY]), 32);
	table_cell(t, "%s", nl_show_addr(ip, tb[CSP_MBOX_A_HOME_HOME]));
	table_cell(t, "%s%s%s", name_of(home_names,
					nl_u8(tb[CSP_MBOX_A_HOME_STATE])),
		   tb[CSP_MBOX_A_HOME_HIDDEN] ? ", hidden" : "",
		   tb[CSP_MBOX_A_HOME_GUARD] ? ", guarded" : "");
	table_cell(t, "%s", nl_show_addr(ip, tb[CSP_MBOX_A_HOME_LOCATOR]));
	table_cell(t, "%s", show_ms(time, nl_u32(tb[CSP_MBOX_A_HOME_EXPIRES])));
	table_cell(t, "%" PRIu64, nl_u64(tb[CSP_MBOX_A_HOME_REDIRECTED]));
	table_cell(t, "%" PRIu64, nl_u64(tb[CSP_MBOX_A_HOME_RELAYED]));
	table_cell(t, "%s", key);
	return 0;
}

static int agent_show(void)
{
	struct show show = {
		.table = {
			.heads = { "HOME", "STATE", "LOCATOR", ">EXPIRES",
				   ">REDIRECTED", ">RELAYED", "KEY" },
			.columns = 7,
		},
	};
	int err;

	if (nl_open_box())
		return EXIT_FAILED;
	err = nl_talk_or_tell(nl_request(CSP_MBOX_CMD_AGENT_GET, NLM_F_DUMP),
			      show_home, &show, "agent show");
	show_print(&show);
	return err ? EXIT_FAILED : EXIT_OK;
}

/* --- change -------------------------------------------------------------------------- */

/* What the options say. */
struct wish {
	const char	*key;
	uint32_t	lifetime;
	uint32_t	count;
	bool		hidden;
	bool		guard;
};

static int agent_add(const struct addr *home, const struct wish *w)
{
	struct nlmsghdr *nlh;
	uint8_t key[32];

	if (!w->key)
		return usage_error(&cmd_agent,
				   "it is: agent add ADDRESS --key KEY");
	if (parse_key(w->key, key))
		return usage_error(&cmd_agent, "'%s' is no key", w->key);
	if (nl_open_box())
		return EXIT_FAILED;
	nlh = nl_request(CSP_MBOX_CMD_AGENT_ADD, 0);
	nl_put_addr(nlh, CSP_MBOX_A_HOME_HOME, home);
	mnl_attr_put(nlh, CSP_MBOX_A_HOME_KEY, sizeof(key), key);
	mnl_attr_put_u32(nlh, CSP_MBOX_A_HOME_LIFETIME, w->lifetime);
	if (w->hidden)
		mnl_attr_put(nlh, CSP_MBOX_A_HOME_HIDDEN, 0, NULL);
	if (w->guard)
		mnl_attr_put(nlh, CSP_MBOX_A_HOME_GUARD, 0, NULL);
	return nl_talk_or_tell(nlh, NULL, NULL, "agent add") ? EXIT_FAILED :
							       EXIT_OK;
}

static int agent_del(const struct addr *home)
{
	struct nlmsghdr *nlh;

	if (nl_open_box())
		return EXIT_FAILED;
	nlh = nl_request(CSP_MBOX_CMD_AGENT_DEL, 0);
	nl_put_addr(nlh, CSP_MBOX_A_HOME_HOME, home);
	return nl_talk_or_tell(nlh, NULL, NULL, "agent del") ? EXIT_FAILED :
							       EXIT_OK;
}

/* --- monitor ------------------------------------------------------------------------- */

/* -ECANCELED: enough seen */
static int take_event(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[ARRAY_SIZE(home_types)];
	char home[ADDR_STRLEN], loc[ADDR_STRLEN], time[TIME_STRLEN];
	struct watch_count *n = data;
	int err;

	/* There are events of pinholes, too. */
	if (genl->cmd != CSP_MBOX_CMD_AGENT_EVENT)
		return 0;
	err = nl_parse(nlh, home_types, CSP_MBOX_A_HOME_MAX, tb);
	if (err || !tb[CSP_MBOX_A_HOME_EVENT])
		return err;
	if (opt_json)
		json_print(json_home(tb));
	else
		printf("%-12s  %s  %s at %s  granted %s\n",
		       name_of(home_event_names,
			       nl_u8(tb[CSP_MBOX_A_HOME_EVENT])),
		       nl_show_addr(home, tb[CSP_MBOX_A_HOME_HOME]),
		       name_of(home_names, nl_u8(tb[CSP_MBOX_A_HOME_STATE])),
		       nl_show_addr(loc, tb[CSP_MBOX_A_HOME_LOCATOR]),
		       show_ms(time, nl_u32(tb[CSP_MBOX_A_HOME_GRANTED])));
	fflush(stdout);
	return watch_counted(n);
}

/* --- the command --------------------------------------------------------------------- */

static int agent_options(int argc, char **argv, struct wish *w)
{
	int c;

	while ((c = next_option(argc, argv, &cmd_agent, "K:L:DGn:")) != -1) {
		if (c == 'K')
			w->key = optarg;
		else if (c == 'D')
			w->hidden = true;
		else if (c == 'G')
			w->guard = true;
		else if (c == 'n' && (parse_number(optarg, &w->count) ||
				      !w->count))
			return usage_error(&cmd_agent, "'%s' is no count",
					   optarg);
		else if (c == 'L' && parse_time(optarg, &w->lifetime))
			return usage_error(&cmd_agent, "'%s' is no time",
					   optarg);
	}
	return EXIT_OK;
}

static int agent_run(int argc, char **argv)
{
	struct wish w = { .lifetime = LIFETIME };
	const char *what = "show";
	struct addr home;
	bool add;

	if (agent_options(argc, argv, &w))
		return EXIT_USAGE;
	argc -= optind;
	argv += optind;
	if (argc)
		what = argv[0];
	add = !strcmp(what, "add");
	if (add || !strcmp(what, "del")) {
		if (argc != 2)
			return usage_error(&cmd_agent, "it is: agent %s ADDRESS",
					   what);
		if (parse_addr(argv[1], &home))
			return usage_error(&cmd_agent, "'%s' is no address",
					   argv[1]);
		return add ? agent_add(&home, &w) : agent_del(&home);
	}
	if (strcmp(what, "show") && strcmp(what, "monitor"))
		return usage_error(&cmd_agent, "unknown command 'agent %s'",
				   what);
	if (argc > 1)
		return usage_error(&cmd_agent, "'%s' is too much", argv[1]);
	return *what == 's' ? agent_show() :
	       watch_box(take_event, w.count, "agent monitor");
}

const struct command cmd_agent = {
	.name	= "agent",
	.brief	= "Show and change for which home addresses this host answers.",
	.usage	= agent_usage,
	.help	= agent_help,
	.run	= agent_run,
};
