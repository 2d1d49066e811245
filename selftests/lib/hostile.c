// SPDX-License-Identifier: GPL-2.0
/*
 * Bad signalling packets, fast, inside of live conversations:
 *
 *	hostile SEED COUNT DEV...
 *
 * runs on a router.  It keeps what passes on the devices, so that it knows
 * addresses, identifiers and transactions that are in use; and it sends, to both
 * sides and in everybody's name, what it makes of that and of the samples of
 * selftests/unit: messages with other fields, of other types, in other company,
 * bytes altered, cut off or added; over IP or UDP, whole or in fragments that
 * come out of order, overlap, or are not all there.  Most have good checksums
 * and lengths, to get past the first look.
 *
 * For each packet that passes it sends no more than 200 of its own, lest it speaks
 * of what was long ago.  It goes on until COUNT are sent, says so on the way, and tells
 * how many of each kind.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "samples.h"

#define MAX_DEVS	4
#define MAX_SEEN	128
#define MAX_HOSTS	32
#define MAX_FOR_EACH	200
#define TELL_EACH	25000
#define PACKET_SIZE	4096
#define UDP_LEN		8

struct dev {
	int		fd;
	int		index;
	struct sockaddr_ll neigh;	/* whoever is at the other end */
};

struct host {
	int		family;
	u8		addr[16];
	struct dev	*dev;		/* where he is */
};

/* A packet from the CSP header on, and between whom it goes. */
struct packet {
	int		family;
	u8		src[16], dst[16];
	bool		udp;
	size_t		len;
	u8		data[PACKET_SIZE];
};

static struct dev devs[MAX_DEVS];
static int n_devs;
static struct host hosts[MAX_HOSTS];
static int n_hosts;
static struct packet seen[MAX_SEEN];
static int n_seen;

static struct {
	unsigned long sent, seen, altered, bytes, unsummed, udp, fragmented,
		      refused;
} count;

/* --- chance ---------------------------------------------------------------- */

static u64 state;

/* xorshift64*: the same packets for the same seed, if the network does alike. */
static u32 chance(u32 n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (u32)((state * 2685821657736338717ull) >> 33) % n;
}

static bool percent(u32 n)
{
	return chance(100) < n;
}

static void fill(void *to, size_t len)
{
	u8 *p = to;

	while (len--)
		*p++ = chance(256);
}

static __be64 some_id(void)
{
	__be64 id;

	fill(&id, sizeof(id));
	return id;
}

/* --- what passes ------------------------------------------------------------ */

static size_t addr_len(int family)
{
	return family == 4 ? 4 : 16;
}

static struct dev *where(int family, const u8 *addr)
{
	int i;

	for (i = 0; i < n_hosts; i++)
		if (hosts[i].family == family &&
		    !memcmp(hosts[i].addr, addr, addr_len(family)))
			return hosts[i].dev;
	return NULL;
}

static void know(int family, const u8 *addr, struct dev *dev)
{
	if (where(family, addr) || n_hosts == MAX_HOSTS)
		return;
	hosts[n_hosts].family = family;
	memcpy(hosts[n_hosts].addr, addr, addr_len(family));
	hosts[n_hosts++].dev = dev;
}

/* Finds the CSP packet in an IP packet; its length, or 0. */
static size_t strip(const u8 *ip, size_t len, struct packet *p)
{
	size_t head = 40;
	u8 proto;

	if (len < 40)
		return 0;
	p->family = ip[0] >> 4;
	if (p->family == 4) {
		head = 4 * (ip[0] & 15);
		proto = ip[9];
		memcpy(p->src, ip + 12, 4);
		memcpy(p->dst, ip + 16, 4);
	} else {
		proto = ip[6];
		memcpy(p->src, ip + 8, 16);
		memcpy(p->dst, ip + 24, 16);
	}
	p->udp = proto == IPPROTO_UDP;
	if (p->udp) {
		if (len < head + UDP_LEN || get_unaligned_be16(ip + head + 2) !=
					    CSP_UDP_PORT_DEFAULT)
			return 0;
		head += UDP_LEN;
	} else if (proto != CSP_IPPROTO_DEFAULT) {
		return 0;
	}
	if (len <= head || len - head > 1600)
		return 0;
	p->len = len - head;
	memcpy(p->data, ip + head, p->len);
	return p->len;
}

