// SPDX-License-Identifier: GPL-2.0
/*
 * Having a flood stopped near its source: the victim's side; csp.rst, section
 * "Gateways and floods".
 *
 *	command, or more Setups of one source than a listener takes
 *	      |
 *	      v      silence: again after 250 ms, 500 ms, ... 5 transmissions
 *	   ASKING <-------------------------------------------+
 *	      |                                               |
 *	      +-- Ack + nonce -- the same, with the echo -----+
 *	      +-- Reject, silence -- the next gateway --------+
 *	      |              `- there is none ---> REFUSED -- 60 s --> forgotten
 *	      +-- OK ---> BLOCKED -- TIMEOUT ----------------------> forgotten
 *	      `-- OK with TIMEOUT 0: lifted -----------------------> forgotten
 *
 * All of a namespace is under csp_flood.lock. Nothing is sent with it held.
 */
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "flood.h"
#include "flood_rule.h"
#include "limit.h"
#include "rx.h"
#include "tx.h"

/* Section "Timers". */
#define CSP_FLOOD_RTO		250	/* ms, first retransmission */
#define CSP_FLOOD_ATTEMPTS	5
#define CSP_FLOOD_REFUSED	60000	/* ms that a refusal is remembered */

#define CSP_FLOOD_BITS		8

/**
 * struct csp_flood - floods that gateways were asked to stop
 * @lock:   protects all
 * @by_key: struct csp_ask by key
 * @by_cid: and by identifier
 * @list:   all, in no order
 * @n:      how many
 * @cn:     namespace
 * @work:   retransmits and forgets
 */
struct csp_flood {
	spinlock_t		lock;	/* see above */
	DECLARE_HASHTABLE(by_key, CSP_FLOOD_BITS);
	DECLARE_HASHTABLE(by_cid, CSP_FLOOD_BITS);
	struct list_head	list;
	u32			n;
	struct csp_net		*cn;
	struct delayed_work	work;
};

/**
 * csp_vias_of() - keep the gateways of a Setup
 * @msg: the Setup
 *
 * Context: any.
 * Return: they, or NULL: none, or no memory.
 */
struct csp_vias *csp_vias_of(const struct csp_msg *msg)
{
	struct csp_vias *vias;
	struct csp_gateway *gw;
	int i;

	if (!msg->n_via)
		return NULL;
	vias = kzalloc(struct_size(vias, gw, msg->n_via), GFP_ATOMIC);
	if (!vias)
		return NULL;
	vias->n = msg->n_via;
	for (i = 0; i < vias->n; i++) {
		gw = &vias->gw[i];
		gw->addr = msg->via[i].addr;
		gw->len = msg->via[i].token.len;
		memcpy(gw->token, msg->via[i].token.data, gw->len);
	}
	return vias;
}

/* --- the table --- */

static u32 csp_ask_hash(const struct csp_ask_key *key)
{
	return jhash(&key->raddr, sizeof(key->raddr),
		     (__force u32)key->laddr.s6_addr32[3]);
}

static struct csp_ask *csp_ask_find(struct csp_flood *fl,
				    const struct csp_ask_key *key)
{
	struct csp_ask *ask;

	lockdep_assert_held(&fl->lock);
	hash_for_each_possible(fl->by_key, ask, node, csp_ask_hash(key))
		if (ipv6_addr_equal(&ask->key.raddr, &key->raddr) &&
		    ipv6_addr_equal(&ask->key.laddr, &key->laddr) &&
		    ask->key.proto == key->proto)
			return ask;
	return NULL;
}

static struct csp_ask *csp_ask_by_cid(struct csp_flood *fl, __be64 cid)
{
	struct csp_ask *ask;

	lockdep_assert_held(&fl->lock);
	hash_for_each_possible(fl->by_cid, ask, cid_node, (__force u64)cid)
		if (ask->cid == cid)
			return ask;
	return NULL;
}

static void csp_ask_forget(struct csp_flood *fl, struct csp_ask *ask)
{
	lockdep_assert_held(&fl->lock);
	hash_del(&ask->node);
	hash_del(&ask->cid_node);
	list_del(&ask->list);
	fl->n--;
	kfree(ask->vias);
	kfree(ask);
}

static struct csp_ask *csp_ask_new(struct csp_flood *fl,
				   const struct csp_ask_key *key, u32 max)
{
	struct csp_ask *ask;

	lockdep_assert_held(&fl->lock);
	if (fl->n >= max) {
		CSP_INC(fl->cn, FLOOD_FULL);
		return NULL;
	}
	ask = kzalloc(sizeof(*ask), GFP_ATOMIC);
	if (!ask)
		return NULL;
	ask->key = *key;
	do
		get_random_bytes(&ask->cid, sizeof(ask->cid));
	while (!ask->cid);
	hash_add(fl->by_key, &ask->node, csp_ask_hash(key));
	hash_add(fl->by_cid, &ask->cid_node, (__force u64)ask->cid);
	list_add(&ask->list, &fl->list);
	fl->n++;
	return ask;
}

