/* template_store.c - the SQL of templates. */
#include "services/notifications/templates/template_store.h"

#define COLUMNS                                                                                    \
    "id, key, channel, locale, subject, body, html, metadata, status, is_secret, is_urgent, "      \
    "origin, revision, created_at, changed_at"

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM notifications.template WHERE id = $1",
    .gives = &template_shape,
};

static const struct statement find_exactly = {
    .sql = "SELECT " COLUMNS " FROM notifications.template WHERE key = $1 AND channel = $2"
           " AND locale = $3",
    .gives = &template_shape,
};

static const struct statement find_all_of = {
    .sql = "SELECT " COLUMNS " FROM notifications.template WHERE key = $1 AND channel = $2"
           " ORDER BY locale LIMIT 64",
    .gives = &template_shape,
    .rows_max = 64,
};

static const struct statement insert = {
    .sql = "INSERT INTO notifications.template (" COLUMNS ")"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
           " ON CONFLICT DO NOTHING",
};

static const struct statement update = {
    .sql = "UPDATE notifications.template SET subject = $3, body = $4, html = $5, metadata = $6,"
           " status = $7, is_secret = $8, is_urgent = $9, origin = $10, revision = $11,"
           " changed_at = $12 WHERE id = $1 AND revision = $2",
};

static const struct statement delete_one = {
    .sql = "DELETE FROM notifications.template WHERE id = $1",
};

static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM notifications.template"
           " WHERE (CAST($1 AS TEXT) IS NULL OR key = $1)"
           " ORDER BY key, channel, locale LIMIT 2000",
    .gives = &template_shape,
    .rows_max = TEMPLATES_MAX,
};

enum status template_find(struct store *store, struct arena *arena, struct id id,
                          struct template *template_out)
{
    return store_one(store, arena, &find, VALUES(value_id(id)), template_out);
}

enum status template_find_exactly(struct store *store, struct arena *arena,
                                  const struct template *wanted, struct template *template_out)
{
    return store_one(
        store, arena, &find_exactly,
        VALUES(value_text(wanted->key), value_text(wanted->channel), value_text(wanted->locale)),
        template_out);
}

static bool is_for(const struct template *one, struct text key, struct text channel)
{
    return text_equals(one->key, key) && text_equals(one->channel, channel);
}

/* Of a locale (NO_TEXT: any): the row, active or not, and without one the shipped. */
static const struct template *pick(const struct template *rows, size_t count, struct text key,
                                   struct text channel, struct text locale)
{
    for (size_t i = 0; i < count; i++) {
        if (locale.data == NULL || text_equals(rows[i].locale, locale)) {
            return &rows[i];
        }
    }
    for (size_t i = 0; i < templates_shipped_count; i++) {
        const struct template *one = &templates_shipped[i];
        if (is_for(one, key, channel) &&
            (locale.data == NULL || text_equals(one->locale, locale))) {
            return one;
        }
    }
    return NULL;
}

enum status template_choose(struct store *store, struct arena *arena, struct text key,
                            struct text channel, struct text locale, struct template *template_out)
{
    struct rows rows;
    enum status status = store_query(store, arena, &find_all_of,
                                     VALUES(value_text(key), value_text(channel)), &rows);
    if (status != STATUS_OK) {
        return status;
    }
    const struct text order[] = {text_is_given(locale) ? locale : TEXT("en"), TEXT("en"), NO_TEXT};
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        const struct template *found = pick(rows.items, rows.count, key, channel, order[i]);
        if (found != NULL && text_equals(found->status, template_active)) {
            *template_out = *found;
            return STATUS_OK;
        }
    }
    return STATUS_ABSENT;
}

enum status template_insert(struct store *store, const struct template *from)
{
    int64_t inserted = 0;
    enum status status = store_exec(
        store, &insert,
        VALUES(value_id(from->id), value_text(from->key), value_text(from->channel),
               value_text(from->locale), value_text(from->subject), value_text(from->body),
               value_text(from->html), value_text(from->metadata), value_text(from->status),
               value_flag(from->is_secret), value_flag(from->is_urgent), value_text(from->origin),
               value_integer(from->revision), value_time(from->created_at),
               value_time(from->changed_at)),
        &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_EXISTS : status;
}

enum status template_update(struct store *store, const struct template *from)
{
    int64_t updated = 0;
    enum status status = store_exec(
        store, &update,
        VALUES(value_id(from->id), value_integer(from->revision - 1), value_text(from->subject),
               value_text(from->body), value_text(from->html), value_text(from->metadata),
               value_text(from->status), value_flag(from->is_secret), value_flag(from->is_urgent),
               value_text(from->origin), value_integer(from->revision),
               value_time(from->changed_at)),
        &updated);
    return status == STATUS_OK && updated == 0 ? STATUS_CONFLICT : status;
}

enum status template_delete(struct store *store, struct id id)
{
    int64_t deleted = 0;
    enum status status = store_exec(store, &delete_one, VALUES(value_id(id)), &deleted);
    return status == STATUS_OK && deleted == 0 ? STATUS_ABSENT : status;
}

enum status template_list(struct store *store, struct arena *arena, struct text key,
                          struct rows *rows_out)
{
    return store_query(store, arena, &list, VALUES(value_text(key)), rows_out);
}

enum status template_is_known(struct store *store, struct arena *arena, struct text key,
                              bool *is_known_out)
{
    struct rows rows;
    enum status status = template_list(store, arena, key, &rows);
    bool is_known = status == STATUS_OK && rows.count > 0;
    for (size_t i = 0; i < templates_shipped_count; i++) {
        is_known = is_known || text_equals(templates_shipped[i].key, key);
    }
    *is_known_out = is_known;
    return status;
}
