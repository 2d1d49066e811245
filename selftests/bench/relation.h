/* SPDX-License-Identifier: GPL-2.0 */
/* Hosts that are known to an agent by their keys. */
#ifndef BENCH_RELATION_H
#define BENCH_RELATION_H

#include <stddef.h>
#include <stdint.h>

/* csp.rst, section "Key of a standing relation". */
struct relation {
	unsigned char public[32];	/* key of the host */
	unsigned char key[32];		/* of its MACs */
};

/* The relation of host @number with an agent whose key is @agent, in base64. */
void relation_make(struct relation *rel, uint32_t number, const char *agent);

/* 16 bytes for a packet of the host, whose first @len bytes are covered. */
void relation_mac(const struct relation *rel, const void *packet, size_t len,
		  unsigned char *mac);

#endif /* BENCH_RELATION_H */
