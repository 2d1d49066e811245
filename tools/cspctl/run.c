// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl run: run a command with CSP for all its sockets.
 *
 * It gets a cgroup of its own, with a rule.  The cgroup lies below the one of
 * this process, so that limits set there go on to count; where that is not
 * possible, below the root of what is mounted.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/csp.h>

#include "cgroup.h"
#include "cgroup_fs.h"
#include "names.h"
#include "nl.h"

static const char run_usage[] =
	"run [-m off|prefer|require] [--name NAME] [--token TOKEN] [--] COMMAND [ARGUMENT...]";

static const char run_help[] =
	"  -m, --mode MODE  prefer: signal, plain if the peer has no CSP (default);\n"
	"                   require: signal, or fail; off: do not signal\n"
	"  -N, --name NAME  what its sockets reach, or if they listen, serve\n"
	"  -T, --token TOKEN  what they show, or if they listen, want to see: text, or\n"
	"                   0x and hexadecimal digits\n"
	"\n"
	"The command runs in a cgroup of its own, which goes when the command ends.\n"
	"Exit status: the command's own, 128 + N if signal N ended it, 127 if it was not\n"
	"found, 126 if it could not be run, 125 if there is no cgroup or no rule for it.\n";

/* As of env(1), nohup(1) and their like. */
enum {
	EXIT_CANNOT_PREPARE = 125,
	EXIT_CANNOT_EXEC = 126,
	EXIT_NOT_FOUND = 127,
	EXIT_BY_SIGNAL = 128,
};

#define BUSY_TRIES	50
#define BUSY_WAIT_NS	10000000

/**
 * struct place - the cgroup of the command
 * @mount: where cgroups are
 * @dir:   its directory
 * @path:  its path from the root of the hierarchy
 */
struct place {
	struct cgroup_mount	mount;
	char			*dir;
	char			*path;
};

/* --- the cgroup --------------------------------------------------------------- */

static int make_below(const char *path, struct place *place)
{
	char *dir = cgroup_dir(&place->mount, path);

	if (!dir) {
		errno = ENOENT;
		return -1;
	}
	place->dir = xasprintf("%s/cspctl-XXXXXX", dir);
	free(dir);
	if (!mkdtemp(place->dir)) {
		free(place->dir);
		return -1;
	}
	place->path = xasprintf("%s%s", path, strrchr(place->dir, '/'));
	return 0;
}

static int make_place(struct place *place)
{
	char *own;
	int err;

	if (cgroup_get_mount(&place->mount)) {
		error("no cgroup2 hierarchy is mounted: run `mount -t cgroup2 cgroup2 /sys/fs/cgroup`");
		return -1;
	}
	own = cgroup_own_path();
	err = own ? make_below(own, place) : -1;
	if (err)
		err = make_below(place->mount.root, place);
	if (err) {
		error("cannot make a cgroup in %s: %s", place->mount.dir,
		      strerror(errno));
		cgroup_free_mount(&place->mount);
	}
	free(own);
	return err;
}

static void free_place(struct place *place)
{
	cgroup_free_mount(&place->mount);
	free(place->dir);
	free(place->path);
}

/* Remove the cgroup and what the command made below it. */
static int remove_cgroups(const char *dir)
{
	struct dirent *entry;
	char *sub;
	DIR *d;

	d = opendir(dir);
	while (d && (entry = readdir(d))) {
		if (entry->d_type != DT_DIR || *entry->d_name == '.')
			continue;
		sub = xasprintf("%s/%s", dir, entry->d_name);
		remove_cgroups(sub);
		free(sub);
	}
	if (d)
		closedir(d);
	return rmdir(dir);
}

/* Returns false if processes live on in it. */
static bool remove_place(const struct place *place)
{
	const struct timespec wait = { .tv_nsec = BUSY_WAIT_NS };
	int tries;

	/* What the command left behind may be dying, but not dead yet. */
	for (tries = 0; tries < BUSY_TRIES; tries++) {
		if (!remove_cgroups(place->dir) || errno == ENOENT)
			return true;
		if (errno != EBUSY)
			break;
		nanosleep(&wait, NULL);
	}
	return false;
}

static int enter(const struct place *place)
{
	char *file = xasprintf("%s/cgroup.procs", place->dir);
	int fd, err = -1;

	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, "0", 1) == 1)
		err = 0;
	if (err)
		error("cannot enter the cgroup %s: %s", place->path,
		      strerror(errno));
	if (fd >= 0)
		close(fd);
	free(file);
	return err;
}

