// SPDX-License-Identifier: GPL-2.0
/*
 * Setups that are answered with a nonce, so that nothing is kept; csp.rst,
 * section "Stateless answer".
 *
 *	       Setup                            Setup, nonce echoed
 *	         |                                      |
 *	    keeps nothing,                         pinhole; NONCE_ECHO
 *	    answers Ack + nonce                    becomes PAD, forwarded
 *
 * Only where something would be kept: a refusal and a Redirect cost no memory.
 * A Setup whose pinhole is known is not asked about again, which is why several
 * boxes can ask one after the other. The nonces are those of the end host
 * (../cookie.c), bound to both addresses and the identifier.
 */
#include <net/netfilter/nf_conntrack.h>

#include "../cookie.h"
#include "cookie.h"
#include "judge.h"
#include "pinhole.h"
#include "reply.h"

static bool csp_box_cookie_good(const struct csp_packet *p,
				const struct csp_msg *msg)
{
	return CSP_HAS(msg, NONCE_ECHO) &&
	       csp_cookie_ok(csp_box_host(p->box), &p->saddr, &p->daddr,
			     msg->cid, &msg->nonce_echo);
}

/* False: the sender has echoed. */
static bool csp_box_cookie_ask(struct csp_packet *p, const struct csp_msg *msg)
{
	u8 nonce[CSP_COOKIE_LEN];

	if (csp_box_cookie_good(p, msg)) {
		CSP_BOX_INC(p->box, COOKIE_OK);
		p->proven = true;
		return false;
	}
	if (CSP_HAS(msg, NONCE_ECHO))
		CSP_BOX_INC(p->box, COOKIE_BAD);
	csp_cookie_make(csp_box_host(p->box), &p->saddr, &p->daddr, msg->cid,
			nonce);
	if (csp_box_ack(p, msg, nonce, sizeof(nonce)))
		CSP_BOX_INC(p->box, COOKIE_OUT);
	return true;
}

/**
 * csp_box_cookie_asks() - is a nonce to be echoed before a pinhole is made?
 * @p:   a packet
 * @msg: its Setup, of which no pinhole is known
 *
 * Context: softirq, RCU, no lock.
 * Return: true: the sender was asked, and the packet goes no further.
 */
bool csp_box_cookie_asks(struct csp_packet *p, const struct csp_msg *msg)
{
	struct csp_box *box = p->box;
	const u32 mode = CSP_BOX_CONF(box, cookies);

	if (!csp_cookie_wanted(mode, READ_ONCE(box->n_waiting),
			       CSP_BOX_CONF(box, max_waiting)) &&
	    !csp_cookie_wanted(mode, atomic_read(&box->n_holes),
			       csp_hole_most(box)))
		return false;
	return csp_box_cookie_ask(p, msg);
}

/* Does conntrack know the connection, in either direction? */
static bool csp_box_tracked(struct csp_packet *p,
			    const struct csp_hole_key *key)
{
	struct nf_conntrack_tuple t = {
		.src.l3num	= p->family == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6,
		.src.u.all	= key->port[CSP_HOLE_INITIATOR],
		.dst.u.all	= key->port[CSP_HOLE_RESPONDER],
		.dst.protonum	= key->proto,
		.dst.dir	= IP_CT_DIR_ORIGINAL,
	};

	if (p->family == 4) {
		t.src.u3.ip = key->addr[CSP_HOLE_INITIATOR].s6_addr32[3];
		t.dst.u3.ip = key->addr[CSP_HOLE_RESPONDER].s6_addr32[3];
	} else {
		t.src.u3.in6 = key->addr[CSP_HOLE_INITIATOR];
		t.dst.u3.in6 = key->addr[CSP_HOLE_RESPONDER];
	}
	return csp_judge_tuple(p->box, &t);
}

/**
 * csp_box_cookie_asks_ct() - and before conntrack keeps anything?
 * @p:   a packet
 * @msg: its Setup, of which no rule speaks, and which carries a packet
 * @key: its data tuple
 *
 * Context: softirq, RCU, no lock.
 * Return: as csp_box_cookie_asks().
 */
bool csp_box_cookie_asks_ct(struct csp_packet *p, const struct csp_msg *msg,
			    const struct csp_hole_key *key)
{
	struct csp_box *box = p->box;

	if (!csp_cookie_wanted(CSP_BOX_CONF(box, cookies),
			       nf_conntrack_count(box->net),
			       READ_ONCE(nf_conntrack_max)))
		return false;
	return !csp_box_tracked(p, key) && csp_box_cookie_ask(p, msg);
}

/**
 * csp_box_cookie_strip() - take out an echo that was meant for this box
 * @p:   a packet that is forwarded
 * @msg: its Setup; what it points to may be void afterwards
 *
 * Context: softirq, RCU, no lock.
 */
void csp_box_cookie_strip(struct csp_packet *p, const struct csp_msg *msg)
{
	if (CSP_BOX_CONF(p->box, cookies) == CSP_COOKIES_NEVER ||
	    CSP_HAS(msg, MAC) || !csp_box_cookie_good(p, msg))
		return;
	/* Without memory it stays: a receiver that did not ask ignores it. */
	csp_packet_blank(p, CSP_A_NONCE_ECHO);
}
