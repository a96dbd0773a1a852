/* workflow.h - the recipe of a case, in memory: places, ways between them, who may do and see what.
 *
 * Plain data, read from YAML by definition/definition.h (docs/workflow.md is the manual of that
 * form) and never changed afterwards: any thread may read it. Everything lives in the arena that it
 * was read into. Things refer to each other by index, and each thing a person wrote knows where in
 * the file it stands, so that whoever finds a fault later can say the line.
 *
 * A marking is a bit_set of places. A transition moves a case along one of its ways: a way takes a
 * set of places and gives another. Place 0 is "start": a case that does not exist yet is there, and
 * a transition that takes it brings a case into being.
 *
 * What this is not: checked for soundness (soundness/), nor are the expressions understood here.
 */
#ifndef ENGINE_WORKFLOW_H
#define ENGINE_WORKFLOW_H

#include "engine/transition.h"

enum {
    WORKFLOW_PLACES_MAX = BIT_SET_MAX, /* start included */
    WORKFLOW_FIELDS_MAX = BIT_SET_MAX,
    WORKFLOW_TRANSITIONS_MAX = 512,
    WORKFLOW_WAYS_MAX = 2048, /* of all transitions */
    WORKFLOW_PARTIES_MAX = 64,
    WORKFLOW_NAME_BYTES_MAX = 64,
    WORKFLOW_START = 0,         /* the place */
    WORKFLOW_STEPS_MAX = 10000, /* when nothing is said */
};

/* A name an expression may use beside the fields; no field may be called so. */
struct given_name {
    const char *name;
    const char *meaning;
};
extern const struct given_name workflow_given_names[]; /* case_id, caller_id, now, event */
extern const size_t workflow_given_name_count;

/* ---- people ---- */

/* A participant kind ("admin"), or a role within one ("admin.moderator"). A bit of a `who` that is
 * a kind means whoever comes in that way, a role means those that have it. */
struct party {
    struct text name; /* "admin.moderator" */
    struct spot at;
    struct label label;
    int kind;     /* its own index, or the one of the kind it is a role of */
    int is_field; /* only who stands in this field of the case; WORKFLOW_NOWHERE: no such rule */
};

/* What a party sees while the case is in a place. What nobody allowed is not seen. */
struct sight {
    int party;
    int place; /* WORKFLOW_NOWHERE: always */
    struct bit_set fields;
};

/* ---- places ---- */

struct place {
    struct text name;
    struct spot at;
    struct label label;
    bool is_end;    /* a case that is here and nowhere else has ended */
    bool is_hidden; /* a place of the net that is no status to show */
    bool undoes;   /* whoever comes here: what stages did is taken back first, the last one first */
    bool is_stage; /* the place that a stage without `from` has by itself */
    struct texts was; /* its names in versions before */
};

/* ---- the workflow ---- */

struct workflow {
    struct text file; /* as errors name it */
    struct text name;
    struct label label;
    int64_t version;
    int64_t steps_max;       /* transitions without waiting; then a person is called */
    const int *one_open_per; /* fields: at most one open case has the same values in them */
    size_t one_open_per_count;
    const struct case_field *fields;
    size_t field_count;
    const struct party *parties; /* each kind is followed by its roles */
    size_t party_count;
    const struct sight *sights;
    size_t sight_count;
    const struct place *places; /* [0] is start; as written, then those that stages have */
    size_t place_count;
    const struct transition *transitions; /* operations, stages, events, timers; as written */
    size_t transition_count;
};

/* The index, or WORKFLOW_NOWHERE. */
int workflow_field(const struct workflow *workflow, struct text name);
int workflow_place(const struct workflow *workflow, struct text name);
int workflow_party(const struct workflow *workflow, struct text name);
int workflow_transition(const struct workflow *workflow, struct text name);

/* What the party sees of a case with this marking: its own sights and its kind's. */
struct bit_set workflow_sight(const struct workflow *workflow, int party,
                              const struct bit_set *marking);

#endif
