/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UDP encapsulation; csp.rst, section "UDP encapsulation".
 */
#ifndef _NET_CSP_ENCAP_H
#define _NET_CSP_ENCAP_H

#include "csp.h"

int csp_encap_open(struct csp_net *cn);
/* Messages may come from now on. Process context. */
void csp_encap_want(struct csp_net *cn);
void csp_encap_close(struct csp_net *cn);

#endif /* _NET_CSP_ENCAP_H */
