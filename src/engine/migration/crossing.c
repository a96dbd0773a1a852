/* crossing.c - what was what: places, fields and stages of one version in another. */
#include "engine/migration/crossing.h"

#include "engine/workflow_net.h"

const char *const crossing_words[] = {
    [CROSSING_MOVES] = "moves",
    [CROSSING_STAYS] = "stays",
    [CROSSING_BLOCKED] = "blocked",
};

static bool has(struct texts names, struct text name)
{
    for (size_t i = 0; i < names.count; i++) {
        if (text_equals(names.items[i], name)) {
            return true;
        }
    }
    return false;
}

/* ---- places ---- */

/* It was something else in this version, which has a thing of its name too. */
static bool place_was_other(const struct workflow *from, const struct place *place)
{
    for (size_t i = 0; i < place->was.count; i++) {
        if (workflow_place(from, place->was.items[i]) != WORKFLOW_NOWHERE) {
            return true;
        }
    }
    return false;
}

static int place_now(const struct workflow *from, const struct workflow *to,
                     const struct place *place)
{
    for (size_t i = 0; i < to->place_count; i++) {
        if (has(to->places[i].was, place->name)) {
            return (int)i;
        }
    }
    int same = workflow_place(to, place->name);
    if (same != WORKFLOW_NOWHERE && place_was_other(from, &to->places[same])) {
        return WORKFLOW_NOWHERE;
    }
    for (size_t i = 0; same == WORKFLOW_NOWHERE && i < place->was.count; i++) {
        same = workflow_place(to, place->was.items[i]); /* back to an older version */
    }
    return same;
}

static const int *map_places(struct arena *arena, const struct crossing *crossing)
{
    const struct workflow *from = crossing->from->workflow;
    int *places = ARENA_ARRAY(arena, int, from->place_count);
    for (size_t i = 0; i < from->place_count; i++) {
        places[i] = place_now(from, crossing->to->workflow, &from->places[i]);
    }
    return places;
}

/* ---- fields ---- */

/* It was something else in this version, which has a thing of its name too. */
static bool field_was_other(const struct workflow *from, const struct case_field *field)
{
    for (size_t i = 0; i < field->was.count; i++) {
        if (workflow_field(from, field->was.items[i]) != WORKFLOW_NOWHERE) {
            return true;
        }
    }
    return false;
}

static int field_now(const struct workflow *from, const struct workflow *to,
                     const struct case_field *field)
{
    for (size_t i = 0; i < to->field_count; i++) {
        if (has(to->fields[i].was, field->name)) {
            return (int)i;
        }
    }
    int same = workflow_field(to, field->name);
    if (same != WORKFLOW_NOWHERE && field_was_other(from, &to->fields[same])) {
        return WORKFLOW_NOWHERE;
    }
    for (size_t i = 0; same == WORKFLOW_NOWHERE && i < field->was.count; i++) {
        same = workflow_field(to, field->was.items[i]);
    }
    return same;
}

static const int *map_fields(struct arena *arena, const struct crossing *crossing)
{
    const struct workflow *from = crossing->from->workflow;
    int *fields = ARENA_ARRAY(arena, int, from->field_count + 1);
    for (size_t i = 0; i < from->field_count; i++) {
        fields[i] = field_now(from, crossing->to->workflow, &from->fields[i]);
    }
    return fields;
}

/* ---- stages ---- */

int crossing_stage(const struct crossing *crossing, int transition)
{
    const struct workflow *to = crossing->to->workflow;
    int now = workflow_transition(to, crossing->from->workflow->transitions[transition].name);
    bool is_stage = now != WORKFLOW_NOWHERE && to->transitions[now].kind == TRANSITION_STAGE;
    return is_stage ? now : WORKFLOW_NOWHERE;
}

/* ---- the nets ---- */

/* False: one of the places is gone. */
static bool map_set(const struct crossing *crossing, const struct bit_set *old,
                    struct bit_set *new_out)
{
    *new_out = (struct bit_set){{0}};
    for (int i = net_next(old, 0); i >= 0; i = net_next(old, i + 1)) {
        if (crossing->places[i] == WORKFLOW_NOWHERE) {
            return false;
        }
        bit_set_add(new_out, (size_t)crossing->places[i]);
    }
    return true;
}

/* A transition that yields to others could be kept from happening by a new one among them. */
static bool has_move(const struct net *net, const struct bit_set *takes,
                     const struct bit_set *gives)
{
    for (size_t i = 0; i < net->transition_count; i++) {
        const struct net_transition *one = &net->transitions[i];
        if (one->yields_to == 0 && bit_set_equals(&one->takes, takes) &&
            bit_set_equals(&one->gives, gives)) {
            return true;
        }
    }
    return false;
}

/* Every move of the old net is one of the new net: then nothing need be searched. */
static bool has_all_moves(struct arena *arena, const struct crossing *crossing)
{
    const struct net *from = &workflow_net(arena, crossing->from->workflow)->net;
    const struct net *to = &workflow_net(arena, crossing->to->workflow)->net;
    for (size_t i = 0; i < from->transition_count; i++) {
        struct bit_set takes;
        struct bit_set gives;
        if (!map_set(crossing, &from->transitions[i].takes, &takes) ||
            !map_set(crossing, &from->transitions[i].gives, &gives) ||
            !has_move(to, &takes, &gives)) {
            return false;
        }
    }
    return true;
}

void crossing_begin(struct arena *arena, struct crossing *crossing)
{
    MUST(crossing->from != crossing->to);
    MUST(text_equals(crossing->from->workflow->name, crossing->to->workflow->name));
    crossing->arena = arena;
    crossing->reachable = NULL;
    crossing->places = map_places(arena, crossing);
    crossing->fields = map_fields(arena, crossing);
    crossing->comes_as_far = has_all_moves(arena, crossing);
}
