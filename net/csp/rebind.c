// SPDX-License-Identifier: GPL-2.0
/*
 * Re-homing a socket in place: other addresses, same connection.
 *
 * The socket keeps its sequence numbers, its queues and its users; what
 * changes is the tuple, the route, and what TCP had learnt of the old path.
 * From the next packet on it is an ordinary socket again: data packets never
 * pass through code of ours.
 *
 * All of it happens under the socket lock, in process context. TCP sends when
 * the lock is released: the deferred work of its own release callback is what
 * transmits (TCP small queues, delayed ACK).
 */
#include <linux/if_ether.h>
#include <linux/tcp.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/ipv6.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "compat/tcp.h"
#include "path.h"
#include "rebind.h"
#include "register.h"
#include "sock.h"
#include "tomb.h"
#include "tx.h"

/* Segments to an address that has not echoed its nonce; section "Address
 * validation": three times 1200 bytes, less the OK.
 */
#define CSP_LIMITED_CWND	2
/* The segments that go before the answer are no longer than Ethernet's. */
#define CSP_COMMON_MTU		ETH_DATA_LEN

/* Its transport has ended: it will never send again, or is not hashed any more. */
static bool csp_rebind_over(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP ? sk->sk_state == TCP_CLOSE :
						sock_flag(sk, SOCK_DEAD);
}

/**
 * csp_rebind_check() - can a socket be re-homed?
 * @sk: the socket
 *
 * What is bound to the addresses by something that would not follow stays
 * where it is: keys of TCP-MD5 and TCP-AO, source routes, an upper layer
 * protocol, a sockmap.
 *
 * Context: socket lock held.
 * Return: 0, CSP_ERR_BUSY (not in this state) or CSP_ERR_IMMOVABLE.
 */
u16 csp_rebind_check(const struct sock *sk)
{
	const struct ip_options_rcu *opt;

	sock_owned_by_me(sk);
	opt = rcu_dereference_protected(inet_sk(sk)->inet_opt,
					lockdep_sock_is_held(sk));
	if (opt && opt->opt.srr)
		return CSP_ERR_IMMOVABLE;
	if (csp_rebind_over(sk))
		return CSP_ERR_BUSY;
	if (sk->sk_protocol == IPPROTO_UDP)
		return 0;
	if (!((1 << sk->sk_state) &
	      (TCPF_ESTABLISHED | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 |
	       TCPF_CLOSE_WAIT | TCPF_CLOSING | TCPF_LAST_ACK)) ||
	    tcp_sk(sk)->repair)
		return CSP_ERR_BUSY;
	if (csp_tcp_has_keys(sk) || inet_csk(sk)->icsk_ulp_ops ||
	    csp_sk_foreign(sk))
		return CSP_ERR_IMMOVABLE;
	return 0;
}

/* Hashing looks for no twin: it must be found before. */
static bool csp_rebind_taken(const struct sock *sk, const struct csp_tuple *t)
{
	struct net *net = sock_net(sk);
	struct inet_hashinfo *hinfo = net->ipv4.tcp_death_row.hashinfo;
	struct sock *other;

	local_bh_disable();
	rcu_read_lock();
	if (t->family == 4)
		other = __inet_lookup_established(net, hinfo,
						  t->raddr.s6_addr32[3],
						  t->rport,
						  t->laddr.s6_addr32[3],
						  ntohs(t->lport),
						  sk->sk_bound_dev_if, 0);
	else
		other = __inet6_lookup_established(net, hinfo, &t->raddr,
						   t->rport, &t->laddr,
						   ntohs(t->lport),
						   sk->sk_bound_dev_if, 0);
	rcu_read_unlock();
	local_bh_enable();
	if (!other)
		return false;
	sock_gen_put(other);
	return true;
}

