/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CSP boxes: the objects that several files share, and how they are locked.
 *
 * A *box* (struct csp_box) is what a network namespace does with signalling
 * that it forwards. Its *rules* (policy.h) say what a Setup may open. What was
 * opened, or may be soon, is a *pinhole* (pinhole.h): a record of both ends'
 * identifiers, and a conntrack entry, which is what admits the data.
 *
 * Nothing happens in a namespace before it is enabled: no hook, no conntrack.
 *
 * Locking
 * =======
 *
 * Packets come by hooks (hook.c), in softirq and under RCU. Commands come by
 * netlink, in process context.
 *
 *	csp_box.mutex		settings, hooks, writers of rules
 *	  RTNL			taken by a notifier of devices (ingress.c) that comes
 *				or goes; never the other way round
 *	  csp_box.lock (BH)	pinholes: tables, lists, all that may change
 *	  csp_home.lock (BH)	where the host of a home address is
 *	  csp_auths.lock (BH)	secrets of tokens, and those that were used up
 *	    conntrack's own locks
 *
 * Rules are read under RCU; csp_box.order_seq tells a reader that their numbers
 * were dealt anew. The tables of pinholes (rhashtable) are read under RCU; what
 * is found there may be on its way out, csp_hole_get() fails then.
 *
 * The ruleset of netfilter is asked (judge.c), and packets are sent, with no
 * lock held: both end in code that may send packets of its own. A pinhole that
 * is being asked about is marked CSP_HOLE_ASKING; further copies of its Setup
 * are dropped meanwhile.
 *
 * A pinhole holds a reference to its conntrack entry. The entry knows nothing
 * of the pinhole, and points to no code of ours: it may outlive the module. Its
 * timeout (timeout.c) and master (related.c) are memory that conntrack counts
 * references to and frees.
 */
#ifndef _NET_CSP_MBOX_H
#define _NET_CSP_MBOX_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/rhashtable.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <uapi/linux/csp.h>
#include <uapi/linux/csp_mbox.h>

#include "../csp.h"

enum csp_box_mib {
#define CSP_BOX_MIB(id, ...) CSP_BOX_MIB_##id,
#include "mib.h"
#undef CSP_BOX_MIB
	__CSP_BOX_MIB_MAX
};

struct csp_box_mib_pcpu {
	u64 v[__CSP_BOX_MIB_MAX];
};

extern const struct csp_mib_desc csp_box_mib_desc[__CSP_BOX_MIB_MAX];

enum csp_box_conf_id {
#define CSP_BOX_CONF(id, ...) CSP_BOX_CONF_##id,
#include "conf_list.h"
#undef CSP_BOX_CONF
	__CSP_BOX_CONF_MAX
};

struct nf_conn;
struct nf_ct_timeout;

#define CSP_BOX_TIMEOUTS	64

/* What there is one of for IPv4, and one for IPv6. */
enum csp_family {
	CSP_IPV4,
	CSP_IPV6,
	CSP_FAMILIES
};

static inline enum csp_family csp_family_index(u8 family)
{
	return family == 4 ? CSP_IPV4 : CSP_IPV6;
}

/**
 * struct csp_box - what a network namespace does as a box
 * @net:       the namespace
 * @mib:       counters
 * @conf:      settings; read with CSP_BOX_CONF() without a lock
 * @mutex:     writers of settings, hooks and rules
 * @hooked:    the hook of FORWARD is registered
 * @ops:       that hook; as long as @hooked it belongs to netfilter
 * @nat_used:  nf_nat has a user of ours, which stays
 * @nat_user_ops: this user; as long as @nat_used it belongs to nf_nat
 * @nat_hooked: what it sees is looked at; implies @hooked
 * @nat_local_ops: the hook of LOCAL_IN; as long as @nat_hooked
 * @nat_work:  registers both
 * @dying:     the namespace goes: nothing new
 * @id:        by which hosts know it; 0: none yet; see csp_box_id()
 * @since:     ktime_get_boottime_seconds() when it began
 * @lock:      protects the lists and all pinholes
 * @holes:     pinholes by data tuple, those that have a conntrack entry
 * @ids:       identifiers of both ends, struct csp_hole_id
 * @waiting:   pinholes that wait for an OK, in the order of expiry
 * @linger:    pinholes of connections given up, in the order of expiry
 * @open:      all others
 * @n_holes:   pinholes
 * @askers:    who asked for them, if he has echoed a nonce
 * @n_waiting: of them, those in @waiting
 * @waiters:   the same, of these
 * @expiry:    removes what is at the heads of @waiting and @linger
 * @sweep:     goes round @open, for entries that conntrack gave up
 * @timeouts:  those used last, for being shared; protected by @lock
 * @master:    of all entries that are "related" by us
 * @rules:     in order; written under @mutex, read under RCU
 * @rule_index: the same by prefixes and ports, struct csp_box_rule
 * @shapes:    which combinations of prefix lengths @rule_index has
 * @genid:     changes with each change of rules, home addresses or names, for who
 *             lists them; written under @mutex
 * @n_rules:   rules
 * @last_id:   of the rule added last
 * @order_seq: changes while the numbers in csp_box_rule.order are dealt anew
 * @homes:     addresses that an agent answers for; home.c
 * @home_keys: the same by the keys of their hosts
 * @home_cids: the same by the identifiers of their hosts
 * @home_list: the same; written under @mutex, read under RCU
 * @n_homes:   how many
 * @attracting: the hooks of the agent are registered
 * @attract_ops: these hooks
 * @auths:     tokens of the off-path firewall; token.c
 * @sides:     those for which it is a gateway, or NULL; via.c; written under
 *             @mutex, read under RCU
 * @via_key:   secret of its tokens
 * @blocks:    floods that it stops; block.c
 * @names:     hosts inside a NAT by name; name.c
 * @name_list: the same; written under @mutex, read under RCU
 * @n_names:   how many
 */
