/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much of a table each source has.
 */
#ifndef _NET_CSP_SHARE_H
#define _NET_CSP_SHARE_H

#include <linux/atomic.h>
#include <linux/siphash.h>

struct in6_addr;

/* One counter in each of two rows: their numbers, from 1 to 255, are a slot's bytes. */
#define CSP_SHARE_ROWS	2
#define CSP_SHARE_ROW	256

/* Not counted; what is zero at first is not. */
#define CSP_SHARE_NONE	0

/**
 * struct csp_share - entries of a table, by source
 * @key: of the hash that chooses a source's counters
 * @n:   entries of the sources of each
 */
struct csp_share {
	siphash_key_t	key;
	atomic_t	n[CSP_SHARE_ROWS][CSP_SHARE_ROW];
};

/* May who has @mine have one more, if the table has @n of @max? Any context. */
bool csp_share_allows(u32 mine, u32 n, u32 max);
/* To be freed with kfree(); or NULL. */
struct csp_share *csp_share_new(void);
/* May @addr? */
bool csp_share_fair(struct csp_share *share, const struct in6_addr *addr,
		    u32 n, u32 max);
/* One more, one less. @slot, of the entry, says where it is counted. */
void csp_share_add(struct csp_share *share, const struct in6_addr *addr,
		   u16 *slot);
void csp_share_del(struct csp_share *share, u16 *slot);

#endif /* _NET_CSP_SHARE_H */
