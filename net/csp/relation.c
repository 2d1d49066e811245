// SPDX-License-Identifier: GPL-2.0
/*
 * Standing relations; csp.rst, sections "Keys and the MAC", "Register".
 *
 * A host that is mobile and the agent at its home were configured with each
 * other's public key. The machine's own side of that is its configured key,
 * one for each network namespace, which unlike the key of connections
 * is never rotated: it is set by command, or made when it is first needed. It
 * cannot be replaced while a relation uses it.
 *
 * The key of a relation is derived once, when the relation is configured: what
 * comes in packets costs no public-key operation.
 */
#include <crypto/blake2s.h>
#include <crypto/curve25519.h>
#include <linux/export.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "key.h"
#include "relation.h"
#include "rx.h"
#include "sign.h"

static const u8 csp_host_label[9] __nonstring = "CSP1 host";

/* Generations of configured keys: far from those that rotation counts. */
#define CSP_STANDING_GEN	0x80000000

static const struct csp_agent_ops __rcu *csp_agent_ops;

/**
 * csp_agent_ops_set() - there is an agent in this kernel, or none any more
 * @ops: what it does, or NULL; when it returns, the ones before are not in use
 *
 * Context: process; may sleep.
 */
void csp_agent_ops_set(const struct csp_agent_ops *ops)
{
	rcu_assign_pointer(csp_agent_ops, ops);
	if (!ops)
		synchronize_net();
}
EXPORT_SYMBOL_GPL(csp_agent_ops_set);

/**
 * csp_agent_ops_get() - what the agent does, if there is one
 *
 * Context: RCU.
 * Return: it, or NULL.
 */
const struct csp_agent_ops *csp_agent_ops_get(void)
{
	return rcu_dereference(csp_agent_ops);
}

/* Puts @key into the place of the configured one. */
static void csp_standing_replace(struct csp_net *cn, struct csp_key *key)
{
	struct csp_key *old = cn->standing;

	lockdep_assert_held(&cn->standing_lock);
	if (key)
		key->gen = CSP_STANDING_GEN + cn->n_standing++;
	cn->standing = key;
	if (old)
		csp_key_put(old);
}

/**
 * csp_standing_get() - the configured key of a namespace
 * @cn: namespace
 *
 * Made at random if none was set.
 *
 * Context: process; may sleep.
 * Return: the key with a reference, or NULL: no memory.
 */
struct csp_key *csp_standing_get(struct csp_net *cn)
{
	struct csp_key *key;

	mutex_lock(&cn->standing_lock);
	if (!cn->standing) {
		key = csp_key_new(cn, NULL);
		if (key)
			csp_standing_replace(cn, key);
	}
	key = cn->standing;
	if (key)
		refcount_inc(&key->ref);
	mutex_unlock(&cn->standing_lock);
	return key;
}

/**
 * csp_standing_set() - set the configured key of a namespace
 * @cn:      namespace
 * @private: 32 bytes
 * @extack:  filled in on refusal
 *
 * Context: process; may sleep. One Curve25519 operation.
 * Return: 0, -EBUSY while relations use another one, or -ENOMEM.
 */
int csp_standing_set(struct csp_net *cn, const u8 *private,
		     struct netlink_ext_ack *extack)
{
	struct csp_key *key = csp_key_new(cn, private);
	int err = 0;

	if (!key) {
		NL_SET_ERR_MSG(extack, "There is no memory for a new key");
		return -ENOMEM;
	}
	mutex_lock(&cn->standing_lock);
	if (cn->standing &&
	    !memcmp(cn->standing->public, key->public, sizeof(key->public))) {
		csp_key_put(key);
	} else if (cn->n_relations) {
		NL_SET_ERR_MSG(extack,
			       "The key is in use by \"register\" or \"agent\"");
		csp_key_put(key);
		err = -EBUSY;
	} else {
		csp_standing_replace(cn, key);
	}
	mutex_unlock(&cn->standing_lock);
	return err;
}

/**
 * csp_standing_public() - public half of the configured key
 * @cn:     namespace
 * @public: 32 bytes to fill in
 *
 * Context: process; may sleep.
 * Return: false: there is none yet.
 */
bool csp_standing_public(struct csp_net *cn, u8 *public)
{
	bool there;

	mutex_lock(&cn->standing_lock);
	there = cn->standing;
	if (there)
		memcpy(public, cn->standing->public, CSP_PUBKEY_LEN);
	mutex_unlock(&cn->standing_lock);
	return there;
}

/**
 * csp_relations_init() - set up a namespace for relations
 * @cn: namespace
 *
 * Context: process.
 * Return: 0.
 */
int csp_relations_init(struct csp_net *cn)
{
	mutex_init(&cn->standing_lock);
	return 0;
}

/**
 * csp_relations_exit() - erase the configured key of a namespace
 * @cn: namespace, without relations
 *
 * Context: process.
 */
