// SPDX-License-Identifier: GPL-2.0
/*
 * The flow table: finding, naming, counting and ending flows.
 *
 * The life of a flow, by the files that lead it from state to state:
 *
 *	          first packet                  Setup received
 *	               |  setup.c                     |  listen.c
 *	               v                              v
 *	   PLAIN <-- SETUP --------+              EMBRYONIC
 *	     :   no CSP | OK       | Reject           | transport connected
 *	     : late OK  v          v                  v
 *	     +....> ESTABLISHED  CLOSED          ESTABLISHED
 *	             |  ^    |
 *	   address   |  |OK  | socket gone (detach.c)
 *	   gone      v  |    v
 *	          MOVING     DETACHING ---> CLOSED
 *	           |  ^              OK, or nobody answers
 *	   no      v  | an address
 *	   way    HOMELESS
 *	          (attach.c)
 */
#include <linux/jhash.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/inet_hashtables.h>
#include <net/inet6_hashtables.h>
#include <trace/events/csp.h>

#include "detach.h"
#include "epoch.h"
#include "flow.h"
#include "hook.h"
#include "key.h"
#include "listen.h"
#include "move.h"
#include "netlink.h"
#include "peer.h"
#include "redirect.h"
#include "setup.h"
#include "share.h"
#include "sock.h"
#include "vouch.h"

static struct kmem_cache *csp_flow_cache __ro_after_init;

/* The other end chooses a part of it: keyed. */
static u32 csp_tuple_hash(const void *data, u32 len, u32 seed)
{
	const struct csp_tuple *t = data;

	if (t->family != 4)
		return jhash2(data, sizeof(*t) / sizeof(u32), seed);
	return jhash_3words((__force u32)t->laddr.s6_addr32[3],
			    (__force u32)t->raddr.s6_addr32[3],
			    (__force u32)t->lport << 16 | (__force u32)t->rport,
			    seed + t->proto);
}

static int csp_tuple_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct csp_flow *flow = obj;

	return !csp_tuple_equal(&flow->t, arg->key);
}

/*
 * Of the tables that each connection enters and leaves. They do not shrink: a
 * host that had many connections will have them again, and to move them from
 * table to table costs more than to find them. What stays is a tenth of what
 * the connections themselves took.
 */
#define CSP_TABLE_MIN	256

static const struct rhashtable_params csp_flow_params = {
	.head_offset		= offsetof(struct csp_flow, tuple_node),
	.key_offset		= offsetof(struct csp_flow, t),
	.key_len		= sizeof(struct csp_tuple),
	.hashfn			= csp_tuple_hash,
	.obj_cmpfn		= csp_tuple_cmp,
	.min_size		= CSP_TABLE_MIN,
};

/* What is in the table are random numbers of this host's. */
static u32 csp_cid_hash(const void *data, u32 len, u32 seed)
{
	return *(const u32 *)data;
}

static int csp_cid_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const u32 *key = obj + offsetof(struct csp_cid, id) + sizeof(__be32);

	return *key != *(const u32 *)arg->key;
}

/*
 * Keyed by the low word alone, so that an ICMP error, which quotes no more
 * than the transaction identifier of a Setup, finds its flow too.
 */
static const struct rhashtable_params csp_cid_params = {
	.head_offset		= offsetof(struct csp_cid, node),
	.key_offset		= offsetof(struct csp_cid, id) + sizeof(__be32),
	.key_len		= sizeof(__be32),
	.hashfn			= csp_cid_hash,
	.obj_cmpfn		= csp_cid_cmp,
	.min_size		= 2 * CSP_TABLE_MIN,
};

int __init csp_flow_cache_init(void)
{
	csp_flow_cache = KMEM_CACHE(csp_flow, SLAB_ACCOUNT);
	return csp_flow_cache ? 0 : -ENOMEM;
}

void csp_flow_cache_exit(void)
{
	kmem_cache_destroy(csp_flow_cache);
}

