// SPDX-License-Identifier: GPL-2.0
/*
 * Flagged sockets.
 *
 * A flagged socket has, in place of its sk_prot, a copy of it that differs in
 * what a connection's end and re-use call (destroy of TCP, unhash and connect
 * of UDP, disconnect), and that is owned by this module: the socket's creator pointer keeps
 * the module for as long as the socket lives, and children of a listener
 * inherit both. Which copy it is says mode and phase, so that a hook needs no
 * look-up to know that a packet is none of its business:
 *
 *	         connect, first packet        OK (connected UDP), or plain
 *	WATCH ------------------------> WATCH ----------------------> PASS
 *	  ^                               |  ^                          |
 *	  |                     move begun|  |OK                        |
 *	  |                               v  |                          |
 *	  |                              HOLD                           |
 *	  +-------------------- disconnect, connect again --------------+
 *
 * A socket that listens is never flagged: sk_clone_lock() may be copying it
 * at this moment, and the child would use the copy without owning the module.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "detach.h"
#include "flow.h"
#include "netlink.h"
#include "rule.h"
#include "sock.h"

enum { CSP_FAM4, CSP_FAM6, __CSP_FAM_MAX };
enum { CSP_PROTO_TCP, CSP_PROTO_UDP, __CSP_PROTO_MAX };

/* The second half is for sockets that default or a rule has flagged. */
struct csp_variants {
	struct proto	v[2][__CSP_MODE_MAX][__CSP_PHASE_MAX];
};

static struct csp_variants csp_variants[__CSP_FAM_MAX][__CSP_PROTO_MAX];
/* What they are copies of; NULL: family not available. */
static struct proto *csp_base[__CSP_FAM_MAX][__CSP_PROTO_MAX] __read_mostly;

static const struct rhashtable_params csp_sock_params = {
	.head_offset		= offsetof(struct csp_sock, node),
	.key_offset		= offsetof(struct csp_sock, sk),
	.key_len		= sizeof(struct sock *),
	.automatic_shrinking	= true,
};

int csp_socks_init(struct csp_net *cn)
{
	return rhashtable_init(&cn->socks, &csp_sock_params);
}

static void csp_sock_free(void *ptr, void *arg)
{
	kfree(ptr);
}

void csp_socks_exit(struct csp_net *cn)
{
	rhashtable_free_and_destroy(&cn->socks, csp_sock_free, NULL);
}

/**
 * csp_sk_speaks() - is it a socket of a transport that is signalled?
 * @sk: the socket
 *
 * Context: any.
 * Return: true for TCP and UDP, false for raw sockets of these protocols too.
 */
bool csp_sk_speaks(const struct sock *sk)
{
	return sk->sk_type != SOCK_RAW && (sk->sk_protocol == IPPROTO_TCP ||
					   sk->sk_protocol == IPPROTO_UDP);
}

static struct proto *csp_sk_base(const struct sock *sk)
{
	int fam = sk->sk_family == AF_INET6 ? CSP_FAM6 : CSP_FAM4;

	if (!csp_sk_speaks(sk))
		return NULL;
	return csp_base[fam][sk->sk_protocol == IPPROTO_UDP];
}

static struct csp_variants *csp_sk_variants(const struct sock *sk)
{
	int fam = sk->sk_family == AF_INET6 ? CSP_FAM6 : CSP_FAM4;

	return &csp_variants[fam][sk->sk_protocol == IPPROTO_UDP];
}

/**
 * csp_sk_variant() - is a socket flagged?
 * @sk:    a full socket
 * @phase: enum csp_phase, if it is
 *
 * Context: any; for every packet of a namespace that uses CSP.
 * Return: enum csp_mode, or -1.
 */
int csp_sk_variant(const struct sock *sk, u8 *phase)
{
	unsigned long off = (unsigned long)READ_ONCE(sk->sk_prot) -
			    (unsigned long)csp_variants;
	unsigned int i;

	if (likely(off >= sizeof(csp_variants)))
		return -1;
	i = off / sizeof(struct proto) %
	    (__CSP_MODE_MAX * __CSP_PHASE_MAX);
	*phase = i % __CSP_PHASE_MAX;
	return i / __CSP_PHASE_MAX;
}

