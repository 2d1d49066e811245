/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settings of a namespace: defaults, sysctls, and the one place that checks a
 * new value.
 */
#ifndef _NET_CSP_CONF_H
#define _NET_CSP_CONF_H

#include "csp.h"

struct netlink_ext_ack;

/**
 * struct csp_conf_desc - what a setting is
 * @name:  of the sysctl and, with dashes, of the netlink attribute
 * @def:   default
 * @min:   least value
 * @max:   greatest value
 * @range: which values it may have, for people
 */
struct csp_conf_desc {
	const char	*name;
	u32		def;
	u32		min;
	u32		max;
	const char	*range;
};

extern const struct csp_conf_desc csp_conf_desc[__CSP_CONF_MAX];

/* The first thing in a namespace. */
void csp_conf_defaults(struct csp_net *cn);
/* Sysctls: last in a namespace, and away first, for a write acts at once. */
int csp_conf_init(struct csp_net *cn);
void csp_conf_exit(struct csp_net *cn);

int csp_conf_check(enum csp_conf_id id, u32 val, struct netlink_ext_ack *extack);
/* Of any table of settings: boxes have one of their own. */
int csp_conf_check_range(const struct csp_conf_desc *desc, u32 val,
			 struct netlink_ext_ack *extack);
/* Process context: a new UDP port reopens the encapsulation sockets. */
int csp_conf_store(struct csp_net *cn, enum csp_conf_id id, u32 val,
		   struct netlink_ext_ack *extack);
/* All that have their bit in @which, or none of them on error. */
int csp_conf_store_many(struct csp_net *cn, const u32 *val, u32 which,
			struct netlink_ext_ack *extack);

#endif /* _NET_CSP_CONF_H */
