// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the wire codec, in the order of the specification.  Sections cited
 * are those of Documentation/networking/csp.rst.
 *
 * Packets to be refused are put together from literal bytes, because the
 * codec's own writer would not write them.
 */
#include <stdlib.h>

#include "samples.h"
#include "tap.h"

#define HDR	sizeof(struct csphdr)
#define MSGHDR	sizeof(struct csp_msghdr)
#define ATTRHDR	sizeof(struct csp_attrhdr)

#define CRIT	CSP_A_CRITICAL

/* An allocation of exactly @len bytes, so that ASan sees any read beyond. */
static u8 *exact(const void *data, size_t len)
{
	u8 *copy = malloc(len);

	if (!copy)
		abort();
	if (len)
		memcpy(copy, data, len);
	return copy;
}

static void seal(u8 *packet, size_t len)
{
	__sum16 sum;

	put_unaligned_be16(len, packet + offsetof(struct csphdr, length));
	memset(packet + offsetof(struct csphdr, checksum), 0, sizeof(sum));
	sum = csp_wire_checksum(packet, len);
	memcpy(packet + offsetof(struct csphdr, checksum), &sum, sizeof(sum));
}

static int read_exact(const void *data, size_t len)
{
	struct csp_msg msgs[CSP_MAX_MSGS];
	u8 *copy = exact(data, len);
	struct csp_reader rd;
	int n = packet_read(copy, len, &rd, msgs);

	free(copy);
	return n;
}

/* ---- a packet written by hand ---- */

struct raw {
	u8	data[4096];
	size_t	len;
	size_t	msg;
};

static void raw_start(struct raw *raw)
{
	memset(raw, 0, sizeof(*raw));
	raw->data[0] = CSP_VERSION;
	raw->len = HDR;
}

static void raw_msg(struct raw *raw, u8 type, u8 code)
{
	raw->msg = raw->len;
	raw->data[raw->len] = type;
	raw->data[raw->len + 1] = code;
	put_unaligned_be16(MSGHDR, raw->data + raw->len + 2);
	raw->len += MSGHDR;
}

static u8 *raw_attr(struct raw *raw, u16 type, const void *val, size_t len)
{
	u8 *at = raw->data + raw->len;

	put_unaligned_be16(type, at);
	put_unaligned_be16(ATTRHDR + len, at + 2);
	if (len)
		memcpy(at + ATTRHDR, val, len);
	raw->len += ALIGN(ATTRHDR + len, (size_t)4);
	put_unaligned_be16(raw->len - raw->msg, raw->data + raw->msg + 2);
	return at + ATTRHDR;
}

/* Reads it; @msg, if not NULL, is the first message. */
static int raw_read(struct raw *raw, struct csp_msg *msg, u16 *detail)
{
	struct csp_msg msgs[CSP_MAX_MSGS];
	struct csp_reader rd;
	int n;

	seal(raw->data, raw->len);
	n = packet_read(raw->data, raw->len, &rd, msgs);
	if (msg)
		*msg = msgs[0];
	if (detail)
		*detail = rd.err_detail;
	return read_exact(raw->data, raw->len) == n ? n : -1000;
}

/* One attribute, alone in an OK, which needs none. */
static int read_one(u16 type, const void *val, size_t len, struct csp_msg *msg)
{
	struct raw raw;

	raw_start(&raw);
	raw_msg(&raw, CSP_MSG_OK, 0);
	raw_attr(&raw, type, val, len);
	return raw_read(&raw, msg, NULL);
}

#define OKAY(type, ...) ({						\
	const u8 _v[] = { __VA_ARGS__ };				\
	read_one(type, _v, sizeof(_v), NULL) == 1;			\
})
#define MALFORMED(type, ...) ({						\
	const u8 _v[] = { __VA_ARGS__ };				\
	read_one(type, _v, sizeof(_v), NULL) == -CSP_ERR_MALFORMED;	\
})

