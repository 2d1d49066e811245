// SPDX-License-Identifier: GPL-2.0
/*
 * Feeds the wire codec with packets.  Whatever it reads, it must
 *  - stay within the packet (AddressSanitizer sees to that),
 *  - write back, to a packet that reads the same,
 *  - and that is written the same ever after.
 */
#include <stdio.h>
#include <stdlib.h>

#include "samples.h"

#define MUST(cond) do {							\
	if (!(cond)) {							\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,	\
			#cond);						\
		abort();						\
	}								\
} while (0)

/* What was decoded is touched, all of it: pointers must be good. */
static void within(const struct csp_blob *blob, const u8 *data, size_t size)
{
	MUST(blob->data >= data && blob->data + blob->len <= data + size);
}

static void check_blobs(const struct csp_msg *m, const u8 *data, size_t size)
{
	int i;

#define WITHIN(attr, blob) do {						\
	if (CSP_HAS(m, attr))						\
		within(&m->blob, data, size);				\
} while (0)
	WITHIN(NONCE, nonce);
	WITHIN(NONCE_ECHO, nonce_echo);
	WITHIN(PUBKEY, pubkey);
	WITHIN(MAC, mac);
	WITHIN(PIGGYBACK, piggyback);
	WITHIN(TEXT, text);
	WITHIN(AUTH, auth);
	WITHIN(NAME, name);
	WITHIN(PAD, pad);
	MUST(m->n_via <= CSP_MAX_VIA);
	for (i = 0; i < m->n_via; i++)
		within(&m->via[i].token, data, size);
}

static void check_fields(const struct csp_msg *m)
{
	MUST(m->type != CSP_MSG_UNSPEC && m->type <= CSP_MSG_MAX);
	MUST(m->code <= CSP_SCOPE_PATH);
	if (CSP_HAS(m, CONN))
		MUST(m->dir < __CSP_DIR_MAX);
	if (CSP_HAS(m, NONCE))
		MUST(m->nonce.len >= CSP_NONCE_MIN &&
		     m->nonce.len <= CSP_NONCE_MAX);
	if (CSP_HAS(m, TEXT))
		MUST(m->text.len <= CSP_TEXT_MAX);
	if (CSP_HAS(m, AUTH))
		MUST(m->auth.len <= CSP_AUTH_MAX);
	if (CSP_HAS(m, NAME))
		MUST(m->name.len <= CSP_NAME_MAX);
}

static void check_packet(const u8 *data, size_t size)
{
	static struct csp_msg one[CSP_MAX_MSGS], two[CSP_MAX_MSGS];
	/* What was read is not longer when written. */
	static u8 second[0x10000], third[0x10000];
	struct csp_reader rd, rd2;
	size_t len;
	int i, n;

	n = packet_read(data, size, &rd, one);
	MUST(n <= CSP_MAX_MSGS && n > -__CSP_ERR_MAX);
	if (n <= 0)
		return;
	for (i = 0; i < n; i++) {
		check_blobs(&one[i], data, size);
		check_fields(&one[i]);
	}

	len = packet_write(&rd, one, n, second, sizeof(second));
	MUST(len && len <= size);
	MUST(packet_read(second, len, &rd2, two) == n);
	MUST(rd.xid == rd2.xid && rd.flags == rd2.flags &&
	     rd.attempt == rd2.attempt);
	for (i = 0; i < n; i++)
		MUST(msg_equal(&one[i], &two[i]));

	MUST(packet_write(&rd2, two, n, third, sizeof(third)) == len);
	MUST(!memcmp(second, third, len));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/*
 * A fuzzer seldom hits upon a right checksum, so the packet is tried as it is
 * and with length and checksum put right.  That copy has an allocation of its
 * own exact size.
 */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 *copy;

	check_packet(data, size);
	if (size < sizeof(struct csphdr) || size > 0xffff)
		return 0;

	copy = malloc(size);
	MUST(copy);
	memcpy(copy, data, size);
	copy[0] = CSP_VERSION;
	put_unaligned_be16(size, copy + offsetof(struct csphdr, length));
	csp_wire_set_attempt(copy, size, copy[offsetof(struct csphdr,
						       attempt)]);
	check_packet(copy, size);
	free(copy);
	return 0;
}
