/* SPDX-License-Identifier: GPL-2.0 */
/*
 * By what hosts notice that a box has restarted.
 */
#ifndef _NET_CSP_MBOX_EPOCH_H
#define _NET_CSP_MBOX_EPOCH_H

#include "mbox.h"

/* Never 0, and the same after a restart. RCU. */
__be32 csp_box_id(struct csp_box *box);

#endif /* _NET_CSP_MBOX_EPOCH_H */
