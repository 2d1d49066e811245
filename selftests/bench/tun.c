// SPDX-License-Identifier: GPL-2.0
/* Packets into a namespace, and out of it, through a TUN device. */
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"
#include "tun.h"

int tun_open(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	check(fd >= 0, "/dev/net/tun");
	strcpy(ifr.ifr_name, name);
	check(!ioctl(fd, TUNSETIFF, &ifr), "TUNSETIFF");
	run("ip link set %s up txqueuelen 10", name);
	return fd;
}

void tun_put(int fd, const void *packet, size_t len)
{
	check(write(fd, packet, len) == (ssize_t)len, "write to a TUN device");
}

size_t tun_get(int fd, void *packet, size_t size)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t len;

	/* What answers a packet has answered when that was put. */
	if (poll(&p, 1, 0) <= 0)
		return 0;
	len = read(fd, packet, size);
	check(len > 0, "read from a TUN device");
	return len;
}
