// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl: aligned columns for people, JSON for programs, and the forms of
 * addresses, times and texts in both.
 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"

/* --- columns ----------------------------------------------------------------- */

static struct table_row *new_row(struct table *t)
{
	struct table_row *row;

	if (t->n_rows == t->size) {
		t->size = t->size ? 2 * t->size : 32;
		t->rows = xrealloc(t->rows, t->size * sizeof(*t->rows));
	}
	row = &t->rows[t->n_rows++];
	memset(row, 0, sizeof(*row));
	return row;
}

void table_cell(struct table *t, const char *fmt, ...)
{
	struct table_row *row;
	va_list ap;

	if (!t->n_rows || t->fill == t->columns) {
		row = new_row(t);
		t->fill = 0;
	} else {
		row = &t->rows[t->n_rows - 1];
	}
	va_start(ap, fmt);
	row->cell[t->fill++] = xvasprintf(fmt, ap);
	va_end(ap);
}

void table_note(struct table *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	new_row(t)->note = xvasprintf(fmt, ap);
	va_end(ap);
	t->fill = t->columns;
}

static void print_cell(const struct table *t, unsigned int column,
		       const char *text, int width)
{
	bool right = *t->heads[column] == '>';

	if (!text)
		text = "";
	if (right)
		printf("%*s", width, text);
	else if (column + 1 < t->columns)
		printf("%-*s", width, text);
	else
		fputs(text, stdout);
	fputs(column + 1 < t->columns ? "  " : "\n", stdout);
}

void table_print(struct table *t)
{
	int width[TABLE_MAX_COLUMNS] = { };
	const char *text;
	unsigned int c;
	size_t r;

	for (c = 0; c < t->columns; c++) {
		width[c] = strlen(t->heads[c]) - (*t->heads[c] == '>');
		for (r = 0; r < t->n_rows; r++) {
			text = t->rows[r].cell[c];
			if (text && (int)strlen(text) > width[c])
				width[c] = strlen(text);
		}
	}

	for (c = 0; t->n_rows && c < t->columns; c++)
		print_cell(t, c, t->heads[c] + (*t->heads[c] == '>'), width[c]);
	for (r = 0; r < t->n_rows; r++) {
		if (t->rows[r].note)
			printf("    %s\n", t->rows[r].note);
		for (c = 0; !t->rows[r].note && c < t->columns; c++)
			print_cell(t, c, t->rows[r].cell[c], width[c]);
	}

	for (r = 0; r < t->n_rows; r++) {
		free(t->rows[r].note);
		for (c = 0; c < t->columns; c++)
			free(t->rows[r].cell[c]);
	}
	free(t->rows);
	t->rows = NULL;
	t->n_rows = 0;
	t->size = 0;
}

/* --- JSON --------------------------------------------------------------------- */

#define JSON_FLAGS	(JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)

void json_print(struct json_object *obj)
{
	puts(json_object_to_json_string_ext(obj, JSON_FLAGS));
	fflush(stdout);
	json_object_put(obj);
}

void json_list_item(struct json_list *list, struct json_object *obj)
{
	printf("%s%s", list->n++ ? ",\n" : "[\n",
	       json_object_to_json_string_ext(obj, JSON_FLAGS));
	json_object_put(obj);
}

void json_list_end(struct json_list *list)
{
	puts(list->n ? "\n]" : "[]");
}

void show_print(struct show *show)
{
	if (opt_json)
		json_list_end(&show->list);
	else
		table_print(&show->table);
}

void tell_number(const char *key, uint32_t number, const char *words)
{
	struct json_object *obj;

	if (opt_json) {
		obj = json_object_new_object();
		json_num(obj, key, number);
		json_print(obj);
	} else {
		printf("%u%s\n", number, words);
	}
}

void json_str(struct json_object *obj, const char *key, const char *value)
{
	json_object_object_add(obj, key, json_object_new_string(value));
}

void json_num(struct json_object *obj, const char *key, uint64_t value)
{
	json_object_object_add(obj, key, json_object_new_uint64(value));
}

/* --- addresses ------------------------------------------------------------------ */

int parse_addr(const char *s, struct addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, s, addr->bytes) == 1)
		addr->len = 4;
	else if (inet_pton(AF_INET6, s, addr->bytes) == 1)
		addr->len = 16;
	else
		return -1;
	return 0;
}

int parse_port(const char *s, uint32_t *port)
{
	return parse_number(s, port) || !*port || *port > UINT16_MAX ? -1 : 0;
}

int parse_end(const char *s, struct addr *addr, uint32_t *number)
{
	char *copy, *host, *port = NULL;
	bool bad;

	copy = xasprintf("%s", s);
	host = copy;
	if (*host == '[') {
		host++;
		port = strchr(host, ']');
		if (port)
			*port++ = '\0';
		if (port && *port != ':')
			port = NULL;
	} else if (strchr(host, ':') == strrchr(host, ':')) {
		port = strchr(host, ':');
	}
	if (port)
		*port++ = '\0';
	*number = 0;
	bad = parse_addr(host, addr) || (port && parse_port(port, number));
	free(copy);
	return bad ? -1 : 0;
}

