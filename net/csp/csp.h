/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CSP end host: the objects that several files share, and how they are locked.
 *
 * A connection that is signalled is a *flow* (struct csp_flow), named by its
 * tuple as the transport sees it and by the identifiers that this host gave
 * it.  What is known about an address is a *peer*; two public keys and the
 * secret between them are a *pair*.  Each network namespace has its own of
 * everything (struct csp_net).
 *
 * Locking: who may touch what, and where
 * ======================================
 *
 * Two contexts meet in a flow.  Packets and hooks come in softirq or under
 * somebody's socket lock, and must not sleep.  Whatever needs the socket lock,
 * a Curve25519 operation or GFP_KERNEL happens in the flow's work
 * (csp_flow_work(), one at a time for a flow): the softirq side leaves a note
 * in flow->todo and queues it.  Sockets are re-homed, aborted and read by the
 * work only, under lock_sock().
 *
 * Order, outermost first:
 *
 *	RTNL (notifiers only; nothing here takes it)
 *	lock_sock(flow's socket)
 *	  csp_net.hook_in_lock  registration of the LOCAL_IN hook
 *	  csp_net.lock       (BH) lists of the namespace
 *	    csp_peer.lock    (BH) Detaches that wait for a packet
 *	      csp_flow.lock  (BH) everything marked "lock" in struct csp_flow
 *
 * The hash tables (rhashtable) are read under RCU.  An object found there may
 * be on its way out: csp_flow_get() and its like fail then.  A table holds one
 * reference to what is in it, and a pending work holds one.  Memory goes by
 * kfree_rcu() after the last reference.
 *
 * Sending happens outside csp_flow.lock: the packet is built under the lock
 * and transmitted after it, because on the loopback device transmission may
 * end in our own receive path.
 *
 * A flagged socket holds a module reference through sk_prot_creator->owner
 * (sock.c); flows hold none, so that the module can go at any moment when no
 * socket uses it.  The namespace exit and with it the module exit stop all
 * works before the tables go.
 */
#ifndef _NET_CSP_H
#define _NET_CSP_H

#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/sock.h>
#include <uapi/linux/csp.h>
#include <uapi/linux/csp_netlink.h>

#include "wire.h"

enum csp_mib {
#define CSP_MIB(id, ...) CSP_MIB_##id,
#include "mib.h"
#undef CSP_MIB
	__CSP_MIB_MAX
};

struct csp_mib_pcpu {
	u64 v[__CSP_MIB_MAX];
};

/**
 * struct csp_mib_desc - what a counter is
 * @name:    as `cspctl stats` shows it
 * @meaning: what it counts, for people
 */
struct csp_mib_desc {
	const char	*name;
	const char	*meaning;
};

extern const struct csp_mib_desc csp_mib_desc[__CSP_MIB_MAX];

struct csp_net;

int csp_mib_init(struct csp_net *cn);
void csp_mib_exit(struct csp_net *cn);
/* One counter, summed over the CPUs. Any context. */
u64 csp_mib_read(const struct csp_net *cn, enum csp_mib id);

enum csp_conf_id {
#define CSP_CONF(id, ...) CSP_CONF_##id,
#include "conf_list.h"
#undef CSP_CONF
	__CSP_CONF_MAX
};

/**
 * struct csp_tuple - name of a connection as the transport sees it
 * @laddr:  own address; IPv4 as v4-mapped
 * @raddr:  the other end's
 * @lport:  own port
 * @rport:  the other end's
 * @proto:  IPPROTO_TCP or IPPROTO_UDP
 * @family: 4 or 6
 * @zero:   keeps the key free of padding
 */
struct csp_tuple {
	struct in6_addr	laddr;
	struct in6_addr	raddr;
	__be16		lport;
	__be16		rport;
	u8		proto;
	u8		family;
	u16		zero;
};

static inline bool csp_tuple_equal(const struct csp_tuple *a,
				   const struct csp_tuple *b)
{
	return ipv6_addr_equal(&a->raddr, &b->raddr) &&
	       ipv6_addr_equal(&a->laddr, &b->laddr) &&
	       a->rport == b->rport && a->lport == b->lport &&
	       a->proto == b->proto && a->family == b->family;
}

/**
 * struct csp_key - a key of this host; csp.rst, section "Keys and the MAC"
 * @ref:     one for being current, one for each pair
 * @rcu:     for kfree_rcu()
 * @cn:      namespace
 * @born:    ktime_get_boottime_seconds() when it was made
 * @gen:     1 for the first of the namespace
 * @private: Curve25519 private key
 * @public:  Curve25519 public key
 */
struct csp_key {
	refcount_t	ref;
	struct rcu_head	rcu;
	struct csp_net	*cn;
	time64_t	born;
	u32		gen;
	u8		private[CSP_PUBKEY_LEN];
	u8		public[CSP_PUBKEY_LEN];
};

/**
 * struct csp_pair - one of our keys and one of a peer's
 * @node:   in csp_net.pairs, keyed by @remote and @gen
 * @remote: the peer's public key
 * @gen:    generation of @key
 * @ref:    one for each flow
 * @rcu:    for kfree_rcu()
 * @cn:     namespace
 * @key:    our key
 * @lock:   mutex; serialises the only computation of @secret
 * @ready:  @secret is valid; set with release, read with acquire
 * @bad:    the computation gave the null point: nothing is ever believed
 * @secret: X25519(@key, @remote), computed when a move first needs it
 */
struct csp_pair {
	struct rhash_head	node;
	u8			remote[CSP_PUBKEY_LEN];
	u32			gen;
	refcount_t		ref;
	struct rcu_head		rcu;
	struct csp_net		*cn;
	struct csp_key		*key;
	struct mutex		lock;	/* see above */
	bool			ready;
	bool			bad;
	u8			secret[CSP_PUBKEY_LEN];
};

/* Key of csp_net.peers: an address, and for NOT_WANTED a port of it. */
struct csp_peer_key {
	struct in6_addr	addr;
	__be16		port;
	u8		proto;
	u8		zero;
};

#define CSP_DETACH_ATTEMPTS	5	/* section "Timers" */

/**
 * struct csp_peer - what is remembered of an address
 * @node:     in csp_net.peers
 * @key:      whom it is about
 * @ref:      one for the table, one for each user
 * @rcu:      for kfree_rcu()
 * @cn:       namespace
 * @lru:      in csp_net.peer_lru, oldest first; protected by csp_net.lock
 * @verdict:  enum csp_peer_verdict
 * @udp:      it answers over UDP encapsulation only
 * @path:     @verdict may be due to the path, not to the peer
 * @expires:  jiffies after which @verdict is void
 * @srtt_us:  smoothed round-trip time of signalling; 0 unknown
 * @lock:     protects the lists that follow
 * @detach:   flows whose Detach waits for company; each holds a reference
 * @linger:   flows that wait for the other end's Detach, oldest first
 * @asked:    flows whose Detach was sent and not answered yet, by how often;
 *            each list in the order in which it is to be sent again
 * @work:     sends them
 */
struct csp_peer {
	struct rhash_head	node;
	struct csp_peer_key	key;
	refcount_t		ref;
	struct rcu_head		rcu;
	struct csp_net		*cn;
	struct list_head	lru;
	u8			verdict;
	bool			udp;
	bool			path;
	unsigned long		expires;
	u32			srtt_us;
	spinlock_t		lock;	/* see above */
	struct list_head	detach;
	struct list_head	linger;
	struct list_head	asked[CSP_DETACH_ATTEMPTS];
	struct delayed_work	work;
};

/**
 * struct csp_cid - one identifier that this host gave a flow
 * @node: in csp_net.cids, keyed by the low word of @id, which is also the
 *        transaction identifier of the flow's Setup
 * @flow: whose it is
 * @id:   the identifier; 0: not in the table
 */
struct csp_cid {
	struct rhash_head	node;
	struct csp_flow		*flow;
	__be64			id;
};

/* Those of the path in use, of the next path and of the old one, in turn. */
#define CSP_CIDS	3

#define CSP_MAX_ALTS	5

/**
 * struct csp_alts - the peer's addresses, if it offered others (multihoming)
 * @n:    used entries
 * @addr: the addresses, that of the Setup first
 */
struct csp_alts {
	u8		n;
	struct in6_addr	addr[CSP_MAX_ALTS];
};

/**
 * struct csp_names - names that say more than the data tuple
 * @src:     own end; without a locator: the tuple says it all
 * @dst:     the other end
 * @lent:    own end as the peer knows it, if that is by a NAT's name; without a
 *           locator: it knows it as it is
 * @told_src: own end, in the Redirect that is followed now
 * @told_dst: the other end, in the same
 * @pending: from a Redirect that was not followed yet
 * @vouched: @key is valid, and fixed; vouch.c
 * @key:     the key that the host at @dst has to have
 * @n:       Redirects followed
 * @clashes: ports in them that were taken
 */
struct csp_names {
	struct csp_end	src;
	struct csp_end	dst;
	struct csp_end	lent;
	struct csp_end	told_src;
	struct csp_end	told_dst;
	bool		pending;
	bool		vouched;
	u8		key[CSP_PUBKEY_LEN];
	u8		n;
	u8		clashes;
};

#define CSP_MAX_PREFS	8

/**
 * struct csp_path - a pair of addresses, and what one end thinks of it
 * @laddr: own address
 * @raddr: the peer's
 * @pref:  enum csp_pref, or a number between
 */
struct csp_path {
	struct in6_addr	laddr;
	struct in6_addr	raddr;
	u16		pref;
};

/**
 * struct csp_opinions - paths of which one end thinks anything at all
 * @n:    used entries
 * @next: which to overwrite when all are used
 * @path: the paths
 */
struct csp_opinions {
	u8		n;
	u8		next;
	struct csp_path	path[CSP_MAX_PREFS];
};

/**
 * struct csp_prefs - what each of the two ends thinks
 * @ours:   what this end told the peer
 * @theirs: what the peer told this end
 *
 * Apart, so that neither end can have the other's forgotten.
 */
struct csp_prefs {
	struct csp_opinions	ours;
	struct csp_opinions	theirs;
};

/**
 * struct csp_oldpath - the path before the last move; oldpath.c
 * @t:         name of the connection there
 * @lent:      own end there as the peer knew it, as in struct csp_names
 * @peer_cid:  peer's identifier there
 * @peer_next: and what was its next one
 * @kept:      the rest is valid
 * @wanted:    the new path has not proved itself yet
 * @probes:    transmissions of the probe; 0: none under way
 * @xid:       its transaction
 * @seq:       its move number
 * @nonce:     in it, to be echoed
 */
struct csp_oldpath {
	struct csp_tuple	t;
	struct csp_end		lent;
	__be64			peer_cid;
	__be64			peer_next;
	bool			kept;
	bool			wanted;
	u8			probes;
	__be32			xid;
	u32			seq;
	u8			nonce[CSP_NONCE_MIN];
};

/* In skb->cb of a packet that waits for a flow's work: how it came. */
struct csp_skb_cb {
	bool	udp;
	__be16	port;
};

/* Is the peer's agent asked where the peer is? refer.c, once in a move. */
enum csp_inquiry {
	CSP_INQUIRY_NOT_YET,
	CSP_INQUIRY_OPEN,	/* after the first silence; no answer so far */
	CSP_INQUIRY_OVER,
};

/* Timers of an ESTABLISHED flow; move_due.c has them share the flow's one. */
enum csp_due {
	CSP_DUE_OK,		/* the OK to a move again, or give up */
	CSP_DUE_SAY,		/* a request that is no move again */
	CSP_DUE_OLD,		/* probe the old path again, or forget it */
	CSP_DUE_DOUBT,		/* what became of what was in flight at a move? */
	CSP_DUE_REFRESH,	/* soon boxes forget a silent connection */
	CSP_DUE_SOCK,		/* is the socket, which is not ours, there? */
	CSP_DUE_MOVE,		/* a move that could not begin */
	__CSP_DUE_MAX
};

/* Requests that are no moves; bits, in the order in which they are sent. */
enum csp_say {
	CSP_SAY_PREF	= 1,	/* Change(PREF) */
	CSP_SAY_TIMEOUT	= 2,	/* Change(TIMEOUT) */
	CSP_SAY_OFFER	= 4,	/* Attach without Detach */
	CSP_SAY_SETUP	= 8,	/* the Setup again */
};

/**
 * struct csp_move - what only a flow that moved, or whose peer moved, needs
 * @key:       key of its MACs; valid if @keyed
 * @keyed:     @key was derived
 * @tx_seq:    last move number used by this end
 * @rx_seq:    highest move number accepted from the peer
 * @nonce:     in our Attach, for the OK to echo
 * @ok_nonce:  in our OK, for the Ack to echo
 * @echo:      what this end has to echo in the OK it repeats
 * @echo_len:  length of @echo
 * @rx_xid:    transaction of the last Attach believed, for its repeated answer
 * @rx_code:   that answer: 0 for OK, else an enum csp_error
 * @asking:    our Attach has not been answered: the peer may know either of
 *             our identifiers
 * @cookie_len: length of @cookie
 * @cookie:    nonce of a stateless answer, to be echoed in the next request
 * @ok_attempt: transmissions of that OK while it is not echoed
 * @ok_len:    its length, IP header included
 * @renew:     the peer cannot now: the next request is a new transaction
 * @refused:   enum csp_error of a refusal that ends the move under way; 0 none
 * @gone:      and the peer itself says that its socket is gone
 * @referred:  Redirects of the move, in a row
 * @inquiry:   enum csp_inquiry, in the move under way
 * @peer_at:   where the peer was when this end began to ask, or says that it
 *             has been since
 * @say:       what a request of ours that is no move says, enum csp_say bits;
 *             see change.c
 * @say_xid:   its transaction
 * @say_seq:   its move number
 * @say_attempt: its transmissions
 * @say_what:  the one of @say that is under way
 * @say_t:     path that the Change(PREF) speaks of
 * @say_pref:  and what it says of it
 * @wish:      milliseconds, of the Change(TIMEOUT)
 * @again_at:  jiffies of the last Setup because of TCP's retransmissions
 * @again_count: how many of those there were
 * @attach:    Attach or Change of the peer that waits for the work; or what
 *             CSP_TODO_VOUCH and CSP_TODO_SIGN say
 * @started:   jiffies when the move under way began
 * @since:     jiffies when this end took the path in use
 * @due:       jiffies at which each of the timers runs out; 0: not set
 * @unvalidated: the peer's new address has not echoed its nonce yet
 * @credit:    bytes that may go there until then
 * @withheld:  and that TCP has sent more
 * @room:      bytes by which the segments are shorter for now
 * @put_off:   a move could not begin: the name is taken, or TCP is connecting
 * @arrived:   what was in flight at the move is believed to have arrived
 * @old:       the path before this one
 */
struct csp_move {
	u8			key[32];
	bool			keyed;
	u32			tx_seq;
	u32			rx_seq;
	u8			nonce[CSP_NONCE_MIN];
	u8			ok_nonce[CSP_NONCE_MIN];
	u8			echo[CSP_NONCE_MAX];
	u8			echo_len;
	u8			cookie_len;
	u8			cookie[CSP_NONCE_MAX];
	__be32			rx_xid;
	u16			rx_code;
	bool			asking;
	u8			ok_attempt;
	u16			ok_len;
	bool			renew;
	u16			refused;
	bool			gone;
	u8			referred;
	u8			inquiry;
	struct in6_addr		peer_at;
	u8			say;
	u8			say_what;
	u8			say_attempt;
	__be32			say_xid;
	u32			say_seq;
	struct csp_tuple	say_t;
	u32			say_pref;
	u32			wish;
	unsigned long		again_at;
	u8			again_count;
	struct sk_buff		*attach;
	unsigned long		started;
	unsigned long		since;
	unsigned long		due[__CSP_DUE_MAX];
	bool			unvalidated;
	u32			credit;
	bool			withheld;
	u16			room;
	bool			put_off;
	bool			arrived;
	struct csp_oldpath	old;
};

/* Notes from softirq to csp_flow_work(); bits of csp_flow.todo. */
enum csp_todo {
	CSP_TODO_FAIL,		/* tell the socket csp_flow.err */
	CSP_TODO_MOVE,		/* local address is gone, or move asked for */
	CSP_TODO_FAILOVER,	/* path in use is dead */
	CSP_TODO_ATTACH,	/* csp_move.attach waits */
	CSP_TODO_MOVED,		/* OK to our Attach came: lift the limits */
	CSP_TODO_VALIDATED,	/* peer echoed the nonce: lift the clamp */
	CSP_TODO_CHANGE,	/* send what csp_move.say has */
	CSP_TODO_AGAIN,		/* peer moved while we did: ask it again */
	CSP_TODO_REDIRECT,	/* csp_flow.names has another name */
	CSP_TODO_REFUSED,	/* the peer refused our move: csp_move.refused */
	CSP_TODO_BACK,		/* the peer is where it was, not where it went */
	CSP_TODO_VOUCH,		/* csp_move.attach is an answer to be proved */
	CSP_TODO_SIGN,		/* csp_move.attach is a Setup that wants a MAC */
	CSP_TODO_LOST,		/* it is in the table under no name: end it */
};

/**
 * struct csp_flow - one signalled connection
 * @tuple_node: in csp_net.flows, keyed by @t
 * @t:          its name now; changes under lock, with the table
 * @cids:       this end's identifiers; csp_flow_cid() and its like
 * @cid_now:    index of the one in use
 * @ref:        references: tables, work, lookups
 * @rcu:        for kfree_rcu()
 * @cn:         namespace
 * @lock:       protects what follows and is not marked otherwise
 * @state:      enum csp_state; read without lock where a stale one is harmless
 * @initiator:  this end sent the Setup; constant
 * @mode:       enum csp_mode of the socket; constant
 * @piggybacked: the first held packet travels inside the Setup
 * @udp:        signalled over UDP
 * @dead:       removed from the tables
 * @offered:    this end offered other addresses
 * @heard:      somebody has answered the Setup, though not with OK
 * @refresh:    boxes are asked again before they forget it
 * @dir:        enum csp_dir, seen from the initiator; constant
 * @peer_gone:  the peer sent its Detach
 * @listed:     in a list that csp_net.lock protects, or was
 * @unproven:   in csp_net.n_unproven
 * @embryo_slot: where it is in csp_net.embryos, csp_share_add()
 * @served_slot: where it is in csp_net.served
 * @attempt:    transmissions of the request under way
 * @turn:       which pair of addresses to try next
 * @n_held:     packets in @held
 * @oif:        interface that the socket is bound to; 0 none
 * @mark:       sk_mark of the socket, for routing
 * @xid:        transaction under way
 * @err:        negative errno to tell the socket
 * @peer_cid:   peer's identifier on the path in use
 * @peer_next:  and on the path after that
 * @cid0:       own identifier of the Setup, for the key; constant
 * @peer_cid0:  peer's identifier of the Setup, for the key
 * @home_l:     own address at the Setup; constant
 * @home_r:     peer's address at the Setup; constant
 * @moves:      re-homings by either end
 * @timeout:    milliseconds that boxes keep idle state
 * @born:       jiffies at the Setup
 * @sent:       ktime_get_ns() / 1000 of the first transmission, for the RTT
 * @next_tx:    jiffies of the next transmission of the Setup
 * @sk:         socket, with a reference; NULL where it is found by its tuple
 * @key:        own key offered in the Setup, until the OK gives @pair
 * @pair:       keys of both ends
 * @peer:       peer, while a Detach waits for it
 * @detach_node: in csp_peer.detach; protected by csp_peer.lock
 * @sock_node:    in csp_sock.flows (UDP); protected by csp_net.lock
 * @watch_node: in csp_net.watch; protected by csp_net.lock
 * @held:       packets held back, with their route
 * @alts:       other addresses of the peer, or NULL
 * @prefs:      what the ends think of paths, or NULL
 * @vias:       gateways on the path of the peer's Setup, or NULL; constant
 * @names:      identities, where they are not the addresses; or NULL
 * @epochs:     boxes that keep state of it, or NULL; protected by csp_net.lock
 * @move:       state of mobility, or NULL
 * @want_l:     own address that a move shall use; any: routing chooses
 * @want_r:     peer's address that a move shall use; any: as now
 * @want_oif:   interface that a move shall use; 0 any
 * @todo:       enum csp_todo bits, atomic
 * @deadline:   jiffies at which the timer of the state runs out; 0: none
 * @work:       does what @todo says
 */
struct csp_flow {
	struct rhash_head	tuple_node;
	struct csp_tuple	t;
	struct csp_cid		cids[CSP_CIDS];
	u8			cid_now;
	refcount_t		ref;
	struct rcu_head		rcu;
	struct csp_net		*cn;
	spinlock_t		lock;	/* see above */
	u8			state;
	u8			mode;
	bool			initiator;
	bool			piggybacked;
	bool			udp;
	bool			dead;
	bool			offered;
	bool			heard;
	bool			refresh;
	u8			dir;
	bool			peer_gone;
	bool			listed;
	bool			unproven;
	u16			embryo_slot;
	u16			served_slot;
	u8			attempt;
	u8			n_held;
	u8			turn;
	int			oif;
	u32			mark;
	__be32			xid;
	int			err;
	u32			moves;
	__be64			peer_cid;
	__be64			peer_next;
	__be64			cid0;
	__be64			peer_cid0;
	struct in6_addr		home_l;
	struct in6_addr		home_r;
	u32			timeout;
	unsigned long		born;
	u64			sent;
	unsigned long		next_tx;
	struct sock		*sk;
	struct csp_key		*key;
	struct csp_pair		*pair;
	struct csp_peer		*peer;
	struct list_head	detach_node;
	struct list_head	sock_node;
	struct list_head	watch_node;
	struct sk_buff_head	held;
	struct csp_alts		*alts;
	struct csp_prefs	*prefs;
	struct csp_vias		*vias;
	struct csp_names	*names;
	struct csp_epochs	*epochs;
	struct csp_move		*move;
	struct in6_addr		want_l;
	struct in6_addr		want_r;
	int			want_oif;
	unsigned long		todo;
	unsigned long		deadline;
	struct delayed_work	work;
};

/* This end's identifier on the path in use. */
static inline __be64 csp_flow_cid(const struct csp_flow *flow)
{
	return READ_ONCE(flow->cids[READ_ONCE(flow->cid_now)].id);
}

/* And on the path after that; 0: none, memory was short. */
static inline __be64 csp_flow_next(const struct csp_flow *flow)
{
	return READ_ONCE(flow->cids[(READ_ONCE(flow->cid_now) + 1) %
				    CSP_CIDS].id);
}

/* And on the path before; 0: none, or forgotten. */
static inline __be64 csp_flow_prev(const struct csp_flow *flow)
{
	return READ_ONCE(flow->cids[(READ_ONCE(flow->cid_now) + 2) %
				    CSP_CIDS].id);
}

/* The same direction, as the other end says it. */
static inline u8 csp_dir_turned(u8 dir)
{
	if (dir == CSP_DIR_BOTH)
		return dir;
	return dir == CSP_DIR_FORWARD ? CSP_DIR_REVERSE : CSP_DIR_FORWARD;
}

/* Direction as this end says it: SRC is who speaks. */
static inline u8 csp_flow_dir(const struct csp_flow *flow)
{
	return flow->initiator ? flow->dir : csp_dir_turned(flow->dir);
}

/* Since the last look at all flows; bits of csp_net.flags. */
#define CSP_NET_ADDR_CHANGED	0	/* an address came or went */
#define CSP_NET_ADDR_NEW4	1	/* one of IPv4 came */
#define CSP_NET_ADDR_NEW6	2	/* one of IPv6 came */

/**
 * struct csp_net - CSP in one network namespace
 */
struct csp_net {
	struct net		*net;
	struct csp_mib_pcpu __percpu *mib;
	u32			conf[__CSP_CONF_MAX];
	struct ctl_table_header	*sysctl;
	struct ctl_table	*sysctl_table;

	struct rhashtable	flows;
	struct rhashtable	cids;
	struct rhashtable	pairs;
	struct rhashtable	peers;
	struct rhashtable	socks;
	struct rhashtable	tombs;
	atomic_t		n_flows;
	atomic_t		n_embryonic;
	atomic_t		n_unproven;	/* UDP: peers that echoed nothing */
	atomic_t		n_tombs;
	atomic_t		n_held;		/* packets in csp_flow.held */
	bool			require;	/* sticky: something may require CSP */
	atomic_t		n_keys;

	spinlock_t		lock;		/* the lists that follow */
	struct list_head	peer_lru;
	u32			n_peers;
	u32			n_port_peers;	/* of them, about a port */
	struct list_head	watch;
	struct list_head	epochs;
	struct list_head	rules;
	u32			n_rules;
	u32			rules_genid;	/* changes whenever they do */

	struct csp_key __rcu	*key;
	siphash_key_t		cookie_key;

	struct mutex		standing_lock;	/* the three that follow */
	struct csp_key		*standing;	/* configured key, relation.c */
	u32			n_standing;	/* how many there were */
	u32			n_relations;	/* that use it */

	struct mutex		reg_lock;	/* one writer of regs */
	struct list_head	regs;		/* register.c; read under RCU */
	u32			n_regs;
	u32			regs_genid;	/* changes whenever they do */

	struct workqueue_struct	*wq;
	struct delayed_work	addr_work;
	struct delayed_work	watch_work;
	struct delayed_work	epoch_work;	/* epoch.c */
	struct list_head	tomb_list;
	struct delayed_work	tomb_work;
	unsigned long		addr_since;	/* looks are counted, path.c */
	u32			addr_looks;	/* since then */
	unsigned long		flags;		/* CSP_NET_*, atomic bits */
	struct notifier_block	fib_nb;
	struct csp_buckets	*buckets;	/* rate limits, limit.c */
	struct csp_share	*embryos;	/* EMBRYONIC, by who asked */
	struct csp_share	*served;	/* flows, by the same; share.c */
	struct csp_share	*movers;	/* names of old paths, by peer; tomb.c */
	struct csp_flood	*flood;		/* blocks asked for, flood.c */
	struct csp_flood_rules	*flood_rules;	/* flood_rule.c */
	struct socket		*encap_sock[2];
	bool			encap_wanted;
	bool			hooked;		/* LOCAL_OUT */
	bool			hooked_in;	/* LOCAL_IN; under hook_in_lock */
	struct mutex		hook_lock;	/* registration, hook.c */
	struct mutex		hook_in_lock;	/* the same; inside socket locks */
	struct mutex		encap_lock;	/* encap_*, encap.c */
	bool			dying;

	struct mutex		conf_lock;	/* one writer of conf, conf.c */
	struct delayed_work	key_work;	/* replaces the key, key.c */
};

extern unsigned int csp_net_id;
extern int csp_ipproto;

static inline struct csp_net *csp_pernet(const struct net *net)
{
	return net_generic(net, csp_net_id);
}

static inline u32 csp_conf(const struct csp_net *cn, enum csp_conf_id id)
{
	return READ_ONCE(cn->conf[id]);
}

#define CSP_CONF(cn, id)	csp_conf(cn, CSP_CONF_##id)

static inline void csp_mib_inc(struct csp_net *cn, enum csp_mib id)
{
	this_cpu_inc(cn->mib->v[id]);
}

#define CSP_INC(cn, id)		csp_mib_inc(cn, CSP_MIB_##id)

#endif /* _NET_CSP_H */