int csp_flows_init(struct csp_net *cn)
{
	int err;

	err = rhashtable_init(&cn->flows, &csp_flow_params);
	if (err)
		return err;
	err = rhashtable_init(&cn->cids, &csp_cid_params);
	if (err)
		rhashtable_destroy(&cn->flows);
	return err;
}

static void csp_flow_free_rcu(struct rcu_head *rcu)
{
	struct csp_flow *flow = container_of(rcu, struct csp_flow, rcu);

	kfree(flow->vias);
	kmem_cache_free(csp_flow_cache, flow);
}

static void csp_flow_free(struct csp_flow *flow)
{
	__skb_queue_purge(&flow->held);
	if (flow->sk)
		sock_put(flow->sk);
	if (flow->key)
		csp_key_put(flow->key);
	if (flow->pair)
		csp_pair_put(flow->pair);
	if (flow->peer)
		csp_peer_put(flow->peer);
	if (flow->move) {
		kfree_skb(flow->move->attach);
		kfree_sensitive(flow->move);
	}
	kfree(flow->alts);
	kfree(flow->prefs);
	kfree(flow->names);
	kfree(flow->epochs);
	call_rcu(&flow->rcu, csp_flow_free_rcu);
}

/**
 * csp_flow_put() - drop a reference
 * @flow: the flow
 *
 * Context: any.
 */
void csp_flow_put(struct csp_flow *flow)
{
	if (refcount_dec_and_test(&flow->ref))
		csp_flow_free(flow);
}

/**
 * csp_flow_get() - take a reference to a flow found under RCU
 * @flow: the flow
 *
 * Context: any.
 * Return: false if it is on its way out.
 */
bool csp_flow_get(struct csp_flow *flow)
{
	return refcount_inc_not_zero(&flow->ref);
}

static void csp_flow_work(struct work_struct *work);

/**
 * csp_flow_alloc() - make a flow that is in no table yet
 * @cn:        namespace
 * @t:         its name
 * @initiator: this end sends the Setup
 *
 * Context: any.
 * Return: the flow, with a reference, or NULL.
 */
struct csp_flow *csp_flow_alloc(struct csp_net *cn, const struct csp_tuple *t,
				bool initiator)
{
	struct csp_flow *flow;
	int i;

	flow = kmem_cache_zalloc(csp_flow_cache, GFP_ATOMIC);
	if (!flow)
		return NULL;

	flow->t = *t;
	flow->cn = cn;
	flow->initiator = initiator;
	flow->home_l = t->laddr;
	flow->home_r = t->raddr;
	flow->born = jiffies;
	for (i = 0; i < CSP_CIDS; i++)
		flow->cids[i].flow = flow;
	refcount_set(&flow->ref, 1);
	spin_lock_init(&flow->lock);
	INIT_LIST_HEAD(&flow->detach_node);
	INIT_LIST_HEAD(&flow->sock_node);
	INIT_LIST_HEAD(&flow->watch_node);
	__skb_queue_head_init(&flow->held);
	INIT_DELAYED_WORK(&flow->work, csp_flow_work);
	return flow;
}

/* Gives @cid a fresh random identifier and puts it into the table. */
static int csp_cid_insert(struct csp_net *cn, struct csp_cid *cid)
{
	int err, tries = 8;

	do {
		do {
			cid->id = (__force __be64)get_random_u64();
		} while (!cid->id);
		err = rhashtable_insert_fast(&cn->cids, &cid->node,
					     csp_cid_params);
	} while (err == -EEXIST && --tries);
	if (err)
		cid->id = 0;
	return err;
}

static void csp_cid_remove(struct csp_net *cn, struct csp_cid *cid)
{
	if (!cid->id)
		return;
	rhashtable_remove_fast(&cn->cids, &cid->node, csp_cid_params);
	WRITE_ONCE(cid->id, 0);
}

static struct csp_cid *csp_cid_of(struct csp_flow *flow, unsigned int ahead)
{
	return &flow->cids[(flow->cid_now + ahead) % CSP_CIDS];
}