/* What this program sent itself does not come in here. */
static void look(struct dev *dev)
{
	struct sockaddr_ll from;
	socklen_t from_len;
	u8 ip[PACKET_SIZE];
	struct packet p;
	ssize_t len;

	for (;;) {
		from_len = sizeof(from);
		len = recvfrom(dev->fd, ip, sizeof(ip), MSG_DONTWAIT,
			       (struct sockaddr *)&from, &from_len);
		if (len < 0)
			return;
		if (from.sll_pkttype != PACKET_HOST || !strip(ip, len, &p))
			continue;
		memcpy(dev->neigh.sll_addr, from.sll_addr, ETH_ALEN);
		know(p.family, p.src, dev);
		seen[n_seen < MAX_SEEN ? n_seen++ : (int)chance(MAX_SEEN)] = p;
		count.seen++;
	}
}

static void look_everywhere(int patience)
{
	struct pollfd fds[MAX_DEVS];
	int i;

	for (i = 0; i < n_devs; i++)
		fds[i] = (struct pollfd){ devs[i].fd, POLLIN, 0 };
	if (patience)
		poll(fds, n_devs, patience);
	for (i = 0; i < n_devs; i++)
		look(&devs[i]);
}

static const struct packet *any_seen(void)
{
	return &seen[chance(n_seen)];
}

/* A message of one that was seen; false: it cannot be parsed. */
static bool any_msg(struct csp_msg *msg, struct csp_reader *rd)
{
	static struct csp_msg msgs[CSP_MAX_MSGS];
	const struct packet *p = any_seen();
	int n = packet_read(p->data, p->len, rd, msgs);

	if (n <= 0)
		return false;
	*msg = msgs[chance(n)];
	return true;
}

/* --- messages, altered -------------------------------------------------------- */

static void alter_end(struct csp_end *end)
{
	switch (chance(6)) {
	case 0:
		fill(&end->port, sizeof(end->port));
		break;
	case 1:
		fill(&end->local_port, sizeof(end->local_port));
		break;
	case 2:
		end->id_family = end->loc_family;
		end->id = end->loc;
		fill((u8 *)&end->id + 15, 1);
		break;
	case 3:
		fill((u8 *)&end->loc + 12 + chance(4), 1);
		break;
	case 4:
		end->port = 0;
		break;
	case 5:
		end->loc_family = 0;
		end->id_family = 0;
	}
}

/* Blobs of two packets may be mixed: what is seen stays where it is. */
static void alter_msg(struct csp_msg *m)
{
	struct csp_reader rd;
	struct csp_msg other;
	u32 attr;

	if (!any_msg(&other, &rd))
		return;
	switch (chance(14)) {
	case 0:
		m->type = 1 + chance(CSP_MSG_MAX);
		break;
	case 1:
		m->dcid = some_id();
		break;
	case 2:
		m->dcid = 0;
		break;
	case 3:
	case 4:
		m->dcid = other.dcid;
		break;
	case 5:
		/* The receiver's own, as its sender announced it. */
		m->dcid = percent(50) ? other.cid : other.next_cid;
		break;
	case 6:
		m->src = other.src;
		m->dst = other.dst;
		m->proto = other.proto;
		break;
	case 7:
		alter_end(percent(50) ? &m->src : &m->dst);
		break;
	case 8:
		m->cid = percent(50) ? some_id() : other.cid;
		m->next_cid = percent(50) ? some_id() : other.next_cid;
		break;
	case 9:
		m->seq += chance(5) - 2;
		break;
	case 10:
		m->present &= ~BIT(1 + chance(22));
		break;
	case 11:
		attr = m->present;
		*m = other;
		m->present &= attr;
		break;
	case 12:
		m->err_code = chance(20);
		m->timeout = chance(3) * 0x7fffffff;
		m->pref = chance(300);
		m->dir = chance(3);
		break;
	case 13:
		/* A Detach that also moves, and the like. */
		m->code = chance(2);
	}
}

