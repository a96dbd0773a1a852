/* form.h - what may be written in a mapping, as tables: the reader and the JSON Schema are made
 * from them.
 *
 * A form is a struct whose first member is `struct word name`: the key it stood under, and where.
 * Its entries say what may be written in it and where that goes in the struct. Reading checks each
 * value alone, and complains; what was wrong is left without a text but with its place, so that
 * nobody complains again that it is missing. What refers to what is looked at later (resolve.h).
 */
#ifndef ENGINE_DEFINITION_FORM_H
#define ENGINE_DEFINITION_FORM_H

#include "engine/definition/yaml_tree.h"

/* X(constant, C type of the member) */
#define ENTRY_KIND_LIST(X)                                                                         \
    X(NAME, struct word)           /* a-z, A-Z, 0-9 and _, a letter first */                       \
    X(DOTTED, struct word)         /* the same with . and - inside: orders.new */                  \
    X(LABEL, struct word)          /* a line for people */                                         \
    X(EXPRESSION, struct word)     /* scalar SQL */                                                \
    X(VALUE, struct word)          /* any word; checked when its kind is known */                  \
    X(INTEGER, struct word)        /* within minimum and maximum */                                \
    X(FLAG, struct word)           /* true or false */                                             \
    X(DURATION, struct word)       /* 10s, 5m, 2h, 1d */                                           \
    X(SCHEDULE, struct word)       /* daily 18:00 */                                               \
    X(CHOICE, struct word)         /* one of choices */                                            \
    X(NAMES, struct words)         /* a name, or a list of names */                                \
    X(DOTTEDS, struct words)       /* a dotted name, or a list of them */                          \
    X(NAME_SETS, struct word_sets) /* a list of names, or of lists of names */                     \
    X(EXPRESSIONS, struct pairs)   /* NAME: expression, ... */                                     \
    X(MEMBERS, struct pairs)       /* NAME: dotted name, ... */                                    \
    X(SIGHTS, struct sights)       /* all, a list of names, or PLACE: one of those, ... */         \
    X(FORM, void)                  /* the struct of .form, in place */                             \
    X(FORMS, struct forms)         /* NAME: form, ... */

enum entry_kind {
#define X(constant, type) ENTRY_##constant,
    ENTRY_KIND_LIST(X)
#undef X
        ENTRY_KIND_COUNT
};

struct words {
    struct word *items;
    size_t count;
    struct spot at;
};

struct word_sets {
    struct words *items;
    size_t count;
    struct spot at;
};

struct pair {
    struct word name;
    struct word value;
};

struct pairs {
    struct pair *items;
    size_t count;
    struct spot at;
};

struct written_sight {
    struct word place; /* not written: always */
    struct words fields;
};

struct sights {
    struct written_sight *items;
    size_t count;
    struct spot at;
};

struct forms {
    void *items; /* structs of the entry's form */
    size_t count;
    struct spot at;
};

struct form;

struct entry {
    const char *name;
    enum entry_kind kind;
    size_t offset;
    const char *meaning; /* after "needs \"name\": " and in the JSON Schema */
    bool is_required;
    bool may_be_list; /* of ENTRY_FORMS: a list of names stands for forms with nothing in them */
    int64_t minimum;  /* of integers and durations; both 0: any */
    int64_t maximum;
    size_t items_max; /* of lists and mappings */
    const char *const *choices;
    size_t choice_count;
    const struct form *form;
};

struct form {
    const char *name; /* "operation" */
    const char *article;
    const struct entry *entries;
    size_t entry_count;
    const struct form *also; /* its entries may be written too; the same struct */
    size_t bytes;            /* sizeof the struct */
    const char *short_for;   /* the entry that a word instead of the mapping is */
    const char *meaning;
};

/* The largest form of all, and a bound for the entries of one, so that lists of names fit. */
enum { FORM_ENTRIES_MAX = 48 };

/* Number `index` of all entries, its own before the others'; NULL behind the last. */
const struct entry *form_entry(const struct form *form, size_t index);

/* Reads the mapping into the struct, which is zeroed. */
void form_read(struct complaints *complaints, const struct form *form, const struct yaml_node *node,
               void *written_out);

/* ---- single words (form_words.c) ---- */

/* Whether the word is what the entry wants; of kinds whose member is a struct word, and for the
 * items of those that have several. */
bool entry_fits(struct arena *arena, const struct entry *entry, enum entry_kind kind,
                struct text written);

/* "a whole number from 1 to 10", "a name like company_form: letters, digits and _" */
struct text entry_expected(struct arena *arena, const struct entry *entry, enum entry_kind kind);

/* Words that have been found to fit. An absent word is false and 0. */
bool word_flag(struct word word);
int64_t word_integer(struct word word);
int64_t word_duration_ms(struct word word);

/* Was it written at all, rightly or not? */
static inline bool word_is_written(struct word word)
{
    return word.at.line != 0;
}

#endif
