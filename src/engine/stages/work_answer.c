/* work_answer.c - what came of the work: a result, or why there is none; and that it takes longer.
 *
 * An answer is good as long as the stage waits at this visit, whoever has it now: the work is done,
 * and its id says that it is ours. Only that it has failed is believed of nobody but who has it,
 * for somebody else may be about to succeed. What comes too late, or again, is acknowledged and
 * noted, and nothing happens (E35).
 */
#include "engine/stages/work_parts.h"

#include "engine/run/case_move.h"
#include "engine/stages/awaited.h"
#include "runtime/host.h"

const struct refusal work_forged = {
    "not_our_task", 403, "This task id is not one that was given here, letter for letter."};
const struct refusal work_no_task = {"no_task", 400, "Say which task: task_id."};
const struct refusal work_other_queue = {"other_queue", 422, "This task is of another queue."};
const struct refusal work_bad_error = {
    "bad_error", 422,
    "An error is an object: {\"code\": text, \"message\": text, \"final\": true or false}."};
const struct refusal work_bad_next = {
    "bad_next", 422, "The stage has no `next` of this name, so the case cannot go there."};

struct answering {
    struct call *call;
    const struct answer_input *input;
    struct work_name name;
    struct step step;
    struct awaited awaited;
    struct answer_said said;
};

static struct text given_task(struct text one, struct text other)
{
    return text_is_given(one) ? one : other;
}

/* OK, or REFUSED with the answer given. */
static enum status read_task(struct call *call, struct text task_id, struct work_name *name_out)
{
    if (!text_is_given(task_id)) {
        return refuse(call, &work_no_task);
    }
    enum status status =
        work_id_read(call->arena, catalog_of(call)->signing_key, task_id, name_out);
    return status == STATUS_OK ? STATUS_OK : refuse(call, &work_forged);
}

/* ---- what is not accepted ---- */

static struct text what_was_said(const struct answer_input *input)
{
    return text_is_given(input->error)    ? input->error
           : text_is_given(input->result) ? input->result
                                          : TEXT("null");
}

static enum status acknowledge(struct answering *answering, struct text why)
{
    struct call *call = answering->call;
    answering->said = (struct answer_said){.accepted = false, .why = why};
    if (answering->step.record == NULL) {
        return STATUS_OK; /* the case was forgotten, and nothing is kept of it */
    }
    return late_answer_keep(call->store, &(struct late_answer){
                                             .case_id = answering->name.case_id,
                                             .stage = answering->name.stage,
                                             .visit = answering->name.visit,
                                             .came_at = call->now_ms,
                                             .actor = answering->step.actor,
                                             .why = why,
                                             .answer = what_was_said(answering->input),
                                         });
}

static const struct stage_rules *rules_of(const struct answering *answering)
{
    const struct workflow *workflow = answering->step.record->recipe->workflow;
    return &workflow->transitions[answering->awaited.transition].stage;
}

/* A failure is the word of who has the work. */
static bool may_fail(const struct answering *answering)
{
    struct text holder = answering->awaited.row.worker;
    struct text worker = answering->input->worker;
    return text_is_given(holder) && (!text_is_given(worker) || text_equals(worker, holder));
}

/* ---- what is ---- */

static bool read_error(struct call *call, struct text error, struct stage_result *result_out)
{
    const struct json *json = NULL;
    struct json_error wrong;
    if (json_read(call->arena, error, 1000, &json, &wrong) != STATUS_OK) {
        return false;
    }
    const struct json *code = json_member(json, TEXT("code"));
    const struct json *message = json_member(json, TEXT("message"));
    const struct json *final = json_member(json, TEXT("final"));
    if (code == NULL || code->kind != JSON_STRING ||
        (message != NULL && message->kind != JSON_STRING) ||
        (final != NULL && final->kind != JSON_TRUE && final->kind != JSON_FALSE)) {
        return false;
    }
    *result_out = (struct stage_result){
        .has_failed = true,
        .is_final = final != NULL && final->kind == JSON_TRUE,
        .code = code->text,
        .message = message != NULL ? message->text : TEXT(""),
    };
    return true;
}

