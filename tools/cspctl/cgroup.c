// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl cgroup: programs that never heard of CSP use it because of the cgroup
 * they run in.
 */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/csp_netlink.h>

#include "cgroup.h"
#include "cgroup_fs.h"
#include "names.h"
#include "nl.h"
#include "token.h"

static const char cgroup_usage[] =
	"cgroup [show]\n"
	"cgroup add CGROUP off|prefer|require [name NAME] [auth TOKEN]\n"
	"cgroup del CGROUP";

static const char cgroup_help[] =
	"A rule is for the sockets made in this network namespace by the processes of\n"
	"CGROUP and of the cgroups below it, unless a rule further down says otherwise;\n"
	"what a program itself sets with CSP_ENABLE comes first.\n"
	"CGROUP is a path from the root of the cgroup2 hierarchy or a directory below\n"
	"where that is mounted: /system.slice or /sys/fs/cgroup/system.slice.\n"
	"NAME and TOKEN are what the sockets say when they connect, and ask for when they\n"
	"listen, as CSP_NAME and CSP_AUTH do. TOKEN: text, or 0x and hexadecimal digits.\n";

/* The longest path that the module takes. */
#define MAX_PATH_LEN	(PATH_MAX - 1)

static int show_rule(const struct nlmsghdr *nlh, void *data)
{
	static const uint8_t types[CSP_A_RULE_MAX + 1] = {
		[CSP_A_RULE_CGROUP] = NL_STRING,
		[CSP_A_RULE_MODE] = NL_U8,
		[CSP_A_RULE_NAME] = NL_STRING,
		[CSP_A_RULE_AUTH] = NL_BYTES,
	};
	const struct nlattr *tb[ARRAY_SIZE(types)];
	struct show *show = data;
	char path[PATH_MAX], name[CSP_NAME_MAX + 1] = "-";
	char *token = NULL;
	struct json_object *obj;
	const char *mode;
	int err;

	err = nl_parse(nlh, types, CSP_A_RULE_MAX, tb);
	if (err)
		return err;
	clean_text(path, sizeof(path), nl_string(tb[CSP_A_RULE_CGROUP]));
	mode = name_of(mode_names, nl_u8(tb[CSP_A_RULE_MODE]));
	if (tb[CSP_A_RULE_NAME])
		clean_text(name, sizeof(name), nl_string(tb[CSP_A_RULE_NAME]));
	if (tb[CSP_A_RULE_AUTH])
		token = show_token(tb[CSP_A_RULE_AUTH]);
	if (opt_json) {
		obj = json_object_new_object();
		json_str(obj, "cgroup", path);
		json_str(obj, "mode", mode);
		if (tb[CSP_A_RULE_NAME])
			json_str(obj, "name", name);
		if (token)
			json_str(obj, "auth", token);
		json_list_item(&show->list, obj);
	} else {
		table_cell(&show->table, "%s", mode);
		table_cell(&show->table, "%s", path);
		table_cell(&show->table, "%s", name);
		table_cell(&show->table, "%s", token ?: "-");
	}
	free(token);
	return 0;
}

static int rule_show(void)
{
	struct show show = {
		.table = {
			.heads = { "MODE", "CGROUP", "NAME", "TOKEN" },
			.columns = 4,
		},
	};
	int err;

	err = nl_talk_or_tell(nl_request(CSP_CMD_RULE_GET, NLM_F_DUMP),
			      show_rule, &show, "cgroup show");
	show_print(&show);
	return err;
}

int cgroup_set_name(const struct command *cmd, struct cgroup_words *words,
		    const char *arg)
{
	if (!is_name(arg))
		return usage_error(cmd, "'%s' is no name", arg);
	words->name = arg;
	return EXIT_OK;
}

int cgroup_set_token(const struct command *cmd, struct cgroup_words *words,
		     const char *arg)
{
	const char *why;

	words->auth_len = parse_token(arg, words->auth, &why);
	return words->auth_len ? EXIT_OK :
	       usage_error(cmd, "'%s' is no %s", arg, why);
}

