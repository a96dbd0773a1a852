/* stage_function.c - a function of the service's table at work inside a case. */
#include "engine/run/stage.h"

#include "base/fault.h"
#include "engine/stages/work_id.h"
#include "engine/triggers/outside_run.h"
#include "runtime/input.h"
#include "runtime/telling.h"

/* What it tells is caused by whoever moved the case. */
static const struct message *message_behind(const struct call *call)
{
    if (call->message != NULL) {
        return call->message;
    }
    struct message *message = ARENA_NEW(call->arena, struct message);
    message->actor = telling_actor(call);
    message->trace = telling_trace(call);
    return message;
}

static struct call call_for(struct step *step, const struct case_function *function,
                            const struct input_data *data, struct stage_run *run)
{
    struct call call = *step->call;
    call.message = message_behind(step->call);
    call.route = NULL;
    call.exchange = NULL;
    call.input = data->structure;
    call.given = data->given;
    call.takes = function->takes;
    call.gives = function->gives;
    call.reply = NO_TEXT;
    call.refusal = NULL;
    call.stage = run;
    call.gathered = NULL;
    call.expected_revision = FIELD_NONE;
    return call;
}

static struct stage_result failure(const char *code, struct text message, bool is_final)
{
    return (struct stage_result){
        .has_failed = true, .is_final = is_final, .code = text_of(code), .message = message};
}

/* What a handler may return unhandled is a fault of the world, and the whole call is tried again.
 */
static bool is_of_the_function(enum status status)
{
    return status == STATUS_ABSENT || status == STATUS_EXISTS || status == STATUS_MALFORMED ||
           status == STATUS_TOO_LARGE;
}

static struct stage_result result_of(const struct call *call, enum status status,
                                     const struct stage_run *run)
{
    if (status == STATUS_REFUSED) {
        return failure(call->refusal->code, text_of(call->refusal->text), true);
    }
    if (is_of_the_function(status)) {
        return failure("function_failed", text_of(status_text(status)), false);
    }
    if (run->says == STAGE_SAYS_RETRY) {
        return failure("not_now", run->why, false);
    }
    return (struct stage_result){
        .result = run->says == STAGE_SAYS_NEXT ? run->result : call->reply,
        .next = run->next,
    };
}

static bool is_done(const struct stage_run *run)
{
    return run->is_stage && (run->says == STAGE_SAYS_DONE || run->says == STAGE_SAYS_NEXT);
}

/* OK when it ran and what it wrote stays; REFUSED when nothing of it does. */
static enum status run_part(struct step *step, const struct case_function *function,
                            struct call *call, struct stage_result *result_out)
{
    struct store *store = step->call->store;
    store_part_begin(store);
    enum status status = function->run(call);
    FAULT_POINT("stage_function_ran");
    *result_out = result_of(call, status, call->stage);
    struct stage_result fault;
    if (!result_out->has_failed && store->state == STORE_WRITING && is_done(call->stage) &&
        !stage__can_take(step, call->stage->transition, result_out, &fault)) {
        *result_out = fault; /* a retry would write it once more */
    }
    if (!result_out->has_failed) {
        MUST(status != STATUS_OK || call->gives == NULL || call->reply.data != NULL ||
             call->stage->says != STAGE_SAYS_DONE);
        if (store->state == STORE_WRITING) {
            store_part_end(store);
        } /* a store that has failed forgets it with the undo of the whole call */
        return status;
    }
    if (SEEDED_BUG("part_stays")) {
        store_part_end(store);
        return STATUS_REFUSED;
    }
    enum status undone = store_part_undo(store);
    return undone == STATUS_OK ? STATUS_REFUSED : undone;
}

