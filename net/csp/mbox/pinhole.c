// SPDX-License-Identifier: GPL-2.0
/*
 * Pinholes: their states, and the tables in which they are found.
 *
 *   Setup, accepted by a rule    Setup, left to the host asked
 *              |                               |
 *              v                               v
 *        .-------------.                  .---------.
 *        | PROVISIONAL |                  |  ASKED  |
 *        |  entry, 10s |                  | nothing |
 *        '-------------'                  '---------'
 *          |   |   |                        |     |
 *          |   |   '------- OK -----. .-OK--'     | Reject, Redirect,
 *          |   | no OK, but data    v v           | no OK in 10 s
 *          |   | both ways:      .------.         v
 *          |   | left to         | OPEN |--.    (gone)
 *          |   v conntrack       '------'  | conntrack gave the entry up
 *          | (gone)                 |      v
 *          v                        |    (gone)
 *   Reject, Redirect, no OK         | Detach and its answer,
 *        (gone)                     v or Detach of both ends
 *                              .--------.  10 s
 *                              | LINGER |-------> (gone)
 *                              '--------'
 *
 * TCP that is still closing after that time is left to conntrack, too.
 *
 * All changes happen under csp_box.lock. The tables are read under RCU.
 */
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>

#include "../share.h"
#include "netlink.h"
#include "pinhole.h"
#include "timeout.h"

static const struct rhashtable_params csp_hole_params = {
	.key_len		= sizeof(struct csp_hole_key),
	.key_offset		= offsetof(struct csp_hole, key),
	.head_offset		= offsetof(struct csp_hole, node),
	.automatic_shrinking	= true,
};

static const struct rhashtable_params csp_hole_id_params = {
	.key_len		= sizeof(__be64),
	.key_offset		= offsetof(struct csp_hole_id, id),
	.head_offset		= offsetof(struct csp_hole_id, node),
	.automatic_shrinking	= true,
};

/**
 * csp_hole_alloc() - make a pinhole that is in no table yet
 * @box: namespace
 * @key: its data tuple
 *
 * Context: any.
 * Return: the pinhole with the caller's reference, or NULL: no memory.
 */
struct csp_hole *csp_hole_alloc(struct csp_box *box,
				const struct csp_hole_key *key)
{
	struct csp_hole *hole = kzalloc(sizeof(*hole), GFP_ATOMIC);
	int end, which;

	if (!hole)
		return NULL;
	refcount_set(&hole->ref, 1);
	hole->box = box;
	hole->key = *key;
	hole->born = jiffies;
	INIT_LIST_HEAD(&hole->list);
	for (end = 0; end < 2; end++)
		for (which = 0; which < 2; which++)
			hole->ids[end][which].hole = hole;
	return hole;
}

/**
 * csp_hole_get() - find a pinhole by an identifier of either end
 * @box: namespace
 * @id:  the identifier
 *
 * Context: any, RCU.
 * Return: the pinhole with a reference, or NULL.
 */
struct csp_hole *csp_hole_get(struct csp_box *box, __be64 id)
{
	struct csp_hole_id *found;

	found = rhashtable_lookup(&box->ids, &id, csp_hole_id_params);
	if (!found || !refcount_inc_not_zero(&found->hole->ref))
		return NULL;
	return found->hole;
}

/**
 * csp_hole_put() - give back a reference
 * @hole: pinhole, or NULL
 *
 * Context: any.
 */
void csp_hole_put(struct csp_hole *hole)
{
	if (!hole || !refcount_dec_and_test(&hole->ref))
		return;
	if (hole->ct)
		nf_ct_put(hole->ct);
	kfree(hole->first);
	kfree_rcu(hole, rcu);
}

/**
 * csp_hole_by_key() - find a pinhole that has an entry, by its data tuple
 * @box: namespace
 * @key: data tuple, initiator first
 *
 * Context: csp_box.lock held.
 * Return: the pinhole, good while the lock is held, or NULL.
 */
struct csp_hole *csp_hole_by_key(struct csp_box *box,
				 const struct csp_hole_key *key)
{
	lockdep_assert_held(&box->lock);
	return rhashtable_lookup_fast(&box->holes, key, csp_hole_params);
}

static void csp_hole_id_del(struct csp_hole_id *id)
{
	struct csp_box *box = id->hole->box;

	if (!id->id)
		return;
	rhashtable_remove_fast(&box->ids, &id->node, csp_hole_id_params);
	id->id = 0;
}

