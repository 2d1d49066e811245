/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CSP wire codec: the one place where bytes become fields and fields bytes.
 *
 * Compiles in user space unchanged (selftests/unit, selftests/fuzz): it needs
 * nothing but the types and helpers that wire_compat.h gives it there.
 */
#ifndef _NET_CSP_WIRE_H
#define _NET_CSP_WIRE_H

#ifdef __KERNEL__
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/types.h>
#include <linux/bits.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/string.h>
#include <net/checksum.h>
#include "compat/unaligned.h"
#else
#include "wire_compat.h"
#endif
#include <uapi/linux/csp.h>

/* Messages in one packet, and VIA entries in one message; section "Header". */
#define CSP_MAX_MSGS		32
#define CSP_MAX_VIA		4

/**
 * struct csp_addr - IPv4 or IPv6 address
 * @family: 0 (none), 4 or 6, as on the wire
 * @proto:  0 for native CSP, IPPROTO_UDP for UDP encapsulation
 * @port:   UDP port, or 0
 * @in6:    the address; IPv4 as v4-mapped
 */
struct csp_addr {
	u8		family;
	u8		proto;
	__be16		port;
	struct in6_addr	in6;
};

/**
 * struct csp_end - one end of a connection's name, identity:locator p:p'
 * @loc_family: 0 ("*"), 4 or 6
 * @id_family:  0 (no identity apart from the locator), 4 or 6
 * @port:       port that the other end uses; 0 ("*")
 * @local_port: port that the end itself uses; 0: same as @port
 * @loc:        locator; IPv4 as v4-mapped
 * @id:         identity; IPv4 as v4-mapped
 */
struct csp_end {
	u8		loc_family;
	u8		id_family;
	__be16		port;
	__be16		local_port;
	struct in6_addr	loc;
	struct in6_addr	id;
};

/**
 * struct csp_blob - bytes within the packet, not copied
 * @data: first byte
 * @len:  number of bytes
 */
struct csp_blob {
	const u8	*data;
	u16		len;
};

/**
 * struct csp_via - one CSP_A_VIA
 * @addr:  the gateway
 * @token: what only the gateway can make
 */
struct csp_via {
	struct csp_addr	addr;
	struct csp_blob	token;
};

/* The port that data packets carry. */
static inline __be16 csp_end_port(const struct csp_end *end)
{
	return end->local_port ?: end->port;
}

/* Are they the same address and port of data packets? */
static inline bool csp_end_is(const struct csp_end *a, const struct csp_end *b)
{
	return !memcmp(&a->loc, &b->loc, sizeof(a->loc)) &&
	       csp_end_port(a) == csp_end_port(b);
}

/* The address as the applications know it. */
static inline const struct in6_addr *csp_end_identity(const struct csp_end *end)
{
	return end->id_family ? &end->id : &end->loc;
}

/**
 * struct csp_msg - one decoded message; a field holds something only if its
 * attribute's bit is set in @present
 * @type:      enum csp_msg_type
 * @code:      enum csp_scope for a Detach, else 0
 * @n_via:     used entries of @via
 * @present:   BIT(CSP_A_*) for each attribute that is there
 * @dcid:      the receiver's identifier of the connection, network byte order
 * @proto:     transport protocol of the connection
 * @dir:       enum csp_dir
 * @src:       SRC end
 * @dst:       DST end
 * @cid:       sender's identifier on this path
 * @next_cid:  sender's identifier on its next path
 * @seq:       move number
 * @timeout:   milliseconds
 * @pref:      enum csp_pref, or a number between
 * @err_code:  enum csp_error
 * @err_detail: attribute or message type
 * @ver_min:   lowest version spoken
 * @ver_max:   highest version spoken
 * @source:    address that the sender sent from
 * @observed:  address that the sender saw
 * @origin:    who refused
 * @nonce:     nonce
 * @nonce_echo: echoed nonce
 * @pubkey:    CSP_PUBKEY_LEN bytes
 * @mac:       CSP_MAC_LEN bytes
 * @piggyback: transport packet
 * @text:      explanation
 * @auth:      token
 * @name:      DNS name
 * @pad:       padding (only its length counts)
 * @epoch:     CSP_EPOCH_SLOTS times struct csp_a_epoch
 * @via:       gateways, in the order of the path
 * @mac_offset: of the MAC attribute's header within the packet: the bytes
 *             before it are what it covers
 */
struct csp_msg {
	u8		type;
	u8		code;
	u8		n_via;
	u8		proto;
	u8		dir;
	u8		ver_min;
	u8		ver_max;
	u32		present;
	__be64		dcid;
	__be64		cid;
	__be64		next_cid;
	u32		seq;
	u32		timeout;
	u32		pref;
	u16		err_code;
	u16		err_detail;
	u16		mac_offset;
	struct csp_end	src;
	struct csp_end	dst;
	struct csp_addr	source;
	struct csp_addr	observed;
	struct csp_addr	origin;
	struct csp_blob	nonce;
	struct csp_blob	nonce_echo;
	struct csp_blob	pubkey;
	struct csp_blob	mac;
	struct csp_blob	piggyback;
	struct csp_blob	text;
	struct csp_blob	auth;
	struct csp_blob	name;
	struct csp_blob	pad;
	struct csp_blob	epoch;
	struct csp_via	via[CSP_MAX_VIA];
};

