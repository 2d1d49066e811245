// SPDX-License-Identifier: GPL-2.0
/*
 * Tokens of an off-path firewall: who may reach a host at home address S;
 * csp.rst, section "Boxes", "Tokens".
 *
 *	0       1       2       4       8       16              32
 *	+-------+-------+-------+-------+-------+---------------+
 *	| flags | bits  |   0   |expires|serial |      MAC      |
 *	+-------+-------+-------+-------+-------+---------------+
 *
 * The MAC is over S, the first bits of the client's address, transport and port
 * as far as flags says that they count, and all that stands before it. What a
 * token is good for is in the Setup that shows it, and is not repeated.
 *
 * Tokens are verified without state. Only of those that are good once, and were
 * good, is anything kept: by whom and for which connection, until they expire.
 * There can be no more of these than were issued, and of those that one source
 * shows no more than its share (share.c).
 */
#include <crypto/algapi.h>
#include <crypto/blake2s.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "../share.h"
#include "token.h"

/* Bits of csp_auth_token.flags: what the MAC covers, beside S. */
#define CSP_AUTH_F_PROTO	0x01
#define CSP_AUTH_F_PORT		0x02
#define CSP_AUTH_F_MANY		0x04

#define CSP_AUTH_BUCKETS	256
/* That before is good as well, so that a change strands nobody. */
#define CSP_AUTH_SECRETS	2

/**
 * struct csp_auth_token - a token, as it is shown
 * @flags:   CSP_AUTH_F_*
 * @bits:    of the client's address that count, of 128
 * @zero:    for later
 * @expires: seconds since 1970
 * @serial:  random: no two are the same
 * @mac:     BLAKE2s
 */
struct csp_auth_token {
	u8	flags;
	u8	bits;
	__be16	zero;
	__be32	expires;
	__be64	serial;
	u8	mac[16];
} __packed;

/**
 * struct csp_auth_input - what the MAC covers
 * @home:   S
 * @client: first bits of the client's address
 * @port:   port p of S, or 0
 * @proto:  transport, or 0
 * @head:   the token up to the MAC
 */
struct csp_auth_input {
	struct in6_addr	home;
	struct in6_addr	client;
	__be16		port;
	u8		proto;
	u8		head[offsetof(struct csp_auth_token, mac)];
} __packed;

/**
 * struct csp_auth_used - a token that was shown, and is good once
 * @node:    in csp_auths.used
 * @serial:  which
 * @cid:     connection that it was shown for
 * @saddr:   and by whom
 * @expires: seconds since 1970
 * @slot:    where it is in csp_auths.users, csp_share_add()
 */
struct csp_auth_used {
	struct hlist_node	node;
	__be64			serial;
	__be64			cid;
	struct in6_addr		saddr;
	u32			expires;
	u16			slot;
};

/**
 * struct csp_auths - tokens of a namespace
 * @lock:   protects the rest
 * @secret: with which they are made now, and were made before
 * @used:   those that were used up, by their serial number
 * @n_used: how many
 * @users:  the same, by who showed them
 * @pruned: when all of them were looked at last, in seconds since 1970
 */
struct csp_auths {
	spinlock_t		lock;	/* see above */
	u8			secret[CSP_AUTH_SECRETS][CSP_AUTH_SECRET_LEN];
	struct hlist_head	used[CSP_AUTH_BUCKETS];
	u32			n_used;
	struct csp_share	*users;
	u32			pruned;
};

static u32 csp_auth_now(void)
{
	return ktime_get_real_seconds();
}

static void csp_auth_mac(const u8 *secret, const struct csp_auth_token *t,
			 const struct csp_auth_scope *scope, u8 *mac)
{
	struct csp_auth_input in = { .home = scope->home };

	ipv6_addr_prefix(&in.client, &scope->client, t->bits);
	if (t->flags & CSP_AUTH_F_PORT)
		in.port = scope->port;
	if (t->flags & CSP_AUTH_F_PROTO)
		in.proto = scope->proto;
	memcpy(in.head, t, sizeof(in.head));
	blake2s(mac, (const u8 *)&in, secret, sizeof(t->mac), sizeof(in),
		CSP_AUTH_SECRET_LEN);
}

/**
 * csp_auth_new() - make a token
 * @box:    namespace
 * @scope:  what it is to be good for
 * @out:    CSP_AUTH_TOKEN_LEN bytes
 * @extack: filled in on refusal
 *
 * Context: process.
 * Return: 0, or -ERANGE as the message says.
 */
