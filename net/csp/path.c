// SPDX-License-Identifier: GPL-2.0
/*
 * Paths: addresses that come and go, alternatives, dead paths; csp.rst,
 * sections "Mobility" and "Multihoming".
 *
 * Notifiers of addresses, links and routes start a look at all flows of the
 * namespace: which of them has lost its address or its link, which may have
 * found one. A flow that has an alternative, at either end, or a box on its way
 * that keeps state, is also looked at four times a second: does its TCP
 * retransmit in vain? Of many, so many in each turn.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/dst.h>
#include <net/fib_notifier.h>
#include <net/inet_connection_sock.h>
#include <net/route.h>

#include "again.h"
#include "change.h"
#include "flow.h"
#include "move.h"
#include "path.h"
#include "peer.h"
#include "pref.h"
#include "refer.h"
#include "register.h"
#include "tx.h"

/* So many looks at all flows in so short a time, and no more. */
#define CSP_ADDR_LOOKS		8
#define CSP_ADDR_PERIOD		(HZ / 20)
#define CSP_WATCH_PERIOD	(HZ / 4)
#define CSP_WATCH_LOOKS		4096

/**
 * csp_path_link() - can anything be reached by a device?
 * @dev: the device
 *
 * Context: any.
 * Return: true if it is up and its link is.
 */
bool csp_path_link(const struct net_device *dev)
{
	return netif_running(dev) && netif_carrier_ok(dev);
}

/**
 * csp_path_own() - is an address one of this host?
 * @cn:   namespace
 * @addr: the address; IPv4 as v4-mapped
 *
 * Context: any.
 * Return: true if it can be used as a source now.
 */
bool csp_path_own(struct csp_net *cn, const struct in6_addr *addr)
{
	struct net_device *dev;
	bool own;

	rcu_read_lock();
	if (ipv6_addr_v4mapped(addr))
		dev = __ip_dev_find(cn->net, addr->s6_addr32[3], false);
	else
		dev = ipv6_dev_find(cn->net, addr, NULL);
	/* An address at a dead link is one that nobody can reach. */
	own = dev && (dev->flags & IFF_LOOPBACK || csp_path_link(dev));
	rcu_read_unlock();
	return own;
}

/* Adds one address to offer, unless it is the one in use. */
static int csp_offer_add(const struct csp_flow *flow, struct in6_addr *addr,
			 int n, const struct in6_addr *cand)
{
	if (ipv6_addr_equal(cand, &flow->t.laddr))
		return n;
	addr[n] = *cand;
	return n + 1;
}

static int csp_offers4(const struct csp_flow *flow,
		       const struct net_device *dev, struct in6_addr *addr,
		       int n, int max)
{
	struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa;
	struct in6_addr cand;

	if (!in_dev)
		return n;
	in_dev_for_each_ifa_rcu(ifa, in_dev) {
		if (n == max)
			break;
		if (ifa->ifa_scope != RT_SCOPE_UNIVERSE)
			continue;
		ipv6_addr_set_v4mapped(ifa->ifa_local, &cand);
		n = csp_offer_add(flow, addr, n, &cand);
	}
	return n;
}

static int csp_offers6(const struct csp_flow *flow,
		       const struct net_device *dev, struct in6_addr *addr,
		       int n, int max)
{
	struct inet6_dev *idev = __in6_dev_get(dev);
	const struct inet6_ifaddr *ifa;

	if (!idev)
		return n;
	read_lock_bh(&idev->lock);
	list_for_each_entry(ifa, &idev->addr_list, if_list) {
		if (n == max)
			break;
		if (ifa->scope != RT_SCOPE_UNIVERSE ||
		    ifa->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED |
				  IFA_F_DEPRECATED))
			continue;
		n = csp_offer_add(flow, addr, n, &ifa->addr);
	}
	read_unlock_bh(&idev->lock);
	return n;
}

/**
 * csp_path_others() - other addresses of this host
 * @flow: the connection
 * @addr: filled in
 * @max:  room in @addr
 *
 * Context: any.
 * Return: how many.
 */
int csp_path_others(const struct csp_flow *flow, struct in6_addr *addr, int max)
{
	const struct net_device *dev;
	int n = 0;

	rcu_read_lock();
	for_each_netdev_rcu(flow->cn->net, dev) {
		if (!csp_path_link(dev) || dev->flags & IFF_LOOPBACK)
			continue;
		if (flow->t.family == 4)
			n = csp_offers4(flow, dev, addr, n, max);
		else
			n = csp_offers6(flow, dev, addr, n, max);
	}
	rcu_read_unlock();
	return n;
}

