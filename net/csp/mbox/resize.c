// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes put into a packet on its way, and taken out; csp.rst, section
 * "Boxes", "General rules".
 *
 * What lies behind moves, and the lengths and checksums of all headers around
 * it follow: message, CSP, UDP if there is one, IP. Values that only change
 * where they are: edit.c.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/dst.h>
#include <net/ip6_checksum.h>

#include "packet.h"

/* @delta more bytes at the end of the packet, or less. */
static int csp_resize_tail(struct sk_buff *skb, int delta)
{
	if (delta < 0)
		return pskb_trim(skb, skb->len + delta);
	if (skb_tailroom(skb) < delta &&
	    pskb_expand_head(skb, 0, delta - skb_tailroom(skb), GFP_ATOMIC))
		return -ENOMEM;
	skb_put(skb, delta);
	return 0;
}

static void csp_add_be16(void *field, int delta)
{
	put_unaligned_be16(get_unaligned_be16(field) + delta, field);
}

static void csp_resize_udp(struct csp_packet *p, int delta)
{
	const unsigned int off = p->off - sizeof(struct udphdr);
	struct udphdr *uh = (struct udphdr *)(p->skb->data + off);
	const unsigned int len = ntohs(uh->len) + delta;
	__wsum sum;

	uh->len = htons(len);
	/* Zero is no checksum, and remains so. */
	if (!uh->check && p->skb->ip_summed != CHECKSUM_PARTIAL)
		return;
	uh->check = 0;
	sum = csum_partial(uh, len, 0);
	if (p->family == 4)
		uh->check = csum_tcpudp_magic(p->saddr.s6_addr32[3],
					      p->daddr.s6_addr32[3], len,
					      IPPROTO_UDP, sum);
	else
		uh->check = csum_ipv6_magic(&p->saddr, &p->daddr, len,
					    IPPROTO_UDP, sum);
	uh->check = uh->check ?: CSUM_MANGLED_0;
}

static void csp_resize_ip(struct csp_packet *p, int delta)
{
	struct ipv6hdr *ip6h = ipv6_hdr(p->skb);
	struct iphdr *iph = ip_hdr(p->skb);

	if (p->family == 4) {
		csp_add_be16(&iph->tot_len, delta);
		ip_send_check(iph);
	} else {
		csp_add_be16(&ip6h->payload_len, delta);
	}
}

/* After the bytes: everything that says how many there are. */
static void csp_resize_done(struct csp_packet *p, u16 msg, int delta)
{
	u8 *data = p->skb->data + p->off;
	__sum16 sum = 0;

	p->rd.data = data;
	p->rd.len += delta;
	p->rd.pos += delta;
	csp_add_be16(data + msg + offsetof(struct csp_msghdr, length), delta);
	csp_add_be16(data + offsetof(struct csphdr, length), delta);
	memcpy(data + offsetof(struct csphdr, checksum), &sum, sizeof(sum));
	sum = csp_wire_checksum(data, p->rd.len);
	memcpy(data + offsetof(struct csphdr, checksum), &sum, sizeof(sum));
	csp_resize_ip(p, delta);
	if (p->udp)
		csp_resize_udp(p, delta);
	p->skb->ip_summed = CHECKSUM_NONE;
}

/**
 * csp_packet_add() - add an attribute to the message being handled
 * @p:    a packet without MAC
 * @attr: the attribute, with its header
 * @len:  of all that, a multiple of 4
 *
 * What a struct csp_msg points to is void afterwards.
 *
 * Context: softirq, RCU.
 * Return: 0; -EMSGSIZE: it does not fit the route; or -ENOMEM.
 */
int csp_packet_add(struct csp_packet *p, const void *attr, u16 len)
{
	struct sk_buff *skb = p->skb;
	const struct dst_entry *dst = skb_dst(skb);
	const u16 at = p->rd.pos;
	u16 msg;
	u8 *data;

	if (!dst || skb->len + len > dst_mtu(dst))
		return -EMSGSIZE;
	if (skb_ensure_writable(skb, skb->len) || csp_resize_tail(skb, len))
		return -ENOMEM;
	data = skb->data + p->off;
	p->rd.data = data;
	msg = csp_packet_msg_at(p);
	memmove(data + at + len, data + at, skb->len - p->off - len - at);
	memcpy(data + at, attr, len);
	csp_resize_done(p, msg, len);
	return 0;
}

