/* notification_store.c - the SQL of notifications, attempts and recipients. */
#include "services/notifications/sending/notification_store.h"

#include "base/json.h"

#define COLUMNS                                                                                    \
    "id, template, person_id, address, telegram_id, locale, channels, channel, payload, "          \
    "is_secret, dedup_key, status, attempts, due_at, lease, waits_for_digest, reason, actor, "     \
    "created_at, changed_at, delivered_at"

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM notifications.notification WHERE id = $1",
    .gives = &notification_row_shape,
};

static const struct statement find_by_key = {
    .sql = "SELECT " COLUMNS " FROM notifications.notification WHERE dedup_key = $1",
    .gives = &notification_row_shape,
};

static const struct statement insert = {
    .sql = "INSERT INTO notifications.notification (" COLUMNS ")"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
           " $18, $19, $20, $21) ON CONFLICT DO NOTHING",
};

/* The lease goes one further with each writing: an older hand finds no row. */
static const struct statement update = {
    .sql = "UPDATE notifications.notification SET channel = $3, payload = $4, status = $5,"
           " attempts = $6, due_at = $7, lease = lease + 1, waits_for_digest = $8, reason = $9,"
           " changed_at = $10, delivered_at = $11 WHERE id = $1 AND lease = $2",
};

static const struct statement next_due = {
    .sql = "SELECT " COLUMNS " FROM notifications.notification WHERE due_at IS NOT NULL"
           " ORDER BY due_at, id LIMIT 1",
    .gives = &notification_row_shape,
};

static const struct statement list_all = {
    .sql = "SELECT " COLUMNS " FROM notifications.notification WHERE id < $1"
           " AND (CAST($3 AS TEXT) IS NULL OR template = $3) ORDER BY id DESC LIMIT $2",
    .gives = &notification_row_shape,
    .rows_max = NOTIFICATIONS_PAGE_MAX + 1,
};

static const struct statement list_by_status = {
    .sql = "SELECT " COLUMNS " FROM notifications.notification WHERE status = $4 AND id < $1"
           " AND (CAST($3 AS TEXT) IS NULL OR template = $3) ORDER BY id DESC LIMIT $2",
    .gives = &notification_row_shape,
    .rows_max = NOTIFICATIONS_PAGE_MAX + 1,
};

static const struct statement list_by_person = {
    .sql = "SELECT " COLUMNS " FROM notifications.notification WHERE person_id = $4 AND id < $1"
           " AND (CAST($3 AS TEXT) IS NULL OR template = $3)"
           " AND (CAST($5 AS TEXT) IS NULL OR status = $5) ORDER BY id DESC LIMIT $2",
    .gives = &notification_row_shape,
    .rows_max = NOTIFICATIONS_PAGE_MAX + 1,
};

enum status notification_find(struct store *store, struct arena *arena, struct id id,
                              struct notification *notification_out)
{
    return store_one(store, arena, &find, VALUES(value_id(id)), notification_out);
}

enum status notification_find_by_key(struct store *store, struct arena *arena,
                                     struct text dedup_key, struct notification *notification_out)
{
    return store_one(store, arena, &find_by_key, VALUES(value_text(dedup_key)), notification_out);
}

static struct text as_json(struct arena *arena, struct texts texts)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 64);
    json_begin_array(&writer);
    for (size_t i = 0; i < texts.count; i++) {
        json_put_text(&writer, texts.items[i]);
    }
    json_end_array(&writer);
    return json_written(&writer);
}

