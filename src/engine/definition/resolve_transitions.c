/* resolve_transitions.c - the transitions, and what they say of each other. */
#include "engine/definition/resolve.h"

#include "base/must.h"

typedef void rules_fn(struct resolver *resolver, const struct written_transition *written,
                      struct transition *transition);

static const struct {
    rules_fn *read;
    const char *what;
} kinds[TRANSITION_KIND_COUNT] = {
    [TRANSITION_OPERATION] = {resolve__operation, "operation"},
    [TRANSITION_STAGE] = {resolve__stage, "stage"},
    [TRANSITION_EVENT] = {resolve__event, "event"},
    [TRANSITION_TIMER] = {resolve__timer, "timer"},
};

/* ---- one transition ---- */

static void take_sets(struct resolver *resolver, const struct pairs *pairs,
                      struct transition *transition)
{
    struct assignment *sets = ARENA_ARRAY(resolver->arena, struct assignment, pairs->count);
    transition->sets = sets;
    for (size_t i = 0; i < pairs->count; i++) {
        int field = resolve__name(resolver, &resolver->fields, pairs->items[i].name);
        if (field != WORKFLOW_NOWHERE) {
            sets[transition->set_count++] = (struct assignment){
                .field = field,
                .value = resolve__expression(pairs->items[i].value),
            };
        }
    }
}

static void take_parameters(struct resolver *resolver, const struct pairs *pairs,
                            struct transition *transition)
{
    struct parameter *with = ARENA_ARRAY(resolver->arena, struct parameter, pairs->count);
    transition->with = with;
    for (size_t i = 0; i < pairs->count; i++) {
        with[transition->with_count++] = (struct parameter){
            .name = pairs->items[i].name.text,
            .value = resolve__expression(pairs->items[i].value),
        };
    }
}

static void take_tells(struct resolver *resolver, const struct words *words,
                       struct transition *transition)
{
    struct text *tells = ARENA_ARRAY(resolver->arena, struct text, words->count);
    transition->tells = tells;
    for (size_t i = 0; i < words->count; i++) {
        struct text name = resolve__service_name(resolver, "tells", words->items[i]);
        if (name.data != NULL) {
            tells[transition->tell_count++] = name;
        }
    }
}

static void take_transition(struct resolver *resolver, enum transition_kind kind, size_t index,
                            const struct written_transition *written, struct transition *transition)
{
    *transition = (struct transition){
        .name = written->label.name.text,
        .at = written->label.name.at,
        .label = resolve__label(resolver, &written->label),
        .kind = kind,
        .when = resolve__expression(written->when),
        .is_else = word_flag(written->is_else),
    };
    if (transition->is_else && word_is_written(written->when)) {
        complain(resolver->complaints, written->is_else.at,
                 "\"when\" and \"else\" cannot both be given");
    }
    names_add(resolver, &resolver->transitions, written->label.name);
    take_sets(resolver, &written->sets, transition);
    take_parameters(resolver, &written->with, transition);
    take_tells(resolver, &written->tells, transition);
    resolve__ways(resolver, written, index, transition);
    kinds[kind].read(resolver, written, transition);
}

/* ---- transitions beside each other ---- */

static bool share_places(const struct transition *left, const struct transition *right)
{
    for (size_t i = 0; i < left->way_count; i++) {
        for (size_t j = 0; j < right->way_count; j++) {
            if (bit_set_meets(&left->ways[i].takes, &right->ways[j].takes)) {
                return true;
            }
        }
    }
    return false;
}

/* Two stages that both go whenever the case is there: the second one never does. */
static bool hides(const struct transition *first, const struct transition *second)
{
    bool are_stages = first->kind == TRANSITION_STAGE && second->kind == TRANSITION_STAGE;
    if (!are_stages || first->way_count == 0 || second->way_count == 0 ||
        first->when.at.line != 0 || first->is_else || second->is_else) {
        return false;
    }
    for (size_t i = 0; i < second->way_count; i++) {
        if (!bit_set_contains(&second->ways[i].takes, &first->ways[0].takes)) {
            return false;
        }
    }
    return true;
}

