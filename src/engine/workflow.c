/* workflow.c - looking things up in a workflow. */
#include "engine/workflow.h"

#include "base/must.h"

const struct given_name workflow_given_names[] = {
    {"case_id", "the id of the case"},
    {"caller_id", "the id of whoever asked for the operation"},
    {"now", "the moment"},
    {"event", "of an event: what it carries, event.MEMBER"},
};
const size_t workflow_given_name_count = COUNT_OF(workflow_given_names);

int workflow_field(const struct workflow *workflow, struct text name)
{
    for (size_t i = 0; i < workflow->field_count; i++) {
        if (text_equals(workflow->fields[i].name, name)) {
            return (int)i;
        }
    }
    return WORKFLOW_NOWHERE;
}

int workflow_place(const struct workflow *workflow, struct text name)
{
    for (size_t i = 0; i < workflow->place_count; i++) {
        if (text_equals(workflow->places[i].name, name)) {
            return (int)i;
        }
    }
    return WORKFLOW_NOWHERE;
}

int workflow_party(const struct workflow *workflow, struct text name)
{
    for (size_t i = 0; i < workflow->party_count; i++) {
        if (text_equals(workflow->parties[i].name, name)) {
            return (int)i;
        }
    }
    return WORKFLOW_NOWHERE;
}

int workflow_transition(const struct workflow *workflow, struct text name)
{
    for (size_t i = 0; i < workflow->transition_count; i++) {
        if (text_equals(workflow->transitions[i].name, name)) {
            return (int)i;
        }
    }
    return WORKFLOW_NOWHERE;
}

struct bit_set workflow_sight(const struct workflow *workflow, int party,
                              const struct bit_set *marking)
{
    struct bit_set fields = {{0}};
    MUST(party >= 0 && (size_t)party < workflow->party_count);
    int kind = workflow->parties[party].kind;
    for (size_t i = 0; i < workflow->sight_count; i++) {
        const struct sight *sight = &workflow->sights[i];
        bool is_theirs = sight->party == party || sight->party == kind;
        if (is_theirs &&
            (sight->place == WORKFLOW_NOWHERE || bit_set_has(marking, (size_t)sight->place))) {
            bit_set_join(&fields, &sight->fields);
        }
    }
    return fields;
}
