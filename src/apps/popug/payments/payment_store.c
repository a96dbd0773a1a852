/* payment_store.c - the SQL of payments, and how their table came to be. */
#include "apps/popug/payments/payment.h"

#include <string.h>

const struct migration payment_migrations[] = {
    {
        .version = 1,
        .name = "payment",
        .sqlite = "CREATE TABLE payments.payment ("
                  " id BLOB NOT NULL PRIMARY KEY,"
                  " person_id BLOB NOT NULL,"
                  " amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),"
                  " currency TEXT NOT NULL,"
                  " channel TEXT,"
                  " destination TEXT,"
                  " status TEXT NOT NULL,"
                  " attempts INTEGER NOT NULL,"
                  " due_at INTEGER,"
                  " lease INTEGER NOT NULL,"
                  " reference TEXT,"
                  " reason TEXT,"
                  " created_at INTEGER NOT NULL,"
                  " changed_at INTEGER NOT NULL"
                  ") STRICT, WITHOUT ROWID;"
                  "CREATE INDEX payments.payment_due ON payment (due_at)"
                  " WHERE due_at IS NOT NULL;",
        .postgres = "CREATE TABLE payments.payment ("
                    " id uuid NOT NULL PRIMARY KEY,"
                    " person_id uuid NOT NULL,"
                    " amount_minor bigint NOT NULL CHECK (amount_minor > 0),"
                    " currency text NOT NULL,"
                    " channel text,"
                    " destination text,"
                    " status text NOT NULL,"
                    " attempts bigint NOT NULL,"
                    " due_at bigint,"
                    " lease bigint NOT NULL,"
                    " reference text,"
                    " reason text,"
                    " created_at bigint NOT NULL,"
                    " changed_at bigint NOT NULL);"
                    "CREATE INDEX payment_due ON payments.payment (due_at)"
                    " WHERE due_at IS NOT NULL;",
    },
};

#define COLUMNS                                                                                    \
    "id, person_id, amount_minor, currency, channel, destination, status, attempts, due_at,"       \
    " lease, reference, reason, created_at, changed_at"

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM payments.payment WHERE id = $1",
    .gives = &payment_shape,
};
static const struct statement insert = {
    .sql = "INSERT INTO payments.payment (" COLUMNS ") VALUES ($1, $2, $3, $4, NULL, NULL, $5, 0,"
           " NULL, 0, NULL, NULL, $6, $6) ON CONFLICT DO NOTHING",
};
static const struct statement update = {
    .sql = "UPDATE payments.payment SET channel = $3, destination = $4, status = $5,"
           " attempts = $6, due_at = $7, lease = lease + 1, reference = $8, reason = $9,"
           " changed_at = $10 WHERE id = $1 AND lease = $2",
};
static const struct statement next = {
    .sql = "SELECT " COLUMNS " FROM payments.payment WHERE due_at <= $1 ORDER BY due_at LIMIT 1",
    .gives = &payment_shape,
};
static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM payments.payment WHERE id < $1"
           " AND (CAST($2 AS TEXT) IS NULL OR status = $2) ORDER BY id DESC LIMIT $3",
    .gives = &payment_shape,
    .rows_max = PAYMENTS_PAGE_MAX,
};

enum status payment_find(struct store *store, struct arena *arena, struct id id,
                         struct payment *payment_out)
{
    return store_one(store, arena, &find, VALUES(value_id(id)), payment_out);
}

enum status payment_insert(struct store *store, const struct payment *payment)
{
    int64_t inserted = 0;
    enum status status =
        store_exec(store, &insert,
                   VALUES(value_id(payment->id), value_id(payment->person_id),
                          value_integer(payment->amount_minor), value_text(payment->currency),
                          value_text(payment->status), value_time(payment->created_at)),
                   &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_EXISTS : status;
}

enum status payment_update(struct store *store, const struct payment *payment)
{
    int64_t changed = 0;
    enum status status =
        store_exec(store, &update,
                   VALUES(value_id(payment->id), value_integer(payment->lease),
                          value_text(payment->channel), value_text(payment->destination),
                          value_text(payment->status), value_integer(payment->attempts),
                          value_time(payment->due_at), value_text(payment->reference),
                          value_text(payment->reason), value_time(payment->changed_at)),
                   &changed);
    return status == STATUS_OK && changed == 0 ? STATUS_CONFLICT : status;
}

enum status payment_next(struct store *store, struct arena *arena, int64_t now_ms,
                         struct payment *payment_out)
{
    return store_one(store, arena, &next, VALUES(value_integer(now_ms)), payment_out);
}

enum status payment_list(struct store *store, struct arena *arena, struct text status,
                         struct id before, struct rows *rows_out)
{
    if (id_is_none(before)) {
        memset(before.bytes, 0xff, sizeof(before.bytes));
    }
    return store_query(
        store, arena, &list,
        VALUES(value_id(before), value_text(status), value_integer(PAYMENTS_PAGE_MAX)), rows_out);
}
