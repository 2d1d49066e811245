// SPDX-License-Identifier: GPL-2.0
/*
 * Registering with a home agent: the host's side; csp.rst, section "Register".
 *
 *	 configured, or the address changed, or it is time to ask again
 *	     |
 *	     v     no answer: again after 250 ms, 500 ms, ... 32 s, for ever
 *	  ASKING <------------------------------------------------------+
 *	     |                                                          |
 *	     +-- Ack + nonce [+ higher number] --- Register + echo -----+
 *	     +-- Reject --> recorded; again after 32 s -----------------+
 *	     +-- OK + lifetime --> REGISTERED --- half of it is over,   |
 *	                                or register_check, or moved ----+
 *
 * All that the agent sends has a MAC and echoes our nonce; what has not is
 * ignored. Nothing is given up while the relation is configured: an agent that
 * lost its memory, or was away, gets the registration with the next Register.
 * It has to be the host that asks: an agent that begins anew has nobody's
 * address. So no wait is longer than register_check. Who is still known gets
 * the OK at once, from state and the key of the relation that both have.
 *
 * Where this host is, is what routing to the agent says: the source address
 * that it picks, or the identity itself where the device has that: then the
 * host is at home.
 */
#include <linux/inetdevice.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/dst.h>

#include "encap.h"
#include "grant.h"
#include "hook.h"
#include "key.h"
#include "path.h"
#include "register.h"
#include "relay.h"
#include "rx.h"
#include "tx.h"

/* Section "Timers". */
#define CSP_REG_RTO		250	/* ms */
#define CSP_REG_RTO_MAX		32000	/* ms */
#define CSP_REG_LEAVE_ATTEMPTS	5

/* A quarter up or down. */
static unsigned long csp_reg_jitter(unsigned long ms)
{
	return msecs_to_jiffies(ms - ms / 4 + get_random_u32() % (ms / 2 + 1));
}

static struct csp_net *csp_reg_net(const struct csp_reg *reg)
{
	return reg->rel.cn;
}

/* @ms, but no more than an agent may have forgotten this host for. */
static u32 csp_reg_at_most(const struct csp_reg *reg, u32 ms)
{
	const u32 check = CSP_CONF(csp_reg_net(reg), register_check);

	return check ? min_t(u32, ms, check * MSEC_PER_SEC) : ms;
}

static unsigned long csp_reg_rto(const struct csp_reg *reg)
{
	const u32 ms = min(CSP_REG_RTO << min_t(u8, reg->attempt, 7),
			   CSP_REG_RTO_MAX);

	return csp_reg_jitter(csp_reg_at_most(reg, ms));
}

static void csp_reg_queue(struct csp_reg *reg, unsigned long at)
{
	long wait = at - jiffies;

	mod_delayed_work(csp_reg_net(reg)->wq, &reg->work, max(wait, 0L));
}

static bool csp_reg_at(const struct net_device *dev, const struct in6_addr *addr)
{
	const struct in_device *in_dev;
	const struct in_ifaddr *ifa;

	if (!ipv6_addr_v4mapped(addr))
		return ipv6_chk_addr(dev_net(dev), addr, dev, 1);
	in_dev = __in_dev_get_rcu(dev);
	if (!in_dev)
		return false;
	in_dev_for_each_ifa_rcu(ifa, in_dev)
		if (ifa->ifa_local == addr->s6_addr32[3])
			return true;
	return false;
}

/**
 * csp_reg_away() - is an address the host's at home, and the host elsewhere?
 * @cn:   namespace
 * @addr: the address
 * @dev:  the device by which packets would leave
 *
 * Routing may pick it when there is no other address yet. What is sent to it
 * goes to the agent.
 *
 * Context: any.
 * Return: whether it is.
 */
bool csp_reg_away(struct csp_net *cn, const struct in6_addr *addr,
		  const struct net_device *dev)
{
	bool away;

	if (!READ_ONCE(cn->n_regs))
		return false;
	rcu_read_lock();
	away = csp_reg_by_home(cn, addr) && !csp_reg_at(dev, addr);
	rcu_read_unlock();
	return away;
}

