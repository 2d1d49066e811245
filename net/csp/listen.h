/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accepting a connection: the responder's side; csp.rst, section "Setup".
 */
#ifndef _NET_CSP_LISTEN_H
#define _NET_CSP_LISTEN_H

#include "csp.h"

struct csp_rx;

void csp_listen_rcv_setup(struct csp_rx *rx, const struct csp_msg *msg);
/* Softirq leaves it to the flow's work. */
void csp_listen_sign(struct csp_flow *flow);
void csp_listen_timer(struct csp_flow *flow);
/* A socket that does not tell of its end: has it ended? */
void csp_listen_look(struct csp_flow *flow);
/* Mode of the socket that serves a name, or -1: none does. Any context. */
int csp_listen_mode(struct csp_net *cn, const struct csp_tuple *t, int iif,
		    bool own);

bool csp_listen_takes(struct csp_net *cn, const struct csp_tuple *t, int iif,
		      const struct csp_msg *msg);
bool csp_listen_serves(struct csp_net *cn, const struct csp_tuple *t, int iif);
/* Under RCU, without a reference. */
struct sock *csp_listen_tcp_sk(struct csp_net *cn, const struct csp_tuple *t,
			       int iif);

#endif /* _NET_CSP_LISTEN_H */
