// SPDX-License-Identifier: GPL-2.0
/*
 * Socket options at level SOL_IP and SOL_IPV6; csp(7).
 *
 * Netfilter's registry passes on the options that IP itself does not know.
 */
#include <linux/netfilter.h>
#include <linux/sockptr.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "change.h"
#include "flow.h"
#include "hook.h"
#include "invite.h"
#include "opts.h"
#include "refresh.h"
#include "sock.h"
#include "sockopt.h"

static int csp_get_int(sockptr_t arg, unsigned int len, int *val)
{
	if (len < sizeof(*val))
		return -EINVAL;
	return copy_from_sockptr(val, arg, sizeof(*val)) ? -EFAULT : 0;
}

static int csp_set_enable(struct csp_net *cn, struct sock *sk, sockptr_t arg,
			  unsigned int len)
{
	int err, mode;
	u8 phase;

	err = csp_get_int(arg, len, &mode);
	if (err)
		return err;
	if (mode < 0 || mode >= __CSP_MODE_MAX)
		return -EINVAL;
	err = csp_hooks_get(cn, mode);
	if (err)
		return err;

	lock_sock(sk);
	/* A connection keeps the phase that it has reached. */
	if (csp_sk_variant(sk, &phase) < 0)
		phase = CSP_PHASE_WATCH;
	err = csp_sk_flag(sk, mode, phase);
	release_sock(sk);
	return err;
}

/* Is it something that could be meant? The length is right. */
static bool csp_extra_valid(int name, const u8 *val, unsigned int len)
{
	const struct csp_expect *expect = (const void *)val;

	if (name == CSP_EXPECT)
		return !expect->family || expect->family == AF_INET ||
		       expect->family == AF_INET6;
	return name != CSP_NAME || csp_name_valid(val, len);
}

/* Options that need room of their own, on a flagged socket. */
static int csp_set_extra(struct csp_net *cn, struct sock *sk, int name,
			 sockptr_t arg, unsigned int len)
{
	unsigned int min = 1, max = CSP_AUTH_MAX;
	u8 buf[CSP_NAME_MAX] __aligned(__alignof__(struct csp_expect));
	struct csp_sock *cs;
	int err = 0;

	switch (name) {
	case CSP_TIMEOUT:
		min = sizeof(u32);
		max = sizeof(u32);
		break;
	case CSP_EXPECT:
		min = sizeof(struct csp_expect);
		max = sizeof(struct csp_expect);
		break;
	case CSP_NAME:
		max = CSP_NAME_MAX;
		break;
	}
	if (len < min || len > max)
		return -EINVAL;
	if (copy_from_sockptr(buf, arg, len))
		return -EFAULT;
	if (!csp_extra_valid(name, buf, len))
		return -EINVAL;

	rcu_read_lock();
	cs = csp_sock_get(cn, sk);
	if (cs) {
		spin_lock_bh(&cs->lock);
		switch (name) {
		case CSP_TIMEOUT:
			memcpy(&cs->timeout, buf, len);
			break;
		case CSP_EXPECT:
			memcpy(&cs->expect, buf, len);
			break;
		case CSP_NAME:
			memcpy(cs->name, buf, len);
			cs->name_len = len;
			break;
		case CSP_AUTH:
			memcpy(cs->auth, buf, len);
			cs->auth_len = len;
			break;
		}
		spin_unlock_bh(&cs->lock);
	} else {
		err = -ENOMEM;
	}
	rcu_read_unlock();
	return err;
}

static struct csp_flow *csp_opt_flow(struct csp_net *cn, struct sock *sk)
{
	struct csp_flow *flow;
	struct csp_tuple t;
	bool connected;

	lock_sock(sk);
	connected = csp_sk_tuple(sk, &t);
	release_sock(sk);
	flow = connected ? csp_flow_by_tuple(cn, &t) : NULL;
	return flow;
}

static int csp_set_pref(struct csp_net *cn, struct sock *sk, sockptr_t arg,
			unsigned int len)
{
	struct csp_flow *flow;
	int err, pref;

	err = csp_get_int(arg, len, &pref);
	if (err)
		return err;
	if (pref < 0 || pref > CSP_PREF_HIGH)
		return -EINVAL;
	flow = csp_opt_flow(cn, sk);
	if (!flow)
		return -ENOTCONN;
	err = csp_change_pref(flow, pref);
	csp_flow_put(flow);
	return err;
}

/* For the Setup to come; and if it has been, for the connection there is. */
static int csp_set_timeout(struct csp_net *cn, struct sock *sk, sockptr_t arg,
			   unsigned int len)
{
	struct csp_flow *flow;
	u32 timeout;
	int err;

	err = csp_set_extra(cn, sk, CSP_TIMEOUT, arg, len);
	if (err)
		return err;
	flow = csp_opt_flow(cn, sk);
	if (!flow)
		return 0;
	if (copy_from_sockptr(&timeout, arg, sizeof(timeout)))
		err = -EFAULT;
	else
		err = csp_change_timeout(flow, timeout);
	csp_flow_put(flow);
	/* The Setup under way may not say it, but then it was too early. */
	return err == -ENOTCONN ? 0 : err;
}

