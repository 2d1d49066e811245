// SPDX-License-Identifier: GPL-2.0
/*
 * What a registered host costs its agent, among few and among many.
 *
 *	bench homes KEY COUNT...
 *		in the namespace "agent", whose configured key is KEY; COUNTs of
 *		registrations, ascending
 *
 * The home addresses are told to the agent as cspctl does it, a hundred for each key.
 * Their hosts are imagined: each has an address of its own, and what it says comes
 * out of a TUN device: a Register, after the agent's Ack once more with the nonce that
 * was in that, and so it is registered.  Then
 *
 *	home	a Setup to one of them, which the agent answers with a Redirect
 *	renew	a Register of one that is still where it was
 */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/csp.h>
#include <linux/csp_mbox.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "relation.h"
#include "setup.h"
#include "tun.h"

#define HOMES	0x0a400000	/* 10.64.0.0/10 */
#define CLIENTS	0x0a800000	/* 10.128.0.0/10, in the device */
#define PLACES	0x0ac00000	/* 10.192.0.0/10, there, too */
#define AGENT	0x0a010001	/* 10.1.0.1 */
#define PORT	5004
#define LIFETIME 3600000	/* ms */

enum { BATCHES = 9, HOMES_PER_KEY = 100, ROOM = 512 };

static struct mnl_socket *nl;
static uint16_t family;
static int tun;
static struct relation *relations;	/* one of HOMES_PER_KEY addresses */

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

static int read_attrs(const struct nlmsghdr *nlh, void *data)
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
				  read_attrs, NULL);
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
	const struct relation *rel = &relations[i / HOMES_PER_KEY];
	const uint32_t addr = htonl(HOMES + i);
	char buf[256];
	struct nlmsghdr *nlh;

	nlh = request(buf, family, CSP_MBOX_CMD_AGENT_ADD,
		      CSP_MBOX_GENL_VERSION);
	mnl_attr_put(nlh, CSP_MBOX_A_HOME_HOME, sizeof(addr), &addr);
	mnl_attr_put(nlh, CSP_MBOX_A_HOME_KEY, sizeof(rel->public),
		     rel->public);
	mnl_attr_put_u32(nlh, CSP_MBOX_A_HOME_LIFETIME, LIFETIME);
	talk(nlh);
}

/* --- hosts --- */

/* Each Register is a transaction of its own, and has a higher number. */
static struct registration registration_of(long i)
{
	static uint32_t seq;

	return (struct registration){
		.home = htonl(HOMES + i),
		.place = htonl(PLACES + i),
		.agent = htonl(AGENT),
		.id = ++seq,
		.seq = seq,
		.lifetime = LIFETIME,
		.rel = &relations[i / HOMES_PER_KEY],
	};
}

/* Type of the answer. */
static int ask(const void *packet, size_t len, uint64_t id,
	       struct registration *reg)
{
	unsigned char answer[2048];
	size_t answer_len;
	int type = 0;

	/* Nobody read what came before. */
	while (tun_get(tun, answer, sizeof(answer)))
		;
	tun_put(tun, packet, len);
	while (!type && (answer_len = tun_get(tun, answer, sizeof(answer))))
		type = read_answer(answer, answer_len, id, reg);
	return type;
}

static int ask_agent(struct registration *reg)
{
	unsigned char packet[ROOM];

	return ask(packet, make_register(packet, sizeof(packet), reg), reg->id,
		   reg);
}

static void register_home(long i)
{
	struct registration reg = registration_of(i);

	if (ask_agent(&reg) != CSP_MSG_ACK || ask_agent(&reg) != CSP_MSG_OK)
		die("host %ld is not registered", i);
}

/* --- what is measured --- */

/* A packet about a host of the first @have; another one each time. */
typedef size_t (*make_t)(unsigned char *packet, long i, uint64_t *id);

static long some_host(long have)
{
	static long at;

	/* Coprime to the counts. */
	at = (at + 7368787) % have;
	return at;
}

static size_t setup_to(unsigned char *packet, long i, uint64_t *id)
{
	static long client;

	*id = ++client;
	return make_setup(packet, ROOM, htonl(CLIENTS + client), htons(1024),
			  htonl(HOMES + i), htons(PORT), client);
}

static size_t renewal_of(unsigned char *packet, long i, uint64_t *id)
{
	const struct registration reg = registration_of(i);

	*id = reg.id;
	return make_register(packet, ROOM, &reg);
}

/* Instructions for one of these, and that it is answered as it should be. */
static double each(make_t make, int wanted, long have)
{
	const int batch = quick ? 100 : 500;
	unsigned char *packets = calloc(batch, ROOM);
	size_t *len = calloc(batch, sizeof(*len));
	double v[BATCHES];
	int64_t begin;
	uint64_t id;
	int i, j;

	check(packets && len, "memory");
	for (i = 0; i < BATCHES; i++) {
		for (j = 0; j < batch; j++)
			len[j] = make(packets + j * ROOM, some_host(have), &id);
		begin = now();
		for (j = 0; j < batch; j++)
			tun_put(tun, packets + j * ROOM, len[j]);
		v[i] = (double)(now() - begin) / batch;
	}
	len[0] = make(packets, some_host(have), &id);
	if (ask(packets, len[0], id, NULL) != wanted)
		die("no answer of type %d", wanted);
	free(packets);
	free(len);
	return median(v, BATCHES);
}

/* What each of those took by which there are more than before. */
static void measure_memory(long have)
{
	static double before;
	static long had;
	const double used = kernel_memory();
	char name[64];

	snprintf(name, sizeof(name), "home-memory-%ld", have);
	if (had)
		result_of(name, CSP, (used - before) / (have - had));
	before = used;
	had = have;
}

static void measure(long *have, long count)
{
	char name[64];

	for (; *have < count; ++*have) {
		add_home(*have);
		register_home(*have);
	}
	/* What enlarges the tables runs beside, and shall not be measured. */
	pause_ns(2 * NSEC_PER_SEC);
	measure_memory(count);
	snprintf(name, sizeof(name), "home-%ld", count);
	result_of(name, CSP, each(setup_to, CSP_MSG_REDIRECT, count));
	snprintf(name, sizeof(name), "renew-%ld", count);
	result_of(name, CSP, each(renewal_of, CSP_MSG_OK, count));
	pause_ns(2 * NSEC_PER_SEC);
}

static void make_relations(const char *agent, long homes)
{
	const long n = homes / HOMES_PER_KEY + 1;
	long i;

	relations = calloc(n, sizeof(*relations));
	check(relations, "memory");
	for (i = 0; i < n; i++)
		relation_make(&relations[i], i, agent);
}

int bench_homes(int argc, char **argv)
{
	long have = 0;
	int i;

	check(argc > 2, "arguments");
	make_relations(argv[1], atol(argv[argc - 1]));
	ns_enter("agent");
	tun = tun_open("tun0");
	run("ip addr add 10.1.0.1/32 dev lo");
	run("ip route add 10.128.0.0/9 dev tun0");
	netlink_open();
	for (i = 2; i < argc; i++)
		measure(&have, atol(argv[i]));
	mnl_socket_close(nl);
	return 0;
}
