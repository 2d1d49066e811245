/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hooks: which packets are signalling.
 */
#ifndef _NET_CSP_MBOX_HOOK_H
#define _NET_CSP_MBOX_HOOK_H

#include "mbox.h"

/* Both under csp_box.mutex, and no more than once. */
int csp_box_hooks_get(struct csp_box *box);
void csp_box_hooks_put(struct csp_box *box);

#endif /* _NET_CSP_MBOX_HOOK_H */
