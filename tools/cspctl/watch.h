/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waiting for events until there were enough, or until interrupted.
 */
#ifndef _CSPCTL_WATCH_H
#define _CSPCTL_WATCH_H

#include "nl.h"

/* Subscribe with @subscribe, ready to be interrupted.  -1: no, and said so. */
int watch_begin(int (*subscribe)(void));

/*
 * Have @handler take each event, until it returns -ECANCELED; @lost is told when
 * some came too fast.  Errors speak of @what.  Returns an exit status.
 */
int watch(nl_handler handler, void (*lost)(void *data), void *data,
	  const char *what);

struct watch_count {
	uint32_t	count;		/* 0: without end */
	uint32_t	seen;
};

/* One more was seen: what a handler returns for it. */
int watch_counted(struct watch_count *n);
/* Watch a box; the @handler gets a struct watch_count.  Returns an exit status. */
int watch_box(nl_handler handler, uint32_t count, const char *what);

#endif /* _CSPCTL_WATCH_H */
