/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * Connection Signaling Protocol: the registry of every number on the wire and
 * in the socket interface.
 *
 * The sections are those of Documentation/networking/csp.rst.  Numbers are
 * never reused: a new message, attribute or code takes the next free one
 * and is written into the specification in the same change.
 */
#ifndef _UAPI_LINUX_CSP_H
#define _UAPI_LINUX_CSP_H

#include <linux/in6.h>
#include <linux/types.h>

/* RFC 3692 experimental IP protocol number; section "Header". */
#define CSP_IPPROTO_DEFAULT	253
/* UDP encapsulation, RFC 6335 user port; section "UDP encapsulation". */
#define CSP_UDP_PORT_DEFAULT	4253
#define CSP_VERSION		1

/**
 * struct csphdr - head of each packet; section "Header"
 * @version:  CSP_VERSION
 * @flags:    CSP_F_*
 * @length:   bytes of the packet, this header included
 * @xid:      transaction identifier, within the eight bytes that ICMP quotes
 * @checksum: Internet checksum of the packet alone, no pseudo-header
 * @attempt:  0 for the first transmission of @xid, then one more for each
 *            retransmission; a reply repeats it
 * @reserved: zero when sent, ignored when received
 */
struct csphdr {
	__u8	version;
	__u8	flags;
	__be16	length;
	__be32	xid;
	__sum16	checksum;
	__u8	attempt;
	__u8	reserved;
};

/* csphdr.flags */
#define CSP_F_REPLY	0x01	/* xid is that of the request answered */

/**
 * struct csp_msghdr - head of each message; section "Messages"
 * @type:   CSP_MSG_*; CSP_MSG_OPTIONAL set: skip it if unknown
 * @code:   CSP_SCOPE_* in Detach, else zero
 * @length: bytes of the message, this header included, a multiple of 4
 * @dcid:   the receiver's identifier of the connection, two words in network
 *          byte order; zero in a Setup, where it is not known yet, unless an
 *          agent relays it
 */
struct csp_msghdr {
	__u8	type;
	__u8	code;
	__be16	length;
	__be32	dcid[2];
};

enum csp_msg_type {
	CSP_MSG_UNSPEC,
	CSP_MSG_SETUP,
	CSP_MSG_OK,
	CSP_MSG_REJECT,
	CSP_MSG_REDIRECT,
	CSP_MSG_CHANGE,
	CSP_MSG_ATTACH,
	CSP_MSG_DETACH,
	CSP_MSG_REGISTER,
	CSP_MSG_ACK,
	__CSP_MSG_MAX
};

#define CSP_MSG_MAX		(__CSP_MSG_MAX - 1)
#define CSP_MSG_OPTIONAL	0x80

/* csp_msghdr.code of a Detach: what is given up. */
enum csp_scope {
	CSP_SCOPE_CONN,		/* the connection, for good */
	CSP_SCOPE_PATH,		/* the path used until now; an Attach goes with it */
};

/**
 * struct csp_attrhdr - head of each attribute; section "Attributes"
 * @type:   CSP_A_*; CSP_A_CRITICAL set: reject the packet if unknown
 * @length: bytes of the attribute, this header included, the padding to the
 *          next multiple of 4 not included
 */
struct csp_attrhdr {
	__be16	type;
	__be16	length;
};

#define CSP_A_CRITICAL		0x8000

enum csp_attr_type {
	CSP_A_UNSPEC,
	CSP_A_CONN,		/* struct csp_a_conn */
	CSP_A_SRC,		/* struct csp_a_end, then its addresses */
	CSP_A_DST,		/* struct csp_a_end, then its addresses */
	CSP_A_VIA,		/* struct csp_a_addr, address, token */
	CSP_A_LOCAL_ID,		/* struct csp_a_local_id */
	CSP_A_NONCE,		/* 8 to 32 bytes, to be echoed */
	CSP_A_NONCE_ECHO,	/* 8 to 32 bytes, as received */
	CSP_A_PUBKEY,		/* 32 bytes, Curve25519 */
	CSP_A_SEQ,		/* __be32, number of an authenticated request */
	CSP_A_MAC,		/* 16 bytes, BLAKE2s; the last of its packet */
	CSP_A_SOURCE,		/* struct csp_a_addr, address: sent from */
	CSP_A_OBSERVED,		/* struct csp_a_addr, address: seen from */
	CSP_A_PIGGYBACK,	/* one transport packet, no IP header */
	CSP_A_TIMEOUT,		/* __be32, milliseconds; 0: none wished or granted */
	CSP_A_PREF,		/* __be32, CSP_PREF_* */
	CSP_A_ERROR,		/* struct csp_a_error */
	CSP_A_TEXT,		/* UTF-8, at most CSP_TEXT_MAX, no NUL */
	CSP_A_ORIGIN,		/* struct csp_a_addr, address: who says so */
	CSP_A_AUTH,		/* opaque, at most CSP_AUTH_MAX */
	CSP_A_NAME,		/* DNS name, ASCII, at most CSP_NAME_MAX */
	CSP_A_PAD,		/* ignored; makes room for the reply */
	CSP_A_VERSIONS,		/* struct csp_a_versions */
	CSP_A_EPOCH,		/* CSP_EPOCH_SLOTS times struct csp_a_epoch */
	__CSP_A_MAX
};