static void csp_rebind_raddr(struct sock *sk, const struct csp_tuple *t)
{
	inet_sk(sk)->inet_dport = t->rport;
	if (t->family == 4)
		sk_daddr_set(sk, t->raddr.s6_addr32[3]);
	else
		sk->sk_v6_daddr = t->raddr;
}

static void csp_rebind_saddr6(struct sock *sk, const struct csp_tuple *t)
{
	if (sk->sk_family == AF_INET6)
		inet6_sk(sk)->saddr = t->laddr;
}

static int csp_rebind_tcp_addrs(struct sock *sk, const struct csp_tuple *t)
{
	__be32 saddr = t->laddr.s6_addr32[3];
	struct in6_addr saddr6 = t->laddr;
	int err;

	if (t->family == 4)
		err = inet_bhash2_update_saddr(sk, &saddr, AF_INET);
	else
		err = inet_bhash2_update_saddr(sk, &saddr6, AF_INET6);
	if (err)
		return err;
	csp_rebind_saddr6(sk, t);
	csp_rebind_raddr(sk, t);
	return 0;
}

static void csp_tcp_forget_hints(struct tcp_sock *tp)
{
	tp->retransmit_skb_hint = NULL;
	tp->lost_skb_hint = NULL;
	tp->tlp_high_seq = 0;
	tp->frto = 0;
}

static void csp_tcp_not_resent(struct tcp_sock *tp, struct sk_buff *skb)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	if (cb->sacked & TCPCB_SACKED_RETRANS) {
		cb->sacked &= ~TCPCB_SACKED_RETRANS;
		tp->retrans_out -= tcp_skb_pcount(skb);
	}
}

/* Only csp_tcp_mark_arrived() does so with the first that is in flight. */
static bool csp_tcp_believed(const struct sock *sk)
{
	const struct sk_buff *head = tcp_rtx_queue_head(sk);

	return head && TCP_SKB_CB(head)->sacked & TCPCB_SACKED_ACKED;
}

/* As tcp_timeout_mark_lost() does when the other end discards data. */
static void csp_tcp_unmark_arrived(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;

	skb_rbtree_walk(skb, &sk->tcp_rtx_queue)
		TCP_SKB_CB(skb)->sacked &= ~TCPCB_SACKED_ACKED;
	tp->sacked_out = 0;
}

/* What is in flight went to the old path: all of it is to be sent again. */
static void csp_tcp_mark_lost(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *cb;
	struct sk_buff *skb;

	if (csp_tcp_believed(sk))
		csp_tcp_unmark_arrived(sk);
	if (tcp_is_reno(tp))
		tp->sacked_out = 0;
	skb_rbtree_walk(skb, &sk->tcp_rtx_queue) {
		cb = TCP_SKB_CB(skb);
		csp_tcp_not_resent(tp, skb);
		if (!(cb->sacked & (TCPCB_SACKED_ACKED | TCPCB_LOST))) {
			cb->sacked |= TCPCB_LOST;
			tp->lost_out += tcp_skb_pcount(skb);
		}
	}
	csp_tcp_forget_hints(tp);
}

/*
 * Is it of use to believe that all that is in flight has arrived? Only if the
 * other end reported no hole, and there is more that may be sent now.
 */
static bool csp_tcp_may_have_arrived(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return tcp_is_sack(tp) && !tp->sacked_out && tp->packets_out &&
	       tcp_send_head(sk) &&
	       !after(TCP_SKB_CB(tcp_send_head(sk))->seq + tp->mss_cache,
		      tcp_wnd_end(tp));
}

/*
 * What is in flight went to the old path, and its ACKs came back to an address
 * that was not there any more. So it looks as if a SACK had reported it: it is
 * not sent again, and what the next ACK says of it does not open the window of
 * the new path.
 */