enum status notification_insert(struct store *store, struct arena *arena,
                                const struct notification *row)
{
    int64_t inserted = 0;
    enum status status = store_exec(
        store, &insert,
        VALUES(value_id(row->id), value_text(row->template), value_id(row->person_id),
               value_text(row->address), value_text(row->telegram_id), value_text(row->locale),
               value_text(as_json(arena, row->channels)), value_text(row->channel),
               value_text(row->payload), value_flag(row->is_secret), value_text(row->dedup_key),
               value_text(row->status), value_integer(row->attempts), value_time(row->due_at),
               value_integer(row->lease), value_flag(row->waits_for_digest),
               value_text(row->reason), value_text(row->actor), value_time(row->created_at),
               value_time(row->changed_at), value_time(row->delivered_at)),
        &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_EXISTS : status;
}

enum status notification_update(struct store *store, struct arena *arena,
                                const struct notification *row)
{
    (void)arena;
    int64_t updated = 0;
    enum status status = store_exec(
        store, &update,
        VALUES(value_id(row->id), value_integer(row->lease), value_text(row->channel),
               value_text(row->payload), value_text(row->status), value_integer(row->attempts),
               value_time(row->due_at), value_flag(row->waits_for_digest), value_text(row->reason),
               value_time(row->changed_at), value_time(row->delivered_at)),
        &updated);
    return status == STATUS_OK && updated == 0 ? STATUS_ABSENT : status;
}

enum status notification_next(struct store *store, struct arena *arena, int64_t now_ms,
                              struct notification *notification_out, int64_t *next_at_out)
{
    *next_at_out = 0;
    enum status status = store_one(store, arena, &next_due, NO_VALUES, notification_out);
    if (status == STATUS_OK && notification_out->due_at > now_ms) {
        *next_at_out = notification_out->due_at;
        return STATUS_ABSENT;
    }
    return status;
}

static struct value before(const struct notification_filter *filter)
{
    static const struct id last = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    return value_id(id_is_none(filter->before_id) ? last : filter->before_id);
}

enum status notification_list(struct store *store, struct arena *arena,
                              const struct notification_filter *filter, struct rows *rows_out)
{
    struct value limit = value_integer(filter->limit);
    struct value template = value_text(filter->template);
    if (!id_is_none(filter->person_id)) {
        return store_query(store, arena, &list_by_person,
                           VALUES(before(filter), limit, template, value_id(filter->person_id),
                                  value_text(filter->status)),
                           rows_out);
    }
    if (text_is_given(filter->status)) {
        return store_query(store, arena, &list_by_status,
                           VALUES(before(filter), limit, template, value_text(filter->status)),
                           rows_out);
    }
    return store_query(store, arena, &list_all, VALUES(before(filter), limit, template), rows_out);
}

/* ---- what waits for the daily letter ---- */

static const struct field person_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, .offset = offsetof(struct notification, person_id)},
};
static const struct shape person_shape = {.name = "DigestPerson",
                                          .fields = person_fields,
                                          .field_count = COUNT_OF(person_fields),
                                          .bytes = sizeof(struct notification)};

static const struct statement list_digest_people = {
    .sql = "SELECT DISTINCT person_id FROM notifications.notification WHERE waits_for_digest = 1"
           " AND person_id IS NOT NULL LIMIT 10000",
    .gives = &person_shape,
    .rows_max = DIGEST_PEOPLE_MAX,
};

static const struct statement list_digest = {
    .sql = "SELECT " COLUMNS " FROM notifications.notification WHERE person_id = $1"
           " AND waits_for_digest = 1 ORDER BY id LIMIT 100",
    .gives = &notification_row_shape,
    .rows_max = DIGEST_LINES_MAX,
};

enum status digest_people(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list_digest_people, NO_VALUES, rows_out);
}

enum status digest_list(struct store *store, struct arena *arena, struct id person,
                        struct rows *rows_out)
{
    return store_query(store, arena, &list_digest, VALUES(value_id(person)), rows_out);
}

/* ---- attempts ---- */

#define AT(member) .offset = offsetof(struct attempt, member)

static const struct field attempt_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "notification_id", .kind = FIELD_ID, AT(notification_id)},
    {.name = "channel", .kind = FIELD_TEXT, AT(channel)},
    {.name = "number", .kind = FIELD_INTEGER, AT(number)},
    {.name = "at", .kind = FIELD_TIME, AT(at)},
    {.name = "outcome", .kind = FIELD_TEXT, AT(outcome)},
    {.name = "code", .kind = FIELD_INTEGER, AT(code)},
    {.name = "detail", .kind = FIELD_TEXT, AT(detail)},
};
#undef AT

