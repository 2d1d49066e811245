// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about a connection that is up: Detach, Change, Attach; csp.rst,
 * section "Boxes". They are remembered, and take effect when their answer
 * passes (answer.c); a Detach also when the other end sends one. A move gets a
 * provisional pinhole for its new path at once.
 */
#include <linux/slab.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>

#include "firewall.h"
#include "judge.h"
#include "nat.h"
#include "pinhole.h"
#include "policy.h"
#include "reply.h"
#include "setup.h"
#include "timeout.h"

/*
 * The end that sent a request, which is the one that its dcid does not name; -1:
 * it comes from the wrong side. Under csp_box.lock.
 */
static int csp_later_sender(const struct csp_packet *p,
			    const struct csp_hole *hole, __be64 dcid)
{
	const int to = csp_hole_end_of(hole, dcid);

	if (hole->dead || to < 0)
		return -1;
	if (p->in != hole->side[!to] || p->out != hole->side[to]) {
		CSP_BOX_INC(p->box, NOT_BELIEVED);
		return -1;
	}
	return !to;
}

/**
 * csp_box_detach() - a Detach(CONN) passes
 * @p:   its packet
 * @msg: the Detach
 *
 * If those of both ends cross, each forgets the connection when the other's
 * arrives, and an answer that is lost will not be given again.
 *
 * Context: softirq, RCU, no lock.
 * Return: what becomes of the packet.
 */
enum csp_fate csp_box_detach(struct csp_packet *p, const struct csp_msg *msg)
{
	struct csp_hole *hole = csp_hole_get(p->box, msg->dcid);
	int from;

	if (!hole)
		return CSP_FATE_PASS;
	spin_lock_bh(&p->box->lock);
	from = csp_later_sender(p, hole, msg->dcid);
	if (from >= 0) {
		if (hole->has_bye && hole->bye_end != from)
			csp_hole_detached(hole);
		hole->has_bye = true;
		hole->bye_end = from;
		hole->bye_xid = p->rd.xid;
	}
	spin_unlock_bh(&p->box->lock);
	csp_hole_put(hole);
	return from < 0 ? CSP_FATE_PASS : CSP_FATE_ADMIT;
}

/*
 * A copy changes nothing, be it of the last Change or one that comes late, of
 * that before: who sent them has only the last in mind; section "Transactions".
 * Under csp_box.lock.
 */
static void csp_change_ask(struct csp_hole_ask *ask, __be32 xid, u32 wish)
{
	if (ask->on && (xid == ask->xid || xid == ask->past_xid))
		return;
	*ask = (struct csp_hole_ask) {
		.on		= true,
		.past_xid	= ask->on ? ask->xid : xid,
		.xid		= xid,
		.wish		= wish,
	};
}

/**
 * csp_box_change() - a Change passes
 * @p:   its packet
 * @msg: the Change
 *
 * Context: softirq, RCU, no lock.
 * Return: what becomes of the packet.
 */
enum csp_fate csp_box_change(struct csp_packet *p, const struct csp_msg *msg)
{
	struct csp_hole *hole = csp_hole_get(p->box, msg->dcid);
	int from;

	if (!hole)
		return CSP_FATE_PASS;
	spin_lock_bh(&p->box->lock);
	from = csp_later_sender(p, hole, msg->dcid);
	/* What another box announces, section "Change", "Less", asks nothing. */
	if (from >= 0 && CSP_HAS(msg, TIMEOUT) && !CSP_HAS(msg, ORIGIN))
		csp_change_ask(&hole->ask[from], p->rd.xid, msg->timeout);
	spin_unlock_bh(&p->box->lock);
	csp_hole_put(hole);
	return from < 0 ? CSP_FATE_PASS : CSP_FATE_ADMIT;
}

/* --- moves --- */

/*
 * Where it leads to, as it is inside a NAT: the mover by the IP header, the other
 * end by what it has, if it is there that the packet goes. An address that the
 * pinhole does not know is @elsewhere, and has to be that of DST.
 */
static bool csp_move_key(const struct csp_packet *p, const struct csp_hole *hole,
			 const struct csp_msg *msg, struct csp_hole_move *mv)
{
	const enum csp_hole_end from = mv->end, to = !mv->end;
	struct csp_hole_key *key = &mv->key;

	key->proto = msg->proto;
	key->family = p->family;
	key->addr[from] = p->saddr;
	key->port[from] = csp_end_port(&msg->src);
	key->addr[to] = hole->key.addr[to];
	key->port[to] = hole->key.port[to];
	if (hole->nat.on && hole->nat.inside == to) {
		mv->nat = hole->nat;
	} else if (!ipv6_addr_equal(&p->daddr, &key->addr[to])) {
		mv->elsewhere = true;
		key->addr[to] = p->daddr;
		key->port[to] = csp_end_port(&msg->dst);
		if (!ipv6_addr_equal(&msg->dst.loc, &p->daddr))
			return false;
	}
	return csp_setup_ports(p->box, key);
}

