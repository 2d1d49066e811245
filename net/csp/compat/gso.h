/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where __skb_gso_segment() is declared: its own header since 6.5.
 */
#ifndef _NET_CSP_COMPAT_GSO_H
#define _NET_CSP_COMPAT_GSO_H

#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include <net/gso.h>
#else
#include <linux/netdevice.h>
#endif

#endif /* _NET_CSP_COMPAT_GSO_H */