/* --- the command ---------------------------------------------------------------- */

static const int passed_on[] = {
	SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2,
};

static void block_signals(sigset_t *blocked, sigset_t *before)
{
	size_t i;

	sigemptyset(blocked);
	sigaddset(blocked, SIGCHLD);
	for (i = 0; i < ARRAY_SIZE(passed_on); i++)
		sigaddset(blocked, passed_on[i]);
	sigprocmask(SIG_BLOCK, blocked, before);
	/* An ignored SIGCHLD would make the child vanish without its status. */
	signal(SIGCHLD, SIG_DFL);
}

static void __attribute__((noreturn))
run_child(const struct place *place, char **argv, const sigset_t *mask)
{
	int status;

	if (enter(place))
		_exit(EXIT_CANNOT_PREPARE);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(argv[0], argv);
	status = errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXEC;
	error("cannot run '%s': %s", argv[0], strerror(errno));
	_exit(status);
}

static int wait_for(pid_t child, const sigset_t *blocked)
{
	siginfo_t info;
	int status;
	pid_t pid;

	for (;;) {
		pid = waitpid(child, &status, WNOHANG);
		if (pid == child && WIFEXITED(status))
			return WEXITSTATUS(status);
		if (pid == child && WIFSIGNALED(status))
			return EXIT_BY_SIGNAL + WTERMSIG(status);
		if (pid < 0)
			return EXIT_CANNOT_PREPARE;
		if (sigwaitinfo(blocked, &info) < 0)
			continue;
		/* The terminal has told the child itself. */
		if (info.si_signo != SIGCHLD && info.si_code != SI_KERNEL)
			kill(child, info.si_signo);
	}
}

static int run_in(const struct place *place, char **argv,
		  const sigset_t *blocked, const sigset_t *before)
{
	pid_t child;

	child = fork();
	if (!child)
		run_child(place, argv, before);
	if (child < 0) {
		error("cannot make a process: %s", strerror(errno));
		return EXIT_CANNOT_PREPARE;
	}
	return wait_for(child, blocked);
}

static void tell_left(const struct place *place)
{
	if (place->mount.private)
		error("processes live on in the cgroup %s, with its rule; when they are gone: `cspctl cgroup del %s`",
		      place->path, place->path);
	else
		error("processes live on in the cgroup %s, with its rule; when they are gone: `cspctl cgroup del %s; rmdir %s`",
		      place->path, place->path, place->dir);
}

/* What the rule shall say. */
static int take_options(int argc, char **argv, int *mode,
			struct cgroup_words *words)
{
	int c, err = EXIT_OK;

	while (!err && (c = next_option(argc, argv, &cmd_run, "+m:N:T:")) != -1) {
		if (c == 'N') {
			err = cgroup_set_name(&cmd_run, words, optarg);
		} else if (c == 'T') {
			err = cgroup_set_token(&cmd_run, words, optarg);
		} else {
			*mode = value_of(mode_names, optarg);
			if (*mode < 0)
				err = usage_error(&cmd_run, "'%s' is none of %s",
						  optarg,
						  all_names(mode_names));
		}
	}
	return err;
}

static int run_run(int argc, char **argv)
{
	int mode = CSP_MODE_PREFER, status = EXIT_CANNOT_PREPARE;
	struct cgroup_words words = { };
	sigset_t blocked, before;
	struct place place;
	int err;

	err = take_options(argc, argv, &mode, &words);
	if (err)
		return err;
	argc -= optind;
	argv += optind;
	if (!argc)
		return usage_error(&cmd_run, "run what?");

	/* To the end: cgroup and rule shall not be left behind. */
	block_signals(&blocked, &before);
	if (nl_open() || make_place(&place))
		return EXIT_CANNOT_PREPARE;
	if (!cgroup_rule_add(place.path, mode, &words)) {
		status = run_in(&place, argv, &blocked, &before);
		if (!remove_place(&place))
			tell_left(&place);
		else if (cgroup_rule_del(place.path) && status == EXIT_OK)
			status = EXIT_CANNOT_PREPARE;
	} else {
		remove_place(&place);
	}
	free_place(&place);
	return status;
}

const struct command cmd_run = {
	.name	= "run",
	.brief	= "Run a command with CSP for all its sockets.",
	.usage	= run_usage,
	.help	= run_help,
	.run	= run_run,
};
