/* flow_cases.c - GET cases, GET counts: what a participant sees of all cases of a workflow. */
#include "base/encode.h"
#include "engine/operations/case_search.h"
#include "engine/operations/fail_reasons.h"
#include "engine/view/waiting.h"

#include <string.h>

enum { LIMIT = 50, LIMIT_MAX = 200, CURSOR_BYTES_MAX = 64, VALUE_BYTES_MAX = 1024 };

static const char *const orders[] = {"oldest", "newest"};

#define AT(member) .offset = offsetof(struct cases_input, member)
#define IN_QUERY   .place = FIELD_IN_QUERY
static const struct field cases_fields[] = {
    {.name = "place",
     .kind = FIELD_TEXT,
     AT(place),
     IN_QUERY,
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .meaning = "Only cases that are in this place"},
    {.name = "by",
     .kind = FIELD_TEXT,
     AT(by),
     IN_QUERY,
     .bytes_max = WORKFLOW_NAME_BYTES_MAX,
     .meaning = "A field that cases are found by; only those where the caller sees it"},
    {.name = "value",
     .kind = FIELD_TEXT,
     AT(value),
     IN_QUERY,
     .bytes_max = VALUE_BYTES_MAX,
     .meaning = "What it must be"},
    {.name = "mine",
     .kind = FIELD_FLAG,
     AT(is_mine),
     IN_QUERY,
     .meaning = "Only cases in which the caller stands by name"},
    {.name = "waiting",
     .kind = FIELD_FLAG,
     AT(is_waiting),
     IN_QUERY,
     .meaning =
         "Only cases in which it is the turn of the caller, or of those who may do the same"},
    {.name = "open",
     .kind = FIELD_FLAG,
     AT(is_open),
     IN_QUERY,
     .meaning = "true: only open ones; false: only those that have ended"},
    {.name = "opened_after",
     .kind = FIELD_TIME,
     AT(opened_after),
     IN_QUERY,
     .meaning = "Then or later"},
    {.name = "opened_before",
     .kind = FIELD_TIME,
     AT(opened_before),
     IN_QUERY,
     .meaning = "Earlier"},
    {.name = "order",
     .kind = FIELD_CHOICE,
     AT(order),
     IN_QUERY,
     .bytes_max = 10,
     .choices = orders,
     .choice_count = COUNT_OF(orders),
     .meaning = "oldest first, unless it says newest"},
    {.name = "cursor",
     .kind = FIELD_TEXT,
     AT(cursor),
     IN_QUERY,
     .bytes_max = CURSOR_BYTES_MAX,
     .meaning = "`next` of the page before"},
    {.name = "limit",
     .kind = FIELD_INTEGER,
     AT(limit),
     IN_QUERY,
     .minimum = 1,
     .maximum = LIMIT_MAX,
     .otherwise = LIMIT,
     .meaning = "At most so many"},
};
#undef AT
const struct shape flow_cases_takes = {
    .name = "FlowCasesQuery",
    .fields = cases_fields,
    .field_count = COUNT_OF(cases_fields),
    .bytes = sizeof(struct cases_input),
};

#define MOMENT "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
const char flow_cases_schema[] =
    "{\"type\":\"object\",\"required\":[\"items\",\"next\"],\"properties\":{\"items\":{\"type\":"
    "\"array\",\"items\":{\"type\":\"object\",\"required\":[\"case_id\",\"version\",\"places\","
    "\"opened_at\",\"closed_at\",\"is_mine\",\"is_waiting\",\"forms\"],\"properties\":{"
    "\"case_id\":{\"type\":\"string\","
    "\"format\":\"uuid\"},\"version\":{\"type\":\"integer\"},\"places\":{\"type\":\"array\","
    "\"items\":{\"type\":\"object\",\"additionalProperties\":true}},\"opened_at\":" MOMENT
    ",\"closed_at\":" MOMENT ",\"is_mine\":{\"type\":\"boolean\",\"description\":\"The caller "
    "stands in it by name\"},\"is_waiting\":{\"type\":\"boolean\",\"description\":\"It is the "
    "turn of the caller, or of those who may do the same\"},\"forms\":{\"type\":\"object\","
    "\"additionalProperties\":true}}}},"
    "\"next\":{\"type\":[\"string\",\"null\"],\"description\":\"Give it as cursor; a page may have "
    "fewer than limit, or none, and still a next\"}}}";

