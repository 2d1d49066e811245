// SPDX-License-Identifier: GPL-2.0
/*
 * A bulk transfer between the namespaces a and b.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transfer.h"

const char *const dir_name[] = { "up", "down" };

static void receive(struct transfer *t)
{
	static char buf[256 * 1024];
	ssize_t n = read(t->rx, buf, sizeof(buf));

	if (n > 0) {
		t->received += n;
		t->last = now();
	} else if (!n || errno != EAGAIN) {
		t->broken = true;
	}
}

static void transmit(struct transfer *t)
{
	static char buf[64 * 1024];

	if (write(t->tx, buf, sizeof(buf)) < 0 && errno != EAGAIN)
		t->broken = true;
}

void transfer_pump(struct transfer *t, long enough, int64_t end)
{
	struct pollfd pfd[] = {
		{ .fd = t->rx, .events = POLLIN },
		{ .fd = t->tx, .events = POLLOUT },
	};

	while (!t->broken && t->received < enough && now() < end) {
		poll(pfd, 2, (end - now()) / NSEC_PER_MSEC + 1);
		if (pfd[0].revents)
			receive(t);
		if (pfd[1].revents)
			transmit(t);
	}
}

void transfer_pump_for(struct transfer *t, int64_t ns)
{
	transfer_pump(t, 1L << 60, now() + ns);
}

void transfer_open(struct transfer *t, enum kind kind, enum dir dir,
		   const char *to, int port)
{
	int listener, a, b;

	ns_enter("b");
	listener = make_listener(kind, port);
	ns_enter("a");
	a = make_socket(kind);
	check(!connect_to(a, to, port), "connect");
	b = accept(listener, NULL, NULL);
	check(b >= 0, "accept");
	set_nonblocking(a);
	set_nonblocking(b);
	*t = (struct transfer){
		.listener = listener,
		.tx = dir == UP ? a : b,
		.rx = dir == UP ? b : a,
	};
}

void transfer_close(struct transfer *t)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(t->tx, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	setsockopt(t->rx, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(t->tx);
	close(t->rx);
	close(t->listener);
}

int transfer_backoff(const struct transfer *t)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	getsockopt(t->tx, IPPROTO_TCP, TCP_INFO, &info, &len);
	return info.tcpi_backoff;
}
