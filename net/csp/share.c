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
 * shares.
 */
#include <linux/export.h>
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
	return siphash_1u64(csp_limit_source(addr), &share->key) %
	       CSP_SHARE_SLOTS;
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
bool csp_share_fair(const struct csp_share *share, const struct in6_addr *addr,
		    u32 n, u32 max)
{
	return csp_share_allows(atomic_read(&share->n[csp_share_slot(share, addr)]),
				n, max);
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
	u16 i;

	if (*slot != CSP_SHARE_NONE)
		return;
	i = csp_share_slot(share, addr);
	atomic_inc(&share->n[i]);
	*slot = i + 1;
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
	atomic_dec(&share->n[*slot - 1]);
	*slot = CSP_SHARE_NONE;
}
EXPORT_SYMBOL_GPL(csp_share_del);
