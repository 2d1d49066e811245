// SPDX-License-Identifier: GPL-2.0
/*
 * Whole IPv4 packets: Setup, OK and Register, made with the module's own codec, and
 * what they announce.
 */
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "relation.h"
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

static size_t write_setup(void *packet, size_t size, int proto,
			  const struct csp_end *from, const struct csp_end *to,
			  uint64_t id, const struct tcphdr *syn)
{
	static const u8 key[CSP_PUBKEY_LEN] = { 9 };
	struct iphdr *iph = packet;
	struct csp_writer wr;
	size_t len;

	csp_write_start(&wr, iph + 1, size - sizeof(*iph), htobe32(id), 0, 0);
	csp_write_msg(&wr, CSP_MSG_SETUP, 0, 0);
	csp_write_conn(&wr, proto, CSP_DIR_BOTH, from, to);
	csp_write_local_id(&wr, htobe64(id), htobe64(~id));
	csp_write_blob(&wr, CSP_A_PUBKEY, key, sizeof(key));
	csp_write_u32(&wr, CSP_A_TIMEOUT, 0);
	if (syn)
		csp_write_blob(&wr, CSP_A_PIGGYBACK, syn, sizeof(*syn));
	len = csp_write_finish(&wr) + sizeof(*iph);
	write_ip(iph, len, CSP_IPPROTO_DEFAULT, from->loc.s6_addr32[3],
		 to->loc.s6_addr32[3]);
	return len;
}

size_t make_setup(void *packet, size_t size, uint32_t src, uint16_t sport,
		  uint32_t dst, uint16_t dport, uint64_t id)
{
	struct csp_end from = end_of(src, sport), to = end_of(dst, dport);

	return write_setup(packet, size, IPPROTO_UDP, &from, &to, id, NULL);
}

static struct tcphdr syn_of(uint16_t sport, uint16_t dport, uint32_t seq)
{
	return (struct tcphdr){
		.source = sport,
		.dest = dport,
		.seq = htobe32(seq),
		.doff = sizeof(struct tcphdr) / 4,
		.syn = 1,
		.window = htobe16(64240),
	};
}

