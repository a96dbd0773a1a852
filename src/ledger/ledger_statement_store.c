/* ledger_statement_store.c - the SQL of what can be read of the books. */
#include "ledger/ledger_statement.h"

#include "ledger/ledger_sheet.h"

#define AT(member) .offset = offsetof(struct ledger_entry, member)
static const struct field entry_fields[] = {
    {.name = "number", .kind = FIELD_INTEGER, AT(number), .meaning = "Of the account: 1, 2, 3 ..."},
    {.name = "at", .kind = FIELD_TIME, AT(at), .meaning = "When it was recorded"},
    {.name = "dated_at", .kind = FIELD_TIME, AT(dated_at), .meaning = "The date it counts for"},
    {.name = "transfer", .kind = FIELD_ID, AT(transfer), .meaning = "The transfer it is a part of"},
    {.name = "part", .kind = FIELD_INTEGER, AT(part), .meaning = "Which move of the transfer"},
    {.name = "kind",
     .kind = FIELD_TEXT,
     AT(kind),
     .meaning = "transfer, sweep_debit, sweep_credit, post or reversal"},
    {.name = "code", .kind = FIELD_TEXT, AT(code), .meaning = "What it was for"},
    {.name = "other", .kind = FIELD_ID, AT(other), .meaning = "The account on the other side"},
    {.name = "debit", .kind = FIELD_INTEGER, AT(debit), .meaning = "Taken, in minor units"},
    {.name = "credit", .kind = FIELD_INTEGER, AT(credit), .meaning = "Given, in minor units"},
    {.name = "balance", .kind = FIELD_INTEGER, AT(balance), .meaning = "Right after it"},
    {.name = "about", .kind = FIELD_ID, AT(about), .meaning = "What it is about"},
    {.name = "about_other", .kind = FIELD_ID, AT(about_other), .meaning = "What else"},
    {.name = "about_number", .kind = FIELD_INTEGER, AT(about_number), .meaning = "And a number"},
    {.name = "hold", .kind = FIELD_ID, AT(hold), .meaning = "The hold it was before"},
    {.name = "reverses", .kind = FIELD_ID, AT(reverses), .meaning = "The transfer it moves back"},
};
#undef AT
const struct shape ledger_entry_shape = {
    .name = "LedgerEntry",
    .fields = entry_fields,
    .field_count = COUNT_OF(entry_fields),
    .bytes = sizeof(struct ledger_entry),
};

#define AT(member) .offset = offsetof(struct ledger_totals, member)
static const struct field totals_fields[] = {
    {.name = "debits", .kind = FIELD_INTEGER, AT(debits)},
    {.name = "credits", .kind = FIELD_INTEGER, AT(credits)},
};
#undef AT
static const struct shape totals_shape = {
    .name = "LedgerTotals",
    .fields = totals_fields,
    .field_count = COUNT_OF(totals_fields),
    .bytes = sizeof(struct ledger_totals),
};

/* A sum as billions and the rest: all accounts together may hold more than a number does. */
struct halves {
    int64_t high;
    int64_t low;
};
struct sum_row {
    struct text currency;
    int64_t accounts;
    struct halves debits;
    struct halves credits;
    struct halves debits_held;
    struct halves credits_held;
};
#define AT(member) .offset = offsetof(struct sum_row, member)
static const struct field sum_fields[] = {
    {.name = "currency", .kind = FIELD_TEXT, AT(currency)},
    {.name = "accounts", .kind = FIELD_INTEGER, AT(accounts)},
    {.name = "debits_high", .kind = FIELD_INTEGER, AT(debits.high)},
    {.name = "debits_low", .kind = FIELD_INTEGER, AT(debits.low)},
    {.name = "credits_high", .kind = FIELD_INTEGER, AT(credits.high)},
    {.name = "credits_low", .kind = FIELD_INTEGER, AT(credits.low)},
    {.name = "debits_held_high", .kind = FIELD_INTEGER, AT(debits_held.high)},
    {.name = "debits_held_low", .kind = FIELD_INTEGER, AT(debits_held.low)},
    {.name = "credits_held_high", .kind = FIELD_INTEGER, AT(credits_held.high)},
    {.name = "credits_held_low", .kind = FIELD_INTEGER, AT(credits_held.low)},
};
#undef AT
static const struct shape sum_shape = {
    .name = "LedgerSum",
    .fields = sum_fields,
    .field_count = COUNT_OF(sum_fields),
    .bytes = sizeof(struct sum_row),
};

