/* ledger_race.h - many at once on a shared store: the same few accounts, and the same ids.
 *
 * Each racer has a connection of his own and makes several transfers in each transaction, in any
 * order of accounts. Every id is raced for by two of them; one makes the transfer, the other is
 * told that it was there.
 */
#ifndef TESTS_LIB_LEDGER_LEDGER_RACE_H
#define TESTS_LIB_LEDGER_LEDGER_RACE_H

#include "tests/lib/ledger/clerk.h"

enum { RACERS = 8 };

struct race_result {
    int64_t made;      /* transfers that were made now */
    int64_t was_there; /* that the other one had made */
    int64_t refused;   /* by a limit */
    int64_t conflicts; /* transactions that were run again */
    int64_t rows;      /* transfers in the books */
    struct text fsck;  /* what it finds; empty: nothing */
};

/* On clerk_server. The clerk is open, and is left so. */
void ledger_race(struct clerk *clerk, int transactions, struct race_result *result_out);

#endif
