// SPDX-License-Identifier: GPL-2.0
/*
 * Settings of a namespace: defaults, sysctls, and the one place that checks a
 * new value.
 *
 * conf_list.h names each setting once; what is here is made from that list.
 * Readers use CSP_CONF() at any time and without a lock. Writers (sysctl and
 * netlink) are one at a time under csp_net.conf_lock, because some values have
 * consequences that must fit them: sockets, timers.
 */
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "compat/sysctl.h"
#include "conf.h"
#include "encap.h"
#include "hook.h"
#include "key.h"

/* The list below defines it in its own way. */
#undef CSP_CONF

#define CSP_CONF(id, def, min, max, unit, ...)				\
	[CSP_CONF_##id] = {						\
		#id, (def), (min), (max),				\
		#id " is a number from " #min " to " #max " (" unit ")"	\
	},
const struct csp_conf_desc csp_conf_desc[__CSP_CONF_MAX] = {
#include "conf_list.h"
};

#undef CSP_CONF

/* Settings whose change reopens the encapsulation sockets. */
#define CSP_CONF_OF_ENCAP	(BIT(CSP_CONF_udp_encap) | BIT(CSP_CONF_udp_port))

/**
 * csp_conf_check_range() - is a value one that a setting may have?
 * @desc:   the setting
 * @val:    the value
 * @extack: filled in on refusal; or NULL
 *
 * Context: any.
 * Return: 0 or -ERANGE.
 */
int csp_conf_check_range(const struct csp_conf_desc *desc, u32 val,
			 struct netlink_ext_ack *extack)
{
	if (val >= desc->min && val <= desc->max)
		return 0;

	/* NL_SET_ERR_MSG() takes nothing but literals. */
	if (extack)
		extack->_msg = desc->range;
	return -ERANGE;
}
EXPORT_SYMBOL_GPL(csp_conf_check_range);

/**
 * csp_conf_check() - may a setting have this value?
 * @id:     which setting
 * @val:    the value
 * @extack: filled in on refusal; or NULL
 *
 * Context: any.
 * Return: 0 or -ERANGE.
 */
int csp_conf_check(enum csp_conf_id id, u32 val, struct netlink_ext_ack *extack)
{
	return csp_conf_check_range(&csp_conf_desc[id], val, extack);
}

static void csp_conf_swap(struct csp_net *cn, u32 *val, u32 which)
{
	u32 old;
	int id;

	for (id = 0; id < __CSP_CONF_MAX; id++) {
		if (!(which & BIT(id)))
			continue;
		old = cn->conf[id];
		WRITE_ONCE(cn->conf[id], val[id]);
		val[id] = old;
	}
}

static u32 csp_conf_changed(const struct csp_net *cn, const u32 *val, u32 which)
{
	u32 changed = 0;
	int id;

	for (id = 0; id < __CSP_CONF_MAX; id++)
		if ((which & BIT(id)) && val[id] != cn->conf[id])
			changed |= BIT(id);
	return changed;
}

static int csp_conf_reopen(struct csp_net *cn)
{
	csp_encap_close(cn);
	return csp_encap_open(cn);
}

/* Puts @val into effect, and has the old values there after that. */
static int csp_conf_apply(struct csp_net *cn, u32 *val, u32 changed,
			  struct netlink_ext_ack *extack)
	__must_hold(&cn->conf_lock)
{
	int err;

	lockdep_assert_held(&cn->conf_lock);
	csp_conf_swap(cn, val, changed);
	if (changed & CSP_CONF_OF_ENCAP) {
		err = csp_conf_reopen(cn);
		if (err) {
			NL_SET_ERR_MSG(extack,
				       "The UDP port for encapsulated signalling cannot be opened");
			goto undo;
		}
	}
	if (changed & BIT(CSP_CONF_key_lifetime))
		csp_key_schedule(cn);
	return 0;

undo:
	csp_conf_swap(cn, val, changed);
	if (csp_conf_reopen(cn))
		pr_warn("csp: UDP port %u cannot be opened again\n",
			csp_conf(cn, CSP_CONF_udp_port));
	return err;
}

/*
 * Hooks for sockets that were never flagged. They stay when something else
 * fails: without a use for them they cost next to nothing.
 */
static int csp_conf_hook(struct csp_net *cn, const u32 *val, u32 which,
			 struct netlink_ext_ack *extack)
{
	int err;

	if (!(which & BIT(CSP_CONF_default_mode)) ||
	    val[CSP_CONF_default_mode] == CSP_MODE_OFF)
		return 0;
	err = csp_hooks_get(cn, val[CSP_CONF_default_mode]);
	if (err)
		NL_SET_ERR_MSG(extack,
			       "The packet hooks that default_mode needs cannot be registered");
	return err;
}

static int csp_conf_check_many(const u32 *val, u32 which,
			       struct netlink_ext_ack *extack)
{
	int id, err = 0;

	for (id = 0; id < __CSP_CONF_MAX && !err; id++)
		if (which & BIT(id))
			err = csp_conf_check(id, val[id], extack);
	return err;
}

