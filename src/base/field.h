/* field.h - one row of a table that says what a member of a struct is called and what may be in it.
 *
 * The same kind of table describes what a route accepts (validated before the handler), what a row
 * of the store looks like (read by name into a struct) and what an answer shows (written as JSON,
 * described in OpenAPI). So a name, a type or a limit stands in one place.
 *
 *   kind             member of the struct    in JSON              in the store
 *   FIELD_TEXT       struct text             string               text
 *   FIELD_CHOICE     struct text             string of .choices   text
 *   FIELD_EMAIL      struct text             string               text
 *   FIELD_PHONE      struct text             string, E.164        text
 *   FIELD_INTEGER    int64_t                 number               bigint
 *   FIELD_FLAG       bool                    true, false          smallint 0, 1
 *   FIELD_ID         struct id               string, UUID         uuid (SQLite: 16 bytes)
 *   FIELD_TIME       int64_t wall ms         string, RFC 3339     bigint
 *   FIELD_TEXTS      struct texts            array of strings     text, a JSON array
 *   FIELD_OBJECT     struct text (raw JSON)  object               text
 *   FIELD_JSON       struct text (raw JSON)  anything, null too   text
 *
 * "None" (absent, or NULL in the store) is: a text whose data is NULL, an id of zeros, a time of 0,
 * an integer of FIELD_NONE. A flag that may be absent is read with input_has() (runtime).
 */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_kind {
    FIELD_TEXT,
    FIELD_CHOICE,
    FIELD_EMAIL,
    FIELD_PHONE,
    FIELD_INTEGER,
    FIELD_FLAG,
    FIELD_ID,
    FIELD_TIME,
    FIELD_TEXTS,
    FIELD_OBJECT,
    FIELD_JSON,
    FIELD_KIND_COUNT
};

enum field_place {
    FIELD_IN_BODY, /* a member of the JSON object */
    FIELD_IN_PATH, /* {name} in the path */
    FIELD_IN_QUERY,
};

#define FIELD_NONE INT64_MIN

struct field {
    const char *name;
    enum field_kind kind;
    size_t offset; /* offsetof the member */
    const char *meaning;

    /* What a route accepts. */
    enum field_place place;
    bool required;
    bool may_be_null;   /* null is accepted, and means "take it away" */
    bool may_be_empty;  /* an empty text is accepted */
    bool is_name;       /* a text, or each item: only a-z, 0-9 and _, a letter first */
    bool is_role;       /* such a name, or two with a dot between them: "admin.moderator" */
    uint32_t bytes_max; /* of a text, or of each item; must be given for texts */
    uint32_t items_max; /* of FIELD_TEXTS */
    int64_t minimum;    /* of an integer; both 0 means any */
    int64_t maximum;
    int64_t otherwise;          /* the integer or flag when absent */
    const char *const *choices; /* of FIELD_CHOICE, and of each item of FIELD_TEXTS */
    size_t choice_count;

    /* What an answer shows. */
    bool is_revision; /* becomes the ETag */
    bool is_optional; /* left out of an answer when none, rather than null */
};

struct shape {
    const char *name; /* of the schema in OpenAPI: "User" */
    const struct field *fields;
    size_t field_count;
    size_t bytes;           /* sizeof the struct */
    bool has_foreign_names; /* written as somebody else writes them: processId */
};

#endif