static bool csp_prot_auto(const struct proto *prot)
{
	unsigned long off = (unsigned long)prot - (unsigned long)csp_variants;

	return off < sizeof(csp_variants) &&
	       off / sizeof(struct proto) /
	       (__CSP_MODE_MAX * __CSP_PHASE_MAX) % 2;
}

/**
 * csp_sk_auto() - has default or a rule flagged a socket, and not the socket?
 * @sk: a full socket
 *
 * Context: any.
 * Return: true if so; false also if it is not flagged.
 */
bool csp_sk_auto(const struct sock *sk)
{
	return csp_prot_auto(READ_ONCE(sk->sk_prot));
}

/**
 * csp_sk_foreign() - has something else (TLS, sockmap, ...) taken over a socket?
 * @sk: a full socket, TCP or UDP
 *
 * Context: any.
 * Return: true if its operations are neither its transport's nor ours.
 */
bool csp_sk_foreign(const struct sock *sk)
{
	u8 phase;

	return csp_sk_variant(sk, &phase) < 0 &&
	       READ_ONCE(sk->sk_prot) != csp_sk_base(sk);
}

/* May default and rules speak of it? Tunnels, the kernel's and IKE's, no. */
static bool csp_sk_eligible(const struct sock *sk)
{
	if (!sk->sk_net_refcnt || READ_ONCE(sk->sk_prot) != csp_sk_base(sk))
		return false;
	return sk->sk_protocol != IPPROTO_UDP || !udp_sk(sk)->encap_type;
}

/**
 * csp_sk_expects() - has a socket nothing against a sender?
 * @cn: namespace
 * @sk: the socket that serves the connection
 * @t:  name of the connection
 *
 * Context: any, RCU.
 * Return: false if its CSP_EXPECT names another sender.
 */
bool csp_sk_expects(struct csp_net *cn, const struct sock *sk,
		    const struct csp_tuple *t)
{
	struct csp_sock *cs = csp_sock_find(cn, sk);
	struct in6_addr addr;
	bool ok = true;

	if (!cs)
		return true;
	spin_lock_bh(&cs->lock);
	if (cs->expect.port && cs->expect.port != t->rport)
		ok = false;
	if (cs->expect.family == AF_INET) {
		ipv6_addr_set_v4mapped(*(__be32 *)cs->expect.addr, &addr);
		ok = ok && ipv6_addr_equal(&addr, &t->raddr);
	} else if (cs->expect.family == AF_INET6) {
		memcpy(&addr, cs->expect.addr, sizeof(addr));
		ok = ok && ipv6_addr_equal(&addr, &t->raddr);
	}
	spin_unlock_bh(&cs->lock);
	return ok;
}

/**
 * csp_sk_mode() - shall connections of a socket be signalled?
 * @cn: namespace
 * @sk: a full socket
 *
 * Context: any, RCU.
 * Return: enum csp_mode, by flag, else by rule, else by default.
 */
u8 csp_sk_mode(struct csp_net *cn, const struct sock *sk)
{
	const struct csp_rule *rule;
	u8 phase;
	int mode = csp_sk_variant(sk, &phase);

	if (mode >= 0)
		return mode;
	if (!csp_sk_eligible(sk))
		return CSP_MODE_OFF;
	rule = csp_rule_of(cn, sk);
	return rule ? rule->spec.mode : CSP_CONF(cn, default_mode);
}

