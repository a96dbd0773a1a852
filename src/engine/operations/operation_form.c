/* operation_form.c - what an operation asks for, told to clients. */
#include "engine/operations/operation_form.h"

#include "base/must.h"
#include "engine/files/files.h"
#include "engine/files/media_type.h"
#include "engine/operations/flow.h"
#include "engine/operations/operation_token.h"

static const char *const kind_names[CASE_KIND_COUNT] = {
#define X(constant, name, meaning) [CASE_##constant] = name,
    CASE_KIND_LIST(X)
#undef X
};

static bool has_letters(enum case_kind kind)
{
    return kind == CASE_TEXT || kind == CASE_TEXTS || kind == CASE_EMAIL || kind == CASE_PHONE;
}

/* ---- for whoever draws it ---- */

static void put_bound(struct json_writer *writer, const char *key, const struct case_field *field,
                      int64_t bound)
{
    const struct value value = {.kind = VALUE_INTEGER, .integer = bound};
    if (bound != INT64_MIN && bound != INT64_MAX) {
        json_key(writer, key);
        case_value_write(writer, field, &value);
    }
}

static void put_limits(struct json_writer *writer, const struct case_field *field)
{
    if (has_letters(field->kind)) {
        json_key(writer, "letters_min");
        json_put_integer(writer, field->minimum);
        json_key(writer, "letters_max");
        json_put_integer(writer, field->maximum);
    }
    if (field->kind == CASE_TEXTS || field->kind == CASE_FILES) {
        json_key(writer, "items_max");
        json_put_integer(writer, field->items_max);
    }
    if (field->kind == CASE_INTEGER || field->kind == CASE_MONEY) {
        put_bound(writer, "minimum", field, field->minimum);
        put_bound(writer, "maximum", field, field->maximum);
    }
    if (field->kind == CASE_MONEY) {
        json_key(writer, "currency");
        json_put_text(writer, text_of(field->currency));
    }
}

/* What a client that sends files must know. */
static void put_file_limits(struct json_writer *writer, const struct case_field *field)
{
    json_key(writer, "bytes_max");
    json_put_integer(writer, field->maximum);
    json_key(writer, "piece_bytes_max");
    json_put_integer(writer, FILE_PIECE_BYTES_MAX);
    json_key(writer, "media_types");
    json_begin_array(writer);
    for (size_t i = 0; i < media_type_count; i++) {
        bool is_wanted = field->type_count == 0;
        for (size_t k = 0; k < field->type_count; k++) {
            is_wanted = is_wanted || text_equals(field->types[k], text_of(media_types[i].word));
        }
        if (is_wanted) {
            json_put_text(writer, text_of(media_types[i].name));
        }
    }
    json_end_array(writer);
}

static void put_choices(struct json_writer *writer, const struct case_field *field)
{
    json_key(writer, "choices");
    json_begin_array(writer);
    for (size_t i = 0; i < field->choice_count; i++) {
        json_begin_object(writer);
        json_key(writer, "name");
        json_put_text(writer, field->choices[i].name);
        flow_put_label(writer, "label", &field->choices[i].label);
        json_end_object(writer);
    }
    json_end_array(writer);
}

void case_field_put(struct json_writer *writer, const struct case_field *field)
{
    json_key(writer, "name");
    json_put_text(writer, field->name);
    json_key(writer, "kind");
    json_put_text(writer, text_of(kind_names[field->kind]));
    flow_put_label(writer, "label", &field->label);
    put_limits(writer, field);
    if (field->kind == CASE_CHOICE) {
        put_choices(writer, field);
    }
    if (field->kind == CASE_FILES) {
        put_file_limits(writer, field);
    }
    if (text_is_given(field->because.en)) {
        flow_put_label(writer, "because", &field->because);
    }
}

void operation_form_put(struct json_writer *writer, const struct workflow *workflow,
                        const struct transition *rules)
{
    json_begin_array(writer);
    for (size_t i = 0; i < rules->operation.ask_count; i++) {
        const struct asked *asked = &rules->operation.asks[i];
        json_begin_object(writer);
        case_field_put(writer, &workflow->fields[asked->field]);
        json_key(writer, "required");
        json_put_flag(writer, asked->is_required);
        json_end_object(writer);
    }
    json_end_array(writer);
}

/* ---- as a schema ---- */

static void put_word(struct json_writer *writer, const char *key, const char *word)
{
    json_key(writer, key);
    json_put_text(writer, text_of(word));
}

static void put_number(struct json_writer *writer, const char *key, int64_t number)
{
    json_key(writer, key);
    json_put_integer(writer, number);
}

static void put_type(struct json_writer *writer, const char *type)
{
    json_key(writer, "type");
    json_begin_array(writer);
    json_put_text(writer, text_of(type));
    json_put_text(writer, TEXT("null"));
    json_end_array(writer);
}

