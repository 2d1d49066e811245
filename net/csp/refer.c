// SPDX-License-Identifier: GPL-2.0
/*
 * A move that is told another place: both ends moved, and lost each other;
 * csp.rst, sections "Redirect" and "Mobility".
 *
 *	 Attach to where the peer was ---- silence
 *	     |
 *	     v
 *	 Attach to its identity ---- Redirect by its home agent: it is at C
 *	     |
 *	     v
 *	 Attach to C
 *
 * No MAC is needed: whoever is at C has to make one in the OK. Only a peer whose
 * key was vouched for has an agent, as far as this host knows.
 */
#include "flow.h"
#include "move.h"
#include "redirect.h"
#include "refer.h"
#include "rx.h"
#include "vouch.h"

/* Redirects of a move in a row; csp.rst, section "Redirect". */
#define CSP_REFERRED_MAX	4

/* Is there an agent to ask where the peer is? */
static bool csp_refer_agent(const struct csp_flow *flow)
{
	return flow->initiator && csp_vouch_wanted(flow);
}

/**
 * csp_refer_turn() - a move met with silence: ask the peer's agent, or no more
 * @flow: the flow, MOVING
 *
 * Once in a move, for one transmission: it may have been lost, and the agent
 * may be away, too.
 *
 * Context: the flow's work.
 * Return: true: another address is wanted from now on.
 */
bool csp_refer_turn(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;
	bool at_home, turn = false;

	spin_lock_bh(&flow->lock);
	at_home = ipv6_addr_equal(&flow->t.raddr, &flow->home_r);
	if (mv->inquiry == CSP_INQUIRY_OPEN) {
		mv->inquiry = CSP_INQUIRY_OVER;
		turn = at_home && !ipv6_addr_equal(&mv->peer_at, &flow->home_r);
		if (turn)
			flow->want_r = mv->peer_at;
	} else if (mv->inquiry == CSP_INQUIRY_NOT_YET && !at_home &&
		   csp_refer_agent(flow)) {
		mv->inquiry = CSP_INQUIRY_OPEN;
		flow->want_r = flow->home_r;
		turn = true;
	}
	spin_unlock_bh(&flow->lock);
	return turn;
}

/**
 * csp_refer_addrs() - addresses at which the peer may be asked for
 * @flow: the flow
 * @addr: addresses known already
 * @n:    how many
 * @max:  room in @addr
 *
 * Where it was last: a moment's silence may have made a move try elsewhere.
 * Where it was said to be, and its identity, last of all.
 *
 * Context: flow->lock held.
 * Return: how many there are now.
 */
int csp_refer_addrs(const struct csp_flow *flow, struct in6_addr *addr, int n,
		    int max)
{
	const struct in6_addr *more[3];
	int i, j, n_more = 0;

	lockdep_assert_held(&flow->lock);
	if (flow->state == CSP_STATE_MOVING &&
	    !ipv6_addr_any(&flow->move->peer_at))
		more[n_more++] = &flow->move->peer_at;
	if (csp_refer_agent(flow)) {
		more[n_more++] = &flow->names->dst.loc;
		more[n_more++] = &flow->home_r;
	}
	for (i = 0; i < n_more && n < max; i++) {
		for (j = 0; j < n; j++)
			if (ipv6_addr_equal(&addr[j], more[i]))
				break;
		if (j == n)
			addr[n++] = *more[i];
	}
	return n;
}

/* The network has made two of it, and one was, or is about to be, followed. */
static bool csp_refer_is_copy(const struct csp_flow *flow, __be32 xid,
			      const struct csp_msg *msg)
{
	lockdep_assert_held(&flow->lock);
	return flow->xid != xid ||
	       ipv6_addr_equal(&flow->want_r, &msg->dst.loc);
}

/* Is it what a Redirect of this move may say? */
static bool csp_refer_fits(const struct csp_flow *flow, const struct csp_msg *msg)
{
	lockdep_assert_held(&flow->lock);
	return !flow->dead && flow->state == CSP_STATE_MOVING &&
	       msg->proto == flow->t.proto &&
	       msg->dst.loc_family == flow->t.family &&
	       csp_end_port(&msg->dst) == flow->t.rport &&
	       ipv6_addr_equal(csp_end_identity(&msg->dst), &flow->home_r) &&
	       !ipv6_addr_equal(&msg->dst.loc, &flow->t.raddr) &&
	       flow->move->referred < CSP_REFERRED_MAX;
}

/**
 * csp_refer_rcv() - a Redirect of a move arrived
 * @rx:   the packet
 * @flow: found by its identifier
 * @msg:  the Redirect
 *
 * Context: softirq.
 */
void csp_refer_rcv(struct csp_rx *rx, struct csp_flow *flow,
		   const struct csp_msg *msg)
{
	bool fits = false, copy = false;

	if (rx->rd.xid != READ_ONCE(flow->xid)) {
		CSP_INC(rx->cn, IN_UNEXPECTED);
		return;
	}
	if (csp_refer_agent(flow) && CSP_HAS(msg, CONN) && CSP_HAS(msg, DST) &&
	    csp_redirect_target_ok(flow, &msg->dst.loc)) {
		spin_lock_bh(&flow->lock);
		copy = csp_refer_is_copy(flow, rx->rd.xid, msg);
		fits = !copy && csp_refer_fits(flow, msg);
		if (fits) {
			flow->move->referred++;
			if (flow->move->inquiry == CSP_INQUIRY_OPEN)
				flow->move->inquiry = CSP_INQUIRY_OVER;
			flow->names->dst.loc = msg->dst.loc;
			flow->want_r = msg->dst.loc;
		}
		spin_unlock_bh(&flow->lock);
	}
	if (fits) {
		CSP_INC(rx->cn, MOVE_REDIRECTED);
		csp_flow_todo(flow, CSP_TODO_MOVE);
	} else if (copy) {
		CSP_INC(rx->cn, IN_UNEXPECTED);
	} else {
		CSP_INC(rx->cn, REDIRECT_BAD);
	}
}
