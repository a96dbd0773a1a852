/* case_store.c - the SQL of cases, of what they are found by, and of their histories. */
#include "engine/run/case_store.h"

#include "base/encode.h"
#include "base/fault.h"
#include "base/log.h"
#include "engine/net.h"

#include <sodium.h>

enum { KEY_BYTES_MAX = 400, KEY_HASH_BYTES = 32 };

const struct text case_found_by_place = {"@", 1}; /* no field is called so */

struct case_row {
    struct id id;
    struct text workflow;
    int64_t version;
    int64_t revision;
    struct text places;
    struct text stages;
    struct text fields;
    struct text previous;
    struct id opened_by;
    int64_t opened_at;
    int64_t changed_at;
    int64_t closed_at;
    struct id operation;
};

#define AT(member) .offset = offsetof(struct case_row, member)
static const struct field case_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id)},
    {.name = "workflow", .kind = FIELD_TEXT, AT(workflow)},
    {.name = "version", .kind = FIELD_INTEGER, AT(version)},
    {.name = "revision", .kind = FIELD_INTEGER, AT(revision)},
    {.name = "places", .kind = FIELD_TEXT, AT(places)},
    {.name = "stages", .kind = FIELD_TEXT, AT(stages)},
    {.name = "fields", .kind = FIELD_TEXT, AT(fields)},
    {.name = "previous", .kind = FIELD_TEXT, AT(previous)},
    {.name = "opened_by", .kind = FIELD_ID, AT(opened_by)},
    {.name = "opened_at", .kind = FIELD_TIME, AT(opened_at)},
    {.name = "changed_at", .kind = FIELD_TIME, AT(changed_at)},
    {.name = "closed_at", .kind = FIELD_TIME, AT(closed_at)},
    {.name = "operation", .kind = FIELD_ID, AT(operation)},
};
#undef AT
static const struct shape case_shape = {
    .name = "CaseRow",
    .fields = case_fields,
    .field_count = COUNT_OF(case_fields),
    .bytes = sizeof(struct case_row),
};

struct id_row {
    struct id id;
};

static const struct field id_fields[] = {
    {.name = "id", .kind = FIELD_ID, .offset = offsetof(struct id_row, id)},
};
static const struct shape id_shape = {
    .name = "CaseId",
    .fields = id_fields,
    .field_count = COUNT_OF(id_fields),
    .bytes = sizeof(struct id_row),
};

static const struct statement find = {
    .sql = "SELECT id, workflow, version, revision, places, stages, fields, previous, opened_by,"
           " opened_at, changed_at, closed_at, operation FROM engine_case WHERE id = $1",
    .gives = &case_shape,
};

static const struct statement insert = {
    .sql = "INSERT INTO engine_case (id, workflow, version, revision, places, stages, fields,"
           " previous, open_key, opened_by, opened_at, changed_at, closed_at, operation)"
           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
           " ON CONFLICT DO NOTHING",
};

static const struct statement update = {
    .sql = "UPDATE engine_case SET revision = $3, places = $4, stages = $5, fields = $6,"
           " previous = $7, open_key = $8, changed_at = $9, closed_at = $10, operation = $11,"
           " version = $12 WHERE id = $1 AND revision = $2",
};

static const struct statement hold = {
    .sql = "UPDATE engine_case SET revision = $2 WHERE id = $1 AND revision = $2",
};

static const struct statement find_open = {
    .sql = "SELECT id FROM engine_case WHERE workflow = $1 AND open_key = $2",
    .gives = &id_shape,
};

static const struct statement insert_found_by = {
    .sql = "INSERT INTO engine_found_by (workflow, key, value, case_id) VALUES ($1, $2, $3, $4)"
           " ON CONFLICT DO NOTHING",
    .goes_along = true,
};

static const struct statement delete_found_by = {
    .sql = "DELETE FROM engine_found_by WHERE workflow = $1 AND key = $2 AND value = $3"
           " AND case_id = $4",
    .goes_along = true,
};

/* ---- one case ---- */

