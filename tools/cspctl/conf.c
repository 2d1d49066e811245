// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl conf: show and change the settings of this network namespace.  What
 * there is comes from the module's own list, net/csp/conf_list.h.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/csp.h>

#include "conf.h"
#include "names.h"
#include "nl.h"

const struct setting settings[N_SETTINGS] = {
#define CSP_CONF(id, def, min, max, unit, meaning) \
	{ #id, def, min, max, unit, meaning },
#include "../../net/csp/conf_list.h"
#undef CSP_CONF
};

enum {
#define CSP_CONF(id, def, min, max, unit, meaning) LISTED_##id,
#include "../../net/csp/conf_list.h"
#undef CSP_CONF
	N_LISTED
};

_Static_assert(N_LISTED == N_SETTINGS, "conf_list.h and csp.yaml differ");

static const char conf_usage[] =
	"conf [show] [NAME...]\n"
	"conf set NAME VALUE [NAME VALUE]...";

static const char conf_help[] =
	"show NAME... prints the values only, one a line.\n"
	"set changes all that is given, or nothing if one of them is refused.  VALUE may\n"
	"be \"default\".  The same settings are under /proc/sys/net/csp/.\n";

/* --- forms of a value -------------------------------------------------------------- */

/* Names of the values, or NULL: a number. */
static const struct name *value_names(const struct setting *s)
{
	if (!strcmp(s->unit, "mode"))
		return mode_names;
	if (!strcmp(s->unit, "choice"))
		return encap_names;
	if (!strcmp(s->unit, "bool"))
		return bool_names;
	return NULL;
}

const char *show_setting(const struct setting *s, uint32_t value)
{
	static char number[4][16];
	static unsigned int turn;
	char *buf;

	if (value_names(s))
		return name_of(value_names(s), value);
	buf = number[turn++ % ARRAY_SIZE(number)];
	snprintf(buf, sizeof(number[0]), "%u", value);
	return buf;
}

struct json_object *json_setting(const struct setting *s, uint32_t value)
{
	const struct name *names = value_names(s);

	if (names == bool_names)
		return json_object_new_boolean(value);
	if (names)
		return json_object_new_string(name_of(names, value));
	return json_object_new_int64(value);
}

static const char *unit_of(const struct setting *s)
{
	return value_names(s) ? "-" : s->unit;
}

static int parse_setting(const struct setting *s, const char *arg,
			 uint32_t *value)
{
	const struct name *names = value_names(s);

	if (!strcmp(arg, "default")) {
		*value = s->def;
		return 0;
	}
	if (names && value_of(names, arg) >= 0) {
		*value = value_of(names, arg);
		return 0;
	}
	if (!parse_number(arg, value) && *value >= s->min && *value <= s->max)
		return 0;
	if (names)
		return usage_error(&cmd_conf, "%s: '%s' is none of %s", s->name,
				   arg, all_names(names));
	return usage_error(&cmd_conf, "%s: '%s' is no number from %u to %u (%s)",
			   s->name, arg, s->min, s->max, s->unit);
}

/* "-" is as good as "_". */
static const struct setting *find_setting(const char *arg)
{
	size_t i, c, len = strlen(arg);

	for (i = 0; i < N_SETTINGS; i++) {
		if (strlen(settings[i].name) != len)
			continue;
		for (c = 0; c < len; c++)
			if (arg[c] != settings[i].name[c] &&
			    !(arg[c] == '-' && settings[i].name[c] == '_'))
				break;
		if (c == len)
			return &settings[i];
	}
	usage_error(&cmd_conf, "no setting '%s'", arg);
	return NULL;
}

/* --- show ------------------------------------------------------------------------------ */

static int take_values(const struct nlmsghdr *nlh, void *data)
{
	struct setting_value *values = data;
	const struct nlattr *tb[N_SETTINGS + 1];
	uint8_t types[N_SETTINGS + 1];
	size_t i;
	int err;

	memset(types, NL_U32, sizeof(types));
	types[CSP_A_CONF_UNSPEC] = NL_IGNORE;
	err = nl_parse(nlh, types, N_SETTINGS, tb);
	for (i = 0; !err && i < N_SETTINGS; i++) {
		values[i].known = tb[i + 1];
		values[i].value = nl_u32(tb[i + 1]);
	}
	return err;
}

int conf_read(struct setting_value values[N_SETTINGS])
{
	memset(values, 0, N_SETTINGS * sizeof(*values));
	return nl_talk_or_tell(nl_request(CSP_CMD_CONF_GET, 0), take_values,
			       values, "conf");
}

static void show_json(const struct setting_value *values, const bool *wanted)
{
	struct json_object *all = json_object_new_object(), *obj;
	const struct setting *s;
	size_t i;

	for (i = 0; i < N_SETTINGS; i++) {
		if (!values[i].known || (wanted && !wanted[i]))
			continue;
		s = &settings[i];
		obj = json_object_new_object();
		json_object_object_add(obj, "value",
				       json_setting(s, values[i].value));
		json_object_object_add(obj, "default", json_setting(s, s->def));
		if (!value_names(s)) {
			json_num(obj, "min", s->min);
			json_num(obj, "max", s->max);
			json_str(obj, "unit", s->unit);
		}
		json_str(obj, "meaning", s->meaning);
		json_object_object_add(all, s->name, obj);
	}
	json_print(all);
}

static void show_table(const struct setting_value *values)
{
	struct table t = {
		.heads = { "NAME", ">VALUE", ">DEFAULT", "UNIT", "MEANING" },
		.columns = 5,
	};
	const struct setting *s;
	size_t i;

	for (i = 0; i < N_SETTINGS; i++) {
		if (!values[i].known)
			continue;
		s = &settings[i];
		table_cell(&t, "%s", s->name);
		table_cell(&t, "%s", show_setting(s, values[i].value));
		table_cell(&t, "%s", show_setting(s, s->def));
		table_cell(&t, "%s", unit_of(s));
		table_cell(&t, "%s", s->meaning);
	}
	table_print(&t);
}

static int conf_show(int argc, char **argv)
{
	struct setting_value values[N_SETTINGS];
	bool wanted[N_SETTINGS] = { };
	const struct setting *s;
	int i;

	for (i = 0; i < argc; i++) {
		s = find_setting(argv[i]);
		if (!s)
			return EXIT_USAGE;
		wanted[s - settings] = true;
	}
	if (nl_open() || conf_read(values))
		return EXIT_FAILED;
	for (i = 0; i < argc; i++) {
		s = find_setting(argv[i]);
		if (!values[s - settings].known) {
			error("the csp module that is loaded has no setting '%s'",
			      s->name);
			return EXIT_FAILED;
		}
		if (!opt_json)
			puts(show_setting(s, values[s - settings].value));
	}
	if (opt_json)
		show_json(values, argc ? wanted : NULL);
	else if (!argc)
		show_table(values);
	return EXIT_OK;
}

/* --- set ------------------------------------------------------------------------------- */

static int conf_set(int argc, char **argv)
{
	bool given[N_SETTINGS] = { };
	uint32_t value[N_SETTINGS];
	const struct setting *s;
	struct nlmsghdr *nlh;
	size_t n;
	int i;

	if (!argc || argc % 2)
		return usage_error(&cmd_conf,
				   "it is: conf set NAME VALUE [NAME VALUE]...");
	for (i = 0; i < argc; i += 2) {
		s = find_setting(argv[i]);
		if (!s || parse_setting(s, argv[i + 1], &value[s - settings]))
			return EXIT_USAGE;
		if (given[s - settings])
			return usage_error(&cmd_conf, "%s is given twice",
					   s->name);
		given[s - settings] = true;
	}

	if (nl_open())
		return EXIT_FAILED;
	nlh = nl_request(CSP_CMD_CONF_SET, 0);
	for (n = 0; n < N_SETTINGS; n++)
		if (given[n])
			mnl_attr_put_u32(nlh, n + 1, value[n]);
	return nl_talk_or_tell(nlh, NULL, NULL, "conf set") ?
	       EXIT_FAILED : EXIT_OK;
}

static int conf_run(int argc, char **argv)
{
	next_option(argc, argv, &cmd_conf, "");
	argc -= optind;
	argv += optind;
	if (argc && !strcmp(argv[0], "set"))
		return conf_set(argc - 1, argv + 1);
	if (argc && !strcmp(argv[0], "show")) {
		argc--;
		argv++;
	}
	return conf_show(argc, argv);
}

const struct command cmd_conf = {
	.name	= "conf",
	.brief	= "Show and change settings.",
	.usage	= conf_usage,
	.help	= conf_help,
	.run	= conf_run,
};
