// SPDX-License-Identifier: GPL-2.0
/*
 * Telling hosts that this box keeps idle state for less time than it granted;
 * csp.rst, section "Change", "Less".
 *
 *	 settings grant less than the pinhole has
 *	        |
 *	        v                   again, three times in all
 *	 pinhole has less, and whoever asked for time is told: Change(TIMEOUT, ORIGIN)
 *	        |
 *	        v
 *	 he asks what there is, as ever: the OK that passes says it
 *
 * That the settings have changed is found out by the round that looks after
 * open pinholes (sweep.c). A host that hears nothing of it, for all were lost,
 * learns it when it asks the next time.
 */
#include <linux/random.h>
#include <net/dst.h>
#include <net/ipv6.h>

#include "../tx.h"
#include "nat.h"
#include "netlink.h"
#include "pinhole.h"

/* How often, in all. */
#define CSP_LESS_TIMES	3

/* CONN, SRC, DST, TIMEOUT and ORIGIN, with IPv6 and identities. */
#define CSP_LESS_MAX	192

/**
 * struct csp_less - what an end is told
 * @key:  data tuple
 * @nat:  translation of it
 * @dcid: of the end
 * @xid:  transaction
 * @end:  which it is
 * @dir:  direction of the connection
 * @ms:   granted from now on
 * @oif:  device that it is behind, if its address says nothing of that
 */
struct csp_less {
	struct csp_hole_key	key;
	struct csp_nat		nat;
	__be64			dcid;
	__be32			xid;
	enum csp_hole_end	end;
	u8			dir;
	u32			ms;
	int			oif;
};

/* Names as the other end would say them: its own first. */
static void csp_less_name(const struct csp_less *l, enum csp_hole_end end,
			  struct csp_end *name)
{
	*name = (struct csp_end) {
		.loc_family	= l->key.family,
		.loc		= l->key.addr[end],
		.port		= l->key.port[end],
	};
	/* Outside, by the name there. */
	if (l->nat.on && l->nat.inside == end && l->end != end) {
		name->loc = l->nat.addr;
		name->port = l->nat.port;
	}
}

static void csp_less_write(struct csp_writer *wr, const struct csp_less *l,
			   const struct csp_to *to)
{
	const struct csp_addr origin = {
		.family	= to->family,
		.in6	= to->saddr,
	};
	struct csp_end src, dst;
	u8 dir = l->dir;

	csp_less_name(l, !l->end, &src);
	csp_less_name(l, l->end, &dst);
	/* It is told from the initiator's side. */
	if (l->end == CSP_HOLE_INITIATOR && dir != CSP_DIR_BOTH)
		dir = dir == CSP_DIR_FORWARD ? CSP_DIR_REVERSE :
					       CSP_DIR_FORWARD;
	csp_write_msg(wr, CSP_MSG_CHANGE, 0, l->dcid);
	csp_write_conn(wr, l->key.proto, dir, &src, &dst);
	csp_write_u32(wr, CSP_A_TIMEOUT, l->ms);
	csp_write_addr(wr, CSP_A_ORIGIN, &origin);
}

static void csp_less_send(struct csp_box *box, const struct csp_less *l)
{
	struct csp_net *cn = csp_box_host(box);
	struct csp_to to = {
		.daddr	= l->key.addr[l->end],
		.family	= l->key.family,
		.oif	= l->oif,
	};
	struct csp_writer wr;
	struct dst_entry *dst;
	struct sk_buff *skb;

	dst = csp_route(cn, &to);
	if (IS_ERR(dst))
		return;
	skb = csp_tx_alloc(CSP_LESS_MAX);
	if (skb) {
		csp_write_start(&wr, skb->data, CSP_LESS_MAX, l->xid, 0, 0);
		csp_less_write(&wr, l, &to);
		CSP_BOX_INC(box, LESS_TOLD);
		csp_tx_finish(cn, skb, &wr, &to, dst);
	} else {
		CSP_BOX_INC(box, NOMEM);
	}
	dst_release(dst);
}

/**
 * csp_less_is_due() - is somebody to be told that there is less time now?
 * @hole: open pinhole
 *
 * It has less from now on, if so.
 *
 * Context: csp_box.lock held.
 * Return: true: csp_less_tell(), without the lock.
 */
bool csp_less_is_due(struct csp_hole *hole)
{
	const u32 grant = csp_hole_grant(hole);

	lockdep_assert_held(&hole->box->lock);
	if (grant < hole->granted) {
		hole->granted = grant;
		csp_hole_run(hole);
		hole->untold = hole->askers;
		hole->tells = CSP_LESS_TIMES;
		hole->less_xid = (__force __be32)get_random_u32();
		CSP_BOX_INC(hole->box, LESS);
		csp_box_nl_event(hole, CSP_MBOX_EVENT_CHANGED);
	}
	return hole->untold && hole->tells;
}

static bool csp_less_take(struct csp_hole *hole, enum csp_hole_end end,
			  struct csp_less *l)
{
	const u64 side = hole->side[end];

	if (hole->dead || !(hole->untold & BIT(end)))
		return false;
	*l = (struct csp_less) {
		.key	= hole->key,
		.nat	= hole->nat,
		.dcid	= hole->ids[end][CSP_HOLE_CID].id,
		.xid	= hole->less_xid,
		.end	= end,
		.dir	= hole->dir,
		.ms	= hole->granted,
	};
	if (ipv6_addr_type(&l->key.addr[end]) & IPV6_ADDR_LINKLOCAL &&
	    side <= INT_MAX)
		l->oif = side;
	return l->dcid;
}

/**
 * csp_less_tell() - tell who asked for time that there is less
 * @hole: the pinhole, with a reference
 *
 * Context: process, no lock.
 */
void csp_less_tell(struct csp_hole *hole)
{
	struct csp_less less[2];
	bool tell[2];
	int end;

	spin_lock_bh(&hole->box->lock);
	for (end = 0; end < 2; end++)
		tell[end] = csp_less_take(hole, end, &less[end]);
	if (hole->tells)
		hole->tells--;
	spin_unlock_bh(&hole->box->lock);
	for (end = 0; end < 2; end++)
		if (tell[end])
			csp_less_send(hole->box, &less[end]);
}
