/* flow_state.c - GET state: where the case is, what the caller has under way, what he may do (A13).
 *
 * It alone is enough to go on in another browser (A14). Whoever has heard of an event and asks with
 * its id is shown at least that event (A19, A20): an event is told after its commit, and whatever
 * looks after it was told sees that commit. So only an event from the time to come is not ready.
 */
#include "engine/operations/fail_reasons.h"
#include "engine/operations/flow_handlers.h"
#include "engine/operations/flow_offer.h"
#include "runtime/problem.h"

enum { CLOCKS_DIFFER_MS = 60 * 1000, TOKEN_WINDOW_MS = 12 * 60 * 60 * 1000 };

#define AT(member) .offset = offsetof(struct state_input, member)
static const struct field state_fields[] = {
    {.name = "case_id",
     .kind = FIELD_ID,
     AT(case_id),
     .place = FIELD_IN_QUERY,
     .meaning = "The case; without it the caller's own open one, where there is at most one"},
    {.name = "ticket_id",
     .kind = FIELD_ID,
     AT(ticket_id),
     .place = FIELD_IN_QUERY,
     .meaning = "The same as case_id"},
    {.name = "event_id",
     .kind = FIELD_ID,
     AT(event_id),
     .place = FIELD_IN_QUERY,
     .meaning = "Of an event that was heard of: the answer is not older than it"},
};
#undef AT
const struct shape flow_state_takes = {
    .name = "FlowStateQuery",
    .fields = state_fields,
    .field_count = COUNT_OF(state_fields),
    .bytes = sizeof(struct state_input),
};

#define LABEL                                                                                      \
    "{\"type\":\"object\",\"required\":[\"ru\",\"en\"],\"properties\":{\"ru\":{\"type\":"          \
    "[\"string\",\"null\"]},\"en\":{\"type\":[\"string\",\"null\"]}}}"
#define NAMED                                                                                      \
    "{\"type\":\"object\",\"required\":[\"name\",\"label\"],\"properties\":{\"name\":{\"type\":"   \
    "\"string\"},\"label\":" LABEL "}}"
#define MOMENT "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"

const char flow_state_schema[] =
    "{\"type\":\"object\",\"required\":[\"case\",\"operations\",\"new_operations\"],\"properties\":"
    "{\"case\":{\"type\":[\"object\",\"null\"],\"required\":[\"case_id\",\"workflow\",\"version\","
    "\"places\",\"opened_at\",\"closed_at\",\"forms\"],\"properties\":{\"case_id\":{\"type\":"
    "\"string\",\"format\":\"uuid\"},\"workflow\":{\"type\":\"string\"},\"version\":{\"type\":"
    "\"integer\"},\"places\":{\"type\":\"array\",\"items\":" NAMED "},\"opened_at\":" MOMENT
    ",\"closed_at\":" MOMENT ",\"forms\":{\"type\":\"object\",\"description\":\"The fields that "
    "the caller may see and that have a value\",\"additionalProperties\":true}}},"
    "\"operations\":{\"type\":\"array\",\"description\":\"The caller's own that are not finished\","
    "\"items\":{\"type\":\"object\",\"required\":[\"operation_id\",\"operation\",\"status\","
    "\"created_at\"],\"properties\":{\"operation_id\":{\"type\":\"string\",\"format\":\"uuid\"},"
    "\"operation\":{\"type\":\"string\"},\"status\":{\"type\":\"string\",\"description\":"
    "\"running; new words may appear\"},\"created_at\":" MOMENT "}}},"
    "\"new_operations\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"description\":"
    "\"Either token or disable_reason, never both\",\"required\":[\"operation\",\"label\",\"form\"]"
    ",\"properties\":{\"operation\":{\"type\":\"string\"},\"label\":" LABEL
    ",\"token\":{\"type\":\"string\"},\"disable_reason\":{\"type\":\"object\",\"required\":"
    "[\"code\",\"message\",\"details\"],\"properties\":{\"code\":{\"type\":\"string\"},\"message\":"
    "{\"type\":\"string\"},\"details\":{\"type\":\"object\",\"additionalProperties\":true}}},"
    "\"form\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"kind\","
    "\"label\",\"required\"],\"additionalProperties\":true,\"properties\":{\"name\":{\"type\":"
    "\"string\"},\"kind\":{\"type\":\"string\"},\"label\":" LABEL
    ",\"required\":{\"type\":\"boolean\"},\"choices\":{\"type\":\"array\",\"items\":" NAMED
    "}}}}}}}}}";

/* ---- events ---- */

/* When the id was made: it is of version 7, or none of ours. */
static bool moment_of(struct id id, int64_t *wall_ms_out)
{
    int64_t moment = 0;
    for (size_t i = 0; i < 6; i++) {
        moment = moment << 8 | id.bytes[i];
    }
    *wall_ms_out = moment;
    return id.bytes[6] >> 4 == 7 && id.bytes[8] >> 6 == 2;
}

static enum status refuse_not_ready(struct call *call)
{
    problem_answer(call->exchange, &(struct problem){
                                       .http_status = 503,
                                       .code = "not_ready",
                                       .message = TEXT("This event cannot be shown yet."),
                                       .retry_after_s = 1,
                                   });
    return STATUS_REFUSED;
}

static enum status check_event(struct call *call, struct id event_id)
{
    int64_t moment = 0;
    if (id_is_none(event_id)) {
        return STATUS_OK;
    }
    if (!moment_of(event_id, &moment) || moment > call->now_ms + CLOCKS_DIFFER_MS) {
        return refuse(call, &flow_unknown_event);
    }
    return moment > call->now_ms ? refuse_not_ready(call) : STATUS_OK;
}

