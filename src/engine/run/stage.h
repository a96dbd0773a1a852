/* stage.h - doing a stage, and what comes of it. Inside the engine only.
 *
 *            done, next                        a person: retry, skip
 *   begin ──────────────> fired        incident <──────────────┐
 *     │  asked, queued, waits              ^                    │
 *     └──────────> under way ──result──> fired                  │
 *                      │ failed            │ for good, no catch │
 *                      └──> retry ──due──> begin                │
 *                             └── for good, catch ──> fired by WAY_CATCH
 */
#ifndef ENGINE_RUN_STAGE_H
#define ENGINE_RUN_STAGE_H

#include "engine/operations/operation_token.h"
#include "engine/run/stage_store.h"
#include "engine/run/step.h"

enum stage_says {
    STAGE_SAYS_DONE, /* by answer(), or nothing at all */
    STAGE_SAYS_NEXT,
    STAGE_SAYS_ASKED,
    STAGE_SAYS_WAITS,
    STAGE_SAYS_RETRY,
};

struct outside_run; /* triggers/outside_run.h */

/* A function at work; call->stage. */
struct stage_run {
    struct step *step; /* NULL: outside of a case */
    struct outside_run *outside;
    int transition;
    bool is_stage; /* what it says must be what the stage can take, or nothing of it stays */
    enum stage_says says;
    struct text next;
    struct text result; /* of stage_next, JSON */
    struct text why;
    struct id errand;
};

/* What somebody outside says of a stage that is under way. */
struct stage_result {
    bool has_failed;
    bool is_final;      /* failed, and trying again would not help */
    struct text result; /* JSON; NO_TEXT: null */
    struct text next;   /* NO_TEXT: as it should go */
    struct text code;   /* why it has failed */
    struct text message;
};

/* Does it, for the first time at this visit. The way is there. */
NODISCARD enum status stage_begin(struct step *step, int transition);

/* It cannot be begun, or not be decided whether it is: an incident. When a person has mended it,
 * all that is before it is looked at again. */
NODISCARD enum status stage_halt(struct step *step, int transition, struct text code,
                                 struct text message);

/* It is not under way any more, and nothing has come of it. */
NODISCARD enum status stage_drop(struct step *step, int transition);

/* Does it once more; the row says what was handed, and how often it was tried. */
NODISCARD enum status stage_again(struct step *step, int transition, const struct stage_row *row);

/* It is under way, and this came of it. Fires, or waits to be tried again, or becomes an incident.
 * MALFORMED: `next` names no stage that it may go to. */
NODISCARD enum status stage_settle(struct step *step, int transition,
                                   const struct stage_result *result);

/* After marks were moved: what is under way in places that the case has left is over. */
NODISCARD enum status stage_forget_left(struct step *step);

/* Could this be its result? error_out says why not. */
bool stage_result_fits(struct step *step, int transition, struct text result,
                       struct text *error_out);

/* Takes back what this stage did, once more; its row is gone when that has worked. */
NODISCARD enum status stage_undo_again(struct step *step, int transition);

/* Takes back what was done, the last one first. */
NODISCARD enum status stage_undo_all(struct step *step);

/* What `with` hands over, as JSON. MALFORMED, TOO_LARGE: step->fault says why it cannot. */
NODISCARD enum status stage_handed(struct step *step, int transition, struct text *handed_out);

/* Runs a function of the service's table. OK and run_out says what it said; REFUSED: it is undone,
 * and result_out says why. */
NODISCARD enum status stage_run_function(struct step *step, const struct case_function *function,
                                         struct text handed, struct stage_run *run_out,
                                         struct stage_result *result_out);

/* Could it go on with this? False: fault_out says why not. */
bool stage__can_take(struct step *step, int transition, const struct stage_result *result,
                     struct stage_result *fault_out);

/* Of a stage at this visit; work_id.h. */
struct text stage__work_id(const struct step *step, int transition);

/* {"code": ..., "message": ...} */
struct text stage_reason(struct arena *arena, const struct stage_result *result);

#endif
