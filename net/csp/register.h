/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registering with a home agent: the host's side; csp.rst, section "Register".
 */
#ifndef _NET_CSP_REGISTER_H
#define _NET_CSP_REGISTER_H

#include <uapi/linux/csp_netlink.h>

#include "relation.h"

struct csp_rx;
struct netlink_ext_ack;

/* Registrations of a namespace. */
#define CSP_REGS_MAX	16
/* Setups that an agent relayed and that wait for the work, of one of them. */
#define CSP_RELAYED_MAX	64
/* UDP ports that are for those whom a firewall lets in, of one of them. */
#define CSP_SHUT_MAX	32

#define CSP_REG_LIFETIME_MIN	1000		/* ms */
#define CSP_REG_LIFETIME_MAX	86400000	/* ms */

/**
 * struct csp_reg - an identity of this host that an agent answers for
 * @list:     in csp_net.regs; read under RCU
 * @rel:      the relation; constant
 * @home:     the identity; constant
 * @agent:    address of the agent; constant
 * @lifetime: milliseconds to ask for; constant
 * @hidden:   nobody is told where this host is before it agrees; constant
 * @gone:     taken out of the list, by whoever frees it; csp_net.reg_lock
 * @work:     asks
 * @relay:    answers what is in @relayed
 * @relayed:  Setups of strangers, by way of the agent
 * @grant_work: ends what is in @grants
 * @lock:     protects what follows
 * @grants:   whom an off-path firewall lets in; grant.c
 * @n_grants: how many
 * @n_shut:   used entries of @shut; grows; read without lock
 * @shut:     UDP ports that are for them alone
 * @asking:   a Register has not been answered yet
 * @leaving:  the one asked for ends the registration
 * @granted:  registered: milliseconds; 0: not
 * @udp:      the agent answers over UDP
 * @attempt:  transmissions of the Register under way
 * @error:    enum csp_error of the last refusal, or 0
 * @xid:      its transaction
 * @seq:      number of the last Register
 * @rx_seq:   highest number of what the agent relayed
 * @ask_cid:  identifier asked for
 * @cid:      identifier registered
 * @ask_loc:  locator asked for
 * @loc:      locator registered
 * @nonce:    in the Register, to be echoed
 * @cookie:   nonce of the agent, to be echoed in the Register
 * @cookie_len: its length
 * @next:     jiffies of the next transmission, or of the next Register
 * @since:    jiffies of the last OK
 */
struct csp_reg {
	struct list_head	list;
	struct csp_relation	rel;
	struct in6_addr		home;
	struct in6_addr		agent;
	u32			lifetime;
	bool			hidden;
	bool			gone;
	struct delayed_work	work;
	struct work_struct	relay;
	struct sk_buff_head	relayed;
	struct delayed_work	grant_work;
	spinlock_t		lock;	/* see above */
	struct list_head	grants;
	u32			n_grants;
	u32			n_shut;
	__be16			shut[CSP_SHUT_MAX];
	bool			asking;
	bool			leaving;
	bool			udp;
	u8			attempt;
	u8			cookie_len;
	u16			error;
	u32			granted;
	u32			seq;
	u32			rx_seq;
	__be32			xid;
	__be64			ask_cid;
	__be64			cid;
	struct in6_addr		ask_loc;
	struct in6_addr		loc;
	u8			nonce[CSP_NONCE_MIN];
	u8			cookie[CSP_NONCE_MAX];
	unsigned long		next;
	unsigned long		since;
};

/**
 * struct csp_reg_spec - what is to be registered
 * @home:     identity; IPv4 as v4-mapped
 * @agent:    address of the agent, of the same family
 * @key:      its public key
 * @lifetime: milliseconds
 * @hidden:   hide where this host is
 */
struct csp_reg_spec {
	struct in6_addr	home;
	struct in6_addr	agent;
	u8		key[CSP_PUBKEY_LEN];
	u32		lifetime;
	bool		hidden;
};

int csp_regs_init(struct csp_net *cn);
void csp_regs_exit(struct csp_net *cn);
int csp_reg_add(struct csp_net *cn, const struct csp_reg_spec *spec,
		struct netlink_ext_ack *extack);
int csp_reg_del(struct csp_net *cn, const struct in6_addr *home,
		struct netlink_ext_ack *extack);
/* Under RCU. */
struct csp_reg *csp_reg_by_home(struct csp_net *cn, const struct in6_addr *home);
struct csp_reg *csp_reg_by_cid(struct csp_net *cn, __be64 cid);
enum csp_reg_state csp_reg_state(struct csp_reg *reg);
/* Is an address the host's at home, and the host elsewhere? Any context. */
bool csp_reg_away(struct csp_net *cn, const struct in6_addr *addr,
		  const struct net_device *dev);
/* An address came or went. Any context. */
void csp_regs_look(struct csp_net *cn);
/* An answer to a Register? False: it was none. Softirq, RCU. */
bool csp_reg_rcv(struct csp_rx *rx, const struct csp_msg *msg);

#endif /* _NET_CSP_REGISTER_H */
