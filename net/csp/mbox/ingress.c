// SPDX-License-Identifier: GPL-2.0
/*
 * What a gateway blocks is dropped at the devices; csp.rst, section "Gateways and
 * floods".
 *
 * A flowtable of the administrator's forwards packets of a flow it knows where a
 * device receives them, and no hook of IP sees these. So while something is
 * blocked each device of the namespace has a hook that comes before the
 * flowtable's. As long as nothing is, there is none.
 *
 * A notifier of the namespace knows the devices: when it is registered it is told
 * of those that are there, and when it goes it is told that they go.
 */
#include <linux/if_ether.h>
#include <linux/limits.h>
#include <linux/netfilter_netdev.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "block.h"

/**
 * struct csp_ingress_dev - the hook of a device
 * @list: in csp_ingress.devs
 * @ops:  the hook
 */
struct csp_ingress_dev {
	struct list_head	list;
	struct nf_hook_ops	ops;
};

static unsigned int csp_ingress_hook(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		return csp_block_ip4(priv, skb);
	case htons(ETH_P_IPV6):
		return csp_block_ip6(priv, skb);
	}
	return NF_ACCEPT;
}

static int csp_ingress_add(struct csp_ingress *in, struct net_device *dev)
{
	struct csp_ingress_dev *id;
	int err;

	id = kzalloc(sizeof(*id), GFP_KERNEL);
	if (!id)
		return -ENOMEM;
	id->ops.hook = csp_ingress_hook;
	id->ops.priv = in->box;
	id->ops.dev = dev;
	id->ops.pf = NFPROTO_NETDEV;
	id->ops.hooknum = NF_NETDEV_INGRESS;
	id->ops.priority = INT_MIN;
	err = nf_register_net_hook(in->box->net, &id->ops);
	if (err) {
		kfree(id);
		return err;
	}
	list_add(&id->list, &in->devs);
	return 0;
}

static void csp_ingress_del(struct csp_ingress *in, struct net_device *dev)
{
	struct csp_ingress_dev *id, *next;

	list_for_each_entry_safe(id, next, &in->devs, list) {
		if (id->ops.dev != dev)
			continue;
		nf_unregister_net_hook(in->box->net, &id->ops);
		list_del(&id->list);
		kfree(id);
	}
}

static int csp_ingress_event(struct notifier_block *nb, unsigned long event,
			     void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct csp_ingress *in = container_of(nb, struct csp_ingress, nb);

	ASSERT_RTNL();
	if (dev->flags & IFF_LOOPBACK)
		return NOTIFY_DONE;
	/* No device has to fail for that: the hooks of IP see its packets. */
	if (event == NETDEV_REGISTER && csp_ingress_add(in, dev))
		WRITE_ONCE(in->complete, false);
	else if (event == NETDEV_UNREGISTER)
		csp_ingress_del(in, dev);
	return NOTIFY_DONE;
}

/**
 * csp_ingress_start() - have a hook at each device
 * @in: of a namespace
 *
 * Without memory, or in a kernel that has no such hooks, what is blocked is
 * dropped by the hooks of IP alone.
 *
 * Context: process, csp_box.mutex held; may sleep.
 */
void csp_ingress_start(struct csp_ingress *in)
{
	lockdep_assert_held(&in->box->mutex);
	if (in->on)
		return;
	INIT_LIST_HEAD(&in->devs);
	in->nb.notifier_call = csp_ingress_event;
	WRITE_ONCE(in->complete, true);
	in->on = !register_netdevice_notifier_net(in->box->net, &in->nb);
	if (!in->on)
		WRITE_ONCE(in->complete, false);
}

/**
 * csp_ingress_stop() - have none any more
 * @in: of a namespace
 *
 * Context: process, csp_box.mutex held; may sleep.
 */
void csp_ingress_stop(struct csp_ingress *in)
{
	lockdep_assert_held(&in->box->mutex);
	if (!in->on)
		return;
	WRITE_ONCE(in->complete, false);
	unregister_netdevice_notifier_net(in->box->net, &in->nb);
	in->on = false;
}
