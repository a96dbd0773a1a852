/* soundness.h - proves that no case of a workflow can get stuck, or shows how one can.
 *
 * A net is sound when, whatever people, events, times and conditions do:
 *   - a place never gets a second mark;
 *   - from every marking that can come about the case can still end, and it need not hope for a
 *     condition, a failure or a function's choice to do so;
 *   - when a case ends nothing is left behind;
 *   - every transition can happen in some case.
 *
 * The proof looks at every marking that can come about, after shrinking the net by rules that keep
 * the answer (net_shrink.h); what is wrong is then looked for in the net as it was written, so a
 * path is the shortest there is (breadth first), unless .is_shortest says otherwise. Conditions are
 * not evaluated: each may be true or false at any time. No I/O, no clock; any thread.
 */
#ifndef ENGINE_SOUNDNESS_SOUNDNESS_H
#define ENGINE_SOUNDNESS_SOUNDNESS_H

#include "base/json.h"
#include "engine/net.h"

/* X(name, as it stands in JSON) */
#define UNSOUND_LIST(X)                                                                            \
    X(NO_START, "no_start")           /* no marking to begin with */                               \
    X(NO_END, "no_end")               /* no end place */                                           \
    X(TAKES_NOTHING, "takes_nothing") /* a transition that could happen for ever */                \
    X(LEAVES_END, "leaves_end")       /* a transition takes an end place */                        \
    X(AMBIGUOUS, "ambiguous")         /* two of a choice have no condition */                      \
    X(NO_ELSE, "no_else")             /* all of a choice have a condition */                       \
    X(UNREACHED, "unreached")         /* no transition leads to a place */                         \
    X(TWICE, "twice")                 /* a place gets a second mark */                             \
    X(LEFT_BEHIND, "left_behind")     /* an end is marked, and another place too */                \
    X(STUCK, "stuck")                 /* nothing can happen, and the case has not ended */         \
    X(TRAPPED, "trapped")             /* something can always happen, but no end comes nearer */   \
    X(UNSURE, "unsure")               /* it can end only if conditions turn out well */            \
    X(DEAD, "dead")                   /* a transition that can never happen */                     \
    X(TOO_LARGE, "too_large")         /* more markings than the limit: nothing is proved */

enum unsound_kind {
#define X(name, text) UNSOUND_##name,
    UNSOUND_LIST(X)
#undef X
        UNSOUND_COUNT
};

enum { UNSOUND_MAX = 32, UNSOUND_PATH_MAX = 4096 };

struct unsound {
    enum unsound_kind kind;
    int transition;        /* the one to blame, the one that waits; NET_NOTHING: none alone */
    int other;             /* the second one of AMBIGUOUS; otherwise NET_NOTHING */
    struct bit_set places; /* marked twice, left behind, unreached; what .transition waits for */
    bool has_path;         /* not what is seen without moving a mark */
    bool is_shortest;
    const int *path; /* transitions, from the start */
    size_t path_count;
    struct bit_set marking; /* where the path leads; of TWICE before the second mark comes */
    struct text sentence;   /* "'cancel' from 'a' leaves a mark in 'b': create, publish, cancel" */
};

struct soundness {
    bool is_sound;
    const struct unsound *faults; /* those seen without moving a mark first */
    size_t fault_count;
    size_t marking_count; /* looked at, of the shrunk net when it is sound */
};

struct soundness_limits {
    size_t markings_max;    /* give up after these; 0: a million */
    size_t markings_enough; /* stop after these once something was found; 0: a hundred thousand */
};

/* The net must be whole (net_must_be_whole). The answer lives in the arena, 8 MiB at the most. */
void soundness_check(struct arena *arena, const struct net *net,
                     const struct soundness_limits *limits, struct soundness *soundness_out);

/* "left_behind" */
const char *unsound_name(enum unsound_kind kind);

/* {"sound":false,"markings":16,"faults":[{"kind":"left_behind","sentence":...,"transition":...,
 * "places":[...],"path":[...],"marking":[...]}]} */
void soundness_write_json(struct json_writer *writer, const struct net *net,
                          const struct soundness *soundness);

#endif
