/* SPDX-License-Identifier: GPL-2.0 */
/* A bulk transfer between the namespaces a and b, in one process. */
#ifndef BENCH_TRANSFER_H
#define BENCH_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "bench.h"

enum dir { UP, DOWN };		/* from a to b, from b to a */

extern const char *const dir_name[];

struct transfer {
	int listener;		/* MPTCP needs it for each subflow that joins */
	int tx;
	int rx;
	long received;
	int64_t last;		/* when the last bytes were read */
	bool broken;
};

/* a connects to @to, where b listens. */
void transfer_open(struct transfer *t, enum kind kind, enum dir dir,
		   const char *to, int port);
/* Without lingering: what is not sent yet stays unsent. */
void transfer_close(struct transfer *t);
/* Until so many bytes have been received in all, or that time has come. */
void transfer_pump(struct transfer *t, long enough, int64_t end);
void transfer_pump_for(struct transfer *t, int64_t ns);
/* Of the sender. */
int transfer_backoff(const struct transfer *t);

#endif /* BENCH_TRANSFER_H */
