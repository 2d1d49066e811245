// SPDX-License-Identifier: GPL-2.0
/*
 * Timers of a connection that is not moving; csp.rst, section "Timers".
 *
 * A flow has one timer, and while it is ESTABLISHED several things may wait for
 * it: csp_move.due has the time of each, and the earliest is set.
 */
#include "attach.h"
#include "change.h"
#include "flow.h"
#include "listen.h"
#include "move.h"
#include "oldpath.h"
#include "rebind.h"
#include "refresh.h"

/*
 * After the answer, of the peer or to it: longer than an ACK may be delayed;
 * csp.rst, section "Timers".
 */
#define CSP_MOVE_DOUBT		50	/* ms */

/**
 * csp_move_arm() - set the flow's timer to the earliest of csp_move.due
 * @flow: the flow, ESTABLISHED
 *
 * Context: flow->lock held.
 */
void csp_move_arm(struct csp_flow *flow)
{
	const struct csp_move *mv = flow->move;
	unsigned long first = 0;
	int i;

	lockdep_assert_held(&flow->lock);
	/* The timer has another use then; detach.c. */
	if (flow->peer_gone)
		return;
	for (i = 0; mv && i < __CSP_DUE_MAX; i++)
		if (mv->due[i] && (!first || time_before(mv->due[i], first)))
			first = mv->due[i];
	if (!first)
		csp_flow_timer(flow, 0);
	else if (time_after(first, jiffies))
		csp_flow_timer(flow, jiffies_to_msecs(first - jiffies) + 1);
	else
		csp_flow_timer(flow, 1);
}

/**
 * csp_move_set_due() - set one of the timers of an ESTABLISHED flow
 * @flow: the flow; elsewhere the timer waits until it is
 * @due:  which
 * @ms:   milliseconds from now
 *
 * Context: flow->lock held; mobile flow.
 */
void csp_move_set_due(struct csp_flow *flow, enum csp_due due,
		      unsigned long ms)
{
	lockdep_assert_held(&flow->lock);
	flow->move->due[due] = (jiffies + msecs_to_jiffies(ms)) ?: 1;
	if (!flow->dead && flow->state == CSP_STATE_ESTABLISHED)
		csp_move_arm(flow);
}

/**
 * csp_move_doubt_later() - in a while, see what became of what was in flight
 * @flow: the flow, of which a move has just been answered
 *
 * Context: the flow's work.
 */
void csp_move_doubt_later(struct csp_flow *flow)
{
	spin_lock_bh(&flow->lock);
	csp_move_set_due(flow, CSP_DUE_DOUBT, CSP_MOVE_DOUBT);
	spin_unlock_bh(&flow->lock);
}

static bool csp_move_take_due(struct csp_flow *flow, enum csp_due due)
{
	struct csp_move *mv = flow->move;
	bool taken;

	spin_lock_bh(&flow->lock);
	taken = mv->due[due] && time_after_eq(jiffies, mv->due[due]);
	if (taken)
		mv->due[due] = 0;
	spin_unlock_bh(&flow->lock);
	return taken;
}

/* Has what was in flight at the move arrived? What does TCP make of it? */
static void csp_move_doubt(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;
	struct sock *sk = csp_flow_sk(flow);

	if (!sk)
		return;
	lock_sock(sk);
	if (mv->arrived)
		csp_rebind_doubt(sk);
	mv->arrived = false;
	csp_rebind_rtt(sk, jiffies_to_usecs(jiffies - mv->since));
	release_sock(sk);
	sock_put(sk);
}

/**
 * csp_move_due() - the timer of an ESTABLISHED flow has run out
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_move_due(struct csp_flow *flow)
{
	if (!flow->move)
		return;
	if (csp_move_take_due(flow, CSP_DUE_OK))
		csp_attach_timer(flow);
	if (csp_move_take_due(flow, CSP_DUE_SAY))
		csp_change_timer(flow);
	if (csp_move_take_due(flow, CSP_DUE_OLD))
		csp_oldpath_timer(flow);
	if (csp_move_take_due(flow, CSP_DUE_DOUBT))
		csp_move_doubt(flow);
	if (csp_move_take_due(flow, CSP_DUE_REFRESH))
		csp_refresh_timer(flow);
	if (csp_move_take_due(flow, CSP_DUE_SOCK))
		csp_listen_look(flow);
	if (csp_move_take_due(flow, CSP_DUE_MOVE))
		csp_move_begin(flow);
	spin_lock_bh(&flow->lock);
	if (!flow->dead && flow->state == CSP_STATE_ESTABLISHED)
		csp_move_arm(flow);
	spin_unlock_bh(&flow->lock);
}
