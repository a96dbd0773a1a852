/* ledger_account_store.c - the SQL of accounts and of the book.
 *
 * On a shared store the row of the book is the one lock of the ledger: whoever moves money takes it
 * first, so nobody waits for somebody who waits for him. What is read under it is the newest, and
 * what is recalled under it too (ledger_recall.h): whatever changes an account stamps the book.
 */
#include "ledger/ledger_account_store.h"

#include "base/fault.h"
#include "ledger/ledger_recall.h"

enum { CHUNK = 16 };

#define COLUMNS                                                                                    \
    "a.id, a.currency, a.code, a.least, a.most, a.debits, a.credits, a.debits_held,"               \
    " a.credits_held, a.moves, a.opened_at, a.changed_at, a.closed_at"

#define AT(member) .offset = offsetof(struct ledger_account, member)
static const struct field account_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "currency", .kind = FIELD_TEXT, AT(currency)},
    {.name = "code", .kind = FIELD_TEXT, AT(code)},
    {.name = "least", .kind = FIELD_INTEGER, AT(least)},
    {.name = "most", .kind = FIELD_INTEGER, AT(most)},
    {.name = "debits", .kind = FIELD_INTEGER, AT(debits)},
    {.name = "credits", .kind = FIELD_INTEGER, AT(credits)},
    {.name = "debits_held", .kind = FIELD_INTEGER, AT(debits_held)},
    {.name = "credits_held", .kind = FIELD_INTEGER, AT(credits_held)},
    {.name = "moves", .kind = FIELD_INTEGER, AT(moves)},
    {.name = "opened_at", .kind = FIELD_TIME, AT(opened_at)},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at)},
    {.name = "closed_at", .kind = FIELD_TIME, AT(closed_at)},
};
#undef AT
static const struct shape account_shape = {
    .name = "LedgerAccount",
    .fields = account_fields,
    .field_count = COUNT_OF(account_fields),
    .bytes = sizeof(struct ledger_account),
};

/* An account, and what else a transfer between two must know. */
struct pair_row {
    struct ledger_account account;
    int64_t closed_before;
    struct id stamp;
    bool was_there;
};
#define AT(member) .offset = offsetof(struct pair_row, member)
static const struct field pair_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(account.id)},
    {.name = "currency", .kind = FIELD_TEXT, AT(account.currency)},
    {.name = "code", .kind = FIELD_TEXT, AT(account.code)},
    {.name = "least", .kind = FIELD_INTEGER, AT(account.least)},
    {.name = "most", .kind = FIELD_INTEGER, AT(account.most)},
    {.name = "debits", .kind = FIELD_INTEGER, AT(account.debits)},
    {.name = "credits", .kind = FIELD_INTEGER, AT(account.credits)},
    {.name = "debits_held", .kind = FIELD_INTEGER, AT(account.debits_held)},
    {.name = "credits_held", .kind = FIELD_INTEGER, AT(account.credits_held)},
    {.name = "moves", .kind = FIELD_INTEGER, AT(account.moves)},
    {.name = "opened_at", .kind = FIELD_TIME, AT(account.opened_at)},
    {.name = "changed_at", .kind = FIELD_TIME, AT(account.changed_at)},
    {.name = "closed_at", .kind = FIELD_TIME, AT(account.closed_at)},
    {.name = "closed_before", .kind = FIELD_INTEGER, AT(closed_before)},
    {.name = "stamp", .kind = FIELD_ID, AT(stamp)},
    {.name = "was_there", .kind = FIELD_FLAG, AT(was_there)},
};
#undef AT
static const struct shape pair_shape = {
    .name = "LedgerPair",
    .fields = pair_fields,
    .field_count = COUNT_OF(pair_fields),
    .bytes = sizeof(struct pair_row),
};

struct book_row {
    int64_t closed_before;
    struct id stamp;
};
#define AT(member) .offset = offsetof(struct book_row, member)
static const struct field book_fields[] = {
    {.name = "closed_before", .kind = FIELD_INTEGER, AT(closed_before)},
    {.name = "stamp", .kind = FIELD_ID, AT(stamp)},
};
#undef AT
static const struct shape book_shape = {
    .name = "LedgerBook",
    .fields = book_fields,
    .field_count = COUNT_OF(book_fields),
    .bytes = sizeof(struct book_row),
};

/* ---- one account ---- */

static const struct statement insert = {
    .sql = "INSERT INTO ledger_account (id, currency, code, least, most, debits, credits,"
           " debits_held, credits_held, moves, opened_at, changed_at, closed_at)"
           " VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0, 0, $6, $6, NULL) ON CONFLICT DO NOTHING",
};

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM ledger_account a WHERE a.id = $1",
    .gives = &account_shape,
};

static const struct statement set = {
    .sql = "UPDATE ledger_account SET least = $2, most = $3, closed_at = $4 WHERE id = $1",
    .goes_along = true,
};

