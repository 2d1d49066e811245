// SPDX-License-Identifier: GPL-2.0
/*
 * A gateway tells that it stops what this host sends; csp.rst, section
 * "Gateways and floods".
 *
 * It is path proof, and no more: whoever has seen the connection's identifier
 * can send it. So nothing ends; the socket learns why nothing arrives, should
 * its transport give up, and CSP_LAST_REJECT tells who said so.
 */
#include "errno.h"
#include "flood.h"
#include "flow.h"
#include "netlink.h"
#include "rx.h"
#include "sock.h"

static bool csp_notice_fits(struct csp_flow *flow, const struct csp_msg *msg)
{
	const struct csp_tuple *t = &flow->t;
	bool fits;

	spin_lock_bh(&flow->lock);
	fits = !flow->dead && (!msg->proto || msg->proto == t->proto) &&
	       msg->src.loc_family == t->family &&
	       msg->dst.loc_family == t->family &&
	       ipv6_addr_equal(&msg->src.loc, &t->laddr) &&
	       ipv6_addr_equal(&msg->dst.loc, &t->raddr);
	spin_unlock_bh(&flow->lock);
	return fits;
}

static void csp_notice_tell(struct csp_flow *flow, const struct csp_msg *msg,
			    const struct in6_addr *origin)
{
	static const char text[] = "a gateway stops what is sent to this host";
	struct csp_reject_info info = {
		.code	= CSP_ERR_FLOOD,
		.err	= -csp_errno(CSP_ERR_FLOOD),
		.family	= ipv6_addr_v4mapped(origin) ? AF_INET : AF_INET6,
	};
	struct sock *sk = csp_flow_sk(flow);

	if (info.family == AF_INET)
		memcpy(info.origin, &origin->s6_addr32[3], sizeof(__be32));
	else
		memcpy(info.origin, origin, sizeof(*origin));
	if (CSP_HAS(msg, TEXT))
		memcpy(info.text, msg->text.data,
		       min_t(size_t, msg->text.len, CSP_TEXT_MAX));
	else
		strscpy(info.text, text, sizeof(info.text));
	if (sk) {
		csp_sk_rejected(flow->cn, sk, &info);
		WRITE_ONCE(sk->sk_err_soft, info.err);
		sock_put(sk);
	}
	csp_nl_event_reject(flow, CSP_ERR_FLOOD, info.text);
}

/**
 * csp_flood_rcv() - a Reject(FLOOD) arrived that asks for nothing
 * @rx:  the packet
 * @msg: the Reject
 *
 * Context: softirq.
 */
void csp_flood_rcv(struct csp_rx *rx, const struct csp_msg *msg)
{
	struct csp_flow *flow = NULL;

	if (msg->err_code == CSP_ERR_FLOOD && CSP_HAS(msg, CONN) &&
	    CSP_HAS(msg, SRC) && CSP_HAS(msg, DST) && msg->dcid)
		flow = csp_flow_by_cid(rx->cn, msg->dcid);
	if (!flow || !csp_notice_fits(flow, msg)) {
		CSP_INC(rx->cn, FLOOD_BAD);
	} else {
		CSP_INC(rx->cn, FLOOD_IN);
		csp_notice_tell(flow, msg, CSP_HAS(msg, ORIGIN) ?
				&msg->origin.in6 : &rx->saddr);
	}
	if (flow)
		csp_flow_put(flow);
}
