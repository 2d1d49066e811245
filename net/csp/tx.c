// SPDX-License-Identifier: GPL-2.0
/*
 * Sending signalling packets: route, IP header, and UDP header if need be.
 *
 * Each packet is built by the codec in the data of an skb that has room for
 * the headers, and goes out as any local packet does, through LOCAL_OUT and
 * POST_ROUTING. None is ever fragmented: CSP_PKT_MAX is the least MTU.
 */
#include <linux/export.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/udp.h>
#include <trace/events/csp.h>

#include "tx.h"

#define CSP_HEADROOM	(LL_MAX_HEADER + sizeof(struct ipv6hdr) + \
			 sizeof(struct udphdr))

/**
 * csp_tx_alloc() - an skb to build a packet in
 * @size: bytes of the packet at most, its csphdr included
 *
 * Context: any.
 * Return: the skb, empty, or NULL.
 */
struct sk_buff *csp_tx_alloc(size_t size)
{
	struct sk_buff *skb = alloc_skb(CSP_HEADROOM + size, GFP_ATOMIC);

	if (skb)
		skb_reserve(skb, CSP_HEADROOM);
	return skb;
}
EXPORT_SYMBOL_GPL(csp_tx_alloc);

static struct dst_entry *csp_route4(struct csp_net *cn, struct csp_to *to)
{
	struct flowi4 fl4 = {
		.flowi4_oif	= to->oif,
		.flowi4_mark	= to->mark,
		.flowi4_proto	= to->udp ? IPPROTO_UDP : csp_ipproto,
		.saddr		= to->saddr.s6_addr32[3],
		.daddr		= to->daddr.s6_addr32[3],
	};
	struct rtable *rt;

	rt = ip_route_output_key(cn->net, &fl4);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	if (ipv6_addr_any(&to->saddr) || !to->saddr.s6_addr32[3])
		ipv6_addr_set_v4mapped(fl4.saddr, &to->saddr);
	return &rt->dst;
}

static struct dst_entry *csp_route6(struct csp_net *cn, struct csp_to *to)
{
	struct flowi6 fl6 = {
		.flowi6_oif	= to->oif,
		.flowi6_mark	= to->mark,
		.flowi6_proto	= to->udp ? IPPROTO_UDP : csp_ipproto,
		.saddr		= to->saddr,
		.daddr		= to->daddr,
	};
	struct dst_entry *dst;
	int err;

	dst = ip6_route_output(cn->net, NULL, &fl6);
	err = dst->error;
	/* Its device may go at any time. */
	rcu_read_lock();
	if (!err && ipv6_addr_any(&to->saddr))
		err = ipv6_dev_get_saddr(cn->net, ip6_dst_idev(dst)->dev,
					 &to->daddr, 0, &to->saddr);
	rcu_read_unlock();
	if (err) {
		dst_release(dst);
		return ERR_PTR(err);
	}
	return dst;
}

/**
 * csp_route() - route to a peer
 * @cn: namespace
 * @to: where; its own address is filled in if it was left to routing
 *
 * Context: any.
 * Return: the route with a reference, or an ERR_PTR().
 */
struct dst_entry *csp_route(struct csp_net *cn, struct csp_to *to)
{
	return to->family == 4 ? csp_route4(cn, to) : csp_route6(cn, to);
}
EXPORT_SYMBOL_GPL(csp_route);

/**
 * csp_to_flow() - a packet to the other end of a flow, on the path in use
 * @to:   filled in
 * @flow: the flow
 *
 * Context: flow->lock held, or the flow is not in the tables.
 */
void csp_to_flow(struct csp_to *to, const struct csp_flow *flow)
{
	*to = (struct csp_to) {
		.saddr	= flow->t.laddr,
		.daddr	= flow->t.raddr,
		.family	= flow->t.family,
		.udp	= flow->udp,
		.port	= htons(CSP_CONF(flow->cn, udp_port)),
		.oif	= flow->oif,
		.mark	= flow->mark,
	};
}

