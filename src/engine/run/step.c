/* step.c - one transition after the other. */
#include "engine/run/step.h"

#include "base/fault.h"
#include "base/log.h"
#include "engine/net.h"
#include "engine/operations/operation_store.h"
#include "engine/run/case_store.h"
#include "engine/run/case_tell.h"
#include "engine/run/case_time.h"
#include "engine/run/early.h"
#include "engine/run/expression.h"
#include "engine/run/stage.h"

#include <string.h>

void step_begin(struct step *step)
{
    struct arena *arena = step->call->arena;
    step->passing = step->record->recipe->passing;
    step->before = step->record->revision > 0 ? case_record_copy(arena, step->record) : NULL;
    step->noted = step->before;
    if (step->before == NULL) {
        /* Nothing of it is known to anybody yet, its defaults are news too. */
        step->noted = case_record_blank(arena, step->record);
        step->record->opened_at = step->call->now_ms;
        step->record->opened_by = step->person;
    }
}

const struct way *step_way(const struct step *step, int transition, enum way_kind kind)
{
    const struct transition *rules = &step->record->recipe->workflow->transitions[transition];
    for (size_t i = 0; i < rules->way_count; i++) {
        const struct way *way = &rules->ways[i];
        if (way->kind == kind && bit_set_contains(&step->record->marking, &way->takes)) {
            return way;
        }
    }
    return NULL;
}

static bool holds(struct step *step, int transition)
{
    const struct recipe *recipe = step->record->recipe;
    const struct transition *rules = &recipe->workflow->transitions[transition];
    const struct formula when = {recipe->transitions[transition].when, &rules->when, "when",
                                 &rules->name};
    bool is_true = false;
    enum status status = expression_holds(step, &when, &is_true);
    if (status != STATUS_OK) {
        log_line(LOG_WARNING, "engine", "nobody can say whether a condition is so",
                 LOG_TEXT("workflow", recipe->workflow->name), LOG_TEXT("why", step->fault));
        step->undecided = rules;
    }
    return is_true;
}

const struct way *step_may(struct step *step, int transition)
{
    const struct recipe_transition *plan = &step->record->recipe->transitions[transition];
    const struct way *way = step_way(step, transition, WAY_ON);
    step->undecided = NULL;
    if (way == NULL || !holds(step, transition)) {
        return NULL;
    }
    for (size_t i = 0; i < plan->rival_count; i++) {
        int rival = plan->rivals[i];
        if (step_way(step, rival, WAY_ON) != NULL &&
            (holds(step, rival) || step->undecided != NULL)) {
            return NULL;
        }
    }
    return way;
}

/* ---- firing ---- */

static void move_marks(struct step *step, const struct way *way)
{
    struct case_record *record = step->record;
    bool keeps_one = SEEDED_BUG("join_fires_twice") && bit_set_count(&way->takes) > 1;
    for (size_t i = 0; i < BIT_SET_WORDS; i++) {
        uint64_t taken = way->takes.words[i];
        taken = keeps_one ? taken & (taken - 1) : taken;
        uint64_t left = record->marking.words[i] & ~taken;
        MUST((left & way->gives.words[i]) == 0); /* proved when the workflow was loaded */
        record->marking.words[i] = left | way->gives.words[i];
        step->entered.words[i] |= way->gives.words[i] & ~way->takes.words[i];
    }
}

static enum status compute(struct step *step, int transition, size_t index, struct value *value_out)
{
    const struct recipe *recipe = step->record->recipe;
    const struct assignment *set = &recipe->workflow->transitions[transition].sets[index];
    const struct case_field *field = &recipe->workflow->fields[set->field];
    const struct formula formula = {recipe->transitions[transition].sets[index], &set->value,
                                    "sets", &recipe->workflow->transitions[transition].name};
    struct text error = NO_TEXT;
    enum status status = expression_value(step, &formula, value_out);
    if (status == STATUS_OK && !case_value_fit(step->call->arena, field, value_out, &error)) {
        struct text why =
            text_format(step->call->arena, "%.*s %.*s", TEXT_ARGS(field->name), TEXT_ARGS(error));
        expression_blame(step, &formula, why);
        status = STATUS_MALFORMED;
    }
    if (status == STATUS_MALFORMED || status == STATUS_TOO_LARGE) {
        log_line(LOG_WARNING, "engine", "a field cannot be set",
                 LOG_TEXT("workflow", recipe->workflow->name),
                 LOG_TEXT("transition", recipe->workflow->transitions[transition].name),
                 LOG_TEXT("why", step->fault));
    }
    return status;
}

