// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving signalling packets: from IP or UDP to the handler of each message.
 *
 * A packet is one transaction (csp.rst, section "Transactions"). Its messages
 * are handled in order; what they answer is collected in one packet, which is
 * never longer than three times the request.
 */
#include <linux/export.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/protocol.h>
#include <net/tcp.h>
#include <net/udp.h>
#include <trace/events/csp.h>

#include "attach.h"
#include "change.h"
#include "detach.h"
#include "flood.h"
#include "flow.h"
#include "limit.h"
#include "listen.h"
#include "move.h"
#include "offer.h"
#include "oldpath.h"
#include "redirect.h"
#include "refer.h"
#include "register.h"
#include "relation.h"
#include "rx.h"
#include "setup.h"
#include "tx.h"

/**
 * csp_rx_start() - begin to read a packet
 * @rx:   filled in
 * @cn:   namespace
 * @skb:  linear; its data begins with the csphdr, its network header is set
 * @udp:  came over UDP
 * @port: from this UDP port
 *
 * Context: any.
 * Return: false: it is no packet of ours, and was counted. The answer, if it
 * deserves one, is in @rx.
 */
bool csp_rx_start(struct csp_rx *rx, struct csp_net *cn, struct sk_buff *skb,
		  bool udp, __be16 port)
{
	int err;

	rx->cn = cn;
	rx->skb = skb;
	rx->udp = udp;
	rx->port = port;
	rx->iif = skb->skb_iif;
	rx->missed = false;
	rx->reply = NULL;
	if (skb->protocol == htons(ETH_P_IP)) {
		rx->family = 4;
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, &rx->saddr);
		ipv6_addr_set_v4mapped(ip_hdr(skb)->daddr, &rx->daddr);
	} else {
		rx->family = 6;
		rx->saddr = ipv6_hdr(skb)->saddr;
		rx->daddr = ipv6_hdr(skb)->daddr;
	}

	err = csp_read_hdr(&rx->rd, skb->data, skb->len);
	if (!err)
		return true;
	if (err == CSP_ERR_VERSION) {
		CSP_INC(cn, IN_VERSION);
		/* Section "Extension rules": the answer must not amplify. */
		if (skb->len >= 24 && !(rx->rd.flags & CSP_F_REPLY))
			csp_rx_reject(rx, NULL, CSP_ERR_VERSION, 0, NULL);
		return false;
	}
	CSP_INC(cn, IN_MALFORMED);
	return false;
}

/**
 * csp_rx_reply() - add a message to the answer
 * @rx:   packet being answered
 * @type: enum csp_msg_type
 * @dcid: the other end's identifier
 *
 * Context: any.
 * Return: the writer, or NULL: no memory, or @rx is an answer itself.
 */
struct csp_writer *csp_rx_reply(struct csp_rx *rx, u8 type, __be64 dcid)
{
	size_t size = min_t(size_t, 3 * rx->skb->len, CSP_MSG_ROOM);

	if (rx->rd.flags & CSP_F_REPLY)
		return NULL;
	if (!rx->reply) {
		rx->reply = csp_tx_alloc(size);
		if (!rx->reply)
			return NULL;
		csp_write_start(&rx->wr, rx->reply->data, size, rx->rd.xid,
				CSP_F_REPLY, rx->rd.attempt);
	}
	csp_write_msg(&rx->wr, type, 0, dcid);
	return &rx->wr;
}
EXPORT_SYMBOL_GPL(csp_rx_reply);

static void csp_rx_addr(const struct csp_rx *rx, struct csp_addr *a)
{
	*a = (struct csp_addr) {
		.family	= rx->family,
		.proto	= rx->udp ? IPPROTO_UDP : 0,
		.port	= rx->udp ? rx->port : 0,
		.in6	= rx->saddr,
	};
}

/**
 * csp_rx_reject() - refuse a request
 * @rx:     the packet
 * @msg:    the message refused, or NULL
 * @code:   enum csp_error
 * @detail: attribute or message type that @code speaks of, or 0; with
 *          CSP_ERR_MISMATCH: CSP_A_DST if this host is not the one meant
 * @text:   explanation for people, or NULL
 *
 * The Reject carries the requester's identifier where the request had one:
 * that is the proof that makes it believed (csp.rst, section "Rejection").
 *
 * Context: any.
 */