size_t make_tcp_setup(void *packet, size_t size, uint32_t src, uint16_t sport,
		      uint32_t dst, uint16_t dport, uint64_t id)
{
	struct csp_end from = end_of(src, sport), to = end_of(dst, dport);
	struct tcphdr syn = syn_of(sport, dport, id);

	return write_setup(packet, size, IPPROTO_TCP, &from, &to, id, &syn);
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

size_t make_syn(void *packet, uint32_t src, uint16_t sport, uint32_t dst,
		uint16_t dport, uint32_t seq)
{
	struct pseudo {
		uint32_t	src;
		uint32_t	dst;
		uint16_t	proto;
		uint16_t	len;
		struct tcphdr	th;
	} sum = {
		.src = src,
		.dst = dst,
		.proto = htobe16(IPPROTO_TCP),
		.len = htobe16(sizeof(struct tcphdr)),
	};
	struct iphdr *iph = packet;
	const size_t len = sizeof(*iph) + sizeof(sum.th);

	sum.th = syn_of(sport, dport, seq);
	sum.th.check = ip_compute_csum(&sum, sizeof(sum));
	memcpy(iph + 1, &sum.th, sizeof(sum.th));
	write_ip(iph, len, IPPROTO_TCP, src, dst);
	return len;
}

int read_stop(struct stop *stop, const void *packet, size_t len)
{
	const struct iphdr *iph = packet;
	struct csp_reader rd;
	struct csp_msg msg;

	if (iph->protocol != CSP_IPPROTO_DEFAULT ||
	    csp_read_hdr(&rd, iph + 1, len - sizeof(*iph)) ||
	    csp_read_msg(&rd, &msg) <= 0)
		return 0;
	if (CSP_HAS(&msg, NONCE)) {
		stop->nonce_len = msg.nonce.len;
		memcpy(stop->nonce, msg.nonce.data, msg.nonce.len);
		return 1;
	}
	if (!msg.n_via || msg.via[0].token.len > sizeof(stop->via))
		return 0;
	stop->via_len = msg.via[0].token.len;
	memcpy(stop->via, msg.via[0].token.data, stop->via_len);
	return 1;
}

size_t make_stop(void *packet, size_t size, uint32_t src, uint32_t dst,
		 uint32_t gateway, const struct stop *stop)
{
	struct csp_end from = end_of(src, 0), to = end_of(dst, 0);
	struct csp_via via = {
		.addr.family = 4,
		.token = { .data = stop->via, .len = stop->via_len },
	};
	struct iphdr *iph = packet;
	struct csp_writer wr;
	size_t len;

	via.addr.in6 = end_of(gateway, 0).loc;
	csp_write_start(&wr, iph + 1, size - sizeof(*iph), htobe32(1), 0, 0);
	csp_write_msg(&wr, CSP_MSG_REJECT, 0, 0);
	csp_write_conn(&wr, 0, CSP_DIR_BOTH, &from, &to);
	csp_write_via(&wr, &via);
	csp_write_local_id(&wr, htobe64(1), 0);
	csp_write_error(&wr, CSP_ERR_FLOOD, 0);
	csp_write_u32(&wr, CSP_A_TIMEOUT, 600000);
	if (stop->nonce_len)
		csp_write_blob(&wr, CSP_A_NONCE_ECHO, stop->nonce,
			       stop->nonce_len);
	len = csp_write_finish(&wr) + sizeof(*iph);
	write_ip(iph, len, CSP_IPPROTO_DEFAULT, dst, gateway);
	return len;
}

size_t make_register(void *packet, size_t size, const struct registration *reg)
{
	struct csp_end src = end_of(reg->place, 0);
	struct iphdr *iph = packet;
	struct csp_writer wr;
	size_t len, covered;
	u8 *mac;

	src.id_family = 4;
	src.id = end_of(reg->home, 0).loc;
	csp_write_start(&wr, iph + 1, size - sizeof(*iph), htobe32(reg->id), 0,
			0);
	csp_write_msg(&wr, CSP_MSG_REGISTER, 0, 0);
	csp_write_end(&wr, CSP_A_SRC, &src);
	csp_write_local_id(&wr, htobe64(reg->id), 0);
	csp_write_blob(&wr, CSP_A_PUBKEY, reg->rel->public, CSP_PUBKEY_LEN);
	csp_write_u32(&wr, CSP_A_TIMEOUT, reg->lifetime);
	csp_write_u32(&wr, CSP_A_SEQ, reg->seq);
	csp_write_blob(&wr, CSP_A_NONCE, &reg->id, sizeof(reg->id));
	if (reg->nonce_len)
		csp_write_blob(&wr, CSP_A_NONCE_ECHO, reg->nonce,
			       reg->nonce_len);
	covered = wr.len;
	mac = csp_write_reserve(&wr, CSP_A_MAC, CSP_MAC_LEN);
	if (mac)
		relation_mac(reg->rel, wr.data, covered, mac);
	len = csp_write_finish(&wr) + sizeof(*iph);
	write_ip(iph, len, CSP_IPPROTO_DEFAULT, reg->place, reg->agent);
	return len;
}

int read_answer(const void *packet, size_t len, uint64_t id,
		struct registration *reg)
{
	const struct iphdr *iph = packet;
	struct csp_reader rd;
	struct csp_msg msg;

	if (len < sizeof(*iph) || iph->version != 4 ||
	    iph->protocol != CSP_IPPROTO_DEFAULT ||
	    csp_read_hdr(&rd, iph + 1, len - sizeof(*iph)) ||
	    rd.xid != htobe32(id) || csp_read_msg(&rd, &msg) <= 0)
		return 0;
	if (reg && CSP_HAS(&msg, NONCE)) {
		reg->nonce_len = msg.nonce.len;
		memcpy(reg->nonce, msg.nonce.data, msg.nonce.len);
	}
	return msg.type;
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
