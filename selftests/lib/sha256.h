/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SHA-256 (FIPS 180-4), so that the helpers of the tests need no library.
 */
#ifndef _SELFTESTS_SHA256_H
#define _SELFTESTS_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_HEX	65	/* digits and NUL */

struct sha256 {
	uint32_t	h[8];
	uint64_t	len;
	uint8_t		buf[64];
};

void sha256_start(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t len);
void sha256_hex(struct sha256 *s, char hex[SHA256_HEX]);

#endif /* _SELFTESTS_SHA256_H */
