// SPDX-License-Identifier: GPL-2.0
/*
 * A socket on a string: one command a line on standard input, one JSON object
 * a line in answer.  What failed has "error", the name of the errno, and "call".
 *
 *	socket tcp|udp|sctp|dccp|raw 4|6	new socket; v6 ones take v4-mapped
 *				addresses
 *	csp off|prefer|require	setsockopt(CSP_ENABLE)
 *	reuseport, reuseaddr, v6only, nodelay, keepalive
 *	device DEV		SO_BINDTODEVICE
 *	bind ADDR PORT
 *	listen
 *	accept			from the socket that listened last; MS: no longer
 *	connect ADDR PORT	tells "us", how long it took
 *	begin ADDR PORT		the same, non-blocking
 *	end			what became of it
 *	disconnect		connect() to AF_UNSPEC
 *	send N			N bytes, or a datagram of N bytes; tells the sum
 *	sendto ADDR PORT N	a datagram
 *	recv N [MS]		N bytes or until the end, or a datagram
 *	trade N [RATE]		TCP: sends N bytes and receives N at the same time,
 *				no faster than RATE bytes a second
 *	names			getsockname(), getpeername()
 *	info			getsockopt(CSP_INFO)
 *	reject			getsockopt(CSP_LAST_REJECT)
 *	mode			getsockopt(CSP_ENABLE)
 *	error			getsockopt(SO_ERROR)
 *	getopt LEVEL NAME LEN	the value in hexadecimal
 *	setopt LEVEL NAME HEX	"-": no bytes
 *	shutdown		of sending
 *	reset			close with RST
 *	close
 *	use N			go back to socket N, as "socket", "accept" told
 *
 * N and RATE may end in k or M.  The file $SOCK_PROGRESS has the bytes that
 * "trade" has received so far.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/csp.h>

#include "sha256.h"

#define MAX_SOCKS	4096
#define MAX_ARGS	8
#define CHUNK		16384
#define PATIENCE	120000	/* ms, for receiving */

struct sock {
	int	fd;
	int	family;
	bool	udp;
};

static struct sock socks[MAX_SOCKS];
static int n_socks;
static struct sock *cur = socks;
static struct sock *listener;
static int progress_fd = -1;

/* --- answers ------------------------------------------------------------------- */

