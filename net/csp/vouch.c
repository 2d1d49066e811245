// SPDX-License-Identifier: GPL-2.0
/*
 * Keys that somebody vouches for: the initiator's side; csp.rst, section
 * "Redirect".
 *
 *	 Redirect + PUBKEY, from an agent -----------> key noted, followed
 *	 Redirect + PUBKEY + MAC, from a hidden host
 *	     '-- flow's work: MAC right -------------> key noted, followed
 *	 Setup + NONCE to the new place
 *	     '-- OK
 *	          +-- another key, no echo, no MAC --> ignored, counted
 *	          '-- flow's work: MAC right --------> the connection is set up
 *
 * A MAC needs a public-key operation, which is why the packet waits for the
 * flow's work. Only who has seen the Setup, or its first copy to the agent, can
 * make this host compute.
 */
#include "flow.h"
#include "key.h"
#include "redirect.h"
#include "rx.h"
#include "setup.h"
#include "vouch.h"

/**
 * csp_vouch_wanted() - has a key been vouched for?
 * @flow: the flow
 *
 * Context: any.
 * Return: whether the OK needs that key, our nonce and a MAC.
 */
bool csp_vouch_wanted(const struct csp_flow *flow)
{
	const struct csp_names *names = READ_ONCE(flow->names);

	return names && READ_ONCE(names->vouched);
}

/**
 * csp_vouch_queue() - have the proof of an answer looked at
 * @rx:   the packet
 * @flow: the flow, in SETUP or PLAIN
 *
 * Context: softirq.
 */
void csp_vouch_queue(struct csp_rx *rx, struct csp_flow *flow)
{
	struct csp_skb_cb *cb = (struct csp_skb_cb *)rx->skb->cb;
	struct csp_move *mv = csp_flow_move_state(flow, GFP_ATOMIC);

	if (!mv)
		return;
	cb->udp = rx->udp;
	cb->port = rx->port;
	kfree_skb(xchg(&mv->attach, skb_get(rx->skb)));
	csp_flow_todo(flow, CSP_TODO_VOUCH);
}

/* Is the MAC that of the host which has the key in the message? */
static bool csp_vouch_mac_ok(const struct csp_rx *rx, struct csp_flow *flow,
			     const struct csp_msg *msg, __be64 cid_r)
{
	struct csp_pair *pair;
	bool ok = false;
	u8 key[32];

	pair = csp_pair_get(flow->cn, flow->key, msg->pubkey.data);
	if (!pair)
		return false;
	if (!csp_pair_secret(pair)) {
		csp_derive_key(key, pair, true, flow->cid0, cid_r);
		ok = csp_mac_ok(msg->mac.data, key, CSP_ROLE_RESPONDER,
				rx->rd.data, msg->mac_offset);
		memzero_explicit(key, sizeof(key));
	}
	csp_pair_put(pair);
	return ok;
}

static bool csp_vouch_ok_good(const struct csp_rx *rx, struct csp_flow *flow,
			      const struct csp_msg *msg)
{
	const struct csp_names *names = flow->names;
	const struct csp_move *mv = flow->move;

	return names && CSP_HAS(msg, LOCAL_ID) && CSP_HAS(msg, PUBKEY) &&
	       CSP_HAS(msg, MAC) && CSP_HAS(msg, NONCE_ECHO) &&
	       !memcmp(names->key, msg->pubkey.data, sizeof(names->key)) &&
	       msg->nonce_echo.len == sizeof(mv->nonce) &&
	       !memcmp(mv->nonce, msg->nonce_echo.data, sizeof(mv->nonce)) &&
	       csp_vouch_mac_ok(rx, flow, msg, msg->cid);
}

static void csp_vouch_act(struct csp_rx *rx, struct csp_flow *flow)
{
	struct csp_msg msg;
	bool good = false;

	if (csp_read_msg(&rx->rd, &msg) <= 0)
		return;
	if (msg.type == CSP_MSG_OK) {
		good = csp_vouch_ok_good(rx, flow, &msg);
		if (good)
			csp_setup_believed(rx, flow, &msg);
	} else if (msg.type == CSP_MSG_REDIRECT && CSP_HAS(&msg, MAC)) {
		good = csp_vouch_mac_ok(rx, flow, &msg, 0);
		if (good)
			csp_redirect_believed(rx, flow, &msg);
	}
	if (good)
		CSP_INC(rx->cn, VOUCH_OK);
	else
		CSP_INC(rx->cn, VOUCH_BAD);
}

/**
 * csp_vouch_process() - look at the proof of the answer that waits
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_vouch_process(struct csp_flow *flow)
{
	struct sk_buff *skb = xchg(&flow->move->attach, NULL);
	struct csp_skb_cb *cb;
	struct csp_rx rx;
	u8 state = READ_ONCE(flow->state);

	if (!skb)
		return;
	cb = (struct csp_skb_cb *)skb->cb;
	if ((state == CSP_STATE_SETUP || state == CSP_STATE_PLAIN) &&
	    csp_rx_start(&rx, flow->cn, skb, cb->udp, cb->port))
		csp_vouch_act(&rx, flow);
	kfree_skb(skb);
}
