// SPDX-License-Identifier: GPL-2.0
/*
 * What sees the signalling that comes to a NAT's own address, when it does, and
 * at no cost to data; csp.rst, section "NAT".
 *
 *	hooks			registered when			sees
 *	user of nf_nat		nf_nat has users, or names	the first packet of
 *				are given (name.c)		each connection
 *	LOCAL_IN		the same			what the host is sent
 *
 * and that of FORWARD (hook.c) sees the rest. nf_nat looks at packets only where
 * it has a user, as a chain of NAT rules is: the first user makes it translate,
 * so there is one of ours only where others are, or where names need it.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <net/netfilter/nf_nat.h>

#include "hook.h"
#include "nat.h"

/* Before the administrator's rules: what is known is known better. */
static const struct nf_hook_ops csp_nat_user_ops[CSP_FAMILIES] = {
	CSP_BOX_HOOK(csp_box_hook4, NFPROTO_IPV4, NF_INET_PRE_ROUTING,
		     NF_IP_PRI_NAT_DST - 1),
	CSP_BOX_HOOK(csp_box_hook6, NFPROTO_IPV6, NF_INET_PRE_ROUTING,
		     NF_IP_PRI_NAT_DST - 1),
};

static const struct nf_hook_ops csp_nat_local_ops[CSP_FAMILIES] = {
	CSP_BOX_HOOK(csp_box_hook4, NFPROTO_IPV4, NF_INET_LOCAL_IN,
		     CSP_BOX_PRIORITY),
	CSP_BOX_HOOK(csp_box_hook6, NFPROTO_IPV6, NF_INET_LOCAL_IN,
		     CSP_BOX_PRIORITY),
};

/* --- the user of nf_nat --- */

/**
 * csp_nat_use() - have the connections of a namespace translated
 * @box:    namespace
 * @family: 4 or 6
 *
 * That stays so until the namespace goes: connections are translated as long as
 * they live.
 *
 * Context: process, csp_box.mutex held; may sleep.
 * Return: 0, also if they are already, or a negative errno.
 */
int csp_nat_use(struct csp_box *box, u8 family)
{
	const int i = csp_family_index(family);
	struct nf_hook_ops *ops = &box->nat_user_ops[i];
	int err;

	lockdep_assert_held(&box->mutex);
	if (box->nat_used[i])
		return 0;
	*ops = csp_nat_user_ops[i];
	ops->priv = box;
	if (i == CSP_IPV4)
		err = nf_nat_ipv4_register_fn(box->net, ops);
	else if (IS_ENABLED(CONFIG_IPV6))
		err = nf_nat_ipv6_register_fn(box->net, ops);
	else
		err = -EAFNOSUPPORT;
	box->nat_used[i] = !err;
	return err;
}

/**
 * csp_nat_disuse() - translate no more
 * @box: namespace, which is dying
 *
 * Context: process, csp_box.mutex held; may sleep.
 */
void csp_nat_disuse(struct csp_box *box)
{
	struct nf_hook_ops *ops = box->nat_user_ops;

	lockdep_assert_held(&box->mutex);
	if (box->nat_used[CSP_IPV4])
		nf_nat_ipv4_unregister_fn(box->net, &ops[CSP_IPV4]);
	if (IS_ENABLED(CONFIG_IPV6) && box->nat_used[CSP_IPV6])
		nf_nat_ipv6_unregister_fn(box->net, &ops[CSP_IPV6]);
	memset(box->nat_used, 0, sizeof(box->nat_used));
}

/* --- both --- */

static bool csp_nat_is_active(struct csp_box *box, u8 family)
{
	bool active;

	rcu_read_lock();
	active = csp_nat_active(box, family);
	rcu_read_unlock();
	return active;
}

static void csp_nat_hook_family(struct csp_box *box, u8 family)
{
	const int i = csp_family_index(family);
	int err;

	if (box->nat_hooked[i] || !csp_nat_is_active(box, family))
		return;
	err = csp_nat_use(box, family) ?:
	      csp_box_hook(box, &box->nat_local_ops[i], &csp_nat_local_ops[i],
			   1);
	WRITE_ONCE(box->nat_hooked[i], !err);
}

/**
 * csp_nat_hook() - look at what comes to the NAT's own addresses, if there is one
 * @box: namespace
 *
 * If that fails, the next packet that needs it tries again.
 *
 * Context: process, csp_box.mutex held; may sleep.
 */
void csp_nat_hook(struct csp_box *box)
{
	lockdep_assert_held(&box->mutex);
	csp_nat_hook_family(box, 4);
	csp_nat_hook_family(box, 6);
}

/**
 * csp_nat_unhook() - look no more
 * @box: namespace
 *
 * A packet may still be in the hooks.
 *
 * Context: process, csp_box.mutex held; may sleep.
 */
void csp_nat_unhook(struct csp_box *box)
{
	int i;

	lockdep_assert_held(&box->mutex);
	for (i = 0; i < CSP_FAMILIES; i++) {
		if (box->nat_hooked[i])
			nf_unregister_net_hook(box->net,
					       &box->nat_local_ops[i]);
		WRITE_ONCE(box->nat_hooked[i], false);
	}
}

/**
 * csp_nat_hooked() - does signalling from outside get to hosts inside?
 * @box:    namespace
 * @family: 4 or 6
 *
 * Context: any.
 * Return: whether it does.
 */
bool csp_nat_hooked(const struct csp_box *box, u8 family)
{
	return READ_ONCE(box->nat_hooked[csp_family_index(family)]);
}

/**
 * csp_nat_wanted() - a mapping has been made: does signalling get there?
 * @box:    namespace
 * @family: 4 or 6
 *
 * It will very soon, if it does not yet.
 *
 * Context: any.
 * Return: false: what needs it has to be sent again.
 */
bool csp_nat_wanted(struct csp_box *box, u8 family)
{
	if (likely(csp_nat_hooked(box, family)))
		return true;
	schedule_work(&box->nat_work);
	return false;
}

static void csp_nat_work(struct work_struct *work)
{
	struct csp_box *box = container_of(work, struct csp_box, nat_work);

	mutex_lock(&box->mutex);
	if (box->hooked)
		csp_nat_hook(box);
	mutex_unlock(&box->mutex);
}

/**
 * csp_nat_init() - before the first hook of a namespace
 * @box: namespace
 *
 * Context: process.
 */
void csp_nat_init(struct csp_box *box)
{
	INIT_WORK(&box->nat_work, csp_nat_work);
}

/**
 * csp_nat_exit() - after the last one
 * @box: namespace, after csp_box_hooks_put()
 *
 * Context: process, csp_box.mutex not held; may sleep.
 */
void csp_nat_exit(struct csp_box *box)
{
	cancel_work_sync(&box->nat_work);
}
