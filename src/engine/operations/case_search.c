/* case_search.c - chooses by what cases are looked for, and judges those it meets. */
#include "engine/operations/case_search.h"

#include "engine/net.h"
#include "engine/run/case_store.h"
#include "engine/view/waiting.h"

#include <string.h>

/* A party without a person of its own, or of its kind. */
static bool is_open_party(const struct workflow *workflow, size_t party)
{
    int kind = workflow->parties[party].kind;
    return workflow->parties[party].is_field == WORKFLOW_NOWHERE &&
           workflow->parties[kind].is_field == WORKFLOW_NOWHERE;
}

bool case_search_sees_all(const struct flow *flow)
{
    const struct workflow *workflow = flow->recipe->workflow;
    uint64_t parties = view_parties(flow->recipe, &flow->participant);
    for (size_t i = 0; i < workflow->party_count; i++) {
        if ((parties >> i & 1) != 0 && is_open_party(workflow, i)) {
            return true;
        }
    }
    return false;
}

/* ---- where to look ---- */

static void add_source(struct case_search *search, struct text key, struct text value)
{
    search->sources[search->source_count++] = (struct case_source){
        .workflow = search->flow->workflow,
        .key = key,
        .value = value,
        .is_newest_first = text_equals(search->input->order, TEXT("newest")),
    };
}

/* Those he stands in himself: once for each field that a party of the workflow `is`. */
static void add_own(struct case_search *search)
{
    const struct workflow *workflow = search->flow->recipe->workflow;
    struct bit_set added = {{0}};
    const struct value person = value_id(search->flow->participant.person);
    for (size_t i = 0; i < workflow->party_count && person.kind == VALUE_ID; i++) {
        int field = workflow->parties[i].is_field;
        if (field != WORKFLOW_NOWHERE && !bit_set_has(&added, (size_t)field)) {
            bit_set_add(&added, (size_t)field);
            add_source(
                search, workflow->fields[field].name,
                case_key_value(search->flow->call->arena, &workflow->fields[field], &person));
        }
    }
}

/* All, or those where it may be his turn. */
static void add_places(struct case_search *search)
{
    const struct flow *flow = search->flow;
    const struct workflow *workflow = flow->recipe->workflow;
    uint64_t parties = view_parties(flow->recipe, &flow->participant);
    struct bit_set waiting = places_that_wait(workflow, parties);
    for (size_t i = 1; i < workflow->place_count; i++) {
        if (!search->input->is_waiting || bit_set_has(&waiting, i)) {
            add_source(search, case_found_by_place, workflow->places[i].name);
        }
    }
}

static bool read_key(const struct case_search *search, int field, struct value *value_out)
{
    const struct workflow *workflow = search->flow->recipe->workflow;
    struct arena *arena = search->flow->call->arena;
    struct text error = NO_TEXT;
    const struct json written = {.kind = JSON_STRING, .text = search->input->value};
    const struct json *json = &written;
    struct json_error json_error;
    enum case_kind kind = workflow->fields[field].kind;
    bool is_bare = kind == CASE_INTEGER || kind == CASE_FLAG;
    if (is_bare && json_read(arena, search->input->value, 1, &json, &json_error) != STATUS_OK) {
        return false;
    }
    return case_value_read(arena, &workflow->fields[field], json, value_out, &error) &&
           value_out->kind != VALUE_NULL;
}

static enum status add_by_key(struct case_search *search, const char **field_out)
{
    const struct recipe *recipe = search->flow->recipe;
    int field = workflow_field(recipe->workflow, search->input->by);
    struct value value = {.kind = VALUE_NULL};
    *field_out = "by";
    if (field == WORKFLOW_NOWHERE || !bit_set_has(&recipe->keys, (size_t)field)) {
        return STATUS_MALFORMED;
    }
    *field_out = "value";
    if (!text_is_given(search->input->value) || !read_key(search, field, &value)) {
        return STATUS_MALFORMED;
    }
    add_source(search, recipe->workflow->fields[field].name,
               case_key_value(search->flow->call->arena, &recipe->workflow->fields[field], &value));
    return STATUS_OK;
}

static bool is_shown_place(const struct workflow *workflow, struct text name)
{
    int place = workflow_place(workflow, name);
    return place != WORKFLOW_NOWHERE && place != WORKFLOW_START &&
           !workflow->places[place].is_hidden;
}

static void set_after(struct case_search *search, struct id after)
{
    int64_t moment = search->input->opened_after;
    bool is_from_then = id_is_none(after) && moment > 1000 && search->source_count > 0 &&
                        !search->sources[0].is_newest_first;
    if (is_from_then) { /* ids grow with time; a second for clocks */
        moment -= 1000;
        for (size_t i = 0; i < 6; i++) {
            after.bytes[i] = (uint8_t)((uint64_t)moment >> (8 * (5 - i)));
        }
    }
    for (size_t i = 0; i < search->source_count; i++) {
        search->sources[i].after = after;
    }
}

