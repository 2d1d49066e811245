// SPDX-License-Identifier: GPL-2.0
/*
 * What a pinhole costs among few and among many, in instructions and memory.
 *
 *	bench pinholes box|ruleset COUNT...
 *		in the namespace "many"; COUNTs of connections, ascending, of which
 *		the first may be 0: the first ones of all
 *	bench rules COUNT
 *		there, whose box has COUNT rules
 *
 * The namespace forwards between two TUN devices, and both ends are imagined:
 * what they say comes out of these, and what is for them goes into them and
 * nowhere.  "box": a Setup of a UDP connection, and its OK.  "ruleset": what
 * that is compared with, a datagram, of which the ruleset lets the first one
 * pass, and another one back.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "setup.h"
#include "tun.h"

#define INSIDE	0x0a400000	/* 10.64.0.0/10 */
#define OUTSIDE	0x0a800001	/* 10.128.0.1 */
#define PORT	5004

/* Hosts inside: so many addresses, then the next port. */
#define ADDRESSES	1024

/* Setups that wait for their OK at a time. */
#define TOGETHER	900

enum { BATCHES = 9 };

static int inside, outside;

static void open_ends(void)
{
	ns_enter("many");
	inside = tun_open("inside");
	outside = tun_open("outside");
	run("ip route add 10.64.0.0/10 dev inside");
	run("ip route add 10.128.0.0/16 dev outside");
	/* Whose address the box has. */
	run("ip addr add 10.0.0.1/32 dev lo");
}

static void setup(long i)
{
	unsigned char packet[512];

	tun_put(inside, packet,
		make_setup(packet, sizeof(packet), htonl(INSIDE + i % ADDRESSES),
			   htons(1024 + i / ADDRESSES), htonl(OUTSIDE), htons(PORT),
			   i + 1));
}

static void answer(long i)
{
	unsigned char packet[512];

	tun_put(outside, packet,
		make_ok(packet, sizeof(packet), htonl(OUTSIDE),
			htonl(INSIDE + i % ADDRESSES), i + 1));
}

static void datagram(long i)
{
	unsigned char packet[64];

	tun_put(inside, packet,
		make_datagram(packet, htonl(INSIDE + i % ADDRESSES),
			      htons(1024 + i / ADDRESSES), htonl(OUTSIDE),
			      htons(PORT)));
}

static void datagram_back(long i)
{
	unsigned char packet[64];

	tun_put(outside, packet,
		make_datagram(packet, htonl(OUTSIDE), htons(PORT),
			      htonl(INSIDE + i % ADDRESSES),
			      htons(1024 + i / ADDRESSES)));
}

/* How a connection begins, and how it goes on. */
struct way {
	enum kind kind;
	const char *name;
	void (*first)(long i);
	void (*second)(long i);
};

static const struct way ways[] = {
	{ CSP, "box", setup, answer },
	{ PLAIN, "ruleset", datagram, datagram_back },
};

/* Instructions for each of @count more, from @at, by batches. */
static double each(void (*packet)(long i), long at, long count)
{
	long batch = count / BATCHES;
	double v[BATCHES];
	int64_t begin;
	int i, j;

	for (i = 0; i < BATCHES; i++) {
		begin = now();
		for (j = 0; j < batch; j++)
			packet(at++);
		v[i] = (double)(now() - begin) / batch;
	}
	return median(v, BATCHES);
}

static void open_until(const struct way *way, long *have, long count)
{
	long i, end;

	while (*have < count) {
		end = *have + TOGETHER < count ? *have + TOGETHER : count;
		for (i = *have; i < end; i++)
			way->first(i);
		for (i = *have; i < end; i++)
			way->second(i);
		*have = end;
	}
}

static void measure(const struct way *way, long *have, long count, double empty)
{
	long probe = count && count / 10 < TOGETHER ? count / 10 : TOGETHER;
	double first, second;
	char name[64];

	probe -= probe % BATCHES;
	if (count)
		open_until(way, have, count - probe);
	/* What enlarges the tables runs beside, and shall not be measured. */
	pause_ns(2 * NSEC_PER_SEC);
	first = each(way->first, *have, probe);
	second = each(way->second, *have, probe);
	*have += probe;
	pause_ns(2 * NSEC_PER_SEC);
	snprintf(name, sizeof(name), "open-%ld", count);
	result_of(name, way->kind, first);
	snprintf(name, sizeof(name), "confirm-%ld", count);
	result_of(name, way->kind, second);
	if (!count)
		return;
	snprintf(name, sizeof(name), "pinhole-memory-%ld", count);
	result_of(name, way->kind, (kernel_memory() - empty) / count);
}

int bench_pinholes(int argc, char **argv)
{
	const struct way *way = &ways[argc > 1 && !strcmp(argv[1], "ruleset")];
	double empty;
	long have = 0;
	int i;

	open_ends();
	empty = kernel_memory();
	for (i = 2; i < argc; i++)
		measure(way, &have, atol(argv[i]), empty);
	return 0;
}

int bench_rules(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "rules";

	open_ends();
	each(setup, 0, TOGETHER);
	result_of(name, CSP, each(setup, TOGETHER, TOGETHER));
	/* Until nothing is left of them. */
	pause_ns(20 * NSEC_PER_SEC);
	return 0;
}
