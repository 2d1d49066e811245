// SPDX-License-Identifier: GPL-2.0
/*
 * A Setup that passes; csp.rst, sections "Setup", "Piggyback", "Boxes".
 *
 *	         Setup
 *	           |
 *	  known? --+-- the same again: forwarded, nothing more
 *	           |
 *	         rules
 *	           |
 *	  .--------+---------+-----------+----------.
 *	reject  redirect  ask-host     accept     none         (the last three:
 *	  |        |         |           |          |           cookie.c first)
 *	  |        |         |           |          |
 *	Reject  Redirect  forwarded,  the ruleset   what it carries is
 *	                  nothing     is asked,     judged by the ruleset
 *	                  is open     admitted by   like any packet
 *	                              us
 *	                                 |
 *	                     no: Reject -+- yes: provisional pinhole, forwarded
 *
 * With or without a rule: where the ruleset translates the data, and the Setup
 * does not say so, the answer is a Redirect (nat.c). What is for a name of this
 * box has been sent on to the host inside before (inward.c).
 */
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/netfilter/nf_conntrack.h>

#include "cookie.h"
#include "firewall.h"
#include "judge.h"
#include "nat.h"
#include "netlink.h"
#include "pinhole.h"
#include "policy.h"
#include "reply.h"
#include "setup.h"
#include "timeout.h"

/* --- a Setup that was seen before --- */

/* Returns false: it is to be treated as a new one. */
static bool csp_setup_same(struct csp_packet *p, const struct csp_msg *msg,
			   struct csp_hole *hole, enum csp_fate *fate)
{
	struct csp_box *box = p->box;

	lockdep_assert_held(&box->lock);
	if (hole->asking) {
		CSP_BOX_INC(box, SETUP_BUSY);
		*fate = CSP_FATE_DROP;
		return true;
	}
	/* Section "Setup": it may be sent again during the connection's life. */
	CSP_BOX_INC(box, SETUP_AGAIN);
	hole->setup_xid = p->rd.xid;
	csp_nat_note(p, hole);
	*fate = CSP_FATE_ADMIT;
	return true;
}

/* The names are those that the host had before this NAT redirected it. */
static bool csp_setup_asked(struct csp_packet *p, struct csp_hole *hole,
			    struct csp_nat *nat)
{
	lockdep_assert_held(&p->box->lock);
	if (csp_nat_clashed(p, &hole->nat)) {
		csp_hole_remove(hole, false);
		return false;
	}
	CSP_BOX_INC(p->box, SETUP_AGAIN);
	*nat = hole->nat;
	return true;
}

/* Of the connection that a Setup from this side, with this identifier, is for. */
static bool csp_setup_owns(const struct csp_hole *hole, __be64 cid, u64 side)
{
	return csp_hole_end_of(hole, cid) == CSP_HOLE_INITIATOR &&
	       hole->side[CSP_HOLE_INITIATOR] == side;
}

/* May it be replaced by one under another name? */
static bool csp_setup_yields(const struct csp_hole *hole)
{
	return hole->state != CSP_MBOX_STATE_OPEN && !hole->asking;
}

static bool csp_setup_known(struct csp_packet *p, const struct csp_msg *msg,
			    const struct csp_hole_key *key,
			    struct csp_hole *hole, struct csp_nat *nat,
			    enum csp_fate *fate)
{
	const bool own = csp_setup_owns(hole, msg->cid, p->in);

	lockdep_assert_held(&p->box->lock);
	if (hole->dead)
		return false;
	if (own && !hole->asking && hole->nat.inside == CSP_HOLE_INITIATOR &&
	    csp_nat_is_asked(p, key, &hole->key, &hole->nat))
		return csp_setup_asked(p, hole, nat);
	/* In LINGER: a copy that was under way for long. */
	if (own && (hole->state != CSP_MBOX_STATE_LINGER ||
		    hole->setup_xid == p->rd.xid) &&
	    !memcmp(key, &hole->key, sizeof(*key)))
		return csp_setup_same(p, msg, hole, fate);
	/*
	 * After a Redirect: the same identifier, another name. Or before it: a
	 * late copy of what was redirected, which must not take the place of
	 * what was accepted since. The policy will say.
	 */
	if (own && csp_setup_yields(hole))
		return false;
	CSP_BOX_INC(p->box, SETUP_OTHER);
	*fate = CSP_FATE_PASS;
	return true;
}

static bool csp_setup_again(struct csp_packet *p, const struct csp_msg *msg,
			    const struct csp_hole_key *key,
			    enum csp_fate *fate)
{
	struct csp_hole *hole = csp_hole_get(p->box, msg->cid);
	struct csp_nat nat = {};
	bool known;

