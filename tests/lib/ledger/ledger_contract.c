/* ledger_contract.c - what the ledger promises of transfers (D16, T20, T21); and anything, beside a
 * model.
 */
#include "tests/lib/ledger/ledger_contract.h"

#include "tests/lib/ledger/ledger_contract_parts.h"
#include "tests/lib/ledger/ledger_model.h"

#include <string.h>

enum { MODEL_STEPS = 3000, MODEL_STEPS_SHARED = 800, TESTS_MAX = 100 };

/* ---- transfers ---- */

static void money_moves_and_sums_to_zero(void)
{
    begin();
    CHECK_INT(pay(company, anna, 1000), LEDGER_DONE);
    CHECK_INT(clerk.answer.moved_minor, 1000);
    CHECK_INT(clerk.answer.at_ms, CLERK_NOW);
    CHECK(!clerk.answer.was_there);
    CHECK_INT(pay(anna, boris, 400), LEDGER_DONE);
    CHECK_INT(balance(company), -1000);
    CHECK_INT(balance(anna), 600);
    CHECK_INT(balance(boris), 400);
    struct ledger_account found = clerk_find(&clerk, anna);
    CHECK_INT(found.debits, 400);
    CHECK_INT(found.credits, 1000);
    CHECK_INT(found.moves, 2);
    end();
}

/* What a transfer writes is what makes it fast. */
static void a_transfer_is_one_row(void)
{
    CLERK_COUNTS(transfers, "SELECT count(*) AS count FROM ledger_transfer");
    CLERK_COUNTS(told, "SELECT count(*) AS count FROM journal");
    begin();
    CHECK_INT(pay(company, anna, 1000), LEDGER_DONE);
    CHECK_INT(clerk_count(&clerk, &transfers), 1);
    CHECK_INT(clerk_count(&clerk, &told), 0);
    end();
}

static void limits_hold(void)
{
    begin();
    CHECK_INT(pay(anna, company, 1), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(pay(boris, company, 501), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(pay(boris, company, 500), LEDGER_DONE);
    CHECK_INT(pay(boris, company, 1), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(pay(company, boris, 2501), LEDGER_EXCEEDS_MOST);
    CHECK_INT(pay(company, boris, 2500), LEDGER_DONE);
    CHECK_INT(pay(company, boris, 1), LEDGER_EXCEEDS_MOST);
    CHECK_INT(balance(boris), 2000);
    CHECK_INT(clerk_set_limits(&clerk, boris, (struct clerk_limits){0, 1999}), LEDGER_EXCEEDS_MOST);
    CHECK_INT(clerk_set_limits(&clerk, company, (struct clerk_limits){-1999, 0}),
              LEDGER_EXCEEDS_LEAST);
    CHECK_INT(clerk_set_limits(&clerk, company, (struct clerk_limits){-2000, 0}), LEDGER_DONE);
    CHECK_INT(pay(company, anna, 1), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(clerk_set_limits(&clerk, boris, (struct clerk_limits){1, 5}),
              LEDGER_LIMITS_MUST_SPAN_ZERO);
    CHECK_INT(clerk_set_limits(&clerk, number(9), no_debts), LEDGER_ACCOUNT_IS_UNKNOWN);
    end();
}

static void numbers_do_not_overflow(void)
{
    begin();
    struct id other = clerk_account(&clerk);
    CHECK_INT(pay(company, other, INT64_MAX), LEDGER_DONE);
    CHECK_INT(balance(company), -INT64_MAX);
    CHECK_INT(pay(company, other, 1), LEDGER_EXCEEDS_NUMBERS);
    CHECK_INT(pay(other, company, INT64_MAX), LEDGER_DONE);
    CHECK_INT(pay(other, company, 1), LEDGER_EXCEEDS_NUMBERS);
    CHECK_INT(balance(company), 0);
    CHECK_INT(clerk_set_limits(&clerk, company, (struct clerk_limits){-INT64_MAX, INT64_MAX}),
              LEDGER_DONE);
    end();
}

/* Each order breaks its own rule and all of those below it. */
static void refusals_have_an_order(void)
{
    begin();
    struct id dollars = id_new();
    CHECK_INT(clerk_open_account(&clerk, &(struct ledger_account){.id = dollars,
                                                                  .currency = TEXT("USD"),
                                                                  .code = TEXT("person"),
                                                                  .least = 0,
                                                                  .most = LEDGER_NO_LIMIT}),
              LEDGER_DONE);
    CHECK_INT(clerk_close_account(&clerk, boris), LEDGER_DONE);
    CHECK_INT(clerk_close_period(&clerk, 5000), LEDGER_DONE);
    struct clerk_order order = {.code = ""};
    const struct ledger_move move = {.debit = anna, .credit = company, .amount = {5, "RUB"}};
    const struct ledger_transfer nothing = {.code = TEXT("pay"), .moves = &move, .move_count = 1};
    CHECK_INT(clerk_transfer(&clerk, &nothing, 1), LEDGER_ID_MUST_BE_GIVEN);
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_CODE_MUST_BE_GIVEN);
    order.code = NULL;
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_DEBIT_ACCOUNT_IS_UNKNOWN);
    order.debit = number(1);
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_CREDIT_ACCOUNT_IS_UNKNOWN);
    order.credit = number(1);
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_ACCOUNTS_MUST_DIFFER);
    order.credit = number(2);
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_AMOUNT_MUST_BE_POSITIVE);
    order.amount = -5;
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_AMOUNT_MUST_BE_POSITIVE);
    order.amount = 5;
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_DEBIT_ACCOUNT_IS_UNKNOWN);
    order.debit = dollars;
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_CREDIT_ACCOUNT_IS_UNKNOWN);
    order.credit = boris;
    order.dated_at = CLERK_NOW + 1;
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_CURRENCIES_MUST_MATCH);
    order.debit = anna;
    order.currency = "USD";
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_CURRENCIES_MUST_MATCH);
    order.currency = "RUB";
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_DATE_IS_IN_THE_FUTURE);
    order.dated_at = 4999;
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_PERIOD_IS_CLOSED);
    order.dated_at = 5000;
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_CREDIT_ACCOUNT_IS_CLOSED);
    order.credit = anna;
    order.debit = boris;
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_DEBIT_ACCOUNT_IS_CLOSED);
    CHECK_INT(clerk_reopen_account(&clerk, boris), LEDGER_DONE);
    order.debit = anna;
    order.credit = boris;
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_EXCEEDS_LEAST);
    order.extent = LEDGER_AS_DEBIT_HAS;
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_NOTHING_TO_MOVE);
    CHECK_INT(balance(anna), 0);
    end();
}

