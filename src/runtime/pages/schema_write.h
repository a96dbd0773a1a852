/* schema_write.h - fields and shapes as JSON Schema, for whatever describes them to the outside. */
#ifndef RUNTIME_PAGES_SCHEMA_WRITE_H
#define RUNTIME_PAGES_SCHEMA_WRITE_H

#include "base/field.h"
#include "base/json.h"

/* ---- members of the object that is being written ---- */

void describe(struct json_writer *writer, const char *key, const char *text);
void describe_number(struct json_writer *writer, const char *key, int64_t number);
void describe_flag(struct json_writer *writer, const char *key, bool flag);
void describe_names(struct json_writer *writer, const char *key, const char *const *names,
                    size_t count);
void describe_begin(struct json_writer *writer, const char *key); /* an object */
void describe_end(struct json_writer *writer, int count);         /* so many objects */

/* ---- schemas ---- */

enum schema_side {
    SCHEMA_BODY,  /* of a request: the fields of the body, and no others */
    SCHEMA_TAKEN, /* of a message: the fields that are read, whatever stands beside them */
    SCHEMA_SAID,  /* what we say: every field that is not optional, null when it has no value */
};

/* What stands inside the schema of one field. */
void schema_put_field(struct json_writer *writer, const struct field *field, bool or_null);

/* Type, required and properties, into the object that is being written. */
void schema_put_shape(struct json_writer *writer, const struct shape *shape, enum schema_side side);

void schema_put_type(struct json_writer *writer, const char *type, bool or_null);

#endif