int csp_auth_new(struct csp_box *box, const struct csp_auth_scope *scope,
		 u8 *out, struct netlink_ext_ack *extack)
{
	struct csp_auth_token t = {
		.bits	= scope->client_len,
		.flags	= (scope->proto ? CSP_AUTH_F_PROTO : 0) |
			  (scope->port ? CSP_AUTH_F_PORT : 0) |
			  (scope->many ? CSP_AUTH_F_MANY : 0),
		.expires = cpu_to_be32(csp_auth_now() + scope->lifetime),
	};
	u8 secret[CSP_AUTH_SECRET_LEN];

	BUILD_BUG_ON(sizeof(t) != CSP_AUTH_TOKEN_LEN);
	if (scope->lifetime < CSP_AUTH_LIFETIME_MIN ||
	    scope->lifetime > CSP_AUTH_LIFETIME_MAX) {
		NL_SET_ERR_MSG(extack, "A token is good for 1 s to 30 days");
		return -ERANGE;
	}
	get_random_bytes(&t.serial, sizeof(t.serial));
	spin_lock_bh(&box->auths->lock);
	memcpy(secret, box->auths->secret[0], sizeof(secret));
	spin_unlock_bh(&box->auths->lock);
	csp_auth_mac(secret, &t, scope, t.mac);
	memzero_explicit(secret, sizeof(secret));
	memcpy(out, &t, sizeof(t));
	return 0;
}

/**
 * csp_auth_rotate() - make tokens with another secret from now on
 * @box:    namespace
 * @secret: CSP_AUTH_SECRET_LEN bytes, or NULL: at random
 *
 * Those made with the one before are still good, older ones are not. The secret
 * that is used already changes nothing.
 *
 * Context: any.
 */
void csp_auth_rotate(struct csp_box *box, const u8 *secret)
{
	struct csp_auths *a = box->auths;
	u8 new[CSP_AUTH_SECRET_LEN];

	if (secret)
		memcpy(new, secret, sizeof(new));
	else
		get_random_bytes(new, sizeof(new));
	spin_lock_bh(&a->lock);
	if (crypto_memneq(a->secret[0], new, sizeof(new))) {
		memcpy(a->secret[1], a->secret[0], sizeof(a->secret[1]));
		memcpy(a->secret[0], new, sizeof(a->secret[0]));
	}
	spin_unlock_bh(&a->lock);
	memzero_explicit(new, sizeof(new));
}

/* Was it made here, for what the Setup asks? */
static bool csp_auth_genuine(struct csp_auths *a, const struct csp_auth_token *t,
			     const struct csp_auth_scope *scope)
{
	u8 secret[CSP_AUTH_SECRETS][CSP_AUTH_SECRET_LEN];
	u8 mac[sizeof(t->mac)];
	bool good = false;
	int i;

	spin_lock_bh(&a->lock);
	memcpy(secret, a->secret, sizeof(secret));
	spin_unlock_bh(&a->lock);
	for (i = 0; i < ARRAY_SIZE(secret); i++) {
		csp_auth_mac(secret[i], t, scope, mac);
		good |= !crypto_memneq(mac, t->mac, sizeof(mac));
	}
	memzero_explicit(secret, sizeof(secret));
	return good;
}

/* --- tokens that are good once --- */

static struct hlist_head *csp_auth_bucket(struct csp_auths *a, __be64 serial)
{
	/* Random, and only those made here get so far. */
	return &a->used[be64_to_cpu(serial) % CSP_AUTH_BUCKETS];
}

/* Forgets what nobody can show any more. */
static void csp_auth_prune(struct csp_auths *a, struct hlist_head *head, u32 now)
{
	struct csp_auth_used *used;
	struct hlist_node *next;

	lockdep_assert_held(&a->lock);
	hlist_for_each_entry_safe(used, next, head, node) {
		if (used->expires >= now)
			continue;
		hlist_del(&used->node);
		csp_share_del(a->users, &used->slot);
		kfree(used);
		a->n_used--;
	}
}

static void csp_auth_prune_all(struct csp_auths *a, u32 now)
{
	int i;

	/* Nothing more has expired within a second, however many are refused. */
	if (a->pruned == now)
		return;
	a->pruned = now;
	for (i = 0; i < CSP_AUTH_BUCKETS; i++)
		csp_auth_prune(a, &a->used[i], now);
}

