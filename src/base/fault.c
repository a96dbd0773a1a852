/* fault.c - stops the world where a test has asked for it; empty in a shipped build. */
#include "base/fault.h"

#ifdef FAULTS

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int seen;

static void append_to_list(const char *file, const char *name)
{
    int list = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (list >= 0) {
        char line[128];
        size_t bytes = strnlen(name, sizeof line - 1);
        memcpy(line, name, bytes);
        line[bytes] = '\n';
        ssize_t ignored = write(list, line, bytes + 1);
        (void)ignored;
        close(list);
    }
}

void fault_reached(const char *name)
{
    const char *list = getenv("KONTORA_FAULT_LIST");
    if (list != NULL) {
        append_to_list(list, name);
    }
    const char *wanted = getenv("KONTORA_FAULT");
    size_t bytes = strlen(name);
    if (wanted == NULL || strncmp(wanted, name, bytes) != 0 || wanted[bytes] != ':') {
        return;
    }
    if (atomic_fetch_add(&seen, 1) + 1 == (int)strtol(wanted + bytes + 1, NULL, 10)) {
        kill(getpid(), SIGKILL);
    }
}

bool fault_bug(const char *name)
{
    const char *wanted = getenv("KONTORA_BUG");
    size_t bytes = strlen(name);
    while (wanted != NULL) {
        size_t end = strcspn(wanted, ",");
        if (end == bytes && memcmp(wanted, name, bytes) == 0) {
            return true;
        }
        wanted = wanted[end] == ',' ? wanted + end + 1 : NULL;
    }
    return false;
}

#else

typedef int fault_is_not_built_in_fn(void); /* a translation unit may not be empty */

#endif
