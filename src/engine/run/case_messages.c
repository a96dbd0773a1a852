/* case_messages.c - events, timers, schedules and replies on their way to the cases they mean. */
#include "engine/handlers.h"

#include "engine/net.h"
#include "engine/run/case_find_store.h"
#include "engine/run/case_move.h"
#include "engine/run/case_store.h"
#include "engine/run/case_time.h"

/* ---- one transition of one case ---- */

/* It happens if it can; if not, the case is elsewhere by now, and that is no fault. */
static enum status fire_if_it_may(struct step *step, int transition)
{
    const struct way *way = step_may(step, transition);
    if (way == NULL) {
        return STATUS_OK;
    }
    enum status status = step_fire(step, transition, way);
    return status == STATUS_OK ? case_move_end(step) : status;
}

static enum status begin_new(struct call *call, const struct recipe *recipe, int transition,
                             struct text actor, struct text event)
{
    struct step step = {
        .call = call,
        .record = case_record_new(call->arena, recipe, id_new()),
        .actor = actor,
        .event = event,
    };
    step_begin(&step);
    enum status status = case_create(&step, transition);
    return status == STATUS_EXISTS || status == STATUS_REFUSED ? STATUS_OK : status;
}

static bool begins(const struct transition *rules)
{
    return bit_set_has(&rules->ways[0].takes, WORKFLOW_START);
}

/* ---- events ---- */

struct arriving {
    struct call *call;
    const struct recipe *recipe;
    int transition;
    const struct json *data;
};

static enum status move_one(const struct arriving *arriving, struct id case_id)
{
    struct step step = {
        .call = arriving->call,
        .actor = arriving->call->message->name,
        .event = arriving->call->message->data,
    };
    enum status status = case_move_begin(&step, case_id);
    if (status == STATUS_ABSENT) {
        return STATUS_OK; /* the event means something else */
    }
    if (status != STATUS_OK || step.record->recipe != arriving->recipe) {
        return status;
    }
    return fire_if_it_may(&step, arriving->transition);
}

/* The value that the case must have, from the event; false: the event has none such. */
static bool value_of_match(const struct arriving *arriving, const struct match *match,
                           struct value *value_out)
{
    static const struct case_field id_field = {.kind = CASE_ID};
    const struct case_field *field = match->field == WORKFLOW_NOWHERE
                                         ? &id_field
                                         : &arriving->recipe->workflow->fields[match->field];
    const struct json *member = json_member(arriving->data, match->member);
    struct text error;
    return member != NULL &&
           case_value_read(arriving->call->arena, field, member, value_out, &error) &&
           value_out->kind != VALUE_NULL;
}

/* Further matches narrow down what the first one finds. */
static bool others_match(const struct arriving *arriving, const struct case_record *record)
{
    const struct event_rules *rules =
        &arriving->recipe->workflow->transitions[arriving->transition].event;
    for (size_t i = 0; i < rules->match_count; i++) {
        struct value value;
        if (!value_of_match(arriving, &rules->matches[i], &value)) {
            return false;
        }
        int field = rules->matches[i].field;
        bool is_same = field == WORKFLOW_NOWHERE
                           ? id_equals(value.id, record->id)
                           : case_value_equals(&value, &record->values[field]);
        if (!is_same) {
            return false;
        }
    }
    return true;
}

static enum status move_matching(const struct arriving *arriving, struct id case_id)
{
    struct case_record *record;
    struct call *call = arriving->call;
    enum status status = case_load(call->store, call->arena, catalog_of(call), case_id, &record);
    if (status != STATUS_OK || !others_match(arriving, record)) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    return move_one(arriving, case_id);
}

static enum status move_all(const struct arriving *arriving, const struct match *match)
{
    struct value value;
    struct call *call = arriving->call;
    const struct workflow *workflow = arriving->recipe->workflow;
    if (!value_of_match(arriving, match, &value)) {
        return STATUS_OK;
    }
    if (match->field == WORKFLOW_NOWHERE) {
        return move_matching(arriving, value.id);
    }
    const struct case_field *field = &workflow->fields[match->field];
    struct case_finding finding = {.workflow = workflow->name,
                                   .key = field->name,
                                   .value = case_key_value(call->arena, field, &value)};
    enum status status = STATUS_OK;
    do {
        status = case_find_more(call->store, call->arena, &finding);
        for (size_t i = 0; i < finding.count && status == STATUS_OK; i++) {
            status = move_matching(arriving, finding.ids[i]);
        }
    } while (status == STATUS_OK && finding.count == CASE_FIND_PIECE);
    return status;
}

