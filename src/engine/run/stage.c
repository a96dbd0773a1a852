/* stage.c - begins stages, and takes what comes of them. */
#include "engine/run/stage.h"

#include "base/fault.h"
#include "base/log.h"
#include "engine/run/case_time.h"
#include "engine/run/expression.h"
#include "runtime/message_run.h"
#include "runtime/telling.h"

enum { RESULT_BYTES_MAX = 256 * 1024, RESULT_VALUES_MAX = 20000 };

static const struct transition *rules_of(const struct step *step, int transition)
{
    return &step->record->recipe->workflow->transitions[transition];
}

struct text stage_reason(struct arena *arena, const struct stage_result *result)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 128);
    json_begin_object(&writer);
    json_key(&writer, "code");
    json_put_text(&writer, result->code);
    json_key(&writer, "message");
    json_put_text(&writer, result->message);
    json_end_object(&writer);
    return json_written(&writer);
}

/* ---- under way ---- */

static enum status put_deadline(struct step *step, const struct transition *rules, int64_t at_ms)
{
    struct text what = text_format(step->call->arena, "%.*s/deadline", TEXT_ARGS(rules->name));
    return rules->stage.deadline_ms > 0 ? case_time_put(step, what, at_ms) : STATUS_OK;
}

static enum status put_under_way(struct step *step, int transition, struct stage_row *row)
{
    const struct transition *rules = rules_of(step, transition);
    bool is_incident = text_equals(row->state, stage_incident);
    bool was_waiting = step->record->is_waiting[transition];
    row->case_id = step->record->id;
    row->stage = rules->name;
    row->visit = step->record->visits[transition];
    step->record->is_waiting[transition] = true;
    step->is_touched = true;
    enum status status =
        SEEDED_BUG("wait_row_forgotten") ? STATUS_OK : stage_put(step->call->store, row);
    FAULT_POINT("stage_put");
    if (status == STATUS_OK && !is_incident && (!was_waiting || row->attempt == 1)) {
        status = put_deadline(step, rules, row->begun_at + rules->stage.deadline_ms);
    } else if (status == STATUS_OK && is_incident && was_waiting) {
        status = put_deadline(step, rules, 0); /* it waits for a person, as long as that takes */
    }
    return status;
}

/* It waits no more, whatever the reason. */
static enum status end_under_way(struct step *step, int transition)
{
    const struct transition *rules = rules_of(step, transition);
    if (!step->record->is_waiting[transition]) {
        return STATUS_OK;
    }
    step->record->is_waiting[transition] = false;
    if (step->record->began_in != NULL) {
        step->record->began_in[transition] = 0;
    }
    step->is_touched = true;
    enum status status = SEEDED_BUG("stage_row_stays")
                             ? STATUS_OK
                             : stage_remove(step->call->store, step->record->id, rules->name);
    FAULT_POINT("stage_removed");
    return status == STATUS_OK ? put_deadline(step, rules, 0) : status;
}

static bool stands_on(const struct step *step, const struct transition *rules)
{
    for (size_t i = 0; i < rules->way_count; i++) {
        if (bit_set_contains(&step->record->marking, &rules->ways[i].takes)) {
            return true;
        }
    }
    return false;
}

enum status stage_drop(struct step *step, int transition)
{
    return end_under_way(step, transition);
}

enum status stage_forget_left(struct step *step)
{
    const struct workflow *workflow = step->record->recipe->workflow;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < workflow->transition_count && status == STATUS_OK; i++) {
        if (step->record->is_waiting[i] && !stands_on(step, &workflow->transitions[i])) {
            status = end_under_way(step, (int)i);
        }
    }
    return status;
}

/* ---- failing ---- */

static enum status try_later(struct step *step, int transition, struct stage_row *row,
                             int64_t due_at)
{
    const struct transition *rules = rules_of(step, transition);
    bool is_queued = rules->stage.work == STAGE_EMPLOYS;
    row->state = is_queued ? stage_queued : stage_retries;
    row->worker = NO_TEXT;
    row->attempt++;
    row->due_at = due_at;
    enum status status = put_under_way(step, transition, row);
    bool needs_timer = !is_queued && !SEEDED_BUG("retry_without_timer");
    return status == STATUS_OK && needs_timer ? case_time_put(step, rules->name, due_at) : status;
}

