// SPDX-License-Identifier: GPL-2.0
/*
 * A signalling packet on its way through the box: from the hook to its
 * messages. All of it is checked before anything in it is believed.
 */
#include <linux/netdevice.h>
#include <linux/udp.h>

#include "packet.h"

/**
 * csp_side() - name of the side that a device is on
 * @dev: the device
 *
 * An answer has to come from the side to which the question went; csp.rst,
 * section "Boxes". Devices of one group (ip link set DEV group N, other than
 * the default group 0) are one side, so that several uplinks can be.
 *
 * Context: any, RCU.
 * Return: a number that only devices of the same side share.
 */
u64 csp_side(const struct net_device *dev)
{
	const u32 group = READ_ONCE(dev->group);

	return group ? BIT_ULL(32) | group : dev->ifindex;
}

/**
 * csp_packet_init() - begin with a packet
 * @p:     filled in, but for what the family makes different
 * @box:   namespace
 * @skb:   the packet
 * @state: of the hook
 *
 * Context: softirq, RCU.
 */
void csp_packet_init(struct csp_packet *p, struct csp_box *box,
		     struct sk_buff *skb, const struct nf_hook_state *state)
{
	p->box = box;
	p->skb = skb;
	p->state = state;
	p->udp = false;
	p->port = 0;
	p->moving = false;
	p->masked = false;
	p->proven = false;
	p->inward.on = false;
	p->ct = NULL;
	p->in = state->in ? csp_side(state->in) : 0;
	p->out = state->out ? csp_side(state->out) : 0;
}

/*
 * Bytes from the csphdr on, or a negative number. Over UDP that is what UDP says,
 * which a host takes out of the packet: no more than there is, but it may be less.
 */
static int csp_packet_len(const struct csp_packet *p)
{
	const int len = p->skb->len - p->off;
	const struct udphdr *uh;
	int udp_len;

	if (!p->udp)
		return len;
	uh = (void *)(p->skb->data + p->off - sizeof(*uh));
	udp_len = ntohs(uh->len) - (int)sizeof(*uh);
	return udp_len <= len ? udp_len : -1;
}

/**
 * csp_packet_read() - begin to read the messages
 * @p: the packet
 *
 * The IP header may have moved in memory afterwards.
 *
 * Context: softirq, RCU.
 * Return: 0, CSP_ERR_MALFORMED, CSP_ERR_VERSION, or -ENOMEM.
 */
int csp_packet_read(struct csp_packet *p)
{
	int len;

	if (p->off > p->skb->len)
		return CSP_ERR_MALFORMED;
	if (!pskb_may_pull(p->skb, p->skb->len))
		return -ENOMEM;
	len = csp_packet_len(p);
	if (len < 0)
		return CSP_ERR_MALFORMED;
	return csp_read_hdr(&p->rd, p->skb->data + p->off, len);
}

/**
 * csp_packet_msg() - read the next message
 * @p:   the packet
 * @msg: filled in
 *
 * Context: any.
 * Return: as csp_read_msg().
 */
int csp_packet_msg(struct csp_packet *p, struct csp_msg *msg)
{
	p->from = p->rd.pos;
	return csp_read_msg(&p->rd, msg);
}