/**
 * csp_flow_insert() - give a flow its identifiers and put it into the tables
 * @flow: from csp_flow_alloc(); the tables take a reference of their own
 *
 * Others may find it, and end it, as soon as the caller gives up the lock: the
 * state that it begins in is set before.
 *
 * Context: flow->lock held.
 * Return: 0, -EEXIST if the name is taken, -ENOSPC if the table is full, or
 * -ENOMEM.
 */
int csp_flow_insert(struct csp_flow *flow)
{
	struct csp_net *cn = flow->cn;
	int err;

	lockdep_assert_held(&flow->lock);
	csp_flow_get(flow);
	if (atomic_inc_return(&cn->n_flows) > CSP_CONF(cn, max_flows)) {
		CSP_INC(cn, FLOW_FULL);
		err = -ENOSPC;
		goto err_count;
	}
	err = csp_cid_insert(cn, csp_cid_of(flow, 0));
	if (err)
		goto err_count;
	err = csp_cid_insert(cn, csp_cid_of(flow, 1));
	if (err)
		goto err_cid;
	flow->cid0 = csp_flow_cid(flow);
	err = rhashtable_lookup_insert_fast(&cn->flows, &flow->tuple_node,
					    csp_flow_params);
	if (err)
		goto err_next;
	return 0;

err_next:
	csp_cid_remove(cn, csp_cid_of(flow, 1));
err_cid:
	csp_cid_remove(cn, csp_cid_of(flow, 0));
err_count:
	atomic_dec(&cn->n_flows);
	csp_flow_put(flow);
	return err;
}

/**
 * csp_flow_by_tuple() - find a flow by its name
 * @cn: namespace
 * @t:  the name
 *
 * Context: any.
 * Return: the flow with a reference, or NULL.
 */
struct csp_flow *csp_flow_by_tuple(struct csp_net *cn, const struct csp_tuple *t)
{
	struct csp_flow *flow;

	rcu_read_lock();
	flow = rhashtable_lookup(&cn->flows, t, csp_flow_params);
	if (flow && !csp_flow_get(flow))
		flow = NULL;
	rcu_read_unlock();
	return flow;
}

/**
 * csp_flow_by_xid() - find a flow by the low word of an identifier
 * @cn:  namespace
 * @xid: transaction identifier of its Setup
 *
 * Context: any.
 * Return: the flow with a reference, or NULL.
 */
struct csp_flow *csp_flow_by_xid(struct csp_net *cn, __be32 xid)
{
	struct csp_flow *flow = NULL;
	struct csp_cid *cid;

	rcu_read_lock();
	cid = rhashtable_lookup(&cn->cids, &xid, csp_cid_params);
	if (cid && csp_flow_get(cid->flow))
		flow = cid->flow;
	rcu_read_unlock();
	return flow;
}

/**
 * csp_flow_by_cid() - find a flow by an identifier that this host gave it
 * @cn: namespace
 * @id: the identifier of the path in use, of the next or of the old one
 *
 * Context: any.
 * Return: the flow with a reference, or NULL.
 */
struct csp_flow *csp_flow_by_cid(struct csp_net *cn, __be64 id)
{
	__be32 word[2];
	struct csp_flow *flow;
	int i;

	memcpy(word, &id, sizeof(word));
	flow = csp_flow_by_xid(cn, word[1]);
	if (!flow)
		return NULL;
	/* All 64 bits count: they are the proof of being on the path. */
	for (i = 0; i < CSP_CIDS; i++)
		if (READ_ONCE(flow->cids[i].id) == id)
			return flow;
	csp_flow_put(flow);
	return NULL;
}

/**
 * csp_flow_retuple() - give a flow another name
 * @flow: the flow
 * @t:    new name
 *
 * Context: flow->lock held.
 * Return: 0, -EADDRINUSE if another flow has that name, or -ESTALE if the flow
 * is not in the table any more.
 */
