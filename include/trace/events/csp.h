/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the Connection Signaling Protocol: packets, states, moves.
 *
 *	perf trace --no-syscalls -e 'csp:*'
 *	echo 1 > /sys/kernel/tracing/events/csp/enable
 *
 * Addresses are printed as IPv6, IPv4 ones as ::ffff:a.b.c.d; "ns" is the
 * inode of the network namespace, as lsns(8) shows it.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM csp

#if !defined(_TRACE_CSP_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_CSP_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/tracepoint.h>
#include <uapi/linux/csp.h>

struct csp_net;
struct csp_flow;
struct csp_tuple;

/* Numbers of the enums, for programs that read the format. */
TRACE_DEFINE_ENUM(CSP_MSG_UNSPEC);
TRACE_DEFINE_ENUM(CSP_MSG_SETUP);
TRACE_DEFINE_ENUM(CSP_MSG_OK);
TRACE_DEFINE_ENUM(CSP_MSG_REJECT);
TRACE_DEFINE_ENUM(CSP_MSG_REDIRECT);
TRACE_DEFINE_ENUM(CSP_MSG_CHANGE);
TRACE_DEFINE_ENUM(CSP_MSG_ATTACH);
TRACE_DEFINE_ENUM(CSP_MSG_DETACH);
TRACE_DEFINE_ENUM(CSP_MSG_REGISTER);
TRACE_DEFINE_ENUM(CSP_MSG_ACK);
TRACE_DEFINE_ENUM(CSP_STATE_NONE);
TRACE_DEFINE_ENUM(CSP_STATE_SETUP);
TRACE_DEFINE_ENUM(CSP_STATE_EMBRYONIC);
TRACE_DEFINE_ENUM(CSP_STATE_ESTABLISHED);
TRACE_DEFINE_ENUM(CSP_STATE_MOVING);
TRACE_DEFINE_ENUM(CSP_STATE_HOMELESS);
TRACE_DEFINE_ENUM(CSP_STATE_DETACHING);
TRACE_DEFINE_ENUM(CSP_STATE_PLAIN);
TRACE_DEFINE_ENUM(CSP_STATE_CLOSED);
TRACE_DEFINE_ENUM(IPPROTO_TCP);
TRACE_DEFINE_ENUM(IPPROTO_UDP);

#define csp_show_message(val)					\
	__print_symbolic(val,					\
			 { CSP_MSG_UNSPEC, "none" },		\
			 { CSP_MSG_SETUP, "Setup" },		\
			 { CSP_MSG_OK, "OK" },			\
			 { CSP_MSG_REJECT, "Reject" },		\
			 { CSP_MSG_REDIRECT, "Redirect" },	\
			 { CSP_MSG_CHANGE, "Change" },		\
			 { CSP_MSG_ATTACH, "Attach" },		\
			 { CSP_MSG_DETACH, "Detach" },		\
			 { CSP_MSG_REGISTER, "Register" },	\
			 { CSP_MSG_ACK, "Ack" })

#define csp_show_state(val)					\
	__print_symbolic(val,					\
			 { CSP_STATE_NONE, "none" },		\
			 { CSP_STATE_SETUP, "setup" },		\
			 { CSP_STATE_EMBRYONIC, "embryonic" },	\
			 { CSP_STATE_ESTABLISHED, "established" },\
			 { CSP_STATE_MOVING, "moving" },	\
			 { CSP_STATE_HOMELESS, "homeless" },	\
			 { CSP_STATE_DETACHING, "detaching" },	\
			 { CSP_STATE_PLAIN, "plain" },		\
			 { CSP_STATE_CLOSED, "closed" })

#define csp_show_proto(val)					\
	__print_symbolic(val,					\
			 { IPPROTO_TCP, "tcp" },		\
			 { IPPROTO_UDP, "udp" })

DECLARE_EVENT_CLASS(csp_packet,

	TP_PROTO(const struct csp_net *cn, const struct in6_addr *saddr,
		 const struct in6_addr *daddr, const void *data,
		 unsigned int len, bool udp),

	TP_ARGS(cn, saddr, daddr, data, len, udp),

	TP_STRUCT__entry(
		__field(unsigned int, netns)
		__field(unsigned int, len)
		__field(u32, xid)
		__array(u8, saddr, 16)
		__array(u8, daddr, 16)
		__field(u8, type)
		__field(u8, flags)
		__field(u8, attempt)
		__field(bool, udp)
	),

	TP_fast_assign(
		const struct csphdr *hdr = data;
		const struct csp_msghdr *msg = (const void *)(hdr + 1);

		__entry->netns = cn->net->ns.inum;
		__entry->len = len;
		__entry->xid = be32_to_cpu(hdr->xid);
		__entry->flags = hdr->flags;
		__entry->attempt = hdr->attempt;
		__entry->type = len < sizeof(*hdr) + sizeof(*msg) ?
				CSP_MSG_UNSPEC : msg->type & ~CSP_MSG_OPTIONAL;
		__entry->udp = udp;
		memcpy(__entry->saddr, saddr, sizeof(*saddr));
		memcpy(__entry->daddr, daddr, sizeof(*daddr));
	),

	TP_printk("ns=%u %pI6c > %pI6c %s%s xid=%08x attempt=%u len=%u%s",
		  __entry->netns, __entry->saddr, __entry->daddr,
		  csp_show_message(__entry->type),
		  __entry->flags & CSP_F_REPLY ? " (reply)" : "",
		  __entry->xid, __entry->attempt, __entry->len,
		  __entry->udp ? " over UDP" : "")
);

