/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Socket options at level SOL_IP and SOL_IPV6; csp(7).
 */
#ifndef _NET_CSP_SOCKOPT_H
#define _NET_CSP_SOCKOPT_H

#include "csp.h"

int csp_sockopt_init(void);
void csp_sockopt_exit(void);

#endif /* _NET_CSP_SOCKOPT_H */
