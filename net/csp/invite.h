/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Consent in advance: CSP_EXPECT of a bound UDP socket.
 */
#ifndef _NET_CSP_INVITE_H
#define _NET_CSP_INVITE_H

#include "csp.h"

int csp_invite(struct csp_net *cn, struct sock *sk,
	       const struct csp_expect *expect);

#endif /* _NET_CSP_INVITE_H */