/* Where is this host? False: nowhere from where the agent can be reached. */
static bool csp_reg_place(const struct csp_reg *reg, struct in6_addr *loc)
{
	struct csp_net *cn = csp_reg_net(reg);
	struct csp_to to = {
		.daddr	= reg->agent,
		.family	= ipv6_addr_v4mapped(&reg->agent) ? 4 : 6,
	};
	struct dst_entry *dst;
	bool usable;

	dst = csp_route(cn, &to);
	if (IS_ERR(dst))
		return false;
	rcu_read_lock();
	if (csp_reg_at(dst->dev, &reg->home))
		to.saddr = reg->home;
	usable = csp_path_link(dst->dev) &&
		 !csp_reg_away(cn, &to.saddr, dst->dev) &&
		 (!(dst->dev->flags & IFF_LOOPBACK) ||
		  csp_path_own(cn, &to.daddr));
	rcu_read_unlock();
	dst_release(dst);
	*loc = to.saddr;
	if (to.family == 6 && ipv6_addr_type(loc) & IPV6_ADDR_LINKLOCAL)
		return false;
	return usable && csp_path_own(cn, loc);
}

static void csp_reg_write_src(struct csp_writer *wr, const struct csp_reg *reg)
{
	const u8 family = ipv6_addr_v4mapped(&reg->home) ? 4 : 6;
	struct csp_end src = {
		.loc_family	= family,
		.loc		= reg->ask_loc,
	};

	if (!ipv6_addr_equal(&reg->ask_loc, &reg->home)) {
		src.id_family = family;
		src.id = reg->home;
	}
	csp_write_end(wr, CSP_A_SRC, &src);
}

/* The next transmission of the Register, or NULL: no memory. */
static struct sk_buff *csp_reg_build(struct csp_reg *reg)
{
	struct sk_buff *skb = csp_tx_alloc(CSP_MSG_ROOM);
	struct csp_writer wr;

	lockdep_assert_held(&reg->lock);
	if (!skb)
		return NULL;
	csp_write_start(&wr, skb->data, CSP_MSG_ROOM, reg->xid, 0,
			reg->attempt);
	csp_write_msg(&wr, CSP_MSG_REGISTER, 0, 0);
	csp_reg_write_src(&wr, reg);
	csp_write_local_id(&wr, reg->ask_cid, 0);
	csp_write_blob(&wr, CSP_A_PUBKEY, reg->rel.own->public, CSP_PUBKEY_LEN);
	csp_write_u32(&wr, CSP_A_TIMEOUT, reg->leaving ? 0 : reg->lifetime);
	csp_write_u32(&wr, CSP_A_SEQ, reg->seq);
	csp_write_blob(&wr, CSP_A_NONCE, reg->nonce, sizeof(reg->nonce));
	if (reg->cookie_len)
		csp_write_blob(&wr, CSP_A_NONCE_ECHO, reg->cookie,
			       reg->cookie_len);
	return csp_relation_finish(skb, &wr, &reg->rel);
}

/* Sends the Register; section "UDP encapsulation" says which way. */
static void csp_reg_send(struct csp_reg *reg)
{
	struct csp_net *cn = csp_reg_net(reg);
	const u32 encap = CSP_CONF(cn, udp_encap);
	struct sk_buff *skb, *twin = NULL;
	struct csp_to to;

	spin_lock_bh(&reg->lock);
	skb = csp_reg_build(reg);
	to = (struct csp_to) {
		.saddr	= reg->ask_loc,
		.daddr	= reg->agent,
		.family	= ipv6_addr_v4mapped(&reg->agent) ? 4 : 6,
		.udp	= encap == 2 || (encap && reg->udp),
		.port	= htons(CSP_CONF(cn, udp_port)),
	};
	if (skb && encap == 1 && !to.udp && reg->attempt && !reg->cookie_len)
		twin = skb_copy(skb, GFP_ATOMIC);
	if (reg->attempt)
		CSP_INC(cn, OUT_RETRANS);
	spin_unlock_bh(&reg->lock);
	if (skb)
		csp_tx(cn, skb, &to, NULL);
	if (twin) {
		to.udp = true;
		csp_tx(cn, twin, &to, NULL);
	}
}