#define CSP_HAS(msg, attr)	((msg)->present & BIT(CSP_A_##attr))

/**
 * struct csp_reader - walks the messages of one packet
 * @data:     the packet, from its csphdr
 * @len:      its length as the header says, at most what was received
 * @pos:      offset of the next message
 * @xid:      transaction identifier, network byte order, opaque
 * @flags:    CSP_F_*
 * @attempt:  retransmission number
 * @n_msgs:   messages read so far
 * @n_known:  of them, those not skipped
 * @err_detail: attribute or message that made csp_read_msg() refuse
 */
struct csp_reader {
	const u8	*data;
	u16		len;
	u16		pos;
	__be32		xid;
	u8		flags;
	u8		attempt;
	u8		n_msgs;
	u8		n_known;
	u16		err_detail;
};

/* 0 or a positive enum csp_error. */
int csp_read_hdr(struct csp_reader *rd, const void *data, size_t len);
/* 1: a message was read to @msg; 0: no more; negative enum csp_error. */
int csp_read_msg(struct csp_reader *rd, struct csp_msg *msg);

/**
 * csp_bundle_takes() - may this message follow the first one of a packet?
 * @rd:   has just read @msg
 * @type: of the first one
 * @code: of the first one
 * @msg:  a later one
 *
 * Section "Bundles". Answers come as the requests did.
 */
static inline bool csp_bundle_takes(const struct csp_reader *rd, u8 type,
				    u8 code, const struct csp_msg *msg)
{
	if (rd->flags & CSP_F_REPLY)
		return true;
	switch (type) {
	case CSP_MSG_DETACH:
		if (code == CSP_SCOPE_PATH)
			return rd->n_known == 2 && msg->type == CSP_MSG_ATTACH;
		return msg->type == CSP_MSG_DETACH &&
		       msg->code == CSP_SCOPE_CONN;
	case CSP_MSG_ATTACH:
		return msg->type == CSP_MSG_ATTACH;
	}
	return false;
}

/**
 * struct csp_writer - builds one packet in a caller's buffer
 * @data: the buffer
 * @size: its size
 * @len:  bytes written
 * @msg:  offset of the message being written; 0: none
 * @n_msgs: messages written
 * @full: something did not fit; the packet is not to be sent
 */
struct csp_writer {
	u8	*data;
	u16	size;
	u16	len;
	u16	msg;
	u8	n_msgs;
	bool	full;
};

void csp_write_start(struct csp_writer *wr, void *buf, size_t size,
		     __be32 xid, u8 flags, u8 attempt);
void csp_write_msg(struct csp_writer *wr, u8 type, u8 code, __be64 dcid);
void csp_write_end(struct csp_writer *wr, u16 type, const struct csp_end *end);
void csp_write_conn(struct csp_writer *wr, u8 proto, u8 dir,
		    const struct csp_end *src, const struct csp_end *dst);
void csp_write_blob(struct csp_writer *wr, u16 type, const void *data, u16 len);
/* Like csp_write_blob(), but the caller fills in the bytes; NULL when full. */
void *csp_write_reserve(struct csp_writer *wr, u16 type, u16 len);
void csp_write_u32(struct csp_writer *wr, u16 type, u32 val);
void csp_write_local_id(struct csp_writer *wr, __be64 cid, __be64 next);
void csp_write_addr(struct csp_writer *wr, u16 type, const struct csp_addr *a);
void csp_write_via(struct csp_writer *wr, const struct csp_via *via);
void csp_write_error(struct csp_writer *wr, u16 code, u16 detail);
void csp_write_versions(struct csp_writer *wr, u8 min, u8 max);
/* Pads the packet with a CSP_A_PAD so that it gets at least @total bytes. */
void csp_write_pad(struct csp_writer *wr, u16 total);
/* A whole decoded message back to bytes: canonical order, known attributes. */
void csp_write_decoded(struct csp_writer *wr, const struct csp_msg *msg);
/*
 * Closes the packet: lengths, then the checksum.  Returns its length, or 0 if
 * something did not fit.
 */
size_t csp_write_finish(struct csp_writer *wr);
/* Makes a retransmission of a finished packet. */
void csp_wire_set_attempt(void *data, size_t len, u8 attempt);

/* Internet checksum of a packet; over one whose checksum is right: 0. */
__sum16 csp_wire_checksum(const void *data, size_t len);

#endif /* _NET_CSP_WIRE_H */