int cgroup_rule_add(const char *path, int mode,
		    const struct cgroup_words *words)
{
	struct nlmsghdr *nlh = nl_request(CSP_CMD_RULE_ADD, 0);

	mnl_attr_put_strz(nlh, CSP_A_RULE_CGROUP, path);
	mnl_attr_put_u8(nlh, CSP_A_RULE_MODE, mode);
	if (words->name)
		mnl_attr_put_strz(nlh, CSP_A_RULE_NAME, words->name);
	if (words->auth_len)
		mnl_attr_put(nlh, CSP_A_RULE_AUTH, words->auth_len,
			     words->auth);
	return nl_talk_or_tell(nlh, NULL, NULL, "rule for %s", path);
}

int cgroup_rule_del(const char *path)
{
	struct nlmsghdr *nlh = nl_request(CSP_CMD_RULE_DEL, 0);

	mnl_attr_put_strz(nlh, CSP_A_RULE_CGROUP, path);
	return nl_talk_or_tell(nlh, NULL, NULL, "rule of %s", path);
}

/* "name NAME", "auth TOKEN" */
static int take_words(struct cgroup_words *words, int argc, char **argv)
{
	int err = EXIT_OK;

	for (; argc && !err; argc -= 2, argv += 2) {
		if (strcmp(argv[0], "name") && strcmp(argv[0], "auth"))
			return usage_error(&cmd_cgroup, "'%s' is too much",
					   argv[0]);
		if (argc == 1)
			return usage_error(&cmd_cgroup, "'%s' lacks its value",
					   argv[0]);
		if (*argv[0] == 'n')
			err = cgroup_set_name(&cmd_cgroup, words, argv[1]);
		else
			err = cgroup_set_token(&cmd_cgroup, words, argv[1]);
	}
	return err;
}

/* Of the last part of a command: the path, to be freed, or NULL. */
static char *take_path(const char *arg)
{
	char *path = cgroup_path(arg);

	if (strlen(path) <= MAX_PATH_LEN)
		return path;
	free(path);
	usage_error(&cmd_cgroup, "this path is too long");
	return NULL;
}

static int add_rule(int argc, char **argv)
{
	struct cgroup_words words = { };
	int mode, err;
	char *path;

	if (argc < 2)
		return usage_error(&cmd_cgroup, "it is: cgroup %s",
				   "add CGROUP off|prefer|require");
	mode = value_of(mode_names, argv[1]);
	if (mode < 0)
		return usage_error(&cmd_cgroup, "'%s' is none of %s", argv[1],
				   all_names(mode_names));
	err = take_words(&words, argc - 2, argv + 2);
	if (err)
		return err;
	path = take_path(argv[0]);
	if (!path)
		return EXIT_USAGE;
	err = nl_open() ?: cgroup_rule_add(path, mode, &words);
	free(path);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int del_rule(int argc, char **argv)
{
	char *path;
	int err;

	if (argc != 1)
		return usage_error(&cmd_cgroup, "it is: cgroup del CGROUP");
	path = take_path(argv[0]);
	if (!path)
		return EXIT_USAGE;
	err = nl_open() ?: cgroup_rule_del(path);
	free(path);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int cgroup_run(int argc, char **argv)
{
	next_option(argc, argv, &cmd_cgroup, "");
	argc -= optind;
	argv += optind;
	if (argc && !strcmp(argv[0], "add"))
		return add_rule(argc - 1, argv + 1);
	if (argc && !strcmp(argv[0], "del"))
		return del_rule(argc - 1, argv + 1);
	if (argc && strcmp(argv[0], "show"))
		return usage_error(&cmd_cgroup, "unknown command 'cgroup %s'",
				   argv[0]);
	if (argc > 1)
		return usage_error(&cmd_cgroup, "'%s' is too much", argv[1]);
	return nl_open() || rule_show() ? EXIT_FAILED : EXIT_OK;
}

const struct command cmd_cgroup = {
	.name	= "cgroup",
	.brief	= "Show, add or remove the rules that flag the sockets of a cgroup.",
	.usage	= cgroup_usage,
	.help	= cgroup_help,
	.run	= cgroup_run,
};
