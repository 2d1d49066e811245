/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Re-homing a socket in place: other addresses, same connection.
 */
#ifndef _NET_CSP_REBIND_H
#define _NET_CSP_REBIND_H

#include "csp.h"

/**
 * struct csp_rebind - one re-homing
 * @old:     name until now
 * @t:       new name
 * @limited: the other end's new address has not proved itself: send no more
 *           than two segments to it
 * @arrived: the old path was good to the last: what went by it has arrived;
 *           cleared if that helps nothing
 * @room:    bytes that signalling needs beside a segment; returns by how much
 *           the segments have become shorter
 */
struct csp_rebind {
	struct csp_tuple	old;
	struct csp_tuple	t;
	bool			limited;
	bool			arrived;
	u16			room;
};

u16 csp_rebind_check(const struct sock *sk);
int csp_rebind(struct sock *sk, struct csp_rebind *rb);
void csp_rebind_lift(struct sock *sk, bool window, u16 room);
void csp_rebind_adrift(struct sock *sk);
void csp_rebind_kick(struct sock *sk);
void csp_rebind_doubt(struct sock *sk);
void csp_rebind_rtt(struct sock *sk, unsigned int us);

#endif /* _NET_CSP_REBIND_H */
