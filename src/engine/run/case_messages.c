/* case_messages.c - timers, schedules and replies on their way to the cases they mean. */
#include "engine/handlers.h"

#include "engine/net.h"
#include "engine/run/case_find_store.h"
#include "engine/run/case_move.h"
#include "engine/run/case_store.h"
#include "engine/run/case_time.h"

enum { CASES_AT_ONCE = 100 };

/* ---- timers ---- */

static enum status deadline_passed(struct step *step, struct text stage)
{
    int transition = workflow_transition(step->record->recipe->workflow, stage);
    if (transition == WORKFLOW_NOWHERE || !step->record->is_waiting[transition]) {
        return STATUS_OK;
    }
    struct stage_row row;
    enum status status =
        stage_find(step->call->store, step->call->arena, step->record->id, stage, &row);
    if (status != STATUS_OK || text_equals(row.state, stage_incident)) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    status = stage_settle(step, transition,
                          &(struct stage_result){
                              .has_failed = true,
                              .is_final = true,
                              .code = TEXT("deadline_passed"),
                              .message = TEXT("There was no result before the deadline."),
                          });
    return status == STATUS_OK ? case_move_end(step) : status;
}

static enum status try_again(struct step *step, int transition)
{
    struct stage_row row;
    struct text stage = step->record->recipe->workflow->transitions[transition].name;
    enum status status =
        stage_find(step->call->store, step->call->arena, step->record->id, stage, &row);
    if (status != STATUS_OK || !text_equals(row.state, stage_retries)) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    status = stage_again(step, transition, &row);
    return status == STATUS_OK ? case_move_end(step) : status;
}

static enum status time_has_come(struct step *step, struct text what)
{
    struct text name;
    struct text rest;
    if (what.bytes == 0) {
        return case_move_end(step);
    }
    if (text_cut(what, '/', &name, &rest)) {
        return deadline_passed(step, name);
    }
    int transition = workflow_transition(step->record->recipe->workflow, name);
    if (transition == WORKFLOW_NOWHERE) {
        return STATUS_OK;
    }
    bool is_stage =
        step->record->recipe->workflow->transitions[transition].kind == TRANSITION_STAGE;
    return is_stage ? try_again(step, transition) : case_fire(step, transition);
}

enum status case_timer(struct call *call)
{
    struct id case_id;
    struct text what;
    struct step step = {.call = call, .actor = TEXT("timer")};
    enum status status = STATUS_ABSENT;
    if (case_time_read(call->message->subject, &case_id, &what)) {
        status = case_move_begin(&step, case_id);
    }
    if (status == STATUS_OK) {
        status = case_fault_of(call, &step, time_has_come(&step, what));
    }
    return status == STATUS_OK || status == STATUS_ABSENT ? answer_empty(call) : status;
}

/* ---- schedules ---- */

struct coming {
    struct call *call;
    const struct recipe *recipe;
    int transition;
    struct arena *scratch; /* of one case */
    size_t count;
};

static enum status move_now(const struct coming *coming, struct id case_id)
{
    arena_reset(coming->scratch);
    struct call call = *coming->call;
    call.arena = coming->scratch;
    struct step step = {.call = &call, .actor = TEXT("schedule")};
    enum status status = case_move_begin(&step, case_id);
    bool is_other = step.record != NULL && step.record->recipe != coming->recipe;
    if (status == STATUS_UNAVAILABLE && is_other) {
        status = STATUS_OK;
    }
    if (status == STATUS_OK && !is_other) {
        status = case_fire(&step, coming->transition);
    }
    coming->call->effects = call.effects;
    return case_fault_of(coming->call, &step, status);
}

/* There may be very many: all but the first have a turn of their own, at once. */
static enum status move_soon(const struct coming *coming, struct id case_id)
{
    arena_reset(coming->scratch);
    struct call call = *coming->call;
    call.arena = coming->scratch;
    enum status status = case_time_put_for(
        &call, case_id, coming->recipe->workflow->transitions[coming->transition].name,
        call.now_ms);
    coming->call->effects = call.effects;
    return status;
}

static enum status move_found(struct coming *coming, const struct case_finding *finding)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < finding->count && status == STATUS_OK; i++) {
        status = coming->count++ < CASES_AT_ONCE ? move_now(coming, finding->ids[i])
                                                 : move_soon(coming, finding->ids[i]);
    }
    return status;
}

