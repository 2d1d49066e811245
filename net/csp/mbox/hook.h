/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hooks: which packets are signalling.
 */
#ifndef _NET_CSP_MBOX_HOOK_H
#define _NET_CSP_MBOX_HOOK_H

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>

#include "mbox.h"

/* After mangling, before all that filters. */
#define CSP_BOX_PRIORITY	(NF_IP_PRI_MANGLE + 1)

#define CSP_BOX_HOOK(fn, family, where, when)	\
	{					\
		.hook		= (fn),		\
		.pf		= (family),	\
		.hooknum	= (where),	\
		.priority	= (when),	\
	}

unsigned int csp_box_hook4(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state);
unsigned int csp_box_hook6(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state);

/* Registers a copy of @ops, with the box as their argument. */
int csp_box_hook(struct csp_box *box, struct nf_hook_ops *copy,
		 const struct nf_hook_ops *ops, unsigned int n);
/* Both under csp_box.mutex. Again: if there is a NAT since then, its, too. */
int csp_box_hooks_get(struct csp_box *box);
void csp_box_hooks_put(struct csp_box *box);

#endif /* _NET_CSP_MBOX_HOOK_H */