	if (!hole)
		return false;
	spin_lock_bh(&p->box->lock);
	known = csp_setup_known(p, msg, key, hole, &nat, fate);
	spin_unlock_bh(&p->box->lock);
	csp_hole_put(hole);
	if (known && nat.on)
		*fate = csp_nat_redirect(p, msg, &nat);
	return known;
}

/* --- the question to the ruleset --- */

static void csp_setup_ask(struct csp_packet *p, const struct csp_msg *msg,
			  const struct csp_hole_key *key,
			  struct csp_question *q)
{
	const bool back = msg->dir == CSP_DIR_REVERSE;

	csp_question(q, p, key, back ? CSP_HOLE_RESPONDER : CSP_HOLE_INITIATOR,
		     back);
	q->oneway = msg->dir != CSP_DIR_BOTH;
	q->running = p->moving;
	if (CSP_HAS(msg, PIGGYBACK) && !back && !q->running) {
		q->first = msg->piggyback.data;
		q->first_len = msg->piggyback.len;
	}
}

/**
 * csp_setup_refuse() - there is no pinhole for a request
 * @p:   the packet
 * @msg: the Setup, or the Attach of a move
 * @err: of csp_judge(), csp_nat_judge() or csp_hole_insert()
 *
 * Context: softirq, RCU, no lock.
 * Return: CSP_FATE_DROP.
 */
enum csp_fate csp_setup_refuse(struct csp_packet *p, const struct csp_msg *msg,
			       int err)
{
	switch (err) {
	case -EPERM:
		CSP_BOX_INC(p->box, REFUSED_RULESET);
		csp_box_reject(p, msg, CSP_ERR_POLICY, NULL);
		break;
	case -EADDRINUSE:
		CSP_BOX_INC(p->box, NAT_IN_USE);
		csp_box_reject(p, msg, CSP_ERR_IN_USE, NULL);
		break;
	case -ENOSPC:
		CSP_BOX_INC(p->box, REFUSED_FULL);
		csp_box_reject(p, msg, CSP_ERR_FULL,
			       "no room for more connections");
		break;
	case -EEXIST:
		/* A copy of it; or another connection has its identifier. */
		CSP_BOX_INC(p->box, SETUP_BUSY);
		break;
	default:
		CSP_BOX_INC(p->box, NOMEM);
	}
	return CSP_FATE_DROP;
}

/* --- a new pinhole --- */

/*
 * Its entry has more time than it has: sweep.c looks at it before conntrack does.
 * A timer may be late by an eighth of its time.
 */
static void csp_setup_hold(struct csp_box *box, struct nf_conn *ct)
{
	const u32 ms = CSP_BOX_CONF(box, provisional);

	csp_timeout_fix(ct, ms + ms / 8 + MSEC_PER_SEC);
}

/* @rule: NULL: there is none, but the NAT has a mapping for it. */
static struct csp_hole *csp_setup_hole(struct csp_packet *p,
				       const struct csp_msg *msg,
				       const struct csp_hole_key *key,
				       const struct csp_box_rule *rule)
{
	struct csp_hole *hole = csp_hole_alloc(p->box, key);

	if (!hole)
		return NULL;
	hole->inside = !rule || rule->spec.action == CSP_MBOX_ACTION_ACCEPT;
	hole->state = hole->inside ? CSP_MBOX_STATE_PROVISIONAL :
				     CSP_MBOX_STATE_ASKED;
	hole->asking = hole->inside;
	hole->proven = p->proven;
	hole->dir = msg->dir;
	hole->side[CSP_HOLE_INITIATOR] = p->in;
	hole->side[CSP_HOLE_RESPONDER] = p->out;
	hole->setup_xid = p->rd.xid;
	if (CSP_HAS(msg, TIMEOUT)) {
		hole->wish[CSP_HOLE_INITIATOR] = msg->timeout;
		hole->askers = BIT(CSP_HOLE_INITIATOR);
	}
	hole->limit = rule ? rule->spec.timeout : 0;
	hole->rule = rule ? rule->id : 0;
	hole->granted = csp_hole_grant(hole);
	return hole;
}

/*
 * A pinhole that is over gives place to one of the same tuple. The entry that the
 * ruleset has for that may be its own: then it goes over as well.
 */
static void csp_setup_succeed(struct csp_hole *old, struct csp_verdict *v)
{
	const bool same = v && v->ct && v->ct == old->ct;

	if (same) {
		v->fresh = old->owned;
		v->timed = old->timed;
	}
	/* Who forges a Setup ends no connection that is plain. */
	if (same || !csp_hole_leave_plain(old))
		csp_hole_remove(old, !same);
}

