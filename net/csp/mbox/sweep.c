// SPDX-License-Identifier: GPL-2.0
/*
 * Pinholes that end by themselves.
 *
 * What waits for an OK, and what lingers after a Detach, are in lists in the
 * order in which they expire: one timer looks at their heads. An open pinhole
 * ends when conntrack gives its entry up, which tells nobody; a second timer
 * goes round them, a part at a time. It finds those that shall have less time
 * from now on, too (less.c).
 */
#include <net/netfilter/nf_conntrack.h>

#include "netlink.h"
#include "pinhole.h"
#include "timeout.h"

/* A round takes about this long, and no step looks at more than so many. */
#define SWEEP_STEP	(HZ)
#define SWEEP_ROUND	8
#define SWEEP_MIN	CSP_HOLES_AT_ONCE
#define SWEEP_MAX	65536
/* Nor are more hosts told of less time. */
#define SWEEP_TOLD	1024

static void csp_hole_expire(struct csp_hole *hole)
{
	struct csp_box *box = hole->box;
	bool closing;

	if (csp_hole_leave_plain(hole))
		return;
	if (hole->state != CSP_MBOX_STATE_LINGER) {
		CSP_BOX_INC(box, UNANSWERED);
		csp_hole_remove(hole, true);
		return;
	}
	CSP_BOX_INC(box, DETACHED);
	/* A FIN that was lost comes again, later than that. */
	closing = hole->owned && csp_hole_is_closing(hole);
	if (closing)
		csp_timeout_leave(hole->ct, hole->timed);
	csp_hole_remove(hole, !closing);
}

/* Returns when the next one is due, which may be at once, or 0. */
static unsigned long csp_sweep_head(struct list_head *list)
{
	struct csp_hole *hole, *next;
	u32 n = 0;

	list_for_each_entry_safe(hole, next, list, list) {
		if (time_before(jiffies, hole->expires) ||
		    n++ == CSP_HOLES_AT_ONCE)
			return hole->expires ?: 1;
		csp_hole_expire(hole);
	}
	return 0;
}

static void csp_sweep_expiry(struct work_struct *work)
{
	struct csp_box *box = container_of(to_delayed_work(work),
					   struct csp_box, expiry);
	unsigned long when;

	spin_lock_bh(&box->lock);
	when = csp_sweep_head(&box->waiting);
	if (when)
		csp_sweep_expire_at(box, when);
	when = csp_sweep_head(&box->linger);
	if (when)
		csp_sweep_expire_at(box, when);
	spin_unlock_bh(&box->lock);
}

/**
 * csp_sweep_expire_at() - look at what expires, at a time
 * @box:  namespace
 * @when: jiffies
 *
 * Context: csp_box.lock held.
 */
void csp_sweep_expire_at(struct csp_box *box, unsigned long when)
{
	const long left = when - jiffies;
	struct timer_list *timer = &box->expiry.timer;

	lockdep_assert_held(&box->lock);
	if (box->dying)
		return;
	/* Without a timer it waits to run, and will look for itself. */
	if (delayed_work_pending(&box->expiry) &&
	    (!timer_pending(timer) || time_before_eq(timer->expires, when)))
		return;
	mod_delayed_work(system_wq, &box->expiry, left > 0 ? left : 0);
}

/* A move that was not answered. Its entry may be gone before. */
static void csp_sweep_move(struct csp_hole *hole)
{
	const struct csp_hole_move *mv = hole->move;

	if (!mv || (time_before_eq(jiffies, mv->until) &&
		    !csp_timeout_over(mv->ct)))
		return;
	CSP_BOX_INC(hole->box, UNANSWERED);
	csp_hole_drop_move(hole, true);
}

static bool csp_hole_is_over(struct csp_hole *hole)
{
	struct nf_conn *ct = hole->ct;
	bool was_fast;

	csp_sweep_move(hole);
	if (!ct)
		return true;
	if (nf_ct_is_dying(ct))
		return true;
	/* A flowtable keeps the time itself while it has the flow. */
	was_fast = hole->fast;
	hole->fast = test_bit(IPS_OFFLOAD_BIT, &ct->status);
	if (hole->fast)
		return false;
	if (nf_ct_is_expired(ct))
		return true;
	if (hole->timed)
		csp_timeout_correct(ct, hole->granted, was_fast);
	return false;
}

/* The first one becomes the last. NULL: it was over, and is gone. */
static struct csp_hole *csp_sweep_one(struct csp_box *box)
{
	struct csp_hole *hole;

	hole = list_first_entry(&box->open, struct csp_hole, list);
	list_move_tail(&hole->list, &box->open);
	if (!csp_hole_is_over(hole))
		return hole;
	CSP_BOX_INC(box, IDLE);
	csp_hole_remove(hole, true);
	return NULL;
}

/* Returns whether anybody was told. */
static bool csp_sweep_less(struct csp_box *box, struct csp_hole *hole)
{
	bool due;

	rcu_read_lock();
	due = csp_less_is_due(hole);
	rcu_read_unlock();
	if (!due)
		return false;
	refcount_inc(&hole->ref);
	spin_unlock_bh(&box->lock);
	csp_less_tell(hole);
	csp_hole_put(hole);
	spin_lock_bh(&box->lock);
	return true;
}

static void csp_sweep_round(struct work_struct *work)
{
	struct csp_box *box = container_of(to_delayed_work(work),
					   struct csp_box, sweep);
	const u32 n = atomic_read(&box->n_holes);
	u32 todo = min(n, clamp_t(u32, n / SWEEP_ROUND, SWEEP_MIN, SWEEP_MAX));
	struct csp_hole *hole;
	u32 told = 0;

	spin_lock_bh(&box->lock);
	while (todo-- && !list_empty(&box->open)) {
		hole = csp_sweep_one(box);
		if (hole && told < SWEEP_TOLD)
			told += csp_sweep_less(box, hole);
		if (!(todo % SWEEP_MIN)) {
			spin_unlock_bh(&box->lock);
			cond_resched();
			spin_lock_bh(&box->lock);
		}
	}
	if (!list_empty(&box->open))
		csp_sweep_start(box);
	spin_unlock_bh(&box->lock);
}

/**
 * csp_sweep_start() - there is an open pinhole
 * @box: namespace
 *
 * Context: csp_box.lock held.
 */
void csp_sweep_start(struct csp_box *box)
{
	lockdep_assert_held(&box->lock);
	if (!box->dying)
		queue_delayed_work(system_wq, &box->sweep, SWEEP_STEP);
}

/**
 * csp_sweep_init() - set up the timers of a namespace
 * @box: namespace
 *
 * Context: process.
 */
void csp_sweep_init(struct csp_box *box)
{
	INIT_DELAYED_WORK(&box->expiry, csp_sweep_expiry);
	INIT_DELAYED_WORK(&box->sweep, csp_sweep_round);
}

/**
 * csp_sweep_exit() - stop the timers of a namespace
 * @box: namespace, which is dying
 *
 * Context: process; may sleep.
 */
void csp_sweep_exit(struct csp_box *box)
{
	cancel_delayed_work_sync(&box->expiry);
	cancel_delayed_work_sync(&box->sweep);
}
