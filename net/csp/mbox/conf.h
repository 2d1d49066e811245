/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settings of a box.
 */
#ifndef _NET_CSP_MBOX_CONF_H
#define _NET_CSP_MBOX_CONF_H

#include "../conf.h"
#include "mbox.h"

void csp_box_conf_defaults(struct csp_box *box);
int csp_box_conf_check(enum csp_box_conf_id id, u32 val,
		       struct netlink_ext_ack *extack);
/* All that have their bit in @which, or none of them on error. */
int csp_box_conf_store(struct csp_box *box, const u32 *val, u32 which,
		       struct netlink_ext_ack *extack);
/* What the first rule does. Under csp_box.mutex. */
int csp_box_enable(struct csp_box *box, struct netlink_ext_ack *extack);

#endif /* _NET_CSP_MBOX_CONF_H */
