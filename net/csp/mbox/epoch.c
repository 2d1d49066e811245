// SPDX-License-Identifier: GPL-2.0
/*
 * By what hosts notice that a box has restarted; csp.rst, section "Setup again".
 *
 * The identifier has to be the same after a restart, and a kernel module has
 * nowhere to keep it. It is made of the hardware address of the first device:
 * a hash, from which that cannot be had.
 */
#include <linux/etherdevice.h>
#include <linux/jhash.h>
#include <linux/netdevice.h>
#include <linux/random.h>

#include "epoch.h"

static u32 csp_box_hash(struct net *net)
{
	const struct net_device *dev;

	for_each_netdev_rcu(net, dev)
		if (dev->addr_len == ETH_ALEN &&
		    is_valid_ether_addr(dev->dev_addr))
			return jhash(dev->dev_addr, ETH_ALEN, 0);
	/* No such device: it will look like another one. */
	return get_random_u32();
}

/**
 * csp_box_id() - who is this box?
 * @box: namespace
 *
 * Context: any, RCU.
 * Return: its identifier, not 0.
 */
__be32 csp_box_id(struct csp_box *box)
{
	__be32 id = READ_ONCE(box->id);
	u32 hash;

	if (id)
		return id;
	hash = csp_box_hash(box->net);
	id = cpu_to_be32(hash ?: 1);
	WRITE_ONCE(box->id, id);
	return id;
}
