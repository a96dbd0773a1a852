/* input.c - path, query and body, read by the route's table. */
#include "runtime/input.h"

#include "base/json.h"
#include "runtime/problem.h"

#include <string.h>

enum { JSON_VALUES_MAX = 10000, GIVEN_BITS = 64 };

struct reading {
    struct arena *arena;
    const struct shape *shape;
    uint64_t given; /* bit i: field i was there */
    bool ignores_unknown;
    void *structure;
    struct field_problem problems[PROBLEM_FIELDS_MAX];
    size_t problem_count;
};

static void complain(struct reading *reading, const char *field, const char *code,
                     struct text message)
{
    if (reading->problem_count < PROBLEM_FIELDS_MAX) {
        reading->problems[reading->problem_count++] =
            (struct field_problem){.field = field, .code = code, .message = message};
    }
}

static const struct field *find_field(const struct reading *reading, enum field_place place,
                                      struct text name, size_t *index_out)
{
    for (size_t i = 0; i < reading->shape->field_count; i++) {
        const struct field *field = &reading->shape->fields[i];
        if (field->place == place && text_equals(name, text_of(field->name))) {
            *index_out = i;
            return field;
        }
    }
    return NULL;
}

static void complain_of_unknown(struct reading *reading, enum field_place place, struct text name)
{
    struct arena *arena = reading->arena;
    const char *known[GIVEN_BITS];
    size_t count = 0;
    for (size_t i = 0; i < reading->shape->field_count; i++) {
        if (reading->shape->fields[i].place == place) {
            known[count++] = reading->shape->fields[i].name;
        }
    }
    const char *nearest = text_nearest(name, known, count);
    struct text message = nearest
                              ? text_format(arena, "is not known here; did you mean '%s'?", nearest)
                              : TEXT("is not known here");
    struct text shown = text_slice(name, 0, 64); /* a hostile name is not repeated in full */
    while (shown.bytes > 0 && !text_is_utf8(shown)) {
        shown.bytes--;
    }
    complain(reading, text_copy(arena, shown).data, "unknown_field", message);
}

/* True when the field had not been given before. */
static bool note_given(struct reading *reading, const struct field *field, size_t index)
{
    uint64_t bit = (uint64_t)1 << index;
    if (reading->given & bit) {
        complain(reading, field->name, "given_twice", TEXT("is given twice"));
        return false;
    }
    reading->given |= bit;
    return true;
}

static void read_text(struct reading *reading, const struct field *field, struct text text)
{
    struct field_reading result = field_read_text(reading->arena, field, text, reading->structure);
    if (result.code != NULL) {
        complain(reading, field->name, result.code, result.message);
    }
}

static void read_path(struct reading *reading, const struct path_values *path)
{
    for (size_t i = 0; i < path->count; i++) {
        size_t index;
        const struct field *field =
            find_field(reading, FIELD_IN_PATH, text_of(path->items[i].name), &index);
        MUST(field != NULL); /* service_check has compared the path with the table */
        reading->given |= (uint64_t)1 << index;
        read_text(reading, field, path->items[i].value);
    }
}

/* Of a query or a form: name=value. */
static void read_pair(struct reading *reading, enum field_place place, struct text pair)
{
    struct arena *arena = reading->arena;
    struct text name;
    struct text value;
    text_cut(pair, '=', &name, &value);
    if (value.data == NULL) {
        value = TEXT("");
    }
    struct text plain_name;
    struct text plain_value;
    if (!http_decode(arena, name, true, &plain_name) ||
        !http_decode(arena, value, true, &plain_value)) {
        complain(reading, place == FIELD_IN_QUERY ? "query" : "body", "bad_escape",
                 TEXT("has a bad %-escape"));
        return;
    }
    size_t index;
    const struct field *field = find_field(reading, place, plain_name, &index);
    if (reading->ignores_unknown && (field == NULL || plain_value.bytes == 0)) {
        return;
    }
    if (field == NULL) {
        complain_of_unknown(reading, place, plain_name);
    } else if (note_given(reading, field, index)) {
        read_text(reading, field, plain_value);
    }
}