/**
 * csp_conf_store_many() - change several settings, or none
 * @cn:     namespace
 * @val:    new values, indexed by enum csp_conf_id
 * @which:  BIT() of each setting to change
 * @extack: filled in on refusal; or NULL
 *
 * Context: process; may sleep.
 * Return: 0; -ERANGE if a value is out of its range; or another negative errno
 * if what a value needs cannot be had. Nothing has changed then.
 */
int csp_conf_store_many(struct csp_net *cn, const u32 *val, u32 which,
			struct netlink_ext_ack *extack)
{
	u32 new[__CSP_CONF_MAX];
	int err;

	BUILD_BUG_ON(ARRAY_SIZE(new) > BITS_PER_TYPE(which));

	err = csp_conf_check_many(val, which, extack);
	if (err)
		return err;
	/* Outside conf_lock: it takes locks of its own. */
	err = csp_conf_hook(cn, val, which, extack);
	if (err)
		return err;

	memcpy(new, val, sizeof(new));
	mutex_lock(&cn->conf_lock);
	err = csp_conf_apply(cn, new, csp_conf_changed(cn, new, which), extack);
	mutex_unlock(&cn->conf_lock);
	return err;
}

/**
 * csp_conf_store() - change a setting
 * @cn:     namespace
 * @id:     which setting
 * @val:    new value
 * @extack: filled in on refusal; or NULL
 *
 * Context: process; may sleep.
 * Return: as csp_conf_store_many().
 */
int csp_conf_store(struct csp_net *cn, enum csp_conf_id id, u32 val,
		   struct netlink_ext_ack *extack)
{
	u32 vals[__CSP_CONF_MAX] = {};

	vals[id] = val;
	return csp_conf_store_many(cn, vals, BIT(id), extack);
}

/*
 * The value goes through a local copy, so that a write ends in the same check
 * and has the same consequences as one by netlink. extra1 and extra2 point at
 * the range in csp_conf_desc[], which tells which setting it is.
 */
static int csp_sysctl(csp_ctl_table *ctl, int write, void *buffer,
		      size_t *lenp, loff_t *ppos)
{
	const struct csp_conf_desc *desc =
		container_of(ctl->extra1, const struct csp_conf_desc, min);
	const enum csp_conf_id id = desc - csp_conf_desc;
	struct csp_net *cn = container_of((u32 *)ctl->data - id,
					  struct csp_net, conf[0]);
	u32 val = csp_conf(cn, id);
	struct ctl_table copy = *ctl;
	int err;

	copy.data = &val;
	err = proc_douintvec_minmax(&copy, write, buffer, lenp, ppos);
	if (err || !write)
		return err;
	return csp_conf_store(cn, id, val, NULL);
}

/**
 * csp_conf_defaults() - give the settings of a namespace their defaults
 * @cn: namespace
 *
 * Context: before anything else of the namespace is set up.
 */
void csp_conf_defaults(struct csp_net *cn)
{
	int id;

	mutex_init(&cn->conf_lock);
	for (id = 0; id < __CSP_CONF_MAX; id++)
		cn->conf[id] = csp_conf_desc[id].def;
}

static struct ctl_table *csp_sysctl_table(struct csp_net *cn)
{
	struct ctl_table *table;
	int id;

	table = kcalloc(__CSP_CONF_MAX + 1, sizeof(*table), GFP_KERNEL);
	if (!table)
		return NULL;

	for (id = 0; id < __CSP_CONF_MAX; id++) {
		table[id].procname = csp_conf_desc[id].name;
		table[id].data = &cn->conf[id];
		table[id].maxlen = sizeof(u32);
		/* For the namespace's root; sysctl_net.c sees to that. */
		table[id].mode = 0644;
		table[id].proc_handler = csp_sysctl;
		table[id].extra1 = (void *)&csp_conf_desc[id].min;
		table[id].extra2 = (void *)&csp_conf_desc[id].max;
	}
	return table;
}

/**
 * csp_conf_init() - make the settings of a namespace sysctls
 * @cn: namespace, in which all else is set up: a write acts at once
 *
 * Context: process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int csp_conf_init(struct csp_net *cn)
{
	if (!IS_ENABLED(CONFIG_SYSCTL))
		return 0;

	cn->sysctl_table = csp_sysctl_table(cn);
	if (!cn->sysctl_table)
		return -ENOMEM;
	cn->sysctl = csp_register_net_sysctl(cn->net, "net/csp",
					     cn->sysctl_table, __CSP_CONF_MAX);
	if (cn->sysctl)
		return 0;

	kfree(cn->sysctl_table);
	cn->sysctl_table = NULL;
	return -ENOMEM;
}

/**
 * csp_conf_exit() - undo csp_conf_init()
 * @cn: namespace, in which all else is still there
 *
 * Waits for writes under way. Does nothing if csp_conf_init() failed, or the
 * second time.
 *
 * Context: process; may sleep.
 */
void csp_conf_exit(struct csp_net *cn)
{
	if (!cn->sysctl)
		return;
	unregister_net_sysctl_table(cn->sysctl);
	cn->sysctl = NULL;
	kfree(cn->sysctl_table);
	cn->sysctl_table = NULL;
}
