/* sample_parts.h - what the files of this room share; no door. */
#ifndef SERVICES_SAMPLE_SAMPLE_PARTS_H
#define SERVICES_SAMPLE_SAMPLE_PARTS_H

#include "runtime/service.h"

/* ---- who and what is made up; sample_people.c ---- */

struct sample_person {
    const char *email;
    const char *full_name;
    const char *type;
    const char *role; /* NULL: none */
    const char *locale;
};

/* One thing that somebody does to his case. */
struct sample_step {
    int person; /* index */
    const char *party;
    const char *operation;
    const char *form; /* JSON; NULL: nothing is filled in */
};

enum { SAMPLE_PEOPLE = 12, SAMPLE_CASES = 7, SAMPLE_STEPS_MAX = 6 };
extern const struct sample_person sample_people[SAMPLE_PEOPLE];
extern const struct sample_step sample_cases[SAMPLE_CASES][SAMPLE_STEPS_MAX];

/* ---- what was made; sample_store.c ---- */

extern const struct text sample_person_kind; /* "person" */
extern const struct text sample_case_kind;   /* "case" */

/* One that we have made up, by its id: asked for, there, or asked to go. */
struct sample_thing {
    struct id id;
    struct text kind;
    struct text state;
};
extern const struct text sample_asked;
extern const struct text sample_there;
extern const struct text sample_going;

/* How far it has come. */
struct sample_state {
    struct text state; /* "none", "filling", "filled", "removing" */
    int64_t people;
    int64_t cases;
    int64_t total; /* of what is being done */
    int64_t left;
};
extern const struct shape sample_state_shape;
extern const struct text sample_none;
extern const struct text sample_filling;
extern const struct text sample_filled;
extern const struct text sample_removing;

extern const struct migration sample_migrations[];
enum { SAMPLE_MIGRATION_COUNT = 1 };

NODISCARD enum status sample_state_find(struct store *store, struct arena *arena,
                                        struct sample_state *state_out);
/* From now on this is being done, to so many; EXISTS: it was begun already. */
NODISCARD enum status sample_begin(struct store *store, int64_t total);
NODISCARD enum status sample_turn(struct store *store, struct text state, int64_t total);
NODISCARD enum status sample_end(struct store *store);
/* Whoever comes at the same time waits until this transaction is over. */
NODISCARD enum status sample_hold(struct store *store);

NODISCARD enum status sample_thing_insert(struct store *store, const struct sample_thing *thing);
NODISCARD enum status sample_thing_find(struct store *store, struct arena *arena, struct id id,
                                        struct sample_thing *thing_out);
NODISCARD enum status sample_thing_set(struct store *store, struct id id, struct text state);
NODISCARD enum status sample_thing_delete(struct store *store, struct id id);
NODISCARD enum status sample_things(struct store *store, struct arena *arena,
                                    struct rows *rows_out);

/* ---- operations ---- */

extern const struct refusal sample_is_there;
NODISCARD enum status sample_look_handle(struct call *call);
NODISCARD enum status sample_fill_handle(struct call *call);
NODISCARD enum status sample_remove_handle(struct call *call);

enum {
    SAMPLE_MAKES_PERSON,
    SAMPLE_BEGINS_CASE,
    SAMPLE_FORGETS_PERSON,
    SAMPLE_FORGETS_CASE,
    SAMPLE_ERRAND_COUNT
};
extern const struct errand sample_errands[SAMPLE_ERRAND_COUNT];

/* What is told, and what is read of the reply. */
struct sample_order {
    struct id person_id;
    struct text email;
    struct text full_name;
    struct text type;
    struct texts roles;
    struct text locale;
    struct id case_id;
    struct text workflow;
    struct text steps;
};

#endif
