// SPDX-License-Identifier: GPL-2.0
/*
 * A Setup that passes; csp.rst, sections "Setup", "Piggyback", "Boxes".
 *
 *	         Setup
 *	           |
 *	  known? --+-- the same again: forwarded, nothing more
 *	           |
 *	         rules
 *	           |
 *	  .--------+---------+-----------+----------.
 *	reject  redirect  ask-host     accept     none
 *	  |        |         |           |          |
 *	Reject  Redirect  forwarded,  the ruleset   what it carries is
 *	                  nothing     is asked,     judged by the ruleset
 *	                  is open     admitted by   like any packet
 *	                              us
 *	                                 |
 *	                     no: Reject -+- yes: provisional pinhole, forwarded
 */
#include <linux/slab.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>

#include "firewall.h"
#include "judge.h"
#include "netlink.h"
#include "pinhole.h"
#include "policy.h"
#include "reply.h"
#include "timeout.h"

static __be16 csp_data_port(const struct csp_end *end)
{
	return end->local_port ?: end->port;
}

/*
 * The data tuple of what SRC and DST name, if they are the addresses of the
 * packet: one that speaks of others is somebody else's business.
 */
static bool csp_setup_key(const struct csp_packet *p, const struct csp_msg *msg,
			  struct csp_hole_key *key)
{
	memset(key, 0, sizeof(*key));
	key->addr[CSP_HOLE_INITIATOR] = msg->src.loc;
	key->addr[CSP_HOLE_RESPONDER] = msg->dst.loc;
	key->port[CSP_HOLE_INITIATOR] = csp_data_port(&msg->src);
	key->port[CSP_HOLE_RESPONDER] = csp_data_port(&msg->dst);
	key->proto = msg->proto;
	key->family = p->family;
	return msg->src.loc_family == p->family &&
	       msg->dst.loc_family == p->family &&
	       ipv6_addr_equal(&msg->src.loc, &p->saddr) &&
	       ipv6_addr_equal(&msg->dst.loc, &p->daddr);
}

static bool csp_setup_tracked(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return true;
	}
	return false;
}

/* A Setup carries a SYN, a move any segment. */
static bool csp_piggyback_tcp(const struct csp_blob *data, bool moving)
{
	struct tcphdr th;

	if (data->len < sizeof(th))
		return false;
	memcpy(&th, data->data, sizeof(th));
	if (!moving && (!th.syn || th.ack || th.fin || th.rst))
		return false;
	return th.doff * 4 >= sizeof(th) && th.doff * 4 <= data->len;
}

static bool csp_piggyback_udp(const struct csp_blob *data)
{
	struct udphdr uh;

	memcpy(&uh, data->data, sizeof(uh));
	return ntohs(uh.len) == data->len;
}

/* Section "Piggyback". */
static bool csp_piggyback_fits(const struct csp_packet *p,
			       const struct csp_msg *msg,
			       const struct csp_hole_key *key)
{
	const struct csp_blob *data = &msg->piggyback;

	if (!CSP_HAS(msg, PIGGYBACK))
		return true;
	/* The codec leaves nothing shorter than a UDP header through. */
	if (memcmp(data->data, key->port, sizeof(key->port)))
		return false;
	if (key->proto == IPPROTO_TCP)
		return csp_piggyback_tcp(data, p->moving);
	return key->proto == IPPROTO_UDP && csp_piggyback_udp(data);
}

/* Section "Connection notation": no wildcards, and TCP goes both ways. */
static bool csp_setup_sound(const struct csp_packet *p,
			    const struct csp_msg *msg,
			    const struct csp_hole_key *key)
{
	const __be16 encap = htons(csp_conf(csp_box_host(p->box),
					    CSP_CONF_udp_port));

	if (!key->port[0] || !key->port[1])
		return false;
	if (key->proto != IPPROTO_UDP && msg->dir != CSP_DIR_BOTH)
		return false;
	/* Signalling about signalling would have no end. */
	if (key->proto == IPPROTO_UDP &&
	    (key->port[0] == encap || key->port[1] == encap))
		return false;
	return csp_piggyback_fits(p, msg, key);
}

/* --- a Setup that was seen before --- */

/* Returns false: it is to be treated as a new one. */
static bool csp_setup_same(struct csp_packet *p, const struct csp_msg *msg,
			   struct csp_hole *hole, enum csp_fate *fate)
{
	struct csp_box *box = p->box;

