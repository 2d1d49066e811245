// SPDX-License-Identifier: GPL-2.0
/*
 * Namespaces, the clock, results.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

void die(const char *fmt, ...)
{
	va_list ap;

	fputs("bench: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void check(bool ok, const char *what)
{
	if (!ok)
		die("%s: %s", what, strerror(errno));
}

/* A shell command, as an administrator would type it. */
int run(const char *fmt, ...)
{
	char cmd[1024];
	va_list ap;
	int status;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	status = system(cmd);
	if (status)
		die("failed: %s", cmd);
	return status;
}

void result(const char *name, double value)
{
	printf("%s %.10g\n", name, value);
	fflush(stdout);
}

void result_of(const char *name, enum kind kind, double value)
{
	printf("%s.%s %.10g\n", name, kind_name[kind], value);
	fflush(stdout);
}

void ns_enter(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	check(fd >= 0, path);
	check(!setns(fd, CLONE_NEWNET), "setns");
	close(fd);
}

int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

void pause_ns(int64_t ns)
{
	struct timespec ts = {
		.tv_sec = ns / NSEC_PER_SEC,
		.tv_nsec = ns % NSEC_PER_SEC,
	};

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

/* What the tick of the only processor has counted as idle, in nanoseconds. */
static int64_t idle(void)
{
	static const char key[] = ".idle_sleeptime";
	static char buf[1 << 20];
	size_t len = 0;
	ssize_t n;
	char *p;
	int fd;

	fd = open("/proc/timer_list", O_RDONLY | O_CLOEXEC);
	check(fd >= 0, "/proc/timer_list");
	while (len < sizeof(buf) - 1 &&
	       (n = read(fd, buf + len, sizeof(buf) - 1 - len)) > 0)
		len += n;
	close(fd);
	buf[len] = 0;
	p = strstr(buf, key);
	p = p ? strchr(p, ':') : NULL;
	if (!p)
		die("no idle time in /proc/timer_list");
	return strtoll(p + 1, NULL, 10);
}

int64_t busy(void)
{
	int64_t sleeping = idle();

	return now() - sleeping;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double median(double *v, int n)
{
	qsort(v, n, sizeof(*v), compare);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}
