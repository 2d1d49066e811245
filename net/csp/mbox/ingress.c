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
 *
 * What comes another way (tc may redirect a packet before this hook) the hooks
 * of IP see, in block.c.
 */
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/limits.h>
#include <linux/netfilter_netdev.h>
#include <linux/ppp_defs.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "block.h"

/* So many headers of VLAN and PPPoE are looked behind. */
#define CSP_INGRESS_HEADERS	2

/**
 * struct csp_ingress_dev - the hook of a device
 * @list: in csp_ingress.devs
 * @rcu:  for kfree_rcu(): whoever lists hooks may look at @ops
 * @ops:  the hook
 */
struct csp_ingress_dev {
	struct list_head	list;
	struct rcu_head		rcu;
	struct nf_hook_ops	ops;
};

/* That of PPPoE sessions; <linux/if_pppox.h> has an array that sparse refuses. */
struct csp_ingress_pppoe {
	u8	version_type;
	u8	code;
	__be16	session;
	__be16	length;
	__be16	proto;	/* of PPP */
} __packed;

/* Behind one more header at @off, which is moved: the protocol, or 0. */
static __be16 csp_ingress_peel(const struct sk_buff *skb, __be16 proto,
			       int *off)
{
	const struct csp_ingress_pppoe *ph;
	struct csp_ingress_pppoe pbuf;
	const struct vlan_hdr *vh;
	struct vlan_hdr vbuf;

	if (proto != htons(ETH_P_PPP_SES)) {
		vh = skb_header_pointer(skb, *off, sizeof(vbuf), &vbuf);
		*off += VLAN_HLEN;
		return vh ? vh->h_vlan_encapsulated_proto : 0;
	}
	ph = skb_header_pointer(skb, *off, sizeof(pbuf), &pbuf);
	*off += sizeof(*ph);
	if (ph && ph->proto == htons(PPP_IP))
		return htons(ETH_P_IP);
	return ph && ph->proto == htons(PPP_IPV6) ? htons(ETH_P_IPV6) : 0;
}

/* The protocol of a packet, and where it begins: flowtables look inside, too. */
static __be16 csp_ingress_proto(const struct sk_buff *skb, int *off)
{
	__be16 proto = skb->protocol;
	int i;

	*off = skb_network_offset(skb);
	for (i = 0; i < CSP_INGRESS_HEADERS; i++)
		if (eth_type_vlan(proto) || proto == htons(ETH_P_PPP_SES))
			proto = csp_ingress_peel(skb, proto, off);
	return proto;
}

/* Is it for a VLAN of another namespace, whose addresses mean something else? */
static bool csp_ingress_foreign(struct net_device *dev,
				const struct sk_buff *skb)
{
	const struct net_device *vlan;

	if (!skb_vlan_tag_present(skb))
		return false;
	vlan = __vlan_find_dev_deep_rcu(dev, skb->vlan_proto,
					skb_vlan_tag_get_id(skb));
	return vlan && !net_eq(dev_net(vlan), dev_net(dev));
}

static unsigned int csp_ingress_hook(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	int off;

	switch (csp_ingress_proto(skb, &off)) {
	case htons(ETH_P_IP):
		if (!csp_ingress_foreign(state->in, skb))
			return csp_block_ip4(priv, skb, off);
		break;
	case htons(ETH_P_IPV6):
		if (!csp_ingress_foreign(state->in, skb))
			return csp_block_ip6(priv, skb, off);
		break;
	}
	return NF_ACCEPT;
}

static void csp_ingress_add(struct csp_ingress *in, struct net_device *dev)
{
	struct csp_ingress_dev *id;

	id = kzalloc(sizeof(*id), GFP_KERNEL);
	if (!id)
		return;
	id->ops.hook = csp_ingress_hook;
	id->ops.priv = in->box;
	id->ops.dev = dev;
	id->ops.pf = NFPROTO_NETDEV;
	id->ops.hooknum = NF_NETDEV_INGRESS;
	id->ops.priority = INT_MIN;
	if (nf_register_net_hook(in->box->net, &id->ops))
		kfree(id);
	else
		list_add(&id->list, &in->devs);
}

static void csp_ingress_del(struct csp_ingress *in, struct net_device *dev)
{
	struct csp_ingress_dev *id, *next;

	list_for_each_entry_safe(id, next, &in->devs, list) {
		if (id->ops.dev != dev)
			continue;
		nf_unregister_net_hook(in->box->net, &id->ops);
		list_del(&id->list);
		kfree_rcu(id, rcu);
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
	if (event == NETDEV_REGISTER)
		csp_ingress_add(in, dev);
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
	in->on = !register_netdevice_notifier_net(in->box->net, &in->nb);
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
	unregister_netdevice_notifier_net(in->box->net, &in->nb);
	in->on = false;
}
