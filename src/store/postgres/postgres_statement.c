/* postgres_statement.c - statements prepared once on a connection, and values as their parameters.
 *
 * The server says which types it expects, so an integer may go into a smallint column and an id
 * into a uuid; where there is no binary form of the value for the type, its text form goes.
 */
#include "store/postgres/postgres_inside.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { SCRATCH_BYTES = 40 };

static_assert((int)SCRATCH_BYTES > (int)ID_TEXT_BYTES, "an id is written here as text");

static size_t slot_of(const struct postgres_link *link, const struct statement *statement)
{
    uint64_t mixed = ((uint64_t)(uintptr_t)statement >> 3) * 0x9e3779b97f4a7c15U;
    size_t slot = (size_t)(mixed >> 32) % POSTGRES_STATEMENTS_MAX;
    while (link->statements[slot] != NULL && link->statements[slot]->statement != statement) {
        slot = (slot + 1) % POSTGRES_STATEMENTS_MAX;
    }
    return slot;
}

struct postgres_statement *postgres__statement_find(const struct postgres_link *link,
                                                    const struct statement *statement)
{
    MUST(link->statement_count < POSTGRES_STATEMENTS_MAX); /* so there is an empty slot */
    return link->statements[slot_of(link, statement)];
}

/* ---- preparing ---- */

_Noreturn static void is_wrong(const struct statement *statement, const char *what,
                               const char *which)
{
    char message[1024];
    snprintf(message, sizeof message, "%s '%s' in: %s", what, which, statement->sql);
    must_failed(__FILE__, __LINE__, message);
}

static void map_parameters(struct postgres_link *link, const PGresult *described,
                           struct postgres_statement *prepared)
{
    int count = link->pq->PQnparams(described);
    MUST(count >= 0 && count <= POSTGRES_PARAMETERS_MAX);
    prepared->parameter_count = (unsigned)count;
    prepared->parameter_types = ARENA_ARRAY(link->arena, Oid, (size_t)count);
    for (int i = 0; i < count; i++) {
        prepared->parameter_types[i] = link->pq->PQparamtype(described, i);
    }
}

static int find_column(const struct libpq *pq, const PGresult *described, const char *name)
{
    int count = pq->PQnfields(described);
    for (int i = 0; i < count; i++) {
        if (strcmp(pq->PQfname(described, i), name) == 0) {
            return i;
        }
    }
    return -1;
}

static bool is_text(Oid type)
{
    return type == POSTGRES_TEXT || type == POSTGRES_VARCHAR || type == POSTGRES_BPCHAR ||
           type == POSTGRES_JSON || type == POSTGRES_NAME;
}

static bool is_integer(Oid type)
{
    return type == POSTGRES_INT8 || type == POSTGRES_INT4 || type == POSTGRES_INT2 ||
           type == POSTGRES_BOOL;
}

/* A sum of bigints is numeric, for example: the statement has to cast it. */
static bool fits(enum field_kind kind, Oid type)
{
    switch (kind) {
    case FIELD_TEXT:
    case FIELD_CHOICE:
    case FIELD_EMAIL:
    case FIELD_PHONE:
    case FIELD_OBJECT:
    case FIELD_JSON:
    case FIELD_TEXTS:
        return is_text(type) || type == POSTGRES_BYTEA;
    case FIELD_INTEGER:
    case FIELD_FLAG:
    case FIELD_TIME:
        return is_integer(type);
    case FIELD_ID:
        return type == POSTGRES_UUID || type == POSTGRES_BYTEA;
    case FIELD_KIND_COUNT:
        break;
    }
    return false;
}

static void map_columns(struct postgres_link *link, const PGresult *described,
                        struct postgres_statement *prepared)
{
    const struct statement *statement = prepared->statement;
    const struct shape *shape = statement->gives;
    size_t column_count = (size_t)link->pq->PQnfields(described);
    size_t field_count = shape == NULL ? 0 : shape->field_count;
    prepared->columns = ARENA_ARRAY(link->arena, struct postgres_column, field_count);
    for (size_t i = 0; i < field_count; i++) {
        int number = find_column(link->pq, described, shape->fields[i].name);
        if (number < 0) {
            is_wrong(statement, "there is no column", shape->fields[i].name);
        }
        prepared->columns[i].number = number;
        prepared->columns[i].type = link->pq->PQftype(described, number);
        if (!fits(shape->fields[i].kind, prepared->columns[i].type)) {
            is_wrong(statement, "the type does not fit the field for column",
                     shape->fields[i].name);
        }
    }
    if (column_count != field_count) {
        is_wrong(statement, "there are more columns than fields in the shape",
                 shape == NULL ? "none" : shape->name);
    }
}

