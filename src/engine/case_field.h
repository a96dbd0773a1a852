/* case_field.h - one thing that is known of a case: its name, its kind, its limits, what people
 * call it. Plain data of a workflow (workflow.h).
 */
#ifndef ENGINE_CASE_FIELD_H
#define ENGINE_CASE_FIELD_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORKFLOW_NOWHERE = -1 }; /* an index of nothing */

/* Where something stands in its file; both from 1, the column in letters. */
struct spot {
    int line;
    int column;
};

/* What people are shown, in both languages; where none was written both are the name, its
 * underscores turned to spaces. */
struct label {
    struct text ru;
    struct text en;
};

/* A scalar SQL expression over the case's fields, as written; text.data NULL: none. */
struct expression {
    struct text text;
    struct spot at;
};

/* X(constant, as it is written, what may be in it) */
#define CASE_KIND_LIST(X)                                                                          \
    X(TEXT, "text", "letters")                                                                     \
    X(CHOICE, "choice", "one of .choices")                                                         \
    X(EMAIL, "email", "an e-mail address")                                                         \
    X(PHONE, "phone", "a telephone number, E.164")                                                 \
    X(INTEGER, "integer", "a whole number")                                                        \
    X(MONEY, "money", "an amount of one currency")                                                 \
    X(FLAG, "flag", "true or false")                                                               \
    X(ID, "id", "a UUID")                                                                          \
    X(DATE, "date", "a day")                                                                       \
    X(TIME, "time", "a moment")                                                                    \
    X(TEXTS, "texts", "a list of texts")                                                           \
    X(OBJECT, "object", "a JSON object")                                                           \
    X(FILES, "files", "files that were sent for it, by their ids")

enum { CASE_FILE_BYTES_MAX = 16 * 1024 * 1024 };

enum case_kind {
#define X(constant, name, meaning) CASE_##constant,
    CASE_KIND_LIST(X)
#undef X
        CASE_KIND_COUNT
};

struct choice {
    struct text name;
    struct label label;
};

struct case_field {
    struct text name;
    struct spot at;
    struct label label;
    enum case_kind kind;
    bool is_secret;     /* shown as *** wherever it is shown */
    bool is_found;      /* cases are looked for by it */
    int64_t minimum;    /* letters of a text or of each text; a number; minor units of money */
    int64_t maximum;    /* of files: bytes of each */
    uint32_t items_max; /* of texts and files */
    char currency[4];   /* of money */
    const struct choice *choices;
    size_t choice_count;
    const struct text *types; /* of files: "pdf"; files/media_type.h */
    size_t type_count;        /* 0: all that are known */
    struct expression must;   /* only if this is true may it be filled in so; may be none */
    struct label because;     /* said to whoever has filled in what must not be; may be NO_TEXT */
    struct text otherwise;    /* the value of a new case, as written; NO_TEXT: null */
    struct texts was;         /* its names in versions before */
};

#endif
