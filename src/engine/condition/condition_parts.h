/* condition_parts.h - a condition as a tree. Shared by the files of this room; no door.
 *
 *   words      the text, cut into words
 *   reader     words into a tree of nodes, each of one kind
 *   kinds      which kinds fit together, and the sentence when they do not
 *   functions  what may be called
 *   writer     the tree as canonical text, and as SQL
 *
 * What knows SQLite has it in its name: sqlite_evaluator.c, sqlite_functions.c.
 */
#ifndef ENGINE_CONDITION_CONDITION_PARTS_H
#define ENGINE_CONDITION_CONDITION_PARTS_H

#include "base/must.h"
#include "engine/condition/condition.h"

enum node_shape {
    NODE_LITERAL, /* .literal, of kind ANY when it is null */
    NODE_FIELD,   /* .field */
    NODE_MEMBER,  /* of the object in .field, named .path; its kind is the one asked of it */
    NODE_NOT,     /* of one item, as NODE_MINUS */
    NODE_MINUS,
    NODE_BINARY,  /* .operation of two items */
    NODE_IN,      /* the first item in the others; may be negated */
    NODE_BETWEEN, /* the first item between the second and the third; may be negated */
    NODE_IS,      /* is null, or is true or false (.literal); may be negated */
    NODE_CALL,    /* .function of the items */
    NODE_CASE,    /* when, then, when, then, ... else */
};

/* How strongly an operator binds, weakest first. */
enum strength {
    STRENGTH_OR,
    STRENGTH_AND,
    STRENGTH_NOT,
    STRENGTH_COMPARISON,
    STRENGTH_SUM,
    STRENGTH_PRODUCT,
    STRENGTH_JOIN,
    STRENGTH_MINUS,
    STRENGTH_WHOLE, /* nothing can pull it apart */
};

enum operation_rule { RULE_LOGIC, RULE_EQUAL, RULE_ORDER, RULE_NUMBERS, RULE_JOIN };

struct operation {
    const char *sign;     /* as it is written in canonical text */
    const char *function; /* the name of our own for it in SQL; NULL: SQL has the same sign */
    enum strength strength;
    enum operation_rule rule;
};

struct node {
    enum node_shape shape;
    enum condition_kind kind;
    size_t from; /* the part of the text it was read from */
    size_t to;
    unsigned height;
    bool is_negated;
    struct value literal; /* of a text made into an id or a time: that */
    struct text written;  /* a literal text as it is meant, whatever was made of it */
    size_t field;
    struct text path;
    const struct condition_field *of; /* a NODE_FIELD's own */
    const char *currency;             /* of money, or NULL */
    const struct operation *operation;
    const struct condition_function *function;
    struct node **items;
    size_t count;
};

struct condition {
    uint64_t number; /* unlike that of any other condition of this process */
    enum condition_kind kind;
    const struct condition_field *fields;
    size_t field_count;
    struct condition_fields used;
    struct text canonical;
    struct text sql; /* one SELECT; ?1 is the first of the used fields */
};

/* ---- condition_words.c ---- */

enum word_kind { WORD_END, WORD_NAME, WORD_KEYWORD, WORD_NUMBER, WORD_TEXT, WORD_SIGN };

struct word {
    enum word_kind kind;
    struct text text;  /* as it stands in the source */
    struct text value; /* a keyword in lower case, a literal text without its quotes */
    size_t from;
    size_t to;
};

struct reader {
    struct arena *arena;
    const struct condition_source *source;
    struct word word; /* the one to be understood next */
    unsigned depth;
    size_t part_count;
    bool has_failed;
    size_t failed_at;
    struct text why;
};

/* Always false; the first thing that is wrong is the one that is told. */
bool condition__refuse(struct reader *reader, size_t at, struct text why);

/* On to the next word; false when there is none to understand. */
bool condition__advance(struct reader *reader);
bool condition__at(const struct reader *reader, const char *keyword_or_sign);

