// SPDX-License-Identifier: GPL-2.0
/*
 * Home agent: the addresses that this box answers for; csp.rst, sections
 * "Register" and "Boxes".
 *
 *	             Register from elsewhere
 *	   GONE ------------------------------------> AWAY
 *	    ^  \                                     ^   |
 *	    |   \ Register from the home address     |   | Register from another
 *	    |    '--------------> AT HOME -----------'   | locator: AWAY, there
 *	    |                        |                   |
 *	    '------------------------+-------------------'
 *	          lifetime over, or lifetime 0
 *
 * attract.c takes what is addressed to a host that is AWAY, and the signalling
 * for one that is GONE; what is for a host AT HOME passes. register.c is how the
 * host tells, relay.c how a hidden one hears of those who look for it, guard.c
 * how one behind an off-path firewall hears of those whom that lets in.
 *
 * A home address is configured: who may register it is known by its key, and
 * how many there can be by the command. Nothing here grows by packets.
 */
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "../encap.h"
#include "../key.h"
#include "home.h"
#include "netlink.h"

static const struct rhashtable_params csp_home_params = {
	.head_offset		= offsetof(struct csp_home, node),
	.key_offset		= offsetof(struct csp_home, addr),
	.key_len		= sizeof(struct in6_addr),
	.automatic_shrinking	= true,
};

static const struct rhashtable_params csp_home_key_params = {
	.head_offset		= offsetof(struct csp_home, key_node),
	.key_offset		= offsetof(struct csp_home, rel.remote),
	.key_len		= CSP_PUBKEY_LEN,
	.automatic_shrinking	= true,
};

static const struct rhashtable_params csp_home_cid_params = {
	.head_offset		= offsetof(struct csp_home, cid_node),
	.key_offset		= offsetof(struct csp_home, cid),
	.key_len		= sizeof(__be64),
	.automatic_shrinking	= true,
};

/**
 * csp_home_find() - find a home address
 * @box:  namespace
 * @addr: the address
 *
 * Context: RCU.
 * Return: it, or NULL.
 */
struct csp_home *csp_home_find(struct csp_box *box, const struct in6_addr *addr)
{
	return rhashtable_lookup(&box->homes, addr, csp_home_params);
}

/**
 * csp_home_by_key() - find a home address by the key of its host
 * @box: namespace
 * @key: public key
 *
 * Context: RCU.
 * Return: one of those that the host may have, or NULL.
 */
struct csp_home *csp_home_by_key(struct csp_box *box, const u8 *key)
{
	struct rhlist_head *list;

	list = rhltable_lookup(&box->home_keys, key, csp_home_key_params);
	return list ? container_of(list, struct csp_home, key_node) : NULL;
}

/**
 * csp_home_by_cid() - find a home address by the identifier of its host
 * @box: namespace
 * @cid: registered identifier
 *
 * Context: RCU.
 * Return: it, or NULL.
 */
struct csp_home *csp_home_by_cid(struct csp_box *box, __be64 cid)
{
	return cid ? rhashtable_lookup(&box->home_cids, &cid,
				       csp_home_cid_params) : NULL;
}

/* A number that another host has is not entered: it is not found by it then. */
static void csp_home_set_cid(struct csp_home *home, __be64 cid)
{
	struct csp_box *box = home->box;

	lockdep_assert_held(&home->lock);
	if (home->cid == cid)
		return;
	if (home->cid)
		rhashtable_remove_fast(&box->home_cids, &home->cid_node,
				       csp_home_cid_params);
	home->cid = home->dead ? 0 : cid;
	if (home->cid &&
	    rhashtable_lookup_insert_fast(&box->home_cids, &home->cid_node,
					  csp_home_cid_params)) {
		CSP_BOX_INC(box, NOMEM);
		home->cid = 0;
	}
}

/**
 * csp_home_registered() - is there a registration, and is it good?
 * @home: home address
 *
 * Context: home->lock held.
 * Return: whether it is.
 */
bool csp_home_registered(const struct csp_home *home)
{
	lockdep_assert_held(&home->lock);
	return home->granted &&
	       time_before(jiffies,
			   home->since + msecs_to_jiffies(home->granted));
}

/**
 * csp_home_where() - where is the host?
 * @home: its home address
 * @w:    filled in
 *
 * Context: any.
 */
void csp_home_where(struct csp_home *home, struct csp_whereabouts *w)
{
	spin_lock_bh(&home->lock);
	w->loc = home->loc;
	w->cid = home->cid;
	if (!csp_home_registered(home))
		w->state = CSP_MBOX_HOME_STATE_GONE;
	else if (ipv6_addr_equal(&home->loc, &home->addr))
		w->state = CSP_MBOX_HOME_STATE_AT_HOME;
	else
		w->state = CSP_MBOX_HOME_STATE_AWAY;
	spin_unlock_bh(&home->lock);
}

