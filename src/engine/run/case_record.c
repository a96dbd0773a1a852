/* case_record.c - a case in memory, and its three texts: places, stages, fields. */
#include "engine/run/case_record.h"

#include "base/money.h"
#include "engine/net.h"

#include <string.h>

/* No text of a case has more values than half of its bytes. */
enum { VALUES_MAX = CASE_FIELDS_BYTES_MAX / 2, BYTES_EXPECTED = 256 };

/* As a person writes it in YAML ("100"), read as what it would be in JSON ("100.00"). */
static struct json default_as_json(struct arena *arena, const struct case_field *field)
{
    struct json json = {.kind = JSON_STRING, .text = field->otherwise};
    int decimals = field->kind == CASE_MONEY ? money_decimals(text_of(field->currency)) : 0;
    if (decimals > 0 && memchr(json.text.data, '.', json.text.bytes) == NULL) {
        json.text = text_format(arena, "%.*s.%0*d", TEXT_ARGS(json.text), decimals, 0);
    }
    if (field->kind == CASE_FLAG) {
        json.kind = text_equals(field->otherwise, TEXT("true")) ? JSON_TRUE : JSON_FALSE;
    } else if (field->kind == CASE_INTEGER) {
        json.kind = JSON_NUMBER;
    }
    return json;
}

static void set_defaults(struct arena *arena, struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    for (size_t i = 0; i < workflow->field_count; i++) {
        const struct case_field *field = &workflow->fields[i];
        if (text_is_given(field->otherwise)) {
            struct json json = default_as_json(arena, field);
            bool is_read = case_value_read_kept(arena, field, &json, &record->values[i]);
            MUST(is_read); /* the definition has looked */
        }
    }
}

static struct case_record *take_record(struct arena *arena, const struct recipe *recipe)
{
    const struct workflow *workflow = recipe->workflow;
    struct case_record *record = ARENA_NEW(arena, struct case_record);
    record->recipe = recipe;
    record->values = ARENA_ARRAY(arena, struct value, workflow->field_count + 1);
    record->visits = ARENA_ARRAY(arena, int64_t, workflow->transition_count + 1);
    record->is_waiting = ARENA_ARRAY(arena, bool, workflow->transition_count + 1);
    return record;
}

struct case_record *case_record_new(struct arena *arena, const struct recipe *recipe, struct id id)
{
    struct case_record *record = take_record(arena, recipe);
    record->id = id;
    bit_set_add(&record->marking, WORKFLOW_START);
    set_defaults(arena, record);
    return record;
}

struct case_record *case_record_copy(struct arena *arena, const struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    struct case_record *copy = take_record(arena, record->recipe);
    struct case_record arrays = *copy;
    *copy = *record;
    copy->values = arrays.values;
    copy->visits = arrays.visits;
    copy->is_waiting = arrays.is_waiting;
    memcpy(copy->values, record->values, workflow->field_count * sizeof *copy->values);
    memcpy(copy->visits, record->visits, workflow->transition_count * sizeof *copy->visits);
    memcpy(copy->is_waiting, record->is_waiting, workflow->transition_count);
    if (record->began_in != NULL) {
        copy->began_in = ARENA_ARRAY(arena, int64_t, workflow->transition_count + 1);
        memcpy(copy->began_in, record->began_in,
               workflow->transition_count * sizeof *copy->began_in);
    }
    if (record->done_count > 0) {
        copy->done = ARENA_ARRAY(arena, int, record->done_count);
        memcpy(copy->done, record->done, record->done_count * sizeof *copy->done);
    }
    return copy;
}

struct case_record *case_record_blank(struct arena *arena, const struct case_record *record)
{
    struct case_record *blank = take_record(arena, record->recipe);
    blank->id = record->id;
    return blank;
}

bool case_is_at_rest(const struct case_record *record)
{
    for (size_t i = 0; i < record->recipe->workflow->transition_count; i++) {
        if (record->is_waiting[i]) {
            return false;
        }
    }
    return true;
}

int64_t case_work_version(const struct case_record *record, int transition)
{
    bool is_older = record->began_in != NULL && record->began_in[transition] != 0;
    return is_older ? record->began_in[transition] : record->recipe->workflow->version;
}

/* ---- writing ---- */