/* @len bytes in the place of @old, which are at @at. */
static int csp_resize_replace(struct csp_packet *p, u16 at, u16 old,
			      const void *with, u16 len)
{
	struct sk_buff *skb = p->skb;
	const struct dst_entry *dst = skb_dst(skb);
	const int delta = len - old;
	u16 tail, msg;
	u8 *data;

	if (delta > 0 && (!dst || skb->len + delta > dst_mtu(dst)))
		return -EMSGSIZE;
	if (delta > 0 && csp_resize_tail(skb, delta))
		return -ENOMEM;
	data = skb->data + p->off;
	p->rd.data = data;
	msg = csp_packet_msg_at(p);
	tail = skb->len - p->off - at - (delta > 0 ? len : old);
	memmove(data + at + len, data + at + old, tail);
	memcpy(data + at, with, len);
	if (delta < 0 && csp_resize_tail(skb, delta))
		return -ENOMEM;
	csp_resize_done(p, msg, delta);
	return 0;
}

/**
 * csp_packet_set_end() - give an end of the message being handled another name
 * @p:    a packet without MAC
 * @type: CSP_A_SRC or CSP_A_DST
 * @end:  the name
 *
 * What a struct csp_msg points to is void afterwards.
 *
 * Context: softirq, RCU.
 * Return: 0; -ENOENT: the message has no such end; -EMSGSIZE: it does not fit
 * the route; or -ENOMEM.
 */
int csp_packet_set_end(struct csp_packet *p, u16 type,
		       const struct csp_end *end)
{
	u8 buf[sizeof(struct csphdr) + sizeof(struct csp_msghdr) +
	       sizeof(struct csp_attrhdr) + sizeof(struct csp_a_end) +
	       2 * sizeof(struct in6_addr)];
	struct csp_writer wr;
	u16 at, old, from;

	csp_write_start(&wr, buf, sizeof(buf), 0, 0, 0);
	csp_write_msg(&wr, CSP_MSG_SETUP, 0, 0);
	from = wr.len;
	csp_write_end(&wr, type, end);

	if (skb_ensure_writable(p->skb, p->skb->len))
		return -ENOMEM;
	p->rd.data = p->skb->data + p->off;
	at = csp_packet_find(p, type);
	if (!at)
		return -ENOENT;
	at -= sizeof(struct csp_attrhdr);
	old = ALIGN(get_unaligned_be16(p->rd.data + at +
				       offsetof(struct csp_attrhdr, length)), 4);
	return csp_resize_replace(p, at, old, buf + from, wr.len - from);
}

/**
 * csp_packet_remove() - take an attribute out of the message being handled
 * @p:    a packet without MAC
 * @type: enum csp_attr_type; of several the first
 *
 * What a struct csp_msg points to is void afterwards.
 *
 * Context: softirq, RCU.
 * Return: 0; -ENOENT: the message has none; or -ENOMEM.
 */
int csp_packet_remove(struct csp_packet *p, u16 type)
{
	struct sk_buff *skb = p->skb;
	u16 at, len, msg;
	u8 *data;

	if (skb_ensure_writable(skb, skb->len))
		return -ENOMEM;
	data = skb->data + p->off;
	p->rd.data = data;
	at = csp_packet_find(p, type);
	if (!at)
		return -ENOENT;
	at -= sizeof(struct csp_attrhdr);
	len = ALIGN(get_unaligned_be16(data + at +
				       offsetof(struct csp_attrhdr, length)), 4);
	msg = csp_packet_msg_at(p);
	memmove(data + at, data + at + len, skb->len - p->off - at - len);
	if (csp_resize_tail(skb, -len))
		return -ENOMEM;
	csp_resize_done(p, msg, -len);
	return 0;
}
