/* ledger_contract_holds.c - what the ledger promises of holds, reversals, periods and accounts. */
#include "tests/lib/ledger/ledger_contract_parts.h"

/* ---- holds ---- */

static void a_hold_sets_aside_and_is_posted(void)
{
    begin();
    CHECK_INT(pay(company, anna, 1000), LEDGER_DONE);
    const struct clerk_order order = {
        .id = number(1), .debit = anna, .credit = boris, .amount = 600};
    CHECK_INT(clerk_hold(&clerk, &order), LEDGER_DONE);
    CHECK_INT(clerk.answer.moved_minor, 600);
    CHECK_INT(clerk_hold(&clerk, &order), LEDGER_DONE);
    CHECK(clerk.answer.was_there);
    CHECK_INT(balance(anna), 1000);
    CHECK_INT(clerk_find(&clerk, anna).debits_held, 600);
    CHECK_INT(clerk_find(&clerk, boris).credits_held, 600);
    CHECK_INT(pay(anna, company, 401), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(pay(company, boris, 1401), LEDGER_EXCEEDS_MOST);
    const struct ledger_post post = {.id = number(2), .hold = number(1), .amount_minor = 500};
    CHECK_INT(clerk_post(&clerk, &post), LEDGER_DONE);
    CHECK_INT(clerk.answer.moved_minor, 500);
    CHECK_INT(clerk_post(&clerk, &post), LEDGER_DONE);
    CHECK(clerk.answer.was_there);
    CHECK_INT(balance(anna), 500);
    CHECK_INT(balance(boris), 500);
    CHECK_INT(clerk_find(&clerk, anna).debits_held, 0);
    CHECK_INT(clerk_find(&clerk, boris).credits_held, 0);
    CHECK_INT(clerk_post(&clerk, &(struct ledger_post){.id = number(2), .hold = number(1)}),
              LEDGER_ID_IS_TAKEN);
    CHECK_TEXT(text_of(clerk.answer.field), "amount");
    CHECK_INT(clerk_post(&clerk, &(struct ledger_post){.id = number(3), .hold = number(1)}),
              LEDGER_HOLD_WAS_POSTED);
    CHECK_INT(clerk_void(&clerk, number(1)), LEDGER_HOLD_WAS_POSTED);
    end();
}

static void a_hold_is_given_up_once(void)
{
    begin();
    CHECK_INT(pay(company, anna, 1000), LEDGER_DONE);
    CHECK_INT(clerk_hold(&clerk,
                         &(struct clerk_order){
                             .id = number(1), .debit = anna, .credit = boris, .amount = 600}),
              LEDGER_DONE);
    CHECK_INT(
        clerk_post(&clerk,
                   &(struct ledger_post){.id = number(2), .hold = number(1), .amount_minor = 601}),
        LEDGER_EXCEEDS_HOLD);
    CHECK_INT(clerk_void(&clerk, number(1)), LEDGER_DONE);
    CHECK(!clerk.answer.was_there);
    CHECK_INT(clerk_void(&clerk, number(1)), LEDGER_DONE);
    CHECK(clerk.answer.was_there);
    CHECK_INT(clerk_post(&clerk, &(struct ledger_post){.id = number(2), .hold = number(1)}),
              LEDGER_HOLD_WAS_VOIDED);
    CHECK_INT(clerk_void(&clerk, number(9)), LEDGER_HOLD_IS_UNKNOWN);
    CHECK_INT(pay(anna, company, 1000), LEDGER_DONE);
    end();
}

static void a_hold_frees_itself_at_its_time(void)
{
    CLERK_COUNTS(timers, "SELECT count(*) AS count FROM later_timer WHERE due_at = 1005000");
    begin();
    CHECK_INT(pay(company, anna, 1000), LEDGER_DONE);
    const struct clerk_order order = {.id = number(1),
                                      .debit = anna,
                                      .credit = boris,
                                      .amount = 600,
                                      .expires_at = CLERK_NOW + 5000};
    CHECK_INT(clerk_hold(&clerk, &order), LEDGER_DONE);
    CHECK_INT(clerk_count(&clerk, &timers), 1);
    clerk_expire(&clerk, number(1)); /* too early: it waits on */
    CHECK_INT(clerk_find(&clerk, anna).debits_held, 600);
    clerk.now_ms += 5000;
    CHECK_INT(clerk_post(&clerk, &(struct ledger_post){.id = number(2), .hold = number(1)}),
              LEDGER_HOLD_HAS_EXPIRED);
    clerk_expire(&clerk, number(1));
    clerk_expire(&clerk, number(1));
    CHECK_INT(clerk_find(&clerk, anna).debits_held, 0);
    CHECK_INT(clerk_void(&clerk, number(1)), LEDGER_HOLD_HAS_EXPIRED);
    struct clerk_order late = order;
    late.id = number(3);
    CHECK_INT(clerk_hold(&clerk, &late), LEDGER_EXPIRY_MUST_BE_LATER);
    end();
}

static void a_timer_ends_with_its_hold(void)
{
    CLERK_COUNTS(timers, "SELECT count(*) AS count FROM later_timer");
    begin();
    for (int i = 1; i <= 2; i++) {
        CHECK_INT(clerk_hold(&clerk, &(struct clerk_order){.id = number(i),
                                                           .debit = company,
                                                           .credit = anna,
                                                           .amount = 5,
                                                           .expires_at = CLERK_NOW + 5000}),
                  LEDGER_DONE);
    }
    CHECK_INT(clerk_count(&clerk, &timers), 2);
    CHECK_INT(clerk_post(&clerk, &(struct ledger_post){.id = number(3), .hold = number(1)}),
              LEDGER_DONE);
    CHECK_INT(clerk_count(&clerk, &timers), 1);
    CHECK_INT(clerk_void(&clerk, number(2)), LEDGER_DONE);
    CHECK_INT(clerk_count(&clerk, &timers), 0);
    clerk_expire(&clerk, number(1));
    end();
}

static void a_hold_of_many_moves_is_posted_whole(void)
{
    begin();
    const struct ledger_move moves[] = {move(company, anna, 100), move(company, boris, 200)};
    const struct ledger_transfer held = {
        .id = number(1), .code = TEXT("both"), .moves = moves, .move_count = 2};
    CHECK_INT(clerk_hold_all(&clerk, &held, 0), LEDGER_DONE);
    CHECK_INT(clerk_find(&clerk, company).debits_held, 300);
    struct ledger_post post = {.id = number(2), .hold = number(1), .amount_minor = 50};
    CHECK_INT(clerk_post(&clerk, &post), LEDGER_HOLD_IS_POSTED_WHOLE);
    post.amount_minor = 0;
    CHECK_INT(clerk_post(&clerk, &post), LEDGER_DONE);
    CHECK_INT(balance(company), -300);
    CHECK_INT(clerk_post(&clerk, &post), LEDGER_DONE);
    CHECK(clerk.answer.was_there);
    end();
}

/* ---- reversals ---- */

static void a_reversal_moves_everything_back_once(void)
{
    begin();
    const struct ledger_move moves[] = {move(company, anna, 100), move(anna, boris, 60)};
    const struct ledger_transfer transfer = {
        .id = number(1), .code = TEXT("pay"), .moves = moves, .move_count = 2};
    CHECK_INT(clerk_transfer(&clerk, &transfer, 1), LEDGER_DONE);
    clerk.now_ms += 5000;
    struct ledger_reversal reversal = {.id = number(2),
                                       .reverses = number(1),
                                       .code = TEXT("refund"),
                                       .dated_at = CLERK_NOW + 4000};
    CHECK_INT(clerk_reverse(&clerk, &reversal), LEDGER_DONE);
    CHECK_INT(balance(anna), 0);
    CHECK_INT(balance(boris), 0);
    CHECK_INT(clerk_reverse(&clerk, &reversal), LEDGER_DONE);
    CHECK(clerk.answer.was_there);
    struct ledger_reversal again = reversal;
    again.dated_at = 0;
    CHECK_INT(clerk_reverse(&clerk, &again), LEDGER_ID_IS_TAKEN);
    CHECK_TEXT(text_of(clerk.answer.field), "dated_at");
    again.id = number(3);
    CHECK_INT(clerk_reverse(&clerk, &again), LEDGER_WAS_REVERSED);
    again.reverses = number(2);
    CHECK_INT(clerk_reverse(&clerk, &again), LEDGER_IS_A_REVERSAL);
    again.reverses = number(9);
    CHECK_INT(clerk_reverse(&clerk, &again), LEDGER_TRANSFER_IS_UNKNOWN);
    again.id = number(1);
    CHECK_INT(clerk_reverse(&clerk, &again), LEDGER_ID_IS_TAKEN);
    CHECK_TEXT(text_of(clerk.answer.field), "kind");
    end();
}

static void a_reversal_keeps_limits_and_periods(void)
{
    begin();
    CHECK_INT(clerk_pay(&clerk,
                        &(struct clerk_order){
                            .id = number(1), .debit = company, .credit = anna, .amount = 100}),
              LEDGER_DONE);
    CHECK_INT(pay(anna, boris, 50), LEDGER_DONE);
    struct ledger_reversal reversal = {
        .id = number(2), .reverses = number(1), .code = TEXT("refund"), .dated_at = 4000};
    CHECK_INT(clerk_reverse(&clerk, &reversal), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(clerk_close_period(&clerk, 5000), LEDGER_DONE);
    CHECK_INT(clerk_reverse(&clerk, &reversal), LEDGER_PERIOD_IS_CLOSED);
    reversal.dated_at = 0;
    CHECK_INT(pay(boris, anna, 50), LEDGER_DONE);
    CHECK_INT(clerk_reverse(&clerk, &reversal), LEDGER_DONE);
    end();
}

/* ---- periods ---- */

static void a_closed_period_stays_closed(void)
{
    begin();
    CHECK_INT(clerk_close_period(&clerk, CLERK_NOW + 1), LEDGER_DATE_IS_IN_THE_FUTURE);
    CHECK_INT(clerk_close_period(&clerk, CLERK_NOW - 10), LEDGER_DONE);
    CHECK(!clerk.answer.was_there);
    CHECK_INT(clerk_close_period(&clerk, CLERK_NOW - 20), LEDGER_DONE);
    CHECK(clerk.answer.was_there);
    CHECK_INT(clerk_pay(&clerk, &(struct clerk_order){.debit = company,
                                                      .credit = anna,
                                                      .amount = 1,
                                                      .dated_at = CLERK_NOW - 11}),
              LEDGER_PERIOD_IS_CLOSED);
    CHECK_INT(clerk_pay(&clerk, &(struct clerk_order){.debit = company,
                                                      .credit = anna,
                                                      .amount = 1,
                                                      .dated_at = CLERK_NOW - 10}),
              LEDGER_DONE);
    int64_t closed_before = 0;
    CHECK_STATUS(store_begin(clerk.store, STORE_READ), STATUS_OK);
    CHECK_STATUS(ledger_find_period(clerk.store, clerk.arena, &closed_before), STATUS_OK);
    store_rollback(clerk.store);
    CHECK_INT(closed_before, CLERK_NOW - 10);
    end();
}

/* The clock is put back to before what is closed, and before what was recorded. */
static void time_in_the_books_never_goes_back(void)
{
    begin();
    CHECK_INT(pay(company, anna, 1), LEDGER_DONE);
    CHECK_INT(clerk_close_period(&clerk, CLERK_NOW), LEDGER_DONE);
    clerk.now_ms = CLERK_NOW - 5000;
    CHECK_INT(pay(company, boris, 1), LEDGER_DONE);
    CHECK_INT(clerk.answer.at_ms, CLERK_NOW);
    clerk.now_ms = CLERK_NOW + 7000;
    CHECK_INT(pay(company, boris, 1), LEDGER_DONE);
    clerk.now_ms = CLERK_NOW + 6000;
    CHECK_INT(pay(company, anna, 1), LEDGER_DONE);
    CHECK_INT(clerk.answer.at_ms, CLERK_NOW + 7000);
    end();
}

/* ---- accounts ---- */

static void an_account_is_opened_once(void)
{
    begin();
    struct ledger_account account = {.id = number(1),
                                     .currency = TEXT("JPY"),
                                     .code = TEXT("person"),
                                     .least = 0,
                                     .most = LEDGER_NO_LIMIT};
    CHECK_INT(clerk_open_account(&clerk, &account), LEDGER_DONE);
    CHECK(!clerk.answer.was_there);
    clerk.now_ms += 10;
    CHECK_INT(clerk_set_limits(&clerk, number(1), (struct clerk_limits){-5, 5}), LEDGER_DONE);
    CHECK_INT(clerk_open_account(&clerk, &account), LEDGER_DONE);
    CHECK(clerk.answer.was_there);
    CHECK_INT(clerk.answer.at_ms, CLERK_NOW);
    CHECK_INT(clerk_find(&clerk, number(1)).least, -5);
    account.currency = TEXT("RUB");
    CHECK_INT(clerk_open_account(&clerk, &account), LEDGER_ID_IS_TAKEN);
    CHECK_TEXT(text_of(clerk.answer.field), "currency");
    account.currency = TEXT("XYZ");
    CHECK_INT(clerk_open_account(&clerk, &account), LEDGER_CURRENCY_IS_UNKNOWN);
    account.code = NO_TEXT;
    CHECK_INT(clerk_open_account(&clerk, &account), LEDGER_CODE_MUST_BE_GIVEN);
    account.id = (struct id){{0}};
    CHECK_INT(clerk_open_account(&clerk, &account), LEDGER_ID_MUST_BE_GIVEN);
    end();
}

static void limits_span_zero(void)
{
    static const struct clerk_limits wrong[] = {
        {0, 0}, {1, LEDGER_NO_LIMIT}, {LEDGER_NO_LIMIT, -1}, {5, 9}, {-9, -5}};
    begin();
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        const struct ledger_account account = {.id = id_new(),
                                               .currency = TEXT("RUB"),
                                               .code = TEXT("person"),
                                               .least = wrong[i].least,
                                               .most = wrong[i].most};
        CHECK_INT(clerk_open_account(&clerk, &account), LEDGER_LIMITS_MUST_SPAN_ZERO);
    }
    end();
}

static void an_account_is_closed_when_it_is_empty(void)
{
    begin();
    CHECK_INT(pay(company, anna, 5), LEDGER_DONE);
    CHECK_INT(clerk_close_account(&clerk, anna), LEDGER_ACCOUNT_IS_IN_USE);
    CHECK_INT(pay(anna, company, 5), LEDGER_DONE);
    CHECK_INT(clerk_hold(&clerk,
                         &(struct clerk_order){
                             .id = number(1), .debit = company, .credit = anna, .amount = 5}),
              LEDGER_DONE);
    CHECK_INT(clerk_close_account(&clerk, anna), LEDGER_ACCOUNT_IS_IN_USE);
    CHECK_INT(clerk_void(&clerk, number(1)), LEDGER_DONE);
    CHECK_INT(clerk_close_account(&clerk, anna), LEDGER_DONE);
    CHECK_INT(clerk_find(&clerk, anna).closed_at, CLERK_NOW);
    CHECK_INT(clerk_close_account(&clerk, anna), LEDGER_DONE);
    CHECK(clerk.answer.was_there);
    CHECK_INT(pay(company, anna, 5), LEDGER_CREDIT_ACCOUNT_IS_CLOSED);
    CHECK_INT(
        clerk_hold(&clerk, &(struct clerk_order){.debit = company, .credit = anna, .amount = 5}),
        LEDGER_CREDIT_ACCOUNT_IS_CLOSED);
    CHECK_INT(clerk_reopen_account(&clerk, anna), LEDGER_DONE);
    CHECK_INT(clerk_reopen_account(&clerk, anna), LEDGER_DONE);
    CHECK(clerk.answer.was_there);
    CHECK_INT(pay(company, anna, 5), LEDGER_DONE);
    CHECK_INT(clerk_close_account(&clerk, number(9)), LEDGER_ACCOUNT_IS_UNKNOWN);
    end();
}

const struct test ledger_hold_tests[] = {
    PROMISE(a_hold_sets_aside_and_is_posted),
    PROMISE(a_hold_is_given_up_once),
    PROMISE(a_hold_frees_itself_at_its_time),
    PROMISE(a_timer_ends_with_its_hold),
    PROMISE(a_hold_of_many_moves_is_posted_whole),
    PROMISE(a_reversal_moves_everything_back_once),
    PROMISE(a_reversal_keeps_limits_and_periods),
    PROMISE(a_closed_period_stays_closed),
    PROMISE(time_in_the_books_never_goes_back),
    PROMISE(an_account_is_opened_once),
    PROMISE(limits_span_zero),
    PROMISE(an_account_is_closed_when_it_is_empty),
};
const size_t ledger_hold_test_count = COUNT_OF(ledger_hold_tests);
