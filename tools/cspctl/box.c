// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl box: settings and counters of this host as a box.  What there is comes
 * from the module's own list, net/csp/mbox/conf_list.h.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/csp_mbox.h>

#include "nl.h"
#include "stats.h"

static const char box_usage[] =
	"box [conf] [NAME...]\n"
	"box set NAME VALUE [NAME VALUE]...\n"
	"box stats [-z] [NAME...]";

static const char box_help[] =
	"A box takes part in signalling that it forwards, once it has a rule, a name or a\n"
	"side of a gateway (see \"rule\", \"name\", \"gateway\"), or \"enable\" is 1.  conf NAME...\n"
	"and stats NAME... print the values only, one a line.  set changes all that is given,\n"
	"or nothing if one of them is refused; VALUE may be \"default\".  \"pinholes\",\n"
	"\"waiting\" and \"rules\" are numbers of what there is now.\n"
	"\n"
	"  -z, --zero      also counters that are zero (in JSON they always are there)\n";

#define N_SETTINGS	CSP_MBOX_A_CONF_MAX

/* The attribute of settings[i] is i + 1. */
static const struct {
	const char	*name;
	uint32_t	def;
	const char	*unit;
	const char	*meaning;
} box_settings[N_SETTINGS] = {
#define CSP_BOX_CONF(id, def, min, max, unit, meaning) \
	{ #id, def, unit, meaning },
#include "../../net/csp/mbox/conf_list.h"
#undef CSP_BOX_CONF
};

static int find_setting(const char *name)
{
	int i;

	for (i = 0; i < N_SETTINGS; i++)
		if (!strcmp(name, box_settings[i].name))
			return i;
	usage_error(&cmd_box, "no setting '%s'", name);
	return -1;
}

static int take_values(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[N_SETTINGS + 1];
	uint8_t types[N_SETTINGS + 1];
	uint32_t *values = data;
	int err, i;

	memset(types, NL_U32, sizeof(types));
	types[CSP_MBOX_A_CONF_UNSPEC] = NL_IGNORE;
	err = nl_parse(nlh, types, N_SETTINGS, tb);
	for (i = 0; !err && i < N_SETTINGS; i++)
		values[i] = nl_u32(tb[i + 1]);
	return err;
}

static void show_json(const uint32_t *values)
{
	struct json_object *all = json_object_new_object(), *obj;
	int i;

	for (i = 0; i < N_SETTINGS; i++) {
		obj = json_object_new_object();
		json_num(obj, "value", values[i]);
		json_num(obj, "default", box_settings[i].def);
		json_str(obj, "unit", box_settings[i].unit);
		json_str(obj, "meaning", box_settings[i].meaning);
		json_object_object_add(all, box_settings[i].name, obj);
	}
	json_print(all);
}

static void show_table(const uint32_t *values)
{
	struct table t = {
		.heads = { "NAME", ">VALUE", ">DEFAULT", "UNIT", "MEANING" },
		.columns = 5,
	};
	int i;

	for (i = 0; i < N_SETTINGS; i++) {
		table_cell(&t, "%s", box_settings[i].name);
		table_cell(&t, "%u", values[i]);
		table_cell(&t, "%u", box_settings[i].def);
		table_cell(&t, "%s", box_settings[i].unit);
		table_cell(&t, "%s", box_settings[i].meaning);
	}
	table_print(&t);
}

static int box_conf(int argc, char **argv)
{
	uint32_t values[N_SETTINGS] = { };
	int i;

	for (i = 0; i < argc; i++)
		if (find_setting(argv[i]) < 0)
			return EXIT_USAGE;
	if (nl_open_box() ||
	    nl_talk_or_tell(nl_request(CSP_MBOX_CMD_CONF_GET, 0), take_values,
			    values, "box"))
		return EXIT_FAILED;
	for (i = 0; i < argc; i++)
		printf("%u\n", values[find_setting(argv[i])]);
	if (argc)
		return EXIT_OK;
	if (opt_json)
		show_json(values);
	else
		show_table(values);
	return EXIT_OK;
}

static int box_set(int argc, char **argv)
{
	struct nlmsghdr *nlh;
	uint32_t value;
	int i, which;

	if (!argc || argc % 2)
		return usage_error(&cmd_box,
				   "it is: box set NAME VALUE [NAME VALUE]...");
	if (nl_open_box())
		return EXIT_FAILED;
	nlh = nl_request(CSP_MBOX_CMD_CONF_SET, 0);
	for (i = 0; i < argc; i += 2) {
		which = find_setting(argv[i]);
		if (which < 0)
			return EXIT_USAGE;
		value = box_settings[which].def;
		if (strcmp(argv[i + 1], "default") &&
		    parse_number(argv[i + 1], &value))
			return usage_error(&cmd_box, "'%s' is no number",
					   argv[i + 1]);
		mnl_attr_put_u32(nlh, which + 1, value);
	}
	return nl_talk_or_tell(nlh, NULL, NULL, "box set") ?
	       EXIT_FAILED : EXIT_OK;
}

static int box_stats(bool zero, int argc, char **argv)
{
	struct stats stats;
	int status;

	if (nl_open_box() || stats_read_box(&stats))
		return EXIT_FAILED;
	status = stats_show(&stats, zero, argc, argv);
	stats_free(&stats);
	return status;
}

static int box_run(int argc, char **argv)
{
	bool zero = false;

	while (next_option(argc, argv, &cmd_box, "z") == 'z')
		zero = true;
	argc -= optind;
	argv += optind;
	if (argc && !strcmp(argv[0], "set"))
		return box_set(argc - 1, argv + 1);
	if (argc && !strcmp(argv[0], "stats"))
		return box_stats(zero, argc - 1, argv + 1);
	if (argc && !strcmp(argv[0], "conf")) {
		argc--;
		argv++;
	}
	return box_conf(argc, argv);
}

const struct command cmd_box = {
	.name	= "box",
	.brief	= "Show settings and counters of this host as a firewall.",
	.usage	= box_usage,
	.help	= box_help,
	.run	= box_run,
};
