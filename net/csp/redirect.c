// SPDX-License-Identifier: GPL-2.0
/*
 * Following a Redirect: the initiator's side; csp.rst, section "Redirect".
 *
 *	 SETUP -- Redirect: use this name instead
 *	   ^          |
 *	   |          +-- not what it may say --------> ignored, counted
 *	   |          +-- the fifth in a row ---------> ELOOP
 *	   |          v
 *	   |      flow's work: socket re-homed before it is connected
 *	   |          |
 *	   |          +-- port taken, the third time --> EADDRINUSE
 *	   |          +-- port taken: the Setup as it was, again
 *	   |          v
 *	   |      held packets get the new name, and pass LOCAL_OUT again
 *	   |          |
 *	   +----------+ a new Setup, under the new name
 *
 * The packets pass the host's own rules once more, since these may think
 * differently of the new name.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/random.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>
#include <net/tcp.h>

#include "flow.h"
#include "hook.h"
#include "move.h"
#include "netlink.h"
#include "path.h"
#include "rebind.h"
#include "redirect.h"
#include "rx.h"
#include "setup.h"
#include "tx.h"
#include "vouch.h"

/**
 * csp_redirect_target_ok() - can this be another host's address?
 * @flow: the flow
 * @addr: the address
 *
 * Context: any.
 * Return: whether a Redirect, or an offer, may name it.
 */
bool csp_redirect_target_ok(const struct csp_flow *flow,
			    const struct in6_addr *addr)
{
	__be32 ip = addr->s6_addr32[3];

	if (csp_path_own(flow->cn, addr))
		return false;
	/* Broadcast addresses of the links of this host are none, either. */
	if (ipv6_addr_v4mapped(addr))
		return inet_addr_type(flow->cn->net, ip) == RTN_UNICAST &&
		       !ipv4_is_loopback(ip) && !ipv4_is_linklocal_169(ip);
	return !(ipv6_addr_type(addr) & (IPV6_ADDR_MULTICAST |
					 IPV6_ADDR_LINKLOCAL |
					 IPV6_ADDR_LOOPBACK)) &&
	       !ipv6_addr_any(addr);
}

/* What a Redirect may not change: transport, direction, identities, ports p. */
static bool csp_redirect_keeps(const struct csp_flow *flow,
			       const struct csp_msg *msg)
{
	const struct csp_names *names = flow->names;
	const __be16 asked = names && names->dst.loc_family ? names->dst.port :
							      flow->t.rport;

	lockdep_assert_held(&flow->lock);
	return msg->proto == flow->t.proto && msg->dir == flow->dir &&
	       msg->src.loc_family == flow->t.family &&
	       msg->dst.loc_family == flow->t.family &&
	       ipv6_addr_equal(csp_end_identity(&msg->src), &flow->home_l) &&
	       ipv6_addr_equal(csp_end_identity(&msg->dst), &flow->home_r) &&
	       msg->src.port == flow->t.lport && msg->dst.port == asked;
}

/* The key of the host at the new place; once vouched for, it is fixed. */
static bool csp_redirect_key(struct csp_names *names, const struct csp_msg *msg)
{
	if (!CSP_HAS(msg, PUBKEY))
		return true;
	if (names->vouched)
		return !memcmp(names->key, msg->pubkey.data,
			       sizeof(names->key));
	memcpy(names->key, msg->pubkey.data, sizeof(names->key));
	WRITE_ONCE(names->vouched, true);
	return true;
}

/* The network has made two of it, and one was, or is being, carried out. */
static bool csp_redirect_is_copy(struct csp_flow *flow, __be32 xid,
				 const struct csp_msg *msg)
{
	const struct csp_names *names;
	bool again;

	spin_lock_bh(&flow->lock);
	names = flow->names;
	again = flow->xid != xid ||
		(names && names->pending &&
		 csp_end_is(&names->told_src, &msg->src) &&
		 csp_end_is(&names->told_dst, &msg->dst));
	spin_unlock_bh(&flow->lock);
	return again;
}