static enum status become_incident(struct step *step, int transition, struct stage_row *row)
{
    const struct transition *rules = rules_of(step, transition);
    log_line(LOG_ERROR, "engine", "a stage has failed for good and waits for a person",
             LOG_TEXT("workflow", step->record->recipe->workflow->name),
             LOG_TEXT("stage", rules->name), LOG_TEXT("why", row->reason));
    row->state = stage_incident;
    row->queue = NO_TEXT;
    row->worker = NO_TEXT;
    step->failure = row->reason;
    enum status status = put_under_way(step, transition, row);
    return status == STATUS_OK ? step_note(step, rules->name, row->reason) : status;
}

static struct stage_row new_row(const struct step *step)
{
    return (struct stage_row){
        .attempt = 1, .begun_at = step->call->now_ms, .due_at = 0, .handed = TEXT("")};
}

enum status stage_halt(struct step *step, int transition, struct text code, struct text message)
{
    struct stage_row row = new_row(step);
    row.reason =
        stage_reason(step->call->arena, &(struct stage_result){.code = code, .message = message});
    step->record->visits[transition]++;
    return become_incident(step, transition, &row);
}

/* What the next stage is told of this one. */
static void set_previous(struct step *step, struct text result, bool passes)
{
    step->record->previous = result;
    step->previous_passes = passes;
}

static enum status fail(struct step *step, int transition, struct stage_row *row,
                        const struct stage_result *result)
{
    const struct stage_rules *rules = &rules_of(step, transition)->stage;
    int64_t now_ms = step->call->now_ms;
    int64_t due_at =
        now_ms + retry_wait_ms(rules->retry.first_ms, rules->retry.most_ms, row->attempt);
    bool is_late = rules->deadline_ms > 0 && due_at >= row->begun_at + rules->deadline_ms;
    row->reason = stage_reason(step->call->arena, result);
    if (!result->is_final && !is_late && row->attempt <= rules->retry.times) {
        return try_later(step, transition, row, due_at);
    }
    const struct way *way = step_way(step, transition, WAY_CATCH);
    if (way == NULL) {
        return become_incident(step, transition, row);
    }
    enum status status = end_under_way(step, transition);
    set_previous(step, NO_TEXT, false);
    step->reason = row->reason;
    return status == STATUS_OK ? step_fire(step, transition, way) : status;
}

/* ---- succeeding ---- */

/* An object that is handed to a field of another kind gives its member of the field's name, or the
 * only one it has. */
static const struct json *part_for(const struct recipe_transition *plan,
                                   const struct case_field *field, const struct json *result)
{
    if (plan->keeps != NULL) {
        return json_member(result, text_of(plan->keeps->name));
    }
    if (result->kind != JSON_OBJECT || field->kind == CASE_OBJECT) {
        return result;
    }
    const struct json *member = json_member(result, field->name);
    return member == NULL && result->count == 1 ? result->first : member;
}

/* Tables of C have no money: a number there is an amount in minor units. */
static bool is_amount(const struct field *member, const struct case_field *field)
{
    return member != NULL && member->kind == FIELD_INTEGER && field->kind == CASE_MONEY;
}

static bool keep_result(struct step *step, int transition, struct text result,
                        struct text *error_out)
{
    static const struct json none = {.kind = JSON_NULL};
    const struct workflow *workflow = step->record->recipe->workflow;
    const struct stage_rules *rules = &workflow->transitions[transition].stage;
    int index = rules->result;
    const struct json *json = &none;
    struct json_error error;
    if (text_is_given(result) &&
        (result.bytes > RESULT_BYTES_MAX ||
         json_read(step->call->arena, result, RESULT_VALUES_MAX, &json, &error) != STATUS_OK)) {
        *error_out = TEXT("it is not JSON, or there is too much of it");
        return false;
    }
    set_previous(step, json->kind == JSON_NULL ? NO_TEXT : result, !rules->is_stored);
    if (index == WORKFLOW_NOWHERE) {
        return true;
    }
    const struct recipe_transition *plan = &step->record->recipe->transitions[transition];
    const struct case_field *field = &workflow->fields[index];
    const struct json *part = part_for(plan, field, json);
    part = part != NULL ? part : &none;
    struct value minor = {.kind = VALUE_INTEGER};
    if (is_amount(plan->keeps, field) && json_to_integer(part, &minor.integer)) {
        bool fits = case_value_fit(step->call->arena, field, &minor, error_out);
        step->record->values[index] = fits ? minor : step->record->values[index];
        return fits;
    }
    return case_value_read(step->call->arena, field, part, &step->record->values[index], error_out);
}