/* ---- which case ---- */

static struct flow_case blank(const struct flow *flow)
{
    return (struct flow_case){
        .record = case_record_new(flow->call->arena, flow->recipe, id_new()),
        .parties = view_parties(flow->recipe, &flow->participant),
    };
}

/* The one that is open already for whoever would begin one: what his first operation would write
 * into the fields of one_open_per says which. */
static enum status find_own(const struct flow *flow, struct flow_case *case_out)
{
    struct call *call = flow->call;
    const struct workflow *workflow = flow->recipe->workflow;
    struct id case_id;
    enum status status = STATUS_ABSENT;
    *case_out = blank(flow);
    for (size_t i = 0; i < workflow->transition_count && status == STATUS_ABSENT; i++) {
        const struct transition *rules = &workflow->transitions[i];
        if (workflow->one_open_per_count == 0 || !offer_is_for(rules, case_out->parties) ||
            !case_begins(rules)) {
            continue;
        }
        struct flow_case tried = blank(flow);
        struct step step = flow_step(flow, tried.record);
        status = step_set_fields(&step, (int)i);
        status = status == STATUS_OK
                     ? case_find_open(call->store, call->arena, tried.record, &case_id)
                     : STATUS_ABSENT; /* it needs what is not known yet */
    }
    if (status != STATUS_OK) {
        return status;
    }
    struct flow_case found;
    status = flow_load(flow, case_id, &found);
    if (status == STATUS_OK) {
        *case_out = found;
    }
    return status;
}

/* ---- the answer ---- */

void flow_put_case(struct json_writer *writer, const struct flow_case *seen)
{
    const struct case_record *record = seen->record;
    const struct workflow *workflow = record->recipe->workflow;
    json_begin_object(writer);
    flow_put_id(writer, "case_id", record->id);
    json_key(writer, "workflow");
    json_put_text(writer, workflow->name);
    json_key(writer, "version");
    json_put_integer(writer, workflow->version);
    flow_put_places(writer, "places", record);
    flow_put_time(writer, "opened_at", record->opened_at);
    flow_put_time(writer, "closed_at", record->closed_at);
    json_key(writer, "forms");
    view_put_fields(writer, record, &seen->fields);
    json_end_object(writer);
}

static enum status put_own_operations(struct json_writer *writer, const struct flow *flow,
                                      const struct case_record *record)
{
    struct call *call = flow->call;
    struct rows rows = {.count = 0};
    enum status status = record->revision > 0
                             ? operation_list_under_way(call->store, call->arena, record->id, &rows)
                             : STATUS_OK;
    json_begin_array(writer);
    for (size_t i = 0; status == STATUS_OK && i < rows.count; i++) {
        const struct operation_row *row = &((const struct operation_row *)rows.items)[i];
        if (flow_is_own(flow, row)) {
            json_begin_object(writer);
            flow_put_id(writer, "operation_id", row->id);
            json_key(writer, "operation");
            json_put_text(writer, row->name);
            json_key(writer, "status");
            json_put_text(writer, row->status);
            flow_put_time(writer, "created_at", row->created_at);
            json_end_object(writer);
        }
    }
    json_end_array(writer);
    return status;
}

static enum status write_state(const struct flow *flow, const struct flow_case *seen,
                               const struct operation_row *under_way, bool with_tokens,
                               struct text *json_out)
{
    struct json_writer writer;
    json_writer_init(&writer, flow->call->arena, 4096);
    json_begin_object(&writer);
    json_key(&writer, "case");
    if (seen->record->revision > 0) {
        flow_put_case(&writer, seen);
    } else {
        json_put_null(&writer);
    }
    json_key(&writer, "operations");
    enum status status = put_own_operations(&writer, flow, seen->record);
    json_key(&writer, "new_operations");
    offer_put_all(&writer, flow, seen, under_way, with_tokens);
    if (!with_tokens) { /* tokens grow old; who has them from an ETag needs new ones */
        json_key(&writer, "window");
        json_put_integer(&writer, flow->call->now_ms / TOKEN_WINDOW_MS);
    }
    json_end_object(&writer);
    *json_out = json_written(&writer);
    return status;
}

static enum status answer_state(const struct flow *flow, const struct flow_case *seen)
{
    struct operation_row under_way;
    struct text shown = NO_TEXT;
    struct text json = NO_TEXT;
    enum status status = offer_under_way(flow, seen->record, &under_way);
    status = status == STATUS_OK ? write_state(flow, seen, &under_way, false, &shown) : status;
    status = status == STATUS_OK ? write_state(flow, seen, &under_way, true, &json) : status;
    return status == STATUS_OK ? answer_json(flow->call, json, flow_etag(flow->call->arena, shown))
                               : status;
}

enum status flow_state_handle(struct call *call)
{
    const struct state_input *input = call->input;
    struct id case_id = id_is_none(input->case_id) ? input->ticket_id : input->case_id;
    struct flow flow;
    struct flow_case seen;
    enum status status = flow_enter(call, &flow);
    status = status == STATUS_OK ? check_event(call, input->event_id) : status;
    if (status != STATUS_OK) {
        return status;
    }
    status = id_is_none(case_id) ? find_own(&flow, &seen) : flow_load(&flow, case_id, &seen);
    if (status == STATUS_ABSENT && !id_is_none(case_id)) {
        return refuse(call, &flow_case_not_found);
    }
    return status == STATUS_OK || status == STATUS_ABSENT ? answer_state(&flow, &seen) : status;
}
