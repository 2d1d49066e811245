// SPDX-License-Identifier: GPL-2.0
/*
 * Answers of the box itself: Reject, Redirect, Ack; csp.rst, sections "Boxes",
 * "Rejection", "Redirect", "Stateless answer".
 *
 * They go out from the box's own address, with ORIGIN, and are believed because
 * of the transaction and the identifier that they repeat.
 */
#include <net/dst.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>

#include "../limit.h"
#include "../tx.h"
#include "policy.h"
#include "reply.h"

/* As much as any answer here needs, TEXT included. */
#define CSP_BOX_REPLY_MAX	384

/**
 * struct csp_box_reply - an answer being built
 * @to:  whom to
 * @dst: route there
 * @skb: the packet
 * @wr:  its writer
 */
struct csp_box_reply {
	struct csp_to		to;
	struct dst_entry	*dst;
	struct sk_buff		*skb;
	struct csp_writer	wr;
};

static bool csp_reply_route(struct csp_packet *p, struct csp_box_reply *r,
			    const struct in6_addr *daddr)
{
	struct csp_net *cn = csp_box_host(p->box);

	if (!csp_limit_reply(cn, daddr)) {
		CSP_BOX_INC(p->box, RATE_LIMITED);
		return false;
	}
	r->to = (struct csp_to) {
		.daddr	= *daddr,
		.family	= p->family,
		.udp	= p->udp,
		.port	= p->port,
	};
	if (ipv6_addr_type(daddr) & IPV6_ADDR_LINKLOCAL)
		r->to.oif = p->state->in->ifindex;
	r->dst = csp_route(cn, &r->to);
	return !IS_ERR(r->dst);
}

/* Never more than three times the request; section "Transactions". */
static bool csp_reply_begin(struct csp_packet *p, struct csp_box_reply *r,
			    const struct in6_addr *daddr, __be32 xid, u8 type,
			    __be64 dcid)
{
	const size_t size = min_t(size_t, 3 * p->rd.len, CSP_BOX_REPLY_MAX);

	if (!csp_reply_route(p, r, daddr))
		return false;
	r->skb = csp_tx_alloc(size);
	if (!r->skb) {
		CSP_BOX_INC(p->box, NOMEM);
		dst_release(r->dst);
		return false;
	}
	csp_write_start(&r->wr, r->skb->data, size, xid, CSP_F_REPLY,
			p->rd.attempt);
	csp_write_msg(&r->wr, type, 0, dcid);
	return true;
}

static void csp_reply_origin(struct csp_box_reply *r)
{
	const struct csp_addr origin = {
		.family	= r->to.family,
		.in6	= r->to.saddr,
	};

	csp_write_addr(&r->wr, CSP_A_ORIGIN, &origin);
}

/* To whoever it may be: conntrack shall keep nothing of it either. */
static void csp_reply_send(struct csp_packet *p, struct csp_box_reply *r)
{
	nf_ct_set(r->skb, NULL, IP_CT_UNTRACKED);
	csp_tx_finish(csp_box_host(p->box), r->skb, &r->wr, &r->to, r->dst);
	dst_release(r->dst);
}

/* What is left of three times the request. */
static bool csp_reply_fits(const struct csp_box_reply *r, size_t len)
{
	return r->wr.len + sizeof(struct csp_attrhdr) + ALIGN(len, 4) <=
	       r->wr.size;
}

/**
 * csp_box_reject() - refuse a request
 * @p:    the packet
 * @msg:  the message refused
 * @code: enum csp_error
 * @text: explanation for people, or NULL
 *
 * Context: softirq, RCU, no lock.
 */
void csp_box_reject(struct csp_packet *p, const struct csp_msg *msg, u16 code,
		    const char *text)
{
	const __be64 dcid = CSP_HAS(msg, LOCAL_ID) ? msg->cid : msg->dcid;
	struct csp_box_reply r;

	if (!csp_reply_begin(p, &r, &p->saddr, p->rd.xid, CSP_MSG_REJECT, dcid))
		return;
	csp_write_error(&r.wr, code, 0);
	csp_reply_origin(&r);
	if (text && *text && csp_reply_fits(&r, strlen(text)))
		csp_write_blob(&r.wr, CSP_A_TEXT, text, strlen(text));
	csp_reply_send(p, &r);
}

/**
 * csp_box_reject_to() - refuse a request whose answer has come
 * @p:     the answer, which will not be forwarded
 * @daddr: who asked
 * @xid:   the transaction
 * @dcid:  his identifier
 * @code:  enum csp_error
 *
 * Context: softirq, RCU, no lock.
 */
void csp_box_reject_to(struct csp_packet *p, const struct in6_addr *daddr,
		       __be32 xid, __be64 dcid, u16 code)
{
	struct csp_box_reply r;

	if (!csp_reply_begin(p, &r, daddr, xid, CSP_MSG_REJECT, dcid))
		return;
	csp_write_error(&r.wr, code, 0);
	csp_reply_origin(&r);
	csp_reply_send(p, &r);
}

/**
 * csp_box_redirect_to() - have the requester use other names
 * @p:      the packet
 * @msg:    its Setup, or the Attach of a move
 * @src:    end of the requester
 * @dst:    the other end
 * @pubkey: key that the host there has, or NULL: nothing is vouched for
 *
 * Context: softirq, RCU, no lock.
 */
void csp_box_redirect_to(struct csp_packet *p, const struct csp_msg *msg,
			 const struct csp_end *src, const struct csp_end *dst,
			 const u8 *pubkey)
{
	struct csp_box_reply r;

	if (!csp_reply_begin(p, &r, &p->saddr, p->rd.xid, CSP_MSG_REDIRECT,
			     msg->cid))
		return;
	csp_write_conn(&r.wr, msg->proto, msg->dir, src, dst);
	if (pubkey)
		csp_write_blob(&r.wr, CSP_A_PUBKEY, pubkey, CSP_PUBKEY_LEN);
	csp_reply_origin(&r);
	csp_reply_send(p, &r);
}

/**
 * csp_box_redirect() - send the requester elsewhere
 * @p:    the packet
 * @msg:  its Setup
 * @rule: says where
 *
 * DST keeps its identity and port, as the application asked for them, and gets
 * the locator, and p' if the rule has a port; section "Redirect".
 *
 * Context: softirq, RCU, no lock.
 */
void csp_box_redirect(struct csp_packet *p, const struct csp_msg *msg,
		      const struct csp_box_rule *rule)
{
	struct csp_end dst = msg->dst;

	if (!dst.id_family) {
		dst.id_family = dst.loc_family;
		dst.id = dst.loc;
	}
	dst.loc = rule->spec.to;
	if (rule->spec.to_port)
		dst.local_port = rule->spec.to_port;
	csp_box_redirect_to(p, msg, &msg->src, &dst, NULL);
}

/**
 * csp_box_ack() - have the requester repeat itself, with a nonce
 * @p:     the packet
 * @msg:   its Setup or Attach
 * @nonce: the nonce
 * @len:   its length
 *
 * Context: softirq, RCU, no lock.
 * Return: whether it was sent: not if the source asks too often.
 */
bool csp_box_ack(struct csp_packet *p, const struct csp_msg *msg,
		 const u8 *nonce, u16 len)
{
	struct csp_box_reply r;

	if (!csp_reply_begin(p, &r, &p->saddr, p->rd.xid, CSP_MSG_ACK,
			     msg->cid))
		return false;
	csp_write_blob(&r.wr, CSP_A_NONCE, nonce, len);
	csp_reply_send(p, &r);
	return true;
}
