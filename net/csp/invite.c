// SPDX-License-Identifier: GPL-2.0
/*
 * Consent in advance: a bound UDP socket that names the sender which it expects
 * (CSP_EXPECT) tells the firewalls on the way by a Setup with direction "<-";
 * csp.rst, section "Setup" and exchange 3.
 */
#include <net/dst.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/udp.h>

#include "flow.h"
#include "invite.h"
#include "setup.h"
#include "sock.h"
#include "tx.h"

/* The sender; false: not one that can send to this socket. */
static bool csp_invite_sender(const struct sock *sk,
			      const struct csp_expect *expect,
			      struct csp_tuple *t)
{
	t->rport = expect->port;
	if (expect->family == AF_INET6) {
		memcpy(&t->raddr, expect->addr, sizeof(t->raddr));
		t->family = 6;
		return sk->sk_family == AF_INET6 &&
		       !ipv6_addr_v4mapped(&t->raddr) &&
		       !ipv6_addr_is_multicast(&t->raddr) &&
		       !ipv6_addr_any(&t->raddr);
	}
	ipv6_addr_set_v4mapped(*(__be32 *)expect->addr, &t->raddr);
	t->family = 4;
	return (sk->sk_family == AF_INET || !ipv6_only_sock(sk)) &&
	       !ipv4_is_multicast(t->raddr.s6_addr32[3]) &&
	       !ipv4_is_lbcast(t->raddr.s6_addr32[3]) &&
	       !ipv4_is_zeronet(t->raddr.s6_addr32[3]);
}

/* Own address: the one that is bound, or the one that routing chooses. */
static int csp_invite_own(struct csp_net *cn, const struct sock *sk,
			  struct csp_tuple *t)
{
	struct csp_to to = {
		.daddr	= t->raddr,
		.family	= t->family,
		.oif	= sk->sk_bound_dev_if,
		.mark	= READ_ONCE(sk->sk_mark),
	};
	struct dst_entry *dst;

	if (t->family == 4)
		ipv6_addr_set_v4mapped(inet_sk(sk)->inet_rcv_saddr, &to.saddr);
	else
		to.saddr = sk->sk_v6_rcv_saddr;
	dst = csp_route(cn, &to);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	dst_release(dst);
	t->laddr = to.saddr;
	return 0;
}

/**
 * csp_invite() - tell firewalls of the sender that a socket expects
 * @cn:     namespace
 * @sk:     flagged socket
 * @expect: the sender
 *
 * Nothing happens if it names no one sender, or the socket is not a bound UDP
 * socket, connected to nobody: then it is consent for whoever asks.
 *
 * Context: process; may sleep.
 * Return: 0; -EINVAL: no address to get anything from; -ENOBUFS: no room; or no
 * route to there.
 */
int csp_invite(struct csp_net *cn, struct sock *sk,
	       const struct csp_expect *expect)
{
	struct csp_tuple t = { .proto = IPPROTO_UDP };
	int mode, err = 0;
	u8 phase;

	if (sk->sk_protocol != IPPROTO_UDP || !expect->family || !expect->port)
		return 0;
	mode = csp_sk_variant(sk, &phase);
	if (mode <= CSP_MODE_OFF)
		return 0;
	lock_sock(sk);
	t.lport = inet_sk(sk)->inet_sport;
	if (!t.lport || inet_sk(sk)->inet_dport)
		goto out;
	err = csp_invite_sender(sk, expect, &t) ? csp_invite_own(cn, sk, &t) :
						  -EINVAL;
out:
	release_sock(sk);
	if (err || !t.rport)
		return err;
	err = csp_setup_invite(cn, sk, &t, mode);
	return err == -EEXIST ? 0 : err;
}