/* ---- the same id ---- */

static enum ledger_refusal differing(const struct clerk_order *order, const char *field)
{
    enum ledger_refusal refusal = clerk_pay(&clerk, order);
    CHECK(field != NULL && clerk.answer.field != NULL);
    CHECK_TEXT(text_of(clerk.answer.field), field);
    return refusal;
}

static void the_same_id_is_the_same_transfer(void)
{
    begin();
    const struct clerk_order first = {.id = number(1),
                                      .debit = company,
                                      .credit = anna,
                                      .amount = 100,
                                      .about = {.id = number(7), .number = 3},
                                      .dated_at = 9000};
    CHECK_INT(clerk_pay(&clerk, &first), LEDGER_DONE);
    clerk.now_ms += 1000;
    CHECK_INT(clerk_pay(&clerk, &first), LEDGER_DONE);
    CHECK(clerk.answer.was_there);
    CHECK_INT(clerk.answer.moved_minor, 100);
    CHECK_INT(clerk.answer.at_ms, CLERK_NOW);
    struct clerk_order other = first;
    other.debit = boris;
    CHECK_INT(differing(&other, "debit"), LEDGER_ID_IS_TAKEN);
    other = first;
    other.credit = boris;
    CHECK_INT(differing(&other, "credit"), LEDGER_ID_IS_TAKEN);
    other = first;
    other.credit = number(200); /* not even an account */
    CHECK_INT(differing(&other, "credit"), LEDGER_ID_IS_TAKEN);
    other = first;
    other.amount = 101;
    CHECK_INT(differing(&other, "amount"), LEDGER_ID_IS_TAKEN);
    other = first;
    other.currency = "USD";
    CHECK_INT(differing(&other, "currency"), LEDGER_ID_IS_TAKEN);
    other = first;
    other.code = "fee";
    CHECK_INT(differing(&other, "code"), LEDGER_ID_IS_TAKEN);
    other = first;
    other.about.number = 4;
    CHECK_INT(differing(&other, "about"), LEDGER_ID_IS_TAKEN);
    other = first;
    other.dated_at = 0;
    CHECK_INT(differing(&other, "dated_at"), LEDGER_ID_IS_TAKEN);
    other = first;
    other.extent = LEDGER_AS_DEBIT_HAS;
    CHECK_INT(differing(&other, "kind"), LEDGER_ID_IS_TAKEN);
    CHECK_INT(balance(anna), 100);
    end();
}