static void csp_tcp_mark_arrived(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;

	skb_rbtree_walk(skb, &sk->tcp_rtx_queue) {
		csp_tcp_not_resent(tp, skb);
		if (TCP_SKB_CB(skb)->sacked & TCPCB_LOST)
			tp->lost_out -= tcp_skb_pcount(skb);
		TCP_SKB_CB(skb)->sacked &= ~TCPCB_LOST;
		TCP_SKB_CB(skb)->sacked |= TCPCB_SACKED_ACKED;
		tp->sacked_out += tcp_skb_pcount(skb);
		list_del_init(&skb->tcp_tsorted_anchor);
	}
	/* What follows the last of them: nothing was sent yet. */
	tp->highest_sack = NULL;
	csp_tcp_forget_hints(tp);
}

static void csp_tcp_forget_rtt(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->srtt_us = 0;
	tp->mdev_us = jiffies_to_usecs(TCP_TIMEOUT_INIT);
	tp->mdev_max_us = tp->mdev_us;
	tp->rttvar_us = tp->mdev_us;
	minmax_reset(&tp->rtt_min, tcp_jiffies32, ~0U);
	/* Later than this, what was sent before the last that arrived is lost. */
	tp->rack.rtt_us = 0;
	tp->rack.mstamp = 0;
	tp->rack.advanced = 0;
	inet_csk(sk)->icsk_rto = TCP_TIMEOUT_INIT;
}

/*
 * A new path has nothing in common with the old one: initial window, slow
 * start, no round-trip time, no back-off. It must not look like a timeout
 * either: no threshold is carried over.
 */
static void csp_tcp_restart(struct sock *sk, bool arrived)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	csp_tcp_forget_rtt(sk);
	icsk->icsk_backoff = 0;
	icsk->icsk_retransmits = 0;
	icsk->icsk_probes_out = 0;
	tp->retrans_stamp = 0;

	/* To an address that has not proved itself no more goes than before. */
	tcp_snd_cwnd_set(tp, min_t(u32, TCP_INIT_CWND, tp->snd_cwnd_clamp));
	tp->snd_cwnd_cnt = 0;
	tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
	tp->prior_ssthresh = 0;
	tp->undo_marker = 0;
	tp->undo_retrans = -1;
	tp->high_seq = tp->snd_nxt;

	if (icsk->icsk_ca_ops->release)
		icsk->icsk_ca_ops->release(sk);
	memset(icsk->icsk_ca_priv, 0, sizeof(icsk->icsk_ca_priv));
	if (icsk->icsk_ca_ops->init)
		icsk->icsk_ca_ops->init(sk);
	if (arrived)
		csp_tcp_mark_arrived(sk);
	else
		csp_tcp_mark_lost(sk);
	/* Loss is the state in which lost segments are sent again. */
	icsk->icsk_ca_state = tp->lost_out ? TCP_CA_Loss : TCP_CA_Open;
}

/* At the release of the socket: what is lost, then what is new. */
static void csp_tcp_push(struct sock *sk)
{
	if (!test_and_set_bit(TCP_TSQ_DEFERRED, &sk->sk_tsq_flags))
		sock_hold(sk);
}

/*
 * At the release of the socket: an ACK, if no segment brought one. It gives
 * this host's own conntrack, and the boxes on the path, a packet to know the
 * connection by; at both ends, since either may be the next to send.
 */
static void csp_tcp_ack(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	icsk->icsk_ack.pending |= ICSK_ACK_SCHED | ICSK_ACK_TIMER;
	csp_tcp_delack_now(icsk);
	if (!test_and_set_bit(TCP_DELACK_TIMER_DEFERRED, &sk->sk_tsq_flags))
		sock_hold(sk);
}

static void csp_tcp_timer(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (tcp_sk(sk)->packets_out)
		inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS,
					  icsk->icsk_rto, TCP_RTO_MAX);
	else if (icsk->icsk_pending == ICSK_TIME_PROBE0)
		inet_csk_reset_xmit_timer(sk, ICSK_TIME_PROBE0,
					  icsk->icsk_rto, TCP_RTO_MAX);
}