static int csp_sk_set_flag(struct sock *sk, bool by_default, u8 mode, u8 phase)
{
	struct proto *old = READ_ONCE(sk->sk_prot);
	struct proto *base = csp_sk_base(sk);
	struct proto *new;
	u8 old_phase;

	if (!base)
		return -EOPNOTSUPP;
	new = &csp_sk_variants(sk)->v[by_default][mode][phase];
	if (csp_sk_variant(sk, &old_phase) >= 0) {
		/* What the socket says comes first. */
		if (!by_default)
			WRITE_ONCE(sk->sk_prot, new);
		return 0;
	}
	if (sk->sk_protocol == IPPROTO_TCP && sk->sk_state == TCP_LISTEN)
		return -EINVAL;
	if (old != base)
		return -EBUSY;
	/* IPV6_ADDRFORM: still an object of the other family's cache. */
	if (sk->sk_prot_creator->slab != base->slab)
		return -EBUSY;

	/* A hook may flag sockets while the module goes: no more of them. */
	if (!try_module_get(THIS_MODULE))
		return -EBUSY;
	if (cmpxchg(&sk->sk_prot, old, new) != old) {
		module_put(THIS_MODULE);
		return -EBUSY;
	}
	/* sk_prot_free() puts what sk_prot_creator owns. */
	module_put(sk->sk_prot_creator->owner);
	sk->sk_prot_creator = new;
	return 0;
}

/**
 * csp_sk_flag() - flag a socket, or change its mode
 * @sk:    the socket
 * @mode:  enum csp_mode
 * @phase: enum csp_phase
 *
 * Context: socket lock held, or a UDP socket; any.
 * Return: 0, -EOPNOTSUPP for another protocol, -EINVAL for a listener, -EBUSY
 * if something else (TLS, sockmap, ...) has taken over the socket, or if the
 * module is on its way out.
 */
int csp_sk_flag(struct sock *sk, u8 mode, u8 phase)
{
	return csp_sk_set_flag(sk, false, mode, phase);
}

/**
 * csp_sk_flag_auto() - flag a socket because default or a rule says so
 * @sk:   the socket
 * @mode: enum csp_mode
 *
 * Context: as csp_sk_flag().
 * Return: as csp_sk_flag(); 0 if it is flagged already.
 */
int csp_sk_flag_auto(struct sock *sk, u8 mode)
{
	return csp_sk_set_flag(sk, true, mode, CSP_PHASE_WATCH);
}

/**
 * csp_sk_set_phase() - change what the hooks look at
 * @sk:    a socket; nothing happens if it is not flagged
 * @phase: enum csp_phase
 *
 * Context: any.
 */
void csp_sk_set_phase(struct sock *sk, u8 phase)
{
	struct proto *old, *new;
	u8 old_phase;
	int mode;

	do {
		old = READ_ONCE(sk->sk_prot);
		mode = csp_sk_variant(sk, &old_phase);
		if (mode < 0 || old_phase == phase)
			return;
		new = &csp_sk_variants(sk)->v[csp_prot_auto(old)][mode][phase];
	} while (cmpxchg(&sk->sk_prot, old, new) != old);
}

/**
 * csp_sk_tuple() - name of the connection of a socket
 * @sk: a socket
 * @t:  filled in
 *
 * Context: any.
 * Return: false if it is not connected.
 */
bool csp_sk_tuple(const struct sock *sk, struct csp_tuple *t)
{
	const struct inet_sock *inet = inet_sk(sk);

	memset(t, 0, sizeof(*t));
	t->proto = sk->sk_protocol;
	/* Not inet_num: TCP gives the port back before it destroys. */
	t->lport = inet->inet_sport;
	t->rport = inet->inet_dport;
	if (!t->rport)
		return false;
	if (sk->sk_family == AF_INET || ipv6_addr_v4mapped(&sk->sk_v6_daddr)) {
		t->family = 4;
		ipv6_addr_set_v4mapped(inet->inet_saddr, &t->laddr);
		ipv6_addr_set_v4mapped(inet->inet_daddr, &t->raddr);
	} else {
		t->family = 6;
		t->laddr = sk->sk_v6_rcv_saddr;
		t->raddr = sk->sk_v6_daddr;
	}
	return true;
}

/**
 * csp_sock_find() - extra state of a socket
 * @cn: namespace
 * @sk: the socket
 *
 * Context: RCU.
 * Return: the state, or NULL.
 */
struct csp_sock *csp_sock_find(struct csp_net *cn, const struct sock *sk)
{
	/* Few sockets have any. */
	if (!atomic_read(&cn->socks.nelems))
		return NULL;
	return rhashtable_lookup(&cn->socks, &sk, csp_sock_params);
}