/* Is the tuple that of a connection which is up? One that was goes. */
static bool csp_setup_taken(struct csp_hole *hole, struct csp_verdict *v)
{
	struct csp_hole *old = csp_hole_by_key(hole->box, &hole->key);

	if (!old)
		return false;
	if (old->state != CSP_MBOX_STATE_OPEN || !old->ct ||
	    csp_timeout_over(old->ct)) {
		csp_setup_succeed(old, v);
		return false;
	}
	/* Its mapping is that of the tuple. */
	if (old->nat.on) {
		nf_conntrack_get(&old->ct->ct_general);
		hole->ct = old->ct;
		hole->nat = old->nat;
	}
	return true;
}

/* It was redirected: what waits under its former name is over. */
static void csp_setup_replace(const struct csp_hole *hole, __be64 cid,
			      struct csp_verdict *v)
{
	struct csp_hole *old = csp_hole_get(hole->box, cid);

	lockdep_assert_held(&hole->box->lock);
	if (old && csp_setup_owns(old, cid, hole->side[CSP_HOLE_INITIATOR]) &&
	    csp_setup_yields(old))
		csp_setup_succeed(old, v);
	csp_hole_put(old);
}

/*
 * If the tuple is in use, its pinhole is there already. Whether the new Setup
 * takes it over is for the responder to say. @v: what the ruleset has said of it,
 * if it has been asked.
 */
static int csp_setup_insert(struct csp_hole *hole, const struct csp_msg *msg,
			    struct csp_verdict *v)
{
	struct csp_box *box = hole->box;
	int err;

	spin_lock_bh(&box->lock);
	csp_setup_replace(hole, msg->cid, v);
	if (csp_setup_taken(hole, v)) {
		hole->state = CSP_MBOX_STATE_ASKED;
		hole->asking = false;
	}
	err = csp_hole_add(hole, msg->cid, msg->next_cid);
	if (!err && hole->asking)
		csp_hole_hash(hole);
	else if (!err)
		csp_box_nl_event(hole, CSP_MBOX_EVENT_ASKED);
	spin_unlock_bh(&box->lock);
	return err;
}

static void csp_setup_provide(struct csp_packet *p, struct csp_hole *hole,
			      const struct csp_hole_key *key,
			      const struct csp_nat *nat, struct csp_verdict *v)
{
	struct csp_box *box = hole->box;

	spin_lock_bh(&box->lock);
	hole->asking = false;
	if (hole->dead) {
		/* Removed by command meanwhile. */
		csp_verdict_forget(v);
	} else {
		hole->ct = v->ct;
		hole->owned = v->fresh;
		hole->timed = v->timed;
		hole->nat = *nat;
		if (memcmp(key, &hole->key, sizeof(*key)))
			csp_hole_rekey(hole, key);
		if (hole->owned)
			csp_setup_hold(box, v->ct);
		CSP_BOX_INC(box, PROVISIONAL);
		if (nat->on)
			CSP_BOX_INC(box, NAT_RESERVED);
		csp_nat_note(p, hole);
		csp_box_nl_event(hole, CSP_MBOX_EVENT_PROVISIONAL);
	}
	spin_unlock_bh(&box->lock);
}

static void csp_setup_undo(struct csp_hole *hole)
{
	spin_lock_bh(&hole->box->lock);
	csp_hole_remove(hole, true);
	spin_unlock_bh(&hole->box->lock);
}

static struct nf_ct_timeout *csp_setup_timeout(struct csp_hole *hole)
{
	struct nf_ct_timeout *timeout;

	spin_lock_bh(&hole->box->lock);
	timeout = csp_timeout_get(hole->box, hole->key.family, hole->key.proto,
				  hole->granted);
	spin_unlock_bh(&hole->box->lock);
	return timeout;
}

/* Its data would be translated, or not: is it named so? */
static enum csp_fate csp_setup_named(struct csp_packet *p,
				     const struct csp_msg *msg,
				     const struct csp_nat *nat)
{
	if (!nat->on || nat->inside != CSP_HOLE_INITIATOR ||
	    csp_nat_is_named(p, msg, nat))
		return CSP_FATE_ADMIT;
	return csp_nat_redirect(p, msg, nat);
}

/* Its tuple has an open pinhole, and a mapping with it if there is a NAT. */
static enum csp_fate csp_setup_shared(struct csp_packet *p,
				      const struct csp_msg *msg,
				      struct csp_hole *hole)
{
	struct csp_nat nat;

