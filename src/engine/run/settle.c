/* settle.c - does what a case can do by itself, until it can do nothing more now. */
#include "engine/run/case_time.h"
#include "engine/run/stage.h"

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

enum status step_settle(struct step *step)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        int stage = next_stage(step);
        if (stage == WORKFLOW_NOWHERE) {
            return STATUS_OK;
        }
        if (step->fired >= STEPS_MAX) {
            step->is_cut = true;
            return case_time_put(step, TEXT(""), step->call->now_ms);
        }
        status = stage_begin(step, stage);
    }
    return status;
}
