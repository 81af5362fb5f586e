/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loaded before the program: its wall clock goes wrong by so many seconds as the file XZ_CLOCK
 * says. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile long *wrong_s;

__attribute__((constructor)) static void begin(void)
{
    const int file = open(getenv("XZ_CLOCK"), O_RDONLY);

    wrong_s = mmap(NULL, sizeof(*wrong_s), PROT_READ, MAP_SHARED, file, 0);
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    const long rc = syscall(SYS_clock_gettime, clock, now);

    if (rc == 0 && clock == CLOCK_REALTIME) {
        now->tv_sec += *wrong_s;
    }
    return (int)rc;
}
