// SPDX-License-Identifier: GPL-2.0
/*
 * What one open port costs: asked for by CSP, and by PCP (RFC 6887).
 *
 *	bench mapping csp NAME ROUTER COUNT
 *		from the namespace csp-ROUTER-a through r to b, 10.0.2.2; ROUTER is
 *		"box", a firewall, or "nat", one that translates as well
 *	bench mapping pcp NAME - COUNT
 *		from pcp-a to the server of pcp-r, 10.0.1.254, which translates
 *
 * CSP: connect() of a flagged UDP socket and its first datagram, which waits for
 * the OK.  A NAT redirects the Setup to the port it gives: Setup, Redirect, Setup,
 * OK.  PCP: a MAP request and its answer, after which the other end still knows
 * nothing.  Instructions are those of all hosts, the server's process included;
 * messages are what passes the client's device; the time is that until the client
 * knows.
 */
#include <arpa/inet.h>
#include <linux/csp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define PCP_PORT	5351
#define UDP_PORT	5006

/* Until the Detach of the last one is answered. */
#define DRAIN	(3 * NSEC_PER_SEC)

/* RFC 6887, sections 7.1, 11.1 */
struct pcp_map {
	uint8_t	version;
	uint8_t	opcode;
	uint8_t	reserved;
	uint8_t	result;
	uint32_t lifetime;
	uint8_t	client[16];	/* in answers: epoch, reserved */
	uint8_t	nonce[12];
	uint8_t	protocol;
	uint8_t	zero[3];
	uint16_t inner_port;
	uint16_t outer_port;
	uint8_t	outer_addr[16];
};

static void map_by_pcp(int fd, int port)
{
	struct pcp_map map = {
		.version = 2,
		.opcode = 1,
		.lifetime = htonl(3600),
		.client = { [10] = 0xff, 0xff, 10, 0, 1, 1 },
		.nonce = { port >> 8, port & 255 },
		.protocol = IPPROTO_UDP,
		.inner_port = htons(port),
		.outer_port = htons(port),
		.outer_addr = { [10] = 0xff, 0xff },
	};

	check(send(fd, &map, sizeof(map), 0) == sizeof(map), "send");
	check(recv(fd, &map, sizeof(map), 0) == sizeof(map), "recv");
	if (map.opcode != 0x81 || map.result)
		die("PCP refused: result %u", map.result);
}

static int pcp_socket(void)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(PCP_PORT),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	check(fd >= 0, "socket");
	inet_pton(AF_INET, "10.0.1.254", &sin.sin_addr);
	check(!connect(fd, (struct sockaddr *)&sin, sizeof(sin)), "connect");
	return fd;
}

static int csp_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	check(fd >= 0, "socket");
	enable_csp(fd);
	return fd;
}

static int far_socket(void)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(UDP_PORT),
	};
	int fd = csp_socket();

	check(!bind(fd, (struct sockaddr *)&sin, sizeof(sin)), "bind");
	return fd;
}

static bool is_known(int fd)
{
	struct csp_info info;
	socklen_t len = sizeof(info);

	check(!getsockopt(fd, SOL_IP, CSP_INFO, &info, &len), "CSP_INFO");
	return info.state == CSP_STATE_ESTABLISHED;
}

static void check_known(const int *fd, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (fd[i] >= 0 && !is_known(fd[i]))
			die("port %d of %d was not opened", i + 1, count);
}

/* What the client's device has sent and received, in packets. */
static long packets(void)
{
	FILE *f = fopen("/proc/thread-self/net/dev", "re");
	long rx = -1, tx = -1;
	char line[256];

	check(f, "/proc/thread-self/net/dev");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, " eth0: %*d %ld %*d %*d %*d %*d %*d %*d %*d %ld",
			   &rx, &tx) == 2)
			break;
	fclose(f);
	if (tx < 0)
		die("no eth0 in /proc/net/dev");
	return rx + tx;
}

/* One port; returns the socket that it is for, or -1. */
static int open_one(enum kind kind, int pcp, int port)
{
	int fd;

	if (kind == PCP) {
		map_by_pcp(pcp, port);
		return -1;
	}
	fd = csp_socket();
	check(!connect_to(fd, "10.0.2.2", UDP_PORT), "connect");
	check(send(fd, "x", 1, 0) == 1, "send");
	return fd;
}

/* Nanoseconds until the client knows that it is open. */
static int64_t time_of(enum kind kind, int pcp, int port)
{
	int64_t begin = now();
	int fd = open_one(kind, pcp, port);

	if (fd < 0)
		return now() - begin;
	while (!is_known(fd))
		pause_ns(10000);
	begin = now() - begin;
	close(fd);
	return begin;
}

/* Instructions of @count ports, and of a second in which nothing else happens. */
static double cost(enum kind kind, int pcp, int *fd, int count, int port)
{
	int64_t begin = busy();
	int i;

	for (i = 0; i < count; i++)
		fd[i] = open_one(kind, pcp, port + i);
	pause_ns(NSEC_PER_SEC);
	return busy() - begin;
}

static void report(const char *name, const char *what, enum kind kind, double value)
{
	char full[64];

	snprintf(full, sizeof(full), "%s%s", name, what);
	result_of(full, kind, value);
}

/* Enters the client's namespace; returns its socket to a server of PCP, or -1. */
static int enter(enum kind kind, const char *router)
{
	char ns[64];

	if (kind == PCP) {
		ns_enter("pcp-a");
		return pcp_socket();
	}
	snprintf(ns, sizeof(ns), "csp-%s-b", router);
	ns_enter(ns);
	far_socket();
	snprintf(ns, sizeof(ns), "csp-%s-a", router);
	ns_enter(ns);
	return -1;
}

int bench_mapping(int argc, char **argv)
{
	enum kind kind = argc > 1 && !strcmp(argv[1], "pcp") ? PCP : CSP;
	const char *name = argc > 2 ? argv[2] : "mapping";
	int count = argc > 4 ? atoi(argv[4]) : 100;
	int i, pcp, port = 20000;
	double all, nothing;
	int fd[count];
	long seen;

	pcp = enter(kind, argc > 3 ? argv[3] : "box");
	/* What the first one brings along is not counted. */
	close(open_one(kind, pcp, port++));
	pause_ns(DRAIN);
	nothing = cost(kind, pcp, fd, 0, port);
	seen = packets();
	all = cost(kind, pcp, fd, count, port);
	report(name, "", kind, (all - nothing) / count);
	report(name, "-messages", kind, (double)(packets() - seen) / count);
	check_known(fd, count);
	for (i = 0; i < count; i++)
		close(fd[i]);
	pause_ns(DRAIN);

	run("tc qdisc add dev eth0 root netem delay 20ms");
	report(name, "-time", kind,
	       time_of(kind, pcp, port + count) / (20.0 * NSEC_PER_MSEC));
	run("tc qdisc del dev eth0 root");
	return 0;
}
