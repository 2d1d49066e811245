/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where cgroups are: the module knows them by their path from the root of the
 * hierarchy, people and mkdir() by a directory below where it is mounted.
 */
#ifndef _CSPCTL_CGROUP_FS_H
#define _CSPCTL_CGROUP_FS_H

#include <stdbool.h>

/**
 * struct cgroup_mount - where cgroup2 is mounted
 * @dir:     the mount point
 * @root:    path of the cgroup that is mounted there, "" for the root
 * @private: for this process only, through @fd
 * @fd:      the mount, if it is private
 */
struct cgroup_mount {
	char	*dir;
	char	*root;
	bool	private;
	int	fd;
};

/*
 * Find it, and if there are several the one that has this process's cgroup.
 * -1: there is none.
 */
int cgroup_find_mount(struct cgroup_mount *mount);
/*
 * The same, but if there is none make one that nobody else sees; within
 * "ip netns exec", for instance, there is none.  -1: not possible either.
 */
int cgroup_get_mount(struct cgroup_mount *mount);
void cgroup_free_mount(struct cgroup_mount *mount);

/* Path of this process's cgroup, "" for the root; NULL: it is in none. */
char *cgroup_own_path(void);

/* Directory of a path, or NULL if it is not below this mount. */
char *cgroup_dir(const struct cgroup_mount *mount, const char *path);

/*
 * Path of what somebody named: a path already, or a directory below the mount
 * point.  Begins with "/" and does not end with one, unless it is the root.
 */
char *cgroup_path(const char *arg);

#endif /* _CSPCTL_CGROUP_FS_H */
