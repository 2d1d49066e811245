/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences of UDP between the kernels that are supported.
 */
#ifndef _NET_CSP_COMPAT_UDP_H
#define _NET_CSP_COMPAT_UDP_H

#include <linux/udp.h>
#include <linux/version.h>

/*
 * The handler of ICMP errors of an encapsulation socket, NAME, as the kernel
 * calls it. What it does is HOW(sk, skb, offset), with the offset of the quoted
 * UDP header from skb->data, where the quoted IP header is.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define CSP_ENCAP_ERR_RCV(name, how)					\
static void name(struct sock *sk, struct sk_buff *skb, int err,	\
		 __be16 port, u32 info, u8 *payload)			\
{									\
	how(sk, skb, payload - sizeof(struct udphdr) - skb->data);	\
}
#else
#define CSP_ENCAP_ERR_RCV(name, how)					\
static void name(struct sock *sk, struct sk_buff *skb,			\
		 unsigned int offset)					\
{									\
	how(sk, skb, offset);						\
}
#endif

#endif /* _NET_CSP_COMPAT_UDP_H */
