/* ledger_race_postgres_test.c - eight connections, six accounts: nothing lost, nothing twice. */
#include "tests/lib/ledger/ledger_race.h"

#include <stdio.h>

enum { TRANSACTIONS = 60 };

static void many_at_once_keep_the_books_right(void)
{
    static struct clerk clerk;
    struct race_result result;
    clerk_open(&clerk);
    ledger_race(&clerk, test_scale(TRANSACTIONS), &result);
    printf("#   %lld made, %lld were there, %lld refused, %lld run again\n", (long long)result.made,
           (long long)result.was_there, (long long)result.refused, (long long)result.conflicts);
    CHECK_TEXT(result.fsck, "");
    CHECK_INT(result.rows, result.made);
    CHECK(result.made > 100 && result.was_there > 50 && result.refused > 10);
    clerk_close(&clerk);
}

static const struct test tests[] = {
    {.name = "many_at_once_keep_the_books_right", .run = many_at_once_keep_the_books_right},
};

int main(int argc, char **argv)
{
    clerk_server = postgres_server_start();
    int failed = test_main(argc, argv, tests, COUNT_OF(tests));
    postgres_server_stop(&clerk_server);
    return failed;
}
