/* hook_store.c - the SQL of hooks, and of what they have brought. */
#include "services/gateway/hooks/hook.h"

enum { HOOKS_MAX = 500 };

#define AT(member) .offset = offsetof(struct hook, member)
static const struct field row_fields[] = {
    {.name = "name", .kind = FIELD_TEXT, AT(name)},
    {.name = "scheme", .kind = FIELD_TEXT, AT(scheme)},
    {.name = "secret", .kind = FIELD_TEXT, AT(secret)},
    {.name = "meaning", .kind = FIELD_TEXT, AT(meaning)},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},
};
#undef AT
static const struct shape row_shape = {
    .name = "HookRow",
    .fields = row_fields,
    .field_count = COUNT_OF(row_fields),
    .bytes = sizeof(struct hook),
};

static const struct statement find = {
    .sql = "SELECT name, scheme, secret, meaning, created_at FROM gateway.hook WHERE name = $1",
    .gives = &row_shape,
};

static const struct statement list = {
    .sql = "SELECT name, scheme, secret, meaning, created_at FROM gateway.hook ORDER BY name"
           " LIMIT 500",
    .gives = &row_shape,
    .rows_max = HOOKS_MAX,
};

static const struct statement insert = {
    .sql = "INSERT INTO gateway.hook (name, scheme, secret, meaning, created_at)"
           " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING",
};

static const struct statement forget_hook = {.sql = "DELETE FROM gateway.hook WHERE name = $1"};

static const struct statement note = {
    .sql = "INSERT INTO gateway.hook_delivery (hook, delivery, received_at)"
           " VALUES ($1, $2, $3) ON CONFLICT (hook, delivery) DO NOTHING",
};

static const struct statement forget_old = {
    .sql = "DELETE FROM gateway.hook_delivery WHERE received_at < $1",
};

enum status hook_find(struct store *store, struct arena *arena, struct text name,
                      struct hook *hook_out)
{
    return store_one(store, arena, &find, VALUES(value_text(name)), hook_out);
}

enum status hook_list(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list, NO_VALUES, rows_out);
}

enum status hook_insert(struct store *store, const struct hook *hook)
{
    int64_t inserted = 0;
    enum status status = store_exec(store, &insert,
                                    VALUES(value_text(hook->name), value_text(hook->scheme),
                                           value_text(hook->secret), value_text(hook->meaning),
                                           value_time(hook->created_at)),
                                    &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_EXISTS : status;
}

enum status hook_delete(struct store *store, struct text name)
{
    int64_t deleted = 0;
    enum status status = store_exec(store, &forget_hook, VALUES(value_text(name)), &deleted);
    return status == STATUS_OK && deleted == 0 ? STATUS_ABSENT : status;
}

enum status hook_note(struct store *store, struct text hook, struct text delivery,
                      int64_t received_at)
{
    int64_t noted = 0;
    enum status status =
        store_exec(store, &note,
                   VALUES(value_text(hook), value_text(delivery), value_time(received_at)), &noted);
    return status == STATUS_OK && noted == 0 ? STATUS_EXISTS : status;
}

enum status hook_forget(struct store *store, int64_t before_ms, int64_t *forgotten_out)
{
    return store_exec(store, &forget_old, VALUES(value_time(before_ms)), forgotten_out);
}