void csp_relations_exit(struct csp_net *cn)
{
	mutex_lock(&cn->standing_lock);
	WARN_ON_ONCE(cn->n_relations);
	csp_standing_replace(cn, NULL);
	mutex_unlock(&cn->standing_lock);
}

/* csp.rst, section "Key of a standing relation". */
static int csp_relation_derive(struct csp_relation *rel)
{
	const u8 *own = rel->own->public, *host, *agent;
	struct blake2s_state state;
	u8 dh[CURVE25519_KEY_SIZE];

	if (!curve25519(dh, rel->own->private, rel->remote))
		return -EKEYREJECTED;
	CSP_INC(rel->cn, DH);
	host = rel->role == CSP_ROLE_HOST ? own : rel->remote;
	agent = rel->role == CSP_ROLE_HOST ? rel->remote : own;
	blake2s_init_key(&state, BLAKE2S_HASH_SIZE, dh, sizeof(dh));
	blake2s_update(&state, csp_host_label, sizeof(csp_host_label));
	blake2s_update(&state, host, CSP_PUBKEY_LEN);
	blake2s_update(&state, agent, CSP_PUBKEY_LEN);
	blake2s_final(&state, rel->key);
	memzero_explicit(dh, sizeof(dh));
	return 0;
}

/**
 * csp_relation_init() - configure a relation
 * @rel:    filled in
 * @cn:     namespace
 * @role:   CSP_ROLE_HOST or CSP_ROLE_AGENT
 * @remote: public key of the other machine, 32 bytes
 * @extack: filled in on refusal
 *
 * Context: process; may sleep. One Curve25519 operation, or two.
 * Return: 0, -ENOMEM, or -EKEYREJECTED: no secret comes of that key.
 */
int csp_relation_init(struct csp_relation *rel, struct csp_net *cn, u8 role,
		      const u8 *remote, struct netlink_ext_ack *extack)
{
	int err;

	rel->cn = cn;
	rel->role = role;
	memcpy(rel->remote, remote, sizeof(rel->remote));
	rel->own = csp_standing_get(cn);
	if (!rel->own) {
		NL_SET_ERR_MSG(extack, "There is no memory for a key");
		return -ENOMEM;
	}
	err = csp_relation_derive(rel);
	if (err) {
		NL_SET_ERR_MSG(extack, "This is no public key");
		csp_key_put(rel->own);
		return err;
	}
	mutex_lock(&cn->standing_lock);
	cn->n_relations++;
	mutex_unlock(&cn->standing_lock);
	return 0;
}
EXPORT_SYMBOL_GPL(csp_relation_init);

/**
 * csp_relation_clone() - configure one more relation with the same machine
 * @rel:   filled in
 * @other: a relation of the same role
 *
 * Context: process; may sleep. No Curve25519 operation.
 */
void csp_relation_clone(struct csp_relation *rel,
			const struct csp_relation *other)
{
	struct csp_net *cn = other->cn;

	*rel = *other;
	refcount_inc(&rel->own->ref);
	mutex_lock(&cn->standing_lock);
	cn->n_relations++;
	mutex_unlock(&cn->standing_lock);
}
EXPORT_SYMBOL_GPL(csp_relation_clone);

/**
 * csp_relation_exit() - erase the keys of a relation
 * @rel: from csp_relation_init(), not in use any more
 *
 * Context: process; may sleep.
 */
void csp_relation_exit(struct csp_relation *rel)
{
	struct csp_net *cn = rel->cn;

	mutex_lock(&cn->standing_lock);
	cn->n_relations--;
	mutex_unlock(&cn->standing_lock);
	csp_key_put(rel->own);
	memzero_explicit(rel->key, sizeof(rel->key));
}
EXPORT_SYMBOL_GPL(csp_relation_exit);

/**
 * csp_relation_finish() - close a packet with the MAC of a relation
 * @skb: from csp_tx_alloc(); freed if NULL is returned
 * @wr:  writer over its data
 * @rel: the relation
 *
 * Context: any.
 * Return: @skb, ready to be sent, or NULL: it did not fit.
 */
struct sk_buff *csp_relation_finish(struct sk_buff *skb, struct csp_writer *wr,
				    const struct csp_relation *rel)
{
	return csp_sign_with(skb, wr, rel->key, rel->role);
}
EXPORT_SYMBOL_GPL(csp_relation_finish);

/**
 * csp_relation_ok() - is the MAC of a packet that of the other machine?
 * @rel: the relation
 * @rd:  reader of the packet
 * @msg: its last message
 *
 * Context: any.
 * Return: whether it is.
 */
bool csp_relation_ok(const struct csp_relation *rel,
		     const struct csp_reader *rd, const struct csp_msg *msg)
{
	return CSP_HAS(msg, MAC) && CSP_HAS(msg, SEQ) &&
	       csp_mac_ok(msg->mac.data, rel->key, !rel->role, rd->data,
			  msg->mac_offset);
}
EXPORT_SYMBOL_GPL(csp_relation_ok);