static void read_pairs(struct reading *reading, enum field_place place, struct text pairs)
{
    while (pairs.data != NULL && reading->problem_count < PROBLEM_FIELDS_MAX) {
        struct text pair;
        text_cut(pairs, '&', &pair, &pairs);
        if (pair.bytes > 0) {
            read_pair(reading, place, pair);
        }
    }
}

static const char *json_kind_words(enum field_kind kind)
{
    static const char *const words[FIELD_KIND_COUNT] = {
        [FIELD_TEXT] = "must be a string",
        [FIELD_CHOICE] = "must be a string",
        [FIELD_EMAIL] = "must be a string",
        [FIELD_PHONE] = "must be a string",
        [FIELD_INTEGER] = "must be a whole number",
        [FIELD_FLAG] = "must be true or false",
        [FIELD_ID] = "must be a string",
        [FIELD_TIME] = "must be a string",
        [FIELD_TEXTS] = "must be an array of strings",
        [FIELD_OBJECT] = "must be an object",
        [FIELD_JSON] = "must be JSON",
    };
    MUST(kind < FIELD_KIND_COUNT);
    return words[kind];
}

static bool json_kind_fits(enum field_kind kind, enum json_kind json)
{
    switch (kind) {
    case FIELD_INTEGER:
        return json == JSON_NUMBER;
    case FIELD_FLAG:
        return json == JSON_TRUE || json == JSON_FALSE;
    case FIELD_TEXTS:
        return json == JSON_ARRAY;
    case FIELD_OBJECT:
        return json == JSON_OBJECT;
    case FIELD_JSON:
        return true;
    case FIELD_TEXT:
    case FIELD_CHOICE:
    case FIELD_EMAIL:
    case FIELD_PHONE:
    case FIELD_ID:
    case FIELD_TIME:
        return json == JSON_STRING;
    case FIELD_KIND_COUNT:
        break;
    }
    return false;
}

static void read_array(struct reading *reading, const struct field *field, const struct json *array)
{
    struct arena *arena = reading->arena;
    if (array->count > field->items_max) {
        complain(reading, field->name, "too_many",
                 text_format(arena, "must have at most %u items", field->items_max));
        return;
    }
    struct text *items = ARENA_ARRAY(arena, struct text, array->count + 1);
    struct field one = *field; /* each item obeys the same limits and choices */
    one.kind = FIELD_TEXT;
    one.offset = 0;
    size_t count = 0;
    for (const struct json *item = array->first; item != NULL; item = item->next) {
        if (item->kind != JSON_STRING) {
            complain(reading, field->name, "wrong_type", TEXT("must be an array of strings"));
            return;
        }
        struct field_reading result = field_read_text(arena, &one, item->text, &items[count]);
        if (result.code != NULL) {
            complain(reading, field->name, result.code, result.message);
            return;
        }
        count++;
    }
    *(struct texts *)((char *)reading->structure + field->offset) = (struct texts){items, count};
}

/* As it was written, or as it could have been. */
static struct text raw_of(struct arena *arena, const struct json *value)
{
    struct json_writer writer;
    switch (value->kind) {
    case JSON_NULL:
        return TEXT("null");
    case JSON_FALSE:
        return TEXT("false");
    case JSON_TRUE:
        return TEXT("true");
    case JSON_NUMBER:
    case JSON_ARRAY:
    case JSON_OBJECT:
        return value->text;
    case JSON_STRING:
        break;
    }
    json_writer_init(&writer, arena, value->text.bytes + 16);
    json_put_text(&writer, value->text);
    return json_written(&writer);
}

static void read_raw(struct reading *reading, const struct field *field, const struct json *value)
{
    struct text raw = raw_of(reading->arena, value);
    if (raw.bytes > field->bytes_max) {
        complain(reading, field->name, "too_long",
                 text_format(reading->arena, "must be at most %u bytes of JSON", field->bytes_max));
        return;
    }
    *(struct text *)((char *)reading->structure + field->offset) = raw;
}

