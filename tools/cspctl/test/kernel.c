// SPDX-License-Identifier: GPL-2.0
/*
 * A make-believe kernel for the tests of cspctl, in the place of nl_io.c: it
 * answers from a few fixed objects, so that what cspctl sends and shows can be
 * compared with what is expected, and cspctl can be given rubbish.
 *
 * Environment:
 *	KERNEL_LOG	file to which each request is written, as a line
 *	KERNEL_MOOD	"absent"	there is no csp family, nor csp_mbox
 *			"denied"	nothing is permitted
 *			"stranger"	identifiers and events are not for you
 *			"refuse"	every change is refused, with a reason
 *			"old"		unknown commands, settings and counters
 *			"strange"	values and attributes of a later version
 *			"changing"	dumps are interrupted
 *			"overrun"	events get lost
 *			"troubled"	no counter is zero
 *	KERNEL_SEED	not 0: spoil the answers at random places
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/csp.h>
#include <linux/csp_mbox.h>
#include <linux/csp_netlink.h>

#include "cspctl.h"
#include "nl_io.h"

#define PORT		4711
#define FAMILY		0x21
#define BOX_FAMILY	0x22
#define GROUP		7

#define N_DATAGRAMS	32
#define DATAGRAM_SIZE	16384

static struct {
	size_t	len;
	char	buf[DATAGRAM_SIZE] __attribute__((aligned(8)));
} queue[N_DATAGRAMS];

static unsigned int head, tail;
static uint32_t seq;

static bool mood(const char *name)
{
	const char *now = getenv("KERNEL_MOOD");

	return now && !strcmp(now, name);
}

/* --- making answers ---------------------------------------------------------------- */

static struct nlmsghdr *message(uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(queue[head].buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = seq;
	nlh->nlmsg_pid = PORT;
	return nlh;
}

static void ready(const struct nlmsghdr *nlh)
{
	queue[head++].len = nlh->nlmsg_len;
	if (head == N_DATAGRAMS)
		abort();
}

static uint16_t family = FAMILY;	/* of what is answered */

static struct nlmsghdr *reply(uint8_t cmd)
{
	struct nlmsghdr *nlh = message(family, mood("changing") ?
				       NLM_F_DUMP_INTR : 0);
	struct genlmsghdr *genl;

	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = CSP_GENL_VERSION;
	return nlh;
}

static void done(void)
{
	struct nlmsghdr *nlh = message(NLMSG_DONE, NLM_F_MULTI);
	int *status = mnl_nlmsg_put_extra_header(nlh, sizeof(*status));

	*status = 0;
	ready(nlh);
}

static void status(const struct nlmsghdr *request, int err, const char *why)
{
	struct nlmsghdr *nlh = message(NLMSG_ERROR, NLM_F_CAPPED);
	struct nlmsgerr *body;

	body = mnl_nlmsg_put_extra_header(nlh, sizeof(*body));
	body->error = err;
	body->msg = *request;
	if (why) {
		nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, why);
	}
	ready(nlh);
}

static void put_be64(struct nlmsghdr *nlh, uint16_t type, uint64_t value)
{
	mnl_attr_put_u64(nlh, type, htobe64(value));
}

static void put_address(struct nlmsghdr *nlh, uint16_t type, const char *text)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		mnl_attr_put(nlh, type, 4, bytes);
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		mnl_attr_put(nlh, type, 16, bytes);
	else
		abort();
}

/* --- what there is ------------------------------------------------------------------- */

static const struct object {
	uint64_t	cid;
	uint64_t	peer_cid;
	uint8_t		proto;
	const char	*laddr;
	const char	*raddr;
	uint16_t	lport;
	uint16_t	rport;
	uint8_t		state;
	uint32_t	flags;
	uint32_t	moves;
	uint32_t	age;
	const char	*home_laddr;
	const char	*alternative;
} objects[] = {
	{
		0x0123456789abcdef, 0xfedcba9876543210, IPPROTO_TCP,
		"10.0.0.1", "10.0.0.2", 40000, 80, CSP_STATE_ESTABLISHED,
		CSP_INFO_INITIATOR, 0, 3250, "10.0.0.1", NULL,
	}, {
		0x1111111111111111, 0x2222222222222222, IPPROTO_UDP,
		"2001:db8::1", "2001:db8:ffff:ffff:ffff:ffff:ffff:2", 53, 5353,
		CSP_STATE_MOVING, CSP_INFO_UDP_ENCAP | CSP_INFO_VALIDATED, 3,
		7384000, "2001:db8::a", "2001:db8::b",
	}, {
		0x3, 0, IPPROTO_TCP, "10.0.0.1", "192.0.2.7", 40001, 22,
		CSP_STATE_PLAIN, CSP_INFO_INITIATOR, 0, 200000000, "10.0.0.1",
		NULL,
	},
};

