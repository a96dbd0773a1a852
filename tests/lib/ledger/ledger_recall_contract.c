/* ledger_recall_contract.c - two connections to the same books (D16, T20): one has moved money so
 * often that he asks for nothing any more, and the other one, or chance, changes what he knows.
 */
#include "tests/lib/ledger/ledger_recall_contract.h"

#include "store/store_fault.h"
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
    for (int i = 0; i < WARM / 2; i++) {
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

/* ---- what may have gone again ---- */

/* In a transaction of the caller's. */
static void move_from_anna(struct id id, int64_t amount)
{
    const struct message message = {.kind = message_event, .name = TEXT("paid")};
    struct call call = {.arena = first.arena,
                        .store = first.store,
                        .service = &clerk_service,
                        .now_ms = CLERK_NOW,
                        .message = &message};
    const struct ledger_move move = {.debit = anna, .credit = boris, .amount = {amount, "RUB"}};
    const struct ledger_transfer transfer = {
        .id = id, .code = TEXT("pay"), .moves = &move, .move_count = 1};
    struct ledger_answer answer;
    CHECK_STATUS(ledger_transfer(&call, &transfer, 1, &answer), STATUS_OK);
}

static void begin_writing(void)
{
    CHECK_STATUS(store_begin(first.store, STORE_WRITE), STATUS_OK);
}

/* What was moved and is undone has moved nothing. */
static void what_was_rolled_back_is_forgotten(void)
{
    begin();
    begin_writing();
    move_from_anna(id_new(), 900);
    store_rollback(first.store);
    CHECK_INT(pay(&first, anna, 1000), LEDGER_DONE);
    CHECK_INT(first.conflicts, 0);
    end();
}

/* The stamp was written before the mark, and stays. */
static void what_was_undone_to_a_mark_is_forgotten(void)
{
    begin();
    begin_writing();
    move_from_anna(id_new(), 100);
    CHECK_STATUS(store_mark(first.store), STATUS_OK);
    move_from_anna(id_new(), 1);
    CHECK_STATUS(store_undo(first.store), STATUS_OK);
    CHECK_STATUS(store_commit(first.store), STATUS_OK);
    for (int i = 0; i < WARM; i++) {
        CHECK_INT(pay(&first, anna, 5), LEDGER_DONE);
    }
    CHECK_INT(clerk_balance(&second, anna), 900 - WARM * 5);
    CHECK_INT(first.conflicts, 0);
    end();
}

static void undo_a_part(void)
{
    store_part_begin(first.store);
    move_from_anna(id_new(), 1);
    CHECK_STATUS(store_part_undo(first.store), STATUS_OK);
}

static void what_was_undone_with_a_part_is_forgotten(void)
{
    begin();
    begin_writing();
    move_from_anna(id_new(), 100);
    undo_a_part();
    move_from_anna(id_new(), 400);
    undo_a_part();
    CHECK_STATUS(store_commit(first.store), STATUS_OK);
    CHECK_INT(pay(&first, anna, 400), LEDGER_DONE);
    CHECK_INT(pay(&first, anna, 101), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(pay(&first, anna, 100), LEDGER_DONE);
    CHECK_INT(first.conflicts, 0);
    end();
}

/* Nobody knows what became of the commit; who asks again is told. */
static void an_uncertain_commit_is_asked_about(bool happens)
{
    struct store_fault fault = {
        .countdown = 0, .repeat = 1, .status = STATUS_UNCERTAIN, .commit_happens = happens};
    begin();
    first.store = store_fault_create(first.store, &fault);
    for (int i = 0; i < WARM; i++) { /* what is kept is the wrapper's */
        CHECK_INT(pay(&first, boris, 1), LEDGER_DONE);
    }
    const struct clerk_order order = {
        .id = id_new(), .debit = anna, .credit = boris, .amount = 900};
    begin_writing();
    move_from_anna(id_new(), WARM);
    move_from_anna(order.id, order.amount);
    atomic_store(&fault.calls, STORE_FAULT_COMMIT);
    CHECK_STATUS(store_commit(first.store), STATUS_UNCERTAIN);
    CHECK_INT(clerk_pay(&first, &order), LEDGER_DONE);
    CHECK_INT(first.answer.was_there, happens);
    CHECK_INT(clerk_balance(&second, anna), happens ? 100 : 100 + WARM);
    CHECK_INT(pay(&first, anna, 101 + WARM), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(pay(&first, anna, 100), LEDGER_DONE);
    CHECK_INT(first.conflicts, 0);
    end();
}

static void an_uncertain_commit_that_happened(void)
{
    an_uncertain_commit_is_asked_about(true);
}

static void an_uncertain_commit_that_did_not_happen(void)
{
    an_uncertain_commit_is_asked_about(false);
}

CLERK_COUNTS(own_process, "SELECT pg_backend_pid() AS count");

static void end_connection(int64_t process)
{
    CHECK(*postgres_server_run(clerk_server, "SELECT pg_terminate_backend(%lld, 60000)",
                               (long long)process) == 't');
}

/* Between two transactions, and inside of one; meanwhile another one moves. */
static void a_lost_connection_loses_nothing_that_was_said(void)
{
    begin();
    end_connection(clerk_count(&first, &own_process));
    CHECK_INT(pay(&second, anna, 900), LEDGER_DONE);
    CHECK_INT(pay(&first, anna, 101), LEDGER_EXCEEDS_LEAST);
    int64_t process = clerk_count(&first, &own_process);
    begin_writing();
    move_from_anna(id_new(), 50);
    end_connection(process);
    CHECK(store_commit(first.store) != STATUS_OK);
    CHECK_INT(pay(&second, boris, 7), LEDGER_DONE);
    CHECK_INT(pay(&first, anna, 108), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(pay(&first, anna, 107), LEDGER_DONE);
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
    {.name = "what_was_rolled_back_is_forgotten", .run = what_was_rolled_back_is_forgotten},
    {.name = "what_was_undone_to_a_mark_is_forgotten",
     .run = what_was_undone_to_a_mark_is_forgotten},
    {.name = "what_was_undone_with_a_part_is_forgotten",
     .run = what_was_undone_with_a_part_is_forgotten},
    {.name = "an_uncertain_commit_that_happened", .run = an_uncertain_commit_that_happened},
    {.name = "an_uncertain_commit_that_did_not_happen",
     .run = an_uncertain_commit_that_did_not_happen},
    {.name = "a_lost_connection_loses_nothing_that_was_said",
     .run = a_lost_connection_loses_nothing_that_was_said},
    {.name = "anything_agrees_with_the_model", .run = anything_agrees_with_the_model},
    {.name = "who_leaves_no_stamp_is_found_out", .run = who_leaves_no_stamp_is_found_out},
};
const size_t ledger_recall_test_count = COUNT_OF(ledger_recall_tests);

int ledger_recall_contract_main(int argc, char **argv)
{
    return test_main(argc, argv, ledger_recall_tests, ledger_recall_test_count);
}
