// SPDX-License-Identifier: GPL-2.0
/*
 * What a connection costs: instructions of connect and close at both ends,
 * and the time that connect takes over a path with delay.
 *
 *	bench connect COUNT
 *		in the namespaces KIND-a and KIND-b, 10.0.0.1 and 10.0.0.2
 *	bench rtt COUNT
 *		from a to b, 10.0.2.2, over a path with delay
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define PORT	5000

/*
 * Until everything about a connection is over: the second for which the
 * responder waits with its Detach, the minute of TIME_WAIT, and some.
 */
#define DRAIN	(63 * NSEC_PER_SEC)

static const enum kind kinds[] = { PLAIN, CSP, MPTCP };

static void connect_and_close(enum kind kind, int listener)
{
	int client = make_socket(kind);
	int server;
	char c;

	check(!connect_to(client, "10.0.0.2", PORT), "connect");
	server = accept(listener, NULL, NULL);
	check(server >= 0, "accept");
	close(client);
	check(!read(server, &c, 1), "end of file");
	close(server);
}

static double cost(enum kind kind, int listener, int count)
{
	int64_t begin = busy();
	int i;

	for (i = 0; i < count; i++)
		connect_and_close(kind, listener);
	pause_ns(DRAIN);
	return busy() - begin;
}

static int listener_of(enum kind kind, int port)
{
	char ns[32];
	int fd;

	snprintf(ns, sizeof(ns), "%s-b", kind_name[kind]);
	ns_enter(ns);
	fd = make_listener(kind, port);
	snprintf(ns, sizeof(ns), "%s-a", kind_name[kind]);
	ns_enter(ns);
	return fd;
}

int bench_connect(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 1000;
	enum { ROUNDS = 3 };
	double v[ARRAY_SIZE(kinds)][ROUNDS], nothing[ROUNDS];
	unsigned int i;
	int fd, round;

	/* The first round fills caches and memory pools, and is not counted. */
	for (round = -1; round < ROUNDS; round++) {
		for (i = 0; i < ARRAY_SIZE(kinds); i++) {
			double c;

			fd = listener_of(kinds[i], PORT);
			c = cost(kinds[i], fd, round < 0 ? 100 : count);
			close(fd);
			if (round >= 0)
				v[i][round] = c;
			fprintf(stderr, "# %s: %.0f\n", kind_name[kinds[i]],
				c / count);
		}
		if (round >= 0)
			nothing[round] = cost(PLAIN, -1, 0);
	}
	fprintf(stderr, "# nothing: %.0f\n", median(nothing, ROUNDS));
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		result_of("connect-close", kinds[i],
			  (median(v[i], ROUNDS) - median(nothing, ROUNDS)) /
			  count);
	return 0;
}

static double connect_time(enum kind kind, int listener, int count)
{
	double v[count];
	int64_t begin;
	int i, client;

	for (i = 0; i < count; i++) {
		client = make_socket(kind);
		begin = now();
		check(!connect_to(client, "10.0.2.2", PORT), "connect");
		v[i] = now() - begin;
		close(accept(listener, NULL, NULL));
		close(client);
	}
	return median(v, count);
}

int bench_rtt(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 11;
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		ns_enter("b");
		fd = make_listener(kinds[i], PORT);
		ns_enter("a");
		connect_time(kinds[i], fd, 1);
		result_of("connect-time", kinds[i],
			  connect_time(kinds[i], fd, count) / NSEC_PER_MSEC);
		close(fd);
	}
	return 0;
}