/* All of them are computed from what was there before. */
enum status step_set_fields(struct step *step, int transition)
{
    const struct transition *rules = &step->record->recipe->workflow->transitions[transition];
    if (rules->set_count == 0) {
        return STATUS_OK;
    }
    struct value *values = ARENA_ARRAY(step->call->arena, struct value, rules->set_count);
    for (size_t i = 0; i < rules->set_count; i++) {
        enum status status = compute(step, transition, i, &values[i]);
        if (status != STATUS_OK) {
            return status;
        }
    }
    for (size_t i = 0; i < rules->set_count; i++) {
        step->record->values[rules->sets[i].field] = values[i];
    }
    return STATUS_OK;
}

static void put_changed_fields(struct json_writer *writer, const struct step *step)
{
    const struct workflow *workflow = step->record->recipe->workflow;
    json_key(writer, "fields");
    json_begin_object(writer);
    for (size_t i = 0; i < workflow->field_count; i++) {
        const struct value *then = &step->noted->values[i];
        const struct value *now = &step->record->values[i];
        if (!case_value_equals(then, now) && !bit_set_has(&step->passing, i)) {
            json_key_text(writer, workflow->fields[i].name);
            json_begin_array(writer);
            case_value_write(writer, &workflow->fields[i], then);
            case_value_write(writer, &workflow->fields[i], now);
            json_end_array(writer);
        }
    }
    json_end_object(writer);
}

enum status step_note(struct step *step, struct text what, struct text reason)
{
    struct case_record *record = step->record;
    struct arena *arena = step->call->arena;
    struct json_writer writer;
    json_writer_init(&writer, arena, 256);
    json_begin_object(&writer);
    json_key(&writer, "places");
    json_put_raw(&writer, case_places_write(arena, record));
    put_changed_fields(&writer, step);
    if (text_is_given(reason)) {
        json_key(&writer, "reason");
        json_put_raw(&writer, reason);
    }
    json_end_object(&writer);
    record->revision++;
    step->noted = case_record_copy(arena, record);
    if (SEEDED_BUG("history_skipped") && step->fired > 2) {
        return STATUS_OK;
    }
    return case_step_keep(step->call->store, &(struct case_step){
                                                 .case_id = record->id,
                                                 .revision = record->revision,
                                                 .at = step->call->now_ms,
                                                 .transition = what,
                                                 .actor = step->actor,
                                                 .person = step->person,
                                                 .party = step->party,
                                                 .changes = json_written(&writer),
                                             });
}

static bool undoes(const struct step *step, const struct way *way)
{
    const struct workflow *workflow = step->record->recipe->workflow;
    for (int i = net_next(&way->gives, 0); i >= 0; i = net_next(&way->gives, i + 1)) {
        if (workflow->places[i].undoes) {
            return true;
        }
    }
    return false;
}

enum status step_fire(struct step *step, int transition, const struct way *way)
{
    enum status status = way->kind == WAY_CATCH ? STATUS_OK : step_set_fields(step, transition);
    return status == STATUS_OK ? step_go(step, transition, way) : status;
}

enum status step_go(struct step *step, int transition, const struct way *way)
{
    const struct transition *rules = &step->record->recipe->workflow->transitions[transition];
    MUST(bit_set_contains(&step->record->marking, &way->takes));
    step->fired++;
    move_marks(step, way);
    enum status status = stage_forget_left(step);
    if (status == STATUS_OK) {
        status = step_note(step, rules->name, step->reason);
        step->reason = NO_TEXT;
        FAULT_POINT("case_noted");
    }
    if (status == STATUS_OK && way->kind != WAY_CATCH) {
        status = case_tell(step, transition);
    }
    if (status == STATUS_OK && undoes(step, way)) {
        status = stage_undo_all(step);
    }
    return status;
}

/* ---- the end ---- */

static void forget_passing(struct step *step)
{
    for (int i = net_next(&step->passing, 0); i >= 0; i = net_next(&step->passing, i + 1)) {
        step->record->values[i] = (struct value){.kind = VALUE_NULL};
    }
    if (step->previous_passes) {
        step->record->previous = NO_TEXT;
    }
}

static void close_if_over(struct step *step)
{
    struct case_record *record = step->record;
    if (!bit_set_contains(&record->recipe->ends, &record->marking)) {
        record->closed_at = 0; /* somebody has moved it back */
    } else if (record->closed_at == 0) {
        record->closed_at = step->call->now_ms;
    }
}

