// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl: the netlink socket itself.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "nl_io.h"

/* Events that may wait while monitor is not scheduled; some thousands. */
#define EVENT_BUFFER	(4 << 20)

static struct mnl_socket *sock;

int nl_io_open(bool events)
{
	int fd, on = 1, size = EVENT_BUFFER;

	sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!sock)
		return -errno;
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;

	/* Explanations of errors, without the request that they are about. */
	mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &on, sizeof(on));
	/* Refuse what is not understood in the request of a dump, too. */
	mnl_socket_setsockopt(sock, NETLINK_GET_STRICT_CHK, &on, sizeof(on));

	fd = mnl_socket_get_fd(sock);
	if (events &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return 0;
}

uint32_t nl_io_port(void)
{
	return mnl_socket_get_portid(sock);
}

int nl_io_join(uint32_t group)
{
	if (mnl_socket_setsockopt(sock, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)))
		return -errno;
	return 0;
}

int nl_io_send(const void *buf, size_t len)
{
	return mnl_socket_sendto(sock, buf, len) < 0 ? -errno : 0;
}

ssize_t nl_io_receive(void *buf, size_t size)
{
	struct sockaddr_nl from;
	socklen_t from_len;
	ssize_t len;

	/* Other processes may write to this socket, too. */
	do {
		from_len = sizeof(from);
		len = recvfrom(mnl_socket_get_fd(sock), buf, size, MSG_TRUNC,
			       (struct sockaddr *)&from, &from_len);
		if (len < 0)
			return -errno;
	} while (from_len != sizeof(from) || from.nl_pid != 0);

	return (size_t)len > size ? -EMSGSIZE : len;
}
