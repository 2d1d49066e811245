// SPDX-License-Identifier: GPL-2.0
/*
 * A connection that cannot be announced, or is refused: what its socket is
 * told; csp.rst, section "Rejection".
 */
#include <linux/netfilter.h>
#include <linux/slab.h>
#include <net/tcp.h>

#include "errno.h"
#include "flow.h"
#include "hook.h"
#include "netlink.h"
#include "setup.h"
#include "sock.h"

/* A connection that fails without ever having had a flow. */
struct csp_stillborn {
	struct work_struct	work;
	struct sock		*sk;
	int			err;
};

static void csp_setup_abort(struct work_struct *work)
{
	struct csp_stillborn *s = container_of(work, struct csp_stillborn, work);

	if (READ_ONCE(s->sk->sk_state) == TCP_SYN_SENT)
		tcp_abort(s->sk, s->err);
	sock_put(s->sk);
	kfree(s);
}

/* Require, and there is no way: not under the socket lock, that we may hold. */
static unsigned int csp_setup_forbid(struct csp_net *cn, struct sock *sk,
				     u16 code, const char *text)
{
	struct csp_reject_info info = {
		.code	= code,
		.err	= -csp_errno(code),
	};
	struct csp_stillborn *s;

	strscpy(info.text, text, sizeof(info.text));
	csp_sk_rejected(cn, sk, &info);
	if (sk->sk_protocol != IPPROTO_TCP) {
		WRITE_ONCE(sk->sk_err, info.err);
		sk_error_report(sk);
		return NF_DROP;
	}
	s = kzalloc(sizeof(*s), GFP_ATOMIC);
	/* That error alone makes connect() fail at once. */
	if (!s)
		return NF_DROP_ERR(-ECONNREFUSED);
	INIT_WORK(&s->work, csp_setup_abort);
	sock_hold(sk);
	s->sk = sk;
	s->err = info.err;
	queue_work(cn->wq, &s->work);
	return NF_DROP;
}

/**
 * csp_setup_none() - no flow can be made for a connection
 * @cn:   namespace
 * @sk:   its socket
 * @mode: enum csp_mode
 * @code: why: CSP_ERR_MISMATCH or CSP_ERR_FULL
 *
 * Context: softirq or under the socket lock.
 * Return: a netfilter verdict for its first packet.
 */
unsigned int csp_setup_none(struct csp_net *cn, struct sock *sk, u8 mode,
			    u16 code)
{
	if (mode == CSP_MODE_REQUIRE && code == CSP_ERR_MISMATCH)
		return csp_setup_forbid(cn, sk, code,
					"this host translates the address");
	if (mode == CSP_MODE_REQUIRE)
		return csp_setup_forbid(cn, sk, code,
					"no room for more connections here");
	CSP_INC(cn, PLAIN_FULL);
	csp_sk_set_phase(sk, CSP_PHASE_PASS);
	return NF_ACCEPT;
}

/* Of a connection that is not set up yet, with a reference; else NULL. */
static struct sock *csp_setup_sk(struct csp_flow *flow)
{
	struct sock *sk = NULL;

	spin_lock_bh(&flow->lock);
	if (!flow->dead && (flow->state == CSP_STATE_SETUP ||
			    flow->state == CSP_STATE_PLAIN)) {
		sk = flow->sk;
		sock_hold(sk);
	}
	spin_unlock_bh(&flow->lock);
	return sk;
}

/**
 * csp_setup_set_error() - a connection has been refused
 * @flow:   the flow; nothing happens if it is not in SETUP any more
 * @code:   enum csp_err
 * @detail: of the Reject
 * @origin: who refused it
 * @family: of @origin, 4 or 6
 * @text:   explanation, not terminated, or NULL
 * @len:    of @text, in bytes
 *
 * Context: any, no flow->lock held.
 */
void csp_setup_set_error(struct csp_flow *flow, u16 code, u16 detail,
			 const struct in6_addr *origin, u8 family,
			 const void *text, size_t len)
{
	struct csp_reject_info info = {
		.code	= code,
		.detail	= detail,
		.family	= family == 4 ? AF_INET : AF_INET6,
		.err	= -csp_errno(code),
	};
	struct sock *sk = csp_setup_sk(flow);

	if (!sk)
		return;
	if (family == 4)
		memcpy(info.origin, &origin->s6_addr32[3], sizeof(__be32));
	else
		memcpy(info.origin, origin, sizeof(*origin));
	if (len)
		memcpy(info.text, text, min_t(size_t, len, CSP_TEXT_MAX));
	WRITE_ONCE(flow->err, csp_errno(code));
	csp_sk_rejected(flow->cn, sk, &info);
	sock_put(sk);
	csp_nl_event_reject(flow, code, info.text);
	csp_flow_todo(flow, CSP_TODO_FAIL);
}

/**
 * csp_setup_set_error_text() - a connection fails without a Reject
 * @flow: the flow, in SETUP
 * @code: enum csp_err
 * @text: explanation for CSP_LAST_REJECT
 *
 * Context: any, no flow->lock held.
 */
void csp_setup_set_error_text(struct csp_flow *flow, u16 code,
			      const char *text)
{
	csp_setup_set_error(flow, code, 0, &flow->t.raddr, flow->t.family, text,
			    strlen(text));
}

/**
 * csp_setup_error() - a connection fails for a reason that nobody else gave
 * @flow: the flow, in SETUP
 * @err:  negative errno for its socket
 * @text: explanation for CSP_LAST_REJECT
 *
 * Context: the flow's work.
 */
void csp_setup_error(struct csp_flow *flow, int err, const char *text)
{
	struct csp_reject_info info = { .err = -err };
	struct sock *sk = csp_setup_sk(flow);

	if (!sk)
		return;
	strscpy(info.text, text, sizeof(info.text));
	WRITE_ONCE(flow->err, err);
	csp_sk_rejected(flow->cn, sk, &info);
	sock_put(sk);
	csp_setup_fail(flow);
}

/**
 * csp_setup_fail() - tell the socket that its connection was refused
 * @flow: the flow, its error set
 *
 * Context: the flow's work.
 */
void csp_setup_fail(struct csp_flow *flow)
{
	struct sock *sk = csp_flow_sk(flow);

	if (sk) {
		csp_sk_fail(sk, -READ_ONCE(flow->err));
		sock_put(sk);
	}
	csp_flow_kill(flow, CSP_EVENT_DELETED);
}