bool stage_result_fits(struct step *step, int transition, struct text result,
                       struct text *error_out)
{
    struct case_record *record = step->record;
    step->record = case_record_copy(step->call->arena, record);
    bool fits = keep_result(step, transition, result, error_out);
    step->record = record;
    return fits;
}

/* The way to where the named stage begins. */
static const struct way *way_to(const struct step *step, int transition, struct text next)
{
    const struct workflow *workflow = step->record->recipe->workflow;
    int target = workflow_transition(workflow, next);
    const struct transition *rules = &workflow->transitions[transition];
    for (size_t i = 0; target != WORKFLOW_NOWHERE && i < rules->way_count; i++) {
        const struct way *way = &rules->ways[i];
        if (way->kind == WAY_NEXT && bit_set_contains(&step->record->marking, &way->takes) &&
            bit_set_contains(&way->gives, &workflow->transitions[target].ways[0].takes)) {
            return way;
        }
    }
    return NULL;
}

static void note_done(struct step *step, int transition)
{
    struct case_record *record = step->record;
    if (!text_is_given(rules_of(step, transition)->stage.undo)) {
        return;
    }
    if (record->done_count == CASE_DONE_MAX) {
        log_line(LOG_WARNING, "engine", "a case has done more than it could take back",
                 LOG_TEXT("workflow", record->recipe->workflow->name),
                 LOG_TEXT("stage", rules_of(step, transition)->name));
        return;
    }
    int *done = ARENA_ARRAY(step->call->arena, int, record->done_count + 1);
    for (size_t i = 0; i < record->done_count; i++) {
        done[i] = record->done[i];
    }
    done[record->done_count++] = transition;
    record->done = done;
}

static struct stage_result fault_of(const struct step *step)
{
    return (struct stage_result){
        .has_failed = true,
        .is_final = true,
        .code = TEXT("expression_failed"),
        .message = step->fault,
    };
}

static bool is_fault_of_expression(enum status status)
{
    return status == STATUS_MALFORMED || status == STATUS_TOO_LARGE;
}

/* The result, and what `sets` makes of it. REFUSED: nothing of it, and fault_out says why. */
static enum status take_result(struct step *step, int transition, struct text result,
                               struct stage_result *fault_out)
{
    struct text error = NO_TEXT;
    if (!keep_result(step, transition, result, &error)) {
        *fault_out = (struct stage_result){
            .has_failed = true,
            .is_final = true,
            .code = TEXT("result_does_not_fit"),
            .message =
                text_format(step->call->arena, "The result does not fit: %.*s.", TEXT_ARGS(error)),
        };
        return STATUS_REFUSED;
    }
    enum status status = step_set_fields(step, transition);
    if (is_fault_of_expression(status)) {
        *fault_out = fault_of(step);
        return STATUS_REFUSED;
    }
    return status;
}

static enum status succeed(struct step *step, int transition, struct stage_row *row,
                           const struct stage_result *result)
{
    const struct way *way = text_is_given(result->next) ? way_to(step, transition, result->next)
                                                        : step_way(step, transition, WAY_ON);
    if (way == NULL) {
        return STATUS_MALFORMED;
    }
    struct case_record *record = step->record;
    const struct value none = {.kind = VALUE_NULL};
    struct text previous = record->previous;
    bool passed = step->previous_passes;
    int index = rules_of(step, transition)->stage.result;
    struct value value = index != WORKFLOW_NOWHERE ? record->values[index] : none;
    struct stage_result fault = {.has_failed = false};
    enum status status = take_result(step, transition, result->result, &fault);
    if (status == STATUS_REFUSED) {
        set_previous(step, previous, passed);
        if (index != WORKFLOW_NOWHERE) {
            record->values[index] = value;
        }
        return fail(step, transition, row, &fault);
    }
    note_done(step, transition);
    status = status == STATUS_OK ? end_under_way(step, transition) : status;
    return status == STATUS_OK ? step_go(step, transition, way) : status;
}

enum status stage_settle(struct step *step, int transition, const struct stage_result *result)
{
    struct stage_row row;
    enum status status = stage_find(step->call->store, step->call->arena, step->record->id,
                                    rules_of(step, transition)->name, &row);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_CORRUPT : status;
    }
    return result->has_failed ? fail(step, transition, &row, result)
                              : succeed(step, transition, &row, result);
}

