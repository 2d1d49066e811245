/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netlink socket itself, apart from nl.c, so that the tests can put a
 * make-believe kernel in its place.
 */
#ifndef _CSPCTL_NL_IO_H
#define _CSPCTL_NL_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* All return -errno on failure. */
int nl_io_open(bool events);
uint32_t nl_io_port(void);
int nl_io_join(uint32_t group);
int nl_io_send(const void *buf, size_t len);

/* One datagram from the kernel. */
ssize_t nl_io_receive(void *buf, size_t size);

#endif /* _CSPCTL_NL_IO_H */
