// SPDX-License-Identifier: GPL-2.0
/*
 * Names by which hosts inside a NAT are reached from outside; csp.rst, section
 * "NAT", "Inward".
 *
 * Many names may share an address and a port of the NAT: what a Setup has in
 * NAME tells them apart. An entry has a name, a port, or both, and the one that
 * says most is taken:
 *
 *	name and port  >  name  >  port
 *
 * What becomes of the Setup then is said in inward.c. An entry decides what
 * comes after it; connections that are up do not need it any more.
 */
#include <linux/ctype.h>
#include <linux/netlink.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "../opts.h"
#include "conf.h"
#include "name.h"
#include "nat.h"

static const struct rhashtable_params csp_name_params = {
	.key_len		= sizeof(struct csp_name_key),
	.key_offset		= offsetof(struct csp_name, key),
	.head_offset		= offsetof(struct csp_name, node),
	.automatic_shrinking	= true,
};

/* --- look-up --- */

/**
 * csp_name_key_set() - put a name into a key
 * @key:  the key; its port is left alone
 * @name: the name
 * @len:  its length; 0: none
 *
 * Section "Attributes": without regard to case.
 *
 * Context: any.
 * Return: false: it is too long, or has other than printable characters.
 */
bool csp_name_key_set(struct csp_name_key *key, const u8 *name, u16 len)
{
	u16 i;

	memset(key->name, 0, sizeof(key->name));
	if (len > CSP_NAME_MAX || !csp_name_valid(name, len))
		return false;
	for (i = 0; i < len; i++)
		key->name[i] = tolower(name[i]);
	return true;
}

/**
 * csp_name_find() - find an entry by all that it has
 * @box: namespace
 * @key: name and port, as they were added
 *
 * Context: RCU, or csp_box.mutex held.
 * Return: the entry, good as long, or NULL.
 */
struct csp_name *csp_name_find(struct csp_box *box,
			       const struct csp_name_key *key)
{
	return rhashtable_lookup_fast(&box->names, key, csp_name_params);
}

static struct csp_name *csp_name_find_for(struct csp_box *box,
					  const struct csp_name_key *key,
					  u8 family)
{
	struct csp_name *name;

	name = rhashtable_lookup(&box->names, key, csp_name_params);
	if (!name || family != (ipv6_addr_v4mapped(&name->to) ? 4 : 6))
		return NULL;
	return name;
}

/**
 * csp_name_match() - who is meant by a name and a port?
 * @box:    namespace
 * @key:    what the Setup asks for
 * @family: 4 or 6, of the address that it asks at
 *
 * Context: softirq, RCU.
 * Return: the entry, good under RCU, or NULL.
 */
struct csp_name *csp_name_match(struct csp_box *box,
				const struct csp_name_key *key, u8 family)
{
	struct csp_name_key part = *key;
	struct csp_name *name = NULL;

	if (!READ_ONCE(box->n_names))
		return NULL;
	if (*part.name) {
		name = csp_name_find_for(box, &part, family);
		part.port = 0;
		name = name ?: csp_name_find_for(box, &part, family);
	}
	if (name)
		return name;
	memset(part.name, 0, sizeof(part.name));
	part.port = key->port;
	return csp_name_find_for(box, &part, family);
}

/* --- changes --- */

static int csp_name_insert(struct csp_box *box, struct csp_name *name,
			   struct netlink_ext_ack *extack)
{
	int err;

	err = csp_box_enable(box, extack);
	if (err)
		return err;
	err = csp_nat_use(box, ipv6_addr_v4mapped(&name->to) ? 4 : 6);
	if (err) {
		NL_SET_ERR_MSG(extack, "Addresses cannot be translated here");
		return err;
	}
	csp_nat_hook(box);
	err = rhashtable_lookup_insert_fast(&box->names, &name->node,
					    csp_name_params);
	if (err)
		NL_SET_ERR_MSG(extack, "There is no memory for the name");
	return err;
}

