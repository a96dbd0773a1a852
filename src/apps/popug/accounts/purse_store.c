/* purse_store.c - the SQL beside the books: who has an account, what tasks cost. */
#include "apps/popug/accounts/purse.h"

#define ROW(name_, kind_)                                                                          \
    {                                                                                              \
        .name = #name_, .kind = (kind_), .offset = offsetof(struct priced, name_)                  \
    }
static const struct field priced_fields[] = {
    ROW(id, FIELD_ID),
    ROW(title, FIELD_TEXT),
    ROW(fee_minor, FIELD_INTEGER),
    ROW(reward_minor, FIELD_INTEGER),
    ROW(currency, FIELD_TEXT),
    ROW(created_at, FIELD_TIME),
    ROW(finished_at, FIELD_TIME),
    ROW(finished_by, FIELD_ID),
};
#undef ROW
const struct shape priced_shape = {
    .name = "Priced",
    .fields = priced_fields,
    .field_count = COUNT_OF(priced_fields),
    .bytes = sizeof(struct priced),
};

#define COLUMNS "id, title, fee_minor, reward_minor, currency, created_at, finished_at, finished_by"

static const struct statement insert_holder = {
    .sql = "INSERT INTO accounts.holder (person_id, opened_at) VALUES ($1, $2)"
           " ON CONFLICT DO NOTHING",
};
static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM accounts.priced WHERE id = $1",
    .gives = &priced_shape,
};
static const struct statement keep = {
    .sql = "INSERT INTO accounts.priced (id, title, fee_minor, reward_minor, currency, created_at)"
           " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
};
static const struct statement finish = {
    .sql = "UPDATE accounts.priced SET finished_by = $2, finished_at = $3 WHERE id = $1",
};
static const struct statement dearest = {
    .sql = "SELECT " COLUMNS " FROM accounts.priced WHERE finished_at >= $1 AND finished_at < $2"
           " ORDER BY reward_minor DESC, finished_at, id LIMIT 1",
    .gives = &priced_shape,
};

static const struct field owed_fields[] = {
    {.name = "people", .kind = FIELD_INTEGER, .offset = offsetof(struct owed, people)},
    {.name = "minor", .kind = FIELD_INTEGER, .offset = offsetof(struct owed, minor)},
};
static const struct shape owed_shape = {
    .name = "Owed", .fields = owed_fields, .field_count = 2, .bytes = sizeof(struct owed)};
static const struct statement owed = {
    .sql = "SELECT count(*) AS people, CAST(COALESCE(sum(debits - credits), 0) AS bigint) AS minor"
           " FROM accounts.ledger_account WHERE code = 'popug' AND debits > credits",
    .gives = &owed_shape,
};

static const struct field purse_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, .offset = offsetof(struct purse, person_id)},
    {.name = "balance_minor",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct purse, balance_minor)},
    {.name = "held_minor", .kind = FIELD_INTEGER, .offset = offsetof(struct purse, held_minor)},
    {.name = "currency", .kind = FIELD_TEXT, .offset = offsetof(struct purse, currency)},
    {.name = "opened_at", .kind = FIELD_TIME, .offset = offsetof(struct purse, opened_at)},
};
static const struct shape purse_row = {.name = "PurseRow",
                                       .fields = purse_fields,
                                       .field_count = COUNT_OF(purse_fields),
                                       .bytes = sizeof(struct purse)};
static const struct statement list = {
    .sql = "SELECT id AS person_id, credits - debits AS balance_minor, debits_held AS held_minor,"
           " currency, opened_at FROM accounts.ledger_account WHERE code = 'popug' AND id > $1"
           " AND (CAST($2 AS bigint) = 0 OR debits > credits) ORDER BY id LIMIT $3",
    .gives = &purse_row,
    .rows_max = PURSES_PAGE_MAX + 1,
};

enum status purse_list(struct store *store, struct arena *arena, const struct purse_filter *filter,
                       struct rows *rows_out)
{
    return store_query(store, arena, &list,
                       VALUES(((struct value){.kind = VALUE_ID, .id = filter->after_id}),
                              value_integer(filter->owing), value_integer(filter->limit)),
                       rows_out);
}

enum status holder_insert(struct store *store, struct id person, int64_t at, bool *is_new_out)
{
    int64_t inserted = 0;
    enum status status =
        store_exec(store, &insert_holder, VALUES(value_id(person), value_time(at)), &inserted);
    *is_new_out = status == STATUS_OK && inserted > 0;
    return status;
}

enum status priced_find(struct store *store, struct arena *arena, struct id id,
                        struct priced *priced_out)
{
    return store_one(store, arena, &find, VALUES(value_id(id)), priced_out);
}

enum status priced_keep(struct store *store, const struct priced *priced)
{
    return store_exec(store, &keep,
                      VALUES(value_id(priced->id), value_text(priced->title),
                             value_integer(priced->fee_minor), value_integer(priced->reward_minor),
                             value_text(priced->currency), value_time(priced->created_at)),
                      NULL);
}

enum status priced_finish(struct store *store, struct id id, struct id person, int64_t at)
{
    return store_exec(store, &finish, VALUES(value_id(id), value_id(person), value_time(at)), NULL);
}

enum status priced_dearest(struct store *store, struct arena *arena, int64_t from_ms,
                           int64_t before_ms, struct priced *priced_out)
{
    return store_one(store, arena, &dearest,
                     VALUES(value_integer(from_ms), value_integer(before_ms)), priced_out);
}

enum status purse_owed(struct store *store, struct arena *arena, struct owed *owed_out)
{
    return store_one(store, arena, &owed, NO_VALUES, owed_out);
}
