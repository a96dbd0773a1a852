/* ledger_hold_store.c - the SQL of holds. */
#include "ledger/ledger_hold_store.h"

const struct text hold_held = {"held", 4};
const struct text hold_posted = {"posted", 6};
const struct text hold_voided = {"voided", 6};
const struct text hold_expired = {"expired", 7};

#define COLUMNS                                                                                    \
    "id, part, code, debit_id, credit_id, amount, at, expires_at, about, about_other,"             \
    " about_number, state, ended_at, transfer"

#define AT(member) .offset = offsetof(struct held_move, member)
static const struct field held_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "part", .kind = FIELD_INTEGER, AT(part)},
    {.name = "code", .kind = FIELD_TEXT, AT(code)},
    {.name = "debit_id", .kind = FIELD_ID, AT(debit_id)},
    {.name = "credit_id", .kind = FIELD_ID, AT(credit_id)},
    {.name = "amount", .kind = FIELD_INTEGER, AT(amount)},
    {.name = "at", .kind = FIELD_TIME, AT(at)},
    {.name = "expires_at", .kind = FIELD_TIME, AT(expires_at)},
    {.name = "about", .kind = FIELD_ID, AT(about.id)},
    {.name = "about_other", .kind = FIELD_ID, AT(about.other)},
    {.name = "about_number", .kind = FIELD_INTEGER, AT(about.number)},
    {.name = "state", .kind = FIELD_TEXT, AT(state)},
    {.name = "ended_at", .kind = FIELD_TIME, AT(ended_at)},
    {.name = "transfer", .kind = FIELD_ID, AT(transfer)},
};
#undef AT
static const struct shape held_shape = {
    .name = "LedgerHold",
    .fields = held_fields,
    .field_count = COUNT_OF(held_fields),
    .bytes = sizeof(struct held_move),
};

static const struct statement insert = {
    .sql = "INSERT INTO ledger_hold (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
           " $11, $12, NULL, NULL)",
    .goes_along = true,
};

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM ledger_hold WHERE id = $1 ORDER BY part",
    .gives = &held_shape,
    .rows_max = LEDGER_MOVES_MAX,
};

static const struct statement end_hold = {
    .sql = "UPDATE ledger_hold SET state = $2, ended_at = $3, transfer = $4 WHERE id = $1",
    .goes_along = true,
};

static enum status insert_one(struct store *store, const struct held_move *held)
{
    MUST(held->amount > 0);
    enum status status = store_exec(
        store, &insert,
        VALUES(value_id(held->id), value_integer(held->part), value_text(held->code),
               value_id(held->debit_id), value_id(held->credit_id), value_integer(held->amount),
               value_integer(held->at), value_time(held->expires_at), value_id(held->about.id),
               value_id(held->about.other), value_integer(held->about.number),
               value_text(held->state)),
        NULL);
    return status == STATUS_EXISTS ? STATUS_CONFLICT : status;
}

enum status held_insert(struct store *store, const struct held_move *moves, size_t count)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = insert_one(store, &moves[i]);
    }
    return status;
}

enum status held_find(struct store *store, struct arena *arena, struct id id, struct rows *rows_out)
{
    return store_query(store, arena, &find, VALUES(value_id(id)), rows_out);
}

enum status held_end(struct store *store, const struct hold_end *end)
{
    return store_exec(store, &end_hold,
                      VALUES(value_id(end->id), value_text(end->state), value_integer(end->at),
                             value_id(end->transfer)),
                      NULL);
}
