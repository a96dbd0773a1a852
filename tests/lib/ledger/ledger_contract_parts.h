/* ledger_contract_parts.h - three accounts and what is done with them, for the files of the suite.
 *
 * Each file has its own of all this; each test is a process of its own anyway.
 */
#ifndef TESTS_LIB_LEDGER_LEDGER_CONTRACT_PARTS_H
#define TESTS_LIB_LEDGER_LEDGER_CONTRACT_PARTS_H

#include "tests/lib/ledger/clerk.h"

static struct clerk clerk;
static struct id company; /* without limits */
static struct id anna;    /* may not owe */
static struct id boris;   /* between -500 and 2000 */

static const struct clerk_limits no_debts = {0, LEDGER_NO_LIMIT};

static inline void begin(void)
{
    clerk_open(&clerk);
    company = clerk_account(&clerk);
    anna = clerk_limited(&clerk, no_debts);
    boris = clerk_limited(&clerk, (struct clerk_limits){-500, 2000});
}

static inline void end(void)
{
    CHECK_TEXT(clerk_fsck(&clerk), "");
    clerk_close(&clerk);
}

static inline enum ledger_refusal pay(struct id debit, struct id credit, int64_t amount)
{
    return clerk_pay(&clerk,
                     &(struct clerk_order){.debit = debit, .credit = credit, .amount = amount});
}

static inline int64_t balance(struct id id)
{
    return clerk_balance(&clerk, id);
}

static inline struct id number(int value)
{
    struct id id = {{0}};
    id.bytes[0] = 1;
    id.bytes[ID_BYTES - 1] = (uint8_t)value;
    return id;
}

static inline struct ledger_move move(struct id debit, struct id credit, int64_t amount)
{
    return (struct ledger_move){.debit = debit, .credit = credit, .amount = {amount, "RUB"}};
}

#define PROMISE(function)                                                                          \
    {                                                                                              \
        .name = #function, .run = function                                                         \
    }

/* The tables of the files. */
extern const struct test ledger_hold_tests[];
extern const size_t ledger_hold_test_count;
extern const struct test ledger_read_tests[];
extern const size_t ledger_read_test_count;

#endif
