/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences of TCP between the kernels that are supported.
 */
#ifndef _NET_CSP_COMPAT_TCP_H
#define _NET_CSP_COMPAT_TCP_H

#include <linux/tcp.h>
#include <linux/version.h>
#include <net/tcp.h>

/* Keys that are bound to the addresses: TCP-MD5, and since 6.7 TCP-AO. */
static inline bool csp_tcp_has_keys(const struct sock *sk)
{
#ifdef CONFIG_TCP_MD5SIG
	if (rcu_access_pointer(tcp_sk(sk)->md5sig_info))
		return true;
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0) && defined(CONFIG_TCP_AO)
	if (rcu_access_pointer(tcp_sk(sk)->ao_info))
		return true;
#endif
	return false;
}

/* The delayed ACK is due. Since 6.15 its time is that of the timer. */
static inline void csp_tcp_delack_now(struct inet_connection_sock *icsk)
{
	icsk->icsk_ack.timeout = jiffies;
}

#endif /* _NET_CSP_COMPAT_TCP_H */
