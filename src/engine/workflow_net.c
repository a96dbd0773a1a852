/* workflow_net.c - ways become transitions, conditions become choices. */
#include "engine/workflow_net.h"

#include "base/arena.h"

struct net_maker {
    struct arena *arena;
    const struct workflow *workflow;
    struct net_transition *made;
    int *transitions;
    size_t count;
};

static struct net_place *make_places(struct arena *arena, const struct workflow *workflow)
{
    struct net_place *places = ARENA_ARRAY(arena, struct net_place, workflow->place_count);
    for (size_t i = 0; i < workflow->place_count; i++) {
        const struct place *place = &workflow->places[i];
        places[i] = (struct net_place){.name = place->name,
                                       .en = place->label.en,
                                       .ru = place->label.ru,
                                       .is_end = place->is_end};
    }
    return places;
}

/* ---- ways ---- */

static enum net_taker taker_of(enum transition_kind kind)
{
    switch (kind) {
    case TRANSITION_OPERATION:
        return NET_BY_PERSON;
    case TRANSITION_EVENT:
        return NET_BY_EVENT;
    case TRANSITION_TIMER:
        return NET_BY_TIME;
    case TRANSITION_STAGE:
    case TRANSITION_KIND_COUNT:
        break;
    }
    return NET_BY_SYSTEM;
}

static enum net_when when_of(const struct transition *transition, const struct way *way)
{
    if (way->kind != WAY_ON) {
        return NET_MAYBE;
    }
    if (transition->is_else) {
        return NET_ELSE;
    }
    return text_is_given(transition->when.text) ? NET_IF : NET_ALWAYS;
}

static struct text place_name(const struct net_maker *maker, const struct bit_set *places)
{
    int first = net_next(places, 0);
    return first >= 0 ? maker->workflow->places[first].name : TEXT("nothing");
}

static void name_way(const struct net_maker *maker, const struct transition *transition,
                     const struct way *way, struct net_transition *made)
{
    made->name = transition->name;
    made->en = transition->label.en;
    made->ru = transition->label.ru;
    if (way->kind == WAY_CATCH) {
        made->name = text_format(maker->arena, "%.*s (failed)", TEXT_ARGS(transition->name));
        made->en = text_format(maker->arena, "%.*s: failed", TEXT_ARGS(made->en));
        made->ru = text_format(maker->arena, "%.*s: неудача", TEXT_ARGS(made->ru));
    } else if (way->kind == WAY_NEXT) {
        made->name = text_format(maker->arena, "%.*s (next %.*s)", TEXT_ARGS(transition->name),
                                 TEXT_ARGS(place_name(maker, &way->gives)));
    }
}

/* Ways that lead to the same come together, so that each yields to those before it: of what can be
 * taken the first is. Who stays where he is changes nothing, in whichever order. */
static void make_way(struct net_maker *maker, size_t index, const struct way *way, int earlier)
{
    const struct transition *transition = &maker->workflow->transitions[index];
    MUST(maker->count < NET_TRANSITIONS_MAX);
    struct net_transition *made = &maker->made[maker->count];
    bool stays = bit_set_equals(&way->takes, &way->gives);
    *made = (struct net_transition){.taken_by = taker_of(transition->kind),
                                    .when = when_of(transition, way),
                                    .yields_to = stays ? 0 : earlier,
                                    .takes = way->takes,
                                    .gives = way->gives};
    name_way(maker, transition, way, made);
    maker->transitions[maker->count++] = (int)index;
}

static bool lead_to_the_same(const struct way *left, const struct way *right)
{
    return left->kind == right->kind && bit_set_equals(&left->gives, &right->gives);
}

/* An operation stays in each of several places: no two ways lead to the same. */
static void make_ways(struct net_maker *maker, size_t index)
{
    const struct transition *transition = &maker->workflow->transitions[index];
    for (size_t i = 0; i < transition->way_count; i++) {
        const struct way *first = &transition->ways[i];
        bool is_made = false;
        for (size_t k = 0; k < i && !is_made; k++) {
            is_made = lead_to_the_same(&transition->ways[k], first);
        }
        int earlier = 0;
        for (size_t k = i; k < transition->way_count && !is_made; k++) {
            if (lead_to_the_same(&transition->ways[k], first)) {
                make_way(maker, index, &transition->ways[k], earlier++);
            }
        }
    }
}

/* ---- choices ---- */

static bool is_else_from(const struct net_maker *maker, const struct bit_set *takes)
{
    for (size_t i = 0; i < maker->count; i++) {
        if (maker->made[i].when == NET_ELSE && bit_set_equals(&maker->made[i].takes, takes)) {
            return true;
        }
    }
    return false;
}

/* What the engine does by itself out of the same places, and whatever an else stands beside. */
static bool is_in_choice(const struct net_transition *one, const struct bit_set *takes,
                         bool has_else)
{
    bool is_asked = one->when == NET_IF || one->when == NET_ELSE;
    return one->when != NET_MAYBE && bit_set_equals(&one->takes, takes) &&
           (one->taken_by == NET_BY_SYSTEM || (has_else && is_asked));
}

static void make_choice(struct net_maker *maker, size_t first, int number)
{
    struct bit_set takes = maker->made[first].takes;
    bool has_else = is_else_from(maker, &takes);
    size_t count = 0;
    for (size_t i = first; i < maker->count; i++) {
        count += is_in_choice(&maker->made[i], &takes, has_else);
    }
    for (size_t i = first; i < maker->count && count > 1; i++) {
        if (is_in_choice(&maker->made[i], &takes, has_else)) {
            maker->made[i].choice = number;
        }
    }
}

static void make_choices(struct net_maker *maker)
{
    int number = 0;
    for (size_t i = 0; i < maker->count; i++) {
        bool has_else = is_else_from(maker, &maker->made[i].takes);
        if (maker->made[i].choice == 0 &&
            is_in_choice(&maker->made[i], &maker->made[i].takes, has_else)) {
            make_choice(maker, i, ++number);
        }
    }
}

const struct workflow_net *workflow_net(struct arena *arena, const struct workflow *workflow)
{
    size_t way_count = 0;
    for (size_t i = 0; i < workflow->transition_count; i++) {
        way_count += workflow->transitions[i].way_count;
    }
    struct net_maker maker = {.arena = arena,
                              .workflow = workflow,
                              .made = ARENA_ARRAY(arena, struct net_transition, way_count + 1),
                              .transitions = ARENA_ARRAY(arena, int, way_count + 1)};
    for (size_t i = 0; i < workflow->transition_count; i++) {
        make_ways(&maker, i);
    }
    make_choices(&maker);
    struct workflow_net *made = ARENA_NEW(arena, struct workflow_net);
    *made = (struct workflow_net){.net = {.name = workflow->name,
                                          .en = workflow->label.en,
                                          .ru = workflow->label.ru,
                                          .places = make_places(arena, workflow),
                                          .place_count = workflow->place_count,
                                          .transitions = maker.made,
                                          .transition_count = maker.count},
                                  .transitions = maker.transitions};
    bit_set_add(&made->net.start, WORKFLOW_START);
    net_must_be_whole(&made->net);
    return made;
}