/* The move that a packet asks for, if it fits the pinhole. */
static struct csp_hole_move *csp_move_make(struct csp_packet *p,
					   struct csp_hole *hole,
					   const struct csp_msg *msg)
{
	const int to = csp_hole_end_of(hole, msg->dcid);
	struct csp_hole_move *mv;

	if (hole->dead || hole->asking || to < 0 ||
	    hole->state != CSP_MBOX_STATE_OPEN || p->out != hole->side[to] ||
	    msg->proto != hole->key.proto || !CSP_HAS(msg, LOCAL_ID))
		return NULL;
	mv = kzalloc(sizeof(*mv), GFP_ATOMIC);
	if (!mv)
		return NULL;
	mv->end = !to;
	mv->side = p->in;
	mv->xid = p->rd.xid;
	mv->cid = msg->cid;
	mv->next = msg->next_cid;
	if (csp_move_key(p, hole, msg, mv))
		return mv;
	kfree(mv);
	return NULL;
}

/* The answer has passed, but did not arrive: it will be given again. */
static bool csp_move_done(const struct csp_hole *hole,
			  const struct csp_hole_move *mv)
{
	return hole->ids[mv->end][CSP_HOLE_CID].id == mv->cid &&
	       !memcmp(&hole->key, &mv->key, sizeof(mv->key));
}

/* By the names that it had before the NAT redirected it. */
static bool csp_move_asked(struct csp_packet *p, struct csp_hole *hole,
			   struct csp_nat *nat)
{
	if (csp_nat_clashed(p, &hole->move->nat)) {
		csp_hole_drop_move(hole, false);
		return false;
	}
	*nat = hole->move->nat;
	return true;
}

/* Until its OK, or for as long as a Setup would be. */
static void csp_move_hold(struct csp_box *box, struct csp_hole_move *mv)
{
	const u32 ms = CSP_BOX_CONF(box, provisional);

	mv->until = jiffies + msecs_to_jiffies(ms);
	if (mv->ct && mv->owned)
		csp_timeout_fix(mv->ct, ms);
}

/*
 * The same move again: its new transaction counts. Under csp_box.lock. @nat:
 * filled in if it is to be redirected again.
 */
static bool csp_move_again(struct csp_packet *p, struct csp_hole *hole,
			   const struct csp_hole_move *mv, struct csp_nat *nat)
{
	struct csp_hole_move *old = hole->move;

	if (!old || old->cid != mv->cid)
		return csp_move_done(hole, mv);
	if (old->ct && csp_timeout_over(old->ct))
		return false;
	if (old->nat.inside == old->end &&
	    csp_nat_is_asked(p, &mv->key, &old->key, &old->nat))
		return csp_move_asked(p, hole, nat);
	if (memcmp(&old->key, &mv->key, sizeof(mv->key)))
		return csp_move_done(hole, mv);
	old->xid = mv->xid;
	old->next = mv->next;
	csp_move_hold(p->box, old);
	return true;
}

/* Data of the one direction, or that of the mover first. */
static enum csp_hole_end csp_move_from(const struct csp_hole *hole,
				       const struct csp_hole_move *mv)
{
	/* From inside a NAT is the only direction in which it translates. */
	if (mv->nat.on)
		return mv->nat.inside;
	switch (hole->dir) {
	case CSP_DIR_FORWARD:
		return CSP_HOLE_INITIATOR;
	case CSP_DIR_REVERSE:
		return CSP_HOLE_RESPONDER;
	}
	return mv->end;
}

/*
 * Whoever has a pinhole to a host has none to its neighbours: a move to another
 * place of the other end is judged as a Setup to there would be. 1: a rule of ours
 * admits it; 0: it is as the ruleset says; -EACCES: a rule of ours refuses it.
 */
static int csp_move_admit(struct csp_packet *p, const struct csp_hole *hole,
			  const struct csp_msg *msg,
			  const struct csp_hole_move *mv)
{
	struct csp_rule_found found;

	if (!mv->elsewhere)
		return hole->rule ? 1 : 0;
	csp_match(p, msg, &found);
	if (!found.rule)
		return 0;
	switch (found.rule->spec.action) {
	case CSP_MBOX_ACTION_ACCEPT:
		return 1;
	case CSP_MBOX_ACTION_ASK_HOST:
		return 0;
	}
	return -EACCES;
}

