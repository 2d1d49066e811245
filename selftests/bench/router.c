// SPDX-License-Identifier: GPL-2.0
/*
 * What a router costs that is a box, beside one that has a ruleset only, and a
 * NAT that is one, beside one that is not.
 *
 *	bench router COUNT
 *		instructions of connect and close, from a to b through r
 *	bench forward MIB
 *		instructions per MiB on connections that exist
 *
 * in the namespaces KIND-ROUTER-a, -r and -b, 10.0.1.1 and 10.0.2.2. ROUTER is
 * what r does: "bare" forwards and nothing else, "ruleset" has conntrack and
 * the ruleset, "box" is a box as well, "nat" is that and masquerades; with plain
 * connections it is no box. What r does in all that is the difference from
 * "bare".
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define PORT	5000
#define CHUNK	(64 * 1024)
#define MIB	(1024 * 1024)

/* Until conntrack's TIME_WAIT and all timers of the ends are over. */
#define DRAIN	(130 * NSEC_PER_SEC)

enum { ROUNDS = 5 };

struct router {
	enum kind kind;
	const char *what;
	int listener;
	int a;
	int b;
	double v[ROUNDS];
};

static struct router routers[] = {
	{ .kind = PLAIN, .what = "bare" },
	{ .kind = PLAIN, .what = "ruleset" },
	{ .kind = CSP, .what = "bare" },
	{ .kind = CSP, .what = "ruleset" },
	{ .kind = CSP, .what = "box" },
	{ .kind = PLAIN, .what = "nat" },
	{ .kind = CSP, .what = "nat" },
};

static char buf[CHUNK];

static void enter(const struct router *r, const char *host)
{
	char ns[64];

	snprintf(ns, sizeof(ns), "%s-%s-%s", kind_name[r->kind], r->what, host);
	ns_enter(ns);
}

static void connect_through(struct router *r)
{
	r->a = make_socket(r->kind);
	check(!connect_to(r->a, "10.0.2.2", PORT), "connect");
	r->b = accept(r->listener, NULL, NULL);
	check(r->b >= 0, "accept");
}

static void disconnect(struct router *r)
{
	char c;

	close(r->a);
	check(!read(r->b, &c, 1), "end of file");
	close(r->b);
}

static double cost(struct router *r, int count)
{
	int64_t begin = busy();
	int i;

	for (i = 0; i < count; i++) {
		connect_through(r);
		disconnect(r);
	}
	pause_ns(DRAIN);
	return busy() - begin;
}

static void report(struct router *r, const char *name, double less, double per)
{
	char full[64];
	int i;

	snprintf(full, sizeof(full), "%s-%s", name, r->what);
	fprintf(stderr, "# %s.%s:", full, kind_name[r->kind]);
	for (i = 0; i < ROUNDS; i++)
		fprintf(stderr, " %.0f", (r->v[i] - less) / per);
	fputc('\n', stderr);
	result_of(full, r->kind, (median(r->v, ROUNDS) - less) / per);
}

static void listen_all(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(routers); i++) {
		enter(&routers[i], "b");
		routers[i].listener = make_listener(routers[i].kind, PORT);
	}
}

int bench_router(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 1000;
	double nothing[ROUNDS], none;
	struct router *r;
	unsigned int i;
	int round;

	listen_all();
	/* The first round fills caches and memory pools, and is not counted. */
	for (round = -1; round < ROUNDS; round++) {
		for (i = 0; i < ARRAY_SIZE(routers); i++) {
			double c;

			r = &routers[i];
			enter(r, "a");
			c = cost(r, round < 0 ? 100 : count);
			if (round >= 0)
				r->v[round] = c;
		}
		if (round >= 0)
			nothing[round] = cost(r, 0);
	}
	none = median(nothing, ROUNDS);
	for (i = 0; i < ARRAY_SIZE(routers); i++)
		report(&routers[i], "router", none, count);
	return 0;
}

static void carry(int from, int to)
{
	size_t n = 0;
	ssize_t got;

	write_all(from, buf, CHUNK);
	while (n < CHUNK) {
		got = read(to, buf, CHUNK - n);
		check(got > 0, "read");
		n += got;
	}
}

static double per_mib(struct router *r, int mib)
{
	int i, chunks = mib * (MIB / CHUNK);
	int64_t begin = busy();

	for (i = 0; i < chunks; i += 2) {
		carry(r->a, r->b);
		carry(r->b, r->a);
	}
	return (double)(busy() - begin) / mib;
}

int bench_forward(int argc, char **argv)
{
	int mib = argc > 1 ? atoi(argv[1]) : 8;
	unsigned int i;
	int round;

	listen_all();
	for (i = 0; i < ARRAY_SIZE(routers); i++) {
		enter(&routers[i], "a");
		connect_through(&routers[i]);
	}
	/* Windows and buffers grow first. */
	for (i = 0; i < ARRAY_SIZE(routers); i++)
		per_mib(&routers[i], mib);
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < ARRAY_SIZE(routers); i++)
			routers[i].v[round] = per_mib(&routers[i], mib);
	for (i = 0; i < ARRAY_SIZE(routers); i++) {
		report(&routers[i], "forward", 0, 1);
		disconnect(&routers[i]);
	}
	pause_ns(DRAIN);
	return 0;
}
