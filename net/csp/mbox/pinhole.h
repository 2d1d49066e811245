/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pinholes: what is known of a connection that signalled its way through.
 */
#ifndef _NET_CSP_MBOX_PINHOLE_H
#define _NET_CSP_MBOX_PINHOLE_H

#include <linux/refcount.h>

#include "mbox.h"

struct nf_conn;

/* So many are looked at, or removed, before others get the lock. */
#define CSP_HOLES_AT_ONCE	256

/* The two ends, as indices. */
enum csp_hole_end {
	CSP_HOLE_INITIATOR,
	CSP_HOLE_RESPONDER,
};

/* And the identifiers of each. */
enum csp_hole_which {
	CSP_HOLE_CID,
	CSP_HOLE_NEXT,
};

/**
 * struct csp_hole_key - data tuple of a connection, as it is inside a NAT
 * @addr:   of each end; IPv4 as v4-mapped
 * @port:   of each end
 * @proto:  transport
 * @family: 4 or 6
 * @zero:   keeps the key free of padding
 */
struct csp_hole_key {
	struct in6_addr	addr[2];
	__be16		port[2];
	u8		proto;
	u8		family;
	u16		zero;
};

/**
 * struct csp_hole_id - an identifier of one end
 * @node: in csp_box.ids
 * @hole: whose it is
 * @id:   the identifier; 0: not in the table
 */
struct csp_hole_id {
	struct rhash_head	node;
	struct csp_hole		*hole;
	__be64			id;
};

/**
 * struct csp_nat - how an end inside a NAT is known outside
 * @on:     it is translated, and the rest is valid
 * @inside: which end, enum csp_hole_end
 * @addr:   address that the NAT lends
 * @port:   and the port; the end inside uses the same
 * @asked:  port that the end inside had when it asked
 * @xid:    transaction in which it did
 */
struct csp_nat {
	bool		on;
	u8		inside;
	struct in6_addr	addr;
	__be16		port;
	__be16		asked;
	__be32		xid;
};

/**
 * struct csp_hole_ask - what an end asks for in a Change(TIMEOUT)
 * @on:       it has asked
 * @done:     and the OK has passed
 * @xid:      of the last Change
 * @past_xid: of that before
 * @wish:     ms
 */
struct csp_hole_ask {
	bool		on;
	bool		done;
	__be32		xid;
	__be32		past_xid;
	u32		wish;
};

/**
 * struct csp_hole_move - a move that waits for its OK
 * @key:  data tuple that it leads to
 * @end:  who moves
 * @side: to which side
 * @xid:  of the request
 * @cid:  mover's identifier from then on
 * @next: mover's identifier for the move after that
 * @ct:   conntrack entry of @key
 * @until: jiffies: it is over then, without an OK or another Attach
 * @owned: it was made for this move
 * @timed: it has timeouts of ours
 * @elsewhere: the other end is asked at an address that its pinhole is not for
 * @nat:  translation of @ct
 */
struct csp_hole_move {
	struct csp_hole_key	key;
	enum csp_hole_end	end;
	u64			side;
	__be32			xid;
	__be64			cid;
	__be64			next;
	struct nf_conn		*ct;
	unsigned long		until;
	bool			owned;
	bool			timed;
	bool			elsewhere;
	struct csp_nat		nat;
};

/**
 * struct csp_hole - a pinhole; see pinhole.c for its states
 * @node:       in csp_box.holes, if @hashed
 * @key:        data tuple
 * @ids:        identifiers of each end
 * @ref:        table of identifiers, lookups
 * @rcu:        for kfree_rcu()
 * @box:        namespace
 * @list:       in csp_box.waiting, .linger or .open
 * @state:      enum csp_mbox_state
 * @dir:        enum csp_dir, SRC being the initiator
 * @inside:     accepted by a rule that asks nobody
 * @asking:     the ruleset is being asked
 * @hashed:     in csp_box.holes
 * @owned:      @ct was made for this pinhole
 * @timed:      @ct has timeouts of ours
 * @fast:       a flowtable had it when we looked last
 * @dead:       removed
 * @proven:     who asked for it has echoed a nonce
 * @ask_slot:   where it is in csp_box.askers, csp_share_add()
 * @wait_slot:  and in .waiters
 * @first_len:  bytes of @first
 * @first:      transport header of the piggybacked packet, while asked; or NULL
 * @side:       side of each end
 * @setup_xid:  transaction of the Setup
 * @ask:        last Change of each end
 * @bye_xid:    of a Detach, by @bye_end
 * @bye_end:    who sent the Detach
 * @has_bye:    a Detach waits for its OK, or that of the other end
 * @askers:     ends that have asked for time, BIT()
 * @untold:     of these, those that do not know yet that there is less now
 * @tells:      so often they will still be told
 * @less_xid:   transaction in which they are
 * @wish:       ms that each of @askers asked for last; 0: the default
 * @limit:      ms that the rule grants at most
 * @granted:    ms granted
 * @rule:       id of the rule that accepted it
 * @born:       jiffies at the Setup
 * @expires:    jiffies, while in @waiting or @linger
 * @ct:         conntrack entry, or NULL
 * @nat:        translation of @ct
 * @move:       move under way, or NULL
 */