void csp_rx_reject(struct csp_rx *rx, const struct csp_msg *msg, u16 code,
		   u16 detail, const char *text)
{
	struct csp_writer *wr;
	struct csp_addr seen;
	__be64 dcid = 0;

	if (!csp_limit_reply(rx->cn, &rx->saddr)) {
		CSP_INC(rx->cn, RATE_LIMITED);
		return;
	}
	if (msg)
		dcid = CSP_HAS(msg, LOCAL_ID) ? msg->cid : msg->dcid;
	wr = csp_rx_reply(rx, CSP_MSG_REJECT, dcid);
	if (!wr)
		return;
	CSP_INC(rx->cn, REJECT_OUT);
	csp_write_error(wr, code, detail);
	if (code == CSP_ERR_VERSION)
		csp_write_versions(wr, CSP_VERSION, CSP_VERSION);
	if (code == CSP_ERR_MISMATCH && detail != CSP_A_DST) {
		csp_rx_addr(rx, &seen);
		csp_write_addr(wr, CSP_A_OBSERVED, &seen);
	}
	if (text)
		csp_write_blob(wr, CSP_A_TEXT, text, strlen(text));
}
EXPORT_SYMBOL_GPL(csp_rx_reject);

/**
 * csp_rx_back() - the way back of a packet: that by which it came
 * @rx: the packet
 * @to: filled in
 *
 * Context: any.
 */
void csp_rx_back(const struct csp_rx *rx, struct csp_to *to)
{
	*to = (struct csp_to) {
		.saddr	= rx->daddr,
		.daddr	= rx->saddr,
		.family	= rx->family,
		.udp	= rx->udp,
		.port	= rx->port,
	};
	if (rx->family == 6 &&
	    ipv6_addr_type(&rx->saddr) & IPV6_ADDR_LINKLOCAL)
		to->oif = rx->iif;
}
EXPORT_SYMBOL_GPL(csp_rx_back);

/**
 * csp_rx_send_reply() - send the answer, if there is one
 * @rx: packet being answered
 *
 * Context: any, no flow->lock held.
 */
void csp_rx_send_reply(struct csp_rx *rx)
{
	struct sk_buff *skb = rx->reply;
	struct csp_to to;

	if (!skb)
		return;
	rx->reply = NULL;
	csp_rx_back(rx, &to);
	if (rx->wr.full) {
		/* It would have been longer than three times the request. */
		CSP_INC(rx->cn, OUT_ERRORS);
		kfree_skb(skb);
		return;
	}
	csp_tx_finish(rx->cn, skb, &rx->wr, &to, NULL);
}

static void csp_rx_setup_answer(struct csp_rx *rx, struct csp_flow *flow,
				const struct csp_msg *msg)
{
	if (msg->dcid && rx->rd.xid == READ_ONCE(flow->xid))
		csp_setup_heard(flow);
	switch (msg->type) {
	case CSP_MSG_OK:
		csp_setup_rcv_ok(rx, flow, msg);
		break;
	case CSP_MSG_REJECT:
		csp_setup_rcv_reject(rx, flow, msg);
		break;
	case CSP_MSG_ACK:
		csp_setup_rcv_ack(rx, flow, msg);
		break;
	case CSP_MSG_REDIRECT:
		csp_redirect_rcv(rx, flow, msg);
		break;
	default:
		CSP_INC(rx->cn, IN_UNEXPECTED);
	}
}

static void csp_rx_move_answer(struct csp_rx *rx, struct csp_flow *flow,
			       const struct csp_msg *msg)
{
	switch (msg->type) {
	case CSP_MSG_OK:
		if (!csp_change_rcv_answer(rx, flow, msg) &&
		    !csp_oldpath_rcv_ok(rx, flow, msg))
			csp_move_rcv_ok(rx, flow, msg);
		break;
	case CSP_MSG_REJECT:
		if (!csp_change_rcv_answer(rx, flow, msg))
			csp_move_rcv_reject(rx, flow, msg);
		break;
	case CSP_MSG_ACK:
		/* Before it computes, the peer asks; after, it is told. */
		if (CSP_HAS(msg, NONCE) && csp_change_rcv_ack(rx, flow, msg))
			break;
		if (CSP_HAS(msg, NONCE))
			csp_move_rcv_cookie(rx, flow, msg);
		else
			csp_attach_rcv_ack(rx, flow, msg);
		break;
	case CSP_MSG_REDIRECT:
		/* Of a NAT: what this end is called; or of the peer's agent. */
		if (ipv6_addr_equal(&msg->dst.loc, &flow->t.raddr))
			csp_redirect_rcv(rx, flow, msg);
		else
			csp_refer_rcv(rx, flow, msg);
		break;
	case CSP_MSG_ATTACH:
		/* Beside the OK to our Setup. */
		csp_offer_rcv(rx, flow, msg);
		break;
	default:
		CSP_INC(rx->cn, IN_UNEXPECTED);
	}
}

static bool csp_rx_no_conn(const struct csp_msg *msg)
{
	return msg->type == CSP_MSG_REJECT && CSP_HAS(msg, ERROR) &&
	       msg->err_code == CSP_ERR_NO_CONN;
}

