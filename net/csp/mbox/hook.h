/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hooks: which packets are signalling.
 */
#ifndef _NET_CSP_MBOX_HOOK_H
#define _NET_CSP_MBOX_HOOK_H

#include "mbox.h"

/* Registers a copy of @ops, with the box as their argument. */
int csp_box_hook(struct csp_box *box, struct nf_hook_ops *copy,
		 const struct nf_hook_ops *ops, unsigned int n);
void csp_box_hooks_init(struct csp_box *box);
void csp_box_hooks_exit(struct csp_box *box);
/* Both under csp_box.mutex. Again: if there is a NAT since then, its, too. */
int csp_box_hooks_get(struct csp_box *box);
void csp_box_hooks_put(struct csp_box *box);
/* Are those of the NAT there? They will be. Any context. */
bool csp_box_translates(struct csp_box *box);

#endif /* _NET_CSP_MBOX_HOOK_H */
