// SPDX-License-Identifier: GPL-2.0
/*
 * A host registers with this box, its home agent; csp.rst, section "Register".
 *
 *	 Register
 *	     +-- key not configured, MAC wrong ------> dropped, counted
 *	     +-- not this key's address -------------> Reject(POLICY)
 *	     +-- number used, the same again --------> the answer again
 *	     +-- number used -------------------------> Ack + the highest number
 *	     +-- source translated -------------------> Reject(MISMATCH)
 *	     +-- a new place, and no echo from there -> Ack + nonce; number not used
 *	     v
 *	 registered: OK + lifetime
 *
 * Every answer has a MAC. All of this is done where the packet comes in: the
 * key of the relation was derived when it was configured.
 */
#include "../cookie.h"
#include "../key.h"
#include "../limit.h"
#include "../rx.h"
#include "../tx.h"
#include "home.h"

/**
 * struct csp_reg_answer - an answer to a Register
 * @type:    CSP_MSG_OK, CSP_MSG_ACK or CSP_MSG_REJECT; 0: none
 * @code:    enum csp_error of a Reject
 * @detail:  attribute that it speaks of
 * @granted: milliseconds, of an OK
 * @seq:     of the Register, or in an Ack the highest one seen
 */
struct csp_reg_answer {
	u8	type;
	u16	code;
	u16	detail;
	u32	granted;
	u32	seq;
};

/*
 * What the nonce is about, beside the two addresses. An address that was added
 * again knows no numbers: an echo of before would let in what was recorded.
 */
static __be64 csp_reg_nonce_cid(const struct csp_home *home,
				const struct csp_msg *msg)
{
	return msg->cid ^ home->salt;
}

static void csp_reg_write(struct csp_rx *rx, const struct csp_msg *msg,
			  const struct csp_home *home,
			  const struct csp_reg_answer *a, struct csp_writer *wr)
{
	struct csp_addr seen = {
		.family	= rx->family,
		.in6	= rx->saddr,
	};
	u8 nonce[CSP_COOKIE_LEN];

	if (a->type == CSP_MSG_REJECT)
		csp_write_error(wr, a->code, a->detail);
	if (a->type == CSP_MSG_OK)
		csp_write_u32(wr, CSP_A_TIMEOUT, a->granted);
	csp_write_u32(wr, CSP_A_SEQ, a->seq);
	if (a->type == CSP_MSG_ACK) {
		csp_cookie_make(rx->cn, &rx->saddr, &rx->daddr,
				csp_reg_nonce_cid(home, msg), nonce);
		csp_write_blob(wr, CSP_A_NONCE, nonce, sizeof(nonce));
	}
	if (CSP_HAS(msg, NONCE))
		csp_write_blob(wr, CSP_A_NONCE_ECHO, msg->nonce.data,
			       msg->nonce.len);
	if (a->code == CSP_ERR_MISMATCH)
		csp_write_addr(wr, CSP_A_OBSERVED, &seen);
}

static void csp_reg_send(struct csp_rx *rx, const struct csp_msg *msg,
			 const struct csp_home *home,
			 const struct csp_reg_answer *a)
{
	struct csp_box *box = csp_box_pernet(rx->cn->net);
	struct csp_writer wr;
	struct sk_buff *skb;
	struct csp_to to;

	/* Also an OK: whoever recorded a Register can send it again and again. */
	if (!csp_limit_reply(rx->cn, &rx->saddr)) {
		CSP_BOX_INC(box, RATE_LIMITED);
		return;
	}
	skb = csp_tx_alloc(CSP_MSG_ROOM);
	if (!skb) {
		CSP_BOX_INC(box, NOMEM);
		return;
	}
	csp_rx_back(rx, &to);
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, rx->rd.xid, CSP_F_REPLY,
			rx->rd.attempt);
	csp_write_msg(&wr, a->type, 0, CSP_HAS(msg, LOCAL_ID) ? msg->cid :
							       msg->dcid);
	csp_reg_write(rx, msg, home, a, &wr);
	skb = csp_relation_finish(skb, &wr, &home->rel);
	if (skb)
		csp_tx(rx->cn, skb, &to, NULL);
}

/* The attribute that a Register has to have and this one has not, or 0. */
static u16 csp_reg_missing(const struct csp_msg *msg)
{
	if (!CSP_HAS(msg, LOCAL_ID))
		return CSP_A_LOCAL_ID;
	if (!CSP_HAS(msg, NONCE))
		return CSP_A_NONCE;
	if (!CSP_HAS(msg, TIMEOUT))
		return CSP_A_TIMEOUT;
	return 0;
}

static void csp_reg_refuse(struct csp_reg_answer *a, u16 code, u16 detail)
{
	a->type = CSP_MSG_REJECT;
	a->code = code;
	a->detail = detail;
}

static bool csp_reg_echoed(struct csp_rx *rx, const struct csp_home *home,
			   const struct csp_msg *msg)
{
	return CSP_HAS(msg, NONCE_ECHO) &&
	       csp_cookie_ok(rx->cn, &rx->saddr, &rx->daddr,
			     csp_reg_nonce_cid(home, msg), &msg->nonce_echo);
}

