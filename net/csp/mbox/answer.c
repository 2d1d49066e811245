// SPDX-License-Identifier: GPL-2.0
/*
 * Answers that pass: OK, Reject, Redirect, Ack; csp.rst, section "Boxes".
 *
 * An answer is believed for what it says if it answers a request that has
 * passed here, and comes from the side to which that went; what its dcid names
 * is how it is found. Nothing is believed that the other end could say only
 * with a MAC.
 */
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>

#include "epoch.h"
#include "firewall.h"
#include "judge.h"
#include "nat.h"
#include "netlink.h"
#include "pinhole.h"
#include "reply.h"
#include "timeout.h"

/* Does the packet go from the one end of a pinhole to the other? */
static bool csp_answer_from(const struct csp_packet *p,
			    const struct csp_hole *hole,
			    enum csp_hole_end end)
{
	return p->in == hole->side[end] && p->out == hole->side[!end];
}

static bool csp_answers_setup(const struct csp_packet *p,
			      const struct csp_hole *hole,
			      const struct csp_msg *msg)
{
	return hole->setup_xid == p->rd.xid &&
	       hole->ids[CSP_HOLE_INITIATOR][CSP_HOLE_CID].id == msg->dcid &&
	       hole->state != CSP_MBOX_STATE_LINGER &&
	       csp_answer_from(p, hole, CSP_HOLE_RESPONDER) &&
	       ipv6_addr_equal(&p->daddr, &hole->key.addr[CSP_HOLE_INITIATOR]);
}

/* Whose Change it answers; -1: nobody's. Those of both ends may cross. */
static int csp_answers_change(const struct csp_packet *p,
			      const struct csp_hole *hole)
{
	int end;

	for (end = 0; end < 2; end++)
		if (hole->ask[end].on && hole->ask[end].xid == p->rd.xid &&
		    csp_answer_from(p, hole, !end))
			return end;
	return -1;
}

static bool csp_answers_detach(const struct csp_packet *p,
			       const struct csp_hole *hole)
{
	return hole->has_bye && hole->bye_xid == p->rd.xid &&
	       csp_answer_from(p, hole, !hole->bye_end);
}

static bool csp_answers_move(const struct csp_packet *p,
			     const struct csp_hole *hole,
			     const struct csp_msg *msg)
{
	const struct csp_hole_move *mv = hole->move;

	return mv && mv->xid == p->rd.xid && mv->cid == msg->dcid &&
	       p->in == hole->side[!mv->end] && p->out == mv->side;
}

/* --- the OK to a Setup --- */

/* Section "Setup again": who will have to be told if it loses its state. */
static void csp_answer_epoch(struct csp_packet *p, const struct csp_msg *msg)
{
	const struct csp_a_epoch epoch = {
		.box	= csp_box_id(p->box),
		.age	= cpu_to_be32(ktime_get_boottime_seconds() -
				      p->box->since),
	};

	if (CSP_HAS(msg, EPOCH))
		csp_packet_add_epoch(p, &epoch);
}

/* Idle time as it is told: what this box grants, or less by another. */
static void csp_answer_tell(struct csp_packet *p, const struct csp_msg *msg,
			    u32 granted)
{
	u32 ms = granted;

	/* Section "General rules": a packet with a MAC is never altered. */
	if (!CSP_HAS(msg, TIMEOUT) || CSP_HAS(msg, MAC))
		return;
	if (msg->timeout)
		ms = min(ms, msg->timeout);
	if (ms != msg->timeout && !csp_packet_set_timeout(p, ms))
		CSP_BOX_INC(p->box, EDITS);
	csp_answer_epoch(p, msg);
}

/**
 * csp_hole_run() - let the entry of a pinhole live as long as was granted
 * @hole: open pinhole, with an entry
 *
 * Context: csp_box.lock held, RCU.
 */
void csp_hole_run(struct csp_hole *hole)
{
	struct nf_ct_timeout *timeout;

	lockdep_assert_held(&hole->box->lock);
	/* One that was there before keeps its own time. */
	if (!hole->owned)
		return;
	/*
	 * Both ends want it: none that conntrack may forget where there are
	 * many, though data may go one way only. TCP tells itself that it is up.
	 */
	if (hole->key.proto == IPPROTO_UDP)
		set_bit(IPS_ASSURED_BIT, &hole->ct->status);
	timeout = csp_timeout_get(hole->box, hole->key.family, hole->key.proto,
				  hole->granted);
	csp_timeout_run(hole->ct, timeout, hole->timed);
	csp_timeout_put(timeout);
}

