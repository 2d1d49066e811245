// SPDX-License-Identifier: GPL-2.0
/*
 * Sends many signalling packets that are alike but for who sends them:
 *
 *	flood COUNT BITS HEX [on]
 *
 * HEX is an IPv4 or IPv6 packet, as say.py prints it.  In each copy the last BITS
 * bits of the source address are random (80: those of 65536 IPv6 /64s), in the IP
 * header and wherever the address is in the packet; so are the bytes that were
 * fd fd fd fd fd fd fd fd (an identifier) there.  What was fe fe is a port, the first
 * one random and each other one the next: two connections of one source have one name
 * after 60000 packets only.  With "on" it does not end at COUNT, but when it has got
 * SIGTERM as well.  How many were sent is printed at the end.
 */
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define BATCH		64
#define MAX_PACKET	1500
/* Of the CSP header, behind that of IP. */
#define CHECKSUM	8
#define XID		4

/**
 * struct family - what differs between IPv4 and IPv6
 * @af:    AF_INET or AF_INET6
 * @hlen:  length of the IP header
 * @saddr: where the source address is in it
 * @daddr: where the destination address is
 * @alen:  length of an address
 * @name:  length of the address of a socket
 * @naddr: where the address is in that
 */
static const struct family {
	int	af;
	size_t	hlen;
	size_t	saddr;
	size_t	daddr;
	size_t	alen;
	size_t	name;
	size_t	naddr;
} ipv4 = {
	.af	= AF_INET,
	.hlen	= sizeof(struct iphdr),
	.saddr	= offsetof(struct iphdr, saddr),
	.daddr	= offsetof(struct iphdr, daddr),
	.alen	= sizeof(struct in_addr),
	.name	= sizeof(struct sockaddr_in),
	.naddr	= offsetof(struct sockaddr_in, sin_addr),
}, ipv6 = {
	.af	= AF_INET6,
	.hlen	= sizeof(struct ip6_hdr),
	.saddr	= offsetof(struct ip6_hdr, ip6_src),
	.daddr	= offsetof(struct ip6_hdr, ip6_dst),
	.alen	= sizeof(struct in6_addr),
	.name	= sizeof(struct sockaddr_in6),
	.naddr	= offsetof(struct sockaddr_in6, sin6_addr),
}, *ip;

static uint8_t template[MAX_PACKET];
static size_t len;
static bool endless;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void parse(const char *hex)
{
	unsigned int byte;

	for (; sscanf(hex, "%2x", &byte) == 1 && len < MAX_PACKET; hex += 2)
		template[len++] = byte;
	ip = template[0] >> 4 == 6 ? &ipv6 : &ipv4;
	if (len < ip->hlen + 24 || *hex) {
		fputs("flood: no packet\n", stderr);
		exit(1);
	}
}

static uint32_t random32(void)
{
	static uint32_t pool[256];
	static size_t left;

	if (!left) {
		if (getrandom(pool, sizeof(pool), 0) != sizeof(pool))
			die("getrandom");
		left = ARRAY_SIZE(pool);
	}
	return pool[--left];
}

/* Every place where the template has @old. */
static void replace(uint8_t *packet, const void *old, const void *new, size_t n)
{
	size_t at;

	for (at = ip->hlen + 12; at + n <= len; at += 2)
		if (!memcmp(template + at, old, n))
			memcpy(packet + at, new, n);
}

static uint16_t checksum(const uint8_t *data, size_t n)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < n; i += 2)
		sum += data[i] << 8 | data[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* The last @bits of an address that is so many words long. */
static void scatter(uint32_t *addr, size_t words, unsigned int bits)
{
	unsigned int n;
	uint32_t mask;

	for (; bits; bits -= n) {
		n = bits < 32 ? bits : 32;
		mask = htonl(UINT32_MAX >> (32 - n));
		words--;
		addr[words] = (addr[words] & ~mask) | (random32() & mask);
	}
}

static uint16_t next_port(void)
{
	static uint32_t n;

	if (!n)
		n = random32() % 60000 + 1;
	return htons(1024 + n++ % 60000);
}

static void make(uint8_t *packet, unsigned int bits)
{
	uint32_t saddr[4], xid = random32(), id[2] = { random32(), random32() };
	uint16_t port = next_port(), sum;
	uint8_t *csp = packet + ip->hlen;

	memcpy(packet, template, len);
	memcpy(saddr, template + ip->saddr, ip->alen);
	scatter(saddr, ip->alen / sizeof(*saddr), bits);
	memcpy(packet + ip->saddr, saddr, ip->alen);
	replace(packet, template + ip->saddr, saddr, ip->alen);
	replace(packet, "\xfd\xfd\xfd\xfd\xfd\xfd\xfd\xfd", id, sizeof(id));
	replace(packet, "\xfe\xfe", &port, sizeof(port));
	memcpy(csp + XID, &xid, sizeof(xid));
	memset(csp + CHECKSUM, 0, sizeof(sum));
	sum = checksum(csp, len - ip->hlen);
	memcpy(csp + CHECKSUM, &sum, sizeof(sum));
}

/* It stays pending: once is enough. */
static bool told_to_end(void)
{
	sigset_t set;

	return !sigpending(&set) && sigismember(&set, SIGTERM);
}

/* Returns how many were sent. */
static unsigned int send_all(int fd, unsigned int count, unsigned int bits)
{
	static uint8_t packet[BATCH][MAX_PACKET];
	struct sockaddr_storage to = { .ss_family = ip->af };
	struct mmsghdr msg[BATCH] = { };
	struct iovec iov[BATCH];
	unsigned int sent = 0;
	int i, n;

	memcpy((uint8_t *)&to + ip->naddr, template + ip->daddr, ip->alen);
	for (i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){ packet[i], len };
		msg[i].msg_hdr = (struct msghdr){
			.msg_name = &to, .msg_namelen = ip->name,
			.msg_iov = &iov[i], .msg_iovlen = 1,
		};
	}
	while (sent < count || (endless && !told_to_end())) {
		n = sent < count && count - sent < BATCH ? count - sent : BATCH;
		for (i = 0; i < n; i++)
			make(packet[i], bits);
		n = sendmmsg(fd, msg, n, 0);
		if (n < 0)
			die("sendmmsg");
		sent += n;
	}
	return sent;
}

int main(int argc, char **argv)
{
	sigset_t term;
	int fd;

	if (argc != 4 && !(argc == 5 && !strcmp(argv[4], "on"))) {
		fputs("flood COUNT BITS HEX [on]\n", stderr);
		return 1;
	}
	if (argc == 5) {
		endless = true;
		sigemptyset(&term);
		sigaddset(&term, SIGTERM);
		sigprocmask(SIG_BLOCK, &term, NULL);
	}
	parse(argv[3]);
	fd = socket(ip->af, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0)
		die("socket");
	printf("%u packets\n", send_all(fd, atoi(argv[1]), atoi(argv[2])));
	return 0;
}
