/* sqlite_rows.c - answers of SQLite read by name into structs in an arena.
 *
 * SQLite lets any value stand in any column. What does not fit the field is therefore looked at as
 * damage (CORRUPT), never guessed at.
 */
#include "store/sqlite/sqlite_parts.h"

#include "store/text_list.h"

#include <string.h>

enum { ROWS_AT_FIRST = 16 };

/* A value of the answer, and where it goes. */
struct cell {
    sqlite3_stmt *handle;
    int column;
    struct arena *arena;
};

static enum status read_text(struct cell cell, struct text *text_out)
{
    int type = sqlite3_column_type(cell.handle, cell.column);
    *text_out = NO_TEXT;
    if (type == SQLITE_NULL) {
        return STATUS_OK;
    }
    if (type != SQLITE_TEXT && type != SQLITE_BLOB) {
        return STATUS_CORRUPT;
    }
    const char *data = sqlite3_column_blob(cell.handle, cell.column);
    size_t bytes = (size_t)sqlite3_column_bytes(cell.handle, cell.column);
    if (!arena_has_room(cell.arena, bytes + 1)) {
        return STATUS_TOO_LARGE;
    }
    /* An empty blob has no address, but it is not NULL. */
    *text_out = text_copy(cell.arena, (struct text){data != NULL ? data : "", bytes});
    return STATUS_OK;
}

static enum status read_integer(struct cell cell, int64_t none, int64_t *number_out)
{
    int type = sqlite3_column_type(cell.handle, cell.column);
    *number_out = none;
    if (type == SQLITE_NULL) {
        return STATUS_OK;
    }
    if (type != SQLITE_INTEGER) {
        return STATUS_CORRUPT;
    }
    *number_out = sqlite3_column_int64(cell.handle, cell.column);
    return STATUS_OK;
}

static enum status read_id(struct cell cell, struct id *id_out)
{
    int type = sqlite3_column_type(cell.handle, cell.column);
    *id_out = (struct id){0};
    if (type == SQLITE_NULL) {
        return STATUS_OK;
    }
    if (type != SQLITE_BLOB || sqlite3_column_bytes(cell.handle, cell.column) != ID_BYTES) {
        return STATUS_CORRUPT;
    }
    memcpy(id_out->bytes, sqlite3_column_blob(cell.handle, cell.column), ID_BYTES);
    return STATUS_OK;
}

static enum status read_texts(struct cell cell, struct texts *texts_out)
{
    struct text written;
    enum status status = read_text(cell, &written);
    return status == STATUS_OK ? text_list_read(cell.arena, written, texts_out) : status;
}

static enum status read_flag(struct cell cell, bool *flag_out)
{
    int64_t number;
    enum status status = read_integer(cell, 0, &number);
    *flag_out = number != 0;
    return status;
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
    enum status status = STATUS_CORRUPT;
    size_t bytes = 0;
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
    case FIELD_INTEGER:
        status = read_integer(cell, FIELD_NONE, &value.number);
        bytes = sizeof value.number;
        break;
    case FIELD_TIME:
        status = read_integer(cell, 0, &value.number);
        bytes = sizeof value.number;
        break;
    case FIELD_FLAG:
        status = read_flag(cell, &value.flag);
        bytes = sizeof value.flag;
        break;
    case FIELD_ID:
        status = read_id(cell, &value.id);
        bytes = sizeof value.id;
        break;
    case FIELD_TEXTS:
        status = read_texts(cell, &value.texts);
        bytes = sizeof value.texts;
        break;
    case FIELD_KIND_COUNT:
        break;
    }
    MUST(bytes != 0);
    if (status == STATUS_OK) {
        memcpy(structure + field->offset, &value, bytes);
    }
    return status;
}

static enum status read_row(const struct sqlite_prepared *prepared, struct arena *arena, char *row)
{
    const struct shape *shape = prepared->statement->gives;
    struct cell cell = {.handle = prepared->handle, .arena = arena};
    for (size_t i = 0; i < shape->field_count; i++) {
        cell.column = prepared->columns[i];
        enum status status = read_field(cell, &shape->fields[i], row);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

/* Room for one more row; doubles, because how many come is known only at the end. */
static enum status make_room(struct arena *arena, size_t row_bytes, size_t rows_max,
                             struct rows *rows, size_t *room)
{
    if (rows->count < *room) {
        return STATUS_OK;
    }
    size_t more = *room == 0 ? ROWS_AT_FIRST : *room * 2;
    more = more < rows_max ? more : rows_max;
    if (!arena_has_room(arena, more * row_bytes)) {
        return STATUS_TOO_LARGE;
    }
    void *larger = arena_take_array(arena, more, row_bytes);
    if (rows->count > 0) {
        memcpy(larger, rows->items, rows->count * row_bytes);
    }
    rows->items = larger;
    *room = more;
    return STATUS_OK;
}

int sqlite__read_rows(const struct sqlite_prepared *prepared, struct arena *arena,
                      struct rows *rows_out, enum status *status_out)
{
    const struct shape *shape = prepared->statement->gives;
    size_t rows_max = prepared->statement->rows_max == 0 ? 1 : prepared->statement->rows_max;
    size_t room = 0;
    int code;
    *status_out = STATUS_OK;
    while ((code = sqlite3_step(prepared->handle)) == SQLITE_ROW) {
        if (rows_out->count == rows_max) {
            *status_out = STATUS_TOO_LARGE;
            return code;
        }
        *status_out = make_room(arena, shape->bytes, rows_max, rows_out, &room);
        if (*status_out != STATUS_OK) {
            return code;
        }
        char *row = (char *)rows_out->items + rows_out->count * shape->bytes;
        *status_out = read_row(prepared, arena, row);
        if (*status_out != STATUS_OK) {
            return code;
        }
        rows_out->count++;
    }
    return code;
}
