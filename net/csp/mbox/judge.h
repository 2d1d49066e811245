/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asking the ruleset about a data packet.
 */
#ifndef _NET_CSP_MBOX_JUDGE_H
#define _NET_CSP_MBOX_JUDGE_H

#include "pinhole.h"

struct nf_ct_timeout;

/**
 * struct csp_question - may this connection's data pass?
 * @key:     its data tuple
 * @from:    the end that sends
 * @in:      device by which its packets come in
 * @out:     device by which they go out
 * @dst:     route that they take, or NULL
 * @tos:     of the IP header
 * @ttl:     of the IP header
 * @first:   its first packet from the transport header on, or the first bytes
 *           of that; NULL: unknown
 * @first_len: bytes of @first
 * @admit:   a rule of ours admits it: it is "related" in the ruleset
 * @oneway:  data in the other direction is another connection
 * @running: it is up already, and its first packet is long past
 * @timeout: timeouts of the entry, or NULL
 * @nat:     name outside that the sender has to get, or that the other end has
 *           (csp_question_inward()); NULL: as the ruleset says
 */
struct csp_question {
	const struct csp_hole_key	*key;
	enum csp_hole_end		from;
	struct net_device		*in;
	struct net_device		*out;
	struct dst_entry		*dst;
	u8				tos;
	u8				ttl;
	const u8			*first;
	u16				first_len;
	bool				admit;
	bool				oneway;
	bool				running;
	struct nf_ct_timeout		*timeout;
	const struct csp_nat		*nat;
};

/* Does the data go into a NAT? Its sender knows the other end by @q->nat. */
static inline bool csp_question_inward(const struct csp_question *q)
{
	return q->nat && q->nat->inside != q->from;
}

/**
 * struct csp_verdict - what the ruleset says
 * @ct:    conntrack entry of the connection with a reference, or NULL: it is
 *         not tracked
 * @fresh: the entry was made by this question
 * @timed: it has the timeouts that came with the question
 */
struct csp_verdict {
	struct nf_conn	*ct;
	bool		fresh;
	bool		timed;
};

/* 0; -EPERM: it says no; or another negative errno. Softirq, RCU, no lock. */
int csp_judge(struct csp_box *box, const struct csp_question *q,
	      struct csp_verdict *v);
/* Does conntrack know it, in either direction? Softirq, RCU. */
bool csp_judge_tuple(struct csp_box *box,
		     const struct nf_conntrack_tuple *tuple);
/* Lets go of the entry, which ends if the question made it. Softirq. */
void csp_verdict_forget(struct csp_verdict *v);
/* Fills in @q about data that @from sends, in which the packet @p is spoken of. */
struct csp_packet;
void csp_question(struct csp_question *q, const struct csp_packet *p,
		  const struct csp_hole_key *key, enum csp_hole_end from,
		  bool back);

/* template.c: the packet to ask with. */
struct sk_buff *csp_template(const struct csp_question *q);
/* Makes the entry of a packet that was made up one of any first packet. */
void csp_template_forget(struct nf_conn *ct, u8 proto);

#endif /* _NET_CSP_MBOX_JUDGE_H */