static enum status settle(struct answering *answering)
{
    struct call *call = answering->call;
    const struct answer_input *input = answering->input;
    struct stage_result result = {.result = input->result, .next = input->next};
    if (text_is_given(input->error) && !read_error(call, input->error, &result)) {
        return refuse_field(call, &work_bad_error, "error");
    }
    enum status status = stage_settle(&answering->step, answering->awaited.transition, &result);
    if (status == STATUS_MALFORMED) {
        return refuse_field(call, &work_bad_next, "next");
    }
    status = status == STATUS_OK ? case_move_end(&answering->step) : status;
    if (status != STATUS_OK) {
        return status;
    }
    if (call->host != NULL && call->host->queue_max > 0) {
        call_stir(call, rules_of(answering)->target); /* there is room for another one */
    }
    answering->said = (struct answer_said){.accepted = true};
    return STATUS_OK;
}

static enum status weigh(struct answering *answering)
{
    struct call *call = answering->call;
    bool has_failed = text_is_given(answering->input->error);
    enum status status =
        stage_awaits(&answering->step, &answering->name, has_failed, &answering->awaited);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? acknowledge(answering, TEXT("not_awaited")) : status;
    }
    const struct stage_rules *rules = rules_of(answering);
    struct text queue = answering->input->queue;
    if (rules->work != STAGE_EMPLOYS ||
        (text_is_given(queue) && !text_equals(rules->target, queue))) {
        return refuse(call, &work_other_queue);
    }
    if (has_failed && !may_fail(answering)) {
        return acknowledge(answering, TEXT("not_yours"));
    }
    return settle(answering);
}

enum status work_settle(struct call *call, const struct answer_input *input,
                        struct answer_said *said_out)
{
    struct answering answering = {.call = call, .input = input};
    enum status status =
        read_task(call, given_task(input->task_id, input->task_id_too), &answering.name);
    if (status != STATUS_OK) {
        return status;
    }
    answering.step = (struct step){
        .call = call,
        .actor = text_is_given(input->worker)
                     ? text_format(call->arena, "worker %.*s", TEXT_ARGS(input->worker))
                     : TEXT("worker"),
    };
    status = case_move_begin(&answering.step, answering.name.case_id);
    if (status == STATUS_ABSENT) {
        status = acknowledge(&answering, TEXT("no_case"));
    } else if (status == STATUS_OK) {
        status = weigh(&answering);
    }
    *said_out = answering.said;
    return status;
}

enum status work_answer_handle(struct call *call)
{
    struct answer_input input = *(const struct answer_input *)call->input;
    struct answer_said said;
    input.queue = work_queue_of(call);
    enum status status = work_settle(call, &input, &said);
    return status == STATUS_OK ? answer(call, &said) : status;
}

/* ---- it takes longer ---- */

/* As far as it is known here. */
static bool is_of_other_queue(const struct call *call, struct text queue,
                              const struct work_name *name)
{
    const struct recipe *recipe = catalog_find(catalog_of(call), name->workflow, name->version);
    int transition = recipe != NULL && text_is_given(queue)
                         ? workflow_transition(recipe->workflow, name->stage)
                         : WORKFLOW_NOWHERE;
    return transition != WORKFLOW_NOWHERE &&
           !text_equals(recipe->workflow->transitions[transition].stage.target, queue);
}

enum status work_hold_longer(struct call *call, const struct heartbeat_input *input,
                             struct heartbeat_said *said_out)
{
    struct work_name name;
    enum status status = read_task(call, given_task(input->task_id, input->task_id_too), &name);
    if (status != STATUS_OK) {
        return status;
    }
    if (is_of_other_queue(call, input->queue, &name)) {
        return refuse(call, &work_other_queue);
    }
    int64_t until_ms = call->now_ms + input->lease_ms;
    status = work_keep(call->store, &(struct work_hold){.case_id = name.case_id,
                                                        .stage = name.stage,
                                                        .visit = name.visit,
                                                        .worker = input->worker,
                                                        .until_ms = until_ms});
    if (status != STATUS_OK && status != STATUS_ABSENT) {
        return status;
    }
    bool is_held = status == STATUS_OK;
    *said_out = (struct heartbeat_said){.held = is_held, .lease_until = is_held ? until_ms : 0};
    return STATUS_OK;
}

enum status work_heartbeat_handle(struct call *call)
{
    struct heartbeat_input input = *(const struct heartbeat_input *)call->input;
    struct heartbeat_said said;
    input.queue = work_queue_of(call);
    enum status status = work_hold_longer(call, &input, &said);
    return status == STATUS_OK ? answer(call, &said) : status;
}