static void put_flow(struct nlmsghdr *nlh, const struct object *o)
{
	if (!mood("stranger")) {
		put_be64(nlh, CSP_A_FLOW_CID, o->cid);
		put_be64(nlh, CSP_A_FLOW_PEER_CID, o->peer_cid);
	}
	mnl_attr_put_u8(nlh, CSP_A_FLOW_PROTO, mood("strange") ? 99 : o->proto);
	mnl_attr_put_u16(nlh, CSP_A_FLOW_FAMILY,
			 strchr(o->laddr, ':') ? AF_INET6 : AF_INET);
	put_address(nlh, CSP_A_FLOW_LADDR, o->laddr);
	put_address(nlh, CSP_A_FLOW_RADDR, o->raddr);
	mnl_attr_put_u16(nlh, CSP_A_FLOW_LPORT, htons(o->lport));
	mnl_attr_put_u16(nlh, CSP_A_FLOW_RPORT, htons(o->rport));
	mnl_attr_put_u8(nlh, CSP_A_FLOW_STATE, mood("strange") ? 77 : o->state);
	mnl_attr_put_u32(nlh, CSP_A_FLOW_FLAGS,
			 mood("strange") ? UINT32_MAX : o->flags);
	mnl_attr_put_u32(nlh, CSP_A_FLOW_MOVES, o->moves);
	mnl_attr_put_u32(nlh, CSP_A_FLOW_AGE, o->age);
}

static void flow(const struct object *o)
{
	struct nlmsghdr *nlh = reply(CSP_CMD_FLOW_GET);

	put_flow(nlh, o);
	put_address(nlh, CSP_A_FLOW_HOME_LADDR, o->home_laddr);
	put_address(nlh, CSP_A_FLOW_HOME_RADDR, o->raddr);
	mnl_attr_put_u32(nlh, CSP_A_FLOW_TIMEOUT, o->moves ? 10000 : 0);
	if (o->alternative) {
		put_address(nlh, CSP_A_FLOW_ALTERNATIVE, o->alternative);
		put_address(nlh, CSP_A_FLOW_ALTERNATIVE, "2001:db8::c");
	}
	mnl_attr_put_u32(nlh, CSP_A_FLOW_INODE, o->moves ? 0 : 12345);
	if (mood("strange"))
		mnl_attr_put_str(nlh, CSP_A_FLOW_MAX + 5, "from the future");
	ready(nlh);
}

static void event(uint8_t what, const struct object *o, uint16_t error_code,
		  const char *text)
{
	struct nlmsghdr *nlh = reply(CSP_CMD_FLOW_EVENT);

	mnl_attr_put_u8(nlh, CSP_A_FLOW_EVENT, mood("strange") ? 200 : what);
	if (error_code)
		mnl_attr_put_u16(nlh, CSP_A_FLOW_ERROR, error_code);
	if (text)
		mnl_attr_put_strz(nlh, CSP_A_FLOW_TEXT, text);
	put_flow(nlh, o);
	ready(nlh);
}

static void conf(void)
{
	struct nlmsghdr *nlh = reply(CSP_CMD_CONF_GET);
	static const uint32_t def[] = {
#define CSP_CONF(id, def, min, max, unit, meaning) def,
#include "../../../net/csp/conf_list.h"
#undef CSP_CONF
	};
	unsigned int i;

	for (i = 1; i <= CSP_A_CONF_MAX - (mood("old") ? 3 : 0); i++)
		mnl_attr_put_u32(nlh, i, i == CSP_A_CONF_DEFAULT_MODE ?
				 CSP_MODE_PREFER : i == CSP_A_CONF_FALLBACK ?
				 400 : def[i - 1]);
	if (mood("strange"))
		mnl_attr_put_u32(nlh, CSP_A_CONF_MAX + 1, 1);
	ready(nlh);
}

