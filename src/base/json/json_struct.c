/* json_struct.c - a struct becomes an object, member by member, as its table of fields says. */
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/must.h"

static bool is_none(const struct field *field, const void *member)
{
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_CHOICE:
    case FIELD_EMAIL:
    case FIELD_PHONE:
    case FIELD_OBJECT:
    case FIELD_JSON:
        return ((const struct text *)member)->data == NULL;
    case FIELD_INTEGER:
        return *(const int64_t *)member == FIELD_NONE;
    case FIELD_ID:
        return id_is_none(*(const struct id *)member);
    case FIELD_TIME:
        return *(const int64_t *)member == 0;
    case FIELD_TEXTS:
        return field->is_optional && ((const struct texts *)member)->count == 0;
    case FIELD_FLAG:
    case FIELD_KIND_COUNT:
        return false;
    }
    return false;
}

static void put_id(struct json_writer *writer, struct id id)
{
    char written[ID_TEXT_BYTES + 1];
    id_write(id, written);
    json_put_text(writer, (struct text){written, ID_TEXT_BYTES});
}

static void put_time(struct json_writer *writer, int64_t wall_ms)
{
    char written[CLOCK_TEXT_BYTES + 1];
    clock_write(wall_ms, written);
    json_put_text(writer, (struct text){written, CLOCK_TEXT_BYTES});
}

static void put_texts(struct json_writer *writer, const struct texts *texts)
{
    json_begin_array(writer);
    for (size_t i = 0; i < texts->count; i++) {
        json_put_text(writer, texts->items[i]);
    }
    json_end_array(writer);
}

static void put_member(struct json_writer *writer, enum field_kind kind, const void *member)
{
    switch (kind) {
    case FIELD_TEXT:
    case FIELD_CHOICE:
    case FIELD_EMAIL:
    case FIELD_PHONE:
        json_put_text(writer, *(const struct text *)member);
        return;
    case FIELD_OBJECT:
    case FIELD_JSON:
        json_put_raw(writer, *(const struct text *)member);
        return;
    case FIELD_INTEGER:
        json_put_integer(writer, *(const int64_t *)member);
        return;
    case FIELD_FLAG:
        json_put_flag(writer, *(const bool *)member);
        return;
    case FIELD_ID:
        put_id(writer, *(const struct id *)member);
        return;
    case FIELD_TIME:
        put_time(writer, *(const int64_t *)member);
        return;
    case FIELD_TEXTS:
        put_texts(writer, member);
        return;
    case FIELD_KIND_COUNT:
        break;
    }
    MUST(kind < FIELD_KIND_COUNT);
}

void json_put_struct(struct json_writer *writer, const struct shape *shape, const void *structure)
{
    MUST(shape != NULL && structure != NULL);
    json_begin_object(writer);
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        MUST(field->offset < shape->bytes);
        const void *member = (const char *)structure + field->offset;
        bool none = is_none(field, member);
        if (none && field->is_optional) {
            continue;
        }
        json_key(writer, field->name);
        if (none) {
            json_put_null(writer);
        } else {
            put_member(writer, field->kind, member);
        }
    }
    json_end_object(writer);
}