static enum status arrive(const struct arriving *arriving)
{
    const struct transition *rules = &arriving->recipe->workflow->transitions[arriving->transition];
    struct id id;
    if (begins(rules)) {
        return arriving->recipe->is_newest
                   ? begin_new(arriving->call, arriving->recipe, arriving->transition,
                               arriving->call->message->name, arriving->call->message->data)
                   : STATUS_OK;
    }
    if (rules->event.match_count > 0) {
        return move_all(arriving, &rules->event.matches[0]);
    }
    return id_read(arriving->call->message->subject, &id) ? move_one(arriving, id) : STATUS_OK;
}

enum status case_event(struct call *call)
{
    const struct catalog *catalog = catalog_of(call);
    const struct json *data = NULL;
    struct json_error error;
    enum status status = json_read(call->arena, call->message->data, 20000, &data, &error);
    for (size_t r = 0; r < catalog->recipe_count && status == STATUS_OK; r++) {
        const struct workflow *workflow = catalog->recipes[r]->workflow;
        for (size_t i = 0; i < workflow->transition_count && status == STATUS_OK; i++) {
            const struct transition *rules = &workflow->transitions[i];
            if (rules->kind == TRANSITION_EVENT &&
                text_equals(rules->event.event, call->message->name)) {
                status = arrive(&(struct arriving){call, catalog->recipes[r], (int)i, data});
            }
        }
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

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
    return is_stage ? try_again(step, transition) : fire_if_it_may(step, transition);
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
        status = time_has_come(&step, what);
    }
    return status == STATUS_OK || status == STATUS_ABSENT ? answer_empty(call) : status;
}

/* ---- schedules ---- */

static enum status fire_all(struct call *call, const struct recipe *recipe, int transition)
{
    const struct transition *rules = &recipe->workflow->transitions[transition];
    enum status status = STATUS_OK;
    for (size_t w = 0; w < rules->way_count && status == STATUS_OK; w++) {
        int place = net_next(&rules->ways[w].takes, 0);
        struct case_finding finding = {.workflow = recipe->workflow->name,
                                       .key = case_found_by_place,
                                       .value = recipe->workflow->places[place].name};
        do {
            status = case_find_more(call->store, call->arena, &finding);
            for (size_t i = 0; i < finding.count && status == STATUS_OK; i++) {
                struct step step = {.call = call, .actor = TEXT("schedule")};
                status = case_move_begin(&step, finding.ids[i]);
                if (status == STATUS_OK && step.record->recipe == recipe) {
                    status = fire_if_it_may(&step, transition);
                }
            }
        } while (status == STATUS_OK && finding.count == CASE_FIND_PIECE);
    }
    return status;
}

enum status case_schedule(struct call *call)
{
    const struct catalog *catalog = catalog_of(call);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < catalog->schedule_count && status == STATUS_OK; i++) {
        const struct recipe_schedule *schedule = &catalog->schedules[i];
        if (!text_equals(text_of(schedule->name), call->message->name)) {
            continue;
        }
        bool is_first = begins(&schedule->recipe->workflow->transitions[schedule->transition]);
        if (!is_first) {
            status = fire_all(call, schedule->recipe, schedule->transition);
        } else if (schedule->recipe->is_newest) {
            status =
                begin_new(call, schedule->recipe, schedule->transition, TEXT("schedule"), NO_TEXT);
        }
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

/* ---- replies ---- */

static enum status find_asked(const struct step *step, struct id errand, struct stage_row *row_out)
{
    struct rows rows;
    enum status status = stage_list(step->call->store, step->call->arena, step->record->id, &rows);
    const struct stage_row *items = rows.items;
    for (size_t i = 0; status == STATUS_OK && i < rows.count; i++) {
        if (id_equals(items[i].errand, errand) && text_equals(items[i].state, stage_asked)) {
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
        status = find_asked(&step, call->message->answers, &row);
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
