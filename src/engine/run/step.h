/* step.h - moves a case: one transition after the other until it comes to rest, in one transaction.
 *
 *   step_begin ─> step_fire (what was asked for) ─> step_settle (what follows by itself) ─>
 * step_end
 *
 * Firing takes marks and gives marks, sets fields, tells events and notes one row of history.
 * Settling does the stages that can be done now; those that wait for somebody leave a row
 * (stage_store.h), and the case rests. The case's own row is written by step_end.
 */
#ifndef ENGINE_RUN_STEP_H
#define ENGINE_RUN_STEP_H

#include "engine/run/case_record.h"
#include "runtime/call.h"

enum { STEPS_MAX = 100 }; /* transitions in one transaction; then the case goes on in the next */

struct step {
    struct call *call;
    struct case_record *record;
    struct id person;  /* who asked; none: nobody did */
    struct text party; /* the participant kind he came in as; NO_TEXT */
    struct text actor; /* for the history: "person", a service, "timer" ... */
    struct text event; /* the data of the event that arrived, JSON; NO_TEXT */
    bool is_quiet;     /* what its transitions tell is not told: a case that was made up */

    /* Its own from here on. */
    const struct case_record *before; /* as it was read; NULL: it is new */
    const struct case_record *noted;  /* as the newest row of history has left it */
    struct bit_set entered;           /* places that marks came to, from elsewhere */
    unsigned fired;
    bool is_cut;            /* there is more to do, in a transaction of its own */
    bool is_touched;        /* rows of its stages were written */
    struct bit_set passing; /* fields whose results are handed on and kept nowhere */
    bool previous_passes;   /* so is the newest result */
    struct text fault;      /* which expression could not be evaluated, where, and why */
    const struct transition *undecided; /* step_may: whose `when` it was; NULL: none's */
    struct text failure;                /* of the operation under way, JSON; NO_TEXT: none */
    struct id event_id;                 /* of SERVICE.case_changed, after step_end */
    struct text reason; /* JSON, for the history: why the next transition happens; NO_TEXT */
};

/* The record is new, or has just been loaded. */
void step_begin(struct step *step);

/* The way it could go: of this kind, its marks there. NULL: none. */
const struct way *step_way(const struct step *step, int transition, enum way_kind kind);

/* Are the marks there, and its condition true? NULL: no, or nobody can say, for the expression has
 * a fault: then step->undecided is whose, of an else its rival's. */
const struct way *step_may(struct step *step, int transition);

/* The fields that the transition sets, all or none; step_fire does it too. MALFORMED, TOO_LARGE: it
 * cannot be computed, or does not fit; the step's fault says why. */
NODISCARD enum status step_set_fields(struct step *step, int transition);

/* Takes, sets, gives, tells, notes. The way MUST be there. After MALFORMED or TOO_LARGE nothing has
 * happened yet. */
NODISCARD enum status step_fire(struct step *step, int transition, const struct way *way);

/* The same when the fields are set already. */
NODISCARD enum status step_go(struct step *step, int transition, const struct way *way);

/* Notes a revision in which no transition happened: a person mended it, an operation failed. */
NODISCARD enum status step_note(struct step *step, struct text what, struct text reason);

NODISCARD enum status step_settle(struct step *step);

/* Writes the case, its timers, and tells SERVICE.case_changed; nothing when nothing has happened.
 * An operation that was under way is over when this is another one's. EXISTS, CONFLICT as
 * case_keep. */
NODISCARD enum status step_end(struct step *step);

#endif
