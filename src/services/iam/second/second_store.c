/* second_store.c - the SQL of second factors. */
#include "services/iam/second/second.h"

#define AT(member) .offset = offsetof(struct second, member)
static const struct field second_fields[] = {
    {.name = "sealed", .kind = FIELD_TEXT, AT(sealed)},
    {.name = "confirmed_at", .kind = FIELD_TIME, AT(confirmed_at)},
    {.name = "last_step", .kind = FIELD_INTEGER, AT(last_step)},
};
#undef AT
static const struct shape second_shape = {
    .name = "SecondRow",
    .fields = second_fields,
    .field_count = COUNT_OF(second_fields),
    .bytes = sizeof(struct second),
};

static const struct statement find = {
    .sql = "SELECT sealed, confirmed_at, last_step FROM iam.totp WHERE person_id = $1",
    .gives = &second_shape,
};

static const struct statement keep = {
    .sql = "INSERT INTO iam.totp (person_id, sealed, begun_at, last_step) VALUES ($1, $2, $3, 0)"
           " ON CONFLICT (person_id) DO UPDATE SET sealed = excluded.sealed,"
           " begun_at = excluded.begun_at, last_step = 0 WHERE totp.confirmed_at IS NULL",
};

static const struct statement use_step = {
    .sql = "UPDATE iam.totp SET last_step = $2, confirmed_at = coalesce(confirmed_at, $3)"
           " WHERE person_id = $1 AND last_step < $2",
};

static const struct statement forget = {.sql = "DELETE FROM iam.totp WHERE person_id = $1"};

static const struct statement forget_recovery = {
    .sql = "DELETE FROM iam.recovery WHERE person_id = $1",
};

static const struct statement add_recovery = {
    .sql = "INSERT INTO iam.recovery (person_id, digest) VALUES ($1, $2)",
};

static const struct statement use_recovery = {
    .sql = "DELETE FROM iam.recovery WHERE person_id = $1 AND digest = $2",
};

enum status second_find(struct store *store, struct arena *arena, struct id person,
                        struct second *second_out)
{
    return store_one(store, arena, &find, VALUES(value_id(person)), second_out);
}

enum status second_keep(struct store *store, struct id person, struct text sealed, int64_t now_ms)
{
    return store_exec(store, &keep,
                      VALUES(value_id(person), value_text(sealed), value_time(now_ms)), NULL);
}

enum status second_forget(struct store *store, struct id person)
{
    enum status status = store_exec(store, &forget, VALUES(value_id(person)), NULL);
    return status == STATUS_OK ? store_exec(store, &forget_recovery, VALUES(value_id(person)), NULL)
                               : status;
}

enum status second_use_step(struct store *store, struct id person, int64_t step, int64_t now_ms,
                            bool *used_out)
{
    int64_t used = 0;
    enum status status = store_exec(
        store, &use_step, VALUES(value_id(person), value_integer(step), value_time(now_ms)), &used);
    *used_out = status == STATUS_OK && used > 0;
    return status;
}

enum status second_add_recovery(struct store *store, struct id person, struct text digest)
{
    return store_exec(store, &add_recovery, VALUES(value_id(person), value_text(digest)), NULL);
}

enum status second_use_recovery(struct store *store, struct id person, struct text digest,
                                bool *used_out)
{
    int64_t used = 0;
    enum status status =
        store_exec(store, &use_recovery, VALUES(value_id(person), value_text(digest)), &used);
    *used_out = status == STATUS_OK && used > 0;
    return status;
}
