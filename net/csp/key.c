// SPDX-License-Identifier: GPL-2.0
/*
 * Host keys, pairs of keys, and the MAC; csp.rst, section "Keys and the MAC".
 *
 * Announcing a connection costs no public-key operation: both ends only tell
 * their public keys. One of ours and one of a peer's are a pair, shared by all
 * connections between the two. Its secret is computed when the first of them
 * moves, and each connection derives its own MAC key from it.
 *
 * A namespace has one current key. A key that was replaced lives on in the
 * pairs that were made with it, and is erased with the last of them.
 *
 * Pairs need no bound of their own: each is held by a flow at least.
 */
#include <crypto/algapi.h>
#include <crypto/blake2s.h>
#include <crypto/curve25519.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "key.h"

/*
 * How long the rotation sleeps at most, and how soon it tries again if it
 * failed, in seconds. It looks every hour because jiffies, unlike a key's age,
 * stand still while the machine is suspended.
 */
#define KEY_LOOK_MAX	3600
#define KEY_RETRY	60

static const u8 csp_conn_label[9] __nonstring = "CSP1 conn";

/* What a pair is found by: its members of the same names, side by side. */
struct csp_pair_key {
	u8	remote[CSP_PUBKEY_LEN];
	u32	gen;
};

static const struct rhashtable_params csp_pair_params = {
	.head_offset		= offsetof(struct csp_pair, node),
	.key_offset		= offsetof(struct csp_pair, remote),
	.key_len		= sizeof(struct csp_pair_key),
	.automatic_shrinking	= true,
};

/**
 * csp_key_new() - make a key
 * @cn:      namespace
 * @private: the private key, or NULL: any
 *
 * Context: process; may sleep. One Curve25519 operation.
 * Return: the key with one reference, or NULL: no memory.
 */
struct csp_key *csp_key_new(struct csp_net *cn, const u8 *private)
{
	struct csp_key *key;

	key = kzalloc(sizeof(*key), GFP_KERNEL);
	if (!key)
		return NULL;

	if (private) {
		memcpy(key->private, private, sizeof(key->private));
		curve25519_clamp_secret(key->private);
	} else {
		curve25519_generate_secret(key->private);
	}
	if (!curve25519_generate_public(key->public, key->private)) {
		/* Cannot happen: a clamped secret is never zero. */
		kfree_sensitive(key);
		return NULL;
	}
	refcount_set(&key->ref, 1);
	key->cn = cn;
	key->born = ktime_get_boottime_seconds();
	atomic_inc(&cn->n_keys);
	return key;
}

/**
 * csp_key_put() - drop a reference to a key
 * @key: the key; erased with the last reference
 *
 * Context: any.
 */
void csp_key_put(struct csp_key *key)
{
	if (!refcount_dec_and_test(&key->ref))
		return;
	atomic_dec(&key->cn->n_keys);
	memzero_explicit(key->private, sizeof(key->private));
	/* csp_key_get_current() may still look at its count. */
	kfree_rcu(key, rcu);
}

/**
 * csp_key_get_current() - the key for new connections
 * @cn: namespace
 *
 * Context: any.
 * Return: the key, with a reference; NULL only after csp_keys_exit().
 */
struct csp_key *csp_key_get_current(struct csp_net *cn)
{
	struct csp_key *key;

	rcu_read_lock();
	do {
		/* One whose last reference is gone has been replaced. */
		key = rcu_dereference(cn->key);
	} while (key && !refcount_inc_not_zero(&key->ref));
	rcu_read_unlock();
	return key;
}

/* Puts @key, or none, in the place of the current one. */
static void csp_key_replace(struct csp_net *cn, struct csp_key *key)
{
	struct csp_key *old;

	spin_lock_bh(&cn->lock);
	old = rcu_dereference_protected(cn->key, lockdep_is_held(&cn->lock));
	if (key)
		key->gen = old ? old->gen + 1 : 1;
	rcu_assign_pointer(cn->key, key);
	spin_unlock_bh(&cn->lock);

	if (old)
		csp_key_put(old);
}

/**
 * csp_key_rotate() - make a new key for new connections
 * @cn: namespace
 *
 * Connections that there are keep the key that they were announced with.
 *
 * Context: process; may sleep. One Curve25519 operation.
 * Return: 0 or -ENOMEM.
 */
int csp_key_rotate(struct csp_net *cn)
{
	struct csp_key *key = csp_key_new(cn, NULL);

	if (!key)
		return -ENOMEM;
	csp_key_replace(cn, key);
	csp_key_schedule(cn);
	return 0;
}

/* Seconds until the current key is too old; 0: it is. */
static u32 csp_key_remaining(struct csp_net *cn)
{
	const u32 lifetime = CSP_CONF(cn, key_lifetime);
	struct csp_key *key;
	time64_t age = 0;

	rcu_read_lock();
	key = rcu_dereference(cn->key);
	if (key)
		age = ktime_get_boottime_seconds() - key->born;
	rcu_read_unlock();
	return age < lifetime ? lifetime - age : 0;
}

