/* sqlite_evaluator.c - finds the value of a condition: a statement without a table, in a database
 * that is empty and stays so.
 *
 * SQLite sees only what condition_writer.c has written. That it may not read a table, call anything
 * else or run for long is said to it nevertheless.
 */
#include "engine/condition/sqlite_condition.h"

#include <string.h>

enum {
    SLOT_COUNT = 2048,  /* statements kept; a power of two */
    BEAT_STEPS = 10000, /* of SQLite's machine, between two looks at the beats */
    BEATS_MAX = 100,
    SCRATCH_BYTES = 8 * 1024 * 1024,
    SQL_BYTES_MAX = 256 * 1024,
};

struct slot {
    uint64_t number; /* of the condition; 0: free */
    sqlite3_stmt *statement;
};

/* Conditions of one workflow have neighbouring numbers and therefore slots of their own; where two
 * meet in one slot the newer stays, and the older is prepared anew when it comes again. */
struct evaluator {
    sqlite3 *db;
    struct arena *scratch;
    unsigned beats; /* of this evaluation */
    struct slot slots[SLOT_COUNT];
};

static int authorize(void *unused, int action, const char *first, const char *second,
                     const char *database, const char *source)
{
    (void)unused;
    (void)first;
    (void)database;
    (void)source;
    bool may = action == SQLITE_SELECT ||
               (action == SQLITE_FUNCTION && second != NULL && condition__may_call(second));
    return may ? SQLITE_OK : SQLITE_DENY;
}

/* SQLite counts the steps of a statement over all its runs, so a beat alone says nothing. */
static int is_too_long(void *data)
{
    struct evaluator *evaluator = data;
    evaluator->beats++;
    return evaluator->beats > BEATS_MAX;
}

static void settle_limits(struct evaluator *evaluator)
{
    sqlite3 *db = evaluator->db;
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, CONDITION_VALUE_BYTES_MAX);
    sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, SQL_BYTES_MAX);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(db, SQLITE_LIMIT_COMPOUND_SELECT, 1);
    sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_progress_handler(db, BEAT_STEPS, is_too_long, evaluator);
    sqlite3_set_authorizer(db, authorize, NULL);
}

struct evaluator *evaluator_create(void)
{
    struct evaluator *evaluator = memory_take(sizeof *evaluator);
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    if (sqlite3_open_v2(":memory:", &evaluator->db, flags, NULL) != SQLITE_OK) {
        memory_refused(); /* there is no file that could be missing */
    }
    evaluator->scratch = arena_create("evaluator", SCRATCH_BYTES);
    condition__add_functions(evaluator->db, evaluator->scratch);
    settle_limits(evaluator);
    return evaluator;
}

void evaluator_destroy(struct evaluator **evaluator)
{
    struct evaluator *gone = *evaluator;
    *evaluator = NULL;
    if (gone == NULL) {
        return;
    }
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        sqlite3_finalize(gone->slots[i].statement);
    }
    int code = sqlite3_close(gone->db);
    MUST(code == SQLITE_OK);
    arena_destroy(&gone->scratch);
    memory_free(gone);
}

static sqlite3_stmt *statement_of(struct evaluator *evaluator, const struct condition *condition)
{
    struct slot *slot = &evaluator->slots[condition->number % SLOT_COUNT];
    if (slot->number == condition->number) {
        return slot->statement;
    }
    const char *rest = NULL;
    sqlite3_finalize(slot->statement);
    *slot = (struct slot){.number = condition->number};
    int code = sqlite3_prepare_v3(evaluator->db, condition->sql.data, (int)condition->sql.bytes,
                                  SQLITE_PREPARE_PERSISTENT, &slot->statement, &rest);
    if (code == SQLITE_NOMEM) {
        memory_refused();
    }
    /* Whatever SQLite would refuse, condition_compile has refused before. */
    MUST(code == SQLITE_OK && slot->statement != NULL);
    MUST(rest == condition->sql.data + condition->sql.bytes);
    MUST(sqlite3_column_count(slot->statement) == 1 && sqlite3_stmt_readonly(slot->statement));
    return slot->statement;
}

/* ---- the values ---- */

static enum value_kind value_kind_of(enum condition_kind kind)
{
    switch (kind) {
    case CONDITION_FLAG:
    case CONDITION_INTEGER:
    case CONDITION_MONEY:
    case CONDITION_DATE:
    case CONDITION_TIME:
        return VALUE_INTEGER;
    case CONDITION_TEXT:
    case CONDITION_TEXTS:
    case CONDITION_OBJECT:
        return VALUE_TEXT;
    case CONDITION_ID:
        return VALUE_ID;
    case CONDITION_ANY:
    case CONDITION_KIND_COUNT:
        break;
    }
    return VALUE_NULL;
}

static int bind(sqlite3_stmt *statement, int at, const struct value *value)
{
    switch (value->kind) {
    case VALUE_INTEGER:
        return sqlite3_bind_int64(statement, at, value->integer);
    case VALUE_TEXT:
    case VALUE_BYTES:
        if (value->text.bytes > CONDITION_VALUE_BYTES_MAX) {
            return SQLITE_TOOBIG;
        }
        return sqlite3_bind_text(statement, at, value->text.data, (int)value->text.bytes,
                                 SQLITE_STATIC);
    case VALUE_ID:
        return sqlite3_bind_blob(statement, at, value->id.bytes, ID_BYTES, SQLITE_STATIC);
    case VALUE_NULL:
        break;
    }
    return sqlite3_bind_null(statement, at);
}

