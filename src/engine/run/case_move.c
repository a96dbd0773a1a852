/* case_move.c - the frame that every move of a case has. */
#include "engine/run/case_move.h"

#include "engine/files/files.h"
#include "engine/run/case_store.h"
#include "engine/run/expression.h"

enum { FORM_VALUES_MAX = 5000 };

enum status case_move_begin(struct step *step, struct id case_id)
{
    enum status status = case_load(step->call->store, step->call->arena, catalog_of(step->call),
                                   case_id, &step->record);
    if (status == STATUS_OK && text_is_given(step->record->recipe->held_up)) {
        return STATUS_UNAVAILABLE; /* said loudly at the start; nothing of it can be run */
    }
    if (status == STATUS_OK) {
        step_begin(step);
    }
    return status;
}

enum status case_move_end(struct step *step)
{
    enum status status = step_settle(step);
    return status == STATUS_OK ? step_end(step) : status;
}

enum status case_fault_of(struct call *call, const struct step *step, enum status status)
{
    bool is_fault =
        (status == STATUS_MALFORMED || status == STATUS_TOO_LARGE) && text_is_given(step->fault);
    if (!is_fault) {
        return status;
    }
    struct refusal *refusal = ARENA_NEW(call->arena, struct refusal);
    *refusal = (struct refusal){.code = "expression_failed",
                                .http_status = 422,
                                .text = text_copy(call->arena, step->fault).data};
    call->refusal = refusal;
    return STATUS_REFUSED;
}

enum status case_fire(struct step *step, int transition)
{
    const struct way *way = step_may(step, transition);
    if (way == NULL) {
        return step->undecided != NULL ? STATUS_MALFORMED : STATUS_OK;
    }
    enum status status = step_fire(step, transition, way);
    return status == STATUS_OK ? case_move_end(step) : status;
}

/* ---- forms ---- */

static const struct asked *find_asked(const struct transition *rules, int field)
{
    for (size_t i = 0; field != WORKFLOW_NOWHERE && i < rules->operation.ask_count; i++) {
        if (rules->operation.asks[i].field == field) {
            return &rules->operation.asks[i];
        }
    }
    return NULL;
}

static void complain(struct form_problems *problems, struct text field, const char *code,
                     struct text message)
{
    problems->items[problems->count++] =
        (struct form_problem){.field = field, .code = code, .message = message};
}

static enum status read_member(struct step *step, const struct transition *rules,
                               const struct json *member, struct form_problems *problems)
{
    enum status status = STATUS_OK;
    const struct workflow *workflow = step->record->recipe->workflow;
    int field = workflow_field(workflow, member->key);
    struct text error = NO_TEXT;
    if (find_asked(rules, field) == NULL) {
        complain(problems, member->key, "unknown_field", TEXT("is no field of this form"));
    } else if (!case_value_read(step->call->arena, &workflow->fields[field], member,
                                &step->record->values[field], &error)) {
        complain(problems, member->key, "bad_value", error);
    } else if (workflow->fields[field].kind == CASE_FILES) {
        status = files_bind(step, &workflow->fields[field], member, &error);
    }
    if (status == STATUS_MALFORMED) {
        complain(problems, member->key, "bad_value", error);
        status = STATUS_OK;
    }
    return status;
}

static void look_for_missing(struct step *step, const struct transition *rules,
                             const struct json *form, struct form_problems *problems)
{
    const struct workflow *workflow = step->record->recipe->workflow;
    for (size_t i = 0; i < rules->operation.ask_count; i++) {
        const struct asked *asked = &rules->operation.asks[i];
        const struct case_field *field = &workflow->fields[asked->field];
        const struct json *member = json_member(form, field->name);
        bool is_empty = member == NULL || member->kind == JSON_NULL ||
                        (member->kind == JSON_STRING && member->text.bytes == 0);
        if (asked->is_required && is_empty) {
            complain(problems, field->name, "required", TEXT("must be given"));
        }
    }
}

static struct text why_not(struct arena *arena, const struct case_field *field)
{
    struct text because = field->because.en;
    if (!text_is_given(because)) {
        return TEXT("is not what it must be");
    }
    size_t bytes = because.data[because.bytes - 1] == '.' ? because.bytes - 1 : because.bytes;
    return text_format(arena, "is not right: %.*s", (int)bytes, because.data);
}

