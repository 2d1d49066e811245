/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A gateway: what victims ask of it, and what it tells those whom it blocks.
 */
#ifndef _NET_CSP_MBOX_GATEWAY_H
#define _NET_CSP_MBOX_GATEWAY_H

#include "packet.h"

struct csp_block;
struct csp_gw_sides;
struct csp_rule_if;
struct csp_rx;
struct netlink_ext_ack;

int csp_gateway_init(struct csp_box *box);
void csp_gateway_exit(struct csp_box *box);
/* Stops what it has to, if it is a gateway. Under csp_box.mutex; may sleep. */
int csp_gateway_open(struct csp_box *box);
/* Nothing is stopped any more. Under csp_box.mutex; may sleep. */
void csp_gateway_close(struct csp_box *box);

/* Under csp_box.mutex: for which sides this is a gateway. */
int csp_gateway_add(struct csp_box *box, const struct csp_rule_if *side,
		    bool edge, struct netlink_ext_ack *extack);
int csp_gateway_del(struct csp_box *box, const struct csp_rule_if *side,
		    struct netlink_ext_ack *extack);

/* Its index in @sides, or -1. */
int csp_gateway_find(const struct csp_gw_sides *sides,
		     const struct csp_rule_if *side);

/* Reject(FLOOD) with VIA, for this host. False: it is no gateway. */
bool csp_gateway_rcv(struct csp_rx *rx, const struct csp_msg *msg);
/* Is signalling stopped, too? A Setup is refused then. */
bool csp_gateway_blocks(struct csp_packet *p, const struct csp_msg *msg);
/* Or what is no request, or cannot be read? */
bool csp_gateway_blocks_pkt(struct csp_packet *p);
/* A packet was dropped: tells its sender now and then. */
void csp_gateway_tell_again(struct csp_box *box, struct csp_block *block);

#endif /* _NET_CSP_MBOX_GATEWAY_H */
