// SPDX-License-Identifier: GPL-2.0
/*
 * Sample packets, and whole packets read, written and compared.
 */
#include "samples.h"

#define A_CID	cpu_to_be64(0xa1a2a3a4a5a6a7a8ULL)
#define A_NEXT	cpu_to_be64(0xa9aaabacadaeafa0ULL)
#define B_CID	cpu_to_be64(0xb1b2b3b4b5b6b7b8ULL)
#define B_NEXT	cpu_to_be64(0xb9babbbcbdbebfb0ULL)

static const u8 key[CSP_PUBKEY_LEN] = {
	0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27,
	0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f,
	0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37,
	0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f,
};

static const u8 token[CSP_VIA_TOKEN_MAX] = "a token of thirty-two bytes ...";

/* SYN from port 1234 to port 80. */
static const u8 syn[20] = {
	0x04, 0xd2, 0x00, 0x50, 0x11, 0x22, 0x33, 0x44,
	0x00, 0x00, 0x00, 0x00, 0x50, 0x02, 0xfa, 0xf0,
};

/* Three bytes of data between them, later. */
static const u8 segment[23] = {
	0x04, 0xd2, 0x00, 0x50, 0x11, 0x22, 0x44, 0x55,
	0x55, 0x66, 0x77, 0x88, 0x50, 0x18, 0xfa, 0xf0,
	[20] = 'a', 'b', 'c',
};

/* Datagram from port 1234 to port 9. */
static const u8 datagram[13] = {
	0x04, 0xd2, 0x00, 0x09, 0x00, 0x0d, 0x00, 0x00,
	'h', 'e', 'l', 'l', 'o',
};

struct in6_addr addr4(u8 a, u8 b, u8 c, u8 d)
{
	struct in6_addr in6 = {
		.s6_addr = { [10] = 0xff, 0xff, a, b, c, d },
	};

	return in6;
}

struct in6_addr addr6(u16 last)
{
	struct in6_addr in6 = {
		.s6_addr = {
			0x20, 0x01, 0x0d, 0xb8, [14] = last >> 8, last,
		},
	};

	return in6;
}

static struct csp_end end4(u8 host, u16 port)
{
	struct csp_end end = {
		.loc_family	= 4,
		.port		= cpu_to_be16(port),
		.loc		= addr4(10, 0, 0, host),
	};

	return end;
}

static struct csp_end end6(u16 host, u16 port)
{
	struct csp_end end = {
		.loc_family	= 6,
		.port		= cpu_to_be16(port),
		.loc		= addr6(host),
	};

	return end;
}

/* identity:locator, both IPv4 */
static struct csp_end end44(u8 id, u8 host, u16 port)
{
	struct csp_end end = end4(host, port);

	end.id_family = 4;
	end.id = addr4(10, 0, 0, id);
	return end;
}

static struct csp_addr sent_from(u8 host)
{
	struct csp_addr a = {
		.family	= 4,
		.in6	= addr4(10, 0, 0, host),
	};

	return a;
}

static void conn_tcp4(struct csp_writer *wr)
{
	const struct csp_end a = end4(1, 1234), b = end4(2, 80);

	csp_write_conn(wr, IPPROTO_TCP, CSP_DIR_BOTH, &a, &b);
}

static void conn_moved(struct csp_writer *wr)
{
	const struct csp_end a = end44(1, 3, 1234), b = end4(2, 80);

	csp_write_conn(wr, IPPROTO_TCP, CSP_DIR_BOTH, &a, &b);
}

static void mac(struct csp_writer *wr)
{
	csp_write_blob(wr, CSP_A_MAC, key, CSP_MAC_LEN);
}

static void setup(struct csp_writer *wr)
{
	csp_write_msg(wr, CSP_MSG_SETUP, 0, 0);
	conn_tcp4(wr);
	csp_write_local_id(wr, A_CID, A_NEXT);
	csp_write_blob(wr, CSP_A_PUBKEY, key, sizeof(key));
	csp_write_blob(wr, CSP_A_PIGGYBACK, syn, sizeof(syn));
}

static void setup_v6(struct csp_writer *wr)
{
	const struct csp_end a = end6(1, 1234), b = end6(2, 9);

	csp_write_msg(wr, CSP_MSG_SETUP, 0, 0);
	csp_write_conn(wr, IPPROTO_UDP, CSP_DIR_BOTH, &a, &b);
	csp_write_local_id(wr, A_CID, A_NEXT);
	csp_write_blob(wr, CSP_A_PUBKEY, key, sizeof(key));
	csp_write_u32(wr, CSP_A_TIMEOUT, 300000);
	csp_write_blob(wr, CSP_A_PIGGYBACK, datagram, sizeof(datagram));
}

