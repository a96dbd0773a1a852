/* shelf_doors.c - GET doors: where the caller may come in, and how much waits for him there. */
#include "engine/operations/case_search.h"
#include "engine/operations/fail_reasons.h"
#include "engine/operations/flow_offer.h"
#include "engine/run/case_move.h"
#include "engine/shelf/shelf_parts.h"

enum { WAITING_MAX = 99 }; /* counted; beyond it there are more */

#define LABEL "{\"type\":\"object\",\"additionalProperties\":true}"
const char shelf_doors_schema[] =
    "{\"type\":\"object\",\"required\":[\"doors\"],\"properties\":{\"doors\":{\"type\":\"array\","
    "\"items\":{\"type\":\"object\",\"required\":[\"kind\",\"kind_label\",\"workflow\",\"version\","
    "\"label\",\"begins\",\"sees_all\",\"waiting\",\"waiting_is_minimum\",\"mine\"],\"properties\":"
    "{"
    "\"kind\":{\"type\":\"string\"},\"kind_label\":" LABEL
    ",\"workflow\":{\"type\":\"string\"},\"version\":{\"type\":\"integer\"},\"label\":" LABEL
    ",\"begins\":{\"type\":\"array\",\"description\":\"Operations that begin a "
    "case\",\"items\":" LABEL
    "},\"sees_all\":{\"type\":\"boolean\"},\"waiting\":{\"type\":\"integer\",\"description\":"
    "\"Cases in which it is his turn, or of those who may do the same\"},\"waiting_is_minimum\":{"
    "\"type\":\"boolean\"},\"mine\":{\"type\":\"integer\",\"description\":\"Of these, those in "
    "which "
    "he stands by name\"}}}}}}";

struct turns {
    int64_t waiting;
    int64_t mine;
    bool is_minimum;
};

static enum status count_turns(const struct flow *flow, struct turns *turns_out)
{
    static const struct cases_input turn = {
        .is_waiting = true, .is_open = true, .asks_open = true, .limit = WAITING_MAX};
    struct case_search search;
    struct flow_case seen;
    const char *blamed = NULL;
    *turns_out = (struct turns){.waiting = 0};
    enum status status = case_search_begin(flow, &turn, (struct id){{0}}, &search, &blamed);
    while (status == STATUS_OK && turns_out->waiting <= WAITING_MAX) {
        status = case_search_next(&search, &seen);
        if (status == STATUS_OK) {
            turns_out->waiting++;
            turns_out->mine += case_search_is_own(&search, seen.record);
        }
    }
    turns_out->is_minimum = status != STATUS_ABSENT;
    turns_out->waiting = turns_out->waiting > WAITING_MAX ? WAITING_MAX : turns_out->waiting;
    return status == STATUS_ABSENT || status == STATUS_BUSY ? STATUS_OK : status;
}

static void put_begins(struct json_writer *writer, const struct flow *flow)
{
    const struct workflow *workflow = flow->recipe->workflow;
    uint64_t parties = view_parties(flow->recipe, &flow->participant);
    json_key(writer, "begins");
    json_begin_array(writer);
    for (size_t i = 0; flow->recipe->is_newest && i < workflow->transition_count; i++) {
        const struct transition *rules = &workflow->transitions[i];
        if (case_begins(rules) && offer_is_for(rules, parties)) {
            json_begin_object(writer);
            json_key(writer, "operation");
            json_put_text(writer, rules->name);
            flow_put_label(writer, "label", &rules->label);
            json_end_object(writer);
        }
    }
    json_end_array(writer);
}

static enum status put_door(struct json_writer *writer, const struct flow *flow)
{
    const struct workflow *workflow = flow->recipe->workflow;
    int kind = workflow_party(workflow, flow->kind);
    struct turns turns;
    enum status status = count_turns(flow, &turns);
    if (status != STATUS_OK) {
        return status;
    }
    json_begin_object(writer);
    json_key(writer, "kind");
    json_put_text(writer, flow->kind);
    flow_put_label(writer, "kind_label", &workflow->parties[kind].label);
    json_key(writer, "workflow");
    json_put_text(writer, workflow->name);
    json_key(writer, "version");
    json_put_integer(writer, workflow->version);
    flow_put_label(writer, "label", &workflow->label);
    put_begins(writer, flow);
    json_key(writer, "sees_all");
    json_put_flag(writer, case_search_sees_all(flow));
    json_key(writer, "waiting");
    json_put_integer(writer, turns.waiting);
    json_key(writer, "waiting_is_minimum");
    json_put_flag(writer, turns.is_minimum);
    json_key(writer, "mine");
    json_put_integer(writer, turns.mine);
    json_end_object(writer);
    return STATUS_OK;
}

/* One door of each kind that the workflow has. */
static enum status put_doors_of(struct json_writer *writer, struct call *call,
                                const struct workflow *workflow)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < workflow->party_count && status == STATUS_OK; i++) {
        struct flow flow;
        bool is_kind = (size_t)workflow->parties[i].kind == i;
        if (is_kind && flow_enter_by(call, workflow->parties[i].name, workflow->name, &flow) &&
            workflow_party(flow.recipe->workflow, flow.kind) != WORKFLOW_NOWHERE) {
            status = put_door(writer, &flow);
        }
    }
    return status;
}

enum status shelf_doors_handle(struct call *call)
{
    const struct catalog *catalog = catalog_of(call);
    struct json_writer writer;
    enum status status = STATUS_OK;
    if (call->caller.kind == CALLER_NOBODY) {
        return refuse(call, &flow_unauthorized);
    }
    json_writer_init(&writer, call->arena, 2048);
    json_begin_object(&writer);
    json_key(&writer, "doors");
    json_begin_array(&writer);
    for (size_t i = 0; i < catalog->recipe_count && status == STATUS_OK; i++) {
        const struct workflow *workflow = catalog->recipes[i]->workflow;
        bool is_first = i == 0 || !text_equals(catalog->recipes[i - 1]->workflow->name,
                                               workflow->name); /* the newest comes first */
        status = is_first ? put_doors_of(&writer, call, workflow) : STATUS_OK;
    }
    json_end_array(&writer);
    json_end_object(&writer);
    struct text json = json_written(&writer);
    return status == STATUS_OK ? answer_json(call, json, flow_etag(call->arena, json)) : status;
}
