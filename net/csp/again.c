// SPDX-License-Identifier: GPL-2.0
/*
 * The Setup again, for boxes that lost their state; csp.rst, section "Setup
 * again".
 *
 * A box that restarted has lost its pinholes, and drops the data of live
 * connections. Their initiators announce them once more, with the identifiers
 * and names of now: the responder finds that he knows them, and the box opens
 * them as if they were new. Only the initiator does: it is he whom boxes near
 * him expect a Setup from.
 *
 * When:
 *
 *	TCP has retransmitted path_retries times and there is no other path
 *	a Change(TIMEOUT) was not answered twice, or by nobody who keeps state
 *
 * It is sent like a Change; change.c.
 */
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>

#include "again.h"
#include "change.h"
#include "flow.h"

/* The same number of retransmissions after so long is another hole. */
#define CSP_AGAIN_PERIOD	(10 * HZ)

/**
 * csp_again_possible() - would it help to send the Setup again?
 * @flow: the flow
 *
 * Context: any.
 * Return: true if this end is the initiator, and a box said that it keeps
 * state.
 */
bool csp_again_possible(const struct csp_flow *flow)
{
	return flow->initiator && READ_ONCE(flow->sk) &&
	       READ_ONCE(flow->timeout) &&
	       READ_ONCE(flow->state) == CSP_STATE_ESTABLISHED;
}

/**
 * csp_again() - send the Setup again
 * @flow: the flow; nothing happens if this end is not its initiator
 *
 * Context: any, no flow->lock held.
 */
void csp_again(struct csp_flow *flow)
{
	if (flow->initiator && READ_ONCE(flow->sk))
		csp_change_want(flow, CSP_SAY_SETUP);
}

/* Each retransmission is one reason, not each look at it. */
static bool csp_again_new(struct csp_move *mv, u8 count)
{
	if (mv->again_count == count &&
	    time_before(jiffies, mv->again_at + CSP_AGAIN_PERIOD))
		return false;
	mv->again_count = count;
	mv->again_at = jiffies;
	return true;
}

/**
 * csp_again_stuck() - TCP retransmits in vain, and there is no other path
 * @flow: the flow
 *
 * TCP's own back-off is that of the Setups as well.
 *
 * Context: the flow's work.
 */
void csp_again_stuck(struct csp_flow *flow)
{
	struct csp_move *mv;
	struct sock *sk;

	if (flow->t.proto != IPPROTO_TCP || !csp_again_possible(flow))
		return;
	mv = csp_flow_move_state(flow, GFP_KERNEL);
	sk = csp_flow_sk(flow);
	if (!sk)
		return;
	if (mv && csp_again_new(mv, READ_ONCE(inet_csk(sk)->icsk_retransmits)))
		csp_again(flow);
	sock_put(sk);
}
