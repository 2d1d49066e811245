// SPDX-License-Identifier: GPL-2.0
/*
 * The path that a move left: kept until the new one has proved itself;
 * csp.rst, section "The old path".
 *
 *	 moved: kept, wanted
 *	     |
 *	     +-- OK (mover), Ack (other end) --> kept for 3 s --> forgotten
 *	     |
 *	     +-- mover: refused, or nobody answers ------------> back
 *	     |
 *	     +-- other end: six OKs, and no Ack
 *	             |
 *	             v
 *	         Change + nonce + MAC on the old path, five times
 *	             |
 *	             +-- OK + nonce echo + MAC ----------------> back
 *	             +-- no answer: stays at the new address, limited
 *
 * A move may have been held back by somebody and delivered when its mover had
 * long returned. Its address would never echo, and without the way back the
 * connection would be lost.
 */
#include <linux/random.h>
#include <trace/events/csp.h>

#include "flow.h"
#include "lent.h"
#include "move.h"
#include "netlink.h"
#include "oldpath.h"
#include "path.h"
#include "rebind.h"
#include "rx.h"
#include "sign.h"
#include "tx.h"

/* Section "Timers". */
#define CSP_OLD_LIFE		3000	/* ms */
#define CSP_PROBE_RTO		250	/* ms */
#define CSP_PROBE_ATTEMPTS	5

/**
 * csp_oldpath_leave() - a move takes the connection from its path
 * @flow: the flow
 * @old:  its name there
 *
 * This end's identifier for the next path becomes the one in use.
 *
 * Context: flow->lock held; mobile flow.
 */
void csp_oldpath_leave(struct csp_flow *flow, const struct csp_tuple *old)
{
	struct csp_oldpath *o = &flow->move->old;
	const struct csp_end *lent = csp_lent(flow);

	lockdep_assert_held(&flow->lock);
	o->t = *old;
	o->lent = lent ? *lent : (struct csp_end) { };
	o->peer_cid = flow->peer_cid;
	o->peer_next = flow->peer_next;
	o->kept = true;
	o->wanted = true;
	o->probes = 0;
	flow->move->due[CSP_DUE_OLD] = 0;
	csp_flow_next_cid(flow);
}

/**
 * csp_oldpath_proved() - the new path is good
 * @flow: the flow
 *
 * What is under way on the old one is understood for a while.
 *
 * Context: flow->lock held; mobile flow.
 */
void csp_oldpath_proved(struct csp_flow *flow)
{
	struct csp_oldpath *o = &flow->move->old;

	lockdep_assert_held(&flow->lock);
	if (!o->kept)
		return;
	o->wanted = false;
	o->probes = 0;
	csp_move_set_due(flow, CSP_DUE_OLD, CSP_OLD_LIFE);
}

static void csp_oldpath_forget(struct csp_flow *flow)
{
	spin_lock_bh(&flow->lock);
	flow->move->old.kept = false;
	csp_flow_forget_cid(flow);
	spin_unlock_bh(&flow->lock);
}

static struct sk_buff *csp_oldpath_build(struct csp_flow *flow)
{
	const struct csp_oldpath *o = &flow->move->old;
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	struct csp_writer wr;

	lockdep_assert_held(&flow->lock);
	if (!skb)
		return NULL;
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, o->xid, 0, o->probes - 1);
	csp_write_msg(&wr, CSP_MSG_CHANGE, 0, o->peer_cid);
	csp_write_names(&wr, &o->t, csp_flow_dir(flow),
			o->lent.loc_family ? &o->lent : NULL);
	csp_write_u32(&wr, CSP_A_SEQ, o->seq);
	csp_write_blob(&wr, CSP_A_NONCE, o->nonce, sizeof(o->nonce));
	return csp_sign_finish(skb, &wr, flow);
}

/* One transmission more, on the old path. */
static void csp_oldpath_send(struct csp_flow *flow)
{
	struct csp_oldpath *o = &flow->move->old;
	struct sk_buff *skb = NULL;
	struct csp_to to;

	spin_lock_bh(&flow->lock);
	if (!flow->dead && o->wanted) {
		csp_move_set_due(flow, CSP_DUE_OLD, CSP_PROBE_RTO << o->probes);
		o->probes++;
		skb = csp_oldpath_build(flow);
		csp_to_flow(&to, flow);
		to.saddr = o->t.laddr;
		to.daddr = o->t.raddr;
	}
	spin_unlock_bh(&flow->lock);
	if (skb)
		csp_tx(flow->cn, skb, &to, NULL);
}

/**
 * csp_oldpath_probe() - the peer's new address does not echo: is it where it was?
 * @flow: the flow
 *
 * Context: the flow's work; it has its key.
 */
void csp_oldpath_probe(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;

	if (!mv->old.kept || !csp_path_own(flow->cn, &mv->old.t.laddr))
		return;
	spin_lock_bh(&flow->lock);
	mv->old.probes = 0;
	mv->old.xid = (__force __be32)get_random_u32();
	mv->old.seq = ++mv->tx_seq;
	get_random_bytes(mv->old.nonce, sizeof(mv->old.nonce));
	spin_unlock_bh(&flow->lock);
	CSP_INC(flow->cn, PROBE_OUT);
	csp_oldpath_send(flow);
}

