/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules that flag the sockets of a cgroup.
 */
#ifndef _CSPCTL_RULE_H
#define _CSPCTL_RULE_H

/* -1: not possible, and said so. */
int rule_add(const char *path, int mode);
int rule_del(const char *path);

#endif /* _CSPCTL_RULE_H */