int csp_flow_retuple(struct csp_flow *flow, const struct csp_tuple *t)
{
	struct csp_net *cn = flow->cn;
	struct csp_tuple old = flow->t;
	int err;

	lockdep_assert_held(&flow->lock);
	if (flow->dead)
		return -ESTALE;
	if (csp_tuple_equal(&flow->t, t))
		return 0;

	/*
	 * A reader on the way through the chain may miss the flow for a moment
	 * and see no flow; it then treats the packet as one of no flow.
	 */
	rhashtable_remove_fast(&cn->flows, &flow->tuple_node, csp_flow_params);
	flow->t = *t;
	err = rhashtable_lookup_insert_fast(&cn->flows, &flow->tuple_node,
					    csp_flow_params);
	if (!err)
		return 0;

	flow->t = old;
	if (rhashtable_lookup_insert_fast(&cn->flows, &flow->tuple_node,
					  csp_flow_params)) {
		pr_warn_ratelimited("csp: a flow lost its place in the table\n");
		/* Nobody would find it any more, not even the namespace's end. */
		csp_flow_todo(flow, CSP_TODO_LOST);
	}
	return err == -EEXIST ? -EADDRINUSE : err;
}

/**
 * csp_flow_next_cid() - go on to the identifier of the next path
 * @flow: the flow
 *
 * That of the path in use becomes that of the old path, and the one before
 * dies; csp.rst, section "Connection identifiers". Without memory the next
 * path has none, which the protocol allows for.
 *
 * Context: flow->lock held.
 */
void csp_flow_next_cid(struct csp_flow *flow)
{
	struct csp_cid *spare = csp_cid_of(flow, 2);

	lockdep_assert_held(&flow->lock);
	if (flow->dead || !csp_flow_next(flow))
		return;
	csp_cid_remove(flow->cn, spare);
	WRITE_ONCE(flow->cid_now, (flow->cid_now + 1) % CSP_CIDS);
	csp_cid_insert(flow->cn, spare);
}

/**
 * csp_flow_old_cid() - go back to the identifier of the old path
 * @flow: the flow; its old path has not been forgotten
 *
 * Context: flow->lock held.
 */
void csp_flow_old_cid(struct csp_flow *flow)
{
	lockdep_assert_held(&flow->lock);
	if (csp_cid_of(flow, 2)->id)
		WRITE_ONCE(flow->cid_now, (flow->cid_now + 2) % CSP_CIDS);
}

/**
 * csp_flow_forget_cid() - the identifier of the old path dies
 * @flow: the flow
 *
 * Context: flow->lock held.
 */
void csp_flow_forget_cid(struct csp_flow *flow)
{
	lockdep_assert_held(&flow->lock);
	if (!flow->dead)
		csp_cid_remove(flow->cn, csp_cid_of(flow, 2));
}

/* EMBRYONIC no more. A handshake proves as much as an echo. */
static void csp_flow_hatch(struct csp_flow *flow, u8 state)
{
	struct csp_net *cn = flow->cn;

	atomic_dec(&cn->n_embryonic);
	csp_share_del(cn->embryos, &flow->embryo_slot);
	if (state == CSP_STATE_ESTABLISHED)
		csp_share_add(cn->served, &flow->home_r, &flow->served_slot);
}

/**
 * csp_flow_set_state() - go to another state
 * @flow:  the flow
 * @state: enum csp_state
 *
 * Context: flow->lock held.
 */
void csp_flow_set_state(struct csp_flow *flow, u8 state)
{
	u8 old = flow->state;

	lockdep_assert_held(&flow->lock);
	if (old == state)
		return;
	if (old == CSP_STATE_EMBRYONIC)
		csp_flow_hatch(flow, state);
	if (state == CSP_STATE_EMBRYONIC)
		atomic_inc(&flow->cn->n_embryonic);
	WRITE_ONCE(flow->state, state);
	trace_csp_state(flow, old, state);
}

/**
 * csp_flow_set_unproven() - the peer may be nobody: it has echoed no nonce
 * @flow: a new flow of UDP; those of TCP prove themselves by the handshake
 *
 * Counted until the flow ends.
 *
 * Context: flow->lock held.
 */
void csp_flow_set_unproven(struct csp_flow *flow)
{
	lockdep_assert_held(&flow->lock);
	if (flow->dead || flow->unproven)
		return;
	flow->unproven = true;
	atomic_inc(&flow->cn->n_unproven);
}

