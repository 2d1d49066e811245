// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl key: the key with which this host signs its moves.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <linux/csp_netlink.h>

#include "key.h"
#include "nl.h"

static const char key_usage[] =
	"key [show]\n"
	"key rotate\n"
	"key standing\n"
	"key set FILE\n"
	"key gen";

static const char key_help[] =
	"rotate makes a new key for new connections, and shows it; those that are open\n"
	"keep theirs.  It also happens by itself at the age of the setting key_lifetime.\n"
	"\n"
	"Standing relations (see \"register\" and \"agent\") have a key of their own, which is\n"
	"not rotated.  standing shows its public half, and makes one at random if there is\n"
	"none.  set reads a private key from FILE (\"-\": standard input), so that it is the\n"
	"same after the next boot; it is refused while a relation uses another one.  gen\n"
	"prints a new private key, and does nothing else.\n";

static int take_key(const struct nlmsghdr *nlh, void *data)
{
	static const uint8_t types[CSP_A_KEY_MAX + 1] = {
		[CSP_A_KEY_PUBLIC] = NL_KEY,
		[CSP_A_KEY_AGE] = NL_U32,
		[CSP_A_KEY_GENERATION] = NL_U32,
		[CSP_A_KEY_IN_USE] = NL_U32,
		[CSP_A_KEY_STANDING] = NL_KEY,
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
	if (tb[CSP_A_KEY_STANDING])
		base64(key->standing,
		       mnl_attr_get_payload(tb[CSP_A_KEY_STANDING]),
		       mnl_attr_get_payload_len(tb[CSP_A_KEY_STANDING]));
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
		if (*key->standing)
			json_str(obj, "standing", key->standing);
		json_print(obj);
		return;
	}
	printf("public      %s\n", key->public);
	printf("age         %s\n", show_ms(age, 1000ULL * key->age));
	printf("generation  %u\n", key->generation);
	printf("in use      %u\n", key->in_use);
	if (*key->standing)
		printf("standing    %s\n", key->standing);
}

/* --- the key of standing relations ---------------------------------------------------- */

static int key_gen(void)
{
	uint8_t private[32];
	char text[45];

	if (getrandom(private, sizeof(private), 0) != sizeof(private)) {
		error("no random numbers: %s", strerror(errno));
		return EXIT_FAILED;
	}
	/* As RFC 7748 wants it. */
	private[0] &= 248;
	private[31] = (private[31] & 127) | 64;
	base64(text, private, sizeof(private));
	puts(text);
	explicit_bzero(private, sizeof(private));
	explicit_bzero(text, sizeof(text));
	return EXIT_OK;
}

int key_from_file(const char *file, uint8_t private[32])
{
	FILE *f = strcmp(file, "-") ? fopen(file, "re") : stdin;
	char line[128];
	int err;

	if (!f) {
		error("%s: %s", file, strerror(errno));
		return -1;
	}
	if (!fgets(line, sizeof(line), f))
		*line = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	err = parse_key(line, private);
	explicit_bzero(line, sizeof(line));
	if (f != stdin)
		fclose(f);
	if (err)
		error("%s: there is no key in it: 44 characters, as \"key gen\" prints them",
		      file);
	return err;
}

/* @file: NULL: any key will do. */
static int key_set(const char *file)
{
	struct nlmsghdr *nlh;
	struct host_key key;
	uint8_t private[32];

	if (file && key_from_file(file, private))
		return EXIT_FAILED;
	if (nl_open())
		return EXIT_FAILED;
	memset(&key, 0, sizeof(key));
	nlh = nl_request(CSP_CMD_KEY_SET, 0);
	if (file)
		mnl_attr_put(nlh, CSP_A_KEY_PRIVATE, sizeof(private), private);
	explicit_bzero(private, sizeof(private));
	if (nl_talk_or_tell(nlh, take_key, &key, "key %s",
			    file ? "set" : "standing"))
		return EXIT_FAILED;
	if (opt_json)
		show_key(&key);
	else
		puts(key.standing);
	return EXIT_OK;
}

static int key_run(int argc, char **argv)
{
	struct host_key key;
	int err;

	next_option(argc, argv, &cmd_key, "");
	argc -= optind;
	argv += optind;
	if (argc && !strcmp(argv[0], "set")) {
		if (argc != 2)
			return usage_error(&cmd_key, "it is: key set FILE");
		return key_set(argv[1]);
	}
	if (argc > 1)
		return usage_error(&cmd_key, "'%s' is too much", argv[1]);
	if (argc && !strcmp(argv[0], "gen"))
		return key_gen();
	if (argc && !strcmp(argv[0], "standing"))
		return key_set(NULL);
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
