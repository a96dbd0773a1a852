/* ledger_transfer_store.c - the SQL of transfers. */
#include "ledger/ledger_transfer_store.h"

enum { CHUNK = 16 };

#define COLUMNS                                                                                    \
    "id, part, kind, code, debit_id, credit_id, amount, asked, at, dated_at, debit_number,"        \
    " debit_debits, debit_credits, credit_number, credit_debits, credit_credits, about,"           \
    " about_other, about_number, hold, reverses"

#define AT(member) .offset = offsetof(struct made_move, member)
static const struct field move_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "part", .kind = FIELD_INTEGER, AT(part)},
    {.name = "kind", .kind = FIELD_TEXT, AT(kind)},
    {.name = "code", .kind = FIELD_TEXT, AT(code)},
    {.name = "debit_id", .kind = FIELD_ID, AT(debit_id)},
    {.name = "credit_id", .kind = FIELD_ID, AT(credit_id)},
    {.name = "amount", .kind = FIELD_INTEGER, AT(amount)},
    {.name = "asked", .kind = FIELD_INTEGER, AT(asked)},
    {.name = "at", .kind = FIELD_TIME, AT(at)},
    {.name = "dated_at", .kind = FIELD_TIME, AT(dated_at)},
    {.name = "debit_number", .kind = FIELD_INTEGER, AT(debit_number)},
    {.name = "debit_debits", .kind = FIELD_INTEGER, AT(debit_debits)},
    {.name = "debit_credits", .kind = FIELD_INTEGER, AT(debit_credits)},
    {.name = "credit_number", .kind = FIELD_INTEGER, AT(credit_number)},
    {.name = "credit_debits", .kind = FIELD_INTEGER, AT(credit_debits)},
    {.name = "credit_credits", .kind = FIELD_INTEGER, AT(credit_credits)},
    {.name = "about", .kind = FIELD_ID, AT(about.id)},
    {.name = "about_other", .kind = FIELD_ID, AT(about.other)},
    {.name = "about_number", .kind = FIELD_INTEGER, AT(about.number)},
    {.name = "hold", .kind = FIELD_ID, AT(hold)},
    {.name = "reverses", .kind = FIELD_ID, AT(reverses)},
};
#undef AT
static const struct shape move_shape = {
    .name = "LedgerMove",
    .fields = move_fields,
    .field_count = COUNT_OF(move_fields),
    .bytes = sizeof(struct made_move),
};

struct reversal_row {
    struct id id;
};
static const struct field reversal_fields[] = {
    {.name = "id", .kind = FIELD_ID, .offset = offsetof(struct reversal_row, id)},
};
static const struct shape reversal_shape = {
    .name = "LedgerReversal",
    .fields = reversal_fields,
    .field_count = COUNT_OF(reversal_fields),
    .bytes = sizeof(struct reversal_row),
};

struct there_row {
    int64_t there;
};
static const struct field there_fields[] = {
    {.name = "there", .kind = FIELD_INTEGER, .offset = offsetof(struct there_row, there)},
};
static const struct shape there_shape = {
    .name = "LedgerThere",
    .fields = there_fields,
    .field_count = COUNT_OF(there_fields),
    .bytes = sizeof(struct there_row),
};

#define INSERT                                                                                     \
    "INSERT INTO ledger_transfer (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"        \
    " $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)"

static const struct statement insert = {.sql = INSERT, .goes_along = true};

/* The row says what both accounts have after it. One statement costs PostgreSQL less than three;
 * SQLite does not know it, and answers three at once. An account that has not come to just before
 * this move breaks its check: so nothing that was recalled can be written where it is not so. */
static const struct statement insert_and_move_on = {
    .sql = "WITH made AS (" INSERT ") UPDATE ledger_account SET"
           " debits = CASE WHEN moves <> CASE WHEN id = $5 THEN $11 ELSE $14 END - 1 THEN -1"
           " WHEN id = $5 THEN $12 ELSE $15 END,"
           " credits = CASE WHEN id = $5 THEN $13 ELSE $16 END,"
           " moves = CASE WHEN id = $5 THEN $11 ELSE $14 END,"
           " changed_at = $9 WHERE id IN ($5, $6)",
    .goes_along = true,
};

static const struct statement count_chunk = {
    .sql = "SELECT count(*) AS there FROM ledger_transfer WHERE part = 0 AND id IN ($1, $2, $3, $4,"
           " $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    .gives = &there_shape,
};

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM ledger_transfer WHERE id = $1 ORDER BY part",
    .gives = &move_shape,
    .rows_max = LEDGER_MOVES_MAX,
};

static const struct statement find_reversal = {
    .sql = "SELECT id FROM ledger_transfer WHERE reverses = $1 AND part = 0",
    .gives = &reversal_shape,
};

static enum status insert_one(struct store *store, const struct statement *statement,
                              const struct made_move *made)
{
    MUST(made->amount > 0 && made->debit_number > 0 && made->credit_number > 0);
    enum status status = store_exec(
        store, statement,
        VALUES(value_id(made->id), value_integer(made->part), value_text(made->kind),
               value_text(made->code), value_id(made->debit_id), value_id(made->credit_id),
               value_integer(made->amount), value_integer(made->asked), value_integer(made->at),
               value_time(made->dated_at), value_integer(made->debit_number),
               value_integer(made->debit_debits), value_integer(made->debit_credits),
               value_integer(made->credit_number), value_integer(made->credit_debits),
               value_integer(made->credit_credits), value_id(made->about.id),
               value_id(made->about.other), value_integer(made->about.number), value_id(made->hold),
               value_id(made->reverses)),
        NULL);
    return status == STATUS_EXISTS ? STATUS_CONFLICT : status;
}

enum status moves_insert(struct store *store, const struct made_move *moves, size_t count)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = insert_one(store, &insert, &moves[i]);
    }
    return status;
}

enum status moves_insert_whole(struct store *store, const struct made_move *made)
{
    MUST(store_has(store, STORE_IS_SHARED) && id_is_none(made->hold));
    enum status status = insert_one(store, &insert_and_move_on, made);
    return status == STATUS_MALFORMED ? STATUS_CONFLICT : status;
}

enum status moves_count(struct store *store, struct arena *arena, const struct id *ids,
                        size_t count, size_t *there_out)
{
    struct value values[CHUNK];
    enum status status = STATUS_OK;
    *there_out = 0;
    for (size_t first = 0; first < count && status == STATUS_OK; first += CHUNK) {
        struct there_row row = {0};
        for (size_t i = 0; i < CHUNK; i++) {
            values[i] = value_id(ids[first + i < count ? first + i : count - 1]);
        }
        status = store_one(store, arena, &count_chunk, (struct values){values, CHUNK}, &row);
        *there_out += (size_t)row.there;
    }
    return status;
}

enum status moves_find(struct store *store, struct arena *arena, struct id id,
                       struct rows *rows_out)
{
    return store_query(store, arena, &find, VALUES(value_id(id)), rows_out);
}

enum status moves_find_reversal(struct store *store, struct arena *arena, struct id id,
                                struct id *reversal_out)
{
    struct reversal_row row = {0};
    enum status status = store_one(store, arena, &find_reversal, VALUES(value_id(id)), &row);
    *reversal_out = row.id;
    return status;
}