static void counter(struct nlmsghdr *nlh, const char *name, const char *meaning,
		    uint64_t value)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, CSP_A_STATS_COUNTER);

	mnl_attr_put_strz(nlh, CSP_A_COUNTER_NAME, name);
	mnl_attr_put_u64(nlh, CSP_A_COUNTER_VALUE, value);
	mnl_attr_put_strz(nlh, CSP_A_COUNTER_MEANING, meaning);
	mnl_attr_nest_end(nlh, nest);
}

static void stats(void)
{
	struct nlmsghdr *nlh = reply(CSP_CMD_STATS_GET);

#define CSP_MIB(id, name, meaning)					\
	counter(nlh, name, meaning,					\
		!strcmp(name, "setup-out") ? 18446744073709551615ULL :	\
		!strcmp(name, "in-malformed") ? 4 : mood("troubled"));
#include "../../../net/csp/mib.h"
#undef CSP_MIB
	mnl_attr_put_u32(nlh, CSP_A_STATS_FLOWS, 3);
	mnl_attr_put_u32(nlh, CSP_A_STATS_EMBRYONIC, 1);
	mnl_attr_put_u32(nlh, CSP_A_STATS_PEERS, 2);
	ready(nlh);
}

static void key(uint8_t cmd)
{
	struct nlmsghdr *nlh = reply(cmd);
	uint8_t public[32];
	unsigned int i;

	for (i = 0; i < sizeof(public); i++)
		public[i] = 7 * i;
	mnl_attr_put(nlh, CSP_A_KEY_PUBLIC, sizeof(public), public);
	mnl_attr_put_u32(nlh, CSP_A_KEY_AGE, cmd == CSP_CMD_KEY_GET ? 3700 : 0);
	mnl_attr_put_u32(nlh, CSP_A_KEY_GENERATION,
			 cmd == CSP_CMD_KEY_GET ? 1 : 2);
	mnl_attr_put_u32(nlh, CSP_A_KEY_IN_USE, 1);
	ready(nlh);
}

static void peer(const char *addr, uint8_t proto, uint16_t port, uint8_t verdict,
		 uint32_t expires, bool udp, uint32_t rtt)
{
	struct nlmsghdr *nlh = reply(CSP_CMD_PEER_GET);

	put_address(nlh, CSP_A_PEER_ADDR, addr);
	mnl_attr_put_u8(nlh, CSP_A_PEER_PROTO, proto);
	mnl_attr_put_u16(nlh, CSP_A_PEER_PORT, htons(port));
	mnl_attr_put_u8(nlh, CSP_A_PEER_VERDICT, verdict);
	mnl_attr_put_u32(nlh, CSP_A_PEER_EXPIRES, expires);
	mnl_attr_put_u32(nlh, CSP_A_PEER_RTT, rtt);
	if (udp)
		mnl_attr_put(nlh, CSP_A_PEER_UDP, 0, NULL);
	ready(nlh);
}

static void rule(const char *cgroup, uint8_t mode, const char *name)
{
	struct nlmsghdr *nlh = reply(CSP_CMD_RULE_GET);

	mnl_attr_put_strz(nlh, CSP_A_RULE_CGROUP, cgroup);
	mnl_attr_put_u8(nlh, CSP_A_RULE_MODE, mode);
	if (name) {
		mnl_attr_put_strz(nlh, CSP_A_RULE_NAME, name);
		mnl_attr_put(nlh, CSP_A_RULE_AUTH, strlen(name), name);
	}
	ready(nlh);
}

static void flushed(uint32_t n)
{
	struct nlmsghdr *nlh = reply(CSP_CMD_PEER_FLUSH);

	mnl_attr_put_u32(nlh, CSP_A_PEER_FLUSHED, n);
	ready(nlh);
}

/* --- the family of boxes ------------------------------------------------------------------ */

