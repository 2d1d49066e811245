// SPDX-License-Identifier: GPL-2.0
/*
 * What data costs on an established connection, before and after a move.
 *
 *	bench bulk NAME MIB
 *		in the namespaces KIND-a and KIND-b, 10.0.0.1 (of CSP also
 *		10.0.0.3) and 10.0.0.2; NAME begins the names of the results
 *
 * Each chunk goes from a to b and another one back, so that both ends send
 * and receive.  The connections take turns, so that whatever else the machine
 * does meets all of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define PORT	5001
#define CHUNK	(64 * 1024)
#define MIB	(1024 * 1024)

/* Longer than the tombstones of a move live. */
#define SETTLE	(5 * NSEC_PER_SEC)

enum { ROUNDS = 5 };

struct pair {
	enum kind kind;
	int a;
	int b;
	double v[ROUNDS];
};

static char buf[CHUNK];

static void connect_pair(struct pair *p)
{
	char ns[32];
	int fd;

	snprintf(ns, sizeof(ns), "%s-b", kind_name[p->kind]);
	ns_enter(ns);
	fd = make_listener(p->kind, PORT);
	snprintf(ns, sizeof(ns), "%s-a", kind_name[p->kind]);
	ns_enter(ns);
	p->a = make_socket(p->kind);
	check(!connect_to(p->a, "10.0.0.2", PORT), "connect");
	p->b = accept(fd, NULL, NULL);
	check(p->b >= 0, "accept");
	close(fd);
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

static double per_mib(struct pair *p, int mib)
{
	int i, chunks = mib * (MIB / CHUNK);
	int64_t begin = busy();

	for (i = 0; i < chunks; i += 2) {
		carry(p->a, p->b);
		carry(p->b, p->a);
	}
	return (double)(busy() - begin) / mib;
}

static void compare(struct pair *p, int n, int mib)
{
	int i, round;

	/* Windows and buffers grow first. */
	for (i = 0; i < n; i++)
		per_mib(&p[i], mib);
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < n; i++)
			p[i].v[round] = per_mib(&p[i], mib);
}

static void report(struct pair *p, const char *name, const char *when)
{
	char full[64];
	int i;

	snprintf(full, sizeof(full), "%s-%s", name, when);
	fprintf(stderr, "# %s.%s:", full, kind_name[p->kind]);
	for (i = 0; i < ROUNDS; i++)
		fprintf(stderr, " %.0f", p->v[i]);
	fputc('\n', stderr);
	result_of(full, p->kind, median(p->v, ROUNDS));
}

int bench_bulk(int argc, char **argv)
{
	struct pair p[] = {
		{ .kind = PLAIN }, { .kind = CSP }, { .kind = MPTCP },
	};
	const char *name = argc > 1 ? argv[1] : "bulk";
	int mib = argc > 2 ? atoi(argv[2]) : 16;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(p); i++)
		connect_pair(&p[i]);
	compare(p, ARRAY_SIZE(p), mib);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		report(&p[i], name, "before");

	run("ip -n csp-a addr del 10.0.0.1/24 dev eth0");
	run("ip -n csp-a addr add 10.0.0.3/24 dev eth0");
	pause_ns(NSEC_PER_SEC);
	compare(p, 2, mib);
	report(&p[CSP], name, "tombs");
	pause_ns(SETTLE);
	compare(p, 2, mib);
	report(&p[PLAIN], name, "after");
	report(&p[CSP], name, "after");

	close(p[CSP].a);
	close(p[CSP].b);
	run("ip -n csp-a addr del 10.0.0.3/24 dev eth0");
	run("ip -n csp-a addr add 10.0.0.1/24 dev eth0");
	pause_ns(SETTLE);
	return 0;
}
