/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules that flag the sockets of a cgroup.
 */
#ifndef _CSPCTL_CGROUP_H
#define _CSPCTL_CGROUP_H

/* -1: not possible, and said so. */
int cgroup_rule_add(const char *path, int mode);
int cgroup_rule_del(const char *path);

#endif /* _CSPCTL_CGROUP_H */
