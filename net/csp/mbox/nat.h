/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The NAT's part in signalling; csp.rst, section "NAT".
 */
#ifndef _NET_CSP_MBOX_NAT_H
#define _NET_CSP_MBOX_NAT_H

#include <net/netfilter/nf_nat.h>

#include "firewall.h"
#include "judge.h"

/* Does the namespace translate sources at all? RCU. */
bool csp_nat_active(const struct csp_box *box, u8 family);
/* An address of a conntrack entry; IPv4 as v4-mapped. */
void csp_nat_addr(struct in6_addr *addr, const struct nf_conn *ct,
		  const union nf_inet_addr *from);
bool csp_nat_is(const struct nf_conn *ct, const union nf_inet_addr *a,
		const struct in6_addr *addr);
/* How an address inside is known outside, if the entry is translated. */
bool csp_nat_outside(const struct nf_conn *ct, const struct in6_addr *inside,
		     struct csp_nat *nat);
/* Has a new entry translated to an address and a port, or 0: its own. */
bool csp_nat_choose(struct nf_conn *ct, const struct in6_addr *addr,
		    __be16 port, enum nf_nat_manip_type manip);
/* As csp_judge(), but that the end inside has the name that @nat says. */
int csp_nat_judge_as(struct csp_packet *p, struct csp_question *q,
		     const struct csp_nat *nat, struct csp_verdict *v);
/* As csp_judge(), but that the port inside becomes the one outside. */
int csp_nat_judge(struct csp_packet *p, struct csp_question *q,
		  struct csp_hole_key *key, struct csp_nat *nat,
		  struct csp_verdict *v);

/* Does a request name its sender as the mapping has it? */
bool csp_nat_is_named(const struct csp_packet *p, const struct csp_msg *msg,
		      const struct csp_nat *nat);
/* Does it by the names that its sender had before? And a new one: it clashed. */
bool csp_nat_is_asked(const struct csp_packet *p,
		      const struct csp_hole_key *key,
		      const struct csp_hole_key *mapped,
		      const struct csp_nat *nat);
bool csp_nat_clashed(const struct csp_packet *p, const struct csp_nat *nat);
/* The answer to one that does not. */
enum csp_fate csp_nat_redirect(struct csp_packet *p, const struct csp_msg *msg,
			       const struct csp_nat *nat);

/* Which data's translation the packet gets. With csp_box.lock held. */
void csp_nat_note(struct csp_packet *p, const struct csp_hole *hole);
/* The same by the identifier of who shall get it. */
void csp_nat_note_dcid(struct csp_packet *p, __be64 dcid);

/* PREROUTING, in nf_nat; LOCAL_IN. */
unsigned int csp_nat_in(struct csp_packet *p);
/* FORWARD: NF_ACCEPT, or it has been sent on to another host inside. */
unsigned int csp_nat_correct(struct csp_packet *p);
/* FORWARD: through the ruleset, and with the addresses that the NAT lends. */
unsigned int csp_nat_forward(struct csp_packet *p);
unsigned int csp_nat_out(struct csp_packet *p);

/* nat_user.c: nf_nat translates, until the namespace goes. csp_box.mutex. */
int csp_nat_use(struct csp_box *box, u8 family);
void csp_nat_disuse(struct csp_box *box);
/* What comes to the NAT's own addresses is looked at, or not. csp_box.mutex. */
void csp_nat_hook(struct csp_box *box);
void csp_nat_unhook(struct csp_box *box);
bool csp_nat_hooked(const struct csp_box *box, u8 family);
/* The same, and if not yet it will be. Any context. */
bool csp_nat_wanted(struct csp_box *box, u8 family);
void csp_nat_init(struct csp_box *box);
void csp_nat_exit(struct csp_box *box);

#endif /* _NET_CSP_MBOX_NAT_H */