enum status case_load(struct store *store, struct arena *arena, const struct catalog *catalog,
                      struct id id, struct case_record **record_out)
{
    struct case_row row;
    enum status status = store_one(store, arena, &find, VALUES(value_id(id)), &row);
    if (status != STATUS_OK) {
        return status;
    }
    const struct recipe *recipe = catalog_find(catalog, row.workflow, row.version);
    if (recipe == NULL) {
        log_line(LOG_ERROR, "engine", "a case has no definition here",
                 LOG_TEXT("workflow", row.workflow), LOG_NUMBER("version", row.version));
        return STATUS_UNAVAILABLE;
    }
    struct case_record *record = ARENA_NEW(arena, struct case_record);
    *record = (struct case_record){
        .id = row.id,
        .recipe = recipe,
        .revision = row.revision,
        .previous = row.previous,
        .opened_by = row.opened_by,
        .opened_at = row.opened_at,
        .changed_at = row.changed_at,
        .closed_at = row.closed_at,
        .operation = row.operation,
    };
    *record_out = record;
    status = case_record_read(arena,
                              &(struct case_written){
                                  .places = row.places,
                                  .stages = row.stages,
                                  .fields = row.fields,
                              },
                              record);
    if (status != STATUS_OK) {
        char text[ID_TEXT_BYTES + 1];
        id_write(id, text);
        log_line(LOG_ERROR, "engine", "the row of a case cannot be read",
                 LOG_TEXT("case", text_of(text)));
    }
    return status;
}

/* What an index can hold: PostgreSQL's has at most 2,700 bytes for all columns together. */
static struct text short_key(struct arena *arena, struct text key)
{
    uint8_t hash[KEY_HASH_BYTES];
    if (key.bytes <= KEY_BYTES_MAX) {
        return key;
    }
    crypto_generichash(hash, sizeof hash, (const unsigned char *)key.data, key.bytes, NULL, 0);
    return text_join(arena, TEXT("#"), encode_hex(arena, hash, sizeof hash));
}

struct text case_open_key(struct arena *arena, const struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    if (workflow->one_open_per_count == 0 || record->closed_at != 0) {
        return NO_TEXT;
    }
    struct json_writer writer;
    json_writer_init(&writer, arena, 64);
    json_begin_array(&writer);
    for (size_t i = 0; i < workflow->one_open_per_count; i++) {
        int field = workflow->one_open_per[i];
        case_value_write(&writer, &workflow->fields[field], &record->values[field]);
    }
    json_end_array(&writer);
    return short_key(arena, json_written(&writer));
}

struct keeping {
    struct store *store;
    struct arena *arena;
    const struct case_record *record;
    const struct case_record *before;
    struct text fields;
};

static enum status insert_case(const struct keeping *keeping)
{
    struct arena *arena = keeping->arena;
    const struct case_record *record = keeping->record;
    int64_t inserted = 0;
    enum status status = store_exec(
        keeping->store, &insert,
        VALUES(value_id(record->id), value_text(record->recipe->workflow->name),
               value_integer(record->recipe->workflow->version), value_integer(record->revision),
               value_text(case_places_write(arena, record)),
               value_text(case_stages_write(arena, record)), value_text(keeping->fields),
               value_text(record->previous), value_text(case_open_key(arena, record)),
               value_id(record->opened_by), value_time(record->opened_at),
               value_time(record->changed_at), value_time(record->closed_at),
               value_id(record->operation)),
        &inserted);
    return status == STATUS_OK && inserted == 0 ? STATUS_EXISTS : status;
}

static enum status update_case(const struct keeping *keeping)
{
    struct arena *arena = keeping->arena;
    const struct case_record *record = keeping->record;
    int64_t updated = 0;
    enum status status = store_exec(
        keeping->store, &update,
        VALUES(value_id(record->id), value_integer(keeping->before->revision),
               value_integer(record->revision), value_text(case_places_write(arena, record)),
               value_text(case_stages_write(arena, record)), value_text(keeping->fields),
               value_text(record->previous), value_text(case_open_key(arena, record)),
               value_time(record->changed_at), value_time(record->closed_at),
               value_id(record->operation), value_integer(record->recipe->workflow->version)),
        &updated);
    return status == STATUS_OK && updated == 0 ? STATUS_CONFLICT : status;
}

/* ---- what it is found by ---- */

struct finding_words {
    struct store *store;
    struct arena *arena;
    const struct case_record *record; /* as it is now */
};

static enum status put_word(const struct finding_words *words, const struct statement *statement,
                            struct text key, struct text value)
{
    return store_exec(words->store, statement,
                      VALUES(value_text(words->record->recipe->workflow->name), value_text(key),
                             value_text(value), value_id(words->record->id)),
                      NULL);
}

