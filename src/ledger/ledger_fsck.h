/* ledger_fsck.h - what must be true of the books: every balance is computed again from the moves.
 *
 * For the `checks` of a service with a ledger; `kontora fsck` runs them. The books are read in one
 * snapshot of a running system, and are right in every one.
 */
#ifndef LEDGER_LEDGER_FSCK_H
#define LEDGER_LEDGER_FSCK_H

#include "ledger/ledger.h"
#include "runtime/fsck/fsck.h"

/* { .name = "ledger", .meaning = LEDGER_FSCK_MEANING, .run = ledger_fsck } */
#define LEDGER_FSCK_MEANING                                                                        \
    "the books sum to zero, every balance follows from its moves, no limit is passed"
fsck_look_fn ledger_fsck;

#endif
