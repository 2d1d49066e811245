/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests that print TAP: a test is a function that returns when it is done,
 * and has failed if a CHECK() in it did.
 */
#ifndef _SELFTESTS_UNIT_TAP_H
#define _SELFTESTS_UNIT_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct tap_test {
	const char	*name;
	void		(*run)(void);
};

static bool tap_failed;

/* @what: printf arguments, to tell one round of a loop from another */
#define CHECK_IN(cond, ...) do {					\
	if (!(cond)) {							\
		tap_failed = true;					\
		printf("# %s:%d: %s: ", __FILE__, __LINE__, #cond);	\
		printf(__VA_ARGS__);					\
		printf("\n");						\
	}								\
} while (0)

#define CHECK(cond)	CHECK_IN(cond, "%s", __func__)

static inline int tap_run(const struct tap_test *tests, size_t n)
{
	size_t i, bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", n);
	for (i = 0; i < n; i++) {
		tap_failed = false;
		tests[i].run();
		printf("%sok %zu - %s\n", tap_failed ? "not " : "", i + 1,
		       tests[i].name);
		bad += tap_failed;
	}
	return bad ? 1 : 0;
}

#endif /* _SELFTESTS_UNIT_TAP_H */