/* Is there a way from where the flow is now? */
static bool csp_path_alive(struct csp_flow *flow)
{
	struct dst_entry *dst;
	struct csp_to to;
	bool alive;

	spin_lock_bh(&flow->lock);
	csp_to_flow(&to, flow);
	spin_unlock_bh(&flow->lock);
	if (!csp_path_own(flow->cn, &to.saddr))
		return false;
	dst = csp_route(flow->cn, &to);
	if (IS_ERR(dst))
		return false;
	alive = csp_path_link(dst->dev);
	dst_release(dst);
	return alive;
}

/* @offer: this host has an address more, and is to tell. */
static void csp_path_look_at(struct csp_flow *flow, bool offer)
{
	switch (READ_ONCE(flow->state)) {
	case CSP_STATE_HOMELESS:
		csp_flow_todo(flow, CSP_TODO_MOVE);
		break;
	case CSP_STATE_EMBRYONIC:
	case CSP_STATE_ESTABLISHED:
		if (!csp_path_alive(flow))
			csp_move_request(flow, NULL, NULL, 0);
		else if (offer)
			csp_change_want(flow, CSP_SAY_OFFER);
		break;
	case CSP_STATE_MOVING:
		/* Not answered there: perhaps it would be elsewhere. */
		if (!csp_path_alive(flow) || csp_move_elsewhere(flow))
			csp_move_request(flow, NULL, NULL, 0);
		break;
	}
}