/* Everything that a Setup can have. */
static void setup_full(struct csp_writer *wr)
{
	const struct csp_end a = end44(1, 9, 1234);
	struct csp_end b = end6(2, 80);
	struct csp_via g = { .token = { .data = token, .len = 8 } };
	struct csp_addr src = {
		.family	= 4,
		.proto	= IPPROTO_UDP,
		.port	= cpu_to_be16(CSP_UDP_PORT_DEFAULT),
		.in6	= addr4(10, 0, 0, 9),
	};

	b.id_family = 4;
	b.id = addr4(192, 0, 2, 1);
	b.local_port = cpu_to_be16(8080);
	csp_write_msg(wr, CSP_MSG_SETUP, 0, 0);
	csp_write_conn(wr, IPPROTO_TCP, CSP_DIR_FORWARD, &a, &b);
	g.addr = sent_from(250);
	csp_write_via(wr, &g);
	g.addr.family = 6;
	g.addr.in6 = addr6(250);
	g.token.len = sizeof(token);
	csp_write_via(wr, &g);
	csp_write_local_id(wr, A_CID, A_NEXT);
	csp_write_blob(wr, CSP_A_NONCE, key, CSP_NONCE_MIN);
	csp_write_blob(wr, CSP_A_NONCE_ECHO, key, CSP_NONCE_MAX);
	csp_write_blob(wr, CSP_A_PUBKEY, key, sizeof(key));
	csp_write_addr(wr, CSP_A_SOURCE, &src);
	csp_write_u32(wr, CSP_A_TIMEOUT, 10000);
	csp_write_u32(wr, CSP_A_PREF, CSP_PREF_NORMAL);
	csp_write_blob(wr, CSP_A_AUTH, "secret", 6);
	csp_write_blob(wr, CSP_A_NAME, "www.example.com", 15);
	csp_write_blob(wr, CSP_A_EPOCH, key, 16);
	csp_write_pad(wr, 600);
}

static void setup_incoming(struct csp_writer *wr)
{
	const struct csp_end any = { .port = cpu_to_be16(5000) };
	const struct csp_end b = end4(2, 53);

	csp_write_msg(wr, CSP_MSG_SETUP, 0, 0);
	csp_write_conn(wr, IPPROTO_UDP, CSP_DIR_REVERSE, &b, &any);
	csp_write_local_id(wr, B_CID, 0);
}

static void ok(struct csp_writer *wr)
{
	csp_write_msg(wr, CSP_MSG_OK, 0, A_CID);
	csp_write_local_id(wr, B_CID, B_NEXT);
	csp_write_blob(wr, CSP_A_PUBKEY, key, sizeof(key));
	csp_write_u32(wr, CSP_A_TIMEOUT, 10000);
}

static void ok_bare(struct csp_writer *wr)
{
	csp_write_msg(wr, CSP_MSG_OK, 0, A_CID);
}

/* The responder's other addresses are offered along with its OK. */
static void ok_offers(struct csp_writer *wr)
{
	struct csp_end b = end44(2, 4, 80);
	const struct csp_end a = end4(1, 1234);

	ok(wr);
	csp_write_msg(wr, CSP_MSG_ATTACH, 0, A_CID);
	csp_write_conn(wr, IPPROTO_TCP, CSP_DIR_BOTH, &b, &a);
	csp_write_msg(wr, CSP_MSG_ATTACH, 0, A_CID);
	b.loc_family = 6;
	b.loc = addr6(4);
	csp_write_conn(wr, IPPROTO_TCP, CSP_DIR_BOTH, &b, &a);
	csp_write_u32(wr, CSP_A_PREF, CSP_PREF_LOW);
}

static void reject_policy(struct csp_writer *wr)
{
	const struct csp_addr who = sent_from(254);

	csp_write_msg(wr, CSP_MSG_REJECT, 0, A_CID);
	csp_write_error(wr, CSP_ERR_POLICY, 0);
	csp_write_blob(wr, CSP_A_TEXT, "no games here", 13);
	csp_write_addr(wr, CSP_A_ORIGIN, &who);
}

