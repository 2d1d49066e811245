/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Announcing a connection: the initiator's side; csp.rst, section "Setup".
 */
#ifndef _NET_CSP_SETUP_H
#define _NET_CSP_SETUP_H

#include "csp.h"

struct csp_rx;
struct nf_hook_state;

/* First packet of a connection. Returns a netfilter verdict. */
unsigned int csp_setup_start(struct csp_net *cn, struct sock *sk,
			     struct sk_buff *skb, const struct csp_tuple *t,
			     u8 mode);
void csp_setup_timer(struct csp_flow *flow);
void csp_setup_fail(struct csp_flow *flow);
void csp_setup_error(struct csp_flow *flow, int err, const char *text);
void csp_setup_again(struct csp_flow *flow);
/* A Setup "<-": @sk consents to what the other end will send. */
int csp_setup_invite(struct csp_net *cn, struct sock *sk,
		     const struct csp_tuple *t, u8 mode);
void csp_setup_rcv_ok(struct csp_rx *rx, struct csp_flow *flow,
		      const struct csp_msg *msg);
void csp_setup_believed(struct csp_rx *rx, struct csp_flow *flow,
			const struct csp_msg *msg);
bool csp_setup_yield(struct csp_flow *flow, const struct csp_msg *msg,
		     struct sk_buff_head *held);
void csp_setup_rcv_reject(struct csp_rx *rx, struct csp_flow *flow,
			  const struct csp_msg *msg);
void csp_setup_rcv_ack(struct csp_rx *rx, struct csp_flow *flow,
		       const struct csp_msg *msg);
struct csp_writer;
/* Also for other requests about a flow. */
void csp_write_names(struct csp_writer *wr, const struct csp_tuple *t, u8 dir,
		     const struct csp_end *lent);
void csp_setup_write(struct csp_writer *wr, struct csp_flow *flow);
bool csp_has_options(const struct sk_buff *skb);
void csp_write_piggyback(struct csp_writer *wr, const struct sk_buff *skb,
			 const struct csp_tuple *t);
/* ICMP or ICMPv6 says that @daddr has no CSP. */
void csp_setup_unreach(struct csp_net *cn, __be32 xid,
		       const struct in6_addr *daddr, bool udp);

#endif /* _NET_CSP_SETUP_H */