static void answer(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

static const char *errno_name(int err)
{
	const char *name = strerrorname_np(err);

	return name ? name : "?";
}

static void failed(const char *call, int err)
{
	answer("{ \"error\": \"%s\", \"call\": \"%s\" }", errno_name(err), call);
}

/* What "setsockopt() == 0 or not" becomes. */
static void done(const char *call, int ret)
{
	if (ret < 0)
		failed(call, errno);
	else
		answer("{ }");
}

/* --- arguments ------------------------------------------------------------------- */

static size_t number(const char *s)
{
	char *end;
	size_t n = strtoul(s, &end, 0);

	if (*end == 'k')
		n *= 1000;
	if (*end == 'M')
		n *= 1000000;
	return n;
}

/* As the socket's family wants it; IPv4 becomes v4-mapped for IPv6, %DEV a scope. */
static socklen_t address(struct sockaddr_storage *ss, const char *addr,
			 const char *port)
{
	struct sockaddr_in6 *a6 = (void *)ss;
	struct sockaddr_in *a4 = (void *)ss;
	char buf[64], *dev;

	memset(ss, 0, sizeof(*ss));
	ss->ss_family = cur->family;
	if (cur->family == AF_INET) {
		a4->sin_port = htons(atoi(port));
		if (inet_pton(AF_INET, addr, &a4->sin_addr) != 1)
			return 0;
		return sizeof(*a4);
	}
	a6->sin6_port = htons(atoi(port));
	snprintf(buf, sizeof(buf), "%s%s", strchr(addr, ':') ? "" : "::ffff:",
		 addr);
	dev = strchr(buf, '%');
	if (dev) {
		*dev = '\0';
		a6->sin6_scope_id = if_nametoindex(dev + 1);
	}
	if (inet_pton(AF_INET6, buf, &a6->sin6_addr) != 1)
		return 0;
	return sizeof(*a6);
}

static const char *addr_text(const struct sockaddr_storage *ss, char buf[80])
{
	const struct sockaddr_in6 *a6 = (const void *)ss;
	const struct sockaddr_in *a4 = (const void *)ss;
	char ip[INET6_ADDRSTRLEN];

	if (ss->ss_family == AF_INET) {
		inet_ntop(AF_INET, &a4->sin_addr, ip, sizeof(ip));
		snprintf(buf, 80, "%s,%u", ip, ntohs(a4->sin_port));
	} else {
		inet_ntop(AF_INET6, &a6->sin6_addr, ip, sizeof(ip));
		snprintf(buf, 80, "%s,%u", ip, ntohs(a6->sin6_port));
	}
	return buf;
}

/* --- making and ending ----------------------------------------------------------- */

static void new_sock(const char *call, int fd, int family, bool udp)
{
	if (fd < 0) {
		failed(call, errno);
		return;
	}
	if (n_socks == MAX_SOCKS) {
		close(fd);
		failed(call, EMFILE);
		return;
	}
	cur = &socks[n_socks++];
	*cur = (struct sock){ fd, family, udp };
	answer("{ \"sock\": %d }", n_socks - 1);
}

static void cmd_socket(char **a)
{
	int family = *a[2] == '6' ? AF_INET6 : AF_INET;
	int type = SOCK_STREAM, protocol = 0;

	if (!strcmp(a[1], "udp"))
		type = SOCK_DGRAM;
	if (!strcmp(a[1], "sctp"))
		protocol = IPPROTO_SCTP;
	if (!strcmp(a[1], "dccp")) {
		type = SOCK_DCCP;
		protocol = IPPROTO_DCCP;
	}
	if (!strcmp(a[1], "raw")) {
		type = SOCK_RAW;
		protocol = IPPROTO_UDP;
	}
	new_sock("socket", socket(family, type, protocol), family,
		 type == SOCK_DGRAM || type == SOCK_DCCP);
}

static void cmd_use(char **a)
{
	int n = atoi(a[1]);

	if (n < 0 || n >= n_socks) {
		failed("use", EBADF);
		return;
	}
	cur = &socks[n];
	answer("{ }");
}

static void set_int(const char *call, int level, int name, int value)
{
	done(call, setsockopt(cur->fd, level, name, &value, sizeof(value)));
}

static int csp_level(void)
{
	return cur->family == AF_INET6 ? SOL_IPV6 : SOL_IP;
}

static const char *const modes[] = { "off", "prefer", "require" };

static void cmd_csp(char **a)
{
	int mode;

	for (mode = 0; mode < 2 && strcmp(a[1], modes[mode]); mode++)
		;
	set_int("setsockopt", csp_level(), CSP_ENABLE, mode);
}

static void cmd_reuseport(char **a)
{
	(void)a;
	set_int("setsockopt", SOL_SOCKET, SO_REUSEPORT, 1);
}

static void cmd_reuseaddr(char **a)
{
	(void)a;
	set_int("setsockopt", SOL_SOCKET, SO_REUSEADDR, 1);
}

static void cmd_v6only(char **a)
{
	(void)a;
	set_int("setsockopt", SOL_IPV6, IPV6_V6ONLY, 1);
}

static void cmd_nodelay(char **a)
{
	(void)a;
	set_int("setsockopt", SOL_TCP, TCP_NODELAY, 1);
}

static void cmd_keepalive(char **a)
{
	(void)a;
	set_int("setsockopt", SOL_SOCKET, SO_KEEPALIVE, 1);
}

static void cmd_device(char **a)
{
	done("setsockopt", setsockopt(cur->fd, SOL_SOCKET, SO_BINDTODEVICE,
				      a[1], strlen(a[1])));
}

static void cmd_bind(char **a)
{
	struct sockaddr_storage ss;
	socklen_t len = address(&ss, a[1], a[2]);

	done("bind", bind(cur->fd, (struct sockaddr *)&ss, len));
}

static void cmd_listen(char **a)
{
	(void)a;
	listener = cur;
	done("listen", listen(cur->fd, 128));
}

static void cmd_accept(char **a)
{
	struct pollfd pfd = { .events = POLLIN };
	int wait = a[1] ? atoi(a[1]) : PATIENCE;

	if (!listener) {
		failed("accept", EINVAL);
		return;
	}
	pfd.fd = listener->fd;
	if (poll(&pfd, 1, wait) <= 0) {
		failed("accept", ETIMEDOUT);
		return;
	}
	new_sock("accept", accept(listener->fd, NULL, NULL), listener->family,
		 false);
}

static void cmd_shutdown(char **a)
{
	(void)a;
	done("shutdown", shutdown(cur->fd, SHUT_WR));
}

static void cmd_close(char **a)
{
	int fd = cur->fd;

	(void)a;
	cur->fd = -1;
	done("close", close(fd));
}

static void cmd_reset(char **a)
{
	struct linger linger = { .l_onoff = 1 };

	setsockopt(cur->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	cmd_close(a);
}

/* --- connecting --------------------------------------------------------------------- */

static long long now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

static void set_blocking(bool blocking)
{
	int flags = fcntl(cur->fd, F_GETFL);

	fcntl(cur->fd, F_SETFL, blocking ? flags & ~O_NONBLOCK :
					   flags | O_NONBLOCK);
}

static void cmd_connect(char **a)
{
	struct sockaddr_storage ss;
	socklen_t len = address(&ss, a[1], a[2]);
	long long start = now_us();

	if (connect(cur->fd, (struct sockaddr *)&ss, len))
		answer("{ \"error\": \"%s\", \"call\": \"connect\", \"us\": %lld }",
		       errno_name(errno), now_us() - start);
	else
		answer("{ \"us\": %lld }", now_us() - start);
}

static void cmd_begin(char **a)
{
	struct sockaddr_storage ss;
	socklen_t len = address(&ss, a[1], a[2]);
	int ret;

	set_blocking(false);
	ret = connect(cur->fd, (struct sockaddr *)&ss, len);
	answer("{ \"connect\": \"%s\" }", ret ? errno_name(errno) : "0");
}

static int pending_error(void)
{
	socklen_t len = sizeof(int);
	int err = 0;

	getsockopt(cur->fd, SOL_SOCKET, SO_ERROR, &err, &len);
	return err;
}

static void cmd_end(char **a)
{
	struct pollfd pfd = { .fd = cur->fd, .events = POLLOUT };
	int err;

	(void)a;
	if (poll(&pfd, 1, PATIENCE) <= 0) {
		failed("poll", ETIMEDOUT);
		return;
	}
	set_blocking(true);
	err = pending_error();
	if (err)
		failed("connect", err);
	else
		answer("{ }");
}

static void cmd_disconnect(char **a)
{
	struct sockaddr sa = { .sa_family = AF_UNSPEC };

	(void)a;
	done("connect", connect(cur->fd, &sa, sizeof(sa)));
}

static void cmd_error(char **a)
{
	int err = pending_error();

	(void)a;
	answer("{ \"pending\": \"%s\" }", err ? errno_name(err) : "0");
}

/* --- data ----------------------------------------------------------------------------- */

/* Bytes that no two senders and no two moments have in common. */
static void make_data(unsigned char *buf, size_t len)
{
	static unsigned long long x;
	size_t i;

	if (!x)
		x = 88172645463325252ULL ^ (unsigned long long)getpid() << 32;
	for (i = 0; i < len; i++) {
		if (i % 8 == 0) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
		}
		buf[i] = x >> (8 * (i % 8));
	}
}

static void send_datagram(const struct sockaddr_storage *to, socklen_t len,
			  size_t n)
{
	static unsigned char buf[65536];
	char hex[SHA256_HEX];
	struct sha256 sum;

	if (n > sizeof(buf))
		n = sizeof(buf);
	make_data(buf, n);
	sha256_start(&sum);
	sha256_add(&sum, buf, n);
	sha256_hex(&sum, hex);
	if (sendto(cur->fd, buf, n, MSG_NOSIGNAL, (const struct sockaddr *)to,
		   len) < 0)
		failed("send", errno);
	else
		answer("{ \"bytes\": %zu, \"sum\": \"%s\" }", n, hex);
}

static void cmd_sendto(char **a)
{
	struct sockaddr_storage ss;
	socklen_t len = address(&ss, a[1], a[2]);

	send_datagram(&ss, len, number(a[3]));
}

static void cmd_send(char **a)
{
	size_t left = number(a[1]), all = left;
	unsigned char buf[CHUNK];
	char hex[SHA256_HEX];
	struct sha256 sum;
	size_t n, at;
	ssize_t ret;

	if (cur->udp) {
		send_datagram(NULL, 0, left);
		return;
	}
	sha256_start(&sum);
	for (; left; left -= n) {
		n = left < sizeof(buf) ? left : sizeof(buf);
		make_data(buf, n);
		sha256_add(&sum, buf, n);
		for (at = 0; at < n; at += ret) {
			ret = send(cur->fd, buf + at, n - at, MSG_NOSIGNAL);
			if (ret < 0) {
				failed("send", errno);
				return;
			}
		}
	}
	sha256_hex(&sum, hex);
	answer("{ \"bytes\": %zu, \"sum\": \"%s\" }", all, hex);
}

static void cmd_recv(char **a)
{
	int wait = a[2] ? atoi(a[2]) : PATIENCE;
	struct pollfd pfd = { .fd = cur->fd, .events = POLLIN };
	struct sockaddr_storage from = { };
	socklen_t from_len = sizeof(from);
	size_t want = number(a[1]), got = 0;
	char hex[SHA256_HEX], text[80];
	static unsigned char buf[65536];
	struct sha256 sum;
	ssize_t n = 1;

	sha256_start(&sum);
	do {
		if (poll(&pfd, 1, wait) <= 0) {
			failed("recv", ETIMEDOUT);
			return;
		}
		n = want - got;
		if (cur->udp || n > (ssize_t)sizeof(buf))
			n = sizeof(buf);
		n = recvfrom(cur->fd, buf, n, 0, (struct sockaddr *)&from,
			     &from_len);
		if (n < 0) {
			failed("recv", errno);
			return;
		}
		sha256_add(&sum, buf, n);
		got += n;
	} while (!cur->udp && n && got < want);
	sha256_hex(&sum, hex);
	if (cur->udp)
		answer("{ \"bytes\": %zu, \"sum\": \"%s\", \"from\": \"%s\" }",
		       got, hex, addr_text(&from, text));
	else
		answer("{ \"bytes\": %zu, \"sum\": \"%s\", \"eof\": %s }", got,
		       hex, n ? "false" : "true");
}

struct trade {
	size_t		n;
	size_t		rate;
	long long		start;
	size_t		sent;
	size_t		got;
	struct sha256	out;
	struct sha256	in;
	unsigned char		buf[CHUNK];	/* made, not sent yet */
	size_t		at;
	size_t		have;
};

static void show_progress(size_t got)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%020zu\n", got);

	if (progress_fd >= 0 && pwrite(progress_fd, text, len, 0) != len)
		progress_fd = -1;
}