/* ---- condition_reader.c, condition_whole.c; NULL and false: refused ---- */

struct node *condition__new_node(struct reader *reader, enum node_shape shape, size_t from);
/* Copies the items, whose count is known only now. */
bool condition__give_items(struct reader *reader, struct node *node, struct node *const *items,
                           size_t count);
bool condition__refuse_depth(struct reader *reader, size_t at);
bool condition__expect(struct reader *reader, const char *sign, const char *after);

/* a, b, c) */
bool condition__read_list(struct reader *reader, struct node **items, size_t *count,
                          const char *after);

struct node *condition__read(struct reader *reader);
struct node *condition__read_expression(struct reader *reader);
struct node *condition__read_whole(struct reader *reader);

/* ---- condition_kinds.c ---- */

const char *condition__kind_name(enum condition_kind kind);

/* "2026-03-31" */
bool condition__read_date(struct text text, int64_t *days_out);

/* A set of kinds. */
#define KIND(name)    (1u << CONDITION_##name)
#define KINDS_NUMBERS (KIND(INTEGER) | KIND(MONEY))
#define KINDS_MOMENTS (KIND(DATE) | KIND(TIME))
#define KINDS_ORDERED (KINDS_NUMBERS | KINDS_MOMENTS | KIND(TEXT))
#define KINDS_SIMPLE  (KINDS_ORDERED | KIND(FLAG) | KIND(ID))
#define KINDS_ANY     (~0u)

static inline bool condition__is_in(unsigned kinds, enum condition_kind kind)
{
    return (kinds >> kind & 1) != 0;
}

/* The node is, or can be made, one of the kinds; `who` wants it: "length()". */
bool condition__ask(struct reader *reader, struct node *node, unsigned kinds, const char *who);

/* Makes the nodes one kind, that of the answer; NULL: that cannot be, and `why` ends the sentence.
 */
const struct node *condition__agree(struct reader *reader, struct node *const *nodes, size_t count,
                                    const char *why);

/* The same for values that are compared, with one of the kinds; a literal text that meets a field
 * of choices must be one of them. */
bool condition__compare(struct reader *reader, struct node *const *nodes, size_t count,
                        unsigned kinds);

/* What the whole condition must give. */
bool condition__check_root(struct reader *reader, struct node *root);

/* Sets the kind of an operator's node from its items. */
bool condition__check_binary(struct reader *reader, struct node *node);

/* ---- condition_functions.c ---- */

enum { FUNCTION_PARAMETERS_MAX = 3 };

enum function_rule {
    FUNCTION_PLAIN, /* each parameter has its kinds */
    FUNCTION_AGREE, /* all of them are of one kind, out of the first parameter's kinds */
    FUNCTION_IIF,   /* true or false, and two that agree */
    FUNCTION_ROUND, /* of a division */
};

struct condition_function {
    const char *name;
    const char *usage; /* "substr(text, from, count)", for errors */
    enum function_rule rule;
    size_t count_min;
    size_t count_max;
    unsigned kinds[FUNCTION_PARAMETERS_MAX];
    enum condition_kind gives; /* ANY: what the first parameter, or all of them, are */
    const char *sql;           /* its name there; NULL: the same */
    int64_t unit_ms;           /* given to SQL as one more argument; between dates it is 1 */
};

/* NULL: refused, with the nearest name. */
const struct condition_function *condition__function(struct reader *reader, struct word name);
bool condition__is_function(struct text name);
/* What to say about a word of SQL that does not exist here; NULL: nothing. */
const char *condition__absent(struct text name);
bool condition__check_call(struct reader *reader, struct node *node);

/* ---- condition_writer.c ---- */

struct text condition__canonical(struct arena *arena, const struct node *root,
                                 const struct condition_field *fields);

/* One SELECT; used_out has the fields in the order of the parameters ?1, ?2 ... */
struct text condition__sql(struct arena *arena, const struct node *root,
                           struct condition_fields *used_out);

#endif
