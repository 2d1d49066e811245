/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of everything that is a number on the wire or over netlink.
 */
#ifndef _CSPCTL_NAMES_H
#define _CSPCTL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Tables end with an entry without a name. */
struct name {
	unsigned int	value;
	const char	*name;
};

extern const struct name state_names[];		/* enum csp_state */
extern const struct name mode_names[];		/* enum csp_mode */
extern const struct name error_names[];		/* enum csp_error */
extern const struct name pref_names[];		/* enum csp_pref */
extern const struct name verdict_names[];	/* enum csp_peer_verdict */
extern const struct name event_names[];		/* enum csp_event */
extern const struct name flag_names[];		/* CSP_INFO_*, bits */
extern const struct name proto_names[];		/* IPPROTO_* */
extern const struct name encap_names[];		/* setting udp_encap */
extern const struct name action_names[];	/* enum csp_mbox_action */
extern const struct name hole_names[];		/* enum csp_mbox_state */
extern const struct name hole_event_names[];	/* enum csp_mbox_event */
extern const struct name block_names[];		/* enum csp_block_state */
extern const struct name arrow_names[];		/* enum csp_dir */
extern const struct name bool_names[];		/* settings that are on or off */

extern const struct name reg_names[];		/* enum csp_reg_state */
extern const struct name home_names[];		/* enum csp_mbox_home_state */
extern const struct name home_event_names[];	/* enum csp_mbox_home_event */

/* Never NULL: a value without a name is "7?".  Good for a few calls. */
const char *name_of(const struct name *names, unsigned int value);

/* -1: no such name */
int value_of(const struct name *names, const char *name);

/* "off, prefer, require", for messages; good until the next call. */
const char *all_names(const struct name *names);

/* Does a counter that is not zero say that something went wrong? */
bool is_drop_counter(const char *name);

#endif /* _CSPCTL_NAMES_H */