/* Another transaction, with a new identifier for a new place. */
static void csp_reg_begin(struct csp_reg *reg, const struct in6_addr *loc)
{
	lockdep_assert_held(&reg->lock);
	reg->asking = true;
	reg->attempt = 0;
	reg->cookie_len = 0;
	reg->ask_loc = *loc;
	reg->xid = (__force __be32)get_random_u32();
	reg->seq++;
	do {
		reg->ask_cid = (__force __be64)get_random_u64();
	} while (!reg->ask_cid);
	get_random_bytes(reg->nonce, sizeof(reg->nonce));
	CSP_INC(csp_reg_net(reg), REGISTER_OUT);
}

static bool csp_reg_registered(const struct csp_reg *reg)
{
	return reg->granted &&
	       time_before(jiffies, reg->since + msecs_to_jiffies(reg->granted));
}

/* Is a Register to be sent now? Sets when to look again. */
static bool csp_reg_due(struct csp_reg *reg, bool somewhere,
			const struct in6_addr *loc)
{
	bool again, known;

	lockdep_assert_held(&reg->lock);
	if (!somewhere) {
		/* Notifiers are faster. */
		reg->asking = false;
		reg->error = 0;
		reg->next = jiffies + msecs_to_jiffies(CSP_REG_RTO_MAX);
		return false;
	}
	again = reg->asking && ipv6_addr_equal(loc, &reg->ask_loc);
	known = !reg->asking && !reg->leaving && csp_reg_registered(reg) &&
		ipv6_addr_equal(loc, &reg->loc);
	if ((again || known) && time_before(jiffies, reg->next))
		return false;
	if (!again)
		csp_reg_begin(reg, loc);
	else if (reg->attempt < U8_MAX)
		reg->attempt++;
	reg->next = jiffies + csp_reg_rto(reg);
	return true;
}

/* The agent knows, or there is none. */
static bool csp_reg_left(const struct csp_reg *reg, bool somewhere)
{
	return reg->leaving && (!somewhere || !reg->cid ||
				reg->attempt + 1 >= CSP_REG_LEAVE_ATTEMPTS);
}

static void csp_reg_free(struct csp_reg *reg)
{
	/* Whoever found it has let it go. */
	synchronize_net();
	cancel_delayed_work(&reg->work);
	cancel_work_sync(&reg->relay);
	skb_queue_purge(&reg->relayed);
	csp_grants_exit(reg);
	csp_relation_exit(&reg->rel);
	kfree(reg);
}

/* True: it is the caller's now. */
static bool csp_reg_unlink(struct csp_net *cn, struct csp_reg *reg)
{
	lockdep_assert_held(&cn->reg_lock);
	if (reg->gone)
		return false;
	reg->gone = true;
	list_del_rcu(&reg->list);
	WRITE_ONCE(cn->n_regs, cn->n_regs - 1);
	WRITE_ONCE(cn->regs_genid, cn->regs_genid + 1);
	return true;
}

static void csp_reg_work(struct work_struct *work)
{
	struct csp_reg *reg = container_of(to_delayed_work(work),
					   struct csp_reg, work);
	struct csp_net *cn = csp_reg_net(reg);
	bool somewhere, due, left;
	struct in6_addr loc;

	if (READ_ONCE(cn->dying))
		return;
	somewhere = csp_reg_place(reg, &loc);
	spin_lock_bh(&reg->lock);
	left = csp_reg_left(reg, somewhere);
	due = !left && csp_reg_due(reg, somewhere, &loc);
	if (!left)
		csp_reg_queue(reg, reg->next);
	spin_unlock_bh(&reg->lock);
	if (due)
		csp_reg_send(reg);
	if (!left)
		return;
	mutex_lock(&cn->reg_lock);
	left = csp_reg_unlink(cn, reg);
	mutex_unlock(&cn->reg_lock);
	if (left) {
		csp_reg_free(reg);
		csp_hook_in_update(cn);
	}
}

/**
 * csp_regs_look() - an address came or went: is this host elsewhere now?
 * @cn: namespace
 *
 * Context: any.
 */
void csp_regs_look(struct csp_net *cn)
{
	struct csp_reg *reg;

	rcu_read_lock();
	list_for_each_entry_rcu(reg, &cn->regs, list)
		mod_delayed_work(cn->wq, &reg->work, 0);
	rcu_read_unlock();
}

