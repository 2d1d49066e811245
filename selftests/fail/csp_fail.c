// SPDX-License-Identifier: GPL-2.0
/*
 * What csp and csp_mbox ask the kernel for fails: a module for tests only.
 *
 * Distribution kernels are built without fault injection. Here kprobes sit at
 * what allocates or registers something, and have it return an error at once
 * if one of the two modules called it: the n-th time, or each n-th.
 *
 *	/sys/module/csp_fail/parameters/nth	fail that call, counted from 1
 *	.../every				fail each so manieth
 *	.../seen, failed			calls since they were set to 0
 *	/sys/kernel/debug/csp_fail		from where: how many, how many failed
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/linkage.h>
#include <linux/module.h>
#include <linux/objtool.h>
#include <linux/seq_file.h>
#include <linux/version.h>

#define CSP_FAIL_MODULES	2
#define CSP_FAIL_SITES		1024

static unsigned int nth;
module_param(nth, uint, 0644);
static unsigned int every;
module_param(every, uint, 0644);
static int seen;
module_param(seen, int, 0644);
static int failed;
module_param(failed, int, 0644);

static const char * const csp_fail_names[CSP_FAIL_MODULES] = {
	"csp", "csp_mbox"
};

static struct module *csp_fail_mod[CSP_FAIL_MODULES];

/**
 * struct csp_fail_site - a place from where something is asked for
 * @key:    1 + offset in the text of its module, with the module above; 0: free
 * @seen:   how often
 * @failed: of these, how often it failed
 * @name:   for people
 */
struct csp_fail_site {
	unsigned long	key;
	int		seen;
	int		failed;
	char		name[KSYM_SYMBOL_LEN];
};

static struct csp_fail_site *csp_fail_sites;

/* What the probed functions return. */
enum csp_fail_with {
	CSP_FAIL_NULL,
	CSP_FAIL_ERRNO,		/* also as pointer */
};

struct csp_fail_probe {
	struct kprobe		kp;
	enum csp_fail_with	with;
	bool			on;
};

#define CSP_FAIL_AT(symbol, how) \
	{ .kp = { .symbol_name = symbol }, .with = CSP_FAIL_ ## how }

/* Those of both kernels; one that is not there is left out. */
static struct csp_fail_probe csp_fail_probes[] = {
	CSP_FAIL_AT("__kmalloc", NULL),
	CSP_FAIL_AT("__kmalloc_noprof", NULL),
	CSP_FAIL_AT("__kmalloc_node_noprof", NULL),
	CSP_FAIL_AT("kmalloc_trace", NULL),
	CSP_FAIL_AT("__kmalloc_cache_noprof", NULL),
	CSP_FAIL_AT("kmalloc_large", NULL),
	CSP_FAIL_AT("__kmalloc_large_noprof", NULL),
	CSP_FAIL_AT("kmem_cache_alloc", NULL),
	CSP_FAIL_AT("kmem_cache_alloc_noprof", NULL),
	CSP_FAIL_AT("kmemdup", NULL),
	CSP_FAIL_AT("kmemdup_noprof", NULL),
	CSP_FAIL_AT("__alloc_percpu", NULL),
	CSP_FAIL_AT("pcpu_alloc_noprof", NULL),
	CSP_FAIL_AT("alloc_workqueue", NULL),
	CSP_FAIL_AT("kmem_cache_create", NULL),
	CSP_FAIL_AT("__kmem_cache_create_args", NULL),
	CSP_FAIL_AT("__alloc_skb", NULL),
	CSP_FAIL_AT("skb_copy", NULL),
	CSP_FAIL_AT("skb_clone", NULL),
	CSP_FAIL_AT("__pskb_pull_tail", NULL),
	CSP_FAIL_AT("pskb_expand_head", ERRNO),
	CSP_FAIL_AT("skb_ensure_writable", ERRNO),
	CSP_FAIL_AT("__skb_gso_segment", ERRNO),
	CSP_FAIL_AT("rhashtable_init", ERRNO),
	CSP_FAIL_AT("rhashtable_init_noprof", ERRNO),
	CSP_FAIL_AT("rhltable_init", ERRNO),
	CSP_FAIL_AT("rhltable_init_noprof", ERRNO),
	CSP_FAIL_AT("rhashtable_insert_slow", ERRNO),
	CSP_FAIL_AT("rht_bucket_nested_insert", NULL),
	CSP_FAIL_AT("register_pernet_subsys", ERRNO),
	CSP_FAIL_AT("register_net_sysctl", NULL),
	CSP_FAIL_AT("register_net_sysctl_sz", NULL),
	CSP_FAIL_AT("register_netdevice_notifier", ERRNO),
	CSP_FAIL_AT("register_netdevice_notifier_net", ERRNO),
	CSP_FAIL_AT("register_inetaddr_notifier", ERRNO),
	CSP_FAIL_AT("register_inet6addr_notifier", ERRNO),
	CSP_FAIL_AT("register_fib_notifier", ERRNO),
	CSP_FAIL_AT("inet_add_protocol", ERRNO),
	CSP_FAIL_AT("inet6_add_protocol", ERRNO),
	CSP_FAIL_AT("genl_register_family", ERRNO),
	CSP_FAIL_AT("nf_register_sockopt", ERRNO),
	CSP_FAIL_AT("nf_register_net_hook", ERRNO),
	CSP_FAIL_AT("nf_register_net_hooks", ERRNO),
	CSP_FAIL_AT("nf_ct_netns_get", ERRNO),
	CSP_FAIL_AT("nf_ct_tmpl_alloc", NULL),
	CSP_FAIL_AT("nf_ct_ext_add", NULL),
	CSP_FAIL_AT("sock_create_kern", ERRNO),
	CSP_FAIL_AT("kernel_bind", ERRNO),
	CSP_FAIL_AT("ip_route_output_flow", ERRNO),
};

/* Where a kprobe that replaces a function has the processor go on. */
asmlinkage void csp_fail_return(void);
asm(".text\n"
	".type csp_fail_return, @function\n"
	".balign 16\n"
	"csp_fail_return:\n"
	ANNOTATE_NOENDBR
	ASM_RET
	".size csp_fail_return, .-csp_fail_return\n"
);

static unsigned long csp_fail_base(const struct module *mod, bool init)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	return (unsigned long)mod->mem[init ? MOD_INIT_TEXT : MOD_TEXT].base;
#else
	return (unsigned long)(init ? mod->init_layout.base :
				      mod->core_layout.base);
#endif
}