/**
 * csp_sock_get() - extra state of a socket, made if there is none
 * @cn: namespace
 * @sk: a flagged socket: its end frees the state
 *
 * Context: RCU.
 * Return: the state, or NULL: no memory, or the socket is closed.
 */
struct csp_sock *csp_sock_get(struct csp_net *cn, struct sock *sk)
{
	struct csp_sock *cs, *old;

	cs = csp_sock_find(cn, sk);
	if (cs)
		return cs;
	cs = kzalloc(sizeof(*cs), GFP_ATOMIC);
	if (!cs)
		return NULL;
	cs->sk = sk;
	cs->pref = CSP_PREF_NORMAL;
	INIT_LIST_HEAD(&cs->flows);
	spin_lock_init(&cs->lock);
	spin_lock_bh(&cn->lock);
	/* What comes after csp_sock_drop() would stay. */
	old = sock_flag(sk, SOCK_DEAD) ? ERR_PTR(-ESTALE) :
	      rhashtable_lookup_get_insert_fast(&cn->socks, &cs->node,
						csp_sock_params);
	spin_unlock_bh(&cn->lock);
	if (!old)
		return cs;
	kfree(cs);
	return IS_ERR(old) ? NULL : old;
}

/**
 * csp_sk_link() - let a flow end with its UDP socket
 * @flow: the flow; takes a reference to @sk
 * @sk:   the socket
 *
 * Context: any.
 * Return: 0, -ENOMEM, or -ESTALE if the flow has ended meanwhile, or the socket.
 */
int csp_sk_link(struct csp_flow *flow, struct sock *sk)
{
	struct csp_net *cn = flow->cn;
	struct csp_sock *cs;
	int err = -ENOMEM;

	rcu_read_lock();
	cs = csp_sock_get(cn, sk);
	if (cs) {
		spin_lock_bh(&cn->lock);
		/* See csp_sock_drop(). */
		err = !sock_flag(sk, SOCK_DEAD) && csp_flow_listable(flow) ?
		      0 : -ESTALE;
		if (!err)
			list_add_tail(&flow->sock_node, &cs->flows);
		spin_unlock_bh(&cn->lock);
	}
	rcu_read_unlock();
	return err;
}

/**
 * csp_sk_rejected() - keep a rejection for getsockopt(CSP_LAST_REJECT)
 * @cn:   namespace
 * @sk:   the socket
 * @info: what was said
 *
 * Context: any.
 */
void csp_sk_rejected(struct csp_net *cn, struct sock *sk,
		     const struct csp_reject_info *info)
{
	struct csp_sock *cs;
	u8 phase;

	if (csp_sk_variant(sk, &phase) < 0)
		return;
	rcu_read_lock();
	cs = csp_sock_get(cn, sk);
	if (cs) {
		spin_lock_bh(&cs->lock);
		cs->reject = *info;
		spin_unlock_bh(&cs->lock);
	}
	rcu_read_unlock();
}

/**
 * csp_sk_forget_reject() - a socket tries anew: what was before does not count
 * @cn: namespace
 * @sk: the socket
 *
 * Context: any.
 */
void csp_sk_forget_reject(struct csp_net *cn, const struct sock *sk)
{
	struct csp_sock *cs;

	rcu_read_lock();
	cs = csp_sock_find(cn, sk);
	if (cs) {
		spin_lock_bh(&cs->lock);
		memset(&cs->reject, 0, sizeof(cs->reject));
		spin_unlock_bh(&cs->lock);
	}
	rcu_read_unlock();
}

/**
 * csp_sk_fail() - end the connection of a socket with an error
 * @sk:  the socket
 * @err: positive errno; UDP has it pending
 *
 * Context: process; may sleep, socket lock not held.
 */
void csp_sk_fail(struct sock *sk, int err)
{
	if (sk->sk_protocol != IPPROTO_TCP) {
		WRITE_ONCE(sk->sk_err, err);
		sk_error_report(sk);
	} else if (READ_ONCE(sk->sk_state) != TCP_CLOSE) {
		tcp_abort(sk, err);
	}
}

