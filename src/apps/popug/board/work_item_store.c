/* work_item_store.c - the SQL of tasks. */
#include "apps/popug/board/work_item.h"

#include "store/pattern.h"

#include <string.h>

#define COLUMNS                                                                                    \
    "id, title, description, status, assignee_id, assignment, fee_minor, reward_minor,"            \
    " reward_minor AS price_minor, currency, author_id, created_at, assigned_at, finished_at"

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM board.item WHERE id = $1",
    .gives = &item_shape,
};
static const struct statement insert = {
    .sql = "INSERT INTO board.item (id, title, title_key, description, status, assignee_id,"
           " assignment, fee_minor, reward_minor, currency, author_id, created_at, assigned_at)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
};
static const struct statement assign = {
    .sql = "UPDATE board.item SET assignee_id = $2, assignment = $3, assigned_at = $4"
           " WHERE id = $1 AND status = 'open' AND assignment = $3 - 1",
};
static const struct statement keep_assignment = {
    .sql = "INSERT INTO board.assignment (item_id, number, person_id, lottery_id, assigned_at)"
           " VALUES ($1, $2, $3, $4, $5)",
    .goes_along = true,
};
static const struct statement finish = {
    .sql = "UPDATE board.item SET status = 'done', finished_at = $3"
           " WHERE id = $1 AND status = 'open' AND assignment = $2",
};
static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM board.item WHERE id < $1"
           " AND (CAST($3 AS TEXT) IS NULL OR status = $3)"
           " AND (CAST($4 AS TEXT) IS NULL OR title_key LIKE $4 " PATTERN_ESCAPE ")"
           " ORDER BY id DESC LIMIT $2",
    .gives = &item_shape,
    .rows_max = ITEMS_PAGE_MAX + 1,
};
static const struct statement list_of_one = {
    .sql = "SELECT " COLUMNS " FROM board.item WHERE assignee_id = $5 AND id < $1"
           " AND (CAST($3 AS TEXT) IS NULL OR status = $3)"
           " AND (CAST($4 AS TEXT) IS NULL OR title_key LIKE $4 " PATTERN_ESCAPE ")"
           " ORDER BY id DESC LIMIT $2",
    .gives = &item_shape,
    .rows_max = ITEMS_PAGE_MAX + 1,
};
static const struct statement list_open = {
    .sql = "SELECT " COLUMNS " FROM board.item WHERE status = 'open' AND id > $1 AND id <= $2"
           " ORDER BY id LIMIT $3",
    .gives = &item_shape,
    .rows_max = ITEMS_CHUNK_MAX,
};

struct counted {
    int64_t count;
};
static const struct field counted_fields[] = {
    {.name = "count", .kind = FIELD_INTEGER, .offset = offsetof(struct counted, count)},
};
static const struct shape counted_shape = {
    .name = "Counted", .fields = counted_fields, .field_count = 1, .bytes = sizeof(struct counted)};
static const struct statement count_open = {
    .sql = "SELECT count(*) AS count FROM board.item WHERE status = 'open'",
    .gives = &counted_shape,
};
static const struct statement last_open = {
    .sql = "SELECT " COLUMNS " FROM board.item WHERE status = 'open' ORDER BY id DESC LIMIT 1",
    .gives = &item_shape,
};

enum status item_find(struct store *store, struct arena *arena, struct id id,
                      struct work_item *item_out)
{
    return store_one(store, arena, &find, VALUES(value_id(id)), item_out);
}

static enum status keep(struct store *store, const struct work_item *item, struct id lottery_id)
{
    return store_exec(store, &keep_assignment,
                      VALUES(value_id(item->id), value_integer(item->assignment),
                             value_id(item->assignee_id), value_id(lottery_id),
                             value_time(item->assigned_at)),
                      NULL);
}

enum status item_insert(struct store *store, const struct work_item *item)
{
    enum status status =
        store_exec(store, &insert,
                   VALUES(value_id(item->id), value_text(item->title), value_text(item->title_key),
                          value_text(item->description), value_text(item->status),
                          value_id(item->assignee_id), value_integer(item->assignment),
                          value_integer(item->fee_minor), value_integer(item->reward_minor),
                          value_text(item->currency), value_id(item->author_id),
                          value_time(item->created_at), value_time(item->assigned_at)),
                   NULL);
    return status == STATUS_OK ? keep(store, item, (struct id){{0}}) : status;
}

enum status item_assign(struct store *store, const struct work_item *item, struct id lottery_id)
{
    int64_t changed = 0;
    enum status status =
        store_exec(store, &assign,
                   VALUES(value_id(item->id), value_id(item->assignee_id),
                          value_integer(item->assignment), value_time(item->assigned_at)),
                   &changed);
    if (status == STATUS_OK && changed == 0) {
        return STATUS_CONFLICT;
    }
    return status == STATUS_OK ? keep(store, item, lottery_id) : status;
}

enum status item_finish(struct store *store, const struct work_item *item)
{
    int64_t changed = 0;
    enum status status = store_exec(
        store, &finish,
        VALUES(value_id(item->id), value_integer(item->assignment), value_time(item->finished_at)),
        &changed);
    return status == STATUS_OK && changed == 0 ? STATUS_CONFLICT : status;
}

/* An id that every real one is below. */
static struct id above_all(void)
{
    struct id id;
    memset(id.bytes, 0xff, sizeof(id.bytes));
    return id;
}

enum status item_list(struct store *store, struct arena *arena, const struct item_filter *filter,
                      struct rows *rows_out)
{
    const struct value values[] = {
        value_id(id_is_none(filter->before_id) ? above_all() : filter->before_id),
        value_integer(filter->limit), value_text(filter->status),
        value_text(pattern_of_part(arena, filter->part)), value_id(filter->assignee_id)};
    bool is_of_one = !id_is_none(filter->assignee_id);
    return store_query(store, arena, is_of_one ? &list_of_one : &list,
                       (struct values){values, is_of_one ? 5 : 4}, rows_out);
}

enum status item_list_open(struct store *store, struct arena *arena, struct id after,
                           struct id last, struct rows *rows_out)
{
    return store_query(store, arena, &list_open,
                       VALUES(((struct value){.kind = VALUE_ID, .id = after}),
                              ((struct value){.kind = VALUE_ID, .id = last}),
                              value_integer(ITEMS_CHUNK_MAX)),
                       rows_out);
}

enum status item_count_open(struct store *store, struct arena *arena, int64_t *count_out,
                            struct id *last_out)
{
    struct counted counted;
    struct work_item last = {.assignment = 0};
    enum status status = store_one(store, arena, &count_open, NO_VALUES, &counted);
    if (status == STATUS_OK) {
        status = store_one(store, arena, &last_open, NO_VALUES, &last);
    }
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    *count_out = counted.count;
    *last_out = last.id;
    return STATUS_OK;
}
