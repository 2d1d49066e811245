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

static const char cgroup_usage[] =
	"cgroup [show]\n"
	"cgroup add CGROUP off|prefer|require\n"
	"cgroup del CGROUP";

static const char cgroup_help[] =
	"A rule is for the sockets made in this network namespace by the processes of\n"
	"CGROUP and of the cgroups below it, unless a rule further down says otherwise;\n"
	"what a program itself sets with CSP_ENABLE comes first.\n"
	"CGROUP is a path from the root of the cgroup2 hierarchy or a directory below\n"
	"where that is mounted: /system.slice or /sys/fs/cgroup/system.slice.\n";

/* The longest path that the module takes. */
#define MAX_PATH_LEN	(PATH_MAX - 1)

struct show {
	struct table		table;
	struct json_list	list;
};

static int show_rule(const struct nlmsghdr *nlh, void *data)
{
	static const uint8_t types[CSP_A_RULE_MAX + 1] = {
		[CSP_A_RULE_CGROUP] = NL_STRING,
		[CSP_A_RULE_MODE] = NL_U8,
	};
	const struct nlattr *tb[ARRAY_SIZE(types)];
	struct show *show = data;
	char path[PATH_MAX];
	struct json_object *obj;
	const char *mode;
	int err;

	err = nl_parse(nlh, types, CSP_A_RULE_MAX, tb);
	if (err)
		return err;
	clean_text(path, sizeof(path), nl_string(tb[CSP_A_RULE_CGROUP]));
	mode = name_of(mode_names, nl_u8(tb[CSP_A_RULE_MODE]));
	if (opt_json) {
		obj = json_object_new_object();
		json_str(obj, "cgroup", path);
		json_str(obj, "mode", mode);
		json_list_item(&show->list, obj);
		return 0;
	}
	table_cell(&show->table, "%s", mode);
	table_cell(&show->table, "%s", path);
	return 0;
}

static int rule_show(void)
{
	struct show show = {
		.table = { .heads = { "MODE", "CGROUP" }, .columns = 2 },
	};
	int err;

	err = nl_talk_or_tell(nl_request(CSP_CMD_RULE_GET, NLM_F_DUMP),
			      show_rule, &show, "cgroup show");
	if (opt_json)
		json_list_end(&show.list);
	else
		table_print(&show.table);
	return err;
}

int cgroup_rule_add(const char *path, int mode)
{
	struct nlmsghdr *nlh = nl_request(CSP_CMD_RULE_ADD, 0);

	mnl_attr_put_strz(nlh, CSP_A_RULE_CGROUP, path);
	mnl_attr_put_u8(nlh, CSP_A_RULE_MODE, mode);
	return nl_talk_or_tell(nlh, NULL, NULL, "rule for %s", path);
}

int cgroup_rule_del(const char *path)
{
	struct nlmsghdr *nlh = nl_request(CSP_CMD_RULE_DEL, 0);

	mnl_attr_put_strz(nlh, CSP_A_RULE_CGROUP, path);
	return nl_talk_or_tell(nlh, NULL, NULL, "rule of %s", path);
}

static int change_rule(bool add, int argc, char **argv)
{
	int mode = 0, err;
	char *path;

	if (argc != (add ? 2 : 1))
		return usage_error(&cmd_cgroup, "it is: cgroup %s", add ?
				   "add CGROUP off|prefer|require" :
				   "del CGROUP");
	if (add)
		mode = value_of(mode_names, argv[1]);
	if (mode < 0)
		return usage_error(&cmd_cgroup, "'%s' is none of %s", argv[1],
				   all_names(mode_names));
	path = cgroup_path(argv[0]);
	if (strlen(path) > MAX_PATH_LEN) {
		free(path);
		return usage_error(&cmd_cgroup, "this path is too long");
	}
	err = nl_open();
	if (!err)
		err = add ? cgroup_rule_add(path, mode) : cgroup_rule_del(path);
	free(path);
	return err ? EXIT_FAILED : EXIT_OK;
}

static int cgroup_run(int argc, char **argv)
{
	next_option(argc, argv, &cmd_cgroup, "");
	argc -= optind;
	argv += optind;
	if (argc && !strcmp(argv[0], "add"))
		return change_rule(true, argc - 1, argv + 1);
	if (argc && !strcmp(argv[0], "del"))
		return change_rule(false, argc - 1, argv + 1);
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