const char flow_counts_schema[] =
    "{\"type\":\"object\",\"required\":[\"places\"],\"properties\":{\"places\":{\"type\":\"array\","
    "\"items\":{\"type\":\"object\",\"required\":[\"name\",\"label\",\"count\",\"is_minimum\"],"
    "\"properties\":{\"name\":{\"type\":\"string\"},\"label\":{\"type\":\"object\","
    "\"additionalProperties\":true},\"count\":{\"type\":\"integer\"},\"is_minimum\":{\"type\":"
    "\"boolean\",\"description\":\"Counting stopped: there are more\"}}}}}}";

/* ---- a page ---- */

static bool read_cursor(struct text cursor, struct id *after_out)
{
    return !text_is_given(cursor) || decode_base64url_exactly(cursor, after_out->bytes, ID_BYTES);
}

static void put_item(struct json_writer *writer, const struct case_search *search,
                     const struct flow_case *seen)
{
    json_begin_object(writer);
    flow_put_id(writer, "case_id", seen->record->id);
    json_key(writer, "version");
    json_put_integer(writer, seen->record->recipe->workflow->version);
    flow_put_places(writer, "places", seen->record);
    flow_put_time(writer, "opened_at", seen->record->opened_at);
    flow_put_time(writer, "closed_at", seen->record->closed_at);
    json_key(writer, "is_mine");
    json_put_flag(writer, case_search_is_own(search, seen->record));
    json_key(writer, "is_waiting");
    json_put_flag(writer, case_waits_for(seen->record, seen->parties));
    json_key(writer, "forms");
    view_put_fields(writer, seen->record, &seen->fields);
    json_end_object(writer);
}

/* One more than fits is looked for, to know whether there is a next page; the cursor is the last
 * one that was shown, or, when too many had to be looked at, the last one that was. */
static enum status put_page(struct json_writer *writer, struct case_search *search,
                            struct id *next_out)
{
    struct flow_case seen;
    struct id shown = {{0}};
    enum status status = STATUS_OK;
    *next_out = (struct id){{0}};
    for (int64_t i = 0; i <= search->input->limit; i++) {
        status = case_search_next(search, &seen);
        if (status != STATUS_OK) {
            break;
        }
        if (i == search->input->limit) {
            *next_out = shown;
        } else {
            shown = seen.record->id;
            put_item(writer, search, &seen);
        }
    }
    if (status == STATUS_BUSY) {
        *next_out = search->last;
        return STATUS_OK;
    }
    return status == STATUS_ABSENT ? STATUS_OK : status;
}

enum status flow_cases_handle(struct call *call)
{
    struct cases_input input = *(const struct cases_input *)call->input;
    struct case_search search;
    struct flow flow;
    struct id after = {{0}};
    const char *blamed = "cursor";
    enum status status = flow_enter(call, &flow);
    if (status != STATUS_OK) {
        return status;
    }
    input.asks_open = input_has(call, "open");
    status = read_cursor(input.cursor, &after)
                 ? case_search_begin(&flow, &input, after, &search, &blamed)
                 : STATUS_MALFORMED;
    if (status != STATUS_OK) {
        return refuse_field(call, &flow_bad_query, blamed);
    }
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 16384);
    json_begin_object(&writer);
    json_key(&writer, "items");
    json_begin_array(&writer);
    status = put_page(&writer, &search, &after);
    json_end_array(&writer);
    json_key(&writer, "next");
    json_put_text(&writer, id_is_none(after)
                               ? NO_TEXT
                               : encode_base64url(call->arena, after.bytes, ID_BYTES));
    json_end_object(&writer);
    struct text json = json_written(&writer);
    return status == STATUS_OK ? answer_json(call, json, flow_etag(call->arena, json)) : status;
}