/* Done is done, although it would be refused now. */
static void what_was_done_is_answered_as_then(void)
{
    begin();
    const struct clerk_order all = {
        .id = number(1), .debit = company, .credit = anna, .amount = 100};
    CHECK_INT(clerk_pay(&clerk, &all), LEDGER_DONE);
    CHECK_INT(pay(anna, company, 100), LEDGER_DONE);
    CHECK_INT(clerk_close_account(&clerk, anna), LEDGER_DONE);
    CHECK_INT(clerk_close_period(&clerk, CLERK_NOW), LEDGER_DONE);
    CHECK_INT(clerk_pay(&clerk, &all), LEDGER_DONE);
    CHECK(clerk.answer.was_there);
    end();
}

/* ---- many moves ---- */

static void a_transfer_of_many_moves_is_whole(void)
{
    begin();
    const struct ledger_move moves[] = {move(company, anna, 1000), move(anna, boris, 300),
                                        move(boris, company, 50), move(anna, company, 700)};
    struct ledger_transfer transfer = {
        .id = number(1), .code = TEXT("split"), .moves = moves, .move_count = 4};
    CHECK_INT(clerk_transfer(&clerk, &transfer, 1), LEDGER_DONE);
    CHECK_INT(clerk.answer.moved_minor, 2050);
    CHECK_INT(balance(anna), 0);
    CHECK_INT(balance(boris), 250);
    CHECK_INT(clerk_find(&clerk, anna).moves, 3);
    CHECK_INT(clerk_transfer(&clerk, &transfer, 1), LEDGER_DONE);
    CHECK(clerk.answer.was_there);
    CHECK_INT(clerk.answer.moved_minor, 2050);
    transfer.move_count = 3;
    CHECK_INT(clerk_transfer(&clerk, &transfer, 1), LEDGER_ID_IS_TAKEN);
    CHECK_TEXT(text_of(clerk.answer.field), "moves");
    const struct ledger_move too_much[] = {move(company, anna, 10), move(anna, company, 11)};
    const struct ledger_transfer refused = {
        .id = number(2), .code = TEXT("split"), .moves = too_much, .move_count = 2};
    CHECK_INT(clerk_transfer(&clerk, &refused, 1), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(balance(anna), 0);
    end();
}

static void a_transfer_has_so_many_moves(void)
{
    begin();
    struct ledger_move moves[LEDGER_MOVES_MAX + 1];
    for (size_t i = 0; i < COUNT_OF(moves); i++) {
        moves[i] = move(company, anna, 1);
    }
    struct ledger_transfer transfer = {.id = number(1), .code = TEXT("many"), .moves = moves};
    CHECK_INT(clerk_transfer(&clerk, &transfer, 1), LEDGER_MOVES_MUST_BE_GIVEN);
    transfer.move_count = COUNT_OF(moves);
    CHECK_INT(clerk_transfer(&clerk, &transfer, 1), LEDGER_MOVES_MUST_BE_GIVEN);
    transfer.extent = LEDGER_AS_DEBIT_HAS;
    transfer.move_count = 2;
    CHECK_INT(clerk_transfer(&clerk, &transfer, 1), LEDGER_SWEEP_HAS_ONE_MOVE);
    transfer.extent = LEDGER_EXACTLY;
    transfer.move_count = LEDGER_MOVES_MAX;
    CHECK_INT(clerk_transfer(&clerk, &transfer, 1), LEDGER_DONE);
    CHECK_INT(balance(anna), LEDGER_MOVES_MAX);
    end();
}

static void linked_transfers_are_all_or_none(void)
{
    begin();
    const struct ledger_move moves[] = {move(company, anna, 100), move(anna, boris, 100),
                                        move(anna, boris, 1)};
    struct ledger_transfer linked[3];
    for (int i = 0; i < 3; i++) {
        linked[i] = (struct ledger_transfer){
            .id = number(i + 1), .code = TEXT("chain"), .moves = &moves[i], .move_count = 1};
    }
    CHECK_INT(clerk_transfer(&clerk, linked, 3), LEDGER_EXCEEDS_LEAST);
    CHECK_INT(clerk.answer.index, 2);
    CHECK_INT(balance(company), 0);
    CHECK_INT(clerk_transfer(&clerk, linked, 2), LEDGER_DONE);
    CHECK_INT(clerk.answer.moved_minor, 200);
    CHECK_INT(balance(boris), 100);
    CHECK_INT(clerk_transfer(&clerk, linked, 2), LEDGER_DONE);
    CHECK(clerk.answer.was_there);
    CHECK_INT(clerk_transfer(&clerk, linked, 3), LEDGER_SOME_WERE_THERE);
    linked[2].id = linked[0].id;
    CHECK_INT(clerk_transfer(&clerk, linked, 3), LEDGER_ID_IS_TAKEN);
    end();
}

/* More than one chunk of accounts and of ids. */
static void many_linked_transfers(void)
{
    enum { MANY = 100 };
    begin();
    struct ledger_move moves[MANY];
    struct ledger_transfer linked[MANY];
    for (int i = 0; i < MANY; i++) {
        moves[i] = move(company, clerk_account(&clerk), i + 1);
        linked[i] = (struct ledger_transfer){
            .id = id_new(), .code = TEXT("fee"), .moves = &moves[i], .move_count = 1};
    }
    CHECK_INT(clerk_transfer(&clerk, linked, MANY), LEDGER_DONE);
    CHECK_INT(balance(company), -MANY * (MANY + 1) / 2);
    CHECK_INT(balance(moves[MANY - 1].credit), MANY);
    CHECK_INT(clerk_transfer(&clerk, linked, MANY), LEDGER_DONE);
    CHECK(clerk.answer.was_there);
    end();
}

/* ---- as much as there is ---- */

static void a_sweep_takes_what_there_is(void)
{
    begin();
    CHECK_INT(pay(company, anna, 700), LEDGER_DONE);
    const struct clerk_order order = {.id = number(1),
                                      .debit = anna,
                                      .credit = company,
                                      .amount = INT64_MAX,
                                      .extent = LEDGER_AS_DEBIT_HAS};
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_DONE);
    CHECK_INT(clerk.answer.moved_minor, 700);
    CHECK_INT(balance(anna), 0);
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_DONE);
    CHECK(clerk.answer.was_there);
    CHECK_INT(clerk.answer.moved_minor, 700);
    CHECK_INT(pay(boris, company, 300), LEDGER_DONE); /* he owes that */
    const struct clerk_order back = {
        .debit = company, .credit = boris, .amount = 1000, .extent = LEDGER_AS_CREDIT_OWES};
    CHECK_INT(clerk_pay(&clerk, &back), LEDGER_DONE);
    CHECK_INT(clerk.answer.moved_minor, 300);
    CHECK_INT(clerk_pay(&clerk, &back), LEDGER_NOTHING_TO_MOVE);
    end();
}

