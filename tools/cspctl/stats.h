/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters, and numbers of what there is.
 */
#ifndef _CSPCTL_STATS_H
#define _CSPCTL_STATS_H

#include <stddef.h>
#include <stdint.h>

struct counter {
	char		*name;
	char		*meaning;
	uint64_t	value;
};

/**
 * struct stats - what stats-get answers
 * @counters:  all counters, in the module's order
 * @n:         how many
 * @flows:     connections signalled now
 * @embryonic: of them, those whose transport is not connected yet
 * @peers:     peers remembered now
 */
struct stats {
	struct counter	*counters;
	size_t		n;
	uint32_t	flows;
	uint32_t	embryonic;
	uint32_t	peers;
};

/* -1: not possible, and said so. */
int stats_read(struct stats *stats);
void stats_free(struct stats *stats);

#endif /* _CSPCTL_STATS_H */
