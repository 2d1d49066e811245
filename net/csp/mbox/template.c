// SPDX-License-Identifier: GPL-2.0
/*
 * A packet of a connection of which none has been seen yet, for asking the
 * ruleset and conntrack. It is never sent.
 *
 * Where the first packet travels inside the Setup, it is that. Else it is made
 * up: what such a connection begins with, without data.
 */
#include <linux/dccp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/sctp.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>

#include "judge.h"

#define CSP_HEADS_MAX	(sizeof(struct ipv6hdr) + sizeof(struct sctphdr) + \
			 sizeof(struct sctp_init_chunk))

static void csp_put_tcp(struct sk_buff *skb)
{
	struct tcphdr *th = skb_put_zero(skb, sizeof(*th));

	th->doff = sizeof(*th) / 4;
	th->syn = 1;
	th->window = htons(U16_MAX);
}

static void csp_put_udp(struct sk_buff *skb)
{
	struct udphdr *uh = skb_put_zero(skb, sizeof(*uh));

	uh->len = htons(sizeof(*uh));
}

static void csp_put_sctp(struct sk_buff *skb)
{
	struct sctp_init_chunk *init;

	skb_put_zero(skb, sizeof(struct sctphdr));
	init = skb_put_zero(skb, sizeof(*init));
	init->chunk_hdr.type = SCTP_CID_INIT;
	init->chunk_hdr.length = htons(sizeof(*init));
	init->init_hdr.init_tag = htonl(1);
	init->init_hdr.num_outbound_streams = htons(1);
	init->init_hdr.num_inbound_streams = htons(1);
}

static void csp_put_dccp(struct sk_buff *skb)
{
	const size_t len = sizeof(struct dccp_hdr) +
			   sizeof(struct dccp_hdr_ext) +
			   sizeof(struct dccp_hdr_request);
	struct dccp_hdr *dh = skb_put_zero(skb, len);

	dh->dccph_doff = len / 4;
	dh->dccph_type = DCCP_PKT_REQUEST;
	dh->dccph_x = 1;
}

static bool csp_put_made_up(struct sk_buff *skb, u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		csp_put_tcp(skb);
		return true;
	case IPPROTO_UDP:
		csp_put_udp(skb);
		return true;
	case IPPROTO_SCTP:
		csp_put_sctp(skb);
		return true;
	case IPPROTO_DCCP:
		csp_put_dccp(skb);
		return true;
	}
	return false;
}

static bool csp_put_transport(struct sk_buff *skb,
			      const struct csp_question *q)
{
	const struct csp_hole_key *key = q->key;
	__be16 *ports;

	skb_set_transport_header(skb, skb->len);
	if (q->first)
		skb_put_data(skb, q->first, q->first_len);
	else if (!csp_put_made_up(skb, key->proto))
		return false;
	/* All of them begin with the ports, which a NAT may choose anew. */
	ports = (__be16 *)skb_transport_header(skb);
	ports[0] = key->port[q->from];
	ports[1] = csp_question_inward(q) ? q->nat->port : key->port[!q->from];
	return true;
}

/* Whom it is for, as its sender knows him. */
static const struct in6_addr *csp_put_daddr(const struct csp_question *q)
{
	return csp_question_inward(q) ? &q->nat->addr :
					&q->key->addr[!q->from];
}

static void csp_put_ip4(struct sk_buff *skb, const struct csp_question *q)
{
	struct iphdr *iph = skb_put_zero(skb, sizeof(*iph));

	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = q->tos;
	iph->ttl = q->ttl;
	iph->frag_off = htons(IP_DF);
	iph->protocol = q->key->proto;
	iph->saddr = q->key->addr[q->from].s6_addr32[3];
	iph->daddr = csp_put_daddr(q)->s6_addr32[3];
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->iif = q->in->ifindex;
	skb->protocol = htons(ETH_P_IP);
}

static void csp_put_ip6(struct sk_buff *skb, const struct csp_question *q)
{
	struct ipv6hdr *ip6h = skb_put_zero(skb, sizeof(*ip6h));

	ip6_flow_hdr(ip6h, q->tos, 0);
	ip6h->nexthdr = q->key->proto;
	ip6h->hop_limit = q->ttl;
	ip6h->saddr = q->key->addr[q->from];
	ip6h->daddr = *csp_put_daddr(q);
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	IP6CB(skb)->iif = q->in->ifindex;
	IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
	skb->protocol = htons(ETH_P_IPV6);
}

static void csp_put_lengths(struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP)) {
		ip_hdr(skb)->tot_len = htons(skb->len);
		ip_send_check(ip_hdr(skb));
	} else {
		ipv6_hdr(skb)->payload_len = htons(skb->len -
						   sizeof(struct ipv6hdr));
	}
}

/**
 * csp_template() - make a packet to ask with
 * @q: about which connection
 *
 * Context: any.
 * Return: the packet, as one that has just come in at @q->in; or NULL: no
 * memory, or a transport for which none can be made.
 */
struct sk_buff *csp_template(const struct csp_question *q)
{
	struct sk_buff *skb;

	skb = alloc_skb(LL_MAX_HEADER + CSP_HEADS_MAX + q->first_len,
			GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, LL_MAX_HEADER);
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	if (q->key->family == 4)
		csp_put_ip4(skb, q);
	else
		csp_put_ip6(skb, q);
	if (!csp_put_transport(skb, q)) {
		kfree_skb(skb);
		return NULL;
	}
	csp_put_lengths(skb);
	/* The sender left the checksum zero; section "Piggyback". */
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->dev = q->in;
	skb->skb_iif = q->in->ifindex;
	return skb;
}

/*
 * The state in which conntrack is when it picks up a connection in its middle:
 * it takes sequence numbers from what comes next, from either end, and a SYN
 * for what it is.
 */
static void csp_forget_tcp(struct ip_ct_tcp *tcp)
{
	int i;

	memset(tcp, 0, sizeof(*tcp));
	tcp->state = TCP_CONNTRACK_ESTABLISHED;
	for (i = 0; i < 2; i++)
		tcp->seen[i].flags = IP_CT_TCP_FLAG_SACK_PERM |
				     IP_CT_TCP_FLAG_BE_LIBERAL;
}

/**
 * csp_template_forget() - forget what a made-up packet taught conntrack
 * @ct:    its entry, which is in no table yet
 * @proto: transport
 *
 * Context: any.
 */
void csp_template_forget(struct nf_conn *ct, u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		csp_forget_tcp(&ct->proto.tcp);
		break;
	case IPPROTO_SCTP:
		memset(&ct->proto.sctp, 0, sizeof(ct->proto.sctp));
		ct->proto.sctp.state = SCTP_CONNTRACK_CLOSED;
		break;
	}
}
