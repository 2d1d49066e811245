// SPDX-License-Identifier: GPL-2.0
/*
 * Netfilter hooks: the first packet of a connection waits here for the OK.
 *
 * LOCAL_OUT, last of all: what the host's own firewall and NAT made of the
 * packet is what gets announced. The common case, a packet of a socket that
 * is not flagged or of a connection that is set up, costs a comparison of
 * sk_prot with the bounds of an array.
 *
 * LOCAL_IN, first of all: drops late packets on paths that a move gave up,
 * and plain connections to sockets that require signalling; and finds, for what
 * was announced, the socket that serves a home address (home.c). It is
 * registered only while there is any of these.
 *
 * The other is registered when the first socket of a namespace is flagged:
 * where CSP is not used it costs nothing at all.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/dst.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "attach.h"
#include "detach.h"
#include "encap.h"
#include "flow.h"
#include "home.h"
#include "hook.h"
#include "listen.h"
#include "rule.h"
#include "setup.h"
#include "sock.h"
#include "tomb.h"

/*
 * Where the transport header is, and whose; behind options and extension
 * headers, and in the first of several fragments. IPv6 puts these together only
 * after LOCAL_IN, and drops what has no whole transport header in the first.
 * Negative: nowhere.
 */
static int csp_skb_transport(const struct sk_buff *skb, u8 *proto)
{
	__be16 frag = 0;
	int off;

	if (skb->protocol == htons(ETH_P_IP)) {
		*proto = ip_hdr(skb)->protocol;
		return skb_network_offset(skb) + ip_hdrlen(skb);
	}
	*proto = ipv6_hdr(skb)->nexthdr;
	off = ipv6_skip_exthdr(skb, skb_network_offset(skb) +
				    (int)sizeof(struct ipv6hdr), proto, &frag);
	return frag & htons(IP6_OFFSET) ? -1 : off;
}

/**
 * csp_skb_tuple() - name of the connection that a packet belongs to
 * @skb: TCP or UDP packet, network header set
 * @in:  received: its source is the other end
 * @t:   filled in
 *
 * Context: any.
 * Return: false: another protocol, or too short.
 */
bool csp_skb_tuple(const struct sk_buff *skb, bool in, struct csp_tuple *t)
{
	const __be16 *ports;
	__be16 buf[2];
	int off;

	memset(t, 0, sizeof(*t));
	off = csp_skb_transport(skb, &t->proto);
	if (skb->protocol == htons(ETH_P_IP)) {
		t->family = 4;
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, &t->laddr);
		ipv6_addr_set_v4mapped(ip_hdr(skb)->daddr, &t->raddr);
	} else {
		t->family = 6;
		t->laddr = ipv6_hdr(skb)->saddr;
		t->raddr = ipv6_hdr(skb)->daddr;
	}
	if (off < 0 || (t->proto != IPPROTO_TCP && t->proto != IPPROTO_UDP))
		return false;
	ports = skb_header_pointer(skb, off, sizeof(buf), buf);
	if (!ports)
		return false;
	t->lport = ports[0];
	t->rport = ports[1];
	if (in) {
		swap(t->laddr, t->raddr);
		swap(t->lport, t->rport);
	}
	return true;
}

/**
 * csp_held_count() - note that more, or fewer, packets are held
 * @flow: whose they are
 * @n:    how many more
 *
 * Context: flow->lock held.
 */
void csp_held_count(struct csp_flow *flow, int n)
{
	lockdep_assert_held(&flow->lock);
	flow->n_held += n;
	atomic_add(n, &flow->cn->n_held);
}

/* Section "Bounds": one connection leaves enough to others. */
static bool csp_hold_fits(const struct csp_flow *flow)
{
	const u32 max = CSP_CONF(flow->cn, max_held);
	const u32 n = atomic_read(&flow->cn->n_held);

	lockdep_assert_held(&flow->lock);
	return n < max &&
	       flow->n_held < (n < max / 2 ? CSP_HOLD_MAX : CSP_HOLD_SHARE);
}

/**
 * csp_hold() - keep a packet for later
 * @flow: whose it is
 * @skb:  the packet; taken over on success
 *
 * Context: flow->lock held, under RCU.
 * Return: false: no room.
 */
