/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Talking to the "csp" and "csp_mbox" families of generic netlink.  There is one
 * socket and one request at a time.
 */
#ifndef _CSPCTL_NL_H
#define _CSPCTL_NL_H

#include <libmnl/libmnl.h>
#include <stdint.h>

#include "cspctl.h"
#include "out.h"

/* What an attribute must look like. */
enum nl_type {
	NL_IGNORE,
	NL_U8,
	NL_U16,
	NL_U32,
	NL_U64,
	NL_STRING,	/* ends with a NUL */
	NL_FLAG,
	NL_NEST,
	NL_ADDR,	/* 4 or 16 bytes */
	NL_KEY,		/* 32 bytes */
	NL_BYTES,	/* any */
};

/*
 * Find the family "csp", or that of boxes, "csp_mbox"; requests are of the one
 * found last.  -1: not possible, and said so.
 */
int nl_open(void);
int nl_open_events(void);
int nl_open_box(void);
int nl_open_box_events(void);

/* A request of the family, to which attributes are put before nl_talk(). */
struct nlmsghdr *nl_request(uint8_t cmd, uint16_t flags);
void nl_put_addr(struct nlmsghdr *nlh, uint16_t type, const struct addr *addr);
/* "ADDRESS" or "ADDRESS/BITS"; -1: @arg is neither, and nothing was put */
int nl_put_prefix(struct nlmsghdr *nlh, uint16_t type, uint16_t len_type,
		  const char *arg);

/* For each message of the answer; not 0: a -errno to stop with. */
typedef int (*nl_handler)(const struct nlmsghdr *nlh, void *data);

/* Send the request and take the whole answer; 0 or -errno. */
int nl_talk(struct nlmsghdr *nlh, nl_handler handler, void *data);

/* The same, and tell a failure as "cspctl: WHAT: why"; -1: failed. */
int nl_talk_or_tell(struct nlmsghdr *nlh, nl_handler handler, void *data,
		    const char *what, ...) __printf(4, 5);

/* The same, of a request that is answered with one number, attribute @type. */
int nl_talk_number(struct nlmsghdr *nlh, uint8_t type, uint32_t *number,
		   const char *what);

/* Why the last nl_talk() failed with @err. */
const char *nl_reason(int err);

/* Wait for events, and have each handled; 0 or -errno. */
int nl_events(nl_handler handler, void *data);

/*
 * Attributes of a message or a nest: those known, that is of a @type, are
 * checked, all occurrences of each, and the last one of each is in @tb, which
 * has @max + 1 entries as @types has.  -EBADMSG: one is not as it must be.
 */
int nl_parse(const struct nlmsghdr *nlh, const uint8_t *types, unsigned int max,
	     const struct nlattr **tb);
int nl_parse_nested(const struct nlattr *nest, const uint8_t *types,
		    unsigned int max, const struct nlattr **tb);

/* Values of attributes; of a missing one (NULL) zero or "". */
uint8_t nl_u8(const struct nlattr *attr);
uint16_t nl_u16(const struct nlattr *attr);
uint16_t nl_be16(const struct nlattr *attr);
uint32_t nl_u32(const struct nlattr *attr);
uint64_t nl_u64(const struct nlattr *attr);
uint64_t nl_be64(const struct nlattr *attr);
const char *nl_string(const struct nlattr *attr);
void nl_addr(const struct nlattr *attr, struct addr *addr);
/* As text; "-" where there is none. */
const char *nl_show_addr(char buf[ADDR_STRLEN], const struct nlattr *attr);

#endif /* _CSPCTL_NL_H */
