/* SPDX-License-Identifier: GPL-2.0 */
/* Packets into a namespace, and out of it, through a TUN device. */
#ifndef BENCH_TUN_H
#define BENCH_TUN_H

#include <stddef.h>

/* A new device of this namespace, up. */
int tun_open(const char *name);
void tun_put(int fd, const void *packet, size_t len);
/* What came out of it, or 0: nothing does. */
size_t tun_get(int fd, void *packet, size_t size);

#endif /* BENCH_TUN_H */
