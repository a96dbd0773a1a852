/* ledger_contract_reads.c - what can be read of the books, and what fsck sees in spoilt ones. */
#include "tests/lib/ledger/ledger_contract_parts.h"

#include <string.h>

enum { DAY = 24 * 60 * 60 * 1000 };

/* ---- what can be read ---- */

/* Three days; on the third something is dated back into the first. */
static void make_three_days(void)
{
    clerk.now_ms = 10 * (int64_t)DAY;
    CHECK_INT(pay(company, anna, 100), LEDGER_DONE);
    clerk.now_ms += DAY;
    CHECK_INT(pay(company, anna, 10), LEDGER_DONE);
    CHECK_INT(pay(anna, boris, 3), LEDGER_DONE);
    clerk.now_ms += DAY;
    CHECK_INT(clerk_pay(&clerk, &(struct clerk_order){.debit = company,
                                                      .credit = anna,
                                                      .amount = 7,
                                                      .code = "late",
                                                      .dated_at = 10 * (int64_t)DAY + 5}),
              LEDGER_DONE);
    CHECK_INT(pay(anna, company, 14), LEDGER_DONE);
}

static void the_past_is_one_look(void)
{
    begin();
    make_three_days();
    const int64_t first = 10 * (int64_t)DAY;
    struct ledger_totals totals = clerk_totals(&clerk, anna, first, LEDGER_AS_KNOWN);
    CHECK_INT(totals.credits, 0);
    totals = clerk_totals(&clerk, anna, first + 1, LEDGER_AS_KNOWN);
    CHECK_INT(totals.credits, 100);
    totals = clerk_totals(&clerk, anna, first + 1, LEDGER_BY_DATE);
    CHECK_INT(totals.credits, 100);
    totals = clerk_totals(&clerk, anna, first + DAY, LEDGER_AS_KNOWN);
    CHECK_INT(totals.credits, 100);
    totals = clerk_totals(&clerk, anna, first + DAY, LEDGER_BY_DATE);
    CHECK_INT(totals.credits, 107);
    totals = clerk_totals(&clerk, anna, first + 2 * (int64_t)DAY, LEDGER_BY_DATE);
    CHECK_INT(totals.credits, 117);
    CHECK_INT(totals.debits, 3);
    totals = clerk_totals(&clerk, anna, INT64_MAX, LEDGER_BY_DATE);
    CHECK_INT(totals.credits - totals.debits, balance(anna));
    totals = clerk_totals(&clerk, number(9), INT64_MAX, LEDGER_BY_DATE);
    CHECK_INT(totals.credits, 0);
    end();
}

static void days_follow_the_calendar(void)
{
    begin();
    make_three_days();
    const struct zone *zone = NULL;
    struct text error;
    CHECK_STATUS(zone_open(clerk.arena, TEXT("UTC"), &zone, &error), STATUS_OK);
    struct ledger_totals days[5];
    CHECK_STATUS(store_begin(clerk.store, STORE_READ), STATUS_OK);
    CHECK_STATUS(ledger_list_days(
                     clerk.store, clerk.arena,
                     &(struct ledger_days){
                         .account_id = anna, .zone = zone, .first_day = 9, .count = COUNT_OF(days)},
                     days),
                 STATUS_OK);
    store_rollback(clerk.store);
    static const int64_t credits[] = {0, 107, 10, 0, 0};
    static const int64_t debits[] = {0, 0, 3, 14, 0};
    for (size_t i = 0; i < COUNT_OF(days); i++) {
        CHECK_INT(days[i].credits, credits[i]);
        CHECK_INT(days[i].debits, debits[i]);
    }
    end();
}

