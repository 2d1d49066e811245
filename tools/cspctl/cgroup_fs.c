// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl: where cgroups are.
 *
 * Both /proc/self/cgroup and the fourth field of /proc/self/mountinfo count
 * from the root of the cgroup namespace, and so does the module.
 */
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup_fs.h"
#include "cspctl.h"

/* Path @path without @prefix, if it is below it (or the same), else NULL. */
static const char *below(const char *path, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncmp(path, prefix, len) || (path[len] && path[len] != '/'))
		return NULL;
	return path + len;
}

static void strip_slashes(char *path)
{
	size_t len = strlen(path);

	while (len && path[len - 1] == '/')
		path[--len] = '\0';
}

/* mountinfo writes blanks and the like as "\040". */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' &&
		    s[2] >= '0' && s[2] <= '7' && s[3] >= '0' && s[3] <= '7') {
			*to++ = (s[1] - '0') << 6 | (s[2] - '0') << 3 |
				(s[3] - '0');
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/* "36 35 0:26 /root /dir options - cgroup2 cgroup2 options"; true: it is one */
static bool parse_mount(char *line, struct cgroup_mount *mount)
{
	char *field[5], *type;
	unsigned int i;

	type = strstr(line, " - ");
	if (!type || strncmp(type + 3, "cgroup2 ", 8))
		return false;
	for (i = 0; i < ARRAY_SIZE(field); i++) {
		field[i] = strsep(&line, " ");
		if (!field[i])
			return false;
	}
	unescape(field[3]);
	unescape(field[4]);
	strip_slashes(field[3]);
	strip_slashes(field[4]);
	mount->root = xasprintf("%s", field[3]);
	mount->dir = xasprintf("%s", field[4]);
	return true;
}

void cgroup_free_mount(struct cgroup_mount *mount)
{
	if (mount->private)
		close(mount->fd);
	free(mount->dir);
	free(mount->root);
	memset(mount, 0, sizeof(*mount));
}

int cgroup_find_mount(struct cgroup_mount *mount)
{
	char *own = cgroup_own_path(), *line = NULL;
	struct cgroup_mount found = { };
	size_t size = 0;
	FILE *f;

	memset(mount, 0, sizeof(*mount));
	f = fopen("/proc/self/mountinfo", "re");
	while (f && getline(&line, &size, f) > 0) {
		if (!parse_mount(line, &found))
			continue;
		if (mount->dir && !(own && below(own, found.root))) {
			cgroup_free_mount(&found);
			continue;
		}
		cgroup_free_mount(mount);
		*mount = found;
		if (own && below(own, found.root))
			break;
	}
	free(line);
	free(own);
	if (f)
		fclose(f);
	return mount->dir ? 0 : -1;
}

/* A mount that is attached nowhere, or -1. */
static int detached_mount(void)
{
	int context, fd = -1;

	/* By number: glibc has wrappers only since 2.36. */
	context = syscall(SYS_fsopen, "cgroup2", FSOPEN_CLOEXEC);
	if (context < 0)
		return -1;
	if (!syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		fd = syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	close(context);
	return fd;
}

int cgroup_get_mount(struct cgroup_mount *mount)
{
	if (!cgroup_find_mount(mount))
		return 0;
	mount->fd = detached_mount();
	if (mount->fd < 0)
		return -1;
	mount->private = true;
	mount->root = xasprintf("%s", "");
	mount->dir = xasprintf("/proc/self/fd/%d", mount->fd);
	return 0;
}

char *cgroup_own_path(void)
{
	char *line = NULL, *own = NULL;
	size_t size = 0;
	FILE *f;

	f = fopen("/proc/self/cgroup", "re");
	while (f && !own && getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "0::/", 4))
			continue;
		own = xasprintf("%s", line + 3);
		strip_slashes(own);
	}
	free(line);
	if (f)
		fclose(f);
	return own;
}

char *cgroup_dir(const struct cgroup_mount *mount, const char *path)
{
	const char *rest = below(path, mount->root);

	return rest ? xasprintf("%s%s", mount->dir, rest) : NULL;
}

char *cgroup_path(const char *arg)
{
	struct cgroup_mount mount;
	const char *rest;
	char *path;

	if (!cgroup_find_mount(&mount)) {
		rest = below(arg, mount.dir);
		if (rest)
			path = xasprintf("%s%s", mount.root, rest);
		else
			path = xasprintf("%s%s", *arg == '/' ? "" : "/", arg);
		cgroup_free_mount(&mount);
	} else {
		path = xasprintf("%s%s", *arg == '/' ? "" : "/", arg);
	}
	strip_slashes(path);
	if (!*path) {
		free(path);
		path = xasprintf("/");
	}
	return path;
}