static enum status refuse_field(struct arena *arena, const struct condition_field *field,
                                const char *what, struct text *error_out)
{
    *error_out = text_format(arena, "the field '%.*s' %s %s", TEXT_ARGS(field->name), what,
                             condition__kind_name(field->kind));
    return STATUS_MALFORMED;
}

static enum status bind_all(sqlite3_stmt *statement, struct arena *arena,
                            const struct condition *condition, struct values values,
                            struct text *error_out)
{
    for (size_t i = 0; i < condition->used.count; i++) {
        const struct condition_field *field = &condition->fields[condition->used.items[i]];
        const struct value *value = &values.items[condition->used.items[i]];
        if (value->kind != VALUE_NULL && value->kind != value_kind_of(field->kind)) {
            return refuse_field(arena, field, "holds something else than", error_out);
        }
        if (field->kind == CONDITION_FLAG && value->kind == VALUE_INTEGER &&
            (value->integer & ~INT64_C(1)) != 0) {
            return refuse_field(arena, field, "is neither", error_out);
        }
        int code = bind(statement, (int)i + 1, value);
        if (code == SQLITE_TOOBIG) {
            *error_out = text_format(arena, "the field '%.*s' is longer than %d bytes",
                                     TEXT_ARGS(field->name), CONDITION_VALUE_BYTES_MAX);
            return STATUS_TOO_LARGE;
        }
        MUST(code == SQLITE_OK);
    }
    return STATUS_OK;
}

/* ---- the answer ---- */

static enum status explain(struct evaluator *evaluator, struct arena *arena, int code,
                           struct text *error_out)
{
    switch (code) {
    case SQLITE_NOMEM:
        memory_refused();
    case SQLITE_TOOBIG:
        *error_out = text_format(arena,
                                 "a text is longer than %d bytes, or a list has too much "
                                 "in it",
                                 CONDITION_VALUE_BYTES_MAX);
        return STATUS_TOO_LARGE;
    case SQLITE_INTERRUPT:
        *error_out = TEXT("it takes too many steps");
        return STATUS_TOO_LARGE;
    case SQLITE_MISMATCH:
        *error_out = TEXT("a field that should hold a list or an object holds no such JSON");
        return STATUS_MALFORMED;
    default:
        break;
    }
    MUST(code == SQLITE_ERROR); /* one of our own functions has said why */
    *error_out = text_format(arena, "%s", sqlite3_errmsg(evaluator->db));
    return STATUS_TOO_LARGE;
}

static enum status take_text(struct arena *arena, sqlite3_stmt *statement, struct value *value_out,
                             struct text *error_out)
{
    const char *data = (const char *)sqlite3_column_text(statement, 0);
    size_t bytes = (size_t)sqlite3_column_bytes(statement, 0);
    if (!arena_has_room(arena, bytes + 64)) {
        *error_out = TEXT("there is no room for the text it gives");
        return STATUS_TOO_LARGE;
    }
    *value_out = value_text(text_copy(arena, (struct text){data == NULL ? "" : data, bytes}));
    return STATUS_OK;
}

static enum status take_value(struct arena *arena, sqlite3_stmt *statement,
                              enum condition_kind kind, struct value *value_out,
                              struct text *error_out)
{
    int type = sqlite3_column_type(statement, 0);
    if (type == SQLITE_NULL) {
        *value_out = (struct value){.kind = VALUE_NULL};
        return STATUS_OK;
    }
    enum value_kind expected = value_kind_of(kind);
    if (expected == VALUE_INTEGER) {
        MUST(type == SQLITE_INTEGER);
        *value_out =
            (struct value){.kind = VALUE_INTEGER, .integer = sqlite3_column_int64(statement, 0)};
        return STATUS_OK;
    }
    if (expected == VALUE_ID) {
        MUST(type == SQLITE_BLOB && sqlite3_column_bytes(statement, 0) == ID_BYTES);
        *value_out = (struct value){.kind = VALUE_ID};
        memcpy(value_out->id.bytes, sqlite3_column_blob(statement, 0), ID_BYTES);
        return STATUS_OK;
    }
    MUST(type == SQLITE_TEXT && expected == VALUE_TEXT);
    return take_text(arena, statement, value_out, error_out);
}

enum status condition_evaluate(struct evaluator *evaluator, struct arena *arena,
                               const struct condition *condition, struct values values,
                               struct value *value_out, struct text *error_out)
{
    MUST(values.count == condition->field_count || condition->used.count == 0);
    sqlite3_stmt *statement = statement_of(evaluator, condition);
    enum status status = bind_all(statement, arena, condition, values, error_out);
    if (status != STATUS_OK) {
        return status;
    }
    evaluator->beats = 0;
    int code = sqlite3_step(statement);
    status = code == SQLITE_ROW
                 ? take_value(arena, statement, condition->kind, value_out, error_out)
                 : explain(evaluator, arena, code, error_out);
    sqlite3_reset(statement);
    return status;
}
