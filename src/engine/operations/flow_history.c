/* flow_history.c - GET cases/{case_id}/history: who changed what, and when, as far as the caller
 * may see it (A37).
 *
 * A step of which he sees nothing is not there for him, nor is a number that would tell him of a
 * gap: a page goes on behind so many steps that he has seen.
 */
#include "engine/operations/fail_reasons.h"
#include "engine/operations/flow.h"
#include "engine/operations/flow_handlers.h"
#include "engine/run/case_store.h"

enum { LIMIT = 100, LIMIT_MAX = 500, CURSOR_BYTES_MAX = 20, CHANGES_VALUES_MAX = 100000 };

#define AT(member) .offset = offsetof(struct cases_input, member)
static const struct field history_fields[] = {
    {.name = "case_id",
     .kind = FIELD_ID,
     AT(case_id),
     .place = FIELD_IN_PATH,
     .required = true,
     .meaning = "The case"},
    {.name = "cursor",
     .kind = FIELD_TEXT,
     AT(cursor),
     .place = FIELD_IN_QUERY,
     .bytes_max = CURSOR_BYTES_MAX,
     .meaning = "`next` of the page before"},
    {.name = "limit",
     .kind = FIELD_INTEGER,
     AT(limit),
     .place = FIELD_IN_QUERY,
     .minimum = 1,
     .maximum = LIMIT_MAX,
     .otherwise = LIMIT,
     .meaning = "At most so many"},
};
#undef AT
const struct shape flow_history_takes = {
    .name = "FlowHistoryQuery",
    .fields = history_fields,
    .field_count = COUNT_OF(history_fields),
    .bytes = sizeof(struct cases_input),
};

#define LABEL "{\"type\":[\"object\",\"null\"],\"additionalProperties\":true}"
const char flow_history_schema[] =
    "{\"type\":\"object\",\"required\":[\"items\",\"next\"],\"properties\":{\"items\":{\"type\":"
    "\"array\",\"items\":{\"type\":\"object\",\"required\":[\"at\",\"transition\",\"label\","
    "\"kind\",\"kind_label\",\"person\",\"places\",\"fields\"],\"properties\":{\"at\":{\"type\":"
    "\"string\",\"format\":"
    "\"date-time\"},\"transition\":{\"type\":\"string\"},\"label\":" LABEL ",\"kind_label\":" LABEL
    ",\"kind\":{\"type\":[\"string\",\"null\"],"
    "\"description\":\"The participant kind of who did it\"},\"person\":{\"type\":[\"string\","
    "\"null\"],\"format\":\"uuid\",\"description\":\"Who, for those who see all cases; others see "
    "themselves\"},\"places\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"fields\":{"
    "\"type\":\"object\",\"description\":\"What changed: [before, "
    "after]\",\"additionalProperties\":"
    "{\"type\":\"array\"}}}}},\"next\":{\"type\":[\"string\",\"null\"],\"description\":\"Give it "
    "as cursor to get the next page\"}}}";

struct telling_history {
    struct json_writer writer;
    const struct flow *flow;
    const struct flow_case *seen;
    bool sees_people;
    struct text places; /* after the step before */
    int64_t skip;       /* seen on earlier pages */
    int64_t left;       /* of this page */
    int64_t shown;
    bool is_full; /* there is more */
};

/* Who stands for himself is told of himself only. */
static bool sees_people(const struct flow_case *seen)
{
    const struct workflow *workflow = seen->record->recipe->workflow;
    for (size_t i = 0; i < workflow->party_count; i++) {
        int kind = workflow->parties[i].kind;
        if ((seen->parties >> i & 1) != 0 && workflow->parties[i].is_field == WORKFLOW_NOWHERE &&
            workflow->parties[kind].is_field == WORKFLOW_NOWHERE) {
            return true;
        }
    }
    return false;
}

static void put_value(struct json_writer *writer, const struct case_field *field,
                      const struct json *value)
{
    if (value->kind == JSON_NULL) {
        json_put_null(writer);
    } else if (field->is_secret) {
        json_put_text(writer, TEXT("***"));
    } else if (value->kind == JSON_STRING) {
        json_put_text(writer, value->text);
    } else {
        json_put_raw(writer, value->kind == JSON_TRUE    ? TEXT("true")
                             : value->kind == JSON_FALSE ? TEXT("false")
                                                         : value->text);
    }
}

static struct text write_fields(const struct telling_history *telling, const struct json *changes,
                                bool *is_any_out)
{
    const struct workflow *workflow = telling->seen->record->recipe->workflow;
    const struct json *fields = json_member(changes, TEXT("fields"));
    struct json_writer writer;
    json_writer_init(&writer, telling->writer.arena, 256);
    *is_any_out = false;
    json_begin_object(&writer);
    for (const struct json *one = fields ? fields->first : NULL; one != NULL; one = one->next) {
        int field = workflow_field(workflow, one->key);
        if (field == WORKFLOW_NOWHERE || !bit_set_has(&telling->seen->fields, (size_t)field)) {
            continue;
        }
        *is_any_out = true;
        json_key_text(&writer, one->key);
        json_begin_array(&writer);
        for (const struct json *value = one->first; value != NULL; value = value->next) {
            put_value(&writer, &workflow->fields[field], value);
        }
        json_end_array(&writer);
    }
    json_end_object(&writer);
    return json_written(&writer);
}

