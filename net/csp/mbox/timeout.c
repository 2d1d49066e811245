// SPDX-License-Identifier: GPL-2.0
/*
 * How long conntrack keeps the entry of a pinhole.
 *
 * Idle time is conntrack's business: each packet sets the time at which the
 * entry expires. How far ahead comes from a table of timeouts, one for each
 * state of the transport, which an entry may have of its own (nf_ct_timeout).
 * Ours are copies of the namespace's, with the time granted where a connection
 * is up. Conntrack counts the references to such a table and frees it with the
 * last entry: nothing in it leads to this module.
 *
 * Entries with the same time share a table, if one of the last CSP_BOX_TIMEOUTS
 * fits.
 */
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_l4proto.h>
#include <net/netfilter/nf_conntrack_timeout.h>

#include "timeout.h"

/**
 * struct csp_timeout_table - which timeouts a transport has
 * @from:  those of the namespace
 * @n:     how many
 * @up:    the first that matters when a connection is up
 * @n_up:  how many do
 */
struct csp_timeout_table {
	const unsigned int	*from;
	unsigned int		n;
	unsigned int		up;
	unsigned int		n_up;
};

static bool csp_timeout_table(struct net *net, u8 proto,
			      struct csp_timeout_table *t)
{
	t->n_up = 1;
	switch (proto) {
	case IPPROTO_TCP:
		t->from = nf_tcp_pernet(net)->timeouts;
		t->n = TCP_CONNTRACK_TIMEOUT_MAX;
		t->up = TCP_CONNTRACK_ESTABLISHED;
		return true;
	case IPPROTO_UDP:
		t->from = nf_udp_pernet(net)->timeouts;
		t->n = UDP_CT_MAX;
		t->up = UDP_CT_UNREPLIED;
		t->n_up = UDP_CT_MAX;
		return true;
#ifdef CONFIG_NF_CT_PROTO_SCTP
	case IPPROTO_SCTP:
		t->from = nf_sctp_pernet(net)->timeouts;
		t->n = SCTP_CONNTRACK_MAX;
		t->up = SCTP_CONNTRACK_ESTABLISHED;
		return true;
#endif
#ifdef CONFIG_NF_CT_PROTO_DCCP
	case IPPROTO_DCCP:
		t->from = nf_dccp_pernet(net)->dccp_timeout;
		t->n = CT_DCCP_MAX + 1;
		t->up = CT_DCCP_OPEN;
		return true;
#endif
	}
	return false;
}

static bool csp_timeout_is(const struct nf_ct_timeout *timeout, u8 family,
			   u8 proto, const struct csp_timeout_table *t,
			   unsigned int ticks)
{
	const unsigned int *table;

	if (!timeout || timeout->l4proto->l4proto != proto ||
	    timeout->l3num != (family == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6))
		return false;
	table = (const unsigned int *)timeout->data;
	return table[t->up] == ticks;
}

static struct nf_ct_timeout *csp_timeout_make(u8 family, u8 proto,
					      const struct csp_timeout_table *t,
					      unsigned int ticks)
{
	struct nf_ct_timeout *timeout;
	unsigned int *table, i;

	timeout = kzalloc(sizeof(*timeout) + t->n * sizeof(*table),
			  GFP_ATOMIC);
	if (!timeout)
		return NULL;
	refcount_set(&timeout->refcnt, 1);
	timeout->l3num = family == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	timeout->l4proto = nf_ct_l4proto_find(proto);
	table = (unsigned int *)timeout->data;
	memcpy(table, t->from, t->n * sizeof(*table));
	for (i = 0; i < t->n_up; i++)
		table[t->up + i] = ticks;
	return timeout;
}

/**
 * csp_timeout_put() - give back a reference
 * @timeout: timeout, or NULL
 *
 * Context: any.
 */
