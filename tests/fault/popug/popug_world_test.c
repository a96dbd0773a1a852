/* popug_world_test.c - a company of popugs lives through thirty days of crashes, duplicates, mixed
 * up messages and a bank that loses what it is told: each seed comes right in the end (D16,
 * D26-D28, D39, D46-D48, T2, T40).
 */
#include "tests/lib/check.h"
#include "tests/lib/popug/popug_world.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEEDS = 500, ARENA_MAX = 64 * 1024 * 1024 };

static void show(const struct popug_report *report, unsigned long long seed)
{
    printf("# seed %llu, step %u: %.*s\n", seed, report->steps, TEXT_ARGS(report->violation));
    for (size_t i = 0; i < report->last.count; i++) {
        printf("#   %.*s\n", TEXT_ARGS(report->last.items[i]));
    }
}

struct sums {
    size_t tasks;
    size_t paid;
    size_t crashes;
    size_t wrong;
};

static void live(unsigned first, unsigned end, unsigned step, struct sums *sums)
{
    for (unsigned seed = first; seed < end && sums->wrong == 0; seed += step) {
        struct arena *arena = arena_create("report", ARENA_MAX);
        struct popug_report report;
        popug_world_run(arena, seed, &report);
        sums->tasks += report.tasks;
        sums->paid += report.paid;
        sums->crashes += report.crashes;
        if (text_is_given(report.violation)) {
            show(&report, seed);
            sums->wrong++;
        }
        arena_destroy(&arena);
    }
}

/* The other half of the seeds in a process of its own, for there are two processors. */
static pid_t live_beside(unsigned seeds, struct sums *sums)
{
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        live(2, seeds + 1, 2, sums);
        fflush(stdout);
        _exit(0);
    }
    return child;
}

static void every_world_comes_right(void)
{
    unsigned seeds = (unsigned)test_scale(SEEDS);
    struct sums *sums =
        mmap(NULL, 2 * sizeof *sums, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = -1;
    CHECK(sums != MAP_FAILED);
    pid_t child = live_beside(seeds, &sums[1]);
    live(1, seeds + 1, 2, &sums[0]);
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_INT(status, 0);
    size_t paid = sums[0].paid + sums[1].paid;
    size_t crashes = sums[0].crashes + sums[1].crashes;
    printf("# %u worlds: %zu tasks, %zu payouts, %zu crashes\n", seeds,
           sums[0].tasks + sums[1].tasks, paid, crashes);
    CHECK_INT(sums[0].wrong + sums[1].wrong, 0);
    CHECK(paid > seeds && crashes > seeds / 2);
}

/* In a process of its own. */
static uint64_t hash_of(unsigned seed)
{
    int ends[2];
    uint64_t hash = 0;
    CHECK(pipe(ends) == 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        struct arena *arena = arena_create("report", ARENA_MAX);
        struct popug_report report;
        popug_world_run(arena, seed, &report);
        _exit(write(ends[1], &report.trace_hash, sizeof hash) == (ssize_t)sizeof hash ? 0 : 1);
    }
    CHECK(read(ends[0], &hash, sizeof hash) == (ssize_t)sizeof hash);
    close(ends[0]);
    close(ends[1]);
    CHECK(waitpid(child, NULL, 0) == child);
    return hash;
}

static void the_same_seed_is_the_same_world(void)
{
    uint64_t first = hash_of(7);
    CHECK(hash_of(7) == first);
    CHECK(hash_of(8) != first);
}

static const struct test tests[] = {
    {"every_world_comes_right", every_world_comes_right, 1800},
    {"the_same_seed_is_the_same_world", the_same_seed_is_the_same_world, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