/* The flow that has the socket's name, if it is this socket's. */
static void csp_sk_end_named(struct csp_net *cn, struct sock *sk)
{
	struct csp_flow *flow;
	struct sock *other;
	struct csp_tuple t;

	if (!csp_sk_tuple(sk, &t))
		return;
	/* Pairs with csp_setup_late(): it sees our state, or we the flow. */
	smp_mb();
	flow = csp_flow_by_tuple(cn, &t);
	if (!flow)
		return;
	/* A name that was free again may be that of another connection. */
	other = csp_flow_sk(flow);
	if (!other || other == sk)
		csp_detach_start(flow);
	if (other)
		sock_put(other);
	csp_flow_put(flow);
}

static struct csp_flow *csp_sk_pop_flow(struct csp_net *cn,
					struct csp_sock *cs)
{
	struct csp_flow *flow;

	spin_lock_bh(&cn->lock);
	flow = list_first_entry_or_null(&cs->flows, struct csp_flow, sock_node);
	if (flow) {
		list_del_init(&flow->sock_node);
		if (!csp_flow_get(flow))
			flow = ERR_PTR(-ESTALE);
	}
	spin_unlock_bh(&cn->lock);
	return flow;
}

/**
 * csp_sk_evict() - make room by forgetting the oldest flow of a UDP socket
 * @cn: namespace
 * @sk: the socket
 *
 * UDP has no end of its own: a sender that vanished without a Detach leaves
 * its flow behind. What is forgotten can be announced again.
 *
 * Context: any.
 * Return: false if the socket has none.
 */
bool csp_sk_evict(struct csp_net *cn, struct sock *sk)
{
	struct csp_flow *flow = NULL;
	struct csp_sock *cs;

	rcu_read_lock();
	cs = csp_sock_find(cn, sk);
	if (cs)
		flow = csp_sk_pop_flow(cn, cs);
	rcu_read_unlock();
	if (IS_ERR_OR_NULL(flow))
		return flow;
	CSP_INC(cn, FLOW_EVICTED);
	csp_flow_kill(flow, CSP_EVENT_DELETED);
	csp_flow_put(flow);
	return true;
}

static void csp_sock_end_flows(struct csp_net *cn, struct csp_sock *cs)
{
	struct csp_flow *flow;

	while ((flow = csp_sk_pop_flow(cn, cs))) {
		if (IS_ERR(flow))
			continue;
		csp_detach_start(flow);
		csp_flow_put(flow);
	}
}

/* The connections of the socket end; it may begin others. */
static void csp_sk_end_flows(struct csp_net *cn, struct sock *sk)
{
	struct csp_sock *cs;

	if (sk->sk_protocol == IPPROTO_TCP) {
		csp_sk_end_named(cn, sk);
		return;
	}
	rcu_read_lock();
	cs = csp_sock_find(cn, sk);
	if (cs)
		csp_sock_end_flows(cn, cs);
	rcu_read_unlock();
}

/*
 * The extra state of a socket ends, and with it the connections of UDP. The
 * socket is SOCK_DEAD: whoever comes by the lock later adds nothing.
 */
static void csp_sock_drop(struct csp_net *cn, struct sock *sk)
{
	struct csp_sock *cs;

	rcu_read_lock();
	spin_lock_bh(&cn->lock);
	cs = csp_sock_find(cn, sk);
	if (cs)
		rhashtable_remove_fast(&cn->socks, &cs->node, csp_sock_params);
	spin_unlock_bh(&cn->lock);
	if (cs) {
		csp_sock_end_flows(cn, cs);
		kfree_rcu(cs, rcu);
	}
	rcu_read_unlock();
}

/* After TCP is done with the connection, before the port is free. */
static void csp_sk_tcp_destroy(struct sock *sk)
{
	struct csp_net *cn = csp_pernet(sock_net(sk));

	csp_sk_end_named(cn, sk);
	csp_sock_drop(cn, sk);
	csp_sk_base(sk)->destroy(sk);
}