/* --- asking --- */

/* A new transaction with the gateway whose turn it is. */
static void csp_ask_begin(struct csp_ask *ask)
{
	ask->state = CSP_BLOCK_STATE_ASKING;
	ask->attempt = 0;
	ask->cookie_len = 0;
	get_random_bytes(&ask->xid, sizeof(ask->xid));
	ask->due = jiffies;
}

static void csp_ask_next(struct csp_net *cn, struct csp_ask *ask)
{
	if (ask->turn + 1 < ask->vias->n) {
		ask->turn++;
		csp_ask_begin(ask);
		return;
	}
	CSP_INC(cn, FLOOD_REFUSED);
	ask->state = CSP_BLOCK_STATE_REFUSED;
	ask->due = jiffies + msecs_to_jiffies(CSP_FLOOD_REFUSED);
}

static void csp_ask_names(struct csp_writer *wr, const struct csp_ask *ask)
{
	const struct csp_end src = {
		.loc_family	= ask->key.family,
		.loc		= ask->key.raddr,
	};
	const struct csp_end dst = {
		.loc_family	= ask->key.family,
		.loc		= ask->key.laddr,
	};

	csp_write_conn(wr, ask->key.proto, CSP_DIR_BOTH, &src, &dst);
}

/* The request, finished. */
static struct sk_buff *csp_ask_build(struct csp_net *cn, struct csp_ask *ask,
				     struct csp_to *to)
{
	const struct csp_gateway *gw = &ask->vias->gw[ask->turn];
	const struct csp_via via = {
		.addr	= gw->addr,
		.token	= { .data = gw->token, .len = gw->len },
	};
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	struct csp_writer wr;

	if (!skb)
		return NULL;
	*to = (struct csp_to) {
		.saddr	= ask->key.laddr,
		.daddr	= gw->addr.in6,
		.family	= gw->addr.family,
		.udp	= gw->addr.proto == IPPROTO_UDP,
		.port	= gw->addr.port,
	};
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, ask->xid, 0,
			ask->attempt);
	csp_write_msg(&wr, CSP_MSG_REJECT, 0, 0);
	csp_ask_names(&wr, ask);
	csp_write_via(&wr, &via);
	csp_write_local_id(&wr, ask->cid, 0);
	csp_write_error(&wr, CSP_ERR_FLOOD, 0);
	csp_write_u32(&wr, CSP_A_TIMEOUT, ask->timeout);
	if (ask->cookie_len)
		csp_write_blob(&wr, CSP_A_NONCE_ECHO, ask->cookie,
			       ask->cookie_len);
	skb_put(skb, csp_write_finish(&wr));
	return skb;
}

/* What is due of one: its packet, or NULL. */
static struct sk_buff *csp_ask_due(struct csp_flood *fl, struct csp_ask *ask,
				   struct csp_to *to)
{
	struct sk_buff *skb;

	if (ask->state != CSP_BLOCK_STATE_ASKING) {
		csp_ask_forget(fl, ask);
		return NULL;
	}
	if (ask->attempt == CSP_FLOOD_ATTEMPTS) {
		csp_ask_next(fl->cn, ask);
		return NULL;
	}
	skb = csp_ask_build(fl->cn, ask, to);
	CSP_INC(fl->cn, FLOOD_OUT);
	ask->due = jiffies + msecs_to_jiffies(CSP_FLOOD_RTO << ask->attempt);
	ask->attempt++;
	return skb;
}

/* The next packet to send; all that is due is done when there is none. */
static struct sk_buff *csp_flood_due(struct csp_flood *fl, struct csp_to *to)
{
	unsigned long next = jiffies + MAX_JIFFY_OFFSET / 2;
	struct sk_buff *skb = NULL;
	struct csp_ask *ask, *tmp;

	spin_lock_bh(&fl->lock);
	list_for_each_entry_safe(ask, tmp, &fl->list, list) {
		if (time_before_eq(ask->due, jiffies)) {
			skb = csp_ask_due(fl, ask, to);
			next = jiffies;
			if (skb)
				break;
		} else if (time_before(ask->due, next)) {
			next = ask->due;
		}
	}
	if (!skb && fl->n)
		mod_delayed_work(fl->cn->wq, &fl->work, next - jiffies);
	spin_unlock_bh(&fl->lock);
	return skb;
}

