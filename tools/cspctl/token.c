// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl: tokens and names as words.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "cspctl.h"
#include "token.h"

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = strchr(digits, tolower((unsigned char)c));

	return c && at ? at - digits : -1;
}

static size_t parse_hex(const char *arg, uint8_t *token, size_t len,
			const char **why)
{
	size_t i;

	for (i = 0; i < len; i++) {
		int hi = hex_digit(arg[2 * i]);
		int lo = hex_digit(arg[2 * i + 1]);

		if (hi < 0 || lo < 0) {
			*why = "hexadecimal number";
			return 0;
		}
		token[i] = hi << 4 | lo;
	}
	return len;
}

size_t parse_token(const char *arg, uint8_t *token, const char **why)
{
	bool hex = !strncmp(arg, "0x", 2);
	size_t len = strlen(arg);

	if (hex && len % 2)
		len = 0;
	else if (hex)
		len = (len - 2) / 2;
	if (!len || len > CSP_AUTH_MAX) {
		*why = "token: those have 1 to 64 bytes";
		return 0;
	}
	if (hex)
		return parse_hex(arg + 2, token, len, why);
	memcpy(token, arg, len);
	return len;
}

char *show_token(const struct nlattr *attr)
{
	const uint8_t *data = mnl_attr_get_payload(attr);
	size_t len = mnl_attr_get_payload_len(attr), i;
	char *text = xrealloc(NULL, 2 * len + 3);

	strcpy(text, "0x");
	for (i = 0; i < len; i++)
		sprintf(text + 2 + 2 * i, "%02x", data[i]);
	return text;
}

bool is_name(const char *arg)
{
	size_t len = strlen(arg), i;

	for (i = 0; i < len; i++)
		if (arg[i] <= ' ' || arg[i] > '~')
			return false;
	return len && len <= CSP_NAME_MAX;
}