/* Takes the name over; false: not from whom it could be, or too late. */
static bool csp_redirect_note(struct csp_flow *flow, __be32 xid,
			      const struct csp_msg *msg)
{
	struct csp_names *new = kzalloc(sizeof(*new), GFP_ATOMIC);
	struct csp_names *names;
	bool noted = false;

	spin_lock_bh(&flow->lock);
	if (!flow->dead && flow->state == CSP_STATE_SETUP && flow->xid == xid &&
	    csp_redirect_keeps(flow, msg) && (flow->names || new)) {
		if (!flow->names) {
			flow->names = new;
			new = NULL;
		}
		names = flow->names;
		noted = !names->pending && csp_redirect_key(names, msg);
		if (noted) {
			names->told_src = msg->src;
			names->told_dst = msg->dst;
			names->pending = true;
		}
	}
	spin_unlock_bh(&flow->lock);
	kfree(new);
	return noted;
}

/* Whoever redirects may want its nonce back, as one who asks for it may. */
static void csp_redirect_nonce(struct csp_flow *flow, const struct csp_msg *msg)
{
	struct csp_move *mv;

	mv = CSP_HAS(msg, NONCE) || CSP_HAS(msg, PUBKEY) ?
	     csp_flow_move_state(flow, GFP_ATOMIC) : READ_ONCE(flow->move);
	if (!mv)
		return;
	spin_lock_bh(&flow->lock);
	if (CSP_HAS(msg, PUBKEY))
		get_random_bytes(mv->nonce, sizeof(mv->nonce));
	mv->cookie_len = CSP_HAS(msg, NONCE) ? msg->nonce.len : 0;
	if (mv->cookie_len)
		memcpy(mv->cookie, msg->nonce.data, mv->cookie_len);
	spin_unlock_bh(&flow->lock);
}

/**
 * csp_redirect_rcv() - a box, or the host itself, names another way
 * @rx:   the packet
 * @flow: found by its identifier
 * @msg:  the Redirect
 *
 * Context: softirq.
 */
void csp_redirect_rcv(struct csp_rx *rx, struct csp_flow *flow,
		      const struct csp_msg *msg)
{
	if (rx->rd.xid != READ_ONCE(flow->xid)) {
		CSP_INC(rx->cn, IN_UNEXPECTED);
		return;
	}
	/* A hidden host proves that it has the key: not here, in softirq. */
	if (CSP_HAS(msg, PUBKEY) && CSP_HAS(msg, MAC))
		csp_vouch_queue(rx, flow);
	else
		csp_redirect_believed(rx, flow, msg);
}

/**
 * csp_redirect_believed() - a Redirect has the proof that it needs
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the Redirect
 *
 * Context: softirq, or the flow's work.
 */
void csp_redirect_believed(struct csp_rx *rx, struct csp_flow *flow,
			   const struct csp_msg *msg)
{
	const __be32 xid = rx->rd.xid;

	if (!CSP_HAS(msg, CONN) || !CSP_HAS(msg, SRC) || !CSP_HAS(msg, DST) ||
	    !csp_redirect_target_ok(flow, &msg->dst.loc) ||
	    (!csp_redirect_note(flow, xid, msg) &&
	     !csp_move_redirect_note(flow, xid, msg))) {
		/* The first copy may have been carried out at any moment. */
		if (csp_redirect_is_copy(flow, xid, msg))
			CSP_INC(rx->cn, IN_UNEXPECTED);
		else
			CSP_INC(rx->cn, REDIRECT_BAD);
		return;
	}
	csp_redirect_nonce(flow, msg);
	CSP_INC(rx->cn, REDIRECT_IN);
	csp_flow_todo(flow, CSP_TODO_REDIRECT);
}

/* Where the socket is to go; a route to there, or an ERR_PTR(). */
static struct dst_entry *csp_redirect_route(struct csp_flow *flow,
					    const struct sock *sk,
					    struct csp_tuple *t)
{
	struct dst_entry *dst;
	struct csp_to to;

