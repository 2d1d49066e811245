/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netfilter hooks: the first packet of a connection waits here for the OK.
 */
#ifndef _NET_CSP_HOOK_H
#define _NET_CSP_HOOK_H

#include "csp.h"

/* Packets of one flow; the less if more than half of what all may have is held. */
#define CSP_HOLD_MAX	64
#define CSP_HOLD_SHARE	8
/* As with a full queue of a device: UDP hides it unless IP_RECVERR is set. */
#define CSP_HOLD_FULL	NF_DROP_ERR(-ENOBUFS)

/* Hooks of a namespace: registered when first needed. Process context. */
int csp_hooks_get(struct csp_net *cn, u8 mode);
void csp_hooks_exit(struct csp_net *cn);
void csp_hook_in_update(struct csp_net *cn);

/* Keeps @skb, with its route, for later. flow->lock held. */
bool csp_hold(struct csp_flow *flow, struct sk_buff *skb);
/* There are @n more, or less, in flow->held. flow->lock held. */
void csp_held_count(struct csp_flow *flow, int n);
/* Moves what is held to the end of @list. flow->lock held. */
void csp_held_take(struct csp_flow *flow, struct sk_buff_head *list);
/* Sends what was held. @list is spliced off under flow->lock by the caller. */
void csp_release(struct csp_net *cn, struct sk_buff_head *list);
bool csp_hook_translates(const struct sk_buff *skb);
struct sk_buff *csp_hook_confirm(struct sk_buff *skb);
void csp_hook_ask(struct csp_net *cn, struct sk_buff *twin);
bool csp_skb_tuple(const struct sk_buff *skb, bool in, struct csp_tuple *t);

#endif /* _NET_CSP_HOOK_H */