static void csp_push_udp(struct csp_net *cn, struct sk_buff *skb,
			 const struct csp_to *to)
{
	struct udphdr *uh = __skb_push(skb, sizeof(*uh));

	skb_reset_transport_header(skb);
	uh->source = htons(CSP_CONF(cn, udp_port));
	uh->dest = to->port;
	uh->len = htons(skb->len);
	if (to->family == 4)
		udp_set_csum(false, skb, to->saddr.s6_addr32[3],
			     to->daddr.s6_addr32[3], skb->len);
	else
		udp6_set_csum(false, skb, &to->saddr, &to->daddr, skb->len);
}

static int csp_xmit4(struct csp_net *cn, struct sk_buff *skb,
		     const struct csp_to *to)
{
	struct iphdr *iph = __skb_push(skb, sizeof(*iph));

	skb_reset_network_header(skb);
	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->tos = 0;
	iph->frag_off = htons(IP_DF);
	iph->ttl = ip4_dst_hoplimit(skb_dst(skb));
	iph->protocol = to->udp ? IPPROTO_UDP : csp_ipproto;
	iph->saddr = to->saddr.s6_addr32[3];
	iph->daddr = to->daddr.s6_addr32[3];
	ip_select_ident(cn->net, skb, NULL);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	skb->protocol = htons(ETH_P_IP);
	return ip_local_out(cn->net, NULL, skb);
}

static int csp_xmit6(struct csp_net *cn, struct sk_buff *skb,
		     const struct csp_to *to)
{
	int len = skb->len;
	struct ipv6hdr *ip6h = __skb_push(skb, sizeof(*ip6h));

	skb_reset_network_header(skb);
	ip6_flow_hdr(ip6h, 0, 0);
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = to->udp ? IPPROTO_UDP : csp_ipproto;
	ip6h->hop_limit = ip6_dst_hoplimit(skb_dst(skb));
	ip6h->saddr = to->saddr;
	ip6h->daddr = to->daddr;
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	skb->protocol = htons(ETH_P_IPV6);
	return ip6_local_out(cn->net, NULL, skb);
}

/**
 * csp_tx() - send a packet
 * @cn:  namespace
 * @skb: the packet, from its csphdr; consumed
 * @to:  where
 * @dst: a route to use, of which a reference is taken, or NULL
 *
 * Context: any, no flow->lock held: on the loopback device this may end in
 * csp_rcv_packet().
 * Return: 0 or a negative errno.
 */
int csp_tx(struct csp_net *cn, struct sk_buff *skb, const struct csp_to *to,
	   struct dst_entry *dst)
{
	struct csp_to t = *to;
	int err;

	if (dst)
		dst_hold(dst);
	else
		dst = csp_route(cn, &t);
	if (IS_ERR(dst)) {
		CSP_INC(cn, OUT_ERRORS);
		kfree_skb(skb);
		return PTR_ERR(dst);
	}

	trace_csp_xmit(cn, &t.saddr, &t.daddr, skb->data, skb->len, t.udp);
	skb_dst_set(skb, dst);
	skb->dev = dst->dev;
	skb->mark = t.mark;
	skb_reset_transport_header(skb);
	if (t.udp) {
		csp_push_udp(cn, skb, &t);
		CSP_INC(cn, OUT_UDP);
	}
	CSP_INC(cn, OUT_PKTS);
	err = t.family == 4 ? csp_xmit4(cn, skb, &t) : csp_xmit6(cn, skb, &t);
	err = net_xmit_eval(err);
	if (err)
		CSP_INC(cn, OUT_ERRORS);
	return err;
}
EXPORT_SYMBOL_GPL(csp_tx);

/**
 * csp_tx_finish() - close a packet and send it
 * @cn:  namespace
 * @skb: from csp_tx_alloc(); consumed
 * @wr:  writer over its data
 * @to:  where
 * @dst: as csp_tx()
 *
 * Context: as csp_tx().
 * Return: 0 or a negative errno.
 */
int csp_tx_finish(struct csp_net *cn, struct sk_buff *skb,
		  struct csp_writer *wr, const struct csp_to *to,
		  struct dst_entry *dst)
{
	size_t len = csp_write_finish(wr);

	if (WARN_ON_ONCE(!len)) {
		kfree_skb(skb);
		return -EMSGSIZE;
	}
	skb_put(skb, len);
	return csp_tx(cn, skb, to, dst);
}
EXPORT_SYMBOL_GPL(csp_tx_finish);