static void csp_flood_work(struct work_struct *work)
{
	struct csp_flood *fl = container_of(to_delayed_work(work),
					    struct csp_flood, work);
	struct sk_buff *skb;
	struct csp_to to;

	while ((skb = csp_flood_due(fl, &to)))
		csp_tx(fl->cn, skb, &to, NULL);
}

/**
 * csp_flood_stop() - ask gateways to stop what one host sends to this one
 * @cn:      namespace
 * @key:     who, to which address, with which transport
 * @vias:    the gateways, from a Setup of his; taken over
 * @timeout: ms
 * @max:     how many there may be
 * @extack:  filled in on refusal; or NULL
 *
 * One that was asked for is asked for again, with the new time.
 *
 * Context: any.
 * Return: 0 or -ENOSPC.
 */
int csp_flood_stop(struct csp_net *cn, const struct csp_ask_key *key,
		   struct csp_vias *vias, u32 timeout, u32 max,
		   struct netlink_ext_ack *extack)
{
	struct csp_flood *fl = cn->flood;
	struct csp_ask *ask;

	spin_lock_bh(&fl->lock);
	ask = csp_ask_find(fl, key) ?: csp_ask_new(fl, key, max);
	if (ask) {
		swap(ask->vias, vias);
		ask->turn = 0;
		ask->timeout = timeout;
		csp_ask_begin(ask);
		mod_delayed_work(cn->wq, &fl->work, 0);
	}
	spin_unlock_bh(&fl->lock);
	kfree(vias);
	if (ask)
		return 0;
	NL_SET_ERR_MSG(extack, "No room: max_blocks are there already");
	return -ENOSPC;
}

/**
 * csp_flood_resume() - have a block lifted
 * @cn:  namespace
 * @key: as csp_flood_stop()
 *
 * Context: any.
 * Return: 0 or -ENOENT.
 */
int csp_flood_resume(struct csp_net *cn, const struct csp_ask_key *key)
{
	struct csp_flood *fl = cn->flood;
	struct csp_ask *ask;

	spin_lock_bh(&fl->lock);
	ask = csp_ask_find(fl, key);
	if (ask && ask->state == CSP_BLOCK_STATE_REFUSED) {
		csp_ask_forget(fl, ask);
	} else if (ask) {
		ask->timeout = 0;
		csp_ask_begin(ask);
		mod_delayed_work(cn->wq, &fl->work, 0);
	}
	spin_unlock_bh(&fl->lock);
	return ask ? 0 : -ENOENT;
}

/* --- answers --- */

static void csp_ask_ok(struct csp_flood *fl, struct csp_ask *ask,
		       const struct csp_msg *msg)
{
	const u32 ms = CSP_HAS(msg, TIMEOUT) ? msg->timeout : ask->timeout;

	if (!ms) {
		csp_ask_forget(fl, ask);
		return;
	}
	CSP_INC(fl->cn, FLOOD_OK);
	ask->state = CSP_BLOCK_STATE_BLOCKED;
	ask->due = jiffies + msecs_to_jiffies(ms);
}

static bool csp_ask_knows(const struct csp_ask *ask, const struct csp_blob *nonce)
{
	return ask->cookie_len == nonce->len &&
	       !memcmp(ask->cookie, nonce->data, nonce->len);
}

static void csp_ask_answered(struct csp_flood *fl, struct csp_ask *ask,
			     const struct csp_msg *msg)
{
	switch (msg->type) {
	case CSP_MSG_OK:
		csp_ask_ok(fl, ask, msg);
		break;
	case CSP_MSG_ACK:
		/* That which was echoed may have been good only once. */
		if (!CSP_HAS(msg, NONCE) || csp_ask_knows(ask, &msg->nonce))
			return;
		ask->cookie_len = msg->nonce.len;
		memcpy(ask->cookie, msg->nonce.data, ask->cookie_len);
		ask->due = jiffies;
		break;
	case CSP_MSG_REJECT:
		ask->code = msg->err_code;
		if (ask->code != CSP_ERR_BUSY)
			csp_ask_next(fl->cn, ask);
		break;
	}
	mod_delayed_work(fl->cn->wq, &fl->work, 0);
}

/**
 * csp_flood_rcv_answer() - is a reply that of a gateway?
 * @rx:  the packet
 * @msg: OK, Ack or Reject
 *
 * Context: softirq.
 * Return: whether it was the answer to a request of ours.
 */