/**
 * csp_reg_by_home() - find a registration by the identity
 * @cn:   namespace
 * @home: the identity
 *
 * Context: RCU.
 * Return: the registration, or NULL.
 */
struct csp_reg *csp_reg_by_home(struct csp_net *cn, const struct in6_addr *home)
{
	struct csp_reg *reg;

	list_for_each_entry_rcu(reg, &cn->regs, list,
				lockdep_is_held(&cn->reg_lock))
		if (ipv6_addr_equal(&reg->home, home))
			return reg;
	return NULL;
}

/**
 * csp_reg_by_cid() - find a registration by the identifier that the agent has
 * @cn:  namespace
 * @cid: the identifier, registered or asked for
 *
 * Context: RCU.
 * Return: the registration, or NULL.
 */
struct csp_reg *csp_reg_by_cid(struct csp_net *cn, __be64 cid)
{
	struct csp_reg *reg;

	if (!cid)
		return NULL;
	list_for_each_entry_rcu(reg, &cn->regs, list)
		if (READ_ONCE(reg->ask_cid) == cid || READ_ONCE(reg->cid) == cid)
			return reg;
	return NULL;
}

/**
 * csp_reg_state() - how a registration stands, for people
 * @reg: the registration
 *
 * Context: any.
 * Return: the state.
 */
enum csp_reg_state csp_reg_state(struct csp_reg *reg)
{
	enum csp_reg_state state;

	spin_lock_bh(&reg->lock);
	if (reg->leaving)
		state = CSP_REG_STATE_LEAVING;
	else if (csp_reg_registered(reg) &&
		 (!reg->asking || ipv6_addr_equal(&reg->loc, &reg->ask_loc)))
		state = CSP_REG_STATE_REGISTERED;
	else if (reg->error)
		state = CSP_REG_STATE_REFUSED;
	else if (reg->asking || !reg->seq)
		state = CSP_REG_STATE_ASKING;
	else
		state = CSP_REG_STATE_NOWHERE;
	spin_unlock_bh(&reg->lock);
	return state;
}

/* --- answers --- */

/* reg->lock held. */
static void csp_reg_granted(struct csp_reg *reg, const struct csp_msg *msg)
{
	const u32 wait = csp_reg_at_most(reg, msg->timeout / 2);

	reg->asking = false;
	reg->error = 0;
	reg->cid = reg->ask_cid;
	reg->loc = reg->ask_loc;
	reg->granted = msg->timeout;
	reg->since = jiffies;
	/* Hosts that registered together don't stay so. */
	reg->next = jiffies + msecs_to_jiffies(wait - get_random_u32() %
					       (wait / 4 + 1));
	if (reg->leaving)
		reg->cid = 0;
	CSP_INC(csp_reg_net(reg), REGISTER_OK);
}

/* The agent wants its nonce back, or a higher number; reg->lock held. */
static bool csp_reg_challenged(struct csp_reg *reg, const struct csp_msg *msg)
{
	const bool known = reg->cookie_len == msg->nonce.len &&
			   !memcmp(reg->cookie, msg->nonce.data, msg->nonce.len);

	if (msg->seq == U32_MAX || (known && msg->seq < reg->seq))
		return false;
	memcpy(reg->cookie, msg->nonce.data, msg->nonce.len);
	reg->cookie_len = msg->nonce.len;
	if (msg->seq >= reg->seq)
		reg->seq = msg->seq + 1;
	if (reg->attempt < U8_MAX)
		reg->attempt++;
	reg->next = jiffies + csp_reg_rto(reg);
	return true;
}

/* reg->lock held. */
static void csp_reg_refused(struct csp_reg *reg, const struct csp_msg *msg)
{
	/* What is asked again is another Register: this number is used up. */
	reg->asking = false;
	reg->error = msg->err_code;
	reg->granted = 0;
	reg->next = jiffies +
		    csp_reg_jitter(csp_reg_at_most(reg, CSP_REG_RTO_MAX));
	if (reg->leaving)
		reg->cid = 0;
	CSP_INC(csp_reg_net(reg), REGISTER_REFUSED);
}