/* 0: not ours. */
static unsigned long csp_fail_key(unsigned long addr)
{
	const struct module *mod;
	bool init;
	int i;

	for (i = 0; i < CSP_FAIL_MODULES; i++) {
		mod = READ_ONCE(csp_fail_mod[i]);
		if (!mod || !within_module(addr, mod))
			continue;
		init = within_module_init(addr, mod);
		return 1 + addr - csp_fail_base(mod, init) +
		       ((unsigned long)(2 * i + init) << 32);
	}
	return 0;
}

static struct csp_fail_site *csp_fail_site(unsigned long key,
					   unsigned long addr)
{
	struct csp_fail_site *site;
	unsigned long old;
	int i;

	for (i = 0; i < CSP_FAIL_SITES; i++) {
		site = &csp_fail_sites[i];
		old = READ_ONCE(site->key);
		if (!old) {
			old = cmpxchg(&site->key, 0, key);
			if (!old)
				sprint_symbol(site->name, addr);
		}
		if (!old || old == key)
			return site;
	}
	return NULL;
}

static int csp_fail_pre(struct kprobe *kp, struct pt_regs *regs)
{
	struct csp_fail_probe *probe = container_of(kp, struct csp_fail_probe, kp);
	const unsigned long addr = *(unsigned long *)regs->sp;
	const unsigned long key = csp_fail_key(addr);
	struct csp_fail_site *site;
	unsigned int n;

	if (!key)
		return 0;
	site = csp_fail_site(key, addr);
	if (site)
		site->seen++;
	n = xadd(&seen, 1) + 1;
	if (n != READ_ONCE(nth) && !(READ_ONCE(every) && !(n % every)))
		return 0;
	xadd(&failed, 1);
	if (site)
		site->failed++;
	regs->ax = probe->with == CSP_FAIL_NULL ? 0 : (unsigned long)-ENOMEM;
	regs->ip = (unsigned long)csp_fail_return;
	return 1;
}

/* Its presence makes the probe one that may change where to go on. */
static void csp_fail_post(struct kprobe *kp, struct pt_regs *regs,
			  unsigned long flags)
{
}

static int csp_fail_notify(struct notifier_block *nb, unsigned long state,
			   void *data)
{
	struct module *mod = data;
	int i;

	for (i = 0; i < CSP_FAIL_MODULES; i++) {
		if (strcmp(mod->name, csp_fail_names[i]))
			continue;
		if (state == MODULE_STATE_COMING)
			WRITE_ONCE(csp_fail_mod[i], mod);
		else if (state == MODULE_STATE_GOING)
			WRITE_ONCE(csp_fail_mod[i], NULL);
	}
	return NOTIFY_OK;
}

static struct notifier_block csp_fail_nb = {
	.notifier_call	= csp_fail_notify,
};

static int csp_fail_show(struct seq_file *m, void *v)
{
	struct csp_fail_site *site;

	for (site = csp_fail_sites;
	     site < csp_fail_sites + CSP_FAIL_SITES && site->key; site++)
		seq_printf(m, "%d %d %s\n", site->seen, site->failed,
			   site->name);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(csp_fail);

static struct dentry *csp_fail_file;

static void csp_fail_off(void)
{
	struct csp_fail_probe *probe;

	for (probe = csp_fail_probes;
	     probe < csp_fail_probes + ARRAY_SIZE(csp_fail_probes); probe++)
		if (probe->on)
			unregister_kprobe(&probe->kp);
}

static int __init csp_fail_init(void)
{
	struct csp_fail_probe *probe;
	int err;

	csp_fail_sites = kvcalloc(CSP_FAIL_SITES, sizeof(*csp_fail_sites),
				  GFP_KERNEL);
	if (!csp_fail_sites)
		return -ENOMEM;
	err = register_module_notifier(&csp_fail_nb);
	if (err) {
		kvfree(csp_fail_sites);
		return err;
	}
	for (probe = csp_fail_probes;
	     probe < csp_fail_probes + ARRAY_SIZE(csp_fail_probes); probe++) {
		probe->kp.pre_handler = csp_fail_pre;
		probe->kp.post_handler = csp_fail_post;
		probe->on = !register_kprobe(&probe->kp);
	}
	csp_fail_file = debugfs_create_file("csp_fail", 0400, NULL, NULL,
					    &csp_fail_fops);
	return 0;
}

static void __exit csp_fail_exit(void)
{
	debugfs_remove(csp_fail_file);
	csp_fail_off();
	unregister_module_notifier(&csp_fail_nb);
	kvfree(csp_fail_sites);
}

module_init(csp_fail_init);
module_exit(csp_fail_exit);
MODULE_DESCRIPTION("Failures for the selftests of CSP");
MODULE_LICENSE("GPL");
