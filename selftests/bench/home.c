// SPDX-License-Identifier: GPL-2.0
/*
 * What a home agent costs: being sent on by it, and a server that moves.
 *
 *	bench redirect NAME ADDRESS RTT COUNT
 *		duration of connect from a to b at ADDRESS, as "redirect-NAME"
 *	bench away RTT REPETITIONS
 *		RTT in milliseconds; from a (10.0.1.1 or 10.0.3.1) to b, which is at
 *		10.0.2.2 or 10.0.5.2, and registered as 10.0.9.9
 *
 * The only address of b goes in the middle of a bulk transfer, for 1, 2, 3 ...
 * seconds there is none, another comes: the gap is counted as in gap.c.  Then the
 * same, with those of both ends at once: each has lost the other, and a finds b
 * by its agent.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "transfer.h"

#define PORT	5003
/* Before the address goes. */
#define WARM	(1024 * 1024)
/* How long to wait for the first new byte. */
#define PATIENCE	(120 * NSEC_PER_SEC)

/* A host whose address changes between two. */
struct mover {
	const char *ns;
	const char *addr[2];
	const char *router[2];
	FILE *admin;		/* standard input of "ip -batch" */
	int place;		/* which of them it has */
};

static struct mover client = {
	.ns = "a",
	.addr = { "10.0.1.1/24", "10.0.3.1/24" },
	.router = { "10.0.1.254", "10.0.3.254" },
};

static struct mover server = {
	.ns = "b",
	.addr = { "10.0.2.2/24", "10.0.5.2/24" },
	.router = { "10.0.2.254", "10.0.5.254" },
};

static int64_t rtt;

#define order(m, ...) \
	do { fprintf((m)->admin, __VA_ARGS__); fflush((m)->admin); } while (0)

static void mover_open(struct mover *m)
{
	char cmd[64];

	snprintf(cmd, sizeof(cmd), "ip -n %s -force -batch -", m->ns);
	m->admin = popen(cmd, "w");
	check(m->admin, "ip");
}

static void address_goes(struct mover *m)
{
	order(m, "addr del %s dev eth0\n", m->addr[m->place]);
}

static void address_comes(struct mover *m)
{
	m->place = !m->place;
	order(m, "addr add %s dev eth0\nroute add default via %s\n",
	      m->addr[m->place], m->router[m->place]);
}

/* The next run begins at the same place. */
static void mover_close(struct mover *m)
{
	if (m->place) {
		address_goes(m);
		address_comes(m);
	}
	pclose(m->admin);
}

/* In round trips. */
static double gap(enum dir dir, bool both, int64_t outage)
{
	double gap = INFINITY;
	struct transfer t;
	int64_t then;
	long before;

	transfer_open(&t, CSP, dir, "10.0.9.9", PORT);
	transfer_pump(&t, WARM, now() + PATIENCE);
	address_goes(&server);
	if (both)
		address_goes(&client);
	transfer_pump_for(&t, outage);
	before = t.received;
	then = now();
	address_comes(&server);
	if (both)
		address_comes(&client);
	transfer_pump(&t, before + 1, now() + PATIENCE);
	if (t.received > before)
		gap = (double)(t.last - then) / rtt;
	transfer_close(&t);
	pause_ns(5 * NSEC_PER_SEC);
	return gap;
}

static void measure(const char *what, enum dir dir, bool both, int repetitions)
{
	double v[repetitions];
	char name[64];
	int i;

	for (i = 0; i < repetitions; i++) {
		v[i] = gap(dir, both, (i + 1) * NSEC_PER_SEC);
		fprintf(stderr, "# %s %s: %d s without, gap %.3f\n", what,
			dir_name[dir], i + 1, v[i]);
	}
	snprintf(name, sizeof(name), "%s-%s-%d", what, dir_name[dir],
		 (int)(rtt / NSEC_PER_MSEC));
	result_of(name, CSP, median(v, repetitions));
	snprintf(name, sizeof(name), "%s-max-%s-%d", what, dir_name[dir],
		 (int)(rtt / NSEC_PER_MSEC));
	result_of(name, CSP, v[repetitions - 1]);
}

int bench_away(int argc, char **argv)
{
	const int repetitions = argc > 2 ? atoi(argv[2]) : 3;
	enum dir dir;

	rtt = (argc > 1 ? atoi(argv[1]) : 20) * NSEC_PER_MSEC;
	mover_open(&client);
	mover_open(&server);
	for (dir = UP; dir <= DOWN; dir++) {
		measure("away", dir, false, repetitions);
		measure("both", dir, true, repetitions);
	}
	mover_close(&client);
	mover_close(&server);
	return 0;
}

/* Nanoseconds; what follows is over before the next one begins. */
static double connect_once(int listener, const char *to)
{
	int fd = make_socket(CSP), peer;
	int64_t begin = now(), end;

	check(!connect_to(fd, to, PORT), "connect");
	end = now();
	peer = accept(listener, NULL, NULL);
	check(peer >= 0, "accept");
	close(fd);
	close(peer);
	pause_ns(3 * NSEC_PER_SEC);
	return end - begin;
}

int bench_redirect(int argc, char **argv)
{
	int i, listener, count;
	char name[64];

	check(argc > 4, "arguments");
	count = atoi(argv[4]);

	double v[count];

	ns_enter("b");
	listener = make_listener(CSP, PORT);
	ns_enter("a");
	/* ARP is done, and the keys are known to each other. */
	connect_once(listener, argv[2]);
	for (i = 0; i < count; i++)
		v[i] = connect_once(listener, argv[2]) /
		       (atoi(argv[3]) * NSEC_PER_MSEC);
	close(listener);
	snprintf(name, sizeof(name), "redirect-%s", argv[1]);
	result_of(name, CSP, median(v, count));
	return 0;
}
