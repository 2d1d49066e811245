/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Announcing a connection: the initiator's side; csp.rst, section "Setup".
 */
#ifndef _NET_CSP_SETUP_H
#define _NET_CSP_SETUP_H

#include "csp.h"

struct csp_rx;
struct csp_writer;
struct nf_hook_state;

/* Section "Timers". */
#define CSP_SETUP_RTO		100	/* ms, first retransmission */
#define CSP_SETUP_ATTEMPTS	6

/* First packet of a connection. Returns a netfilter verdict. */
unsigned int csp_setup_start(struct csp_net *cn, struct sock *sk,
			     struct sk_buff *skb, const struct csp_tuple *t,
			     u8 mode);
void csp_setup_timer(struct csp_flow *flow);
void csp_setup_again(struct csp_flow *flow);
/* A Setup "<-": @sk consents to what the other end will send. */
int csp_setup_invite(struct csp_net *cn, struct sock *sk,
		     const struct csp_tuple *t, u8 mode);
bool csp_setup_yield(struct csp_flow *flow, const struct csp_msg *msg,
		     struct sk_buff_head *held);
/* Steps of it. */
void csp_setup_take_held(struct csp_flow *flow, bool delivered,
			 struct sk_buff_head *list);
void csp_setup_pass(struct csp_flow *flow);
void csp_setup_plain(struct csp_flow *flow, enum csp_mib why, bool final);
/* setup_send.c */
void csp_setup_set_next(struct csp_flow *flow);
void csp_setup_write(struct csp_writer *wr, struct csp_flow *flow);
void csp_setup_send(struct csp_flow *flow, struct dst_entry *dst);
/* setup_fail.c */
unsigned int csp_setup_none(struct csp_net *cn, struct sock *sk, u8 mode,
			    u16 code);
void csp_setup_set_error(struct csp_flow *flow, u16 code, u16 detail,
			 const struct in6_addr *origin, u8 family,
			 const void *text, size_t len);
void csp_setup_set_error_text(struct csp_flow *flow, u16 code,
			      const char *text);
void csp_setup_error(struct csp_flow *flow, int err, const char *text);
void csp_setup_fail(struct csp_flow *flow);
/* setup_answer.c */
void csp_setup_heard(struct csp_flow *flow);
void csp_setup_rcv_ok(struct csp_rx *rx, struct csp_flow *flow,
		      const struct csp_msg *msg);
void csp_setup_believed(struct csp_rx *rx, struct csp_flow *flow,
			const struct csp_msg *msg);
void csp_setup_rcv_reject(struct csp_rx *rx, struct csp_flow *flow,
			  const struct csp_msg *msg);
void csp_setup_rcv_ack(struct csp_rx *rx, struct csp_flow *flow,
		       const struct csp_msg *msg);
/* ICMP or ICMPv6 says that @daddr has no CSP. */
void csp_setup_unreach(struct csp_net *cn, __be32 xid,
		       const struct in6_addr *daddr, bool udp);

#endif /* _NET_CSP_SETUP_H */
