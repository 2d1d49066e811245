// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl monitor: what happens to connections, as it happens.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <linux/csp_netlink.h>

#include "flow_msg.h"
#include "names.h"
#include "watch.h"

static const char monitor_usage[] = "monitor [-n COUNT] [EVENT...]";

static const char monitor_help[] =
	"One line an event, until interrupted.  EVENTs to show, all without any:\n"
	"created, established, rejected, plain, moving, moved, peer-moved, homeless,\n"
	"changed, detached, deleted.\n"
	"\n"
	"  -n, --count COUNT  end after COUNT events\n"
	"\n"
	"With -v the word \"listening\" is written to standard error as soon as no event\n"
	"can be missed any more.  If events come too fast for the receiver, a line says\n"
	"that some were lost (in JSON, event \"lost\"), and it goes on.\n";

struct monitor {
	uint64_t	wanted;		/* bits of enum csp_event; 0: all */
	uint32_t	count;		/* 0: without end */
	uint32_t	seen;
	bool		lost;
};

static void print_time(const struct timespec *now)
{
	char text[32];
	struct tm tm;

	strftime(text, sizeof(text), "%H:%M:%S", localtime_r(&now->tv_sec, &tm));
	printf("%s.%06ld ", text, now->tv_nsec / 1000);
}

static struct json_object *json_with_time(const struct timespec *now)
{
	struct json_object *obj = json_object_new_object();
	char text[32];

	snprintf(text, sizeof(text), "%lld.%06ld", (long long)now->tv_sec,
		 now->tv_nsec / 1000);
	json_object_object_add(obj, "time",
			       json_object_new_double_s(now->tv_sec +
							now->tv_nsec / 1e9,
							text));
	return obj;
}

static void print_json(const struct timespec *now, const struct flow *f)
{
	struct json_object *obj = json_with_time(now), *flow = flow_json(f);

	json_object_object_foreach(flow, key, value)
		json_object_object_add(obj, key, json_object_get(value));
	json_object_put(flow);
	json_print(obj);
}

static void print_line(const struct timespec *now, const struct flow *f)
{
	char l[END_STRLEN], r[END_STRLEN], cid[CID_STRLEN];

	print_time(now);
	printf("%-11s  %-4s  %s <-> %s  cid %s  state %s",
	       name_of(event_names, f->event), name_of(proto_names, f->proto),
	       show_end(l, &f->laddr, f->lport),
	       show_end(r, &f->raddr, f->rport), show_cid(cid, f->cid),
	       name_of(state_names, f->state));
	if (f->moves)
		printf("  moves %u", f->moves);
	if (f->error)
		printf("  error %s", name_of(error_names, f->error));
	if (*f->text)
		printf(": %s", f->text);
	putchar('\n');
	fflush(stdout);
}

/* -ECANCELED: enough seen */
static int take_event(const struct nlmsghdr *nlh, void *data)
{
	struct monitor *m = data;
	struct timespec now;
	struct flow f;
	int err;

	err = flow_parse(nlh, &f);
	if (err || !f.is_event)
		return err;
	if (m->wanted && (f.event >= 64 || !(m->wanted & 1ULL << f.event)))
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	if (opt_json)
		print_json(&now, &f);
	else
		print_line(&now, &f);
	m->seen++;
	return m->count && m->seen >= m->count ? -ECANCELED : 0;
}

static void tell_lost(void *data)
{
	struct monitor *m = data;
	struct json_object *obj;
	struct timespec now;

	m->lost = true;
	clock_gettime(CLOCK_REALTIME, &now);
	if (opt_json) {
		obj = json_with_time(&now);
		json_str(obj, "event", "lost");
		json_print(obj);
	} else {
		print_time(&now);
		puts("events were lost: they came too fast");
		fflush(stdout);
	}
}

static int parse_events(struct monitor *m, int argc, char **argv)
{
	int i, event;

	for (i = 0; i < argc; i++) {
		event = value_of(event_names, argv[i]);
		if (event < 0)
			return usage_error(&cmd_monitor, "'%s' is none of %s",
					   argv[i], all_names(event_names));
		m->wanted |= 1ULL << event;
	}
	return EXIT_OK;
}

static int monitor_run(int argc, char **argv)
{
	struct monitor m = { };
	int status;

	while (next_option(argc, argv, &cmd_monitor, "n:") == 'n')
		if (parse_number(optarg, &m.count) || !m.count)
			return usage_error(&cmd_monitor, "'%s' is no count",
					   optarg);
	status = parse_events(&m, argc - optind, argv + optind);
	if (status)
		return status;

	if (watch_begin(nl_open_events))
		return EXIT_FAILED;
	status = watch(take_event, tell_lost, &m, "monitor");
	if (opt_verbose)
		fprintf(stderr, "%u events, %s\n", m.seen,
			m.lost ? "some lost" : "none lost");
	return status;
}

const struct command cmd_monitor = {
	.name	= "monitor",
	.brief	= "Show what happens to connections, as it happens.",
	.usage	= monitor_usage,
	.help	= monitor_help,
	.run	= monitor_run,
};
