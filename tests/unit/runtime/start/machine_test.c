/* machine_test.c - how much memory there is, and what control groups leave of it. */
#include "runtime/start/machine.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char groups[256];

static void say(const char *group, const char *limit)
{
    char path[512];
    snprintf(path, sizeof path, "%s%s", groups, group);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s%s/memory.max", groups, group);
    FILE *file = fopen(path, "we");
    MUST(file != NULL);
    fprintf(file, "%s\n", limit);
    fclose(file);
}

static void make_groups(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(groups, sizeof groups, "%s/groups-XXXXXX", base == NULL ? "/tmp" : base);
    MUST(mkdtemp(groups) != NULL);
}

static void it_has_memory_and_no_more_than_the_whole_machine(void)
{
    int64_t all = (int64_t)sysconf(_SC_PHYS_PAGES) * (int64_t)sysconf(_SC_PAGESIZE);
    CHECK(machine_memory() >= 16 * 1024 * 1024);
    CHECK(machine_memory() <= all);
}

static void the_least_limit_of_a_group_and_those_above_it_holds(void)
{
    make_groups();
    say("/box", "268435456");
    say("/box/ours", "max");
    say("/box/theirs", "1000000");
    CHECK_INT(machine_group_memory(groups, "/box/ours"), 268435456);
    CHECK_INT(machine_group_memory(groups, "/box/theirs"), 1000000);
    say("", "500000"); /* as a container sees its own group */
    CHECK_INT(machine_group_memory(groups, "/box/ours"), 500000);
    CHECK_INT(machine_group_memory(groups, "/"), 500000);
}

static void without_a_limit_there_is_none(void)
{
    make_groups();
    CHECK_INT(machine_group_memory(groups, "/not/there"), INT64_MAX);
    say("/box", "max");
    CHECK_INT(machine_group_memory(groups, "/box"), INT64_MAX);
    say("/box", "nonsense");
    CHECK_INT(machine_group_memory(groups, "/box"), INT64_MAX);
}

static const struct test tests[] = {
    {"it_has_memory_and_no_more_than_the_whole_machine",
     it_has_memory_and_no_more_than_the_whole_machine, 0},
    {"the_least_limit_of_a_group_and_those_above_it_holds",
     the_least_limit_of_a_group_and_those_above_it_holds, 0},
    {"without_a_limit_there_is_none", without_a_limit_there_is_none, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