/* Who may owe is swept to zero and not below; the other's limit counts as well. */
static void a_sweep_stops_at_every_limit(void)
{
    begin();
    CHECK_INT(pay(company, anna, 5000), LEDGER_DONE);
    const struct clerk_order order = {
        .debit = anna, .credit = boris, .amount = 9000, .extent = LEDGER_AS_DEBIT_HAS};
    CHECK_INT(clerk_pay(&clerk, &order), LEDGER_DONE);
    CHECK_INT(clerk.answer.moved_minor, 2000);
    const struct clerk_order back = {
        .debit = boris, .credit = company, .amount = 1999, .extent = LEDGER_AS_DEBIT_HAS};
    CHECK_INT(clerk_pay(&clerk, &back), LEDGER_DONE);
    CHECK_INT(clerk_pay(&clerk, &back), LEDGER_DONE);
    CHECK_INT(clerk.answer.moved_minor, 1);
    CHECK_INT(clerk_pay(&clerk, &back), LEDGER_NOTHING_TO_MOVE);
    end();
}

/* ---- anything at all ---- */

static void anything_agrees_with_the_model(void)
{
    clerk_open(&clerk);
    int steps = test_scale(clerk_server != NULL ? MODEL_STEPS_SHARED : MODEL_STEPS);
    ledger_model_run(&clerk, 1, steps);
    end();
}

static const struct test transfer_tests[] = {
    PROMISE(money_moves_and_sums_to_zero),
    PROMISE(a_transfer_is_one_row),
    PROMISE(limits_hold),
    PROMISE(numbers_do_not_overflow),
    PROMISE(refusals_have_an_order),
    PROMISE(the_same_id_is_the_same_transfer),
    PROMISE(what_was_done_is_answered_as_then),
    PROMISE(a_transfer_of_many_moves_is_whole),
    PROMISE(a_transfer_has_so_many_moves),
    PROMISE(linked_transfers_are_all_or_none),
    PROMISE(many_linked_transfers),
    PROMISE(a_sweep_takes_what_there_is),
    PROMISE(a_sweep_stops_at_every_limit),
    PROMISE(anything_agrees_with_the_model),
};

int ledger_contract_main(int argc, char **argv)
{
    struct test all[TESTS_MAX];
    size_t count = COUNT_OF(transfer_tests);
    MUST(count + ledger_hold_test_count + ledger_read_test_count <= TESTS_MAX);
    memcpy(all, transfer_tests, sizeof transfer_tests);
    memcpy(all + count, ledger_hold_tests, ledger_hold_test_count * sizeof *all);
    count += ledger_hold_test_count;
    memcpy(all + count, ledger_read_tests, ledger_read_test_count * sizeof *all);
    return test_main(argc, argv, all, count + ledger_read_test_count);
}
