/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Linux 6.6 passes the size of a sysctl table instead of ending it with an
 * empty entry; Linux 6.11 made the table const in handlers.
 */
#ifndef _NET_CSP_COMPAT_SYSCTL_H
#define _NET_CSP_COMPAT_SYSCTL_H

#include <linux/sysctl.h>
#include <linux/version.h>
#include <net/net_namespace.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define csp_ctl_table	const struct ctl_table
#else
#define csp_ctl_table	struct ctl_table
#endif

/* Registers @n entries of @table, which has room for one more, all zero. */
static inline struct ctl_table_header *
csp_register_net_sysctl(struct net *net, const char *path,
			struct ctl_table *table, size_t n)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return register_net_sysctl_sz(net, path, table, n);
#else
	return register_net_sysctl(net, path, table);
#endif
}

#endif /* _NET_CSP_COMPAT_SYSCTL_H */