static int csp_hole_id_add(struct csp_hole_id *id, __be64 value)
{
	int err;

	id->id = value;
	if (!value)
		return 0;
	err = rhashtable_lookup_insert_fast(&id->hole->box->ids, &id->node,
					    csp_hole_id_params);
	if (err)
		id->id = 0;
	return err;
}

/**
 * csp_hole_set_ids() - learn the identifiers of one end
 * @hole: pinhole
 * @end:  whose
 * @cid:  of the path in use
 * @next: of the path after that; 0: none
 *
 * Context: csp_box.lock held.
 * Return: 0; -EEXIST: another connection has one of them; or -ENOMEM. It has
 * none then.
 */
int csp_hole_set_ids(struct csp_hole *hole, enum csp_hole_end end,
		     __be64 cid, __be64 next)
{
	struct csp_hole_id *ids = hole->ids[end];
	int err;

	lockdep_assert_held(&hole->box->lock);
	if (ids[CSP_HOLE_CID].id == cid && ids[CSP_HOLE_NEXT].id == next)
		return 0;
	csp_hole_id_del(&ids[CSP_HOLE_CID]);
	csp_hole_id_del(&ids[CSP_HOLE_NEXT]);
	err = csp_hole_id_add(&ids[CSP_HOLE_CID], cid);
	if (err)
		return err;
	err = csp_hole_id_add(&ids[CSP_HOLE_NEXT], next);
	if (err)
		csp_hole_id_del(&ids[CSP_HOLE_CID]);
	return err;
}

/**
 * csp_hole_end_of() - which end has an identifier
 * @hole: pinhole
 * @id:   the identifier
 *
 * Context: csp_box.lock held.
 * Return: enum csp_hole_end, or -1.
 */
int csp_hole_end_of(const struct csp_hole *hole, __be64 id)
{
	int end, which;

	for (end = 0; end < 2; end++)
		for (which = 0; which < 2; which++)
			if (id && hole->ids[end][which].id == id)
				return end;
	return -1;
}

static struct list_head *csp_hole_list(struct csp_hole *hole)
{
	switch (hole->state) {
	case CSP_MBOX_STATE_ASKED:
	case CSP_MBOX_STATE_PROVISIONAL:
		return &hole->box->waiting;
	case CSP_MBOX_STATE_LINGER:
		return &hole->box->linger;
	}
	return &hole->box->open;
}

static bool csp_hole_waits(const struct csp_hole *hole)
{
	return hole->state == CSP_MBOX_STATE_ASKED ||
	       hole->state == CSP_MBOX_STATE_PROVISIONAL;
}

static const struct in6_addr *csp_hole_asker(const struct csp_hole *hole)
{
	return &hole->key.addr[CSP_HOLE_INITIATOR];
}

static void csp_hole_unlist(struct csp_hole *hole)
{
	if (list_empty(&hole->list))
		return;
	if (csp_hole_waits(hole)) {
		hole->box->n_waiting--;
		csp_share_del(hole->box->waiters, &hole->wait_slot);
	}
	list_del_init(&hole->list);
}

/**
 * csp_hole_set_state() - put a pinhole into a state, and its list
 * @hole:  pinhole
 * @state: enum csp_mbox_state
 *
 * Context: csp_box.lock held.
 */
void csp_hole_set_state(struct csp_hole *hole, u8 state)
{
	struct csp_box *box = hole->box;
	u32 ms;

	lockdep_assert_held(&box->lock);
	csp_hole_unlist(hole);
	hole->state = state;
	list_add_tail(&hole->list, csp_hole_list(hole));
	if (state == CSP_MBOX_STATE_OPEN) {
		csp_sweep_start(box);
		return;
	}
	if (csp_hole_waits(hole)) {
		box->n_waiting++;
		if (hole->proven)
			csp_share_add(box->waiters, csp_hole_asker(hole),
				      &hole->wait_slot);
	}
	ms = state == CSP_MBOX_STATE_LINGER ? CSP_BOX_CONF(box, linger) :
					     CSP_BOX_CONF(box, provisional);
	hole->expires = jiffies + msecs_to_jiffies(ms);
	csp_sweep_expire_at(box, hole->expires);
}

