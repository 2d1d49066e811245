/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One packet for each way that the specification uses a message; between them
 * they have every message and every attribute.
 */
#ifndef _SELFTESTS_UNIT_SAMPLES_H
#define _SELFTESTS_UNIT_SAMPLES_H

#include "wire.h"

#define SAMPLE_XID	((__force __be32)0x04030201)
#define SAMPLE_SIZE	2048

/**
 * struct sample - a packet
 * @name:  of the file that the seed corpus keeps it in
 * @flags: CSP_F_*
 * @build: writes its messages
 */
struct sample {
	const char	*name;
	u8		flags;
	void		(*build)(struct csp_writer *wr);
};

extern const struct sample samples[];
extern const size_t n_samples;

/* Returns the packet's length, or 0 if it did not fit. */
size_t sample_build(const struct sample *s, void *buf, size_t size);

/* Reads a whole packet; the number of messages, or a negative enum csp_error. */
int packet_read(const void *data, size_t len, struct csp_reader *rd,
		struct csp_msg msgs[CSP_MAX_MSGS]);
/* Writes it back in canonical form. */
size_t packet_write(const struct csp_reader *rd, const struct csp_msg *msgs,
		    int n, void *buf, size_t size);
/* Equal in all that @present says is there. */
bool msg_equal(const struct csp_msg *a, const struct csp_msg *b);

struct in6_addr addr4(u8 a, u8 b, u8 c, u8 d);
struct in6_addr addr6(u16 last);

#endif /* _SELFTESTS_UNIT_SAMPLES_H */
