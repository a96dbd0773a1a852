/* failing_malloc.c - an allocator that fails once, or from then on; preloaded by memory_test.py.
 *
 * KONTORA_TEST_FAIL_ALLOCATION=17 fails the 17th allocation of the process, "17+" that and all
 * later ones. KONTORA_TEST_COUNT_ALLOCATIONS=FILE writes at the end how many there were.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *memory, size_t bytes);

static atomic_long allocations;
static long failing;
static bool fails_on;
static atomic_bool is_read;

static void read_environment(void)
{
    const char *wanted = getenv("KONTORA_TEST_FAIL_ALLOCATION");
    if (wanted != NULL) {
        failing = strtol(wanted, NULL, 10);
        fails_on = strchr(wanted, '+') != NULL;
    }
    atomic_store(&is_read, true);
}

static bool fails(void)
{
    if (!atomic_load(&is_read)) {
        read_environment();
    }
    long number = atomic_fetch_add(&allocations, 1) + 1;
    bool is_due = failing > 0 && (number == failing || (fails_on && number > failing));
    if (is_due) {
        errno = ENOMEM;
    }
    return is_due;
}

void *malloc(size_t bytes)
{
    return fails() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    return fails() ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes)
{
    return fails() ? NULL : __libc_realloc(memory, bytes);
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("KONTORA_TEST_COUNT_ALLOCATIONS");
    int file = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    if (file >= 0) {
        dprintf(file, "%ld\n", atomic_load(&allocations));
        close(file);
    }
}
