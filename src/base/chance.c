/* chance.c - randomness from the system, a page at a time for each thread. */
#include "base/chance.h"

#include "base/must.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

enum { POOL_BYTES = 512 };

static void ask_system(unsigned char *bytes_out, size_t bytes)
{
    size_t done = 0;
    while (done < bytes) {
        ssize_t got = getrandom(bytes_out + done, bytes - done, 0);
        MUST(got > 0 || errno == EINTR); /* getrandom has no other way to fail here */
        done += got > 0 ? (size_t)got : 0;
    }
}

/* Small requests are served from a pool of the thread, so that an id costs no system call. What was
 * handed out is wiped: it may have become a secret. */
static void system_chance(void *bytes_out, size_t bytes)
{
    static _Thread_local unsigned char pool[POOL_BYTES];
    static _Thread_local size_t left = 0;
    if (bytes > POOL_BYTES / 4) {
        ask_system(bytes_out, bytes);
        return;
    }
    if (left < bytes) {
        ask_system(pool, sizeof pool);
        left = sizeof pool;
    }
    unsigned char *taken = pool + sizeof pool - left;
    memcpy(bytes_out, taken, bytes);
    explicit_bzero(taken, bytes);
    left -= bytes;
}

static chance_fn *source = system_chance;

void chance_use(chance_fn *other)
{
    source = other ? other : system_chance;
}

void chance_fill(void *bytes_out, size_t bytes)
{
    source(bytes_out, bytes);
}

uint64_t chance_number(void)
{
    uint64_t number;
    source(&number, sizeof number);
    return number;
}
