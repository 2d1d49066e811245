// SPDX-License-Identifier: GPL-2.0
/*
 * cspctl token: tokens that let their holder get to a guarded home address.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/csp_mbox.h>

#include "key.h"
#include "names.h"
#include "nl.h"
#include "token.h"

static const char token_usage[] =
	"token new ADDRESS [from PREFIX] [proto PROTO] [port PORT] [lifetime TIME] [many]\n"
	"token rotate [FILE]";

static const char token_help[] =
	"new prints a token for the home ADDRESS of a guarded host (see \"agent\"), as\n"
	"\"run --token\" takes it.  It is good for one connection, within 5 minutes.\n"
	"\n"
	"  from PREFIX     for whoever has this address, or one of these\n"
	"  proto PROTO     for this transport\n"
	"  port PORT       for this port of ADDRESS\n"
	"  lifetime TIME   good for so long: 300s, 5m, 2h; at most 30 days\n"
	"  many            for any number of connections\n"
	"\n"
	"rotate makes tokens with a new secret from now on; those of the one before are\n"
	"still taken, so that two rotations end all.  The secret is read from FILE (\"-\":\n"
	"standard input), so that it is the same after the next boot, or is random.  \"key\n"
	"gen\" prints one.\n";

#define LIFETIME	300000		/* ms */

/* What the words say. */
struct wish {
	const char	*from;
	const char	*port;
	int		proto;
	uint32_t	lifetime;
	bool		many;
};

static int take_token(const struct nlmsghdr *nlh, void *data)
{
	static const uint8_t types[CSP_MBOX_A_TOKEN_MAX + 1] = {
		[CSP_MBOX_A_TOKEN_TOKEN] = NL_BYTES,
	};
	const struct nlattr *tb[ARRAY_SIZE(types)];
	char **text = data;
	int err;

	err = nl_parse(nlh, types, CSP_MBOX_A_TOKEN_MAX, tb);
	if (!err && tb[CSP_MBOX_A_TOKEN_TOKEN]) {
		free(*text);
		*text = show_token(tb[CSP_MBOX_A_TOKEN_TOKEN]);
	}
	return err;
}

static int ask_token(struct nlmsghdr *nlh)
{
	struct json_object *obj;
	char *text = NULL;

	if (nl_talk_or_tell(nlh, take_token, &text, "token new")) {
		free(text);
		return EXIT_FAILED;
	}
	if (!text) {
		error("token new: the kernel gave none");
		return EXIT_FAILED;
	}
	if (opt_json) {
		obj = json_object_new_object();
		json_str(obj, "token", text);
		json_print(obj);
	} else {
		puts(text);
	}
	free(text);
	return EXIT_OK;
}

/* 0, or what is returned at once */
static int read_words(int argc, char **argv, struct wish *w)
{
	int i;

	for (i = 0; i < argc; i++) {
		const char *word = argv[i];
		const char *arg = i + 1 < argc ? argv[i + 1] : NULL;

		if (!strcmp(word, "many")) {
			w->many = true;
			continue;
		}
		if (strcmp(word, "from") && strcmp(word, "proto") &&
		    strcmp(word, "port") && strcmp(word, "lifetime"))
			return usage_error(&cmd_token, "unknown word '%s'", word);
		if (!arg)
			return usage_error(&cmd_token, "'%s' lacks its value",
					   word);
		i++;
		if (*word == 'f')
			w->from = arg;
		else if (!strcmp(word, "port"))
			w->port = arg;
		else if (*word == 'p')
			w->proto = value_of(proto_names, arg);
		else if (parse_time(arg, &w->lifetime) || w->lifetime < 1000)
			return usage_error(&cmd_token, "'%s' is no time", arg);
		if (w->proto < 0)
			return usage_error(&cmd_token, "'%s' is none of: %s",
					   arg, all_names(proto_names));
	}
	return EXIT_OK;
}

static int token_new(int argc, char **argv)
{
	struct wish w = { .lifetime = LIFETIME };
	struct nlmsghdr *nlh;
	struct addr home;
	uint32_t port = 0;

	if (!argc)
		return usage_error(&cmd_token, "it is: token new ADDRESS");
	if (parse_addr(argv[0], &home))
		return usage_error(&cmd_token, "'%s' is no address", argv[0]);
	if (read_words(argc - 1, argv + 1, &w))
		return EXIT_USAGE;
	if (w.port && parse_port(w.port, &port))
		return usage_error(&cmd_token, "'%s' is no port", w.port);
	if (nl_open_box())
		return EXIT_FAILED;
	nlh = nl_request(CSP_MBOX_CMD_TOKEN_NEW, 0);
	nl_put_addr(nlh, CSP_MBOX_A_TOKEN_HOME, &home);
	if (w.from && nl_put_prefix(nlh, CSP_MBOX_A_TOKEN_CLIENT,
				    CSP_MBOX_A_TOKEN_CLIENT_LEN, w.from))
		return usage_error(&cmd_token, "'%s' is no address or prefix",
				   w.from);
	if (w.proto)
		mnl_attr_put_u8(nlh, CSP_MBOX_A_TOKEN_PROTO, w.proto);
	if (port)
		mnl_attr_put_u16(nlh, CSP_MBOX_A_TOKEN_PORT, port);
	mnl_attr_put_u32(nlh, CSP_MBOX_A_TOKEN_LIFETIME, w.lifetime / 1000);
	if (w.many)
		mnl_attr_put(nlh, CSP_MBOX_A_TOKEN_MANY, 0, NULL);
	return ask_token(nlh);
}

/* @file: NULL: at random. */
static int token_rotate(const char *file)
{
	struct nlmsghdr *nlh;
	uint8_t secret[32];
	int err;

	if (file && key_from_file(file, secret))
		return EXIT_FAILED;
	if (nl_open_box())
		return EXIT_FAILED;
	nlh = nl_request(CSP_MBOX_CMD_TOKEN_ROTATE, 0);
	if (file)
		mnl_attr_put(nlh, CSP_MBOX_A_TOKEN_SECRET, sizeof(secret),
			     secret);
	explicit_bzero(secret, sizeof(secret));
	err = nl_talk_or_tell(nlh, NULL, NULL, "token rotate");
	return err ? EXIT_FAILED : EXIT_OK;
}

static int token_run(int argc, char **argv)
{
	next_option(argc, argv, &cmd_token, "");
	argc -= optind;
	argv += optind;
	if (argc && !strcmp(argv[0], "new"))
		return token_new(argc - 1, argv + 1);
	if (!argc || strcmp(argv[0], "rotate"))
		return usage_error(&cmd_token, "it is: token new, or token rotate");
	if (argc > 2)
		return usage_error(&cmd_token, "'%s' is too much", argv[2]);
	return token_rotate(argc > 1 ? argv[1] : NULL);
}

const struct command cmd_token = {
	.name	= "token",
	.brief	= "Let somebody get to a guarded home address.",
	.usage	= token_usage,
	.help	= token_help,
	.run	= token_run,
};