static int csp_move_ask(struct csp_packet *p, struct csp_hole *hole,
			const struct csp_msg *msg, struct csp_hole_move *mv)
{
	const enum csp_hole_end from = csp_move_from(hole, mv);
	struct csp_verdict v = {};
	struct csp_question q;
	int err, admit;

	admit = csp_move_admit(p, hole, msg, mv);
	if (admit < 0)
		return admit;
	csp_question(&q, p, &mv->key, from, from != mv->end);
	q.admit = admit;
	q.running = true;
	q.oneway = hole->dir != CSP_DIR_BOTH;
	spin_lock_bh(&p->box->lock);
	q.timeout = csp_timeout_get(p->box, mv->key.family, mv->key.proto,
				    hole->granted);
	spin_unlock_bh(&p->box->lock);
	/* The mover knows the other end, inside, by a certain name. */
	if (mv->nat.on)
		err = csp_nat_judge_as(p, &q, &mv->nat, &v);
	else
		err = csp_nat_judge(p, &q, &mv->key, &mv->nat, &v);
	csp_timeout_put(q.timeout);
	mv->ct = v.ct;
	mv->owned = v.fresh;
	mv->timed = v.timed;
	if (!err)
		csp_move_hold(p->box, mv);
	return err;
}

static void csp_move_free(struct csp_hole_move *mv)
{
	if (mv->ct)
		nf_ct_put(mv->ct);
	kfree(mv);
}

static enum csp_fate csp_move_refuse(struct csp_packet *p,
				     const struct csp_msg *msg, int err)
{
	if (err != -EACCES)
		return csp_setup_refuse(p, msg, err);
	CSP_BOX_INC(p->box, REFUSED_RULE);
	csp_box_reject(p, msg, CSP_ERR_POLICY, NULL);
	return CSP_FATE_DROP;
}

/* One move at a time: a copy may have been quicker, and have made the entry. */
static void csp_move_replace(struct csp_hole *hole, struct csp_hole_move *mv)
{
	const struct csp_hole_move *old = hole->move;
	const bool same = old && old->ct == mv->ct;

	if (same) {
		mv->owned |= old->owned;
		mv->timed |= old->timed;
	}
	csp_hole_drop_move(hole, !same);
	hole->move = mv;
}

static enum csp_fate csp_move_open(struct csp_packet *p, struct csp_hole *hole,
				   const struct csp_msg *msg,
				   struct csp_hole_move *mv)
{
	int err = csp_move_ask(p, hole, msg, mv);
	struct csp_nat nat;

	if (err || !mv->ct) {
		csp_move_free(mv);
		return err ? csp_move_refuse(p, msg, err) : CSP_FATE_ADMIT;
	}

	nat = mv->nat;
	spin_lock_bh(&p->box->lock);
	/* A copy on another processor may have made it give place. */
	if (hole->dead || nf_ct_is_dying(mv->ct) || (p->masked && !nat.on)) {
		if (mv->owned)
			nf_ct_delete(mv->ct, 0, 0);
		csp_move_free(mv);
		nat.on = false;
	} else {
		csp_move_replace(hole, mv);
		CSP_BOX_INC(p->box, PROVISIONAL);
		if (nat.on)
			CSP_BOX_INC(p->box, NAT_RESERVED);
		csp_nat_note(p, hole);
		nat.on = nat.on && nat.inside == mv->end;
	}
	spin_unlock_bh(&p->box->lock);
	if (nat.on && !csp_nat_is_named(p, msg, &nat))
		return csp_nat_redirect(p, msg, &nat);
	return CSP_FATE_ADMIT;
}

static enum csp_fate csp_move(struct csp_packet *p, struct csp_hole *hole,
			      const struct csp_msg *msg)
{
	struct csp_nat nat = {};
	struct csp_hole_move *mv;
	bool again;

	p->masked = !ipv6_addr_equal(&msg->src.loc, &p->saddr);
	spin_lock_bh(&p->box->lock);
	mv = csp_move_make(p, hole, msg);
	again = mv && csp_move_again(p, hole, mv, &nat);
	if (again)
		csp_nat_note(p, hole);
	spin_unlock_bh(&p->box->lock);
	if (!mv) {
		CSP_BOX_INC(p->box, NOT_BELIEVED);
		return CSP_FATE_PASS;
	}
	if (again) {
		csp_move_free(mv);
		return nat.on ? csp_nat_redirect(p, msg, &nat) : CSP_FATE_ADMIT;
	}
	return csp_move_open(p, hole, msg, mv);
}

/**
 * csp_box_attach() - an Attach passes
 * @p:   its packet
 * @msg: the Attach
 *
 * Without a Detach(PATH) it is an offer, and opens nothing.
 *
 * Context: softirq, RCU, no lock.
 * Return: what becomes of the packet.
 */
enum csp_fate csp_box_attach(struct csp_packet *p, const struct csp_msg *msg)
{
	struct csp_hole *hole = csp_hole_get(p->box, msg->dcid);
	enum csp_fate fate = CSP_FATE_ADMIT;

	/* A connection that came here from elsewhere is judged as a new one. */
	if (!hole && p->moving && CSP_HAS(msg, LOCAL_ID))
		return csp_box_setup(p, msg);
	if (!hole)
		return CSP_FATE_PASS;
	if (p->moving)
		fate = csp_move(p, hole, msg);
	csp_hole_put(hole);
	return fate;
}
