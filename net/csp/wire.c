// SPDX-License-Identifier: GPL-2.0
/*
 * CSP wire codec: the one place where bytes become fields and fields bytes.
 *
 * One table, attr_rules[], says of each attribute how long it may be, where
 * in struct csp_msg it is kept, and how it is read and written.  No byte is
 * read before the length that holds it was compared with what was received,
 * and a reader is called only with a value that its rule's lengths admit.
 *
 * Sections cited are those of Documentation/networking/csp.rst.
 */
#include "wire.h"

/* No limit but the packet's own. */
#define LEN_ANY		0xffff
/* Shortest transport header worth carrying: UDP's. */
#define PIGGYBACK_MIN	8
/* So that every length still fits its field after padding. */
#define PACKET_MAX	0xfffc

#define V4_LEN		4
#define V6_LEN		16

/**
 * struct attr_rule - what is known of one attribute; section "Attributes"
 * @min:      fewest bytes of its value
 * @max:      most bytes of its value
 * @field:    offset within struct csp_msg of what @read and @write work on
 * @critical: sent with CSP_A_CRITICAL
 * @repeats:  may be there more than once
 * @read:     value to field; false if the value is malformed
 * @write:    field to attribute
 */
struct attr_rule {
	u16	min;
	u16	max;
	u16	field;
	bool	critical;
	bool	repeats;
	bool	(*read)(void *field, const u8 *val, u16 len);
	void	(*write)(struct csp_writer *wr, u16 type, const void *field);
};

/* Section "Connection notation": 4 and 6, and 0 where "*" is allowed. */
static bool family_valid(u8 family)
{
	return family == 4 || family == 6;
}

static u16 family_len(u8 family)
{
	if (family == 4)
		return V4_LEN;
	return family == 6 ? V6_LEN : 0;
}

static bool is_v4mapped(const struct in6_addr *a)
{
	return !a->s6_addr32[0] && !a->s6_addr32[1] &&
	       a->s6_addr32[2] == cpu_to_be32(0xffff);
}

/*
 * Section "Security considerations": an IPv4 address has one form on the
 * wire, or else comparing struct in6_addr would take two names for one.
 */
static bool read_in6(struct in6_addr *to, u8 family, const u8 *val)
{
	if (family == 6) {
		memcpy(to, val, V6_LEN);
		return !is_v4mapped(to);
	}

	memset(to, 0, sizeof(*to));
	if (family == 4) {
		to->s6_addr32[2] = cpu_to_be32(0xffff);
		memcpy(&to->s6_addr32[3], val, V4_LEN);
	}
	return true;
}

static u8 *write_in6(u8 *to, u8 family, const struct in6_addr *from)
{
	if (family == 4)
		memcpy(to, &from->s6_addr32[3], V4_LEN);
	else if (family == 6)
		memcpy(to, from, V6_LEN);
	return to + family_len(family);
}

static bool read_blob(void *field, const u8 *val, u16 len)
{
	struct csp_blob *blob = field;

	blob->data = val;
	blob->len = len;
	return true;
}

static void write_blob(struct csp_writer *wr, u16 type, const void *field)
{
	const struct csp_blob *blob = field;

	csp_write_blob(wr, type, blob->data, blob->len);
}

static bool read_text(void *field, const u8 *val, u16 len)
{
	read_blob(field, val, len);
	return !memchr(val, 0, len);
}

static bool read_name(void *field, const u8 *val, u16 len)
{
	u16 i;

	for (i = 0; i < len; i++)
		if (val[i] <= ' ' || val[i] > '~')
			return false;
	return read_blob(field, val, len);
}

static bool read_pad(void *field, const u8 *val, u16 len)
{
	return read_blob(field, val, len);
}

/* What padding holds is nobody's concern; it is sent as zeros. */
static void write_pad(struct csp_writer *wr, u16 type, const void *field)
{
	const struct csp_blob *pad = field;
	void *val = csp_write_reserve(wr, type, pad->len);

	if (val)
		memset(val, 0, pad->len);
}

static bool read_u32(void *field, const u8 *val, u16 len)
{
	u32 *to = field;

	*to = get_unaligned_be32(val);
	return true;
}

static void write_u32(struct csp_writer *wr, u16 type, const void *field)
{
	const u32 *from = field;

	csp_write_u32(wr, type, *from);
}

