// SPDX-License-Identifier: GPL-2.0
/*
 * The first packet of a connection, or of a path, inside a signalling packet;
 * csp.rst, section "Piggyback". inject.c takes it out again.
 */
#include <linux/skbuff.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "piggyback.h"
#include "wire.h"

/* IP options, or extension headers. */
static bool csp_has_options(const struct sk_buff *skb)
{
	return skb_network_header_len(skb) !=
	       (skb->protocol == htons(ETH_P_IP) ? sizeof(struct iphdr) :
						   sizeof(struct ipv6hdr));
}

/**
 * csp_piggyback_takes() - can a packet travel inside a signalling packet?
 * @skb:  packet, network and transport header set; NAT of this host is not asked
 * @used: bytes of the signalling packet that are taken
 * @size: bytes that it has
 *
 * Context: any.
 * Return: true if it fits.
 */
bool csp_piggyback_takes(const struct sk_buff *skb, size_t used, size_t size)
{
	size_t len = skb->len - skb_transport_offset(skb);

	return !skb_is_gso(skb) && !csp_has_options(skb) &&
	       used + len + sizeof(struct csp_attrhdr) + 3 <= size;
}

/**
 * csp_write_piggyback() - put a held packet into a signalling packet
 * @wr:  writer
 * @skb: packet, with its IP header
 * @t:   its connection
 *
 * Its checksum goes as zero; section "Piggyback".
 *
 * Context: any.
 */
void csp_write_piggyback(struct csp_writer *wr, const struct sk_buff *skb,
			 const struct csp_tuple *t)
{
	unsigned int off = skb_transport_offset(skb);
	unsigned int len = skb->len - off;
	u8 *data = csp_write_reserve(wr, CSP_A_PIGGYBACK, len);

	if (!data)
		return;
	skb_copy_bits(skb, off, data, len);
	if (t->proto == IPPROTO_TCP)
		((struct tcphdr *)data)->check = 0;
	else
		((struct udphdr *)data)->check = 0;
}
