// SPDX-License-Identifier: GPL-2.0
/*
 * Floods that a gateway stops: the table, and what drops; csp.rst, section
 * "Gateways and floods".
 *
 * They are dropped at the devices (ingress.c), before a flowtable; what has not
 * come that way, as the first thing that happens to an IP packet: before
 * conntrack, before any rule and before routing. A packet costs a hash look-up
 * in each of the two, and while no namespace has a block, nothing but the patched
 * jump of a static key. Signalling passes here: gateway.c refuses it in words.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jhash.h>
#include <linux/jump_label.h>
#include <linux/minmax.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "block.h"
#include "gateway.h"
#include "hook.h"

#define CSP_BLOCK_PRIORITY	(NF_IP_PRI_RAW - 1)
/* Removed before others get the lock. */
#define CSP_BLOCK_BATCH		256U
/* The hooks stay for so long: a victim shall not have them come and go. */
#define CSP_BLOCK_IDLE		(5 * HZ)

static DEFINE_STATIC_KEY_FALSE(csp_block_key);

static u32 csp_block_hash(const void *data, u32 len, u32 seed)
{
	const struct csp_block_key *key = data;

	if (key->family == 4)
		return jhash_3words((__force u32)key->src.s6_addr32[3],
				    (__force u32)key->dst.s6_addr32[3],
				    key->proto, seed);
	return jhash2((const u32 *)data, sizeof(*key) / sizeof(u32), seed);
}

static const struct rhashtable_params csp_block_params = {
	.key_len		= sizeof(struct csp_block_key),
	.key_offset		= offsetof(struct csp_block, key),
	.head_offset		= offsetof(struct csp_block, node),
	.hashfn			= csp_block_hash,
	.automatic_shrinking	= true,
};

static const struct rhashtable_params csp_victim_params = {
	.key_len		= sizeof(struct in6_addr),
	.key_offset		= offsetof(struct csp_victim, addr),
	.head_offset		= offsetof(struct csp_victim, node),
	.automatic_shrinking	= true,
};

/**
 * csp_block_get() - the block that was asked for
 * @bs:  all of a namespace
 * @key: of it; transport 0 is that of all, and no other
 *
 * Context: any, RCU or csp_blocks.lock held.
 * Return: the block, good as long, or NULL.
 */
struct csp_block *csp_block_get(struct csp_blocks *bs,
				const struct csp_block_key *key)
{
	return rhashtable_lookup_fast(&bs->table, key, csp_block_params);
}

/* --- the hook --- */

/**
 * csp_block_find() - which block stops a packet?
 * @box:    namespace
 * @src:    who sends it; IPv4 as v4-mapped
 * @dst:    whom to
 * @family: 4 or 6
 * @proto:  its transport
 *
 * Context: any, RCU.
 * Return: the block, good under RCU, or NULL.
 */
struct csp_block *csp_block_find(struct csp_box *box,
				 const struct in6_addr *src,
				 const struct in6_addr *dst, u8 family,
				 u8 proto)
{
	struct csp_blocks *bs = box->blocks;
	struct csp_block_key key = {
		.src	= *src,
		.dst	= *dst,
		.family	= family,
	};
	struct csp_block *block;

	if (!READ_ONCE(bs->n))
		return NULL;
	block = rhashtable_lookup(&bs->table, &key, csp_block_params);
	if (block || !READ_ONCE(bs->n_proto))
		return block;
	key.proto = proto;
	return rhashtable_lookup(&bs->table, &key, csp_block_params);
}

/**
 * csp_block_counts() - is a packet to be dropped by its block?
 * @box:   namespace
 * @block: from csp_block_find()
 *
 * Context: any, RCU.
 * Return: false: the time of the block is over. Else it has been counted.
 */
bool csp_block_counts(struct csp_box *box, struct csp_block *block)
{
	if (time_after(jiffies, READ_ONCE(block->expires)))
		return false;
	atomic64_inc(&block->drops);
	CSP_BOX_INC(box, BLOCK_DROPS);
	return true;
}

static unsigned int csp_block_drop(struct csp_box *box,
				   struct csp_block *block)
{
	if (!csp_block_counts(box, block))
		return NF_ACCEPT;
	csp_gateway_tell_again(box, block);
	return NF_DROP;
}