	lockdep_assert_held(&box->lock);
	if (hole->asking) {
		CSP_BOX_INC(box, SETUP_BUSY);
		*fate = CSP_FATE_DROP;
		return true;
	}
	/* Section "Setup": it may be sent again during the connection's life. */
	CSP_BOX_INC(box, SETUP_AGAIN);
	hole->setup_xid = p->rd.xid;
	*fate = CSP_FATE_ADMIT;
	return true;
}

static bool csp_setup_known(struct csp_packet *p, const struct csp_msg *msg,
			    const struct csp_hole_key *key,
			    struct csp_hole *hole, enum csp_fate *fate)
{
	const bool own = csp_hole_end_of(hole, msg->cid) ==
			 CSP_HOLE_INITIATOR &&
			 p->in == hole->side[CSP_HOLE_INITIATOR];

	lockdep_assert_held(&p->box->lock);
	if (hole->dead)
		return false;
	if (own && hole->state != CSP_MBOX_STATE_LINGER &&
	    !memcmp(key, &hole->key, sizeof(*key)))
		return csp_setup_same(p, msg, hole, fate);
	/* After a Redirect: the same identifier, another name. */
	if (own && hole->state != CSP_MBOX_STATE_OPEN && !hole->asking) {
		csp_hole_remove(hole, true);
		return false;
	}
	CSP_BOX_INC(p->box, SETUP_OTHER);
	*fate = CSP_FATE_PASS;
	return true;
}

static bool csp_setup_again(struct csp_packet *p, const struct csp_msg *msg,
			    const struct csp_hole_key *key,
			    enum csp_fate *fate)
{
	struct csp_hole *hole = csp_hole_get(p->box, msg->cid);
	bool known;

	if (!hole)
		return false;
	spin_lock_bh(&p->box->lock);
	known = csp_setup_known(p, msg, key, hole, fate);
	spin_unlock_bh(&p->box->lock);
	csp_hole_put(hole);
	return known;
}

/* --- the question to the ruleset --- */

static void csp_setup_ask(struct csp_packet *p, const struct csp_msg *msg,
			  const struct csp_hole_key *key,
			  struct csp_question *q)
{
	const bool back = msg->dir == CSP_DIR_REVERSE;

	csp_question(q, p, key, back ? CSP_HOLE_RESPONDER : CSP_HOLE_INITIATOR,
		     back);
	q->oneway = msg->dir != CSP_DIR_BOTH;
	q->running = p->moving;
	if (CSP_HAS(msg, PIGGYBACK) && !back && !q->running) {
		q->first = msg->piggyback.data;
		q->first_len = msg->piggyback.len;
	}
}

static enum csp_fate csp_setup_refuse(struct csp_packet *p,
				      const struct csp_msg *msg, int err)
{
	switch (err) {
	case -EPERM:
		CSP_BOX_INC(p->box, REFUSED_RULESET);
		csp_box_reject(p, msg, CSP_ERR_POLICY, NULL);
		break;
	case -ENOSPC:
		CSP_BOX_INC(p->box, REFUSED_FULL);
		csp_box_reject(p, msg, CSP_ERR_FULL,
			       "no room for more connections");
		break;
	case -EEXIST:
		/* A copy of it, or the end of the identifier's last user. */
		CSP_BOX_INC(p->box, SETUP_BUSY);
		break;
	default:
		CSP_BOX_INC(p->box, NOMEM);
	}
	return CSP_FATE_DROP;
}

/*
 * No rule speaks of it. What it carries must not get past the ruleset inside
 * it, and conntrack has to know of that, or it would not know the answer.
 */
static enum csp_fate csp_setup_ruleset(struct csp_packet *p,
				       const struct csp_msg *msg,
				       const struct csp_hole_key *key)
{
	struct csp_verdict v = {};
	struct csp_question q;
	int err;

	if (!CSP_HAS(msg, PIGGYBACK))
		return CSP_FATE_PASS;
	CSP_BOX_INC(p->box, SETUP_RULESET);
	csp_setup_ask(p, msg, key, &q);
	q.oneway = false;
	err = csp_judge(p->box, &q, &v);
	if (err)
		return csp_setup_refuse(p, msg, err);
	if (v.ct)
		nf_ct_put(v.ct);
	return CSP_FATE_PASS;
}

