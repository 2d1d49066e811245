/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Setups from outside to a name whose address is the NAT's.
 */
#ifndef _NET_CSP_MBOX_INWARD_H
#define _NET_CSP_MBOX_INWARD_H

#include "packet.h"

struct csp_hole_key;
struct csp_question;
struct csp_verdict;

/**
 * struct csp_inside - whom a name means
 * @addr: address inside
 * @port: and port
 */
struct csp_inside {
	struct in6_addr	addr;
	__be16		port;
};

/* PREROUTING: gives the packet the address inside. Softirq, RCU. */
void csp_inward_in(struct csp_packet *p, const struct csp_msg *msg);
/* FORWARD: was it? Then @key gets the names inside, and @p those outside. */
bool csp_inward_key(struct csp_packet *p, const struct csp_msg *msg,
		    struct csp_hole_key *key);
/* As csp_judge(), of data that is sent inside. */
int csp_inward_judge(struct csp_packet *p, struct csp_question *q,
		     struct csp_verdict *v);
/* Last of all: DST as the host inside knows it. */
bool csp_inward_rename(struct csp_packet *p, const struct csp_msg *msg);

#endif /* _NET_CSP_MBOX_INWARD_H */
