// SPDX-License-Identifier: GPL-2.0
/*
 * Whole IPv4 packets: Setup and OK, made with the module's own codec, and what
 * they announce.
 */
#include <linux/ip.h>
#include <linux/udp.h>

#include "setup.h"
#include "wire.h"

static struct csp_end end_of(uint32_t addr, uint16_t port)
{
	struct csp_end end = { .loc_family = 4, .port = port };

	end.loc.s6_addr32[2] = htobe32(0xffff);
	end.loc.s6_addr32[3] = addr;
	return end;
}

static void write_ip(struct iphdr *iph, size_t len, int proto, uint32_t src,
		     uint32_t dst)
{
	*iph = (struct iphdr){
		.version = 4,
		.ihl = sizeof(*iph) / 4,
		.tot_len = htobe16(len),
		.ttl = 64,
		.protocol = proto,
		.saddr = src,
		.daddr = dst,
	};
	iph->check = ip_compute_csum(iph, sizeof(*iph));
}

size_t make_setup(void *packet, size_t size, uint32_t src, uint16_t sport,
		  uint32_t dst, uint16_t dport, uint64_t id)
{
	static const u8 key[CSP_PUBKEY_LEN] = { 9 };
	struct csp_end from = end_of(src, sport), to = end_of(dst, dport);
	struct iphdr *iph = packet;
	struct csp_writer wr;
	size_t len;

	csp_write_start(&wr, iph + 1, size - sizeof(*iph), htobe32(id), 0, 0);
	csp_write_msg(&wr, CSP_MSG_SETUP, 0, 0);
	csp_write_conn(&wr, IPPROTO_UDP, CSP_DIR_BOTH, &from, &to);
	csp_write_local_id(&wr, htobe64(id), htobe64(~id));
	csp_write_blob(&wr, CSP_A_PUBKEY, key, sizeof(key));
	csp_write_u32(&wr, CSP_A_TIMEOUT, 0);
	len = csp_write_finish(&wr) + sizeof(*iph);
	write_ip(iph, len, CSP_IPPROTO_DEFAULT, src, dst);
	return len;
}

size_t make_ok(void *packet, size_t size, uint32_t src, uint32_t dst,
	       uint64_t id)
{
	static const u8 key[CSP_PUBKEY_LEN] = { 9 };
	const uint64_t own = id | 1ULL << 62;
	struct iphdr *iph = packet;
	struct csp_writer wr;
	size_t len;

	csp_write_start(&wr, iph + 1, size - sizeof(*iph), htobe32(id),
			CSP_F_REPLY, 0);
	csp_write_msg(&wr, CSP_MSG_OK, 0, htobe64(id));
	csp_write_local_id(&wr, htobe64(own), htobe64(~own));
	csp_write_blob(&wr, CSP_A_PUBKEY, key, sizeof(key));
	csp_write_u32(&wr, CSP_A_TIMEOUT, 0);
	len = csp_write_finish(&wr) + sizeof(*iph);
	write_ip(iph, len, CSP_IPPROTO_DEFAULT, src, dst);
	return len;
}

size_t make_datagram(void *packet, uint32_t src, uint16_t sport, uint32_t dst,
		     uint16_t dport)
{
	struct iphdr *iph = packet;
	struct udphdr *uh = (struct udphdr *)(iph + 1);
	const size_t len = sizeof(*iph) + sizeof(*uh);

	*uh = (struct udphdr){
		.source = sport,
		.dest = dport,
		.len = htobe16(sizeof(*uh)),
	};
	write_ip(iph, len, IPPROTO_UDP, src, dst);
	return len;
}