enum status account_insert(struct store *store, const struct ledger_account *account)
{
    int64_t inserted = 0;
    enum status status =
        store_exec(store, &insert,
                   VALUES(value_id(account->id), value_text(account->currency),
                          value_text(account->code), value_integer(account->least),
                          value_integer(account->most), value_integer(account->opened_at)),
                   &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_EXISTS : status;
}

enum status account_find(struct store *store, struct arena *arena, struct id id,
                         struct ledger_account *account_out)
{
    return store_one(store, arena, &find, VALUES(value_id(id)), account_out);
}

/* ---- the book ---- */

static const struct statement read_book = {
    .sql = "SELECT closed_before, stamp FROM ledger_book WHERE id = 1",
    .gives = &book_shape,
};

static const struct statement lock_book = {
    .sql = "SELECT closed_before, stamp FROM ledger_book WHERE id = 1 FOR UPDATE",
    .gives = &book_shape,
};

static const struct statement stamp_book = {
    .sql = "UPDATE ledger_book SET stamp = $1 WHERE id = 1",
    .goes_along = true,
};

static const struct statement close_book = {
    .sql = "UPDATE ledger_book SET closed_before = $1 WHERE id = 1 AND closed_before < $1",
    .goes_along = true,
};

static enum status take_book(struct store *store, struct arena *arena,
                             const struct statement *statement, struct book_row *row_out)
{
    *row_out = (struct book_row){0};
    enum status status = store_one(store, arena, statement, NO_VALUES, row_out);
    return status == STATUS_ABSENT ? STATUS_CORRUPT : status;
}

/* Who has it already in this transaction reads what is newest without a lock. */
static bool must_lock(const struct store *store)
{
    return store_has(store, STORE_IS_SHARED) && !store_has_lock(store, &lock_book) &&
           !SEEDED_BUG("ledger_takes_no_book");
}

/* NULL: nothing is recalled, for the book is not locked. */
static struct recall *recall_under_lock(struct store *store)
{
    return store_has_lock(store, &lock_book) ? recall_of(store) : NULL;
}

static void note_book(struct store *store, struct id stamp, int64_t closed_before)
{
    store_note_lock(store, &lock_book);
    recall_enter(recall_of(store), store, stamp, closed_before);
}

enum status book_enter(struct store *store, struct arena *arena, struct sheet *sheet)
{
    const struct recall *recall = recall_under_lock(store);
    if (recall != NULL) {
        sheet->closed_before = recall_closed_before(recall);
        return STATUS_OK;
    }
    bool locks = must_lock(store);
    struct book_row row;
    enum status status = take_book(store, arena, locks ? &lock_book : &read_book, &row);
    sheet->closed_before = row.closed_before;
    if (status == STATUS_OK && locks) {
        note_book(store, row.stamp, row.closed_before);
    }
    return status;
}

enum status book_read(struct store *store, struct arena *arena, struct sheet *sheet)
{
    struct book_row row;
    enum status status = take_book(store, arena, &read_book, &row);
    sheet->closed_before = row.closed_before;
    return status;
}

enum status book_stamp(struct store *store)
{
    struct recall *recall = recall_under_lock(store);
    struct id stamp = recall == NULL ? (struct id){0} : recall_stamp(recall);
    return id_is_none(stamp) ? STATUS_OK
                             : store_exec(store, &stamp_book, VALUES(value_id(stamp)), NULL);
}

enum status book_close(struct store *store, int64_t before_ms)
{
    enum status status = book_stamp(store);
    if (status == STATUS_OK) {
        status = store_exec(store, &close_book, VALUES(value_integer(before_ms)), NULL);
    }
    struct recall *recall = recall_under_lock(store);
    if (status == STATUS_OK && recall != NULL) {
        recall_close(recall, before_ms);
    }
    return status;
}

static void keep_account(struct store *store, const struct ledger_account *account)
{
    struct recall *recall = recall_under_lock(store);
    if (recall != NULL) {
        recall_keep(recall, account);
    }
}

enum status account_set(struct store *store, const struct ledger_account *account)
{
    enum status status = book_stamp(store);
    if (status == STATUS_OK) {
        status = store_exec(store, &set,
                            VALUES(value_id(account->id), value_integer(account->least),
                                   value_integer(account->most), value_time(account->closed_at)),
                            NULL);
    }
    if (status == STATUS_OK) {
        keep_account(store, account);
    }
    return status;
}

/* ---- many accounts ---- */

static const struct statement find_chunk = {
    .sql = "SELECT " COLUMNS " FROM ledger_account a WHERE a.id IN ($1, $2, $3, $4, $5, $6, $7,"
           " $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    .gives = &account_shape,
    .rows_max = CHUNK,
};

static void take_account(struct store *store, struct sheet *sheet,
                         const struct ledger_account *account)
{
    struct sheet_line *line = sheet_find(sheet, account->id);
    MUST(line != NULL);
    line->account = *account;
    line->is_there = true;
    keep_account(store, account);
}

static bool recall_line(const struct recall *recall, struct arena *arena, struct sheet_line *line)
{
    line->is_there = recall != NULL && recall_find(recall, arena, line->account.id, &line->account);
    return line->is_there;
}

/* The last one again and again, where there are fewer. */
static enum status load_chunk(struct store *store, struct arena *arena, struct sheet *sheet,
                              const struct id *wanted, size_t count)
{
    struct value ids[CHUNK];
    struct rows rows;
    for (size_t i = 0; i < CHUNK; i++) {
        ids[i] = value_id(wanted[i < count ? i : count - 1]);
    }
    enum status status = store_query(store, arena, &find_chunk, (struct values){ids, CHUNK}, &rows);
    const struct ledger_account *found = rows.items;
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        take_account(store, sheet, &found[i]);
    }
    return status;
}

