// SPDX-License-Identifier: GPL-2.0
/*
 * Keeping a silent connection open; csp.rst, section "Change".
 *
 * Boxes forget an idle connection after the time that they granted. If its
 * application asked for that (CSP_REFRESH), they are asked for the same again
 * after three quarters of it: a Change(TIMEOUT), whose OK lets the time begin
 * anew. No packet of data is looked at for this. TCP knows when it has spoken
 * last, and a connection that is not silent is left alone; UDP does not, and
 * is taken for silent.
 */
#include <linux/tcp.h>
#include <net/tcp.h>

#include "change.h"
#include "flow.h"
#include "move.h"
#include "refresh.h"
#include "sock.h"

/* Milliseconds from the last sign of life to the Change. */
static u32 csp_refresh_after(const struct csp_flow *flow)
{
	return READ_ONCE(flow->timeout) / 4 * 3;
}

/* Lock held. */
static void csp_refresh_arm(struct csp_flow *flow, u32 ms)
{
	lockdep_assert_held(&flow->lock);
	csp_move_set_due(flow, CSP_DUE_REFRESH, max_t(u32, ms, 1));
}

/**
 * csp_refresh_start() - boxes have just heard of a connection
 * @flow: the flow
 *
 * Context: any, no flow->lock held.
 */
void csp_refresh_start(struct csp_flow *flow)
{
	if (!READ_ONCE(flow->refresh) ||
	    !csp_flow_move_state(flow, GFP_ATOMIC))
		return;
	spin_lock_bh(&flow->lock);
	if (flow->timeout)
		csp_refresh_arm(flow, csp_refresh_after(flow));
	else
		flow->move->due[CSP_DUE_REFRESH] = 0;
	spin_unlock_bh(&flow->lock);
}

/* What the socket wants of boxes. */
static u32 csp_refresh_wish(struct csp_flow *flow)
{
	struct sock *sk = csp_flow_sk(flow);
	struct csp_sock *cs;
	u32 wish = 0;

	if (!sk)
		return 0;
	rcu_read_lock();
	cs = csp_sock_find(flow->cn, sk);
	if (cs)
		wish = READ_ONCE(cs->timeout);
	rcu_read_unlock();
	sock_put(sk);
	return wish;
}

/**
 * csp_refresh_ask() - ask boxes again for the time that the application wants
 * @flow: the flow
 *
 * Context: any, no flow->lock held.
 * Return: as csp_change_timeout().
 */
int csp_refresh_ask(struct csp_flow *flow)
{
	return csp_change_timeout(flow, csp_refresh_wish(flow));
}

/**
 * csp_refresh_set() - begin or end to keep a connection open
 * @flow: the flow
 * @on:   begin
 *
 * Context: process.
 * Return: 0, -ENOTCONN or -ENOMEM.
 */
int csp_refresh_set(struct csp_flow *flow, bool on)
{
	WRITE_ONCE(flow->refresh, on);
	if (!on)
		return 0;
	if (READ_ONCE(flow->timeout)) {
		csp_refresh_start(flow);
		return 0;
	}
	/* A responder has been told nothing: ask. */
	return csp_refresh_ask(flow);
}

/* Milliseconds since TCP sent or got anything. */
static u32 csp_refresh_silent(struct csp_flow *flow)
{
	struct sock *sk = csp_flow_sk(flow);
	u32 last;

	if (!sk)
		return 0;
	last = READ_ONCE(tcp_sk(sk)->lsndtime);
	if (before(last, READ_ONCE(tcp_sk(sk)->rcv_tstamp)))
		last = READ_ONCE(tcp_sk(sk)->rcv_tstamp);
	if (before(last, READ_ONCE(inet_csk(sk)->icsk_ack.lrcvtime)))
		last = READ_ONCE(inet_csk(sk)->icsk_ack.lrcvtime);
	sock_put(sk);
	return jiffies_to_msecs(tcp_jiffies32 - last);
}

/**
 * csp_refresh_timer() - boxes will soon forget the connection if it is silent
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_refresh_timer(struct csp_flow *flow)
{
	u32 after = csp_refresh_after(flow);
	u32 silent;

	if (!READ_ONCE(flow->refresh) || !after)
		return;
	if (flow->t.proto == IPPROTO_TCP) {
		silent = csp_refresh_silent(flow);
		if (silent < after) {
			spin_lock_bh(&flow->lock);
			csp_refresh_arm(flow, after - silent);
			spin_unlock_bh(&flow->lock);
			return;
		}
	}
	if (!csp_refresh_ask(flow))
		CSP_INC(flow->cn, REFRESH_OUT);
}
