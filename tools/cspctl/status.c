// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl status, and cspctl alone: how it goes, on one screen.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/csp.h>
#include <linux/csp_netlink.h>

#include "conf.h"
#include "flow_msg.h"
#include "key.h"
#include "names.h"
#include "nl.h"
#include "stats.h"

/**
 * struct status - all of it
 * @module:   version of the module, "" if it does not tell
 * @flows:    number of connections by state
 * @other:    of states that this program does not know
 * @settings: all settings
 * @stats:    all counters
 * @key:      key of this host
 */
struct status {
	char			module[64];
	size_t			flows[__CSP_STATE_MAX];
	size_t			other;
	struct setting_value	settings[N_SETTINGS];
	struct stats		stats;
	struct host_key		key;
};

static void read_module_version(char *version, size_t size)
{
	char line[64] = "";
	FILE *f;

	f = fopen("/sys/module/csp/version", "re");
	if (f && !fgets(line, sizeof(line), f))
		line[0] = '\0';
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = '\0';
	clean_text(version, size, line);
}

static int count_flow(const struct nlmsghdr *nlh, void *data)
{
	struct status *status = data;
	struct flow f;
	int err;

	err = flow_parse(nlh, &f);
	if (err)
		return err;
	if (f.state < ARRAY_SIZE(status->flows))
		status->flows[f.state]++;
	else
		status->other++;
	return 0;
}

static int read_status(struct status *status)
{
	if (nl_open())
		return -1;
	read_module_version(status->module, sizeof(status->module));
	if (nl_talk_or_tell(nl_request(CSP_CMD_FLOW_GET, NLM_F_DUMP),
			    count_flow, status, "flows") ||
	    conf_read(status->settings) || key_read(&status->key))
		return -1;
	return stats_read(&status->stats);
}

static bool is_changed(const struct status *status, size_t i)
{
	return status->settings[i].known &&
	       status->settings[i].value != settings[i].def;
}

/* --- text -------------------------------------------------------------------------- */

static void print_flows(const struct status *status)
{
	const char *sep = "";
	unsigned int state;
	size_t total;

	for (total = status->other, state = 0; state < __CSP_STATE_MAX; state++)
		total += status->flows[state];
	printf("flows     %zu", total);
	if (total)
		fputs(": ", stdout);
	for (state = 0; state < __CSP_STATE_MAX; state++) {
		if (!status->flows[state])
			continue;
		printf("%s%zu %s", sep, status->flows[state],
		       name_of(state_names, state));
		sep = ", ";
	}
	if (status->other)
		printf("%s%zu in an unknown state", sep, status->other);
	putchar('\n');
}

static void print_status(const struct status *status)
{
	const struct counter *c;
	char age[TIME_STRLEN];
	const char *lead;
	size_t i;

	printf("csp       ");
	if (*status->module)
		printf("module %s, ", status->module);
	printf("cspctl %s, protocol version %u\n", CSPCTL_VERSION, CSP_VERSION);
	print_flows(status);
	printf("peers     %u remembered\n", status->stats.numbers[STATS_PEERS]);
	printf("key       generation %u, %s old\n", status->key.generation,
	       show_ms(age, 1000ULL * status->key.age));

	lead = "settings";
	for (i = 0; i < N_SETTINGS; i++) {
		if (!is_changed(status, i))
			continue;
		printf("%-8s  %s = %s (default %s)\n", lead, settings[i].name,
		       show_setting(&settings[i], status->settings[i].value),
		       show_setting(&settings[i], settings[i].def));
		lead = "";
	}
	if (*lead)
		puts("settings  all default");

	lead = "drops";
	for (i = 0; i < status->stats.n; i++) {
		c = &status->stats.counters[i];
		if (!c->value || !is_drop_counter(c->name))
			continue;
		printf("%-8s  %s = %" PRIu64 " (%s)\n", lead, c->name, c->value,
		       c->meaning);
		lead = "";
	}
	if (*lead)
		puts("drops     none");
}

/* --- JSON ------------------------------------------------------------------------------ */

static void print_json(const struct status *status)
{
	struct json_object *obj = json_object_new_object(), *part;
	const struct counter *c;
	unsigned int state;
	size_t i;

	json_str(obj, "version", CSPCTL_VERSION);
	json_num(obj, "protocol_version", CSP_VERSION);
	if (*status->module)
		json_str(obj, "module_version", status->module);

	part = json_object_new_object();
	for (state = 0; state < __CSP_STATE_MAX; state++)
		json_num(part, name_of(state_names, state), status->flows[state]);
	json_object_object_add(obj, "flows", part);

	json_num(obj, "peers", status->stats.numbers[STATS_PEERS]);

	part = json_object_new_object();
	json_num(part, "generation", status->key.generation);
	json_num(part, "age_s", status->key.age);
	json_object_object_add(obj, "key", part);

	part = json_object_new_object();
	for (i = 0; i < N_SETTINGS; i++)
		if (is_changed(status, i))
			json_object_object_add(part, settings[i].name,
					       json_setting(&settings[i],
							    status->settings[i].value));
	json_object_object_add(obj, "settings", part);

	part = json_object_new_object();
	for (i = 0; i < status->stats.n; i++) {
		c = &status->stats.counters[i];
		if (c->value && is_drop_counter(c->name))
			json_num(part, c->name, c->value);
	}
	json_object_object_add(obj, "drops", part);
	json_print(obj);
}

static int status_run(int argc, char **argv)
{
	struct status status = { };

	next_option(argc, argv, &cmd_status, "");
	if (optind < argc)
		return usage_error(&cmd_status, "'%s' is too much", argv[optind]);

	if (read_status(&status))
		return EXIT_FAILED;
	if (opt_json)
		print_json(&status);
	else
		print_status(&status);
	stats_free(&status.stats);
	return EXIT_OK;
}

const struct command cmd_status = {
	.name	= "status",
	.brief	= "Show how it goes, on one screen; the same as without a command.",
	.usage	= "[status]",
	.help	= "Settings are those that differ from their default, drops the counters of what\n"
		  "went wrong that are not zero.\n",
	.run	= status_run,
};
