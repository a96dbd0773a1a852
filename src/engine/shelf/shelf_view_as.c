/* shelf_view_as.c - a case with the eyes of another participant.
 *
 * Whoever may, sees what KIND or KIND.ROLE sees: the same projection as theirs, with nothing of his
 * own added. Where a participant must stand in a field of the case, it is who stands there. Nothing
 * can be done so: operations come without tokens. That he has looked is told as an event, which the
 * audit keeps.
 */
#include "engine/case_told.h"
#include "engine/operations/fail_reasons.h"
#include "engine/operations/flow.h"
#include "engine/operations/flow_offer.h"
#include "engine/shelf/shelf_parts.h"
#include "runtime/tell.h"

enum { HISTORY_MAX = 200 };

const struct refusal shelf_no_participant = {
    "no_participant", 422,
    "The workflow has no such participant; the answer without `as` lists "
    "them."};
const struct refusal shelf_has_no_part = {
    "has_no_part", 409, "Such a participant has no part in this case: he would not find it."};

struct view_input {
    struct id case_id;
    struct text as;
};

#define AT(member) .offset = offsetof(struct view_input, member)
static const struct field view_as_fields[] = {
    {.name = "case_id",
     .kind = FIELD_ID,
     AT(case_id),
     .place = FIELD_IN_PATH,
     .required = true,
     .meaning = "The case"},
    {.name = "as",
     .kind = FIELD_TEXT,
     AT(as),
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .meaning = "The participant: KIND or KIND.ROLE; without it nothing is shown but who there is"},
};
#undef AT
const struct shape shelf_view_as_takes = {
    .name = "ViewCaseAs",
    .fields = view_as_fields,
    .field_count = COUNT_OF(view_as_fields),
    .bytes = sizeof(struct view_input),
};

#define ANY "{\"type\":[\"object\",\"null\"],\"additionalProperties\":true}"
const char shelf_view_as_schema[] =
    "{\"type\":\"object\",\"required\":[\"participants\",\"as\",\"about\",\"case\",\"new_"
    "operations\","
    "\"history\"],\"properties\":{\"participants\":{\"type\":\"array\",\"items\":{\"type\":"
    "\"object\",\"required\":[\"name\",\"label\"],\"properties\":{\"name\":{\"type\":\"string\"},"
    "\"label\":" ANY "}}},\"as\":{\"type\":[\"string\",\"null\"]},\"about\":" ANY ",\"case\":" ANY
    ",\"new_operations\":{\"type\":\"array\",\"description\":\"As state gives them, without "
    "tokens\",\"items\":" ANY "},\"history\":{\"type\":\"array\",\"description\":\"As history "
    "gives it, the first 200 steps\",\"items\":" ANY "}}}";

/* ---- whose eyes ---- */

/* Who stands in the field that the participant must stand in; none: nobody, or it need not. */
static struct id stands_there(const struct case_record *record, const struct party *party)
{
    const struct value *value =
        party->is_field == WORKFLOW_NOWHERE ? NULL : &record->values[party->is_field];
    return value != NULL && value->kind == VALUE_ID ? value->id : (struct id){{0}};
}

static struct flow flow_as(struct call *call, const struct case_record *record,
                           const struct party *party)
{
    const struct workflow *workflow = record->recipe->workflow;
    const struct party *kind = &workflow->parties[party->kind];
    struct text *role = ARENA_NEW(call->arena, struct text);
    struct id person = stands_there(record, party);
    *role = party->name;
    return (struct flow){
        .call = call,
        .kind = kind->name,
        .workflow = workflow->name,
        .recipe = record->recipe,
        .participant = {.person = id_is_none(person) ? stands_there(record, kind) : person,
                        .kind = kind->name,
                        .roles = {role, 1}},
    };
}

/* ---- the answer ---- */