static void a_statement_says_why(void)
{
    begin();
    make_three_days();
    const int64_t first = 10 * (int64_t)DAY;
    struct ledger_page page = {
        .account_id = anna, .from_ms = first, .before_ms = first + DAY, .limit = LEDGER_PAGE_MAX};
    struct rows rows = clerk_list(&clerk, &page);
    const struct ledger_entry *entries = rows.items;
    CHECK_INT(rows.count, 2);
    CHECK_INT(entries[0].credit, 100);
    CHECK_INT(entries[0].number, 1);
    CHECK_TEXT(entries[1].code, "late");
    CHECK_INT(entries[1].dated_at, first + 5);
    CHECK_INT(entries[1].balance, 114);
    CHECK(id_equals(entries[1].other, company));
    page.before_ms = 0;
    rows = clerk_list(&clerk, &page);
    entries = rows.items;
    CHECK_INT(rows.count, 5);
    CHECK_INT(entries[2].debit, 3);
    CHECK_INT(entries[2].credit, 0);
    CHECK_TEXT(entries[2].kind, "transfer");
    page.from_ms = first + 2 * (int64_t)DAY;
    rows = clerk_list(&clerk, &page);
    CHECK_INT(rows.count, 1);
    end();
}

static void read_in_pages(bool newest_first)
{
    struct ledger_page page = {.account_id = company, .newest_first = newest_first, .limit = 7};
    int64_t expected = newest_first ? 40 : 1;
    size_t seen = 0;
    for (;;) {
        struct rows rows = clerk_list(&clerk, &page);
        const struct ledger_entry *entries = rows.items;
        for (size_t i = 0; i < rows.count; i++) {
            CHECK_INT(entries[i].number, expected);
            expected += newest_first ? -1 : 1;
            page.after_at = entries[i].at;
            page.after_number = entries[i].number;
        }
        seen += rows.count;
        if (rows.count < 7) {
            break;
        }
    }
    CHECK_INT(seen, 40);
}

/* Several in each millisecond, from both sides. */
static void a_statement_comes_in_pages(void)
{
    begin();
    for (int i = 0; i < 40; i++) {
        clerk.now_ms += i % 3 == 0;
        CHECK_INT(i % 4 == 3 ? pay(anna, company, 1) : pay(company, anna, 2), LEDGER_DONE);
    }
    read_in_pages(false);
    read_in_pages(true);
    end();
}

static void everything_sums_to_zero(void)
{
    begin();
    make_three_days();
    struct id other = clerk_account(&clerk);
    CHECK_INT(pay(company, other, INT64_MAX / 2), LEDGER_DONE);
    struct rows rows;
    CHECK_STATUS(store_begin(clerk.store, STORE_READ), STATUS_OK);
    CHECK_STATUS(ledger_list_sums(clerk.store, clerk.arena, &rows), STATUS_OK);
    store_rollback(clerk.store);
    const struct ledger_sum *sum = rows.items;
    CHECK_INT(rows.count, 1);
    CHECK_TEXT(sum->currency, "RUB");
    CHECK_INT(sum->accounts, 4);
    CHECK_INT(sum->debits, INT64_MAX / 2 + 134);
    CHECK_INT(sum->credits, sum->debits);
    CHECK_INT(sum->debits_held, 0);
    end();
}

static void a_transfer_can_be_read(void)
{
    begin();
    CHECK_INT(clerk_pay(&clerk, &(struct clerk_order){.id = number(1),
                                                      .debit = company,
                                                      .credit = anna,
                                                      .amount = 100,
                                                      .about = {.id = number(7), .number = 3}}),
              LEDGER_DONE);
    struct rows rows;
    CHECK_STATUS(store_begin(clerk.store, STORE_READ), STATUS_OK);
    CHECK_STATUS(ledger_find_transfer(clerk.store, clerk.arena, number(1), &rows), STATUS_OK);
    const struct ledger_entry *entry = rows.items;
    CHECK_INT(rows.count, 1);
    CHECK_INT(entry->debit, 100);
    CHECK_INT(entry->about_number, 3);
    CHECK(id_equals(entry->about, number(7)));
    CHECK_STATUS(ledger_find_transfer(clerk.store, clerk.arena, number(2), &rows), STATUS_ABSENT);
    store_rollback(clerk.store);
    end();
}

/* ---- fsck ---- */