/* ---- doing ---- */

static struct text with_errand_name(struct step *step, int transition, struct text handed)
{
    struct json_writer writer;
    json_writer_init(&writer, step->call->arena, handed.bytes + 256);
    json_begin_object(&writer);
    json_key(&writer, "work_id");
    json_put_text(&writer, stage__work_id(step, transition));
    json_end_object(&writer);
    struct text name = json_written(&writer);
    return handed.bytes <= 2 ? name
                             : text_format(step->call->arena, "%.*s,%.*s", (int)handed.bytes - 1,
                                           handed.data, (int)name.bytes - 1, name.data + 1);
}

static enum status call_service(struct step *step, int transition, struct stage_row *row)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(step->record->id, id);
    const struct errand *errand = step->record->recipe->transitions[transition].errand;
    enum status status =
        telling_errand(step->call, errand, text_copy(step->call->arena, text_of(id)),
                       with_errand_name(step, transition, row->handed), &row->errand);
    row->state = stage_asked;
    return status == STATUS_OK ? put_under_way(step, transition, row) : status;
}

static enum status employ(struct step *step, int transition, struct stage_row *row)
{
    row->state = stage_queued;
    row->queue = rules_of(step, transition)->stage.target;
    row->due_at = step->call->now_ms;
    call_stir(step->call, row->queue);
    return put_under_way(step, transition, row);
}

/* A mistake of the program, which stops this case and nothing else. */
static struct stage_result no_such_next(const struct step *step, int transition, struct text next)
{
    return (struct stage_result){
        .has_failed = true,
        .is_final = true,
        .code = TEXT("no_such_next"),
        .message = text_format(step->call->arena, "'%.*s' has no `next` that leads to '%.*s'.",
                               TEXT_ARGS(rules_of(step, transition)->name), TEXT_ARGS(next)),
    };
}

bool stage__can_take(struct step *step, int transition, const struct stage_result *result,
                     struct stage_result *fault_out)
{
    if (text_is_given(result->next) && way_to(step, transition, result->next) == NULL) {
        *fault_out = no_such_next(step, transition, result->next);
        return false;
    }
    struct case_record *record = step->record;
    bool passes = step->previous_passes;
    step->record = case_record_copy(step->call->arena, record);
    enum status status = take_result(step, transition, result->result, fault_out);
    step->record = record;
    step->previous_passes = passes;
    return status != STATUS_REFUSED;
}

