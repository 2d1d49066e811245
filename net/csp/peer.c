// SPDX-License-Identifier: GPL-2.0
/*
 * What is remembered of addresses: do they speak CSP? And how far are they?
 *
 * An entry is about an address, or about one port of it that wants no
 * signalling (csp.rst, section "Fallback"). It is also where the Detaches
 * that go to an address wait for each other (detach.c).
 *
 * Entries are found under RCU. They come and go under csp_net.lock only, and
 * one goes only if nobody but the table has a reference: a peer that somebody
 * works with, or whose work is pending, stays. There are at most max_peers of
 * them; to make room, the ones that were not renewed for longest are dropped.
 * What has expired is void, and its memory is reused in the same way.
 */
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "peer.h"

/* Entries looked at, oldest first, to make room for one. */
#define EVICT_SCAN	16
/* Entries looked at by a flush before others get the lock. */
#define FLUSH_BATCH	64

static u32 csp_peer_hash(const void *data, u32 len, u32 seed)
{
	const struct csp_peer_key *key = data;

	if (!ipv6_addr_v4mapped(&key->addr))
		return jhash2(data, sizeof(*key) / sizeof(u32), seed);
	return jhash_2words((__force u32)key->addr.s6_addr32[3],
			    (__force u32)key->port << 16 | key->proto, seed);
}

static int csp_peer_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct csp_peer *peer = obj;
	const struct csp_peer_key *key = arg->key;

	return !ipv6_addr_equal(&peer->key.addr, &key->addr) ||
	       peer->key.port != key->port || peer->key.proto != key->proto;
}

static const struct rhashtable_params csp_peer_params = {
	.head_offset		= offsetof(struct csp_peer, node),
	.key_offset		= offsetof(struct csp_peer, key),
	.key_len		= sizeof(struct csp_peer_key),
	.hashfn			= csp_peer_hash,
	.obj_cmpfn		= csp_peer_cmp,
	.automatic_shrinking	= true,
};

/**
 * csp_peers_init() - set up the memory of peers of a namespace
 * @cn: namespace, with its lock and list
 *
 * Context: process; may sleep.
 * Return: 0 or a negative errno.
 */
int csp_peers_init(struct csp_net *cn)
{
	return rhashtable_init(&cn->peers, &csp_peer_params);
}

static bool csp_peer_expired(const struct csp_peer *peer)
{
	return time_after(jiffies, READ_ONCE(peer->expires));
}

static void csp_peer_unlink(struct csp_peer *peer)
	__must_hold(&peer->cn->lock)
{
	struct csp_net *cn = peer->cn;

	lockdep_assert_held(&cn->lock);
	rhashtable_remove_fast(&cn->peers, &peer->node, csp_peer_params);
	list_del_init(&peer->lru);
	WRITE_ONCE(cn->n_peers, cn->n_peers - 1);
	if (peer->key.port)
		WRITE_ONCE(cn->n_port_peers, cn->n_port_peers - 1);
}

/* Drops an entry that only the table refers to; false if others do too. */
static bool csp_peer_drop(struct csp_peer *peer)
	__must_hold(&peer->cn->lock)
{
	/* From here on lookups get no reference any more. */
	if (!refcount_dec_if_one(&peer->ref))
		return false;
	csp_peer_unlink(peer);
	kfree_rcu(peer, rcu);
	return true;
}

/* Is there room for one more? Drops old entries for it. */
static bool csp_peer_make_room(struct csp_net *cn)
	__must_hold(&cn->lock)
{
	const u32 max = CSP_CONF(cn, max_peers);
	struct csp_peer *peer, *next;
	int scan = EVICT_SCAN;
	bool full;

	lockdep_assert_held(&cn->lock);
	list_for_each_entry_safe(peer, next, &cn->peer_lru, lru) {
		full = cn->n_peers >= max;
		if (!scan-- || (!full && !csp_peer_expired(peer)))
			break;
		if (!csp_peer_drop(peer))
			/* It is in use, and so not old. */
			list_move_tail(&peer->lru, &cn->peer_lru);
		else if (full)
			CSP_INC(cn, PEER_EVICTED);
	}
	return cn->n_peers < max;
}

