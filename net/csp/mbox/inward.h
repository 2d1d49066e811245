/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Setups from outside to a name whose address is the NAT's.
 */
#ifndef _NET_CSP_MBOX_INWARD_H
#define _NET_CSP_MBOX_INWARD_H

#include "packet.h"

struct csp_hole_key;
struct csp_name;
struct csp_question;
struct csp_verdict;

/**
 * struct csp_inside - whom a name means
 * @addr: address inside
 * @port: and port
 * @name: the name, good under RCU; NULL: a pinhole says so
 */
struct csp_inside {
	struct in6_addr	addr;
	__be16		port;
	struct csp_name	*name;
};

/* Who inside is meant by a Setup to @asked? Softirq, RCU. */
bool csp_inward_whom(const struct csp_packet *p, const struct csp_msg *msg,
		     const struct in6_addr *asked, struct in6_addr *to);
/* FORWARD: was it? Then @key gets the names inside, and @p those outside. */
bool csp_inward_key(struct csp_packet *p, const struct csp_msg *msg,
		    struct csp_hole_key *key);
/* As csp_judge(), of data that is sent inside. */
int csp_inward_judge(struct csp_packet *p, struct csp_question *q,
		     struct csp_verdict *v);
/* Last of all: DST as the host inside knows it. */
bool csp_inward_rename(struct csp_packet *p, const struct csp_msg *msg);

#endif /* _NET_CSP_MBOX_INWARD_H */
