// SPDX-License-Identifier: GPL-2.0
/*
 * What is answered to a Setup: OK, Reject, a nonce that somebody wants back
 * first, or an ICMP error; csp.rst, section "Setup".
 */
#include <net/ip.h>

#include "epoch.h"
#include "errno.h"
#include "flow.h"
#include "hook.h"
#include "key.h"
#include "netlink.h"
#include "path.h"
#include "peer.h"
#include "refresh.h"
#include "rx.h"
#include "setup.h"
#include "vouch.h"

/**
 * csp_setup_heard() - somebody answers a Setup, whatever he says
 * @flow: the flow, in SETUP or PLAIN; the answer has its transaction and its
 *        identifier
 *
 * Section "Fallback": the other end, or the path, is not silent.
 *
 * Context: softirq.
 */
void csp_setup_heard(struct csp_flow *flow)
{
	if (READ_ONCE(flow->heard))
		return;
	WRITE_ONCE(flow->heard, true);
	if (READ_ONCE(flow->state) == CSP_STATE_PLAIN)
		csp_peer_spoke(flow->cn, &flow->t.raddr);
}

static void csp_setup_measure(struct csp_rx *rx, struct csp_flow *flow)
{
	u32 rtt = 0;

	/* Only the first transmission has its time kept. */
	if (!rx->rd.attempt)
		rtt = ktime_get_ns() / NSEC_PER_USEC - flow->sent;
	csp_peer_capable(rx->cn, &rx->saddr, rx->udp, rtt);
}

/* A box on the path keeps state, and may lose it. */
static void csp_setup_boxes(struct csp_flow *flow, const struct csp_msg *msg)
{
	if (flow->t.proto == IPPROTO_TCP)
		csp_path_watch(flow);
	csp_refresh_start(flow);
	csp_epoch_seen(flow, msg);
}

/**
 * csp_setup_rcv_ok() - OK to a Setup
 * @rx:   the packet
 * @flow: found by the identifier that only hosts on the path know
 * @msg:  the OK
 *
 * Context: softirq.
 */
void csp_setup_rcv_ok(struct csp_rx *rx, struct csp_flow *flow,
		      const struct csp_msg *msg)
{
	if (csp_vouch_wanted(flow) && rx->rd.xid == flow->xid)
		csp_vouch_queue(rx, flow);
	else
		csp_setup_believed(rx, flow, msg);
}

/**
 * csp_setup_believed() - an OK to a Setup has the proof that it needs
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the OK
 *
 * Context: softirq, or the flow's work.
 */
void csp_setup_believed(struct csp_rx *rx, struct csp_flow *flow,
			const struct csp_msg *msg)
{
	struct csp_net *cn = rx->cn;
	struct csp_pair *pair = NULL;
	struct sk_buff_head list;
	bool late;

	if (rx->rd.xid != flow->xid || !CSP_HAS(msg, LOCAL_ID)) {
		CSP_INC(cn, IN_UNEXPECTED);
		return;
	}
	if (CSP_HAS(msg, PUBKEY))
		pair = csp_pair_get(cn, flow->key, msg->pubkey.data);

	__skb_queue_head_init(&list);
	spin_lock_bh(&flow->lock);
	late = flow->state == CSP_STATE_PLAIN;
	if (flow->dead || (flow->state != CSP_STATE_SETUP && !late)) {
		spin_unlock_bh(&flow->lock);
		if (pair)
			csp_pair_put(pair);
		return;
	}
	csp_flow_set_state(flow, CSP_STATE_ESTABLISHED);
	csp_flow_timer(flow, 0);
	flow->attempt = 0;
	flow->pair = pair;
	flow->udp = rx->udp;
	flow->peer_cid = msg->cid;
	flow->peer_cid0 = msg->cid;
	flow->peer_next = msg->next_cid;
	if (CSP_HAS(msg, TIMEOUT))
		flow->timeout = msg->timeout;
	csp_setup_take_held(flow, true, &list);
	csp_setup_pass(flow);
	spin_unlock_bh(&flow->lock);

	CSP_INC(cn, SETUP_OK);
	if (late)
		CSP_INC(cn, SETUP_LATE_OK);
	csp_release(cn, &list);
	csp_setup_measure(rx, flow);
	if (READ_ONCE(flow->timeout))
		csp_setup_boxes(flow, msg);
	csp_nl_event(flow, CSP_EVENT_ESTABLISHED);
}