static struct csp_peer *csp_peer_alloc(struct csp_net *cn,
				       const struct csp_peer_key *key)
{
	struct csp_peer *peer;
	int i;

	peer = kzalloc(sizeof(*peer), GFP_ATOMIC);
	if (!peer)
		return NULL;

	peer->key = *key;
	peer->cn = cn;
	peer->verdict = CSP_PEER_VERDICT_UNKNOWN;
	peer->expires = jiffies + (unsigned long)CSP_CONF(cn, peer_ttl) * HZ;
	/* One for the table, one for the caller. */
	refcount_set(&peer->ref, 2);
	spin_lock_init(&peer->lock);
	INIT_LIST_HEAD(&peer->detach);
	INIT_LIST_HEAD(&peer->linger);
	for (i = 0; i < CSP_DETACH_ATTEMPTS; i++)
		INIT_LIST_HEAD(&peer->asked[i]);
	INIT_DELAYED_WORK(&peer->work, csp_detach_work);
	return peer;
}

/* Puts @new into the table; or returns the one that was faster, or NULL. */
static struct csp_peer *csp_peer_insert(struct csp_net *cn,
					struct csp_peer *new)
	__must_hold(&cn->lock)
{
	struct csp_peer *old;

	lockdep_assert_held(&cn->lock);
	if (!csp_peer_make_room(cn))
		return NULL;
	old = rhashtable_lookup_get_insert_fast(&cn->peers, &new->node,
						csp_peer_params);
	if (IS_ERR(old))
		return NULL;
	if (old) {
		/* With the lock held the table's reference is sure. */
		csp_peer_hold(old);
		return old;
	}
	list_add_tail(&new->lru, &cn->peer_lru);
	WRITE_ONCE(cn->n_peers, cn->n_peers + 1);
	if (new->key.port)
		WRITE_ONCE(cn->n_port_peers, cn->n_port_peers + 1);
	return new;
}

static struct csp_peer *csp_peer_create(struct csp_net *cn,
					const struct csp_peer_key *key)
{
	struct csp_peer *new = csp_peer_alloc(cn, key);
	struct csp_peer *peer;

	if (!new)
		return NULL;
	spin_lock_bh(&cn->lock);
	peer = csp_peer_insert(cn, new);
	spin_unlock_bh(&cn->lock);
	if (peer != new)
		kfree(new);
	return peer;
}

/**
 * csp_peer_get() - entry of an address
 * @cn:     namespace
 * @addr:   the address; IPv4 as v4-mapped
 * @proto:  transport protocol that it is about; 0 all
 * @port:   port that it is about; 0 all
 * @create: make a new one if there is none
 *
 * Context: any.
 * Return: the entry with a reference; NULL: there is none, or no memory, or
 * the table is full of entries in use.
 */
struct csp_peer *csp_peer_get(struct csp_net *cn, const struct in6_addr *addr,
			      u8 proto, __be16 port, bool create)
{
	const struct csp_peer_key key = {
		.addr	= *addr,
		.port	= port,
		.proto	= proto,
	};
	struct csp_peer *peer;

	rcu_read_lock();
	peer = rhashtable_lookup(&cn->peers, &key, csp_peer_params);
	if (peer && !refcount_inc_not_zero(&peer->ref))
		peer = NULL;
	rcu_read_unlock();

	if (!peer && create)
		peer = csp_peer_create(cn, &key);
	return peer;
}

/**
 * csp_peer_put() - drop a reference to an entry
 * @peer: the entry, which stays in the table
 *
 * Context: any.
 */
void csp_peer_put(struct csp_peer *peer)
{
	/* The table's own is dropped by csp_peer_drop() and csp_peers_exit(). */
	if (refcount_dec_and_test(&peer->ref))
		kfree_rcu(peer, rcu);
}

/**
 * csp_peer_current() - what an entry says now
 * @peer: the entry
 *
 * Context: any; under RCU or with a reference.
 * Return: enum csp_peer_verdict.
 */
u8 csp_peer_current(const struct csp_peer *peer)
{
	if (csp_peer_expired(peer))
		return CSP_PEER_VERDICT_UNKNOWN;
	return READ_ONCE(peer->verdict);
}

static u8 csp_peer_find(struct csp_net *cn, const struct csp_peer_key *key,
			bool *udp)
{
	const struct csp_peer *peer;
	u8 verdict;

	peer = rhashtable_lookup(&cn->peers, key, csp_peer_params);
	if (!peer)
		return CSP_PEER_VERDICT_UNKNOWN;
	verdict = csp_peer_current(peer);
	*udp = verdict == CSP_PEER_VERDICT_CAPABLE && READ_ONCE(peer->udp);
	return verdict;
}