void csp_timeout_put(struct nf_ct_timeout *timeout)
{
	if (timeout && refcount_dec_and_test(&timeout->refcnt))
		kfree_rcu(timeout, rcu);
}

/**
 * csp_timeout_get() - timeouts with a given idle time
 * @box:    namespace
 * @family: 4 or 6
 * @proto:  transport
 * @ms:     idle time of a connection that is up
 *
 * Context: csp_box.lock held.
 * Return: the timeouts with a reference; NULL: no memory, or no such transport
 * in conntrack. The entry then has the namespace's.
 */
struct nf_ct_timeout *csp_timeout_get(struct csp_box *box, u8 family, u8 proto,
				      u32 ms)
{
	const unsigned int ticks = msecs_to_jiffies(ms);
	struct nf_ct_timeout **slot;
	struct csp_timeout_table t;

	lockdep_assert_held(&box->lock);
	if (!csp_timeout_table(box->net, proto, &t))
		return NULL;
	slot = &box->timeouts[(ms / MSEC_PER_SEC + 7 * proto + family) %
			      CSP_BOX_TIMEOUTS];
	if (!csp_timeout_is(*slot, family, proto, &t, ticks)) {
		csp_timeout_put(*slot);
		*slot = csp_timeout_make(family, proto, &t, ticks);
	}
	if (*slot)
		refcount_inc(&(*slot)->refcnt);
	return *slot;
}

/**
 * csp_timeouts_exit() - share no more
 * @box: namespace
 *
 * Context: csp_box.lock held.
 */
void csp_timeouts_exit(struct csp_box *box)
{
	int i;

	for (i = 0; i < CSP_BOX_TIMEOUTS; i++) {
		csp_timeout_put(box->timeouts[i]);
		box->timeouts[i] = NULL;
	}
}

/**
 * csp_timeout_attach() - give an entry timeouts of its own
 * @ct:      an entry that is in no table yet
 * @timeout: timeouts, or NULL; the caller's reference stays his
 *
 * Context: any, RCU.
 * Return: false: it has none, or the ruleset gave it some, which it keeps.
 */
bool csp_timeout_attach(struct nf_conn *ct, struct nf_ct_timeout *timeout)
{
	return nf_ct_timeout_ext_add(ct, timeout, GFP_ATOMIC);
}

/**
 * csp_timeout_fix() - let an entry end at a time, whatever comes
 * @ct: entry
 * @ms: from now
 *
 * A flowtable would make days of that. That of nftables takes no entry that has
 * lost a race for its tuple (IPS_NAT_CLASH), which means no more to conntrack than
 * that it ends soon; tc's (act_ct) does not look, see csp.rst, "Limits".
 *
 * Context: any.
 */
void csp_timeout_fix(struct nf_conn *ct, u32 ms)
{
	set_bit(IPS_NAT_CLASH_BIT, &ct->status);
	set_bit(IPS_FIXED_TIMEOUT_BIT, &ct->status);
	WRITE_ONCE(ct->timeout, nfct_time_stamp + msecs_to_jiffies(ms));
}

static void csp_timeout_unfix(struct nf_conn *ct)
{
	clear_bit(IPS_FIXED_TIMEOUT_BIT, &ct->status);
	clear_bit(IPS_NAT_CLASH_BIT, &ct->status);
}

/* Which of the timeouts counts in the present state. */
static unsigned int csp_timeout_state(const struct nf_conn *ct)
{
	switch (nf_ct_protonum(ct)) {
	case IPPROTO_UDP:
		return test_bit(IPS_SEEN_REPLY_BIT, &ct->status) ?
			       UDP_CT_REPLIED : UDP_CT_UNREPLIED;
	case IPPROTO_TCP:
		if (ct->proto.tcp.state == TCP_CONNTRACK_ESTABLISHED &&
		    !test_bit(IPS_ASSURED_BIT, &ct->status))
			return TCP_CONNTRACK_SYN_SENT;
		return ct->proto.tcp.state ?: TCP_CONNTRACK_SYN_SENT;
	case IPPROTO_SCTP:
		return ct->proto.sctp.state;
	case IPPROTO_DCCP:
		return ct->proto.dccp.state;
	}
	return 0;
}

