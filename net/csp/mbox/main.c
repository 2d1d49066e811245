// SPDX-License-Identifier: GPL-2.0
/*
 * CSP boxes: module and network namespaces.
 *
 * The numbers of the IP protocol and of the UDP port are those of csp.ko. In a
 * namespace nothing happens before it has a rule, or is enabled.
 */
#include <linux/module.h>

#include "conf.h"
#include "gateway.h"
#include "home.h"
#include "hook.h"
#include "mbox.h"
#include "name.h"
#include "nat.h"
#include "netlink.h"
#include "pinhole.h"
#include "policy.h"
#include "related.h"
#include "token.h"

unsigned int csp_box_net_id __ro_after_init;

static int __net_init csp_box_net_init(struct net *net)
{
	struct csp_box *box = csp_box_pernet(net);
	int err;

	box->net = net;
	box->since = ktime_get_boottime_seconds();
	mutex_init(&box->mutex);
	csp_nat_init(box);
	csp_box_conf_defaults(box);
	err = csp_box_mib_init(box);
	if (err)
		return err;
	err = csp_rules_init(box);
	if (err)
		goto err_mib;
	err = csp_related_init(box);
	if (err)
		goto err_rules;
	err = csp_holes_init(box);
	if (err)
		goto err_related;
	err = csp_homes_init(box);
	if (err)
		goto err_holes;
	err = csp_names_init(box);
	if (err)
		goto err_homes;
	err = csp_auth_init(box);
	if (err)
		goto err_names;
	err = csp_gateway_init(box);
	if (err)
		goto err_auth;
	return 0;

err_auth:
	csp_auth_exit(box);
err_names:
	csp_names_exit(box);
err_homes:
	csp_homes_exit(box);
err_holes:
	csp_holes_exit(box);
err_related:
	csp_related_exit(box);
err_rules:
	csp_rules_exit(box);
err_mib:
	csp_box_mib_exit(box);
	return err;
}

/* After this no packet of the namespace is in the hooks. */
static void __net_exit csp_box_net_pre_exit(struct net *net)
{
	struct csp_box *box = csp_box_pernet(net);

	mutex_lock(&box->mutex);
	box->dying = true;
	csp_gateway_close(box);
	csp_box_hooks_put(box);
	csp_attract_end(box);
	csp_nat_disuse(box);
	mutex_unlock(&box->mutex);
}

/*
 * Conntrack waits for all its entries to go, those that pinholes have a
 * reference to included: it was there before this module, and exits after it.
 */
static void __net_exit csp_box_net_exit(struct net *net)
{
	struct csp_box *box = csp_box_pernet(net);

	csp_nat_exit(box);
	csp_gateway_exit(box);
	csp_auth_exit(box);
	csp_names_exit(box);
	csp_homes_exit(box);
	csp_holes_exit(box);
	csp_related_exit(box);
	csp_rules_exit(box);
	csp_box_mib_exit(box);
}

static struct pernet_operations csp_box_net_ops = {
	.init		= csp_box_net_init,
	.pre_exit	= csp_box_net_pre_exit,
	.exit		= csp_box_net_exit,
	.id		= &csp_box_net_id,
	.size		= sizeof(struct csp_box),
};

static const struct csp_agent_ops csp_box_agent_ops = {
	.request	= csp_home_register,
	.answer		= csp_home_answer,
	.flood		= csp_gateway_rcv,
};

static int __init csp_box_init(void)
{
	int err = register_pernet_subsys(&csp_box_net_ops);

	if (err)
		return err;
	csp_agent_ops_set(&csp_box_agent_ops);
	err = csp_box_netlink_init();
	if (err) {
		csp_agent_ops_set(NULL);
		unregister_pernet_subsys(&csp_box_net_ops);
		/* As below: the module goes. */
		rcu_barrier();
	}
	return err;
}

static void __exit csp_box_exit(void)
{
	csp_box_netlink_exit();
	csp_agent_ops_set(NULL);
	unregister_pernet_subsys(&csp_box_net_ops);
	/* Callbacks of ours that wait for a grace period. */
	rcu_barrier();
}

module_init(csp_box_init);
module_exit(csp_box_exit);

MODULE_DESCRIPTION("Connection Signaling Protocol, boxes");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