/**
 * csp_peer_verdict() - what is remembered about a connection's other end
 * @cn:  namespace
 * @t:   name of the connection
 * @udp: set to whether the other end is reached over UDP only
 *
 * Context: any.
 * Return: enum csp_peer_verdict.
 */
u8 csp_peer_verdict(struct csp_net *cn, const struct csp_tuple *t, bool *udp)
{
	struct csp_peer_key key = {
		.addr	= t->raddr,
		.port	= t->rport,
		.proto	= t->proto,
	};
	u8 verdict = CSP_PEER_VERDICT_UNKNOWN;

	*udp = false;
	rcu_read_lock();
	/* Ports that want no signalling are few. */
	if (READ_ONCE(cn->n_port_peers))
		verdict = csp_peer_find(cn, &key, udp);
	if (verdict == CSP_PEER_VERDICT_UNKNOWN) {
		key.port = 0;
		key.proto = 0;
		verdict = csp_peer_find(cn, &key, udp);
	}
	rcu_read_unlock();
	return verdict;
}

/*
 * Sets what the entry says, for @ttl_s seconds from now. Readers may see the
 * old verdict with the new time for an instant, which does no harm.
 */
static void csp_peer_set(struct csp_peer *peer, u8 verdict, bool path,
			 u32 ttl_s)
{
	const unsigned long expires = jiffies + (unsigned long)ttl_s * HZ;
	struct csp_net *cn = peer->cn;
	/* Many connections to one peer need not all take the lock. */
	const bool renew = time_after(expires, READ_ONCE(peer->expires) + HZ) ||
			   READ_ONCE(peer->verdict) != verdict;

	WRITE_ONCE(peer->path, path);
	WRITE_ONCE(peer->verdict, verdict);
	WRITE_ONCE(peer->expires, expires);
	if (!renew)
		return;

	spin_lock_bh(&cn->lock);
	if (!list_empty(&peer->lru))
		list_move_tail(&peer->lru, &cn->peer_lru);
	spin_unlock_bh(&cn->lock);
}

/**
 * csp_peer_learn() - remember a verdict
 * @cn:      namespace
 * @addr:    whom it is about; IPv4 as v4-mapped
 * @proto:   transport protocol that it is about; 0 all
 * @port:    port that it is about; 0 all
 * @verdict: enum csp_peer_verdict
 * @ttl_s:   for how many seconds; less than the setting peer_ttl: it may be
 *           due to the path (silence, translation), and is forgotten when an
 *           address of this host comes or goes
 *
 * Without memory or room nothing is remembered: the next connection asks again.
 *
 * Context: any.
 */
void csp_peer_learn(struct csp_net *cn, const struct in6_addr *addr, u8 proto,
		    __be16 port, u8 verdict, u32 ttl_s)
{
	const bool path = verdict == CSP_PEER_VERDICT_PLAIN &&
			  ttl_s < CSP_CONF(cn, peer_ttl);
	struct csp_peer *peer;

	peer = csp_peer_get(cn, addr, proto, port, true);
	if (!peer)
		return;
	csp_peer_set(peer, verdict, path, ttl_s);
	csp_peer_put(peer);
}

/**
 * csp_peer_capable() - remember that an address speaks CSP
 * @cn:     namespace
 * @addr:   the address; IPv4 as v4-mapped
 * @udp:    it answered over UDP
 * @rtt_us: round-trip time of a first transmission, in microseconds; 0: not
 *          measured
 *
 * Context: any.
 */
void csp_peer_capable(struct csp_net *cn, const struct in6_addr *addr, bool udp,
		      u32 rtt_us)
{
	struct csp_peer *peer;
	u32 srtt;

	peer = csp_peer_get(cn, addr, 0, 0, true);
	if (!peer)
		return;

	srtt = READ_ONCE(peer->srtt_us);
	/* RFC 6298: a new sample counts one eighth, the first one wholly. */
	if (rtt_us)
		WRITE_ONCE(peer->srtt_us,
			   srtt ? srtt - srtt / 8 + rtt_us / 8 : rtt_us);
	WRITE_ONCE(peer->udp, udp);
	csp_peer_set(peer, CSP_PEER_VERDICT_CAPABLE, false, CSP_CONF(cn, peer_ttl));
	csp_peer_put(peer);
}

/**
 * csp_peer_spoke() - an address that was silent has answered after all
 * @cn:   namespace
 * @addr: the address; IPv4 as v4-mapped
 *
 * What is remembered of its silence is forgotten; section "Fallback".
 *
 * Context: any.
 */