static bool csp_auth_has_room(const struct csp_auths *a,
			      const struct in6_addr *saddr)
{
	lockdep_assert_held(&a->lock);
	return a->n_used < CSP_AUTH_USED_MAX &&
	       csp_share_fair(a->users, saddr, a->n_used, CSP_AUTH_USED_MAX);
}

/* The first time; a->lock held. */
static enum csp_auth_verdict csp_auth_keep(struct csp_auths *a,
					   const struct csp_auth_used *what)
{
	struct csp_auth_used *used;

	lockdep_assert_held(&a->lock);
	if (!csp_auth_has_room(a, &what->saddr))
		csp_auth_prune_all(a, csp_auth_now());
	if (!csp_auth_has_room(a, &what->saddr))
		return CSP_AUTH_FULL;
	used = kmemdup(what, sizeof(*what), GFP_ATOMIC);
	if (!used)
		return CSP_AUTH_FULL;
	hlist_add_head(&used->node, csp_auth_bucket(a, used->serial));
	csp_share_add(a->users, &used->saddr, &used->slot);
	a->n_used++;
	return CSP_AUTH_GOOD;
}

/* Further copies of the Setup that used it up are that Setup. */
static enum csp_auth_verdict csp_auth_use(struct csp_auths *a,
					  const struct csp_auth_used *what)
{
	struct hlist_head *head = csp_auth_bucket(a, what->serial);
	enum csp_auth_verdict verdict;
	struct csp_auth_used *used;

	spin_lock_bh(&a->lock);
	csp_auth_prune(a, head, csp_auth_now());
	hlist_for_each_entry(used, head, node)
		if (used->serial == what->serial)
			break;
	if (!used)
		verdict = csp_auth_keep(a, what);
	else if (used->cid == what->cid &&
		 ipv6_addr_equal(&used->saddr, &what->saddr))
		verdict = CSP_AUTH_GOOD;
	else
		verdict = CSP_AUTH_USED;
	spin_unlock_bh(&a->lock);
	return verdict;
}

/**
 * csp_auth_check() - is the token of a Setup good?
 * @p:   its packet, to a home address
 * @msg: the Setup
 *
 * One that is good once is used up by this.
 *
 * Context: softirq, no lock.
 * Return: whether it is, and if not, why.
 */
enum csp_auth_verdict csp_auth_check(const struct csp_packet *p,
				     const struct csp_msg *msg)
{
	struct csp_auths *a = p->box->auths;
	struct csp_auth_scope scope = {
		.home	= p->daddr,
		.client	= p->saddr,
		.proto	= msg->proto,
		.port	= msg->dst.port,
	};
	struct csp_auth_used used = {
		.cid	= msg->cid,
		.saddr	= p->saddr,
	};
	struct csp_auth_token t;

	if (!CSP_HAS(msg, AUTH))
		return CSP_AUTH_NONE;
	if (msg->auth.len != sizeof(t))
		return CSP_AUTH_WRONG;
	memcpy(&t, msg->auth.data, sizeof(t));
	if (t.bits > 128 || !csp_auth_genuine(a, &t, &scope))
		return CSP_AUTH_WRONG;
	used.expires = be32_to_cpu(t.expires);
	if (csp_auth_now() > used.expires)
		return CSP_AUTH_EXPIRED;
	if (t.flags & CSP_AUTH_F_MANY)
		return CSP_AUTH_GOOD;
	used.serial = t.serial;
	return csp_auth_use(a, &used);
}

/**
 * csp_auth_init() - set up the tokens of a namespace
 * @box: namespace
 *
 * Context: process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int csp_auth_init(struct csp_box *box)
{
	struct csp_auths *a = kzalloc(sizeof(*a), GFP_KERNEL);

	if (!a)
		return -ENOMEM;
	a->users = csp_share_new();
	if (!a->users) {
		kfree(a);
		return -ENOMEM;
	}
	spin_lock_init(&a->lock);
	get_random_bytes(a->secret, sizeof(a->secret));
	box->auths = a;
	return 0;
}

/**
 * csp_auth_exit() - forget the tokens of a namespace
 * @box: namespace, whose hooks are gone
 *
 * Context: process.
 */
void csp_auth_exit(struct csp_box *box)
{
	struct csp_auths *a = box->auths;

	spin_lock_bh(&a->lock);
	csp_auth_prune_all(a, U32_MAX);
	spin_unlock_bh(&a->lock);
	kfree(a->users);
	kfree_sensitive(a);
}
