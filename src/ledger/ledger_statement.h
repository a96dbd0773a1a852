/* ledger_statement.h - what can be read of the books: entries, past balances, turnovers, sums.
 *
 * Each move stands in the books with the running totals of both its accounts, so what an account
 * had at a moment is one look, however much has moved since. Moments are half-open: `before_ms`
 * itself is not in it. All of it reads, and goes into any transaction.
 */
#ifndef LEDGER_LEDGER_STATEMENT_H
#define LEDGER_LEDGER_STATEMENT_H

#include "base/zone.h"
#include "ledger/ledger.h"

/* One move, as one of its accounts sees it. */
struct ledger_entry {
    int64_t number; /* of the account: 1, 2, 3 ... */
    int64_t at;     /* when it was recorded; never before that of the number before it */
    int64_t dated_at;
    struct id transfer;
    int64_t part;     /* which move of the transfer: 0, 1 ... */
    struct text kind; /* transfer, sweep_debit, sweep_credit, post, reversal */
    struct text code;
    struct id other; /* the account on the other side */
    int64_t debit;   /* the amount: one of both, the other is 0 */
    int64_t credit;
    int64_t balance; /* right after it */
    struct id about;
    struct id about_other;
    int64_t about_number;
    struct id hold;     /* of a post */
    struct id reverses; /* of a reversal */
};
extern const struct shape ledger_entry_shape;

struct ledger_page {
    struct id account_id;
    int64_t from_ms;   /* dated from here */
    int64_t before_ms; /* and before this; 0: no end */
    bool newest_first;
    int64_t after_at; /* the last entry of the page before; 0: the first page */
    int64_t after_number;
    int64_t limit; /* at most LEDGER_PAGE_MAX */
};

/* Entries dated within the period, in the order in which they were recorded. */
NODISCARD enum status ledger_list_entries(struct store *store, struct arena *arena,
                                          const struct ledger_page *page, struct rows *rows_out);

/* All moves of a transfer, as their debit accounts see them; ABSENT: there is none. */
NODISCARD enum status ledger_find_transfer(struct store *store, struct arena *arena, struct id id,
                                           struct rows *rows_out);

struct ledger_totals {
    int64_t debits;
    int64_t credits;
};

enum ledger_view {
    LEDGER_BY_DATE,  /* with what was recorded later and dated into it */
    LEDGER_AS_KNOWN, /* as somebody would have read it then */
};

/* Of everything before the moment; an account that is not there has moved nothing. */
NODISCARD enum status ledger_totals_before(struct store *store, struct arena *arena, struct id id,
                                           int64_t before_ms, enum ledger_view view,
                                           struct ledger_totals *totals_out);

/* Of each day in turn by date, from midnight to midnight of the zone. */
struct ledger_days {
    struct id account_id;
    const struct zone *zone;
    int64_t first_day; /* days since 1970-01-01, base/date.h */
    size_t count;
};
NODISCARD enum status ledger_list_days(struct store *store, struct arena *arena,
                                       const struct ledger_days *days,
                                       struct ledger_totals *totals_out);

/* Everything together; debits and credits are the same number, or the books are wrong. What is too
 * large for a number is INT64_MAX. */
struct ledger_sum {
    struct text currency;
    int64_t accounts;
    int64_t debits;
    int64_t credits;
    int64_t debits_held;
    int64_t credits_held;
};
enum { LEDGER_CURRENCIES_MAX = 200 };
NODISCARD enum status ledger_list_sums(struct store *store, struct arena *arena,
                                       struct rows *rows_out);

#endif