static void csp_hole_opened(struct csp_hole *hole, const struct csp_msg *msg)
{
	/* Without them it closes when it is idle, and not before. */
	csp_hole_set_ids(hole, CSP_HOLE_RESPONDER, msg->cid, msg->next_cid);
	kfree(hole->first);
	hole->first = NULL;
	hole->first_len = 0;
	csp_hole_set_state(hole, CSP_MBOX_STATE_OPEN);
	csp_hole_run(hole);
	csp_box_nl_event(hole, CSP_MBOX_EVENT_OPENED);
}

/* It may have been elsewhere, and sent a lot, since its entry last saw it. */
static void csp_answer_forget(struct csp_hole *hole)
{
	spin_lock(&hole->ct->lock);
	csp_template_forget(hole->ct, hole->key.proto);
	spin_unlock(&hole->ct->lock);
}

/* The tuple's pinhole is there: the new connection takes it over. */
static bool csp_hole_inherit(struct csp_hole *hole)
{
	struct csp_hole *old = csp_hole_by_key(hole->box, &hole->key);

	if (!old)
		return false;
	/* The next packet will not find it. */
	if (!old->ct || csp_timeout_over(old->ct)) {
		csp_hole_remove(old, true);
		return false;
	}
	nf_conntrack_get(&old->ct->ct_general);
	if (hole->ct)
		nf_ct_put(hole->ct);
	hole->ct = old->ct;
	hole->nat = old->nat;
	hole->owned = old->owned;
	hole->timed = old->timed;
	csp_hole_remove(old, false);
	csp_hole_hash(hole);
	csp_answer_forget(hole);
	return true;
}

/* Who sends data is who may; both may: the initiator begins. */
static int csp_answer_ask(struct csp_packet *p, struct csp_hole *hole,
			  struct csp_verdict *v)
{
	const bool back = hole->dir == CSP_DIR_REVERSE;
	/* It stays: hole->asking is set. */
	const struct csp_nat nat = hole->nat;
	struct csp_question q;
	int err;

	/* The OK comes from the responder. */
	csp_question(&q, p, &hole->key,
		     back ? CSP_HOLE_RESPONDER : CSP_HOLE_INITIATOR, !back);
	q.admit = hole->rule;
	q.oneway = hole->dir != CSP_DIR_BOTH;
	q.first = hole->first;
	q.first_len = hole->first_len;
	spin_lock_bh(&p->box->lock);
	q.timeout = csp_timeout_get(p->box, hole->key.family, hole->key.proto,
				    hole->granted);
	spin_unlock_bh(&p->box->lock);
	if (nat.on)
		err = csp_nat_judge_as(p, &q, &nat, v);
	else
		err = csp_judge(p->box, &q, v);
	csp_timeout_put(q.timeout);
	return err;
}

static enum csp_fate csp_answer_refuse(struct csp_packet *p,
				       struct csp_hole *hole,
				       const struct csp_msg *msg, int err)
{
	const struct in6_addr to = hole->key.addr[CSP_HOLE_INITIATOR];

	if (err == -ENOMEM) {
		/* The request will come again, and so will its answer. */
		CSP_BOX_INC(p->box, NOMEM);
		return CSP_FATE_DROP;
	}
	spin_lock_bh(&p->box->lock);
	csp_hole_remove(hole, true);
	spin_unlock_bh(&p->box->lock);
	if (err == -ENOSPC)
		CSP_BOX_INC(p->box, REFUSED_FULL);
	else
		CSP_BOX_INC(p->box, REFUSED_RULESET);
	csp_box_reject_to(p, &to, p->rd.xid, msg->dcid,
			  err == -ENOSPC ? CSP_ERR_FULL : CSP_ERR_POLICY);
	return CSP_FATE_DROP;
}