static void spoil(const char *sql)
{
    CHECK_STATUS(store_begin(clerk.store, STORE_WRITE), STATUS_OK);
    CHECK_STATUS(store_script(clerk.store, sql), STATUS_OK);
    CHECK_STATUS(store_commit(clerk.store), STATUS_OK);
}

static void fsck_sees(const char *sql, const char *sentence)
{
    begin();
    CHECK_INT(clerk_pay(&clerk,
                        &(struct clerk_order){
                            .id = number(1), .debit = company, .credit = anna, .amount = 100}),
              LEDGER_DONE);
    CHECK_INT(clerk_hold(&clerk,
                         &(struct clerk_order){
                             .id = number(2), .debit = anna, .credit = boris, .amount = 60}),
              LEDGER_DONE);
    CHECK_INT(clerk_reverse(&clerk, &(struct ledger_reversal){.id = number(3),
                                                              .reverses = number(1),
                                                              .code = TEXT("back")}),
              LEDGER_EXCEEDS_LEAST);
    CHECK_INT(clerk_post(&clerk, &(struct ledger_post){.id = number(4), .hold = number(2)}),
              LEDGER_DONE);
    CHECK_INT(clerk_reverse(&clerk, &(struct ledger_reversal){.id = number(5),
                                                              .reverses = number(4),
                                                              .code = TEXT("back")}),
              LEDGER_DONE);
    CHECK_TEXT(clerk_fsck(&clerk), "");
    spoil(sql);
    struct text found = clerk_fsck(&clerk);
    bool is_seen = strstr(text_copy(clerk.arena, found).data, sentence) != NULL;
    if (!is_seen) {
        CHECK_TEXT(found, sentence);
    }
    clerk_close(&clerk);
}

static void fsck_finds_money_from_nowhere(void)
{
    fsck_sees("UPDATE ledger_account SET credits = credits + 1 WHERE credits = 160",
              "does not sum to zero");
}

static void fsck_finds_a_wrong_balance(void)
{
    fsck_sees("UPDATE ledger_account SET credits = credits + 1, debits = debits + 1"
              " WHERE credits = 160",
              "another balance than their moves");
}

static void fsck_finds_a_missing_transfer(void)
{
    fsck_sees("DELETE FROM ledger_transfer WHERE code = 'pay' AND hold IS NULL",
              "do not follow from the move before");
}

static void fsck_finds_a_wrong_hold(void)
{
    fsck_sees("UPDATE ledger_hold SET state = 'held'", "hold something else");
}

static void fsck_finds_a_limit_that_is_passed(void)
{
    fsck_sees("UPDATE ledger_account SET most = 50 WHERE credits = 160", "outside of their limits");
}

static void fsck_finds_a_reversal_of_nothing(void)
{
    fsck_sees("UPDATE ledger_transfer SET reverses = hold WHERE hold IS NOT NULL",
              "reverse something that is not there");
}

static void fsck_finds_a_post_that_is_none(void)
{
    fsck_sees("UPDATE ledger_hold SET transfer = NULL", "posted without a transfer");
}

static void fsck_finds_two_currencies(void)
{
    fsck_sees("UPDATE ledger_account SET currency = 'USD' WHERE debits = 100", "two currencies");
}

const struct test ledger_read_tests[] = {
    PROMISE(the_past_is_one_look),
    PROMISE(days_follow_the_calendar),
    PROMISE(a_statement_says_why),
    PROMISE(a_statement_comes_in_pages),
    PROMISE(everything_sums_to_zero),
    PROMISE(a_transfer_can_be_read),
    PROMISE(fsck_finds_money_from_nowhere),
    PROMISE(fsck_finds_a_wrong_balance),
    PROMISE(fsck_finds_a_missing_transfer),
    PROMISE(fsck_finds_a_wrong_hold),
    PROMISE(fsck_finds_a_limit_that_is_passed),
    PROMISE(fsck_finds_a_reversal_of_nothing),
    PROMISE(fsck_finds_a_post_that_is_none),
    PROMISE(fsck_finds_two_currencies),
};
const size_t ledger_read_test_count = COUNT_OF(ledger_read_tests);