static void csp_addr_work(struct work_struct *work)
{
	struct csp_net *cn = container_of(to_delayed_work(work),
					  struct csp_net, addr_work);
	bool new4 = test_and_clear_bit(CSP_NET_ADDR_NEW4, &cn->flags);
	bool new6 = test_and_clear_bit(CSP_NET_ADDR_NEW6, &cn->flags);
	bool multihome = CSP_CONF(cn, multihome);
	struct rhashtable_iter iter;
	unsigned int looked = 0;
	struct csp_flow *flow;

	if (time_after_eq(jiffies, cn->addr_since + CSP_ADDR_PERIOD)) {
		cn->addr_since = jiffies;
		cn->addr_looks = 0;
	}
	cn->addr_looks++;
	/* Silence was about a path, and that may be another one now. */
	if (test_and_clear_bit(CSP_NET_ADDR_CHANGED, &cn->flags))
		csp_peer_flush_paths(cn);
	csp_regs_look(cn);
	if (!CSP_CONF(cn, auto_move))
		return;
	rhashtable_walk_enter(&cn->flows, &iter);
	rhashtable_walk_start(&iter);
	while ((flow = rhashtable_walk_next(&iter))) {
		if (IS_ERR(flow) || !csp_flow_get(flow))
			continue;
		csp_path_look_at(flow, multihome && (flow->t.family == 4 ?
						     new4 : new6));
		csp_flow_put(flow);
		csp_flow_walk_turn(&iter, ++looked);
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
}

/* Is there anything that a change of addresses or routes is about? */
static bool csp_path_matters(struct csp_net *cn)
{
	return !READ_ONCE(cn->dying) &&
	       (atomic_read(&cn->n_flows) || READ_ONCE(cn->n_peers) ||
		READ_ONCE(cn->n_regs));
}

/*
 * A thousand routes at once are one reason to look, not a thousand. But an
 * address and its route come one after the other, and it is the second that
 * gives a connection its way: it must not wait for the look at the first.
 */
static void csp_path_changed(struct csp_net *cn)
{
	unsigned long end = READ_ONCE(cn->addr_since) + CSP_ADDR_PERIOD;
	unsigned long now = jiffies, delay = 0;

	if (!csp_path_matters(cn))
		return;
	if (READ_ONCE(cn->addr_looks) >= CSP_ADDR_LOOKS &&
	    time_before(now, end))
		delay = end - now;
	queue_delayed_work(cn->wq, &cn->addr_work, delay);
}

/* Does TCP retransmit in vain? */
static bool csp_path_dying(struct csp_flow *flow)
{
	struct sock *sk = csp_flow_sk(flow);
	bool dying;

	if (!sk)
		return false;
	dying = sk->sk_protocol == IPPROTO_TCP &&
		READ_ONCE(inet_csk(sk)->icsk_retransmits) >=
		CSP_CONF(flow->cn, path_retries);
	sock_put(sk);
	return dying;
}

static void csp_watch_work(struct work_struct *work)
{
	struct csp_net *cn = container_of(to_delayed_work(work),
					  struct csp_net, watch_work);
	struct csp_flow *flow;
	int looks = 0;

	spin_lock_bh(&cn->lock);
	list_for_each_entry(flow, &cn->watch, watch_node) {
		if (++looks > CSP_WATCH_LOOKS) {
			/* The rest comes first the next time. */
			list_rotate_to_front(&flow->watch_node, &cn->watch);
			break;
		}
		if (READ_ONCE(flow->state) == CSP_STATE_ESTABLISHED &&
		    csp_path_dying(flow))
			csp_flow_todo(flow, CSP_TODO_FAILOVER);
	}
	if (!list_empty(&cn->watch) && !READ_ONCE(cn->dying))
		queue_delayed_work(cn->wq, &cn->watch_work, CSP_WATCH_PERIOD);
	spin_unlock_bh(&cn->lock);
}

/**
 * csp_path_watch() - something can be done if a flow's path dies: look for it
 * @flow: the flow
 *
 * Context: any.
 */
void csp_path_watch(struct csp_flow *flow)
{
	struct csp_net *cn = flow->cn;

	spin_lock_bh(&cn->lock);
	if (!READ_ONCE(cn->dying) && list_empty(&flow->watch_node) &&
	    csp_flow_listable(flow)) {
		list_add_tail(&flow->watch_node, &cn->watch);
		queue_delayed_work(cn->wq, &cn->watch_work, CSP_WATCH_PERIOD);
	}
	spin_unlock_bh(&cn->lock);
}

/* The addresses of each end that a path may have. */
struct csp_ends {
	struct in6_addr	l[CSP_MAX_ALTS];
	struct in6_addr	r[CSP_MAX_ALTS];
	int		n_l;
	int		n_r;
};

/* Own ones as far as this host is to use more than one; lock held. */
static void csp_path_ends(struct csp_flow *flow, struct csp_ends *e)
{
	const struct csp_alts *alts = flow->alts;
	int i;

	lockdep_assert_held(&flow->lock);
	e->n_l = 0;
	if (csp_path_own(flow->cn, &flow->t.laddr))
		e->l[e->n_l++] = flow->t.laddr;
	if (flow->offered || CSP_CONF(flow->cn, multihome))
		e->n_l += csp_path_others(flow, e->l + e->n_l,
					  CSP_MAX_ALTS - e->n_l);
	/* Whatever routing finds. */
	if (!e->n_l)
		e->l[e->n_l++] = in6addr_any;
	e->r[0] = flow->t.raddr;
	e->n_r = 1;
	for (i = 0; alts && i < alts->n && e->n_r < CSP_MAX_ALTS; i++)
		if (!ipv6_addr_equal(&alts->addr[i], &flow->t.raddr))
			e->r[e->n_r++] = alts->addr[i];
	e->n_r = csp_refer_addrs(flow, e->r, e->n_r, CSP_MAX_ALTS);
}

/**
 * csp_path_next() - want another path
 * @flow:   the flow
 * @better: only one that is wanted more than that in use
 *
 * The one that is wanted most; of equals the next in turn.
 *
 * Context: the flow's work.
 * Return: false: there is none.
 */
bool csp_path_next(struct csp_flow *flow, bool better)
{
	struct csp_ends e;
	int i, j, n, least, best = -1;

	spin_lock_bh(&flow->lock);
	csp_path_ends(flow, &e);
	n = e.n_l * e.n_r;
	least = better ? csp_pref_get(flow, &flow->t.laddr, &flow->t.raddr) : -1;
	for (i = 1; i <= n; i++) {
		const struct in6_addr *l, *r;

		j = (flow->turn + i) % n;
		l = &e.l[j / e.n_r];
		r = &e.r[j % e.n_r];
		if ((ipv6_addr_equal(r, &flow->t.raddr) &&
		     (ipv6_addr_any(l) || ipv6_addr_equal(l, &flow->t.laddr))) ||
		    csp_pref_get(flow, l, r) <= least)
			continue;
		least = csp_pref_get(flow, l, r);
		best = j;
	}
	if (best >= 0) {
		flow->turn = best;
		flow->want_l = e.n_l > 1 ? e.l[best / e.n_r] : in6addr_any;
		flow->want_r = e.r[best % e.n_r];
		flow->want_oif = 0;
	}
	spin_unlock_bh(&flow->lock);
	return best >= 0;
}

/**
 * csp_path_avoid() - leave the path in use for another one
 * @flow: the flow
 *
 * Context: the flow's work.
 * Return: false: there is none.
 */
bool csp_path_avoid(struct csp_flow *flow)
{
	if (!csp_path_next(flow, false))
		return false;
	csp_move_begin(flow);
	return true;
}

/**
 * csp_path_better() - go to a path that is wanted more, if there is one
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_path_better(struct csp_flow *flow)
{
	if (csp_path_next(flow, true))
		csp_move_begin(flow);
}

/**
 * csp_path_failover() - the path in use is dead
 * @flow: the flow
 *
 * Context: the flow's work.
 */
void csp_path_failover(struct csp_flow *flow)
{
	if (csp_path_avoid(flow))
		CSP_INC(flow->cn, MOVE_FAILOVER);
	else
		csp_again_stuck(flow);
}

/* @new: CSP_NET_ADDR_NEW4 or its like, if one came. */
static void csp_path_addr_changed(struct csp_net *cn, unsigned long event,
				  int new)
{
	/*
	 * What is there before a connection is not news to it: a bit left
	 * behind would make a later look, for whatever reason, tell of it.
	 */
	if (!csp_path_matters(cn))
		return;
	set_bit(CSP_NET_ADDR_CHANGED, &cn->flags);
	if (event == NETDEV_UP)
		set_bit(new, &cn->flags);
	csp_path_changed(cn);
}

static int csp_inetaddr_event(struct notifier_block *nb, unsigned long event,
			      void *ptr)
{
	struct in_ifaddr *ifa = ptr;

	csp_path_addr_changed(csp_pernet(dev_net(ifa->ifa_dev->dev)), event,
			      CSP_NET_ADDR_NEW4);
	return NOTIFY_DONE;
}

static int csp_inet6addr_event(struct notifier_block *nb, unsigned long event,
			       void *ptr)
{
	struct inet6_ifaddr *ifa = ptr;

	csp_path_addr_changed(csp_pernet(dev_net(ifa->idev->dev)), event,
			      CSP_NET_ADDR_NEW6);
	return NOTIFY_DONE;
}

static int csp_netdev_event(struct notifier_block *nb, unsigned long event,
			    void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	switch (event) {
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
		csp_path_changed(csp_pernet(dev_net(dev)));
	}
	return NOTIFY_DONE;
}

static int csp_fib_event(struct notifier_block *nb, unsigned long event,
			 void *ptr)
{
	csp_path_changed(container_of(nb, struct csp_net, fib_nb));
	return NOTIFY_DONE;
}

static struct notifier_block csp_inetaddr_nb = {
	.notifier_call = csp_inetaddr_event,
};

static struct notifier_block csp_inet6addr_nb = {
	.notifier_call = csp_inet6addr_event,
};

static struct notifier_block csp_netdev_nb = {
	.notifier_call = csp_netdev_event,
};

int csp_path_net_init(struct csp_net *cn)
{
	INIT_DELAYED_WORK(&cn->addr_work, csp_addr_work);
	INIT_DELAYED_WORK(&cn->watch_work, csp_watch_work);
	cn->addr_since = jiffies;
	cn->fib_nb.notifier_call = csp_fib_event;
	return register_fib_notifier(cn->net, &cn->fib_nb, NULL, NULL);
}

void csp_path_net_exit(struct csp_net *cn)
{
	unregister_fib_notifier(cn->net, &cn->fib_nb);
	cancel_delayed_work_sync(&cn->addr_work);
	cancel_delayed_work_sync(&cn->watch_work);
}

int __init csp_paths_init(void)
{
	int err;

	err = register_netdevice_notifier(&csp_netdev_nb);
	if (err)
		return err;
	err = register_inetaddr_notifier(&csp_inetaddr_nb);
	if (err)
		goto err_netdev;
	err = register_inet6addr_notifier(&csp_inet6addr_nb);
	if (err)
		goto err_inetaddr;
	return 0;

err_inetaddr:
	unregister_inetaddr_notifier(&csp_inetaddr_nb);
err_netdev:
	unregister_netdevice_notifier(&csp_netdev_nb);
	return err;
}

void csp_paths_exit(void)
{
	unregister_inet6addr_notifier(&csp_inet6addr_nb);
	unregister_inetaddr_notifier(&csp_inetaddr_nb);
	unregister_netdevice_notifier(&csp_netdev_nb);
}