bool csp_hold(struct csp_flow *flow, struct sk_buff *skb)
{
	lockdep_assert_held(&flow->lock);
	if (flow->dead || !csp_hold_fits(flow) || !skb_dst_force(skb))
		return false;
	__skb_queue_tail(&flow->held, skb);
	csp_held_count(flow, 1);
	CSP_INC(flow->cn, HELD);
	return true;
}

/**
 * csp_held_take() - what is held goes elsewhere
 * @flow: whose it is
 * @list: gets it, behind what is there
 *
 * Context: flow->lock held.
 */
void csp_held_take(struct csp_flow *flow, struct sk_buff_head *list)
{
	lockdep_assert_held(&flow->lock);
	skb_queue_splice_tail_init(&flow->held, list);
	csp_held_count(flow, -flow->n_held);
}

/**
 * csp_release() - send what was held
 * @cn:   namespace
 * @list: packets, each with its route; emptied
 *
 * They have passed the other LOCAL_OUT hooks already.
 *
 * Context: any, no flow->lock held.
 */
void csp_release(struct csp_net *cn, struct sk_buff_head *list)
{
	struct sk_buff *skb;

	local_bh_disable();
	rcu_read_lock();
	while ((skb = __skb_dequeue(list)))
		dst_output(cn->net, skb->sk, skb);
	rcu_read_unlock();
	local_bh_enable();
}

/* NAT of this host has not yet said what becomes of a packet's source. */
static bool csp_hook_undecided(const struct nf_conn *ct)
{
	/* LOCAL_OUT leaves its mark if there is NAT in this namespace. */
	return !nf_ct_is_confirmed(ct) &&
	       READ_ONCE(ct->status) & IPS_DST_NAT_DONE;
}

/* Rules may ask whose it is. */
static struct sk_buff *csp_hook_twin(struct sk_buff *skb)
{
	struct sk_buff *twin = skb_clone(skb, GFP_ATOMIC);

	if (twin && !skb_set_owner_sk_safe(twin, skb->sk)) {
		kfree_skb(twin);
		return NULL;
	}
	return twin;
}

/**
 * csp_hook_translates() - does NAT of this host give a held packet another name?
 * @skb: the packet, which has passed LOCAL_OUT
 *
 * Context: any.
 * Return: true if so, or if it is not known; it must not travel in disguise.
 */
bool csp_hook_translates(const struct sk_buff *skb)
{
	const struct nf_conn *ct = (struct nf_conn *)skb_nfct(skb);

	return ct && (!nf_ct_is_confirmed(ct) ||
		      READ_ONCE(ct->status) & IPS_NAT_MASK);
}

/**
 * csp_hook_confirm() - a held packet may travel in disguise
 * @skb: the packet
 *
 * Conntrack of this host must know the connection by it all the same: what
 * the other end answers comes back as an ordinary packet. Not before the rules
 * and NAT of POST_ROUTING have had their say, though, where a packet in disguise
 * never comes.
 *
 * Context: any, RCU or flow->lock.
 * Return: NULL, or a twin of @skb that has to go to csp_hook_ask().
 */
struct sk_buff *csp_hook_confirm(struct sk_buff *skb)
{
	const struct nf_conn *ct = (struct nf_conn *)skb_nfct(skb);
	const struct nf_ct_hook *ct_hook;

	/* Not tracked in this namespace, or known already. */
	if (!ct || nf_ct_is_confirmed(ct))
		return NULL;
	/* IPsec asks its own way, and later. */
	if (!dst_xfrm(skb_dst(skb)))
		return csp_hook_twin(skb);
	if (csp_hook_undecided(ct))
		return NULL;
	rcu_read_lock();
	ct_hook = rcu_dereference(nf_ct_hook);
	if (ct_hook)
		ct_hook->confirm(skb);
	rcu_read_unlock();
	return NULL;
}

/**
 * csp_hook_ask() - let POST_ROUTING decide about a packet, and not send it
 * @cn:   namespace
 * @twin: from csp_hook_confirm(), or NULL; gone afterwards
 *
 * NAT and conntrack keep what they decide in the entry, which the held packet
 * has, too. If it does travel in disguise, it has passed all hooks once. A
 * packet that the host's own rules drop here stays undecided.
 *
 * Context: any, no flow->lock held.
 */
