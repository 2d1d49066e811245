// SPDX-License-Identifier: GPL-2.0
/*
 * Off-path firewall: who gets to a host that is elsewhere; csp.rst, section
 * "Boxes", "Off-path firewall".
 *
 *	 Setup to S, from A
 *	     +-- not TCP or UDP --------------------> Reject(POLICY)
 *	     +-- no token, or a bad one ------------> Reject(AUTH)
 *	     +-- not registered --------------------> Reject(GONE)
 *	     v
 *	 Setup(A,p1:p3 <-> S:B,p2:p4), SOURCE, SEQ, MAC to the host
 *	     +-- Ack: number too low ---------------> relay.c
 *	     +-- Reject(IN_USE): p4 is taken -------> the next copy gets another
 *	     +-- Reject ----------------------------> the same to A
 *	     +-- OK: it serves A,p3 on p4 ----------> Redirect to A
 *
 * Nothing is kept in between: what the host answers says all that A has to be
 * told. Its data then goes another way.
 */
#include <linux/net.h>
#include <linux/siphash.h>

#include "../key.h"
#include "../limit.h"
#include "../rx.h"
#include "../tx.h"
#include "home.h"
#include "reply.h"
#include "token.h"

/* Above what Linux gives away by itself (ip_local_port_range). */
#define CSP_GUARD_PORT_MIN	61000
#define CSP_GUARD_PORTS		(U16_MAX + 1 - CSP_GUARD_PORT_MIN)

/*
 * A port, the same for the same Setup. @what: 0: for who sends it; else for the
 * host, and counts its copies.
 */
static __be16 csp_guard_port(const struct csp_packet *p,
			     const struct csp_msg *msg, u32 what, __be16 not)
{
	static siphash_key_t key __read_mostly;
	struct {
		struct in6_addr	saddr;
		__be64		cid;
		__be32		xid;
		u32		what;
	} __aligned(SIPHASH_ALIGNMENT) in = {
		.saddr	= p->saddr,
		.cid	= msg->cid,
		.xid	= p->rd.xid,
		.what	= what,
	};
	u16 port;

	net_get_random_once(&key, sizeof(key));
	port = CSP_GUARD_PORT_MIN +
	       reciprocal_scale(siphash(&in, sizeof(in), &key), CSP_GUARD_PORTS);
	return htons(port) == not ? htons(port ^ 1) : htons(port);
}

static const char *csp_guard_refusal(struct csp_box *box,
				     enum csp_auth_verdict verdict)
{
	switch (verdict) {
	case CSP_AUTH_NONE:
		CSP_BOX_INC(box, GUARD_NO_TOKEN);
		return "nobody gets to this host without a token";
	case CSP_AUTH_EXPIRED:
		CSP_BOX_INC(box, GUARD_EXPIRED);
		return "the token has expired";
	case CSP_AUTH_USED:
		CSP_BOX_INC(box, GUARD_USED);
		return "the token was used before, and is good once";
	case CSP_AUTH_FULL:
		CSP_BOX_INC(box, GUARD_FULL);
		return "too many tokens were used";
	default:
		CSP_BOX_INC(box, GUARD_WRONG);
		return "the token is not good for this";
	}
}

static void csp_guard_ask(struct csp_packet *p, const struct csp_msg *msg,
			  struct csp_home *home, const struct csp_whereabouts *w)
{
	struct csp_msg m = *msg;

	m.src.local_port = csp_guard_port(p, msg, 0, 0);
	m.dst.loc = w->loc;
	m.dst.id_family = p->family;
	m.dst.id = home->addr;
	/* What a UDP socket sends comes from the port that it is bound to. */
	m.dst.local_port = msg->proto == IPPROTO_UDP ? 0 :
			   csp_guard_port(p, msg, 1 + p->rd.attempt,
					  msg->dst.port);
	m.timeout = CSP_BOX_CONF(p->box, grant_time);
	m.present |= BIT(CSP_A_TIMEOUT);
	m.present &= ~(BIT(CSP_A_NONCE) | BIT(CSP_A_NONCE_ECHO));
	CSP_BOX_INC(p->box, GUARD_ASKED);
	csp_home_send(p, &m, home, w);
}

/**
 * csp_guard_setup() - a Setup for a guarded host
 * @p:    its packet
 * @msg:  the Setup
 * @home: address of the host
 * @w:    where that is
 *
 * Context: softirq, RCU, no lock.
 */
void csp_guard_setup(struct csp_packet *p, const struct csp_msg *msg,
		     struct csp_home *home, const struct csp_whereabouts *w)
{
	enum csp_auth_verdict verdict;

