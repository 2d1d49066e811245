// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl stats: counters of this network namespace, with what each counts as
 * the module tells it.
 */
#include <getopt.h>
#include <inttypes.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/csp_mbox.h>
#include <linux/csp_netlink.h>

#include "nl.h"
#include "stats.h"

static const char stats_usage[] =
	"stats [-z]\n"
	"stats NAME...";

static const char stats_help[] =
	"Without a NAME: what is not zero.  With NAMEs: their values only, one a line.\n"
	"\"flows\", \"embryonic\" and \"peers\" are numbers of what there is now.\n"
	"\n"
	"  -z, --zero      also what is zero (in JSON it always is there)\n";

static const char *const host_numbers[STATS_NUMBERS] = {
	"flows", "embryonic", "peers",
};

static const char *const box_numbers[STATS_NUMBERS] = {
	"pinholes", "waiting", "rules",
};

/* Both families number them alike. */
_Static_assert((int)CSP_A_STATS_COUNTER == (int)CSP_MBOX_A_STATS_COUNTER &&
	       CSP_A_STATS_FLOWS + STATS_NUMBERS - 1 == CSP_A_STATS_MAX &&
	       CSP_MBOX_A_STATS_PINHOLES + STATS_NUMBERS - 1 ==
	       CSP_MBOX_A_STATS_MAX &&
	       (int)CSP_A_STATS_FLOWS == (int)CSP_MBOX_A_STATS_PINHOLES &&
	       (int)CSP_A_COUNTER_MEANING == (int)CSP_MBOX_A_COUNTER_MEANING,
	       "csp.yaml and csp_mbox.yaml differ");

/* --- read ---------------------------------------------------------------------- */

static char *text_of(const struct nlattr *attr)
{
	const char *raw = nl_string(attr);
	size_t size = strlen(raw) + 1;
	char *text = xrealloc(NULL, size);

	clean_text(text, size, raw);
	return text;
}

static int take_counter(const struct nlattr *nest, struct stats *stats)
{
	static const uint8_t types[CSP_A_COUNTER_MAX + 1] = {
		[CSP_A_COUNTER_NAME] = NL_STRING,
		[CSP_A_COUNTER_VALUE] = NL_U64,
		[CSP_A_COUNTER_MEANING] = NL_STRING,
	};
	const struct nlattr *tb[ARRAY_SIZE(types)];
	struct counter *c;
	int err;

	err = nl_parse_nested(nest, types, CSP_A_COUNTER_MAX, tb);
	if (err || !tb[CSP_A_COUNTER_NAME])
		return err;
	stats->counters = xrealloc(stats->counters,
				   (stats->n + 1) * sizeof(*stats->counters));
	c = &stats->counters[stats->n++];
	c->name = text_of(tb[CSP_A_COUNTER_NAME]);
	c->meaning = text_of(tb[CSP_A_COUNTER_MEANING]);
	c->value = nl_u64(tb[CSP_A_COUNTER_VALUE]);
	return 0;
}

static int take_stats(const struct nlmsghdr *nlh, void *data)
{
	static const uint8_t types[CSP_A_STATS_MAX + 1] = {
		[CSP_A_STATS_COUNTER] = NL_NEST,
		[CSP_A_STATS_FLOWS] = NL_U32,
		[CSP_A_STATS_EMBRYONIC] = NL_U32,
		[CSP_A_STATS_PEERS] = NL_U32,
	};
	const struct nlattr *tb[ARRAY_SIZE(types)], *attr;
	struct stats *stats = data;
	int err, i;

	err = nl_parse(nlh, types, CSP_A_STATS_MAX, tb);
	if (err)
		return err;
	for (i = 0; i < STATS_NUMBERS; i++)
		stats->numbers[i] = nl_u32(tb[CSP_A_STATS_FLOWS + i]);
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != CSP_A_STATS_COUNTER)
			continue;
		err = take_counter(attr, stats);
		if (err)
			return err;
	}
	return 0;
}

