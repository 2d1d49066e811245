/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Output: aligned columns for people, JSON for programs.
 */
#ifndef _CSPCTL_OUT_H
#define _CSPCTL_OUT_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

#include "cspctl.h"

/* --- columns: rows are kept until table_print() knows the widths ------------ */

#define TABLE_MAX_COLUMNS	10

struct table_row {
	char	*note;
	char	*cell[TABLE_MAX_COLUMNS];
};

/**
 * struct table - rows of cells
 * @heads:   title of each column; ">" first: aligned to the right
 * @columns: how many
 * @rows:    the rows; one with a note has no cells
 * @n_rows:  used of @rows
 * @size:    allocated of @rows
 * @fill:    cells of the last row
 */
struct table {
	const char		*heads[TABLE_MAX_COLUMNS];
	unsigned int		columns;
	struct table_row	*rows;
	size_t			n_rows;
	size_t			size;
	unsigned int		fill;
};

/* The next cell; rows begin by themselves. */
void table_cell(struct table *t, const char *fmt, ...) __printf(2, 3);

/* A line below the last row, indented. */
void table_note(struct table *t, const char *fmt, ...) __printf(2, 3);

/* Print and free.  Without rows nothing is printed, not even heads. */
void table_print(struct table *t);

/* --- JSON --------------------------------------------------------------------- */

/* Print and free one value on a line of its own; flushed. */
void json_print(struct json_object *obj);

/* An array, printed while it comes in: an element a line. */
struct json_list {
	size_t n;
};

void json_list_item(struct json_list *list, struct json_object *obj);
void json_list_end(struct json_list *list);

/* What is shown: a list with -j, else a table. */
struct show {
	struct table		table;
	struct json_list	list;
};

/* Its end. */
void show_print(struct show *show);

void json_str(struct json_object *obj, const char *key, const char *value);
void json_num(struct json_object *obj, const char *key, uint64_t value);

/* One number: { "KEY": NUMBER } with -j, else NUMBER and what it is of. */
void tell_number(const char *key, uint32_t number, const char *words);

/* --- pieces ---------------------------------------------------------------------- */

/* An address, 4 or 16 bytes; @len 0: none. */
struct addr {
	uint8_t	len;
	uint8_t	bytes[16];
};

#define ADDR_STRLEN	46
#define END_STRLEN	56
#define TIME_STRLEN	24

/* -1: @s is no address */
int parse_addr(const char *s, struct addr *addr);
/* 1 to 65535 */
int parse_port(const char *s, uint32_t *port);
/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]:80"; @port 0: none */
int parse_end(const char *s, struct addr *addr, uint32_t *port);
bool same_addr(const struct addr *a, const struct addr *b);
const char *show_addr(char buf[ADDR_STRLEN], const struct addr *addr);
const char *show_end(char buf[END_STRLEN], const struct addr *addr,
		     uint16_t port);

/* "250ms", "3.2s", "5m12s", "2h03m", "4d02h" */
const char *show_ms(char buf[TIME_STRLEN], uint64_t ms);

/* "300", "300s", "250ms", "5m", "2h"; -1: it is none, or 0, or too long */
int parse_time(const char *arg, uint32_t *ms);

/*
 * Copy text of others, who may have written anything: what is no UTF-8, or
 * would control the terminal, becomes "?".
 */
void clean_text(char *dst, size_t size, const char *src);

/* Base64 of @len bytes; @dst has room for 4 * ((len + 2) / 3) + 1. */
void base64(char *dst, const uint8_t *src, size_t len);

/* A key of 32 bytes in base64; -1: @s is none */
int parse_key(const char *s, uint8_t key[32]);

#endif /* _CSPCTL_OUT_H */
