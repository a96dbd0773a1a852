/* definition_fuzz.c - any bytes as a workflow: refused with sentences that have a line, or a
 * workflow whose every index is in its table.
 */
#include "base/must.h"
#include "engine/definition/definition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void check_complaints(const struct complaints *complaints)
{
    MUST(complaints->count > 0 && complaints->count <= COMPLAINTS_MAX);
    MUST(complaints->total >= complaints->count);
    for (size_t i = 0; i < complaints->count; i++) {
        const struct complaint *one = &complaints->items[i];
        MUST(one->at.line > 0 && one->at.column > 0 && one->sentence.bytes > 0);
        MUST(i == 0 || one->at.line >= complaints->items[i - 1].at.line);
    }
    MUST(text_is_utf8(complaints_text(complaints)));
}

static void check_ways(const struct workflow *workflow, const struct transition *transition)
{
    MUST(transition->way_count > 0);
    for (size_t i = 0; i < transition->way_count; i++) {
        const struct way *way = &transition->ways[i];
        MUST(!bit_set_is_empty(&way->takes) && !bit_set_is_empty(&way->gives));
        MUST(!bit_set_has(&way->gives, WORKFLOW_START));
        for (size_t place = workflow->place_count; place < WORKFLOW_PLACES_MAX; place++) {
            MUST(!bit_set_has(&way->takes, place) && !bit_set_has(&way->gives, place));
        }
    }
}

static void check_field(const struct workflow *workflow, int field)
{
    MUST(field >= 0 && (size_t)field < workflow->field_count);
}

static void check_workflow(const struct workflow *workflow)
{
    MUST(workflow->name.bytes > 0 && workflow->version > 0 && workflow->place_count > 1);
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *transition = &workflow->transitions[i];
        check_ways(workflow, transition);
        for (size_t j = 0; j < transition->set_count; j++) {
            check_field(workflow, transition->sets[j].field);
        }
        for (size_t j = 0; j < transition->operation.ask_count; j++) {
            check_field(workflow, transition->operation.asks[j].field);
        }
        MUST(workflow_transition(workflow, transition->name) == (int)i);
    }
    for (size_t i = 0; i < workflow->party_count; i++) {
        MUST(workflow->parties[i].kind <= (int)i);
        workflow_sight(workflow, (int)i, &workflow->transitions[0].ways[0].takes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct arena *arena = arena_create("definition", 2 * DEFINITION_ARENA_BYTES);
    const struct workflow *workflow = NULL;
    const struct complaints *complaints = NULL;
    struct text yaml = {(const char *)data, bytes};
    if (definition_read(arena, TEXT("f"), yaml, &workflow, &complaints) == STATUS_OK) {
        MUST(complaints->total == 0);
        check_workflow(workflow);
    } else {
        check_complaints(complaints);
    }
    arena_destroy(&arena);
    return 0;
}