static void box_rule(uint32_t id, uint8_t action)
{
	struct nlmsghdr *nlh = reply(CSP_MBOX_CMD_RULE_GET);

	mnl_attr_put_u32(nlh, CSP_MBOX_A_RULE_ID, id);
	mnl_attr_put_u64(nlh, CSP_MBOX_A_RULE_HITS, 3 * id);
	mnl_attr_put_u8(nlh, CSP_MBOX_A_RULE_ACTION,
			mood("strange") ? 44 : action);
	if (action == CSP_MBOX_ACTION_ACCEPT) {
		mnl_attr_put_strz(nlh, CSP_MBOX_A_RULE_IN_NAME, "eth\x1b[2J0");
		mnl_attr_put_u32(nlh, CSP_MBOX_A_RULE_OUT_GROUP, 7);
		put_address(nlh, CSP_MBOX_A_RULE_SRC, "10.1.0.0");
		mnl_attr_put_u8(nlh, CSP_MBOX_A_RULE_SRC_LEN, 16);
		put_address(nlh, CSP_MBOX_A_RULE_DST, "192.0.2.7");
		mnl_attr_put_u8(nlh, CSP_MBOX_A_RULE_DST_LEN, 32);
		mnl_attr_put_u8(nlh, CSP_MBOX_A_RULE_PROTO, IPPROTO_TCP);
		mnl_attr_put_u16(nlh, CSP_MBOX_A_RULE_SPORT, 1024);
		mnl_attr_put_u16(nlh, CSP_MBOX_A_RULE_SPORT_MAX, 2048);
		mnl_attr_put_u16(nlh, CSP_MBOX_A_RULE_DPORT, 80);
		mnl_attr_put_u16(nlh, CSP_MBOX_A_RULE_DPORT_MAX, 80);
		mnl_attr_put_u32(nlh, CSP_MBOX_A_RULE_TIMEOUT, 300000);
	} else if (action == CSP_MBOX_ACTION_REJECT) {
		mnl_attr_put_strz(nlh, CSP_MBOX_A_RULE_NAME, "games.example");
		mnl_attr_put(nlh, CSP_MBOX_A_RULE_AUTH, 3, "k\0y");
		mnl_attr_put_strz(nlh, CSP_MBOX_A_RULE_TEXT, "not \x1b[1mhere");
	} else {
		put_address(nlh, CSP_MBOX_A_RULE_TO, "2001:db8::80");
		mnl_attr_put_u16(nlh, CSP_MBOX_A_RULE_TO_PORT, 3128);
	}
	ready(nlh);
}

static void pinhole(uint8_t cmd, uint64_t cid, uint8_t state, uint8_t dir)
{
	struct nlmsghdr *nlh = reply(cmd);

	put_be64(nlh, CSP_MBOX_A_PINHOLE_CID, cid);
	put_be64(nlh, CSP_MBOX_A_PINHOLE_PEER_CID, dir ? 0 : cid + 1);
	if (cmd == CSP_MBOX_CMD_PINHOLE_EVENT)
		mnl_attr_put_u8(nlh, CSP_MBOX_A_PINHOLE_EVENT,
				mood("strange") ? 99 : CSP_MBOX_EVENT_OPENED);
	mnl_attr_put_u8(nlh, CSP_MBOX_A_PINHOLE_STATE,
			mood("strange") ? 77 : state);
	mnl_attr_put_u8(nlh, CSP_MBOX_A_PINHOLE_DIR, dir);
	mnl_attr_put_u8(nlh, CSP_MBOX_A_PINHOLE_PROTO, IPPROTO_UDP);
	put_address(nlh, CSP_MBOX_A_PINHOLE_SRC, "10.1.0.1");
	put_address(nlh, CSP_MBOX_A_PINHOLE_DST, "192.0.2.7");
	mnl_attr_put_u16(nlh, CSP_MBOX_A_PINHOLE_SPORT, htons(4000));
	mnl_attr_put_u16(nlh, CSP_MBOX_A_PINHOLE_DPORT, htons(53));
	mnl_attr_put_u32(nlh, CSP_MBOX_A_PINHOLE_GRANTED, 10000);
	mnl_attr_put_u32(nlh, CSP_MBOX_A_PINHOLE_EXPIRES, 8500);
	mnl_attr_put_u32(nlh, CSP_MBOX_A_PINHOLE_AGE, 3000);
	mnl_attr_put_u32(nlh, CSP_MBOX_A_PINHOLE_RULE, 2);
	ready(nlh);
}

static void box_conf(void)
{
	struct nlmsghdr *nlh = reply(CSP_MBOX_CMD_CONF_GET);
	unsigned int i;

	for (i = 1; i <= CSP_MBOX_A_CONF_MAX; i++)
		mnl_attr_put_u32(nlh, i, 100 + i);
	ready(nlh);
}

