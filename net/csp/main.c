// SPDX-License-Identifier: GPL-2.0
/*
 * CSP, the Connection Signaling Protocol: module and network namespaces.
 */
#include <linux/module.h>
#include <linux/random.h>
#include <linux/sched.h>

#include "conf.h"
#include "cookie.h"
#include "epoch.h"
#include "csp.h"
#include "encap.h"
#include "flood.h"
#include "flood_rule.h"
#include "flow.h"
#include "hook.h"
#include "key.h"
#include "limit.h"
#include "netlink.h"
#include "path.h"
#include "peer.h"
#include "register.h"
#include "relation.h"
#include "rule.h"
#include "rx.h"
#include "sock.h"
#include "sockopt.h"
#include "tomb.h"

unsigned int csp_net_id __ro_after_init;
EXPORT_SYMBOL_GPL(csp_net_id);

int csp_ipproto __ro_after_init = CSP_IPPROTO_DEFAULT;
EXPORT_SYMBOL_GPL(csp_ipproto);
module_param_named(ipproto, csp_ipproto, int, 0444);
MODULE_PARM_DESC(ipproto, "IP protocol number (default 253, RFC 3692)");

struct csp_net_step {
	int	(*init)(struct csp_net *cn);
	void	(*exit)(struct csp_net *cn);
};

/* Works wait for sockets, which in a namespace are held as long as one likes. */
static int csp_wq_init(struct csp_net *cn)
{
	cn->wq = alloc_workqueue("csp", WQ_UNBOUND, 0);
	return cn->wq ? 0 : -ENOMEM;
}

static void csp_wq_exit(struct csp_net *cn)
{
	destroy_workqueue(cn->wq);
}

/*
 * In the order of need. What makes works or packets comes last and goes
 * first; the flows go before what they refer to.
 */
static const struct csp_net_step csp_net_steps[] = {
	{ csp_wq_init,		csp_wq_exit },
	{ csp_mib_init,		csp_mib_exit },
	{ csp_limit_init,	csp_limit_exit },
	{ csp_floods_init,	csp_floods_exit },
	{ csp_flood_rules_init,	csp_flood_rules_exit },
	{ csp_keys_init,	csp_keys_exit },
	{ csp_relations_init,	csp_relations_exit },
	{ csp_peers_init,	csp_peers_exit },
	{ csp_tombs_init,	csp_tombs_exit },
	{ csp_socks_init,	csp_socks_exit },
	{ csp_epochs_init,	csp_epochs_exit },
	{ csp_flows_init,	csp_flows_exit },
	{ csp_path_net_init,	csp_path_net_exit },
	{ csp_regs_init,	csp_regs_exit },
	{ csp_conf_init,	csp_conf_exit },
};

static void csp_net_undo(struct csp_net *cn, int steps)
{
	while (steps--)
		csp_net_steps[steps].exit(cn);
}

static int __net_init csp_net_init(struct net *net)
{
	struct csp_net *cn = csp_pernet(net);
	int err, i;

	cn->net = net;
	spin_lock_init(&cn->lock);
	mutex_init(&cn->hook_lock);
	mutex_init(&cn->hook_in_lock);
	mutex_init(&cn->encap_lock);
	INIT_LIST_HEAD(&cn->peer_lru);
	INIT_LIST_HEAD(&cn->watch);
	INIT_LIST_HEAD(&cn->rules);
	csp_conf_defaults(cn);
	csp_cookie_init(cn);
	for (i = 0; i < ARRAY_SIZE(csp_net_steps); i++) {
		err = csp_net_steps[i].init(cn);
		if (err) {
			csp_net_undo(cn, i);
			return err;
		}
	}
	return 0;
}

/*
 * Hooks and sockets first, and a grace period for what is inside them: after
 * that nothing makes new flows.
 */
static void __net_exit csp_net_pre_exit(struct net *net)
{
	struct csp_net *cn = csp_pernet(net);

	WRITE_ONCE(cn->dying, true);
	/* A setting could bring the hooks back. */
	csp_conf_exit(cn);
	csp_hooks_exit(cn);
	csp_encap_close(cn);
}

static void __net_exit csp_net_exit(struct net *net)
{
	struct csp_net *cn = csp_pernet(net);

	csp_net_undo(cn, ARRAY_SIZE(csp_net_steps));
	csp_rules_exit(cn);
}

static struct pernet_operations csp_net_ops = {
	.init		= csp_net_init,
	.pre_exit	= csp_net_pre_exit,
	.exit		= csp_net_exit,
	.id		= &csp_net_id,
	.size		= sizeof(struct csp_net),
};

static int __init csp_init(void)
{
	int err;

	if (csp_ipproto <= 0 || csp_ipproto > 255) {
		pr_err("csp: ipproto is a number from 1 to 255\n");
		return -EINVAL;
	}
	err = csp_flow_cache_init();
	if (err)
		return err;
	err = csp_sock_init();
	if (err)
		goto err_cache;
	err = register_pernet_subsys(&csp_net_ops);
	if (err)
		goto err_cache;
	err = csp_paths_init();
	if (err)
		goto err_net;
	err = csp_rx_init();
	if (err)
		goto err_paths;
	err = csp_sockopt_init();
	if (err)
		goto err_rx;
	err = csp_netlink_init();
	if (err)
		goto err_sockopt;
	return 0;

err_sockopt:
	csp_sockopt_exit();
err_rx:
	csp_rx_exit();
err_paths:
	csp_paths_exit();
err_net:
	unregister_pernet_subsys(&csp_net_ops);
err_cache:
	rcu_barrier();
	csp_flow_cache_exit();
	return err;
}

static void __exit csp_exit(void)
{
	csp_netlink_exit();
	csp_sockopt_exit();
	csp_rx_exit();
	csp_paths_exit();
	unregister_pernet_subsys(&csp_net_ops);
	/* Callbacks of ours that wait for a grace period. */
	rcu_barrier();
	csp_flow_cache_exit();
}

module_init(csp_init);
module_exit(csp_exit);

MODULE_DESCRIPTION("Connection Signaling Protocol");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
