/* resolve_circles.c - stages that lead from one to the next and back again, for ever.
 *
 * Only what is certain is refused: each of them does nothing, asks nothing, and is the first way
 * out of one place alone. A circle with a `when` in it, with work, or with a place where the case
 * waits for somebody may end; max_steps_without_waiting bounds those.
 */
#include "engine/definition/resolve.h"

enum { UNSEEN, ON_THE_WAY, SEEN };

struct circling {
    const struct workflow *workflow;
    int goes_on[WORKFLOW_PLACES_MAX]; /* by place: the stage that leaves it at once, or NOWHERE */
    unsigned char seen[WORKFLOW_PLACES_MAX];
};

static bool takes_only(const struct way *way, size_t place)
{
    return way->kind == WAY_ON && bit_set_count(&way->takes) == 1 &&
           bit_set_has(&way->takes, place);
}

static bool leaves(const struct transition *rules, size_t place)
{
    for (size_t i = 0; i < rules->way_count; i++) {
        if (bit_set_has(&rules->ways[i].takes, place)) {
            return true;
        }
    }
    return false;
}

/* The first stage out of the place decides; any other might never be asked. */
static int first_stage(const struct workflow *workflow, size_t place)
{
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *rules = &workflow->transitions[i];
        if (rules->kind == TRANSITION_STAGE && leaves(rules, place)) {
            bool is_certain = rules->stage.work == STAGE_PASSES && rules->when.at.line == 0 &&
                              !rules->is_else && takes_only(&rules->ways[0], place);
            return is_certain ? (int)i : WORKFLOW_NOWHERE;
        }
    }
    return WORKFLOW_NOWHERE;
}

/* A fork goes round as soon as one of its branches does. */
static bool comes_back(struct circling *circling, size_t place)
{
    int stage = circling->goes_on[place];
    if (circling->seen[place] != UNSEEN || stage == WORKFLOW_NOWHERE) {
        return circling->seen[place] == ON_THE_WAY;
    }
    circling->seen[place] = ON_THE_WAY;
    const struct bit_set *gives = &circling->workflow->transitions[stage].ways[0].gives;
    bool is_circle = false;
    for (size_t i = 0; i < circling->workflow->place_count && !is_circle; i++) {
        is_circle = bit_set_has(gives, i) && comes_back(circling, i);
    }
    circling->seen[place] = SEEN;
    return is_circle;
}

void resolve__check_circles(struct resolver *resolver)
{
    struct circling circling = {.workflow = resolver->workflow};
    for (size_t i = 0; i < resolver->workflow->place_count; i++) {
        circling.goes_on[i] = first_stage(resolver->workflow, i);
    }
    for (size_t i = 0; i < resolver->workflow->place_count; i++) {
        if (circling.seen[i] == UNSEEN && comes_back(&circling, i)) {
            const struct transition *rules = &resolver->workflow->transitions[circling.goes_on[i]];
            complain(resolver->complaints, rules->at,
                     "stage \"%.*s\" leads round in a circle, for ever: nothing on the way has a "
                     "\"when\", does anything, or waits for anybody",
                     TEXT_ARGS(rules->name));
        }
    }
}