static void box_stats(void)
{
	struct nlmsghdr *nlh = reply(CSP_MBOX_CMD_STATS_GET);

	counter(nlh, "setups", "Setups judged", 12);
	counter(nlh, "drops", "signalling packets not forwarded", 0);
	mnl_attr_put_u32(nlh, CSP_MBOX_A_STATS_PINHOLES, 9);
	mnl_attr_put_u32(nlh, CSP_MBOX_A_STATS_WAITING, 4);
	mnl_attr_put_u32(nlh, CSP_MBOX_A_STATS_RULES, 3);
	ready(nlh);
}

static void box_number(uint8_t cmd, uint16_t type, uint32_t number)
{
	struct nlmsghdr *nlh = reply(cmd);

	mnl_attr_put_u32(nlh, type, number);
	ready(nlh);
}

static void asked_block(void)
{
	struct nlmsghdr *nlh = reply(CSP_CMD_BLOCK_GET);

	put_address(nlh, CSP_A_BLOCK_ADDR, "192.0.2.9");
	put_address(nlh, CSP_A_BLOCK_LOCAL, "192.0.2.1");
	put_address(nlh, CSP_A_BLOCK_VIA, "192.0.2.254");
	mnl_attr_put_u32(nlh, CSP_A_BLOCK_TIMEOUT, 60000);
	mnl_attr_put_u8(nlh, CSP_A_BLOCK_STATE, CSP_BLOCK_STATE_BLOCKED);
	mnl_attr_put_u16(nlh, CSP_A_BLOCK_ERROR, CSP_ERR_FULL);
	mnl_attr_put_u32(nlh, CSP_A_BLOCK_EXPIRES, 60000);
	ready(nlh);
}

static void flood_rules(void)
{
	static const struct {
		uint8_t		proto;
		uint16_t	port;
		uint32_t	rate;
		uint32_t	timeout;
	} rules[] = {
		{ IPPROTO_TCP, 80, 100, 300000 },
		{ IPPROTO_UDP, 5353, 0, 60000 },
	};
	struct nlmsghdr *nlh;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		nlh = reply(CSP_CMD_FLOOD_GET);
		mnl_attr_put_u8(nlh, CSP_A_FLOOD_PROTO, rules[i].proto);
		mnl_attr_put_u16(nlh, CSP_A_FLOOD_PORT, htons(rules[i].port));
		mnl_attr_put_u32(nlh, CSP_A_FLOOD_RATE, rules[i].rate);
		mnl_attr_put_u32(nlh, CSP_A_FLOOD_TIMEOUT, rules[i].timeout);
		ready(nlh);
	}
}

static void box_block(void)
{
	struct nlmsghdr *nlh = reply(CSP_MBOX_CMD_BLOCK_GET);

	put_address(nlh, CSP_MBOX_A_BLOCK_SRC, "192.0.2.9");
	put_address(nlh, CSP_MBOX_A_BLOCK_DST, "192.0.2.1");
	mnl_attr_put_u8(nlh, CSP_MBOX_A_BLOCK_PROTO, IPPROTO_TCP);
	mnl_attr_put_u64(nlh, CSP_MBOX_A_BLOCK_PACKETS, 12);
	mnl_attr_put_u32(nlh, CSP_MBOX_A_BLOCK_AGE, 5000);
	mnl_attr_put_u32(nlh, CSP_MBOX_A_BLOCK_EXPIRES, 60000);
	ready(nlh);
}

static void box_sides(void)
{
	struct nlmsghdr *nlh = reply(CSP_MBOX_CMD_GATEWAY_GET);

	mnl_attr_put_strz(nlh, CSP_MBOX_A_GATEWAY_IN_NAME, "eth0");
	mnl_attr_put(nlh, CSP_MBOX_A_GATEWAY_EDGE, 0, NULL);
	ready(nlh);
	nlh = reply(CSP_MBOX_CMD_GATEWAY_GET);
	mnl_attr_put_u32(nlh, CSP_MBOX_A_GATEWAY_IN_GROUP, 7);
	ready(nlh);
}