/* --- a new pinhole --- */

static struct csp_hole *csp_setup_hole(struct csp_packet *p,
				       const struct csp_msg *msg,
				       const struct csp_hole_key *key,
				       const struct csp_box_rule *rule)
{
	struct csp_hole *hole = csp_hole_alloc(p->box, key);

	if (!hole)
		return NULL;
	hole->inside = rule->spec.action == CSP_MBOX_ACTION_ACCEPT;
	hole->state = hole->inside ? CSP_MBOX_STATE_PROVISIONAL :
				     CSP_MBOX_STATE_ASKED;
	hole->asking = hole->inside;
	hole->dir = msg->dir;
	hole->side[CSP_HOLE_INITIATOR] = p->in;
	hole->side[CSP_HOLE_RESPONDER] = p->out;
	hole->setup_xid = p->rd.xid;
	hole->wish = CSP_HAS(msg, TIMEOUT) ? msg->timeout : 0;
	hole->limit = rule->spec.timeout;
	hole->rule = rule->id;
	hole->granted = csp_hole_grant(hole, hole->wish);
	return hole;
}

/* Is the tuple that of a connection which is up? One that was goes. */
static bool csp_setup_taken(struct csp_box *box, const struct csp_hole_key *key)
{
	struct csp_hole *old = csp_hole_by_key(box, key);

	if (!old)
		return false;
	if (old->state == CSP_MBOX_STATE_OPEN && old->ct &&
	    !nf_ct_is_dying(old->ct) && !nf_ct_is_expired(old->ct))
		return true;
	csp_hole_remove(old, true);
	return false;
}

/*
 * If the tuple is in use, its pinhole is there already. Whether the new Setup
 * takes it over is for the responder to say.
 */
static int csp_setup_insert(struct csp_hole *hole, const struct csp_msg *msg)
{
	struct csp_box *box = hole->box;
	int err;

	spin_lock_bh(&box->lock);
	if (csp_setup_taken(box, &hole->key)) {
		hole->state = CSP_MBOX_STATE_ASKED;
		hole->asking = false;
	}
	err = csp_hole_add(hole, msg->cid, msg->next_cid);
	if (!err && hole->asking)
		csp_hole_hash(hole);
	else if (!err)
		csp_box_nl_event(hole, CSP_MBOX_EVENT_ASKED);
	spin_unlock_bh(&box->lock);
	return err;
}

static void csp_setup_provide(struct csp_hole *hole,
			      const struct csp_verdict *v)
{
	struct csp_box *box = hole->box;

	spin_lock_bh(&box->lock);
	hole->asking = false;
	if (hole->dead) {
		/* Removed by command meanwhile. */
		if (v->fresh)
			nf_ct_delete(v->ct, 0, 0);
		nf_ct_put(v->ct);
	} else {
		hole->ct = v->ct;
		hole->owned = v->fresh;
		hole->timed = v->timed;
		if (v->fresh)
			csp_timeout_fix(v->ct, CSP_BOX_CONF(box, provisional));
		CSP_BOX_INC(box, PROVISIONAL);
		csp_box_nl_event(hole, CSP_MBOX_EVENT_PROVISIONAL);
	}
	spin_unlock_bh(&box->lock);
}

static void csp_setup_undo(struct csp_hole *hole)
{
	spin_lock_bh(&hole->box->lock);
	csp_hole_remove(hole, true);
	spin_unlock_bh(&hole->box->lock);
}

static enum csp_fate csp_setup_open(struct csp_packet *p,
				    const struct csp_msg *msg,
				    struct csp_hole *hole)
{
	struct csp_box *box = p->box;
	struct csp_verdict v = {};
	struct csp_question q;
	int err;

	csp_setup_ask(p, msg, &hole->key, &q);
	q.admit = true;
	spin_lock_bh(&box->lock);
	q.timeout = csp_timeout_get(box, hole->key.family, hole->key.proto,
				    hole->granted);
	spin_unlock_bh(&box->lock);
	err = csp_judge(box, &q, &v);
	csp_timeout_put(q.timeout);
	if (err) {
		csp_setup_undo(hole);
		return csp_setup_refuse(p, msg, err);
	}
	if (v.ct)
		csp_setup_provide(hole, &v);
	else
		csp_setup_undo(hole);	/* the ruleset tracks no such data */
	return CSP_FATE_ADMIT;
}