static void csp_timeout_swap(struct nf_conn *ct, struct nf_ct_timeout *timeout)
{
	struct nf_conn_timeout *ext = nf_ct_timeout_find(ct);
	struct nf_ct_timeout *old;

	if (!ext)
		return;
	if (timeout)
		refcount_inc(&timeout->refcnt);
	/* One writer: csp_box.lock. */
	old = rcu_dereference_protected(ext->timeout, true);
	rcu_assign_pointer(ext->timeout, timeout);
	csp_timeout_put(old);
}

/**
 * csp_timeout_run() - let an entry live as long as it is used
 * @ct:      entry
 * @timeout: its timeouts from now on, or NULL: the namespace's; the caller's
 *           reference stays his
 * @timed:   csp_timeout_attach() returned true for it
 *
 * The time begins now.
 *
 * Context: csp_box.lock held, RCU.
 */
void csp_timeout_run(struct nf_conn *ct, struct nf_ct_timeout *timeout,
		     bool timed)
{
	const unsigned int *table;

	if (timed)
		csp_timeout_swap(ct, timeout);
	csp_timeout_unfix(ct);
	if (!timeout || test_bit(IPS_OFFLOAD_BIT, &ct->status))
		return;
	table = (const unsigned int *)timeout->data;
	WRITE_ONCE(ct->timeout,
		   nfct_time_stamp + table[csp_timeout_state(ct)]);
}

/**
 * csp_timeout_correct() - correct the time that a flowtable left behind
 * @ct:         entry
 * @ms:         idle time granted
 * @given_back: a flowtable had it until now
 *
 * A flowtable that gives a flow back sets the time by the namespace's timeouts,
 * not by those of the entry: too long, or too short. One that was taken and given
 * back without anybody noticing may still have too long a time.
 *
 * Context: any.
 */
void csp_timeout_correct(struct nf_conn *ct, u32 ms, bool given_back)
{
	const u32 ticks = msecs_to_jiffies(ms);

	if (nf_ct_protonum(ct) == IPPROTO_TCP &&
	    ct->proto.tcp.state != TCP_CONNTRACK_ESTABLISHED)
		return;
	if (given_back || nf_ct_expires(ct) > ticks)
		WRITE_ONCE(ct->timeout, nfct_time_stamp + ticks);
}

/**
 * csp_timeout_leave() - leave an entry to conntrack alone
 * @ct:    entry
 * @timed: csp_timeout_attach() returned true for it
 *
 * Its time is that of the ruleset, or of the namespace, for its present state, and
 * begins now.
 *
 * Context: csp_box.lock held.
 */
void csp_timeout_leave(struct nf_conn *ct, bool timed)
{
	struct csp_timeout_table t;
	const unsigned int *table;

	if (timed)
		csp_timeout_swap(ct, NULL);
	csp_timeout_unfix(ct);
	if (test_bit(IPS_OFFLOAD_BIT, &ct->status) ||
	    !csp_timeout_table(nf_ct_net(ct), nf_ct_protonum(ct), &t))
		return;
	rcu_read_lock();
	table = nf_ct_timeout_lookup(ct) ?: t.from;
	WRITE_ONCE(ct->timeout, nfct_time_stamp + table[csp_timeout_state(ct)]);
	rcu_read_unlock();
}

/**
 * csp_timeout_over() - is an entry one that no packet will find?
 * @ct: an entry of conntrack's table, of which the caller has a reference
 *
 * Context: any.
 * Return: true if its time is over or it is being deleted.
 */
bool csp_timeout_over(const struct nf_conn *ct)
{
	return nf_ct_is_dying(ct) || nf_ct_is_expired(ct);
}