static void box_names(void)
{
	struct nlmsghdr *nlh = reply(CSP_MBOX_CMD_NAME_GET);

	mnl_attr_put_strz(nlh, CSP_MBOX_A_NAME_NAME, "www.example.com");
	put_address(nlh, CSP_MBOX_A_NAME_TO, "192.0.2.9");
	mnl_attr_put_u64(nlh, CSP_MBOX_A_NAME_HITS, 12);
	ready(nlh);
	nlh = reply(CSP_MBOX_CMD_NAME_GET);
	mnl_attr_put_u16(nlh, CSP_MBOX_A_NAME_PORT, 8080);
	put_address(nlh, CSP_MBOX_A_NAME_TO, "192.0.2.1");
	mnl_attr_put_u16(nlh, CSP_MBOX_A_NAME_TO_PORT, 80);
	mnl_attr_put_u64(nlh, CSP_MBOX_A_NAME_HITS, 0);
	ready(nlh);
}

static void box_token(void)
{
	struct nlmsghdr *nlh = reply(CSP_MBOX_CMD_TOKEN_NEW);

	mnl_attr_put(nlh, CSP_MBOX_A_TOKEN_TOKEN, 4, "\x7c\x0a\xff\x01");
	ready(nlh);
}

/* One that is guarded, and away. */
static void box_home(void)
{
	static const uint8_t home[4] = { 192, 0, 2, 9 };
	static const uint8_t locator[4] = { 198, 51, 100, 7 };
	static const uint8_t key[32];
	struct nlmsghdr *nlh = reply(CSP_MBOX_CMD_AGENT_GET);

	mnl_attr_put(nlh, CSP_MBOX_A_HOME_HOME, sizeof(home), home);
	mnl_attr_put(nlh, CSP_MBOX_A_HOME_KEY, sizeof(key), key);
	mnl_attr_put(nlh, CSP_MBOX_A_HOME_GUARD, 0, NULL);
	mnl_attr_put_u8(nlh, CSP_MBOX_A_HOME_STATE, CSP_MBOX_HOME_STATE_AWAY);
	mnl_attr_put(nlh, CSP_MBOX_A_HOME_LOCATOR, sizeof(locator), locator);
	mnl_attr_put_u32(nlh, CSP_MBOX_A_HOME_EXPIRES, 60000);
	ready(nlh);
}

static void answer_box_dump(const struct nlmsghdr *request, uint8_t cmd)
{
	switch (cmd) {
	case CSP_MBOX_CMD_RULE_GET:
		box_rule(1, CSP_MBOX_ACTION_ACCEPT);
		box_rule(5, CSP_MBOX_ACTION_REJECT);
		box_rule(4, CSP_MBOX_ACTION_REDIRECT);
		break;
	case CSP_MBOX_CMD_GATEWAY_GET:
		box_sides();
		break;
	case CSP_MBOX_CMD_NAME_GET:
		box_names();
		break;
	case CSP_MBOX_CMD_AGENT_GET:
		box_home();
		break;
	case CSP_MBOX_CMD_BLOCK_GET:
		box_block();
		break;
	case CSP_MBOX_CMD_PINHOLE_GET:
		pinhole(cmd, 0x1234, CSP_MBOX_STATE_OPEN, CSP_DIR_BOTH);
		pinhole(cmd, 0x5678, CSP_MBOX_STATE_ASKED, CSP_DIR_REVERSE);
		break;
	default:
		status(request, -EOPNOTSUPP, NULL);
		return;
	}
	done();
}

static void answer_box_do(const struct nlmsghdr *request, uint8_t cmd)
{
	switch (cmd) {
	case CSP_MBOX_CMD_RULE_ADD:
		box_number(cmd, CSP_MBOX_A_RULE_ID, 6);
		break;
	case CSP_MBOX_CMD_RULE_FLUSH:
		box_number(cmd, CSP_MBOX_A_RULE_FLUSHED, 3);
		break;
	case CSP_MBOX_CMD_NAME_FLUSH:
		box_number(cmd, CSP_MBOX_A_NAME_FLUSHED, 3);
		break;
	case CSP_MBOX_CMD_BLOCK_FLUSH:
		box_number(cmd, CSP_MBOX_A_BLOCK_FLUSHED, 3);
		break;
	case CSP_MBOX_CMD_TOKEN_NEW:
		box_token();
		break;
	case CSP_MBOX_CMD_CONF_GET:
		box_conf();
		break;
	case CSP_MBOX_CMD_STATS_GET:
		box_stats();
		break;
	}
	status(request, mood("refuse") ? -ENOENT : 0,
	       mood("refuse") ? "no such \x1b[31mrule" : NULL);
}

/* --- requests ---------------------------------------------------------------------------- */

static const char *asked_family(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_NAME)
			return mnl_attr_get_str(attr);
	abort();
}

