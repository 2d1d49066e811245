/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tokens (CSP_AUTH) and names (CSP_NAME) as words.
 */
#ifndef _CSPCTL_TOKEN_H
#define _CSPCTL_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/csp.h>

struct nlattr;

/*
 * Text, or "0x" and hexadecimal digits, to @token of CSP_AUTH_MAX bytes.
 * Returns their number, or 0 and what is wrong in @why.
 */
size_t parse_token(const char *arg, uint8_t *token, const char **why);

/* In a form that parse_token() takes; to be freed. */
char *show_token(const struct nlattr *attr);

bool is_name(const char *arg);

#endif /* _CSPCTL_TOKEN_H */