static void put_participants(struct json_writer *writer, const struct workflow *workflow)
{
    json_key(writer, "participants");
    json_begin_array(writer);
    for (size_t i = 0; i < workflow->party_count; i++) {
        json_begin_object(writer);
        json_key(writer, "name");
        json_put_text(writer, workflow->parties[i].name);
        flow_put_label(writer, "label", &workflow->parties[i].label);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void put_nothing(struct json_writer *writer)
{
    json_key(writer, "as");
    json_put_null(writer);
    json_key(writer, "about");
    json_put_null(writer);
    json_key(writer, "case");
    json_put_null(writer);
    json_key(writer, "new_operations");
    json_put_raw(writer, TEXT("[]"));
    json_key(writer, "history");
    json_put_raw(writer, TEXT("[]"));
}

/* The items alone: who looks on with the eyes of others needs no second page. */
static enum status history_of(const struct flow *flow, const struct flow_case *seen,
                              struct text *items_out)
{
    const struct history_page page = {.limit = HISTORY_MAX};
    const struct json *root = NULL;
    struct json_error error;
    struct text json = NO_TEXT;
    enum { VALUES_MAX = 1000 * 1000 };
    enum status status = flow_history_write(flow, seen, &page, &json);
    if (status == STATUS_OK) {
        status = json_read(flow->call->arena, json, VALUES_MAX, &root, &error);
    }
    *items_out = status == STATUS_OK ? json_member(root, TEXT("items"))->text : NO_TEXT;
    return status;
}

static enum status put_view(struct json_writer *writer, const struct flow *flow,
                            const struct flow_case *seen, struct text as)
{
    struct operation_row under_way;
    struct text items = NO_TEXT;
    enum status status = offer_under_way(flow, seen->record, &under_way);
    if (status == STATUS_OK) {
        status = history_of(flow, seen, &items);
    }
    if (status != STATUS_OK) {
        return status;
    }
    json_key(writer, "as");
    json_put_text(writer, as);
    json_key(writer, "about");
    shelf_put_about(writer, flow);
    json_key(writer, "case");
    flow_put_case(writer, seen);
    json_key(writer, "new_operations");
    offer_put_all(writer, flow, seen, &under_way, false);
    json_key(writer, "history");
    json_put_raw(writer, items);
    return STATUS_OK;
}

static enum status tell_of_it(struct call *call, const struct case_record *record, struct text as)
{
    char id[ID_TEXT_BYTES + 1];
    id_write(record->id, id);
    return tell(call, catalog_of(call)->case_viewed, text_copy(call->arena, text_of(id)),
                record->revision,
                &(struct case_viewed){
                    .case_id = record->id,
                    .workflow = record->recipe->workflow->name,
                    .version = record->recipe->workflow->version,
                    .revision = record->revision,
                    .as = as,
                });
}

static enum status view_with(struct call *call, struct case_record *record, struct text as,
                             struct json_writer *writer)
{
    const struct workflow *workflow = record->recipe->workflow;
    struct flow_case seen;
    int party = workflow_party(workflow, as);
    if (party == WORKFLOW_NOWHERE) {
        return refuse_field(call, &shelf_no_participant, "as");
    }
    struct flow flow = flow_as(call, record, &workflow->parties[party]);
    if (!flow_look(&flow, record, &seen)) {
        return refuse(call, &shelf_has_no_part);
    }
    enum status status = put_view(writer, &flow, &seen, as);
    return status == STATUS_OK ? tell_of_it(call, record, as) : status;
}

enum status shelf_view_as_handle(struct call *call)
{
    const struct view_input *input = call->input;
    struct case_record *record = NULL;
    struct json_writer writer;
    enum status status =
        case_load(call->store, call->arena, catalog_of(call), input->case_id, &record);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? refuse(call, &flow_case_not_found) : status;
    }
    json_writer_init(&writer, call->arena, 8192);
    json_begin_object(&writer);
    put_participants(&writer, record->recipe->workflow);
    if (text_is_given(input->as)) {
        status = view_with(call, record, input->as, &writer);
    } else {
        put_nothing(&writer);
    }
    json_end_object(&writer);
    return status == STATUS_OK ? answer_json(call, json_written(&writer), NO_TEXT) : status;
}
