/* settle.c - does what a case can do by itself, until it can do nothing more now. */
#include "base/fault.h"
#include "engine/net.h"
#include "engine/run/case_time.h"
#include "engine/run/stage.h"

enum { STEP_BYTES_MAX = 4 * 1024 * 1024 }; /* what one transition may take of the arena */

/* A stage out of the same places is under way: its result decides, whatever has become true. */
static bool is_taken(const struct step *step, const struct way *way)
{
    const struct workflow *workflow = step->record->recipe->workflow;
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct way *other =
            step->record->is_waiting[i] ? step_way(step, (int)i, WAY_ON) : NULL;
        if (other != NULL && bit_set_meets(&other->takes, &way->takes)) {
            return true;
        }
    }
    return false;
}

/* The first as they are written; WORKFLOW_NOWHERE: the case rests, or waits. */
static int next_stage(struct step *step)
{
    const struct workflow *workflow = step->record->recipe->workflow;
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct way *way = NULL;
        if (workflow->transitions[i].kind == TRANSITION_STAGE) {
            way = step_may(step, (int)i);
        }
        if (way != NULL && !is_taken(step, way)) {
            return (int)i;
        }
    }
    return WORKFLOW_NOWHERE;
}

/* What is handed on and kept nowhere would be lost at the end of the transaction. */
static bool passes_something(const struct step *step)
{
    bool passes = step->previous_passes;
    for (int i = net_next(&step->passing, 0); i >= 0 && !passes;
         i = net_next(&step->passing, i + 1)) {
        passes = step->record->values[i].kind != VALUE_NULL;
    }
    return passes;
}

/* The rest is done in a transaction of its own. What a function does with other cases is a part of
 * what it does itself, and there are no parts inside of parts: so those go on later, too. */
static bool must_be_cut(const struct step *step)
{
    if (step->call->stage != NULL || step->fired >= 2 * STEPS_MAX) {
        return true;
    }
    bool is_long = step->fired >= STEPS_MAX ||
                   (step->fired > 0 && !arena_has_room(step->call->arena, STEP_BYTES_MAX));
    return is_long && !passes_something(step);
}

enum status step_settle(struct step *step)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        int stage = next_stage(step);
        if (stage == WORKFLOW_NOWHERE || (SEEDED_BUG("case_falls_asleep") && step->fired > 1)) {
            return STATUS_OK;
        }
        if (must_be_cut(step)) {
            step->is_cut = true;
            return case_time_put(step, TEXT(""), step->call->now_ms);
        }
        status = stage_begin(step, stage);
    }
    return status;
}
