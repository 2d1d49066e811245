/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settings: the list of them, and their values now.
 */
#ifndef _CSPCTL_CONF_H
#define _CSPCTL_CONF_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include <linux/csp_netlink.h>

#define N_SETTINGS	CSP_A_CONF_MAX

/* The attribute of settings[i] is i + 1. */
struct setting {
	const char	*name;
	uint32_t	def;
	uint32_t	min;
	uint32_t	max;
	const char	*unit;
	const char	*meaning;
};

extern const struct setting settings[N_SETTINGS];

/* A setting's value, or that there is none because the module is older. */
struct setting_value {
	bool		known;
	uint32_t	value;
};

/* -1: not possible, and said so. */
int conf_read(struct setting_value values[N_SETTINGS]);

/* "prefer", "on", "250"; good for a few calls */
const char *show_setting(const struct setting *s, uint32_t value);
struct json_object *json_setting(const struct setting *s, uint32_t value);

#endif /* _CSPCTL_CONF_H */