	if (!CSP_HAS(msg, PUBKEY) || !msg->src.port || !msg->dst.port) {
		CSP_BOX_INC(p->box, HOME_MISMATCH);
		csp_box_reject(p, msg, CSP_ERR_MALFORMED, NULL);
		return;
	}
	/* What others name their ends by is not known. */
	if (msg->proto != IPPROTO_TCP && msg->proto != IPPROTO_UDP) {
		CSP_BOX_INC(p->box, GUARD_WRONG);
		csp_box_reject(p, msg, CSP_ERR_POLICY,
			       "only TCP and UDP are let in");
		return;
	}
	verdict = csp_auth_check(p, msg);
	if (verdict != CSP_AUTH_GOOD) {
		csp_box_reject(p, msg, verdict == CSP_AUTH_FULL ? CSP_ERR_FULL :
								  CSP_ERR_AUTH,
			       csp_guard_refusal(p->box, verdict));
	} else if (w->state == CSP_MBOX_HOME_STATE_GONE) {
		CSP_BOX_INC(p->box, HOME_GONE);
		csp_box_reject(p, msg, CSP_ERR_GONE,
			       "the host is not registered with its agent");
	} else {
		csp_guard_ask(p, msg, home, w);
	}
}

/* --- what the host answers --- */

/* Does it say all that is needed, and is it about where the host is? */
static bool csp_guard_fits(const struct csp_rx *rx, const struct csp_msg *msg)
{
	return CSP_HAS(msg, CONN) && CSP_HAS(msg, SRC) && CSP_HAS(msg, DST) &&
	       msg->src.loc_family == rx->family &&
	       msg->dst.loc_family == rx->family &&
	       ipv6_addr_equal(&msg->src.loc, &rx->saddr) &&
	       (msg->type == CSP_MSG_OK || CSP_HAS(msg, ERROR));
}

static void csp_guard_write(struct csp_writer *wr, const struct csp_msg *msg,
			    const struct csp_home *home,
			    const struct csp_addr *origin)
{
	if (msg->type == CSP_MSG_OK) {
		/* SRC is who speaks, and A is told its own end first. */
		csp_write_msg(wr, CSP_MSG_REDIRECT, 0, msg->dcid);
		csp_write_conn(wr, msg->proto, csp_dir_turned(msg->dir),
			       &msg->dst, &msg->src);
		csp_write_blob(wr, CSP_A_PUBKEY, home->rel.remote,
			       CSP_PUBKEY_LEN);
	} else {
		csp_write_msg(wr, CSP_MSG_REJECT, 0, msg->dcid);
		csp_write_error(wr, msg->err_code, 0);
	}
	csp_write_addr(wr, CSP_A_ORIGIN, origin);
}

/* To A, in the transaction of its Setup, the way that the host's answer came. */
static void csp_guard_tell(struct csp_rx *rx, const struct csp_msg *msg,
			   const struct csp_home *home)
{
	struct csp_net *cn = rx->cn;
	struct csp_to to = {
		.daddr	= msg->dst.loc,
		.family	= rx->family,
		.udp	= rx->udp,
		.port	= htons(CSP_CONF(cn, udp_port)),
	};
	struct dst_entry *dst = csp_route(cn, &to);
	struct csp_addr origin = { .family = to.family, .in6 = to.saddr };
	struct csp_writer wr;
	struct sk_buff *skb;

	if (IS_ERR(dst))
		return;
	skb = csp_tx_alloc(CSP_MSG_ROOM);
	if (skb) {
		csp_write_start(&wr, skb->data, CSP_MSG_ROOM, rx->rd.xid,
				CSP_F_REPLY, rx->rd.attempt);
		csp_guard_write(&wr, msg, home, &origin);
		csp_tx_finish(cn, skb, &wr, &to, dst);
	} else {
		CSP_BOX_INC(home->box, NOMEM);
	}
	dst_release(dst);
}

/**
 * csp_guard_answer() - a guarded host agrees to serve somebody, or does not
 * @rx:   the packet, whose MAC is right
 * @msg:  OK or Reject
 * @home: address of the host
 *
 * Context: softirq, RCU, no lock.
 */
void csp_guard_answer(struct csp_rx *rx, const struct csp_msg *msg,
		      struct csp_home *home)
{
	struct csp_box *box = home->box;

	if ((msg->type != CSP_MSG_OK && msg->type != CSP_MSG_REJECT) ||
	    !csp_guard_fits(rx, msg)) {
		CSP_BOX_INC(box, HOME_MISMATCH);
		return;
	}
	if (!csp_limit_reply(rx->cn, &msg->dst.loc)) {
		CSP_BOX_INC(box, RATE_LIMITED);
		return;
	}
	/* A asks again by itself. */
	if (msg->type == CSP_MSG_REJECT && msg->err_code == CSP_ERR_IN_USE) {
		CSP_BOX_INC(box, GUARD_IN_USE);
		return;
	}
	if (msg->type == CSP_MSG_OK) {
		CSP_BOX_INC(box, GUARD_OK);
		atomic64_inc(&home->redirected);
	} else {
		CSP_BOX_INC(box, GUARD_REFUSED);
	}
	csp_guard_tell(rx, msg, home);
}