/* The host asked has consented: now it opens. @hole->asking is set. */
static enum csp_fate csp_answer_consent(struct csp_packet *p,
					struct csp_hole *hole,
					const struct csp_msg *msg)
{
	struct csp_box *box = p->box;
	struct csp_verdict v = {};
	int err = csp_answer_ask(p, hole, &v);

	spin_lock_bh(&box->lock);
	hole->asking = false;
	if (!err && v.ct && !hole->dead) {
		/* That of a connection which is over. */
		if (hole->ct)
			nf_ct_put(hole->ct);
		hole->ct = v.ct;
		hole->owned = v.fresh;
		hole->timed = v.timed;
		csp_hole_hash(hole);
		CSP_BOX_INC(box, CONSENTED);
		csp_hole_opened(hole, msg);
	} else if (!err && v.ct) {
		/* Removed by command meanwhile. */
		csp_verdict_forget(&v);
	} else if (!err) {
		csp_hole_remove(hole, true);	/* such data is not tracked */
	}
	spin_unlock_bh(&box->lock);
	if (err)
		return csp_answer_refuse(p, hole, msg, err);
	csp_answer_tell(p, msg, csp_hole_grant_to(hole, CSP_HOLE_INITIATOR));
	return CSP_FATE_ADMIT;
}

/* Under csp_box.lock. Returns true: the ruleset is to be asked. */
static bool csp_answer_confirm(struct csp_packet *p, struct csp_hole *hole,
			       const struct csp_msg *msg)
{
	switch (hole->state) {
	case CSP_MBOX_STATE_PROVISIONAL:
		/* Conntrack had too little room, say. */
		if (hole->ct && nf_ct_is_dying(hole->ct)) {
			hole->asking = true;
			return true;
		}
		CSP_BOX_INC(p->box, CONFIRMED);
		csp_hole_opened(hole, msg);
		return false;
	case CSP_MBOX_STATE_ASKED:
		if (csp_hole_inherit(hole)) {
			CSP_BOX_INC(p->box, CONFIRMED);
			csp_hole_opened(hole, msg);
			return false;
		}
		hole->asking = true;
		return true;
	}
	/* The Setup was repeated, and this is the answer to that. */
	csp_hole_set_ids(hole, CSP_HOLE_RESPONDER, msg->cid, msg->next_cid);
	return false;
}

/* --- the OK to a move --- */

/*
 * Late packets of the old path may still pass. But a flowtable would make a day of
 * the time that is left, and no pinhole knows the entry any more.
 */
static void csp_answer_part(struct csp_hole *hole)
{
	if (test_bit(IPS_OFFLOAD_BIT, &hole->ct->status))
		nf_ct_delete(hole->ct, 0, 0);
	else
		csp_timeout_fix(hole->ct, CSP_BOX_CONF(hole->box, linger));
}

static void csp_answer_moved(struct csp_hole *hole, const struct csp_msg *msg)
{
	struct csp_hole_move *mv = hole->move;
	const enum csp_hole_end end = mv->end;

	hole->move = NULL;
	if (hole->ct == mv->ct) {
		mv->owned = hole->owned;
		mv->timed = hole->timed;
	}
	if (hole->ct) {
		if (hole->owned && hole->ct != mv->ct)
			csp_answer_part(hole);
		nf_ct_put(hole->ct);
	}
	hole->ct = mv->ct;
	hole->owned = mv->owned;
	hole->timed = mv->timed;
	csp_hole_rekey(hole, &mv->key);
	if (hole->owned && !mv->owned)
		csp_answer_forget(hole);
	hole->nat = mv->nat;
	hole->side[end] = mv->side;
	csp_hole_set_ids(hole, end, mv->cid, mv->next);
	if (CSP_HAS(msg, LOCAL_ID))
		csp_hole_set_ids(hole, !end, msg->cid, msg->next_cid);
	kfree(mv);
	CSP_BOX_INC(hole->box, MOVED);
	csp_hole_run(hole);
	csp_box_nl_event(hole, CSP_MBOX_EVENT_MOVED);
}

static enum csp_fate csp_answer_move(struct csp_hole *hole,
				     const struct csp_msg *msg)
{
	/* The mover will ask again, and so will the box its ruleset. */
	if (nf_ct_is_dying(hole->move->ct)) {
		csp_hole_drop_move(hole, true);
		return CSP_FATE_DROP;
	}
	csp_answer_moved(hole, msg);
	return CSP_FATE_ADMIT;
}

/* --- a Change --- */