/**
 * csp_block_ip4() - drop an IPv4 packet that is blocked
 * @box: namespace
 * @skb: a packet, nothing of which has been checked
 * @off: where its header is
 *
 * Context: softirq, RCU.
 * Return: what becomes of the packet.
 */
unsigned int csp_block_ip4(struct csp_box *box, const struct sk_buff *skb,
			   int off)
{
	const struct iphdr *iph;
	struct in6_addr src, dst;
	struct csp_block *block;
	struct iphdr buf;

	iph = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!iph || iph->protocol == csp_ipproto)
		return NF_ACCEPT;
	ipv6_addr_set_v4mapped(iph->saddr, &src);
	ipv6_addr_set_v4mapped(iph->daddr, &dst);
	block = csp_block_find(box, &src, &dst, 4, iph->protocol);
	return block ? csp_block_drop(box, block) : NF_ACCEPT;
}

/*
 * The transport behind extension headers. NEXTHDR_NONE: nobody can say, and only
 * a block of all transports stops it.
 */
static u8 csp_block_transport6(const struct sk_buff *skb, int off, u8 nexthdr)
{
	const struct frag_hdr *fh;
	struct frag_hdr buf;
	__be16 frag_off;

	if (!ipv6_ext_hdr(nexthdr))
		return nexthdr;
	off = ipv6_skip_exthdr(skb, off, &nexthdr, &frag_off);
	if (off < 0)
		return NEXTHDR_NONE;
	if (nexthdr != NEXTHDR_FRAGMENT)
		return nexthdr;
	/* Not the first fragment: the rest is in another packet. */
	fh = skb_header_pointer(skb, off, sizeof(buf), &buf);
	return fh ? fh->nexthdr : NEXTHDR_NONE;
}

/**
 * csp_block_ip6() - drop an IPv6 packet that is blocked
 * @box: namespace
 * @skb: a packet, nothing of which has been checked
 * @off: where its header is
 *
 * Context: softirq, RCU.
 * Return: what becomes of the packet.
 */
unsigned int csp_block_ip6(struct csp_box *box, const struct sk_buff *skb,
			   int off)
{
	const struct ipv6hdr *ip6h;
	struct csp_block *block;
	struct ipv6hdr buf;
	u8 nexthdr;

	ip6h = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!ip6h || !READ_ONCE(box->blocks->n))
		return NF_ACCEPT;
	nexthdr = csp_block_transport6(skb, off + sizeof(*ip6h), ip6h->nexthdr);
	if (nexthdr == csp_ipproto)
		return NF_ACCEPT;
	block = csp_block_find(box, &ip6h->saddr, &ip6h->daddr, 6, nexthdr);
	return block ? csp_block_drop(box, block) : NF_ACCEPT;
}

static unsigned int csp_block_hook4(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	if (!static_branch_unlikely(&csp_block_key))
		return NF_ACCEPT;
	return csp_block_ip4(priv, skb, skb_network_offset(skb));
}

static unsigned int csp_block_hook6(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	if (!static_branch_unlikely(&csp_block_key))
		return NF_ACCEPT;
	return csp_block_ip6(priv, skb, skb_network_offset(skb));
}

static const struct nf_hook_ops csp_block_ops[] = {
	{
		.hook		= csp_block_hook4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= CSP_BLOCK_PRIORITY,
	},
	{
		.hook		= csp_block_hook6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_PRE_ROUTING,
		.priority	= CSP_BLOCK_PRIORITY,
	},
};

/* Devices have hooks while there is something to drop. */
static void csp_blocks_ingress(struct csp_blocks *bs)
{
	lockdep_assert_held(&bs->box->mutex);
	if (bs->hooked && READ_ONCE(bs->live))
		csp_ingress_start(&bs->ingress);
	else
		csp_ingress_stop(&bs->ingress);
}

/**
 * csp_blocks_hook() - drop what is blocked
 * @box: namespace
 *
 * Context: process, csp_box.mutex held; may sleep.
 * Return: 0, also if it does so already, or a negative errno.
 */
