/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Serving a registered identity away from home; csp.rst, sections "Setup" and
 * "Boxes".
 */
#ifndef _NET_CSP_HOME_H
#define _NET_CSP_HOME_H

#include "csp.h"

struct csp_rx;

/* The configured key, if @end is a registered identity; with a reference. */
struct csp_key *csp_home_key(struct csp_net *cn, const struct csp_end *end);
/* @t of a connection by the address and port that @end has at home. */
bool csp_home_tuple(struct csp_net *cn, const struct csp_end *end,
		    const struct csp_tuple *t, struct csp_tuple *home);
/* A Setup that a hidden host answers nothing to. */
bool csp_home_silent(struct csp_rx *rx, const struct csp_msg *msg);
/* LOCAL_IN; returns a netfilter verdict. */
unsigned int csp_home_in(struct csp_net *cn, struct sk_buff *skb,
			 const struct csp_tuple *t);

#endif /* _NET_CSP_HOME_H */