static void put_integer_schema(struct json_writer *writer, const struct case_field *field)
{
    put_type(writer, "integer");
    put_word(writer, "format", "int64");
    if (field->minimum != INT64_MIN) {
        put_number(writer, "minimum", field->minimum);
    }
    if (field->maximum != INT64_MAX) {
        put_number(writer, "maximum", field->maximum);
    }
}

static void put_texts_schema(struct json_writer *writer, const struct case_field *field)
{
    put_type(writer, "array");
    put_number(writer, "maxItems", field->items_max);
    json_key(writer, "items");
    json_begin_object(writer);
    put_word(writer, "type", "string");
    put_number(writer, "minLength", field->minimum);
    put_number(writer, "maxLength", field->maximum);
    json_end_object(writer);
}

static void put_files_schema(struct json_writer *writer, const struct case_field *field)
{
    put_type(writer, "array");
    put_number(writer, "maxItems", field->items_max);
    json_key(writer, "items");
    json_begin_object(writer);
    put_word(writer, "type", "string");
    put_word(writer, "format", "uuid");
    json_end_object(writer);
}

static void put_choice_schema(struct json_writer *writer, const struct case_field *field)
{
    json_key(writer, "enum");
    json_begin_array(writer);
    for (size_t i = 0; i < field->choice_count; i++) {
        json_put_text(writer, field->choices[i].name);
    }
    json_put_null(writer);
    json_end_array(writer);
}

static void put_string_schema(struct json_writer *writer, const struct case_field *field)
{
    static const char *const formats[CASE_KIND_COUNT] = {[CASE_EMAIL] = "email",
                                                         [CASE_ID] = "uuid",
                                                         [CASE_DATE] = "date",
                                                         [CASE_TIME] = "date-time"};
    MUST(field->kind < CASE_KIND_COUNT);
    put_type(writer, "string");
    if (formats[field->kind] != NULL) {
        put_word(writer, "format", formats[field->kind]);
    }
    if (has_letters(field->kind)) {
        put_number(writer, "minLength", field->minimum);
        put_number(writer, "maxLength", field->maximum);
    }
}

static void put_field_schema(struct json_writer *writer, const struct case_field *field)
{
    json_begin_object(writer);
    put_word(writer, "description", text_copy(writer->arena, field->label.en).data);
    switch (field->kind) {
    case CASE_INTEGER:
        put_integer_schema(writer, field);
        break;
    case CASE_FLAG:
        put_type(writer, "boolean");
        break;
    case CASE_OBJECT:
        put_type(writer, "object");
        break;
    case CASE_TEXTS:
        put_texts_schema(writer, field);
        break;
    case CASE_FILES:
        put_files_schema(writer, field);
        break;
    case CASE_CHOICE:
        put_choice_schema(writer, field);
        break;
    case CASE_TEXT:
    case CASE_EMAIL:
    case CASE_PHONE:
    case CASE_MONEY:
    case CASE_ID:
    case CASE_DATE:
    case CASE_TIME:
    case CASE_KIND_COUNT:
        put_string_schema(writer, field);
        break;
    }
    json_end_object(writer);
}

static void put_required(struct json_writer *writer, const struct workflow *workflow,
                         const struct transition *rules)
{
    json_key(writer, "required");
    json_begin_array(writer);
    for (size_t i = 0; i < rules->operation.ask_count; i++) {
        const struct asked *asked = &rules->operation.asks[i];
        if (asked->is_required) {
            json_put_text(writer, workflow->fields[asked->field].name);
        }
    }
    json_end_array(writer);
}

static void put_form_schema(struct json_writer *writer, const struct workflow *workflow,
                            const struct transition *rules)
{
    json_begin_object(writer);
    put_word(writer, "type", "object");
    put_required(writer, workflow, rules);
    json_key(writer, "properties");
    json_begin_object(writer);
    for (size_t i = 0; i < rules->operation.ask_count; i++) {
        const struct case_field *field = &workflow->fields[rules->operation.asks[i].field];
        json_key_text(writer, field->name);
        put_field_schema(writer, field);
    }
    json_end_object(writer);
    json_key(writer, "additionalProperties");
    json_put_flag(writer, false);
    json_end_object(writer);
}

struct text operation_body_schema(struct arena *arena, const struct workflow *workflow,
                                  const struct transition *rules)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 1024);
    json_begin_object(&writer);
    put_word(&writer, "type", "object");
    json_key(&writer, "required");
    json_put_raw(&writer, TEXT("[\"token\"]"));
    json_key(&writer, "properties");
    json_begin_object(&writer);
    json_key(&writer, "token");
    json_put_raw(&writer, TEXT("{\"type\":\"string\",\"maxLength\":256,\"description\":\"Of the "
                               "newest state, good once\"}"));
    json_key(&writer, "form");
    put_form_schema(&writer, workflow, rules);
    json_end_object(&writer);
    json_end_object(&writer);
    return json_written(&writer);
}
