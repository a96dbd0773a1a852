/* store_bugs_test.c - with a bug put in on purpose the contract suite of the stores fails, in the
 * test that is meant to see it, which passes without. Needs the build with FAULTS.
 */
#include "store/postgres.h"
#include "store/sqlite.h"
#include "tests/lib/check.h"
#include "tests/lib/postgres_server.h"
#include "tests/lib/store_contract.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct postgres_server *server;

static struct store_source *open_sqlite(const char *schema)
{
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    struct sqlite_options options = {.directory = test_directory(), .schema = schema};
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    return source;
}

static struct store_source *open_postgres(const char *schema)
{
    char name[32];
    snprintf(name, sizeof name, "contract_%d", (int)getpid());
    postgres_server_use_database(server, name);
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    struct postgres_options options = {.address = postgres_server_address(server),
                                       .schema = schema};
    CHECK_STATUS(postgres_source(&options, &source, &error), STATUS_OK);
    return source;
}

/* Runs one test of the suite, out of sight. */
static bool passes(const char *test, store_contract_open_fn *open, const char *bug)
{
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        bool is_quiet = freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr);
        char name[128];
        snprintf(name, sizeof name, "%s", test);
        char *arguments[] = {name, name, NULL};
        bool is_ready = is_quiet && (bug == NULL || setenv("KONTORA_BUG", bug, 1) == 0);
        exit(is_ready ? store_contract_main(2, arguments, open) : 2);
    }
    int result = 0;
    CHECK(waitpid(child, &result, 0) == child);
    CHECK(WIFEXITED(result) && WEXITSTATUS(result) < 2);
    return WEXITSTATUS(result) == 0;
}

static void must_see(const char *bug, const char *test, store_contract_open_fn *open)
{
    CHECK(passes(test, open, NULL));
    CHECK(!passes(test, open, bug));
}

static void a_part_that_is_not_undone_is_seen(void)
{
    must_see("part_undo_missing", "an undone part goes alone", open_sqlite);
    must_see("part_undo_missing", "an undone part goes alone", open_postgres);
    must_see("part_undo_missing", "a failed part right before the commit", open_postgres);
}

/* Where nothing else fails with a reading, it is no bug. */
static void a_part_set_too_late_is_seen(void)
{
    must_see("part_after_reads", "a failed reading is undone with its part", open_postgres);
    CHECK(passes("a failed reading is undone with its part", open_sqlite, "part_after_reads"));
}

static void an_undo_that_goes_too_far_is_seen(void)
{
    must_see("part_stays_behind", "an ended part stays", open_postgres);
    must_see("part_stays_behind", "any order of work keeps its places", open_postgres);
}

static const struct test tests[] = {
    {.name = "a part that is not undone is seen", .run = a_part_that_is_not_undone_is_seen},
    {.name = "a part set too late is seen", .run = a_part_set_too_late_is_seen},
    {.name = "an undo that goes too far is seen", .run = an_undo_that_goes_too_far_is_seen},
};

int main(int argc, char **argv)
{
    server = postgres_server_start();
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    postgres_server_stop(&server);
    return result;
}
