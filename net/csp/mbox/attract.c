// SPDX-License-Identifier: GPL-2.0
/*
 * What is addressed to a host that is not at home; csp.rst, section "Boxes",
 * "Home agent".
 *
 * The agent is where packets to the home address pass: the router of the home
 * network, or a host to which that has a route for it. The PRE_ROUTING hook
 * takes them before they are routed, so that neither a route nor a neighbour
 * entry has to be made and unmade with each registration; when the host is at
 * home they pass as ever.
 *
 *	 Setup, or a move, to a home address
 *	     +-- nobody registered ---------> Reject(GONE)
 *	     +-- registered ----------------> Redirect to the locator, with its key
 *	     +-- registered, hidden --------> relayed
 *	 Setup to a guarded home address ---> guard.c; a move gets nothing
 *	 other signalling, host away -------> dropped
 *	 any other packet, host away -------> ICMP: host unreachable
 *
 * It is registered while there is a home address.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/ipv4/nf_reject.h>
#include <net/netfilter/ipv6/nf_reject.h>

#include "home.h"
#include "hook.h"
#include "reply.h"

/* After the raw table; conntrack need not know what ends here. */
#define CSP_ATTRACT_PRIORITY	(NF_IP_PRI_RAW + 1)

/* Does the message say where it comes from and that it goes here? */
static bool csp_attract_fits(const struct csp_packet *p,
			     const struct csp_msg *msg)
{
	return CSP_HAS(msg, CONN) && CSP_HAS(msg, SRC) && CSP_HAS(msg, DST) &&
	       CSP_HAS(msg, LOCAL_ID) && msg->src.loc_family == p->family &&
	       msg->dst.loc_family == p->family &&
	       ipv6_addr_equal(&msg->src.loc, &p->saddr) &&
	       ipv6_addr_equal(&msg->dst.loc, &p->daddr);
}

static void csp_attract_redirect(struct csp_packet *p, const struct csp_msg *msg,
				 struct csp_home *home,
				 const struct csp_whereabouts *w)
{
	struct csp_end dst = msg->dst;

	dst.id_family = p->family;
	dst.id = home->addr;
	dst.loc = w->loc;
	CSP_BOX_INC(p->box, HOME_REDIRECTED);
	atomic64_inc(&home->redirected);
	csp_box_redirect_to(p, msg, &msg->src, &dst, home->rel.remote);
}

static void csp_attract_request(struct csp_packet *p, const struct csp_msg *msg,
				struct csp_home *home,
				const struct csp_whereabouts *w)
{
	if (!csp_attract_fits(p, msg)) {
		CSP_BOX_INC(p->box, HOME_MISMATCH);
		csp_box_reject(p, msg, CSP_ERR_MISMATCH, NULL);
	} else if (home->guard && msg->type == CSP_MSG_SETUP) {
		csp_guard_setup(p, msg, home, w);
	} else if (w->state == CSP_MBOX_HOME_STATE_GONE) {
		CSP_BOX_INC(p->box, HOME_GONE);
		csp_box_reject(p, msg, CSP_ERR_GONE,
			       "the host is not registered with its agent");
	} else if (!home->hidden && !home->guard) {
		csp_attract_redirect(p, msg, home, w);
	} else if (msg->type == CSP_MSG_SETUP) {
		csp_home_relay(p, msg, home, w);
	} else {
		csp_home_forward(p, home, w);
	}
}

/* The Setup, or the Attach of a move, that the packet is; or false. */
static bool csp_attract_read(struct csp_packet *p, struct csp_msg *msg)
{
	if (csp_packet_msg(p, msg) <= 0)
		return false;
	if (msg->type == CSP_MSG_DETACH && msg->code == CSP_SCOPE_PATH)
		return csp_packet_msg(p, msg) > 0 &&
		       msg->type == CSP_MSG_ATTACH && CSP_HAS(msg, LOCAL_ID) &&
		       p->rd.pos == p->rd.len;
	return msg->type == CSP_MSG_SETUP && !msg->dcid &&
	       p->rd.pos == p->rd.len;
}

static unsigned int csp_attract_signal(struct csp_packet *p,
				       struct csp_home *home,
				       const struct csp_whereabouts *w)
{
	struct csp_msg msg;

	if (csp_packet_read(p)) {
		CSP_BOX_INC(p->box, UNPARSED);
		return NF_DROP;
	}
	if (!(p->rd.flags & CSP_F_REPLY) && csp_attract_read(p, &msg)) {
		csp_attract_request(p, &msg, home, w);
		return NF_DROP;
	}
	/* What only the host can answer; it may be there, unregistered. */
	if (w->state == CSP_MBOX_HOME_STATE_GONE)
		return NF_ACCEPT;
	CSP_BOX_INC(p->box, HOME_IGNORED);
	return NF_DROP;
}