enum status case_search_begin(const struct flow *flow, const struct cases_input *input,
                              struct id after, struct case_search *search_out,
                              const char **field_out)
{
    const struct workflow *workflow = flow->recipe->workflow;
    enum status status = STATUS_OK;
    *search_out = (struct case_search){.flow = flow, .input = input};
    search_out->sources = ARENA_ARRAY(flow->call->arena, struct case_source,
                                      workflow->place_count + workflow->party_count + 1);
    if (text_is_given(input->place) && !is_shown_place(workflow, input->place)) {
        *field_out = "place";
        return STATUS_MALFORMED;
    }
    if (text_is_given(input->by)) {
        status = add_by_key(search_out, field_out);
    } else if (input->is_mine || !case_search_sees_all(flow)) {
        add_own(search_out);
    } else if (text_is_given(input->place)) {
        add_source(search_out, case_found_by_place, input->place);
    } else {
        add_places(search_out);
    }
    set_after(search_out, after);
    return status;
}

/* ---- judging ---- */

static bool is_in(const struct case_record *record, struct text place)
{
    int index = workflow_place(record->recipe->workflow, place);
    return index != WORKFLOW_NOWHERE && bit_set_has(&record->marking, (size_t)index);
}

/* What is not seen is not found by. */
static bool sees_key(const struct flow_case *seen, struct text by)
{
    int field = workflow_field(seen->record->recipe->workflow, by);
    return field != WORKFLOW_NOWHERE && bit_set_has(&seen->fields, (size_t)field);
}

bool case_search_is_own(const struct case_search *search, const struct case_record *record)
{
    const struct workflow *workflow = record->recipe->workflow;
    for (size_t i = 0; i < workflow->party_count; i++) {
        int field = workflow->parties[i].is_field;
        if (field != WORKFLOW_NOWHERE && record->values[field].kind == VALUE_ID &&
            id_equals(record->values[field].id, search->flow->participant.person)) {
            return true;
        }
    }
    return false;
}

static bool fits(const struct case_search *search, const struct flow_case *seen)
{
    const struct cases_input *input = search->input;
    const struct case_record *record = seen->record;
    return (!text_is_given(input->place) || is_in(record, input->place)) &&
           (!text_is_given(input->by) || sees_key(seen, input->by)) &&
           (!input->is_mine || case_search_is_own(search, record)) &&
           (!input->is_waiting || case_waits_for(record, seen->parties)) &&
           (!input->asks_open || input->is_open == (record->closed_at == 0)) &&
           (input->opened_after == 0 || record->opened_at >= input->opened_after) &&
           (input->opened_before == 0 || record->opened_at < input->opened_before);
}

/* ---- going on ---- */

static bool is_before(struct id left, struct id right, bool is_newest_first)
{
    int order = memcmp(left.bytes, right.bytes, ID_BYTES);
    return is_newest_first ? order > 0 : order < 0;
}

/* The first of all sources; who stands at it too goes on with it, so no case comes twice. */
static enum status take_id(struct case_search *search, struct id *id_out)
{
    struct call *call = search->flow->call;
    bool is_any = false;
    for (size_t i = 0; i < search->source_count; i++) {
        struct case_source *source = &search->sources[i];
        enum status status = case_source_look(call->store, call->arena, source);
        if (status != STATUS_OK) {
            return status;
        }
        if (!source->is_over &&
            (!is_any || is_before(source->ids[source->next], *id_out, source->is_newest_first))) {
            *id_out = source->ids[source->next];
            is_any = true;
        }
    }
    for (size_t i = 0; is_any && i < search->source_count; i++) {
        struct case_source *source = &search->sources[i];
        if (!source->is_over && id_equals(source->ids[source->next], *id_out)) {
            source->next++;
        }
    }
    return is_any ? STATUS_OK : STATUS_ABSENT;
}

enum status case_search_next(struct case_search *search, struct flow_case *case_out)
{
    struct id id = {{0}};
    for (;;) {
        if (search->looks == CASE_SEARCH_LOOKS_MAX) {
            return STATUS_BUSY;
        }
        enum status status = take_id(search, &id);
        if (status != STATUS_OK) {
            return status;
        }
        search->last = id;
        search->looks++;
        status = flow_load(search->flow, id, case_out);
        if (status == STATUS_OK && fits(search, case_out)) {
            return STATUS_OK;
        }
        if (status != STATUS_OK && status != STATUS_ABSENT && status != STATUS_UNAVAILABLE) {
            return status; /* one whose recipe is not here is left out */
        }
    }
}
