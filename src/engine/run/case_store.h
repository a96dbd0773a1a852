/* case_store.h - the rows of cases: the case itself, what it is found by, its history. */
#ifndef ENGINE_RUN_CASE_STORE_H
#define ENGINE_RUN_CASE_STORE_H

#include "engine/run/case_record.h"
#include "store/migrate.h"

/* The tables of the series "engine". */
extern const struct migration engine_migrations[];
extern const size_t engine_migration_count;

/* ABSENT: there is none. UNAVAILABLE: its recipe is not loaded; the log says which. */
NODISCARD enum status case_load(struct store *store, struct arena *arena,
                                const struct catalog *catalog, struct id id,
                                struct case_record **record_out);

/* Inserts it when before is NULL. EXISTS: one_open_per says no. CONFLICT: somebody was faster.
 * TOO_LARGE: its fields pass CASE_FIELDS_BYTES_MAX. The record's revision is the new one, before's
 * the one that was read. */
NODISCARD enum status case_keep(struct store *store, struct arena *arena,
                                const struct case_record *record, const struct case_record *before);

/* Somebody else may have moved it meanwhile: CONFLICT. For who has written rows beside the case's
 * and not the case itself. */
NODISCARD enum status case_hold(struct store *store, const struct case_record *record);

/* The case has moved to another version, and before is how it was in that one: it is found by what
 * this one says, and by nothing else. */
NODISCARD enum status case_find_anew(struct store *store, struct arena *arena,
                                     const struct case_record *record,
                                     const struct case_record *before);

/* It is found by nothing any more. */
NODISCARD enum status case_find_never(struct store *store, struct arena *arena,
                                      const struct case_record *record);

/* In engine_found_by a case stands with each place it is in, and with each key that has a value. */
extern const struct text case_found_by_place;
/* Long values by a hash: an index has a limit. */
struct text case_key_value(struct arena *arena, const struct case_field *field,
                           const struct value *value);

/* What makes two open cases the same: the values, as JSON. NO_TEXT: it may be one of many, or it is
 * over. */
struct text case_open_key(struct arena *arena, const struct case_record *record);

/* The open case with the same one_open_per as this one. */
NODISCARD enum status case_find_open(struct store *store, struct arena *arena,
                                     const struct case_record *record, struct id *id_out);

/* ---- history: one row for each revision ---- */

struct case_step {
    struct id case_id;
    int64_t revision;
    int64_t at;
    struct text transition; /* or "moved", "skipped", ... when a person mended it */
    struct text actor;      /* who or what */
    struct id person;       /* none: nobody */
    struct text party;      /* the kind he came in as; NO_TEXT */
    struct text changes;    /* {"places": ["asked"], "fields": {"answer": [null, "yes"]}} */
};

enum { CASE_STEPS_MAX = 1000 };

NODISCARD enum status case_step_keep(struct store *store, const struct case_step *step);

/* Those after a revision, in order. */
NODISCARD enum status case_steps(struct store *store, struct arena *arena, struct id case_id,
                                 int64_t after, int64_t limit, struct rows *rows_out);

#endif
