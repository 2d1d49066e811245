// SPDX-License-Identifier: GPL-2.0
/*
 * The Setup, as the initiator sends it; csp.rst, section "Setup".
 */

#include "flow.h"
#include "hook.h"
#include "lent.h"
#include "opts.h"
#include "piggyback.h"
#include "setup.h"
#include "tx.h"
#include "vouch.h"

/*
 * A quarter up or down, so that hosts that began together don't stay so. The
 * identifier is as random as need be, and there.
 */
static unsigned long csp_setup_rto(const struct csp_flow *flow)
{
	u32 random = ror32((__force u32)flow->xid, 5 * flow->attempt);
	unsigned long ms = CSP_SETUP_RTO << flow->attempt;

	return ms - ms / 4 + random % (ms / 2 + 1);
}

/**
 * csp_setup_set_next() - when the Setup is sent again, unless it is answered
 * @flow: the flow, in SETUP
 *
 * Context: flow->lock held, or the flow is new.
 */
void csp_setup_set_next(struct csp_flow *flow)
{
	flow->next_tx = jiffies + msecs_to_jiffies(csp_setup_rto(flow));
}

/* The first held packet, if it can travel inside. */
static struct sk_buff *csp_setup_first(struct csp_flow *flow, size_t used)
{
	struct sk_buff *skb = skb_peek(&flow->held);

	if (!skb || !csp_piggyback_takes(skb, used, CSP_MSG_ROOM) ||
	    csp_hook_translates(skb) ||
	    (flow->attempt && !flow->piggybacked))
		return NULL;
	return skb;
}

/**
 * csp_setup_write() - the Setup of a connection, but for what it carries
 * @wr:   writer, no message begun
 * @flow: the flow; this end is the initiator
 *
 * The same for the first time and when it is sent again, with the identifiers
 * and names of now.
 *
 * Context: flow->lock held.
 */
void csp_setup_write(struct csp_writer *wr, struct csp_flow *flow)
{
	const struct csp_names *names = flow->names;
	const struct csp_move *mv = flow->move;

	lockdep_assert_held(&flow->lock);
	csp_write_msg(wr, CSP_MSG_SETUP, 0, 0);
	/* Those of a Redirect are true until the first move. */
	if (names && names->src.loc_family && !flow->moves)
		csp_write_conn(wr, flow->t.proto, flow->dir, &names->src,
			       &names->dst);
	else
		csp_lent_write(wr, flow, &flow->t);
	csp_write_local_id(wr, csp_flow_cid(flow), csp_flow_next(flow));
	csp_write_blob(wr, CSP_A_PUBKEY, flow->key->public, CSP_PUBKEY_LEN);
	csp_opts_write(wr, flow->cn, flow->sk);
	if (mv && mv->cookie_len)
		csp_write_blob(wr, CSP_A_NONCE_ECHO, mv->cookie,
			       mv->cookie_len);
}

/* The next transmission of the Setup, or NULL: no memory. */
static struct sk_buff *csp_setup_build(struct csp_flow *flow)
{
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	const struct csp_move *mv = flow->move;
	struct sk_buff *first;
	struct csp_writer wr;

	lockdep_assert_held(&flow->lock);
	if (!skb)
		return NULL;
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, flow->xid, 0,
			flow->attempt);
	csp_setup_write(&wr, flow);
	/* Whoever has the key that was vouched for shall prove it. */
	if (mv && csp_vouch_wanted(flow))
		csp_write_blob(&wr, CSP_A_NONCE, mv->nonce, sizeof(mv->nonce));
	first = csp_setup_first(flow, wr.len);
	if (first) {
		csp_write_piggyback(&wr, first, &flow->t);
		flow->piggybacked = true;
	}
	skb_put(skb, csp_write_finish(&wr));
	return skb;
}

/**
 * csp_setup_send() - one transmission of the Setup
 * @flow: the flow; nothing happens if it is not in SETUP or PLAIN any more
 * @dst:  route, or NULL: look for one
 *
 * When it is repeated it goes over UDP too, if native stays unanswered.
 *
 * Context: any.
 */
void csp_setup_send(struct csp_flow *flow, struct dst_entry *dst)
{
	struct csp_net *cn = flow->cn;
	struct sk_buff *skb, *twin = NULL;
	struct csp_to to;
	bool echo;

	spin_lock_bh(&flow->lock);
	if (flow->dead || (flow->state != CSP_STATE_SETUP &&
			   flow->state != CSP_STATE_PLAIN)) {
		spin_unlock_bh(&flow->lock);
		return;
	}
	skb = csp_setup_build(flow);
	csp_to_flow(&to, flow);
	/* Who asked for its nonce can be reached in the way that it asked. */
	echo = flow->move && flow->move->cookie_len;
	if (skb && flow->attempt && !flow->udp && !echo &&
	    CSP_CONF(cn, udp_encap) == 1)
		twin = skb_copy(skb, GFP_ATOMIC);
	if (flow->attempt)
		CSP_INC(cn, OUT_RETRANS);
	else if (flow->piggybacked)
		CSP_INC(cn, PIGGYBACK_OUT);
	spin_unlock_bh(&flow->lock);

	if (skb)
		csp_tx(cn, skb, &to, dst);
	if (twin) {
		to.udp = true;
		csp_tx(cn, twin, &to, NULL);
	}
}