void csp_hook_ask(struct csp_net *cn, struct sk_buff *twin)
{
	struct net_device *out;
	u8 pf;

	if (!twin)
		return;
	pf = twin->protocol == htons(ETH_P_IP) ? NFPROTO_IPV4 : NFPROTO_IPV6;
	local_bh_disable();
	rcu_read_lock();
	out = skb_dst(twin)->dev;
	twin->dev = out;
	/* A queue in user space may give it back late. */
	if (nf_hook(pf, NF_INET_POST_ROUTING, cn->net, twin->sk, twin, NULL,
		    out, dst_discard_out) == 1)
		consume_skb(twin);
	rcu_read_unlock();
	local_bh_enable();
}

/* Not for one receiver: nobody to ask. */
static bool csp_dst_unicast(const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		return !(skb_rtable(skb)->rt_flags &
			 (RTCF_BROADCAST | RTCF_MULTICAST));
	return !ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr);
}

/* Bytes that a packet will have on the wire. */
static u32 csp_out_len(const struct sk_buff *skb)
{
	if (!skb_is_gso(skb))
		return skb->len;
	return skb->len + (skb_shinfo(skb)->gso_segs - 1) *
	       (skb_transport_offset(skb) +
		(skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4 ?
		 sizeof(struct udphdr) : tcp_hdrlen(skb)));
}

/* A packet of a connection that this host knows. */
static unsigned int csp_out_known(struct csp_flow *flow, struct sk_buff *skb)
{
	unsigned int verdict = NF_ACCEPT;

	spin_lock_bh(&flow->lock);
	switch (flow->state) {
	case CSP_STATE_SETUP:
		/* TCP's own retransmission: the Setup is retransmitted. */
		if (flow->t.proto == IPPROTO_TCP && flow->n_held) {
			verdict = NF_STOLEN;
			consume_skb(skb);
			break;
		}
		fallthrough;
	case CSP_STATE_MOVING:
	case CSP_STATE_HOMELESS:
		if (csp_hold(flow, skb)) {
			verdict = NF_STOLEN;
		} else {
			CSP_INC(flow->cn, HELD_DROP);
			verdict = CSP_HOLD_FULL;
		}
		break;
	case CSP_STATE_ESTABLISHED:
		/* Section "Address validation"; to the transport it is lost. */
		if (!csp_attach_charge(flow, csp_out_len(skb))) {
			verdict = NF_STOLEN;
			kfree_skb(skb);
		}
		break;
	}
	spin_unlock_bh(&flow->lock);
	return verdict;
}

/*
 * A tunnel keeps the socket of the packet inside on the one outside, which may
 * even leave by another namespace. UDP tunnels send by a socket of theirs.
 */
static bool csp_out_tunnelled(const struct sock *sk,
			      const struct nf_hook_state *state)
{
	return (state->sk && state->sk != sk) ||
	       !net_eq(sock_net(sk), state->net);
}

/* Name of a packet; false: it is not the socket's own, or of no use. */
static bool csp_out_tuple(const struct sock *sk, const struct sk_buff *skb,
			  struct csp_tuple *t)
{
	return csp_skb_tuple(skb, false, t) && t->proto == sk->sk_protocol &&
	       t->lport == inet_sk(sk)->inet_sport;
}

/* Is it the first packet of a TCP connection? */
static bool csp_tcp_begins(const struct tcphdr *th)
{
	return th->syn && !th->ack;
}

/*
 * A flow whose socket is gone, or has disconnected, has the name that a new
 * connection gets. The peer sees that by the Setup; csp.rst, section "Responder".
 */
static bool csp_out_anew(struct csp_flow *flow, const struct sk_buff *skb)
{
	if (READ_ONCE(flow->state) != CSP_STATE_DETACHING ||
	    (flow->t.proto == IPPROTO_TCP && !csp_tcp_begins(tcp_hdr(skb))))
		return false;
	csp_detach_at_once(flow);
	return true;
}

/* The socket is flagged, and its phase says that this packet matters. */
static unsigned int csp_out_slow(struct csp_net *cn, struct sock *sk,
				 struct sk_buff *skb, u8 mode, u8 phase)
{
	struct csp_flow *flow;
	unsigned int verdict;
	struct csp_tuple t;