enum status postgres__statement_prepare(struct postgres_link *link,
                                        const struct statement *statement,
                                        struct postgres_statement **prepared_out)
{
    const struct libpq *pq = link->pq;
    MUST(link->statement_count + 1 < POSTGRES_STATEMENTS_MAX);
    struct postgres_statement *prepared = ARENA_NEW(link->arena, struct postgres_statement);
    prepared->statement = statement;
    snprintf(prepared->name, sizeof prepared->name, "s%u", link->statement_count + 1);
    postgres__link_queued(
        link, pq->PQsendPrepare(link->connection, prepared->name, statement->sql, 0, NULL));
    postgres__link_queued(link, pq->PQsendDescribePrepared(link->connection, prepared->name));
    PGresult *described = postgres__link_exchange(link, POSTGRES_ANSWER_LIMIT_MS);
    enum status status = postgres__status(pq, described, statement->sql);
    if (status == STATUS_OK && link->connection == NULL) {
        status = STATUS_UNAVAILABLE;
    }
    if (status == STATUS_OK) {
        map_parameters(link, described, prepared);
        map_columns(link, described, prepared);
        link->statements[slot_of(link, statement)] = prepared;
        link->statement_count++;
        *prepared_out = prepared;
    }
    pq->PQclear(described);
    return status;
}

/* ---- values ---- */

struct parameters {
    const char *values[POSTGRES_PARAMETERS_MAX];
    int lengths[POSTGRES_PARAMETERS_MAX];
    int formats[POSTGRES_PARAMETERS_MAX]; /* 1: binary */
    char scratch[POSTGRES_PARAMETERS_MAX][SCRATCH_BYTES];
};

static void put_big_endian(char *place, uint64_t number, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--, number >>= 8) {
        place[i] = (char)(number & 0xff);
    }
}

static int integer_bytes(Oid type, int64_t number)
{
    if (type == POSTGRES_INT8) {
        return 8;
    }
    if (type == POSTGRES_INT4 && number >= INT32_MIN && number <= INT32_MAX) {
        return 4;
    }
    if (type == POSTGRES_INT2 && number >= INT16_MIN && number <= INT16_MAX) {
        return 2;
    }
    return 0; /* as text: the server converts it, or says that it does not fit */
}

static void put_integer(struct parameters *parameters, size_t i, Oid type, int64_t number)
{
    int bytes = integer_bytes(type, number);
    parameters->values[i] = parameters->scratch[i];
    parameters->lengths[i] = bytes;
    parameters->formats[i] = bytes > 0;
    if (bytes > 0) {
        put_big_endian(parameters->scratch[i], (uint64_t)number, bytes);
    } else {
        snprintf(parameters->scratch[i], SCRATCH_BYTES, "%lld", (long long)number);
    }
}

static void put_bytes(struct parameters *parameters, size_t i, const char *data, size_t bytes)
{
    MUST(bytes <= INT32_MAX);
    parameters->values[i] = data;
    parameters->lengths[i] = (int)bytes;
    parameters->formats[i] = 1;
}

static void put_id(struct parameters *parameters, size_t i, Oid type, const struct id *id)
{
    if (type == POSTGRES_UUID || type == POSTGRES_BYTEA) {
        put_bytes(parameters, i, (const char *)id->bytes, ID_BYTES);
        return;
    }
    parameters->values[i] = parameters->scratch[i];
    id_write(*id, parameters->scratch[i]);
}

/* The binary form of a text is the text itself with its length; so no NUL behind it is needed. */
static void put_text(struct parameters *parameters, size_t i,
                     const struct postgres_statement *prepared, struct text text)
{
    Oid type = prepared->parameter_types[i];
    if (!is_text(type) && type != POSTGRES_BYTEA) {
        char name[32];
        snprintf(name, sizeof name, "$%zu", i + 1);
        is_wrong(prepared->statement, "a text is given to a parameter of another type", name);
    }
    put_bytes(parameters, i, text.data, text.bytes);
}

static void put_value(struct parameters *parameters, size_t i,
                      const struct postgres_statement *prepared, const struct value *value)
{
    Oid type = prepared->parameter_types[i];
    parameters->values[i] = NULL;
    parameters->lengths[i] = 0;
    parameters->formats[i] = 0;
    switch (value->kind) {
    case VALUE_NULL:
        return;
    case VALUE_INTEGER:
        put_integer(parameters, i, type, value->integer);
        return;
    case VALUE_TEXT:
        put_text(parameters, i, prepared, value->text);
        return;
    case VALUE_BYTES:
        put_bytes(parameters, i, value->text.data, value->text.bytes);
        return;
    case VALUE_ID:
        put_id(parameters, i, type, &value->id);
        return;
    }
}

void postgres__statement_queue(struct postgres_link *link,
                               const struct postgres_statement *prepared, struct values values)
{
    MUST(values.count == prepared->parameter_count);
    struct parameters parameters;
    for (size_t i = 0; i < values.count; i++) {
        put_value(&parameters, i, prepared, &values.items[i]);
    }
    postgres__link_queued(link, link->pq->PQsendQueryPrepared(
                                    link->connection, prepared->name, (int)values.count,
                                    parameters.values, parameters.lengths, parameters.formats, 1));
}
