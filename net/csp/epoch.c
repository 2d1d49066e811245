// SPDX-License-Identifier: GPL-2.0
/*
 * Boxes that keep state, and may lose it; csp.rst, section "Setup again".
 *
 * A box that grants time says in the OK who it is and for how long it has had
 * its state (EPOCH). From that the initiator knows when the box began. If it
 * turns out to have begun later than it had, it has restarted, and has lost
 * what it knew of all connections through it: they are announced again, a
 * tenth of them every tenth of a second.
 *
 * An OK of any connection tells. So that there is one, each box is asked now
 * and then (setting box_check), by the Setup of one connection: of a TCP
 * connection, or one that is to be kept open. It changes nothing at a box that
 * knows it.
 *
 *	 OK with EPOCH --> known, same beginning ----------------> nothing
 *	                |  not known ----------------------------> kept; of what
 *	                |                  the OKs of one peer say, a share
 *	                `- began later --> all its connections: Setup again
 */
#include <linux/slab.h>

#include "again.h"
#include "epoch.h"
#include "flow.h"
#include "limit.h"
#include "share.h"

#define CSP_EPOCHS_MAX		64
/* Seconds are rounded, and packets take their time. */
#define CSP_EPOCH_SLACK		2
#define CSP_EPOCH_TICK		(HZ / 10)
#define CSP_EPOCH_TICKS		10
/* Connections that are looked at to find one to ask with. */
#define CSP_EPOCH_LOOKS		16

/**
 * struct csp_epoch - a box
 * @list:  in csp_net.epochs
 * @id:    who it is
 * @from:  csp_limit_source() of the peer whose OK told of it first
 * @since: ktime_get_boottime_seconds() when it began
 * @heard: jiffies of the last OK that told of it
 * @n:     links in @flows and @lost
 * @batch: connections to be announced in a tick
 * @flows: links of connections that it knows
 * @lost:  links of those that it has forgotten
 *
 * All protected by csp_net.lock.
 */
struct csp_epoch {
	struct list_head	list;
	__be32			id;
	u64			from;
	time64_t		since;
	unsigned long		heard;
	u32			n;
	u32			batch;
	struct list_head	flows;
	struct list_head	lost;
};

/**
 * struct csp_epoch_link - a connection, and a box that it goes through
 * @node:  in csp_epoch.flows or .lost, if @epoch
 * @flow:  the connection
 * @epoch: the box, or NULL
 */
struct csp_epoch_link {
	struct list_head	node;
	struct csp_flow		*flow;
	struct csp_epoch	*epoch;
};

struct csp_epochs {
	struct csp_epoch_link	link[CSP_EPOCH_SLOTS];
};

/**
 * csp_epoch_write() - room for boxes
 * @wr: writer, in an OK
 *
 * Context: any.
 */
void csp_epoch_write(struct csp_writer *wr)
{
	static const struct csp_a_epoch room[CSP_EPOCH_SLOTS];

	csp_write_blob(wr, CSP_A_EPOCH, room, sizeof(room));
}

/**
 * csp_epoch_unlink() - a connection goes through no box any more
 * @flow: the flow
 *
 * Context: csp_net.lock held.
 */
void csp_epoch_unlink(struct csp_flow *flow)
{
	struct csp_epoch_link *link;
	int i;

	lockdep_assert_held(&flow->cn->lock);
	if (!flow->epochs)
		return;
	for (i = 0; i < CSP_EPOCH_SLOTS; i++) {
		link = &flow->epochs->link[i];
		if (!link->epoch)
			continue;
		list_del(&link->node);
		link->epoch->n--;
		link->epoch = NULL;
	}
}

static struct csp_epoch *csp_epoch_find(struct csp_net *cn, __be32 id)
	__must_hold(&cn->lock)
{
	struct csp_epoch *e;

	list_for_each_entry(e, &cn->epochs, list)
		if (e->id == id)
			return e;
	return NULL;
}

/*
 * A new one, or that of a box through which no connection goes. Section
 * "Bounds": NULL if there is no room, or the peer has told of enough.
 */
static struct csp_epoch *csp_epoch_alloc(struct csp_net *cn, u64 from)
	__must_hold(&cn->lock)
{
	struct csp_epoch *e, *unused = NULL;
	u32 used = 0, mine = 0;

	list_for_each_entry(e, &cn->epochs, list) {
		if (!e->n) {
			unused = e;
			continue;
		}
		used++;
		mine += e->from == from;
	}
	if (used >= CSP_EPOCHS_MAX ||
	    !csp_share_allows(mine, used, CSP_EPOCHS_MAX)) {
		CSP_INC(cn, BOX_FULL);
		return NULL;
	}
	if (unused)
		return unused;
	e = kzalloc(sizeof(*e), GFP_ATOMIC);
	if (!e)
		return NULL;
	INIT_LIST_HEAD(&e->flows);
	INIT_LIST_HEAD(&e->lost);
	list_add_tail(&e->list, &cn->epochs);
	return e;
}