/* What the Reject teaches about the peer, for the next connection. */
static void csp_setup_learn(struct csp_net *cn, const struct csp_flow *flow,
			    u16 code)
{
	u32 ttl = CSP_CONF(cn, peer_ttl);

	if (code == CSP_ERR_NOT_WANTED)
		csp_peer_learn(cn, &flow->t.raddr, flow->t.proto, flow->t.rport,
			       CSP_PEER_VERDICT_NOT_WANTED,
			       DIV_ROUND_UP(ttl, 10));
	else if (code == CSP_ERR_VERSION)
		csp_peer_learn(cn, &flow->t.raddr, 0, 0,
			       CSP_PEER_VERDICT_PLAIN, ttl);
	else if (code == CSP_ERR_MISMATCH)
		csp_peer_learn(cn, &flow->t.raddr, 0, 0,
			       CSP_PEER_VERDICT_PLAIN, DIV_ROUND_UP(ttl, 10));
}

/**
 * csp_setup_rcv_reject() - Reject of a Setup, by the peer or a box
 * @rx:   the packet
 * @flow: found by its identifier, or by its transaction
 * @msg:  the Reject
 *
 * Context: softirq.
 */
void csp_setup_rcv_reject(struct csp_rx *rx, struct csp_flow *flow,
			  const struct csp_msg *msg)
{
	u16 code = CSP_HAS(msg, ERROR) ? msg->err_code : CSP_ERR_POLICY;
	const struct in6_addr *origin = &rx->saddr;

	/* Without an identifier only a stranger to the version may answer. */
	if (rx->rd.xid != flow->xid ||
	    (!msg->dcid && code != CSP_ERR_VERSION)) {
		CSP_INC(rx->cn, IN_UNEXPECTED);
		return;
	}
	CSP_INC(rx->cn, REJECT_IN);
	csp_setup_learn(rx->cn, flow, code);
	/* Too late to refuse; or it may be asked again. Section "Rejection". */
	if (flow->state != CSP_STATE_SETUP || code == CSP_ERR_BUSY)
		return;
	if (flow->mode == CSP_MODE_PREFER && csp_errno_allows_plain(code)) {
		csp_setup_plain(flow, CSP_MIB_PLAIN_REJECT, true);
		return;
	}
	if (CSP_HAS(msg, ORIGIN) && msg->origin.family == rx->family)
		origin = &msg->origin.in6;
	csp_setup_set_error(flow, code, msg->err_detail, origin, rx->family,
			    CSP_HAS(msg, TEXT) ? msg->text.data : NULL,
			    CSP_HAS(msg, TEXT) ? msg->text.len : 0);
}

/**
 * csp_setup_rcv_ack() - the other end wants its nonce back first
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the Ack; section "Stateless answer"
 *
 * Context: softirq.
 */
void csp_setup_rcv_ack(struct csp_rx *rx, struct csp_flow *flow,
		       const struct csp_msg *msg)
{
	struct csp_move *mv;

	if (rx->rd.xid != flow->xid || !CSP_HAS(msg, NONCE)) {
		CSP_INC(rx->cn, IN_UNEXPECTED);
		return;
	}
	mv = csp_flow_move_state(flow, GFP_ATOMIC);
	if (!mv)
		return;
	spin_lock_bh(&flow->lock);
	if ((flow->state != CSP_STATE_SETUP && flow->state != CSP_STATE_PLAIN) ||
	    flow->attempt + 1 >= CSP_SETUP_ATTEMPTS) {
		spin_unlock_bh(&flow->lock);
		return;
	}
	memcpy(mv->cookie, msg->nonce.data, msg->nonce.len);
	mv->cookie_len = msg->nonce.len;
	flow->udp = rx->udp;
	flow->attempt++;
	csp_setup_set_next(flow);
	spin_unlock_bh(&flow->lock);
	csp_setup_send(flow, NULL);
}

/**
 * csp_setup_unreach() - ICMP says that the peer has no CSP
 * @cn:    namespace
 * @xid:   transaction quoted
 * @daddr: destination quoted
 * @udp:   no such port, rather than no such protocol
 *
 * Context: softirq.
 */
void csp_setup_unreach(struct csp_net *cn, __be32 xid,
		       const struct in6_addr *daddr, bool udp)
{
	struct csp_flow *flow = csp_flow_by_xid(cn, xid);

	if (!flow || flow->xid != xid || flow->udp != udp ||
	    READ_ONCE(flow->state) != CSP_STATE_SETUP ||
	    !ipv6_addr_equal(daddr, &flow->t.raddr)) {
		CSP_INC(cn, ICMP_IGNORED);
		goto out;
	}
	csp_peer_learn(cn, daddr, 0, 0, CSP_PEER_VERDICT_PLAIN,
		       CSP_CONF(cn, peer_ttl));
	if (flow->mode == CSP_MODE_PREFER)
		csp_setup_plain(flow, CSP_MIB_PLAIN_UNREACH, true);
	else
		csp_setup_set_error_text(flow, CSP_ERR_NOT_WANTED,
					 "peer has no CSP");
out:
	if (flow)
		csp_flow_put(flow);
}
