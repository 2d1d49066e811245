/* SPDX-License-Identifier: GPL-2.0 */
/* Packets into a namespace, and out of it, through a TUN device. */
#ifndef BENCH_TUN_H
#define BENCH_TUN_H

#include <stddef.h>

/* A new device of this namespace, up. */
int tun_open(const char *name);
void tun_put(int fd, const void *packet, size_t len);

#endif /* BENCH_TUN_H */