static void csp_key_sleep(struct csp_net *cn, u32 seconds)
{
	seconds = min_t(u32, seconds, KEY_LOOK_MAX);
	mod_delayed_work(cn->wq, &cn->key_work, seconds * HZ);
}

/**
 * csp_key_schedule() - see to it that the key is replaced in time
 * @cn: namespace, whose key or key_lifetime has changed
 *
 * Context: any, between csp_keys_init() and csp_keys_exit().
 */
void csp_key_schedule(struct csp_net *cn)
{
	csp_key_sleep(cn, csp_key_remaining(cn));
}

static void csp_key_work(struct work_struct *work)
{
	struct csp_net *cn = container_of(to_delayed_work(work),
					  struct csp_net, key_work);

	if (csp_key_remaining(cn))
		csp_key_schedule(cn);
	else if (csp_key_rotate(cn))
		csp_key_sleep(cn, KEY_RETRY);
}

/**
 * csp_keys_init() - give a namespace its first key
 * @cn: namespace, with its workqueue, its counters and its settings
 *
 * Context: process; may sleep, at boot until the random generator is ready.
 * Return: 0 or a negative errno.
 */
int csp_keys_init(struct csp_net *cn)
{
	int err;

	BUILD_BUG_ON(offsetof(struct csp_pair, gen) -
		     offsetof(struct csp_pair, remote) !=
		     offsetof(struct csp_pair_key, gen));

	err = rhashtable_init(&cn->pairs, &csp_pair_params);
	if (err)
		return err;
	INIT_DEFERRABLE_WORK(&cn->key_work, csp_key_work);
	err = csp_key_rotate(cn);
	if (err)
		rhashtable_destroy(&cn->pairs);
	return err;
}

/**
 * csp_keys_exit() - erase the keys of a namespace
 * @cn: namespace, whose flows are gone and whose settings cannot change any
 *      more; its workqueue is still there
 *
 * Context: process; may sleep.
 */
void csp_keys_exit(struct csp_net *cn)
{
	cancel_delayed_work_sync(&cn->key_work);
	csp_key_replace(cn, NULL);
	/* Flows held all others. */
	WARN_ON_ONCE(atomic_read(&cn->n_keys));
	rhashtable_destroy(&cn->pairs);
}

static struct csp_pair *csp_pair_alloc(struct csp_net *cn, struct csp_key *key,
				       const u8 *remote)
{
	struct csp_pair *pair;

	pair = kzalloc(sizeof(*pair), GFP_ATOMIC);
	if (!pair)
		return NULL;

	memcpy(pair->remote, remote, sizeof(pair->remote));
	pair->gen = key->gen;
	pair->cn = cn;
	refcount_inc(&key->ref);
	pair->key = key;
	refcount_set(&pair->ref, 1);
	mutex_init(&pair->lock);
	return pair;
}

static void csp_pair_free(struct csp_pair *pair)
{
	memzero_explicit(pair->secret, sizeof(pair->secret));
	csp_key_put(pair->key);
	mutex_destroy(&pair->lock);
	/* A reader that found it in the table may still look at its count. */
	kfree_rcu(pair, rcu);
}

/**
 * csp_pair_put() - drop a reference to a pair
 * @pair: the pair; erased with the last reference
 *
 * Context: any.
 */
void csp_pair_put(struct csp_pair *pair)
{
	if (!refcount_dec_and_test(&pair->ref))
		return;
	/* Not there if csp_pair_insert() has put another into its place. */
	rhashtable_remove_fast(&pair->cn->pairs, &pair->node, csp_pair_params);
	csp_pair_free(pair);
}

/*
 * Puts @new into the table. If one like it is there, that is returned with a
 * reference. One that has lost its last reference, and which csp_pair_put() is
 * about to remove, is replaced at once: waiting for it would spin.
 */
static struct csp_pair *csp_pair_insert(struct csp_net *cn,
					struct csp_pair *new)
{
	struct csp_pair *old;
	int err;

	for (;;) {
		old = rhashtable_lookup_get_insert_fast(&cn->pairs, &new->node,
							csp_pair_params);
		if (!old)
			return new;
		if (IS_ERR(old) || refcount_inc_not_zero(&old->ref))
			return old;
		err = rhashtable_replace_fast(&cn->pairs, &old->node,
					      &new->node, csp_pair_params);
		if (!err)
			return new;
		/* Gone meanwhile. */
	}
}

static struct csp_pair *csp_pair_lookup(struct csp_net *cn,
					const struct csp_key *key, const u8 *remote)
{
	struct csp_pair_key pk = { .gen = key->gen };
	struct csp_pair *pair;

	memcpy(pk.remote, remote, sizeof(pk.remote));
	pair = rhashtable_lookup(&cn->pairs, &pk, csp_pair_params);
	return pair && refcount_inc_not_zero(&pair->ref) ? pair : NULL;
}