static bool read_conn(void *field, const u8 *val, u16 len)
{
	struct csp_msg *msg = field;
	struct csp_a_conn a;

	memcpy(&a, val, sizeof(a));
	msg->proto = a.proto;
	msg->dir = a.dir;
	return a.dir < __CSP_DIR_MAX;
}

static void write_conn(struct csp_writer *wr, u16 type, const void *field)
{
	const struct csp_msg *msg = field;
	const struct csp_a_conn a = { .proto = msg->proto, .dir = msg->dir };

	csp_write_blob(wr, type, &a, sizeof(a));
}

static bool read_end(void *field, const u8 *val, u16 len)
{
	struct csp_end *end = field;
	struct csp_a_end a;
	u16 loc_len, id_len;

	memcpy(&a, val, sizeof(a));
	if (a.loc_family && !family_valid(a.loc_family))
		return false;
	if (a.id_family && !family_valid(a.id_family))
		return false;
	loc_len = family_len(a.loc_family);
	id_len = family_len(a.id_family);
	if (len != sizeof(a) + loc_len + id_len)
		return false;

	end->loc_family = a.loc_family;
	end->id_family = a.id_family;
	end->port = a.port;
	end->local_port = a.local_port;
	val += sizeof(a);
	return read_in6(&end->loc, a.loc_family, val) &&
	       read_in6(&end->id, a.id_family, val + loc_len);
}

static void write_end(struct csp_writer *wr, u16 type, const void *field)
{
	csp_write_end(wr, type, field);
}

/* The address at the head of @val; what it takes is in @used. */
static bool read_addr_head(struct csp_addr *to, const u8 *val, u16 len,
			   u16 *used)
{
	struct csp_a_addr a;

	memcpy(&a, val, sizeof(a));
	*used = sizeof(a) + family_len(a.family);
	if (!family_valid(a.family) || len < *used)
		return false;
	if (a.proto != IPPROTO_UDP && (a.proto || a.port))
		return false;

	to->family = a.family;
	to->proto = a.proto;
	to->port = a.port;
	return read_in6(&to->in6, a.family, val + sizeof(a));
}

static u8 *write_addr_head(u8 *to, const struct csp_addr *from)
{
	const struct csp_a_addr a = {
		.family	= from->family,
		.proto	= from->proto,
		.port	= from->port,
	};

	memcpy(to, &a, sizeof(a));
	return write_in6(to + sizeof(a), from->family, &from->in6);
}

static bool read_addr(void *field, const u8 *val, u16 len)
{
	u16 used;

	return read_addr_head(field, val, len, &used) && len == used;
}

static void write_addr(struct csp_writer *wr, u16 type, const void *field)
{
	csp_write_addr(wr, type, field);
}

static bool read_via(void *field, const u8 *val, u16 len)
{
	struct csp_msg *msg = field;
	struct csp_via *via = &msg->via[msg->n_via];
	u16 used;

	if (msg->n_via == CSP_MAX_VIA)
		return false;
	if (!read_addr_head(&via->addr, val, len, &used))
		return false;
	if (len - used > CSP_VIA_TOKEN_MAX)
		return false;
	msg->n_via++;
	return read_blob(&via->token, val + used, len - used);
}

static void write_via(struct csp_writer *wr, u16 type, const void *field)
{
	const struct csp_msg *msg = field;
	int i;

	for (i = 0; i < msg->n_via; i++)
		csp_write_via(wr, &msg->via[i]);
}

/* Zero in a message header means "not known yet", and names nobody. */
static bool read_local_id(void *field, const u8 *val, u16 len)
{
	struct csp_msg *msg = field;
	struct csp_a_local_id a;

	memcpy(&a, val, sizeof(a));
	memcpy(&msg->cid, a.cid, sizeof(msg->cid));
	memcpy(&msg->next_cid, a.next, sizeof(msg->next_cid));
	return msg->cid;
}

static void write_local_id(struct csp_writer *wr, u16 type, const void *field)
{
	const struct csp_msg *msg = field;

	csp_write_local_id(wr, msg->cid, msg->next_cid);
}

/* A code not known here is kept: newer ones than ours are still refusals. */
static bool read_error(void *field, const u8 *val, u16 len)
{
	struct csp_msg *msg = field;
	struct csp_a_error a;

	memcpy(&a, val, sizeof(a));
	msg->err_code = be16_to_cpu(a.code);
	msg->err_detail = be16_to_cpu(a.detail);
	return true;
}

