// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl: names of everything that is a number on the wire or over netlink.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <linux/csp.h>
#include <linux/csp_mbox.h>
#include <linux/csp_netlink.h>

#include "cspctl.h"
#include "names.h"

const struct name state_names[] = {
	{ CSP_STATE_NONE, "none" },
	{ CSP_STATE_SETUP, "setup" },
	{ CSP_STATE_EMBRYONIC, "embryonic" },
	{ CSP_STATE_ESTABLISHED, "established" },
	{ CSP_STATE_MOVING, "moving" },
	{ CSP_STATE_HOMELESS, "homeless" },
	{ CSP_STATE_DETACHING, "detaching" },
	{ CSP_STATE_PLAIN, "plain" },
	{ CSP_STATE_CLOSED, "closed" },
	{ }
};

const struct name mode_names[] = {
	{ CSP_MODE_OFF, "off" },
	{ CSP_MODE_PREFER, "prefer" },
	{ CSP_MODE_REQUIRE, "require" },
	{ }
};

const struct name error_names[] = {
	{ CSP_ERR_NONE, "none" },
	{ CSP_ERR_VERSION, "version" },
	{ CSP_ERR_CRITICAL, "critical" },
	{ CSP_ERR_MALFORMED, "malformed" },
	{ CSP_ERR_NO_LISTENER, "no-listener" },
	{ CSP_ERR_NOT_WANTED, "not-wanted" },
	{ CSP_ERR_POLICY, "policy" },
	{ CSP_ERR_AUTH, "auth" },
	{ CSP_ERR_FULL, "full" },
	{ CSP_ERR_MISMATCH, "mismatch" },
	{ CSP_ERR_NO_CONN, "no-conn" },
	{ CSP_ERR_BUSY, "busy" },
	{ CSP_ERR_IN_USE, "in-use" },
	{ CSP_ERR_IMMOVABLE, "immovable" },
	{ CSP_ERR_FLOOD, "flood" },
	{ CSP_ERR_GONE, "gone" },
	{ }
};

const struct name reg_names[] = {
	{ CSP_REG_STATE_ASKING, "asking" },
	{ CSP_REG_STATE_REGISTERED, "registered" },
	{ CSP_REG_STATE_REFUSED, "refused" },
	{ CSP_REG_STATE_NOWHERE, "nowhere" },
	{ CSP_REG_STATE_LEAVING, "leaving" },
	{ }
};

const struct name home_names[] = {
	{ CSP_MBOX_HOME_STATE_GONE, "gone" },
	{ CSP_MBOX_HOME_STATE_AT_HOME, "at-home" },
	{ CSP_MBOX_HOME_STATE_AWAY, "away" },
	{ }
};

const struct name home_event_names[] = {
	{ CSP_MBOX_HOME_EVENT_REGISTERED, "registered" },
	{ CSP_MBOX_HOME_EVENT_MOVED, "moved" },
	{ CSP_MBOX_HOME_EVENT_EXPIRED, "expired" },
	{ CSP_MBOX_HOME_EVENT_DEREGISTERED, "deregistered" },
	{ CSP_MBOX_HOME_EVENT_REMOVED, "removed" },
	{ }
};

const struct name pref_names[] = {
	{ CSP_PREF_LOW, "low" },
	{ CSP_PREF_NORMAL, "normal" },
	{ CSP_PREF_HIGH, "high" },
	{ }
};

const struct name verdict_names[] = {
	{ CSP_PEER_VERDICT_UNKNOWN, "unknown" },
	{ CSP_PEER_VERDICT_CAPABLE, "capable" },
	{ CSP_PEER_VERDICT_PLAIN, "plain" },
	{ CSP_PEER_VERDICT_NOT_WANTED, "not-wanted" },
	{ }
};

const struct name block_names[] = {
	{ CSP_BLOCK_STATE_ASKING, "asking" },
	{ CSP_BLOCK_STATE_BLOCKED, "blocked" },
	{ CSP_BLOCK_STATE_REFUSED, "refused" },
	{ }
};

const struct name event_names[] = {
	{ CSP_EVENT_CREATED, "created" },
	{ CSP_EVENT_ESTABLISHED, "established" },
	{ CSP_EVENT_REJECTED, "rejected" },
	{ CSP_EVENT_PLAIN, "plain" },
	{ CSP_EVENT_MOVING, "moving" },
	{ CSP_EVENT_MOVED, "moved" },
	{ CSP_EVENT_PEER_MOVED, "peer-moved" },
	{ CSP_EVENT_HOMELESS, "homeless" },
	{ CSP_EVENT_CHANGED, "changed" },
	{ CSP_EVENT_DETACHED, "detached" },
	{ CSP_EVENT_DELETED, "deleted" },
	{ }
};

const struct name flag_names[] = {
	{ CSP_INFO_INITIATOR, "initiator" },
	{ CSP_INFO_UDP_ENCAP, "udp-encap" },
	{ CSP_INFO_VALIDATED, "validated" },
	{ }
};

const struct name proto_names[] = {
	{ 0, "any" },
	{ IPPROTO_TCP, "tcp" },
	{ IPPROTO_UDP, "udp" },
	{ IPPROTO_DCCP, "dccp" },
	{ IPPROTO_SCTP, "sctp" },
	{ }
};

const struct name encap_names[] = {
	{ 0, "never" },
	{ 1, "auto" },
	{ 2, "always" },
	{ }
};

