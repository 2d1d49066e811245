// SPDX-License-Identifier: GPL-2.0
/*
 * Signed packets; csp.rst, section "Keys and the MAC".
 *
 * The MAC is the last attribute of the last message and covers all that comes
 * before it; checksum and attempt count as zero, so that a retransmission has
 * the same MAC. Each direction has its role in it: nothing can be sent back
 * to where it came from.
 */
#include "flow.h"
#include "key.h"
#include "rx.h"
#include "sign.h"

static u8 csp_role(const struct csp_flow *flow, bool ours)
{
	return flow->initiator == ours ? CSP_ROLE_INITIATOR :
					 CSP_ROLE_RESPONDER;
}

/**
 * csp_sign_keys() - see to it that a flow can sign and verify
 * @flow: the flow
 *
 * Context: process; may sleep. The first time a Curve25519 operation.
 * Return: its state of mobility, or NULL.
 */
struct csp_move *csp_sign_keys(struct csp_flow *flow)
{
	struct csp_move *mv;
	bool initiator = flow->initiator;

	if (!flow->pair)
		return NULL;
	mv = csp_flow_move_state(flow, GFP_KERNEL);
	/* Pairs with the release below: the key is there if keyed says so. */
	if (!mv || smp_load_acquire(&mv->keyed))
		return mv;
	if (csp_pair_secret(flow->pair))
		return NULL;
	csp_derive_key(mv->key, flow->pair, initiator,
		       initiator ? flow->cid0 : flow->peer_cid0,
		       initiator ? flow->peer_cid0 : flow->cid0);
	/* Pairs with the acquires above and in csp_sign_ok(). */
	smp_store_release(&mv->keyed, true);
	return mv;
}

/**
 * csp_sign_with() - close a packet with a MAC
 * @skb:  from csp_tx_alloc(); freed if NULL is returned
 * @wr:   writer over its data
 * @key:  32 bytes
 * @role: CSP_ROLE_* of this end
 *
 * Context: any.
 * Return: @skb, ready to be sent, or NULL: it did not fit.
 */
struct sk_buff *csp_sign_with(struct sk_buff *skb, struct csp_writer *wr,
			      const u8 *key, u8 role)
{
	u8 *mac = csp_write_reserve(wr, CSP_A_MAC, CSP_MAC_LEN);
	size_t covered = wr->len - CSP_SIGN_LEN;
	size_t len = csp_write_finish(wr);
	struct csphdr *hdr;

	if (WARN_ON_ONCE(!mac || !len)) {
		kfree_skb(skb);
		return NULL;
	}
	csp_mac(mac, key, role, skb->data, covered);
	hdr = (struct csphdr *)skb->data;
	hdr->checksum = 0;
	hdr->checksum = csp_wire_checksum(skb->data, len);
	skb_put(skb, len);
	return skb;
}

/**
 * csp_sign_finish() - close a packet with the MAC of a connection
 * @skb:  from csp_tx_alloc(); freed if NULL is returned
 * @wr:   writer over its data
 * @flow: whose key to use; csp_sign_keys() has been there
 *
 * Context: any.
 * Return: @skb, ready to be sent, or NULL: it did not fit.
 */
struct sk_buff *csp_sign_finish(struct sk_buff *skb, struct csp_writer *wr,
				const struct csp_flow *flow)
{
	if (WARN_ON_ONCE(!flow->move || !flow->move->keyed)) {
		kfree_skb(skb);
		return NULL;
	}
	return csp_sign_with(skb, wr, flow->move->key, csp_role(flow, true));
}

/**
 * csp_sign_ok() - is the MAC of a packet the peer's?
 * @rx:   the packet
 * @flow: the flow
 * @msg:  its last message
 *
 * Context: any.
 * Return: true if it is. False too if this end has no key yet: then it asked
 * for nothing that the peer would sign.
 */
bool csp_sign_ok(const struct csp_rx *rx, const struct csp_flow *flow,
		 const struct csp_msg *msg)
{
	struct csp_move *mv = READ_ONCE(flow->move);

	/* Pairs with the release in csp_sign_keys(). */
	if (!mv || !smp_load_acquire(&mv->keyed) || !CSP_HAS(msg, MAC))
		return false;
	return csp_mac_ok(msg->mac.data, mv->key, csp_role(flow, false),
			  rx->rd.data, msg->mac_offset);
}
