// SPDX-License-Identifier: GPL-2.0
/*
 * Altering a packet on its way; csp.rst, section "Boxes", "General rules" and
 * "NAT".
 *
 * Values are replaced where they are: nothing moves, and what this box does not
 * know is kept. The codec has read all of the packet before, so that lengths
 * are right here. The checksum of CSP follows the change, and makes up for it
 * in that of UDP around it: the sum of all words stays what it was.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/checksum.h>

#include "packet.h"

static void csp_edit_addr4(struct sk_buff *skb, __sum16 *check, __be32 *addr,
			   __be32 to)
{
	csum_replace4(&ip_hdr(skb)->check, *addr, to);
	if (check)
		inet_proto_csum_replace4(check, skb, *addr, to, true);
	*addr = to;
}

static void csp_edit_addr6(struct sk_buff *skb, __sum16 *check,
			   struct in6_addr *addr, const struct in6_addr *to)
{
	if (check)
		inet_proto_csum_replace16(check, skb, addr->s6_addr32,
					  to->s6_addr32, true);
	*addr = *to;
}

/**
 * csp_packet_set_addr() - another source or destination in the IP header
 * @p:      the packet
 * @to:     the address; IPv4 as v4-mapped
 * @source: the source, else the destination
 *
 * Neither the names in the messages nor CSP's own checksum have to do with it.
 *
 * Context: softirq, RCU.
 * Return: 0, or -ENOMEM, and then nothing has changed.
 */
int csp_packet_set_addr(struct csp_packet *p, const struct in6_addr *to,
			bool source)
{
	struct sk_buff *skb = p->skb;
	struct udphdr *uh = NULL;
	__sum16 *check = NULL;

	if (skb_ensure_writable(skb, p->off))
		return -ENOMEM;
	if (p->udp)
		uh = (struct udphdr *)(skb->data + p->off - sizeof(*uh));
	/* Zero: there is none, in IPv4. */
	if (uh && (uh->check || skb->ip_summed == CHECKSUM_PARTIAL))
		check = &uh->check;
	if (p->family == 4)
		csp_edit_addr4(skb, check, source ? &ip_hdr(skb)->saddr :
						    &ip_hdr(skb)->daddr,
			       to->s6_addr32[3]);
	else
		csp_edit_addr6(skb, check, source ? &ipv6_hdr(skb)->saddr :
						    &ipv6_hdr(skb)->daddr, to);
	if (check && !*check)
		*check = CSUM_MANGLED_0;
	if (source)
		p->saddr = *to;
	else
		p->daddr = *to;
	return 0;
}

/**
 * csp_packet_msg_at() - where the message being handled begins
 * @p: the packet
 *
 * It ends at @p->rd.pos, behind others that were skipped.
 *
 * Context: any.
 * Return: its offset from the csphdr.
 */
u16 csp_packet_msg_at(const struct csp_packet *p)
{
	u16 pos = p->from;
	u16 next;

	for (;;) {
		next = pos + get_unaligned_be16(p->rd.data + pos +
				offsetof(struct csp_msghdr, length));
		if (next >= p->rd.pos)
			return pos;
		pos = next;
	}
}

/**
 * csp_packet_find() - where an attribute of the message being handled is
 * @p:    the packet
 * @type: enum csp_attr_type; of several the first
 *
 * Context: any.
 * Return: offset of its value from the csphdr; 0: there is none.
 */
u16 csp_packet_find(const struct csp_packet *p, u16 type)
{
	u16 pos = csp_packet_msg_at(p) + sizeof(struct csp_msghdr);
	const u8 *attr;

	while (pos < p->rd.pos) {
		attr = p->rd.data + pos;
		if ((get_unaligned_be16(attr + offsetof(struct csp_attrhdr,
							type)) &
		     ~CSP_A_CRITICAL) == type)
			return pos + sizeof(struct csp_attrhdr);
		pos += ALIGN(get_unaligned_be16(attr +
				offsetof(struct csp_attrhdr, length)), 4);
	}
	return 0;
}

