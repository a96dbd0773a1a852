/* ledger_recall_contract.c - two connections to the same books (D16, T20): one has moved money so
 * often that he asks for nothing any more, and the other one, or chance, changes what he knows.
 */
#include "tests/lib/ledger/ledger_recall_contract.h"

#include "tests/lib/ledger/clerk.h"
#include "tests/lib/ledger/ledger_model.h"

enum { WARM = 70, STEPS = 400 };

static struct clerk first;
static struct clerk second;
static struct id anna;
static struct id boris;

static enum ledger_refusal pay(struct clerk *clerk, struct id debit, int64_t amount)
{
    const struct clerk_order order = {
        .debit = debit, .credit = id_equals(debit, anna) ? boris : anna, .amount = amount};
    return clerk_pay(clerk, &order);
}

/* Anna has 1000 then, and Boris owes them. */
static void begin(void)
{
    clerk_open(&first);
    clerk_open(&second);
    first.has_book = true; /* only who has it already believes */
    anna = clerk_limited(&first, (struct clerk_limits){0, LEDGER_NO_LIMIT});
    boris = clerk_account(&first);
    for (int i = 0; i < WARM; i++) {
        CHECK_INT(pay(&first, boris, 1000), LEDGER_DONE);
        CHECK_INT(pay(&first, anna, 1000), LEDGER_DONE);
    }
    CHECK_INT(pay(&first, boris, 1000), LEDGER_DONE);
    CHECK_INT(first.conflicts, 0);
}

static void end(void)
{
    CHECK_TEXT(clerk_fsck(&second), "");
    clerk_close(&second);
    clerk_close(&first);
}

