// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl key: the key with which this host signs its moves.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <linux/csp_netlink.h>

#include "key.h"
#include "nl.h"

static const char key_usage[] =
	"key [show]\n"
	"key rotate";

static const char key_help[] =
	"rotate makes a new key for new connections, and shows it; those that are open\n"
	"keep theirs.  It also happens by itself at the age of the setting key_lifetime.\n";

static int take_key(const struct nlmsghdr *nlh, void *data)
{
	static const uint8_t types[CSP_A_KEY_MAX + 1] = {
		[CSP_A_KEY_PUBLIC] = NL_KEY,
		[CSP_A_KEY_AGE] = NL_U32,
		[CSP_A_KEY_GENERATION] = NL_U32,
		[CSP_A_KEY_IN_USE] = NL_U32,
	};
	const struct nlattr *tb[ARRAY_SIZE(types)];
	struct host_key *key = data;
	int err;

	err = nl_parse(nlh, types, CSP_A_KEY_MAX, tb);
	if (err)
		return err;
	if (tb[CSP_A_KEY_PUBLIC])
		base64(key->public, mnl_attr_get_payload(tb[CSP_A_KEY_PUBLIC]),
		       mnl_attr_get_payload_len(tb[CSP_A_KEY_PUBLIC]));
	key->age = nl_u32(tb[CSP_A_KEY_AGE]);
	key->generation = nl_u32(tb[CSP_A_KEY_GENERATION]);
	key->in_use = nl_u32(tb[CSP_A_KEY_IN_USE]);
	return 0;
}

static int ask(uint8_t cmd, struct host_key *key, const char *what)
{
	memset(key, 0, sizeof(*key));
	return nl_talk_or_tell(nl_request(cmd, 0), take_key, key, "%s", what);
}

int key_read(struct host_key *key)
{
	return ask(CSP_CMD_KEY_GET, key, "key");
}

static void show_key(const struct host_key *key)
{
	char age[TIME_STRLEN];
	struct json_object *obj;

	if (opt_json) {
		obj = json_object_new_object();
		json_str(obj, "public", key->public);
		json_num(obj, "age_s", key->age);
		json_num(obj, "generation", key->generation);
		json_num(obj, "in_use", key->in_use);
		json_print(obj);
		return;
	}
	printf("public      %s\n", key->public);
	printf("age         %s\n", show_ms(age, 1000ULL * key->age));
	printf("generation  %u\n", key->generation);
	printf("in use      %u\n", key->in_use);
}

static int key_run(int argc, char **argv)
{
	struct host_key key;
	int err;

	next_option(argc, argv, &cmd_key, "");
	argc -= optind;
	argv += optind;
	if (argc > 1)
		return usage_error(&cmd_key, "'%s' is too much", argv[1]);
	if (argc && strcmp(argv[0], "show") && strcmp(argv[0], "rotate"))
		return usage_error(&cmd_key, "unknown command 'key %s'", argv[0]);

	if (nl_open())
		return EXIT_FAILED;
	if (argc && !strcmp(argv[0], "rotate"))
		err = ask(CSP_CMD_KEY_ROTATE, &key, "key rotate");
	else
		err = key_read(&key);
	if (err)
		return EXIT_FAILED;
	show_key(&key);
	return EXIT_OK;
}

const struct command cmd_key = {
	.name	= "key",
	.brief	= "Show or replace the key of this host.",
	.usage	= key_usage,
	.help	= key_help,
	.run	= key_run,
};
