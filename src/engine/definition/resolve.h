/* resolve.h - from what was written to a workflow: names become indexes, and what was written in
 * one place is held against what was written in another. Shared by resolve*.c and definition.c; no
 * door.
 *
 * Fields come first, then places, then parties, then transitions: each may name those before it.
 */
#ifndef ENGINE_DEFINITION_RESOLVE_H
#define ENGINE_DEFINITION_RESOLVE_H

#include "engine/definition/written.h"
#include "engine/workflow.h"

/* All names of one sort, for looking up and for "did you mean". */
struct names {
    const char *what; /* "field" */
    const char **items;
    size_t count;
    struct spot *spots; /* where each was written; line 0: nowhere */
    bool are_missing;   /* all of them: that was said once, and is not said of each name */
};

struct resolver {
    struct complaints *complaints;
    struct arena *arena;
    const struct written_workflow *written;
    struct workflow *workflow;
    struct names fields;
    struct names places;
    struct names parties;
    struct names transitions;
    size_t way_count; /* of all transitions so far */
    bool has_undo;    /* some stage has, rightly or not */
};

/* ---- words (resolve_names.c) ---- */

void names_init(struct resolver *resolver, struct names *names, const char *what, size_t room);

/* Complains when the name is there already, if only in other letters: "Paid" and "paid". Answers
 * the index. */
int names_add(struct resolver *resolver, struct names *names, struct word name);

/* WORKFLOW_NOWHERE, without a complaint, when there is none. */
int names_find(const struct names *names, struct text name);

/* The index of what the word names, or a complaint and WORKFLOW_NOWHERE. A word without a text is
 * WORKFLOW_NOWHERE: somebody has complained already, or it was not written. */
int resolve__name(struct resolver *resolver, const struct names *names, struct word word);

/* Both languages, or neither, and then the name. */
struct label resolve__label(struct resolver *resolver, const struct written_label *written);

struct expression resolve__expression(struct word word);

/* Why what `entry` says was not so. Without that entry nobody would be told. */
struct label resolve__because(struct resolver *resolver, const struct written_label *because,
                              struct word expression, const char *entry);

/* Complains when a word that must be SERVICE.WHAT has no dot; the text all the same. */
struct text resolve__service_name(struct resolver *resolver, const char *entry, struct word word);

/* ---- what things were called before (resolve_was.c) ---- */

struct texts resolve__was(const struct resolver *resolver, const struct words *written);

/* No name of now, and no other thing's either. lists are of all things of this sort. */
void resolve__check_was(const struct resolver *resolver, const struct names *names,
                        const struct words *const *lists, size_t count);

/* ---- the parts, in this order ---- */

void resolve__fields(struct resolver *resolver);
void resolve__places(struct resolver *resolver);
void resolve__parties(struct resolver *resolver);
void resolve__transitions(struct resolver *resolver);

/* ---- of a transition (resolve_ways.c, resolve_rules.c) ---- */

struct stages {
    const struct written_transition *items;
    size_t count;
};

struct stages resolve__stages(const struct resolver *resolver);

/* The ways that were written; index is that of a stage among the stages. */
void resolve__ways(struct resolver *resolver, const struct written_transition *written,
                   size_t index, struct transition *transition);

void resolve__operation(struct resolver *resolver, const struct written_transition *written,
                        struct transition *transition);
void resolve__stage(struct resolver *resolver, const struct written_transition *written,
                    struct transition *transition);
void resolve__event(struct resolver *resolver, const struct written_transition *written,
                    struct transition *transition);
void resolve__timer(struct resolver *resolver, const struct written_transition *written,
                    struct transition *transition);

/* Stages that would go round for ever (resolve_circles.c). */
void resolve__check_circles(struct resolver *resolver);

#endif