	spin_lock_bh(&flow->lock);
	*t = flow->t;
	csp_to_flow(&to, flow);
	t->raddr = flow->names->told_dst.loc;
	t->rport = csp_end_port(&flow->names->told_dst);
	t->lport = csp_end_port(&flow->names->told_src);
	spin_unlock_bh(&flow->lock);
	to.daddr = t->raddr;
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK))
		to.saddr = in6addr_any;
	dst = csp_route(flow->cn, &to);
	if (!IS_ERR(dst))
		t->laddr = to.saddr;
	return dst;
}

/* Of a TCP or UDP packet, whose checksum may be left to the device. */
static void csp_redirect_ports(struct sk_buff *skb, const struct csp_tuple *t,
			       __be16 *source, __be16 *dest, __sum16 *check)
{
	inet_proto_csum_replace2(check, skb, *source, t->lport, false);
	inet_proto_csum_replace2(check, skb, *dest, t->rport, false);
	*source = t->lport;
	*dest = t->rport;
}

static void csp_redirect_addrs(struct sk_buff *skb, const struct csp_tuple *t,
			       __sum16 *check)
{
	if (t->family == 4) {
		struct iphdr *iph = ip_hdr(skb);
		__be32 saddr = t->laddr.s6_addr32[3];
		__be32 daddr = t->raddr.s6_addr32[3];

		inet_proto_csum_replace4(check, skb, iph->saddr, saddr, true);
		inet_proto_csum_replace4(check, skb, iph->daddr, daddr, true);
		iph->saddr = saddr;
		iph->daddr = daddr;
	} else {
		struct ipv6hdr *ip6h = ipv6_hdr(skb);

		inet_proto_csum_replace16(check, skb, ip6h->saddr.s6_addr32,
					  t->laddr.s6_addr32, true);
		inet_proto_csum_replace16(check, skb, ip6h->daddr.s6_addr32,
					  t->raddr.s6_addr32, true);
		ip6h->saddr = t->laddr;
		ip6h->daddr = t->raddr;
	}
}

/* Gives a held packet the new name. False: no memory. */
static bool csp_redirect_rename(struct sk_buff *skb, const struct csp_tuple *t)
{
	unsigned int off = skb_transport_offset(skb);
	unsigned int len = t->proto == IPPROTO_TCP ? sizeof(struct tcphdr) :
						     sizeof(struct udphdr);
	__sum16 *check, none = 0;

	if (skb_ensure_writable(skb, off + len))
		return false;
	if (t->proto == IPPROTO_TCP) {
		struct tcphdr *th = tcp_hdr(skb);

		check = &th->check;
		csp_redirect_ports(skb, t, &th->source, &th->dest, check);
	} else {
		struct udphdr *uh = udp_hdr(skb);

		/* Without a checksum it stays so. */
		check = uh->check ? &uh->check : &none;
		csp_redirect_ports(skb, t, &uh->source, &uh->dest, check);
	}
	csp_redirect_addrs(skb, t, check);
	if (t->proto == IPPROTO_UDP && check != &none && !*check)
		*check = CSUM_MANGLED_0;
	return true;
}

/* Through LOCAL_OUT, at whose end hook.c holds them again. */
static void csp_redirect_requeue(struct csp_flow *flow,
				 struct sk_buff_head *list,
				 const struct csp_tuple *t,
				 struct dst_entry *dst)
{
	struct net *net = flow->cn->net;
	struct sk_buff *skb;

	local_bh_disable();
	while ((skb = __skb_dequeue(list))) {
		if (!csp_redirect_rename(skb, t)) {
			CSP_INC(flow->cn, HELD_DROP);
			kfree_skb(skb);
			continue;
		}
		nf_reset_ct(skb);
		skb_dst_drop(skb);
		skb_dst_set(skb, dst_clone(dst));
		skb->dev = dst->dev;
		if (t->family == 4)
			ip_local_out(net, skb->sk, skb);
		else
			ip6_local_out(net, skb->sk, skb);
	}
	local_bh_enable();
}

