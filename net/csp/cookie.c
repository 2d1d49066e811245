// SPDX-License-Identifier: GPL-2.0
/*
 * Nonces that need no memory; csp.rst, section "Stateless answer".
 *
 * A cookie is a keyed hash of who asked, what for, and when, the time counted
 * in epochs. Only this host can make one, so that whoever echoes it has
 * received it: his address is where he says. It is good for the rest of its
 * epoch and for the one after.
 */
#include <linux/export.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <net/ipv6.h>

#include "cookie.h"
#include "limit.h"
#include "rx.h"

/**
 * csp_cookie_init() - make the secret of a namespace's cookies
 * @cn: namespace
 *
 * Context: any.
 */
void csp_cookie_init(struct csp_net *cn)
{
	get_random_bytes(&cn->cookie_key, sizeof(cn->cookie_key));
}

static u64 csp_cookie_epoch(const struct csp_net *cn)
{
	return div_u64(ktime_get_boottime_seconds(),
		       CSP_CONF(cn, cookie_lifetime));
}

static u64 csp_cookie_of(const struct csp_net *cn, const struct in6_addr *saddr,
			 const struct in6_addr *daddr, __be64 cid, u64 epoch)
{
	struct {
		struct in6_addr	saddr;
		struct in6_addr	daddr;
		__be64		cid;
		u64		epoch;
	} __aligned(SIPHASH_ALIGNMENT) in = {
		.saddr	= *saddr,
		.daddr	= *daddr,
		.cid	= cid,
		.epoch	= epoch,
	};

	return siphash(&in, sizeof(in), &cn->cookie_key);
}

/**
 * csp_cookie_make() - make the nonce of a stateless answer
 * @cn:    namespace
 * @saddr: who asked; IPv4 as v4-mapped
 * @daddr: the address that was asked
 * @cid:   the asker's identifier of the connection
 * @out:   CSP_COOKIE_LEN bytes
 *
 * Context: any.
 */
void csp_cookie_make(struct csp_net *cn, const struct in6_addr *saddr,
		     const struct in6_addr *daddr, __be64 cid, u8 *out)
{
	const u64 cookie = csp_cookie_of(cn, saddr, daddr, cid,
					 csp_cookie_epoch(cn));

	BUILD_BUG_ON(sizeof(cookie) != CSP_COOKIE_LEN);
	memcpy(out, &cookie, sizeof(cookie));
}
EXPORT_SYMBOL_GPL(csp_cookie_make);

/**
 * csp_cookie_ok() - is an echo one of our cookies?
 * @cn:    namespace
 * @saddr: who echoes; IPv4 as v4-mapped
 * @daddr: the address that was asked
 * @cid:   the asker's identifier of the connection
 * @echo:  what he echoes
 *
 * The caller counts.
 *
 * Context: any.
 * Return: whether it was made for the same, in this epoch or the one before.
 */
bool csp_cookie_ok(struct csp_net *cn, const struct in6_addr *saddr,
		   const struct in6_addr *daddr, __be64 cid,
		   const struct csp_blob *echo)
{
	const u64 epoch = csp_cookie_epoch(cn);
	u64 cookie;

	if (echo->len != sizeof(cookie))
		return false;
	memcpy(&cookie, echo->data, sizeof(cookie));
	return cookie == csp_cookie_of(cn, saddr, daddr, cid, epoch) ||
	       cookie == csp_cookie_of(cn, saddr, daddr, cid, epoch - 1);
}
EXPORT_SYMBOL_GPL(csp_cookie_ok);

/**
 * csp_cookie_echoed() - has the sender of a request echoed a nonce of ours?
 * @rx:   the packet
 * @msg:  the request, which has LOCAL_ID
 * @what: what the nonce is for: the asker's identifier, or more than that
 *
 * Counts it if there is an echo.
 *
 * Context: any.
 * Return: whether he has: his address is where he says.
 */
bool csp_cookie_echoed(struct csp_rx *rx, const struct csp_msg *msg, __be64 what)
{
	if (!CSP_HAS(msg, NONCE_ECHO))
		return false;
	if (csp_cookie_ok(rx->cn, &rx->saddr, &rx->daddr, what,
			  &msg->nonce_echo)) {
		CSP_INC(rx->cn, COOKIE_OK);
		return true;
	}
	CSP_INC(rx->cn, COOKIE_BAD);
	return false;
}
EXPORT_SYMBOL_GPL(csp_cookie_echoed);

/**
 * csp_cookie_ask() - answer a request with a nonce, and keep nothing
 * @rx:   the packet
 * @msg:  the request, which has LOCAL_ID
 * @what: what the nonce is for: the asker's identifier, or more than that
 *
 * Context: any.
 */
void csp_cookie_ask(struct csp_rx *rx, const struct csp_msg *msg, __be64 what)
{
	u8 nonce[CSP_COOKIE_LEN];
	struct csp_writer *wr;

	if (!csp_limit_reply(rx->cn, &rx->saddr)) {
		CSP_INC(rx->cn, RATE_LIMITED);
		return;
	}
	wr = csp_rx_reply(rx, CSP_MSG_ACK, msg->cid);
	if (!wr)
		return;
	csp_cookie_make(rx->cn, &rx->saddr, &rx->daddr, what, nonce);
	csp_write_blob(wr, CSP_A_NONCE, nonce, sizeof(nonce));
	CSP_INC(rx->cn, COOKIE_OUT);
}
EXPORT_SYMBOL_GPL(csp_cookie_ask);
