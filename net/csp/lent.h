/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that a NAT lends; csp.rst, section "NAT".
 */
#ifndef _NET_CSP_LENT_H
#define _NET_CSP_LENT_H

#include "csp.h"

struct csp_writer;

void csp_write_names(struct csp_writer *wr, const struct csp_tuple *t, u8 dir,
		     const struct csp_end *lent);
/* With flow->lock held. */
const struct csp_end *csp_lent(const struct csp_flow *flow);
bool csp_lent_is_own(const struct csp_flow *flow, const struct csp_end *end);
void csp_lent_write(struct csp_writer *wr, const struct csp_flow *flow,
		    const struct csp_tuple *t);

#endif /* _NET_CSP_LENT_H */