/* Puts the samples, which nobody has ever sent, into a conversation. */
static void alter_graft(struct csp_msg *msgs, int n, struct csp_reader *rd)
{
	struct csp_reader live;
	struct csp_msg other;
	int i;

	if (!any_msg(&other, &live))
		return;
	for (i = 0; i < n; i++) {
		msgs[i].dcid = percent(50) ? other.dcid : other.cid;
		if (!CSP_HAS(&other, SRC) || !CSP_HAS(&other, DST))
			continue;
		msgs[i].src = other.src;
		msgs[i].dst = other.dst;
		msgs[i].proto = other.proto;
	}
	rd->xid = live.xid;
}

static void alter(struct packet *p, bool foreign)
{
	static struct csp_msg msgs[CSP_MAX_MSGS + 1];
	struct csp_reader rd;
	u8 out[PACKET_SIZE];
	size_t len;
	int i, n;

	n = packet_read(p->data, p->len, &rd, msgs);
	if (n <= 0)
		return;
	if (foreign)
		alter_graft(msgs, n, &rd);
	if (percent(10))
		rd.flags ^= CSP_F_REPLY;
	if (percent(5))
		fill(&rd.xid, sizeof(rd.xid));
	for (i = chance(4); i; i--)
		alter_msg(&msgs[chance(n)]);
	while (n < CSP_MAX_MSGS && percent(10)) {
		msgs[n] = msgs[chance(n)];
		n++;
	}
	len = packet_write(&rd, msgs, n, out, sizeof(out));
	if (!len)
		return;
	p->len = len;
	memcpy(p->data, out, len);
	count.altered++;
}

/* --- bytes, altered -------------------------------------------------------------- */

static void insert(struct packet *p, size_t at, size_t n)
{
	if (p->len + n > PACKET_SIZE)
		return;
	memmove(p->data + at + n, p->data + at, p->len - at);
	fill(p->data + at, n);
	p->len += n;
}

static void delete(struct packet *p, size_t at, size_t n)
{
	if (at + n > p->len)
		return;
	memmove(p->data + at, p->data + at + n, p->len - at - n);
	p->len -= n;
}

static void alter_bytes(struct packet *p)
{
	static const u16 odd[] = { 0, 1, 3, 4, 8, 11, 12, 0x7fff, 0x8000,
				   0xfffc, 0xffff };
	size_t at;

	if (p->len < 4)
		return;
	at = chance(p->len);
	switch (chance(8)) {
	case 0:
		p->data[at] ^= 1 << chance(8);
		break;
	case 1:
		p->data[at] = chance(256);
		break;
	case 2:
	case 3:
		/* Where types and lengths are. */
		at &= ~1ul;
		if (at + 2 <= p->len)
			put_unaligned_be16(odd[chance(ARRAY_SIZE(odd))],
					   p->data + at);
		break;
	case 4:
		p->len = at;
		break;
	case 5:
		insert(p, at & ~3ul, 4 * chance(percent(10) ? 300 : 8));
		break;
	case 6:
		delete(p, at & ~3ul, 4 * (1 + chance(8)));
		break;
	case 7:
		insert(p, p->len, chance(40));
	}
	count.bytes++;
}

static void put_right(struct packet *p)
{
	if (p->len < sizeof(struct csphdr))
		return;
	if (percent(90))
		put_unaligned_be16(p->len, p->data + 2);
	if (percent(95))
		csp_wire_set_attempt(p->data, p->len, p->data[10]);
	else
		count.unsummed++;
}