static void read_member(struct reading *reading, const struct field *field,
                        const struct json *value)
{
    if (value->kind == JSON_NULL && field->kind != FIELD_JSON) {
        bool is_none = reading->ignores_unknown && !field->required; /* of another service */
        if (!field->may_be_null && !is_none) {
            complain(reading, field->name, "null", TEXT("must not be null"));
        }
    } else if (!json_kind_fits(field->kind, value->kind)) {
        complain(reading, field->name, "wrong_type", text_of(json_kind_words(field->kind)));
    } else if (field->kind == FIELD_TEXTS) {
        read_array(reading, field, value);
    } else if (field->kind == FIELD_OBJECT || field->kind == FIELD_JSON) {
        read_raw(reading, field, value);
    } else if (field->kind == FIELD_FLAG) {
        *(bool *)((char *)reading->structure + field->offset) = value->kind == JSON_TRUE;
    } else {
        read_text(reading, field, value->text);
    }
}

static void read_members(struct reading *reading, const struct json *body)
{
    for (const struct json *value = body->first;
         value != NULL && reading->problem_count < PROBLEM_FIELDS_MAX; value = value->next) {
        size_t index;
        const struct field *field = find_field(reading, FIELD_IN_BODY, value->key, &index);
        if (field == NULL) {
            if (!reading->ignores_unknown) {
                complain_of_unknown(reading, FIELD_IN_BODY, value->key);
            }
        } else {
            reading->given |= (uint64_t)1 << index;
            read_member(reading, field, value);
        }
    }
}

static bool is_type(struct text content_type, struct text wanted)
{
    struct text type;
    struct text parameters;
    text_cut(content_type, ';', &type, &parameters);
    return text_equals_ignoring_case(text_trim(type), wanted);
}

static enum status refuse_body(struct call *call, int http_status, const char *code,
                               struct text message)
{
    if (call->route->is_foreign) {
        problem_say_foreign(call->exchange, http_status, "invalid_request", message);
        return STATUS_REFUSED;
    }
    problem_answer(call->exchange,
                   &(struct problem){.http_status = http_status, .code = code, .message = message});
    return STATUS_REFUSED;
}

static enum status read_body(struct call *call, struct reading *reading)
{
    struct text body = call->exchange->request.body;
    if (body.bytes == 0 || call->route->body_is_raw) {
        return STATUS_OK; /* what is required will be missed below */
    }
    struct text type = http_header_value(&call->exchange->request, "Content-Type");
    if (call->route->is_foreign && is_type(type, TEXT("application/x-www-form-urlencoded"))) {
        read_pairs(reading, FIELD_IN_BODY, body);
        return STATUS_OK;
    }
    if (!is_type(type, TEXT("application/json"))) {
        return refuse_body(call, 415, "unsupported_media_type",
                           TEXT("The body must be sent as Content-Type: application/json."));
    }
    const struct json *root;
    struct json_error error;
    enum status status = json_read(call->arena, body, JSON_VALUES_MAX, &root, &error);
    if (status == STATUS_TOO_LARGE) {
        return refuse_body(call, 413, "too_many_values",
                           text_format(call->arena, "The body must hold at most %d JSON values.",
                                       JSON_VALUES_MAX));
    }
    if (status != STATUS_OK) {
        return refuse_body(call, 400, "malformed_json",
                           text_format(call->arena, "The body is not JSON: at byte %zu, %s.",
                                       error.offset, error.what));
    }
    if (root->kind != JSON_OBJECT) {
        return refuse_body(call, 400, "malformed_json", TEXT("The body must be a JSON object."));
    }
    read_members(reading, root);
    return STATUS_OK;
}