/* Something follows from what was asked for just now, and is not done: a stage has begun. */
static bool has_begun_stages(const struct step *step)
{
    const struct case_record *record = step->record;
    const struct case_record *before = step->before;
    for (size_t i = 0; i < record->recipe->workflow->transition_count; i++) {
        bool was_waiting = before != NULL && before->recipe == record->recipe &&
                           before->is_waiting[i] && before->visits[i] == record->visits[i];
        if (record->is_waiting[i] && !was_waiting) {
            return true;
        }
    }
    return false;
}

/* Whoever only notes something down does not wait for what others have set off. */
static bool is_over_at_once(const struct step *step)
{
    bool is_new =
        step->before == NULL || !id_equals(step->before->operation, step->record->operation);
    return is_new && !has_begun_stages(step) && !step->is_cut;
}

/* What was asked for has happened when nothing that follows from it is under way any more. */
static void conclude_operation(struct step *step, struct operation_outcome *outcome_out)
{
    struct case_record *record = step->record;
    *outcome_out = (struct operation_outcome){.id = record->operation};
    if (id_is_none(record->operation)) {
        return;
    }
    bool is_at_rest = case_is_at_rest(record) && !step->is_cut;
    bool is_over = is_at_rest || is_over_at_once(step);
    outcome_out->status = text_is_given(step->failure) ? operation_failed
                          : is_over                    ? operation_succeeded
                                                       : operation_running;
    outcome_out->reason = step->failure;
    outcome_out->revision = record->revision;
    outcome_out->now_ms = step->call->now_ms;
    if (!text_equals(outcome_out->status, operation_running)) {
        bool is_another = !is_at_rest && step->before != NULL &&
                          !id_equals(step->before->operation, outcome_out->id);
        record->operation = is_another ? step->before->operation : (struct id){0};
    }
}

/* Its transition has happened; what followed was left for something else that was asked for. */
static enum status conclude_overtaken(struct step *step, struct id newest)
{
    struct id overtaken = step->before != NULL ? step->before->operation : (struct id){{0}};
    bool is_under_way = id_equals(overtaken, step->record->operation);
    if (id_is_none(overtaken) || is_under_way || id_equals(overtaken, newest)) {
        return STATUS_OK;
    }
    return operation_conclude(step->call->store, &(struct operation_outcome){
                                                     .id = overtaken,
                                                     .status = operation_succeeded,
                                                     .revision = step->record->revision,
                                                     .now_ms = step->call->now_ms,
                                                     .event_id = step->event_id,
                                                 });
}

/* A stage has begun, and nothing else has happened: as when the case goes on after a cut. */
static bool has_begun_only(const struct step *step)
{
    const struct case_record *before = step->before;
    const struct case_record *record = step->record;
    if (before == NULL || record->revision != before->revision) {
        return false;
    }
    size_t count = record->recipe->workflow->transition_count;
    return memcmp(before->visits, record->visits, count * sizeof *record->visits) != 0 ||
           memcmp(before->is_waiting, record->is_waiting, count) != 0;
}

static enum status write_case(struct step *step)
{
    struct case_record *record = step->record;
    struct store *store = step->call->store;
    struct operation_outcome outcome;
    record->changed_at = step->call->now_ms;
    record->unbroken = step->is_cut ? record->unbroken + step->fired : 0;
    forget_passing(step);
    close_if_over(step);
    conclude_operation(step, &outcome);
    FAULT_POINT("case_settled");
    enum status status = case_keep(store, step->call->arena, record, step->before);
    FAULT_POINT("case_kept");
    status = status == STATUS_OK ? case_time_set(step) : status;
    status = status == STATUS_OK ? early_forget(step) : status;
    if (status == STATUS_OK && !SEEDED_BUG("change_not_told")) {
        status = case_tell_changed(step, &outcome);
    }
    FAULT_POINT("case_told");
    if (status == STATUS_OK && !id_is_none(outcome.id)) {
        outcome.event_id = step->event_id;
        status = operation_conclude(store, &outcome);
    }
    return status == STATUS_OK ? conclude_overtaken(step, outcome.id) : status;
}

enum status step_end(struct step *step)
{
    struct case_record *record = step->record;
    if (has_begun_only(step)) {
        enum status status = step_note(step, TEXT("begun"), NO_TEXT);
        if (status != STATUS_OK) {
            return status;
        }
    }
    if (step->before == NULL || record->revision != step->before->revision) {
        return record->revision > 0 ? write_case(step) : STATUS_OK;
    }
    return step->is_touched ? case_hold(step->call->store, record) : STATUS_OK;
}
