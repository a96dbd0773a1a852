/* json.h - strict JSON (RFC 8259): a reader whose values point into the body, and a writer.
 *
 * The reader refuses what the grammar refuses and also duplicate keys, invalid UTF-8, lone
 * surrogates, \u0000, nesting deeper than 64 and numbers out of range of a double. A number keeps
 * its source text, so no digit is lost. Strings without escapes point into the input; others into
 * the arena. Both live as long as the input and the arena do.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/arena.h"
#include "base/field.h"
#include "base/status.h"
#include "base/text.h"

enum json_kind {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

struct json {
    enum json_kind kind;
    struct text text; /* a string decoded, a number as written, an array or object as written */
    struct text key;  /* decoded; of a member of an object */
    const struct json *next; /* the next item or member */
    const struct json *first;
    size_t count; /* of items or members */
};

enum { JSON_DEPTH_MAX = 64 };

/* Where and why reading stopped. */
struct json_error {
    size_t offset;
    const char *what; /* a static sentence: "a comma or '}' is missing" */
};

/* OK, MALFORMED (error_out says where), TOO_LARGE (more values than values_max, or than the arena
 * has room for: 64 bytes each). A key that came twice in an object of many members is told at the
 * end of that object. Nothing is written to root_out unless the answer is OK. */
NODISCARD enum status json_read(struct arena *arena, struct text input, size_t values_max,
                                const struct json **root_out, struct json_error *error_out);

/* NULL when there is no such member or it is no object. */
const struct json *json_member(const struct json *object, struct text key);

/* A whole number that fits; false for 1.0, 1e3 and whatever does not fit. */
bool json_to_integer(const struct json *value, int64_t *number_out);

/* The writer appends to one growing text in the arena. Commas are its own business: keys and values
 * are written in order, each begin has its end, and texts are UTF-8 (all checked by MUST). */
struct json_writer {
    struct arena *arena;
    char *data;
    size_t bytes;
    size_t room;
    unsigned depth;
    bool needs_comma;
    bool has_key;     /* a key was written and waits for its value */
    uint64_t objects; /* one bit for each open level: it is an object */
};

void json_writer_init(struct json_writer *writer, struct arena *arena, size_t bytes_expected);
void json_begin_object(struct json_writer *writer);
void json_end_object(struct json_writer *writer);
void json_begin_array(struct json_writer *writer);
void json_end_array(struct json_writer *writer);
void json_key(struct json_writer *writer, const char *key);
void json_key_text(struct json_writer *writer, struct text key);
void json_put_text(struct json_writer *writer, struct text text); /* NO_TEXT gives null */
void json_put_integer(struct json_writer *writer, int64_t number);
void json_put_flag(struct json_writer *writer, bool flag);
void json_put_null(struct json_writer *writer);
void json_put_raw(struct json_writer *writer, struct text json); /* already JSON, trusted */

/* One object: every field of the shape, read from the struct. */
void json_put_struct(struct json_writer *writer, const struct shape *shape, const void *structure);

/* What has been written; MUST be complete. */
struct text json_written(const struct json_writer *writer);

#endif
