/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The firewall: what becomes of a signalling packet.
 */
#ifndef _NET_CSP_MBOX_FIREWALL_H
#define _NET_CSP_MBOX_FIREWALL_H

#include "packet.h"

/**
 * enum csp_fate - what becomes of a packet because of one of its messages
 * @CSP_FATE_PASS:  nothing is known of it: the ruleset decides
 * @CSP_FATE_ADMIT: belongs to something admitted: "related" in the ruleset
 * @CSP_FATE_DROP:  goes no further
 */
enum csp_fate {
	CSP_FATE_PASS,
	CSP_FATE_ADMIT,
	CSP_FATE_DROP,
};

/* A whole packet; a verdict of netfilter. */
unsigned int csp_box_packet(struct csp_packet *p);

/* setup.c: a Setup, or a move of a connection that is not known */
enum csp_fate csp_box_setup(struct csp_packet *p, const struct csp_msg *msg);

/* answer.c: everything with the REPLY flag */
enum csp_fate csp_box_answer(struct csp_packet *p, const struct csp_msg *msg);

/* later.c: requests about a connection that is up */
enum csp_fate csp_box_detach(struct csp_packet *p, const struct csp_msg *msg);
enum csp_fate csp_box_change(struct csp_packet *p, const struct csp_msg *msg);
enum csp_fate csp_box_attach(struct csp_packet *p, const struct csp_msg *msg);

#endif /* _NET_CSP_MBOX_FIREWALL_H */