static void check_else(struct resolver *resolver, const struct transition *transition)
{
    const struct workflow *workflow = resolver->workflow;
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *other = &workflow->transitions[i];
        bool is_other = other != transition && other->kind == transition->kind;
        bool is_unclear = other->way_count == 0; /* somebody has complained of it */
        if (is_other && other->when.at.line != 0 &&
            (is_unclear || share_places(transition, other))) {
            return;
        }
    }
    if (transition->way_count > 0) {
        complain(resolver->complaints, transition->at,
                 "\"else\" of \"%.*s\" stands alone: no other %s out of the same place has a "
                 "\"when\"",
                 TEXT_ARGS(transition->name), kinds[transition->kind].what);
    }
}

static void check_pairs(struct resolver *resolver)
{
    const struct workflow *workflow = resolver->workflow;
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *transition = &workflow->transitions[i];
        if (transition->is_else) {
            check_else(resolver, transition);
        }
        for (size_t j = 0; j < i; j++) {
            const struct transition *before = &workflow->transitions[j];
            if (hides(before, transition)) {
                complain(resolver->complaints, transition->at,
                         "stage \"%.*s\" is never done: \"%.*s\" in line %d leaves the same place "
                         "and has no \"when\"",
                         TEXT_ARGS(transition->name), TEXT_ARGS(before->name), before->at.line);
                break;
            }
        }
    }
}

static void check_beginning(struct resolver *resolver)
{
    const struct workflow *workflow = resolver->workflow;
    bool is_clear = true;
    for (size_t i = 0; i < workflow->transition_count; i++) {
        const struct transition *transition = &workflow->transitions[i];
        is_clear = is_clear && transition->way_count > 0;
        if (transition->way_count > 0 && bit_set_has(&transition->ways[0].takes, WORKFLOW_START)) {
            return;
        }
    }
    if (is_clear) {
        struct spot at = resolver->written->workflow.at;
        complain(resolver->complaints, at.line != 0 ? at : (struct spot){1, 1},
                 "nothing has \"from: start\", so that no case could begin");
    }
}

/* `undo` and `undoes` mean nothing without each other. */
static void check_undo(struct resolver *resolver)
{
    const struct workflow *workflow = resolver->workflow;
    const struct place *undoing = NULL;
    const struct transition *undone = NULL;
    for (size_t i = 0; i < workflow->place_count; i++) {
        undoing = undoing == NULL && workflow->places[i].undoes ? &workflow->places[i] : undoing;
    }
    for (size_t i = 0; i < workflow->transition_count; i++) {
        bool has_undo = workflow->transitions[i].stage.undo.data != NULL;
        undone = undone == NULL && has_undo ? &workflow->transitions[i] : undone;
    }
    if (undoing != NULL && !resolver->has_undo) {
        complain(resolver->complaints, undoing->at,
                 "place \"%.*s\" undoes, but no stage says how: none has \"undo\"",
                 TEXT_ARGS(undoing->name));
    }
    if (undone != NULL && undoing == NULL && !resolver->places.are_missing) {
        complain(resolver->complaints, undone->at,
                 "stage \"%.*s\" has \"undo\", but no place has \"undoes: true\", so that it is "
                 "never taken back",
                 TEXT_ARGS(undone->name));
    }
}

void resolve__transitions(struct resolver *resolver)
{
    const struct forms *sections[TRANSITION_KIND_COUNT] = {
        [TRANSITION_OPERATION] = &resolver->written->operations,
        [TRANSITION_STAGE] = &resolver->written->stages,
        [TRANSITION_EVENT] = &resolver->written->events,
        [TRANSITION_TIMER] = &resolver->written->timers,
    };
    size_t count = 0;
    for (size_t kind = 0; kind < COUNT_OF(sections); kind++) {
        count += sections[kind]->count;
    }
    if (count > WORKFLOW_TRANSITIONS_MAX) {
        complain(resolver->complaints, (struct spot){1, 1},
                 "%zu operations, stages, events and timers, but %d are the most", count,
                 WORKFLOW_TRANSITIONS_MAX);
        return;
    }
    struct transition *transitions = ARENA_ARRAY(resolver->arena, struct transition, count);
    names_init(resolver, &resolver->transitions, "a transition", count);
    resolver->workflow->transitions = transitions;
    for (size_t kind = 0; kind < COUNT_OF(sections); kind++) {
        const struct written_transition *written = sections[kind]->items;
        for (size_t i = 0; i < sections[kind]->count; i++) {
            take_transition(resolver, (enum transition_kind)kind, i, &written[i],
                            &transitions[resolver->workflow->transition_count++]);
        }
    }
    check_pairs(resolver);
    check_beginning(resolver);
    check_undo(resolver);
    resolve__check_circles(resolver);
}
