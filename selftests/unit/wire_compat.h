/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What net/csp/wire.c takes from the kernel, for user space.
 */
#ifndef _SELFTESTS_UNIT_WIRE_COMPAT_H
#define _SELFTESTS_UNIT_WIRE_COMPAT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <endian.h>
#include <linux/types.h>
#include <linux/in.h>
#include <linux/in6.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

/* What sparse knows and a compiler does not. */
#ifndef __force
#define __force
#endif

#define BIT(nr)		(1UL << (nr))
#define ALIGN(x, a)	({ typeof(a) _a = (a); ((x) + _a - 1) & ~(_a - 1); })
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#ifndef s6_addr32
#define s6_addr32	in6_u.u6_addr32
#endif

#define cpu_to_be16(x)	((__be16)htobe16(x))
#define cpu_to_be32(x)	((__be32)htobe32(x))
#define cpu_to_be64(x)	((__be64)htobe64(x))
#define be16_to_cpu(x)	be16toh((u16)(x))
#define be32_to_cpu(x)	be32toh((u32)(x))
#define be64_to_cpu(x)	be64toh((u64)(x))

static inline u16 get_unaligned_be16(const void *p)
{
	const u8 *b = p;

	return b[0] << 8 | b[1];
}

static inline u32 get_unaligned_be32(const void *p)
{
	const u8 *b = p;

	return (u32)get_unaligned_be16(b) << 16 | get_unaligned_be16(b + 2);
}

static inline void put_unaligned_be16(u16 val, void *p)
{
	u8 *b = p;

	b[0] = val >> 8;
	b[1] = val;
}

/* RFC 1071, two bytes at a time. */
static inline __sum16 ip_compute_csum(const void *data, int len)
{
	const u8 *b = data;
	u32 sum = 0;
	int i;

	for (i = 0; i + 1 < len; i += 2)
		sum += get_unaligned_be16(b + i);
	if (len & 1)
		sum += b[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (__sum16)cpu_to_be16(~sum & 0xffff);
}

/* There is no module to export to. */
#define EXPORT_SYMBOL_GPL(sym)	_Static_assert(1, #sym)

#endif /* _SELFTESTS_UNIT_WIRE_COMPAT_H */