static enum status run(struct step *step, int transition, struct stage_row *row)
{
    struct stage_run at_work = {.step = step, .transition = transition, .is_stage = true};
    struct stage_result result = {0};
    const struct case_function *function = step->record->recipe->transitions[transition].function;
    enum status status = stage_run_function(step, function, row->handed, &at_work, &result);
    if (status == STATUS_REFUSED) {
        return fail(step, transition, row, &result);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (at_work.says == STAGE_SAYS_ASKED || at_work.says == STAGE_SAYS_WAITS) {
        row->state = at_work.says == STAGE_SAYS_ASKED ? stage_asked : stage_waits;
        row->errand = at_work.errand;
        return put_under_way(step, transition, row);
    }
    return succeed(step, transition, row, &result);
}

enum status stage_again(struct step *step, int transition, const struct stage_row *row)
{
    struct stage_row next = *row;
    next.worker = NO_TEXT;
    switch (rules_of(step, transition)->stage.work) {
    case STAGE_RUNS:
        return run(step, transition, &next);
    case STAGE_CALLS:
        return call_service(step, transition, &next);
    case STAGE_EMPLOYS:
        return employ(step, transition, &next);
    case STAGE_PASSES:
        break;
    }
    return succeed(step, transition, &next, &(struct stage_result){.has_failed = false});
}

/* Does the function or the command read this as a number? */
static bool is_number_to(const struct step *step, int transition, struct text name)
{
    const struct recipe_transition *plan = &step->record->recipe->transitions[transition];
    const struct shape *takes = plan->function != NULL ? plan->function->takes
                                : plan->errand != NULL ? plan->errand->data
                                                       : NULL;
    for (size_t i = 0; takes != NULL && i < takes->field_count; i++) {
        if (text_equals(text_of(takes->fields[i].name), name)) {
            return takes->fields[i].kind == FIELD_INTEGER;
        }
    }
    return false;
}

enum status stage_handed(struct step *step, int transition, struct text *handed_out)
{
    const struct transition *rules = rules_of(step, transition);
    struct json_writer writer;
    json_writer_init(&writer, step->call->arena, 256);
    json_begin_object(&writer);
    for (size_t i = 0; i < rules->with_count; i++) {
        const struct condition *condition = step->record->recipe->transitions[transition].with[i];
        const struct formula formula = {condition, &rules->with[i].value, "with", &rules->name};
        struct value value;
        enum status status = expression_value(step, &formula, &value);
        if (status != STATUS_OK) {
            return status;
        }
        json_key_text(&writer, rules->with[i].name);
        if (condition_kind(condition) == CONDITION_MONEY && value.kind == VALUE_INTEGER &&
            is_number_to(step, transition, rules->with[i].name)) {
            json_put_integer(&writer, value.integer);
        } else {
            expression_write(&writer, step, condition, &value);
        }
    }
    json_end_object(&writer);
    *handed_out = json_written(&writer);
    return STATUS_OK;
}

static enum status skip(struct step *step, int transition, struct stage_row *row)
{
    const struct way *way = step_way(step, transition, WAY_ON);
    enum status status = step_set_fields(step, transition);
    if (is_fault_of_expression(status)) {
        struct stage_result fault = fault_of(step);
        return fail(step, transition, row, &fault);
    }
    set_previous(step, NO_TEXT, false);
    return status == STATUS_OK ? step_go(step, transition, way) : status;
}

enum status stage_begin(struct step *step, int transition)
{
    bool is_skipped = false;
    struct stage_row row = new_row(step);
    const struct transition *rules = rules_of(step, transition);
    const struct formula skip_when = {step->record->recipe->transitions[transition].skip_when,
                                      &rules->stage.skip_when, "skip_when", &rules->name};
    step->record->visits[transition]++;
    enum status status =
        skip_when.condition != NULL ? expression_holds(step, &skip_when, &is_skipped) : STATUS_OK;
    if (status == STATUS_OK && is_skipped) {
        return skip(step, transition, &row);
    }
    status = status == STATUS_OK ? stage_handed(step, transition, &row.handed) : status;
    if (is_fault_of_expression(status)) {
        struct stage_result fault = fault_of(step);
        return fail(step, transition, &row, &fault);
    }
    return status == STATUS_OK ? stage_again(step, transition, &row) : status;
}

/* ---- taking back ---- */

static enum status leave_undo_to_a_person(struct step *step, int transition,
                                          const struct stage_result *result)
{
    const struct transition *rules = rules_of(step, transition);
    struct text reason = stage_reason(step->call->arena, result);
    log_line(LOG_ERROR, "engine", "what a stage did cannot be taken back; a person must",
             LOG_TEXT("stage", rules->name), LOG_TEXT("why", reason));
    step->failure = reason;
    step->is_touched = true;
    return stage_put(step->call->store, &(struct stage_row){
                                            .case_id = step->record->id,
                                            .stage = rules->name,
                                            .visit = step->record->visits[transition],
                                            .state = stage_incident,
                                            .handed = TEXT("{}"),
                                            .attempt = 1,
                                            .begun_at = step->call->now_ms,
                                            .reason = reason,
                                        });
}

static enum status undo(struct step *step, int transition)
{
    const struct case_function *function = step->record->recipe->transitions[transition].undo;
    struct stage_run at_work = {.step = step, .transition = transition};
    struct stage_result result = {0};
    struct text handed = NO_TEXT;
    enum status status = stage_handed(step, transition, &handed);
    if (is_fault_of_expression(status)) {
        result = fault_of(step);
        return leave_undo_to_a_person(step, transition, &result);
    }
    if (status == STATUS_OK) {
        status = stage_run_function(step, function, handed, &at_work, &result);
    }
    return status == STATUS_REFUSED ? leave_undo_to_a_person(step, transition, &result) : status;
}

enum status stage_undo_again(struct step *step, int transition)
{
    enum status status =
        stage_remove(step->call->store, step->record->id, rules_of(step, transition)->name);
    return status == STATUS_OK ? undo(step, transition) : status;
}

enum status stage_undo_all(struct step *step)
{
    enum status status = STATUS_OK;
    while (step->record->done_count > 0 && status == STATUS_OK) {
        int transition = step->record->done[--step->record->done_count];
        status = undo(step, transition);
    }
    return status;
}