/* ---- counts ---- */

struct place_count {
    int64_t count;
    bool is_minimum;
};

/* Who sees all cases has them counted by the store. */
static enum status count_all(const struct flow *flow, struct place_count *counts)
{
    struct call *call = flow->call;
    const struct workflow *workflow = flow->recipe->workflow;
    enum status status = STATUS_OK;
    for (size_t i = 1; i < workflow->place_count && status == STATUS_OK; i++) {
        const struct case_source source = {.workflow = workflow->name,
                                           .key = case_found_by_place,
                                           .value = workflow->places[i].name};
        status = case_source_count(call->store, call->arena, &source, &counts[i].count);
        counts[i].is_minimum = counts[i].count > CASE_COUNT_MAX;
        counts[i].count = counts[i].is_minimum ? CASE_COUNT_MAX : counts[i].count;
    }
    return status;
}

/* Who sees only his own has few, and they are gone through. */
static enum status count_own(const struct flow *flow, struct place_count *counts)
{
    static const struct cases_input everything = {.limit = LIMIT_MAX};
    const struct workflow *workflow = flow->recipe->workflow;
    struct case_search search;
    struct flow_case seen;
    const char *blamed = NULL;
    enum status status = case_search_begin(flow, &everything, (struct id){{0}}, &search, &blamed);
    while (status == STATUS_OK) {
        status = case_search_next(&search, &seen);
        for (size_t i = 1; status == STATUS_OK && i < workflow->place_count; i++) {
            int place = workflow_place(seen.record->recipe->workflow, workflow->places[i].name);
            counts[i].count +=
                place != WORKFLOW_NOWHERE && bit_set_has(&seen.record->marking, (size_t)place);
        }
    }
    for (size_t i = 1; i < workflow->place_count; i++) {
        counts[i].is_minimum = status == STATUS_BUSY;
    }
    return status == STATUS_ABSENT || status == STATUS_BUSY ? STATUS_OK : status;
}

static void put_counts(struct json_writer *writer, const struct workflow *workflow,
                       const struct place_count *counts)
{
    json_key(writer, "places");
    json_begin_array(writer);
    for (size_t i = 1; i < workflow->place_count; i++) {
        if (workflow->places[i].is_hidden) {
            continue;
        }
        json_begin_object(writer);
        json_key(writer, "name");
        json_put_text(writer, workflow->places[i].name);
        flow_put_label(writer, "label", &workflow->places[i].label);
        json_key(writer, "count");
        json_put_integer(writer, counts[i].count);
        json_key(writer, "is_minimum");
        json_put_flag(writer, counts[i].is_minimum);
        json_end_object(writer);
    }
    json_end_array(writer);
}

enum status flow_counts_handle(struct call *call)
{
    struct flow flow;
    enum status status = flow_enter(call, &flow);
    if (status != STATUS_OK) {
        return status;
    }
    const struct workflow *workflow = flow.recipe->workflow;
    struct place_count *counts =
        ARENA_ARRAY(call->arena, struct place_count, workflow->place_count);
    status = case_search_sees_all(&flow) ? count_all(&flow, counts) : count_own(&flow, counts);
    if (status != STATUS_OK) {
        return status;
    }
    struct json_writer writer;
    json_writer_init(&writer, call->arena, 2048);
    json_begin_object(&writer);
    put_counts(&writer, workflow, counts);
    json_end_object(&writer);
    struct text json = json_written(&writer);
    return answer_json(call, json, flow_etag(call->arena, json));
}
