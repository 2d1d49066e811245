// SPDX-License-Identifier: GPL-2.0
/*
 * The tracepoints of include/trace/events/csp.h are made here.
 */
#include "csp.h"

#define CREATE_TRACE_POINTS
#include <trace/events/csp.h>
