// SPDX-License-Identifier: GPL-2.0
/*
 * The firewall: what becomes of a signalling packet; csp.rst, section "Boxes".
 *
 *	        hook
 *	          |
 *	   all messages are read ---- cannot be parsed: left to the ruleset
 *	          |                   as any packet of an unknown protocol
 *	  each message is handled
 *	     |         |       |
 *	   PASS      ADMIT    DROP
 *	     |         |
 *	     |   its own conntrack entry becomes "related"
 *	     v         v
 *	  the administrator's ruleset
 *
 * So a ruleset that admits what is established or related admits signalling
 * that a rule of ours accepted, and no other.
 */
#include <net/netfilter/nf_conntrack.h>

#include "cookie.h"
#include "firewall.h"
#include "gateway.h"
#include "inward.h"
#include "nat.h"
#include "related.h"
#include "via.h"

/* Section "Parsing": a packet is decoded as a whole before it is acted upon. */
static bool csp_box_check(struct csp_packet *p, struct csp_msg *msg)
{
	const struct csp_reader start = p->rd;
	u8 first = 0, code = 0;
	int ret, n = 0;

	while ((ret = csp_packet_msg(p, msg)) > 0) {
		if (!n++) {
			first = msg->type;
			code = msg->code;
		} else if (!csp_bundle_takes(&p->rd, first, code, msg)) {
			return false;
		}
	}
	p->rd = start;
	return !ret;
}

/* What this box takes out of a Setup, and puts in, is done last. */
static enum csp_fate csp_box_pass_setup(struct csp_packet *p,
					const struct csp_msg *msg)
{
	const enum csp_fate fate = csp_box_setup(p, msg);

	if (fate == CSP_FATE_DROP)
		return fate;
	csp_box_cookie_strip(p, msg);
	if (!csp_inward_rename(p, msg))
		return CSP_FATE_DROP;
	csp_via_stamp(p, msg);
	return fate;
}

static enum csp_fate csp_box_request(struct csp_packet *p,
				     const struct csp_msg *msg)
{
	if (csp_gateway_blocks(p, msg))
		return CSP_FATE_DROP;
	switch (msg->type) {
	case CSP_MSG_SETUP:
		return csp_box_pass_setup(p, msg);
	case CSP_MSG_DETACH:
		if (msg->code == CSP_SCOPE_CONN)
			return csp_box_detach(p, msg);
		p->moving = true;
		return CSP_FATE_PASS;
	case CSP_MSG_CHANGE:
		return csp_box_change(p, msg);
	case CSP_MSG_ATTACH:
		return csp_box_attach(p, msg);
	}
	return CSP_FATE_PASS;
}

static enum csp_fate csp_box_messages(struct csp_packet *p,
				      struct csp_msg *msg)
{
	enum csp_fate fate = CSP_FATE_PASS, one;

	while (csp_packet_msg(p, msg) > 0) {
		csp_nat_note_dcid(p, msg->dcid);
		if (p->rd.flags & CSP_F_REPLY)
			one = csp_box_answer(p, msg);
		else
			one = csp_box_request(p, msg);
		fate = max(fate, one);
		if (fate == CSP_FATE_DROP)
			return fate;
	}
	/* Conntrack does not know it by packets before: it is for us to say. */
	return p->ct ? CSP_FATE_ADMIT : fate;
}

/*
 * The conntrack entry of the signalling itself, by which the ruleset knows it.
 * It may be new, or old and forgotten in between.
 */
static void csp_box_admit(struct csp_packet *p)
{
	struct sk_buff *skb = p->skb;
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (!ct || ctinfo != IP_CT_NEW)
		return;
	csp_related(p->box, ct);
	nf_ct_set(skb, ct, IP_CT_RELATED);
}

/**
 * csp_box_packet() - handle a signalling packet
 * @p: the packet
 *
 * Context: softirq, RCU.
 * Return: NF_ACCEPT, NF_DROP or NF_STOLEN.
 */
unsigned int csp_box_packet(struct csp_packet *p)
{
	enum csp_fate fate;
	unsigned int verdict;
	struct csp_msg msg;
	int err;

	CSP_BOX_INC(p->box, PKTS);
	if (p->udp)
		CSP_BOX_INC(p->box, PKTS_UDP);
	err = csp_packet_read(p);
	if (err < 0) {
		CSP_BOX_INC(p->box, NOMEM);
		return NF_DROP;
	}
	if (err || !csp_box_check(p, &msg)) {
		CSP_BOX_INC(p->box, UNPARSED);
		return csp_gateway_blocks_pkt(p) ? NF_DROP : NF_ACCEPT;
	}
	if (p->rd.flags & CSP_F_REPLY && csp_gateway_blocks_pkt(p))
		return NF_DROP;

	verdict = csp_nat_correct(p);
	if (verdict != NF_ACCEPT)
		return verdict;
	fate = csp_box_messages(p, &msg);
	if (p->ct && !csp_nat_wanted(p->box, p->family))
		fate = CSP_FATE_DROP;
	switch (fate) {
	case CSP_FATE_DROP:
		CSP_BOX_INC(p->box, DROPS);
		if (p->ct)
			nf_ct_put(p->ct);
		return NF_DROP;
	case CSP_FATE_ADMIT:
		/* About data that is translated: it is "related" to that. */
		if (p->ct)
			return csp_nat_forward(p);
		csp_box_admit(p);
		break;
	case CSP_FATE_PASS:
		break;
	}
	return NF_ACCEPT;
}