/* Segments shorter by @room from the next look at the MSS on. */
static void csp_tcp_room(struct sock *sk, int room)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	icsk->icsk_ext_hdr_len += room;
	icsk->icsk_pmtu_cookie = 0;
}

static void csp_rebind_tcp_path(struct sock *sk, struct csp_rebind *rb)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct dst_entry *dst;

	sk_dst_reset(sk);
	/* Without a route the retransmission timer will look for one. */
	icsk->icsk_af_ops->rebuild_header(sk);
	dst = __sk_dst_get(sk);
	if (dst && dst_mtu(dst) > CSP_COMMON_MTU)
		rb->room += min_t(u32, dst_mtu(dst) - CSP_COMMON_MTU,
				  U16_MAX - rb->room);
	tcp_mtup_init(sk);
	csp_tcp_room(sk, rb->room);
	rb->arrived = rb->arrived && csp_tcp_may_have_arrived(sk);
	tcp_sk(sk)->snd_cwnd_clamp = rb->limited ? CSP_LIMITED_CWND : ~0;
	csp_tcp_restart(sk, rb->arrived);
	csp_tcp_timer(sk);
	csp_tcp_push(sk);
	csp_tcp_ack(sk);
}

/* Another own port; on error the old one is had back. */
static int csp_rebind_port(struct sock *sk, __be16 port)
{
	struct inet_sock *inet = inet_sk(sk);
	int err;

	if (inet->inet_sport == port)
		return 0;
	if (sk->sk_protocol == IPPROTO_TCP)
		inet_put_port(sk);
	else
		sk->sk_prot->unhash(sk);
	err = sk->sk_prot->get_port(sk, ntohs(port));
	if (err) {
		err = -EADDRINUSE;
		if (sk->sk_prot->get_port(sk, ntohs(inet->inet_sport)))
			pr_warn_ratelimited("csp: a socket lost its port\n");
	}
	inet->inet_sport = htons(inet->inet_num);
	return err;
}

/* Port and addresses of a socket that is not hashed now. */
static int csp_rebind_tcp_name(struct sock *sk, const struct csp_rebind *rb)
{
	int err = csp_rebind_port(sk, rb->t.lport);

	if (err)
		return err;
	err = csp_rebind_tcp_addrs(sk, &rb->t);
	if (err)
		csp_rebind_port(sk, rb->old.lport);
	return err;
}

static int csp_rebind_tcp(struct sock *sk, struct csp_rebind *rb)
{
	struct csp_net *cn = csp_pernet(sock_net(sk));
	int err;

	if (csp_rebind_taken(sk, &rb->t))
		return -EADDRINUSE;
	/* Before the socket goes: a late packet must find one or the other. */
	csp_tomb_add(cn, &rb->old);
	sk->sk_prot->unhash(sk);
	err = csp_rebind_tcp_name(sk, rb);
	if (sk->sk_prot->hash(sk))
		pr_warn_ratelimited("csp: a moved socket was not hashed\n");
	if (err) {
		csp_tomb_del(cn, &rb->old);
		return err;
	}
	csp_rebind_tcp_path(sk, rb);
	return 0;
}

/* The first packet has not left: nothing is known of a path, nothing late. */
static int csp_rebind_tcp_connecting(struct sock *sk,
				     const struct csp_rebind *rb)
{
	int err;

	if (csp_rebind_taken(sk, &rb->t))
		return -EADDRINUSE;
	sk->sk_prot->unhash(sk);
	err = csp_rebind_tcp_name(sk, rb);
	if (sk->sk_prot->hash(sk))
		pr_warn_ratelimited("csp: a redirected socket was not hashed\n");
	sk_dst_reset(sk);
	return err;
}

/*
 * What a connected IPv4 socket with a route takes its addresses from, before
 * the route is dropped. Not while datagrams are being corked: they are of the
 * old name.
 */
