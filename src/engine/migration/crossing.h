/* crossing.h - whether a case could be one of another version of its workflow, and as what.
 *
 * Nothing is read or written here: the recipes, the case and its stages are given. A case moves
 * when it loses nothing: each of its places is there (by its name, or by `was`), the other version
 * comes to these places together at some time too, every value fits, and what is under way is done
 * in the same manner. If not, every reason is told.
 */
#ifndef ENGINE_MIGRATION_CROSSING_H
#define ENGINE_MIGRATION_CROSSING_H

#include "engine/run/case_record.h"
#include "engine/run/stage_store.h"

enum crossing_verdict {
    CROSSING_MOVES,
    CROSSING_STAYS,   /* from where it is there is no way into the other version */
    CROSSING_BLOCKED, /* something must end, or be mended, before it could */
};
extern const char *const crossing_words[]; /* "moves", "stays", "blocked" */

struct net;
struct reachable;

/* From one version to another; made once for many cases. */
struct crossing {
    const struct recipe *from;
    const struct recipe *to;
    struct texts without; /* fields of the old one that are given up: their values are let go */

    /* Its own from here on. */
    struct arena *arena;
    const int *places; /* of each place of `from` the one of `to`; WORKFLOW_NOWHERE */
    const int *fields;
    bool comes_as_far;     /* whatever markings `from` comes to, `to` does too */
    const struct net *net; /* of `to`; NULL until it is needed */
    const struct reachable *reachable;
};

/* from, to and without are given: two different versions of one workflow. It lives in the arena,
 * and each case in one of its own. */
void crossing_begin(struct arena *arena, struct crossing *crossing);

/* WORKFLOW_NOWHERE: `to` has no such stage. Stages keep their names. */
int crossing_stage(const struct crossing *crossing, int transition);

enum { CROSSING_REASONS_MAX = 32 };

struct crossing_plan {
    enum crossing_verdict verdict;
    struct text because[CROSSING_REASONS_MAX]; /* "'answer' is no field of version 2" */
    size_t because_count;                      /* 0: it moves */
    struct case_record *moved; /* the case as one of `to`, with the revision it has; NULL: it does
                                  not move */
};

/* rows are those of its stages under way. */
void crossing_plan(struct arena *arena, struct crossing *crossing, const struct case_record *record,
                   const struct stage_row *rows, size_t row_count, struct crossing_plan *plan_out);

/* Adds a reason that only the store knows: another case is in its way. */
void crossing_block(struct crossing_plan *plan, enum crossing_verdict verdict, struct text because);

#endif
