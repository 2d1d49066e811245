// SPDX-License-Identifier: GPL-2.0
/*
 * Token buckets: how often a source may make this host answer or compute.
 *
 * A bucket is one number: the time at which it will be full again. Taking a
 * token moves that time on by 1/rate, and is refused if that would be further
 * ahead than the bucket is deep (the "generic cell rate algorithm"). So a
 * bucket needs no lock, no timer and no garbage collection.
 *
 * Sources share a fixed number of buckets, chosen by a keyed hash: whoever
 * forges sources costs no memory, and nobody outside can tell whose bucket he
 * empties.
 */
#include <linux/export.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "limit.h"
#include "share.h"

#define LIMIT_BUCKETS	1024

/* A bucket holds a tenth of a second's worth, and never less than one token. */
#define LIMIT_DEPTH_NS	(NSEC_PER_SEC / 10)

/* Of Setups for a listener: a second's worth, and never less than ten. */
#define LIMIT_FLOOD_NS	NSEC_PER_SEC
#define LIMIT_FLOOD_MIN	10

/**
 * struct csp_buckets - the rate limits of a namespace
 * @key:   of the hash that chooses a source's bucket
 * @dh:    Curve25519 operations for unproven peers
 * @reply: refusals and stateless answers
 * @flood: Setups of a source for a listener
 */
struct csp_buckets {
	siphash_key_t	key;
	atomic64_t	dh;
	atomic64_t	reply[LIMIT_BUCKETS];
	atomic64_t	flood[LIMIT_BUCKETS];
};

/**
 * csp_limit_init() - set up the rate limits of a namespace
 * @cn: namespace
 *
 * Context: process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int csp_limit_init(struct csp_net *cn)
{
	cn->buckets = kzalloc(sizeof(*cn->buckets), GFP_KERNEL);
	if (!cn->buckets)
		return -ENOMEM;
	get_random_bytes(&cn->buckets->key, sizeof(cn->buckets->key));
	cn->embryos = csp_share_new();
	cn->served = csp_share_new();
	if (cn->embryos && cn->served)
		return 0;
	csp_limit_exit(cn);
	return -ENOMEM;
}

/**
 * csp_limit_exit() - undo csp_limit_init()
 * @cn: namespace, in which nothing is received any more
 *
 * Context: process.
 */
void csp_limit_exit(struct csp_net *cn)
{
	kfree(cn->served);
	kfree(cn->embryos);
	kfree(cn->buckets);
	cn->served = NULL;
	cn->embryos = NULL;
	cn->buckets = NULL;
}

/* @full_at is in ns since boot; 0, or any time that has passed: full now. */
static bool csp_take_token(atomic64_t *full_at, u32 rate, s64 min_depth)
{
	const s64 cost = (u32)NSEC_PER_SEC / rate;
	const s64 depth = max(min_depth, cost);
	const s64 now = ktime_get_ns();
	s64 old = atomic64_read(full_at);
	s64 new;

	do {
		new = max(old, now) + cost;
		if (new - now > depth)
			return false;
	} while (!atomic64_try_cmpxchg(full_at, &old, new));
	return true;
}

static u32 csp_bucket_of(const struct csp_buckets *b,
			 const struct in6_addr *saddr, u64 more)
{
	return siphash_2u64(csp_limit_source(saddr), more, &b->key) %
	       LIMIT_BUCKETS;
}

/**
 * csp_limit_reply() - may a source be sent one more answer?
 * @cn:    namespace
 * @saddr: the source; IPv4 as v4-mapped
 *
 * For refusals and stateless answers, which anybody can ask for; csp.rst,
 * section "Transactions". The caller counts what is not sent.
 *
 * Context: any.
 * Return: whether it may; a token is taken then.
 */
bool csp_limit_reply(struct csp_net *cn, const struct in6_addr *saddr)
{
	struct csp_buckets *b = cn->buckets;

	return csp_take_token(&b->reply[csp_bucket_of(b, saddr, 0)],
			      CSP_CONF(cn, reply_rate), LIMIT_DEPTH_NS);
}
EXPORT_SYMBOL_GPL(csp_limit_reply);

/**
 * csp_limit_dh() - may one more Curve25519 operation be done?
 * @cn: namespace
 *
 * For peers that have not echoed a nonce; csp.rst, section "Stateless answer".
 *
 * Context: any.
 * Return: whether it may; a token is taken then.
 */
bool csp_limit_dh(struct csp_net *cn)
{
	return csp_take_token(&cn->buckets->dh, CSP_CONF(cn, dh_rate),
			      LIMIT_DEPTH_NS);
}

/**
 * csp_limit_flood() - may a source ask a listener for one more connection?
 * @cn:    namespace
 * @saddr: the source; IPv4 as v4-mapped
 * @proto: transport of the listener
 * @port:  and its port
 * @rate:  Setups a second
 *
 * Context: any.
 * Return: whether it may; a token is taken then.
 */
bool csp_limit_flood(struct csp_net *cn, const struct in6_addr *saddr,
		     u8 proto, __be16 port, u32 rate)
{
	const u64 listener = (u32)proto << 16 | (__force u16)port;
	struct csp_buckets *b = cn->buckets;
	const s64 depth = max_t(s64, LIMIT_FLOOD_NS,
				LIMIT_FLOOD_MIN * div_u64(NSEC_PER_SEC, rate));

	return csp_take_token(&b->flood[csp_bucket_of(b, saddr, listener)],
			      rate, depth);
}
