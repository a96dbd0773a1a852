/* sample_errands.c - others are told to make somebody or something up, and to forget it; when the
 * last of them has replied, it is done.
 */
#include "services/sample/sample_parts.h"

#include "base/fault.h"
#include "base/log.h"

#define AT(member) .offset = offsetof(struct sample_order, member), .is_optional = true
static const struct field person_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
    {.name = "email", .kind = FIELD_TEXT, AT(email), .required = true, .bytes_max = 254},
    {.name = "full_name", .kind = FIELD_TEXT, AT(full_name), .bytes_max = 400},
    {.name = "type", .kind = FIELD_TEXT, AT(type), .required = true, .bytes_max = 32},
    {.name = "roles", .kind = FIELD_TEXTS, AT(roles), .bytes_max = 64, .items_max = 32},
    {.name = "locale", .kind = FIELD_TEXT, AT(locale), .bytes_max = 8},
};
static const struct field case_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id), .required = true},
    {.name = "workflow", .kind = FIELD_TEXT, AT(workflow), .required = true, .bytes_max = 64},
    {.name = "steps", .kind = FIELD_JSON, AT(steps), .required = true, .bytes_max = 64 * 1024},
};
static const struct field person_id_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, AT(person_id), .required = true},
};
static const struct field case_id_fields[] = {
    {.name = "case_id", .kind = FIELD_ID, AT(case_id), .required = true},
};
#undef AT

#define SHAPE(variable, name_, rows)                                                               \
    static const struct shape variable = {.name = (name_),                                         \
                                          .fields = (rows),                                        \
                                          .field_count = COUNT_OF(rows),                           \
                                          .bytes = sizeof(struct sample_order)}
SHAPE(person_data, "SamplePerson", person_fields);
SHAPE(case_data, "SampleCase", case_fields);
SHAPE(person_id_data, "SamplePersonId", person_id_fields);
SHAPE(case_id_data, "SampleCaseId", case_id_fields);

/* ---- replies ---- */

/* Was it the last one? What would not go stays, for who tries again. */
static enum status conclude(struct call *call)
{
    struct sample_state state;
    enum status status = sample_state_find(call->store, call->arena, &state);
    if (status != STATUS_OK || state.left > 0 || text_equals(state.state, sample_none)) {
        return status;
    }
    FAULT_POINT("sample_done");
    return state.people + state.cases == 0 ? sample_end(call->store)
                                           : sample_turn(call->store, sample_filled, 0);
}

/* ABSENT: it is nothing of ours any more. */
static enum status find(struct call *call, struct sample_thing *thing_out)
{
    struct id id;
    enum status status = sample_hold(call->store);
    if (status != STATUS_OK || !id_read(call->message->subject, &id)) {
        return status == STATUS_OK ? STATUS_ABSENT : status;
    }
    return sample_thing_find(call->store, call->arena, id, thing_out);
}

static enum status hear_made(struct call *call)
{
    const struct sample_order *made = call->input;
    struct sample_thing thing;
    enum status status = find(call, &thing);
    if (status != STATUS_OK || !text_equals(thing.state, sample_asked)) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    bool is_refused = text_equals(call->message->outcome, outcome_refused);
    bool is_other = made != NULL && text_equals(call->message->outcome, outcome_done) &&
                    text_equals(thing.kind, sample_person_kind) &&
                    !id_equals(made->person_id, thing.id);
    if (is_refused) {
        log_line(LOG_WARNING, "sample", "something could not be made up",
                 LOG_TEXT("kind", thing.kind), LOG_TEXT("why", call->message->data));
    }
    /* Somebody who was there before is nobody of ours, and never forgotten. */
    status = is_refused || is_other ? sample_thing_delete(call->store, thing.id)
                                    : sample_thing_set(call->store, thing.id, sample_there);
    return status == STATUS_OK ? conclude(call) : status;
}

static enum status hear_gone(struct call *call)
{
    struct sample_thing thing;
    enum status status = find(call, &thing);
    if (status != STATUS_OK || !text_equals(thing.state, sample_going)) {
        return status == STATUS_ABSENT ? STATUS_OK : status;
    }
    bool is_gone = text_equals(call->message->outcome, outcome_done);
    status = is_gone ? sample_thing_delete(call->store, thing.id)
                     : sample_thing_set(call->store, thing.id, sample_there);
    return status == STATUS_OK ? conclude(call) : status;
}

const struct errand sample_errands[SAMPLE_ERRAND_COUNT] = {
    [SAMPLE_MAKES_PERSON] = {.service = "users",
                             .command = "users.make_person",
                             .data = &person_data,
                             .takes = &person_id_data,
                             .on_reply = hear_made},
    [SAMPLE_BEGINS_CASE] = {.service = "phoenix",
                            .command = "phoenix.begin_sample",
                            .data = &case_data,
                            .on_reply = hear_made},
    [SAMPLE_FORGETS_PERSON] = {.service = "users",
                               .command = "users.forget_person",
                               .data = &person_id_data,
                               .on_reply = hear_gone},
    [SAMPLE_FORGETS_CASE] = {.service = "phoenix",
                             .command = "phoenix.forget_sample",
                             .data = &case_id_data,
                             .on_reply = hear_gone},
};
