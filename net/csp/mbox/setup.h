/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a Setup says, looked at by itself; and how it is refused.
 */
#ifndef _NET_CSP_MBOX_SETUP_H
#define _NET_CSP_MBOX_SETUP_H

#include "firewall.h"
#include "packet.h"
#include "pinhole.h"

bool csp_setup_key(struct csp_packet *p, const struct csp_msg *msg,
		   struct csp_hole_key *key);
bool csp_setup_tracked(u8 proto);
bool csp_setup_ports(const struct csp_box *box, const struct csp_hole_key *key);
bool csp_setup_sound(const struct csp_packet *p, const struct csp_msg *msg,
		     const struct csp_hole_key *key);
enum csp_fate csp_setup_refuse(struct csp_packet *p, const struct csp_msg *msg,
			       int err);

#endif /* _NET_CSP_MBOX_SETUP_H */
