/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the benchmarks share: namespaces, the clock, sockets of each kind.
 *
 * In the test machine with --icount a nanosecond of the clock is an
 * instruction, and time in which there is nothing to do passes at once.
 */
#ifndef BENCH_H
#define BENCH_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define NSEC_PER_SEC	1000000000LL
#define NSEC_PER_MSEC	1000000LL

/* How the connections of a measurement are made. */
enum kind {
	PLAIN,		/* TCP */
	CSP,		/* TCP, signalled */
	MPTCP,
	WIREGUARD,	/* TCP inside WireGuard */
	PCP,		/* a port mapped by the Port Control Protocol */
	N_KINDS
};

extern const char *const kind_name[N_KINDS];

/* Fewer repetitions, smaller tables. */
extern bool quick;

/* util.c */
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
void check(bool ok, const char *what);
int run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A measured value, for table.awk: "NAME VALUE" on standard output. */
void result(const char *name, double value);
void result_of(const char *name, enum kind kind, double value);

void ns_enter(const char *name);

/* CLOCK_MONOTONIC, common to all namespaces. */
int64_t now(void);
void pause_ns(int64_t ns);
/* Instructions executed until now: the time that the processor was not idle. */
int64_t busy(void);

double median(double *v, int n);

/* socket.c */
void enable_csp(int fd);
int make_socket(enum kind kind);
int make_listener(enum kind kind, int port);
int connect_to(int fd, const char *addr, int port);
void write_all(int fd, const char *buf, size_t len);
void set_nonblocking(int fd);

/* memory.c: bytes in use. */
double kernel_memory(void);

/* One benchmark each. */
int bench_connect(int argc, char **argv);
int bench_rtt(int argc, char **argv);
int bench_bulk(int argc, char **argv);
int bench_gap(int argc, char **argv);
int bench_redirect(int argc, char **argv);
int bench_away(int argc, char **argv);
int bench_homes(int argc, char **argv);
int bench_memory(int argc, char **argv);
int bench_lookup(int argc, char **argv);
int bench_router(int argc, char **argv);
int bench_forward(int argc, char **argv);
int bench_pinholes(int argc, char **argv);
int bench_rules(int argc, char **argv);
int bench_mapping(int argc, char **argv);
int bench_flood(int argc, char **argv);
int bench_served(int argc, char **argv);

#endif /* BENCH_H */
