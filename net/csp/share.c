// SPDX-License-Identifier: GPL-2.0
/*
 * How much of a table each source has: nobody fills it alone; csp.rst, section
 * "Bounds".
 *
 * As long as a table is less than half full it does not matter. From then on a
 * source gets no more than an eighth of it. Only sources that have proved to
 * be where they say are counted: else whoever forges an address could use up
 * its share.
 *
 * A table whose entries are few counts them itself. In others sources share a
 * fixed number of counters, chosen by a keyed hash, as they do the token buckets
 * of limit.c: no memory for each of them, and nobody can tell with whom he
 * shares. Each has two of them, and has no more than the lower one says: whoever
 * has many entries is in the way of him only who shares both.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "limit.h"
#include "share.h"

/* Of a small table. */
#define CSP_SHARE_LEAST	8

/**
 * csp_share_new() - count the entries of a table
 *
 * Context: process; may sleep.
 * Return: counters, to be freed with kfree(), or NULL: no memory.
 */
struct csp_share *csp_share_new(void)
{
	struct csp_share *share = kzalloc(sizeof(*share), GFP_KERNEL);

	if (share)
		get_random_bytes(&share->key, sizeof(share->key));
	return share;
}
EXPORT_SYMBOL_GPL(csp_share_new);

/**
 * csp_share_allows() - would one more entry leave enough to others?
 * @mine: entries that the source has
 * @n:    entries of the table
 * @max:  how many it may have
 *
 * Whether there is room at all is for the caller to see.
 *
 * Context: any.
 * Return: whether the source may have one more.
 */
bool csp_share_allows(u32 mine, u32 n, u32 max)
{
	return n < max / 2 || mine < max_t(u32, max / 8, CSP_SHARE_LEAST);
}

static u16 csp_share_slot(const struct csp_share *share,
			  const struct in6_addr *addr)
{
	const u64 hash = siphash_1u64(csp_limit_source(addr), &share->key);
	const u16 first = lower_32_bits(hash) % (CSP_SHARE_ROW - 1) + 1;
	const u16 second = upper_32_bits(hash) % (CSP_SHARE_ROW - 1) + 1;

	return second << 8 | first;
}

static atomic_t *csp_share_first(struct csp_share *share, u16 slot)
{
	return &share->n[0][slot & 0xff];
}

static atomic_t *csp_share_second(struct csp_share *share, u16 slot)
{
	return &share->n[1][slot >> 8];
}

/**
 * csp_share_fair() - csp_share_allows(), of a table with counters
 * @share: counters of the table
 * @addr:  the source; IPv4 as v4-mapped
 * @n:     entries of the table
 * @max:   how many it may have
 *
 * Context: any.
 * Return: whether the source may have one more.
 */
bool csp_share_fair(struct csp_share *share, const struct in6_addr *addr,
		    u32 n, u32 max)
{
	const u16 slot = csp_share_slot(share, addr);
	const u32 first = atomic_read(csp_share_first(share, slot));
	const u32 second = atomic_read(csp_share_second(share, slot));

	return csp_share_allows(min(first, second), n, max);
}
EXPORT_SYMBOL_GPL(csp_share_fair);

/**
 * csp_share_add() - a source has one entry more
 * @share: counters of the table
 * @addr:  the source; IPv4 as v4-mapped
 * @slot:  of the entry; nothing happens if it is counted
 *
 * Context: any; the caller serialises what is done with one entry.
 */
void csp_share_add(struct csp_share *share, const struct in6_addr *addr,
		   u16 *slot)
{
	if (*slot != CSP_SHARE_NONE)
		return;
	*slot = csp_share_slot(share, addr);
	atomic_inc(csp_share_first(share, *slot));
	atomic_inc(csp_share_second(share, *slot));
}
EXPORT_SYMBOL_GPL(csp_share_add);

/**
 * csp_share_del() - and one less
 * @share: counters of the table
 * @slot:  of the entry; nothing happens if it is not counted
 *
 * Context: as csp_share_add().
 */
void csp_share_del(struct csp_share *share, u16 *slot)
{
	if (*slot == CSP_SHARE_NONE)
		return;
	atomic_dec(csp_share_first(share, *slot));
	atomic_dec(csp_share_second(share, *slot));
	*slot = CSP_SHARE_NONE;
}
EXPORT_SYMBOL_GPL(csp_share_del);
