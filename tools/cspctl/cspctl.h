/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cspctl: what all commands share: the table of commands, options, and how
 * errors are told.
 */
#ifndef _CSPCTL_H
#define _CSPCTL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CSPCTL_VERSION		"0.1"

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define __printf(fmt, args)	__attribute__((format(printf, fmt, args)))

/* Exit statuses; "run" has more. */
enum {
	EXIT_OK,
	EXIT_FAILED,
	EXIT_USAGE,
};

/**
 * struct command - one word after "cspctl"
 * @name:  the word
 * @brief: what it does, one line
 * @usage: its forms, one a line, without the word "cspctl"
 * @help:  the rest of its --help
 * @run:   does it; argv[0] is @name; returns the exit status
 */
struct command {
	const char	*name;
	const char	*brief;
	const char	*usage;
	const char	*help;
	int		(*run)(int argc, char **argv);
};

extern const struct command cmd_status;
extern const struct command cmd_flow;
extern const struct command cmd_conf;
extern const struct command cmd_stats;
extern const struct command cmd_key;
extern const struct command cmd_peer;
extern const struct command cmd_cgroup;
extern const struct command cmd_run;
extern const struct command cmd_monitor;
extern const struct command cmd_rule;
extern const struct command cmd_pinhole;
extern const struct command cmd_box;
extern const struct command cmd_agent;
extern const struct command cmd_token;
extern const struct command cmd_register;
extern const struct command cmd_block;
extern const struct command cmd_flood;
extern const struct command cmd_gateway;
extern const struct command cmd_name;

/* Given before or after the command. */
extern bool opt_json;
extern bool opt_verbose;

/*
 * getopt() for a command: deals with the common options, ends the process on
 * --help and on wrong options, and returns the letter of an own option, one of
 * @own (a letter, ":" after it if it has an argument), or -1 at the end.  "+"
 * first in @own: options end at the first argument that is none.
 */
int next_option(int argc, char **argv, const struct command *cmd,
		const char *own);

/* -n: go to another network namespace; -1: cannot, which has been told. */
int enter_netns(const char *name);

/* Print "cspctl: " and the message to stderr. */
void error(const char *fmt, ...) __printf(1, 2);

/* The same for a wrong command line; returns EXIT_USAGE. */
int usage_error(const struct command *cmd, const char *fmt, ...) __printf(2, 3);

/* Numbers in arguments: the whole of @s, decimal; -1 if it is none. */
int parse_number(const char *s, uint32_t *value);
/* Identifiers: 1 to 16 hexadecimal digits, with or without 0x; -1 if it is none. */
int parse_cid(const char *s, uint64_t *cid);

/* Does not return without memory. */
void *xrealloc(void *p, size_t size);
char *xasprintf(const char *fmt, ...) __printf(1, 2);
char *xvasprintf(const char *fmt, va_list ap) __printf(1, 0);

#endif /* _CSPCTL_H */
