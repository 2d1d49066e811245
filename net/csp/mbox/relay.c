// SPDX-License-Identifier: GPL-2.0
/*
 * Setups, and moves, that go on to a host; csp.rst, section "Boxes", "Home agent".
 *
 * The Setup goes on to the host without what it carried, with the agent as its
 * SOURCE, a number and a MAC. Who sent it to a hidden host is answered by that, if
 * it wants to be found, and otherwise by nobody. Nothing is kept but the number,
 * and if that is lost the host says which one it has seen.
 *
 * So does a move of a peer that has lost a hidden host, but as it is.
 */
#include "../key.h"
#include "../limit.h"
#include "../rx.h"
#include "../tx.h"
#include "home.h"

/* Of a Setup of a stranger, what its answer needs. */
#define CSP_RELAY_KEEPS	(BIT(CSP_A_CONN) | BIT(CSP_A_SRC) | BIT(CSP_A_DST) | \
			 BIT(CSP_A_VIA) | BIT(CSP_A_LOCAL_ID) | \
			 BIT(CSP_A_NONCE) | BIT(CSP_A_NONCE_ECHO) | \
			 BIT(CSP_A_PUBKEY) | BIT(CSP_A_TIMEOUT) | \
			 BIT(CSP_A_AUTH) | BIT(CSP_A_NAME))

static void csp_relay_send(struct csp_packet *p, const struct csp_msg *msg,
			   struct csp_home *home, const struct csp_to *to)
{
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	struct csp_writer wr;

	if (!skb) {
		CSP_BOX_INC(p->box, NOMEM);
		return;
	}
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, p->rd.xid, 0,
			p->rd.attempt);
	csp_write_decoded(&wr, msg);
	skb = csp_relation_finish(skb, &wr, &home->rel);
	if (!skb)
		return;
	CSP_BOX_INC(p->box, HOME_RELAYED);
	atomic64_inc(&home->relayed);
	csp_tx(csp_box_host(p->box), skb, to, NULL);
}

/* On the way to a host that is away; false: not now. */
static bool csp_home_reach(struct csp_packet *p,
			   const struct csp_whereabouts *w, struct csp_to *to)
{
	struct csp_net *cn = csp_box_host(p->box);
	struct dst_entry *dst;

	*to = (struct csp_to) {
		.daddr	= w->loc,
		.family	= p->family,
		.udp	= p->udp,
		.port	= csp_box_udp_port(p->box),
	};
	if (!csp_limit_reply(cn, &p->saddr)) {
		CSP_BOX_INC(p->box, RATE_LIMITED);
		return false;
	}
	/* Which address it will be sent from may be a part of it. */
	dst = csp_route(cn, to);
	if (IS_ERR(dst))
		return false;
	dst_release(dst);
	return true;
}

/**
 * csp_home_send() - pass a Setup on to a host, with number and MAC
 * @p:    its packet
 * @msg:  the Setup as the host is to see it; dcid, SOURCE, SEQ are filled in
 * @home: address of the host
 * @w:    where that is
 *
 * Context: softirq, RCU, no lock.
 */
void csp_home_send(struct csp_packet *p, struct csp_msg *msg,
		   struct csp_home *home, const struct csp_whereabouts *w)
{
	struct csp_to to;

	if (!csp_home_reach(p, w, &to))
		return;
	msg->dcid = w->cid;
	msg->present &= CSP_RELAY_KEEPS;
	msg->present |= BIT(CSP_A_SOURCE) | BIT(CSP_A_SEQ);
	msg->source = (struct csp_addr) {
		.family	= p->family,
		.in6	= to.saddr,
	};
	spin_lock_bh(&home->lock);
	msg->seq = ++home->tx_seq;
	spin_unlock_bh(&home->lock);
	csp_relay_send(p, msg, home, &to);
}

/**
 * csp_home_relay() - a Setup for a hidden host
 * @p:    its packet
 * @msg:  the Setup
 * @home: address of the host
 * @w:    where that is
 *
 * Context: softirq, RCU, no lock.
 */
void csp_home_relay(struct csp_packet *p, const struct csp_msg *msg,
		    struct csp_home *home, const struct csp_whereabouts *w)
{
	struct csp_msg m = *msg;

	csp_home_send(p, &m, home, w);
}

/**
 * csp_home_forward() - a move of a peer, to a host that hides or is guarded
 * @p:    its packet
 * @home: address of the host
 * @w:    where that is
 *
 * As it came: the peer's MAC is the proof, and only the host can check it.
 *
 * Context: softirq, RCU, no lock.
 */
void csp_home_forward(struct csp_packet *p, struct csp_home *home,
		      const struct csp_whereabouts *w)
{
	struct sk_buff *skb;
	struct csp_to to;

	if (!csp_home_reach(p, w, &to))
		return;
	skb = csp_tx_alloc(p->rd.len);
	if (!skb) {
		CSP_BOX_INC(p->box, NOMEM);
		return;
	}
	skb_put_data(skb, p->rd.data, p->rd.len);
	CSP_BOX_INC(p->box, HOME_RELAYED);
	atomic64_inc(&home->relayed);
	csp_tx(csp_box_host(p->box), skb, &to, NULL);
}

/* An Ack has the identifier that the host registered, others name the host. */
static struct csp_home *csp_home_answerer(struct csp_box *box,
					  const struct csp_msg *msg)
{
	if (msg->type != CSP_MSG_ACK && CSP_HAS(msg, SRC) && CSP_HAS(msg, MAC))
		return csp_home_find(box, csp_end_identity(&msg->src));
	return csp_home_by_cid(box, msg->dcid);
}

/**
 * csp_home_answer() - an answer of a host to what was relayed to it
 * @rx:  the packet
 * @msg: the message
 *
 * An Ack says that our number was too low, and which is the highest: the next
 * copy of the Setup will be above it.
 *
 * Context: softirq, RCU.
 * Return: false: it is none.
 */
bool csp_home_answer(struct csp_rx *rx, const struct csp_msg *msg)
{
	struct csp_box *box = csp_box_pernet(rx->cn->net);
	struct csp_home *home = csp_home_answerer(box, msg);

	if (!home)
		return false;
	if (!csp_relation_ok(&home->rel, &rx->rd, msg)) {
		CSP_BOX_INC(box, HOME_BAD_MAC);
		return true;
	}
	if (home->guard && msg->type != CSP_MSG_ACK)
		csp_guard_answer(rx, msg, home);
	if (msg->type != CSP_MSG_ACK || !CSP_HAS(msg, NONCE))
		return true;
	CSP_BOX_INC(box, HOME_BEHIND);
	spin_lock_bh(&home->lock);
	home->tx_seq = max(home->tx_seq, msg->seq);
	spin_unlock_bh(&home->lock);
	return true;
}
