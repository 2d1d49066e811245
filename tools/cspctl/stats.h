/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters, and numbers of what there is.
 */
#ifndef _CSPCTL_STATS_H
#define _CSPCTL_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct counter {
	char		*name;
	char		*meaning;
	uint64_t	value;
};

#define STATS_NUMBERS	3

/**
 * struct stats - what stats-get answers
 * @counters:  all counters, in the module's order
 * @n:         how many
 * @names:     what @numbers are
 * @numbers:   of what there is now
 */
struct stats {
	struct counter		*counters;
	size_t			n;
	const char *const	*names;
	uint32_t		numbers[STATS_NUMBERS];
};

/* Of @numbers, for end hosts. */
enum {
	STATS_FLOWS,
	STATS_EMBRYONIC,
	STATS_PEERS,
};

/* -1: not possible, and said so. */
int stats_read(struct stats *stats);
int stats_read_box(struct stats *stats);
void stats_free(struct stats *stats);

/* Without names: all, or what is not zero.  Returns the exit status. */
int stats_show(const struct stats *stats, bool zero, int argc, char **argv);

#endif /* _CSPCTL_STATS_H */
