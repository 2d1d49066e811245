/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet inside a signalling packet; csp.rst, section "Piggyback".
 */
#ifndef _NET_CSP_PIGGYBACK_H
#define _NET_CSP_PIGGYBACK_H

#include "csp.h"

struct csp_writer;

bool csp_piggyback_takes(const struct sk_buff *skb, size_t used, size_t size);
void csp_write_piggyback(struct csp_writer *wr, const struct sk_buff *skb,
			 const struct csp_tuple *t);

#endif /* _NET_CSP_PIGGYBACK_H */
