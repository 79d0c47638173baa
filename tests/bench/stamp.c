/*
 * Appends a word and the time of the machine's monotonic clock in nanoseconds to a file, one line each: what an event
 * manager is told to run. Arguments: FILE WORD.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (argc != 3)
		return 2;
	char line[128];
	int length = snprintf(line, sizeof line, "%s %" PRId64 "\n", argv[2],
			      (int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
	int file = open(argv[1], O_WRONLY | O_APPEND | O_CREAT, 0600);
	return file >= 0 && write(file, line, (size_t)length) == length ? 0 : 1;
}
