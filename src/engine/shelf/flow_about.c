/* flow_about.c - GET about: what one workflow is to a participant, in words for people.
 *
 * What he could see in no case is not named. It tells nothing of any case.
 */
#include "engine/operations/case_search.h"
#include "engine/operations/fail_reasons.h"
#include "engine/operations/flow_offer.h"
#include "engine/operations/operation_form.h"
#include "engine/run/case_move.h"
#include "engine/shelf/shelf.h"
#include "engine/shelf/shelf_parts.h"

struct about_input {
    int64_t version; /* FIELD_NONE: that of new cases */
};

static const struct field about_fields[] = {
    {.name = "version",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct about_input, version),
     .place = FIELD_IN_QUERY,
     .minimum = 1,
     .maximum = INT32_MAX,
     .meaning = "Of the workflow, as a case says it; the newest when it is left out"},
};
const struct shape flow_about_takes = {
    .name = "FlowAboutQuery",
    .fields = about_fields,
    .field_count = COUNT_OF(about_fields),
    .bytes = sizeof(struct about_input),
};

#define LABEL "{\"type\":\"object\",\"additionalProperties\":true}"
#define WORD  "{\"type\":\"string\"}"
#define FLAG  "{\"type\":\"boolean\"}"
#define PLACE                                                                                      \
    "{\"type\":\"object\",\"required\":[\"name\",\"label\",\"is_end\"],\"properties\":{"           \
    "\"name\":" WORD ",\"label\":" LABEL ",\"is_end\":" FLAG "}}"
#define FIELD                                                                                      \
    "{\"type\":\"object\",\"required\":[\"name\",\"kind\",\"label\"],\"properties\":{"             \
    "\"name\":" WORD ",\"kind\":" WORD ",\"label\":" LABEL "},\"additionalProperties\":true}"
#define OPERATION                                                                                  \
    "{\"type\":\"object\",\"required\":[\"operation\",\"label\",\"begins\",\"form\"],"             \
    "\"properties\":{\"operation\":" WORD ",\"label\":" LABEL ",\"begins\":" FLAG                  \
    ",\"form\":{\"type\":\"array\",\"items\":" LABEL "}}}"
const char flow_about_schema[] =
    "{\"type\":\"object\",\"required\":[\"workflow\",\"version\",\"label\",\"kind\",\"sees_all\","
    "\"places\",\"fields\",\"operations\",\"found_by\"],\"properties\":{\"workflow\":" WORD
    ",\"version\":{\"type\":\"integer\"},\"label\":" LABEL ",\"kind\":" LABEL
    ",\"sees_all\":{\"type\":\"boolean\",\"description\":\"He sees cases that he does not stand in "
    "by name, and may have the picture\"},\"places\":{\"type\":\"array\",\"items\":" PLACE
    "},\"fields\":{\"type\":\"array\",\"items\":" FIELD
    "},\"operations\":{\"type\":\"array\",\"items\":" OPERATION
    "},\"found_by\":{\"type\":\"array\",\"description\":\"Fields that cases can be searched by\","
    "\"items\":" WORD "}}}";

/* What these parties see in one place or another. */
static struct bit_set fields_anywhere(const struct workflow *workflow, uint64_t parties)
{
    struct bit_set fields = {{0}};
    for (size_t i = 0; i < workflow->sight_count; i++) {
        if ((parties >> workflow->sights[i].party & 1) != 0) {
            bit_set_join(&fields, &workflow->sights[i].fields);
        }
    }
    return fields;
}

static void put_places(struct json_writer *writer, const struct workflow *workflow)
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
        json_key(writer, "is_end");
        json_put_flag(writer, workflow->places[i].is_end);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void put_fields(struct json_writer *writer, const struct workflow *workflow,
                       const struct bit_set *fields)
{
    json_key(writer, "fields");
    json_begin_array(writer);
    for (size_t i = 0; i < workflow->field_count; i++) {
        if (bit_set_has(fields, i)) {
            json_begin_object(writer);
            case_field_put(writer, &workflow->fields[i]);
            json_end_object(writer);
        }
    }
    json_end_array(writer);
}

static void put_operations(struct json_writer *writer, const struct recipe *recipe,
                           uint64_t parties)
{
    const struct workflow *workflow = recipe->workflow;
    json_key(writer, "operations");
    json_begin_array(writer);
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *rules = &workflow->transitions[i];
        if (!offer_is_for(rules, parties)) {
            continue;
        }
        json_begin_object(writer);
        json_key(writer, "operation");
        json_put_text(writer, rules->name);
        flow_put_label(writer, "label", &rules->label);
        json_key(writer, "begins");
        json_put_flag(writer, case_begins(rules) && recipe->is_newest);
        json_key(writer, "form");
        operation_form_put(writer, workflow, rules);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void put_keys(struct json_writer *writer, const struct recipe *recipe,
                     const struct bit_set *fields)
{
    json_key(writer, "found_by");
    json_begin_array(writer);
    for (size_t i = 0; i < recipe->workflow->field_count; i++) {
        if (bit_set_has(fields, i) && bit_set_has(&recipe->keys, i)) {
            json_put_text(writer, recipe->workflow->fields[i].name);
        }
    }
    json_end_array(writer);
}

void shelf_put_about(struct json_writer *writer, const struct flow *flow)
{
    const struct workflow *workflow = flow->recipe->workflow;
    uint64_t parties = view_parties(flow->recipe, &flow->participant);
    struct bit_set fields = fields_anywhere(workflow, parties);
    int kind = workflow_party(workflow, flow->kind);
    json_begin_object(writer);
    json_key(writer, "workflow");
    json_put_text(writer, workflow->name);
    json_key(writer, "version");
    json_put_integer(writer, workflow->version);
    flow_put_label(writer, "label", &workflow->label);
    flow_put_label(writer, "kind", &workflow->parties[kind].label);
    json_key(writer, "sees_all");
    json_put_flag(writer, case_search_sees_all(flow));
    put_places(writer, workflow);
    put_fields(writer, workflow, &fields);
    put_operations(writer, flow->recipe, parties);
    put_keys(writer, flow->recipe, &fields);
    json_end_object(writer);
}

enum status flow_about_handle(struct call *call)
{
    const struct about_input *input = call->input;
    struct flow flow;
    struct json_writer writer;
    enum status status = flow_enter(call, &flow);
    if (status != STATUS_OK) {
        return status;
    }
    if (input->version != FIELD_NONE) {
        flow.recipe = catalog_find(catalog_of(call), flow.workflow, input->version);
    }
    bool may = flow.recipe != NULL && view_parties(flow.recipe, &flow.participant) != 0;
    if (!may) {
        return refuse_field(call, &flow_bad_query, "version");
    }
    json_writer_init(&writer, call->arena, 4096);
    shelf_put_about(&writer, &flow);
    struct text json = json_written(&writer);
    return answer_json(call, json, flow_etag(call->arena, json));
}