const struct name action_names[] = {
	{ CSP_MBOX_ACTION_ACCEPT, "accept" },
	{ CSP_MBOX_ACTION_ASK_HOST, "ask-host" },
	{ CSP_MBOX_ACTION_REJECT, "reject" },
	{ CSP_MBOX_ACTION_REDIRECT, "redirect" },
	{ }
};

const struct name hole_names[] = {
	{ CSP_MBOX_STATE_ASKED, "asked" },
	{ CSP_MBOX_STATE_PROVISIONAL, "provisional" },
	{ CSP_MBOX_STATE_OPEN, "open" },
	{ CSP_MBOX_STATE_LINGER, "linger" },
	{ }
};

const struct name hole_event_names[] = {
	{ CSP_MBOX_EVENT_ASKED, "asked" },
	{ CSP_MBOX_EVENT_PROVISIONAL, "provisional" },
	{ CSP_MBOX_EVENT_OPENED, "opened" },
	{ CSP_MBOX_EVENT_CHANGED, "changed" },
	{ CSP_MBOX_EVENT_MOVED, "moved" },
	{ CSP_MBOX_EVENT_LINGERING, "lingering" },
	{ CSP_MBOX_EVENT_CLOSED, "closed" },
	{ }
};

const struct name arrow_names[] = {
	{ CSP_DIR_BOTH, "<->" },
	{ CSP_DIR_FORWARD, "->" },
	{ CSP_DIR_REVERSE, "<-" },
	{ }
};

const struct name bool_names[] = {
	{ 0, "off" },
	{ 1, "on" },
	{ }
};

const char *name_of(const struct name *names, unsigned int value)
{
	static char unknown[4][16];
	static unsigned int turn;
	char *buf;

	for (; names->name; names++)
		if (names->value == value)
			return names->name;
	buf = unknown[turn++ % ARRAY_SIZE(unknown)];
	snprintf(buf, sizeof(unknown[0]), "%u?", value);
	return buf;
}

int value_of(const struct name *names, const char *name)
{
	for (; names->name; names++)
		if (!strcmp(names->name, name))
			return names->value;
	return -1;
}

const char *all_names(const struct name *names)
{
	static char list[256];
	size_t len = 0;

	list[0] = '\0';
	for (; names->name && len < sizeof(list); names++)
		len += snprintf(list + len, sizeof(list) - len, "%s%s",
				len ? ", " : "", names->name);
	return list;
}

/* --- counters of what went wrong ------------------------------------------- */

enum mib {
#define CSP_MIB(id, name, meaning) MIB_##id,
#include "../../net/csp/mib.h"
#undef CSP_MIB
};

static const char *const mib_names[] = {
#define CSP_MIB(id, name, meaning) name,
#include "../../net/csp/mib.h"
#undef CSP_MIB
};

static const bool drops[ARRAY_SIZE(mib_names)] = {
	[MIB_OUT_ERRORS] = true,
	[MIB_IN_MALFORMED] = true,
	[MIB_IN_VERSION] = true,
	[MIB_IN_CRITICAL] = true,
	[MIB_IN_UNEXPECTED] = true,
	[MIB_IN_UNSUPPORTED] = true,
	[MIB_IN_MANY] = true,
	[MIB_RATE_LIMITED] = true,
	[MIB_PIGGYBACK_BAD] = true,
	[MIB_HELD_DROP] = true,
	[MIB_COOKIE_BAD] = true,
	[MIB_PLAIN_FULL] = true,
	[MIB_ICMP_IGNORED] = true,
	[MIB_REJECT_AUTH] = true,
	[MIB_REJECT_FULL] = true,
	[MIB_REJECT_IN_USE] = true,
	[MIB_REJECT_FLOOD] = true,
	[MIB_REQUIRE_REFUSED] = true,
	[MIB_REDIRECT_BAD] = true,
	[MIB_VOUCH_BAD] = true,
	[MIB_REGISTER_REFUSED] = true,
	[MIB_REGISTER_BAD_MAC] = true,
	[MIB_RELAY_FULL] = true,
	[MIB_RELAY_BAD] = true,
	[MIB_GRANT_FOREIGN] = true,
	[MIB_GRANT_PLAIN] = true,
	[MIB_HIDDEN_SETUP] = true,
	[MIB_HIDDEN_PLAIN] = true,
	[MIB_FLOOD_REFUSED] = true,
	[MIB_FLOOD_FULL] = true,
	[MIB_FLOOD_BAD] = true,
	[MIB_DETACH_LOST] = true,
	[MIB_EMBRYO_EXPIRED] = true,
	[MIB_MOVE_TIMEOUT] = true,
	[MIB_MOVE_HOMELESS] = true,
	[MIB_MOVE_IMMOVABLE] = true,
	[MIB_MOVE_IN_USE] = true,
	[MIB_ATTACH_BAD_MAC] = true,
	[MIB_ATTACH_REPLAY] = true,
	[MIB_ATTACH_NO_CONN] = true,
	[MIB_ATTACH_NO_SOCK] = true,
	[MIB_LATE_OLD_PATH] = true,
	[MIB_LIMITED_DROP] = true,
	[MIB_CHANGE_LOST] = true,
	[MIB_BOX_LOST] = true,
	[MIB_FLOW_NOMEM] = true,
	[MIB_FLOW_FULL] = true,
	[MIB_FLOW_EVICTED] = true,
	[MIB_PEER_EVICTED] = true,
};

bool is_drop_counter(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mib_names); i++)
		if (!strcmp(mib_names[i], name))
			return drops[i];
	return false;
}
