// SPDX-License-Identifier: GPL-2.0
/*
 * Altering a packet on its way; csp.rst, section "Boxes", "General rules".
 *
 * Values are replaced where they are: nothing moves, and what this box does not
 * know is kept. The codec has read all of the packet before, so that lengths
 * are right here. The checksum of CSP follows the change, and makes up for it
 * in that of UDP around it: the sum of all words stays what it was.
 */
#include <linux/skbuff.h>
#include <net/checksum.h>

#include "packet.h"

/* The message that ends at @p->rd.pos, behind others that were skipped. */
static u16 csp_edit_msg(const struct csp_packet *p, const u8 *data)
{
	u16 pos = p->from;
	u16 next;

	for (;;) {
		next = pos + get_unaligned_be16(data + pos +
				offsetof(struct csp_msghdr, length));
		if (next >= p->rd.pos)
			return pos;
		pos = next;
	}
}

/* Where the value of an attribute of the message is; 0: there is none. */
static u16 csp_edit_find(const struct csp_packet *p, const u8 *data, u16 type)
{
	u16 pos = csp_edit_msg(p, data) + sizeof(struct csp_msghdr);
	u16 at;

	while (pos < p->rd.pos) {
		at = get_unaligned_be16(data + pos +
					offsetof(struct csp_attrhdr, type));
		if ((at & ~CSP_A_CRITICAL) == type)
			return pos + sizeof(struct csp_attrhdr);
		pos += ALIGN(get_unaligned_be16(data + pos +
				offsetof(struct csp_attrhdr, length)), 4);
	}
	return 0;
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
	const __be32 to = cpu_to_be32(ms);
	__sum16 sum;
	__be32 old;
	u16 at;
	u8 *data;

	if (skb_ensure_writable(p->skb, p->off + p->rd.len))
		return -ENOMEM;
	data = p->skb->data + p->off;
	p->rd.data = data;
	at = csp_edit_find(p, data, CSP_A_TIMEOUT);
	if (!at)
		return -ENOENT;

	memcpy(&old, data + at, sizeof(old));
	memcpy(data + at, &to, sizeof(to));
	memcpy(&sum, data + offsetof(struct csphdr, checksum), sizeof(sum));
	csum_replace4(&sum, old, to);
	memcpy(data + offsetof(struct csphdr, checksum), &sum, sizeof(sum));
	return 0;
}