/**
 * csp_oldpath_timer() - forget the old path, or probe it again
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_oldpath_timer(struct csp_flow *flow)
{
	struct csp_oldpath *o = &flow->move->old;

	if (!READ_ONCE(o->wanted)) {
		csp_oldpath_forget(flow);
	} else if (o->probes < CSP_PROBE_ATTEMPTS) {
		CSP_INC(flow->cn, OUT_RETRANS);
		csp_oldpath_send(flow);
	}
}

/**
 * csp_oldpath_rcv_ok() - OK to a probe
 * @rx:   the packet
 * @flow: the flow
 * @msg:  the OK
 *
 * Context: softirq.
 * Return: true if a probe waited for it.
 */
bool csp_oldpath_rcv_ok(struct csp_rx *rx, struct csp_flow *flow,
			const struct csp_msg *msg)
{
	struct csp_move *mv = READ_ONCE(flow->move);
	bool back = false;

	if (!mv || !READ_ONCE(mv->old.probes) || rx->rd.xid != mv->old.xid)
		return false;
	if (!csp_sign_ok(rx, flow, msg)) {
		CSP_INC(rx->cn, ATTACH_BAD_MAC);
		return true;
	}
	spin_lock_bh(&flow->lock);
	if (mv->old.wanted && mv->unvalidated && CSP_HAS(msg, NONCE_ECHO) &&
	    msg->nonce_echo.len == sizeof(mv->old.nonce) &&
	    !memcmp(msg->nonce_echo.data, mv->old.nonce,
		    sizeof(mv->old.nonce)))
		back = true;
	spin_unlock_bh(&flow->lock);
	if (back)
		csp_flow_todo(flow, CSP_TODO_BACK);
	else
		CSP_INC(rx->cn, IN_UNEXPECTED);
	return true;
}

/**
 * csp_oldpath_here() - is this end where a probe looks for it?
 * @flow: the flow
 * @msg:  the probe
 *
 * Context: any.
 * Return: true: on the path named, at an address that it still has.
 */
bool csp_oldpath_here(struct csp_flow *flow, const struct csp_msg *msg)
{
	struct in6_addr own;
	bool here;

	spin_lock_bh(&flow->lock);
	own = flow->t.laddr;
	here = csp_lent_is_own(flow, &msg->dst) &&
	       ipv6_addr_equal(&msg->src.loc, &flow->t.raddr);
	spin_unlock_bh(&flow->lock);
	return here && csp_path_own(flow->cn, &own);
}

/* The names and identifiers of the old path. */
static void csp_oldpath_restore(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;

	spin_lock_bh(&flow->lock);
	csp_flow_drop_held(flow);
	csp_flow_old_cid(flow);
	flow->peer_cid = mv->old.peer_cid;
	flow->peer_next = mv->old.peer_next;
	if (flow->names)
		flow->names->lent = mv->old.lent;
	mv->old.kept = false;
	mv->old.wanted = false;
	mv->old.probes = 0;
	mv->asking = false;
	mv->unvalidated = false;
	mv->arrived = false;
	mv->due[CSP_DUE_OK] = 0;
	mv->due[CSP_DUE_OLD] = 0;
	mv->due[CSP_DUE_DOUBT] = 0;
	if (csp_flow_lives(flow)) {
		flow->attempt = 0;
		csp_flow_set_state(flow, CSP_STATE_ESTABLISHED);
		csp_move_arm(flow);
	}
	spin_unlock_bh(&flow->lock);
}

/* Socket lock held. */
static bool csp_oldpath_rehome(struct csp_flow *flow, struct sock *sk)
{
	struct csp_move *mv = flow->move;
	struct csp_rebind rb = { .t = mv->old.t };

	if (csp_move_check(flow, sk) || csp_move_rehome(flow, sk, &rb))
		return false;
	csp_oldpath_restore(flow);
	csp_move_resume(flow, sk);
	csp_rebind_lift(sk, true, mv->room + rb.room);
	mv->room = 0;
	return true;
}

/**
 * csp_oldpath_back() - the connection returns to its old path
 * @flow: the flow
 *
 * Context: the flow's work.
 * Return: false: it stays, because there is no old path, this end's address
 * of it is gone, or somebody else has its name now.
 */
bool csp_oldpath_back(struct csp_flow *flow)
{
	struct csp_move *mv = flow->move;
	struct sock *sk;
	bool back;

	if (!mv->old.kept || !mv->old.wanted ||
	    !csp_path_own(flow->cn, &mv->old.t.laddr))
		return false;
	sk = csp_flow_sk(flow);
	if (!sk)
		return false;
	lock_sock(sk);
	back = csp_oldpath_rehome(flow, sk);
	release_sock(sk);
	sock_put(sk);
	if (!back)
		return false;
	CSP_INC(flow->cn, MOVE_BACK);
	csp_nl_event(flow, CSP_EVENT_MOVED);
	return true;
}