/* The answer to a SYN is tracked only if the SYN was: keep its header. */
static void csp_setup_keep(struct csp_hole *hole, const struct csp_msg *msg)
{
	struct tcphdr th;

	if (!CSP_HAS(msg, PIGGYBACK) || hole->key.proto != IPPROTO_TCP)
		return;
	memcpy(&th, msg->piggyback.data, sizeof(th));
	hole->first_len = th.doff * 4;
	hole->first = kmemdup(msg->piggyback.data, hole->first_len, GFP_ATOMIC);
	if (!hole->first)
		hole->first_len = 0;
}

static enum csp_fate csp_setup_new(struct csp_packet *p,
				   const struct csp_msg *msg,
				   const struct csp_hole_key *key,
				   const struct csp_box_rule *rule)
{
	struct csp_hole *hole = csp_setup_hole(p, msg, key, rule);
	enum csp_fate fate = CSP_FATE_ADMIT;
	int err;

	if (!hole)
		return csp_setup_refuse(p, msg, -ENOMEM);
	csp_setup_keep(hole, msg);
	err = csp_setup_insert(hole, msg);
	if (err)
		fate = csp_setup_refuse(p, msg, err);
	else if (hole->asking)
		fate = csp_setup_open(p, msg, hole);
	csp_hole_put(hole);
	return fate;
}

static enum csp_fate csp_setup_reject(struct csp_packet *p,
				      const struct csp_msg *msg,
				      const struct csp_rule_found *found)
{
	if (found->auth) {
		CSP_BOX_INC(p->box, REFUSED_AUTH);
		csp_box_reject(p, msg, CSP_ERR_AUTH, found->rule->spec.text);
	} else {
		CSP_BOX_INC(p->box, REFUSED_RULE);
		csp_box_reject(p, msg, CSP_ERR_POLICY, found->rule->spec.text);
	}
	return CSP_FATE_DROP;
}

static enum csp_fate csp_setup_by_rule(struct csp_packet *p,
				       const struct csp_msg *msg,
				       const struct csp_hole_key *key)
{
	struct csp_rule_found found;

	csp_match(p, msg, &found);
	if (!found.rule)
		return csp_setup_ruleset(p, msg, key);
	switch (found.rule->spec.action) {
	case CSP_MBOX_ACTION_REJECT:
		return csp_setup_reject(p, msg, &found);
	case CSP_MBOX_ACTION_REDIRECT:
		CSP_BOX_INC(p->box, REDIRECTED);
		csp_box_redirect(p, msg, found.rule);
		return CSP_FATE_DROP;
	case CSP_MBOX_ACTION_ASK_HOST:
		CSP_BOX_INC(p->box, ASKED);
		break;
	default:
		CSP_BOX_INC(p->box, ACCEPTED);
	}
	return csp_setup_new(p, msg, key, found.rule);
}

/**
 * csp_box_setup() - a Setup passes
 * @p:   its packet
 * @msg: the Setup
 *
 * Context: softirq, RCU, no lock.
 * Return: what becomes of the packet.
 */
enum csp_fate csp_box_setup(struct csp_packet *p, const struct csp_msg *msg)
{
	struct csp_hole_key key;
	enum csp_fate fate;

	if (!csp_setup_key(p, msg, &key)) {
		CSP_BOX_INC(p->box, SETUP_FOREIGN);
		return CSP_FATE_PASS;
	}
	if (!csp_setup_tracked(key.proto)) {
		CSP_BOX_INC(p->box, SETUP_OTHER);
		return CSP_FATE_PASS;
	}
	if (!csp_setup_sound(p, msg, &key)) {
		CSP_BOX_INC(p->box, SETUP_MALFORMED);
		csp_box_reject(p, msg, CSP_ERR_MALFORMED, NULL);
		return CSP_FATE_DROP;
	}
	if (csp_setup_again(p, msg, &key, &fate)) {
		if (fate == CSP_FATE_PASS)
			return csp_setup_ruleset(p, msg, &key);
		return fate;
	}
	CSP_BOX_INC(p->box, SETUPS);
	return csp_setup_by_rule(p, msg, &key);
}