struct text case_places_write(struct arena *arena, const struct case_record *record)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, BYTES_EXPECTED);
    json_begin_array(&writer);
    for (int i = net_next(&record->marking, 0); i >= 0; i = net_next(&record->marking, i + 1)) {
        json_put_text(&writer, record->recipe->workflow->places[i].name);
    }
    json_end_array(&writer);
    return json_written(&writer);
}

static void put_visits(struct json_writer *writer, const struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    json_key(writer, "visits");
    json_begin_object(writer);
    for (size_t i = 0; i < workflow->transition_count; i++) {
        if (record->visits[i] > 0) {
            json_key_text(writer, workflow->transitions[i].name);
            json_put_integer(writer, record->visits[i]);
        }
    }
    json_end_object(writer);
}

static void put_waiting(struct json_writer *writer, const struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    json_key(writer, "waiting");
    json_begin_array(writer);
    for (size_t i = 0; i < workflow->transition_count; i++) {
        if (record->is_waiting[i]) {
            json_put_text(writer, workflow->transitions[i].name);
        }
    }
    json_end_array(writer);
}

static void put_began_in(struct json_writer *writer, const struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    bool is_any = false;
    for (size_t i = 0; record->began_in != NULL && i < workflow->transition_count; i++) {
        is_any = is_any || record->began_in[i] != 0;
    }
    if (!is_any) {
        return;
    }
    json_key(writer, "began_in");
    json_begin_object(writer);
    for (size_t i = 0; i < workflow->transition_count; i++) {
        if (record->began_in[i] != 0) {
            json_key_text(writer, workflow->transitions[i].name);
            json_put_integer(writer, record->began_in[i]);
        }
    }
    json_end_object(writer);
}

static void put_past(struct json_writer *writer, const struct case_record *record)
{
    if (record->past_count == 0) {
        return;
    }
    json_key(writer, "past_visits");
    json_begin_object(writer);
    for (size_t i = 0; i < record->past_count; i++) {
        json_key_text(writer, record->past[i].stage);
        json_put_integer(writer, record->past[i].count);
    }
    json_end_object(writer);
}

struct text case_stages_write(struct arena *arena, const struct case_record *record)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, BYTES_EXPECTED);
    json_begin_object(&writer);
    put_visits(&writer, record);
    put_waiting(&writer, record);
    json_key(&writer, "done");
    json_begin_array(&writer);
    for (size_t i = 0; i < record->done_count; i++) {
        json_put_text(&writer, record->recipe->workflow->transitions[record->done[i]].name);
    }
    json_end_array(&writer);
    put_began_in(&writer, record);
    put_past(&writer, record);
    if (record->unbroken > 0) {
        json_key(&writer, "unbroken");
        json_put_integer(&writer, record->unbroken);
    }
    json_end_object(&writer);
    return json_written(&writer);
}

struct text case_fields_write(struct arena *arena, const struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    struct json_writer writer;
    json_writer_init(&writer, arena, BYTES_EXPECTED);
    json_begin_object(&writer);
    for (size_t i = 0; i < workflow->field_count; i++) {
        if (record->values[i].kind != VALUE_NULL) {
            json_key_text(&writer, workflow->fields[i].name);
            case_value_write(&writer, &workflow->fields[i], &record->values[i]);
        }
    }
    json_end_object(&writer);
    return json_written(&writer);
}

/* ---- reading ---- */

static const struct json *read_json(struct arena *arena, struct text text, enum json_kind kind)
{
    const struct json *root = NULL;
    struct json_error error;
    bool is_read = json_read(arena, text, VALUES_MAX, &root, &error) == STATUS_OK;
    return is_read && root->kind == kind ? root : NULL;
}

int64_t case_work_version_written(struct arena *arena, struct text stages, struct text stage,
                                  int64_t version)
{
    const struct json *written = read_json(arena, stages, JSON_OBJECT);
    const struct json *began_in = written != NULL ? json_member(written, TEXT("began_in")) : NULL;
    const struct json *number = began_in != NULL ? json_member(began_in, stage) : NULL;
    int64_t began = 0;
    return number != NULL && json_to_integer(number, &began) ? began : version;
}

static bool read_places(struct arena *arena, struct text text, struct case_record *record)
{
    const struct json *places = read_json(arena, text, JSON_ARRAY);
    for (const struct json *item = places ? places->first : NULL; item; item = item->next) {
        int place = workflow_place(record->recipe->workflow, item->text);
        if (item->kind != JSON_STRING || place == WORKFLOW_NOWHERE) {
            return false;
        }
        bit_set_add(&record->marking, (size_t)place);
    }
    return places != NULL;
}

