/* condition.h - conditions and mappings of workflows: scalar SQL expressions over a case's fields.
 *
 *   amount > 1000 and status in ('new', 'test')
 *   length(inn) in (10, 12)
 *   coalesce(price, 0) <= limit_minor
 *
 * A text is read once, against a table of the fields that are known, into a condition: the names in
 * it exist, the kinds fit, and what it needs is known without running it. Its value is found by the
 * SQLite that is inside anyway, on every store, so it is the same everywhere. SQLite never sees the
 * text itself, only what this room has understood of it.
 *
 * A condition is plain data in the arena it was read into and never changes: any thread may use
 * it. An evaluator belongs to one thread at a time; an executor has one of its own. It keeps the
 * statements of the conditions it has met, so it may outlive them, and they it.
 *
 * The language is in README.md. In short: no table, no subquery, no moment but the fields', no
 * fraction, no conversion of one kind into another, and null is neither true nor false.
 */
#ifndef ENGINE_CONDITION_CONDITION_H
#define ENGINE_CONDITION_CONDITION_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"
#include "store/store.h"

enum {
    CONDITION_BYTES_MAX = 4096,          /* of the text */
    CONDITION_PARTS_MAX = 500,           /* names, literals, operators */
    CONDITION_DEPTH_MAX = 60,            /* of parts inside parts */
    CONDITION_LIST_MAX = 100,            /* of one list: in (...), coalesce(...) */
    CONDITION_VALUE_BYTES_MAX = 1 << 20, /* of any text met on the way */
};

/* X(constant, how an error calls it) */
#define CONDITION_KIND_LIST(X)                                                                     \
    X(FLAG, "true or false")                                                                       \
    X(INTEGER, "a number")                                                                         \
    X(MONEY, "an amount of money")                                                                 \
    X(TEXT, "a text")                                                                              \
    X(ID, "an id")                                                                                 \
    X(DATE, "a date")                                                                              \
    X(TIME, "a time")                                                                              \
    X(TEXTS, "a list of texts")                                                                    \
    X(OBJECT, "an object")                                                                         \
    X(ANY, "of no known kind")

/* What a name stands for, and how struct value holds it; any of them may be VALUE_NULL:
 * FLAG integer 0 or 1; INTEGER, MONEY (minor units), DATE (days since 1970, base/date.h) and TIME
 * (wall ms) integer; TEXT, TEXTS (a JSON array) and OBJECT (raw JSON) text; ID id. */
enum condition_kind {
#define X(constant, name) CONDITION_##constant,
    CONDITION_KIND_LIST(X)
#undef X
        CONDITION_KIND_COUNT
};

/* A name that a condition may use: a letter or _, then letters, digits, _ and dots. */
struct condition_field {
    struct text name;
    enum condition_kind kind;
    const struct text *choices; /* of a text that can only be one of these */
    size_t choice_count;
    char currency[4]; /* of money; empty: any */
};

struct condition_source {
    struct text text;
    const struct condition_field *fields; /* must live as long as the arena does */
    size_t field_count;
    /* What it must give. All zeros: true or false. For a mapping the field that is written, so that
     * its choices and currency are looked at too; CONDITION_ANY: whatever it is. */
    struct condition_field gives;
};

struct condition_error {
    int line;         /* from 1, inside the text */
    int column;       /* from 1, in letters */
    struct text what; /* a sentence: unknown field 'ammount'; did you mean 'amount'? */
};

struct condition;

/* OK, or MALFORMED and the first thing that is wrong. The text must be given. */
NODISCARD enum status condition_compile(struct arena *arena, const struct condition_source *source,
                                        const struct condition **condition_out,
                                        struct condition_error *error_out);

/* Indexes into the source's fields, each once, in the order they are met. */
struct condition_fields {
    const size_t *items;
    size_t count;
};
struct condition_fields condition_fields(const struct condition *condition);

/* Needs no field: the value is the same for every case. */
bool condition_is_constant(const struct condition *condition);

/* What it gives. Never CONDITION_ANY but for a mapping of null. */
enum condition_kind condition_kind(const struct condition *condition);

/* One form for all ways to write the same: lower case, single spaces, no needless parentheses. It
 * is a condition itself, the same one, unless the spaces have made it longer than one may be. */
struct text condition_text(const struct condition *condition);

/* A word of the language ("end", "in"), which no field may be called. */
bool condition_is_reserved(struct text name);

/* ---- finding the value ---- */

struct evaluator;

struct evaluator *evaluator_create(void);
void evaluator_destroy(struct evaluator **evaluator);

/* The values are those of the source's fields, by index, all of them; only those that the condition
 * needs are looked at. Texts of the answer live in the arena.
 * TOO_LARGE: a number or text on the way passes its limit. MALFORMED: a field holds another kind of
 * value than it was said to. error_out is then a sentence. */
NODISCARD enum status condition_evaluate(struct evaluator *evaluator, struct arena *arena,
                                         const struct condition *condition, struct values values,
                                         struct value *value_out, struct text *error_out);

/* The answer of a condition: null is not true. */
static inline bool condition_says_yes(const struct value *value)
{
    return value->kind == VALUE_INTEGER && value->integer != 0;
}

#endif