struct csp_hole {
	struct rhash_head	node;
	struct csp_hole_key	key;
	struct csp_hole_id	ids[2][2];
	refcount_t		ref;
	struct rcu_head		rcu;
	struct csp_box		*box;
	struct list_head	list;
	u8			state;
	u8			dir;
	bool			inside;
	bool			asking;
	bool			hashed;
	bool			owned;
	bool			timed;
	bool			fast;
	bool			dead;
	bool			proven;
	u16			ask_slot;
	u16			wait_slot;
	u8			first_len;
	u8			*first;
	u64			side[2];
	struct csp_hole_ask	ask[2];
	__be32			setup_xid;
	__be32			bye_xid;
	__be32			less_xid;
	u8			bye_end;
	bool			has_bye;
	u8			askers;
	u8			untold;
	u8			tells;
	u32			wish[2];
	u32			limit;
	u32			granted;
	u32			rule;
	unsigned long		born;
	unsigned long		expires;
	struct nf_conn		*ct;
	struct csp_nat		nat;
	struct csp_hole_move	*move;
};

int csp_holes_init(struct csp_box *box);
void csp_holes_exit(struct csp_box *box);

struct csp_hole *csp_hole_alloc(struct csp_box *box,
				const struct csp_hole_key *key);
/* By any identifier of either end; with a reference. */
struct csp_hole *csp_hole_get(struct csp_box *box, __be64 id);
void csp_hole_put(struct csp_hole *hole);

/* How many may there be? Any context. */
u32 csp_hole_most(const struct csp_box *box);

/* All with csp_box.lock held. */
int csp_hole_add(struct csp_hole *hole, __be64 cid, __be64 next);
struct csp_hole *csp_hole_by_key(struct csp_box *box,
				 const struct csp_hole_key *key);
int csp_hole_set_ids(struct csp_hole *hole, enum csp_hole_end end,
		     __be64 cid, __be64 next);
bool csp_hole_hash(struct csp_hole *hole);
void csp_hole_rekey(struct csp_hole *hole, const struct csp_hole_key *key);
void csp_hole_set_state(struct csp_hole *hole, u8 state);
void csp_hole_drop_move(struct csp_hole *hole, bool kill);
/* @kill: and its conntrack entry with it, if that was made for it. */
void csp_hole_remove(struct csp_hole *hole, bool kill);

/* If it was made plain: only the pinhole. False: it was not, nothing is done. */
bool csp_hole_leave_plain(struct csp_hole *hole);

/* Which end has this identifier; -1: neither. */
int csp_hole_end_of(const struct csp_hole *hole, __be64 id);
/* Has TCP sent a FIN, but not seen all of both? */
bool csp_hole_is_closing(const struct csp_hole *hole);
/* Now it lingers. */
void csp_hole_detached(struct csp_hole *hole);
/* What idle time its ends' wishes get; csp.rst, section "Change". */
u32 csp_hole_grant(const struct csp_hole *hole);
/* Of that, what the one end is told. */
u32 csp_hole_grant_to(const struct csp_hole *hole, enum csp_hole_end end);

/* answer.c: its entry gets what is granted. csp_box.lock. */
void csp_hole_run(struct csp_hole *hole);

/* less.c: is it less than what it has? csp_box.lock. Then they are told, without. */
bool csp_less_is_due(struct csp_hole *hole);
void csp_less_tell(struct csp_hole *hole);

/* sweep.c */
void csp_sweep_init(struct csp_box *box);
void csp_sweep_exit(struct csp_box *box);
void csp_sweep_expire_at(struct csp_box *box, unsigned long when);
void csp_sweep_start(struct csp_box *box);

#endif /* _NET_CSP_MBOX_PINHOLE_H */
