// SPDX-License-Identifier: GPL-2.0
/*
 * Following a Redirect of a move; csp.rst, sections "Redirect" and "The mover".
 *
 *	 MOVING -- Redirect: use this name instead
 *	   ^          |
 *	   |          +-- not what it may say ---------> ignored, counted
 *	   |          v
 *	   |      flow's work
 *	   |          |
 *	   |          +-- the fifth in a row ----------> given up
 *	   |          +-- port taken, the third time --> given up
 *	   |          +-- port taken: the move as it was, again
 *	   |          v
 *	   |      socket by the port given, to the address given
 *	   |          |
 *	   +----------+ a new Attach, under the new name
 *
 * A NAT on the new path lends a name in this way, as it does in the answer to a
 * Setup. No MAC is asked for: the peer itself has to make one in its OK.
 */
#include <net/ipv6.h>

#include "lent.h"
#include "move.h"
#include "flow.h"
#include "netlink.h"
#include "rebind.h"
#include "redirect.h"

/*
 * What it may not change: transport, direction, and what this end and the other
 * were called in the move.
 */
static bool csp_move_redirect_keeps(const struct csp_flow *flow,
				    const struct csp_msg *msg)
{
	const struct csp_end *lent = csp_lent(flow);
	const struct in6_addr *own = lent ? &lent->loc : &flow->t.laddr;
	const __be16 port = lent ? lent->port : flow->t.lport;

	lockdep_assert_held(&flow->lock);
	return msg->proto == flow->t.proto && msg->dir == CSP_DIR_BOTH &&
	       msg->src.loc_family == flow->t.family &&
	       msg->dst.loc_family == flow->t.family &&
	       msg->src.port == port && msg->dst.port == flow->t.rport &&
	       ipv6_addr_equal(csp_end_identity(&msg->src), own) &&
	       ipv6_addr_equal(csp_end_identity(&msg->dst), &flow->t.raddr);
}

/**
 * csp_move_redirect_note() - take the name over, for the work to use
 * @flow: the flow
 * @xid:  of the Redirect
 * @msg:  the Redirect
 *
 * Context: any, no flow->lock held.
 * Return: false: it is no answer to the move under way, it says what it may not,
 * or another one waits.
 */
bool csp_move_redirect_note(struct csp_flow *flow, __be32 xid,
			    const struct csp_msg *msg)
{
	struct csp_names *new = kzalloc(sizeof(*new), GFP_ATOMIC);
	bool noted = false;

	spin_lock_bh(&flow->lock);
	if (!flow->dead && flow->state == CSP_STATE_MOVING &&
	    flow->xid == xid && csp_move_redirect_keeps(flow, msg) &&
	    (flow->names || new)) {
		if (!flow->names) {
			flow->names = new;
			new = NULL;
		}
		noted = !flow->names->pending;
	}
	if (noted) {
		flow->names->told_src = msg->src;
		flow->names->told_dst = msg->dst;
		flow->names->pending = true;
	}
	spin_unlock_bh(&flow->lock);
	kfree(new);
	return noted;
}

/**
 * csp_move_redirect_forget() - a move begins: nobody has redirected it
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_move_redirect_forget(struct csp_flow *flow)
{
	spin_lock_bh(&flow->lock);
	if (flow->names) {
		flow->names->pending = false;
		flow->names->n = 0;
		flow->names->clashes = 0;
	}
	spin_unlock_bh(&flow->lock);
}

/* The name that the socket is to have. */
static void csp_move_redirect_tuple(struct csp_flow *flow, struct csp_tuple *t)
{
	const struct csp_names *names = flow->names;

	spin_lock_bh(&flow->lock);
	*t = flow->t;
	t->lport = csp_end_port(&names->told_src);
	t->raddr = names->told_dst.loc;
	t->rport = csp_end_port(&names->told_dst);
	spin_unlock_bh(&flow->lock);
}

/* The socket has the name: what the peer is told from now on. */
static void csp_move_redirect_lend(struct csp_flow *flow)
{
	struct csp_names *names = flow->names;

	spin_lock_bh(&flow->lock);
	names->n++;
	names->lent = (struct csp_end) { };
	if (!ipv6_addr_equal(&names->told_src.loc, &flow->t.laddr)) {
		/* The identity would tell where this end was before. */
		names->lent.loc_family = flow->t.family;
		names->lent.loc = names->told_src.loc;
		names->lent.port = csp_end_port(&names->told_src);
	}
	spin_unlock_bh(&flow->lock);
}

/* Another may be taken. */
static void csp_move_redirect_done(struct csp_flow *flow)
{
	spin_lock_bh(&flow->lock);
	flow->names->pending = false;
	spin_unlock_bh(&flow->lock);
}

static int csp_move_redirect_socket(struct csp_flow *flow, struct sock *sk)
{
	struct csp_tuple t;
	int err = 0;

	csp_move_redirect_tuple(flow, &t);
	lock_sock(sk);
	if (csp_move_check(flow, sk))
		err = -EOPNOTSUPP;
	else if (!csp_tuple_equal(&t, &flow->t))
		err = csp_move_rename(flow, sk, &t);
	release_sock(sk);
	return err;
}

/**
 * csp_move_redirected() - use the name that a Redirect of a move gave
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_move_redirected(struct csp_flow *flow)
{
	struct csp_names *names = flow->names;
	struct sock *sk;
	int err = -ELOOP;

	if (!names || !names->pending ||
	    READ_ONCE(flow->state) != CSP_STATE_MOVING)
		return;
	sk = csp_flow_sk(flow);
	if (!sk)
		return;
	if (names->n < CSP_REDIRECTS_MAX)
		err = csp_move_redirect_socket(flow, sk);
	sock_put(sk);
	if (!err)
		csp_move_redirect_lend(flow);
	/* The NAT gives another port to another transaction. */
	if (err && (err != -EADDRINUSE ||
		    ++names->clashes >= CSP_PORT_CLASHES_MAX)) {
		csp_move_redirect_done(flow);
		csp_move_give_up(flow);
		return;
	}
	/* Copies of this one are of a former transaction then. */
	csp_move_enter(flow, flow->move);
	csp_move_redirect_done(flow);
	csp_move_send(flow);
	csp_nl_event(flow, CSP_EVENT_CHANGED);
}
