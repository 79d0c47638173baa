/*
 * For tests only, preloaded into pcscd: pcscd asks a reader without an interrupt line for its card every 400 ms.
 * This shortens exactly that pause to WARDKEY_POLL_MS, so that a test waits for its subject and not for the poll.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

enum { STOCK_POLL_NS = 400000000 };

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
	static int (*real)(const struct timespec *, struct timespec *);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "nanosleep");

	const char *poll_ms = getenv("WARDKEY_POLL_MS");
	if (poll_ms != NULL && wanted->tv_sec == 0 && wanted->tv_nsec == STOCK_POLL_NS) {
		long ms = strtol(poll_ms, NULL, 10);
		struct timespec shorter = { ms / 1000, (ms % 1000) * 1000000L };
		return real(&shorter, left);
	}
	return real(wanted, left);
}
