/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What makes a connection "related" to the ruleset.
 */
#ifndef _NET_CSP_MBOX_RELATED_H
#define _NET_CSP_MBOX_RELATED_H

#include "mbox.h"

struct nf_conn;

int csp_related_init(struct csp_box *box);
void csp_related_exit(struct csp_box *box);

/* Any context: the entry is ours, whether "related" or not. */
void csp_related_mark(struct csp_box *box, struct nf_conn *ct);
bool csp_related_is_marked(const struct csp_box *box, const struct nf_conn *ct);
/* Any context. The only place that sets IPS_EXPECTED. */
void csp_related(struct csp_box *box, struct nf_conn *ct);

#endif /* _NET_CSP_MBOX_RELATED_H */
