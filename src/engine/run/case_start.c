/* case_start.c - cases that the service's own code begins, and results that it was waited for;
 * cases.h. */
#include "base/fault.h"
#include "engine/run/case_move.h"
#include "engine/stages/awaited.h"
#include "engine/stages/work_store.h"
#include "runtime/telling.h"

enum { REASON_VALUES_MAX = 1000 };

static int beginning(const struct workflow *workflow, const char *name)
{
    if (name != NULL) {
        return workflow_transition(workflow, text_of(name));
    }
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *rules = &workflow->transitions[i];
        if (rules->kind == TRANSITION_OPERATION &&
            bit_set_has(&rules->ways[0].takes, WORKFLOW_START)) {
            return (int)i;
        }
    }
    return WORKFLOW_NOWHERE;
}

enum status case_start(struct call *call, const struct case_start *start, struct id *case_out,
                       struct text *error_out)
{
    const struct recipe *recipe =
        catalog_find(catalog_of(call), text_of(start->workflow), start->version);
    int transition =
        recipe != NULL ? beginning(recipe->workflow, start->transition) : WORKFLOW_NOWHERE;
    if (transition == WORKFLOW_NOWHERE) {
        *error_out =
            text_format(call->arena, "There is no workflow '%s' that begins so.", start->workflow);
        return STATUS_ABSENT;
    }
    struct step step = {
        .call = call,
        .record = case_record_new(call->arena, recipe, id_new()),
        .person = start->person,
        .actor = telling_actor(call),
    };
    struct form_problems problems;
    step_begin(&step);
    enum status status = case_form_read(&step, transition, start->form, &problems);
    if (status != STATUS_OK) {
        *error_out = case_form_sentence(call->arena, &problems);
        return status;
    }
    status = case_create(&step, transition);
    *case_out = step.record->id;
    if (status == STATUS_REFUSED) {
        *error_out = TEXT("It cannot begin now.");
        return STATUS_MALFORMED;
    }
    if (status == STATUS_MALFORMED || status == STATUS_TOO_LARGE) {
        *error_out = text_is_given(step.fault) ? step.fault : TEXT("It is too much.");
        return STATUS_MALFORMED;
    }
    return status;
}

/* ---- results ---- */

/* ABSENT: it is kept, and never acted on. */
static enum status note_late(struct call *call, const struct work_name *name,
                             const struct case_answer *answer)
{
    enum status status = late_answer_keep(
        call->store, &(struct late_answer){
                         .case_id = name->case_id,
                         .stage = name->stage,
                         .visit = name->visit,
                         .came_at = call->now_ms,
                         .actor = telling_actor(call),
                         .why = TEXT("not_awaited"),
                         .answer = text_is_given(answer->result) ? answer->result : TEXT("null"),
                     });
    return status == STATUS_OK ? STATUS_ABSENT : status;
}

static struct stage_result result_of(struct call *call, const struct case_answer *answer)
{
    struct stage_result result = {
        .has_failed = answer->has_failed,
        .result = answer->result,
        .next = answer->next,
        .code = TEXT("worker_failed"),
        .message = TEXT("It has failed."),
    };
    const struct json *said = NULL;
    struct json_error error;
    if (answer->has_failed && text_is_given(answer->result) &&
        json_read(call->arena, answer->result, REASON_VALUES_MAX, &said, &error) == STATUS_OK) {
        const struct json *code = json_member(said, TEXT("code"));
        const struct json *message = json_member(said, TEXT("message"));
        result.code = code != NULL && code->kind == JSON_STRING ? code->text : result.code;
        result.message =
            message != NULL && message->kind == JSON_STRING ? message->text : result.message;
        const struct json *final = json_member(said, TEXT("final"));
        result.is_final = final != NULL && final->kind == JSON_TRUE;
    }
    return result;
}

enum status case_answer(struct call *call, const struct case_answer *answer, struct text *error_out)
{
    struct work_name name;
    const struct catalog *catalog = catalog_of(call);
    enum status status = work_id_read(call->arena, catalog->signing_key, answer->work_id, &name);
    if (status != STATUS_OK) {
        *error_out = TEXT("The work id is not one of ours.");
        return STATUS_MALFORMED;
    }
    struct step step = {.call = call, .actor = telling_actor(call)};
    status = case_move_begin(&step, name.case_id);
    if (status != STATUS_OK) {
        return status; /* of a case that was forgotten nothing is noted */
    }
    struct awaited awaited;
    status = stage_awaits(&step, &name, answer->has_failed, &awaited);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? note_late(call, &name, answer) : status;
    }
    const struct stage_result result = result_of(call, answer);
    status = stage_settle(&step, awaited.transition, &result);
    if (status == STATUS_MALFORMED) {
        *error_out = text_format(call->arena, "'%.*s' has no `next` that leads to '%.*s'.",
                                 TEXT_ARGS(name.stage), TEXT_ARGS(answer->next));
        return status;
    }
    return status == STATUS_OK ? case_move_end(&step) : status;
}
