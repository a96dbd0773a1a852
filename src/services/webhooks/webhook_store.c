/* webhook_store.c - the SQL of endpoints and deliveries. */
#include "services/webhooks/webhook_store.h"

#include "base/json.h"

#define ENDPOINT                                                                                   \
    "id, url, description, events, status, reason, secret, old_secret, old_until, owner, "         \
    "revision, created_at, changed_at"
#define DELIVERY                                                                                   \
    "id, endpoint_id, message_id, event_type, payload, status, attempts, due_at, lease, code, "    \
    "detail, created_at, changed_at"

static const struct statement find_endpoint = {
    .sql = "SELECT " ENDPOINT " FROM webhooks.endpoint WHERE id = $1",
    .gives = &endpoint_row_shape,
};
static const struct statement list_endpoints = {
    .sql = "SELECT " ENDPOINT " FROM webhooks.endpoint ORDER BY id LIMIT 200",
    .gives = &endpoint_row_shape,
    .rows_max = ENDPOINTS_MAX,
};
static const struct statement insert_endpoint = {
    .sql = "INSERT INTO webhooks.endpoint (" ENDPOINT ")"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
};
static const struct statement update_endpoint = {
    .sql = "UPDATE webhooks.endpoint SET url = $3, description = $4, events = $5, status = $6,"
           " reason = $7, secret = $8, old_secret = $9, old_until = $10, revision = $11,"
           " changed_at = $12 WHERE id = $1 AND revision = $2",
};
static const struct statement delete_endpoint = {
    .sql = "DELETE FROM webhooks.endpoint WHERE id = $1",
};
static const struct statement delete_deliveries = {
    .sql = "DELETE FROM webhooks.delivery WHERE endpoint_id = $1",
};
static const struct statement insert_delivery = {
    .sql = "INSERT INTO webhooks.delivery (" DELIVERY ")"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
           " ON CONFLICT DO NOTHING",
};
static const struct statement find_delivery = {
    .sql = "SELECT " DELIVERY " FROM webhooks.delivery WHERE id = $1",
    .gives = &delivery_row_shape,
};
static const struct statement update_delivery = {
    .sql = "UPDATE webhooks.delivery SET status = $3, attempts = $4, due_at = $5,"
           " lease = lease + 1, code = $6, detail = $7, changed_at = $8"
           " WHERE id = $1 AND lease = $2",
};
static const struct statement next_delivery = {
    .sql = "SELECT " DELIVERY " FROM webhooks.delivery WHERE due_at IS NOT NULL"
           " ORDER BY due_at, id LIMIT 1",
    .gives = &delivery_row_shape,
};
static const struct statement list_deliveries = {
    .sql = "SELECT " DELIVERY " FROM webhooks.delivery WHERE endpoint_id = $1 AND id < $2"
           " ORDER BY id DESC LIMIT $3",
    .gives = &delivery_row_shape,
    .rows_max = DELIVERIES_PAGE_MAX + 1,
};

enum status endpoint_find(struct store *store, struct arena *arena, struct id id,
                          struct endpoint *endpoint_out)
{
    return store_one(store, arena, &find_endpoint, VALUES(value_id(id)), endpoint_out);
}

enum status endpoint_list(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list_endpoints, NO_VALUES, rows_out);
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

enum status endpoint_insert(struct store *store, struct arena *arena, const struct endpoint *row)
{
    return store_exec(store, &insert_endpoint,
                      VALUES(value_id(row->id), value_text(row->url), value_text(row->description),
                             value_text(as_json(arena, row->events)), value_text(row->status),
                             value_text(row->reason), value_text(row->secret),
                             value_text(row->old_secret), value_time(row->old_until),
                             value_text(row->owner), value_integer(row->revision),
                             value_time(row->created_at), value_time(row->changed_at)),
                      NULL);
}

enum status endpoint_update(struct store *store, struct arena *arena, const struct endpoint *row)
{
    int64_t updated = 0;
    enum status status =
        store_exec(store, &update_endpoint,
                   VALUES(value_id(row->id), value_integer(row->revision - 1), value_text(row->url),
                          value_text(row->description), value_text(as_json(arena, row->events)),
                          value_text(row->status), value_text(row->reason), value_text(row->secret),
                          value_text(row->old_secret), value_time(row->old_until),
                          value_integer(row->revision), value_time(row->changed_at)),
                   &updated);
    return status == STATUS_OK && updated == 0 ? STATUS_CONFLICT : status;
}

enum status endpoint_delete(struct store *store, struct id id)
{
    enum status status = store_exec(store, &delete_deliveries, VALUES(value_id(id)), NULL);
    return status == STATUS_OK ? store_exec(store, &delete_endpoint, VALUES(value_id(id)), NULL)
                               : status;
}

enum status delivery_insert(struct store *store, const struct delivery *row)
{
    int64_t inserted = 0;
    return store_exec(
        store, &insert_delivery,
        VALUES(value_id(row->id), value_id(row->endpoint_id), value_id(row->message_id),
               value_text(row->event_type), value_text(row->payload), value_text(row->status),
               value_integer(row->attempts), value_time(row->due_at), value_integer(row->lease),
               value_integer(row->code), value_text(row->detail), value_time(row->created_at),
               value_time(row->changed_at)),
        &inserted);
}

enum status delivery_find(struct store *store, struct arena *arena, struct id id,
                          struct delivery *delivery_out)
{
    return store_one(store, arena, &find_delivery, VALUES(value_id(id)), delivery_out);
}

enum status delivery_update(struct store *store, const struct delivery *row)
{
    int64_t updated = 0;
    enum status status = store_exec(store, &update_delivery,
                                    VALUES(value_id(row->id), value_integer(row->lease),
                                           value_text(row->status), value_integer(row->attempts),
                                           value_time(row->due_at), value_integer(row->code),
                                           value_text(row->detail), value_time(row->changed_at)),
                                    &updated);
    return status == STATUS_OK && updated == 0 ? STATUS_ABSENT : status;
}

enum status delivery_next(struct store *store, struct arena *arena, int64_t now_ms,
                          struct delivery *delivery_out, int64_t *next_at_out)
{
    *next_at_out = 0;
    enum status status = store_one(store, arena, &next_delivery, NO_VALUES, delivery_out);
    if (status == STATUS_OK && delivery_out->due_at > now_ms) {
        *next_at_out = delivery_out->due_at;
        return STATUS_ABSENT;
    }
    return status;
}

enum status delivery_list(struct store *store, struct arena *arena, struct id endpoint,
                          struct id before, int64_t limit, struct rows *rows_out)
{
    static const struct id last = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
    return store_query(store, arena, &list_deliveries,
                       VALUES(value_id(endpoint), value_id(id_is_none(before) ? last : before),
                              value_integer(limit)),
                       rows_out);
}
