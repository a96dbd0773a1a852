/* operation_run.c - runs an operation to its end, or to where the case waits.
 *
 * Its function runs first: if it refuses, everything it did is undone, the case stays where it was,
 * and the operation has failed.
 */
#include "engine/operations/operation_run.h"

#include "base/fault.h"
#include "engine/run/case_tell.h"
#include "engine/run/stage.h"

/* ---- its function ---- */

/* By what the case would be after the transition. */
static enum status hand_over(struct step *step, int transition, struct text *handed_out)
{
    struct case_record *record = step->record;
    step->record = case_record_copy(step->call->arena, record);
    enum status status = step_set_fields(step, transition);
    status = status == STATUS_OK ? stage_handed(step, transition, handed_out) : status;
    step->record = record;
    return status;
}

static struct stage_result cannot_compute(const struct step *step)
{
    return (struct stage_result){
        .has_failed = true, .code = TEXT("expression_failed"), .message = step->fault};
}

/* REFUSED: result_out says why. */
static enum status run_function(struct step *step, int transition, struct stage_result *result_out)
{
    const struct case_function *function = step->record->recipe->transitions[transition].function;
    struct stage_run at_work = {.step = step, .transition = transition};
    struct text handed = NO_TEXT;
    if (function == NULL) {
        return STATUS_OK;
    }
    enum status status = hand_over(step, transition, &handed);
    if (status == STATUS_MALFORMED || status == STATUS_TOO_LARGE) {
        *result_out = cannot_compute(step);
        return STATUS_REFUSED;
    }
    if (status == STATUS_OK) {
        status = stage_run_function(step, function, handed, &at_work, result_out);
    }
    /* Whoever asked waits for an answer: an operation is not a stage, and has no result to wait
     * for. */
    MUST(status != STATUS_OK || at_work.says == STAGE_SAYS_DONE);
    return status;
}

static struct text reason_of(struct arena *arena, const struct stage_result *result)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "code");
    json_put_text(&writer, result->code);
    json_key(&writer, "message");
    json_put_text(&writer, result->message);
    json_key(&writer, "details");
    json_put_raw(&writer, TEXT("{}"));
    json_end_object(&writer);
    return json_written(&writer);
}

/* There is no case that could remember it: the row alone does, and whoever asked is told. */
static enum status fail_to_begin(struct step *step, struct text reason)
{
    struct operation_outcome outcome = {
        .id = step->record->operation,
        .status = operation_failed,
        .reason = reason,
        .now_ms = step->call->now_ms,
    };
    enum status status = case_tell_changed(step, &outcome);
    outcome.event_id = step->event_id;
    return status == STATUS_OK ? operation_conclude(step->call->store, &outcome) : status;
}

/* The case is as it was, but for its history. */
static enum status fail(struct step *step, int transition, const struct stage_result *result)
{
    struct text reason = reason_of(step->call->arena, result);
    struct case_record *record = step->record;
    if (step->before == NULL) {
        return fail_to_begin(step, reason);
    }
    for (size_t i = 0; i < record->recipe->workflow->field_count; i++) {
        record->values[i] = step->before->values[i];
    }
    const struct transition *rules = &record->recipe->workflow->transitions[transition];
    step->failure = reason;
    enum status status = step_note(
        step, text_format(step->call->arena, "%.*s failed", TEXT_ARGS(rules->name)), reason);
    return status == STATUS_OK ? step_end(step) : status;
}

/* ---- all of it ---- */

/* REFUSED: what it sets cannot be computed, and nothing has happened. */
static enum status fire(struct step *step, int transition, const struct way *way,
                        struct stage_result *result_out)
{
    int64_t revision = step->record->revision;
    enum status status = step_fire(step, transition, way);
    bool is_fault = status == STATUS_MALFORMED || status == STATUS_TOO_LARGE;
    if (is_fault && step->record->revision == revision) {
        *result_out = cannot_compute(step);
        return STATUS_REFUSED;
    }
    return status;
}

static enum status move(struct step *step, int transition)
{
    struct stage_result result = {.has_failed = false};
    enum status status = run_function(step, transition, &result);
    if (status == STATUS_REFUSED) {
        return fail(step, transition, &result);
    }
    FAULT_POINT("operation_begun");
    if (status == STATUS_OK) {
        const struct way *way = step_way(step, transition, WAY_ON);
        MUST(way != NULL); /* whoever calls has looked */
        status = fire(step, transition, way, &result);
    }
    if (status == STATUS_REFUSED) {
        return fail(step, transition, &result);
    }
    return status == STATUS_OK ? case_move_end(step) : status;
}

enum status operation_run(struct step *step, int transition, struct operation_row *row)
{
    struct store *store = step->call->store;
    bool is_new = step->before == NULL;
    MUST(text_equals(row->status, operation_running) && id_equals(row->case_id, step->record->id));
    enum status status = operation_insert(store, row);
    if (status == STATUS_EXISTS) { /* the same token, just now, in another process */
        return STATUS_CONFLICT;
    }
    if (status == STATUS_OK) {
        step->record->operation = row->id;
        status = move(step, transition);
    }
    if (status == STATUS_EXISTS && is_new) { /* somebody began one just now */
        return STATUS_CONFLICT;
    }
    return status == STATUS_OK ? operation_find(store, step->call->arena, row->id, row) : status;
}