/* A copy of the OK tells the same once more. */
static void csp_answer_changed(struct csp_hole *hole, enum csp_hole_end end)
{
	struct csp_hole_ask *ask = &hole->ask[end];

	if (ask->done)
		return;
	ask->done = true;
	hole->wish[end] = ask->wish;
	hole->askers |= BIT(end);
	hole->untold &= ~BIT(end);
	hole->granted = csp_hole_grant(hole);
	if (hole->ct && hole->state == CSP_MBOX_STATE_OPEN)
		csp_hole_run(hole);
	CSP_BOX_INC(hole->box, CHANGED);
	csp_box_nl_event(hole, CSP_MBOX_EVENT_CHANGED);
}

/* --- by message --- */

static enum csp_fate csp_answer_ok(struct csp_packet *p, struct csp_hole *hole,
				   const struct csp_msg *msg)
{
	struct csp_box *box = p->box;
	enum csp_fate fate = CSP_FATE_ADMIT;
	bool tell = false, ask = false;
	u32 granted = 0;
	int asker;

	spin_lock_bh(&box->lock);
	asker = csp_answers_change(p, hole);
	if (hole->dead) {
		fate = CSP_FATE_PASS;
	} else if (hole->asking) {
		fate = CSP_FATE_DROP;
	} else if (csp_answers_setup(p, hole, msg) && CSP_HAS(msg, LOCAL_ID)) {
		ask = csp_answer_confirm(p, hole, msg);
		asker = CSP_HOLE_INITIATOR;
		tell = true;
	} else if (asker >= 0) {
		csp_answer_changed(hole, asker);
		tell = true;
	} else if (csp_answers_detach(p, hole)) {
		csp_hole_detached(hole);
	} else if (csp_answers_move(p, hole, msg)) {
		fate = csp_answer_move(hole, msg);
	} else {
		CSP_BOX_INC(box, NOT_BELIEVED);
		fate = CSP_FATE_PASS;
	}
	if (tell)
		granted = csp_hole_grant_to(hole, asker);
	spin_unlock_bh(&box->lock);
	if (ask)
		return csp_answer_consent(p, hole, msg);
	if (tell)
		csp_answer_tell(p, msg, granted);
	return fate;
}

/* Section "Rejection": BUSY is not final. */
static bool csp_answer_is_final(const struct csp_msg *msg)
{
	return msg->type != CSP_MSG_REJECT || msg->err_code != CSP_ERR_BUSY;
}

/* Reject and Redirect. */
static enum csp_fate csp_answer_no(struct csp_packet *p, struct csp_hole *hole,
				   const struct csp_msg *msg)
{
	struct csp_box *box = p->box;
	enum csp_fate fate = CSP_FATE_ADMIT;

	spin_lock_bh(&box->lock);
	if (hole->dead) {
		fate = CSP_FATE_PASS;
	} else if (csp_answers_setup(p, hole, msg)) {
		if (hole->state != CSP_MBOX_STATE_OPEN && !hole->asking &&
		    csp_answer_is_final(msg) && !csp_hole_leave_plain(hole)) {
			CSP_BOX_INC(box, REJECTED);
			csp_hole_remove(hole, true);
		}
	} else if (csp_answers_detach(p, hole)) {
		csp_hole_detached(hole);
	} else if (csp_answers_move(p, hole, msg)) {
		CSP_BOX_INC(box, REJECTED);
		csp_hole_drop_move(hole, true);
	} else if (csp_answers_change(p, hole) < 0) {
		CSP_BOX_INC(box, NOT_BELIEVED);
		fate = CSP_FATE_PASS;
	}
	spin_unlock_bh(&box->lock);
	return fate;
}

/**
 * csp_box_answer() - a message of a packet with the REPLY flag passes
 * @p:   its packet
 * @msg: the message
 *
 * Context: softirq, RCU, no lock.
 * Return: what becomes of the packet.
 */
enum csp_fate csp_box_answer(struct csp_packet *p, const struct csp_msg *msg)
{
	struct csp_hole *hole = csp_hole_get(p->box, msg->dcid);
	enum csp_fate fate = CSP_FATE_ADMIT;

	if (!hole)
		return CSP_FATE_PASS;
	switch (msg->type) {
	case CSP_MSG_OK:
		fate = csp_answer_ok(p, hole, msg);
		break;
	case CSP_MSG_REJECT:
	case CSP_MSG_REDIRECT:
		fate = csp_answer_no(p, hole, msg);
		break;
	}
	csp_hole_put(hole);
	return fate;
}