/**
 * csp_home_set() - the host has said where it is
 * @home:    its home address
 * @loc:     where
 * @cid:     its identifier
 * @granted: milliseconds; 0: nowhere
 *
 * Context: home->lock held.
 */
void csp_home_set(struct csp_home *home, const struct in6_addr *loc, __be64 cid,
		  u32 granted)
{
	enum csp_mbox_home_event event = CSP_MBOX_HOME_EVENT_REGISTERED;
	const bool before = csp_home_registered(home);
	const bool same = ipv6_addr_equal(&home->loc, loc);

	home->loc = *loc;
	csp_home_set_cid(home, granted ? cid : 0);
	home->granted = granted;
	home->since = jiffies;
	if (granted)
		mod_delayed_work(system_wq, &home->expiry,
				 msecs_to_jiffies(granted) + 1);
	if (!granted)
		event = CSP_MBOX_HOME_EVENT_DEREGISTERED;
	else if (before && !same)
		event = CSP_MBOX_HOME_EVENT_MOVED;
	/* A renewal is no news. */
	if (!(granted && before && same) && (granted || before))
		csp_box_nl_home_event(home, event);
}

static void csp_home_expiry(struct work_struct *work)
{
	struct csp_home *home = container_of(to_delayed_work(work),
					     struct csp_home, expiry);

	spin_lock_bh(&home->lock);
	if (home->granted && !csp_home_registered(home)) {
		home->granted = 0;
		csp_home_set_cid(home, 0);
		CSP_BOX_INC(home->box, HOME_EXPIRED);
		csp_box_nl_home_event(home, CSP_MBOX_HOME_EVENT_EXPIRED);
	}
	spin_unlock_bh(&home->lock);
}

/* A host with several addresses has one key, for whose secret once is enough. */
static int csp_home_relate(struct csp_box *box, struct csp_home *home,
			   const u8 *key, struct netlink_ext_ack *extack)
{
	const struct csp_home *other;

	lockdep_assert_held(&box->mutex);
	rcu_read_lock();
	other = csp_home_by_key(box, key);
	rcu_read_unlock();
	if (!other)
		return csp_relation_init(&home->rel, csp_box_host(box),
					 CSP_ROLE_AGENT, key, extack);
	csp_relation_clone(&home->rel, &other->rel);
	return 0;
}

static struct csp_home *csp_home_new(struct csp_box *box,
				     const struct csp_home_spec *spec,
				     struct netlink_ext_ack *extack)
{
	struct csp_home *home = kzalloc(sizeof(*home), GFP_KERNEL);
	int err;

	if (!home) {
		NL_SET_ERR_MSG(extack, "There is no memory for the address");
		return ERR_PTR(-ENOMEM);
	}
	err = csp_home_relate(box, home, spec->key, extack);
	if (err) {
		kfree(home);
		return ERR_PTR(err);
	}
	home->box = box;
	home->addr = spec->addr;
	home->lifetime = spec->lifetime;
	home->hidden = spec->hidden;
	home->guard = spec->guard;
	get_random_bytes(&home->salt, sizeof(home->salt));
	spin_lock_init(&home->lock);
	INIT_DELAYED_WORK(&home->expiry, csp_home_expiry);
	return home;
}

static int csp_home_insert(struct csp_box *box, struct csp_home *home)
{
	int err;

	err = rhltable_insert(&box->home_keys, &home->key_node,
			      csp_home_key_params);
	if (err)
		return err;
	err = rhashtable_lookup_insert_fast(&box->homes, &home->node,
					    csp_home_params);
	if (err) {
		rhltable_remove(&box->home_keys, &home->key_node,
				csp_home_key_params);
		return err;
	}
	list_add_tail_rcu(&home->list, &box->home_list);
	WRITE_ONCE(box->n_homes, box->n_homes + 1);
	csp_box_changed(box);
	return 0;
}

/* Nobody finds it any more, since a grace period. */
static void csp_home_free(struct csp_home *home)
{
	cancel_delayed_work_sync(&home->expiry);
	csp_relation_exit(&home->rel);
	kfree(home);
}

/* It stays in the list, for who frees it. */
static void csp_home_unlink(struct csp_box *box, struct csp_home *home)
{
	lockdep_assert_held(&box->mutex);
	rhashtable_remove_fast(&box->homes, &home->node, csp_home_params);
	rhltable_remove(&box->home_keys, &home->key_node, csp_home_key_params);
	WRITE_ONCE(box->n_homes, box->n_homes - 1);
	spin_lock_bh(&home->lock);
	home->dead = true;
	home->granted = 0;
	csp_home_set_cid(home, 0);
	csp_box_nl_home_event(home, CSP_MBOX_HOME_EVENT_REMOVED);
	spin_unlock_bh(&home->lock);
}

static int csp_home_check(struct csp_box *box, const struct csp_home_spec *spec,
			  struct netlink_ext_ack *extack)
{
	struct csp_home *old;

