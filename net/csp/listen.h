/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accepting a connection: the responder's side; csp.rst, section "Setup".
 */
#ifndef _NET_CSP_LISTEN_H
#define _NET_CSP_LISTEN_H

#include "csp.h"

struct csp_rx;

void csp_listen_rcv_setup(struct csp_rx *rx, const struct csp_msg *msg);
void csp_listen_timer(struct csp_flow *flow);
/* Mode of the socket that serves a name, or -1: none does. Any context. */
int csp_listen_mode(struct csp_net *cn, const struct csp_tuple *t, int iif);

#endif /* _NET_CSP_LISTEN_H */