/**
 * csp_hole_most() - how many pinholes may there be?
 * @box: namespace
 *
 * Each has an entry of conntrack.
 *
 * Context: any.
 * Return: max_pinholes, or as many as conntrack may have entries.
 */
u32 csp_hole_most(const struct csp_box *box)
{
	return min_t(u32, CSP_BOX_CONF(box, max_pinholes),
		     READ_ONCE(nf_conntrack_max));
}

/* Section "Bounds". */
static bool csp_hole_fits(const struct csp_hole *hole)
{
	const struct in6_addr *asker = csp_hole_asker(hole);
	const struct csp_box *box = hole->box;
	const u32 n = atomic_read(&box->n_holes);

	lockdep_assert_held(&box->lock);
	return n < CSP_BOX_CONF(box, max_pinholes) &&
	       box->n_waiting < CSP_BOX_CONF(box, max_waiting) &&
	       csp_share_fair(box->askers, asker, n, csp_hole_most(box)) &&
	       csp_share_fair(box->waiters, asker, box->n_waiting,
			      CSP_BOX_CONF(box, max_waiting));
}

/**
 * csp_hole_add() - put a new pinhole into the table of identifiers
 * @hole: pinhole; its state is set
 * @cid:  initiator's identifier
 * @next: and that of its next path
 *
 * Context: csp_box.lock held.
 * Return: 0; -ENOSPC: no room for it; -EEXIST: another connection has the
 * identifier; or -ENOMEM.
 */
int csp_hole_add(struct csp_hole *hole, __be64 cid, __be64 next)
{
	struct csp_box *box = hole->box;
	int err;

	lockdep_assert_held(&box->lock);
	if (!csp_hole_fits(hole))
		return -ENOSPC;
	err = csp_hole_set_ids(hole, CSP_HOLE_INITIATOR, cid, next);
	if (err)
		return err;
	refcount_inc(&hole->ref);
	atomic_inc(&box->n_holes);
	if (hole->proven)
		csp_share_add(box->askers, csp_hole_asker(hole),
			      &hole->ask_slot);
	csp_hole_set_state(hole, hole->state);
	return 0;
}

/**
 * csp_hole_hash() - put a pinhole into the table of data tuples
 * @hole: pinhole
 *
 * Context: csp_box.lock held.
 * Return: false: another pinhole has this tuple, or no memory.
 */
bool csp_hole_hash(struct csp_hole *hole)
{
	struct rhashtable *holes = &hole->box->holes;

	lockdep_assert_held(&hole->box->lock);
	if (!hole->hashed)
		hole->hashed = !rhashtable_lookup_insert_fast(holes,
							      &hole->node,
							      csp_hole_params);
	return hole->hashed;
}

static void csp_hole_unhash(struct csp_hole *hole)
{
	if (hole->hashed)
		rhashtable_remove_fast(&hole->box->holes, &hole->node,
				       csp_hole_params);
	hole->hashed = false;
}

/**
 * csp_hole_rekey() - give a pinhole another data tuple
 * @hole: pinhole
 * @key:  the tuple; one that has it already is removed, and leaves its entry, if
 *        that of @hole is the same, to @hole: unless it is open and @hole is not
 *
 * Context: csp_box.lock held.
 */
void csp_hole_rekey(struct csp_hole *hole, const struct csp_hole_key *key)
{
	struct csp_hole *old = csp_hole_by_key(hole->box, key);

	if (old && old != hole) {
		if (old->ct == hole->ct &&
		    (old->state != CSP_MBOX_STATE_OPEN ||
		     hole->state == CSP_MBOX_STATE_OPEN)) {
			hole->owned |= old->owned;
			hole->timed |= old->timed;
		}
		csp_hole_remove(old, false);
	}
	csp_hole_unhash(hole);
	hole->key = *key;
	csp_hole_hash(hole);
}

/**
 * csp_hole_drop_move() - forget a move that waits for its OK
 * @hole: pinhole
 * @kill: with the conntrack entry made for it
 *
 * Context: csp_box.lock held.
 */
void csp_hole_drop_move(struct csp_hole *hole, bool kill)
{
	struct csp_hole_move *mv = hole->move;

	lockdep_assert_held(&hole->box->lock);
	if (!mv)
		return;
	hole->move = NULL;
	if (mv->ct) {
		if (kill && mv->owned)
			nf_ct_delete(mv->ct, 0, 0);
		nf_ct_put(mv->ct);
	}
	kfree(mv);
}