bool same_addr(const struct addr *a, const struct addr *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

const char *show_addr(char buf[ADDR_STRLEN], const struct addr *addr)
{
	if (!addr->len || !inet_ntop(addr->len == 4 ? AF_INET : AF_INET6,
				     addr->bytes, buf, ADDR_STRLEN))
		snprintf(buf, ADDR_STRLEN, "-");
	return buf;
}

const char *show_end(char buf[END_STRLEN], const struct addr *addr,
		     uint16_t port)
{
	char ip[ADDR_STRLEN];

	snprintf(buf, END_STRLEN, addr->len == 16 ? "[%s]:%u" : "%s:%u",
		 show_addr(ip, addr), port);
	return buf;
}

/* --- time, text, base64 ------------------------------------------------------------ */

const char *show_ms(char buf[TIME_STRLEN], uint64_t ms)
{
	uint64_t s = ms / 1000;

	if (ms < 1000)
		snprintf(buf, TIME_STRLEN, "%ums", (unsigned int)ms);
	else if (s < 60)
		snprintf(buf, TIME_STRLEN, "%u.%us", (unsigned int)s,
			 (unsigned int)(ms % 1000 / 100));
	else if (s < 3600)
		snprintf(buf, TIME_STRLEN, "%um%02us", (unsigned int)(s / 60),
			 (unsigned int)(s % 60));
	else if (s < 86400)
		snprintf(buf, TIME_STRLEN, "%uh%02um",
			 (unsigned int)(s / 3600),
			 (unsigned int)(s % 3600 / 60));
	else
		snprintf(buf, TIME_STRLEN, "%llud%02uh",
			 (unsigned long long)s / 86400,
			 (unsigned int)(s % 86400 / 3600));
	return buf;
}

int parse_time(const char *arg, uint32_t *ms)
{
	static const struct {
		const char	*unit;
		uint32_t	ms;
	} units[] = {
		{ "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 },
		{ "h", 3600000 },
	};
	size_t digits = strspn(arg, "0123456789"), i;
	unsigned long long n;

	if (!digits || digits > 9)
		return -1;
	n = strtoull(arg, NULL, 10);
	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(arg + digits, units[i].unit))
			continue;
		n *= units[i].ms;
		*ms = n;
		return n && n <= UINT32_MAX ? 0 : -1;
	}
	return -1;
}

/* Bytes of the character at @s; 0: it is none that may be shown. */
static size_t utf8_length(const unsigned char *s)
{
	uint32_t c, least;
	size_t n, i;

	if (*s < 0x80)
		return *s >= 0x20 && *s != 0x7f;
	if (*s >= 0xf0 && *s <= 0xf4) {
		n = 4;
		c = *s & 0x07;
		least = 0x10000;
	} else if (*s >= 0xe0 && *s < 0xf0) {
		n = 3;
		c = *s & 0x0f;
		least = 0x800;
	} else if (*s >= 0xc2 && *s < 0xe0) {
		n = 2;
		c = *s & 0x1f;
		least = 0xa0;	/* 0x80 to 0x9f are control characters */
	} else {
		return 0;
	}
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	/* Marks that reorder text, and line and paragraph separators. */
	if ((c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069))
		return 0;
	return n;
}

void clean_text(char *dst, size_t size, const char *src)
{
	size_t n;

	while (*src) {
		n = utf8_length((const unsigned char *)src);
		if (size <= (n ?: 1))
			break;
		if (n)
			memcpy(dst, src, n);
		else
			*dst = '?';
		src += n ?: 1;
		dst += n ?: 1;
		size -= n ?: 1;
	}
	*dst = '\0';
}

void base64(char *dst, const uint8_t *src, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t v;
	size_t i;

	for (i = 0; i < len; i += 3) {
		v = src[i] << 16;
		v |= i + 1 < len ? src[i + 1] << 8 : 0;
		v |= i + 2 < len ? src[i + 2] : 0;
		*dst++ = digits[v >> 18];
		*dst++ = digits[v >> 12 & 0x3f];
		*dst++ = i + 1 < len ? digits[v >> 6 & 0x3f] : '=';
		*dst++ = i + 2 < len ? digits[v & 0x3f] : '=';
	}
	*dst = '\0';
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int parse_key(const char *s, uint8_t key[32])
{
	uint8_t bytes[33];
	uint32_t v = 0;
	int i, digit;

	if (strlen(s) != 44 || s[43] != '=')
		return -1;
	for (i = 0; i < 44; i++) {
		digit = i < 43 ? base64_digit(s[i]) : 0;
		if (digit < 0)
			return -1;
		v = v << 6 | digit;
		if (i % 4 != 3)
			continue;
		bytes[i / 4 * 3] = v >> 16;
		bytes[i / 4 * 3 + 1] = v >> 8;
		bytes[i / 4 * 3 + 2] = v;
	}
	memcpy(key, bytes, 32);
	return 0;
}