struct csp_box {
	struct net		*net;
	struct csp_box_mib_pcpu __percpu *mib;
	u32			conf[__CSP_BOX_CONF_MAX];
	struct mutex		mutex;	/* see above */
	bool			hooked;
	struct nf_hook_ops	ops[2];
	bool			nat_used[CSP_FAMILIES];
	struct nf_hook_ops	nat_user_ops[CSP_FAMILIES];
	bool			nat_hooked[CSP_FAMILIES];
	struct nf_hook_ops	nat_local_ops[CSP_FAMILIES];
	struct work_struct	nat_work;
	bool			dying;
	__be32			id;
	time64_t		since;

	spinlock_t		lock;	/* see above */
	struct rhashtable	holes;
	struct rhashtable	ids;
	struct list_head	waiting;
	struct list_head	linger;
	struct list_head	open;
	atomic_t		n_holes;
	struct csp_share	*askers;
	u32			n_waiting;
	struct csp_share	*waiters;
	struct delayed_work	expiry;
	struct delayed_work	sweep;
	struct nf_ct_timeout	*timeouts[CSP_BOX_TIMEOUTS];
	struct nf_conn		*master;

	struct list_head	rules;
	struct rhltable		rule_index;
	struct list_head	shapes;
	u32			genid;
	u32			n_rules;
	u32			last_id;
	seqcount_mutex_t	order_seq;

	struct rhashtable	homes;
	struct rhltable		home_keys;
	struct rhashtable	home_cids;
	struct list_head	home_list;
	u32			n_homes;
	bool			attracting;
	struct nf_hook_ops	attract_ops[2];
	struct csp_auths	*auths;
	struct csp_gw_sides __rcu *sides;
	u8			via_key[32];
	struct csp_blocks	*blocks;
	struct rhashtable	names;
	struct list_head	name_list;
	u32			n_names;
};

static inline void csp_box_changed(struct csp_box *box)
{
	lockdep_assert_held(&box->mutex);
	WRITE_ONCE(box->genid, box->genid + 1);
}

extern unsigned int csp_box_net_id;

static inline struct csp_box *csp_box_pernet(const struct net *net)
{
	return net_generic(net, csp_box_net_id);
}

/* Settings and rate limits that boxes share with end hosts. */
static inline struct csp_net *csp_box_host(const struct csp_box *box)
{
	return csp_pernet(box->net);
}

/* Where signalling over UDP goes, and comes from; csp.rst, "UDP encapsulation". */
static inline __be16 csp_box_udp_port(const struct csp_box *box)
{
	return htons(csp_conf(csp_box_host(box), CSP_CONF_udp_port));
}

static inline u32 csp_box_conf(const struct csp_box *box,
			       enum csp_box_conf_id id)
{
	return READ_ONCE(box->conf[id]);
}

#define CSP_BOX_CONF(box, id)	csp_box_conf(box, CSP_BOX_CONF_##id)

static inline void csp_box_mib_inc(struct csp_box *box, enum csp_box_mib id)
{
	this_cpu_inc(box->mib->v[id]);
}

#define CSP_BOX_INC(box, id)	csp_box_mib_inc(box, CSP_BOX_MIB_##id)

int csp_box_mib_init(struct csp_box *box);
void csp_box_mib_exit(struct csp_box *box);
/* One counter, summed over the CPUs. Any context. */
u64 csp_box_mib_read(const struct csp_box *box, enum csp_box_mib id);

#endif /* _NET_CSP_MBOX_H */