static enum status move_places(const struct finding_words *words, const struct case_record *before)
{
    const struct workflow *workflow = words->record->recipe->workflow;
    enum status status = STATUS_OK;
    for (size_t i = 1; i < workflow->place_count && status == STATUS_OK; i++) {
        bool was_here = before != NULL && bit_set_has(&before->marking, i);
        bool is_here = bit_set_has(&words->record->marking, i);
        if (was_here != is_here) {
            status = put_word(words, is_here ? &insert_found_by : &delete_found_by,
                              case_found_by_place, workflow->places[i].name);
        }
    }
    return status;
}

struct text case_key_value(struct arena *arena, const struct case_field *field,
                           const struct value *value)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 64);
    case_value_write(&writer, field, value);
    return short_key(arena, json_written(&writer));
}

static enum status move_keys(const struct finding_words *words, const struct case_record *before)
{
    const struct recipe *recipe = words->record->recipe;
    enum status status = STATUS_OK;
    for (int i = net_next(&recipe->keys, 0); i >= 0 && status == STATUS_OK;
         i = net_next(&recipe->keys, i + 1)) {
        const struct case_field *field = &recipe->workflow->fields[i];
        const struct value *now = &words->record->values[i];
        const struct value none = {.kind = VALUE_NULL};
        const struct value *then = before != NULL ? &before->values[i] : &none;
        if (case_value_equals(now, then)) {
            continue;
        }
        if (then->kind != VALUE_NULL && !SEEDED_BUG("found_by_not_moved")) {
            status = put_word(words, &delete_found_by, field->name,
                              case_key_value(words->arena, field, then));
        }
        if (now->kind != VALUE_NULL && status == STATUS_OK) {
            status = put_word(words, &insert_found_by, field->name,
                              case_key_value(words->arena, field, now));
        }
    }
    return status;
}

enum status case_find_never(struct store *store, struct arena *arena,
                            const struct case_record *record)
{
    const struct finding_words words = {store, arena, case_record_blank(arena, record)};
    enum status status = move_places(&words, record);
    return status == STATUS_OK ? move_keys(&words, record) : status;
}

enum status case_find_anew(struct store *store, struct arena *arena,
                           const struct case_record *record, const struct case_record *before)
{
    const struct finding_words words = {store, arena, record};
    MUST(id_equals(record->id, before->id));
    enum status status = case_find_never(store, arena, before);
    status = status == STATUS_OK ? move_places(&words, NULL) : status;
    return status == STATUS_OK ? move_keys(&words, NULL) : status;
}

enum status case_keep(struct store *store, struct arena *arena, const struct case_record *record,
                      const struct case_record *before)
{
    MUST(record->revision > (before != NULL ? before->revision : 0));
    MUST(before == NULL || before->recipe == record->recipe); /* indexes would mean other things */
    const struct finding_words words = {store, arena, record};
    struct text fields = case_fields_write(arena, record);
    if (fields.bytes > CASE_FIELDS_BYTES_MAX) {
        log_line(LOG_ERROR, "engine", "the fields of a case have grown too large",
                 LOG_TEXT("workflow", record->recipe->workflow->name),
                 LOG_NUMBER("bytes", fields.bytes));
        return STATUS_TOO_LARGE;
    }
    const struct keeping keeping = {store, arena, record, before, fields};
    enum status status = before != NULL ? update_case(&keeping) : insert_case(&keeping);
    status = status == STATUS_OK ? move_places(&words, before) : status;
    return status == STATUS_OK ? move_keys(&words, before) : status;
}

enum status case_hold(struct store *store, const struct case_record *record)
{
    int64_t held = 0;
    enum status status = store_exec(
        store, &hold, VALUES(value_id(record->id), value_integer(record->revision)), &held);
    return status == STATUS_OK && held == 0 ? STATUS_CONFLICT : status;
}

enum status case_find_open(struct store *store, struct arena *arena,
                           const struct case_record *record, struct id *id_out)
{
    struct id_row row;
    enum status status = store_one(store, arena, &find_open,
                                   VALUES(value_text(record->recipe->workflow->name),
                                          value_text(case_open_key(arena, record))),
                                   &row);
    if (status == STATUS_OK) {
        *id_out = row.id;
    }
    return status;
}