/* Of all fields of the form, for what one must be may hang on another one. */
static enum status look_at_musts(struct step *step, const struct transition *rules,
                                 struct form_problems *problems)
{
    const struct recipe *recipe = step->record->recipe;
    for (size_t i = 0; i < rules->operation.ask_count; i++) {
        int index = rules->operation.asks[i].field;
        const struct case_field *field = &recipe->workflow->fields[index];
        const struct formula must = {recipe->musts[index], &field->must, "must", &field->name};
        bool is_so = true;
        enum status status = STATUS_OK;
        if (step->record->values[index].kind != VALUE_NULL) {
            status = expression_holds(step, &must, &is_so);
        }
        if (status == STATUS_MALFORMED || status == STATUS_TOO_LARGE) {
            is_so = false; /* what cannot even be looked at is not what it must be */
        } else if (status != STATUS_OK) {
            return status;
        }
        if (!is_so) {
            complain(problems, field->name, "condition", why_not(step->call->arena, field));
        }
    }
    return STATUS_OK;
}

enum status case_form_read(struct step *step, int transition, struct text form,
                           struct form_problems *problems_out)
{
    const struct transition *rules = &step->record->recipe->workflow->transitions[transition];
    const struct json *root = NULL;
    struct json_error error;
    struct arena *arena = step->call->arena;
    enum status status =
        json_read(arena, text_is_given(form) ? form : TEXT("{}"), FORM_VALUES_MAX, &root, &error);
    size_t members = status == STATUS_OK ? root->count : 0;
    problems_out->items =
        ARENA_ARRAY(arena, struct form_problem, members + rules->operation.ask_count + 1);
    problems_out->count = 0;
    if (status != STATUS_OK || root->kind != JSON_OBJECT) {
        complain(problems_out, TEXT("form"), "bad_value", TEXT("must be an object"));
        return STATUS_MALFORMED;
    }
    for (const struct json *member = root->first; member != NULL && status == STATUS_OK;
         member = member->next) {
        status = read_member(step, rules, member, problems_out);
    }
    look_for_missing(step, rules, root, problems_out);
    if (status == STATUS_OK && problems_out->count == 0) {
        status = look_at_musts(step, rules, problems_out);
    }
    if (status != STATUS_OK) {
        return status;
    }
    return problems_out->count == 0 ? STATUS_OK : STATUS_MALFORMED;
}

struct text case_form_sentence(struct arena *arena, const struct form_problems *problems)
{
    struct text sentence = NO_TEXT;
    for (size_t i = 0; i < problems->count; i++) {
        const struct form_problem *problem = &problems->items[i];
        sentence = text_format(arena, "%.*s%s%.*s %.*s", TEXT_ARGS(sentence), i > 0 ? "; " : "",
                               TEXT_ARGS(problem->field), TEXT_ARGS(problem->message));
    }
    return sentence;
}

/* ---- beginning ---- */

/* What it would be after the transition, so that nothing is written in vain. */
enum status case_find_rival(struct step *step, int transition, struct id *id_out)
{
    struct case_record *record = step->record;
    if (record->recipe->workflow->one_open_per_count == 0) {
        return STATUS_ABSENT;
    }
    step->record = case_record_copy(step->call->arena, record);
    enum status status = step_set_fields(step, transition);
    if (status == STATUS_OK) {
        status = case_find_open(step->call->store, step->call->arena, step->record, id_out);
    }
    step->record = record;
    return status;
}

enum status case_create(struct step *step, int transition)
{
    const struct way *way = step_may(step, transition);
    if (way == NULL) {
        return step->undecided != NULL ? STATUS_MALFORMED : STATUS_REFUSED;
    }
    enum status status = case_find_rival(step, transition, &step->record->id);
    if (status != STATUS_ABSENT) {
        return status == STATUS_OK ? STATUS_EXISTS : status;
    }
    status = step_fire(step, transition, way);
    status = status == STATUS_OK ? case_move_end(step) : status;
    return status == STATUS_EXISTS ? STATUS_CONFLICT : status; /* somebody began one just now */
}

enum status case_begin(struct call *call, const struct case_beginning *beginning)
{
    struct step step = {
        .call = call,
        .record = case_record_new(call->arena, beginning->recipe, id_new()),
        .actor = beginning->actor,
        .event = beginning->event,
    };
    step_begin(&step);
    enum status status = case_create(&step, beginning->transition);
    return status == STATUS_EXISTS || status == STATUS_REFUSED ? STATUS_OK
                                                               : case_fault_of(call, &step, status);
}

bool case_begins(const struct transition *rules)
{
    return bit_set_has(&rules->ways[0].takes, WORKFLOW_START);
}
