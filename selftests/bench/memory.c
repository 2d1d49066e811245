// SPDX-License-Identifier: GPL-2.0
/*
 * How much kernel memory an established connection takes.
 *
 *	bench memory COUNT
 *		in the namespaces KIND-a and KIND-b, 10.0.0.1 and 10.0.0.2
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define PORT	5003

/* Slabs that hold nothing go back, so that only what is in use counts. */
static void shrink_slabs(void)
{
	DIR *dir = opendir("/sys/kernel/slab");
	struct dirent *e;
	char path[300];
	int fd;

	check(dir, "/sys/kernel/slab");
	while ((e = readdir(dir))) {
		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink",
			 e->d_name);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		check(write(fd, "1", 1) == 1 || e->d_name[0] == '.', path);
		close(fd);
	}
	closedir(dir);
}

/* What the allocators of objects and of large tables have given out. */
double kernel_memory(void)
{
	double slab = 0, vmalloc = 0;
	char line[128];
	FILE *f;

	shrink_slabs();
	f = fopen("/proc/meminfo", "re");
	check(f, "/proc/meminfo");
	while (fgets(line, sizeof(line), f)) {
		sscanf(line, "Slab: %lf", &slab);
		sscanf(line, "VmallocUsed: %lf", &vmalloc);
	}
	fclose(f);
	return (slab + vmalloc) * 1024;
}

static double per_end(enum kind kind, int count)
{
	int *fd = calloc(2 * count, sizeof(*fd));
	double before, after;
	int i, listener;
	char ns[32];

	snprintf(ns, sizeof(ns), "%s-b", kind_name[kind]);
	ns_enter(ns);
	listener = make_listener(kind, PORT);
	snprintf(ns, sizeof(ns), "%s-a", kind_name[kind]);
	ns_enter(ns);
	before = kernel_memory();
	for (i = 0; i < count; i++) {
		fd[2 * i] = make_socket(kind);
		check(!connect_to(fd[2 * i], "10.0.0.2", PORT), "connect");
		fd[2 * i + 1] = accept(listener, NULL, NULL);
		check(fd[2 * i + 1] >= 0, "accept");
	}
	pause_ns(5 * NSEC_PER_SEC);
	after = kernel_memory();
	for (i = 0; i < 2 * count; i++)
		close(fd[i]);
	close(listener);
	free(fd);
	pause_ns(70 * NSEC_PER_SEC);
	return (after - before) / (2 * count);
}

int bench_memory(int argc, char **argv)
{
	static const enum kind kinds[] = { PLAIN, CSP, MPTCP };
	int count = argc > 1 ? atoi(argv[1]) : 2000;
	struct rlimit limit = { 2 * count + 100, 2 * count + 100 };
	unsigned int i;

	check(!setrlimit(RLIMIT_NOFILE, &limit), "RLIMIT_NOFILE");
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		per_end(kinds[i], 100);
		result_of("memory", kinds[i], per_end(kinds[i], count));
	}
	return 0;
}