/* --- sending ------------------------------------------------------------------------ */

static u32 add_up(const u8 *data, size_t len, u32 sum)
{
	for (; len > 1; len -= 2, data += 2)
		sum += get_unaligned_be16(data);
	return len ? sum + (data[0] << 8) : sum;
}

static u16 fold(u32 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void out(struct dev *dev, int family, const u8 *ip, size_t len)
{
	dev->neigh.sll_protocol = htons(family == 4 ? ETH_P_IP : ETH_P_IPV6);
	if (sendto(dev->fd, ip, len, 0, (struct sockaddr *)&dev->neigh,
		   sizeof(dev->neigh)) < 0)
		count.refused++;
}

/* @frag: offset, in units of eight bytes, << 3, and "more follow". */
static size_t header4(u8 *ip, const struct packet *p, u8 proto, size_t len,
		      u16 frag, u16 id)
{
	memset(ip, 0, 20);
	ip[0] = 0x45;
	put_unaligned_be16(20 + len, ip + 2);
	put_unaligned_be16(id, ip + 4);
	put_unaligned_be16(frag >> 3 | (frag & 1) << 13, ip + 6);
	ip[8] = 64;
	ip[9] = proto;
	memcpy(ip + 12, p->src, 4);
	memcpy(ip + 16, p->dst, 4);
	put_unaligned_be16(fold(add_up(ip, 20, 0)), ip + 10);
	return 20;
}

static size_t header6(u8 *ip, const struct packet *p, u8 proto, size_t len,
		      int frag, u16 id)
{
	size_t head = frag < 0 ? 40 : 48;

	memset(ip, 0, head);
	ip[0] = 0x60;
	put_unaligned_be16(len + head - 40, ip + 4);
	ip[6] = frag < 0 ? proto : IPPROTO_FRAGMENT;
	ip[7] = 64;
	memcpy(ip + 8, p->src, 16);
	memcpy(ip + 24, p->dst, 16);
	if (frag >= 0) {
		ip[40] = proto;
		put_unaligned_be16(frag, ip + 42);
		put_unaligned_be16(id, ip + 46);
	}
	return head;
}

static void send_part(struct dev *dev, const struct packet *p, u8 proto,
		      const u8 *data, size_t len, int frag, u16 id)
{
	u8 ip[PACKET_SIZE + 64];
	size_t head;

	if (p->family == 4)
		head = header4(ip, p, proto, len, frag < 0 ? 0 : frag, id);
	else
		head = header6(ip, p, proto, len, frag, id);
	memcpy(ip + head, data, len);
	out(dev, p->family, ip, head + len);
}

/* In pieces, from any of them on, some twice, some longer than they should be. */
static void send_pieces(struct dev *dev, const struct packet *p, u8 proto,
			const u8 *data, size_t len)
{
	size_t size = 8 * (1 + chance(len / 8 + 1));
	int n = (len + size - 1) / size, first = chance(n), i;
	size_t at, more;
	u16 id = chance(65536);

	for (i = 0; i < n; i++) {
		if (percent(5))
			continue;
		at = (i + first) % n * size;
		more = size + (percent(5) ? 8 : 0);
		if (at + more > len)
			more = len - at;
		/* Now and then one that would end beyond 64k. */
		send_part(dev, p, proto, data + at, more,
			  (percent(2) ? 0xff00 : (int)at) |
			  (at + more < len), id);
	}
	count.fragmented++;
}

static void send_packet(const struct packet *p)
{
	u8 buf[PACKET_SIZE + UDP_LEN], pseudo[4] = { 0, IPPROTO_UDP };
	u8 proto = p->udp ? IPPROTO_UDP : CSP_IPPROTO_DEFAULT;
	struct dev *dev = where(p->family, p->dst);
	size_t head = p->udp ? UDP_LEN : 0, len = p->len + head;
	u32 sum;

	if (!dev)
		return;
	memcpy(buf + head, p->data, p->len);
	if (p->udp) {
		put_unaligned_be16(percent(90) ? CSP_UDP_PORT_DEFAULT :
						 chance(65536), buf);
		put_unaligned_be16(CSP_UDP_PORT_DEFAULT, buf + 2);
		put_unaligned_be16(len, buf + 4);
		put_unaligned_be16(0, buf + 6);
		put_unaligned_be16(len, pseudo + 2);
		sum = add_up(p->src, addr_len(p->family), 0);
		sum = add_up(p->dst, addr_len(p->family), sum);
		sum = add_up(pseudo, 4, sum);
		put_unaligned_be16(fold(add_up(buf, len, sum)), buf + 6);
		count.udp++;
	}
	if (len > 1480 || (len > 16 && percent(8)))
		send_pieces(dev, p, proto, buf, len);
	else
		send_part(dev, p, proto, buf, len, -1, 0);
	count.sent++;
}

static void turn_round(struct packet *p)
{
	u8 addr[16];

	memcpy(addr, p->src, 16);
	memcpy(p->src, p->dst, 16);
	memcpy(p->dst, addr, 16);
}

static void one(void)
{
	struct packet p = *any_seen();
	bool foreign = percent(30);
	int i;

	if (foreign)
		p.len = sample_build(&samples[chance(n_samples)], p.data,
				     SAMPLE_SIZE);
	if (percent(10))
		turn_round(&p);
	if (percent(80))
		alter(&p, foreign);
	if (percent(40))
		for (i = 1 + chance(3); i; i--)
			alter_bytes(&p);
	put_right(&p);
	if (percent(5))
		fill(p.src + addr_len(p.family) - 1, 1);
	if (percent(20))
		p.udp = !p.udp;
	send_packet(&p);
}

/* --- begin and end -------------------------------------------------------------------- */

static void open_dev(const char *name)
{
	struct dev *dev = &devs[n_devs++];
	struct sockaddr_ll at = {
		.sll_family	= AF_PACKET,
		.sll_protocol	= htons(ETH_P_ALL),
	};

	dev->index = if_nametoindex(name);
	at.sll_ifindex = dev->index;
	at.sll_halen = ETH_ALEN;
	dev->neigh = at;
	dev->fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	if (!dev->index || dev->fd < 0 ||
	    bind(dev->fd, (struct sockaddr *)&at, sizeof(at))) {
		perror(name);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	unsigned long wanted;
	int i;

	if (argc < 4 || argc > 3 + MAX_DEVS) {
		fprintf(stderr, "usage: hostile SEED COUNT DEV...\n");
		return 2;
	}
	state = strtoull(argv[1], NULL, 0) * 0x9e3779b97f4a7c15ull + 1;
	wanted = strtoul(argv[2], NULL, 0);
	for (i = 3; i < argc; i++)
		open_dev(argv[i]);
	puts("listening");
	fflush(stdout);
	while (n_seen < 4)
		look_everywhere(1000);
	while (count.sent < wanted) {
		if (count.sent % 16 == 0)
			look_everywhere(0);
		while (count.sent > MAX_FOR_EACH * count.seen)
			look_everywhere(1000);
		one();
		if (count.sent % TELL_EACH == 0)
			fprintf(stderr, "%lu sent, %lu seen\n", count.sent,
				count.seen);
	}
	printf("%lu sent: %lu with other fields, %lu alterations of bytes, ",
	       count.sent, count.altered, count.bytes);
	printf("%lu with a bad checksum, %lu over UDP, %lu in fragments; ",
	       count.unsummed, count.udp, count.fragmented);
	printf("%lu parts not sent; %lu seen\n", count.refused, count.seen);
	return 0;
}
