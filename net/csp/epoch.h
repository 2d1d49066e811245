/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Boxes that keep state, and may lose it.
 */
#ifndef _NET_CSP_EPOCH_H
#define _NET_CSP_EPOCH_H

#include "csp.h"

/* In an OK: room for boxes to write in who they are. */
void csp_epoch_write(struct csp_writer *wr);
/* What boxes wrote into an OK. Any context, no lock. */
void csp_epoch_seen(struct csp_flow *flow, const struct csp_msg *msg);
/* The flow ends; csp_net.lock held. */
void csp_epoch_unlink(struct csp_flow *flow);
int csp_epochs_init(struct csp_net *cn);
void csp_epochs_exit(struct csp_net *cn);

#endif /* _NET_CSP_EPOCH_H */
