/* step.h - moves a case: one transition after the other until it comes to rest, in one transaction.
 *
 *   step_begin ─> step_fire (what was asked for) ─> step_settle (what follows by itself) ─>
 * step_end
 *
 * Firing takes marks and gives marks, sets fields, tells events and notes one row of history.
 * Settling does the stages that can be done now; those that wait for somebody leave a row
 * (stages/), and the case rests. Nothing is written to the case's row before step_end.
 */
#ifndef ENGINE_RUN_STEP_H
#define ENGINE_RUN_STEP_H

#include "engine/run/case_record.h"
#include "runtime/call.h"

struct step {
    struct call *call;
    struct case_record *record;
    const struct case_record *before; /* as it was read; NULL: it is new */
    struct id person;                 /* who asked; none: nobody did */
    struct text party;                /* the participant kind he came in as; NO_TEXT */
    struct text actor;                /* for the history: a person, a service, "timer" ... */
    struct text event;                /* the data of the event that arrived, JSON; NO_TEXT */
    unsigned fired;                   /* transitions so far */
};

NODISCARD enum status step_begin(struct step *step);

/* Is every mark there for one of its ways? The way, or NULL. */
const struct way *step_way(const struct step *step, int transition);

/* OK and may_out; or a fault of an expression, noted in the log and as an incident. */
NODISCARD enum status step_may(struct step *step, int transition, bool *may_out);

/* Takes, sets, gives, tells, notes. The way MUST be there. */
NODISCARD enum status step_fire(struct step *step, int transition, const struct way *way);

NODISCARD enum status step_settle(struct step *step);

/* Writes the case, its timers, and `SERVICE.case_changed`. EXISTS, CONFLICT as case_keep. */
NODISCARD enum status step_end(struct step *step);

#endif
