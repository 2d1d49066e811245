// SPDX-License-Identifier: GPL-2.0
/*
 * What an application says with a Setup, and asks of one.
 *
 * Name and token come from the socket (CSP_NAME, CSP_AUTH), or else from the
 * rule of its cgroup, for applications that never heard of CSP. Who connects
 * says them; who listens has them compared: csp.rst, section "Setup", step 6
 * of the responder.
 */
#include <crypto/algapi.h>
#include <linux/string.h>

#include "opts.h"
#include "rule.h"
#include "sock.h"

/* Copies, since a socket may be told something else at any time. */
struct csp_opts {
	u32	timeout;
	u8	auth_len;
	u8	name_len;
	u8	auth[CSP_AUTH_MAX];
	u8	name[CSP_NAME_MAX];
};

/**
 * csp_name_valid() - may it be a name? csp.rst, section "Attributes"
 * @name: the name
 * @len:  its length
 *
 * Context: any.
 * Return: true if it is printable ASCII without space, or empty.
 */
bool csp_name_valid(const u8 *name, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return true;
}
EXPORT_SYMBOL_GPL(csp_name_valid);

static void csp_opts_set_auth(struct csp_opts *opts, const u8 *auth, u8 len)
{
	if (opts->auth_len || !len)
		return;
	memcpy(opts->auth, auth, len);
	opts->auth_len = len;
}

static void csp_opts_set_name(struct csp_opts *opts, const u8 *name, u8 len)
{
	if (opts->name_len || !len)
		return;
	memcpy(opts->name, name, len);
	opts->name_len = len;
}

/* What the socket was told comes first. */
static void csp_opts_get(struct csp_opts *opts, struct csp_net *cn,
			 const struct sock *sk)
{
	const struct csp_rule *rule;
	struct csp_sock *cs;

	opts->timeout = 0;
	opts->auth_len = 0;
	opts->name_len = 0;
	rcu_read_lock();
	cs = csp_sock_find(cn, sk);
	if (cs) {
		spin_lock_bh(&cs->lock);
		opts->timeout = cs->timeout;
		csp_opts_set_auth(opts, cs->auth, cs->auth_len);
		csp_opts_set_name(opts, cs->name, cs->name_len);
		spin_unlock_bh(&cs->lock);
	}
	rule = csp_rule_of(cn, sk);
	if (rule) {
		csp_opts_set_auth(opts, rule->spec.auth, rule->spec.auth_len);
		csp_opts_set_name(opts, rule->spec.name, rule->spec.name_len);
	}
	rcu_read_unlock();
}

/**
 * csp_opts_flow() - what a connection has of the options of its socket
 * @flow: a new flow, in no table yet
 * @sk:   its socket
 *
 * Context: any.
 */
void csp_opts_flow(struct csp_flow *flow, const struct sock *sk)
{
	const struct csp_sock *cs;

	rcu_read_lock();
	cs = csp_sock_find(flow->cn, sk);
	if (cs) {
		flow->refresh = READ_ONCE(cs->refresh);
		if (flow->dir == CSP_DIR_BOTH)
			flow->dir = READ_ONCE(cs->dir);
	}
	rcu_read_unlock();
}

/**
 * csp_opts_write() - what a socket says with its Setup
 * @wr: writer, in the Setup
 * @cn: namespace
 * @sk: the socket
 *
 * Context: any.
 */
void csp_opts_write(struct csp_writer *wr, struct csp_net *cn,
		    const struct sock *sk)
{
	struct csp_opts opts;

	csp_opts_get(&opts, cn, sk);
	if (opts.auth_len)
		csp_write_blob(wr, CSP_A_AUTH, opts.auth, opts.auth_len);
	if (opts.name_len)
		csp_write_blob(wr, CSP_A_NAME, opts.name, opts.name_len);
	/* Always there, so that a box can write its own into the OK. */
	csp_write_u32(wr, CSP_A_TIMEOUT, opts.timeout);
}

/* A Setup without a name is for whoever is at the address. */
static bool csp_opts_name_ok(const struct csp_opts *opts,
			     const struct csp_msg *msg)
{
	if (!opts->name_len || !CSP_HAS(msg, NAME))
		return true;
	return opts->name_len == msg->name.len &&
	       !strncasecmp((const char *)opts->name,
			    (const char *)msg->name.data, msg->name.len);
}

static bool csp_opts_auth_ok(const struct csp_opts *opts,
			     const struct csp_msg *msg)
{
	if (!opts->auth_len)
		return true;
	return CSP_HAS(msg, AUTH) && opts->auth_len == msg->auth.len &&
	       !crypto_memneq(opts->auth, msg->auth.data, msg->auth.len);
}

/**
 * csp_opts_refuse() - has a socket anything against a Setup?
 * @cn:  namespace
 * @sk:  the socket that serves the connection
 * @t:   name of the connection
 * @msg: the Setup
 *
 * Context: any, RCU.
 * Return: 0 or an enum csp_error.
 */
u16 csp_opts_refuse(struct csp_net *cn, const struct sock *sk,
		    const struct csp_tuple *t, const struct csp_msg *msg)
{
	struct csp_opts opts;

	if (!csp_sk_expects(cn, sk, t))
		return CSP_ERR_POLICY;
	csp_opts_get(&opts, cn, sk);
	if (!csp_opts_name_ok(&opts, msg))
		return CSP_ERR_NO_LISTENER;
	if (!csp_opts_auth_ok(&opts, msg))
		return CSP_ERR_AUTH;
	return 0;
}