/**
 * csp_hole_remove() - remove a pinhole
 * @hole: pinhole; gone afterwards, unless the caller has a reference
 * @kill: with its conntrack entry, if that was made for it
 *
 * Context: csp_box.lock held.
 */
void csp_hole_remove(struct csp_hole *hole, bool kill)
{
	struct csp_box *box = hole->box;
	int end, which;

	lockdep_assert_held(&box->lock);
	if (hole->dead)
		return;
	hole->dead = true;
	csp_hole_unlist(hole);
	/*
	 * Its entry has no other pinhole, or one that did not make it, and
	 * which finds it dying.
	 */
	csp_hole_drop_move(hole, true);
	csp_hole_unhash(hole);
	/* As long as it has the names by which others know it. */
	csp_box_nl_event(hole, CSP_MBOX_EVENT_CLOSED);
	for (end = 0; end < 2; end++)
		for (which = 0; which < 2; which++)
			csp_hole_id_del(&hole->ids[end][which]);
	if (kill && hole->ct && hole->owned)
		nf_ct_delete(hole->ct, 0, 0);
	csp_share_del(box->askers, &hole->ask_slot);
	atomic_dec(&box->n_holes);
	csp_hole_put(hole);
}

/**
 * csp_hole_leave_plain() - remove a pinhole without CSP, and not its connection
 * @hole: pinhole; gone afterwards, unless the caller has a reference
 *
 * If there was no OK, but data went both ways, the connection was made plain
 * (csp.rst, section "Fallback"). It is from now on what it would have been
 * without CSP.
 *
 * Context: csp_box.lock held.
 * Return: false: it is no such pinhole, and still there.
 */
bool csp_hole_leave_plain(struct csp_hole *hole)
{
	lockdep_assert_held(&hole->box->lock);
	if (hole->state != CSP_MBOX_STATE_PROVISIONAL || !hole->ct ||
	    !hole->owned || nf_ct_is_dying(hole->ct) ||
	    !test_bit(IPS_SEEN_REPLY_BIT, &hole->ct->status))
		return false;
	CSP_BOX_INC(hole->box, PLAIN);
	csp_timeout_leave(hole->ct, hole->timed);
	csp_hole_remove(hole, false);
	return true;
}

/* Has an end sent what the other has not acknowledged? */
static bool csp_tcp_is_unacked(const struct ip_ct_tcp *tcp)
{
	return (s32)(tcp->seen[0].td_end - tcp->seen[1].td_maxack) > 0 ||
	       (s32)(tcp->seen[1].td_end - tcp->seen[0].td_maxack) > 0;
}

/**
 * csp_hole_is_closing() - is TCP about to end, and not there yet?
 * @hole: pinhole
 *
 * An end that has closed and waits for the other's FIN may have no socket any
 * more, and so has sent its Detach. What has passed here need not have arrived.
 *
 * Context: csp_box.lock held.
 * Return: true if there was a FIN, but both have not been acknowledged.
 */
bool csp_hole_is_closing(const struct csp_hole *hole)
{
	const struct nf_conn *ct = hole->ct;

	if (!ct || hole->key.proto != IPPROTO_TCP || nf_ct_is_dying(ct))
		return false;
	switch (READ_ONCE(ct->proto.tcp.state)) {
	case TCP_CONNTRACK_FIN_WAIT:
	case TCP_CONNTRACK_CLOSE_WAIT:
	case TCP_CONNTRACK_LAST_ACK:
		return true;
	case TCP_CONNTRACK_TIME_WAIT:
		return csp_tcp_is_unacked(&ct->proto.tcp);
	}
	return false;
}

/**
 * csp_hole_detached() - both ends know that the connection is over
 * @hole: pinhole; it may linger already
 *
 * Context: csp_box.lock held.
 */
void csp_hole_detached(struct csp_hole *hole)
{
	lockdep_assert_held(&hole->box->lock);
	hole->has_bye = false;
	if (hole->state == CSP_MBOX_STATE_LINGER)
		return;
	if (hole->ct && hole->owned && !csp_hole_is_closing(hole))
		csp_timeout_fix(hole->ct, CSP_BOX_CONF(hole->box, linger));
	csp_hole_set_state(hole, CSP_MBOX_STATE_LINGER);
	csp_box_nl_event(hole, CSP_MBOX_EVENT_LINGERING);
}

