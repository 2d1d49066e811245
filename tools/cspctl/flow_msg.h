/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection as netlink tells it: in answers to flow-get and in events.
 */
#ifndef _CSPCTL_FLOW_MSG_H
#define _CSPCTL_FLOW_MSG_H

#include "nl.h"

#define FLOW_MAX_ALTERNATIVES	16

/**
 * struct flow - attributes of a connection; what was not told is zero
 * @cid:        this end's identifier; only the administrator is told
 * @prev_cid:   the one that it had before a move, as long as that is understood
 * @peer_cid:   the other end's
 * @proto:      IPPROTO_*
 * @state:      enum csp_state
 * @flags:      CSP_INFO_*
 * @moves:      times that it was re-homed
 * @age:        milliseconds since it was announced
 * @timeout:    milliseconds that boxes keep idle state; 0 unknown
 * @inode:      of the socket; 0 unknown
 * @laddr:      address in use at this end
 * @raddr:      address in use at the other end
 * @lport:      port of this end
 * @rport:      port of the other end
 * @home_laddr: address of this end at the Setup
 * @home_raddr: address of the other end at the Setup
 * @alts:       other addresses that the peer offered
 * @n_alts:     how many
 * @event:      enum csp_event; in events
 * @error:      enum csp_error; in events
 * @text:       explanation of @error, fit to be shown; in events
 */
struct flow {
	uint64_t	cid;
	uint64_t	prev_cid;
	uint64_t	peer_cid;
	uint8_t		proto;
	uint8_t		state;
	uint32_t	flags;
	uint32_t	moves;
	uint32_t	age;
	uint32_t	timeout;
	uint32_t	inode;
	struct addr	laddr;
	struct addr	raddr;
	uint16_t	lport;
	uint16_t	rport;
	struct addr	home_laddr;
	struct addr	home_raddr;
	struct addr	alts[FLOW_MAX_ALTERNATIVES];
	unsigned int	n_alts;
	bool		is_event;
	uint8_t		event;
	uint16_t	error;
	char		text[256];
};

int flow_parse(const struct nlmsghdr *nlh, struct flow *f);
struct json_object *flow_json(const struct flow *f);

/* 16 hexadecimal digits, or "-" */
#define CID_STRLEN	17
const char *show_cid(char buf[CID_STRLEN], uint64_t cid);

/* "initiator,validated", or "-" */
#define FLAGS_STRLEN	64
const char *show_flags(char buf[FLAGS_STRLEN], uint32_t flags);

#endif /* _CSPCTL_FLOW_MSG_H */
