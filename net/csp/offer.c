// SPDX-License-Identifier: GPL-2.0
/*
 * Offering other addresses: Attach without a Detach; csp.rst, section
 * "Multihoming".
 *
 * Beside the OK to a Setup, where the identifier is the proof, or later as a
 * request of its own, with a MAC in the last of them. An offer moves nothing:
 * the other end keeps the addresses for when the path in use dies, or is
 * wanted less than another.
 */
#include <linux/slab.h>
#include <net/ipv6.h>

#include "change.h"
#include "flow.h"
#include "offer.h"
#include "path.h"
#include "pref.h"
#include "redirect.h"
#include "rx.h"

/* Is there room for one more? What does not fit three times the Setup is left out. */
static bool csp_offer_fits(const struct csp_writer *wr, u8 family)
{
	const size_t end = sizeof(struct csp_attrhdr) + sizeof(struct csp_a_end) +
			   (family == 4 ? sizeof(struct in_addr) :
					  sizeof(struct in6_addr));

	return wr->len + sizeof(struct csp_msghdr) +
	       sizeof(struct csp_attrhdr) + sizeof(struct csp_a_conn) +
	       2 * end <= wr->size;
}

/**
 * csp_offer_write() - offer this host's other addresses, if it wants to
 * @wr:   writer
 * @flow: the flow
 * @dcid: the peer's identifier
 *
 * Context: any; flow->lock held, or the flow is new.
 * Return: number of messages.
 */
int csp_offer_write(struct csp_writer *wr, struct csp_flow *flow, __be64 dcid)
{
	struct in6_addr addr[CSP_MAX_ALTS - 1];
	struct csp_end src = {
		.loc_family	= flow->t.family,
		.port		= flow->t.lport,
	};
	struct csp_end dst = {
		.loc_family	= flow->t.family,
		.port		= flow->t.rport,
		.loc		= flow->t.raddr,
	};
	int i, n;

	/* Without keys nothing could move there. */
	if (!CSP_CONF(flow->cn, multihome) || !flow->pair)
		return 0;
	n = csp_path_others(flow, addr, ARRAY_SIZE(addr));
	for (i = 0; i < n && csp_offer_fits(wr, flow->t.family); i++) {
		src.loc = addr[i];
		csp_write_msg(wr, CSP_MSG_ATTACH, 0, dcid);
		csp_write_conn(wr, flow->t.proto, csp_flow_dir(flow), &src, &dst);
	}
	if (i)
		flow->offered = true;
	return i;
}

/* Lock held; @new is there if the flow has no list yet. */
static void csp_offer_add(struct csp_flow *flow, struct csp_alts **new,
			  const struct in6_addr *addr)
{
	struct csp_alts *alts = flow->alts;
	int i;

	lockdep_assert_held(&flow->lock);
	if (!alts) {
		/* The address in use is one to come back to. */
		alts = *new;
		alts->addr[0] = flow->t.raddr;
		alts->n = 1;
		flow->alts = alts;
		*new = NULL;
	}
	for (i = 0; i < alts->n; i++)
		if (ipv6_addr_equal(&alts->addr[i], addr))
			return;
	if (alts->n < CSP_MAX_ALTS)
		alts->addr[alts->n++] = *addr;
}

static void csp_offer_keep(struct csp_flow *flow, const struct csp_msg *msg)
{
	struct csp_alts *new;

	if (!CSP_HAS(msg, SRC) || msg->src.loc_family != flow->t.family)
		return;
	if (!csp_redirect_target_ok(flow, &msg->src.loc)) {
		CSP_INC(flow->cn, OFFER_BAD);
		return;
	}
	new = kzalloc(sizeof(*new), GFP_ATOMIC);
	if (!new)
		return;
	spin_lock_bh(&flow->lock);
	if (!flow->dead)
		csp_offer_add(flow, &new, &msg->src.loc);
	spin_unlock_bh(&flow->lock);
	kfree(new);
	if (CSP_HAS(msg, PREF))
		csp_pref_set(flow, &in6addr_any, &msg->src.loc, false,
			     msg->pref);
	csp_path_watch(flow);
}

/**
 * csp_offer_rcv() - another address of the peer, beside its OK to our Setup
 * @rx:   the packet
 * @flow: the flow
 * @msg:  Attach
 *
 * Context: softirq.
 */
void csp_offer_rcv(struct csp_rx *rx, struct csp_flow *flow,
		   const struct csp_msg *msg)
{
	if (flow->initiator && rx->rd.xid == READ_ONCE(flow->xid) &&
	    READ_ONCE(flow->state) == CSP_STATE_ESTABLISHED)
		csp_offer_keep(flow, msg);
	else
		CSP_INC(rx->cn, IN_UNEXPECTED);
}

/**
 * csp_offer_believed() - other addresses of the peer, in a packet of its own
 * @rx:   the packet, its MAC the peer's, read to its end
 * @flow: the flow
 * @last: its last message
 *
 * Context: the flow's work.
 */
void csp_offer_believed(struct csp_rx *rx, struct csp_flow *flow,
			const struct csp_msg *last)
{
	struct csp_reader rd;
	struct csp_msg msg;

	if (!csp_change_fresh(rx, flow, last))
		return;
	CSP_INC(rx->cn, CHANGE_IN);
	if (csp_read_hdr(&rd, rx->skb->data, rx->skb->len))
		return;
	while (csp_read_msg(&rd, &msg) > 0)
		csp_offer_keep(flow, &msg);
}