/* ---- entries ---- */

#define OF_BOTH                                                                                    \
    " at, COALESCE(dated_at, at) AS dated_at, id AS transfer, part, kind, code, about,"            \
    " about_other, about_number, hold, reverses,"
#define OF_DEBIT                                                                                   \
    OF_BOTH " debit_number AS number, credit_id AS other, amount AS debit, 0 AS credit,"           \
            " debit_credits - debit_debits AS balance"
#define OF_CREDIT                                                                                  \
    OF_BOTH " credit_number AS number, debit_id AS other, 0 AS debit, amount AS credit,"           \
            " credit_credits - credit_debits AS balance"

/* What was recorded within the period, unless it is dated before it; and what was recorded later,
 * dated into it. Each of the four comes from an index, in its order, and ends at the limit. */
#define BRANCH(columns, side, period, place, order)                                                \
    "SELECT * FROM (SELECT" columns " FROM ledger_transfer WHERE " side "_id = $1 AND " period     \
    " AND (at, " side "_number) " place " ($4, $5) ORDER BY at " order ", " side "_number " order  \
    " LIMIT $6) AS x"
#define RECORDED "at >= $2 AND at < $3 AND (dated_at IS NULL OR dated_at >= $2)"
#define LATER    "dated_at >= $2 AND dated_at < $3 AND at >= $3"
#define ENTRIES(place, order)                                                                      \
    BRANCH(OF_DEBIT, "debit", RECORDED, place, order)                                              \
    " UNION ALL " BRANCH(OF_CREDIT, "credit", RECORDED, place, order) " UNION ALL " BRANCH(        \
        OF_DEBIT, "debit", LATER, place,                                                           \
        order) " UNION ALL " BRANCH(OF_CREDIT, "credit", LATER, place,                             \
                                    order) " ORDER BY at " order ", number " order " LIMIT $6"

static const struct statement list_oldest = {
    .sql = ENTRIES(">", "ASC"),
    .gives = &ledger_entry_shape,
    .rows_max = LEDGER_PAGE_MAX,
};

static const struct statement list_newest = {
    .sql = ENTRIES("<", "DESC"),
    .gives = &ledger_entry_shape,
    .rows_max = LEDGER_PAGE_MAX,
};

static const struct statement find_transfer = {
    .sql = "SELECT" OF_DEBIT " FROM ledger_transfer WHERE id = $1 ORDER BY part",
    .gives = &ledger_entry_shape,
    .rows_max = LEDGER_MOVES_MAX,
};

enum status ledger_list_entries(struct store *store, struct arena *arena,
                                const struct ledger_page *page, struct rows *rows_out)
{
    MUST(page->limit > 0 && page->limit <= LEDGER_PAGE_MAX);
    int64_t before_ms = page->before_ms == 0 ? INT64_MAX : page->before_ms;
    bool is_first = page->after_at == 0;
    int64_t outside = page->newest_first ? INT64_MAX : -1;
    return store_query(
        store, arena, page->newest_first ? &list_newest : &list_oldest,
        VALUES(value_id(page->account_id), value_integer(page->from_ms), value_integer(before_ms),
               value_integer(is_first ? outside : page->after_at),
               value_integer(is_first ? outside : page->after_number), value_integer(page->limit)),
        rows_out);
}