/*
 * The same of UDP, whose destroy() has made the socket SOCK_DEAD. That itself
 * would be too early: it may have been called before the socket was flagged.
 */
static void csp_sk_udp_unhash(struct sock *sk)
{
	if (sock_flag(sk, SOCK_DEAD))
		csp_sock_drop(csp_pernet(sock_net(sk)), sk);
	csp_sk_base(sk)->unhash(sk);
}

static int csp_sk_disconnect(struct sock *sk, int flags)
{
	int err;

	csp_sk_end_flows(csp_pernet(sock_net(sk)), sk);
	csp_sk_set_phase(sk, CSP_PHASE_WATCH);
	err = csp_sk_base(sk)->disconnect(sk, flags);
	/* A move may have begun to hold, before UDP's took the lock. */
	csp_sk_set_phase(sk, CSP_PHASE_WATCH);
	return err;
}

/* connect() of a UDP socket that may be connected already. */
static int csp_sk_udp_connect(struct sock *sk, struct sockaddr *addr, int len)
{
	csp_sk_set_phase(sk, CSP_PHASE_WATCH);
	return csp_sk_base(sk)->connect(sk, addr, len);
}

/*
 * An upper layer protocol (TLS) would build its own copies of sk_prot from
 * ours, and those would outlive this module. User space falls back to doing
 * its own TLS records.
 */
static int csp_sk_tcp_setsockopt(struct sock *sk, int level, int name,
				 sockptr_t val, unsigned int len)
{
	if (level == SOL_TCP && name == TCP_ULP)
		return -EOPNOTSUPP;
	return csp_sk_base(sk)->setsockopt(sk, level, name, val, len);
}

/* UDP over IPv6 would put the operations of UDP over IPv4 in place of ours. */
static int csp_sk_udp_setsockopt(struct sock *sk, int level, int name,
				 sockptr_t val, unsigned int len)
{
	if (level == SOL_IPV6 && name == IPV6_ADDRFORM)
		return -EBUSY;
	return csp_sk_base(sk)->setsockopt(sk, level, name, val, len);
}

static void __init csp_variant_init(struct proto *v, const struct proto *base,
				    bool udp)
{
	*v = *base;
	v->owner = THIS_MODULE;
	v->disconnect = csp_sk_disconnect;
	if (udp) {
		v->connect = csp_sk_udp_connect;
		v->setsockopt = csp_sk_udp_setsockopt;
		v->unhash = csp_sk_udp_unhash;
	} else {
		v->setsockopt = csp_sk_tcp_setsockopt;
		v->destroy = csp_sk_tcp_destroy;
	}
#ifdef CONFIG_BPF_SYSCALL
	/* sockmap would do as TLS does. */
	v->psock_update_sk_prot = NULL;
#endif
}

/* The base is what a new socket has. */
static int __init csp_base_init(int fam, int proto)
{
	struct csp_variants *vs = &csp_variants[fam][proto];
	bool udp = proto == CSP_PROTO_UDP;
	struct socket *sock;
	int err, i;

	err = sock_create_kern(&init_net, fam == CSP_FAM6 ? AF_INET6 : AF_INET,
			       udp ? SOCK_DGRAM : SOCK_STREAM, 0, &sock);
	if (err)
		return err;
	for (i = 0; i < sizeof(*vs) / sizeof(struct proto); i++)
		csp_variant_init(&vs->v[0][0][0] + i, sock->sk->sk_prot, udp);
	csp_base[fam][proto] = sock->sk->sk_prot;
	sock_release(sock);
	return 0;
}

/**
 * csp_sock_init() - make the copies of the transports' operations
 *
 * Context: process.
 * Return: 0 or a negative errno. A host without IPv6 is no error.
 */
int __init csp_sock_init(void)
{
	int err, proto;

	for (proto = 0; proto < __CSP_PROTO_MAX; proto++) {
		err = csp_base_init(CSP_FAM4, proto);
		if (err)
			return err;
		err = csp_base_init(CSP_FAM6, proto);
		if (err && err != -EAFNOSUPPORT)
			return err;
	}
	return 0;
}