/* Step 3: a number that was used. True: that is all. */
static bool csp_reg_again(struct csp_home *home, const struct csp_msg *msg,
			  struct csp_reg_answer *a)
{
	lockdep_assert_held(&home->lock);
	if (msg->seq > home->rx_seq)
		return false;
	if (msg->seq == home->rx_seq && msg->cid == home->rx_cid &&
	    ipv6_addr_equal(&msg->src.loc, &home->rx_loc)) {
		CSP_BOX_INC(home->box, HOME_DUP);
		a->granted = home->granted;
		if (home->rx_code)
			csp_reg_refuse(a, home->rx_code, 0);
		return true;
	}
	CSP_BOX_INC(home->box, HOME_STALE);
	a->type = CSP_MSG_ACK;
	a->seq = home->rx_seq;
	return true;
}

/* The number is used up, whatever comes of it. */
static void csp_reg_use(struct csp_home *home, const struct csp_msg *msg,
			u16 code)
{
	lockdep_assert_held(&home->lock);
	home->rx_seq = msg->seq;
	home->rx_loc = msg->src.loc;
	home->rx_cid = msg->cid;
	home->rx_code = code;
}

/* Steps 3 to 6; home->lock held. */
static void csp_reg_judge(struct csp_rx *rx, struct csp_home *home,
			  const struct csp_msg *msg, struct csp_reg_answer *a)
{
	lockdep_assert_held(&home->lock);
	if (csp_reg_again(home, msg, a))
		return;
	if (msg->src.loc_family != rx->family ||
	    !ipv6_addr_equal(&msg->src.loc, &rx->saddr)) {
		CSP_BOX_INC(home->box, HOME_REFUSED);
		csp_reg_use(home, msg, CSP_ERR_MISMATCH);
		csp_reg_refuse(a, CSP_ERR_MISMATCH, 0);
		return;
	}
	if (!(csp_home_registered(home) &&
	      ipv6_addr_equal(&rx->saddr, &home->loc)) &&
	    !csp_reg_echoed(rx, home, msg)) {
		CSP_BOX_INC(home->box, HOME_CHALLENGED);
		a->type = CSP_MSG_ACK;
		a->seq = home->rx_seq;
		return;
	}
	csp_reg_use(home, msg, 0);
	a->granted = min(msg->timeout, home->lifetime);
	csp_home_set(home, &rx->saddr, msg->cid, a->granted);
	CSP_BOX_INC(home->box, HOME_REGISTERED);
}

/* Step 1: its key is known, but for another address. */
static void csp_reg_foreign(struct csp_rx *rx, struct csp_box *box,
			    const struct csp_msg *msg, struct csp_reg_answer *a)
{
	const struct csp_home *other;

	/* The key of the MAC is the same for all addresses of a host. */
	other = csp_home_by_key(box, msg->pubkey.data);
	if (!other) {
		CSP_BOX_INC(box, HOME_UNKNOWN);
		return;
	}
	if (!csp_relation_ok(&other->rel, &rx->rd, msg)) {
		CSP_BOX_INC(box, HOME_BAD_MAC);
		return;
	}
	CSP_BOX_INC(box, HOME_REFUSED);
	csp_reg_refuse(a, CSP_ERR_POLICY, 0);
	csp_reg_send(rx, msg, other, a);
}

/**
 * csp_home_register() - a Register for this machine
 * @rx:  the packet
 * @msg: the Register
 *
 * Context: softirq, RCU.
 * Return: false: this namespace has no agent.
 */
bool csp_home_register(struct csp_rx *rx, const struct csp_msg *msg)
{
	struct csp_box *box = csp_box_pernet(rx->cn->net);
	struct csp_reg_answer a = { .type = CSP_MSG_OK, .seq = msg->seq };
	struct csp_home *home;
	u16 missing;

	if (!READ_ONCE(box->n_homes))
		return false;
	if (!CSP_HAS(msg, PUBKEY) || !CSP_HAS(msg, SRC)) {
		CSP_BOX_INC(box, HOME_UNKNOWN);
		return true;
	}
	home = csp_home_find(box, csp_end_identity(&msg->src));
	if (!home || memcmp(home->rel.remote, msg->pubkey.data,
			    sizeof(home->rel.remote))) {
		csp_reg_foreign(rx, box, msg, &a);
		return true;
	}
	if (!csp_relation_ok(&home->rel, &rx->rd, msg)) {
		CSP_BOX_INC(box, HOME_BAD_MAC);
		return true;
	}
	missing = csp_reg_missing(msg);
	if (missing) {
		csp_reg_refuse(&a, CSP_ERR_MALFORMED, missing);
	} else {
		spin_lock_bh(&home->lock);
		csp_reg_judge(rx, home, msg, &a);
		spin_unlock_bh(&home->lock);
	}
	csp_reg_send(rx, msg, home, &a);
	return true;
}
