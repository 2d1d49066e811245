/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The key of this host.
 */
#ifndef _CSPCTL_KEY_H
#define _CSPCTL_KEY_H

#include <stdint.h>

/**
 * struct host_key - what key-get answers
 * @public:     Curve25519 public key, in base64
 * @age:        seconds since it was made
 * @generation: 1 for the first key of the namespace
 * @in_use:     keys alive, this one and older ones of living connections
 * @standing:   public key of standing relations, in base64; "": none yet
 */
struct host_key {
	char		public[45];
	uint32_t	age;
	uint32_t	generation;
	uint32_t	in_use;
	char		standing[45];
};

/* -1: not possible, and said so. */
int key_read(struct host_key *key);
/* 32 bytes, as "key gen" prints them, from @file or "-"; -1: none, and said so. */
int key_from_file(const char *file, uint8_t private[32]);

#endif /* _CSPCTL_KEY_H */