/**
 * csp_name_add() - send who asks for a name to a host inside
 * @box:     namespace, which takes part from now on
 * @key:     the name, the port outside, or both
 * @to:      address inside
 * @to_port: port there; 0: the one outside
 * @extack:  filled in on refusal
 *
 * Context: process, csp_box.mutex held; may sleep.
 * Return: 0; -EEXIST, -ENOSPC as the message says; or another negative errno if
 * memory or hooks cannot be had.
 */
int csp_name_add(struct csp_box *box, const struct csp_name_key *key,
		 const struct in6_addr *to, __be16 to_port,
		 struct netlink_ext_ack *extack)
{
	struct csp_name *name;
	int err;

	lockdep_assert_held(&box->mutex);
	if (csp_name_find(box, key)) {
		NL_SET_ERR_MSG(extack, "This name is given already");
		return -EEXIST;
	}
	if (box->n_names >= CSP_BOX_CONF(box, max_names)) {
		NL_SET_ERR_MSG(extack,
			       "There are max_names names already: no room for more");
		return -ENOSPC;
	}
	name = kzalloc(sizeof(*name), GFP_KERNEL);
	if (!name) {
		NL_SET_ERR_MSG(extack, "There is no memory for the name");
		return -ENOMEM;
	}
	name->key = *key;
	name->to = *to;
	name->to_port = to_port;
	err = csp_name_insert(box, name, extack);
	if (err) {
		kfree(name);
		return err;
	}
	list_add_tail_rcu(&name->list, &box->name_list);
	WRITE_ONCE(box->n_names, box->n_names + 1);
	csp_box_changed(box);
	return 0;
}

static void csp_name_remove(struct csp_box *box, struct csp_name *name)
{
	rhashtable_remove_fast(&box->names, &name->node, csp_name_params);
	list_del_rcu(&name->list);
	WRITE_ONCE(box->n_names, box->n_names - 1);
	csp_box_changed(box);
	kfree_rcu(name, rcu);
}

/**
 * csp_name_del() - give a name to nobody any more
 * @box:    namespace
 * @key:    name and port, as they were added
 * @extack: filled in on refusal
 *
 * Connections that are up stay so.
 *
 * Context: process, csp_box.mutex held.
 * Return: 0, or -ENOENT.
 */
int csp_name_del(struct csp_box *box, const struct csp_name_key *key,
		 struct netlink_ext_ack *extack)
{
	struct csp_name *name;

	lockdep_assert_held(&box->mutex);
	name = csp_name_find(box, key);
	if (!name) {
		NL_SET_ERR_MSG(extack, "There is no such name");
		return -ENOENT;
	}
	csp_name_remove(box, name);
	return 0;
}

/**
 * csp_names_flush() - give no name to anybody any more
 * @box: namespace
 *
 * Context: process, csp_box.mutex held.
 * Return: how many there were.
 */
u32 csp_names_flush(struct csp_box *box)
{
	const u32 n = box->n_names;
	struct csp_name *name, *next;

	lockdep_assert_held(&box->mutex);
	list_for_each_entry_safe(name, next, &box->name_list, list)
		csp_name_remove(box, name);
	return n;
}

/**
 * csp_names_init() - make the table of a namespace
 * @box: namespace
 *
 * Context: process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int csp_names_init(struct csp_box *box)
{
	INIT_LIST_HEAD(&box->name_list);
	return rhashtable_init(&box->names, &csp_name_params);
}

/**
 * csp_names_exit() - remove all names of a namespace, and the table
 * @box: namespace, of which no packet comes any more
 *
 * Context: process; may sleep.
 */
void csp_names_exit(struct csp_box *box)
{
	mutex_lock(&box->mutex);
	csp_names_flush(box);
	mutex_unlock(&box->mutex);
	rhashtable_destroy(&box->names);
}