/* Whoever does not signal cannot be told where the host is. */
static unsigned int csp_attract_plain(const struct csp_packet *p,
				      const struct csp_whereabouts *w)
{
	if (w->state == CSP_MBOX_HOME_STATE_GONE)
		return NF_ACCEPT;
	CSP_BOX_INC(p->box, HOME_PLAIN);
	if (p->family == 4)
		nf_send_unreach(p->skb, ICMP_HOST_UNREACH, NF_INET_PRE_ROUTING);
	else
		nf_send_unreach6(p->state->net, p->skb, ICMPV6_ADDR_UNREACH,
				 NF_INET_PRE_ROUTING);
	return NF_DROP;
}

/* Does a UDP datagram carry signalling? Then @p says from which port. */
static bool csp_attract_is_encap(struct csp_packet *p)
{
	const __be16 port = csp_box_udp_port(p->box);
	struct udphdr buf, *uh;

	uh = skb_header_pointer(p->skb, p->off, sizeof(buf), &buf);
	if (!uh || uh->dest != port)
		return false;
	p->udp = true;
	p->port = uh->source;
	p->off += sizeof(*uh);
	return true;
}

/* @proto is that of the header at @p->off; -1: a fragment. */
static unsigned int csp_attract(struct csp_packet *p, int proto)
{
	struct csp_home *home = csp_home_find(p->box, &p->daddr);
	struct csp_whereabouts w;

	if (likely(!home))
		return NF_ACCEPT;
	csp_home_where(home, &w);
	if (w.state == CSP_MBOX_HOME_STATE_AT_HOME)
		return NF_ACCEPT;
	if (!skb_is_gso(p->skb) &&
	    (proto == csp_ipproto ||
	     (proto == IPPROTO_UDP && csp_attract_is_encap(p))))
		return csp_attract_signal(p, home, &w);
	return csp_attract_plain(p, &w);
}

static void csp_attract_init(struct csp_packet *p, struct csp_box *box,
			     struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	*p = (struct csp_packet) {
		.box	= box,
		.skb	= skb,
		.state	= state,
		.in	= csp_side(state->in),
	};
}

static unsigned int csp_attract4(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct csp_packet p;

	csp_attract_init(&p, priv, skb, state);
	p.family = 4;
	ipv6_addr_set_v4mapped(iph->saddr, &p.saddr);
	ipv6_addr_set_v4mapped(iph->daddr, &p.daddr);
	p.off = skb_network_offset(skb) + ip_hdrlen(skb);
	return csp_attract(&p, ip_is_fragment(iph) ? -1 : iph->protocol);
}

static unsigned int csp_attract6(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	u8 nexthdr = ip6h->nexthdr;
	struct csp_packet p;
	__be16 frag_off = 0;
	int off;

	csp_attract_init(&p, priv, skb, state);
	p.family = 6;
	p.saddr = ip6h->saddr;
	p.daddr = ip6h->daddr;
	off = skb_network_offset(skb) + sizeof(*ip6h);
	if (ipv6_ext_hdr(nexthdr))
		off = ipv6_skip_exthdr(skb, off, &nexthdr, &frag_off);
	p.off = max(off, 0);
	return csp_attract(&p, off < 0 || frag_off ? -1 : nexthdr);
}

static const struct nf_hook_ops csp_attract_ops[] = {
	{
		.hook		= csp_attract4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= CSP_ATTRACT_PRIORITY,
	},
	{
		.hook		= csp_attract6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= CSP_ATTRACT_PRIORITY,
	},
};

/**
 * csp_attract_begin() - look at what passes for home addresses
 * @box: namespace
 *
 * Context: process, csp_box.mutex held.
 * Return: 0, also if it does so already, or a negative errno.
 */
int csp_attract_begin(struct csp_box *box)
{
	int err;

	lockdep_assert_held(&box->mutex);
	if (box->attracting)
		return 0;
	if (box->dying)
		return -ENETDOWN;
	BUILD_BUG_ON(ARRAY_SIZE(csp_attract_ops) !=
		     ARRAY_SIZE(box->attract_ops));
	err = csp_box_hook(box, box->attract_ops, csp_attract_ops,
			   ARRAY_SIZE(box->attract_ops));
	box->attracting = !err;
	return err;
}

/**
 * csp_attract_end() - look no more
 * @box: namespace
 *
 * Context: process, csp_box.mutex held; may sleep.
 */
void csp_attract_end(struct csp_box *box)
{
	lockdep_assert_held(&box->mutex);
	if (!box->attracting)
		return;
	nf_unregister_net_hooks(box->net, box->attract_ops,
				ARRAY_SIZE(box->attract_ops));
	box->attracting = false;
}
