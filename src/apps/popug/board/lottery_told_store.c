/* lottery_told_store.c - the SQL of who knows already what has fallen on him. */
#include "apps/popug/board/board_notice.h"

#define AT(member) .offset = offsetof(struct untold, member)
static const struct field untold_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "told", .kind = FIELD_INTEGER, AT(told)},
    {.name = "people", .kind = FIELD_INTEGER, AT(people)},
};
#undef AT
static const struct shape untold_shape = {
    .name = "Untold",
    .fields = untold_fields,
    .field_count = COUNT_OF(untold_fields),
    .bytes = sizeof(struct untold),
};

static const struct field fallen_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, .offset = offsetof(struct fallen, person_id)},
    {.name = "count", .kind = FIELD_INTEGER, .offset = offsetof(struct fallen, count)},
};
static const struct shape fallen_shape = {
    .name = "Fallen",
    .fields = fallen_fields,
    .field_count = COUNT_OF(fallen_fields),
    .bytes = sizeof(struct fallen),
};

static const struct statement find = {
    .sql = "SELECT id, told, people FROM board.lottery WHERE status = 'done' AND told < people"
           " ORDER BY number LIMIT 1",
    .gives = &untold_shape,
};
static const struct statement update = {
    .sql = "UPDATE board.lottery SET told = $2 WHERE id = $1 AND told = $3",
};
static const struct statement list = {
    .sql = "SELECT p.person_id AS person_id, count(*) AS count FROM board.lottery_person p"
           " JOIN board.assignment a ON a.lottery_id = $1 AND a.person_id = p.person_id"
           " WHERE p.lottery_id = $1 AND p.position >= $2 AND p.position < $3"
           " GROUP BY p.person_id",
    .gives = &fallen_shape,
    .rows_max = FALLEN_CHUNK_MAX,
};

enum status untold_find(struct store *store, struct arena *arena, struct untold *untold_out)
{
    return store_one(store, arena, &find, NO_VALUES, untold_out);
}

enum status untold_update(struct store *store, const struct untold *untold, int64_t told_before)
{
    int64_t changed = 0;
    enum status status = store_exec(
        store, &update,
        VALUES(value_id(untold->id), value_integer(untold->told), value_integer(told_before)),
        &changed);
    return status == STATUS_OK && changed == 0 ? STATUS_CONFLICT : status;
}

enum status fallen_list(struct store *store, struct arena *arena, const struct untold *untold,
                        struct rows *rows_out)
{
    return store_query(store, arena, &list,
                       VALUES(value_id(untold->id), value_integer(untold->told),
                              value_integer(untold->told + FALLEN_CHUNK_MAX)),
                       rows_out);
}
