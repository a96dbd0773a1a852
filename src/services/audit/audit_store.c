/* audit_store.c - the SQL of the record. */
#include "services/audit/audit_store.h"

#define COLUMNS                                                                                    \
    "position, id, message_id, event_id, event_type, event_version, event_source, "                \
    "source_position, subject, actor, trace, occurred_at, received_at, payload, hash, seal"

#define AT(member) .offset = offsetof(struct audit_end, member)
static const struct field end_fields[] = {
    {.name = "position", .kind = FIELD_INTEGER, AT(position)},
    {.name = "hash", .kind = FIELD_TEXT, AT(hash)},
};
#undef AT
static const struct shape end_shape = {.name = "AuditEnd",
                                       .fields = end_fields,
                                       .field_count = COUNT_OF(end_fields),
                                       .bytes = sizeof(struct audit_end)};

static const struct statement find_end = {
    .sql = "SELECT position, hash FROM audit.audit_end WHERE one = 1",
    .gives = &end_shape,
};

static const struct statement move_end = {
    .sql = "UPDATE audit.audit_end SET position = $1, hash = $2 WHERE one = 1"
           " AND position = $1 - 1",
};

static const struct statement insert = {
    .sql = "INSERT INTO audit.audit_events (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
           " $9, $10, $11, $12, $13, $14, $15, $16)",
};

static const struct statement insert_tag = {
    .sql = "INSERT INTO audit.audit_event_tags (event_id, tag_key, tag_value)"
           " VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    .goes_along = true,
};

static const struct statement find_message = {
    .sql = "SELECT position, hash FROM audit.audit_events WHERE message_id = $1",
    .gives = &end_shape,
};

static const struct statement find_event = {
    .sql = "SELECT position, hash FROM audit.audit_events WHERE event_id = $1"
           " AND event_type = $2 AND event_source = $3 LIMIT 1",
    .gives = &end_shape,
};

static const struct statement read_on = {
    .sql = "SELECT " COLUMNS " FROM audit.audit_events WHERE position > $1 ORDER BY position"
           " LIMIT $2",
    .gives = &audit_record_shape,
    .rows_max = AUDIT_READ_MAX,
};

/* $1 type, $2 after, $3 before, $4 limit, $5 offset */
#define FILTERS                                                                                    \
    " (CAST($2 AS BIGINT) IS NULL OR occurred_at >= $2)"                                           \
    " AND (CAST($3 AS BIGINT) IS NULL OR occurred_at < $3)"                                        \
    " AND (CAST($1 AS TEXT) IS NULL OR event_type = $1)"
#define ORDER " ORDER BY occurred_at DESC, position DESC LIMIT $4 OFFSET $5"

static const struct statement list_all = {
    .sql = "SELECT " COLUMNS " FROM audit.audit_events WHERE" FILTERS ORDER,
    .gives = &audit_record_shape,
    .rows_max = AUDIT_PAGE_MAX + 1,
};

static const struct statement list_of_type = {
    .sql = "SELECT " COLUMNS " FROM audit.audit_events WHERE event_type = $1 AND" FILTERS ORDER,
    .gives = &audit_record_shape,
    .rows_max = AUDIT_PAGE_MAX + 1,
};

static const struct statement list_tagged = {
    .sql = "SELECT " COLUMNS " FROM audit.audit_events WHERE id IN (SELECT t.event_id"
           " FROM audit.audit_event_tags t WHERE t.tag_key = $6 AND t.tag_value = $7)"
           " AND" FILTERS ORDER,
    .gives = &audit_record_shape,
    .rows_max = AUDIT_PAGE_MAX + 1,
};

static const struct statement insert_head = {
    .sql = "INSERT INTO audit.audit_heads (position, hash, signed_at, public_key, signature)"
           " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
};

static const struct statement last_head = {
    .sql = "SELECT position, hash, signed_at, public_key, signature FROM audit.audit_heads"
           " ORDER BY position DESC LIMIT 1",
    .gives = &audit_head_shape,
};

