// SPDX-License-Identifier: GPL-2.0
/*
 * What a packet of a flood costs who is flooded, in instructions.
 *
 *	bench flood NAME
 *		in the namespace "flood", which forwards between two TUN devices
 *		and has 10.0.0.1; sources are imagined, each packet has another
 *		one.  NAME is what it does against it:
 *
 *	host	a socket here: Ack + nonce to each Setup; SYN cookies
 *	box	one behind: the same by a box; by nft's synproxy
 *	drop	one source only, of which nothing is wanted: the block of a
 *		gateway; an entry of an nft set in prerouting
 *	ingress	the same by an nft set at the device, where the block is
 *
 * The first is that of CSP, and wants the namespace of "run"; "NAME plain" is
 * the other one.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "setup.h"
#include "tun.h"

#define FLOODER	0x0a400000	/* 10.64.0.0/10 */
#define VICTIM	0x0a800001	/* 10.128.0.1 */
#define HERE	0x0a000001	/* 10.0.0.1 */
#define TCP_PORT 5000
#define UDP_PORT 5004

enum { BATCHES = 9, BATCH = 200 };

static int inside, outside;

static void setup_to(uint32_t dst, long i)
{
	unsigned char packet[512];

	tun_put(inside, packet,
		make_setup(packet, sizeof(packet), htonl(FLOODER + i),
			   htons(1024 + i), htonl(dst), htons(UDP_PORT), i + 1));
}

static void syn_to(uint32_t dst, long i)
{
	unsigned char packet[64];

	tun_put(inside, packet,
		make_syn(packet, htonl(FLOODER + i), htons(1024 + i), htonl(dst),
			 htons(TCP_PORT), i));
}

static void setup_here(long i) { setup_to(HERE, i); }
static void setup_there(long i) { setup_to(VICTIM, i); }
static void syn_here(long i) { syn_to(HERE, i); }
static void syn_there(long i) { syn_to(VICTIM, i); }

static void datagram(long i)
{
	unsigned char packet[64];

	(void)i;
	tun_put(inside, packet,
		make_datagram(packet, htonl(FLOODER), htons(1024), htonl(VICTIM),
			      htons(UDP_PORT)));
}

/* What comes out of a device, until one with VIA or NONCE. */
static void read_until(int fd, struct stop *stop)
{
	unsigned char packet[2048];
	ssize_t len;

	for (;;) {
		len = read(fd, packet, sizeof(packet));
		check(len > 0, "what the gateway says");
		if (read_stop(stop, packet, len))
			return;
	}
}

/* As the victim: has the gateway stop the flooder. */
static void block(void)
{
	unsigned char packet[512];
	struct stop stop = { .nonce_len = 0 };
	int i;

	setup_there(0);
	read_until(outside, &stop);
	for (i = 0; i < 2; i++) {
		tun_put(outside, packet,
			make_stop(packet, sizeof(packet), htonl(FLOODER),
				  htonl(VICTIM), htonl(HERE), &stop));
		if (!i)
			read_until(outside, &stop);
	}
	pause_ns(NSEC_PER_SEC);
}

static void serve(enum kind kind)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(UDP_PORT),
	};
	int fd;

	if (kind == PLAIN) {
		make_listener(PLAIN, TCP_PORT);
		return;
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	check(fd >= 0, "socket");
	enable_csp(fd);
	check(!bind(fd, (struct sockaddr *)&sin, sizeof(sin)), "bind");
}

static double each(void (*packet)(long i))
{
	double v[BATCHES];
	int64_t begin;
	long at = 0;
	int i, j;

	for (j = 0; j < BATCH; j++)
		packet(at++);
	for (i = 0; i < BATCHES; i++) {
		/* Answers do not get into the way of others. */
		pause_ns(NSEC_PER_SEC);
		begin = busy();
		for (j = 0; j < BATCH; j++)
			packet(at++);
		v[i] = (double)(busy() - begin) / BATCH;
	}
	return median(v, BATCHES);
}

static const struct {
	const char *name;
	enum kind kind;
	void (*packet)(long i);
} floods[] = {
	{ "host", CSP, setup_here },
	{ "host", PLAIN, syn_here },
	{ "box", CSP, setup_there },
	{ "box", PLAIN, syn_there },
	{ "drop", CSP, datagram },
	{ "drop", PLAIN, datagram },
	{ "ingress", PLAIN, datagram },
};

int bench_flood(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	enum kind kind = argc > 2 ? PLAIN : CSP;
	char full[64];
	unsigned int i;

	ns_enter("flood");
	inside = tun_open("inside");
	outside = tun_open("outside");
	set_nonblocking(inside);
	set_nonblocking(outside);
	run("ip route add 10.64.0.0/10 dev inside");
	run("ip route add 10.128.0.0/16 dev outside");
	if (!strcmp(name, "host"))
		serve(kind);
	if (!strcmp(name, "drop") && kind == CSP)
		block();
	for (i = 0; i < ARRAY_SIZE(floods); i++) {
		if (strcmp(name, floods[i].name) || kind != floods[i].kind)
			continue;
		snprintf(full, sizeof(full), "flood-%s", name);
		result_of(full, kind, each(floods[i].packet));
		return 0;
	}
	die("no such flood: %s", name);
}
