/* waiting.c - whose turn it is, by the transitions that lead out of where a case is. */
#include "engine/view/waiting.h"

static bool moves(const struct way *way)
{
    return way->kind == WAY_ON && !bit_set_equals(&way->takes, &way->gives) &&
           !bit_set_has(&way->takes, WORKFLOW_START);
}

/* Of a person, and out of these places and no others. */
static bool is_turn(const struct transition *transition)
{
    return transition->kind == TRANSITION_OPERATION && transition->operation.who != 0 &&
           transition->way_count == 1;
}

/* A stage takes it from one of these places by itself. */
static bool goes_on(const struct workflow *workflow, const struct bit_set *places)
{
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *transition = &workflow->transitions[i];
        for (size_t k = 0; transition->kind == TRANSITION_STAGE && k < transition->way_count; k++) {
            if (bit_set_meets(&transition->ways[k].takes, places)) {
                return true;
            }
        }
    }
    return false;
}

/* It is somebody's turn there already, by what leads out of nowhere else. */
static bool has_turn(const struct workflow *workflow, const struct bit_set *places)
{
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *transition = &workflow->transitions[i];
        if (is_turn(transition) && moves(&transition->ways[0]) &&
            bit_set_meets(&transition->ways[0].takes, places)) {
            return true;
        }
    }
    return false;
}

/* One of the parties is to go this way. */
static bool is_awaited(const struct workflow *workflow, const struct transition *transition,
                       const struct way *way, uint64_t parties)
{
    return transition->kind == TRANSITION_OPERATION && (transition->operation.who & parties) != 0 &&
           moves(way) && !goes_on(workflow, &way->takes) &&
           (is_turn(transition) || !has_turn(workflow, &way->takes));
}

bool case_waits_for(const struct case_record *record, uint64_t parties)
{
    const struct workflow *workflow = record->recipe->workflow;
    for (size_t i = 0; record->closed_at == 0 && i < workflow->transition_count; i++) {
        const struct transition *transition = &workflow->transitions[i];
        for (size_t k = 0; k < transition->way_count; k++) {
            const struct way *way = &transition->ways[k];
            if (bit_set_contains(&record->marking, &way->takes) &&
                is_awaited(workflow, transition, way, parties)) {
                return true;
            }
        }
    }
    return false;
}

struct bit_set places_that_wait(const struct workflow *workflow, uint64_t parties)
{
    struct bit_set places = {{0}};
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *transition = &workflow->transitions[i];
        for (size_t k = 0; k < transition->way_count; k++) {
            if (is_awaited(workflow, transition, &transition->ways[k], parties)) {
                bit_set_join(&places, &transition->ways[k].takes);
            }
        }
    }
    return places;
}
