/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answers of the box itself.
 */
#ifndef _NET_CSP_MBOX_REPLY_H
#define _NET_CSP_MBOX_REPLY_H

#include "packet.h"

struct csp_box_rule;

/* Refuses a request. @text may be NULL. */
void csp_box_reject(struct csp_packet *p, const struct csp_msg *msg, u16 code,
		    const char *text);
/* Refuses a request of a pinhole's end on behalf of the ruleset, later. */
void csp_box_reject_to(struct csp_packet *p, const struct in6_addr *daddr,
		       __be32 xid, __be64 dcid, u16 code);
/* Asks for an echo. False: the rate is exceeded, or no memory. */
bool csp_box_ack(struct csp_packet *p, const struct csp_msg *msg,
		 const u8 *nonce, u16 len);
/* Has the requester use other names. */
void csp_box_redirect_to(struct csp_packet *p, const struct csp_msg *msg,
			 const struct csp_end *src, const struct csp_end *dst,
			 const u8 *pubkey);
/* Sends the requester elsewhere, as the rule says. */
void csp_box_redirect(struct csp_packet *p, const struct csp_msg *msg,
		      const struct csp_box_rule *rule);

#endif /* _NET_CSP_MBOX_REPLY_H */