#define CSP_A_MAX	(__CSP_A_MAX - 1)

/* Direction of a connection: the notation's "<->", "->" and "<-". */
enum csp_dir {
	CSP_DIR_BOTH,
	CSP_DIR_FORWARD,	/* data from SRC to DST only */
	CSP_DIR_REVERSE,	/* data from DST to SRC only */
	__CSP_DIR_MAX
};

/**
 * struct csp_a_conn - CSP_A_CONN
 * @proto:    IPPROTO_* of the transport; 0: any
 * @dir:      enum csp_dir
 * @reserved: zero
 */
struct csp_a_conn {
	__u8	proto;
	__u8	dir;
	__u8	reserved[2];
};

/**
 * struct csp_a_end - CSP_A_SRC, CSP_A_DST: identity:locator, port:port'
 * @loc_family: 4 or 6, the family of the locator; 0: any address ("*")
 * @id_family:  4 or 6, the family of the identity; 0: same as the locator,
 *              no identity follows
 * @port:       port that the other end uses; 0: any ("*")
 * @local_port: port that the end itself uses, p' in p:p'; 0: same as @port
 * @reserved:   zero
 *
 * The locator follows (4 or 16 bytes), then the identity (4 or 16 bytes).
 */
struct csp_a_end {
	__u8	loc_family;
	__u8	id_family;
	__be16	port;
	__be16	local_port;
	__u8	reserved[2];
};

/**
 * struct csp_a_addr - an address: CSP_A_SOURCE, _OBSERVED, _ORIGIN, _VIA
 * @family:   4 or 6; the address follows (4 or 16 bytes)
 * @proto:    0 for native CSP, IPPROTO_UDP for UDP encapsulation
 * @port:     UDP port if @proto is IPPROTO_UDP, else 0
 *
 * In CSP_A_VIA an opaque token of at most CSP_VIA_TOKEN_MAX bytes, that only
 * its maker can make, comes after the address.
 */
struct csp_a_addr {
	__u8	family;
	__u8	proto;
	__be16	port;
};

/**
 * struct csp_a_local_id - CSP_A_LOCAL_ID: the sender's identifiers
 * @cid:  of the path that this packet uses
 * @next: of the path after that, kept until a move needs it
 */
struct csp_a_local_id {
	__be32	cid[2];
	__be32	next[2];
};

/**
 * struct csp_a_error - CSP_A_ERROR
 * @code:   enum csp_error
 * @detail: the offending attribute or message type, where @code speaks of one
 */
struct csp_a_error {
	__be16	code;
	__be16	detail;
};

/**
 * struct csp_a_versions - CSP_A_VERSIONS
 * @min:      lowest version spoken
 * @max:      highest version spoken
 * @reserved: zero
 */
struct csp_a_versions {
	__u8	min;
	__u8	max;
	__u8	reserved[2];
};

/**
 * struct csp_a_epoch - one box in CSP_A_EPOCH; all zero: room for one
 * @box: which one: the same after a restart, and never zero
 * @age: seconds since it has its state
 */
struct csp_a_epoch {
	__be32	box;
	__be32	age;
};

#define CSP_EPOCH_SLOTS		2

#define CSP_PUBKEY_LEN		32
#define CSP_MAC_LEN		16
#define CSP_NONCE_MIN		8
#define CSP_NONCE_MAX		32
#define CSP_TEXT_MAX		127
#define CSP_AUTH_MAX		64
#define CSP_NAME_MAX		253
#define CSP_VIA_TOKEN_MAX	32

/* CSP_A_PREF, by what the sender of the Change thinks of the path. */
enum csp_pref {
	CSP_PREF_LOW	= 0,	/* use it only when no other works */
	CSP_PREF_NORMAL	= 100,
	CSP_PREF_HIGH	= 200,
};

/* Why a request was refused; section "Errors" has the errno of each. */
enum csp_error {
	CSP_ERR_NONE,
	CSP_ERR_VERSION,	/* version not spoken here: CSP_A_VERSIONS */
	CSP_ERR_CRITICAL,	/* critical attribute or message not known */
	CSP_ERR_MALFORMED,	/* contradicts itself, or lacks something */
	CSP_ERR_NO_LISTENER,	/* nobody serves this port or name */
	CSP_ERR_NOT_WANTED,	/* it is served, but without signalling */
	CSP_ERR_POLICY,		/* administratively prohibited */
	CSP_ERR_AUTH,		/* authentication needed, or wrong */
	CSP_ERR_FULL,		/* no room in a table */
	CSP_ERR_MISMATCH,	/* source address was translated: CSP_A_OBSERVED */
	CSP_ERR_NO_CONN,	/* no such connection */
	CSP_ERR_BUSY,		/* cannot now; try again */
	CSP_ERR_IN_USE,		/* the connection's name is taken */
	CSP_ERR_IMMOVABLE,	/* this connection cannot move */
	CSP_ERR_FLOOD,		/* the receiver wants no more of this */
	CSP_ERR_GONE,		/* the mobile host is not registered now */
	__CSP_ERR_MAX
};