static const struct object *find_object(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	unsigned int i;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != CSP_A_FLOW_CID)
			continue;
		for (i = 0; i < ARRAY_SIZE(objects); i++)
			if (objects[i].cid == be64toh(mnl_attr_get_u64(attr)))
				return &objects[i];
	}
	return NULL;
}

static void answer_family(const struct nlmsghdr *request)
{
	struct nlmsghdr *nlh;
	struct genlmsghdr *genl;
	struct nlattr *groups, *group;

	if (mood("absent")) {
		status(request, -ENOENT, NULL);
		return;
	}
	family = strcmp(asked_family(request), CSP_MBOX_GENL_NAME) ?
		 FAMILY : BOX_FAMILY;
	nlh = message(GENL_ID_CTRL, 0);
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_NEWFAMILY;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, asked_family(request));
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, family);
	groups = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, "others");
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, GROUP - 1);
	mnl_attr_nest_end(nlh, group);
	group = mnl_attr_nest_start(nlh, 2);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, CSP_MCGRP_EVENTS);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, GROUP);
	mnl_attr_nest_end(nlh, group);
	mnl_attr_nest_end(nlh, groups);
	ready(nlh);
	status(request, 0, NULL);
}

static void answer_dump(const struct nlmsghdr *request, uint8_t cmd)
{
	unsigned int i;

	switch (cmd) {
	case CSP_CMD_FLOW_GET:
		for (i = 0; i < ARRAY_SIZE(objects); i++)
			flow(&objects[i]);
		break;
	case CSP_CMD_BLOCK_GET:
		asked_block();
		break;
	case CSP_CMD_FLOOD_GET:
		flood_rules();
		break;
	case CSP_CMD_PEER_GET:
		peer("10.0.0.2", 0, 0, CSP_PEER_VERDICT_CAPABLE, 590000, false,
		     20037);
		peer("10.0.0.2", IPPROTO_TCP, 25, CSP_PEER_VERDICT_NOT_WANTED,
		     59000, false, 0);
		peer("2001:db8::2", 0, 0, CSP_PEER_VERDICT_PLAIN, 999, true, 0);
		break;
	case CSP_CMD_RULE_GET:
		rule("/system.slice", CSP_MODE_PREFER, NULL);
		rule("/odd\x1b[2Jname", CSP_MODE_REQUIRE, "a\x1b[2Jb");
		break;
	default:
		status(request, -EOPNOTSUPP, NULL);
		return;
	}
	done();
}

static bool is_change(uint8_t cmd)
{
	switch (cmd) {
	case CSP_CMD_FLOW_GET:
	case CSP_CMD_CONF_GET:
	case CSP_CMD_STATS_GET:
	case CSP_CMD_PEER_GET:
	case CSP_CMD_KEY_GET:
	case CSP_CMD_RULE_GET:
	case CSP_CMD_BLOCK_GET:
	case CSP_CMD_FLOOD_GET:
		return false;
	}
	return true;
}

static void answer_do(const struct nlmsghdr *request, uint8_t cmd)
{
	const struct object *o = find_object(request);

	if (mood("refuse") && is_change(cmd)) {
		status(request, -EBUSY, "not on a \x1b[31mSunday");
		return;
	}
	switch (cmd) {
	case CSP_CMD_FLOW_GET:
		if (o)
			flow(o);
		/* fall through */
	case CSP_CMD_FLOW_DEL:
	case CSP_CMD_FLOW_MOVE:
	case CSP_CMD_FLOW_CHANGE:
		if (!o) {
			status(request, -ENOENT, "no such connection");
			return;
		}
		break;
	case CSP_CMD_CONF_GET:
		conf();
		break;
	case CSP_CMD_STATS_GET:
		stats();
		break;
	case CSP_CMD_PEER_FLUSH:
		flushed(2);
		break;
	case CSP_CMD_KEY_GET:
	case CSP_CMD_KEY_ROTATE:
		key(cmd);
		break;
	case CSP_CMD_CONF_SET:
	case CSP_CMD_RULE_ADD:
	case CSP_CMD_RULE_DEL:
	case CSP_CMD_BLOCK_ADD:
	case CSP_CMD_BLOCK_DEL:
	case CSP_CMD_FLOOD_ADD:
	case CSP_CMD_FLOOD_DEL:
		break;
	default:
		status(request, -EOPNOTSUPP, NULL);
		return;
	}
	status(request, 0, NULL);
}

