/* ledger_bugs_test.c - with a bug put in on purpose the model or fsck complains, and without it
 * neither does. Needs the build with FAULTS.
 */
#include "tests/lib/ledger/ledger_model.h"
#include "tests/lib/ledger/ledger_race.h"
#include "tests/lib/ledger/ledger_recall_contract.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { STEPS = 1500, TRANSACTIONS = 5 };

static struct clerk clerk;

/* In a process of its own, whose complaints nobody needs to read. */
static bool agrees_with_model(const char *bug)
{
    fflush(NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        bool is_silent = bug == NULL || freopen("/dev/null", "w", stdout) != NULL;
        is_silent = is_silent && (bug == NULL || freopen("/dev/null", "w", stderr) != NULL);
        if (!is_silent || (bug != NULL && setenv("KONTORA_BUG", bug, 1) != 0)) {
            _exit(0);
        }
        clerk_open(&clerk);
        ledger_model_run(&clerk, 7, STEPS);
        bool is_sound = clerk_fsck(&clerk).bytes == 0;
        clerk_close(&clerk);
        _exit(is_sound ? 0 : 1);
    }
    int state = 0;
    CHECK(waitpid(child, &state, 0) == child);
    return WIFEXITED(state) && WEXITSTATUS(state) == 0;
}

static bool survives_the_race(const char *bug)
{
    struct race_result result;
    CHECK(bug == NULL || setenv("KONTORA_BUG", bug, 1) == 0);
    clerk_open(&clerk);
    ledger_race(&clerk, TRANSACTIONS, &result);
    bool is_sound = result.fsck.bytes == 0 && result.rows == result.made;
    clerk_close(&clerk);
    return is_sound;
}

static void nothing_is_wrong(void)
{
    clerk_server = NULL;
    CHECK(agrees_with_model(NULL));
}

static void each_bug_is_found(void)
{
    static const char *const bugs[] = {
        "ledger_loses_a_cent", "ledger_ignores_limits", "ledger_posts_twice",
        "ledger_keeps_hold",   "ledger_dates_anywhere", "ledger_reverses_twice",
    };
    clerk_server = NULL;
    for (size_t i = 0; i < COUNT_OF(bugs); i++) {
        bool is_missed = agrees_with_model(bugs[i]);
        if (is_missed) {
            printf("#   %s was not found\n", bugs[i]);
        }
        CHECK(!is_missed);
    }
}

static void the_race_is_won_by_the_book(void)
{
    CHECK(survives_the_race(NULL));
}

/* The test that must complain, in a process of its own. */
static bool passes_recall_test(const char *name, const char *bug)
{
    fflush(NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        bool is_silent = freopen("/dev/null", "w", stdout) != NULL;
        is_silent = is_silent && freopen("/dev/null", "w", stderr) != NULL;
        if (!is_silent || setenv("KONTORA_BUG", bug, 1) != 0) {
            _exit(0);
        }
        for (size_t i = 0; i < ledger_recall_test_count; i++) {
            if (strcmp(ledger_recall_tests[i].name, name) == 0) {
                ledger_recall_tests[i].run();
            }
        }
        _exit(0);
    }
    int state = 0;
    CHECK(waitpid(child, &state, 0) == child);
    return WIFEXITED(state) && WEXITSTATUS(state) == 0;
}

/* Without a bug they all pass: contract/ledger_recall_postgres_test. */
static void what_is_recalled_wrongly_is_found(void)
{
    CHECK(!passes_recall_test("what_another_holds_is_seen", "ledger_heeds_no_stamp"));
    CHECK(!passes_recall_test("what_was_undone_to_a_mark_is_forgotten", "ledger_heeds_no_loss"));
    CHECK(!passes_recall_test("an_old_transfer_is_not_refused", "ledger_believes_and_refuses"));
}

static void without_the_book_it_is_lost(void)
{
    CHECK(!survives_the_race("ledger_takes_no_book"));
}

static const struct test tests[] = {
    {.name = "nothing_is_wrong", .run = nothing_is_wrong},
    {.name = "each_bug_is_found", .run = each_bug_is_found},
    {.name = "what_is_recalled_wrongly_is_found", .run = what_is_recalled_wrongly_is_found},
    {.name = "the_race_is_won_by_the_book", .run = the_race_is_won_by_the_book},
    {.name = "without_the_book_it_is_lost", .run = without_the_book_it_is_lost},
};

/* FAULTS: the seeded bugs are in that variant only. */
int main(int argc, char **argv)
{
    clerk_server = postgres_server_start();
    int failed = test_main(argc, argv, tests, COUNT_OF(tests));
    postgres_server_stop(&clerk_server);
    return failed;
}