static void csp_edit_put32(u8 *data, u16 at, __be32 to)
{
	__sum16 sum;
	__be32 old;

	memcpy(&old, data + at, sizeof(old));
	memcpy(data + at, &to, sizeof(to));
	memcpy(&sum, data + offsetof(struct csphdr, checksum), sizeof(sum));
	csum_replace4(&sum, old, to);
	memcpy(data + offsetof(struct csphdr, checksum), &sum, sizeof(sum));
}

/*
 * Where an attribute of the message being handled is, in a packet that may be
 * written to. What was found in the packet before may be void.
 */
static int csp_edit_find(struct csp_packet *p, u16 type)
{
	if (skb_ensure_writable(p->skb, p->off + p->rd.len))
		return -ENOMEM;
	p->rd.data = p->skb->data + p->off;
	return csp_packet_find(p, type) ?: -ENOENT;
}

/**
 * csp_packet_add_epoch() - write into an OK which box this is
 * @p:     a packet without MAC
 * @epoch: what to write
 *
 * The data of the packet may have moved afterwards, as below.
 *
 * Context: softirq, RCU.
 * Return: 0; -ENOSPC: the message has no room for it; or -ENOMEM.
 */
int csp_packet_add_epoch(struct csp_packet *p, const struct csp_a_epoch *epoch)
{
	static const struct csp_a_epoch room;
	int at = csp_edit_find(p, CSP_A_EPOCH);
	u8 *data = p->skb->data + p->off;
	int i;

	if (at < 0)
		return at == -ENOMEM ? at : -ENOSPC;
	for (i = 0; i < CSP_EPOCH_SLOTS; i++, at += sizeof(room)) {
		if (memcmp(data + at, &room, sizeof(room)))
			continue;
		csp_edit_put32(data, at + offsetof(struct csp_a_epoch, box),
			       epoch->box);
		csp_edit_put32(data, at + offsetof(struct csp_a_epoch, age),
			       epoch->age);
		return 0;
	}
	return -ENOSPC;
}

/**
 * csp_packet_set_timeout() - set the TIMEOUT of the message being handled
 * @p:  a packet without MAC
 * @ms: the value
 *
 * The data of the packet may have moved afterwards: what a struct csp_msg
 * points to is void.
 *
 * Context: softirq, RCU.
 * Return: 0; -ENOENT: the message has none; or -ENOMEM.
 */
int csp_packet_set_timeout(struct csp_packet *p, u32 ms)
{
	const int at = csp_edit_find(p, CSP_A_TIMEOUT);

	if (at < 0)
		return at;
	csp_edit_put32(p->skb->data + p->off, at, cpu_to_be32(ms));
	return 0;
}

/**
 * csp_packet_set_dport() - set the port that a piggybacked packet is for
 * @p:    a packet without MAC
 * @port: the port
 *
 * Its own checksum is zero; section "Piggyback". What a struct csp_msg points to
 * is void afterwards.
 *
 * Context: softirq, RCU.
 * Return: 0; -ENOENT: the message carries none; or -ENOMEM.
 */
int csp_packet_set_dport(struct csp_packet *p, __be16 port)
{
	const int at = csp_edit_find(p, CSP_A_PIGGYBACK);
	__be32 word;
	u8 *data;

	if (at < 0)
		return at;
	/* Both ports are one word. */
	data = p->skb->data + p->off;
	memcpy(&word, data + at, sizeof(word));
	memcpy((u8 *)&word + sizeof(port), &port, sizeof(port));
	csp_edit_put32(data, at, word);
	return 0;
}

/**
 * csp_packet_blank() - make an attribute of the message being handled a PAD
 * @p:    a packet without MAC
 * @type: enum csp_attr_type
 *
 * What a struct csp_msg points to is void afterwards. The value stays: nobody
 * looks at it.
 *
 * Context: softirq, RCU.
 * Return: 0; -ENOENT: the message has none; or -ENOMEM.
 */
int csp_packet_blank(struct csp_packet *p, u16 type)
{
	int at = csp_edit_find(p, type);
	u8 *data = p->skb->data + p->off;
	u32 len;

	if (at < 0)
		return at;
	at -= sizeof(struct csp_attrhdr);
	len = get_unaligned_be16(data + at +
				 offsetof(struct csp_attrhdr, length));
	/* Type and length are one word. */
	csp_edit_put32(data, at, cpu_to_be32(CSP_A_PAD << 16 | len));
	return 0;
}