/* TCP until it is connected; UDP only if it is, else it has no one name. */
static bool csp_redirect_possible(const struct sock *sk)
{
	/* A closed one would be hashed again. */
	if (sock_flag(sk, SOCK_DEAD))
		return false;
	return sk->sk_state == (sk->sk_protocol == IPPROTO_TCP ?
				TCP_SYN_SENT : TCP_ESTABLISHED);
}

/* Socket lock held. 0 or a negative errno, and then nothing has changed. */
static int csp_redirect_rehome(struct csp_flow *flow, struct sock *sk,
			       const struct csp_tuple *t,
			       struct sk_buff_head *list)
{
	struct csp_rebind rb = { .t = *t };
	int err;

	/* Another name for the same place. */
	if (csp_tuple_equal(t, &flow->t))
		return 0;
	if (!csp_redirect_possible(sk))
		return -EOPNOTSUPP;
	err = csp_move_rehome(flow, sk, &rb);
	if (err)
		return err;
	spin_lock_bh(&flow->lock);
	csp_held_take(flow, list);
	spin_unlock_bh(&flow->lock);
	return 0;
}

/* Whatever came of it: a new transaction, under the name there is now. */
static void csp_redirect_again(struct csp_flow *flow, bool followed)
{
	struct csp_names *names = flow->names;

	spin_lock_bh(&flow->lock);
	names->pending = false;
	if (followed) {
		names->n++;
		names->src = names->told_src;
		names->dst = names->told_dst;
		/* In the Setup p is the port that the socket has now. */
		names->src.port = flow->t.lport;
		names->src.local_port = 0;
		names->lent = (struct csp_end) { };
		/* Of a NAT, or of another line of this host. */
		if (!csp_path_own(flow->cn, &names->src.loc))
			names->lent = names->src;
		else
			names->src.loc = flow->t.laddr;
	} else {
		names->clashes++;
	}
	flow->xid = (__force __be32)get_random_u32();
	flow->attempt = 0;
	flow->piggybacked = false;
	flow->heard = false;
	flow->born = jiffies;
	spin_unlock_bh(&flow->lock);
	csp_setup_again(flow);
	csp_nl_event(flow, CSP_EVENT_CHANGED);
}

static void csp_redirect_fail(struct csp_flow *flow, int err)
{
	switch (err) {
	case -ELOOP:
		csp_setup_error(flow, err, "redirected too often");
		break;
	case -EADDRINUSE:
		csp_setup_error(flow, err, "redirected to a port that is taken");
		break;
	default:
		csp_setup_error(flow, err, "the socket cannot be redirected");
	}
}

static int csp_redirect_try(struct csp_flow *flow, struct sock *sk)
{
	struct sk_buff_head list;
	struct dst_entry *dst;
	struct csp_tuple t;
	int err;

	__skb_queue_head_init(&list);
	lock_sock(sk);
	dst = csp_redirect_route(flow, sk, &t);
	err = PTR_ERR_OR_ZERO(dst);
	if (!err)
		err = csp_redirect_rehome(flow, sk, &t, &list);
	release_sock(sk);
	if (!err)
		csp_redirect_requeue(flow, &list, &t, dst);
	if (!IS_ERR(dst))
		dst_release(dst);
	return err;
}

/**
 * csp_redirect_follow() - use the name that a Redirect gave
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_redirect_follow(struct csp_flow *flow)
{
	struct csp_names *names = flow->names;
	struct sock *sk = csp_flow_sk(flow);
	int err = -ELOOP;

	if (!sk)
		return;
	if (!names || !names->pending ||
	    READ_ONCE(flow->state) != CSP_STATE_SETUP)
		goto out;
	if (names->n < CSP_REDIRECTS_MAX)
		err = csp_redirect_try(flow, sk);
	if (!err)
		csp_redirect_again(flow, true);
	else if (err == -EADDRINUSE &&
		 names->clashes + 1 < CSP_PORT_CLASHES_MAX)
		csp_redirect_again(flow, false);
	else
		csp_redirect_fail(flow, err);
out:
	sock_put(sk);
}