/* What a wish gets, within policy; 0: the default. */
static u32 csp_hole_grant_wish(const struct csp_hole *hole, u32 ms)
{
	const struct csp_box *box = hole->box;
	u32 def, limit = hole->limit;

	def = hole->key.proto == IPPROTO_UDP ? CSP_BOX_CONF(box, udp_timeout) :
					       CSP_BOX_CONF(box, tcp_timeout);
	if (!limit)
		limit = max(def, CSP_BOX_CONF(box, max_timeout));
	return min(ms ?: def, limit);
}

/**
 * csp_hole_grant() - idle time that a pinhole gets
 * @hole: pinhole
 *
 * The longer of what its ends wish, within policy, or the default; csp.rst,
 * sections "Boxes", "Change".
 *
 * Context: any.
 * Return: ms.
 */
u32 csp_hole_grant(const struct csp_hole *hole)
{
	u32 ms = 0;
	int end;

	for (end = 0; end < 2; end++)
		if (hole->askers & BIT(end))
			ms = max(ms, csp_hole_grant_wish(hole,
							 hole->wish[end]));
	return ms ?: csp_hole_grant_wish(hole, 0);
}

/**
 * csp_hole_grant_to() - idle time that one end is granted
 * @hole: pinhole
 * @end:  which
 *
 * Not what the other end needs: it may need less, and says so to the box alone.
 *
 * Context: any.
 * Return: ms, no more than the pinhole has.
 */
u32 csp_hole_grant_to(const struct csp_hole *hole, enum csp_hole_end end)
{
	return min(csp_hole_grant_wish(hole, hole->wish[end]), hole->granted);
}

/**
 * csp_holes_init() - make the tables of a namespace
 * @box: namespace
 *
 * Context: process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int csp_holes_init(struct csp_box *box)
{
	int err;

	spin_lock_init(&box->lock);
	INIT_LIST_HEAD(&box->waiting);
	INIT_LIST_HEAD(&box->linger);
	INIT_LIST_HEAD(&box->open);
	csp_sweep_init(box);
	err = -ENOMEM;
	box->askers = csp_share_new();
	box->waiters = csp_share_new();
	if (!box->askers || !box->waiters)
		goto err_shares;
	err = rhashtable_init(&box->holes, &csp_hole_params);
	if (err)
		goto err_shares;
	err = rhashtable_init(&box->ids, &csp_hole_id_params);
	if (err)
		goto err_holes;
	return 0;

err_holes:
	rhashtable_destroy(&box->holes);
err_shares:
	kfree(box->waiters);
	kfree(box->askers);
	return err;
}

static void csp_hole_flush(struct csp_hole *hole, bool kill)
{
	if (csp_hole_leave_plain(hole))
		return;
	if (!kill && hole->ct && hole->owned)
		csp_timeout_leave(hole->ct, hole->timed);
	csp_hole_remove(hole, kill);
}

/* There may be a million: not at one go. */
static void csp_holes_flush(struct csp_box *box, struct list_head *list,
			    bool kill)
{
	struct csp_hole *hole;
	u32 n = 0;

	spin_lock_bh(&box->lock);
	while (!list_empty(list)) {
		hole = list_first_entry(list, struct csp_hole, list);
		csp_hole_flush(hole, kill);
		if (++n % CSP_HOLES_AT_ONCE)
			continue;
		spin_unlock_bh(&box->lock);
		cond_resched();
		spin_lock_bh(&box->lock);
	}
	spin_unlock_bh(&box->lock);
}

/**
 * csp_holes_exit() - remove all pinholes of a namespace, and the tables
 * @box: namespace, of which no packet comes any more
 *
 * Those that an OK has confirmed, or that were made plain, are left to conntrack,
 * as entries like any other: connections do not end because this module is
 * unloaded. Of the others nothing is left.
 *
 * Context: process; may sleep.
 */
void csp_holes_exit(struct csp_box *box)
{
	csp_sweep_exit(box);
	csp_holes_flush(box, &box->waiting, true);
	csp_holes_flush(box, &box->linger, true);
	csp_holes_flush(box, &box->open, false);
	spin_lock_bh(&box->lock);
	csp_timeouts_exit(box);
	spin_unlock_bh(&box->lock);
	rhashtable_destroy(&box->ids);
	rhashtable_destroy(&box->holes);
	kfree(box->waiters);
	kfree(box->askers);
}