/**
 * csp_rcv - a packet was received, and its header is good
 * @cn:    namespace
 * @saddr: source; IPv4 as v4-mapped
 * @daddr: destination
 * @data:  the packet, from its csphdr
 * @len:   its length
 * @udp:   came over UDP
 */
DEFINE_EVENT(csp_packet, csp_rcv,

	TP_PROTO(const struct csp_net *cn, const struct in6_addr *saddr,
		 const struct in6_addr *daddr, const void *data,
		 unsigned int len, bool udp),

	TP_ARGS(cn, saddr, daddr, data, len, udp)
);

/**
 * csp_xmit - a packet is about to be sent
 * @cn:    namespace
 * @saddr: source; IPv4 as v4-mapped
 * @daddr: destination
 * @data:  the packet, from its csphdr
 * @len:   its length
 * @udp:   goes over UDP
 */
DEFINE_EVENT(csp_packet, csp_xmit,

	TP_PROTO(const struct csp_net *cn, const struct in6_addr *saddr,
		 const struct in6_addr *daddr, const void *data,
		 unsigned int len, bool udp),

	TP_ARGS(cn, saddr, daddr, data, len, udp)
);

/**
 * csp_state - a connection goes to another state
 * @flow: the connection, with its lock held
 * @from: enum csp_state until now
 * @to:   enum csp_state from now on
 */
TRACE_EVENT(csp_state,

	TP_PROTO(const struct csp_flow *flow, u8 from, u8 to),

	TP_ARGS(flow, from, to),

	TP_STRUCT__entry(
		__field(unsigned int, netns)
		__field(u64, cid)
		__array(u8, laddr, 16)
		__array(u8, raddr, 16)
		__field(u16, lport)
		__field(u16, rport)
		__field(u8, proto)
		__field(u8, from)
		__field(u8, to)
	),

	TP_fast_assign(
		__entry->netns = flow->cn->net->ns.inum;
		__entry->cid = be64_to_cpu(csp_flow_cid(flow));
		memcpy(__entry->laddr, &flow->t.laddr, sizeof(flow->t.laddr));
		memcpy(__entry->raddr, &flow->t.raddr, sizeof(flow->t.raddr));
		__entry->lport = ntohs(flow->t.lport);
		__entry->rport = ntohs(flow->t.rport);
		__entry->proto = flow->t.proto;
		__entry->from = from;
		__entry->to = to;
	),

	TP_printk("ns=%u cid=%016llx %s [%pI6c]:%u [%pI6c]:%u %s -> %s",
		  __entry->netns, __entry->cid,
		  csp_show_proto(__entry->proto),
		  __entry->laddr, __entry->lport,
		  __entry->raddr, __entry->rport,
		  csp_show_state(__entry->from), csp_show_state(__entry->to))
);

/**
 * csp_rebind - a socket was re-homed, or could not be
 * @flow: the connection
 * @from: name until now
 * @to:   new name
 * @err:  0, or the negative errno with which it stays where it is
 */
TRACE_EVENT(csp_rebind,

	TP_PROTO(const struct csp_flow *flow, const struct csp_tuple *from,
		 const struct csp_tuple *to, int err),

	TP_ARGS(flow, from, to, err),

	TP_STRUCT__entry(
		__field(unsigned int, netns)
		__field(int, err)
		__field(u64, cid)
		__array(u8, old_laddr, 16)
		__array(u8, old_raddr, 16)
		__array(u8, new_laddr, 16)
		__array(u8, new_raddr, 16)
		__field(u16, old_lport)
		__field(u16, old_rport)
		__field(u16, new_lport)
		__field(u16, new_rport)
		__field(u8, proto)
	),

	TP_fast_assign(
		__entry->netns = flow->cn->net->ns.inum;
		__entry->err = err;
		__entry->cid = be64_to_cpu(csp_flow_cid(flow));
		memcpy(__entry->old_laddr, &from->laddr, sizeof(from->laddr));
		memcpy(__entry->old_raddr, &from->raddr, sizeof(from->raddr));
		memcpy(__entry->new_laddr, &to->laddr, sizeof(to->laddr));
		memcpy(__entry->new_raddr, &to->raddr, sizeof(to->raddr));
		__entry->old_lport = ntohs(from->lport);
		__entry->old_rport = ntohs(from->rport);
		__entry->new_lport = ntohs(to->lport);
		__entry->new_rport = ntohs(to->rport);
		__entry->proto = to->proto;
	),

	TP_printk("ns=%u cid=%016llx %s [%pI6c]:%u [%pI6c]:%u -> [%pI6c]:%u [%pI6c]:%u err=%d",
		  __entry->netns, __entry->cid,
		  csp_show_proto(__entry->proto),
		  __entry->old_laddr, __entry->old_lport,
		  __entry->old_raddr, __entry->old_rport,
		  __entry->new_laddr, __entry->new_lport,
		  __entry->new_raddr, __entry->new_rport,
		  __entry->err)
);

#endif /* _TRACE_CSP_H */

#include <trace/define_trace.h>