static void csp_rebind_udp_flow(struct sock *sk, const struct csp_tuple *t)
{
	struct flowi4 *fl4 = &inet_sk(sk)->cork.fl.u.ip4;

	if (t->family != 4 || READ_ONCE(udp_sk(sk)->pending))
		return;
	fl4->saddr = t->laddr.s6_addr32[3];
	fl4->daddr = t->raddr.s6_addr32[3];
}

/* Is a socket bound to the own address of a name? */
static bool csp_udp_bound(const struct sock *sk, const struct csp_tuple *t)
{
	return t->family == 4 ?
	       inet_sk(sk)->inet_rcv_saddr == t->laddr.s6_addr32[3] :
	       ipv6_addr_equal(&sk->sk_v6_rcv_saddr, &t->laddr);
}

/* Can others reach this host by its address in a name? */
static bool csp_rebind_reached(struct csp_net *cn, const struct csp_tuple *t)
{
	struct csp_to to = {
		.family	= t->family,
		.saddr	= t->laddr,
		.daddr	= t->raddr,
	};
	struct dst_entry *dst;
	bool away;

	if (!csp_path_own(cn, &t->laddr))
		return false;
	if (!READ_ONCE(cn->n_regs))
		return true;
	/* That of home is there, but not where packets would leave. */
	dst = csp_route(cn, &to);
	if (IS_ERR(dst))
		return true;
	away = csp_reg_away(cn, &t->laddr, dst->dev);
	dst_release(dst);
	return !away;
}

/*
 * A socket that is not connected serves others too, by the name that it has: no
 * client, nor any move of one connection, takes that from them. An address
 * that the host has lost is of no use to anybody. Section "The other end".
 */
static bool csp_rebind_udp_may(const struct sock *sk,
			       const struct csp_rebind *rb)
{
	const struct csp_tuple *old = &rb->old, *t = &rb->t;

	if (sk->sk_state == TCP_ESTABLISHED)
		return true;
	if (t->lport != old->lport)
		return false;
	return ipv6_addr_equal(&t->laddr, &old->laddr) ||
	       !csp_udp_bound(sk, old) ||
	       !csp_rebind_reached(csp_pernet(sock_net(sk)), old);
}

/*
 * Only a connected UDP socket has the other end's address. Its own is changed
 * where it was the old one; an unbound socket takes it from each route.
 */
static int csp_rebind_udp(struct sock *sk, const struct csp_rebind *rb)
{
	const struct csp_tuple *old = &rb->old, *t = &rb->t;
	struct inet_sock *inet = inet_sk(sk);
	int err;

	if (!csp_rebind_udp_may(sk, rb))
		return -EOPNOTSUPP;
	err = csp_rebind_port(sk, t->lport);
	if (err)
		return err;

	if (t->family == 4 && csp_udp_bound(sk, old)) {
		inet->inet_saddr = t->laddr.s6_addr32[3];
		sk_rcv_saddr_set(sk, t->laddr.s6_addr32[3]);
		csp_rebind_saddr6(sk, t);
		sk->sk_prot->rehash(sk);
	} else if (t->family == 6 && csp_udp_bound(sk, old)) {
		sk->sk_v6_rcv_saddr = t->laddr;
		csp_rebind_saddr6(sk, t);
		sk->sk_prot->rehash(sk);
	}
	if (sk->sk_state == TCP_ESTABLISHED) {
		csp_rebind_raddr(sk, t);
		csp_rebind_udp_flow(sk, t);
	}
	sk_dst_reset(sk);
	return 0;
}

/**
 * csp_rebind() - re-home a socket
 * @sk: the socket, that csp_rebind_check() lets move, or that is connecting
 * @rb: where to, by which port of its own, and with which limits
 *
 * Context: process, socket lock held. TCP sends when the lock is released.
 * Return: 0; or -EADDRINUSE, -ENOMEM, or -EOPNOTSUPP: others know the socket by
 * the name that it has; and then nothing has changed.
 */
