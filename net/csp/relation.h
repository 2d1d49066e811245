/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Standing relations: two machines that were configured with each other's
 * public key; csp.rst, sections "Keys and the MAC", "Register", "Boxes".
 */
#ifndef _NET_CSP_RELATION_H
#define _NET_CSP_RELATION_H

#include "csp.h"

struct csp_rx;
struct netlink_ext_ack;

/**
 * struct csp_relation - one identity of a host, and the agent that answers for
 * it; as either of the two sees it
 * @cn:     namespace
 * @own:    configured key of this machine, with a reference
 * @remote: public key of the other one
 * @key:    key of their MACs
 * @role:   CSP_ROLE_* of this machine
 */
struct csp_relation {
	struct csp_net	*cn;
	struct csp_key	*own;
	u8		remote[CSP_PUBKEY_LEN];
	u8		key[32];
	u8		role;
};

/**
 * struct csp_agent_ops - what an agent (csp_mbox.ko) does with packets that are
 * addressed to it
 * @request: a Register
 * @answer:  an answer that no connection of this host waits for
 * @flood:   a Reject(FLOOD) with VIA, which is for a gateway
 *
 * All return false if there is no agent, or no gateway, or it waits for none.
 */
struct csp_agent_ops {
	bool	(*request)(struct csp_rx *rx, const struct csp_msg *msg);
	bool	(*answer)(struct csp_rx *rx, const struct csp_msg *msg);
	bool	(*flood)(struct csp_rx *rx, const struct csp_msg *msg);
};

int csp_relations_init(struct csp_net *cn);
void csp_relations_exit(struct csp_net *cn);

/* The configured key, made if there is none; with a reference, or NULL. */
struct csp_key *csp_standing_get(struct csp_net *cn);
bool csp_standing_public(struct csp_net *cn, u8 *public);
int csp_standing_set(struct csp_net *cn, const u8 *private,
		     struct netlink_ext_ack *extack);

int csp_relation_init(struct csp_relation *rel, struct csp_net *cn, u8 role,
		      const u8 *remote, struct netlink_ext_ack *extack);
/* One more with the same machine, in the same role. */
void csp_relation_clone(struct csp_relation *rel,
			const struct csp_relation *other);
void csp_relation_exit(struct csp_relation *rel);
struct sk_buff *csp_relation_finish(struct sk_buff *skb, struct csp_writer *wr,
				    const struct csp_relation *rel);
bool csp_relation_ok(const struct csp_relation *rel,
		     const struct csp_reader *rd, const struct csp_msg *msg);

void csp_agent_ops_set(const struct csp_agent_ops *ops);
/* Under RCU. */
const struct csp_agent_ops *csp_agent_ops_get(void);

#endif /* _NET_CSP_RELATION_H */
