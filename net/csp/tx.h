/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sending signalling packets.
 */
#ifndef _NET_CSP_TX_H
#define _NET_CSP_TX_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include "csp.h"

#define CSP_PKT_MAX	1280	/* whole packet with its IP header: the least MTU */
/* Room for the IP header and, with UDP encapsulation, the UDP header. */
#define CSP_MSG_ROOM	(CSP_PKT_MAX - (int)sizeof(struct ipv6hdr) - \
			 (int)sizeof(struct udphdr))

/**
 * struct csp_to - where a packet goes
 * @saddr:  own address; any: routing chooses
 * @daddr:  the other end; IPv4 as v4-mapped
 * @family: 4 or 6
 * @udp:    over UDP
 * @port:   its UDP port there
 * @oif:    interface to leave by; 0 any
 * @mark:   for routing
 */
struct csp_to {
	struct in6_addr	saddr;
	struct in6_addr	daddr;
	u8		family;
	bool		udp;
	__be16		port;
	int		oif;
	u32		mark;
};

/* Bytes of the headers before the csphdr. */
static inline u32 csp_to_headers(const struct csp_to *to)
{
	return (to->family == 4 ? sizeof(struct iphdr) :
				  sizeof(struct ipv6hdr)) +
	       (to->udp ? sizeof(struct udphdr) : 0);
}

/* An skb whose data can take @size bytes of a packet, or NULL. */
struct sk_buff *csp_tx_alloc(size_t size);
/* Sends; consumes @skb. @dst: a route to use, or NULL. Any context. */
int csp_tx(struct csp_net *cn, struct sk_buff *skb, const struct csp_to *to,
	   struct dst_entry *dst);
/* Closes the packet that @wr built in @skb and sends it. */
int csp_tx_finish(struct csp_net *cn, struct sk_buff *skb,
		  struct csp_writer *wr, const struct csp_to *to,
		  struct dst_entry *dst);
void csp_to_flow(struct csp_to *to, const struct csp_flow *flow);
/* Route to @to->daddr; fills in @to->saddr if it is any. */
struct dst_entry *csp_route(struct csp_net *cn, struct csp_to *to);

#endif /* _NET_CSP_TX_H */