/* Is it the answer to the Register under way? reg->lock held. */
static bool csp_reg_answers(const struct csp_reg *reg, const struct csp_rx *rx,
			    const struct csp_msg *msg)
{
	return reg->asking && rx->rd.xid == reg->xid &&
	       msg->dcid == reg->ask_cid && CSP_HAS(msg, NONCE_ECHO) &&
	       msg->nonce_echo.len == sizeof(reg->nonce) &&
	       !memcmp(msg->nonce_echo.data, reg->nonce, sizeof(reg->nonce)) &&
	       (msg->type == CSP_MSG_ACK || msg->seq == reg->seq);
}

/* Returns whether to send the Register again at once. */
static bool csp_reg_take(struct csp_reg *reg, const struct csp_rx *rx,
			 const struct csp_msg *msg)
{
	bool again = false, taken;

	spin_lock_bh(&reg->lock);
	taken = csp_reg_answers(reg, rx, msg);
	if (taken) {
		reg->udp = rx->udp;
		if (msg->type == CSP_MSG_OK && CSP_HAS(msg, TIMEOUT))
			csp_reg_granted(reg, msg);
		else if (msg->type == CSP_MSG_ACK && CSP_HAS(msg, NONCE))
			again = csp_reg_challenged(reg, msg);
		else if (msg->type == CSP_MSG_REJECT && CSP_HAS(msg, ERROR))
			csp_reg_refused(reg, msg);
		csp_reg_queue(reg, reg->leaving && !reg->cid ? jiffies :
							       reg->next);
	}
	spin_unlock_bh(&reg->lock);
	if (!taken)
		CSP_INC(rx->cn, IN_UNEXPECTED);
	return again;
}

/**
 * csp_reg_rcv() - an answer arrived that may be an agent's
 * @rx:  the packet
 * @msg: the message
 *
 * Context: softirq, RCU.
 * Return: false: it is none of an agent's.
 */
bool csp_reg_rcv(struct csp_rx *rx, const struct csp_msg *msg)
{
	struct csp_reg *reg = csp_reg_by_cid(rx->cn, msg->dcid);

	if (!reg)
		return false;
	if (!csp_relation_ok(&reg->rel, &rx->rd, msg))
		CSP_INC(rx->cn, REGISTER_BAD_MAC);
	else if (csp_reg_take(reg, rx, msg))
		csp_reg_send(reg);
	return true;
}

/* --- commands --- */

static int csp_reg_check(struct csp_net *cn, const struct csp_reg_spec *spec,
			 struct netlink_ext_ack *extack)
{
	struct csp_reg *old = csp_reg_by_home(cn, &spec->home);

	lockdep_assert_held(&cn->reg_lock);
	if (ipv6_addr_v4mapped(&spec->home) != ipv6_addr_v4mapped(&spec->agent)) {
		NL_SET_ERR_MSG(extack,
			       "Home address and agent are of different families");
		return -EINVAL;
	}
	if (spec->lifetime < CSP_REG_LIFETIME_MIN ||
	    spec->lifetime > CSP_REG_LIFETIME_MAX) {
		NL_SET_ERR_MSG(extack, "A lifetime is from 1 s to 1 day");
		return -ERANGE;
	}
	if (old && !READ_ONCE(old->leaving)) {
		NL_SET_ERR_MSG(extack, "This address is registered already");
		return -EEXIST;
	}
	if (cn->n_regs >= CSP_REGS_MAX) {
		NL_SET_ERR_MSG(extack, "There are 16 registrations already");
		return -ENOSPC;
	}
	return 0;
}

static struct csp_reg *csp_reg_new(struct csp_net *cn,
				   const struct csp_reg_spec *spec,
				   struct netlink_ext_ack *extack)
{
	struct csp_reg *reg = kzalloc(sizeof(*reg), GFP_KERNEL);
	int err;

	if (!reg) {
		NL_SET_ERR_MSG(extack, "There is no memory for the registration");
		return ERR_PTR(-ENOMEM);
	}
	err = csp_relation_init(&reg->rel, cn, CSP_ROLE_HOST, spec->key, extack);
	if (err) {
		kfree(reg);
		return ERR_PTR(err);
	}
	reg->home = spec->home;
	reg->agent = spec->agent;
	reg->lifetime = spec->lifetime;
	reg->hidden = spec->hidden;
	spin_lock_init(&reg->lock);
	skb_queue_head_init(&reg->relayed);
	csp_grants_init(reg);
	INIT_DELAYED_WORK(&reg->work, csp_reg_work);
	INIT_WORK(&reg->relay, csp_relay_work);
	return reg;
}

