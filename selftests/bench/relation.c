// SPDX-License-Identifier: GPL-2.0
/*
 * Hosts that are known to an agent by their keys; csp.rst, section "Keys and the
 * MAC".  The algorithms are OpenSSL's.
 */
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

#include "bench.h"
#include "relation.h"

enum { KEY_LEN = 32, MAC_LEN = 16, BASE64_LEN = 44 };

static void blake2s(unsigned char *out, size_t out_len, const unsigned char *key,
		    const void *first, size_t first_len, const void *second,
		    size_t second_len)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_size_t("size", &out_len),
		OSSL_PARAM_END
	};
	static EVP_MAC_CTX *ctx;

	if (!ctx)
		ctx = EVP_MAC_CTX_new(EVP_MAC_fetch(NULL, "BLAKE2SMAC", NULL));
	check(ctx && EVP_MAC_init(ctx, key, KEY_LEN, params) &&
	      EVP_MAC_update(ctx, first, first_len) &&
	      EVP_MAC_update(ctx, second, second_len) &&
	      EVP_MAC_final(ctx, out, NULL, out_len), "BLAKE2s");
}

static void shared_secret(unsigned char *dh, EVP_PKEY *own,
			  const unsigned char *other)
{
	EVP_PKEY *peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL,
						     other, KEY_LEN);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(own, NULL);
	size_t len = KEY_LEN;

	check(peer && ctx && EVP_PKEY_derive_init(ctx) > 0 &&
	      EVP_PKEY_derive_set_peer(ctx, peer) > 0 &&
	      EVP_PKEY_derive(ctx, dh, &len) > 0, "X25519");
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
}

void relation_make(struct relation *rel, uint32_t number, const char *agent)
{
	/* With room for the byte that the padding stands for. */
	unsigned char other[KEY_LEN + 1], private[KEY_LEN] = "bench";
	unsigned char both[2 * KEY_LEN], dh[KEY_LEN];
	size_t len = KEY_LEN;
	EVP_PKEY *own;

	check(strlen(agent) == BASE64_LEN &&
	      EVP_DecodeBlock(other, (const void *)agent, BASE64_LEN) > 0,
	      "key of the agent");
	memcpy(private + 8, &number, sizeof(number));
	own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, private,
					   KEY_LEN);
	check(own && EVP_PKEY_get_raw_public_key(own, rel->public, &len) > 0,
	      "X25519");
	shared_secret(dh, own, other);
	EVP_PKEY_free(own);
	memcpy(both, rel->public, KEY_LEN);
	memcpy(both + KEY_LEN, other, KEY_LEN);
	blake2s(rel->key, sizeof(rel->key), dh, "CSP1 host", 9, both,
		sizeof(both));
}

void relation_mac(const struct relation *rel, const void *packet, size_t len,
		  unsigned char *mac)
{
	static const unsigned char role_host;

	blake2s(mac, MAC_LEN, rel->key, &role_host, 1, packet, len);
}
