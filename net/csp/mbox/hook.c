// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks: which packets are signalling; csp.rst, section "Boxes".
 *
 * That of FORWARD comes before the filter chains of the administrator's ruleset,
 * for it tells them that signalling which belongs to something admitted is
 * "related" (firewall.c). It is the only one that data has to pass: to other
 * packets it costs a comparison of the protocol, and to UDP one of the ports.
 *
 * A NAT (nat_hook.c) has two more, which see what comes to its own address: one
 * that nf_nat calls for the first packet of a connection, and one in LOCAL_IN.
 *
 * The hook of FORWARD is registered when a namespace is enabled; so is
 * conntrack. Those of the NAT are then if nf_nat is there, or at the latest when
 * the first mapping is reserved.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "hook.h"
#include "nat.h"
#include "packet.h"

static noinline bool csp_box_udp_is_ours(const struct csp_box *box,
					 const struct sk_buff *skb,
					 unsigned int off)
{
	const struct udphdr *uh;
	struct udphdr buf;
	__be16 port;

	uh = skb_header_pointer(skb, off, sizeof(buf), &buf);
	port = csp_box_udp_port(box);
	return uh && (uh->dest == port || uh->source == port);
}

/*
 * May a packet be signalling? All that is forwarded has to pay for this, so
 * struct csp_packet comes later: many kernels clear what is on the stack when a
 * function begins.
 */
static __always_inline bool csp_box_may_be(const struct csp_box *box,
					   const struct sk_buff *skb,
					   unsigned int off, u8 proto)
{
	if (proto == IPPROTO_UDP)
		return csp_box_udp_is_ours(box, skb, off);
	return proto == csp_ipproto;
}

/* Does a UDP datagram carry signalling? Then @p says from which port. */
static bool csp_box_is_encap(struct csp_packet *p)
{
	struct udphdr buf, *uh;

	if (!csp_box_udp_is_ours(p->box, p->skb, p->off))
		return false;
	uh = skb_header_pointer(p->skb, p->off, sizeof(buf), &buf);
	p->udp = true;
	p->port = uh->source;
	p->off += sizeof(*uh);
	return true;
}

/*
 * All signalling over UDP between two hosts is one flow, which a flowtable of the
 * administrator's would take past this hook. None takes an entry that may have a
 * helper; this one has room for it, and will get none.
 */
static bool csp_box_keep(struct csp_packet *p)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(p->skb, &ctinfo);

	if (!p->udp || !ct || nf_ct_is_confirmed(ct) || nfct_help(ct))
		return true;
	return nf_ct_helper_ext_add(ct, GFP_ATOMIC);
}

/* @p->off is that of the header of @proto. */
static unsigned int csp_box_transport(struct csp_packet *p, u8 proto)
{
	if (proto == IPPROTO_UDP && !csp_box_is_encap(p))
		return NF_ACCEPT;
	if (p->state->hook == NF_INET_FORWARD && !csp_box_keep(p)) {
		CSP_BOX_INC(p->box, NOMEM);
		return NF_DROP;
	}
	/* Several datagrams in one, by GRO: too much to take apart. */
	if (skb_is_gso(p->skb))
		return NF_ACCEPT;
	switch (p->state->hook) {
	case NF_INET_FORWARD:
		return csp_box_packet(p);
	case NF_INET_POST_ROUTING:
		return csp_nat_out(p);
	}
	return csp_nat_in(p);
}

static noinline unsigned int csp_box_ip4(struct csp_box *box,
					 struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct csp_packet p;

	if (ip_is_fragment(iph))
		return NF_ACCEPT;
	csp_packet_init(&p, box, skb, state);
	p.family = 4;
	ipv6_addr_set_v4mapped(iph->saddr, &p.saddr);
	ipv6_addr_set_v4mapped(iph->daddr, &p.daddr);
	p.off = skb_network_offset(skb) + ip_hdrlen(skb);
	return csp_box_transport(&p, iph->protocol);
}

/**
 * csp_box_hook4() - the hook of IPv4
 * @priv:  struct csp_box
 * @skb:   a packet
 * @state: of netfilter, or as if it were
 *
 * Context: softirq, RCU.
 * Return: what becomes of the packet.
 */
unsigned int csp_box_hook4(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	if (!csp_box_may_be(priv, skb, skb_network_offset(skb) + ip_hdrlen(skb),
			    ip_hdr(skb)->protocol))
		return NF_ACCEPT;
	return csp_box_ip4(priv, skb, state);
}

