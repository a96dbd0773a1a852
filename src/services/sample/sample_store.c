/* sample_store.c - the SQL of what was made up: how far it has come, and a row for each thing. */
#include "services/sample/sample_parts.h"

enum { THINGS_MAX = 500 };

const struct text sample_person_kind = {"person", 6};
const struct text sample_case_kind = {"case", 4};
const struct text sample_asked = {"asked", 5};
const struct text sample_there = {"there", 5};
const struct text sample_going = {"going", 5};
const struct text sample_none = {"none", 4};
const struct text sample_filling = {"filling", 7};
const struct text sample_filled = {"filled", 6};
const struct text sample_removing = {"removing", 8};

const struct migration sample_migrations[] = {
    {
        .version = 1,
        .name = "sample",
        .sqlite = "CREATE TABLE sample.run ("
                  " place INTEGER NOT NULL PRIMARY KEY CHECK (place = 1),"
                  " state TEXT NOT NULL CHECK (state IN ('filling', 'filled', 'removing')),"
                  " total INTEGER NOT NULL,"
                  " turns INTEGER NOT NULL"
                  ") STRICT;"
                  "CREATE TABLE sample.thing ("
                  " id BLOB NOT NULL PRIMARY KEY,"
                  " kind TEXT NOT NULL CHECK (kind IN ('person', 'case')),"
                  " state TEXT NOT NULL CHECK (state IN ('asked', 'there', 'going'))"
                  ") STRICT, WITHOUT ROWID;",
        .postgres = "CREATE TABLE sample.run ("
                    " place bigint NOT NULL PRIMARY KEY CHECK (place = 1),"
                    " state text NOT NULL CHECK (state IN ('filling', 'filled', 'removing')),"
                    " total bigint NOT NULL,"
                    " turns bigint NOT NULL"
                    ");"
                    "CREATE TABLE sample.thing ("
                    " id uuid NOT NULL PRIMARY KEY,"
                    " kind text NOT NULL CHECK (kind IN ('person', 'case')),"
                    " state text NOT NULL CHECK (state IN ('asked', 'there', 'going'))"
                    ");",
    },
};

#define AT(member) .offset = offsetof(struct sample_state, member)
static const struct field state_fields[] = {
    {.name = "state",
     .kind = FIELD_TEXT,
     AT(state),
     .meaning = "none, filling, filled or removing"},
    {.name = "people", .kind = FIELD_INTEGER, AT(people), .meaning = "Made-up people there are"},
    {.name = "cases", .kind = FIELD_INTEGER, AT(cases), .meaning = "Made-up cases there are"},
    {.name = "total", .kind = FIELD_INTEGER, AT(total), .meaning = "Of what is being done"},
    {.name = "left", .kind = FIELD_INTEGER, AT(left), .meaning = "So many are still to be done"},
};
#undef AT
const struct shape sample_state_shape = {
    .name = "SampleState",
    .fields = state_fields,
    .field_count = COUNT_OF(state_fields),
    .bytes = sizeof(struct sample_state),
};

#define AT(member) .offset = offsetof(struct sample_thing, member)
static const struct field thing_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "kind", .kind = FIELD_TEXT, AT(kind)},
    {.name = "state", .kind = FIELD_TEXT, AT(state)},
};
#undef AT
static const struct shape thing_shape = {
    .name = "SampleThing",
    .fields = thing_fields,
    .field_count = COUNT_OF(thing_fields),
    .bytes = sizeof(struct sample_thing),
};

/* ---- how far it has come ---- */

static const struct statement find_state = {
    .sql = "SELECT r.state AS state, r.total AS total,"
           " (SELECT count(*) FROM sample.thing WHERE kind = 'person') AS people,"
           " (SELECT count(*) FROM sample.thing WHERE kind = 'case') AS cases,"
           " (SELECT count(*) FROM sample.thing WHERE state <> 'there') AS left"
           " FROM sample.run r WHERE r.place = 1",
    .gives = &sample_state_shape,
};
static const struct statement insert_run = {
    .sql = "INSERT INTO sample.run (place, state, total, turns) VALUES (1, 'filling', $1, 1)"
           " ON CONFLICT (place) DO NOTHING",
};
static const struct statement turn_run = {
    .sql = "UPDATE sample.run SET state = $1, total = $2, turns = turns + 1 WHERE place = 1",
};
static const struct statement hold_run = {
    .sql = "UPDATE sample.run SET turns = turns + 1 WHERE place = 1",
};
static const struct statement delete_run = {.sql = "DELETE FROM sample.run WHERE place = 1"};

enum status sample_state_find(struct store *store, struct arena *arena,
                              struct sample_state *state_out)
{
    enum status status = store_one(store, arena, &find_state, NO_VALUES, state_out);
    if (status == STATUS_ABSENT) {
        *state_out = (struct sample_state){.state = sample_none};
        return STATUS_OK;
    }
    return status;
}

enum status sample_begin(struct store *store, int64_t total)
{
    int64_t inserted = 0;
    enum status status = store_exec(store, &insert_run, VALUES(value_integer(total)), &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_EXISTS : status;
}

enum status sample_turn(struct store *store, struct text state, int64_t total)
{
    return store_exec(store, &turn_run, VALUES(value_text(state), value_integer(total)), NULL);
}

enum status sample_end(struct store *store)
{
    return store_exec(store, &delete_run, NO_VALUES, NULL);
}

enum status sample_hold(struct store *store)
{
    return store_exec(store, &hold_run, NO_VALUES, NULL);
}

/* ---- things ---- */

static const struct statement insert_thing = {
    .sql = "INSERT INTO sample.thing (id, kind, state) VALUES ($1, $2, $3)",
};
static const struct statement find_thing = {
    .sql = "SELECT id, kind, state FROM sample.thing WHERE id = $1",
    .gives = &thing_shape,
};
static const struct statement set_thing = {
    .sql = "UPDATE sample.thing SET state = $2 WHERE id = $1",
};
static const struct statement delete_thing = {.sql = "DELETE FROM sample.thing WHERE id = $1"};
static const struct statement list_things = {
    .sql = "SELECT id, kind, state FROM sample.thing ORDER BY id LIMIT 500",
    .gives = &thing_shape,
    .rows_max = THINGS_MAX,
};

enum status sample_thing_insert(struct store *store, const struct sample_thing *thing)
{
    return store_exec(
        store, &insert_thing,
        VALUES(value_id(thing->id), value_text(thing->kind), value_text(thing->state)), NULL);
}

enum status sample_thing_find(struct store *store, struct arena *arena, struct id id,
                              struct sample_thing *thing_out)
{
    return store_one(store, arena, &find_thing, VALUES(value_id(id)), thing_out);
}

enum status sample_thing_set(struct store *store, struct id id, struct text state)
{
    return store_exec(store, &set_thing, VALUES(value_id(id), value_text(state)), NULL);
}

enum status sample_thing_delete(struct store *store, struct id id)
{
    return store_exec(store, &delete_thing, VALUES(value_id(id)), NULL);
}

enum status sample_things(struct store *store, struct arena *arena, struct rows *rows_out)
{
    return store_query(store, arena, &list_things, NO_VALUES, rows_out);
}
