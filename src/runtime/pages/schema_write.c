/* schema_write.c - JSON Schema from the tables that say what is in a struct. */
#include "runtime/pages/schema_write.h"

/* ---- members of an object ---- */

void describe(struct json_writer *writer, const char *key, const char *text)
{
    json_key(writer, key);
    json_put_text(writer, text_of(text));
}

void describe_number(struct json_writer *writer, const char *key, int64_t number)
{
    json_key(writer, key);
    json_put_integer(writer, number);
}

void describe_flag(struct json_writer *writer, const char *key, bool flag)
{
    json_key(writer, key);
    json_put_flag(writer, flag);
}

void describe_names(struct json_writer *writer, const char *key, const char *const *names,
                    size_t count)
{
    json_key(writer, key);
    json_begin_array(writer);
    for (size_t i = 0; i < count; i++) {
        json_put_text(writer, text_of(names[i]));
    }
    json_end_array(writer);
}

void describe_begin(struct json_writer *writer, const char *key)
{
    json_key(writer, key);
    json_begin_object(writer);
}

void describe_end(struct json_writer *writer, int count)
{
    for (int i = 0; i < count; i++) {
        json_end_object(writer);
    }
}

/* ---- one field ---- */

static const struct {
    const char *type;
    const char *format;
} kinds[FIELD_KIND_COUNT] = {
    [FIELD_TEXT] = {"string", NULL},
    [FIELD_CHOICE] = {"string", NULL},
    [FIELD_EMAIL] = {"string", "email"},
    [FIELD_PHONE] = {"string", NULL},
    [FIELD_INTEGER] = {"integer", "int64"},
    [FIELD_FLAG] = {"boolean", NULL},
    [FIELD_ID] = {"string", "uuid"},
    [FIELD_TIME] = {"string", "date-time"},
    [FIELD_TEXTS] = {"array", NULL},
    [FIELD_OBJECT] = {"object", NULL},
    [FIELD_JSON] = {NULL, NULL},
};

static void put_choices(struct json_writer *writer, const struct field *field, bool or_null)
{
    json_key(writer, "enum");
    json_begin_array(writer);
    for (size_t i = 0; i < field->choice_count; i++) {
        json_put_text(writer, text_of(field->choices[i]));
    }
    if (or_null) {
        json_put_null(writer);
    }
    json_end_array(writer);
}

void schema_put_type(struct json_writer *writer, const char *type, bool or_null)
{
    json_key(writer, "type");
    if (!or_null) {
        json_put_text(writer, text_of(type));
        return;
    }
    json_begin_array(writer);
    json_put_text(writer, text_of(type));
    json_put_text(writer, TEXT("null"));
    json_end_array(writer);
}

/* What is said of a text, or of each item of a list. */
static void put_text_rules(struct json_writer *writer, const struct field *field, bool or_null)
{
    if (field->kind == FIELD_PHONE) {
        describe(writer, "pattern", "^\\+[1-9][0-9]{6,14}$");
    }
    if (field->is_name) {
        describe(writer, "pattern", "^[a-z][a-z0-9_]*$");
    }
    if (field->is_role) {
        describe(writer, "pattern", "^[a-z][a-z0-9_]*([.][a-z][a-z0-9_]*)?$");
    }
    if (field->choice_count > 0) {
        put_choices(writer, field, or_null);
    } else if (field->bytes_max > 0) {
        describe_number(writer, "maxLength", field->bytes_max);
    }
}

static void put_integer_rules(struct json_writer *writer, const struct field *field)
{
    if (field->minimum != 0 || field->maximum != 0) {
        describe_number(writer, "minimum", field->minimum);
        describe_number(writer, "maximum", field->maximum);
    }
    if (field->otherwise != 0 && field->otherwise != FIELD_NONE) {
        describe_number(writer, "default", field->otherwise);
    }
}

void schema_put_field(struct json_writer *writer, const struct field *field, bool or_null)
{
    if (kinds[field->kind].type == NULL) {
        return;
    }
    schema_put_type(writer, kinds[field->kind].type, or_null);
    if (kinds[field->kind].format != NULL) {
        describe(writer, "format", kinds[field->kind].format);
    }
    if (field->kind == FIELD_TEXTS) {
        describe_number(writer, "maxItems", field->items_max);
        describe_begin(writer, "items");
        describe(writer, "type", "string");
        put_text_rules(writer, field, false);
        describe_end(writer, 1);
    } else if (field->kind == FIELD_INTEGER) {
        put_integer_rules(writer, field);
    } else if (field->kind != FIELD_FLAG && field->kind != FIELD_OBJECT) {
        put_text_rules(writer, field, or_null);
    }
}

static void put_property(struct json_writer *writer, const struct field *field, bool or_null)
{
    describe_begin(writer, field->name);
    schema_put_field(writer, field, or_null);
    if (field->meaning != NULL) {
        describe(writer, "description", field->meaning);
    }
    describe_end(writer, 1);
}

/* ---- a shape ---- */

/* A field of what we say that has no value is null, unless it is left out or always has one. */
static bool may_say_null(const struct field *field)
{
    return !field->required && !field->is_optional && !field->is_revision &&
           field->kind != FIELD_FLAG && field->kind != FIELD_TEXTS;
}

static bool is_taken(const struct field *field, enum schema_side side)
{
    return side != SCHEMA_BODY || field->place == FIELD_IN_BODY;
}

static bool is_needed(const struct field *field, enum schema_side side)
{
    return side == SCHEMA_SAID ? !field->is_optional : is_taken(field, side) && field->required;
}

void schema_put_shape(struct json_writer *writer, const struct shape *shape, enum schema_side side)
{
    describe(writer, "type", "object");
    if (side == SCHEMA_BODY) {
        describe_flag(writer, "additionalProperties", false);
    }
    json_key(writer, "required");
    json_begin_array(writer);
    for (size_t i = 0; i < shape->field_count; i++) {
        if (is_needed(&shape->fields[i], side)) {
            json_put_text(writer, text_of(shape->fields[i].name));
        }
    }
    json_end_array(writer);
    describe_begin(writer, "properties");
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        if (is_taken(field, side)) {
            put_property(writer, field,
                         side == SCHEMA_SAID ? may_say_null(field) : field->may_be_null);
        }
    }
    describe_end(writer, 1);
}
