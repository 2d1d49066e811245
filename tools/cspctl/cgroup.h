/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules that flag the sockets of a cgroup.
 */
#ifndef _CSPCTL_CGROUP_H
#define _CSPCTL_CGROUP_H

#include <stddef.h>
#include <stdint.h>

#include <linux/csp.h>

#include "cspctl.h"

/**
 * struct cgroup_words - what a rule says beside its mode
 * @name: name that the sockets reach, or serve; NULL: none
 * @auth: token that they show, or want to see
 * @auth_len: bytes of @auth; 0: none
 */
struct cgroup_words {
	const char	*name;
	uint8_t		auth[CSP_AUTH_MAX];
	size_t		auth_len;
};

/* Words of @cmd to @words; EXIT_USAGE, and said so, if they are wrong. */
int cgroup_set_name(const struct command *cmd, struct cgroup_words *words,
		    const char *arg);
int cgroup_set_token(const struct command *cmd, struct cgroup_words *words,
		     const char *arg);

/* -1: not possible, and said so. */
int cgroup_rule_add(const char *path, int mode,
		    const struct cgroup_words *words);
int cgroup_rule_del(const char *path);

#endif /* _CSPCTL_CGROUP_H */
