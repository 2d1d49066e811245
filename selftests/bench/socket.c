// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets of each kind.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/csp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

void enable_csp(int fd)
{
	int mode = CSP_MODE_PREFER;

	check(!setsockopt(fd, SOL_IP, CSP_ENABLE, &mode, sizeof(mode)),
	      "CSP_ENABLE");
}

int make_socket(enum kind kind)
{
	int fd;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC,
		    kind == MPTCP ? IPPROTO_MPTCP : 0);
	check(fd >= 0, "socket");
	if (kind == CSP)
		enable_csp(fd);
	return fd;
}

int make_listener(enum kind kind, int port)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	int one = 1, fd = make_socket(kind);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	check(!bind(fd, (struct sockaddr *)&sin, sizeof(sin)), "bind");
	check(!listen(fd, 4096), "listen");
	return fd;
}

int connect_to(int fd, const char *addr, int port)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};

	inet_pton(AF_INET, addr, &sin.sin_addr);
	return connect(fd, (struct sockaddr *)&sin, sizeof(sin));
}

void write_all(int fd, const char *buf, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, buf, len);
		check(n > 0, "write");
		buf += n;
		len -= n;
	}
}

void set_nonblocking(int fd)
{
	check(!fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), "O_NONBLOCK");
}
