/* settle.c - does what a case can do by itself, until it can do nothing more now. */
#include "base/fault.h"
#include "engine/net.h"
#include "engine/run/case_time.h"
#include "engine/run/early.h"
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

static bool could_begin(const struct step *step, int transition)
{
    const struct transition *rules = &step->record->recipe->workflow->transitions[transition];
    const struct way *way =
        rules->kind == TRANSITION_STAGE ? step_way(step, transition, WAY_ON) : NULL;
    return way != NULL && !is_taken(step, way);
}

/* The first as they are written; WORKFLOW_NOWHERE: the case rests, or waits. Also one of which
 * nobody can say whether it should be done: then step->undecided is given. */
static int next_stage(struct step *step)
{
    const struct workflow *workflow = step->record->recipe->workflow;
    step->undecided = NULL;
    for (size_t i = 0; i < workflow->transition_count; i++) {
        if (!could_begin(step, (int)i)) {
            continue;
        }
        if (step_may(step, (int)i) != NULL) {
            return (int)i;
        }
        if (step->undecided != NULL) {
            bool is_stage = step->undecided->kind == TRANSITION_STAGE;
            return is_stage ? (int)(step->undecided - workflow->transitions) : (int)i;
        }
    }
    return WORKFLOW_NOWHERE;
}

/* Nobody was waited for in all these steps: it goes in a circle, and would for ever. */
static enum status stop_circling(struct step *step, int stage)
{
    int64_t count = step->record->unbroken + step->fired;
    return stage_halt(step, stage, TEXT("too_many_steps"),
                      text_format(step->call->arena,
                                  "The case has gone %lld steps without waiting for anything or "
                                  "anybody, and max_steps_without_waiting is %lld.",
                                  (long long)count,
                                  (long long)step->record->recipe->workflow->steps_max));
}

static enum status go_on(struct step *step, int stage)
{
    if (step->undecided != NULL) {
        return stage_halt(step, stage, TEXT("condition_failed"), step->fault);
    }
    if (step->record->unbroken + step->fired >= step->record->recipe->workflow->steps_max) {
        return stop_circling(step, stage);
    }
    return stage_begin(step, stage);
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
        bool is_taken = false;
        status = early_take(step, &is_taken);
        if (status != STATUS_OK || is_taken) {
            continue;
        }
        int stage = next_stage(step);
        if (stage == WORKFLOW_NOWHERE || (SEEDED_BUG("case_falls_asleep") && step->fired > 1)) {
            return STATUS_OK;
        }
        if (must_be_cut(step)) {
            step->is_cut = true;
            return case_time_put(step, TEXT(""), step->call->now_ms);
        }
        status = go_on(step, stage);
    }
    return status;
}