static int csp_store(struct csp_net *cn, struct sock *sk, int name, int val)
{
	struct csp_sock *cs;

	rcu_read_lock();
	cs = csp_sock_get(cn, sk);
	if (cs && name == CSP_REFRESH)
		WRITE_ONCE(cs->refresh, val);
	else if (cs)
		WRITE_ONCE(cs->dir, val);
	rcu_read_unlock();
	return cs ? 0 : -ENOMEM;
}

/* Of the connection that there is, and of those to come. */
static int csp_set_refresh(struct csp_net *cn, struct sock *sk, sockptr_t arg,
			   unsigned int len)
{
	struct csp_flow *flow;
	int err, on;

	err = csp_get_int(arg, len, &on) ?:
	      csp_store(cn, sk, CSP_REFRESH, !!on);
	if (err)
		return err;
	flow = csp_opt_flow(cn, sk);
	if (!flow)
		return 0;
	err = csp_refresh_set(flow, on);
	csp_flow_put(flow);
	/* The Setup is under way: its OK will find the flag. */
	return err == -ENOTCONN ? 0 : err;
}

/* The other way round is a sender to expect. */
static int csp_set_direction(struct csp_net *cn, struct sock *sk,
			     sockptr_t arg, unsigned int len)
{
	int err, dir;

	err = csp_get_int(arg, len, &dir);
	if (err)
		return err;
	if (dir != CSP_DIR_BOTH && dir != CSP_DIR_FORWARD)
		return -EINVAL;
	if (dir != CSP_DIR_BOTH && sk->sk_protocol != IPPROTO_UDP)
		return -EOPNOTSUPP;
	return csp_store(cn, sk, CSP_DIRECTION, dir);
}

/* With an address and a port it is consent that firewalls can be told of. */
static int csp_set_expect(struct csp_net *cn, struct sock *sk, sockptr_t arg,
			  unsigned int len)
{
	struct csp_expect expect;
	int err;

	err = csp_set_extra(cn, sk, CSP_EXPECT, arg, len);
	if (err)
		return err;
	if (copy_from_sockptr(&expect, arg, sizeof(expect)))
		return -EFAULT;
	return csp_invite(cn, sk, &expect);
}

static int csp_setsockopt(struct sock *sk, int name, sockptr_t arg,
			  unsigned int len)
{
	struct csp_net *cn = csp_pernet(sock_net(sk));
	u8 phase;

	if (name == CSP_ENABLE)
		return csp_set_enable(cn, sk, arg, len);
	if (csp_sk_variant(sk, &phase) < 0)
		return -EINVAL;
	switch (name) {
	case CSP_TIMEOUT:
		return csp_set_timeout(cn, sk, arg, len);
	case CSP_AUTH:
	case CSP_NAME:
		return csp_set_extra(cn, sk, name, arg, len);
	case CSP_EXPECT:
		return csp_set_expect(cn, sk, arg, len);
	case CSP_REFRESH:
		return csp_set_refresh(cn, sk, arg, len);
	case CSP_DIRECTION:
		return csp_set_direction(cn, sk, arg, len);
	case CSP_PREF:
		return csp_set_pref(cn, sk, arg, len);
	}
	return -ENOPROTOOPT;
}

/**
 * csp_flow_info() - what getsockopt(CSP_INFO) tells of a flow
 * @info: filled in
 * @flow: the flow
 *
 * Context: any, no flow->lock held.
 */
static void csp_flow_info(struct csp_info *info, struct csp_flow *flow)
{
	__be64 cid;

	spin_lock_bh(&flow->lock);
	info->state = flow->state;
	if (flow->initiator)
		info->flags |= CSP_INFO_INITIATOR;
	if (flow->udp)
		info->flags |= CSP_INFO_UDP_ENCAP;
	if (!flow->move || !flow->move->unvalidated)
		info->flags |= CSP_INFO_VALIDATED;
	info->moves = flow->moves;
	info->timeout_ms = flow->timeout;
	cid = csp_flow_cid(flow);
	memcpy(info->cid, &cid, sizeof(info->cid));
	info->lport = flow->t.lport;
	info->rport = flow->t.rport;
	if (flow->t.family == 4) {
		info->family = AF_INET;
		memcpy(info->laddr, &flow->t.laddr.s6_addr32[3], 4);
		memcpy(info->raddr, &flow->t.raddr.s6_addr32[3], 4);
	} else {
		info->family = AF_INET6;
		memcpy(info->laddr, &flow->t.laddr, 16);
		memcpy(info->raddr, &flow->t.raddr, 16);
	}
	spin_unlock_bh(&flow->lock);
}

