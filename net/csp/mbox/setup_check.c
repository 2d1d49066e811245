// SPDX-License-Identifier: GPL-2.0
/*
 * What a Setup says, looked at by itself; csp.rst, sections "Connection
 * notation", "Piggyback".
 */
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include "inward.h"
#include "nat.h"
#include "setup.h"

/**
 * csp_setup_key() - the data tuple of what SRC and DST name
 * @p:   packet; gets @masked and @inward
 * @msg: the Setup
 * @key: filled in
 *
 * Only SRC may have another address than the IP header: one that this box, a
 * NAT, has lent to the sender, or one further out. Whether it has is seen when
 * the ruleset has been asked. DST may have that of this box, if it was for a name
 * that this gives to a host inside (inward.c).
 *
 * Context: softirq, RCU.
 * Return: false: it speaks of other addresses, and is somebody else's business.
 */
bool csp_setup_key(struct csp_packet *p, const struct csp_msg *msg,
		   struct csp_hole_key *key)
{
	p->masked = !ipv6_addr_equal(&msg->src.loc, &p->saddr);
	memset(key, 0, sizeof(*key));
	key->addr[CSP_HOLE_INITIATOR] = p->saddr;
	key->addr[CSP_HOLE_RESPONDER] = msg->dst.loc;
	key->port[CSP_HOLE_INITIATOR] = csp_end_port(&msg->src);
	key->port[CSP_HOLE_RESPONDER] = csp_end_port(&msg->dst);
	key->proto = msg->proto;
	key->family = p->family;
	return msg->src.loc_family == p->family &&
	       msg->dst.loc_family == p->family &&
	       (!p->masked || csp_nat_active(p->box, p->family)) &&
	       (ipv6_addr_equal(&msg->dst.loc, &p->daddr) ||
		csp_inward_key(p, msg, key));
}

/**
 * csp_setup_tracked() - does conntrack know the connections of a transport?
 * @proto: IPPROTO_*
 *
 * Context: any.
 * Return: true if it does.
 */
bool csp_setup_tracked(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return true;
	}
	return false;
}

/* A Setup carries a SYN, a move any segment. */
static bool csp_piggyback_tcp(const struct csp_blob *data, bool moving)
{
	struct tcphdr th;

	if (data->len < sizeof(th))
		return false;
	memcpy(&th, data->data, sizeof(th));
	if (!moving && (!th.syn || th.ack || th.fin || th.rst))
		return false;
	return th.doff * 4 >= sizeof(th) && th.doff * 4 <= data->len;
}

static bool csp_piggyback_udp(const struct csp_blob *data)
{
	struct udphdr uh;

	memcpy(&uh, data->data, sizeof(uh));
	return ntohs(uh.len) == data->len;
}

/* Section "Piggyback". */
static bool csp_piggyback_fits(const struct csp_packet *p,
			       const struct csp_msg *msg,
			       const struct csp_hole_key *key)
{
	const struct csp_blob *data = &msg->piggyback;
	/* As the sender has them. */
	const __be16 ports[2] = {
		key->port[CSP_HOLE_INITIATOR],
		p->inward.on ? p->inward.port : key->port[CSP_HOLE_RESPONDER],
	};

	if (!CSP_HAS(msg, PIGGYBACK))
		return true;
	/* The codec leaves nothing shorter than a UDP header through. */
	if (memcmp(data->data, ports, sizeof(ports)))
		return false;
	if (key->proto == IPPROTO_TCP)
		return csp_piggyback_tcp(data, p->moving);
	return key->proto == IPPROTO_UDP && csp_piggyback_udp(data);
}

/**
 * csp_setup_ports() - can the ports of a data tuple be those of data?
 * @box: namespace
 * @key: the tuple, of a Setup or of a move
 *
 * Context: softirq.
 * Return: false: one is a wildcard, or that of signalling: signalling about
 * signalling would have no end.
 */
bool csp_setup_ports(const struct csp_box *box, const struct csp_hole_key *key)
{
	const __be16 encap = csp_box_udp_port(box);

	return key->port[0] && key->port[1] &&
	       (key->proto != IPPROTO_UDP ||
		(key->port[0] != encap && key->port[1] != encap));
}

/**
 * csp_setup_sound() - does a Setup fit together?
 * @p:   its packet
 * @msg: the Setup
 * @key: its data tuple
 *
 * Section "Connection notation": no wildcards, and TCP goes both ways.
 *
 * Context: softirq.
 * Return: true if it does, and what it carries fits it.
 */
bool csp_setup_sound(const struct csp_packet *p, const struct csp_msg *msg,
		     const struct csp_hole_key *key)
{
	if (!csp_setup_ports(p->box, key))
		return false;
	if (key->proto != IPPROTO_UDP && msg->dir != CSP_DIR_BOTH)
		return false;
	return csp_piggyback_fits(p, msg, key);
}