/**
 * csp_flow_set_proven() - the peer has echoed a nonce: count what it has
 * @flow: a new flow of this end as responder, its state set
 *
 * Context: flow->lock held.
 */
void csp_flow_set_proven(struct csp_flow *flow)
{
	struct csp_net *cn = flow->cn;

	lockdep_assert_held(&flow->lock);
	if (flow->dead)
		return;
	csp_share_add(cn->served, &flow->home_r, &flow->served_slot);
	if (flow->state == CSP_STATE_EMBRYONIC)
		csp_share_add(cn->embryos, &flow->home_r, &flow->embryo_slot);
}

/* Most flows end while no work is pending. */
static void csp_flow_unqueue(struct csp_flow *flow)
{
	if (delayed_work_pending(&flow->work) &&
	    cancel_delayed_work(&flow->work))
		csp_flow_put(flow);
}

/**
 * csp_flow_drop_held() - drop the packets that wait for an answer
 * @flow: the flow
 *
 * TCP has its own copies.
 *
 * Context: flow->lock held.
 */
void csp_flow_drop_held(struct csp_flow *flow)
{
	struct sk_buff *skb;

	lockdep_assert_held(&flow->lock);
	while ((skb = __skb_dequeue(&flow->held))) {
		CSP_INC(flow->cn, HELD_DROP);
		kfree_skb(skb);
	}
	csp_held_count(flow, -flow->n_held);
	flow->piggybacked = false;
}

/**
 * csp_flow_listable() - may a flow enter a list of its namespace?
 * @flow: the flow
 *
 * If so, the caller adds it before he gives up the lock.
 *
 * Context: csp_net.lock held.
 * Return: false if the flow has ended.
 */
bool csp_flow_listable(struct csp_flow *flow)
{
	bool alive;

	lockdep_assert_held(&flow->cn->lock);
	spin_lock(&flow->lock);
	alive = !flow->dead;
	/* Whoever ends it waits for the lock of the lists, and takes it out. */
	if (alive)
		flow->listed = true;
	spin_unlock(&flow->lock);
	return alive;
}

static void csp_flow_unlist(struct csp_flow *flow)
{
	struct csp_net *cn = flow->cn;

	spin_lock_bh(&cn->lock);
	list_del_init(&flow->sock_node);
	list_del_init(&flow->watch_node);
	csp_epoch_unlink(flow);
	spin_unlock_bh(&cn->lock);
}

/**
 * csp_flow_kill() - end a flow
 * @flow:  the flow
 * @event: what to tell subscribers
 *
 * Takes it out of all tables and stops its work. The caller's reference keeps
 * the memory.
 *
 * Context: any, no flow->lock held.
 */
void csp_flow_kill(struct csp_flow *flow, enum csp_event event)
{
	struct csp_net *cn = flow->cn;
	bool listed;
	int i;

	spin_lock_bh(&flow->lock);
	if (flow->dead) {
		spin_unlock_bh(&flow->lock);
		return;
	}
	flow->dead = true;
	csp_flow_set_state(flow, CSP_STATE_CLOSED);
	if (flow->unproven)
		atomic_dec(&cn->n_unproven);
	csp_share_del(cn->served, &flow->served_slot);
	rhashtable_remove_fast(&cn->flows, &flow->tuple_node, csp_flow_params);
	for (i = 0; i < CSP_CIDS; i++)
		csp_cid_remove(cn, &flow->cids[i]);
	flow->deadline = 0;
	csp_flow_drop_held(flow);
	listed = flow->listed;
	spin_unlock_bh(&flow->lock);

	if (listed)
		csp_flow_unlist(flow);
	csp_detach_unqueue(flow);

	csp_nl_event(flow, event);
	csp_flow_unqueue(flow);
	atomic_dec(&cn->n_flows);
	csp_flow_put(flow);
}

