/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flow table: finding, naming, counting and ending flows.
 */
#ifndef _NET_CSP_FLOW_H
#define _NET_CSP_FLOW_H

#include "csp.h"

int csp_flow_cache_init(void);
void csp_flow_cache_exit(void);
int csp_flows_init(struct csp_net *cn);
void csp_flows_exit(struct csp_net *cn);
void csp_flow_walk_turn(struct rhashtable_iter *iter, unsigned int n);

/* New flow, in no table, with one reference for the tables. Any context. */
struct csp_flow *csp_flow_alloc(struct csp_net *cn, const struct csp_tuple *t,
				bool initiator);
/* 0, -EEXIST (the name is taken) or -ENOSPC. Consumes nothing on error. */
int csp_flow_insert(struct csp_flow *flow);
void csp_flow_put(struct csp_flow *flow);
bool csp_flow_get(struct csp_flow *flow);

/* Found flows come with a reference. Any context. */
struct csp_flow *csp_flow_by_tuple(struct csp_net *cn, const struct csp_tuple *t);
struct csp_flow *csp_flow_by_cid(struct csp_net *cn, __be64 cid);
/* By the transaction of its Setup: the low word of the identifier. */
struct csp_flow *csp_flow_by_xid(struct csp_net *cn, __be32 xid);

/* New name after a move; lock held. 0 or -EADDRINUSE. */
int csp_flow_retuple(struct csp_flow *flow, const struct csp_tuple *t);
/* The next identifier becomes the current one, that the old; lock held. */
void csp_flow_next_cid(struct csp_flow *flow);
void csp_flow_old_cid(struct csp_flow *flow);
void csp_flow_forget_cid(struct csp_flow *flow);

/* Packets that wait; lock held. */
void csp_flow_drop_held(struct csp_flow *flow);
/* May it enter a list that csp_flow_kill() takes it out of? */
bool csp_flow_listable(struct csp_flow *flow);
/* Takes it out of the tables and stops its work; any context. */
void csp_flow_kill(struct csp_flow *flow, enum csp_event event);
void csp_flow_set_state(struct csp_flow *flow, u8 state);
void csp_flow_set_unproven(struct csp_flow *flow);
void csp_flow_set_proven(struct csp_flow *flow);
/* Leaves a note for the work and runs it after @delay jiffies (0: at once). */
void csp_flow_todo(struct csp_flow *flow, enum csp_todo what);
void csp_flow_timer(struct csp_flow *flow, unsigned long delay_ms);

/* Not ended, and this end has not said good-bye; lock held. */
static inline bool csp_flow_lives(const struct csp_flow *flow)
{
	lockdep_assert_held(&flow->lock);
	return !flow->dead && flow->state != CSP_STATE_DETACHING;
}

/* Its socket, with a reference, or NULL. Any context. */
struct sock *csp_flow_sk(struct csp_flow *flow);
struct csp_move *csp_flow_move_state(struct csp_flow *flow, gfp_t gfp);

#endif /* _NET_CSP_FLOW_H */