/* A value that each attribute takes, for tests that are not about values. */
static const struct {
	u8	val[64];
	u16	len;
	u16	min;
	u16	max;
	bool	critical;
} attrs[__CSP_A_MAX] = {
	[CSP_A_CONN]	= { { 6, 0 }, 4, 4, 4, true },
	[CSP_A_SRC]	= { { 4, 0, 0, 1, 0, 0, 0, 0, 10, 0, 0, 1 },
			    12, 8, 40, true },
	[CSP_A_DST]	= { { 0 }, 8, 8, 40, true },
	[CSP_A_VIA]	= { { 4, 0, 0, 0, 10, 0, 0, 2, 't' }, 9, 8, 52, true },
	[CSP_A_LOCAL_ID] = { { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, 16, 16, 16 },
	[CSP_A_NONCE]	= { { 1 }, 8, 8, 32 },
	[CSP_A_NONCE_ECHO] = { { 1 }, 32, 8, 32 },
	[CSP_A_PUBKEY]	= { { 1 }, 32, 32, 32 },
	[CSP_A_SEQ]	= { { 1 }, 4, 4, 4, true },
	[CSP_A_MAC]	= { { 1 }, 16, 16, 16, true },
	[CSP_A_SOURCE]	= { { 4, 0, 0, 0, 10, 0, 0, 3 }, 8, 8, 20 },
	[CSP_A_OBSERVED] = { { 4, 17, 1, 2, 10, 0, 0, 3 }, 8, 8, 20 },
	[CSP_A_PIGGYBACK] = { { 1 }, 9, 8, 1000 },
	[CSP_A_TIMEOUT]	= { { 1 }, 4, 4, 4 },
	[CSP_A_PREF]	= { { 0, 0, 0, 100 }, 4, 4, 4 },
	[CSP_A_ERROR]	= { { 0, 2, 0, 9 }, 4, 4, 4 },
	[CSP_A_TEXT]	= { "because", 7, 0, 127 },
	[CSP_A_ORIGIN]	= { { 6, 0, 0, 0, 0x20, 1 }, 20, 8, 20 },
	[CSP_A_AUTH]	= { { 0 }, 5, 1, 64 },
	[CSP_A_NAME]	= { "www.example.com", 15, 1, 253, true },
	[CSP_A_PAD]	= { { 1 }, 3, 0, 1000 },
	[CSP_A_VERSIONS] = { { 1, 1 }, 4, 4, 4 },
	[CSP_A_EPOCH]	= { { 1, 2, 3, 4, 0, 0, 0, 9 }, 16, 16, 16 },
};

/* ---- section "Header" ---- */

static void test_layout(void)
{
	CHECK(sizeof(struct csphdr) == 12);
	CHECK(offsetof(struct csphdr, xid) + sizeof(__be32) == 8);
	CHECK(sizeof(struct csp_msghdr) == 12);
	CHECK(sizeof(struct csp_attrhdr) == 4);
	CHECK(sizeof(struct csp_a_conn) == 4);
	CHECK(sizeof(struct csp_a_end) == 8);
	CHECK(sizeof(struct csp_a_addr) == 4);
	CHECK(sizeof(struct csp_a_local_id) == 16);
	CHECK(sizeof(struct csp_a_error) == 4);
	CHECK(sizeof(struct csp_a_versions) == 4);
	CHECK(sizeof(struct csp_a_epoch) == 8);
	CHECK(__CSP_A_MAX <= 32);	/* csp_msg.present has a bit of each */
}

/* The bytes of one packet, as the specification prints them. */
static void test_golden(void)
{
	static const u8 golden[] = {
		0x01, 0x00, 0x00, 0x54, 0x01, 0x02, 0x03, 0x04,
		0x0a, 0xb3, 0x02, 0x00,
		0x01, 0x00, 0x00, 0x48, 0, 0, 0, 0, 0, 0, 0, 0,
		0x80, 0x01, 0x00, 0x08, 6, 0, 0, 0,
		0x80, 0x02, 0x00, 0x10, 4, 0, 0x04, 0xd2, 0, 0, 0, 0,
		10, 0, 0, 1,
		0x80, 0x03, 0x00, 0x10, 4, 0, 0x00, 0x50, 0, 0, 0, 0,
		10, 0, 0, 2,
		0x00, 0x05, 0x00, 0x14,
		0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8,
		0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf, 0xa0,
	};
	const struct in6_addr a = addr4(10, 0, 0, 1), b = addr4(10, 0, 0, 2);
	struct csp_msg msgs[CSP_MAX_MSGS], *m = &msgs[0];
	struct csp_reader rd;
	u8 again[256];
	int n;

	n = packet_read(golden, sizeof(golden), &rd, msgs);
	CHECK(n == 1);
	if (n != 1)
		return;
	CHECK(rd.xid == cpu_to_be32(0x01020304));
	CHECK(rd.flags == 0 && rd.attempt == 2);
	CHECK(m->type == CSP_MSG_SETUP && m->code == 0 && m->dcid == 0);
	CHECK(m->proto == IPPROTO_TCP && m->dir == CSP_DIR_BOTH);
	CHECK(m->src.loc_family == 4 && m->src.id_family == 0);
	CHECK(m->src.port == cpu_to_be16(1234) && m->src.local_port == 0);
	CHECK(!memcmp(&m->src.loc, &a, sizeof(a)));
	CHECK(m->dst.port == cpu_to_be16(80));
	CHECK(!memcmp(&m->dst.loc, &b, sizeof(b)));
	CHECK(m->cid == cpu_to_be64(0xa1a2a3a4a5a6a7a8ULL));
	CHECK(m->next_cid == cpu_to_be64(0xa9aaabacadaeafa0ULL));
	CHECK(m->n_via == 0);
	CHECK(packet_write(&rd, msgs, n, again, sizeof(again)) ==
	      sizeof(golden));
	CHECK(!memcmp(golden, again, sizeof(golden)));
}

static void test_version(void)
{
	u8 buf[SAMPLE_SIZE], *copy;
	struct csp_reader rd;
	size_t len;
	int v;

	len = sample_build(&samples[0], buf, sizeof(buf));
	buf[1] = CSP_F_REPLY;
	for (v = 0; v < 256; v++) {
		memset(&rd, 0xff, sizeof(rd));
		buf[0] = v;
		seal(buf, len);
		CHECK_IN(csp_read_hdr(&rd, buf, len) ==
			 (v == CSP_VERSION ? 0 : CSP_ERR_VERSION), "%d", v);
		CHECK_IN(rd.xid == SAMPLE_XID, "%d", v);
		CHECK_IN(rd.flags == CSP_F_REPLY, "%d", v);
	}

	/* Beyond the first eight bytes nothing is known of another version. */
	memset(buf + 8, 0xff, sizeof(buf) - 8);
	put_unaligned_be16(7, buf + 2);
	buf[0] = 2;
	copy = exact(buf, HDR);
	CHECK(csp_read_hdr(&rd, copy, HDR) == CSP_ERR_VERSION);
	CHECK(rd.xid == SAMPLE_XID);
	free(copy);
}

static void test_header_short(void)
{
	struct csp_reader rd;
	u8 buf[HDR + MSGHDR] = { CSP_VERSION };
	size_t len;

	for (len = 0; len < sizeof(buf); len++) {
		u8 *copy;

		seal(buf, len > HDR ? len : HDR);
		copy = exact(buf, len);
		CHECK_IN(csp_read_hdr(&rd, copy, len) == CSP_ERR_MALFORMED,
			 "%zu bytes", len);
		free(copy);
	}
}

static void test_length(void)
{
	u8 buf[SAMPLE_SIZE] = {};
	struct csp_reader rd;
	size_t len;

	len = sample_build(&samples[0], buf, sizeof(buf));
	/* Link padding after the packet is not looked at. */
	memset(buf + len, 0xff, 7);
	CHECK(read_exact(buf, len + 7) == 1);
	/* Longer than what was received. */
	seal(buf, len + 4);
	CHECK(csp_read_hdr(&rd, buf, len) == CSP_ERR_MALFORMED);
	/* Bytes after the last message, too few for another. */
	memset(buf + len, 0, 12);
	for (size_t more = 1; more < MSGHDR; more++) {
		seal(buf, len + more);
		CHECK_IN(read_exact(buf, len + more) == -CSP_ERR_MALFORMED,
			 "%zu bytes", more);
	}
	/* No message at all. */
	seal(buf, HDR);
	CHECK(read_exact(buf, HDR) == -CSP_ERR_MALFORMED);
}

static void test_checksum(void)
{
	u8 buf[SAMPLE_SIZE];
	size_t len, i;
	int bit;

	len = sample_build(&samples[0], buf, sizeof(buf));
	CHECK(csp_wire_checksum(buf, len) == 0);
	for (i = 0; i < len; i++) {
		for (bit = 0; bit < 8; bit++) {
			buf[i] ^= 1 << bit;
			CHECK_IN(read_exact(buf, len) < 0, "byte %zu", i);
			buf[i] ^= 1 << bit;
		}
	}
	CHECK(read_exact(buf, len) == 1);
}

static void test_checksum_rfc1071(void)
{
	/* The example of RFC 1071, section 3. */
	static const u8 data[] = { 0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7 };

	CHECK(csp_wire_checksum(data, sizeof(data)) ==
	      (__force __sum16)cpu_to_be16((u16)~0xddf2));
}

static void test_reserved(void)
{
	struct csp_msg msgs[CSP_MAX_MSGS], again[CSP_MAX_MSGS];
	u8 buf[SAMPLE_SIZE], dirty[SAMPLE_SIZE], clean[SAMPLE_SIZE];
	struct csp_reader rd;
	size_t len;

	len = sample_build(&samples[0], buf, sizeof(buf));
	CHECK(packet_read(buf, len, &rd, msgs) == 1);
	memcpy(dirty, buf, len);
	dirty[1] |= (u8)~CSP_F_REPLY;
	dirty[offsetof(struct csphdr, reserved)] = 0xff;
	/* CONN's, SRC's */
	memset(dirty + HDR + MSGHDR + ATTRHDR + 2, 0xff, 2);
	memset(dirty + HDR + MSGHDR + 8 + ATTRHDR + 6, 0xff, 2);
	seal(dirty, len);
	CHECK(packet_read(dirty, len, &rd, again) == 1);
	CHECK(rd.flags == 0);
	CHECK(msg_equal(&msgs[0], &again[0]));
	CHECK(packet_write(&rd, again, 1, clean, sizeof(clean)) == len);
	CHECK(!memcmp(buf, clean, len));
}

/* ---- section "Messages" ---- */

static void test_round_trip(void)
{
	struct csp_msg one[CSP_MAX_MSGS], two[CSP_MAX_MSGS];
	u8 buf[SAMPLE_SIZE], again[SAMPLE_SIZE];
	u8 thrice[SAMPLE_SIZE];
	struct csp_reader rd;
	size_t i, len, len2;
	int n, k;

	for (i = 0; i < n_samples; i++) {
		const char *name = samples[i].name;

		len = sample_build(&samples[i], buf, sizeof(buf));
		CHECK_IN(len, "%s", name);
		n = packet_read(buf, len, &rd, one);
		CHECK_IN(n > 0, "%s: %d", name, n);
		CHECK_IN(rd.xid == SAMPLE_XID, "%s", name);
		len2 = packet_write(&rd, one, n, again, sizeof(again));
		CHECK_IN(packet_read(again, len2, &rd, two) == n, "%s", name);
		for (k = 0; k < n; k++)
			CHECK_IN(msg_equal(&one[k], &two[k]), "%s", name);
		CHECK_IN(packet_write(&rd, two, n, thrice, sizeof(thrice)) ==
			 len2, "%s", name);
		CHECK_IN(!memcmp(again, thrice, len2), "%s", name);
	}
}

static void test_every_one_sampled(void)
{
	struct csp_msg msgs[CSP_MAX_MSGS];
	u32 seen_msgs = 0, seen_attrs = 0;
	u8 buf[SAMPLE_SIZE];
	struct csp_reader rd;
	size_t i;
	int n;

	for (i = 0; i < n_samples; i++) {
		n = packet_read(buf, sample_build(&samples[i], buf,
						  sizeof(buf)), &rd, msgs);
		while (n-- > 0) {
			seen_msgs |= BIT(msgs[n].type);
			seen_attrs |= msgs[n].present;
		}
	}
	CHECK(seen_msgs == BIT(__CSP_MSG_MAX) - BIT(1));
	CHECK(seen_attrs == BIT(__CSP_A_MAX) - BIT(1));
}

static void test_truncated_receipt(void)
{
	u8 buf[SAMPLE_SIZE];
	size_t i, len, cut;

	for (i = 0; i < n_samples; i++) {
		len = sample_build(&samples[i], buf, sizeof(buf));
		for (cut = 0; cut < len; cut++)
			CHECK_IN(read_exact(buf, cut) == -CSP_ERR_MALFORMED,
				 "%s at %zu", samples[i].name, cut);
	}
}

/* Cut and sealed again: good only where a message ended. */
static void test_truncated_packet(void)
{
	u8 buf[SAMPLE_SIZE], packet[SAMPLE_SIZE];
	size_t i, len, cut, end;

	for (i = 0; i < n_samples; i++) {
		len = sample_build(&samples[i], packet, sizeof(packet));
		end = HDR;
		for (cut = HDR; cut < len; cut++) {
			int n;

			if (cut == end + get_unaligned_be16(packet + end + 2))
				end = cut;
			memcpy(buf, packet, cut);
			seal(buf, cut);
			n = read_exact(buf, cut);
			if (cut == end && cut > HDR)
				CHECK_IN(n >= 0, "%s at %zu: %d",
					 samples[i].name, cut, n);
			else
				CHECK_IN(n == -CSP_ERR_MALFORMED, "%s at %zu",
					 samples[i].name, cut);
		}
	}
}

/* The message's length cut as well: good only where an attribute ended. */
static void test_truncated_message(void)
{
	u8 buf[SAMPLE_SIZE], packet[SAMPLE_SIZE];
	size_t i, len, cut, end;

	for (i = 0; i < n_samples; i++) {
		len = sample_build(&samples[i], packet, sizeof(packet));
		len = HDR + get_unaligned_be16(packet + HDR + 2);
		end = HDR + MSGHDR;
		for (cut = end + 1; cut < len; cut++) {
			int n;

			if (cut == end + ALIGN(get_unaligned_be16(packet + end +
								  2), 4))
				end = cut;
			memcpy(buf, packet, cut);
			put_unaligned_be16(cut - HDR, buf + HDR + 2);
			seal(buf, cut);
			n = read_exact(buf, cut);
			CHECK_IN(cut == end || n == -CSP_ERR_MALFORMED,
				 "%s at %zu: %d", samples[i].name, cut, n);
		}
	}
}

/* Any byte changed to any value: a verdict, and what is read is stable. */
static void test_bytes_changed(void)
{
	static const u8 values[] = { 0, 1, 3, 4, 6, 0x7f, 0x80, 0xff };
	struct csp_msg one[CSP_MAX_MSGS], two[CSP_MAX_MSGS];
	u8 packet[SAMPLE_SIZE], again[2 * SAMPLE_SIZE];
	struct csp_reader rd, rd2;
	size_t i, at, v, len, len2;
	int n, k;

	for (i = 0; i < n_samples; i++) {
		len = sample_build(&samples[i], packet, sizeof(packet));
		for (at = 0; at < len * ARRAY_SIZE(values); at++) {
			u8 *copy = exact(packet, len);

			v = at % ARRAY_SIZE(values);
			copy[at / ARRAY_SIZE(values)] = values[v];
			seal(copy, len);
			n = packet_read(copy, len, &rd, one);
			if (n > 0) {
				len2 = packet_write(&rd, one, n, again,
						    sizeof(again));
				CHECK_IN(packet_read(again, len2, &rd2, two) ==
					 n, "%s %zu", samples[i].name, at);
			}
			for (k = 0; k < n; k++)
				CHECK_IN(msg_equal(&one[k], &two[k]),
					 "%s %zu", samples[i].name, at);
			free(copy);
		}
	}
}

static void test_msg_lengths(void)
{
	struct raw raw;
	u16 len;

	for (len = 0; len < 64; len++) {
		int want = len == MSGHDR ? 2 : -CSP_ERR_MALFORMED;

		raw_start(&raw);
		raw_msg(&raw, CSP_MSG_OK, 0);
		raw_msg(&raw, CSP_MSG_OK, 0);
		put_unaligned_be16(len, raw.data + HDR + 2);
		/* The second header read as an attribute that is skipped. */
		if (len == 2 * MSGHDR)
			want = 1;
		CHECK_IN(raw_read(&raw, NULL, NULL) == want, "%u", len);
	}
}

static void test_max_msgs(void)
{
	u8 buf[HDR + 40 * MSGHDR];
	struct csp_writer wr;
	struct raw raw;
	int i;

	raw_start(&raw);
	csp_write_start(&wr, buf, sizeof(buf), 0, 0, 0);
	for (i = 0; i < CSP_MAX_MSGS; i++) {
		raw_msg(&raw, i % 2 ? CSP_MSG_OK : CSP_MSG_OPTIONAL | 99, 0);
		csp_write_msg(&wr, CSP_MSG_OK, 0, 0);
	}
	CHECK(raw_read(&raw, NULL, NULL) == CSP_MAX_MSGS / 2);
	CHECK(csp_write_finish(&wr) == HDR + CSP_MAX_MSGS * MSGHDR);

	/* Messages that are skipped count, too. */
	raw_msg(&raw, CSP_MSG_OPTIONAL | 99, 0);
	CHECK(raw_read(&raw, NULL, NULL) == -CSP_ERR_MALFORMED);
	csp_write_msg(&wr, CSP_MSG_OK, 0, 0);
	CHECK(csp_write_finish(&wr) == 0);
}

static void test_detach_code(void)
{
	struct csp_msg msg;
	struct raw raw;
	int code;

	for (code = 0; code < 256; code++) {
		raw_start(&raw);
		raw_msg(&raw, CSP_MSG_DETACH, code);
		CHECK_IN(raw_read(&raw, &msg, NULL) ==
			 (code <= CSP_SCOPE_PATH ? 1 : -CSP_ERR_MALFORMED),
			 "%d", code);
		CHECK_IN(code > CSP_SCOPE_PATH || msg.code == code, "%d", code);

		/* In any other message it is reserved: not looked at. */
		raw.data[HDR] = CSP_MSG_OK;
		CHECK_IN(raw_read(&raw, &msg, NULL) == 1, "%d", code);
		CHECK_IN(msg.code == 0, "%d", code);
	}
}

/* What each message must have; each alone left out. */
static void test_needed_attrs(void)
{
	static const u32 name = BIT(CSP_A_CONN) | BIT(CSP_A_SRC) |
				BIT(CSP_A_DST);
	static const u32 needs[__CSP_MSG_MAX] = {
		[CSP_MSG_SETUP]		= name | BIT(CSP_A_LOCAL_ID),
		[CSP_MSG_REJECT]	= BIT(CSP_A_ERROR),
		[CSP_MSG_REDIRECT]	= name,
		[CSP_MSG_CHANGE]	= name,
		[CSP_MSG_ATTACH]	= name,
		[CSP_MSG_REGISTER]	= BIT(CSP_A_SRC),
	};
	struct raw raw;
	int type, a, left_out;
	u32 needed;

	for (type = 1; type <= CSP_MSG_MAX; type++) {
		needed = needs[type];
		for (left_out = 0; left_out <= CSP_A_MAX; left_out++) {
			raw_start(&raw);
			raw_msg(&raw, type, 0);
			for (a = 1; a <= CSP_A_MAX; a++)
				if ((needed & BIT(a)) && a != left_out)
					raw_attr(&raw, a, attrs[a].val,
						 attrs[a].len);
			CHECK_IN(raw_read(&raw, NULL, NULL) ==
				 (needed & BIT(left_out) ? -CSP_ERR_MALFORMED :
				  1), "%d without %d", type, left_out);
		}
	}
}

/* ---- section "Attributes" ---- */

static void test_attr_lengths(void)
{
	static const u8 spaces[1100];
	u16 type, len;
	u8 val[1100];

	for (type = 1; type <= CSP_A_MAX; type++) {
		for (len = 0; len < sizeof(val); len++) {
			int n;

			/* Not so much zeros that the value is refused. */
			memcpy(val, spaces, sizeof(val));
			if (type == CSP_A_TEXT || type == CSP_A_NAME)
				memset(val, 'x', sizeof(val));
			else if (type == CSP_A_LOCAL_ID)
				val[0] = 1;
			/* Ends and addresses: see below. */
			if (attrs[type].max > 8 && attrs[type].min == 8 &&
			    type != CSP_A_NONCE && type != CSP_A_NONCE_ECHO &&
			    type != CSP_A_PIGGYBACK)
				continue;
			n = read_one(type, val, len, NULL);
			if (len < attrs[type].min ||
			    (attrs[type].max < 1000 && len > attrs[type].max))
				CHECK_IN(n == -CSP_ERR_MALFORMED,
					 "%u of %u", type, len);
			else
				CHECK_IN(n == 1, "%u of %u", type, len);
		}
	}
}

/* Length less than its own header, or more than the message. */
static void test_attr_header(void)
{
	struct raw raw;
	u16 len;

	for (len = 0; len < 40; len++) {
		raw_start(&raw);
		raw_msg(&raw, CSP_MSG_OK, 0);
		raw_attr(&raw, 0x7f00, "12345678", 8);
		put_unaligned_be16(len, raw.data + HDR + MSGHDR + 2);
		/* 4 and 8 leave zeros that look like an attribute of type 0 */
		CHECK_IN(raw_read(&raw, NULL, NULL) ==
			 (len > 8 && len <= 12 ? 1 : -CSP_ERR_MALFORMED),
			 "%u", len);
	}
}

static void test_values_read(void)
{
	struct csp_msg m;

	CHECK(read_one(CSP_A_SEQ, "\x01\x02\x03\x04", 4, &m) == 1 &&
	      m.seq == 0x01020304);
	CHECK(read_one(CSP_A_TIMEOUT, "\xff\xff\xff\xfe", 4, &m) == 1 &&
	      m.timeout == 0xfffffffe);
	CHECK(read_one(CSP_A_PREF, "\0\0\0\xc8", 4, &m) == 1 && m.pref == 200);
	CHECK(read_one(CSP_A_ERROR, "\x12\x34\x56\x78", 4, &m) == 1 &&
	      m.err_code == 0x1234 && m.err_detail == 0x5678);
	CHECK(read_one(CSP_A_VERSIONS, "\x01\x03\0\0", 4, &m) == 1 &&
	      m.ver_min == 1 && m.ver_max == 3);
	CHECK(read_one(CSP_A_CONN, "\x11\x02\0\0", 4, &m) == 1 &&
	      m.proto == IPPROTO_UDP && m.dir == CSP_DIR_REVERSE);
	CHECK(read_one(CSP_A_AUTH, "abc", 3, &m) == 1 && m.auth.len == 3);
	CHECK(CSP_HAS(&m, AUTH) && m.present == BIT(CSP_A_AUTH));
	CHECK(MALFORMED(CSP_A_VERSIONS, 2, 1, 0, 0));
	CHECK(MALFORMED(CSP_A_CONN, 6, __CSP_DIR_MAX, 0, 0));
	CHECK(OKAY(CSP_A_LOCAL_ID, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
		   0));
	CHECK(MALFORMED(CSP_A_LOCAL_ID, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
			0, 0, 0));
}

/* Every pair of families, every length: only what they add up to. */
static void test_end_families(void)
{
	static const u16 alen[8] = { [4] = 4, [6] = 16 };
	u8 val[48] = {};
	u16 loc, id, len;

	/* No two equal bytes, or an address might be taken as v4-mapped. */
	for (len = 8; len < sizeof(val); len++)
		val[len] = len;
	for (loc = 0; loc < 8; loc++) {
		for (id = 0; id < 8; id++) {
			const bool known = (!loc || alen[loc]) &&
					   (!id || alen[id]);

			val[0] = loc;
			val[1] = id;
			for (len = 0; len <= sizeof(val); len++) {
				const bool good = known &&
					len == 8 + alen[loc] + alen[id];

				CHECK_IN(read_one(CSP_A_SRC, val, len, NULL) ==
					 (good ? 1 : -CSP_ERR_MALFORMED),
					 "%u:%u of %u", loc, id, len);
				CHECK_IN(read_one(CSP_A_DST, val, len, NULL) ==
					 (good ? 1 : -CSP_ERR_MALFORMED),
					 "%u:%u of %u", loc, id, len);
			}
		}
	}
}

static void test_end_values(void)
{
	static const u8 val[] = {
		6, 4, 0x12, 0x34, 0x56, 0x78, 0, 0,
		0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		192, 0, 2, 9,
	};
	const struct in6_addr loc = addr6(1), id = addr4(192, 0, 2, 9);
	const struct in6_addr any = {};
	struct csp_msg m;

	CHECK(read_one(CSP_A_SRC, val, sizeof(val), &m) == 1);
	CHECK(m.src.loc_family == 6 && m.src.id_family == 4);
	CHECK(m.src.port == cpu_to_be16(0x1234));
	CHECK(m.src.local_port == cpu_to_be16(0x5678));
	CHECK(!memcmp(&m.src.loc, &loc, sizeof(loc)));
	CHECK(!memcmp(&m.src.id, &id, sizeof(id)));

	/* "*": no family, no address, no port. */
	CHECK(read_one(CSP_A_DST, "\0\0\0\0\0\0\0\0", 8, &m) == 1);
	CHECK(!m.dst.loc_family && !m.dst.id_family && !m.dst.port);
	CHECK(!memcmp(&m.dst.loc, &any, sizeof(any)));
	CHECK(!memcmp(&m.dst.id, &any, sizeof(any)));
}

/* IPv4 has one form only. */
static void test_v4mapped(void)
{
	CHECK(MALFORMED(CSP_A_SRC, 6, 0, 0, 0, 0, 0, 0, 0,
			0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1));
	CHECK(MALFORMED(CSP_A_SRC, 4, 6, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1,
			0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1));
	CHECK(MALFORMED(CSP_A_ORIGIN, 6, 0, 0, 0,
			0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1));
	CHECK(MALFORMED(CSP_A_VIA, 6, 0, 0, 0,
			0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1));
	CHECK(OKAY(CSP_A_ORIGIN, 6, 0, 0, 0,
		   0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1));
}

static void test_addrs(void)
{
	static const u16 types[] = {
		CSP_A_SOURCE, CSP_A_OBSERVED, CSP_A_ORIGIN, CSP_A_VIA,
	};
	u8 val[64] = {};
	u16 t, family, len, alen;

	for (len = 4; len < sizeof(val); len++)
		val[len] = len;
	for (t = 0; t < ARRAY_SIZE(types); t++) {
		const u16 token = types[t] == CSP_A_VIA ? CSP_VIA_TOKEN_MAX : 0;

		for (family = 0; family < 8; family++) {
			val[0] = family;
			alen = family == 4 ? 4 : 16;
			for (len = 0; len <= sizeof(val); len++) {
				const bool good =
					(family == 4 || family == 6) &&
					len >= 4 + alen &&
					len <= 4 + alen + token;

				CHECK_IN(read_one(types[t], val, len, NULL) ==
					 (good ? 1 : -CSP_ERR_MALFORMED),
					 "%u: %u of %u", types[t], family, len);
			}
		}
	}
	CHECK(OKAY(CSP_A_SOURCE, 4, 17, 1, 1, 10, 0, 0, 1));
	CHECK(MALFORMED(CSP_A_SOURCE, 4, 6, 0, 0, 10, 0, 0, 1));
	CHECK(MALFORMED(CSP_A_SOURCE, 4, 0, 1, 1, 10, 0, 0, 1));
}

static void test_vias(void)
{
	struct csp_msg msg;
	struct raw raw;
	u8 *val;
	int i;

	raw_start(&raw);
	raw_msg(&raw, CSP_MSG_OK, 0);
	for (i = 0; i < CSP_MAX_VIA; i++) {
		val = raw_attr(&raw, CSP_A_VIA, attrs[CSP_A_VIA].val,
			       8 + i * 10);
		val[7] = i;
	}
	CHECK(raw_read(&raw, &msg, NULL) == 1);
	CHECK(msg.n_via == CSP_MAX_VIA);
	for (i = 0; i < msg.n_via; i++) {
		CHECK_IN(msg.via[i].addr.in6.s6_addr[15] == i, "%d", i);
		CHECK_IN(msg.via[i].token.len == i * 10, "%d", i);
	}
	raw_attr(&raw, CSP_A_VIA, attrs[CSP_A_VIA].val, 8);
	CHECK(raw_read(&raw, &msg, NULL) == -CSP_ERR_MALFORMED);
}

static void test_text_and_name(void)
{
	int c;

	for (c = 0; c < 256; c++) {
		const u8 val[3] = { 'a', c, 'b' };

		CHECK_IN(read_one(CSP_A_TEXT, val, 3, NULL) ==
			 (c ? 1 : -CSP_ERR_MALFORMED), "%d", c);
		CHECK_IN(read_one(CSP_A_NAME, val, 3, NULL) ==
			 (c > 32 && c < 127 ? 1 : -CSP_ERR_MALFORMED), "%d", c);
	}
	CHECK(MALFORMED(CSP_A_TEXT, 'a', 'b', 0));
	CHECK(MALFORMED(CSP_A_TEXT, 0, 'a', 'b'));
}

static void test_duplicates(void)
{
	struct raw raw;
	u16 type;

	for (type = 1; type <= CSP_A_MAX; type++) {
		raw_start(&raw);
		raw_msg(&raw, CSP_MSG_OK, 0);
		raw_attr(&raw, type, attrs[type].val, attrs[type].len);
		CHECK_IN(raw_read(&raw, NULL, NULL) == 1, "%u", type);
		raw_attr(&raw, type, attrs[type].val, attrs[type].len);
		CHECK_IN(raw_read(&raw, NULL, NULL) ==
			 (type == CSP_A_VIA ? 1 : -CSP_ERR_MALFORMED),
			 "%u", type);
		/* The critical bit makes no other attribute of it. */
		put_unaligned_be16(type | CRIT, raw.data + HDR + MSGHDR);
		CHECK_IN(raw_read(&raw, NULL, NULL) ==
			 (type == CSP_A_VIA ? 1 : -CSP_ERR_MALFORMED),
			 "%u", type);
		if (type == CSP_A_MAC)
			continue;
		/* In another message it is another attribute. */
		raw_start(&raw);
		raw_msg(&raw, CSP_MSG_OK, 0);
		raw_attr(&raw, type, attrs[type].val, attrs[type].len);
		raw_msg(&raw, CSP_MSG_OK, 0);
		raw_attr(&raw, type, attrs[type].val, attrs[type].len);
		CHECK_IN(raw_read(&raw, NULL, NULL) == 2, "%u", type);
	}
}

/* Of a known attribute the critical bit says nothing. */
static void test_critical_known(void)
{
	u16 type;

	for (type = 1; type <= CSP_A_MAX; type++) {
		CHECK_IN(read_one(type, attrs[type].val, attrs[type].len,
				  NULL) == 1, "%u", type);
		CHECK_IN(read_one(type | CRIT, attrs[type].val,
				  attrs[type].len, NULL) == 1, "%u", type);
	}
}

static void test_critical_written(void)
{
	struct csp_writer wr;
	u8 buf[256];
	u16 type;

	for (type = 1; type <= CSP_A_MAX; type++) {
		csp_write_start(&wr, buf, sizeof(buf), 0, 0, 0);
		csp_write_msg(&wr, CSP_MSG_OK, 0, 0);
		csp_write_blob(&wr, type, attrs[type].val, attrs[type].len);
		CHECK_IN(csp_write_finish(&wr), "%u", type);
		CHECK_IN(get_unaligned_be16(buf + HDR + MSGHDR) ==
			 (attrs[type].critical ? type | CRIT : type),
			 "%u", type);
	}
}

static void test_mac_last(void)
{
	const void *mac = attrs[CSP_A_MAC].val;
	struct csp_msg msgs[CSP_MAX_MSGS];
	struct csp_reader rd;
	struct raw raw;
	size_t at;

	raw_start(&raw);
	raw_msg(&raw, CSP_MSG_OK, 0);
	raw_attr(&raw, CSP_A_SEQ, "\0\0\0\1", 4);
	raw_msg(&raw, CSP_MSG_ACK, 0);
	raw_attr(&raw, CSP_A_TEXT, "x", 1);
	at = raw.len;
	raw_attr(&raw, CSP_A_MAC, mac, 16);
	seal(raw.data, raw.len);
	CHECK(packet_read(raw.data, raw.len, &rd, msgs) == 2);
	CHECK(!CSP_HAS(&msgs[0], MAC) && CSP_HAS(&msgs[1], MAC));
	CHECK(msgs[1].mac_offset == at);
	CHECK(msgs[1].mac.data == raw.data + at + ATTRHDR);

	/* Followed by an attribute: known, skipped, or empty padding. */
	raw_attr(&raw, CSP_A_TEXT, "x", 1);
	CHECK(raw_read(&raw, NULL, NULL) == -CSP_ERR_MALFORMED);
	raw.len = at + ATTRHDR + 16;
	raw_attr(&raw, 0x7f00, "x", 1);
	CHECK(raw_read(&raw, NULL, NULL) == -CSP_ERR_MALFORMED);
	raw.len = at + ATTRHDR + 16;
	raw_attr(&raw, CSP_A_PAD, NULL, 0);
	CHECK(raw_read(&raw, NULL, NULL) == -CSP_ERR_MALFORMED);

	/* Followed by a message: known, or skipped. */
	raw_start(&raw);
	raw_msg(&raw, CSP_MSG_OK, 0);
	raw_attr(&raw, CSP_A_MAC, mac, 16);
	CHECK(raw_read(&raw, NULL, NULL) == 1);
	at = raw.len;
	raw_msg(&raw, CSP_MSG_OK, 0);
	CHECK(raw_read(&raw, NULL, NULL) == -CSP_ERR_MALFORMED);
	raw.len = at;
	raw_msg(&raw, CSP_MSG_OPTIONAL | 99, 0);
	CHECK(raw_read(&raw, NULL, NULL) == -CSP_ERR_MALFORMED);
}

static void test_attr_padding(void)
{
	struct csp_msg one, two;
	struct raw raw;
	u8 *val;

	raw_start(&raw);
	raw_msg(&raw, CSP_MSG_OK, 0);
	val = raw_attr(&raw, CSP_A_TEXT, "x", 1);
	raw_attr(&raw, CSP_A_SEQ, "\0\0\0\1", 4);
	CHECK(raw_read(&raw, &one, NULL) == 1);
	memset(val + 1, 0xff, 3);
	CHECK(raw_read(&raw, &two, NULL) == 1);
	CHECK(msg_equal(&one, &two));
}

/* Fields of absent attributes are left alone: csp_read_msg() says so. */
static void test_absent_untouched(void)
{
	struct csp_msg msg, before;
	struct csp_reader rd;
	u8 buf[SAMPLE_SIZE];
	size_t len;

	memset(&before, 0xa5, sizeof(before));
	msg = before;
	len = sample_build(&samples[5], buf, sizeof(buf));
	CHECK(csp_read_hdr(&rd, buf, len) == 0);
	CHECK(csp_read_msg(&rd, &msg) == 1);
	CHECK(msg.type == CSP_MSG_OK && msg.n_via == 0 && msg.present == 0);
	CHECK(!memcmp(&msg.src, &before.src, sizeof(msg) -
		      offsetof(struct csp_msg, src)));
	CHECK(csp_read_msg(&rd, &msg) == 0);
	CHECK(csp_read_msg(&rd, &msg) == 0);
}

static void test_unaligned(void)
{
	struct csp_msg msgs[CSP_MAX_MSGS];
	u8 buf[SAMPLE_SIZE + 8];
	struct csp_reader rd;
	size_t i, off, len;

	for (off = 0; off < 8; off++) {
		for (i = 0; i < n_samples; i++) {
			len = sample_build(&samples[i], buf + off, SAMPLE_SIZE);
			CHECK_IN(len, "%s at %zu", samples[i].name, off);
			CHECK_IN(packet_read(buf + off, len, &rd, msgs) > 0,
				 "%s at %zu", samples[i].name, off);
		}
	}
}

/* ---- section "Extension rules" ---- */

static void test_unknown_attr(void)
{
	struct csp_msg msg;
	struct raw raw;
	u16 detail, type;

	for (type = __CSP_A_MAX; type < 0x8000; type += 97) {
		raw_start(&raw);
		raw_msg(&raw, CSP_MSG_OK, 0);
		raw_attr(&raw, type, "abc", 3);
		raw_attr(&raw, type, NULL, 0);
		raw_attr(&raw, CSP_A_LOCAL_ID, attrs[CSP_A_LOCAL_ID].val, 16);
		CHECK_IN(raw_read(&raw, &msg, NULL) == 1, "%#x", type);
		CHECK_IN(msg.present == BIT(CSP_A_LOCAL_ID), "%#x", type);

		put_unaligned_be16(type | CRIT, raw.data + HDR + MSGHDR);
		CHECK_IN(raw_read(&raw, &msg, &detail) == -CSP_ERR_CRITICAL,
			 "%#x", type);
		CHECK_IN(detail == type, "%#x", type);
		/* The rest was read: the Reject can be addressed. */
		CHECK_IN(CSP_HAS(&msg, LOCAL_ID), "%#x", type);
	}
}

static void test_unknown_attr_zero(void)
{
	CHECK(OKAY(CSP_A_UNSPEC, 1, 2, 3));
	CHECK(read_one(CRIT | CSP_A_UNSPEC, "abc", 3, NULL) ==
	      -CSP_ERR_CRITICAL);
}

/* Of several the first is named; and malformed is worse than unknown. */
static void test_unknown_attrs(void)
{
	struct raw raw;
	u16 detail;

	raw_start(&raw);
	raw_msg(&raw, CSP_MSG_OK, 0);
	raw_attr(&raw, 0x1001, "a", 1);
	raw_attr(&raw, CRIT | 0x1002, "a", 1);
	raw_attr(&raw, CRIT | 0x1003, "a", 1);
	raw_attr(&raw, CSP_A_SEQ, "abcd", 4);
	CHECK(raw_read(&raw, NULL, &detail) == -CSP_ERR_CRITICAL);
	CHECK(detail == 0x1002);
	raw_attr(&raw, CSP_A_TIMEOUT, "abc", 3);
	CHECK(raw_read(&raw, NULL, &detail) == -CSP_ERR_MALFORMED);
	CHECK(detail == CSP_A_TIMEOUT);

	raw_start(&raw);
	raw_msg(&raw, CSP_MSG_SETUP, 0);
	raw_attr(&raw, CRIT | 0x1002, "a", 1);
	CHECK(raw_read(&raw, NULL, NULL) == -CSP_ERR_MALFORMED);
}

static void test_unknown_msg(void)
{
	struct csp_msg msg;
	struct raw raw;
	u16 detail;
	int type;

	for (type = 0; type < 256; type++) {
		int want = type & CSP_MSG_OPTIONAL ? 2 : -CSP_ERR_CRITICAL;

		if (type != CSP_MSG_UNSPEC && type <= CSP_MSG_MAX)
			continue;
		raw_start(&raw);
		if (want > 0)
			raw_msg(&raw, CSP_MSG_OK, 0);
		raw_msg(&raw, type, 77);
		raw_attr(&raw, CRIT | 0x1002, "a", 1);
		raw_attr(&raw, CSP_A_LOCAL_ID, attrs[CSP_A_LOCAL_ID].val, 16);
		raw_msg(&raw, CSP_MSG_ACK, 0);
		CHECK_IN(raw_read(&raw, &msg, &detail) == want, "%d", type);
		if (want > 0)
			continue;
		CHECK_IN(detail == type, "%d", type);
		CHECK_IN(CSP_HAS(&msg, LOCAL_ID), "%d", type);
	}
}

/* A known message stays what it is, with the bit it is another. */
static void test_optional_bit_known(void)
{
	struct raw raw;
	int type;

	for (type = 1; type <= CSP_MSG_MAX; type++) {
		raw_start(&raw);
		raw_msg(&raw, CSP_MSG_OPTIONAL | type, 0);
		CHECK_IN(raw_read(&raw, NULL, NULL) == 0, "%d", type);
	}
}

/* A move remains one with an optional message before, or within it. */
static void test_optional_in_move(void)
{
	const struct csp_msg attach = { .type = CSP_MSG_ATTACH };
	struct csp_msg msgs[CSP_MAX_MSGS];
	struct csp_reader rd;
	struct raw raw;
	int before;

	for (before = 0; before < 2; before++) {
		raw_start(&raw);
		if (before)
			raw_msg(&raw, CSP_MSG_OPTIONAL | 77, 0);
		raw_msg(&raw, CSP_MSG_DETACH, CSP_SCOPE_PATH);
		if (!before)
			raw_msg(&raw, CSP_MSG_OPTIONAL | 77, 0);
		raw_msg(&raw, CSP_MSG_OK, 0);
		seal(raw.data, raw.len);
		CHECK(packet_read(raw.data, raw.len, &rd, msgs) == 2);
		CHECK(csp_bundle_takes(&rd, CSP_MSG_DETACH, CSP_SCOPE_PATH,
				       &attach));
	}
}

/* ---- writer ---- */

static void test_writer_overflow(void)
{
	u8 whole[SAMPLE_SIZE];
	size_t i, len, size;

	for (i = 0; i < n_samples; i++) {
		len = sample_build(&samples[i], whole, sizeof(whole));
		for (size = 0; size <= len; size++) {
			u8 *buf = malloc(size ? size : 1);
			size_t got;

			if (!buf)
				abort();
			got = sample_build(&samples[i], buf, size);
			CHECK_IN(got == (size < len ? 0 : len), "%s in %zu",
				 samples[i].name, size);
			CHECK_IN(size < len || !memcmp(buf, whole, len),
				 "%s", samples[i].name);
			free(buf);
		}
	}
}

static void test_writer_limits(void)
{
	static u8 big[0x20000];
	struct csp_writer wr;

	/* A buffer larger than a packet can be. */
	csp_write_start(&wr, big, sizeof(big), 0, 0, 0);
	csp_write_msg(&wr, CSP_MSG_OK, 0, 0);
	CHECK(csp_write_reserve(&wr, 0x7000, 0xfffc - HDR - MSGHDR - ATTRHDR));
	CHECK(csp_write_finish(&wr) == 0xfffc);
	CHECK(read_exact(big, 0xfffc) == 1);
	CHECK(!csp_write_reserve(&wr, 0x7001, 0));
	CHECK(csp_write_finish(&wr) == 0);

	csp_write_start(&wr, big, sizeof(big), 0, 0, 0);
	csp_write_msg(&wr, CSP_MSG_OK, 0, 0);
	CHECK(!csp_write_reserve(&wr, 0x7000, 0xffff));
	CHECK(csp_write_finish(&wr) == 0);

	/* No message, or an attribute outside of one. */
	csp_write_start(&wr, big, sizeof(big), 0, 0, 0);
	CHECK(csp_write_finish(&wr) == 0);
	csp_write_u32(&wr, CSP_A_SEQ, 1);
	CHECK(csp_write_finish(&wr) == 0);
	csp_write_msg(&wr, CSP_MSG_OK, 0, 0);
	CHECK(csp_write_finish(&wr) == 0);
}

static void test_writer_bad_lengths(void)
{
	const struct csp_addr none = {};
	struct csp_writer wr;
	u8 buf[2048], val[1100] = {};
	u16 type;

	for (type = 1; type <= CSP_A_MAX; type++) {
		if (attrs[type].min) {
			csp_write_start(&wr, buf, sizeof(buf), 0, 0, 0);
			csp_write_msg(&wr, CSP_MSG_OK, 0, 0);
			csp_write_blob(&wr, type, val, attrs[type].min - 1);
			CHECK_IN(csp_write_finish(&wr) == 0, "%u", type);
		}
		if (attrs[type].max < 1000) {
			csp_write_start(&wr, buf, sizeof(buf), 0, 0, 0);
			csp_write_msg(&wr, CSP_MSG_OK, 0, 0);
			csp_write_blob(&wr, type, val, attrs[type].max + 1);
			CHECK_IN(csp_write_finish(&wr) == 0, "%u", type);
		}
	}
	csp_write_start(&wr, buf, sizeof(buf), 0, 0, 0);
	csp_write_msg(&wr, CSP_MSG_OK, 0, 0);
	csp_write_addr(&wr, CSP_A_SOURCE, &none);
	CHECK(csp_write_finish(&wr) == 0);
}

/* A MAC is computed before csp_write_finish(): what it covers is final. */
static void test_writer_lengths_current(void)
{
	struct csp_writer wr;
	u8 buf[256], *val, covered[256];
	size_t len;

	csp_write_start(&wr, buf, sizeof(buf), SAMPLE_XID, 0, 0);
	csp_write_msg(&wr, CSP_MSG_DETACH, CSP_SCOPE_PATH, 0);
	csp_write_msg(&wr, CSP_MSG_ACK, 0, 0);
	csp_write_blob(&wr, CSP_A_NONCE, attrs[CSP_A_NONCE].val, 9);
	val = csp_write_reserve(&wr, CSP_A_MAC, CSP_MAC_LEN);
	len = val - ATTRHDR - buf;
	memcpy(covered, buf, len);
	memset(val, 7, CSP_MAC_LEN);
	CHECK(csp_write_finish(&wr) == len + ATTRHDR + CSP_MAC_LEN);
	memset(buf + offsetof(struct csphdr, checksum), 0, 2);
	CHECK(!memcmp(buf, covered, len));
}

static void test_writer_pad(void)
{
	struct csp_writer wr;
	u8 buf[256];
	u16 total;

	for (total = 0; total < 200; total++) {
		const size_t least = HDR + MSGHDR + 8;
		size_t want = ALIGN(total, 4);

		csp_write_start(&wr, buf, sizeof(buf), 0, 0, 0);
		csp_write_msg(&wr, CSP_MSG_OK, 0, 0);
		csp_write_u32(&wr, CSP_A_SEQ, 1);
		csp_write_pad(&wr, total);
		if (want < least)
			want = least;
		CHECK_IN(csp_write_finish(&wr) == want, "%u", total);
		CHECK_IN(read_exact(buf, want) == 1, "%u", total);
	}
}

static void test_set_attempt(void)
{
	struct csp_msg msgs[CSP_MAX_MSGS];
	u8 buf[SAMPLE_SIZE];
	struct csp_reader rd;
	size_t len;
	int i;

	len = sample_build(&samples[0], buf, sizeof(buf));
	for (i = 0; i < 256; i++) {
		csp_wire_set_attempt(buf, len, i);
		CHECK_IN(packet_read(buf, len, &rd, msgs) == 1, "%d", i);
		CHECK_IN(rd.attempt == i, "%d", i);
	}
}

static const struct tap_test tests[] = {
	{ "header: layout of the structures", test_layout },
	{ "header: bytes of a whole packet", test_golden },
	{ "header: versions", test_version },
	{ "header: too short", test_header_short },
	{ "header: length", test_length },
	{ "header: checksum finds any changed bit", test_checksum },
	{ "header: checksum of RFC 1071", test_checksum_rfc1071 },
	{ "header: reserved bits and bytes are ignored", test_reserved },
	{ "messages: round trip of every sample", test_round_trip },
	{ "messages: samples have every message and attribute",
	  test_every_one_sampled },
	{ "messages: received short, at each byte", test_truncated_receipt },
	{ "messages: packet cut at each byte", test_truncated_packet },
	{ "messages: message cut at each byte", test_truncated_message },
	{ "messages: each byte changed", test_bytes_changed },
	{ "messages: lengths", test_msg_lengths },
	{ "messages: most in one packet", test_max_msgs },
	{ "messages: scope of a Detach", test_detach_code },
	{ "messages: attributes that each needs", test_needed_attrs },
	{ "attributes: least and most length of each", test_attr_lengths },
	{ "attributes: length against the message's", test_attr_header },
	{ "attributes: values", test_values_read },
	{ "attributes: families and lengths of an end", test_end_families },
	{ "attributes: values of an end, wildcards", test_end_values },
	{ "attributes: no IPv4-mapped address", test_v4mapped },
	{ "attributes: addresses", test_addrs },
	{ "attributes: VIA repeats", test_vias },
	{ "attributes: characters of TEXT and NAME", test_text_and_name },
	{ "attributes: duplicates", test_duplicates },
	{ "attributes: critical bit of known ones is ignored",
	  test_critical_known },
	{ "attributes: critical bit as sent", test_critical_written },
	{ "attributes: nothing after the MAC", test_mac_last },
	{ "attributes: padding is ignored", test_attr_padding },
	{ "attributes: fields of absent ones stay", test_absent_untouched },
	{ "attributes: at any alignment", test_unaligned },
	{ "extension: unknown attribute, optional and critical",
	  test_unknown_attr },
	{ "extension: attribute type zero", test_unknown_attr_zero },
	{ "extension: several unknown attributes", test_unknown_attrs },
	{ "extension: unknown message, optional and critical",
	  test_unknown_msg },
	{ "extension: known message type with the optional bit",
	  test_optional_bit_known },
	{ "extension: optional messages in a move", test_optional_in_move },
	{ "writer: buffer too small by any number of bytes",
	  test_writer_overflow },
	{ "writer: limits of a packet", test_writer_limits },
	{ "writer: lengths that no reader takes", test_writer_bad_lengths },
	{ "writer: lengths are final before the MAC",
	  test_writer_lengths_current },
	{ "writer: padding up to any length", test_writer_pad },
	{ "writer: retransmission", test_set_attempt },
};

int main(void)
{
	return tap_run(tests, ARRAY_SIZE(tests));
}