	spin_lock_bh(&p->box->lock);
	nat = hole->nat;
	csp_nat_note(p, hole);
	spin_unlock_bh(&p->box->lock);
	return csp_setup_named(p, msg, &nat);
}

static enum csp_fate csp_setup_foreign(struct csp_packet *p)
{
	CSP_BOX_INC(p->box, SETUP_FOREIGN);
	return CSP_FATE_PASS;
}

static enum csp_fate csp_setup_open(struct csp_packet *p,
				    const struct csp_msg *msg,
				    struct csp_hole *hole)
{
	struct csp_hole_key key = hole->key;
	struct csp_verdict v;
	struct csp_question q;
	struct csp_nat nat;
	int err;

	csp_setup_ask(p, msg, &key, &q);
	q.admit = true;
	q.timeout = csp_setup_timeout(hole);
	err = csp_nat_judge(p, &q, &key, &nat, &v);
	csp_timeout_put(q.timeout);
	if (err) {
		csp_setup_undo(hole);
		return csp_setup_refuse(p, msg, err);
	}
	if (p->masked && !nat.on) {
		csp_verdict_forget(&v);
		csp_setup_undo(hole);
		return csp_setup_foreign(p);
	}
	if (v.ct)
		csp_setup_provide(p, hole, &key, &nat, &v);
	else
		csp_setup_undo(hole);	/* the ruleset tracks no such data */
	return csp_setup_named(p, msg, &nat);
}

/* The answer to a SYN is tracked only if the SYN was: keep its header. */
static void csp_setup_keep(struct csp_hole *hole, const struct csp_msg *msg)
{
	struct tcphdr th;

	if (!CSP_HAS(msg, PIGGYBACK) || hole->key.proto != IPPROTO_TCP)
		return;
	memcpy(&th, msg->piggyback.data, sizeof(th));
	hole->first_len = th.doff * 4;
	hole->first = kmemdup(msg->piggyback.data, hole->first_len, GFP_ATOMIC);
	if (!hole->first)
		hole->first_len = 0;
}

static enum csp_fate csp_setup_new(struct csp_packet *p,
				   const struct csp_msg *msg,
				   const struct csp_hole_key *key,
				   const struct csp_box_rule *rule)
{
	struct csp_hole *hole = csp_setup_hole(p, msg, key, rule);
	enum csp_fate fate = CSP_FATE_ADMIT;
	int err;

	if (!hole)
		return csp_setup_refuse(p, msg, -ENOMEM);
	csp_setup_keep(hole, msg);
	err = csp_setup_insert(hole, msg, NULL);
	if (err)
		fate = csp_setup_refuse(p, msg, err);
	else if (hole->asking)
		fate = csp_setup_open(p, msg, hole);
	else
		fate = csp_setup_shared(p, msg, hole);
	csp_hole_put(hole);
	return fate;
}

/* --- no rule --- */

/* The entry is there already, as the ruleset has it. */
static enum csp_fate csp_setup_mapped(struct csp_packet *p,
				      const struct csp_msg *msg,
				      struct csp_hole *hole,
				      const struct csp_nat *nat,
				      struct csp_verdict *v)
{
	int err = csp_setup_insert(hole, msg, v);

	if (err) {
		csp_verdict_forget(v);
		return csp_setup_refuse(p, msg, err);
	}
	if (!hole->asking) {
		csp_verdict_forget(v);
		return csp_setup_shared(p, msg, hole);
	}
	csp_setup_provide(p, hole, &hole->key, nat, v);
	return csp_setup_named(p, msg, nat);
}

static enum csp_fate csp_setup_translate(struct csp_packet *p,
					 const struct csp_msg *msg,
					 struct csp_hole *hole)
{
	struct csp_box *box = p->box;
	struct csp_verdict v;
	struct csp_question q;
	struct csp_nat nat;
	int err;

	csp_setup_ask(p, msg, &hole->key, &q);
	q.oneway = false;
	q.timeout = csp_setup_timeout(hole);
	err = csp_nat_judge(p, &q, &hole->key, &nat, &v);
	csp_timeout_put(q.timeout);
	if (!err && nat.on)
		return csp_setup_mapped(p, msg, hole, &nat, &v);
	if (err == -ENOSPC ||
	    (err && (CSP_HAS(msg, PIGGYBACK) || p->inward.on)))
		return csp_setup_refuse(p, msg, err);
	if (!err && v.ct && CSP_HAS(msg, PIGGYBACK) && !p->masked) {
		spin_lock_bh(&box->lock);
		if (v.fresh)
			csp_timeout_leave(v.ct, v.timed);
		spin_unlock_bh(&box->lock);
		nf_ct_put(v.ct);
	} else if (!err) {
		csp_verdict_forget(&v);
	}
	return p->masked ? csp_setup_foreign(p) : CSP_FATE_PASS;
}

