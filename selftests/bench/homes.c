// SPDX-License-Identifier: GPL-2.0
/*
 * What a home address costs its agent, among few and among many.
 *
 *	bench homes COUNT...
 *		in the namespace "agent"; COUNTs of addresses, ascending
 *
 * They are told to the agent as cspctl does it, a hundred for each key.  A Setup to
 * one of them comes out of a TUN device; nobody is registered, so that the agent
 * finds the address and answers Reject(GONE).  What it keeps of a registration is
 * in the same object.
 */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/csp_mbox.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "setup.h"
#include "tun.h"

#define HOMES	0x0a400000	/* 10.64.0.0/10 */
#define CLIENTS	0x0a800000	/* 10.128.0.0/9, in the device */
#define PORT	5004
#define LIFETIME 3600000	/* ms */

enum { BATCHES = 9, KEY_LEN = 32, HOMES_PER_KEY = 100 };

static struct mnl_socket *nl;
static uint16_t family;
static int tun;

/* --- the agent's administrator --- */

static struct nlmsghdr *request(char *buf, uint16_t type, uint8_t cmd,
				uint8_t version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

static int read_family(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		family = mnl_attr_get_u16(attr);
	(void)data;
	return MNL_CB_OK;
}

static int read_answer(const struct nlmsghdr *nlh, void *data)
{
	(void)data;
	return mnl_attr_parse(nlh, sizeof(struct genlmsghdr), read_family, NULL);
}

static void talk(struct nlmsghdr *nlh)
{
	char buf[8192];
	int len, more;

	check(mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) > 0, "netlink");
	do {
		len = mnl_socket_recvfrom(nl, buf, sizeof(buf));
		check(len > 0, "netlink");
		more = mnl_cb_run(buf, len, 0, mnl_socket_get_portid(nl),
				  read_answer, NULL);
		check(more >= 0, "the agent");
	} while (more);
}

static void netlink_open(void)
{
	char buf[256];
	struct nlmsghdr *nlh;

	nl = mnl_socket_open(NETLINK_GENERIC);
	check(nl && !mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID), "netlink");
	nlh = request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, CSP_MBOX_GENL_NAME);
	talk(nlh);
	check(family, CSP_MBOX_GENL_NAME);
}

static void add_home(long i)
{
	const uint32_t addr = htonl(HOMES + i), number = i / HOMES_PER_KEY;
	unsigned char key[KEY_LEN] = { 9 };
	char buf[256];
	struct nlmsghdr *nlh;

	memcpy(key + 1, &number, sizeof(number));
	nlh = request(buf, family, CSP_MBOX_CMD_AGENT_ADD,
		      CSP_MBOX_GENL_VERSION);
	mnl_attr_put(nlh, CSP_MBOX_A_HOME_HOME, sizeof(addr), &addr);
	mnl_attr_put(nlh, CSP_MBOX_A_HOME_KEY, sizeof(key), key);
	mnl_attr_put_u32(nlh, CSP_MBOX_A_HOME_LIFETIME, LIFETIME);
	talk(nlh);
}

/* --- who asks for them --- */

/* Instructions for a Setup to one of the addresses. */
static double ask_some(long have, int count)
{
	const int batch = count / BATCHES;
	static long id;
	unsigned char packet[512];
	double v[BATCHES];
	int64_t begin;
	size_t len;
	long at = 0;
	int i, j;

	for (i = 0; i < BATCHES; i++) {
		begin = now();
		for (j = 0; j < batch; j++) {
			/* Coprime to the counts: each another address. */
			at = (at + 7368787) % have;
			id++;
			len = make_setup(packet, sizeof(packet),
					 htonl(CLIENTS + id), htons(1024),
					 htonl(HOMES + at), htons(PORT), id);
			tun_put(tun, packet, len);
		}
		v[i] = (double)(now() - begin) / batch;
	}
	return median(v, BATCHES);
}

static void measure(long *have, long count, double empty)
{
	char name[64];

	while (*have < count)
		add_home((*have)++);
	/* What enlarges the tables runs beside, and shall not be measured. */
	pause_ns(2 * NSEC_PER_SEC);
	snprintf(name, sizeof(name), "home-memory-%ld", count);
	result_of(name, CSP, (kernel_memory() - empty) / count);
	snprintf(name, sizeof(name), "home-%ld", count);
	result_of(name, CSP, ask_some(*have, quick ? 900 : 4500));
	pause_ns(2 * NSEC_PER_SEC);
}

int bench_homes(int argc, char **argv)
{
	double empty;
	long have = 0;
	int i;

	ns_enter("agent");
	tun = tun_open("tun0");
	run("ip addr add 10.1.0.1/32 dev lo");
	run("ip route add 10.128.0.0/9 dev tun0");
	netlink_open();
	/* What the first one brings along is not counted. */
	add_home(have++);
	ask_some(1, BATCHES);
	empty = kernel_memory();
	for (i = 1; i < argc; i++)
		measure(&have, atol(argv[i]), empty);
	mnl_socket_close(nl);
	return 0;
}
