// SPDX-License-Identifier: GPL-2.0
/*
 * Who is served while a flood of forged beginnings runs.
 *
 *	bench served NAME csp|plain SERVER
 *		clients in the namespace "client", 10.1.0.1 and up; a server in
 *		SERVER, 10.0.0.1; the flood comes out of the device "inside" of the
 *		namespace "flood", which is SERVER or routes to it
 *
 * The flood is of Setups with a SYN in them, or of SYNs, each from another source,
 * where nobody answers.  It has a lead, for every table that it may fill; then
 * with each so many of its packets one more client connects, until all have, and
 * goes on until each client has been served, has failed, or has had its time.  To
 * be served is to read the byte that the server's process sends: connect() alone
 * may have been answered by someone before the server.
 *
 * The flood, the clients and the server are one process and one thread, and all
 * is due at times of the machine's own clock: what runs is the same each time.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/csp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "setup.h"
#include "tun.h"

#define FLOODER	0x0a400000	/* 10.64.0.0/10 */
#define SERVER	0x0a000001	/* 10.0.0.1 */
#define CLIENT	0x0a010001	/* 10.1.0.1; "run" has given out so many */
#define PORT	5000

#define INTERVAL (NSEC_PER_SEC / 10000)
#define DEADLINE (3 * NSEC_PER_SEC)

enum { LEAD = 20000, CLIENTS = 200, PER_CLIENT = 100 };

struct client {
	int fd;
	int64_t begin;
	bool over;
};

static struct client clients[CLIENTS];
static double took[CLIENTS];
static int n_started, n_over, n_served;
static int events;

static void forged(int tun, enum kind kind, long i)
{
	const uint32_t src = htonl(FLOODER + i), dst = htonl(SERVER);
	const uint16_t sport = htons(1024 + i % 60000), dport = htons(PORT);
	unsigned char packet[512];
	size_t len;

	if (kind == CSP)
		len = make_tcp_setup(packet, sizeof(packet), src, sport, dst,
				     dport, i + 1);
	else
		len = make_syn(packet, src, sport, dst, dport, i);
	tun_put(tun, packet, len);
}

static void watch(int fd, int i)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u32 = i };

	check(!epoll_ctl(events, EPOLL_CTL_ADD, fd, &ev), "EPOLL_CTL_ADD");
}

/* Signalled, or not at all: else what is refused might be served as plain TCP. */
static int client_socket(enum kind kind)
{
	int mode = CSP_MODE_REQUIRE, fd = make_socket(kind);

	if (kind == CSP)
		check(!setsockopt(fd, SOL_IP, CSP_ENABLE, &mode, sizeof(mode)),
		      "CSP_ENABLE");
	set_nonblocking(fd);
	return fd;
}

static void start(enum kind kind)
{
	struct sockaddr_in own = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(CLIENT + n_started),
	};
	struct client *c = &clients[n_started];

	c->fd = client_socket(kind);
	check(!bind(c->fd, (struct sockaddr *)&own, sizeof(own)), "bind");
	watch(c->fd, n_started++);
	c->begin = now();
	check(connect_to(c->fd, "10.0.0.1", PORT) && errno == EINPROGRESS,
	      "connect");
}

static void serve(int listener)
{
	int fd;

	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		/* And stays open: its end is no part of this. */
		write_all(fd, "x", 1);
	}
}

static void finish(struct client *c)
{
	int64_t time = now() - c->begin;
	char byte;

	if (c->over)
		return;
	c->over = true;
	n_over++;
	if (read(c->fd, &byte, 1) == 1 && time <= DEADLINE)
		took[n_served++] = time;
	close(c->fd);
}

static void look(int listener)
{
	struct epoll_event ev[16];
	int i, n = epoll_wait(events, ev, ARRAY_SIZE(ev), 0);

	for (i = 0; i < n; i++) {
		if (ev[i].data.u32 == CLIENTS)
			serve(listener);
		else
			finish(&clients[ev[i].data.u32]);
	}
}

static bool all_over(void)
{
	return n_started == CLIENTS &&
	       (n_over == CLIENTS ||
		now() > clients[CLIENTS - 1].begin + DEADLINE);
}

static void flood(int tun, enum kind kind, int listener)
{
	const int64_t begin = now();
	int64_t due;
	long i;

	for (i = 0; !all_over(); i++) {
		due = begin + i * INTERVAL - now();
		if (due > 0)
			pause_ns(due);
		forged(tun, kind, i);
		if (i >= LEAD && !(i % PER_CLIENT) && n_started < CLIENTS)
			start(kind);
		look(listener);
	}
	fprintf(stderr, "# %ld packets in %.3f s\n", i,
		(double)(now() - begin) / NSEC_PER_SEC);
}

int bench_served(int argc, char **argv)
{
	enum kind kind = argc > 2 && !strcmp(argv[2], "csp") ? CSP : PLAIN;
	int tun, listener;
	char name[64];

	if (argc < 4)
		die("usage: bench served NAME csp|plain SERVER");
	ns_enter("flood");
	tun = tun_open("inside");
	set_nonblocking(tun);
	run("ip route add 10.64.0.0/10 dev inside");
	events = epoll_create1(EPOLL_CLOEXEC);
	check(events >= 0, "epoll_create1");
	ns_enter(argv[3]);
	listener = make_listener(kind, PORT);
	set_nonblocking(listener);
	watch(listener, CLIENTS);
	ns_enter("client");
	flood(tun, kind, listener);
	snprintf(name, sizeof(name), "served-%s", argv[1]);
	result_of(name, kind, n_served * 100.0 / CLIENTS);
	if (!n_served)
		return 0;
	snprintf(name, sizeof(name), "served-time-%s", argv[1]);
	result_of(name, kind, median(took, n_served) / NSEC_PER_MSEC);
	return 0;
}
