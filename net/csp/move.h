/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moving; csp.rst, section "Mobility".
 */
#ifndef _NET_CSP_MOVE_H
#define _NET_CSP_MOVE_H

#include "csp.h"

struct csp_msg;
struct csp_rebind;
struct csp_rx;

int csp_move_request(struct csp_flow *flow, const struct in6_addr *laddr,
		     const struct in6_addr *raddr, int oif);
/* move_due.c: timers of an ESTABLISHED flow; lock held for the first two. */
void csp_move_arm(struct csp_flow *flow);
void csp_move_set_due(struct csp_flow *flow, enum csp_due due,
		      unsigned long ms);
void csp_move_doubt_later(struct csp_flow *flow);
void csp_move_due(struct csp_flow *flow);
int csp_move_rehome(struct csp_flow *flow, struct sock *sk,
		    struct csp_rebind *rb);
/* Can its socket be re-homed? 0 or an enum csp_error. Socket lock held. */
u16 csp_move_check(struct csp_flow *flow, const struct sock *sk);
void csp_move_begin(struct csp_flow *flow);
void csp_move_again(struct csp_flow *flow);
void csp_move_resume(struct csp_flow *flow, struct sock *sk);
void csp_move_timer(struct csp_flow *flow);
void csp_move_todo(struct csp_flow *flow, unsigned long todo);
/* The steps of it. */
int csp_move_rename(struct csp_flow *flow, struct sock *sk,
		    const struct csp_tuple *t);
void csp_move_enter(struct csp_flow *flow, struct csp_move *mv);
void csp_move_over(struct csp_flow *flow, bool delivered);
void csp_move_give_up(struct csp_flow *flow);
/* move_choose.c */
bool csp_move_choose(struct csp_flow *flow, struct csp_tuple *t);
bool csp_move_choose_any(struct csp_flow *flow, struct csp_tuple *t);
bool csp_move_elsewhere(struct csp_flow *flow);
/* move_send.c */
void csp_move_send(struct csp_flow *flow);
/* move_redirect.c */
bool csp_move_redirect_note(struct csp_flow *flow, __be32 xid,
			    const struct csp_msg *msg);
void csp_move_redirect_forget(struct csp_flow *flow);
void csp_move_redirected(struct csp_flow *flow);
/* move_answer.c */
void csp_move_refused(struct csp_flow *flow);
void csp_move_finish(struct csp_flow *flow);
void csp_move_rcv_ok(struct csp_rx *rx, struct csp_flow *flow,
		     const struct csp_msg *msg);
void csp_move_rcv_cookie(struct csp_rx *rx, struct csp_flow *flow,
			 const struct csp_msg *msg);
void csp_move_rcv_reject(struct csp_rx *rx, struct csp_flow *flow,
			 const struct csp_msg *msg);

#endif /* _NET_CSP_MOVE_H */
