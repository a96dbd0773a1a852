/* lottery_store.c - the SQL of shuffles. */
#include "apps/popug/board/lottery.h"

enum { AT_ONCE = 16 };

#define COLUMNS                                                                                    \
    "id, number, commitment, seed, status, committed_at, pressed_by, pressed_at, finished_at,"     \
    " last_done, last_item, people, total, moved"

static const struct statement find = {
    .sql = "SELECT " COLUMNS " FROM board.lottery WHERE id = $1",
    .gives = &lottery_shape,
};
static const struct statement first = {
    .sql = "SELECT " COLUMNS " FROM board.lottery WHERE status = $1 ORDER BY number LIMIT 1",
    .gives = &lottery_shape,
};
static const struct statement list = {
    .sql = "SELECT " COLUMNS " FROM board.lottery ORDER BY number DESC LIMIT $1",
    .gives = &lottery_shape,
    .rows_max = LOTTERY_LIST_MAX,
};
static const struct statement commit = {
    .sql = "INSERT INTO board.lottery (id, number, commitment, seed, status, committed_at,"
           " last_done, people, total, moved)"
           " SELECT $1, COALESCE((SELECT max(number) FROM board.lottery), 0) + 1, $2, $3,"
           " 'committed', $4, $5, 0, 0, 0 WHERE NOT EXISTS"
           " (SELECT 1 FROM board.lottery WHERE status = 'committed')"
           " ON CONFLICT DO NOTHING",
};
static const struct statement update = {
    .sql = "UPDATE board.lottery SET status = $2, pressed_by = $3, pressed_at = $4,"
           " finished_at = $5, last_done = $6, last_item = $7, people = $8, total = $9, moved = $10"
           " WHERE id = $1 AND status = $11 AND last_done = $12",
};
static const struct statement write_people = {
    .sql = "INSERT INTO board.lottery_person (lottery_id, position, person_id)"
           " SELECT $2, row_number() OVER (ORDER BY id) - 1, id FROM board.person"
           " WHERE is_assignable = 1 AND (is_overseer = 0 OR $1 = 1)",
};
static const struct statement list_people = {
    .sql = "SELECT position, person_id FROM board.lottery_person"
           " WHERE lottery_id = $1 AND position >= $2 ORDER BY position LIMIT $3",
    .gives = &lottery_person_shape,
    .rows_max = LOTTERY_PAGE_MAX,
};
#define PEOPLE_AT(positions_)                                                                      \
    "SELECT position, person_id FROM board.lottery_person WHERE lottery_id = $1"                   \
    " AND position IN (" positions_ ")"
static const struct statement people_at = {
    .sql = PEOPLE_AT("$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17"),
    .gives = &lottery_person_shape,
    .rows_max = AT_ONCE,
};
static const struct statement list_results = {
    .sql = "SELECT item_id AS task_id, number AS assignment, person_id FROM board.assignment"
           " WHERE lottery_id = $1 AND item_id > $2 ORDER BY item_id LIMIT $3",
    .gives = &lottery_result_shape,
    .rows_max = LOTTERY_PAGE_MAX,
};

static struct value value_any_id(struct id id) /* zeros are zeros, not none */
{
    return (struct value){.kind = VALUE_ID, .id = id};
}

enum status lottery_find(struct store *store, struct arena *arena, struct id id,
                         struct lottery *lottery_out)
{
    return store_one(store, arena, &find, VALUES(value_id(id)), lottery_out);
}

enum status lottery_first(struct store *store, struct arena *arena, struct text status,
                          struct lottery *lottery_out)
{
    return store_one(store, arena, &first, VALUES(value_text(status)), lottery_out);
}

enum status lottery_list(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list, VALUES(value_integer(LOTTERY_LIST_MAX)), rows_out);
}

enum status lottery_commit(struct store *store, const struct lottery *lottery)
{
    return store_exec(store, &commit,
                      VALUES(value_id(lottery->id), value_text(lottery->commitment),
                             value_text(lottery->seed), value_time(lottery->committed_at),
                             value_any_id(lottery->last_done)),
                      NULL);
}

enum status lottery_update(struct store *store, const struct lottery *lottery,
                           const struct lottery *before)
{
    int64_t changed = 0;
    enum status status =
        store_exec(store, &update,
                   VALUES(value_id(lottery->id), value_text(lottery->status),
                          value_id(lottery->pressed_by), value_time(lottery->pressed_at),
                          value_time(lottery->finished_at), value_any_id(lottery->last_done),
                          value_id(lottery->last_item), value_integer(lottery->people),
                          value_integer(lottery->total), value_integer(lottery->moved),
                          value_text(before->status), value_any_id(before->last_done)),
                   &changed);
    return status == STATUS_OK && changed == 0 ? STATUS_CONFLICT : status;
}

enum status lottery_write_people(struct store *store, struct id id, bool with_overseers,
                                 int64_t *count_out)
{
    enum status status = store_exec(store, &write_people,
                                    VALUES(value_flag(with_overseers), value_id(id)), count_out);
    return status == STATUS_EXISTS ? STATUS_CONFLICT : status;
}

enum status lottery_list_people(struct store *store, struct arena *arena, struct id id,
                                int64_t from, struct rows *rows_out)
{
    return store_query(store, arena, &list_people,
                       VALUES(value_id(id), value_integer(from), value_integer(LOTTERY_PAGE_MAX)),
                       rows_out);
}

static struct id person_at(struct rows rows, int64_t position)
{
    const struct lottery_person *people = rows.items;
    size_t i = 0;
    while (i < rows.count && people[i].position != position) {
        i++;
    }
    MUST(i < rows.count);
    return people[i].person_id;
}

enum status lottery_people_at(struct store *store, struct arena *arena, struct id id,
                              const int64_t *positions, size_t count, struct id *people_out)
{
    enum status status = STATUS_OK;
    for (size_t begun = 0; begun < count && status == STATUS_OK; begun += AT_ONCE) {
        struct value values[1 + AT_ONCE] = {value_id(id)};
        struct rows rows;
        size_t here = count - begun < AT_ONCE ? count - begun : AT_ONCE;
        for (size_t i = 0; i < AT_ONCE; i++) { /* the last one again, where there are fewer */
            values[1 + i] = value_integer(positions[begun + (i < here ? i : here - 1)]);
        }
        status = store_query(store, arena, &people_at, (struct values){values, 1 + AT_ONCE}, &rows);
        for (size_t i = 0; i < here && status == STATUS_OK; i++) {
            people_out[begun + i] = person_at(rows, positions[begun + i]);
        }
    }
    return status;
}

enum status lottery_list_results(struct store *store, struct arena *arena, struct id id,
                                 struct id after, struct rows *rows_out)
{
    return store_query(store, arena, &list_results,
                       VALUES(value_id(id), value_any_id(after), value_integer(LOTTERY_PAGE_MAX)),
                       rows_out);
}