int csp_blocks_hook(struct csp_box *box)
{
	struct csp_blocks *bs = box->blocks;
	int err;

	lockdep_assert_held(&box->mutex);
	if (bs->hooked)
		return 0;
	BUILD_BUG_ON(ARRAY_SIZE(csp_block_ops) != ARRAY_SIZE(bs->ops));
	err = csp_box_hook(box, bs->ops, csp_block_ops, ARRAY_SIZE(bs->ops));
	bs->hooked = !err;
	csp_blocks_ingress(bs);
	return err;
}

/**
 * csp_blocks_unhook() - drop nothing any more
 * @box: namespace
 *
 * Context: process, csp_box.mutex held; may sleep.
 */
void csp_blocks_unhook(struct csp_box *box)
{
	struct csp_blocks *bs = box->blocks;

	lockdep_assert_held(&box->mutex);
	if (!bs->hooked)
		return;
	nf_unregister_net_hooks(box->net, bs->ops, ARRAY_SIZE(bs->ops));
	bs->hooked = false;
	csp_blocks_ingress(bs);
}

/* --- the table --- */

/* Who has one address of an IPv6 /64 has them all; csp.rst, section "Shares". */
static struct csp_victim *csp_victim_get(struct csp_blocks *bs,
					 const struct csp_block_key *key)
{
	struct csp_victim *victim;
	struct in6_addr addr;

	lockdep_assert_held(&bs->lock);
	ipv6_addr_prefix(&addr, &key->dst, key->family == 4 ? 128 : 64);
	victim = rhashtable_lookup_fast(&bs->victims, &addr, csp_victim_params);
	if (victim)
		return victim;
	victim = kzalloc(sizeof(*victim), GFP_ATOMIC);
	if (!victim)
		return NULL;
	victim->addr = addr;
	if (!rhashtable_insert_fast(&bs->victims, &victim->node,
				    csp_victim_params))
		return victim;
	kfree(victim);
	return NULL;
}

static void csp_victim_put(struct csp_blocks *bs, struct csp_victim *victim)
{
	lockdep_assert_held(&bs->lock);
	if (victim->n)
		return;
	rhashtable_remove_fast(&bs->victims, &victim->node, csp_victim_params);
	kfree_rcu(victim, rcu);
}

static bool csp_block_before(struct rb_node *a, const struct rb_node *b)
{
	return time_before(rb_entry(a, struct csp_block, order)->expires,
			   rb_entry(b, struct csp_block, order)->expires);
}

static struct csp_block *csp_block_first(struct csp_blocks *bs)
{
	return rb_entry_safe(rb_first_cached(&bs->order), struct csp_block,
			     order);
}

static void csp_block_remove(struct csp_blocks *bs, struct csp_block *block)
{
	lockdep_assert_held(&bs->lock);
	rhashtable_remove_fast(&bs->table, &block->node, csp_block_params);
	list_del(&block->list);
	rb_erase_cached(&block->order, &bs->order);
	WRITE_ONCE(bs->n, bs->n - 1);
	if (!bs->n)
		bs->idle = jiffies;
	bs->genid++;
	if (block->key.proto)
		WRITE_ONCE(bs->n_proto, bs->n_proto - 1);
	block->victim->n--;
	csp_victim_put(bs, block->victim);
	kfree_rcu(block, rcu);
}

/* One victim gets no more than a share of a table that fills up. */
static bool csp_block_room(const struct csp_blocks *bs,
			   const struct csp_victim *victim)
{
	const u32 max = CSP_BOX_CONF(bs->box, max_blocks);

	return bs->n < max / 2 ||
	       (bs->n < max && victim->n < max_t(u32, max / 8, 1));
}

static int csp_block_insert(struct csp_blocks *bs, struct csp_victim *victim,
			    struct csp_block *block)
{
	int err = rhashtable_insert_fast(&bs->table, &block->node,
					 csp_block_params);

	if (err)
		return err;
	list_add(&block->list, &bs->list);
	rb_add_cached(&block->order, &bs->order, csp_block_before);
	WRITE_ONCE(bs->n, bs->n + 1);
	bs->genid++;
	if (block->key.proto)
		WRITE_ONCE(bs->n_proto, bs->n_proto + 1);
	block->victim = victim;
	victim->n++;
	return 0;
}