#define CSP_ERR_MAX	(__CSP_ERR_MAX - 1)

/*
 * Socket options, level SOL_IP on an AF_INET socket and SOL_IPV6 on an
 * AF_INET6 one; csp(7).
 */
#define CSP_SO_BASE		2530

#define CSP_ENABLE		2530	/* int, enum csp_mode */
#define CSP_INFO		2531	/* struct csp_info, read only */
#define CSP_LAST_REJECT		2532	/* struct csp_reject_info, read only */
#define CSP_TIMEOUT		2533	/* __u32, ms: how long boxes shall keep state */
#define CSP_AUTH		2534	/* auth token, at most CSP_AUTH_MAX bytes */
#define CSP_NAME		2535	/* name to reach, at most CSP_NAME_MAX bytes */
#define CSP_PREF		2536	/* int, enum csp_pref: of the path in use */
#define CSP_EXPECT		2537	/* struct csp_expect: sender to let in */
#define CSP_ORIGINAL_DST	2538	/* sockaddr_in, sockaddr_in6: what was asked for */
#define CSP_REFRESH		2539	/* int, bool: keep it open while it is silent */
#define CSP_DIRECTION		2540	/* int, enum csp_dir: which way data will go */

#define CSP_SO_MAX		2549

enum csp_mode {
	CSP_MODE_OFF,		/* plain transport */
	CSP_MODE_PREFER,	/* signal; plain if the peer has no CSP */
	CSP_MODE_REQUIRE,	/* signal, or fail */
	__CSP_MODE_MAX
};

/* Of a connection, as seen by its socket and over netlink. */
enum csp_state {
	CSP_STATE_NONE,		/* nothing signalled yet */
	CSP_STATE_SETUP,	/* Setup sent, no answer yet */
	CSP_STATE_EMBRYONIC,	/* Setup answered, transport not connected yet */
	CSP_STATE_ESTABLISHED,
	CSP_STATE_MOVING,	/* Attach sent, no answer yet */
	CSP_STATE_HOMELESS,	/* no address to move to */
	CSP_STATE_DETACHING,	/* socket gone, Detach not answered yet */
	CSP_STATE_PLAIN,	/* without signalling: the peer has no CSP */
	CSP_STATE_CLOSED,
	__CSP_STATE_MAX
};

/* struct csp_info.flags */
#define CSP_INFO_INITIATOR	0x01	/* this end sent the Setup */
#define CSP_INFO_UDP_ENCAP	0x02	/* signalled over UDP */
#define CSP_INFO_VALIDATED	0x04	/* peer's address echoed a nonce */

/**
 * struct csp_info - getsockopt(CSP_INFO); grows at its end only
 * @state:      enum csp_state
 * @mode:       enum csp_mode
 * @flags:      CSP_INFO_*
 * @family:     AF_INET or AF_INET6, of @laddr and @raddr
 * @moves:      times that the connection was re-homed, by either end
 * @timeout_ms: for how long the shortest box on the path keeps idle state;
 *              0: unknown
 * @cid:        this end's identifier, two words in network byte order
 * @laddr:      address in use at this end
 * @raddr:      address in use at the other end
 * @lport:      port of this end
 * @rport:      port of the other end
 */
struct csp_info {
	__u8	state;
	__u8	mode;
	__u8	flags;
	__u8	family;
	__u32	moves;
	__u32	timeout_ms;
	__be32	cid[2];
	__u8	laddr[16];
	__u8	raddr[16];
	__be16	lport;
	__be16	rport;
};

/**
 * struct csp_reject_info - getsockopt(CSP_LAST_REJECT); grows at its end only
 * @code:   enum csp_error; CSP_ERR_NONE: nothing was rejected
 * @detail: attribute or message type that @code speaks of, or 0
 * @family: AF_INET or AF_INET6, of @origin
 * @err:    the errno that it became
 * @origin: who rejected: the peer, or a box on the path
 * @text:   explanation, NUL-terminated UTF-8
 */
struct csp_reject_info {
	__u16	code;
	__u16	detail;
	__u16	family;
	__u16	err;
	__u8	origin[16];
	char	text[CSP_TEXT_MAX + 1];
};

/**
 * struct csp_expect - setsockopt(CSP_EXPECT): who may send to this socket
 * @family: AF_INET, AF_INET6, or AF_UNSPEC for any sender
 * @port:   source port; 0: any
 * @addr:   source address
 */
struct csp_expect {
	__u16	family;
	__be16	port;
	__u8	addr[16];
};

#endif /* _UAPI_LINUX_CSP_H */