/**
 * csp_pair_get() - pair of one of our keys and one of a peer's
 * @cn:     namespace
 * @key:    our key; the pair takes a reference of its own
 * @remote: the peer's public key
 *
 * Context: any.
 * Return: the pair with a reference, or NULL: no memory.
 */
struct csp_pair *csp_pair_get(struct csp_net *cn, struct csp_key *key,
			      const u8 *remote)
{
	struct csp_pair *pair, *new;

	rcu_read_lock();
	pair = csp_pair_lookup(cn, key, remote);
	if (pair)
		goto out;
	new = csp_pair_alloc(cn, key, remote);
	if (!new)
		goto out;
	pair = csp_pair_insert(cn, new);
	if (pair != new)
		csp_pair_free(new);
	if (IS_ERR(pair))
		pair = NULL;
out:
	rcu_read_unlock();
	return pair;
}

/**
 * csp_pair_secret() - have the secret of a pair computed
 * @pair: the pair
 *
 * Only the first call for a pair computes.
 *
 * Context: process; may sleep. At most one Curve25519 operation.
 * Return: 0, or -EKEYREJECTED if the peer's key is a point of small order: the
 * secret would be known to everybody. Such a connection cannot move.
 */
int csp_pair_secret(struct csp_pair *pair)
{
	/* Pairs with the release below: @secret and @bad are seen too. */
	if (smp_load_acquire(&pair->ready))
		goto out;

	mutex_lock(&pair->lock);
	if (!pair->ready) {
		pair->bad = !curve25519(pair->secret, pair->key->private,
					pair->remote);
		CSP_INC(pair->cn, DH);
		/* Pairs with the acquire above. */
		smp_store_release(&pair->ready, true);
	}
	mutex_unlock(&pair->lock);
out:
	return pair->bad ? -EKEYREJECTED : 0;
}

/**
 * csp_derive_key() - key of a connection's MACs
 * @out:       32 bytes
 * @pair:      with its secret computed
 * @initiator: this end sent the Setup
 * @cid_i:     initiator's identifier of the Setup
 * @cid_r:     responder's identifier of the Setup
 *
 * csp.rst, section "Key of a connection".
 *
 * Context: any.
 */
void csp_derive_key(u8 *out, const struct csp_pair *pair, bool initiator,
		    __be64 cid_i, __be64 cid_r)
{
	const u8 *own = pair->key->public;
	struct blake2s_state state;

	blake2s_init_key(&state, BLAKE2S_HASH_SIZE, pair->secret,
			 sizeof(pair->secret));
	blake2s_update(&state, csp_conn_label, sizeof(csp_conn_label));
	blake2s_update(&state, (const u8 *)&cid_i, sizeof(cid_i));
	blake2s_update(&state, (const u8 *)&cid_r, sizeof(cid_r));
	blake2s_update(&state, initiator ? own : pair->remote, CSP_PUBKEY_LEN);
	blake2s_update(&state, initiator ? pair->remote : own, CSP_PUBKEY_LEN);
	blake2s_final(&state, out);
}

/**
 * csp_mac() - MAC of a packet
 * @mac:  CSP_MAC_LEN bytes to fill in
 * @key:  from csp_derive_key()
 * @role: CSP_ROLE_* of the end that sends the packet
 * @pkt:  the packet, from its csphdr
 * @len:  bytes before the header of the MAC attribute, the csphdr at least
 *
 * csp.rst, section "MAC": checksum and attempt count as zero, because boxes
 * and retransmissions change them.
 *
 * Context: any.
 */
void csp_mac(u8 *mac, const u8 *key, u8 role, const void *pkt, size_t len)
{
	struct blake2s_state state;
	struct csphdr hdr;

	memcpy(&hdr, pkt, sizeof(hdr));
	hdr.checksum = 0;
	hdr.attempt = 0;

	blake2s_init_key(&state, CSP_MAC_LEN, key, BLAKE2S_KEY_SIZE);
	blake2s_update(&state, &role, sizeof(role));
	blake2s_update(&state, (const u8 *)&hdr, sizeof(hdr));
	blake2s_update(&state, pkt + sizeof(hdr), len - sizeof(hdr));
	blake2s_final(&state, mac);
}

/**
 * csp_mac_ok() - is a MAC right?
 * @mac:  CSP_MAC_LEN bytes as received
 * @key:  as in csp_mac()
 * @role: CSP_ROLE_* of the other end
 * @pkt:  as in csp_mac()
 * @len:  as in csp_mac()
 *
 * Takes the same time whether it is or not.
 *
 * Context: any.
 * Return: whether it is.
 */
bool csp_mac_ok(const u8 *mac, const u8 *key, u8 role, const void *pkt,
		size_t len)
{
	u8 right[CSP_MAC_LEN];
	bool ok;

	csp_mac(right, key, role, pkt, len);
	ok = !crypto_memneq(mac, right, sizeof(right));
	memzero_explicit(right, sizeof(right));
	return ok;
}
