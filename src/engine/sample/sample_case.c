/* sample_case.c - a made-up case goes the way that it is given; and goes for good. */
#include "engine/sample/sample_case.h"

#include "engine/forget/forget.h"
#include "engine/run/case_move.h"
#include "engine/run/case_store.h"

enum { STEPS_BYTES_MAX = 64 * 1024, STEPS_VALUES_MAX = 2000 };

static const struct refusal sample_cannot = {
    "sample_cannot_begin", 409, "A sample case cannot begin so: the workflow is another one here."};
static const struct refusal sample_stands_still = {
    "stands_still", 409, "The definition of this case is not loaded here, so it cannot go."};
static const struct refusal *const begin_refusals[] = {&sample_cannot};
static const struct refusal *const forget_refusals[] = {&sample_stands_still};

struct sample_input {
    struct id case_id;
    struct text workflow;
    struct text steps;
};

#define AT(member) .offset = offsetof(struct sample_input, member)
static const struct field begin_fields[] = {
    {.name = "case_id",
     .kind = FIELD_ID,
     AT(case_id),
     .required = true,
     .meaning = "The id it will have; when there is one with it, all was done already"},
    {.name = "workflow",
     .kind = FIELD_TEXT,
     AT(workflow),
     .required = true,
     .bytes_max = WORKFLOW_NAME_BYTES_MAX},
    {.name = "steps",
     .kind = FIELD_JSON,
     AT(steps),
     .required = true,
     .bytes_max = STEPS_BYTES_MAX,
     .meaning = "An array of {operation, person_id, party, form}; the first one begins it"},
};
static const struct field forget_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id), .required = true},
};
#undef AT
static const struct shape begin_shape = {
    .name = "BeginSample",
    .fields = begin_fields,
    .field_count = COUNT_OF(begin_fields),
    .bytes = sizeof(struct sample_input),
};
static const struct shape forget_shape = {
    .name = "ForgetSample",
    .fields = forget_fields,
    .field_count = COUNT_OF(forget_fields),
    .bytes = sizeof(struct sample_input),
};

/* ---- beginning ---- */

struct sample_step {
    int transition;
    struct id person;
    struct text party;
    struct text form;
};

static struct text member_text(const struct json *object, const char *name)
{
    const struct json *member = json_member(object, text_of(name));
    return member != NULL && member->kind == JSON_STRING ? member->text : NO_TEXT;
}

/* False: it is none of this workflow. */
static bool read_step(const struct json *json, const struct workflow *workflow,
                      struct sample_step *step_out)
{
    const struct json *form = json_member(json, TEXT("form"));
    int transition = workflow_transition(workflow, member_text(json, "operation"));
    *step_out = (struct sample_step){
        .transition = transition,
        .party = member_text(json, "party"),
        .form = form != NULL && form->kind == JSON_OBJECT ? form->text : TEXT("{}"),
    };
    return transition != WORKFLOW_NOWHERE &&
           workflow->transitions[transition].kind == TRANSITION_OPERATION &&
           id_read(member_text(json, "person_id"), &step_out->person);
}

static enum status fire(struct step *step, int transition)
{
    const struct way *way = step_may(step, transition);
    if (way == NULL) {
        return STATUS_REFUSED;
    }
    enum status status = step_fire(step, transition, way);
    return status == STATUS_OK ? case_move_end(step) : status;
}

/* The case is there from its first step on. */
static enum status do_step(struct call *call, const struct recipe *recipe, const struct json *json,
                           bool is_first)
{
    const struct sample_input *input = call->input;
    struct sample_step asked;
    struct form_problems problems;
    if (!read_step(json, recipe->workflow, &asked)) {
        return STATUS_REFUSED;
    }
    struct step step = {.call = call,
                        .person = asked.person,
                        .party = asked.party,
                        .actor = TEXT("person"),
                        .is_quiet = true};
    enum status status = STATUS_OK;
    if (is_first) {
        step.record = case_record_new(call->arena, recipe, input->case_id);
        step_begin(&step);
    } else {
        status = case_move_begin(&step, input->case_id);
    }
    if (status == STATUS_OK) {
        status = case_form_read(&step, asked.transition, asked.form, &problems);
    }
    if (status != STATUS_OK) {
        return status;
    }
    return is_first ? case_create(&step, asked.transition) : fire(&step, asked.transition);
}

static enum status do_all(struct call *call, const struct recipe *recipe, const struct json *steps)
{
    enum status status = steps->first != NULL ? STATUS_OK : STATUS_REFUSED;
    for (const struct json *json = steps->first; json != NULL && status == STATUS_OK;
         json = json->next) {
        status = do_step(call, recipe, json, json == steps->first);
    }
    return status;
}

static enum status begin(struct call *call)
{
    const struct sample_input *input = call->input;
    const struct recipe *recipe = catalog_find(catalog_of(call), input->workflow, 0);
    const struct json *steps = NULL;
    struct json_error error;
    bool is_list =
        json_read(call->arena, input->steps, STEPS_VALUES_MAX, &steps, &error) == STATUS_OK &&
        steps->kind == JSON_ARRAY;
    enum status status = recipe != NULL && is_list ? do_all(call, recipe, steps) : STATUS_REFUSED;
    bool is_no = status == STATUS_REFUSED || status == STATUS_MALFORMED ||
                 status == STATUS_EXISTS || status == STATUS_TOO_LARGE;
    return is_no ? refuse(call, &sample_cannot) : status;
}

static enum status begin_handle(struct call *call)
{
    const struct sample_input *input = call->input;
    struct case_record *record = NULL;
    enum status status =
        case_load(call->store, call->arena, catalog_of(call), input->case_id, &record);
    if (status == STATUS_ABSENT) {
        status = begin(call);
    }
    if (status == STATUS_OK) { /* no time passes for it */
        status = timer_clear_all(call, catalog_of(call)->case_timer,
                                 id_text(call->arena, input->case_id));
    }
    return status == STATUS_OK ? answer_empty(call) : status;
}

/* ---- going ---- */

/* Told again it is so already. */
static enum status forget_handle(struct call *call)
{
    const struct sample_input *input = call->input;
    struct case_record *record = NULL;
    enum status status =
        case_load(call->store, call->arena, catalog_of(call), input->case_id, &record);
    if (status == STATUS_UNAVAILABLE) {
        return refuse(call, &sample_stands_still);
    }
    if (status == STATUS_ABSENT) {
        return answer_empty(call);
    }
    status = status == STATUS_OK ? case_forget(call, record) : status;
    return status == STATUS_OK ? answer_empty(call) : status;
}

const struct command *sample_case_commands(struct arena *arena, const struct service *service,
                                           size_t *count_out)
{
    struct command *commands = ARENA_ARRAY(arena, struct command, service->command_count + 2);
    size_t count = 0;
    for (; count < service->command_count; count++) {
        commands[count] = service->commands[count];
    }
    commands[count++] = (struct command){
        .name = text_format(arena, "%s.begin_sample", service->name).data,
        .summary = "A made-up case begins and goes through these operations; nobody is told",
        .takes = &begin_shape,
        .handle = begin_handle,
        .refusals = begin_refusals,
        .refusal_count = COUNT_OF(begin_refusals),
    };
    commands[count++] = (struct command){
        .name = text_format(arena, "%s.forget_sample", service->name).data,
        .summary = "A made-up case is forgotten, wherever it has come to",
        .takes = &forget_shape,
        .handle = forget_handle,
        .refusals = forget_refusals,
        .refusal_count = COUNT_OF(forget_refusals),
    };
    *count_out = count;
    return commands;
}