/* {"book": 1}: a number for each transition. */
static bool read_numbers(const struct json *numbers, const struct workflow *workflow,
                         int64_t *numbers_out)
{
    for (const struct json *item = numbers->first; item; item = item->next) {
        int transition = workflow_transition(workflow, item->key);
        if (transition == WORKFLOW_NOWHERE || !json_to_integer(item, &numbers_out[transition]) ||
            numbers_out[transition] < 1) {
            return false;
        }
    }
    return true;
}

static bool read_began_in(struct arena *arena, const struct json *began_in,
                          struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    if (began_in == NULL) {
        return true;
    }
    record->began_in = ARENA_ARRAY(arena, int64_t, workflow->transition_count + 1);
    return read_numbers(began_in, workflow, record->began_in);
}

static bool read_waiting(const struct json *waiting, struct case_record *record)
{
    for (const struct json *item = waiting->first; item; item = item->next) {
        int transition = workflow_transition(record->recipe->workflow, item->text);
        if (item->kind != JSON_STRING || transition == WORKFLOW_NOWHERE) {
            return false;
        }
        record->is_waiting[transition] = true;
    }
    return true;
}

static bool read_done(struct arena *arena, const struct json *done, struct case_record *record)
{
    record->done = ARENA_ARRAY(arena, int, done->count + 1);
    for (const struct json *item = done->first; item; item = item->next) {
        int transition = workflow_transition(record->recipe->workflow, item->text);
        if (item->kind != JSON_STRING || transition == WORKFLOW_NOWHERE) {
            return false;
        }
        record->done[record->done_count++] = transition;
    }
    return true;
}

static bool read_past(struct arena *arena, const struct json *past, struct case_record *record)
{
    record->past_count = 0;
    if (past == NULL) {
        return true;
    }
    record->past = ARENA_ARRAY(arena, struct past_visits, past->count + 1);
    for (const struct json *item = past->first; item; item = item->next) {
        struct past_visits *visits = &record->past[record->past_count++];
        visits->stage = item->key;
        if (!json_to_integer(item, &visits->count) || visits->count < 1) {
            return false;
        }
    }
    return past->kind == JSON_OBJECT;
}

static bool read_stages(struct arena *arena, struct text text, struct case_record *record)
{
    const struct json *stages = read_json(arena, text, JSON_OBJECT);
    if (stages == NULL) {
        return false;
    }
    const struct json *visits = json_member(stages, TEXT("visits"));
    const struct json *waiting = json_member(stages, TEXT("waiting"));
    const struct json *done = json_member(stages, TEXT("done"));
    const struct json *unbroken = json_member(stages, TEXT("unbroken"));
    if (unbroken != NULL && !json_to_integer(unbroken, &record->unbroken)) {
        return false;
    }
    return visits != NULL && visits->kind == JSON_OBJECT && waiting != NULL &&
           waiting->kind == JSON_ARRAY && done != NULL && done->kind == JSON_ARRAY &&
           read_numbers(visits, record->recipe->workflow, record->visits) &&
           read_waiting(waiting, record) && read_done(arena, done, record) &&
           read_began_in(arena, json_member(stages, TEXT("began_in")), record) &&
           read_past(arena, json_member(stages, TEXT("past_visits")), record);
}

static bool read_fields(struct arena *arena, struct text text, struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    const struct json *fields = read_json(arena, text, JSON_OBJECT);
    for (const struct json *item = fields ? fields->first : NULL; item; item = item->next) {
        int index = workflow_field(workflow, item->key);
        if (index == WORKFLOW_NOWHERE ||
            !case_value_read_kept(arena, &workflow->fields[index], item, &record->values[index])) {
            return false;
        }
    }
    return fields != NULL;
}

enum status case_record_read(struct arena *arena, const struct case_written *written,
                             struct case_record *record)
{
    struct case_record *fresh = take_record(arena, record->recipe);
    record->values = fresh->values;
    record->visits = fresh->visits;
    record->is_waiting = fresh->is_waiting;
    bool is_read = read_places(arena, written->places, record) &&
                   read_stages(arena, written->stages, record) &&
                   read_fields(arena, written->fields, record);
    return is_read ? STATUS_OK : STATUS_CORRUPT;
}
