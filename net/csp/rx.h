/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Receiving signalling packets.
 */
#ifndef _NET_CSP_RX_H
#define _NET_CSP_RX_H

#include "csp.h"

struct csp_to;

/**
 * struct csp_rx - one packet being received
 * @cn:     namespace
 * @skb:    the packet; its data begins with the csphdr
 * @rd:     its reader
 * @saddr:  where it came from; IPv4 as v4-mapped
 * @daddr:  where it went to
 * @family: 4 or 6
 * @udp:    came over UDP
 * @port:   from this UDP port
 * @iif:    by this interface
 * @missed: a Detach of ours that it speaks of was not found: no other is either
 * @reply:  answer being built, or NULL
 * @wr:     its writer
 */
struct csp_rx {
	struct csp_net		*cn;
	struct sk_buff		*skb;
	struct csp_reader	rd;
	struct in6_addr		saddr;
	struct in6_addr		daddr;
	u8			family;
	bool			udp;
	__be16			port;
	int			iif;
	bool			missed;
	struct sk_buff		*reply;
	struct csp_writer	wr;
};

int csp_rx_init(void);
void csp_rx_exit(void);
/* Fills in @rx from a packet whose data begins with the csphdr. */
bool csp_rx_start(struct csp_rx *rx, struct csp_net *cn, struct sk_buff *skb,
		  bool udp, __be16 port);
/* All of a packet. Consumes @skb. Softirq, RCU. */
void csp_rcv_packet(struct csp_net *cn, struct sk_buff *skb, bool udp,
		    __be16 port);
/* Writer of the answer, bounded to three times the request; or NULL. */
struct csp_writer *csp_rx_reply(struct csp_rx *rx, u8 type, __be64 dcid);
void csp_rx_reject(struct csp_rx *rx, const struct csp_msg *msg, u16 code,
		   u16 detail, const char *text);
void csp_rx_send_reply(struct csp_rx *rx);
void csp_rx_back(const struct csp_rx *rx, struct csp_to *to);
/* Puts a piggybacked packet onto the receive path as if it came alone. */
bool csp_rx_inject(struct csp_rx *rx, const struct csp_blob *data, u8 proto,
		   const struct in6_addr *saddr, const struct in6_addr *daddr);

#endif /* _NET_CSP_RX_H */