enum status stage_run_function(struct step *step, const struct case_function *function,
                               struct text handed, struct stage_run *run_out,
                               struct stage_result *result_out)
{
    struct input_data data = {.structure = NULL};
    struct text error = NO_TEXT;
    if (function->takes != NULL &&
        input_read_data(step->call->arena, function->takes, handed, &data, &error) != STATUS_OK) {
        *result_out =
            failure("bad_input",
                    text_format(step->call->arena, "What %s is handed does not fit: %.*s.",
                                function->name, TEXT_ARGS(error)),
                    true);
        return STATUS_REFUSED;
    }
    if (step->call->stage != NULL && step->call->stage->step != NULL) {
        *result_out =
            failure("inside_another", TEXT("A function cannot run inside another."), true);
        return STATUS_REFUSED;
    }
    struct call call = call_for(step, function, &data, run_out);
    enum status status = run_part(step, function, &call, result_out);
    if (status == STATUS_OK) {
        step->call->effects = call.effects;
    }
    return status;
}

struct text stage__work_id(const struct step *step, int transition)
{
    const struct workflow *workflow = step->record->recipe->workflow;
    return work_id_write(step->call->arena, catalog_of(step->call)->signing_key,
                         &(struct work_name){
                             .case_id = step->record->id,
                             .workflow = workflow->name,
                             .version = case_work_version(step->record, transition),
                             .stage = workflow->transitions[transition].name,
                             .visit = step->record->visits[transition],
                         });
}

/* ---- what a function may say; cases.h ---- */

static struct stage_run *run_of(struct call *call)
{
    MUST(call->stage != NULL); /* only a function of a case may */
    return call->stage;
}

/* Only a case can go on elsewhere, or wait. */
static enum status refuse_outside(struct call *call)
{
    return refuse(call, &function_needs_case);
}

static struct text result_text(const struct call *call, const void *result)
{
    struct json_writer writer;
    if (call->gives == NULL) {
        MUST(result == NULL);
        return NO_TEXT;
    }
    json_writer_init(&writer, call->arena, 256);
    json_put_struct(&writer, call->gives, result);
    return json_written(&writer);
}

enum status stage_next(struct call *call, const char *stage, const void *result)
{
    struct stage_run *run = run_of(call);
    if (run->outside != NULL) {
        return refuse_outside(call);
    }
    run->says = STAGE_SAYS_NEXT;
    run->next = text_of(stage);
    run->result = result_text(call, result);
    return STATUS_OK;
}

enum status stage_ask(struct call *call, const struct errand *errand, const void *data)
{
    struct stage_run *run = run_of(call);
    MUST(errand->on_reply == case_reply);
    if (run->outside != NULL) {
        return refuse_outside(call);
    }
    char id[ID_TEXT_BYTES + 1];
    id_write(run->step->record->id, id);
    run->says = STAGE_SAYS_ASKED;
    return tell_to(call, errand, text_of(id), data, &run->errand);
}

enum status stage_wait(struct call *call)
{
    struct stage_run *run = run_of(call);
    run->says = STAGE_SAYS_WAITS;
    return run->outside != NULL ? refuse_outside(call) : STATUS_OK;
}

enum status stage_retry(struct call *call, const char *why)
{
    struct stage_run *run = run_of(call);
    run->says = STAGE_SAYS_RETRY;
    run->why = text_copy(call->arena, text_of(why));
    return run->outside != NULL ? STATUS_UNAVAILABLE : STATUS_OK;
}

struct id stage_case(const struct call *call)
{
    MUST(call->stage != NULL);
    return call->stage->outside != NULL ? call->stage->outside->case_id
                                        : call->stage->step->record->id;
}

int64_t stage_visit(const struct call *call)
{
    MUST(call->stage != NULL);
    return call->stage->outside != NULL
               ? 1
               : call->stage->step->record->visits[call->stage->transition];
}

struct text stage_previous(const struct call *call)
{
    MUST(call->stage != NULL);
    return call->stage->outside != NULL ? NO_TEXT : call->stage->step->record->previous;
}

struct text stage_work_id(const struct call *call)
{
    MUST(call->stage != NULL);
    return call->stage->outside != NULL
               ? call->stage->outside->work_id
               : stage__work_id(call->stage->step, call->stage->transition);
}
