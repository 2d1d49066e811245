// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl register: tell a home agent where this host is.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <linux/csp_netlink.h>

#include "names.h"
#include "nl.h"

static const char register_usage[] =
	"register [show]\n"
	"register AGENT --home ADDRESS --key KEY [--lifetime TIME] [--hidden]\n"
	"register del ADDRESS";

static const char register_help[] =
	"Registers the home ADDRESS of this host with the agent at AGENT, and keeps it\n"
	"registered: again at half of the lifetime, at the latest after \"register_check\"\n"
	"(30s), and whenever the address changes.  KEY is the public key of the agent, as\n"
	"\"cspctl key standing\" shows it there; it has to be given that of this host.\n"
	"STATEs: asking, registered, refused, nowhere (the agent cannot be reached from any\n"
	"address), leaving.\n"
	"\n"
	"  --home ADDRESS   the address under which this host is known\n"
	"  --key KEY        public key of the agent\n"
	"  --lifetime TIME  to ask for: 300s, 5m, 2h; 10m without it\n"
	"  --hidden         nobody is told where this host is before it agrees\n";

#define LIFETIME	600000		/* ms */

static const uint8_t reg_types[CSP_A_REGISTRATION_MAX + 1] = {
	[CSP_A_REGISTRATION_HOME] = NL_ADDR,
	[CSP_A_REGISTRATION_AGENT] = NL_ADDR,
	[CSP_A_REGISTRATION_KEY] = NL_KEY,
	[CSP_A_REGISTRATION_LIFETIME] = NL_U32,
	[CSP_A_REGISTRATION_HIDDEN] = NL_FLAG,
	[CSP_A_REGISTRATION_STATE] = NL_U8,
	[CSP_A_REGISTRATION_LOCATOR] = NL_ADDR,
	[CSP_A_REGISTRATION_GRANTED] = NL_U32,
	[CSP_A_REGISTRATION_EXPIRES] = NL_U32,
	[CSP_A_REGISTRATION_ERROR] = NL_U16,
};

static struct json_object *json_reg(const struct nlattr **tb)
{
	struct json_object *obj = json_object_new_object();
	char ip[ADDR_STRLEN], key[45];

	json_str(obj, "home", nl_show_addr(ip, tb[CSP_A_REGISTRATION_HOME]));
	json_str(obj, "agent", nl_show_addr(ip, tb[CSP_A_REGISTRATION_AGENT]));
	if (tb[CSP_A_REGISTRATION_KEY]) {
		base64(key, mnl_attr_get_payload(tb[CSP_A_REGISTRATION_KEY]),
		       32);
		json_str(obj, "key", key);
	}
	json_str(obj, "state",
		 name_of(reg_names, nl_u8(tb[CSP_A_REGISTRATION_STATE])));
	json_num(obj, "lifetime_ms", nl_u32(tb[CSP_A_REGISTRATION_LIFETIME]));
	json_object_object_add(obj, "hidden",
			       json_object_new_boolean(!!tb[CSP_A_REGISTRATION_HIDDEN]));
	if (tb[CSP_A_REGISTRATION_LOCATOR])
		json_str(obj, "locator",
			 nl_show_addr(ip, tb[CSP_A_REGISTRATION_LOCATOR]));
	json_num(obj, "granted_ms", nl_u32(tb[CSP_A_REGISTRATION_GRANTED]));
	json_num(obj, "expires_ms", nl_u32(tb[CSP_A_REGISTRATION_EXPIRES]));
	if (tb[CSP_A_REGISTRATION_ERROR])
		json_str(obj, "error",
			 name_of(error_names,
				 nl_u16(tb[CSP_A_REGISTRATION_ERROR])));
	return obj;
}

static int show_reg(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[ARRAY_SIZE(reg_types)];
	char ip[ADDR_STRLEN], time[TIME_STRLEN];
	struct show *show = data;
	struct table *t = &show->table;
	int err;

	err = nl_parse(nlh, reg_types, CSP_A_REGISTRATION_MAX, tb);
	if (err)
		return err;
	if (opt_json) {
		json_list_item(&show->list, json_reg(tb));
		return 0;
	}
	table_cell(t, "%s", nl_show_addr(ip, tb[CSP_A_REGISTRATION_HOME]));
	table_cell(t, "%s", nl_show_addr(ip, tb[CSP_A_REGISTRATION_AGENT]));
	table_cell(t, "%s%s", name_of(reg_names,
				      nl_u8(tb[CSP_A_REGISTRATION_STATE])),
		   tb[CSP_A_REGISTRATION_HIDDEN] ? ", hidden" : "");
	table_cell(t, "%s", nl_show_addr(ip, tb[CSP_A_REGISTRATION_LOCATOR]));
	table_cell(t, "%s",
		   show_ms(time, nl_u32(tb[CSP_A_REGISTRATION_EXPIRES])));
	if (tb[CSP_A_REGISTRATION_ERROR])
		table_note(t, "refused: %s",
			   name_of(error_names,
				   nl_u16(tb[CSP_A_REGISTRATION_ERROR])));
	return 0;
}