static int csp_block_of_victim(struct csp_blocks *bs, struct csp_victim *victim,
			       const struct csp_block_key *key, __be64 cid,
			       unsigned long expires)
{
	struct csp_block *block;
	int err;

	if (!csp_block_room(bs, victim))
		return -ENOSPC;
	block = kzalloc(sizeof(*block), GFP_ATOMIC);
	if (!block)
		return -ENOMEM;
	block->key = *key;
	block->cid = cid;
	block->born = jiffies;
	block->told = jiffies;
	block->expires = expires;
	err = csp_block_insert(bs, victim, block);
	if (err)
		kfree(block);
	return err;
}

static int csp_block_new(struct csp_blocks *bs,
			 const struct csp_block_key *key, __be64 cid,
			 unsigned long expires)
{
	struct csp_victim *victim = csp_victim_get(bs, key);
	int err;

	if (!victim)
		return -ENOMEM;
	err = csp_block_of_victim(bs, victim, key, cid, expires);
	csp_victim_put(bs, victim);
	return err;
}

static void csp_block_renew(struct csp_blocks *bs, struct csp_block *block,
			    __be64 cid, unsigned long expires)
{
	rb_erase_cached(&block->order, &bs->order);
	WRITE_ONCE(block->expires, expires);
	WRITE_ONCE(block->cid, cid);
	rb_add_cached(&block->order, &bs->order, csp_block_before);
}

/* When the work has something to do; at once if the static key is to change. */
static void csp_blocks_arm(struct csp_blocks *bs)
{
	const struct csp_block *first = csp_block_first(bs);
	long wait = 0;

	lockdep_assert_held(&bs->lock);
	if (bs->live)
		wait = (first ? first->expires : bs->idle + CSP_BLOCK_IDLE) -
		       jiffies + 1;
	if (first || bs->live)
		mod_delayed_work(system_wq, &bs->work, max(wait, 0L));
}

/**
 * csp_block_add() - stop a flood, or go on stopping it
 * @box:     namespace
 * @key:     what
 * @cid:     identifier by which the flooding host is told
 * @ms:      for how long
 * @renewed: set: it was stopped before
 *
 * Context: any.
 * Return: 0, -ENOSPC or -ENOMEM.
 */
int csp_block_add(struct csp_box *box, const struct csp_block_key *key,
		  __be64 cid, u32 ms, bool *renewed)
{
	const unsigned long expires = jiffies + msecs_to_jiffies(ms);
	struct csp_blocks *bs = box->blocks;
	struct csp_block *block;
	int err = 0;

	spin_lock_bh(&bs->lock);
	block = csp_block_get(bs, key);
	*renewed = block;
	if (block)
		csp_block_renew(bs, block, cid, expires);
	else
		err = csp_block_new(bs, key, cid, expires);
	if (!err)
		csp_blocks_arm(bs);
	spin_unlock_bh(&bs->lock);
	return err;
}

/**
 * csp_block_del() - stop a flood no longer
 * @box: namespace
 * @key: what
 *
 * Context: any.
 * Return: whether it was there.
 */
bool csp_block_del(struct csp_box *box, const struct csp_block_key *key)
{
	struct csp_blocks *bs = box->blocks;
	struct csp_block *block;

	spin_lock_bh(&bs->lock);
	block = csp_block_get(bs, key);
	if (block) {
		csp_block_remove(bs, block);
		csp_blocks_arm(bs);
	}
	spin_unlock_bh(&bs->lock);
	return block;
}

/**
 * csp_blocks_flush() - stop none any longer
 * @box: namespace
 *
 * Context: process; may sleep.
 * Return: how many there were.
 */
u32 csp_blocks_flush(struct csp_box *box)
{
	struct csp_blocks *bs = box->blocks;
	const u32 n = READ_ONCE(bs->n);
	u32 left, some;

	/* What comes meanwhile is none of those meant. */
	for (left = n; left; left -= some) {
		spin_lock_bh(&bs->lock);
		for (some = 0; some < min(left, CSP_BLOCK_BATCH) && bs->n; some++)
			csp_block_remove(bs, list_last_entry(&bs->list,
							     struct csp_block,
							     list));
		csp_blocks_arm(bs);
		spin_unlock_bh(&bs->lock);
		if (!some)
			break;
		cond_resched();
	}
	return n - left;
}

/* --- requests that were good --- */

static u32 *csp_block_turn_of(struct csp_blocks *bs,
			      const struct csp_block_key *key)
{
	return &bs->turns[siphash(key, sizeof(*key), &bs->turn_key) %
			  CSP_BLOCK_TURNS];
}

