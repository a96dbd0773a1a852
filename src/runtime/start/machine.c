/* machine.c - reads what the system says of itself. */
#include "runtime/start/machine.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GROUPS "/sys/fs/cgroup"

enum { LINE_BYTES = 4096 };

/* Of the second version the line is "0::/system.slice/kontora.service". */
static bool read_group(char path[LINE_BYTES])
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL) {
        return false;
    }
    char line[LINE_BYTES];
    bool found = false;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        found = strncmp(line, "0::/", 4) == 0;
    }
    fclose(file);
    if (found) {
        line[strcspn(line, "\n")] = '\0';
        memcpy(path, line + strlen("0::"), strlen(line + strlen("0::")) + 1);
    }
    return found;
}

static int64_t limit_of(const char *groups, const char *group)
{
    char path[2 * LINE_BYTES];
    snprintf(path, sizeof path, "%s%s/memory.max", groups, group);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return INT64_MAX;
    }
    char line[32] = "";
    bool is_limited = fgets(line, sizeof line, file) != NULL && strncmp(line, "max", 3) != 0;
    fclose(file);
    int64_t bytes = is_limited ? strtoll(line, NULL, 10) : 0;
    return bytes > 0 ? bytes : INT64_MAX;
}

int64_t machine_group_memory(const char *groups, const char *group)
{
    char path[LINE_BYTES];
    snprintf(path, sizeof path, "%s", group);
    int64_t least = limit_of(groups, path);
    char *last;
    while ((last = strrchr(path, '/')) != NULL) {
        *last = '\0'; /* the group above; before the first slash the one of all */
        int64_t limit = limit_of(groups, path);
        least = limit < least ? limit : least;
    }
    return least;
}

int64_t machine_memory(void)
{
    int64_t bytes = (int64_t)sysconf(_SC_PHYS_PAGES) * (int64_t)sysconf(_SC_PAGESIZE);
    char group[LINE_BYTES];
    int64_t limit = read_group(group) ? machine_group_memory(GROUPS, group) : INT64_MAX;
    return limit < bytes ? limit : bytes;
}
