// SPDX-License-Identifier: GPL-2.0
/*
 * Settings of a box: defaults, and the one place that checks a new value.
 *
 * conf_list.h names each setting once. Readers use CSP_BOX_CONF() at any time
 * and without a lock; writers are one at a time under csp_box.mutex. "enable"
 * has a consequence: the hooks.
 */
#include <linux/netlink.h>

#include "block.h"
#include "conf.h"
#include "gateway.h"
#include "hook.h"

/* The list below defines it in its own way. */
#undef CSP_BOX_CONF

#define CSP_BOX_CONF(id, def, min, max, unit, ...)			\
	[CSP_BOX_CONF_##id] = {						\
		#id, (def), (min), (max),				\
		#id " is a number from " #min " to " #max " (" unit ")"	\
	},
static const struct csp_conf_desc csp_box_conf_desc[__CSP_BOX_CONF_MAX] = {
#include "conf_list.h"
};

#undef CSP_BOX_CONF

/**
 * csp_box_conf_check() - may a setting have this value?
 * @id:     which setting
 * @val:    the value
 * @extack: filled in on refusal
 *
 * Context: any.
 * Return: 0 or -ERANGE.
 */
int csp_box_conf_check(enum csp_box_conf_id id, u32 val,
		       struct netlink_ext_ack *extack)
{
	return csp_conf_check_range(&csp_box_conf_desc[id], val, extack);
}

/**
 * csp_box_enable() - begin to take part
 * @box:    namespace
 * @extack: filled in on refusal; or NULL
 *
 * Context: process, csp_box.mutex held.
 * Return: 0 or a negative errno.
 */
int csp_box_enable(struct csp_box *box, struct netlink_ext_ack *extack)
{
	int err;

	lockdep_assert_held(&box->mutex);
	err = csp_box_hooks_get(box) ?: csp_gateway_open(box);
	if (err) {
		NL_SET_ERR_MSG(extack, "The packet hooks cannot be registered");
		return err;
	}
	WRITE_ONCE(box->conf[CSP_BOX_CONF_enable], 1);
	return 0;
}

/**
 * csp_box_conf_store() - change several settings, or none
 * @box:    namespace
 * @val:    new values, indexed by enum csp_box_conf_id
 * @which:  BIT() of each setting to change
 * @extack: filled in on refusal; or NULL
 *
 * Context: process; may sleep.
 * Return: 0; -ERANGE if a value is out of its range; or another negative errno
 * if the hooks cannot be had. Nothing has changed then.
 */
int csp_box_conf_store(struct csp_box *box, const u32 *val, u32 which,
		       struct netlink_ext_ack *extack)
{
	const u32 enable = BIT(CSP_BOX_CONF_enable);
	int id, err = 0;

	for (id = 0; id < __CSP_BOX_CONF_MAX && !err; id++)
		if (which & BIT(id))
			err = csp_box_conf_check(id, val[id], extack);
	if (err)
		return err;

	mutex_lock(&box->mutex);
	if ((which & enable) && val[CSP_BOX_CONF_enable])
		err = csp_box_enable(box, extack);
	for (id = 0; id < __CSP_BOX_CONF_MAX && !err; id++)
		if (which & BIT(id))
			WRITE_ONCE(box->conf[id], val[id]);
	if (!err && (which & enable) && !val[CSP_BOX_CONF_enable]) {
		csp_blocks_unhook(box);
		csp_box_hooks_put(box);
	}
	mutex_unlock(&box->mutex);
	return err;
}

/**
 * csp_box_conf_defaults() - give the settings of a namespace their defaults
 * @box: namespace
 *
 * Context: before anything else of the namespace is set up.
 */
void csp_box_conf_defaults(struct csp_box *box)
{
	int id;

	for (id = 0; id < __CSP_BOX_CONF_MAX; id++)
		box->conf[id] = csp_box_conf_desc[id].def;
}