static void what_another_has_moved_is_seen(void)
{
    begin();
    CHECK_INT(pay(&second, anna, 900), LEDGER_DONE);
    CHECK_INT(pay(&first, anna, 101), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(pay(&second, boris, 900), LEDGER_DONE);
    CHECK_INT(pay(&first, anna, 1000), LEDGER_DONE);
    CHECK_INT(clerk_balance(&second, anna), 0);
    CHECK_INT(first.conflicts + second.conflicts, 0);
    end();
}

static void what_another_holds_is_seen(void)
{
    begin();
    const struct clerk_order order = {.debit = anna, .credit = boris, .amount = 600};
    CHECK_INT(clerk_hold(&second, &order), LEDGER_DONE);
    CHECK_INT(pay(&first, anna, 401), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(pay(&first, anna, 400), LEDGER_DONE);
    end();
}

static void what_another_limits_is_seen(void)
{
    begin();
    CHECK_INT(clerk_set_limits(&second, boris, (struct clerk_limits){-1000, LEDGER_NO_LIMIT}),
              LEDGER_DONE);
    CHECK_INT(pay(&first, boris, 1), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(pay(&first, anna, 1000), LEDGER_DONE);
    CHECK_INT(clerk_close_account(&second, boris), LEDGER_DONE);
    CHECK_INT(pay(&first, boris, 1), LEDGER_DEBIT_ACCOUNT_IS_CLOSED);
    CHECK_INT(clerk_reopen_account(&second, boris), LEDGER_DONE);
    CHECK_INT(pay(&first, boris, 1), LEDGER_DONE);
    end();
}

static void a_period_that_another_closes_is_closed(void)
{
    begin();
    struct clerk_order order = {
        .debit = anna, .credit = boris, .amount = 1, .dated_at = CLERK_NOW - 10};
    CHECK_INT(clerk_pay(&first, &order), LEDGER_DONE);
    CHECK_INT(clerk_close_period(&second, CLERK_NOW - 5), LEDGER_DONE);
    CHECK_INT(clerk_pay(&first, &order), LEDGER_PERIOD_IS_CLOSED);
    CHECK_INT(clerk_close_period(&first, CLERK_NOW - 4), LEDGER_DONE);
    order.dated_at = CLERK_NOW - 5;
    CHECK_INT(clerk_pay(&first, &order), LEDGER_PERIOD_IS_CLOSED);
    end();
}

/* His own changes count as well, whichever way he makes them. */
static void what_he_does_otherwise_is_known(void)
{
    begin();
    const struct clerk_order order = {
        .id = id_new(), .debit = anna, .credit = boris, .amount = 600};
    CHECK_INT(clerk_hold(&first, &order), LEDGER_DONE);
    CHECK_INT(pay(&first, anna, 401), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(clerk_post(&first, &(struct ledger_post){.id = id_new(), .hold = order.id}),
              LEDGER_DONE);
    CHECK_INT(pay(&first, anna, 401), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(pay(&first, anna, 400), LEDGER_DONE);
    CHECK_INT(clerk_close_account(&first, anna), LEDGER_DONE);
    CHECK_INT(pay(&first, boris, 1), LEDGER_CREDIT_ACCOUNT_IS_CLOSED);
    end();
}

/* It was believed to be new; its row is refused, and he who runs it again asks. */
static void an_old_transfer_is_found_out(void)
{
    begin();
    const struct clerk_order order = {.id = id_new(), .debit = anna, .credit = boris, .amount = 10};
    CHECK_INT(clerk_pay(&first, &order), LEDGER_DONE);
    CHECK_INT(first.conflicts, 0);
    CHECK_INT(clerk_pay(&first, &order), LEDGER_DONE);
    CHECK(first.answer.was_there);
    CHECK_INT(first.conflicts, 1);
    CHECK_INT(clerk_balance(&second, anna), 990);
    struct clerk_order other = order;
    other.amount = 11;
    CHECK_INT(clerk_pay(&first, &other), LEDGER_ID_IS_TAKEN);
    CHECK_INT(first.conflicts, 1); /* who was mistaken asks for a while */
    end();
}

/* Done is done: nobody hears no of it because it could not be done now. */
static void an_old_transfer_is_not_refused(void)
{
    begin();
    const struct clerk_order order = {
        .id = id_new(), .debit = anna, .credit = boris, .amount = 800};
    CHECK_INT(clerk_pay(&first, &order), LEDGER_DONE);
    CHECK_INT(clerk_pay(&first, &order), LEDGER_DONE);
    CHECK(first.answer.was_there);
    CHECK_INT(clerk_balance(&second, anna), 200);
    end();
}

/* What was moved and is undone has moved nothing. */
static void what_was_undone_is_forgotten(void)
{
    begin();
    const struct message message = {.kind = message_event, .name = TEXT("paid")};
    struct call call = {.arena = first.arena,
                        .store = first.store,
                        .service = &clerk_service,
                        .now_ms = CLERK_NOW,
                        .message = &message};
    const struct ledger_move move = {.debit = anna, .credit = boris, .amount = {900, "RUB"}};
    const struct ledger_transfer transfer = {
        .id = id_new(), .code = TEXT("pay"), .moves = &move, .move_count = 1};
    struct ledger_answer answer;
    CHECK_STATUS(store_begin(first.store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(ledger_transfer(&call, &transfer, 1, &answer), STATUS_OK);
    store_rollback(first.store);
    CHECK_INT(pay(&first, anna, 1000), LEDGER_DONE);
    CHECK_INT(first.conflicts, 0);
    end();
}

static void anything_agrees_with_the_model(void)
{
    clerk_open(&first);
    first.has_book = true;
    ledger_model_run(&first, 2, test_scale(STEPS));
    CHECK_TEXT(clerk_fsck(&first), "");
    clerk_close(&first);
}

static const struct statement move_behind_the_book = {
    .sql = "UPDATE ledger_account SET moves = moves + 1 WHERE id = $1"};

/* A program from before there were stamps, or somebody with a client of his own. */
static void who_leaves_no_stamp_is_found_out(void)
{
    begin();
    CHECK_STATUS(store_begin(second.store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(store_exec(second.store, &move_behind_the_book, VALUES(value_id(anna)), NULL),
                 STATUS_OK);
    CHECK_STATUS(store_commit(second.store), STATUS_OK);
    int64_t moves = clerk_find(&second, anna).moves;
    CHECK_INT(pay(&first, anna, 1), LEDGER_DONE);
    CHECK_INT(first.conflicts, 1);
    CHECK_INT(clerk_find(&second, anna).moves, moves + 1);
    clerk_close(&second);
    clerk_close(&first);
}

const struct test ledger_recall_tests[] = {
    {.name = "what_another_has_moved_is_seen", .run = what_another_has_moved_is_seen},
    {.name = "what_another_holds_is_seen", .run = what_another_holds_is_seen},
    {.name = "what_another_limits_is_seen", .run = what_another_limits_is_seen},
    {.name = "a_period_that_another_closes_is_closed",
     .run = a_period_that_another_closes_is_closed},
    {.name = "what_he_does_otherwise_is_known", .run = what_he_does_otherwise_is_known},
    {.name = "an_old_transfer_is_found_out", .run = an_old_transfer_is_found_out},
    {.name = "an_old_transfer_is_not_refused", .run = an_old_transfer_is_not_refused},
    {.name = "what_was_undone_is_forgotten", .run = what_was_undone_is_forgotten},
    {.name = "anything_agrees_with_the_model", .run = anything_agrees_with_the_model},
    {.name = "who_leaves_no_stamp_is_found_out", .run = who_leaves_no_stamp_is_found_out},
};
const size_t ledger_recall_test_count = COUNT_OF(ledger_recall_tests);

int ledger_recall_contract_main(int argc, char **argv)
{
    return test_main(argc, argv, ledger_recall_tests, ledger_recall_test_count);
}