/**
 * csp_block_turn() - how many requests about something have been good
 * @bs:  all of a namespace
 * @key: what they are about; others may share its number
 *
 * It goes into the nonce that is asked back, so that a nonce is good once:
 * whoever recorded a request cannot have it obeyed again.
 *
 * Context: any.
 * Return: the number.
 */
u32 csp_block_turn(struct csp_blocks *bs, const struct csp_block_key *key)
{
	return READ_ONCE(*csp_block_turn_of(bs, key));
}

/**
 * csp_block_took() - one more has been good
 * @bs:  all of a namespace
 * @key: what it is about
 *
 * Context: any.
 */
void csp_block_took(struct csp_blocks *bs, const struct csp_block_key *key)
{
	spin_lock_bh(&bs->lock);
	WRITE_ONCE(*csp_block_turn_of(bs, key), csp_block_turn(bs, key) + 1);
	spin_unlock_bh(&bs->lock);
}

/* --- time --- */

/* Removes what is over, so many at a time. */
static void csp_blocks_expire(struct csp_blocks *bs)
{
	struct csp_block *block;
	u32 n = 0;

	lockdep_assert_held(&bs->lock);
	while (n++ < CSP_BLOCK_BATCH && (block = csp_block_first(bs)) &&
	       time_after(jiffies, block->expires)) {
		CSP_BOX_INC(bs->box, BLOCK_EXPIRED);
		csp_block_remove(bs, block);
	}
}

static void csp_blocks_work(struct work_struct *work)
{
	struct csp_blocks *bs = container_of(to_delayed_work(work),
					     struct csp_blocks, work);
	bool was, live;

	spin_lock_bh(&bs->lock);
	csp_blocks_expire(bs);
	was = bs->live;
	live = bs->n ||
	       (was && time_before(jiffies, bs->idle + CSP_BLOCK_IDLE));
	WRITE_ONCE(bs->live, live);
	if (live)
		csp_blocks_arm(bs);
	spin_unlock_bh(&bs->lock);
	if (live == was)
		return;
	if (live)
		static_branch_inc(&csp_block_key);
	else
		static_branch_dec(&csp_block_key);
	mutex_lock(&bs->box->mutex);
	csp_blocks_ingress(bs);
	mutex_unlock(&bs->box->mutex);
}

/**
 * csp_blocks_init() - set up a namespace
 * @box: namespace
 *
 * Context: process; may sleep.
 * Return: 0 or a negative errno.
 */
int csp_blocks_init(struct csp_box *box)
{
	struct csp_blocks *bs = kzalloc(sizeof(*bs), GFP_KERNEL);
	int err;

	if (!bs)
		return -ENOMEM;
	err = rhashtable_init(&bs->table, &csp_block_params);
	if (err)
		goto err_free;
	err = rhashtable_init(&bs->victims, &csp_victim_params);
	if (err)
		goto err_table;
	bs->box = box;
	bs->ingress.box = box;
	spin_lock_init(&bs->lock);
	INIT_LIST_HEAD(&bs->list);
	bs->order = RB_ROOT_CACHED;
	get_random_bytes(&bs->turn_key, sizeof(bs->turn_key));
	INIT_DELAYED_WORK(&bs->work, csp_blocks_work);
	box->blocks = bs;
	return 0;

err_table:
	rhashtable_destroy(&bs->table);
err_free:
	kfree(bs);
	return err;
}

/**
 * csp_blocks_exit() - undo csp_blocks_init()
 * @box: namespace, without hooks, in which nothing is received any more
 *
 * Context: process; may sleep.
 */
void csp_blocks_exit(struct csp_box *box)
{
	struct csp_blocks *bs = box->blocks;

	csp_blocks_flush(box);
	/* The last run turns the static key off. */
	spin_lock_bh(&bs->lock);
	bs->idle = jiffies - CSP_BLOCK_IDLE;
	csp_blocks_arm(bs);
	spin_unlock_bh(&bs->lock);
	flush_delayed_work(&bs->work);
	rhashtable_destroy(&bs->victims);
	rhashtable_destroy(&bs->table);
	kfree(bs);
	box->blocks = NULL;
}
