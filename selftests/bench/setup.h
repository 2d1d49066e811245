/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whole IPv4 packets of imagined ends.  Kept apart: what wire.h brings along
 * does not go together with the C library's headers for sockets.
 */
#ifndef BENCH_SETUP_H
#define BENCH_SETUP_H

#include <stddef.h>
#include <stdint.h>

/* Announces UDP, src <-> dst; addresses and ports in network byte order. */
size_t make_setup(void *packet, size_t size, uint32_t src, uint16_t sport,
		  uint32_t dst, uint16_t dport, uint64_t id);

/* The OK to the Setup with this @id, from the end asked. */
size_t make_ok(void *packet, size_t size, uint32_t src, uint32_t dst,
	       uint64_t id);

/* UDP without data, and without checksum. */
size_t make_datagram(void *packet, uint32_t src, uint16_t sport, uint32_t dst,
		     uint16_t dport);

#endif /* BENCH_SETUP_H */