static void reject_version(struct csp_writer *wr)
{
	csp_write_msg(wr, CSP_MSG_REJECT, 0, 0);
	csp_write_error(wr, CSP_ERR_VERSION, 0);
	csp_write_versions(wr, 1, 1);
}

static void reject_mismatch(struct csp_writer *wr)
{
	struct csp_addr seen = {
		.family	= 6,
		.proto	= IPPROTO_UDP,
		.port	= cpu_to_be16(61000),
		.in6	= addr6(0x99),
	};

	csp_write_msg(wr, CSP_MSG_REJECT, 0, A_CID);
	csp_write_addr(wr, CSP_A_OBSERVED, &seen);
	csp_write_error(wr, CSP_ERR_MISMATCH, 0);
}

static void reject_flood(struct csp_writer *wr)
{
	const struct csp_end a = end4(1, 0), s = end4(2, 0);
	const struct csp_via g = {
		.addr	= sent_from(250),
		.token	= { .data = token, .len = 16 },
	};

	csp_write_msg(wr, CSP_MSG_REJECT, 0, A_CID);
	csp_write_conn(wr, 0, CSP_DIR_BOTH, &a, &s);
	csp_write_via(wr, &g);
	csp_write_blob(wr, CSP_A_NONCE_ECHO, key, 16);
	csp_write_error(wr, CSP_ERR_FLOOD, 0);
}

/* A,p1:N,p3 as a NAT puts it. */
static void redirect_nat(struct csp_writer *wr)
{
	struct csp_end a = end44(1, 254, 1234);
	const struct csp_end b = end4(2, 80);
	const struct csp_addr who = sent_from(254);

	a.local_port = cpu_to_be16(3000);
	csp_write_msg(wr, CSP_MSG_REDIRECT, 0, A_CID);
	csp_write_conn(wr, IPPROTO_UDP, CSP_DIR_BOTH, &a, &b);
	csp_write_addr(wr, CSP_A_ORIGIN, &who);
}

static void redirect_home(struct csp_writer *wr)
{
	const struct csp_end a = end4(1, 1234), s = end44(2, 7, 80);

	csp_write_msg(wr, CSP_MSG_REDIRECT, 0, A_CID);
	csp_write_conn(wr, IPPROTO_TCP, CSP_DIR_BOTH, &a, &s);
	csp_write_blob(wr, CSP_A_PUBKEY, key, sizeof(key));
}

static void change_timeout(struct csp_writer *wr)
{
	csp_write_msg(wr, CSP_MSG_CHANGE, 0, B_CID);
	conn_tcp4(wr);
	csp_write_u32(wr, CSP_A_TIMEOUT, 300000);
}

static void change_pref(struct csp_writer *wr)
{
	csp_write_msg(wr, CSP_MSG_CHANGE, 0, B_CID);
	conn_tcp4(wr);
	csp_write_u32(wr, CSP_A_SEQ, 2);
	csp_write_u32(wr, CSP_A_PREF, CSP_PREF_LOW);
	mac(wr);
}

static void move(struct csp_writer *wr)
{
	csp_write_msg(wr, CSP_MSG_DETACH, CSP_SCOPE_PATH, B_NEXT);
	csp_write_msg(wr, CSP_MSG_ATTACH, 0, B_NEXT);
	conn_moved(wr);
	csp_write_local_id(wr, A_NEXT, A_CID);
	csp_write_blob(wr, CSP_A_NONCE, key, CSP_NONCE_MIN);
	csp_write_u32(wr, CSP_A_SEQ, 1);
	csp_write_pad(wr, 1200 - 20);
	mac(wr);
}

static void move_data(struct csp_writer *wr)
{
	csp_write_msg(wr, CSP_MSG_DETACH, CSP_SCOPE_PATH, B_NEXT);
	csp_write_msg(wr, CSP_MSG_ATTACH, 0, B_NEXT);
	conn_moved(wr);
	csp_write_local_id(wr, A_NEXT, A_CID);
	csp_write_blob(wr, CSP_A_NONCE, key, CSP_NONCE_MIN);
	csp_write_blob(wr, CSP_A_NONCE_ECHO, key, CSP_NONCE_MIN);
	csp_write_u32(wr, CSP_A_SEQ, 1);
	csp_write_blob(wr, CSP_A_PIGGYBACK, segment, sizeof(segment));
	mac(wr);
}

