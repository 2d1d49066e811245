/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SHA-256 (FIPS 180-4), so that the helpers of the tests need no library.
 */
#ifndef _SELFTESTS_SHA256_H
#define _SELFTESTS_SHA256_H

#include <stddef.h>

#define SHA256_HEX	65	/* digits and NUL */

struct sha256 {
	unsigned int	h[8];
	unsigned long long	len;
	unsigned char		buf[64];
};

void sha256_start(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t len);
void sha256_hex(struct sha256 *s, char hex[SHA256_HEX]);

#endif /* _SELFTESTS_SHA256_H */