/* Waits for its works. */
static void csp_reg_end(struct csp_net *cn, struct csp_reg *reg)
{
	synchronize_net();
	cancel_delayed_work_sync(&reg->work);
	csp_reg_free(reg);
}

/**
 * csp_reg_add() - register an identity of this host with an agent
 * @cn:     namespace
 * @spec:   what
 * @extack: filled in on refusal
 *
 * Context: process; may sleep.
 * Return: 0; -EINVAL, -ERANGE, -EEXIST, -ENOSPC as the message says; or another
 * negative errno if memory, hooks or keys cannot be had.
 */
int csp_reg_add(struct csp_net *cn, const struct csp_reg_spec *spec,
		struct netlink_ext_ack *extack)
{
	struct csp_reg *reg, *old;
	int err;

	mutex_lock(&cn->reg_lock);
	err = csp_reg_check(cn, spec, extack);
	if (err)
		goto out;
	reg = csp_reg_new(cn, spec, extack);
	err = PTR_ERR_OR_ZERO(reg);
	if (err)
		goto out;
	old = csp_reg_by_home(cn, &spec->home);
	if (old && !csp_reg_unlink(cn, old))
		old = NULL;
	list_add_tail_rcu(&reg->list, &cn->regs);
	WRITE_ONCE(cn->n_regs, cn->n_regs + 1);
	WRITE_ONCE(cn->regs_genid, cn->regs_genid + 1);
	mutex_unlock(&cn->reg_lock);

	if (old) {
		/* The agent has seen its numbers. */
		reg->seq = old->seq;
		csp_reg_end(cn, old);
	}
	csp_hook_in_update(cn);
	csp_encap_want(cn);
	csp_reg_queue(reg, jiffies);
	return 0;
out:
	mutex_unlock(&cn->reg_lock);
	return err;
}

/**
 * csp_reg_del() - end a registration
 * @cn:     namespace
 * @home:   the identity
 * @extack: filled in on refusal
 *
 * The agent is told; the registration is forgotten here when it has answered,
 * or was asked five times.
 *
 * Context: process; may sleep.
 * Return: 0, or -ENOENT: there is none.
 */
int csp_reg_del(struct csp_net *cn, const struct in6_addr *home,
		struct netlink_ext_ack *extack)
{
	struct csp_reg *reg;
	int err = 0;

	mutex_lock(&cn->reg_lock);
	reg = csp_reg_by_home(cn, home);
	if (reg) {
		spin_lock_bh(&reg->lock);
		if (!reg->leaving) {
			reg->leaving = true;
			/* Not the answer to what was asked before. */
			reg->asking = false;
			reg->attempt = 0;
			csp_reg_queue(reg, jiffies);
		}
		spin_unlock_bh(&reg->lock);
	} else {
		NL_SET_ERR_MSG(extack, "This address is not registered");
		err = -ENOENT;
	}
	mutex_unlock(&cn->reg_lock);
	return err;
}

/**
 * csp_regs_init() - set up the registrations of a namespace
 * @cn: namespace
 *
 * Context: process.
 * Return: 0.
 */
int csp_regs_init(struct csp_net *cn)
{
	mutex_init(&cn->reg_lock);
	INIT_LIST_HEAD(&cn->regs);
	return 0;
}

/**
 * csp_regs_exit() - end all registrations of a namespace, without a word
 * @cn: namespace, from which nothing is received any more
 *
 * Context: process; may sleep.
 */
void csp_regs_exit(struct csp_net *cn)
{
	struct csp_reg *reg;
	bool mine;

	for (;;) {
		mutex_lock(&cn->reg_lock);
		reg = list_first_entry_or_null(&cn->regs, struct csp_reg, list);
		mine = reg && csp_reg_unlink(cn, reg);
		mutex_unlock(&cn->reg_lock);
		if (!mine)
			break;
		csp_reg_end(cn, reg);
	}
	/* One that was on its way out frees itself. */
	flush_workqueue(cn->wq);
}
