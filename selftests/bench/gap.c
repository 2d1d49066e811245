// SPDX-License-Identifier: GPL-2.0
/*
 * How long a bulk transfer stands still when a host gets another address.
 *
 *	bench gap RTT REPETITIONS
 *		RTT in milliseconds; from a (10.0.1.1 or 10.0.3.1) to b (10.0.2.2,
 *		inside WireGuard 10.9.0.2), over r and s
 *
 * The only address of a goes, for 1, 2, 3 ... seconds there is none, another
 * comes together with its default route.  The gap is counted from the moment
 * at which both are handed to a running "ip -batch", which needs a fraction of
 * a millisecond for them, to that at which the receiver reads the next byte.
 *
 * MPTCP is told of addresses that come and go as a network manager does it:
 * an endpoint with the flag "subflow" for the address there is.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "transfer.h"

#define PORT	5002
/* Before the address goes, and after the first new byte. */
#define WARM	(1024 * 1024)
#define RAMP	(256 * 1024)

/* How long to wait for the first new byte. */
#define PATIENCE	(120 * NSEC_PER_SEC)

/* What came of a move. */
struct outcome {
	double gap;		/* round trips */
	double ramp;		/* round trips, from the first byte to RAMP more */
	double backoff;		/* of the sender, when the first byte arrives */
};

static FILE *admin;	/* standard input of "ip -batch" in a */
static int place = 1;	/* a has 10.0.PLACE.1 */
static int64_t rtt;

#define order(...) do { fprintf(admin, __VA_ARGS__); fflush(admin); } while (0)

static const char *server(enum kind kind)
{
	return kind == WIREGUARD ? "10.9.0.2" : "10.0.2.2";
}

static void address_goes(enum kind kind)
{
	order("addr del 10.0.%d.1/24 dev eth0\n", place);
	if (kind == MPTCP)
		order("mptcp endpoint delete id %d\n", place);
}

static void mptcp_endpoint(void)
{
	order("mptcp endpoint add 10.0.%d.1 dev eth0 id %d subflow\n", place,
	      place);
}

/* Returns the moment. */
static int64_t address_comes(enum kind kind)
{
	int64_t then = now();

	place = place == 1 ? 3 : 1;
	order("addr add 10.0.%d.1/24 dev eth0\n", place);
	order("route add default via 10.0.%d.254\n", place);
	if (kind == MPTCP)
		mptcp_endpoint();
	return then;
}

static struct outcome move(enum kind kind, enum dir dir, int64_t outage)
{
	struct outcome o = { .gap = INFINITY, .ramp = INFINITY };
	struct transfer t;
	int64_t then;
	long before;

	if (kind == MPTCP)
		mptcp_endpoint();
	pause_ns(100 * NSEC_PER_MSEC);
	transfer_open(&t, kind, dir, server(kind), PORT);
	transfer_pump(&t, WARM, now() + PATIENCE);

	address_goes(kind);
	transfer_pump_for(&t, outage);
	before = t.received;
	then = address_comes(kind);
	transfer_pump(&t, before + 1, now() + PATIENCE);
	if (t.received > before) {
		o.gap = (double)(t.last - then) / rtt;
		o.backoff = transfer_backoff(&t);
		then = t.last;
		transfer_pump(&t, t.received + RAMP, now() + PATIENCE);
		o.ramp = (double)(t.last - then) / rtt;
	}
	if (kind == MPTCP)
		order("mptcp endpoint delete id %d\n", place);
	transfer_close(&t);
	pause_ns(5 * NSEC_PER_SEC);
	return o;
}

/* A connection that begins here and now, for comparison. */
static double fresh_ramp(enum dir dir)
{
	struct transfer t;
	int64_t first;

	transfer_open(&t, PLAIN, dir, server(PLAIN), PORT);
	transfer_pump(&t, 1, now() + PATIENCE);
	first = t.last;
	transfer_pump(&t, t.received + RAMP, now() + PATIENCE);
	transfer_close(&t);
	return (double)(t.last - first) / rtt;
}

static void measure(enum kind kind, enum dir dir, int repetitions)
{
	double gap[repetitions], ramp[repetitions], backoff = 0;
	char name[64];
	int i;

	for (i = 0; i < repetitions; i++) {
		struct outcome o = move(kind, dir, (i + 1) * NSEC_PER_SEC);

		fprintf(stderr, "# %s %s: %d s without, gap %.3f, ramp %.3f, backoff %.0f\n",
			kind_name[kind], dir_name[dir], i + 1, o.gap, o.ramp,
			o.backoff);
		gap[i] = o.gap;
		ramp[i] = o.ramp;
		backoff = fmax(backoff, o.backoff);
	}
	snprintf(name, sizeof(name), "gap-%s-%d", dir_name[dir],
		 (int)(rtt / NSEC_PER_MSEC));
	result_of(name, kind, median(gap, repetitions));
	snprintf(name, sizeof(name), "gap-max-%s-%d", dir_name[dir],
		 (int)(rtt / NSEC_PER_MSEC));
	result_of(name, kind, gap[repetitions - 1]);
	snprintf(name, sizeof(name), "ramp-%s-%d", dir_name[dir],
		 (int)(rtt / NSEC_PER_MSEC));
	result_of(name, kind, median(ramp, repetitions));
	snprintf(name, sizeof(name), "backoff-%s-%d", dir_name[dir],
		 (int)(rtt / NSEC_PER_MSEC));
	result_of(name, kind, backoff);
}

int bench_gap(int argc, char **argv)
{
	static const enum kind kinds[] = { CSP, MPTCP, WIREGUARD };
	int repetitions = argc > 2 ? atoi(argv[2]) : 3;
	char name[64];
	unsigned int i;
	enum dir dir;

	rtt = (argc > 1 ? atoi(argv[1]) : 20) * NSEC_PER_MSEC;
	admin = popen("ip -n a -force -batch -", "w");
	check(admin, "ip");
	for (dir = UP; dir <= DOWN; dir++) {
		snprintf(name, sizeof(name), "ramp-%s-%d", dir_name[dir],
			 (int)(rtt / NSEC_PER_MSEC));
		result_of(name, PLAIN, fresh_ramp(dir));
		for (i = 0; i < ARRAY_SIZE(kinds); i++)
			measure(kinds[i], dir, repetitions);
	}
	/* The next run begins at the same place. */
	if (place != 1) {
		order("addr del 10.0.3.1/24 dev eth0\n");
		order("addr add 10.0.1.1/24 dev eth0\n");
		order("route add default via 10.0.1.254\n");
	}
	return pclose(admin) < 0;
}