/* The box that @slot tells of; all that it knew may turn out to be lost. */
static struct csp_epoch *csp_epoch_note(struct csp_flow *flow,
					const struct csp_a_epoch *slot)
	__must_hold(&flow->cn->lock)
{
	time64_t since = ktime_get_boottime_seconds() - be32_to_cpu(slot->age);
	const u64 from = csp_limit_source(&flow->home_r);
	struct csp_net *cn = flow->cn;
	struct csp_epoch *e = csp_epoch_find(cn, slot->box);

	if (!e) {
		e = csp_epoch_alloc(cn, from);
		if (!e)
			return NULL;
		e->id = slot->box;
		e->from = from;
		e->since = since;
	}
	e->heard = jiffies;
	if (since <= e->since + CSP_EPOCH_SLACK)
		return e;
	CSP_INC(cn, BOX_LOST);
	e->since = since;
	list_splice_tail_init(&e->flows, &e->lost);
	e->batch = e->n / CSP_EPOCH_TICKS + 1;
	mod_delayed_work(cn->wq, &cn->epoch_work, 1);
	return e;
}

static void csp_epoch_link(struct csp_flow *flow, const struct csp_msg *msg)
	__must_hold(&flow->cn->lock)
{
	struct csp_epoch_link *link;
	struct csp_a_epoch slot;
	int i;

	csp_epoch_unlink(flow);
	for (i = 0; i < CSP_EPOCH_SLOTS; i++) {
		memcpy(&slot, msg->epoch.data + i * sizeof(slot), sizeof(slot));
		if (!slot.box)
			continue;
		link = &flow->epochs->link[i];
		link->flow = flow;
		link->epoch = csp_epoch_note(flow, &slot);
		if (!link->epoch)
			continue;
		list_add_tail(&link->node, &link->epoch->flows);
		link->epoch->n++;
	}
}

/* The setting may change: without it there is a look all the same. */
static unsigned long csp_epoch_period(struct csp_net *cn)
{
	return (CSP_CONF(cn, box_check) ?: 5) * HZ;
}

/**
 * csp_epoch_seen() - an OK about a connection tells which boxes know it
 * @flow: the flow
 * @msg:  the OK
 *
 * Context: any, no lock held.
 */
void csp_epoch_seen(struct csp_flow *flow, const struct csp_msg *msg)
{
	struct csp_epochs *new = NULL;
	struct csp_net *cn = flow->cn;

	/* Only the initiator can do anything about it. */
	if (!flow->initiator || msg->type != CSP_MSG_OK ||
	    !CSP_HAS(msg, EPOCH) ||
	    !memchr_inv(msg->epoch.data, 0, msg->epoch.len))
		return;
	if (!READ_ONCE(flow->epochs)) {
		new = kzalloc(sizeof(*new), GFP_ATOMIC);
		if (!new)
			return;
	}
	spin_lock_bh(&cn->lock);
	if (!READ_ONCE(cn->dying) && csp_flow_listable(flow)) {
		if (!flow->epochs)
			swap(flow->epochs, new);
		csp_epoch_link(flow, msg);
		queue_delayed_work(cn->wq, &cn->epoch_work,
				   csp_epoch_period(cn));
	}
	spin_unlock_bh(&cn->lock);
	kfree(new);
}

/* Some of those that the box has forgotten. */
static void csp_epoch_restore(struct csp_epoch *e)
{
	struct csp_epoch_link *link, *next;
	u32 n = e->batch;

	list_for_each_entry_safe(link, next, &e->lost, node) {
		if (!n--)
			break;
		list_move_tail(&link->node, &e->flows);
		csp_again(link->flow);
	}
}

/* An idle time must not begin anew, or a closed pinhole open, for our asking. */
static bool csp_epoch_asks(const struct csp_flow *flow)
{
	return flow->t.proto == IPPROTO_TCP || READ_ONCE(flow->refresh);
}

static void csp_epoch_check(struct csp_net *cn, struct csp_epoch *e)
{
	struct csp_epoch_link *link, *next;
	int n = CSP_EPOCH_LOOKS;

	if (!CSP_CONF(cn, box_check) ||
	    time_before(jiffies, e->heard + CSP_CONF(cn, box_check) * HZ))
		return;
	list_for_each_entry_safe(link, next, &e->flows, node) {
		if (!n--)
			return;
		list_move_tail(&link->node, &e->flows);
		if (!csp_again_possible(link->flow) ||
		    !csp_epoch_asks(link->flow))
			continue;
		csp_again(link->flow);
		return;
	}
}

static void csp_epoch_work(struct work_struct *work)
{
	struct csp_net *cn = container_of(to_delayed_work(work),
					  struct csp_net, epoch_work);
	unsigned long next = csp_epoch_period(cn);
	bool used = false;
	struct csp_epoch *e;

	spin_lock_bh(&cn->lock);
	list_for_each_entry(e, &cn->epochs, list) {
		csp_epoch_restore(e);
		if (!list_empty(&e->lost))
			next = CSP_EPOCH_TICK;
		else
			csp_epoch_check(cn, e);
		used |= e->n;
	}
	if (used && !READ_ONCE(cn->dying))
		queue_delayed_work(cn->wq, &cn->epoch_work, next);
	spin_unlock_bh(&cn->lock);
}

/**
 * csp_epochs_init() - no box is known yet
 * @cn: namespace
 *
 * Context: process.
 * Return: 0
 */
int csp_epochs_init(struct csp_net *cn)
{
	INIT_LIST_HEAD(&cn->epochs);
	INIT_DELAYED_WORK(&cn->epoch_work, csp_epoch_work);
	return 0;
}

/**
 * csp_epochs_exit() - forget all boxes
 * @cn: namespace without flows
 *
 * Context: process; may sleep.
 */
void csp_epochs_exit(struct csp_net *cn)
{
	struct csp_epoch *e, *next;

	cancel_delayed_work_sync(&cn->epoch_work);
	list_for_each_entry_safe(e, next, &cn->epochs, list)
		kfree(e);
}
