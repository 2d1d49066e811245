// SPDX-License-Identifier: GPL-2.0
/*
 * bench: the measurements of "make bench"; selftests/bench/run has made the
 * hosts that they run on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

const char *const kind_name[N_KINDS] = { "plain", "csp", "mptcp", "wireguard",
					 "pcp" };
bool quick;

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} benches[] = {
	{ "connect", bench_connect },
	{ "rtt", bench_rtt },
	{ "bulk", bench_bulk },
	{ "gap", bench_gap },
	{ "redirect", bench_redirect },
	{ "away", bench_away },
	{ "homes", bench_homes },
	{ "memory", bench_memory },
	{ "lookup", bench_lookup },
	{ "router", bench_router },
	{ "forward", bench_forward },
	{ "pinholes", bench_pinholes },
	{ "rules", bench_rules },
	{ "mapping", bench_mapping },
	{ "flood", bench_flood },
	{ "served", bench_served },
};

int main(int argc, char **argv)
{
	const char *env;
	unsigned int i;

	env = getenv("CSP_BENCH_QUICK");
	quick = env && *env;
	for (i = 0; argc > 1 && i < ARRAY_SIZE(benches); i++)
		if (!strcmp(argv[1], benches[i].name))
			return benches[i].run(argc - 1, argv + 1);
	fprintf(stderr, "usage: bench NAME [ARGUMENT...]\n");
	return 2;
}