static int register_show(void)
{
	struct show show = {
		.table = {
			.heads = { "HOME", "AGENT", "STATE", "LOCATOR",
				   ">EXPIRES" },
			.columns = 5,
		},
	};
	int err;

	if (nl_open())
		return EXIT_FAILED;
	err = nl_talk_or_tell(nl_request(CSP_CMD_REGISTER_GET, NLM_F_DUMP),
			      show_reg, &show, "register show");
	show_print(&show);
	return err ? EXIT_FAILED : EXIT_OK;
}

/* What the options say. */
struct wish {
	const char	*home;
	const char	*key;
	uint32_t	lifetime;
	bool		hidden;
};

static int register_add(const char *agent, const struct wish *w)
{
	struct addr home, where;
	struct nlmsghdr *nlh;
	uint8_t key[32];

	if (parse_addr(agent, &where))
		return usage_error(&cmd_register, "'%s' is no address", agent);
	if (!w->home || !w->key)
		return usage_error(&cmd_register,
				   "it is: register AGENT --home ADDRESS --key KEY");
	if (parse_addr(w->home, &home))
		return usage_error(&cmd_register, "'%s' is no address", w->home);
	if (parse_key(w->key, key))
		return usage_error(&cmd_register, "'%s' is no key", w->key);
	if (nl_open())
		return EXIT_FAILED;
	nlh = nl_request(CSP_CMD_REGISTER_ADD, 0);
	nl_put_addr(nlh, CSP_A_REGISTRATION_HOME, &home);
	nl_put_addr(nlh, CSP_A_REGISTRATION_AGENT, &where);
	mnl_attr_put(nlh, CSP_A_REGISTRATION_KEY, sizeof(key), key);
	mnl_attr_put_u32(nlh, CSP_A_REGISTRATION_LIFETIME, w->lifetime);
	if (w->hidden)
		mnl_attr_put(nlh, CSP_A_REGISTRATION_HIDDEN, 0, NULL);
	return nl_talk_or_tell(nlh, NULL, NULL, "register") ? EXIT_FAILED :
							      EXIT_OK;
}

static int register_del(const char *arg)
{
	struct nlmsghdr *nlh;
	struct addr home;

	if (parse_addr(arg, &home))
		return usage_error(&cmd_register, "'%s' is no address", arg);
	if (nl_open())
		return EXIT_FAILED;
	nlh = nl_request(CSP_CMD_REGISTER_DEL, 0);
	nl_put_addr(nlh, CSP_A_REGISTRATION_HOME, &home);
	return nl_talk_or_tell(nlh, NULL, NULL, "register del") ? EXIT_FAILED :
								  EXIT_OK;
}

static int register_run(int argc, char **argv)
{
	struct wish w = { .lifetime = LIFETIME };
	int c;

	while ((c = next_option(argc, argv, &cmd_register, "H:K:L:D")) != -1) {
		if (c == 'H')
			w.home = optarg;
		else if (c == 'K')
			w.key = optarg;
		else if (c == 'D')
			w.hidden = true;
		else if (parse_time(optarg, &w.lifetime))
			return usage_error(&cmd_register, "'%s' is no time",
					   optarg);
	}
	argc -= optind;
	argv += optind;
	if (!argc || (argc == 1 && !strcmp(argv[0], "show")))
		return register_show();
	if (!strcmp(argv[0], "del"))
		return argc == 2 ? register_del(argv[1]) :
		       usage_error(&cmd_register, "it is: register del ADDRESS");
	if (argc > 1)
		return usage_error(&cmd_register, "'%s' is too much", argv[1]);
	return register_add(argv[0], &w);
}

const struct command cmd_register = {
	.name	= "register",
	.brief	= "Register this host with its home agent, and show how that stands.",
	.usage	= register_usage,
	.help	= register_help,
	.run	= register_run,
};