/* An answer to a host that is registered, or to an agent? */
static bool csp_rx_relation(struct csp_rx *rx, const struct csp_msg *msg)
{
	const struct csp_agent_ops *agent = csp_agent_ops_get();

	if (READ_ONCE(rx->cn->n_regs) && csp_reg_rcv(rx, msg))
		return true;
	return agent && agent->answer(rx, msg);
}

static void csp_rx_register(struct csp_rx *rx, const struct csp_msg *msg)
{
	const struct csp_agent_ops *agent = csp_agent_ops_get();

	if (!agent || !agent->request(rx, msg))
		CSP_INC(rx->cn, IN_UNSUPPORTED);
}

/* Answers to what a flow of ours asked. */
static void csp_rx_answer(struct csp_rx *rx, const struct csp_msg *msg)
{
	struct csp_flow *flow;

	/* No identifier in a Reject(VERSION): only the transaction is known. */
	if (msg->dcid)
		flow = csp_flow_by_cid(rx->cn, msg->dcid);
	else if (msg->type == CSP_MSG_REJECT)
		flow = csp_flow_by_xid(rx->cn, rx->rd.xid);
	else
		flow = NULL;
	if (!flow) {
		if (!csp_rx_relation(rx, msg) && !csp_flood_rcv_answer(rx, msg) &&
		    (!csp_rx_no_conn(msg) || !csp_detach_no_conn(rx, msg)))
			CSP_INC(rx->cn, IN_UNEXPECTED);
		return;
	}

	if (csp_detach_done(rx, flow))
		goto out;
	switch (READ_ONCE(flow->state)) {
	case CSP_STATE_SETUP:
	case CSP_STATE_PLAIN:
		csp_rx_setup_answer(rx, flow, msg);
		break;
	default:
		csp_rx_move_answer(rx, flow, msg);
	}
out:
	csp_flow_put(flow);
}

/* With VIA a request to a gateway, without it what a gateway tells. */
static void csp_rx_flood(struct csp_rx *rx, const struct csp_msg *msg)
{
	const struct csp_agent_ops *box = csp_agent_ops_get();

	if (!msg->n_via)
		csp_flood_rcv(rx, msg);
	else if (!box || !box->flood(rx, msg))
		CSP_INC(rx->cn, IN_UNSUPPORTED);
}

static void csp_rx_request(struct csp_rx *rx, const struct csp_msg *msg)
{
	switch (msg->type) {
	case CSP_MSG_SETUP:
		csp_listen_rcv_setup(rx, msg);
		break;
	case CSP_MSG_DETACH:
		/* With an Attach it is a part of the move; attach.c. */
		if (msg->code == CSP_SCOPE_CONN)
			csp_detach_rcv(rx, msg);
		break;
	case CSP_MSG_ATTACH:
	case CSP_MSG_CHANGE:
		csp_attach_rcv(rx, msg);
		break;
	case CSP_MSG_REJECT:
		csp_rx_flood(rx, msg);
		break;
	case CSP_MSG_REGISTER:
		csp_rx_register(rx, msg);
		break;
	case CSP_MSG_REDIRECT:
		CSP_INC(rx->cn, IN_UNSUPPORTED);
		break;
	default:
		CSP_INC(rx->cn, IN_UNEXPECTED);
	}
}

/* Which messages may come alone: all but half of a move. */
static bool csp_rx_alone(const struct csp_reader *rd, u8 type, u8 code)
{
	return rd->flags & CSP_F_REPLY || type != CSP_MSG_DETACH ||
	       code == CSP_SCOPE_CONN;
}

/*
 * A packet with an error in any message has no effect; section "Messages".
 * @single: set if @msg is all that there is, and need not be read again.
 */
static bool csp_rx_check(struct csp_rx *rx, struct csp_msg *msg, bool *single)
{
	struct csp_reader rd = rx->rd;
	u8 type = 0, code = 0;
	int ret, n = 0;

	*single = false;
	while ((ret = csp_read_msg(&rd, msg)) > 0) {
		if (!n) {
			type = msg->type;
			code = msg->code;
			if (rd.pos == rd.len && csp_rx_alone(&rd, type, code)) {
				rx->rd = rd;
				*single = true;
				return true;
			}
		} else if (!csp_bundle_takes(&rd, type, code, msg)) {
			ret = -CSP_ERR_MALFORMED;
			break;
		}
		n++;
	}
	if (!ret && n == 1 && !csp_rx_alone(&rd, type, code))
		ret = -CSP_ERR_MALFORMED;
	if (!ret)
		return true;
	if (ret == -CSP_ERR_CRITICAL) {
		CSP_INC(rx->cn, IN_CRITICAL);
		csp_rx_reject(rx, msg, CSP_ERR_CRITICAL, rd.err_detail, NULL);
	} else {
		CSP_INC(rx->cn, IN_MALFORMED);
	}
	return false;
}