enum status sheet_load(struct store *store, struct arena *arena, struct sheet *sheet)
{
    const struct recall *recall = recall_under_lock(store);
    struct id wanted[CHUNK];
    size_t count = 0;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sheet->count && status == STATUS_OK; i++) {
        if (!recall_line(recall, arena, &sheet->lines[i])) {
            wanted[count++] = sheet->lines[i].account.id;
        }
        if (count == CHUNK) {
            status = load_chunk(store, arena, sheet, wanted, count);
            count = 0;
        }
    }
    return status == STATUS_OK && count > 0 ? load_chunk(store, arena, sheet, wanted, count)
                                            : status;
}

/* ---- two accounts ---- */

#define PAIR_ASKS                                                                                  \
    "SELECT " COLUMNS ", b.closed_before, b.stamp,"                                                \
    " EXISTS (SELECT 1 FROM ledger_transfer t WHERE t.id = $1) AS was_there"
#define PAIR_OF " CROSS JOIN ledger_account a WHERE a.id IN ($2, $3)"

static const struct statement find_pair = {
    .sql = PAIR_ASKS " FROM (SELECT closed_before, stamp FROM ledger_book WHERE id = 1) b" PAIR_OF,
    .gives = &pair_shape,
    .rows_max = 2,
};

/* The book first: no account comes out of the join, and is locked, before it. While it waited for
 * the book the question has grown old; a row that is locked is looked at again, and a transfer of
 * this id that was made meanwhile lets the insert fail, and everything be asked again. */
static const struct statement lock_pair = {
    .sql = PAIR_ASKS
    " FROM (SELECT closed_before, stamp FROM ledger_book WHERE id = 1 FOR UPDATE) b" PAIR_OF
    " FOR UPDATE OF a",
    .gives = &pair_shape,
    .rows_max = 2,
};

enum status sheet_load_pair(struct store *store, struct arena *arena, struct sheet *sheet,
                            struct id transfer, bool *was_there_out)
{
    MUST(sheet->count == 2);
    struct rows rows;
    bool locks = must_lock(store);
    enum status status =
        store_query(store, arena, locks ? &lock_pair : &find_pair,
                    VALUES(value_id(transfer), value_id(sheet->lines[0].account.id),
                           value_id(sheet->lines[1].account.id)),
                    &rows);
    const struct pair_row *pair = rows.items;
    if (status != STATUS_OK || rows.count < 2) {
        return status == STATUS_OK ? STATUS_ABSENT : status;
    }
    if (locks) {
        note_book(store, pair[0].stamp, pair[0].closed_before);
    }
    take_account(store, sheet, &pair[0].account);
    take_account(store, sheet, &pair[1].account);
    sheet->closed_before = pair[0].closed_before;
    *was_there_out = pair[0].was_there;
    struct recall *recall = recall_under_lock(store);
    if (pair[0].was_there && recall != NULL) {
        recall_doubt(recall);
    }
    return STATUS_OK;
}

bool sheet_recall_pair(struct store *store, struct arena *arena, struct sheet *sheet)
{
    MUST(sheet->count == 2);
    struct recall *recall = recall_under_lock(store);
    if (recall == NULL || !recall_trusts(recall) || !recall_line(recall, arena, &sheet->lines[0]) ||
        !recall_line(recall, arena, &sheet->lines[1])) {
        return false;
    }
    sheet->closed_before = recall_closed_before(recall);
    return true;
}

/* ---- back ---- */

static const struct statement save = {
    .sql = "UPDATE ledger_account SET debits = $2, credits = $3, debits_held = $4,"
           " credits_held = $5, moves = $6, changed_at = $7 WHERE id = $1",
    .goes_along = true,
};

static enum status save_line(struct store *store, const struct ledger_account *account)
{
    return store_exec(store, &save,
                      VALUES(value_id(account->id), value_integer(account->debits),
                             value_integer(account->credits), value_integer(account->debits_held),
                             value_integer(account->credits_held), value_integer(account->moves),
                             value_integer(account->changed_at)),
                      NULL);
}

void sheet_keep(struct store *store, const struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++) {
        if (sheet->lines[i].is_changed) {
            keep_account(store, &sheet->lines[i].account);
        }
    }
}

enum status sheet_save(struct store *store, const struct sheet *sheet)
{
    enum status status = book_stamp(store);
    for (size_t i = 0; i < sheet->count && status == STATUS_OK; i++) {
        if (sheet->lines[i].is_changed) {
            status = save_line(store, &sheet->lines[i].account);
        }
    }
    if (status == STATUS_OK) {
        sheet_keep(store, sheet);
    }
    return status;
}
