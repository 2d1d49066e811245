// SPDX-License-Identifier: GPL-2.0
/*
 * UDP encapsulation; csp.rst, section "UDP encapsulation".
 *
 * The same packets, for paths that drop or cannot tell apart an unknown IP
 * protocol. A kernel socket a family, that hands what it gets to the receive
 * path; sending makes its own UDP header (tx.c).
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/net.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "compat/udp.h"
#include "encap.h"
#include "rx.h"
#include "setup.h"

static int csp_encap_rcv(struct sock *sk, struct sk_buff *skb)
{
	__be16 port = udp_hdr(skb)->source;

	if (!pskb_pull(skb, sizeof(struct udphdr))) {
		kfree_skb(skb);
		return 0;
	}
	csp_rcv_packet(csp_pernet(sock_net(sk)), skb, true, port);
	return 0;
}

/* Whom a "port unreachable" speaks of; false: another error. */
static bool csp_encap_unreach(const struct sock *sk, const struct sk_buff *skb,
			      struct in6_addr *daddr)
{
	const struct ipv6hdr *ip6h = (const struct ipv6hdr *)skb->data;
	const struct iphdr *iph = (const struct iphdr *)skb->data;

	if (sk->sk_family == AF_INET) {
		ipv6_addr_set_v4mapped(iph->daddr, daddr);
		return icmp_hdr(skb)->type == ICMP_DEST_UNREACH &&
		       icmp_hdr(skb)->code == ICMP_PORT_UNREACH;
	}
	*daddr = ip6h->daddr;
	return icmp6_hdr(skb)->icmp6_type == ICMPV6_DEST_UNREACH &&
	       icmp6_hdr(skb)->icmp6_code == ICMPV6_PORT_UNREACH;
}

/* Nobody listens to signalling over UDP there, if enough is quoted to say. */
static void csp_encap_err(struct sock *sk, struct sk_buff *skb,
			  unsigned int offset)
{
	struct csp_net *cn = csp_pernet(sock_net(sk));
	const struct csphdr *hdr;
	struct csphdr buf;
	struct in6_addr daddr;

	if (!csp_encap_unreach(sk, skb, &daddr))
		return;
	hdr = skb_header_pointer(skb, offset + sizeof(struct udphdr),
				 offsetofend(struct csphdr, xid), &buf);
	if (hdr && !READ_ONCE(cn->dying))
		csp_setup_unreach(cn, hdr->xid, &daddr, true);
}

CSP_ENCAP_ERR_RCV(csp_encap_err_rcv, csp_encap_err)

static int csp_encap_bind(struct csp_net *cn, struct socket *sock, int family)
{
	struct sockaddr_in6 a6 = {
		.sin6_family	= AF_INET6,
		.sin6_port	= htons(CSP_CONF(cn, udp_port)),
	};
	struct sockaddr_in a4 = {
		.sin_family	= AF_INET,
		.sin_port	= htons(CSP_CONF(cn, udp_port)),
	};

	if (family == AF_INET)
		return kernel_bind(sock, (struct sockaddr *)&a4, sizeof(a4));
	sock->sk->sk_ipv6only = 1;
	return kernel_bind(sock, (struct sockaddr *)&a6, sizeof(a6));
}

static int csp_encap_open_one(struct csp_net *cn, int family,
			      struct socket **res)
{
	struct socket *sock;
	int err;

	*res = NULL;
	err = sock_create_kern(cn->net, family, SOCK_DGRAM, IPPROTO_UDP, &sock);
	if (err)
		return err == -EAFNOSUPPORT ? 0 : err;
	err = csp_encap_bind(cn, sock, family);
	if (err) {
		sock_release(sock);
		return err;
	}
	udp_sk(sock->sk)->encap_rcv = csp_encap_rcv;
	udp_sk(sock->sk)->encap_err_rcv = csp_encap_err_rcv;
	udp_sk(sock->sk)->encap_type = 1;
	udp_tunnel_encap_enable(sock->sk);
	*res = sock;
	return 0;
}

static void csp_encap_close_all(struct csp_net *cn)
{
	int i;

	lockdep_assert_held(&cn->encap_lock);
	for (i = 0; i < ARRAY_SIZE(cn->encap_sock); i++) {
		if (cn->encap_sock[i])
			sock_release(cn->encap_sock[i]);
		cn->encap_sock[i] = NULL;
	}
}

static int csp_encap_open_all(struct csp_net *cn)
{
	int err;

	lockdep_assert_held(&cn->encap_lock);
	err = csp_encap_open_one(cn, AF_INET, &cn->encap_sock[0]);
	if (!err)
		err = csp_encap_open_one(cn, AF_INET6, &cn->encap_sock[1]);
	if (err)
		csp_encap_close_all(cn);
	return err;
}

/**
 * csp_encap_open() - listen for encapsulated signalling
 * @cn: namespace
 *
 * A namespace that does not use CSP gives no port away.
 *
 * Context: process.
 * Return: 0 or a negative errno: -EADDRINUSE if somebody has the port.
 */
int csp_encap_open(struct csp_net *cn)
{
	int err = 0;

	mutex_lock(&cn->encap_lock);
	if (cn->encap_wanted && !READ_ONCE(cn->dying) &&
	    !cn->encap_sock[0] && CSP_CONF(cn, udp_encap))
		err = csp_encap_open_all(cn);
	mutex_unlock(&cn->encap_lock);
	return err;
}

/**
 * csp_encap_want() - listen for encapsulated signalling from now on
 * @cn: namespace that gets messages: it has flagged sockets, is registered with
 *      an agent, is one, or is a gateway
 *
 * Without the port signalling works all the same, but natively only.
 *
 * Context: process; may sleep.
 */
void csp_encap_want(struct csp_net *cn)
{
	mutex_lock(&cn->encap_lock);
	cn->encap_wanted = true;
	mutex_unlock(&cn->encap_lock);
	if (csp_encap_open(cn))
		pr_warn("csp: UDP port %u is taken: no signalling over UDP\n",
			CSP_CONF(cn, udp_port));
}
EXPORT_SYMBOL_GPL(csp_encap_want);

/**
 * csp_encap_close() - stop listening
 * @cn: namespace
 *
 * Context: process.
 */
void csp_encap_close(struct csp_net *cn)
{
	mutex_lock(&cn->encap_lock);
	csp_encap_close_all(cn);
	mutex_unlock(&cn->encap_lock);
	/* A packet may be on its way through csp_encap_rcv(). */
	synchronize_net();
}