/* What people call it; null when the definition has no such thing (any more). */
static void put_name(struct json_writer *writer, const char *key, const struct label *label)
{
    if (label != NULL) {
        flow_put_label(writer, key, label);
    } else {
        json_key(writer, key);
        json_put_null(writer);
    }
}

static void put_names(struct json_writer *writer, const struct workflow *workflow,
                      const struct case_step *step)
{
    int transition = workflow_transition(workflow, step->transition);
    int kind =
        text_is_given(step->party) ? workflow_party(workflow, step->party) : WORKFLOW_NOWHERE;
    put_name(writer, "label", transition >= 0 ? &workflow->transitions[transition].label : NULL);
    put_name(writer, "kind_label", kind >= 0 ? &workflow->parties[kind].label : NULL);
}

static void put_step(struct telling_history *telling, const struct case_step *step,
                     struct text fields)
{
    struct json_writer *writer = &telling->writer;
    bool is_himself = id_equals(step->person, telling->flow->participant.person);
    json_begin_object(writer);
    flow_put_time(writer, "at", step->at);
    json_key(writer, "transition");
    json_put_text(writer, step->transition);
    json_key(writer, "kind");
    json_put_text(writer, step->party);
    put_names(writer, telling->seen->record->recipe->workflow, step);
    flow_put_id(writer, "person",
                telling->sees_people || is_himself ? step->person : (struct id){{0}});
    json_key(writer, "places");
    json_put_raw(writer, telling->places);
    json_key(writer, "fields");
    json_put_raw(writer, fields);
    json_end_object(writer);
}

static void tell_step(struct telling_history *telling, const struct case_step *step)
{
    const struct json *changes = NULL;
    struct json_error error;
    bool is_any = false;
    struct text fields = TEXT("{}");
    struct text places = flow_places_then(telling->writer.arena, telling->seen->record, step);
    if (json_read(telling->writer.arena, step->changes, CHANGES_VALUES_MAX, &changes, &error) ==
        STATUS_OK) {
        fields = write_fields(telling, changes, &is_any);
    }
    bool is_seen = is_any || !text_equals(places, telling->places);
    telling->places = places;
    if (!is_seen) {
        return;
    }
    if (telling->shown++ < telling->skip) {
        return;
    }
    telling->is_full = telling->left-- <= 0;
    if (!telling->is_full) {
        put_step(telling, step, fields);
    }
}

static enum status tell_all(struct telling_history *telling)
{
    struct call *call = telling->flow->call;
    struct rows rows = {.count = CASE_STEPS_MAX};
    int64_t after = 0;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && rows.count == CASE_STEPS_MAX && !telling->is_full) {
        status = case_steps(call->store, call->arena, telling->seen->record->id, after,
                            CASE_STEPS_MAX, &rows);
        const struct case_step *steps = rows.items;
        for (size_t i = 0; status == STATUS_OK && i < rows.count && !telling->is_full; i++) {
            tell_step(telling, &steps[i]);
            after = steps[i].revision;
        }
    }
    return status;
}

enum status flow_history_write(const struct flow *flow, const struct flow_case *seen,
                               const struct history_page *page, struct text *json_out)
{
    struct arena *arena = flow->call->arena;
    int64_t next = page->skip + page->limit;
    struct telling_history telling = {
        .flow = flow,
        .seen = seen,
        .sees_people = sees_people(seen),
        .places = TEXT("[]"),
        .skip = page->skip,
        .left = page->limit,
    };
    json_writer_init(&telling.writer, arena, 8192);
    json_begin_object(&telling.writer);
    json_key(&telling.writer, "items");
    json_begin_array(&telling.writer);
    enum status status = tell_all(&telling);
    json_end_array(&telling.writer);
    json_key(&telling.writer, "next");
    json_put_text(&telling.writer,
                  telling.is_full ? text_format(arena, "%lld", (long long)next) : NO_TEXT);
    json_end_object(&telling.writer);
    *json_out = json_written(&telling.writer);
    return status;
}

enum status flow_history_handle(struct call *call)
{
    const struct cases_input *input = call->input;
    struct flow flow;
    struct flow_case seen;
    struct history_page page = {.limit = input->limit};
    struct text json = NO_TEXT;
    enum status status = flow_enter(call, &flow);
    if (status != STATUS_OK) {
        return status;
    }
    if (text_is_given(input->cursor) &&
        (!text_to_integer(input->cursor, &page.skip) || page.skip < 0)) {
        return refuse_field(call, &flow_bad_query, "cursor");
    }
    status = flow_load(&flow, input->case_id, &seen);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? refuse(call, &flow_case_not_found) : status;
    }
    status = flow_history_write(&flow, &seen, &page, &json);
    return status == STATUS_OK ? answer_json(call, json, flow_etag(call->arena, json)) : status;
}
