// SPDX-License-Identifier: GPL-2.0
/*
 * Writes each sample packet to a file of its name, for the fuzzer to start
 * from and for the dissector to show.
 */
#include <stdio.h>

#include "samples.h"

static bool write_sample(const char *dir, const struct sample *s)
{
	u8 buf[SAMPLE_SIZE];
	char path[4096];
	size_t len, done;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, s->name);
	len = sample_build(s, buf, sizeof(buf));
	f = fopen(path, "wb");
	if (!f || !len) {
		perror(path);
		return false;
	}
	done = fwrite(buf, 1, len, f);
	return fclose(f) == 0 && done == len;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc != 2) {
		fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return 2;
	}
	for (i = 0; i < n_samples; i++)
		if (!write_sample(argv[1], &samples[i]))
			return 1;
	return 0;
}
