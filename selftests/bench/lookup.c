// SPDX-License-Identifier: GPL-2.0
/*
 * What finding a connection costs among few and among many, and what memory
 * so many take.
 *
 *	bench lookup COUNT...
 *		in the namespace "big"; COUNTs of connections, ascending
 *
 * The other ends are imagined: their Setups come out of a TUN device, and what
 * is answered goes into it and nowhere.  One flagged UDP socket accepts them
 * all.  It is not connected, so each datagram that it sends is one look-up of
 * a connection by its name; the same datagrams of a socket that is not flagged
 * are what that is compared with.  Accepting a Setup looks up the name, and
 * enters the name and two identifiers.
 */
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "setup.h"
#include "tun.h"

#define HOST	0x0a010001	/* 10.1.0.1 */
#define OTHERS	0x0a400000	/* 10.64.0.0/10, in the device */
#define PORT	5004
#define PLAIN_PORT 5005

/* Other ends: so many addresses, then the next port. */
#define ADDRESSES	1024

enum { BATCHES = 9 };

static int tun;

static void open_tun(void)
{
	tun = tun_open("tun0");
	run("ip addr add 10.1.0.1/32 dev lo");
	run("ip link set lo up");
	run("ip route add 10.64.0.0/10 dev tun0");
}

static int udp_socket(int port, bool flagged)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(HOST),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	check(fd >= 0, "socket");
	if (flagged)
		enable_csp(fd);
	check(!bind(fd, (struct sockaddr *)&sin, sizeof(sin)), "bind");
	return fd;
}

static struct sockaddr_in other(long i)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(OTHERS + i % ADDRESSES),
		.sin_port = htons(1024 + i / ADDRESSES),
	};
}

static void announce(long i)
{
	struct sockaddr_in to = other(i);
	unsigned char packet[512];
	size_t len;

	len = make_setup(packet, sizeof(packet), to.sin_addr.s_addr,
			 to.sin_port, htonl(HOST), htons(PORT), i + 1);
	tun_put(tun, packet, len);
}

/* Instructions for each of @count connections more, by batches. */
static double announce_more(long *have, long count)
{
	double v[BATCHES];
	int i, batch = count / BATCHES;
	int64_t begin;
	long end;

	for (i = 0; i < BATCHES; i++) {
		begin = now();
		for (end = *have + batch; *have < end; (*have)++)
			announce(*have);
		v[i] = (double)(now() - begin) / batch;
	}
	return median(v, BATCHES);
}

/* Instructions for a datagram to one of the connections. */
static double send_some(int fd, long have, int count)
{
	double v[BATCHES];
	int i, j, batch = count / BATCHES;
	struct sockaddr_in to;
	int64_t begin;
	long at = 0;

	for (i = 0; i < BATCHES; i++) {
		begin = now();
		for (j = 0; j < batch; j++) {
			/* Coprime to the counts: each another connection. */
			at = (at + 7368787) % have;
			to = other(at);
			sendto(fd, "x", 1, 0, (struct sockaddr *)&to,
			       sizeof(to));
		}
		v[i] = (double)(now() - begin) / batch;
	}
	return median(v, BATCHES);
}

static void measure(long *have, long count, int flagged, int plain, double empty)
{
	long probe = count / 10 < 900 ? count / 10 : 900;
	int sends = quick ? 900 : 4500;
	char name[64];
	double setup;

	while (*have < count - probe)
		announce((*have)++);
	/* What enlarges the tables runs beside, and shall not be measured. */
	pause_ns(2 * NSEC_PER_SEC);
	setup = announce_more(have, probe);
	while (*have < count)
		announce((*have)++);
	pause_ns(2 * NSEC_PER_SEC);
	snprintf(name, sizeof(name), "accept-%ld", count);
	result_of(name, CSP, setup);
	snprintf(name, sizeof(name), "lookup-%ld", count);
	result_of(name, PLAIN, send_some(plain, *have, sends));
	result_of(name, CSP, send_some(flagged, *have, sends));
	snprintf(name, sizeof(name), "memory-%ld", count);
	result_of(name, CSP, (kernel_memory() - empty) / count);
}

int bench_lookup(int argc, char **argv)
{
	int flagged, plain, i;
	double empty;
	long have = 0;

	ns_enter("big");
	open_tun();
	flagged = udp_socket(PORT, true);
	plain = udp_socket(PLAIN_PORT, false);
	empty = kernel_memory();
	for (i = 1; i < argc; i++)
		measure(&have, atol(argv[i]), flagged, plain, empty);
	return 0;
}