static int read_stats(struct stats *stats, uint8_t cmd,
		      const char *const *names)
{
	int err;

	memset(stats, 0, sizeof(*stats));
	stats->names = names;
	err = nl_talk_or_tell(nl_request(cmd, 0), take_stats, stats, "stats");
	if (err)
		stats_free(stats);
	return err;
}

int stats_read(struct stats *stats)
{
	return read_stats(stats, CSP_CMD_STATS_GET, host_numbers);
}

int stats_read_box(struct stats *stats)
{
	return read_stats(stats, CSP_MBOX_CMD_STATS_GET, box_numbers);
}

void stats_free(struct stats *stats)
{
	size_t i;

	for (i = 0; i < stats->n; i++) {
		free(stats->counters[i].name);
		free(stats->counters[i].meaning);
	}
	free(stats->counters);
	memset(stats, 0, sizeof(*stats));
}

/* --- show -------------------------------------------------------------------------- */

static void show_all(const struct stats *stats, bool zero)
{
	struct table t = {
		.heads = { "NAME", ">VALUE", "MEANING" },
		.columns = 3,
	};
	size_t i;

	printf("%u %s, %u of them %s; %u %s\n", stats->numbers[0],
	       stats->names[0], stats->numbers[1], stats->names[1],
	       stats->numbers[2], stats->names[2]);
	for (i = 0; i < stats->n; i++) {
		if (!stats->counters[i].value && !zero)
			continue;
		table_cell(&t, "%s", stats->counters[i].name);
		table_cell(&t, "%" PRIu64, stats->counters[i].value);
		table_cell(&t, "%s", stats->counters[i].meaning);
	}
	table_print(&t);
}

static void show_all_json(const struct stats *stats)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *counters = json_object_new_object();
	size_t i;

	for (i = 0; i < STATS_NUMBERS; i++)
		json_num(obj, stats->names[i], stats->numbers[i]);
	for (i = 0; i < stats->n; i++)
		json_num(counters, stats->counters[i].name,
			 stats->counters[i].value);
	json_object_object_add(obj, "counters", counters);
	json_print(obj);
}

static int find_value(const struct stats *stats, const char *name,
		      uint64_t *value)
{
	size_t i;

	for (i = 0; i < stats->n; i++) {
		if (strcmp(stats->counters[i].name, name))
			continue;
		*value = stats->counters[i].value;
		return 0;
	}
	for (i = 0; i < STATS_NUMBERS; i++) {
		if (strcmp(stats->names[i], name))
			continue;
		*value = stats->numbers[i];
		return 0;
	}
	return -1;
}

static int show_some(const struct stats *stats, int argc, char **argv)
{
	struct json_object *obj = NULL;
	uint64_t value;
	int i;

	for (i = 0; i < argc; i++) {
		if (find_value(stats, argv[i], &value)) {
			error("no counter '%s'", argv[i]);
			return EXIT_FAILED;
		}
	}
	if (opt_json)
		obj = json_object_new_object();
	for (i = 0; i < argc; i++) {
		find_value(stats, argv[i], &value);
		if (opt_json)
			json_num(obj, argv[i], value);
		else
			printf("%" PRIu64 "\n", value);
	}
	if (opt_json)
		json_print(obj);
	return EXIT_OK;
}

int stats_show(const struct stats *stats, bool zero, int argc, char **argv)
{
	if (argc)
		return show_some(stats, argc, argv);
	if (opt_json)
		show_all_json(stats);
	else
		show_all(stats, zero);
	return EXIT_OK;
}

static int stats_run(int argc, char **argv)
{
	struct stats stats;
	int status;
	bool zero = false;

	while (next_option(argc, argv, &cmd_stats, "z") == 'z')
		zero = true;
	argc -= optind;
	argv += optind;
	if (argc && !strcmp(argv[0], "show")) {
		argc--;
		argv++;
	}

	if (nl_open() || stats_read(&stats))
		return EXIT_FAILED;
	status = stats_show(&stats, zero, argc, argv);
	stats_free(&stats);
	return status;
}

const struct command cmd_stats = {
	.name	= "stats",
	.brief	= "Show counters.",
	.usage	= stats_usage,
	.help	= stats_help,
	.run	= stats_run,
};