/* A pending work holds a reference. */
static void csp_flow_queue(struct csp_flow *flow, unsigned long delay)
{
	if (READ_ONCE(flow->dead) || !csp_flow_get(flow))
		return;
	/* Most are not pending, and this is the cheaper one of the two. */
	if (queue_delayed_work(flow->cn->wq, &flow->work, delay))
		return;
	if (mod_delayed_work(flow->cn->wq, &flow->work, delay))
		csp_flow_put(flow);
}

/**
 * csp_flow_todo() - leave a note for the flow's work
 * @flow: the flow
 * @what: what it shall do
 *
 * Context: any.
 */
void csp_flow_todo(struct csp_flow *flow, enum csp_todo what)
{
	set_bit(what, &flow->todo);
	csp_flow_queue(flow, 0);
}

/**
 * csp_flow_timer() - set the timer of the state
 * @flow: the flow
 * @ms:   milliseconds from now; 0 stops the timer
 *
 * Context: flow->lock held.
 */
void csp_flow_timer(struct csp_flow *flow, unsigned long ms)
{
	unsigned long delay = msecs_to_jiffies(ms);

	lockdep_assert_held(&flow->lock);
	if (!ms) {
		flow->deadline = 0;
		/* A note that came meanwhile must not go with the timer. */
		if (!READ_ONCE(flow->todo))
			csp_flow_unqueue(flow);
		if (READ_ONCE(flow->todo))
			csp_flow_queue(flow, 0);
		return;
	}
	flow->deadline = (jiffies + delay) ?: 1;
	/* With a note there the work runs at once, and sets the timer again. */
	if (!READ_ONCE(flow->todo))
		csp_flow_queue(flow, delay);
}

static void csp_flow_expired(struct csp_flow *flow)
{
	switch (READ_ONCE(flow->state)) {
	case CSP_STATE_SETUP:
	case CSP_STATE_PLAIN:
		csp_setup_timer(flow);
		break;
	case CSP_STATE_EMBRYONIC:
		csp_listen_timer(flow);
		break;
	case CSP_STATE_MOVING:
	case CSP_STATE_HOMELESS:
		csp_move_timer(flow);
		break;
	case CSP_STATE_ESTABLISHED:
		if (READ_ONCE(flow->peer_gone)) {
			csp_detach_timer(flow);
			break;
		}
		csp_move_due(flow);
		break;
	}
}

/* Takes the deadline if it has passed, else queues the work for it. */
static bool csp_flow_take_deadline(struct csp_flow *flow)
{
	bool expired = false;

	spin_lock_bh(&flow->lock);
	if (flow->deadline) {
		expired = time_after_eq(jiffies, flow->deadline);
		if (expired)
			flow->deadline = 0;
		else if (!READ_ONCE(flow->todo))
			csp_flow_queue(flow, flow->deadline - jiffies);
	}
	spin_unlock_bh(&flow->lock);
	return expired;
}

/* In process context, alone for its flow; see the essay in csp.h. */
static void csp_flow_work(struct work_struct *work)
{
	struct csp_flow *flow = container_of(to_delayed_work(work),
					     struct csp_flow, work);
	unsigned long todo = xchg(&flow->todo, 0);

	if (todo & BIT(CSP_TODO_LOST))
		csp_flow_kill(flow, CSP_EVENT_DELETED);
	if (READ_ONCE(flow->dead))
		goto out;
	if (todo & BIT(CSP_TODO_FAIL))
		csp_setup_fail(flow);
	if (todo & BIT(CSP_TODO_VOUCH))
		csp_vouch_process(flow);
	if (todo & BIT(CSP_TODO_SIGN))
		csp_listen_sign(flow);
	if (todo & BIT(CSP_TODO_REDIRECT))
		csp_redirect_follow(flow);
	/* Whoever wants something of it shall find it connected if it is. */
	if (todo && READ_ONCE(flow->state) == CSP_STATE_EMBRYONIC)
		csp_listen_timer(flow);
	if (todo)
		csp_move_todo(flow, todo);
	if (csp_flow_take_deadline(flow))
		csp_flow_expired(flow);
out:
	csp_flow_put(flow);
}

