/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Serving those whom an off-path firewall lets in: the host's side; csp.rst,
 * section "Boxes", "Off-path firewall".
 */
#ifndef _NET_CSP_GRANT_H
#define _NET_CSP_GRANT_H

#include "csp.h"

struct csp_reg;
struct csp_rx;

/* Of one registration. */
#define CSP_GRANTS_MAX		256

#define CSP_GRANT_TIME		60000		/* ms; if the firewall says none */
#define CSP_GRANT_TIME_MAX	3600000		/* ms */

/* Is a Setup with a dcid, addressed to @home, one that authorises? */
static inline bool csp_grant_asked(const struct csp_msg *msg,
				   const struct in6_addr *home)
{
	return msg->dst.id_family && !ipv6_addr_equal(&msg->dst.loc, home);
}

void csp_grants_init(struct csp_reg *reg);
/* The registration is in no list any more. */
void csp_grants_exit(struct csp_reg *reg);
/* A Setup that authorises, with a good MAC and a new number. Softirq, RCU. */
void csp_grant_rcv(struct csp_rx *rx, struct csp_reg *reg,
		   const struct csp_msg *msg);
/* May who sends a Setup be served on this port? Softirq, RCU. */
bool csp_grant_serves(const struct csp_rx *rx, const struct csp_msg *msg);
/* Is a UDP port open to those only who are let in? Softirq, RCU. */
bool csp_grant_shuts(struct csp_net *cn, const struct csp_tuple *t);
/* Answers a datagram to such a port. Softirq, LOCAL_IN. */
void csp_grant_refuse(struct csp_net *cn, struct sk_buff *skb);

#endif /* _NET_CSP_GRANT_H */