static void ok_move(struct csp_writer *wr)
{
	csp_write_msg(wr, CSP_MSG_OK, 0, A_NEXT);
	csp_write_msg(wr, CSP_MSG_OK, 0, A_NEXT);
	csp_write_local_id(wr, B_NEXT, B_CID);
	csp_write_blob(wr, CSP_A_NONCE, key, CSP_NONCE_MIN);
	csp_write_blob(wr, CSP_A_NONCE_ECHO, key, CSP_NONCE_MIN);
	csp_write_u32(wr, CSP_A_SEQ, 1);
	mac(wr);
}

static void ack_nonce(struct csp_writer *wr)
{
	csp_write_msg(wr, CSP_MSG_ACK, 0, A_CID);
	csp_write_blob(wr, CSP_A_NONCE, key, CSP_NONCE_MAX);
}

static void ack_echo(struct csp_writer *wr)
{
	csp_write_msg(wr, CSP_MSG_ACK, 0, B_NEXT);
	csp_write_blob(wr, CSP_A_NONCE_ECHO, key, CSP_NONCE_MIN);
	mac(wr);
}

static void detach(struct csp_writer *wr)
{
	csp_write_msg(wr, CSP_MSG_DETACH, CSP_SCOPE_CONN, B_CID);
	conn_tcp4(wr);
}

static void detach_many(struct csp_writer *wr)
{
	const struct csp_end a = end6(1, 1235), b = end6(2, 80);

	detach(wr);
	csp_write_msg(wr, CSP_MSG_DETACH, CSP_SCOPE_CONN, B_NEXT);
	csp_write_conn(wr, IPPROTO_TCP, CSP_DIR_BOTH, &a, &b);
	csp_write_msg(wr, CSP_MSG_DETACH, CSP_SCOPE_CONN, A_NEXT);
}

static void register_at(struct csp_writer *wr)
{
	const struct csp_end s = end44(2, 7, 0);

	csp_write_msg(wr, CSP_MSG_REGISTER, 0, 0);
	csp_write_end(wr, CSP_A_SRC, &s);
	csp_write_blob(wr, CSP_A_NONCE, key, CSP_NONCE_MIN);
	csp_write_blob(wr, CSP_A_PUBKEY, key, sizeof(key));
	csp_write_u32(wr, CSP_A_SEQ, 7);
	csp_write_u32(wr, CSP_A_TIMEOUT, 600000);
	csp_write_blob(wr, CSP_A_NAME, "s.example.com", 13);
	mac(wr);
}

/* From a later minor revision: both are skipped. */
static void unknown_optional(struct csp_writer *wr)
{
	csp_write_msg(wr, CSP_MSG_OK, 0, A_CID);
	csp_write_blob(wr, 0x7fff, "skip me", 7);
	csp_write_local_id(wr, B_CID, B_NEXT);
	csp_write_msg(wr, CSP_MSG_OPTIONAL | 0x70, 1, A_CID);
	csp_write_blob(wr, CSP_A_CRITICAL | 0x7ffe, "me too", 6);
	csp_write_msg(wr, CSP_MSG_ACK, 0, A_CID);
}

const struct sample samples[] = {
	{ "setup", 0, setup },
	{ "setup_v6", 0, setup_v6 },
	{ "setup_full", 0, setup_full },
	{ "setup_incoming", 0, setup_incoming },
	{ "ok", CSP_F_REPLY, ok },
	{ "ok_bare", CSP_F_REPLY, ok_bare },
	{ "ok_offers", CSP_F_REPLY, ok_offers },
	{ "reject_policy", CSP_F_REPLY, reject_policy },
	{ "reject_version", CSP_F_REPLY, reject_version },
	{ "reject_mismatch", CSP_F_REPLY, reject_mismatch },
	{ "reject_flood", 0, reject_flood },
	{ "redirect_nat", CSP_F_REPLY, redirect_nat },
	{ "redirect_home", CSP_F_REPLY, redirect_home },
	{ "change_timeout", 0, change_timeout },
	{ "change_pref", 0, change_pref },
	{ "move", 0, move },
	{ "move_data", 0, move_data },
	{ "ok_move", CSP_F_REPLY, ok_move },
	{ "ack_nonce", CSP_F_REPLY, ack_nonce },
	{ "ack_echo", 0, ack_echo },
	{ "detach", 0, detach },
	{ "detach_many", 0, detach_many },
	{ "register", 0, register_at },
	{ "unknown_optional", CSP_F_REPLY, unknown_optional },
};

const size_t n_samples = ARRAY_SIZE(samples);