/* The transport's own table knows the socket by the name of the flow. */
static struct sock *csp_flow_tcp_sk(const struct csp_flow *flow,
				    const struct csp_tuple *t)
{
	struct net *net = flow->cn->net;
	struct inet_hashinfo *hinfo = net->ipv4.tcp_death_row.hashinfo;
	struct sock *sk;

	rcu_read_lock();
	if (t->family == 4)
		sk = __inet_lookup_established(net, hinfo,
					       t->raddr.s6_addr32[3], t->rport,
					       t->laddr.s6_addr32[3],
					       ntohs(t->lport), flow->oif, 0);
	else
		sk = __inet6_lookup_established(net, hinfo, &t->raddr, t->rport,
						&t->laddr, ntohs(t->lport),
						flow->oif, 0);
	rcu_read_unlock();
	if (sk && !sk_fullsock(sk)) {
		sock_gen_put(sk);
		sk = NULL;
	}
	return sk;
}

/**
 * csp_flow_sk() - the socket of a flow
 * @flow: the flow
 *
 * Context: any, no flow->lock held.
 * Return: the socket with a reference, or NULL.
 */
struct sock *csp_flow_sk(struct csp_flow *flow)
{
	struct csp_tuple t;
	struct sock *sk;

	spin_lock_bh(&flow->lock);
	sk = flow->sk;
	if (sk)
		sock_hold(sk);
	t = flow->t;
	spin_unlock_bh(&flow->lock);

	if (!sk && t.proto == IPPROTO_TCP) {
		local_bh_disable();
		sk = csp_flow_tcp_sk(flow, &t);
		local_bh_enable();
	}
	return sk;
}

/**
 * csp_flow_move_state() - the part of a flow that only mobility needs
 * @flow: the flow
 * @gfp:  how to allocate it
 *
 * Context: as @gfp says.
 * Return: the state, or NULL: no memory.
 */
struct csp_move *csp_flow_move_state(struct csp_flow *flow, gfp_t gfp)
{
	struct csp_move *mv = READ_ONCE(flow->move);
	struct csp_move *new;

	if (mv)
		return mv;
	new = kzalloc(sizeof(*new), gfp);
	if (!new)
		return NULL;
	mv = cmpxchg(&flow->move, NULL, new);
	if (mv) {
		kfree(new);
		return mv;
	}
	return new;
}

/* So many flows are looked at before others have their turn. */
#define CSP_WALK_TURN	1024

/**
 * csp_flow_walk_turn() - let others have their turn in a walk over all flows
 * @iter: the walk
 * @n:    flows looked at so far
 *
 * Context: process; the walk is under RCU, but for a moment here.
 */
void csp_flow_walk_turn(struct rhashtable_iter *iter, unsigned int n)
{
	if (n % CSP_WALK_TURN)
		return;
	rhashtable_walk_stop(iter);
	cond_resched();
	rhashtable_walk_start(iter);
}

static void csp_flows_kill_all(struct csp_net *cn)
{
	struct rhashtable_iter iter;
	struct csp_flow *flow;
	unsigned int n = 0;

	rhashtable_walk_enter(&cn->flows, &iter);
	do {
		rhashtable_walk_start(&iter);
		while ((flow = rhashtable_walk_next(&iter))) {
			if (IS_ERR(flow) || !csp_flow_get(flow))
				continue;
			csp_flow_kill(flow, CSP_EVENT_DELETED);
			csp_flow_put(flow);
			csp_flow_walk_turn(&iter, ++n);
		}
		rhashtable_walk_stop(&iter);
	} while (cond_resched(), flow == ERR_PTR(-EAGAIN));
	rhashtable_walk_exit(&iter);
}

/**
 * csp_flows_exit() - end all flows of a namespace
 * @cn: namespace, from whose packets, hooks and sockets nothing comes any more
 *
 * Context: process.
 */
void csp_flows_exit(struct csp_net *cn)
{
	/* The walk may miss what a resize moves; it is short by then. */
	while (atomic_read(&cn->n_flows))
		csp_flows_kill_all(cn);
	flush_workqueue(cn->wq);
	rhashtable_destroy(&cn->cids);
	rhashtable_destroy(&cn->flows);
}
