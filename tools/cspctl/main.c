// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl: see and control the Connection Signaling Protocol of this network
 * namespace.  The command line, and nothing of what the commands do.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cspctl.h"

static const struct command *const commands[] = {
	&cmd_status,
	&cmd_flow,
	&cmd_monitor,
	&cmd_run,
	&cmd_cgroup,
	&cmd_conf,
	&cmd_stats,
	&cmd_peer,
	&cmd_key,
	&cmd_block,
	&cmd_flood,
	&cmd_rule,
	&cmd_pinhole,
	&cmd_name,
	&cmd_gateway,
	&cmd_box,
	&cmd_register,
	&cmd_agent,
	&cmd_token,
};

bool opt_json;
bool opt_verbose;

/* --- errors ---------------------------------------------------------------- */

void error(const char *fmt, ...)
{
	va_list ap;

	/* What was printed before comes first also where both are one file. */
	fflush(stdout);
	fputs("cspctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int usage_error(const struct command *cmd, const char *fmt, ...)
{
	va_list ap;

	fputs("cspctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nTry 'cspctl %s%s--help'.\n", cmd ? cmd->name : "",
		cmd ? " " : "");
	return EXIT_USAGE;
}

void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p) {
		error("out of memory");
		exit(EXIT_FAILED);
	}
	return p;
}

char *xvasprintf(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0) {
		error("out of memory");
		exit(EXIT_FAILED);
	}
	return s;
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	return s;
}

int parse_number(const char *s, uint32_t *value)
{
	unsigned long long n;
	char *end;

	if (!isdigit((unsigned char)*s))
		return -1;
	errno = 0;
	n = strtoull(s, &end, 10);
	if (*end || errno || n > UINT32_MAX)
		return -1;
	*value = n;
	return 0;
}

int parse_cid(const char *s, uint64_t *cid)
{
	size_t len;

	if (!strncmp(s, "0x", 2))
		s += 2;
	len = strspn(s, "0123456789abcdefABCDEF");
	if (!len || len > 16 || s[len])
		return -1;
	*cid = strtoull(s, NULL, 16);
	return 0;
}

/* --- options --------------------------------------------------------------- */

/* Of all commands; next_option() refuses those that a command has not. */
static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "netns", required_argument, NULL, 'W' },
	{ "zero", no_argument, NULL, 'z' },
	{ "mode", required_argument, NULL, 'm' },
	{ "count", required_argument, NULL, 'n' },
	{ "name", required_argument, NULL, 'N' },
	{ "token", required_argument, NULL, 'T' },
	{ "home", required_argument, NULL, 'H' },
	{ "key", required_argument, NULL, 'K' },
	{ "lifetime", required_argument, NULL, 'L' },
	{ "hidden", no_argument, NULL, 'D' },
	{ "guard", no_argument, NULL, 'G' },
	{ }
};

static const char common_help[] =
	"\n"
	"  -j, --json      JSON instead of text\n"
	"  -v, --verbose   more of it\n"
	"  -h, --help      this text\n"
	"  -V, --version   the version\n";

static void print_usage(const struct command *cmd)
{
	const char *line, *end, *lead = "Usage:";

	for (line = cmd->usage; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		printf("%s cspctl %.*s\n", lead, (int)(end - line), line);
		lead = "      ";
	}
	printf("\n%s\n", cmd->brief);
	if (*cmd->help)
		printf("\n%s", cmd->help);
	fputs(common_help, stdout);
}

static void print_main_usage(void)
{
	size_t i;

	fputs("Usage: cspctl [OPTION...] [COMMAND [ARGUMENT...]]\n"
	      "\n"
	      "See and control the Connection Signaling Protocol of this network namespace.\n"
	      "\n"
	      "Commands (\"cspctl COMMAND --help\" tells more):\n",
	      stdout);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-9s %s\n", commands[i]->name, commands[i]->brief);
	fputs("\nOptions, before or after the command:", stdout);
	fputs(common_help, stdout);
	fputs("\nOnly before the command:\n"
	      "\n"
	      "  -n, --netns NETNS  in this network namespace, of ip(8) or by its path\n",
	      stdout);
}

/* All that is printed must have arrived, e.g. not on a full disk. */
static int finish(int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		error("cannot write the output: %s", strerror(errno));
		return status ?: EXIT_FAILED;
	}
	return status;
}

static void common_option(int c, const struct command *cmd)
{
	switch (c) {
	case 'j':
		opt_json = true;
		return;
	case 'v':
		opt_verbose = true;
		return;
	case 'h':
		if (cmd)
			print_usage(cmd);
		else
			print_main_usage();
		exit(finish(EXIT_OK));
	case 'V':
		puts("cspctl " CSPCTL_VERSION);
		exit(finish(EXIT_OK));
	}
}

/* What getopt_long() stumbled over: @c is what it returned. */
static int wrong_option(const struct command *cmd, int c, const char *letters,
			const char *arg)
{
	if (c == ':')
		return usage_error(cmd, "option %s needs a value", arg);
	if (c != '?')	/* one of long_options, but of another command */
		return usage_error(cmd, "unknown option %s", arg);
	if (optopt && strchr(letters, optopt))
		return usage_error(cmd, "option %s takes no value", arg);
	if (optopt)
		return usage_error(cmd, "unknown option -%c", optopt);
	return usage_error(cmd, "unknown option %s", arg);
}

int next_option(int argc, char **argv, const struct command *cmd,
		const char *own)
{
	bool in_order = *own == '+';
	char letters[32];
	int c;

	own += in_order;
	snprintf(letters, sizeof(letters), "%s:%sjvhV", in_order ? "+" : "",
		 own);
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		if (isalpha(c) && strchr(own, c))
			return c;
		if (!strchr("jvhV", c))
			exit(wrong_option(cmd, c, letters, argv[optind - 1]));
		common_option(c, cmd);
	}
	return -1;
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(name, commands[i]->name))
			return commands[i];
	return NULL;
}

int main(int argc, char **argv)
{
	static char status[] = "status";
	static char *no_arguments[] = { status, NULL };
	const struct command *cmd;

	/* As with ip(8); of some commands, -n is a number. */
	while (next_option(argc, argv, NULL, "+n:W:") != -1)
		if (enter_netns(optarg))
			return EXIT_FAILED;
	argc -= optind;
	argv += optind;
	if (!argc) {
		argc = 1;
		argv = no_arguments;
	}

	if (!strcmp(argv[0], "help") && argc == 1)
		common_option('h', NULL);
	cmd = find_command(!strcmp(argv[0], "help") ? argv[1] : argv[0]);
	if (!cmd)
		return usage_error(NULL, "unknown command '%s'", argv[0]);
	if (!strcmp(argv[0], "help"))
		common_option('h', cmd);

	optind = 0;	/* getopt() starts anew */
	return finish(cmd->run(argc, argv));
}