size_t sample_build(const struct sample *s, void *buf, size_t size)
{
	struct csp_writer wr;

	csp_write_start(&wr, buf, size, SAMPLE_XID, s->flags, 0);
	s->build(&wr);
	return csp_write_finish(&wr);
}

int packet_read(const void *data, size_t len, struct csp_reader *rd,
		struct csp_msg msgs[CSP_MAX_MSGS])
{
	struct csp_msg extra;
	int err, n = 0;

	err = csp_read_hdr(rd, data, len);
	if (err)
		return -err;
	for (;;) {
		err = csp_read_msg(rd, n < CSP_MAX_MSGS ? &msgs[n] : &extra);
		if (err <= 0)
			return err ? err : n;
		n++;
	}
}

size_t packet_write(const struct csp_reader *rd, const struct csp_msg *msgs,
		    int n, void *buf, size_t size)
{
	struct csp_writer wr;
	int i;

	csp_write_start(&wr, buf, size, rd->xid, rd->flags, rd->attempt);
	for (i = 0; i < n; i++)
		csp_write_decoded(&wr, &msgs[i]);
	return csp_write_finish(&wr);
}

static bool blob_equal(const struct csp_blob *a, const struct csp_blob *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static bool addr_equal(const struct csp_addr *a, const struct csp_addr *b)
{
	return a->family == b->family && a->proto == b->proto &&
	       a->port == b->port && !memcmp(&a->in6, &b->in6, sizeof(a->in6));
}

static bool end_equal(const struct csp_end *a, const struct csp_end *b)
{
	return a->loc_family == b->loc_family &&
	       a->id_family == b->id_family && a->port == b->port &&
	       a->local_port == b->local_port &&
	       !memcmp(&a->loc, &b->loc, sizeof(a->loc)) &&
	       !memcmp(&a->id, &b->id, sizeof(a->id));
}

static bool vias_equal(const struct csp_msg *a, const struct csp_msg *b)
{
	int i;

	for (i = 0; i < a->n_via; i++)
		if (!addr_equal(&a->via[i].addr, &b->via[i].addr) ||
		    !blob_equal(&a->via[i].token, &b->via[i].token))
			return false;
	return true;
}

#define DIFFER(attr, cond)	(CSP_HAS(a, attr) && !(cond))
#define BLOB_DIFFERS(attr, blob) DIFFER(attr, blob_equal(&a->blob, &b->blob))

bool msg_equal(const struct csp_msg *a, const struct csp_msg *b)
{
	if (a->type != b->type || a->code != b->code || a->dcid != b->dcid ||
	    a->n_via != b->n_via || a->present != b->present)
		return false;
	if (DIFFER(CONN, a->proto == b->proto && a->dir == b->dir) ||
	    DIFFER(SRC, end_equal(&a->src, &b->src)) ||
	    DIFFER(DST, end_equal(&a->dst, &b->dst)) ||
	    DIFFER(VIA, vias_equal(a, b)) ||
	    DIFFER(LOCAL_ID, a->cid == b->cid && a->next_cid == b->next_cid))
		return false;
	if (DIFFER(SEQ, a->seq == b->seq) ||
	    DIFFER(TIMEOUT, a->timeout == b->timeout) ||
	    DIFFER(PREF, a->pref == b->pref) ||
	    DIFFER(ERROR, a->err_code == b->err_code &&
		   a->err_detail == b->err_detail) ||
	    DIFFER(VERSIONS, a->ver_min == b->ver_min &&
		   a->ver_max == b->ver_max))
		return false;
	if (DIFFER(SOURCE, addr_equal(&a->source, &b->source)) ||
	    DIFFER(OBSERVED, addr_equal(&a->observed, &b->observed)) ||
	    DIFFER(ORIGIN, addr_equal(&a->origin, &b->origin)))
		return false;
	/* What padding holds does not count. */
	return !(BLOB_DIFFERS(NONCE, nonce) ||
		 BLOB_DIFFERS(NONCE_ECHO, nonce_echo) ||
		 BLOB_DIFFERS(PUBKEY, pubkey) || BLOB_DIFFERS(MAC, mac) ||
		 BLOB_DIFFERS(PIGGYBACK, piggyback) ||
		 BLOB_DIFFERS(TEXT, text) || BLOB_DIFFERS(AUTH, auth) ||
		 BLOB_DIFFERS(NAME, name) || BLOB_DIFFERS(EPOCH, epoch) ||
		 DIFFER(PAD, a->pad.len == b->pad.len));
}
