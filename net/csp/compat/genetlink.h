/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Linux 6.7, and 6.1.68 of the stable kernels, gave the capability that a
 * multicast group asks for a name of its own.
 */
#ifndef _NET_CSP_COMPAT_GENETLINK_H
#define _NET_CSP_COMPAT_GENETLINK_H

#include <net/genetlink.h>

#ifndef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN	GENL_UNS_ADMIN_PERM
#endif

#endif /* _NET_CSP_COMPAT_GENETLINK_H */