bool csp_flood_rcv_answer(struct csp_rx *rx, const struct csp_msg *msg)
{
	struct csp_flood *fl = rx->cn->flood;
	struct csp_ask *ask;

	if (!READ_ONCE(fl->n))
		return false;
	spin_lock_bh(&fl->lock);
	ask = csp_ask_by_cid(fl, msg->dcid);
	if (ask && (ask->xid != rx->rd.xid ||
		    ask->state != CSP_BLOCK_STATE_ASKING))
		ask = NULL;
	if (ask)
		csp_ask_answered(fl, ask, msg);
	spin_unlock_bh(&fl->lock);
	return ask;
}

/* --- a flooded listener --- */

/*
 * Once for one source: what is asked, or was refused, is not asked again. Who
 * sends it may be forged, and its gateways as well: half of the room is for
 * commands.
 */
static void csp_flood_notice(struct csp_rx *rx, const struct csp_msg *msg,
			     u32 time)
{
	const struct csp_ask_key key = {
		.raddr	= rx->saddr,
		.laddr	= rx->daddr,
		.proto	= msg->proto,
		.family	= rx->family,
	};
	struct csp_flood *fl = rx->cn->flood;
	struct csp_vias *vias;
	bool known;

	spin_lock_bh(&fl->lock);
	known = csp_ask_find(fl, &key);
	spin_unlock_bh(&fl->lock);
	if (known)
		return;
	vias = csp_vias_of(msg);
	if (vias)
		csp_flood_stop(rx->cn, &key, vias, time,
			       (CSP_CONF(rx->cn, max_blocks) + 1) / 2, NULL);
}

/**
 * csp_flood_beyond() - does a source send more Setups than a listener takes?
 * @rx:   the packet
 * @msg:  the Setup, of a connection that is not known yet
 * @port: of the listener, which may not be the one that the Setup names
 *
 * If it came through gateways they are asked to stop it. A listener has to be
 * asked for at least ten connections for that, so that what is sent to a
 * gateway that there may not be is no more than three times what has come.
 *
 * Context: softirq.
 * Return: whether it does: the Setup is to be refused.
 */
bool csp_flood_beyond(struct csp_rx *rx, const struct csp_msg *msg,
		      __be16 port)
{
	const struct csp_flood_key key = { .proto = msg->proto, .port = port };
	const struct csp_flood_bound bound = csp_flood_bound_of(rx->cn, &key);

	if (!bound.rate || csp_limit_flood(rx->cn, &rx->saddr, key.proto,
					   key.port, bound.rate))
		return false;
	CSP_INC(rx->cn, REJECT_FLOOD);
	if (msg->n_via)
		csp_flood_notice(rx, msg, bound.time);
	return true;
}

/* --- beginning and end, showing --- */

/**
 * csp_flood_walk() - look at all that was asked for
 * @cn:   namespace
 * @skip: how many have been shown; counted on
 * @show: called for each; not 0: ends the walk
 * @data: for @show
 *
 * Context: any.
 * Return: 0 or what @show returned.
 */
int csp_flood_walk(struct csp_net *cn, long *skip,
		   int (*show)(const struct csp_ask *ask, void *data),
		   void *data)
{
	struct csp_flood *fl = cn->flood;
	struct csp_ask *ask;
	long n = 0;
	int err = 0;

	spin_lock_bh(&fl->lock);
	list_for_each_entry(ask, &fl->list, list) {
		if (n++ < *skip)
			continue;
		err = show(ask, data);
		if (err)
			break;
		(*skip)++;
	}
	spin_unlock_bh(&fl->lock);
	return err;
}

/**
 * csp_floods_init() - set up a namespace
 * @cn: namespace
 *
 * Context: process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int csp_floods_init(struct csp_net *cn)
{
	struct csp_flood *fl = kzalloc(sizeof(*fl), GFP_KERNEL);

	if (!fl)
		return -ENOMEM;
	fl->cn = cn;
	spin_lock_init(&fl->lock);
	hash_init(fl->by_key);
	hash_init(fl->by_cid);
	INIT_LIST_HEAD(&fl->list);
	INIT_DELAYED_WORK(&fl->work, csp_flood_work);
	cn->flood = fl;
	return 0;
}

/**
 * csp_floods_exit() - undo csp_floods_init()
 * @cn: namespace, in which nothing is received any more
 *
 * Context: process; may sleep.
 */
void csp_floods_exit(struct csp_net *cn)
{
	struct csp_flood *fl = cn->flood;
	struct csp_ask *ask, *tmp;

	cancel_delayed_work_sync(&fl->work);
	spin_lock_bh(&fl->lock);
	list_for_each_entry_safe(ask, tmp, &fl->list, list)
		csp_ask_forget(fl, ask);
	spin_unlock_bh(&fl->lock);
	kfree(fl);
	cn->flood = NULL;
}
