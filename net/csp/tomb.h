/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that a move gave up: late packets to them must draw no RST.
 */
#ifndef _NET_CSP_TOMB_H
#define _NET_CSP_TOMB_H

#include "csp.h"

int csp_tombs_init(struct csp_net *cn);
void csp_tombs_exit(struct csp_net *cn);
void csp_tomb_add(struct csp_net *cn, const struct csp_tuple *t);
void csp_tomb_del(struct csp_net *cn, const struct csp_tuple *t);
bool csp_tomb_find(struct csp_net *cn, const struct csp_tuple *t);

#endif /* _NET_CSP_TOMB_H */
