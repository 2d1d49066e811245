// SPDX-License-Identifier: GPL-2.0
/*
 * Names that a move gave up.
 *
 * Data that was under way when a connection moved arrives under a name that no
 * socket has any more. The transport would answer with a RST, and the other
 * end, which may not know of the move yet, would believe it. So such packets
 * are dropped for a while; csp.rst, section "Mobility". Of what there is room
 * for one peer has a share; section "Bounds".
 */
#include <linux/slab.h>

#include "hook.h"
#include "share.h"
#include "tomb.h"

#define CSP_TOMB_LIFE	(3 * HZ)	/* section "Timers" */

struct csp_tomb {
	struct rhash_head	node;
	struct csp_tuple	t;
	unsigned long		expires;
	u16			slot;	/* in csp_net.movers */
	struct list_head	list;	/* in csp_net.tomb_list, oldest first */
	struct rcu_head		rcu;
};

static const struct rhashtable_params csp_tomb_params = {
	.head_offset		= offsetof(struct csp_tomb, node),
	.key_offset		= offsetof(struct csp_tomb, t),
	.key_len		= sizeof(struct csp_tuple),
	.automatic_shrinking	= true,
};

/* cn->lock held. */
static void csp_tomb_free(struct csp_net *cn, struct csp_tomb *tomb)
{
	lockdep_assert_held(&cn->lock);
	rhashtable_remove_fast(&cn->tombs, &tomb->node, csp_tomb_params);
	list_del(&tomb->list);
	csp_share_del(cn->movers, &tomb->slot);
	atomic_dec(&cn->n_tombs);
	kfree_rcu(tomb, rcu);
}

static void csp_tomb_work(struct work_struct *work)
{
	struct csp_net *cn = container_of(to_delayed_work(work),
					  struct csp_net, tomb_work);
	struct csp_tomb *tomb, *tmp;

	spin_lock_bh(&cn->lock);
	list_for_each_entry_safe(tomb, tmp, &cn->tomb_list, list) {
		if (time_before(jiffies, tomb->expires)) {
			queue_delayed_work(cn->wq, &cn->tomb_work,
					   tomb->expires - jiffies);
			break;
		}
		csp_tomb_free(cn, tomb);
	}
	spin_unlock_bh(&cn->lock);
	csp_hook_in_update(cn);
}

int csp_tombs_init(struct csp_net *cn)
{
	int err;

	cn->movers = csp_share_new();
	if (!cn->movers)
		return -ENOMEM;
	INIT_LIST_HEAD(&cn->tomb_list);
	INIT_DELAYED_WORK(&cn->tomb_work, csp_tomb_work);
	err = rhashtable_init(&cn->tombs, &csp_tomb_params);
	if (err)
		kfree(cn->movers);
	return err;
}

void csp_tombs_exit(struct csp_net *cn)
{
	struct csp_tomb *tomb, *tmp;

	cancel_delayed_work_sync(&cn->tomb_work);
	spin_lock_bh(&cn->lock);
	list_for_each_entry_safe(tomb, tmp, &cn->tomb_list, list)
		csp_tomb_free(cn, tomb);
	spin_unlock_bh(&cn->lock);
	rhashtable_destroy(&cn->tombs);
	kfree(cn->movers);
}

/* A name that is there keeps its time: it was given up, came back and went. */
static bool csp_tomb_insert(struct csp_net *cn, struct csp_tomb *tomb)
{
	const u32 n = atomic_read(&cn->n_tombs);
	const u32 max = CSP_CONF(cn, max_old_paths);

	lockdep_assert_held(&cn->lock);
	if (n >= max || !csp_share_fair(cn->movers, &tomb->t.raddr, n, max)) {
		CSP_INC(cn, OLD_PATH_FULL);
		return false;
	}
	if (rhashtable_lookup_insert_fast(&cn->tombs, &tomb->node,
					  csp_tomb_params))
		return false;
	csp_share_add(cn->movers, &tomb->t.raddr, &tomb->slot);
	atomic_inc(&cn->n_tombs);
	list_add_tail(&tomb->list, &cn->tomb_list);
	queue_delayed_work(cn->wq, &cn->tomb_work, CSP_TOMB_LIFE);
	return true;
}

/**
 * csp_tomb_add() - a name was given up
 * @cn: namespace
 * @t:  the name
 *
 * Without memory, or room, the worst that happens is a RST.
 *
 * Context: process; may sleep.
 */
void csp_tomb_add(struct csp_net *cn, const struct csp_tuple *t)
{
	struct csp_tomb *tomb = kzalloc(sizeof(*tomb), GFP_ATOMIC);

	if (!tomb)
		return;
	tomb->t = *t;
	tomb->expires = jiffies + CSP_TOMB_LIFE;
	spin_lock_bh(&cn->lock);
	if (!csp_tomb_insert(cn, tomb))
		kfree(tomb);
	spin_unlock_bh(&cn->lock);
	csp_hook_in_update(cn);
}

/**
 * csp_tomb_del() - a name is in use again: the connection came back
 * @cn: namespace
 * @t:  the name
 *
 * Context: any.
 */
void csp_tomb_del(struct csp_net *cn, const struct csp_tuple *t)
{
	struct csp_tomb *tomb;

	spin_lock_bh(&cn->lock);
	tomb = rhashtable_lookup_fast(&cn->tombs, t, csp_tomb_params);
	if (tomb)
		csp_tomb_free(cn, tomb);
	spin_unlock_bh(&cn->lock);
}

/**
 * csp_tomb_find() - was this name given up a moment ago?
 * @cn: namespace
 * @t:  the name
 *
 * Context: RCU.
 * Return: true if it was.
 */
bool csp_tomb_find(struct csp_net *cn, const struct csp_tuple *t)
{
	struct csp_tomb *tomb;

	tomb = rhashtable_lookup(&cn->tombs, t, csp_tomb_params);
	return tomb && time_before(jiffies, tomb->expires);
}