static noinline unsigned int csp_box_ip6(struct csp_box *box,
					 struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	u8 nexthdr = ip6h->nexthdr;
	struct csp_packet p;
	__be16 frag_off = 0;
	int off;

	off = skb_network_offset(skb) + sizeof(*ip6h);
	if (ipv6_ext_hdr(nexthdr))
		off = ipv6_skip_exthdr(skb, off, &nexthdr, &frag_off);
	if (off < 0 || frag_off ||
	    (nexthdr != csp_ipproto && nexthdr != IPPROTO_UDP))
		return NF_ACCEPT;
	csp_packet_init(&p, box, skb, state);
	p.family = 6;
	p.saddr = ip6h->saddr;
	p.daddr = ip6h->daddr;
	p.off = off;
	return csp_box_transport(&p, nexthdr);
}

/**
 * csp_box_hook6() - the hook of IPv6
 * @priv:  struct csp_box
 * @skb:   a packet
 * @state: of netfilter, or as if it were
 *
 * Context: softirq, RCU.
 * Return: what becomes of the packet.
 */
unsigned int csp_box_hook6(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	const u8 nexthdr = ipv6_hdr(skb)->nexthdr;

	if (!ipv6_ext_hdr(nexthdr) &&
	    !csp_box_may_be(priv, skb, skb_network_offset(skb) +
					sizeof(struct ipv6hdr), nexthdr))
		return NF_ACCEPT;
	return csp_box_ip6(priv, skb, state);
}

static const struct nf_hook_ops csp_box_ops[] = {
	CSP_BOX_HOOK(csp_box_hook4, NFPROTO_IPV4, NF_INET_FORWARD,
		     CSP_BOX_PRIORITY),
	CSP_BOX_HOOK(csp_box_hook6, NFPROTO_IPV6, NF_INET_FORWARD,
		     CSP_BOX_PRIORITY),
};

/**
 * csp_box_hook() - register hooks that get their namespace's box
 * @box:  namespace
 * @copy: what is registered; belongs to netfilter as long as it is
 * @ops:  the hooks
 * @n:    how many
 *
 * Context: process, csp_box.mutex held.
 * Return: 0 or a negative errno.
 */
int csp_box_hook(struct csp_box *box, struct nf_hook_ops *copy,
		 const struct nf_hook_ops *ops, unsigned int n)
{
	unsigned int i;

	lockdep_assert_held(&box->mutex);
	memcpy(copy, ops, n * sizeof(*ops));
	for (i = 0; i < n; i++)
		copy[i].priv = box;
	return nf_register_net_hooks(box->net, copy, n);
}

static int csp_box_hook_forward(struct csp_box *box)
{
	int err = nf_ct_netns_get(box->net, NFPROTO_INET);

	if (err)
		return err;
	BUILD_BUG_ON(ARRAY_SIZE(csp_box_ops) != ARRAY_SIZE(box->ops));
	err = csp_box_hook(box, box->ops, csp_box_ops, ARRAY_SIZE(box->ops));
	if (err)
		nf_ct_netns_put(box->net, NFPROTO_INET);
	box->hooked = !err;
	return err;
}

/**
 * csp_box_hooks_get() - look at what the namespace forwards
 * @box: namespace
 *
 * Context: process, csp_box.mutex held.
 * Return: 0, also if it does so already, or a negative errno.
 */
int csp_box_hooks_get(struct csp_box *box)
{
	int err = 0;

	lockdep_assert_held(&box->mutex);
	if (box->dying)
		return -ENETDOWN;
	if (!box->hooked)
		err = csp_box_hook_forward(box);
	/* Without those of the NAT it takes part, too. */
	if (!err)
		csp_nat_hook(box);
	return err;
}

/**
 * csp_box_hooks_put() - look no more
 * @box: namespace
 *
 * When it returns no packet is in the hooks any more; nor is any in a queue to
 * user space that would come back to us (nat_hook.c): netfilter drops what is
 * queued when a hook goes. So those of the NAT go last, when nothing can get
 * into a queue from that of FORWARD any more.
 *
 * Context: process, csp_box.mutex held; may sleep.
 */
void csp_box_hooks_put(struct csp_box *box)
{
	lockdep_assert_held(&box->mutex);
	if (!box->hooked)
		return;
	nf_unregister_net_hooks(box->net, box->ops, ARRAY_SIZE(box->ops));
	synchronize_net();
	csp_nat_unhook(box);
	nf_ct_netns_put(box->net, NFPROTO_INET);
	synchronize_net();
	box->hooked = false;
}
