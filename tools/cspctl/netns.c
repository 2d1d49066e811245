// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl -n: work in another network namespace, as ip(8) does.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cspctl.h"

/* Where ip(8) keeps those that have a name. */
#define NETNS_DIR	"/run/netns/"

int enter_netns(const char *name)
{
	char *path = xasprintf("%s%s", strchr(name, '/') ? "" : NETNS_DIR, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;

	free(path);
	if (fd < 0) {
		error("no network namespace '%s': %s", name, strerror(errno));
		return -1;
	}
	if (setns(fd, CLONE_NEWNET) < 0) {
		error("cannot enter network namespace '%s': %s", name,
		      strerror(errno));
		err = -1;
	}
	close(fd);
	return err;
}
