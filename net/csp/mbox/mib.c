// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of a box: their names, and their sums. mib.h names each once.
 */
#include <linux/percpu.h>

#include "mbox.h"

const struct csp_mib_desc csp_box_mib_desc[__CSP_BOX_MIB_MAX] = {
#define CSP_BOX_MIB(id, name, meaning)	\
	[CSP_BOX_MIB_##id] = { name, meaning },
#include "mib.h"
#undef CSP_BOX_MIB
};

/**
 * csp_box_mib_init() - make the counters of a namespace
 * @box: namespace
 *
 * Context: process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int csp_box_mib_init(struct csp_box *box)
{
	box->mib = alloc_percpu(struct csp_box_mib_pcpu);
	return box->mib ? 0 : -ENOMEM;
}

/**
 * csp_box_mib_exit() - free the counters of a namespace
 * @box: namespace, in which nothing counts any more
 *
 * Context: process.
 */
void csp_box_mib_exit(struct csp_box *box)
{
	free_percpu(box->mib);
	box->mib = NULL;
}

/**
 * csp_box_mib_read() - sum of a counter over the CPUs
 * @box: namespace
 * @id:  which counter
 *
 * Context: any.
 * Return: the sum.
 */
u64 csp_box_mib_read(const struct csp_box *box, enum csp_box_mib id)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(box->mib, cpu)->v[id]);
	return sum;
}