static void check_required(struct reading *reading)
{
    for (size_t i = 0; i < reading->shape->field_count; i++) {
        const struct field *field = &reading->shape->fields[i];
        if (field->required && !(reading->given & ((uint64_t)1 << i))) {
            complain(reading, field->name, "required", TEXT("is required"));
        }
    }
}

static void set_defaults(struct reading *reading)
{
    for (size_t i = 0; i < reading->shape->field_count; i++) {
        const struct field *field = &reading->shape->fields[i];
        char *place = (char *)reading->structure + field->offset;
        if (field->kind == FIELD_INTEGER) {
            *(int64_t *)(void *)place = field->otherwise;
        } else if (field->kind == FIELD_FLAG) {
            *(bool *)place = field->otherwise != 0;
        }
    }
}

static const struct shape takes_nothing = {.name = "Nothing", .bytes = 1};

enum status input_read(struct call *call, const struct path_values *path)
{
    const struct shape *shape = call->route->takes ? call->route->takes : &takes_nothing;
    MUST(shape->field_count <= GIVEN_BITS);
    struct reading reading = {
        .arena = call->arena,
        .shape = shape,
        .structure = arena_take(call->arena, shape->bytes),
        .ignores_unknown = call->route->is_foreign,
    };
    set_defaults(&reading);
    read_path(&reading, path);
    read_pairs(&reading, FIELD_IN_QUERY, call->exchange->request.query);
    enum status status = read_body(call, &reading);
    if (status != STATUS_OK) {
        return status;
    }
    check_required(&reading);
    call->input = call->route->takes ? reading.structure : NULL;
    call->given = reading.given;
    if (reading.problem_count == 0) {
        return STATUS_OK;
    }
    const struct field_problem *first = &reading.problems[0];
    if (call->route->is_foreign) {
        return refuse_body(
            call, 400, "invalid_request",
            text_format(call->arena, "%s %.*s.", first->field, TEXT_ARGS(first->message)));
    }
    problem_answer(call->exchange, &(struct problem){
                                       .http_status = 400,
                                       .code = "validation_error",
                                       .message = text_format(call->arena, "%s %.*s.", first->field,
                                                              TEXT_ARGS(first->message)),
                                       .fields = reading.problems,
                                       .field_count = reading.problem_count,
                                   });
    return STATUS_REFUSED;
}

enum status input_read_data(struct arena *arena, const struct shape *shape, struct text json,
                            struct input_data *data_out, struct text *error_out)
{
    const struct shape *wanted = shape ? shape : &takes_nothing;
    struct reading reading = {
        .arena = arena,
        .shape = wanted,
        .ignores_unknown = true,
        .structure = arena_take(arena, wanted->bytes),
    };
    MUST(wanted->field_count <= GIVEN_BITS);
    set_defaults(&reading);
    const struct json *root;
    struct json_error error;
    if (json_read(arena, json, JSON_VALUES_MAX, &root, &error) != STATUS_OK) {
        *error_out = text_format(arena, "it is no JSON: at byte %zu, %s", error.offset, error.what);
        return STATUS_MALFORMED;
    }
    if (root->kind != JSON_OBJECT) {
        *error_out = TEXT("it is no JSON object");
        return STATUS_MALFORMED;
    }
    read_members(&reading, root);
    check_required(&reading);
    if (reading.problem_count > 0) {
        *error_out = text_format(arena, "%s %.*s", reading.problems[0].field,
                                 TEXT_ARGS(reading.problems[0].message));
        return STATUS_MALFORMED;
    }
    *data_out = (struct input_data){.structure = reading.structure, .given = reading.given};
    return STATUS_OK;
}

bool input_has(const struct call *call, const char *name)
{
    const struct shape *shape = call->takes;
    for (size_t i = 0; i < shape->field_count; i++) {
        if (strcmp(shape->fields[i].name, name) == 0) {
            return (call->given & ((uint64_t)1 << i)) != 0;
        }
    }
    must_failed(__FILE__, __LINE__, "input_has is asked for a field of the route's table");
}
