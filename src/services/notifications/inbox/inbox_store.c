/* inbox_store.c - the SQL of the inbox and of preferences. */
#include "services/notifications/inbox/inbox.h"

#define COLUMNS "id, person_id, key, title, body, payload, created_at, read_at"

#define AT(member) .offset = offsetof(struct inbox_item, member)

static const struct field item_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "key", .kind = FIELD_TEXT, AT(key), .meaning = "Of the template: what it is about"},
    {.name = "title", .kind = FIELD_TEXT, AT(title)},
    {.name = "body", .kind = FIELD_TEXT, AT(body)},
    {.name = "payload", .kind = FIELD_OBJECT, AT(payload)},
    {.name = "created_at", .kind = FIELD_TIME, AT(created_at)},
    {.name = "read_at", .kind = FIELD_TIME, AT(read_at), .meaning = "null: unread"},
};
#undef AT

const struct shape inbox_item_shape = {
    .name = "InboxItem",
    .fields = item_fields,
    .field_count = COUNT_OF(item_fields),
    .bytes = sizeof(struct inbox_item),
};

static const struct statement insert = {
    .sql = "INSERT INTO notifications.inbox (" COLUMNS ")"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
};

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM notifications.inbox WHERE id = $1",
    .gives = &inbox_item_shape,
};

static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM notifications.inbox WHERE person_id = $1 AND id < $2"
           " AND (CAST($3 AS TEXT) IS NULL OR key = $3) ORDER BY id DESC LIMIT $4",
    .gives = &inbox_item_shape,
    .rows_max = INBOX_PAGE_MAX + 1,
};

static const struct statement list_unread = {
    .sql = "SELECT " COLUMNS " FROM notifications.inbox WHERE person_id = $1 AND id < $2"
           " AND read_at IS NULL AND (CAST($3 AS TEXT) IS NULL OR key = $3)"
           " ORDER BY id DESC LIMIT $4",
    .gives = &inbox_item_shape,
    .rows_max = INBOX_PAGE_MAX + 1,
};

static const struct statement mark_read = {
    .sql = "UPDATE notifications.inbox SET read_at = $2 WHERE id = $1 AND read_at IS NULL",
};

static const struct statement mark_all_read = {
    .sql = "UPDATE notifications.inbox SET read_at = $2 WHERE person_id = $1 AND read_at IS NULL",
};

struct counted {
    int64_t count;
};
static const struct field counted_fields[] = {
    {.name = "count", .kind = FIELD_INTEGER, .offset = offsetof(struct counted, count)},
};
static const struct shape counted_shape = {
    .name = "Counted", .fields = counted_fields, .field_count = 1, .bytes = sizeof(struct counted)};

static const struct statement count_unread = {
    .sql = "SELECT COUNT(*) AS count FROM (SELECT 1 FROM notifications.inbox WHERE person_id = $1"
           " AND read_at IS NULL LIMIT 1000) AS unread",
    .gives = &counted_shape,
};

enum status inbox_insert(struct store *store, const struct inbox_item *item)
{
    int64_t inserted = 0;
    enum status status = store_exec(store, &insert,
                                    VALUES(value_id(item->id), value_id(item->person_id),
                                           value_text(item->key), value_text(item->title),
                                           value_text(item->body), value_text(item->payload),
                                           value_time(item->created_at), value_time(item->read_at)),
                                    &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_EXISTS : status;
}

enum status inbox_find(struct store *store, struct arena *arena, struct id id,
                       struct inbox_item *item_out)
{
    return store_one(store, arena, &find, VALUES(value_id(id)), item_out);
}

enum status inbox_list(struct store *store, struct arena *arena, const struct inbox_filter *filter,
                       struct rows *rows_out)
{
    static const struct id last = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    return store_query(store, arena, filter->unread_only ? &list_unread : &list,
                       VALUES(value_id(filter->person_id),
                              value_id(id_is_none(filter->before_id) ? last : filter->before_id),
                              value_text(filter->key), value_integer(filter->limit)),
                       rows_out);
}

enum status inbox_count_unread(struct store *store, struct arena *arena, struct id person,
                               int64_t *count_out)
{
    struct counted counted = {0};
    enum status status = store_one(store, arena, &count_unread, VALUES(value_id(person)), &counted);
    *count_out = counted.count;
    return status;
}

enum status inbox_mark_read(struct store *store, struct id id, int64_t now_ms, int64_t *changed_out)
{
    return store_exec(store, &mark_read, VALUES(value_id(id), value_time(now_ms)), changed_out);
}

enum status inbox_mark_all_read(struct store *store, struct id person, int64_t now_ms,
                                int64_t *changed_out)
{
    return store_exec(store, &mark_all_read, VALUES(value_id(person), value_time(now_ms)),
                      changed_out);
}

/* ---- preferences ---- */

#define AT(member) .offset = offsetof(struct preference, member)

static const struct field preference_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id)},
    {.name = "key", .kind = FIELD_TEXT, AT(key)},
    {.name = "channel", .kind = FIELD_TEXT, AT(channel)},
    {.name = "mode", .kind = FIELD_TEXT, AT(mode)},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at)},
};
#undef AT

const struct shape preference_shape = {
    .name = "NotificationPreference",
    .fields = preference_fields,
    .field_count = COUNT_OF(preference_fields),
    .bytes = sizeof(struct preference),
};

static const struct statement find_preference = {
    .sql = "SELECT person_id, key, channel, mode, changed_at FROM notifications.preference"
           " WHERE person_id = $1 AND channel = $3 AND key IN ($2, '*')"
           " ORDER BY CASE WHEN key = '*' THEN 1 ELSE 0 END LIMIT 1",
    .gives = &preference_shape,
};

static const struct statement set_preference = {
    .sql = "INSERT INTO notifications.preference (person_id, key, channel, mode, changed_at)"
           " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (person_id, key, channel)"
           " DO UPDATE SET mode = EXCLUDED.mode, changed_at = EXCLUDED.changed_at",
};

static const struct statement list_preferences = {
    .sql = "SELECT person_id, key, channel, mode, changed_at FROM notifications.preference"
           " WHERE person_id = $1 ORDER BY key, channel LIMIT 500",
    .gives = &preference_shape,
    .rows_max = PREFERENCES_MAX,
};

enum status preference_of(struct store *store, struct arena *arena, struct id person,
                          struct text key, struct text channel, struct text *mode_out)
{
    struct preference found;
    enum status status =
        store_one(store, arena, &find_preference,
                  VALUES(value_id(person), value_text(key), value_text(channel)), &found);
    *mode_out = status == STATUS_OK ? found.mode : preference_on;
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status preference_set(struct store *store, const struct preference *preference)
{
    return store_exec(store, &set_preference,
                      VALUES(value_id(preference->person_id), value_text(preference->key),
                             value_text(preference->channel), value_text(preference->mode),
                             value_time(preference->changed_at)),
                      NULL);
}

enum status preference_list(struct store *store, struct arena *arena, struct id person,
                            struct rows *rows_out)
{
    return store_query(store, arena, &list_preferences, VALUES(value_id(person)), rows_out);
}