static enum status fire_all(struct coming *coming)
{
    const struct workflow *workflow = coming->recipe->workflow;
    const struct transition *rules = &workflow->transitions[coming->transition];
    enum status status = STATUS_OK;
    for (size_t w = 0; w < rules->way_count && status == STATUS_OK; w++) {
        int place = net_next(&rules->ways[w].takes, 0);
        struct case_finding finding = {.workflow = workflow->name,
                                       .key = case_found_by_place,
                                       .value = workflow->places[place].name};
        do {
            status = case_find_more(coming->call->store, coming->call->arena, &finding);
            status = status == STATUS_OK ? move_found(coming, &finding) : status;
        } while (status == STATUS_OK && finding.count == CASE_FIND_PIECE);
    }
    return status;
}

static enum status follow(struct call *call, const struct recipe_schedule *schedule)
{
    const struct recipe *recipe = schedule->recipe;
    if (case_begins(&recipe->workflow->transitions[schedule->transition])) {
        return recipe->is_newest
                   ? case_begin(call, &(struct case_beginning){.recipe = recipe,
                                                               .transition = schedule->transition,
                                                               .actor = TEXT("schedule")})
                   : STATUS_OK;
    }
    struct coming coming = {
        .call = call,
        .recipe = recipe,
        .transition = schedule->transition,
        .scratch = arena_create("case", CASE_ARENA_BYTES_MAX),
    };
    enum status status = fire_all(&coming);
    arena_destroy(&coming.scratch);
    return status;
}

enum status case_schedule(struct call *call)
{
    const struct catalog *catalog = catalog_of(call);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < catalog->schedule_count && status == STATUS_OK; i++) {
        if (text_equals(text_of(catalog->schedules[i].name), call->message->name)) {
            status = follow(call, &catalog->schedules[i]);
        }
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

/* ---- replies ---- */

/* Also when the deadline has made it an incident: the work is done, and no person has decided. */
static bool waits_for_reply(const struct stage_row *row, const struct message *reply)
{
    bool is_open =
        text_equals(row->state, stage_asked) ||
        (text_equals(row->state, stage_incident) && text_equals(reply->outcome, outcome_done));
    return is_open && id_equals(row->errand, reply->answers);
}

static enum status find_asked(const struct step *step, struct stage_row *row_out)
{
    struct rows rows;
    enum status status = stage_list(step->call->store, step->call->arena, step->record->id, &rows);
    const struct stage_row *items = rows.items;
    for (size_t i = 0; status == STATUS_OK && i < rows.count; i++) {
        if (waits_for_reply(&items[i], step->call->message)) {
            *row_out = items[i];
            return STATUS_OK;
        }
    }
    return status == STATUS_OK ? STATUS_ABSENT : status;
}

static struct stage_result result_of(struct call *call)
{
    const struct message *message = call->message;
    const struct json *data = NULL;
    struct json_error error;
    if (text_equals(message->outcome, outcome_done)) {
        return (struct stage_result){.result = message->data};
    }
    if (text_equals(message->outcome, outcome_expired)) {
        return (struct stage_result){.has_failed = true,
                                     .code = TEXT("no_reply"),
                                     .message = TEXT("The service did not reply in time.")};
    }
    struct stage_result refused = {.has_failed = true,
                                   .is_final = true,
                                   .code = TEXT("refused"),
                                   .message = TEXT("The service has refused.")};
    if (json_read(call->arena, message->data, 1000, &data, &error) == STATUS_OK) {
        const struct json *code = json_member(data, TEXT("code"));
        const struct json *said = json_member(data, TEXT("message"));
        refused.code = code != NULL && code->kind == JSON_STRING ? code->text : refused.code;
        refused.message = said != NULL && said->kind == JSON_STRING ? said->text : refused.message;
    }
    return refused;
}

enum status case_reply(struct call *call)
{
    struct id case_id;
    struct stage_row row;
    struct step step = {.call = call, .actor = call->message->source};
    if (!id_read(call->message->subject, &case_id)) {
        return answer_empty(call);
    }
    enum status status = case_move_begin(&step, case_id);
    if (status == STATUS_OK) {
        status = find_asked(&step, &row);
    }
    if (status == STATUS_ABSENT) { /* the case has gone on without it */
        return answer_empty(call);
    }
    if (status == STATUS_OK) {
        const struct stage_result result = result_of(call);
        int transition = workflow_transition(step.record->recipe->workflow, row.stage);
        status = stage_settle(&step, transition, &result);
    }
    status = status == STATUS_OK ? case_move_end(&step) : status;
    return status == STATUS_OK ? answer_empty(call) : status;
}