void csp_peer_spoke(struct csp_net *cn, const struct in6_addr *addr)
{
	struct csp_peer *peer = csp_peer_get(cn, addr, 0, 0, false);

	if (!peer)
		return;
	if (READ_ONCE(peer->path))
		csp_peer_set(peer, CSP_PEER_VERDICT_UNKNOWN, false, 0);
	csp_peer_put(peer);
}

/* Drops an entry, or what it says if it is in use. */
static void csp_peer_forget(struct csp_peer *peer)
	__must_hold(&peer->cn->lock)
{
	if (csp_peer_drop(peer))
		return;
	WRITE_ONCE(peer->verdict, CSP_PEER_VERDICT_UNKNOWN);
	WRITE_ONCE(peer->udp, false);
	WRITE_ONCE(peer->srtt_us, 0);
}

/**
 * struct csp_peer_match - which entries a flush is about
 * @addr: of this address; NULL: of any
 * @path: only verdicts about a path
 */
struct csp_peer_match {
	const struct in6_addr	*addr;
	bool			path;
};

static bool csp_peer_matches(const struct csp_peer *peer,
			     const struct csp_peer_match *match)
{
	if (match->addr && !ipv6_addr_equal(match->addr, &peer->key.addr))
		return false;
	return !match->path || READ_ONCE(peer->path);
}

/*
 * Looks at the @n oldest entries and puts those that stay to the other end, so
 * that their order is the same when all have had their turn.
 */
static u32 csp_peer_flush_some(struct csp_net *cn,
			       const struct csp_peer_match *match, u32 n)
	__must_hold(&cn->lock)
{
	struct csp_peer *peer;
	u32 forgotten = 0;

	while (n-- && !list_empty(&cn->peer_lru)) {
		peer = list_first_entry(&cn->peer_lru, struct csp_peer, lru);
		list_move_tail(&peer->lru, &cn->peer_lru);
		if (!csp_peer_matches(peer, match))
			continue;
		/* What had expired was forgotten before. */
		if (csp_peer_current(peer) != CSP_PEER_VERDICT_UNKNOWN)
			forgotten++;
		csp_peer_forget(peer);
	}
	return forgotten;
}

static u32 csp_peer_flush_matching(struct csp_net *cn,
				   const struct csp_peer_match *match)
{
	u32 left, n, forgotten = 0;

	/* Entries that come meanwhile are none of those meant. */
	for (left = READ_ONCE(cn->n_peers); left; left -= n) {
		n = min_t(u32, left, FLUSH_BATCH);
		spin_lock_bh(&cn->lock);
		forgotten += csp_peer_flush_some(cn, match, n);
		spin_unlock_bh(&cn->lock);
		cond_resched();
	}
	return forgotten;
}

/**
 * csp_peer_flush() - forget what is remembered
 * @cn:   namespace
 * @addr: of this address, IPv4 as v4-mapped; NULL: of all
 *
 * Context: process; may sleep.
 * Return: how many entries said something and are forgotten.
 */
u32 csp_peer_flush(struct csp_net *cn, const struct in6_addr *addr)
{
	return csp_peer_flush_matching(cn, &(struct csp_peer_match){ .addr = addr });
}

/**
 * csp_peer_flush_paths() - forget verdicts that may have been due to the path
 * @cn: namespace, of which an address came or went
 *
 * Context: process; may sleep.
 */
void csp_peer_flush_paths(struct csp_net *cn)
{
	csp_peer_flush_matching(cn, &(struct csp_peer_match){ .path = true });
}

/**
 * csp_peers_exit() - forget all peers of a namespace
 * @cn: namespace, whose flows are gone and in which nothing is received any
 *      more
 *
 * Context: process; may sleep.
 */
void csp_peers_exit(struct csp_net *cn)
{
	struct csp_peer *peer, *next;
	LIST_HEAD(list);

	spin_lock_bh(&cn->lock);
	list_splice_init(&cn->peer_lru, &list);
	spin_unlock_bh(&cn->lock);

	list_for_each_entry_safe(peer, next, &list, lru) {
		/* A pending work had a reference. */
		if (cancel_delayed_work_sync(&peer->work))
			csp_peer_put(peer);
		WARN_ON_ONCE(!list_empty(&peer->detach));
		spin_lock_bh(&cn->lock);
		csp_peer_unlink(peer);
		spin_unlock_bh(&cn->lock);
		csp_peer_put(peer);
		cond_resched();
	}
	rhashtable_destroy(&cn->peers);
}