static const struct statement read_heads = {
    .sql = "SELECT position, hash, signed_at, public_key, signature FROM audit.audit_heads"
           " WHERE position > $1 ORDER BY position LIMIT 500",
    .gives = &audit_head_shape,
    .rows_max = AUDIT_READ_MAX,
};

enum status audit_end_find(struct store *store, struct arena *arena, struct audit_end *end_out)
{
    return store_one(store, arena, &find_end, NO_VALUES, end_out);
}

enum status audit_append(struct store *store, const struct audit_record *record)
{
    int64_t moved = 0;
    enum status status =
        store_exec(store, &move_end,
                   VALUES(value_integer(record->position), value_text(record->hash)), &moved);
    if (status != STATUS_OK || moved == 0) {
        return status == STATUS_OK ? STATUS_CONFLICT : status;
    }
    return store_exec(
        store, &insert,
        VALUES(value_integer(record->position), value_id(record->id), value_id(record->message_id),
               value_text(record->event_id), value_text(record->event_type),
               value_integer(record->event_version), value_text(record->event_source),
               value_integer(record->source_position), value_text(record->subject),
               value_text(record->actor), value_text(record->trace),
               value_time(record->occurred_at), value_time(record->received_at),
               value_text(record->payload), value_text(record->hash), value_text(record->seal)),
        NULL);
}

enum status audit_tag_insert(struct store *store, const struct audit_tag *tag)
{
    return store_exec(
        store, &insert_tag,
        VALUES(value_id(tag->event_id), value_text(tag->tag_key), value_text(tag->tag_value)),
        NULL);
}

enum status audit_find_message(struct store *store, struct arena *arena, struct id id)
{
    struct audit_end found;
    return store_one(store, arena, &find_message, VALUES(value_id(id)), &found);
}

enum status audit_find_event(struct store *store, struct arena *arena,
                             const struct audit_record *record)
{
    struct audit_end found;
    return store_one(store, arena, &find_event,
                     VALUES(value_text(record->event_id), value_text(record->event_type),
                            value_text(record->event_source)),
                     &found);
}

enum status audit_read(struct store *store, struct arena *arena, int64_t after, int64_t limit,
                       struct rows *rows_out)
{
    return store_query(store, arena, &read_on, VALUES(value_integer(after), value_integer(limit)),
                       rows_out);
}

enum status audit_list(struct store *store, struct arena *arena, const struct audit_filter *filter,
                       struct rows *rows_out)
{
    struct value type = value_text(filter->event_type);
    struct value after = value_time(filter->occurred_after);
    struct value before = value_time(filter->occurred_before);
    struct value limit = value_integer(filter->limit);
    struct value offset = value_integer(filter->offset);
    if (text_is_given(filter->tag_key)) {
        return store_query(store, arena, &list_tagged,
                           VALUES(type, after, before, limit, offset, value_text(filter->tag_key),
                                  value_text(filter->tag_value)),
                           rows_out);
    }
    return store_query(store, arena, text_is_given(filter->event_type) ? &list_of_type : &list_all,
                       VALUES(type, after, before, limit, offset), rows_out);
}

enum status audit_head_insert(struct store *store, const struct audit_head *head)
{
    int64_t inserted = 0;
    return store_exec(store, &insert_head,
                      VALUES(value_integer(head->position), value_text(head->hash),
                             value_time(head->signed_at), value_text(head->public_key),
                             value_text(head->signature)),
                      &inserted);
}

enum status audit_head_last(struct store *store, struct arena *arena, struct audit_head *head_out)
{
    return store_one(store, arena, &last_head, NO_VALUES, head_out);
}

enum status audit_head_read(struct store *store, struct arena *arena, int64_t after,
                            struct rows *rows_out)
{
    return store_query(store, arena, &read_heads, VALUES(value_integer(after)), rows_out);
}
