// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for events until there were enough, or until interrupted.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "watch.h"

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

int watch_begin(int (*subscribe)(void))
{
	const struct sigaction action = { .sa_handler = stop };

	/* Without SA_RESTART: the wait for an event ends. */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (subscribe())
		return -1;
	if (opt_verbose)
		fputs("listening\n", stderr);
	return 0;
}

int watch(nl_handler handler, void (*lost)(void *data), void *data,
	  const char *what)
{
	int err;

	while (!stopped && !ferror(stdout)) {
		err = nl_events(handler, data);
		if (err == -ECANCELED)
			return EXIT_OK;
		if (err == -ENOBUFS) {
			lost(data);
		} else if (err && err != -EINTR) {
			error("%s: %s", what, nl_reason(err));
			return EXIT_FAILED;
		}
	}
	return EXIT_OK;
}

int watch_counted(struct watch_count *n)
{
	n->seen++;
	return n->count && n->seen >= n->count ? -ECANCELED : 0;
}

static void tell_lost(void *data)
{
	(void)data;
	error("events were lost: they came too fast");
}

int watch_box(nl_handler handler, uint32_t count, const char *what)
{
	struct watch_count n = { .count = count };

	if (watch_begin(nl_open_box_events))
		return EXIT_FAILED;
	return watch(handler, tell_lost, &n, what);
}