enum status ledger_find_transfer(struct store *store, struct arena *arena, struct id id,
                                 struct rows *rows_out)
{
    enum status status = store_query(store, arena, &find_transfer, VALUES(value_id(id)), rows_out);
    return status == STATUS_OK && rows_out->count == 0 ? STATUS_ABSENT : status;
}

/* ---- past totals ---- */

static const struct statement known_before = {
    .sql = "SELECT debits, credits FROM ("
           "SELECT * FROM (SELECT at, debit_number AS number, debit_debits AS debits,"
           " debit_credits AS credits FROM ledger_transfer WHERE debit_id = $1 AND at < $2"
           " ORDER BY at DESC, debit_number DESC LIMIT 1) AS d"
           " UNION ALL "
           "SELECT * FROM (SELECT at, credit_number AS number, credit_debits AS debits,"
           " credit_credits AS credits FROM ledger_transfer WHERE credit_id = $1 AND at < $2"
           " ORDER BY at DESC, credit_number DESC LIMIT 1) AS c"
           ") AS both_sides ORDER BY number DESC LIMIT 1",
    .gives = &totals_shape,
};

static const struct statement dated_before = {
    .sql = "SELECT CAST(COALESCE((SELECT sum(amount) FROM ledger_transfer WHERE debit_id = $1"
           " AND dated_at < $2 AND at >= $2), 0) AS bigint) AS debits,"
           " CAST(COALESCE((SELECT sum(amount) FROM ledger_transfer WHERE credit_id = $1"
           " AND dated_at < $2 AND at >= $2), 0) AS bigint) AS credits",
    .gives = &totals_shape,
};

enum status ledger_totals_before(struct store *store, struct arena *arena, struct id id,
                                 int64_t before_ms, enum ledger_view view,
                                 struct ledger_totals *totals_out)
{
    const struct values values = VALUES(value_id(id), value_integer(before_ms));
    struct ledger_totals later = {0};
    *totals_out = (struct ledger_totals){0};
    enum status status = store_one(store, arena, &known_before, values, totals_out);
    status = status == STATUS_ABSENT ? STATUS_OK : status;
    if (status == STATUS_OK && view == LEDGER_BY_DATE) {
        status = store_one(store, arena, &dated_before, values, &later);
    }
    totals_out->debits += later.debits;
    totals_out->credits += later.credits;
    return status;
}

/* ---- sums ---- */

#define HALVES(column)                                                                             \
    ", CAST(sum(" column " / 1000000000) AS bigint) AS " column "_high"                            \
    ", CAST(sum(" column " % 1000000000) AS bigint) AS " column "_low"

static const struct statement list_sums = {
    .sql = "SELECT currency, count(*) AS accounts" HALVES("debits") HALVES("credits")
        HALVES("debits_held")
            HALVES("credits_held") " FROM ledger_account GROUP BY currency ORDER BY currency",
    .gives = &sum_shape,
    .rows_max = LEDGER_CURRENCIES_MAX,
};

static int64_t whole_of(struct halves halves)
{
    int64_t whole;
    bool fits = !__builtin_mul_overflow(halves.high, INT64_C(1000000000), &whole) &&
                !__builtin_add_overflow(whole, halves.low, &whole);
    return fits ? whole : INT64_MAX;
}

enum status ledger_list_sums(struct store *store, struct arena *arena, struct rows *rows_out)
{
    struct rows rows;
    enum status status = store_query(store, arena, &list_sums, NO_VALUES, &rows);
    if (status != STATUS_OK) {
        return status;
    }
    const struct sum_row *found = rows.items;
    struct ledger_sum *sums = ARENA_ARRAY(arena, struct ledger_sum, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        sums[i] = (struct ledger_sum){
            .currency = found[i].currency,
            .accounts = found[i].accounts,
            .debits = whole_of(found[i].debits),
            .credits = whole_of(found[i].credits),
            .debits_held = whole_of(found[i].debits_held),
            .credits_held = whole_of(found[i].credits_held),
        };
    }
    *rows_out = (struct rows){sums, rows.count};
    return STATUS_OK;
}
