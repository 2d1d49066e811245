// SPDX-License-Identifier: GPL-2.0
/*
 * The stamp of a gateway on a Setup: VIA, with a token that only it can make;
 * csp.rst, section "Gateways and floods".
 *
 *	0       8       12              28
 *	+-------+-------+---------------+
 *	|  cid  | epoch |      MAC      |	over SRC, DST, cid, epoch
 *	+-------+-------+---------------+
 *
 * Nothing is kept. The epoch is the time in units of token_lifetime; a token is
 * good for the rest of its epoch and for the one after.
 */
#include <crypto/algapi.h>
#include <crypto/blake2s.h>
#include <linux/math64.h>
#include <net/dst.h>

#include "../tx.h"
#include "via.h"

/**
 * struct csp_token - what a gateway wants to see again
 * @cid:   initiator's identifier in the Setup
 * @epoch: when it was made
 * @mac:   over all that it was made for
 */
struct csp_token {
	__be64	cid;
	__be32	epoch;
	u8	mac[16];
} __packed;

static u32 csp_token_epoch(const struct csp_box *box)
{
	return div_u64(ktime_get_boottime_seconds(),
		       CSP_BOX_CONF(box, token_lifetime));
}

static void csp_token_mac(const struct csp_box *box, u8 *mac,
			  const struct csp_token *token,
			  const struct in6_addr *saddr,
			  const struct in6_addr *daddr)
{
	struct blake2s_state state;

	blake2s_init_key(&state, sizeof(token->mac), box->via_key,
			 sizeof(box->via_key));
	blake2s_update(&state, (const u8 *)saddr, sizeof(*saddr));
	blake2s_update(&state, (const u8 *)daddr, sizeof(*daddr));
	blake2s_update(&state, (const u8 *)token,
		       offsetof(struct csp_token, mac));
	blake2s_final(&state, mac);
}

/**
 * csp_via_check() - was a token made here?
 * @box:   namespace
 * @token: what is shown
 * @saddr: source of the Setup that it was made for
 * @daddr: destination
 *
 * Context: any.
 * Return: the identifier in the Setup, or 0: it was not, or is too old.
 */
__be64 csp_via_check(struct csp_box *box, const struct csp_blob *token,
		     const struct in6_addr *saddr,
		     const struct in6_addr *daddr)
{
	struct csp_token t;
	u8 mac[sizeof(t.mac)];

	if (token->len != sizeof(t))
		return 0;
	memcpy(&t, token->data, sizeof(t));
	if (csp_token_epoch(box) - be32_to_cpu(t.epoch) > 1)
		return 0;
	csp_token_mac(box, mac, &t, saddr, daddr);
	return crypto_memneq(mac, t.mac, sizeof(mac)) ? 0 : t.cid;
}

/* The side that a device is on, of those for which this is a gateway; or -1. */
static int csp_via_side(const struct csp_gw_sides *sides,
			const struct net_device *dev)
{
	int i;

	for (i = 0; sides && i < sides->n; i++)
		if (csp_match_if(&sides->side[i], dev))
			return i;
	return -1;
}

/* This host's address as the victim may reach it. */
static bool csp_via_addr(struct csp_packet *p, struct csp_addr *addr)
{
	struct csp_to to = {
		.daddr	= p->daddr,
		.family	= p->family,
	};
	struct dst_entry *dst;

	dst = csp_route(csp_box_host(p->box), &to);
	if (IS_ERR(dst))
		return false;
	dst_release(dst);
	addr->family = p->family;
	addr->in6 = to.saddr;
	return true;
}

static int csp_via_add(struct csp_packet *p, const struct csp_addr *addr,
		       const struct csp_token *token)
{
	/* VIA is critical; struct csp_attrhdr, struct csp_a_addr, token */
	u8 attr[4 + 4 + 16 + sizeof(*token)];
	const u8 alen = addr->family == 4 ? 4 : 16;
	const u16 len = 4 + 4 + alen + sizeof(*token);

	BUILD_BUG_ON(sizeof(*token) > CSP_VIA_TOKEN_MAX ||
		     sizeof(*token) % 4);
	memset(attr, 0, sizeof(attr));
	put_unaligned_be16(CSP_A_VIA | CSP_A_CRITICAL, attr);
	put_unaligned_be16(len, attr + 2);
	attr[4] = addr->family;
	memcpy(attr + 8, (const u8 *)&addr->in6 + sizeof(addr->in6) - alen,
	       alen);
	memcpy(attr + 8 + alen, token, sizeof(*token));
	return csp_packet_add(p, attr, len);
}

/**
 * csp_via_stamp() - put the token into a Setup that is forwarded
 * @p:   its packet
 * @msg: the Setup; what it points to may be void afterwards
 *
 * Context: softirq, RCU, no lock.
 */
void csp_via_stamp(struct csp_packet *p, const struct csp_msg *msg)
{
	struct csp_box *box = p->box;
	const struct csp_gw_sides *sides = rcu_dereference(box->sides);
	const int side = csp_via_side(sides, p->state->in);
	/* All of them on the edge; else only the first, if there is no room. */
	int extra = max(0, msg->n_via - (CSP_MAX_VIA - 1));
	struct csp_token token = { .cid = msg->cid };
	struct csp_addr addr = {};

	if (side < 0)
		return;
	if (sides->edge[side])
		extra = msg->n_via;
	/* The victim will ask about the source that it sees. */
	if (CSP_HAS(msg, MAC) || msg->src.loc_family != p->family ||
	    !ipv6_addr_equal(&msg->src.loc, &p->saddr) ||
	    !csp_via_addr(p, &addr))
		goto none;
	while (extra--) {
		if (csp_packet_remove(p, CSP_A_VIA))
			goto none;
		CSP_BOX_INC(box, VIA_REMOVED);
	}
	token.epoch = cpu_to_be32(csp_token_epoch(box));
	csp_token_mac(box, token.mac, &token, &p->saddr, &p->daddr);
	if (csp_via_add(p, &addr, &token))
		goto none;
	CSP_BOX_INC(box, STAMPED);
	return;
none:
	CSP_BOX_INC(box, STAMP_NONE);
}