/* Bytes that may go now; 0: wait. */
static size_t trade_room(const struct trade *t)
{
	size_t room = t->n - t->sent, due;

	if (!t->rate)
		return room;
	due = (now_us() - t->start) * t->rate / 1000000;
	if (due <= t->sent)
		return 0;
	return due - t->sent < room ? due - t->sent : room;
}

static int trade_send(struct trade *t)
{
	size_t room = trade_room(t);
	ssize_t ret;

	if (t->at == t->have) {
		t->at = 0;
		t->have = room < sizeof(t->buf) ? room : sizeof(t->buf);
		make_data(t->buf, t->have);
		sha256_add(&t->out, t->buf, t->have);
	}
	ret = send(cur->fd, t->buf + t->at, t->have - t->at, MSG_NOSIGNAL);
	if (ret < 0)
		return errno == EAGAIN ? 0 : -errno;
	t->at += ret;
	t->sent += ret;
	return 0;
}

static int trade_recv(struct trade *t)
{
	static unsigned char buf[65536];
	size_t n = t->n - t->got;
	ssize_t ret;

	ret = recv(cur->fd, buf, n < sizeof(buf) ? n : sizeof(buf), 0);
	if (ret < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (!ret)
		return -EPIPE;
	sha256_add(&t->in, buf, ret);
	t->got += ret;
	show_progress(t->got);
	return 0;
}

static int trade(struct trade *t)
{
	struct pollfd pfd = { .fd = cur->fd };
	bool paced;
	int ret, err = 0;

	while (!err && (t->sent < t->n || t->got < t->n)) {
		paced = t->sent < t->n && t->at == t->have && !trade_room(t);
		pfd.events = (t->sent < t->n && !paced ? POLLOUT : 0) |
			     (t->got < t->n ? POLLIN : 0);
		ret = poll(&pfd, 1, paced ? 10 : PATIENCE);
		if (!ret && !paced)
			return -ETIMEDOUT;
		if (pfd.revents & (POLLIN | POLLHUP | POLLERR))
			err = trade_recv(t);
		if (!err && pfd.revents & POLLOUT)
			err = trade_send(t);
	}
	return err;
}

static void cmd_trade(char **a)
{
	char in[SHA256_HEX], out[SHA256_HEX];
	static struct trade t;
	int err;

	memset(&t, 0, sizeof(t));
	t.n = number(a[1]);
	t.rate = a[2] ? number(a[2]) : 0;
	t.start = now_us();
	sha256_start(&t.in);
	sha256_start(&t.out);
	set_blocking(false);
	err = trade(&t);
	set_blocking(true);
	if (err) {
		printf("{ \"error\": \"%s\", \"call\": \"trade\", ",
		       errno_name(-err));
		answer("\"sent\": %zu, \"received\": %zu }", t.sent, t.got);
		return;
	}
	sha256_hex(&t.in, in);
	sha256_hex(&t.out, out);
	answer("{ \"sent\": \"%s\", \"received\": \"%s\", \"us\": %lld }", out, in,
	       now_us() - t.start);
}

/* --- views ------------------------------------------------------------------------------ */

static void cmd_names(char **a)
{
	struct sockaddr_storage local = { }, peer = { };
	socklen_t len = sizeof(local);
	char l[80], p[80] = "";

	(void)a;
	if (getsockname(cur->fd, (struct sockaddr *)&local, &len)) {
		failed("getsockname", errno);
		return;
	}
	len = sizeof(peer);
	if (!getpeername(cur->fd, (struct sockaddr *)&peer, &len))
		addr_text(&peer, p);
	answer("{ \"local\": \"%s\", \"peer\": \"%s\" }", addr_text(&local, l), p);
}

static const char *name_of(const char *const *names, unsigned int n,
			   unsigned int value)
{
	return value < n ? names[value] : "?";
}

static void cmd_info(char **a)
{
	static const char *const states[] = {
		"none", "setup", "embryonic", "established", "moving",
		"homeless", "detaching", "plain", "closed",
	};
	char l[INET6_ADDRSTRLEN] = "", r[INET6_ADDRSTRLEN] = "";
	struct csp_info info = { };
	socklen_t len = sizeof(info);

	(void)a;
	if (getsockopt(cur->fd, csp_level(), CSP_INFO, &info, &len)) {
		failed("getsockopt", errno);
		return;
	}
	if (info.family) {
		inet_ntop(info.family, info.laddr, l, sizeof(l));
		inet_ntop(info.family, info.raddr, r, sizeof(r));
	}
	printf("{ \"state\": \"%s\", \"mode\": \"%s\", ",
	       name_of(states, sizeof(states) / sizeof(*states), info.state),
	       name_of(modes, 3, info.mode));
	printf("\"initiator\": %s, \"udp\": %s, \"validated\": %s, ",
	       info.flags & CSP_INFO_INITIATOR ? "true" : "false",
	       info.flags & CSP_INFO_UDP_ENCAP ? "true" : "false",
	       info.flags & CSP_INFO_VALIDATED ? "true" : "false");
	printf("\"moves\": %u, \"timeout\": %u, \"cid\": \"%08x%08x\", ",
	       info.moves, info.timeout_ms, ntohl(info.cid[0]),
	       ntohl(info.cid[1]));
	answer("\"local\": \"%s,%u\", \"peer\": \"%s,%u\" }", l,
	       ntohs(info.lport), r, ntohs(info.rport));
}

static void cmd_reject(char **a)
{
	static const char *const codes[] = {
		"none", "version", "critical", "malformed", "no-listener",
		"not-wanted", "policy", "auth", "full", "mismatch", "no-conn",
		"busy", "in-use", "immovable", "flood", "gone",
	};
	char origin[INET6_ADDRSTRLEN] = "";
	struct csp_reject_info info = { };
	socklen_t len = sizeof(info);

	(void)a;
	if (getsockopt(cur->fd, csp_level(), CSP_LAST_REJECT, &info, &len)) {
		failed("getsockopt", errno);
		return;
	}
	if (info.family)
		inet_ntop(info.family, info.origin, origin, sizeof(origin));
	info.text[CSP_TEXT_MAX] = '\0';
	printf("{ \"code\": \"%s\", \"detail\": %u, \"errno\": \"%s\", ",
	       name_of(codes, sizeof(codes) / sizeof(*codes), info.code),
	       info.detail, info.err ? errno_name(info.err) : "0");
	answer("\"origin\": \"%s\", \"text\": \"%s\" }", origin, info.text);
}

static void cmd_mode(char **a)
{
	socklen_t len = sizeof(int);
	int mode = 0;

	(void)a;
	if (getsockopt(cur->fd, csp_level(), CSP_ENABLE, &mode, &len))
		failed("getsockopt", errno);
	else
		answer("{ \"mode\": \"%s\" }", name_of(modes, 3, mode));
}

static void cmd_getopt(char **a)
{
	socklen_t len = atoi(a[3]), i;
	unsigned char buf[1024] = { };

	if (len > sizeof(buf))
		len = sizeof(buf);
	if (getsockopt(cur->fd, atoi(a[1]), atoi(a[2]), buf, &len)) {
		failed("getsockopt", errno);
		return;
	}
	printf("{ \"len\": %u, \"value\": \"", len);
	for (i = 0; i < len; i++)
		printf("%02x", buf[i]);
	answer("\" }");
}

static void cmd_setopt(char **a)
{
	unsigned int byte;
	unsigned char buf[1024];
	socklen_t len = 0;

	while (len < sizeof(buf) && sscanf(a[3] + 2 * len, "%2x", &byte) == 1)
		buf[len++] = byte;
	done("setsockopt", setsockopt(cur->fd, atoi(a[1]), atoi(a[2]), buf, len));
}

/* --- commands ---------------------------------------------------------------------------- */

static const struct {
	const char	*name;
	int		args;	/* at least */
	void		(*run)(char **a);
} commands[] = {
	{ "socket", 2, cmd_socket },
	{ "use", 1, cmd_use },
	{ "csp", 1, cmd_csp },
	{ "reuseport", 0, cmd_reuseport },
	{ "reuseaddr", 0, cmd_reuseaddr },
	{ "v6only", 0, cmd_v6only },
	{ "nodelay", 0, cmd_nodelay },
	{ "keepalive", 0, cmd_keepalive },
	{ "device", 1, cmd_device },
	{ "bind", 2, cmd_bind },
	{ "listen", 0, cmd_listen },
	{ "accept", 0, cmd_accept },
	{ "connect", 2, cmd_connect },
	{ "begin", 2, cmd_begin },
	{ "end", 0, cmd_end },
	{ "disconnect", 0, cmd_disconnect },
	{ "error", 0, cmd_error },
	{ "send", 1, cmd_send },
	{ "sendto", 3, cmd_sendto },
	{ "recv", 1, cmd_recv },
	{ "trade", 1, cmd_trade },
	{ "names", 0, cmd_names },
	{ "info", 0, cmd_info },
	{ "reject", 0, cmd_reject },
	{ "mode", 0, cmd_mode },
	{ "getopt", 3, cmd_getopt },
	{ "setopt", 3, cmd_setopt },
	{ "shutdown", 0, cmd_shutdown },
	{ "reset", 0, cmd_reset },
	{ "close", 0, cmd_close },
};

static void obey(char *line)
{
	static const char blank[] = { ' ', '\n', '\0' };
	char *a[MAX_ARGS + 1] = { };
	size_t i;
	int n = 0;

	for (line = strtok(line, blank); line && n < MAX_ARGS;
	     line = strtok(NULL, blank))
		a[n++] = line;
	if (!n)
		return;
	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (!strcmp(a[0], commands[i].name) && n > commands[i].args) {
			commands[i].run(a);
			return;
		}
	}
	answer("{ \"error\": \"usage\", \"call\": \"%s\" }", a[0]);
}

int main(void)
{
	const char *progress = getenv("SOCK_PROGRESS");
	char line[2048];

	signal(SIGPIPE, SIG_IGN);
	socks[0].fd = -1;
	if (progress)
		progress_fd = open(progress, O_WRONLY | O_CREAT, 0644);
	while (fgets(line, sizeof(line), stdin))
		obey(line);
	return 0;
}