	if (!csp_out_tuple(sk, skb, &t))
		return NF_ACCEPT;
	flow = csp_flow_by_tuple(cn, &t);
	if (flow && csp_out_anew(flow, skb)) {
		csp_flow_put(flow);
		flow = NULL;
	}
	if (flow) {
		verdict = csp_out_known(flow, skb);
		csp_flow_put(flow);
		return verdict;
	}
	if (phase == CSP_PHASE_HOLD || mode == CSP_MODE_OFF ||
	    !csp_dst_unicast(skb))
		return NF_ACCEPT;
	/* A SYN-ACK belongs to the other end's Setup, or to none. */
	if (t.proto == IPPROTO_TCP && tcp_hdr(skb)->ack)
		return NF_ACCEPT;
	return csp_setup_start(cn, sk, skb, &t, mode);
}

/* Section "Modes": default and rules do not speak of it. */
static bool csp_out_stays(const struct sk_buff *skb)
{
	return skb_dst(skb)->dev->flags & IFF_LOOPBACK;
}

/* Nobody flagged the socket: default and rules may. */
static unsigned int csp_out_auto(struct csp_net *cn, struct sock *sk,
				 struct sk_buff *skb)
{
	struct csp_tuple t;
	u8 mode;

	if (sk->sk_protocol == IPPROTO_TCP) {
		if (!csp_tcp_begins(tcp_hdr(skb)))
			return NF_ACCEPT;
	} else if (sk->sk_protocol != IPPROTO_UDP) {
		return NF_ACCEPT;
	}
	if (csp_out_stays(skb) || !csp_out_tuple(sk, skb, &t))
		return NF_ACCEPT;
	mode = csp_sk_mode(cn, sk);
	if (mode == CSP_MODE_OFF || csp_sk_flag_auto(sk, mode))
		return NF_ACCEPT;
	CSP_INC(cn, AUTO_FLAGGED);
	return csp_out_slow(cn, sk, skb, mode, CSP_PHASE_WATCH);
}

static unsigned int csp_hook_out(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct sock *sk = skb->sk;
	struct csp_net *cn;
	u8 phase;
	int mode;

	if (!sk || !sk_fullsock(sk))
		return NF_ACCEPT;
	mode = csp_sk_variant(sk, &phase);
	if (likely(mode < 0)) {
		cn = csp_pernet(state->net);
		if (likely(!CSP_CONF(cn, default_mode) &&
			   !READ_ONCE(cn->n_rules)) ||
		    csp_out_tunnelled(sk, state))
			return NF_ACCEPT;
		return csp_out_auto(cn, sk, skb);
	}
	if (phase == CSP_PHASE_PASS || mode == CSP_MODE_OFF ||
	    csp_out_tunnelled(sk, state) ||
	    (csp_sk_auto(sk) && csp_out_stays(skb)))
		return NF_ACCEPT;
	if (phase == CSP_PHASE_WATCH && sk->sk_protocol == IPPROTO_TCP &&
	    !tcp_hdr(skb)->syn)
		return NF_ACCEPT;
	return csp_out_slow(csp_pernet(state->net), sk, skb, mode, phase);
}

/* RFC 1122 and 4443: administratively prohibited; section "Setup". */
static unsigned int csp_in_refuse(struct csp_net *cn, struct sk_buff *skb)
{
	CSP_INC(cn, REQUIRE_REFUSED);
	if (skb->protocol == htons(ETH_P_IP))
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, 0);
	else
		icmpv6_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADM_PROHIBITED, 0);
	return NF_DROP;
}

static bool csp_in_begins(const struct sk_buff *skb, const struct csp_tuple *t)
{
	const struct tcphdr *th;
	struct tcphdr buf;
	u8 proto;

	if (t->proto == IPPROTO_UDP)
		return true;
	th = skb_header_pointer(skb, csp_skb_transport(skb, &proto),
				sizeof(buf), &buf);
	return th && csp_tcp_begins(th);
}

/* Would this packet begin a plain connection to a socket that forbids it? */
static bool csp_in_forbidden(struct csp_net *cn, const struct sk_buff *skb,
			     const struct csp_tuple *t)
{
	/* Section "Modes": default and rules do not speak of it. */
	const bool own = skb->dev->flags & IFF_LOOPBACK;
	struct csp_flow *flow;

	if (!csp_in_begins(skb, t) ||
	    csp_listen_mode(cn, t, skb->skb_iif, own) != CSP_MODE_REQUIRE)
		return false;
	flow = csp_flow_by_tuple(cn, t);
	if (!flow)
		return true;
	csp_flow_put(flow);
	return false;
}

