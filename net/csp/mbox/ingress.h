/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a gateway blocks is dropped at the devices.
 */
#ifndef _NET_CSP_MBOX_INGRESS_H
#define _NET_CSP_MBOX_INGRESS_H

#include <linux/list.h>
#include <linux/netdevice.h>

struct csp_box;

/**
 * struct csp_ingress - hooks of all devices of a namespace
 * @box: the namespace
 * @nb:  tells of devices that come and go; protected by csp_box.mutex
 * @devs: struct csp_ingress_dev of each; protected by RTNL
 * @on:  @nb is registered; protected by csp_box.mutex
 */
struct csp_ingress {
	struct csp_box		*box;
	struct notifier_block	nb;
	struct list_head	devs;
	bool			on;
};

void csp_ingress_start(struct csp_ingress *in);
void csp_ingress_stop(struct csp_ingress *in);

#endif /* _NET_CSP_MBOX_INGRESS_H */
