/* sample_service.c - people and cases to look at, put there in one click and taken away in one; on
 * one page. What others have made up for us stands in our rows: nothing else is ever taken away.
 */
#include "services/sample/sample_service.h"

#include "services/sample/sample_parts.h"

#include "base/fault.h"
#include "base/json.h"

#define WORKFLOW "phoenix"

const struct refusal sample_is_there = {"sample_is_there", 409,
                                        "There is sample data already: remove it first."};

static enum status answer_state(struct call *call)
{
    struct sample_state state;
    enum status status = sample_state_find(call->store, call->arena, &state);
    return status == STATUS_OK ? answer(call, &state) : status;
}

enum status sample_look_handle(struct call *call)
{
    return answer_state(call);
}

/* ---- filling ---- */

static struct text optional(const char *text)
{
    return text != NULL ? text_of(text) : NO_TEXT;
}

static enum status note(struct call *call, struct id id, struct text kind)
{
    return sample_thing_insert(
        call->store, &(struct sample_thing){.id = id, .kind = kind, .state = sample_asked});
}

static enum status make_person(struct call *call, const struct sample_person *person, struct id id)
{
    struct text *roles = ARENA_ARRAY(call->arena, struct text, 1);
    roles[0] = optional(person->role);
    enum status status = note(call, id, sample_person_kind);
    return status == STATUS_OK
               ? tell_to(call, &sample_errands[SAMPLE_MAKES_PERSON], id_text(call->arena, id),
                         &(struct sample_order){
                             .person_id = id,
                             .email = text_of(person->email),
                             .full_name = text_of(person->full_name),
                             .type = text_of(person->type),
                             .roles = {roles, person->role != NULL ? 1 : 0},
                             .locale = text_of(person->locale),
                         },
                         NULL)
               : status;
}

static struct text steps_of(struct arena *arena, const struct sample_step *steps,
                            const struct id *people)
{
    struct json_writer writer;
    json_writer_init(&writer, arena, 2048);
    json_begin_array(&writer);
    for (size_t i = 0; i < SAMPLE_STEPS_MAX && steps[i].operation != NULL; i++) {
        json_begin_object(&writer);
        json_key(&writer, "operation");
        json_put_text(&writer, text_of(steps[i].operation));
        json_key(&writer, "person_id");
        json_put_text(&writer, id_text(arena, people[steps[i].person]));
        json_key(&writer, "party");
        json_put_text(&writer, text_of(steps[i].party));
        json_key(&writer, "form");
        json_put_raw(&writer, text_of(steps[i].form != NULL ? steps[i].form : "{}"));
        json_end_object(&writer);
    }
    json_end_array(&writer);
    return json_written(&writer);
}

static enum status begin_case(struct call *call, const struct sample_step *steps,
                              const struct id *people)
{
    struct id id = id_new();
    enum status status = note(call, id, sample_case_kind);
    return status == STATUS_OK
               ? tell_to(call, &sample_errands[SAMPLE_BEGINS_CASE], id_text(call->arena, id),
                         &(struct sample_order){
                             .case_id = id,
                             .workflow = TEXT(WORKFLOW),
                             .steps = steps_of(call->arena, steps, people),
                         },
                         NULL)
               : status;
}

enum status sample_fill_handle(struct call *call)
{
    struct id people[SAMPLE_PEOPLE];
    enum status status = sample_begin(call->store, SAMPLE_PEOPLE + SAMPLE_CASES);
    if (status == STATUS_EXISTS) {
        return refuse(call, &sample_is_there);
    }
    for (size_t i = 0; i < SAMPLE_PEOPLE && status == STATUS_OK; i++) {
        people[i] = id_new();
        status = make_person(call, &sample_people[i], people[i]);
    }
    FAULT_POINT("sample_people_told");
    for (size_t i = 0; i < SAMPLE_CASES && status == STATUS_OK; i++) {
        status = begin_case(call, sample_cases[i], people);
    }
    FAULT_POINT("sample_told");
    return status == STATUS_OK ? answer_state(call) : status;
}

/* ---- removing ---- */

static enum status forget(struct call *call, const struct sample_thing *thing)
{
    bool is_person = text_equals(thing->kind, sample_person_kind);
    const struct errand *errand =
        &sample_errands[is_person ? SAMPLE_FORGETS_PERSON : SAMPLE_FORGETS_CASE];
    enum status status = sample_thing_set(call->store, thing->id, sample_going);
    return status == STATUS_OK
               ? tell_to(call, errand, id_text(call->arena, thing->id),
                         &(struct sample_order){.person_id = thing->id, .case_id = thing->id}, NULL)
               : status;
}

/* Also of what is still being filled in: who is told to forget hears it after he was told to make
 * it. Twice is fine. */
enum status sample_remove_handle(struct call *call)
{
    struct sample_state state;
    struct rows rows = {.count = 0};
    enum status status = sample_hold(call->store);
    status = status == STATUS_OK ? sample_state_find(call->store, call->arena, &state) : status;
    if (status != STATUS_OK) {
        return status;
    }
    if (text_equals(state.state, sample_none) || text_equals(state.state, sample_removing)) {
        return answer(call, &state);
    }
    status = sample_things(call->store, call->arena, &rows);
    const struct sample_thing *things = rows.items;
    for (size_t i = 0; i < rows.count && status == STATUS_OK; i++) {
        status = forget(call, &things[i]);
    }
    FAULT_POINT("sample_removal_told");
    if (status == STATUS_OK) {
        status = rows.count > 0 ? sample_turn(call->store, sample_removing, (int64_t)rows.count)
                                : sample_end(call->store);
    }
    return status == STATUS_OK ? answer_state(call) : status;
}

/* ---- tables ---- */

static const struct refusal *const fill_refusals[] = {&sample_is_there};

static const struct route routes[] = {
    {
        .method = HTTP_GET,
        .path = "/api/sample",
        .operation = "get_sample",
        .permission = "sample.read",
        .summary = "Is there sample data, and how far it has come",
        .kind = ROUTE_READS_POINT,
        .handle = sample_look_handle,
        .gives = &sample_state_shape,
    },
    {
        .method = HTTP_POST,
        .path = "/api/sample",
        .operation = "fill_sample",
        .permission = "sample.fill",
        .summary = "Fill in people and cases to look at; nobody is written to",
        .kind = ROUTE_WRITES,
        .handle = sample_fill_handle,
        .gives = &sample_state_shape,
        .success_status = 202,
        .refusals = fill_refusals,
        .refusal_count = COUNT_OF(fill_refusals),
    },
    {
        .method = HTTP_DELETE,
        .path = "/api/sample",
        .operation = "remove_sample",
        .permission = "sample.remove",
        .summary = "Take all of it away again, for good; nothing else goes",
        .kind = ROUTE_WRITES,
        .handle = sample_remove_handle,
        .gives = &sample_state_shape,
        .success_status = 202,
    },
};

const struct service sample_service = {
    .name = "sample",
    .purpose = "Sample data: made-up people and cases, put there and taken away in one click",
    .migrations = sample_migrations,
    .migration_count = SAMPLE_MIGRATION_COUNT,
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .errands = sample_errands,
    .errand_count = SAMPLE_ERRAND_COUNT,
};