static unsigned int csp_hook_in(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	struct csp_net *cn = csp_pernet(state->net);
	bool tombs = atomic_read(&cn->n_tombs);
	bool require = READ_ONCE(cn->require);
	bool homes = READ_ONCE(cn->n_regs);
	struct csp_tuple t;

	if (likely(!tombs && !require && !homes))
		return NF_ACCEPT;
	if (!csp_skb_tuple(skb, true, &t))
		return NF_ACCEPT;
	if (tombs && csp_tomb_find(cn, &t)) {
		CSP_INC(cn, LATE_OLD_PATH);
		return NF_DROP;
	}
	if (homes && csp_in_begins(skb, &t) &&
	    csp_home_in(cn, skb, &t) != NF_ACCEPT)
		return NF_DROP;
	if (require && csp_in_forbidden(cn, skb, &t))
		return csp_in_refuse(cn, skb);
	return NF_ACCEPT;
}

static const struct nf_hook_ops csp_hooks_out[] = {
	{
		.hook		= csp_hook_out,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= NF_IP_PRI_LAST,
	}, {
		.hook		= csp_hook_out,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= NF_IP6_PRI_LAST,
	},
};

static const struct nf_hook_ops csp_hooks_in[] = {
	{
		.hook		= csp_hook_in,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= NF_IP_PRI_FIRST,
	}, {
		.hook		= csp_hook_in,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= NF_IP6_PRI_FIRST,
	},
};

/**
 * csp_hook_in_update() - have LOCAL_IN hooked while, and only while, need be
 * @cn: namespace, in which a tombstone or a registration came, or the last one
 *      went, or something requires CSP
 *
 * Without memory for it late packets draw a RST.
 *
 * Context: process; may sleep. Socket lock or none.
 */
void csp_hook_in_update(struct csp_net *cn)
{
	bool wanted;

	mutex_lock(&cn->hook_in_lock);
	wanted = !READ_ONCE(cn->dying) &&
		 (atomic_read(&cn->n_tombs) || READ_ONCE(cn->require) ||
		  READ_ONCE(cn->n_regs));
	if (wanted && !cn->hooked_in) {
		cn->hooked_in = !nf_register_net_hooks(cn->net, csp_hooks_in,
						       ARRAY_SIZE(csp_hooks_in));
	} else if (!wanted && cn->hooked_in) {
		nf_unregister_net_hooks(cn->net, csp_hooks_in,
					ARRAY_SIZE(csp_hooks_in));
		cn->hooked_in = false;
	}
	mutex_unlock(&cn->hook_in_lock);
}

/**
 * csp_hooks_get() - see to it that a namespace has the hooks that a mode needs
 * @cn:   namespace
 * @mode: enum csp_mode, about to be given to sockets
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int csp_hooks_get(struct csp_net *cn, u8 mode)
{
	int err = 0;

	if (mode == CSP_MODE_OFF)
		return 0;
	if (mode == CSP_MODE_REQUIRE) {
		WRITE_ONCE(cn->require, true);
		csp_hook_in_update(cn);
		if (!READ_ONCE(cn->hooked_in))
			return -ENOMEM;
	}

	/* Pairs with the release below: what is hooked is hooked whole. */
	if (smp_load_acquire(&cn->hooked))
		return 0;
	mutex_lock(&cn->hook_lock);
	if (!cn->hooked) {
		err = nf_register_net_hooks(cn->net, csp_hooks_out,
					    ARRAY_SIZE(csp_hooks_out));
		if (!err) {
			/* Pairs with the acquire above. */
			smp_store_release(&cn->hooked, true);
			csp_encap_want(cn);
		}
	}
	mutex_unlock(&cn->hook_lock);
	return err;
}

/* The namespace is dying: nothing registers any more. */
void csp_hooks_exit(struct csp_net *cn)
{
	csp_hook_in_update(cn);
	if (cn->hooked)
		nf_unregister_net_hooks(cn->net, csp_hooks_out,
					ARRAY_SIZE(csp_hooks_out));
	cn->hooked = false;
}