static void write_error(struct csp_writer *wr, u16 type, const void *field)
{
	const struct csp_msg *msg = field;

	csp_write_error(wr, msg->err_code, msg->err_detail);
}

static bool read_versions(void *field, const u8 *val, u16 len)
{
	struct csp_msg *msg = field;
	struct csp_a_versions a;

	memcpy(&a, val, sizeof(a));
	msg->ver_min = a.min;
	msg->ver_max = a.max;
	return a.min <= a.max;
}

static void write_versions(struct csp_writer *wr, u16 type, const void *field)
{
	const struct csp_msg *msg = field;

	csp_write_versions(wr, msg->ver_min, msg->ver_max);
}

#define ADDR_MIN	(sizeof(struct csp_a_addr) + V4_LEN)
#define ADDR_MAX	(sizeof(struct csp_a_addr) + V6_LEN)
#define END_MIN		sizeof(struct csp_a_end)
#define END_MAX		(sizeof(struct csp_a_end) + 2 * V6_LEN)

#define EPOCH_LEN	(CSP_EPOCH_SLOTS * sizeof(struct csp_a_epoch))

#define RULE(_min, _max, _field, _read, _write)				\
	.min = (_min), .max = (_max), .field = (_field),		\
	.read = (_read), .write = (_write)
/* Kept in one member of struct csp_msg ... */
#define RULE_OF(_min, _max, _member, _kind)				\
	RULE(_min, _max, offsetof(struct csp_msg, _member),		\
	     read_##_kind, write_##_kind)
#define RULE_BLOB(_min, _max, _member, _read)				\
	RULE(_min, _max, offsetof(struct csp_msg, _member),		\
	     _read, write_blob)
/* ... or in several: reader and writer get all of it. */
#define RULE_MSG(_min, _max, _kind)					\
	RULE(_min, _max, 0, read_##_kind, write_##_kind)
#define RULE_STRUCT(_kind)						\
	RULE_MSG(sizeof(struct csp_a_##_kind),				\
		 sizeof(struct csp_a_##_kind), _kind)

/* Section "Attributes", one line of its table each. */
static const struct attr_rule attr_rules[__CSP_A_MAX] = {
	[CSP_A_CONN] = {
		RULE_STRUCT(conn),
		.critical = true,
	},
	[CSP_A_SRC] = {
		RULE_OF(END_MIN, END_MAX, src, end),
		.critical = true,
	},
	[CSP_A_DST] = {
		RULE_OF(END_MIN, END_MAX, dst, end),
		.critical = true,
	},
	[CSP_A_VIA] = {
		RULE_MSG(ADDR_MIN, ADDR_MAX + CSP_VIA_TOKEN_MAX, via),
		.critical = true,
		.repeats = true,
	},
	[CSP_A_LOCAL_ID] = {
		RULE_STRUCT(local_id),
	},
	[CSP_A_NONCE] = {
		RULE_BLOB(CSP_NONCE_MIN, CSP_NONCE_MAX, nonce, read_blob),
	},
	[CSP_A_NONCE_ECHO] = {
		RULE_BLOB(CSP_NONCE_MIN, CSP_NONCE_MAX, nonce_echo, read_blob),
	},
	[CSP_A_PUBKEY] = {
		RULE_BLOB(CSP_PUBKEY_LEN, CSP_PUBKEY_LEN, pubkey, read_blob),
	},
	[CSP_A_SEQ] = {
		RULE_OF(sizeof(u32), sizeof(u32), seq, u32),
		.critical = true,
	},
	[CSP_A_MAC] = {
		RULE_BLOB(CSP_MAC_LEN, CSP_MAC_LEN, mac, read_blob),
		.critical = true,
	},
	[CSP_A_SOURCE] = {
		RULE_OF(ADDR_MIN, ADDR_MAX, source, addr),
	},
	[CSP_A_OBSERVED] = {
		RULE_OF(ADDR_MIN, ADDR_MAX, observed, addr),
	},
	[CSP_A_PIGGYBACK] = {
		RULE_BLOB(PIGGYBACK_MIN, LEN_ANY, piggyback, read_blob),
	},
	[CSP_A_TIMEOUT] = {
		RULE_OF(sizeof(u32), sizeof(u32), timeout, u32),
	},
	[CSP_A_PREF] = {
		RULE_OF(sizeof(u32), sizeof(u32), pref, u32),
	},
	[CSP_A_ERROR] = {
		RULE_STRUCT(error),
	},
	[CSP_A_TEXT] = {
		RULE_BLOB(0, CSP_TEXT_MAX, text, read_text),
	},
	[CSP_A_ORIGIN] = {
		RULE_OF(ADDR_MIN, ADDR_MAX, origin, addr),
	},
	[CSP_A_AUTH] = {
		RULE_BLOB(1, CSP_AUTH_MAX, auth, read_blob),
	},
	[CSP_A_NAME] = {
		RULE_BLOB(1, CSP_NAME_MAX, name, read_name),
		.critical = true,
	},
	[CSP_A_PAD] = {
		RULE_OF(0, LEN_ANY, pad, pad),
	},
	[CSP_A_VERSIONS] = {
		RULE_STRUCT(versions),
	},
	[CSP_A_EPOCH] = {
		RULE_BLOB(EPOCH_LEN, EPOCH_LEN, epoch, read_blob),
	},
};

#define CONN_NAME	(BIT(CSP_A_CONN) | BIT(CSP_A_SRC) | BIT(CSP_A_DST))

/* Section "Messages": without these a message says nothing. */
static const u32 msg_needs[__CSP_MSG_MAX] = {
	[CSP_MSG_SETUP]		= CONN_NAME | BIT(CSP_A_LOCAL_ID),
	[CSP_MSG_REJECT]	= BIT(CSP_A_ERROR),
	[CSP_MSG_REDIRECT]	= CONN_NAME,
	[CSP_MSG_CHANGE]	= CONN_NAME,
	[CSP_MSG_ATTACH]	= CONN_NAME,
	[CSP_MSG_REGISTER]	= BIT(CSP_A_SRC),
};

static const struct attr_rule *attr_rule(u16 type)
{
	if (type == CSP_A_UNSPEC || type > CSP_A_MAX)
		return NULL;
	return &attr_rules[type];
}

static bool msg_known(u8 type)
{
	return type != CSP_MSG_UNSPEC && type <= CSP_MSG_MAX;
}

/**
 * csp_wire_checksum - Internet checksum of a packet
 * @data: the packet
 * @len:  its length
 *
 * It covers no IP address: a NAT that knows nothing of CSP rewrites those.
 *
 * Return: what belongs in the checksum field if that is zero now; zero over a
 * packet whose checksum is right.
 */
__sum16 csp_wire_checksum(const void *data, size_t len)
{
	return ip_compute_csum(data, len);
}
EXPORT_SYMBOL_GPL(csp_wire_checksum);

/**
 * csp_read_hdr - begin to read a packet
 * @rd:   reader to set up
 * @data: what was received, from its csphdr; kept, not copied
 * @len:  how much was received, link padding included
 *
 * Section "Header".  The first eight bytes are the same in every version, so
 * that @rd->xid and @rd->flags are there to answer CSP_ERR_VERSION with.
 *
 * Return: 0, CSP_ERR_MALFORMED or CSP_ERR_VERSION.
 */
int csp_read_hdr(struct csp_reader *rd, const void *data, size_t len)
{
	struct csphdr hdr;

	if (len < sizeof(hdr))
		return CSP_ERR_MALFORMED;
	memcpy(&hdr, data, sizeof(hdr));
	rd->data = data;
	rd->len = be16_to_cpu(hdr.length);
	rd->pos = sizeof(hdr);
	rd->xid = hdr.xid;
	rd->flags = hdr.flags & CSP_F_REPLY;
	rd->attempt = hdr.attempt;
	rd->n_msgs = 0;
	rd->n_known = 0;
	rd->err_detail = 0;

	if (hdr.version != CSP_VERSION)
		return CSP_ERR_VERSION;
	if (rd->len > len || rd->len < sizeof(hdr) + sizeof(struct csp_msghdr))
		return CSP_ERR_MALFORMED;
	if (csp_wire_checksum(data, rd->len))
		return CSP_ERR_MALFORMED;
	return 0;
}
EXPORT_SYMBOL_GPL(csp_read_hdr);

/* Reads the message header at rd->pos; the message ends at @end. */
static bool read_msghdr(struct csp_reader *rd, struct csp_msg *msg, u16 *end)
{
	struct csp_msghdr hdr;
	u16 room = rd->len - rd->pos;
	u16 len;

	if (room < sizeof(hdr) || rd->n_msgs == CSP_MAX_MSGS)
		return false;
	memcpy(&hdr, rd->data + rd->pos, sizeof(hdr));
	len = be16_to_cpu(hdr.length);
	if (len < sizeof(hdr) || len > room || len % 4)
		return false;

	msg->type = hdr.type;
	msg->code = hdr.type == CSP_MSG_DETACH ? hdr.code : 0;
	msg->n_via = 0;
	msg->present = 0;
	memcpy(&msg->dcid, hdr.dcid, sizeof(msg->dcid));
	rd->n_msgs++;
	*end = rd->pos + len;
	return msg->code <= CSP_SCOPE_PATH;
}

static int read_known(struct csp_msg *msg, u16 type,
		      const struct attr_rule *rule, const u8 *val, u16 len)
{
	if (len < rule->min || len > rule->max)
		return CSP_ERR_MALFORMED;
	if ((msg->present & BIT(type)) && !rule->repeats)
		return CSP_ERR_MALFORMED;
	if (!rule->read((u8 *)msg + rule->field, val, len))
		return CSP_ERR_MALFORMED;
	msg->present |= BIT(type);
	return 0;
}

/* Reads the attribute at rd->pos, of a message that ends at @end. */
static int read_attr(struct csp_reader *rd, struct csp_msg *msg, u16 end)
{
	const struct attr_rule *rule;
	struct csp_attrhdr hdr;
	u16 room = end - rd->pos;
	const u8 *val;
	u16 type, len;

	rd->err_detail = 0;
	if (room < sizeof(hdr))
		return CSP_ERR_MALFORMED;
	memcpy(&hdr, rd->data + rd->pos, sizeof(hdr));
	type = be16_to_cpu(hdr.type) & ~CSP_A_CRITICAL;
	len = be16_to_cpu(hdr.length);
	rd->err_detail = type;
	if (len < sizeof(hdr) || len > room)
		return CSP_ERR_MALFORMED;

	/* Both ends are multiples of 4: what is padded still fits. */
	val = rd->data + rd->pos + sizeof(hdr);
	rd->pos += ALIGN(len, 4);
	rule = attr_rule(type);
	if (rule)
		return read_known(msg, type, rule, val, len - sizeof(hdr));
	if (hdr.type & cpu_to_be16(CSP_A_CRITICAL))
		return CSP_ERR_CRITICAL;
	return 0;
}

/*
 * Reads all attributes even if one is critical and not known, so that the
 * LOCAL_ID is there to address the Reject with; section "Extension rules".
 */
static int read_attrs(struct csp_reader *rd, struct csp_msg *msg, u16 end)
{
	u16 unknown = 0;
	bool critical = false;
	int err;

	while (rd->pos < end) {
		err = read_attr(rd, msg, end);
		if (err == CSP_ERR_MALFORMED)
			return err;
		if (err && !critical) {
			critical = true;
			unknown = rd->err_detail;
		}
	}
	rd->err_detail = unknown;
	return critical ? CSP_ERR_CRITICAL : 0;
}

/*
 * Section "Attributes": the MAC is the last attribute of the last message, so
 * that nothing in the packet goes without its cover.
 */
static bool mac_is_last(const struct csp_reader *rd, struct csp_msg *msg)
{
	if (!CSP_HAS(msg, MAC))
		return true;
	msg->mac_offset = msg->mac.data - rd->data - sizeof(struct csp_attrhdr);
	return msg->mac.data + CSP_MAC_LEN == rd->data + rd->len;
}

/**
 * csp_read_msg - read the next message of a packet
 * @rd:  reader, after csp_read_hdr() returned 0
 * @msg: the message.  A field is valid only if its attribute's bit is set in
 *       @msg->present: those of absent attributes are not written at all.
 *       @type, @code, @dcid, @n_via and @present are always valid.
 *
 * Section "Messages"; unknown optional messages are skipped.  Nothing of the
 * packet is to be acted upon after an error.  After -CSP_ERR_CRITICAL
 * @rd->err_detail names the culprit, and @msg is as after success, so that the
 * Reject can be addressed.  What @msg points to lies in the packet.
 *
 * Return: 1 if @msg was read, 0 at the end of the packet,
 * -CSP_ERR_MALFORMED or -CSP_ERR_CRITICAL.
 */
int csp_read_msg(struct csp_reader *rd, struct csp_msg *msg)
{
	u16 end;
	int err;

	for (;;) {
		if (rd->pos == rd->len)
			return 0;
		if (!read_msghdr(rd, msg, &end))
			return -CSP_ERR_MALFORMED;
		if (msg_known(msg->type) || !(msg->type & CSP_MSG_OPTIONAL))
			break;
		rd->pos = end;
	}
	rd->pos += sizeof(struct csp_msghdr);
	rd->n_known++;

	err = read_attrs(rd, msg, end);
	if (err == CSP_ERR_MALFORMED || !mac_is_last(rd, msg))
		return -CSP_ERR_MALFORMED;
	if (!msg_known(msg->type)) {
		rd->err_detail = msg->type;
		return -CSP_ERR_CRITICAL;
	}
	if (msg_needs[msg->type] & ~msg->present)
		return -CSP_ERR_MALFORMED;
	return err ? -err : 1;
}
EXPORT_SYMBOL_GPL(csp_read_msg);

/*
 * Takes @len bytes more.  The lengths in both headers are right after each
 * call, because a MAC covers them.
 */
static u8 *extend(struct csp_writer *wr, u32 len)
{
	u8 *at;

	if (wr->full || wr->len + len > wr->size) {
		wr->full = true;
		return NULL;
	}
	at = wr->data + wr->len;
	wr->len += len;
	put_unaligned_be16(wr->len, wr->data +
			   offsetof(struct csphdr, length));
	if (wr->msg)
		put_unaligned_be16(wr->len - wr->msg, wr->data + wr->msg +
				   offsetof(struct csp_msghdr, length));
	return at;
}

/**
 * csp_write_start - begin a packet
 * @wr:      writer to set up
 * @buf:     where the packet goes
 * @size:    size of @buf
 * @xid:     transaction identifier
 * @flags:   CSP_F_*
 * @attempt: retransmission number
 *
 * None of the functions that follow needs checking: what does not fit, or
 * what a reader would refuse by its length, makes csp_write_finish() return 0.
 */
void csp_write_start(struct csp_writer *wr, void *buf, size_t size,
		     __be32 xid, u8 flags, u8 attempt)
{
	const struct csphdr hdr = {
		.version	= CSP_VERSION,
		.flags		= flags,
		.length		= cpu_to_be16(sizeof(hdr)),
		.xid		= xid,
		.attempt	= attempt,
	};

	wr->data = buf;
	wr->size = size < PACKET_MAX ? size : PACKET_MAX;
	wr->len = sizeof(hdr);
	wr->msg = 0;
	wr->n_msgs = 0;
	wr->full = size < sizeof(hdr);
	if (!wr->full)
		memcpy(buf, &hdr, sizeof(hdr));
}
EXPORT_SYMBOL_GPL(csp_write_start);

/**
 * csp_write_msg - begin the next message
 * @wr:   writer
 * @type: enum csp_msg_type
 * @code: enum csp_scope of a Detach, else 0
 * @dcid: the receiver's identifier of the connection; 0 in a Setup
 */
void csp_write_msg(struct csp_writer *wr, u8 type, u8 code, __be64 dcid)
{
	struct csp_msghdr hdr = {
		.type	= type,
		.code	= code,
		.length	= cpu_to_be16(sizeof(hdr)),
	};
	u8 *at;

	if (wr->n_msgs == CSP_MAX_MSGS)
		wr->full = true;
	wr->msg = 0;
	at = extend(wr, sizeof(hdr));
	if (!at)
		return;
	memcpy(hdr.dcid, &dcid, sizeof(hdr.dcid));
	memcpy(at, &hdr, sizeof(hdr));
	wr->msg = at - wr->data;
	wr->n_msgs++;
}
EXPORT_SYMBOL_GPL(csp_write_msg);

/**
 * csp_write_reserve - write an attribute whose value the caller fills in
 * @wr:   writer
 * @type: enum csp_attr_type; critical if the specification says so, or if
 *        CSP_A_CRITICAL is set
 * @len:  bytes of the value
 *
 * Return: where the value goes, or NULL if it does not fit.
 */
void *csp_write_reserve(struct csp_writer *wr, u16 type, u16 len)
{
	const struct attr_rule *rule = attr_rule(type & ~CSP_A_CRITICAL);
	const u32 used = sizeof(struct csp_attrhdr) + len;
	struct csp_attrhdr hdr;
	u8 *at;

	if (!wr->msg || (rule && (len < rule->min || len > rule->max)))
		wr->full = true;
	if (rule && rule->critical)
		type |= CSP_A_CRITICAL;

	at = extend(wr, ALIGN(used, 4));
	if (!at)
		return NULL;
	hdr.type = cpu_to_be16(type);
	hdr.length = cpu_to_be16(used);
	/* The padding is within the last four bytes. */
	memset(at + ALIGN(used, 4) - 4, 0, 4);
	memcpy(at, &hdr, sizeof(hdr));
	return at + sizeof(hdr);
}
EXPORT_SYMBOL_GPL(csp_write_reserve);

/**
 * csp_write_blob - write an attribute
 * @wr:   writer
 * @type: as in csp_write_reserve()
 * @data: the value
 * @len:  bytes of the value
 */
void csp_write_blob(struct csp_writer *wr, u16 type, const void *data, u16 len)
{
	void *val = csp_write_reserve(wr, type, len);

	if (val && len)
		memcpy(val, data, len);
}
EXPORT_SYMBOL_GPL(csp_write_blob);

/**
 * csp_write_u32 - write an attribute that is one number
 * @wr:   writer
 * @type: CSP_A_SEQ, CSP_A_TIMEOUT or CSP_A_PREF
 * @val:  the number
 */
void csp_write_u32(struct csp_writer *wr, u16 type, u32 val)
{
	const __be32 be = cpu_to_be32(val);

	csp_write_blob(wr, type, &be, sizeof(be));
}
EXPORT_SYMBOL_GPL(csp_write_u32);

/**
 * csp_write_end - write one end of a connection's name
 * @wr:   writer
 * @type: CSP_A_SRC or CSP_A_DST
 * @end:  the end
 */
void csp_write_end(struct csp_writer *wr, u16 type, const struct csp_end *end)
{
	const struct csp_a_end a = {
		.loc_family	= end->loc_family,
		.id_family	= end->id_family,
		.port		= end->port,
		.local_port	= end->local_port,
	};
	const u16 len = sizeof(a) + family_len(a.loc_family) +
			family_len(a.id_family);
	u8 *val = csp_write_reserve(wr, type, len);

	if (!val)
		return;
	memcpy(val, &a, sizeof(a));
	val = write_in6(val + sizeof(a), a.loc_family, &end->loc);
	write_in6(val, a.id_family, &end->id);
}
EXPORT_SYMBOL_GPL(csp_write_end);

/**
 * csp_write_conn - write a connection's name: CONN, SRC and DST
 * @wr:    writer
 * @proto: transport protocol; 0: any
 * @dir:   enum csp_dir
 * @src:   the sender's end
 * @dst:   the other end
 */
void csp_write_conn(struct csp_writer *wr, u8 proto, u8 dir,
		    const struct csp_end *src, const struct csp_end *dst)
{
	const struct csp_a_conn a = { .proto = proto, .dir = dir };

	csp_write_blob(wr, CSP_A_CONN, &a, sizeof(a));
	csp_write_end(wr, CSP_A_SRC, src);
	csp_write_end(wr, CSP_A_DST, dst);
}
EXPORT_SYMBOL_GPL(csp_write_conn);

/**
 * csp_write_local_id - write the sender's identifiers
 * @wr:   writer
 * @cid:  of the path that this packet uses
 * @next: of the path after that
 */
void csp_write_local_id(struct csp_writer *wr, __be64 cid, __be64 next)
{
	struct csp_a_local_id a;

	memcpy(a.cid, &cid, sizeof(a.cid));
	memcpy(a.next, &next, sizeof(a.next));
	csp_write_blob(wr, CSP_A_LOCAL_ID, &a, sizeof(a));
}

/**
 * csp_write_addr - write an address
 * @wr:   writer
 * @type: CSP_A_SOURCE, CSP_A_OBSERVED or CSP_A_ORIGIN
 * @a:    the address
 */
void csp_write_addr(struct csp_writer *wr, u16 type, const struct csp_addr *a)
{
	const u16 len = sizeof(struct csp_a_addr) + family_len(a->family);
	u8 *val = csp_write_reserve(wr, type, len);

	if (val)
		write_addr_head(val, a);
}
EXPORT_SYMBOL_GPL(csp_write_addr);

/**
 * csp_write_via - write one gateway of a path
 * @wr:  writer
 * @via: the gateway
 */
void csp_write_via(struct csp_writer *wr, const struct csp_via *via)
{
	const u16 len = sizeof(struct csp_a_addr) +
			family_len(via->addr.family) + via->token.len;
	u8 *val = csp_write_reserve(wr, CSP_A_VIA, len);

	if (!val)
		return;
	val = write_addr_head(val, &via->addr);
	if (via->token.len)
		memcpy(val, via->token.data, via->token.len);
}

/**
 * csp_write_error - write why something is refused
 * @wr:     writer
 * @code:   enum csp_error
 * @detail: attribute or message type that @code speaks of, or 0
 */
void csp_write_error(struct csp_writer *wr, u16 code, u16 detail)
{
	const struct csp_a_error a = {
		.code	= cpu_to_be16(code),
		.detail	= cpu_to_be16(detail),
	};

	csp_write_blob(wr, CSP_A_ERROR, &a, sizeof(a));
}
EXPORT_SYMBOL_GPL(csp_write_error);

/**
 * csp_write_versions - write which versions are spoken
 * @wr:  writer
 * @min: lowest
 * @max: highest
 */
void csp_write_versions(struct csp_writer *wr, u8 min, u8 max)
{
	const struct csp_a_versions a = { .min = min, .max = max };

	csp_write_blob(wr, CSP_A_VERSIONS, &a, sizeof(a));
}

/**
 * csp_write_pad - make the packet at least so long
 * @wr:    writer
 * @total: bytes of the packet; what is written after this comes on top
 */
void csp_write_pad(struct csp_writer *wr, u16 total)
{
	const u16 least = wr->len + sizeof(struct csp_attrhdr);
	struct csp_blob pad = {};

	if (wr->len >= total)
		return;
	if (total > least)
		pad.len = total - least;
	write_pad(wr, CSP_A_PAD, &pad);
}

/**
 * csp_write_decoded - write what csp_read_msg() read
 * @wr:  writer
 * @msg: the message
 *
 * In canonical form: attributes in the order of their numbers and the MAC
 * last, each critical if the specification says so, padding and reserved
 * fields zero, what was skipped left out.  The packet that @msg was read from
 * and the one that is written are not the same buffer.
 */
void csp_write_decoded(struct csp_writer *wr, const struct csp_msg *msg)
{
	const struct attr_rule *rule;
	u16 type;

	csp_write_msg(wr, msg->type, msg->code, msg->dcid);
	for (type = CSP_A_UNSPEC + 1; type <= CSP_A_MAX; type++) {
		rule = attr_rule(type);
		if (type != CSP_A_MAC && (msg->present & BIT(type)))
			rule->write(wr, type, (const u8 *)msg + rule->field);
	}
	if (CSP_HAS(msg, MAC))
		write_blob(wr, CSP_A_MAC, &msg->mac);
}
EXPORT_SYMBOL_GPL(csp_write_decoded);

static void write_checksum(void *data, size_t len)
{
	u8 *at = (u8 *)data + offsetof(struct csphdr, checksum);
	__sum16 sum;

	memset(at, 0, sizeof(sum));
	sum = csp_wire_checksum(data, len);
	memcpy(at, &sum, sizeof(sum));
}

/**
 * csp_write_finish - close the packet
 * @wr: writer
 *
 * A MAC is computed before this, over a packet whose lengths are right and
 * whose checksum is still zero.
 *
 * Return: its length, or 0 if it is not to be sent.
 */
size_t csp_write_finish(struct csp_writer *wr)
{
	if (wr->full || !wr->n_msgs)
		return 0;
	write_checksum(wr->data, wr->len);
	return wr->len;
}
EXPORT_SYMBOL_GPL(csp_write_finish);

/**
 * csp_wire_set_attempt - make a retransmission of a packet
 * @data:    a packet that csp_write_finish() closed
 * @len:     its length
 * @attempt: retransmission number
 *
 * The MAC, if there is one, still holds: it does not cover the attempt.
 */
void csp_wire_set_attempt(void *data, size_t len, u8 attempt)
{
	((u8 *)data)[offsetof(struct csphdr, attempt)] = attempt;
	write_checksum(data, len);
}