const struct shape attempt_shape = {
    .name = "NotificationAttempt",
    .fields = attempt_fields,
    .field_count = COUNT_OF(attempt_fields),
    .bytes = sizeof(struct attempt),
};

static const struct statement insert_attempt = {
    .sql = "INSERT INTO notifications.attempt (id, notification_id, channel, number, at, outcome,"
           " code, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
};

static const struct statement list_attempts = {
    .sql = "SELECT id, notification_id, channel, number, at, outcome, code, detail"
           " FROM notifications.attempt WHERE notification_id = $1 ORDER BY id LIMIT 200",
    .gives = &attempt_shape,
    .rows_max = ATTEMPTS_MAX,
};

enum status attempt_insert(struct store *store, const struct attempt *attempt)
{
    return store_exec(store, &insert_attempt,
                      VALUES(value_id(attempt->id), value_id(attempt->notification_id),
                             value_text(attempt->channel), value_integer(attempt->number),
                             value_time(attempt->at), value_text(attempt->outcome),
                             value_integer(attempt->code), value_text(attempt->detail)),
                      NULL);
}

enum status attempt_list(struct store *store, struct arena *arena, struct id notification,
                         struct rows *rows_out)
{
    return store_query(store, arena, &list_attempts, VALUES(value_id(notification)), rows_out);
}

/* ---- recipients ---- */

static const struct statement find_recipient = {
    .sql = "SELECT id, email, telegram_id, full_name, locale, status, revision"
           " FROM notifications.recipient WHERE id = $1",
    .gives = &recipient_shape,
};

static const struct statement keep_recipient = {
    .sql = "INSERT INTO notifications.recipient (id, email, telegram_id, full_name, locale, status,"
           " revision) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET"
           " email = EXCLUDED.email, telegram_id = EXCLUDED.telegram_id,"
           " full_name = EXCLUDED.full_name, locale = EXCLUDED.locale, status = EXCLUDED.status,"
           " revision = EXCLUDED.revision WHERE recipient.revision <= EXCLUDED.revision",
};

enum status recipient_find(struct store *store, struct arena *arena, struct id id,
                           struct recipient *recipient_out)
{
    return store_one(store, arena, &find_recipient, VALUES(value_id(id)), recipient_out);
}

enum status recipient_keep(struct store *store, const struct recipient *recipient)
{
    int64_t changed = 0;
    return store_exec(store, &keep_recipient,
                      VALUES(value_id(recipient->id), value_text(recipient->email),
                             value_text(recipient->telegram_id), value_text(recipient->full_name),
                             value_text(recipient->locale), value_text(recipient->status),
                             value_integer(recipient->revision)),
                      &changed);
}

static const struct statement forget_recipient[] = {
    {.sql = "DELETE FROM notifications.attempt WHERE notification_id IN"
            " (SELECT id FROM notifications.notification WHERE person_id = $1)"},
    {.sql = "DELETE FROM notifications.notification WHERE person_id = $1"},
    {.sql = "DELETE FROM notifications.inbox WHERE person_id = $1"},
    {.sql = "DELETE FROM notifications.preference WHERE person_id = $1"},
    {.sql = "DELETE FROM notifications.role_holder WHERE person_id = $1"},
    {.sql = "DELETE FROM notifications.recipient WHERE id = $1"},
};

enum status recipient_forget(struct store *store, struct id person)
{
    enum status status = STATUS_OK;
    MUST(!id_is_none(person));
    for (size_t i = 0; status == STATUS_OK && i < COUNT_OF(forget_recipient); i++) {
        status = store_exec(store, &forget_recipient[i], VALUES(value_id(person)), NULL);
    }
    return status;
}
