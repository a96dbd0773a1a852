/* raw_transfers.c - the rows that transfers have left, written again by SQLite alone.
 *
 *   raw_transfers FILE FRESH TRANSFERS_OF_A_COMMIT
 *
 * FILE is the closed database of a service with a ledger, FRESH does not exist yet. The limit that
 * the ledger is measured against: the same accounts, then for each transfer its row and both
 * accounts moved on, in the same tables with the same settings; one thread, nothing is asked.
 * Prints JSON.
 */
#include "base/clock.h"
#include "base/must.h"
#include "cli/bench/bench_raw_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { ARENA_BYTES = 2047 * 1024 * 1024 };

/* Of a row of ledger_transfer, as it is read here. */
enum column { AT = 8, DEBIT_ID = 4, CREDIT_ID = 5, DEBIT_NUMBER = 10, CREDIT_NUMBER = 13 };

static sqlite3 *fresh;
static struct raw_rows accounts;
static struct raw_rows transfers;
static sqlite3_stmt *insert_account;
static sqlite3_stmt *insert_transfer;
static sqlite3_stmt *update_account;

static void need(int code, const char *what)
{
    if (!raw_is_good(code)) {
        fprintf(stderr, "raw_transfers: %s: %s\n", what, sqlite3_errstr(code));
        exit(1);
    }
}

static void run(const char *sql)
{
    need(sqlite3_exec(fresh, sql, NULL, NULL, NULL), sql);
}

static sqlite3_stmt *prepare(const char *sql)
{
    sqlite3_stmt *statement = NULL;
    need(sqlite3_prepare_v3(fresh, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL), sql);
    return statement;
}

/* As the product has made them, indexes and all. */
static void copy_tables(sqlite3 *product)
{
    sqlite3_stmt *schema = NULL;
    need(sqlite3_prepare_v2(product,
                            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name IN"
                            " ('ledger_account', 'ledger_transfer')",
                            -1, &schema, NULL),
         "the tables cannot be read");
    while (sqlite3_step(schema) == SQLITE_ROW) {
        run((const char *)sqlite3_column_text(schema, 0));
    }
    sqlite3_finalize(schema);
}

static void load(const char *path)
{
    sqlite3 *product = NULL;
    struct arena *arena = arena_create("raw transfers", ARENA_BYTES);
    need(sqlite3_open_v2(path, &product, SQLITE_OPEN_READWRITE, NULL), path);
    copy_tables(product);
    need(raw_load(product, arena,
                  "SELECT id, currency, code, least, most, opened_at FROM ledger_account",
                  &accounts),
         "accounts");
    need(raw_load(product, arena,
                  "SELECT id, part, kind, code, debit_id, credit_id, amount, asked, at, dated_at,"
                  " debit_number, debit_debits, debit_credits, credit_number, credit_debits,"
                  " credit_credits FROM ledger_transfer ORDER BY at, id",
                  &transfers),
         "transfers");
    sqlite3_close(product);
    insert_account = prepare("INSERT INTO ledger_account VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, 0, 0, 0,"
                             " ?6, ?6, NULL)");
    insert_transfer =
        prepare("INSERT INTO ledger_transfer VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
                " ?12, ?13, ?14, ?15, ?16, NULL, NULL, ?7, NULL, NULL)");
    update_account = prepare("UPDATE ledger_account SET debits = ?2, credits = ?3,"
                             " debits_held = 0, credits_held = 0, moves = ?4, changed_at = ?5"
                             " WHERE id = ?1");
}

/* Number, debits and credits stand together. */
static void move_on(const struct raw_value *row, enum column id, enum column number)
{
    need(sqlite3_bind_blob(update_account, 1, row[id].data, row[id].bytes, SQLITE_STATIC), "id");
    need(sqlite3_bind_int64(update_account, 2, row[number + 1].integer), "debits");
    need(sqlite3_bind_int64(update_account, 3, row[number + 2].integer), "credits");
    need(sqlite3_bind_int64(update_account, 4, row[number].integer), "moves");
    need(sqlite3_bind_int64(update_account, 5, row[AT].integer), "changed_at");
    need(raw_step(update_account), "an account");
}

static void write_transfer(int64_t number)
{
    const struct raw_value *row = &transfers.values[number * transfers.column_count];
    need(raw_insert(&transfers, insert_transfer, number), "a transfer");
    move_on(row, DEBIT_ID, DEBIT_NUMBER);
    move_on(row, CREDIT_ID, CREDIT_NUMBER);
}

static void write_accounts(void)
{
    run("BEGIN IMMEDIATE");
    for (int64_t i = 0; i < accounts.row_count; i++) {
        need(raw_insert(&accounts, insert_account, i), "an account");
    }
    run("COMMIT");
}

static int64_t processor_ns(void)
{
    struct rusage usage;
    MUST(getrusage(RUSAGE_SELF, &usage) == 0);
    int64_t us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
                 usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    return us * 1000;
}

int main(int argc, char **argv)
{
    int64_t batch = argc == 4 ? strtoll(argv[3], NULL, 10) : 0;
    if (batch < 1) {
        fprintf(stderr, "usage: raw_transfers FILE FRESH TRANSFERS_OF_A_COMMIT\n");
        return 64;
    }
    need(sqlite3_open(argv[2], &fresh), argv[2]);
    run(raw_settings);
    load(argv[1]);
    write_accounts();
    int64_t count = transfers.row_count;
    int64_t used_ns = processor_ns();
    int64_t began_ns = clock_monotonic_ns();
    for (int64_t i = 0; i < count; i++) {
        if (i % batch == 0) {
            run("BEGIN IMMEDIATE");
        }
        write_transfer(i);
        if (i % batch == batch - 1 || i == count - 1) {
            run("COMMIT");
        }
    }
    int64_t wall_ns = clock_monotonic_ns() - began_ns;
    used_ns = processor_ns() - used_ns;
    printf("{\"transfers\": %lld, \"wall_ns\": %lld, \"processor_ns\": %lld}\n", (long long)count,
           (long long)wall_ns, (long long)used_ns);
    return 0;
}