int csp_rebind(struct sock *sk, struct csp_rebind *rb)
{
	sock_owned_by_me(sk);
	if (sk->sk_protocol != IPPROTO_TCP)
		return csp_rebind_udp(sk, rb);
	if (sk->sk_state == TCP_SYN_SENT)
		return csp_rebind_tcp_connecting(sk, rb);
	return csp_rebind_tcp(sk, rb);
}

/**
 * csp_rebind_lift() - the other end has answered: lift what was limited
 * @sk:     the socket
 * @window: the window to an address that had not proved itself
 * @room:   bytes by which segments were shorter
 *
 * Context: process, socket lock held. TCP sends when the lock is released.
 */
void csp_rebind_lift(struct sock *sk, bool window, u16 room)
{
	struct tcp_sock *tp = tcp_sk(sk);

	sock_owned_by_me(sk);
	if (sk->sk_protocol != IPPROTO_TCP || csp_rebind_over(sk))
		return;
	if (room)
		csp_tcp_room(sk, -(int)room);
	/* What timed out meanwhile did so in vain: no back-off stays. */
	if (inet_csk(sk)->icsk_backoff) {
		csp_tcp_restart(sk, false);
		csp_tcp_timer(sk);
	}
	if (window) {
		tp->snd_cwnd_clamp = ~0;
		if (tcp_snd_cwnd(tp) < TCP_INIT_CWND)
			tcp_snd_cwnd_set(tp, TCP_INIT_CWND);
	}
	csp_tcp_push(sk);
}

/**
 * csp_rebind_adrift() - the address of a socket is gone, and no other is there
 * @sk: the socket
 *
 * The route that it still has takes what every link takes, 68 bytes: TCP would
 * cut to that what is written until there is another one.
 *
 * Context: process, socket lock held: under it TCP uses its route without a
 * reference.
 */
void csp_rebind_adrift(struct sock *sk)
{
	sock_owned_by_me(sk);
	sk_dst_reset(sk);
}

/**
 * csp_rebind_kick() - a path is back: try again at once what waits
 * @sk: the socket
 *
 * Context: process, socket lock held. TCP sends when the lock is released.
 */
void csp_rebind_kick(struct sock *sk)
{
	sock_owned_by_me(sk);
	sk_dst_reset(sk);
	if (sk->sk_protocol != IPPROTO_TCP || csp_rebind_over(sk))
		return;
	csp_tcp_restart(sk, false);
	csp_tcp_timer(sk);
	csp_tcp_push(sk);
}

/**
 * csp_rebind_doubt() - has what was in flight at the move arrived?
 * @sk: the socket; it was believed to
 *
 * If the other end has not acknowledged it by now, all of it is sent again.
 * The same if TCP has found out by itself: it then took the other end for one
 * that discards what it had reported, and that for a timeout.
 *
 * Context: process, socket lock held. TCP sends when the lock is released.
 */
void csp_rebind_doubt(struct sock *sk)
{
	sock_owned_by_me(sk);
	if (sk->sk_protocol != IPPROTO_TCP || csp_rebind_over(sk) ||
	    (!csp_tcp_believed(sk) &&
	     inet_csk(sk)->icsk_ca_state != TCP_CA_Loss))
		return;
	csp_tcp_restart(sk, false);
	csp_tcp_timer(sk);
	csp_tcp_push(sk);
}

/**
 * csp_rebind_rtt() - forget a round-trip time that is of the old path
 * @sk: the socket
 * @us: microseconds since it is on the new one
 *
 * What was sent on the old path is acknowledged on the new one, and TCP takes
 * the time between for a round trip, however long there was no address.
 *
 * Context: process, socket lock held.
 */
void csp_rebind_rtt(struct sock *sk, unsigned int us)
{
	sock_owned_by_me(sk);
	if (sk->sk_protocol != IPPROTO_TCP || tcp_sk(sk)->srtt_us >> 3 <= us)
		return;
	csp_tcp_forget_rtt(sk);
	csp_tcp_timer(sk);
}
