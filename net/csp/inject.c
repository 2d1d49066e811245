// SPDX-License-Identifier: GPL-2.0
/*
 * Piggybacked packets: back onto the receive path, as if they came alone.
 *
 * The packet gets an IP header with the addresses of the connection and goes
 * in where packets from the device do, so that each of the host's own hooks
 * sees it: a Setup smuggles nothing past a firewall (csp.rst, section
 * "Piggyback").
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "rx.h"
#include "tx.h"

static void csp_inject_ip4(struct sk_buff *skb, const struct csp_rx *rx,
			   u8 proto, __be32 saddr, __be32 daddr)
{
	struct iphdr *iph;

	skb->csum_start = skb_headroom(skb);
	iph = __skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	*iph = (struct iphdr) {
		.version	= 4,
		.ihl		= sizeof(*iph) / 4,
		.tos		= ip_hdr(rx->skb)->tos,
		.tot_len	= htons(skb->len),
		.frag_off	= htons(IP_DF),
		.ttl		= ip_hdr(rx->skb)->ttl,
		.protocol	= proto,
		.saddr		= saddr,
		.daddr		= daddr,
	};
	ip_send_check(iph);
	skb->protocol = htons(ETH_P_IP);
}

static void csp_inject_ip6(struct sk_buff *skb, const struct csp_rx *rx,
			   u8 proto, const struct in6_addr *saddr,
			   const struct in6_addr *daddr)
{
	int len = skb->len;
	struct ipv6hdr *ip6h;

	skb->csum_start = skb_headroom(skb);
	ip6h = __skb_push(skb, sizeof(*ip6h));
	skb_reset_network_header(skb);
	*ip6h = (struct ipv6hdr) {
		.version	= 6,
		.payload_len	= htons(len),
		.nexthdr	= proto,
		.hop_limit	= ipv6_hdr(rx->skb)->hop_limit,
		.saddr		= *saddr,
		.daddr		= *daddr,
	};
	skb->protocol = htons(ETH_P_IPV6);
}

/*
 * The transport checksum travels as zero: the addresses that it covers may
 * differ at the two ends, and the checksum of the CSP packet has covered the
 * bytes. What is left to do is what CHECKSUM_PARTIAL says.
 */
static bool csp_inject_csum(struct sk_buff *skb, u8 proto,
			    const struct csp_rx *rx,
			    const struct in6_addr *saddr,
			    const struct in6_addr *daddr)
{
	__sum16 *check;

	if (proto == IPPROTO_TCP) {
		if (skb->len < sizeof(struct tcphdr))
			return false;
		skb->csum_offset = offsetof(struct tcphdr, check);
	} else {
		if (skb->len < sizeof(struct udphdr))
			return false;
		skb->csum_offset = offsetof(struct udphdr, check);
	}
	check = (__sum16 *)(skb->data + skb->csum_offset);
	if (rx->family == 4)
		*check = ~csum_tcpudp_magic(saddr->s6_addr32[3],
					    daddr->s6_addr32[3], skb->len,
					    proto, 0);
	else
		*check = ~csum_ipv6_magic(saddr, daddr, skb->len, proto, 0);
	skb->ip_summed = CHECKSUM_PARTIAL;
	return true;
}

/* The link header that it came with, for those who listen on the device. */
static void csp_inject_mac(struct sk_buff *skb, const struct sk_buff *from)
{
	unsigned int len = from->mac_len;

	skb_reset_mac_header(skb);
	if (!len || !skb_mac_header_was_set(from) || len > skb_headroom(skb))
		return;
	memcpy(skb->data - len, skb_mac_header(from), len);
	skb_set_mac_header(skb, -(int)len);
}

/**
 * csp_rx_inject() - receive a piggybacked packet
 * @rx:    packet that carried it
 * @data:  transport header and payload
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @saddr: address of the sender of the connection's data
 * @daddr: own address
 *
 * Context: any.
 * Return: false: it is no such packet, or there is no memory.
 */
bool csp_rx_inject(struct csp_rx *rx, const struct csp_blob *data, u8 proto,
		   const struct in6_addr *saddr, const struct in6_addr *daddr)
{
	struct sk_buff *skb = csp_tx_alloc(data->len);

	if (!skb)
		return false;
	skb_put_data(skb, data->data, data->len);
	if (!csp_inject_csum(skb, proto, rx, saddr, daddr)) {
		kfree_skb(skb);
		return false;
	}
	skb_reset_transport_header(skb);
	if (rx->family == 4)
		csp_inject_ip4(skb, rx, proto, saddr->s6_addr32[3],
			       daddr->s6_addr32[3]);
	else
		csp_inject_ip6(skb, rx, proto, saddr, daddr);
	csp_inject_mac(skb, rx->skb);
	skb->pkt_type = PACKET_HOST;
	skb->dev = rx->skb->dev;
	skb->mark = rx->skb->mark;
	CSP_INC(rx->cn, PIGGYBACK_IN);
	netif_rx(skb);
	return true;
}