	if (spec->lifetime < CSP_HOME_LIFETIME_MIN ||
	    spec->lifetime > CSP_HOME_LIFETIME_MAX) {
		NL_SET_ERR_MSG(extack, "A lifetime is from 1 s to 1 day");
		return -ERANGE;
	}
	if (spec->hidden && spec->guard) {
		NL_SET_ERR_MSG(extack,
			       "A host is hidden or guarded, not both");
		return -EINVAL;
	}
	if (box->n_homes >= CSP_HOMES_MAX) {
		NL_SET_ERR_MSG(extack,
			       "There are a million home addresses already");
		return -ENOSPC;
	}
	rcu_read_lock();
	old = csp_home_find(box, &spec->addr);
	rcu_read_unlock();
	if (!old)
		return 0;
	NL_SET_ERR_MSG(extack, "The agent answers for this address already");
	return -EEXIST;
}

/**
 * csp_home_add() - answer for a home address
 * @box:    namespace
 * @spec:   the address, and who may register it
 * @extack: filled in on refusal
 *
 * Context: process, csp_box.mutex held; may sleep.
 * Return: 0; -ERANGE, -EINVAL, -ENOSPC, -EEXIST as the message says; or another
 * negative errno if memory, hooks or keys cannot be had.
 */
int csp_home_add(struct csp_box *box, const struct csp_home_spec *spec,
		 struct netlink_ext_ack *extack)
{
	struct csp_home *home;
	int err;

	lockdep_assert_held(&box->mutex);
	err = csp_home_check(box, spec, extack);
	if (err)
		return err;
	home = csp_home_new(box, spec, extack);
	if (IS_ERR(home))
		return PTR_ERR(home);
	err = csp_attract_begin(box);
	if (err) {
		NL_SET_ERR_MSG(extack, "The packet hooks cannot be registered");
		csp_home_free(home);
		return err;
	}
	err = csp_home_insert(box, home);
	if (err) {
		NL_SET_ERR_MSG(extack, "There is no memory for the address");
		csp_home_free(home);
		if (!box->n_homes)
			csp_attract_end(box);
		return err;
	}
	csp_encap_want(csp_box_host(box));
	return 0;
}

/**
 * csp_home_del() - answer for a home address no more
 * @box:    namespace
 * @addr:   the address
 * @extack: filled in on refusal
 *
 * Context: process, csp_box.mutex held; may sleep.
 * Return: 0, or -ENOENT: the agent does not answer for it.
 */
int csp_home_del(struct csp_box *box, const struct in6_addr *addr,
		 struct netlink_ext_ack *extack)
{
	struct csp_home *home;

	lockdep_assert_held(&box->mutex);
	rcu_read_lock();
	home = csp_home_find(box, addr);
	rcu_read_unlock();
	if (!home) {
		NL_SET_ERR_MSG(extack,
			       "The agent does not answer for this address");
		return -ENOENT;
	}
	csp_home_unlink(box, home);
	list_del_rcu(&home->list);
	csp_box_changed(box);
	/* A packet may be looking at it. */
	synchronize_net();
	csp_home_free(home);
	if (!box->n_homes)
		csp_attract_end(box);
	return 0;
}

/**
 * csp_homes_init() - set up the agent of a namespace
 * @box: namespace
 *
 * Context: process; may sleep.
 * Return: 0 or a negative errno.
 */
int csp_homes_init(struct csp_box *box)
{
	int err;

	INIT_LIST_HEAD(&box->home_list);
	err = rhashtable_init(&box->homes, &csp_home_params);
	if (err)
		return err;
	err = rhltable_init(&box->home_keys, &csp_home_key_params);
	if (err)
		goto no_keys;
	err = rhashtable_init(&box->home_cids, &csp_home_cid_params);
	if (err)
		goto no_cids;
	return 0;

no_cids:
	rhltable_destroy(&box->home_keys);
no_keys:
	rhashtable_destroy(&box->homes);
	return err;
}

/**
 * csp_homes_exit() - end the agent of a namespace
 * @box: namespace, whose hooks are gone
 *
 * Context: process; may sleep.
 */
void csp_homes_exit(struct csp_box *box)
{
	struct csp_home *home, *next;

	mutex_lock(&box->mutex);
	/* Backwards: those of one key are in a list that begins with the last. */
	list_for_each_entry_reverse(home, &box->home_list, list) {
		csp_home_unlink(box, home);
		cond_resched();
	}
	/* One grace period for all: there may be a great many. */
	synchronize_net();
	list_for_each_entry_safe(home, next, &box->home_list, list) {
		list_del(&home->list);
		csp_home_free(home);
		cond_resched();
	}
	mutex_unlock(&box->mutex);
	rhashtable_destroy(&box->home_cids);
	rhltable_destroy(&box->home_keys);
	rhashtable_destroy(&box->homes);
}