/*
 * No rule speaks of it. What it carries must not get past the ruleset inside
 * it, and conntrack has to know of that, or it would not know the answer. And
 * a NAT has to speak, whatever the rules are.
 */
static enum csp_fate csp_setup_ruleset(struct csp_packet *p,
				       const struct csp_msg *msg,
				       const struct csp_hole_key *key)
{
	struct csp_hole *hole;
	enum csp_fate fate;

	if (CSP_HAS(msg, PIGGYBACK)) {
		if (csp_box_cookie_asks_ct(p, msg, key))
			return CSP_FATE_DROP;
		CSP_BOX_INC(p->box, SETUP_RULESET);
	} else if (!csp_nat_active(p->box, p->family)) {
		return CSP_FATE_PASS;
	}
	hole = csp_setup_hole(p, msg, key, NULL);
	if (!hole)
		return csp_setup_refuse(p, msg, -ENOMEM);
	fate = csp_setup_translate(p, msg, hole);
	csp_hole_put(hole);
	return fate;
}

static enum csp_fate csp_setup_reject(struct csp_packet *p,
				      const struct csp_msg *msg,
				      const struct csp_rule_found *found)
{
	if (found->auth) {
		CSP_BOX_INC(p->box, REFUSED_AUTH);
		csp_box_reject(p, msg, CSP_ERR_AUTH, found->rule->spec.text);
	} else {
		CSP_BOX_INC(p->box, REFUSED_RULE);
		csp_box_reject(p, msg, CSP_ERR_POLICY, found->rule->spec.text);
	}
	return CSP_FATE_DROP;
}

static enum csp_fate csp_setup_by_rule(struct csp_packet *p,
				       const struct csp_msg *msg,
				       const struct csp_hole_key *key)
{
	struct csp_rule_found found;

	csp_match(p, msg, &found);
	if (!found.rule)
		return csp_setup_ruleset(p, msg, key);
	switch (found.rule->spec.action) {
	case CSP_MBOX_ACTION_REJECT:
		return csp_setup_reject(p, msg, &found);
	case CSP_MBOX_ACTION_REDIRECT:
		CSP_BOX_INC(p->box, REDIRECTED);
		csp_box_redirect(p, msg, found.rule);
		return CSP_FATE_DROP;
	case CSP_MBOX_ACTION_ASK_HOST:
		if (p->masked)
			return csp_setup_foreign(p);
		if (p->inward.on)
			return csp_setup_refuse(p, msg, -EPERM);
		break;
	}
	if (csp_box_cookie_asks(p, msg))
		return CSP_FATE_DROP;
	if (found.rule->spec.action == CSP_MBOX_ACTION_ASK_HOST)
		CSP_BOX_INC(p->box, ASKED);
	else
		CSP_BOX_INC(p->box, ACCEPTED);
	return csp_setup_new(p, msg, key, found.rule);
}

/**
 * csp_box_setup() - a Setup passes
 * @p:   its packet
 * @msg: the Setup
 *
 * Context: softirq, RCU, no lock.
 * Return: what becomes of the packet.
 */
enum csp_fate csp_box_setup(struct csp_packet *p, const struct csp_msg *msg)
{
	struct csp_hole_key key;
	enum csp_fate fate;

	if (!csp_setup_key(p, msg, &key))
		return csp_setup_foreign(p);
	if (!csp_setup_tracked(key.proto)) {
		CSP_BOX_INC(p->box, SETUP_OTHER);
		return CSP_FATE_PASS;
	}
	if (!csp_setup_sound(p, msg, &key)) {
		CSP_BOX_INC(p->box, SETUP_MALFORMED);
		csp_box_reject(p, msg, CSP_ERR_MALFORMED, NULL);
		return CSP_FATE_DROP;
	}
	/* "Limits": a NAT lends nothing to data that goes one way. */
	if (p->inward.on && msg->dir != CSP_DIR_BOTH)
		return csp_setup_refuse(p, msg, -EPERM);
	if (csp_setup_again(p, msg, &key, &fate)) {
		if (fate == CSP_FATE_PASS)
			return csp_setup_ruleset(p, msg, &key);
		return fate;
	}
	CSP_BOX_INC(p->box, SETUPS);
	return csp_setup_by_rule(p, msg, &key);
}