static void csp_get_info(struct csp_net *cn, struct sock *sk,
			 struct csp_info *info)
{
	struct csp_flow *flow;
	u8 phase;
	int mode;

	memset(info, 0, sizeof(*info));
	mode = csp_sk_variant(sk, &phase);
	flow = csp_opt_flow(cn, sk);
	rcu_read_lock();
	info->mode = csp_sk_mode(cn, sk);
	rcu_read_unlock();
	if (flow) {
		csp_flow_info(info, flow);
		csp_flow_put(flow);
	} else if (mode > CSP_MODE_OFF && phase == CSP_PHASE_PASS) {
		info->state = CSP_STATE_PLAIN;
	}
}

static void csp_get_reject(struct csp_net *cn, const struct sock *sk,
			   struct csp_reject_info *info)
{
	struct csp_sock *cs;

	memset(info, 0, sizeof(*info));
	rcu_read_lock();
	cs = csp_sock_find(cn, sk);
	if (cs) {
		spin_lock_bh(&cs->lock);
		*info = cs->reject;
		spin_unlock_bh(&cs->lock);
	}
	rcu_read_unlock();
}

/* As SO_ORIGINAL_DST; -ENOENT: the peer asked for this host. */
static int csp_get_original_dst(struct csp_net *cn, struct sock *sk,
				struct sockaddr_in6 *addr)
{
	struct csp_flow *flow = csp_opt_flow(cn, sk);
	struct sockaddr_in *a4 = (struct sockaddr_in *)addr;
	const struct in6_addr *id;
	int err = -ENOENT;

	if (!flow)
		return -ENOTCONN;
	memset(addr, 0, sizeof(*addr));
	spin_lock_bh(&flow->lock);
	if (!flow->initiator && flow->names) {
		id = csp_end_identity(&flow->names->src);
		addr->sin6_port = flow->names->src.port;
		if (ipv6_addr_v4mapped(id)) {
			a4->sin_family = AF_INET;
			a4->sin_addr.s_addr = id->s6_addr32[3];
			err = sizeof(*a4);
		} else {
			addr->sin6_family = AF_INET6;
			addr->sin6_addr = *id;
			err = sizeof(*addr);
		}
	}
	spin_unlock_bh(&flow->lock);
	csp_flow_put(flow);
	return err;
}

static int csp_getsockopt(struct sock *sk, int name, void __user *user,
			  int *len)
{
	struct csp_net *cn = csp_pernet(sock_net(sk));
	union {
		struct csp_info		info;
		struct csp_reject_info	reject;
		struct sockaddr_in6	addr;
		int			mode;
	} val;
	int size;

	if (!csp_sk_speaks(sk))
		return -EOPNOTSUPP;
	switch (name) {
	case CSP_ENABLE:
		rcu_read_lock();
		val.mode = csp_sk_mode(cn, sk);
		rcu_read_unlock();
		size = sizeof(val.mode);
		break;
	case CSP_INFO:
		csp_get_info(cn, sk, &val.info);
		size = sizeof(val.info);
		break;
	case CSP_LAST_REJECT:
		csp_get_reject(cn, sk, &val.reject);
		size = sizeof(val.reject);
		break;
	case CSP_ORIGINAL_DST:
		size = csp_get_original_dst(cn, sk, &val.addr);
		if (size < 0)
			return size;
		break;
	default:
		return -ENOPROTOOPT;
	}
	if (*len < 0)
		return -EINVAL;
	*len = min(*len, size);
	return copy_to_user(user, &val, *len) ? -EFAULT : 0;
}

static struct nf_sockopt_ops csp_sockopts[] = {
	{
		.pf		= PF_INET,
		.set_optmin	= CSP_SO_BASE,
		.set_optmax	= CSP_SO_MAX + 1,
		.set		= csp_setsockopt,
		.get_optmin	= CSP_SO_BASE,
		.get_optmax	= CSP_SO_MAX + 1,
		.get		= csp_getsockopt,
		.owner		= THIS_MODULE,
	}, {
		.pf		= PF_INET6,
		.set_optmin	= CSP_SO_BASE,
		.set_optmax	= CSP_SO_MAX + 1,
		.set		= csp_setsockopt,
		.get_optmin	= CSP_SO_BASE,
		.get_optmax	= CSP_SO_MAX + 1,
		.get		= csp_getsockopt,
		.owner		= THIS_MODULE,
	},
};

int __init csp_sockopt_init(void)
{
	int err = nf_register_sockopt(&csp_sockopts[0]);

	if (err)
		return err;
	err = nf_register_sockopt(&csp_sockopts[1]);
	if (err)
		nf_unregister_sockopt(&csp_sockopts[0]);
	return err;
}

void csp_sockopt_exit(void)
{
	nf_unregister_sockopt(&csp_sockopts[1]);
	nf_unregister_sockopt(&csp_sockopts[0]);
}
