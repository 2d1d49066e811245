/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whole IPv4 packets of imagined ends.  Kept apart: what wire.h brings along
 * does not go together with the C library's headers for sockets.
 */
#ifndef BENCH_SETUP_H
#define BENCH_SETUP_H

#include <stddef.h>
#include <stdint.h>

struct relation;

/* Announces UDP, src <-> dst; addresses and ports in network byte order. */
size_t make_setup(void *packet, size_t size, uint32_t src, uint16_t sport,
		  uint32_t dst, uint16_t dport, uint64_t id);

/* Announces TCP, and has its SYN in it, as that of connect() has. */
size_t make_tcp_setup(void *packet, size_t size, uint32_t src, uint16_t sport,
		      uint32_t dst, uint16_t dport, uint64_t id);

/* The OK to the Setup with this @id, from the end asked. */
size_t make_ok(void *packet, size_t size, uint32_t src, uint32_t dst,
	       uint64_t id);

/* TCP's first packet. */
size_t make_syn(void *packet, uint32_t src, uint16_t sport, uint32_t dst,
		uint16_t dport, uint32_t seq);

/* What a gateway has put into a Setup, and asks to be echoed. */
struct stop {
	unsigned char via[128];
	size_t via_len;
	unsigned char nonce[64];
	size_t nonce_len;
};

/* Takes VIA or NONCE out of a packet; returns whether there was one. */
int read_stop(struct stop *stop, const void *packet, size_t len);

/* From the victim to the gateway: stop what @src sends to @dst. */
size_t make_stop(void *packet, size_t size, uint32_t src, uint32_t dst,
		 uint32_t gateway, const struct stop *stop);

/* A host tells its agent where it is. */
struct registration {
	uint32_t home;			/* in network byte order, as what follows */
	uint32_t place;
	uint32_t agent;
	uint64_t id;
	uint32_t seq;
	uint32_t lifetime;		/* ms */
	unsigned char nonce[64];	/* the agent's, to be echoed */
	size_t nonce_len;
	const struct relation *rel;
};

size_t make_register(void *packet, size_t size, const struct registration *reg);

/*
 * Type of the message, if a packet answers the request with this @id; or 0.  The
 * answer to a registration may have a nonce for it.
 */
int read_answer(const void *packet, size_t len, uint64_t id,
		struct registration *reg);

/* UDP without data, and without checksum. */
size_t make_datagram(void *packet, uint32_t src, uint16_t sport, uint32_t dst,
		     uint16_t dport);

#endif /* BENCH_SETUP_H */
