/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A signalling packet on its way through the box.
 */
#ifndef _NET_CSP_MBOX_PACKET_H
#define _NET_CSP_MBOX_PACKET_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "pinhole.h"

/**
 * struct csp_packet - a signalling packet on its way through the box
 * @box:    namespace
 * @skb:    the packet
 * @state:  of the hook: where it came in, where it goes out
 * @off:    of its csphdr in @skb
 * @family: 4 or 6
 * @udp:    over UDP
 * @port:   from this UDP port
 * @saddr:  IP source; IPv4 as v4-mapped
 * @daddr:  IP destination
 * @in:     side that it comes from, csp_side()
 * @out:    side that it goes to
 * @moving: a Detach(PATH) came before
 * @masked: SRC of the request has another address than the IP header: that of
 *          a NAT, to which a Redirect has sent the host
 * @proven: its sender has echoed a nonce of this box
 * @inward: what DST is called outside, if this box, a NAT, has sent the request
 *          on to a host inside; else not @on
 * @ct:     data that it is about, if that is translated, with a reference; NULL
 * @rd:     reader behind the message being handled
 * @from:   where the reader was before it read that message
 */
struct csp_packet {
	struct csp_box			*box;
	struct sk_buff			*skb;
	const struct nf_hook_state	*state;
	unsigned int			off;
	u8				family;
	bool				udp;
	__be16				port;
	struct in6_addr			saddr;
	struct in6_addr			daddr;
	u64				in;
	u64				out;
	bool				moving;
	bool				masked;
	bool				proven;
	struct csp_nat			inward;
	struct nf_conn			*ct;
	struct csp_reader		rd;
	u16				from;
};

/* What is on the same side as a device: see csp_side(). */
u64 csp_side(const struct net_device *dev);
void csp_packet_init(struct csp_packet *p, struct csp_box *box,
		     struct sk_buff *skb, const struct nf_hook_state *state);
/* Makes all of it readable, and reads the header: 0 or enum csp_error. */
int csp_packet_read(struct csp_packet *p);
/* The next message: as csp_read_msg(). */
int csp_packet_msg(struct csp_packet *p, struct csp_msg *msg);

/* Another IP source or destination; -ENOMEM, and then nothing has changed. */
int csp_packet_set_addr(struct csp_packet *p, const struct in6_addr *to,
			bool source);
/* Offsets in the packet: of the message being handled, of a value in it. */
u16 csp_packet_msg_at(const struct csp_packet *p);
u16 csp_packet_find(const struct csp_packet *p, u16 type);
/* Sets the TIMEOUT of the message being handled. */
int csp_packet_set_timeout(struct csp_packet *p, u32 ms);
/* Writes into the message's EPOCH which box this is; 0 or negative errno. */
int csp_packet_add_epoch(struct csp_packet *p, const struct csp_a_epoch *epoch);
/* Another port that the packet in its PIGGYBACK is for. */
int csp_packet_set_dport(struct csp_packet *p, __be16 port);
/* Another name of an end: SRC or DST. */
int csp_packet_set_end(struct csp_packet *p, u16 type,
		       const struct csp_end *end);
/* Makes an attribute of it a PAD. */
int csp_packet_blank(struct csp_packet *p, u16 type);
/* Adds an attribute to it, takes one out of it. */
int csp_packet_add(struct csp_packet *p, const void *attr, u16 len);
int csp_packet_remove(struct csp_packet *p, u16 type);

#endif /* _NET_CSP_MBOX_PACKET_H */
