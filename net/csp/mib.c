// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of a namespace: their names, and their sums.
 *
 * CSP_INC() adds to the counter of the CPU that it runs on; reading is rare
 * and pays for that. mib.h names each counter once.
 */
#include <linux/percpu.h>

#include "csp.h"

const struct csp_mib_desc csp_mib_desc[__CSP_MIB_MAX] = {
#define CSP_MIB(id, name, meaning)	\
	[CSP_MIB_##id] = { name, meaning },
#include "mib.h"
#undef CSP_MIB
};

/**
 * csp_mib_init() - make the counters of a namespace
 * @cn: namespace
 *
 * Context: process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int csp_mib_init(struct csp_net *cn)
{
	cn->mib = alloc_percpu(struct csp_mib_pcpu);
	return cn->mib ? 0 : -ENOMEM;
}

/**
 * csp_mib_exit() - free the counters of a namespace
 * @cn: namespace, in which nothing counts any more
 *
 * Context: process.
 */
void csp_mib_exit(struct csp_net *cn)
{
	free_percpu(cn->mib);
	cn->mib = NULL;
}

/**
 * csp_mib_read() - sum of a counter over the CPUs
 * @cn: namespace
 * @id: which counter
 *
 * A 32-bit machine may read a half of a counter that is just being carried
 * over; it is right again the next time.
 *
 * Context: any.
 * Return: the sum.
 */
u64 csp_mib_read(const struct csp_net *cn, enum csp_mib id)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(cn->mib, cpu)->v[id]);
	return sum;
}