static void csp_rx_message(struct csp_rx *rx, const struct csp_msg *msg)
{
	if (rx->rd.flags & CSP_F_REPLY)
		csp_rx_answer(rx, msg);
	else
		csp_rx_request(rx, msg);
}

static void csp_rx_messages(struct csp_rx *rx)
{
	struct csp_msg msg;
	bool single;

	if (!csp_rx_check(rx, &msg, &single))
		return;
	if (single) {
		csp_rx_message(rx, &msg);
		return;
	}
	while (csp_read_msg(&rx->rd, &msg) > 0)
		csp_rx_message(rx, &msg);
}

/* What goes to many is answered by none: whose address it has could be flooded. */
static bool csp_rx_unicast(const struct sk_buff *skb)
{
	if (skb->pkt_type != PACKET_HOST)
		return false;
	if (skb->protocol == htons(ETH_P_IP))
		return !(skb_rtable(skb)->rt_flags &
			 (RTCF_BROADCAST | RTCF_MULTICAST));
	return !ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr);
}

/**
 * csp_rcv_packet() - handle one packet
 * @cn:   namespace
 * @skb:  its data begins with the csphdr; consumed
 * @udp:  came over UDP
 * @port: from this UDP port
 *
 * Context: softirq, under RCU.
 */
void csp_rcv_packet(struct csp_net *cn, struct sk_buff *skb, bool udp,
		    __be16 port)
{
	struct csp_rx rx;

	CSP_INC(cn, IN_PKTS);
	if (udp)
		CSP_INC(cn, IN_UDP);
	if (!csp_rx_unicast(skb)) {
		CSP_INC(cn, IN_MANY);
		kfree_skb(skb);
		return;
	}
	if (READ_ONCE(cn->dying) || skb_linearize(skb)) {
		kfree_skb(skb);
		return;
	}
	if (csp_rx_start(&rx, cn, skb, udp, port)) {
		trace_csp_rcv(cn, &rx.saddr, &rx.daddr, skb->data, skb->len,
			      udp);
		csp_rx_messages(&rx);
	}
	csp_rx_send_reply(&rx);
	consume_skb(skb);
}

static int csp_rcv(struct sk_buff *skb)
{
	csp_rcv_packet(csp_pernet(dev_net(skb->dev)), skb, false, 0);
	return 0;
}

/*
 * ICMP: only "protocol unreachable" says something, and only if it quotes a
 * transaction that waits; section "Fallback". The first eight bytes are all
 * that some routers quote.
 */
static int csp_err4(struct sk_buff *skb, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const struct csphdr *hdr = (const void *)iph + iph->ihl * 4;
	struct csp_net *cn = csp_pernet(dev_net(skb->dev));
	struct in6_addr daddr;

	if (icmp_hdr(skb)->type != ICMP_DEST_UNREACH ||
	    icmp_hdr(skb)->code != ICMP_PROT_UNREACH)
		return 0;
	ipv6_addr_set_v4mapped(iph->daddr, &daddr);
	if (!READ_ONCE(cn->dying))
		csp_setup_unreach(cn, hdr->xid, &daddr, false);
	return 0;
}

static int csp_err6(struct sk_buff *skb, struct inet6_skb_parm *opt, u8 type,
		    u8 code, int offset, __be32 info)
{
	struct csp_net *cn = csp_pernet(dev_net(skb->dev));
	const struct ipv6hdr *ip6h;
	const struct csphdr *hdr;

	/* The v6 way to say it: unknown next header. */
	if (type != ICMPV6_PARAMPROB || code != ICMPV6_UNK_NEXTHDR ||
	    !pskb_may_pull(skb, offset + offsetof(struct csphdr, checksum)))
		return 0;
	ip6h = (const struct ipv6hdr *)skb->data;
	hdr = (const void *)skb->data + offset;
	if (!READ_ONCE(cn->dying))
		csp_setup_unreach(cn, hdr->xid, &ip6h->daddr, false);
	return 0;
}

static const struct net_protocol csp_protocol = {
	.handler	= csp_rcv,
	.err_handler	= csp_err4,
};

static const struct inet6_protocol csp_protocol6 = {
	.handler	= csp_rcv,
	.err_handler	= csp_err6,
	.flags		= INET6_PROTO_FINAL,
};

int __init csp_rx_init(void)
{
	int err = inet_add_protocol(&csp_protocol, csp_ipproto);

	if (err)
		return err;
	err = inet6_add_protocol(&csp_protocol6, csp_ipproto);
	if (err)
		inet_del_protocol(&csp_protocol, csp_ipproto);
	return err;
}

void csp_rx_exit(void)
{
	inet6_del_protocol(&csp_protocol6, csp_ipproto);
	inet_del_protocol(&csp_protocol, csp_ipproto);
}
