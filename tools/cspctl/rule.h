/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules of a box: words to attributes.
 */
#ifndef _CSPCTL_RULE_H
#define _CSPCTL_RULE_H

#include "nl.h"

/* Put what the words say into a request; else tell, and return EXIT_USAGE. */
int rule_put_args(struct nlmsghdr *nlh, int argc, char **argv);

#endif /* _CSPCTL_RULE_H */