/* "5 dump 1=0123 2=0a000001": command and attributes */
static void log_request(const struct nlmsghdr *nlh, uint8_t cmd)
{
	const char *name = getenv("KERNEL_LOG");
	const struct nlattr *attr;
	const uint8_t *data;
	unsigned int i;
	FILE *f;

	f = name ? fopen(name, "a") : NULL;
	if (!f)
		return;
	fprintf(f, "%u%s", cmd, nlh->nlmsg_flags & NLM_F_DUMP ? " dump" : "");
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		fprintf(f, " %u=", mnl_attr_get_type(attr));
		data = mnl_attr_get_payload(attr);
		for (i = 0; i < mnl_attr_get_payload_len(attr); i++)
			fprintf(f, "%02x", data[i]);
	}
	fputc('\n', f);
	fclose(f);
}

/* --- nl_io.h --------------------------------------------------------------------------------- */

int nl_io_open(bool events)
{
	(void)events;
	return 0;
}

uint32_t nl_io_port(void)
{
	return PORT;
}

int nl_io_join(uint32_t group)
{
	if (group != GROUP)
		return -EINVAL;
	if (mood("denied") || mood("stranger"))
		return -EPERM;
	seq = 0;
	if (family == BOX_FAMILY) {
		pinhole(CSP_MBOX_CMD_PINHOLE_EVENT, 0x1234,
			CSP_MBOX_STATE_OPEN, CSP_DIR_BOTH);
		return 0;
	}
	event(CSP_EVENT_CREATED, &objects[0], 0, NULL);
	event(CSP_EVENT_PEER_MOVED, &objects[1], 0, NULL);
	event(CSP_EVENT_REJECTED, &objects[2], CSP_ERR_POLICY,
	      "no \"games\" \x1b]0;here\x07 \xff\xc2\x9b \xe2\x80\xae \xc3\xa4");
	return 0;
}

int nl_io_send(const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_len != len || !(nlh->nlmsg_flags & NLM_F_REQUEST))
		abort();
	seq = nlh->nlmsg_seq;
	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		answer_family(nlh);
		return 0;
	}
	log_request(nlh, genl->cmd);
	if (mood("denied"))
		status(nlh, -EPERM, NULL);
	else if (mood("old") && genl->cmd > CSP_CMD_CONF_SET)
		status(nlh, -EOPNOTSUPP, NULL);
	else if (nlh->nlmsg_type == BOX_FAMILY && nlh->nlmsg_flags & NLM_F_DUMP)
		answer_box_dump(nlh, genl->cmd);
	else if (nlh->nlmsg_type == BOX_FAMILY)
		answer_box_do(nlh, genl->cmd);
	else if (nlh->nlmsg_flags & NLM_F_DUMP)
		answer_dump(nlh, genl->cmd);
	else
		answer_do(nlh, genl->cmd);
	return 0;
}

/* Change some bytes after the header, and now and then the lengths in it. */
static void spoil(char *buf, size_t *len)
{
	static unsigned int rounds;
	size_t i, n, from = rand() % 8 ? sizeof(struct nlmsghdr) : 0;

	if (!rounds++)
		return;	/* the family is needed to get further */
	n = rand() % 6;
	for (i = 0; i < n && *len > from; i++)
		buf[from + rand() % (*len - from)] = rand() % 3 ?
			rand() : rand() % 2 ? 0 : 0xff;
	if (rand() % 4 == 0)
		*len = rand() % (*len + 1);
}

ssize_t nl_io_receive(void *buf, size_t size)
{
	static bool lost, seeded;
	const char *seed = getenv("KERNEL_SEED");
	size_t len;

	if (mood("overrun") && !lost && !seq) {
		lost = true;
		return -ENOBUFS;
	}
	if (tail == head)
		return -ESHUTDOWN;	/* the real kernel would let it wait */
	len = queue[tail].len;
	if (len > size)
		return -EMSGSIZE;
	if (seed && !seeded)
		srand(atoi(seed));
	seeded = true;
	if (seed && atoi(seed))
		spoil(queue[tail].buf, &len);
	/* The sanitizer guards what was not written. */
	__asan_unpoison_memory_region(buf, size);
	memcpy(buf, queue[tail++].buf, len);
	__asan_poison_memory_region((char *)buf + len, size - len);
	return len;
}
