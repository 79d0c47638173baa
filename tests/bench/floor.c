/*
 * The floor that an agent is measured against: the least that any program can do to learn of a card. It sleeps in
 * SCardGetStatusChange on the readers named by its arguments and tells each change with the time of the machine's
 * monotonic clock, one line each:
 *
 *     ready NS
 *     inserted NS READER COUNTER
 *     removed NS READER COUNTER
 *
 * READER is the argument's number from 0, COUNTER the upper half of dwEventState. A swap that was faster than the
 * service's looks shows as a counter that moved while a card stayed: it is told as removed and inserted.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

enum { MAX_READERS = 16 };

static int64_t monotonic_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int main(int argc, char **argv)
{
	SCARD_READERSTATE states[MAX_READERS];
	int count = argc - 1;
	if (count < 1 || count > MAX_READERS) {
		fprintf(stderr, "usage: floor READER...\n");
		return 2;
	}
	memset(states, 0, sizeof states);
	for (int i = 0; i < count; i++)
		states[i].szReader = argv[i + 1];

	SCARDCONTEXT context;
	LONG result = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context);
	int first = 1;
	while (result == SCARD_S_SUCCESS) {
		result = SCardGetStatusChange(context, first ? 0 : INFINITE, states, (DWORD)count);
		int64_t now = monotonic_ns();
		if (first && result == SCARD_E_TIMEOUT)
			result = SCARD_S_SUCCESS;
		if (result != SCARD_S_SUCCESS)
			break;
		for (int i = 0; i < count; i++) {
			DWORD before = states[i].dwCurrentState, after = states[i].dwEventState;
			int was = (before & SCARD_STATE_PRESENT) != 0, is = (after & SCARD_STATE_PRESENT) != 0;
			int moved = !first && before >> 16 != after >> 16;
			states[i].dwCurrentState = after & ~(DWORD)SCARD_STATE_CHANGED;
			if (was && (!is || moved))
				printf("removed %" PRId64 " %d %lu\n", now, i, (unsigned long)(after >> 16));
			if (is && (!was || moved))
				printf("inserted %" PRId64 " %d %lu\n", now, i, (unsigned long)(after >> 16));
		}
		if (first)
			printf("ready %" PRId64 "\n", now);
		first = 0;
		fflush(stdout);
	}
	fprintf(stderr, "PC/SC: 0x%08lX\n", (unsigned long)result);
	return 1;
}
