/* postgres_rows.c - answers of PostgreSQL, in binary form, read by name into structs in an arena.
 *
 * Which types may stand in which field was checked when the statement was prepared.
 */
#include "store/postgres/postgres_inside.h"

#include "store/text_list.h"

#include <string.h>

/* What the items of one row need beyond their bytes: padding of the arena, and a NUL. */
enum { TEXT_OVERHEAD_BYTES = 32 };

/* A value of the answer; data is NULL when the value is. */
struct cell {
    const char *data;
    size_t bytes;
    struct arena *arena;
};

static int64_t read_integer(struct cell cell, int64_t none)
{
    if (cell.data == NULL) {
        return none;
    }
    MUST(cell.bytes == 8 || cell.bytes == 4 || cell.bytes == 2 || cell.bytes == 1);
    /* The sign is that of the first byte; a bool is one byte, 0 or 1. */
    uint64_t number = (signed char)cell.data[0] < 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < cell.bytes; i++) {
        number = number << 8 | (unsigned char)cell.data[i];
    }
    return (int64_t)number;
}

static enum status read_text(struct cell cell, struct text *text_out)
{
    *text_out = NO_TEXT;
    if (cell.data == NULL) {
        return STATUS_OK;
    }
    if (!arena_has_room(cell.arena, cell.bytes + TEXT_OVERHEAD_BYTES)) {
        return STATUS_TOO_LARGE;
    }
    *text_out = text_copy(cell.arena, (struct text){cell.data, cell.bytes});
    return STATUS_OK;
}

static enum status read_id(struct cell cell, struct id *id_out)
{
    *id_out = (struct id){0};
    if (cell.data == NULL) {
        return STATUS_OK;
    }
    if (cell.bytes != ID_BYTES) { /* a bytea may be of any length */
        return STATUS_CORRUPT;
    }
    memcpy(id_out->bytes, cell.data, ID_BYTES);
    return STATUS_OK;
}

static enum status read_texts(struct cell cell, struct texts *texts_out)
{
    struct text written;
    enum status status = read_text(cell, &written);
    return status == STATUS_OK ? text_list_read(cell.arena, written, texts_out) : status;
}

/* The member is written through memcpy: its offset says where, its kind says what it is. */
static enum status read_field(struct cell cell, const struct field *field, char *structure)
{
    union {
        struct text text;
        struct texts texts;
        struct id id;
        int64_t number;
        bool flag;
    } value;
    enum status status = STATUS_OK;
    size_t bytes = sizeof value.number;
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_CHOICE:
    case FIELD_EMAIL:
    case FIELD_PHONE:
    case FIELD_OBJECT:
    case FIELD_JSON:
        status = read_text(cell, &value.text);
        bytes = sizeof value.text;
        break;
    case FIELD_TEXTS:
        status = read_texts(cell, &value.texts);
        bytes = sizeof value.texts;
        break;
    case FIELD_ID:
        status = read_id(cell, &value.id);
        bytes = sizeof value.id;
        break;
    case FIELD_INTEGER:
        value.number = read_integer(cell, FIELD_NONE);
        break;
    case FIELD_TIME:
        value.number = read_integer(cell, 0);
        break;
    case FIELD_FLAG:
        value.flag = read_integer(cell, 0) != 0;
        bytes = sizeof value.flag;
        break;
    case FIELD_KIND_COUNT:
        bytes = 0;
        break;
    }
    MUST(bytes != 0);
    if (status == STATUS_OK) {
        memcpy(structure + field->offset, &value, bytes);
    }
    return status;
}

static struct cell cell_at(const struct libpq *pq, const PGresult *answer, int row, int column)
{
    if (pq->PQgetisnull(answer, row, column)) {
        return (struct cell){0};
    }
    return (struct cell){.data = pq->PQgetvalue(answer, row, column),
                         .bytes = (size_t)pq->PQgetlength(answer, row, column)};
}

static enum status read_row(const struct libpq *pq, const PGresult *answer, int row,
                            const struct postgres_statement *prepared, struct arena *arena,
                            char *structure)
{
    const struct shape *shape = prepared->statement->gives;
    for (size_t i = 0; i < shape->field_count; i++) {
        struct cell cell = cell_at(pq, answer, row, prepared->columns[i].number);
        cell.arena = arena;
        enum status status = read_field(cell, &shape->fields[i], structure);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

enum status postgres__rows_read(const struct libpq *pq, const PGresult *answer,
                                const struct postgres_statement *prepared, struct arena *arena,
                                struct rows *rows_out)
{
    const struct statement *statement = prepared->statement;
    size_t rows_max = statement->rows_max == 0 ? 1 : statement->rows_max;
    size_t count = (size_t)pq->PQntuples(answer);
    MUST(statement->gives != NULL && statement->gives->bytes > 0);
    if (count > rows_max) {
        return STATUS_TOO_LARGE;
    }
    if (count == 0) {
        return STATUS_OK;
    }
    if (count > SIZE_MAX / statement->gives->bytes ||
        !arena_has_room(arena, count * statement->gives->bytes)) {
        return STATUS_TOO_LARGE;
    }
    rows_out->items = arena_take_array(arena, count, statement->gives->bytes);
    for (size_t i = 0; i < count; i++) {
        char *structure = (char *)rows_out->items + i * statement->gives->bytes;
        enum status status = read_row(pq, answer, (int)i, prepared, arena, structure);
        if (status != STATUS_OK) {
            return status;
        }
    }
    rows_out->count = count;
    return STATUS_OK;
}
