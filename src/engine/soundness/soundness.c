/* soundness.c - the order of the check: a glance, the proof on the shrunk net, and when there is
 * none, the search for what is wrong in the net as it was written. */
#include "engine/soundness/soundness.h"

#include "base/arena.h"
#include "engine/soundness/net_search.h"
#include "engine/soundness/net_shrink.h"
#include "engine/soundness/soundness_parts.h"

#include <string.h>

enum {
    MARKINGS_MAX = 1000000,
    MARKINGS_ENOUGH = 100000,
    SHRINK_BYTES_MAX = 16 * 1024 * 1024,
};

void check_add(struct check *check, const struct unsound *fault)
{
    if (check->count < UNSOUND_MAX) {
        struct unsound *added = &check->faults[check->count++];
        *added = *fault;
        added->sentence = unsound_sentence(check, added);
    }
}

/* ---- a net as moves ---- */

/* All of a choice can be relied on: one of them happens, and each is looked at. A choice without an
 * else is told about on its own. */
static bool is_sure(const struct net_transition *transition)
{
    switch (transition->when) {
    case NET_ALWAYS:
    case NET_ELSE:
        return true;
    case NET_IF:
        return transition->choice > 0;
    case NET_MAYBE:
        return false;
    }
    return false;
}

struct moves search_moves(struct arena *arena, const struct net *net)
{
    struct move *moves = ARENA_ARRAY(arena, struct move, net->transition_count + 1);
    for (size_t i = 0; i < net->transition_count; i++) {
        const struct net_transition *transition = &net->transitions[i];
        moves[i] = (struct move){.takes = transition->takes,
                                 .gives = transition->gives,
                                 .is_sure = is_sure(transition),
                                 .yields_to = transition->yields_to};
    }
    return (struct moves){.items = moves,
                          .count = net->transition_count,
                          .start = net->start,
                          .ends = net_ends(net),
                          .place_count = net->place_count};
}

/* ---- from a marking to a fault ---- */

static struct bit_set minus(const struct bit_set *set, const struct bit_set *other)
{
    struct bit_set left;
    for (size_t i = 0; i < BIT_SET_WORDS; i++) {
        left.words[i] = set->words[i] & ~other->words[i];
    }
    return left;
}

/* The transition that has some of its marks and waits for the fewest. */
static void find_waiting(const struct moves *moves, struct unsound *fault)
{
    size_t fewest = SIZE_MAX;
    for (size_t i = 0; i < moves->count; i++) {
        struct bit_set missing = minus(&moves->items[i].takes, &fault->marking);
        size_t count = bit_set_count(&missing);
        if (bit_set_meets(&moves->items[i].takes, &fault->marking) && count < fewest) {
            fewest = count;
            fault->transition = (int)i;
            fault->places = missing;
        }
    }
}

static bool nothing_can_happen(const struct moves *moves, const struct bit_set *marking)
{
    for (size_t i = 0; i < moves->count; i++) {
        if (move_is_possible(moves, marking, i)) {
            return false;
        }
    }
    return true;
}

/* Follows the path as far as it goes well. The kind becomes what is found on the way: something
 * may go wrong earlier than it was known to. */
static void replay(const struct moves *moves, struct unsound *fault)
{
    fault->marking = moves->start;
    for (size_t i = 0; i < fault->path_count; i++) {
        int move = fault->path[i];
        MUST(move_is_possible(moves, &fault->marking, (size_t)move));
        struct bit_set after = move_make(&moves->items[move], &fault->marking, &fault->places);
        bool is_twice = !bit_set_is_empty(&fault->places);
        bool is_end = bit_set_meets(&after, &moves->ends);
        if (is_twice || (is_end && bit_set_count(&after) > 1)) {
            fault->kind = is_twice ? UNSOUND_TWICE : UNSOUND_LEFT_BEHIND;
            fault->transition = move;
            fault->path_count = i + 1;
        }
        if (is_twice) {
            return;
        }
        fault->marking = after;
    }
}

/* Says about the marking at the end of the path what there is to say. */
static void describe(const struct moves *moves, struct unsound *fault)
{
    replay(moves, fault);
    if (fault->kind == UNSOUND_LEFT_BEHIND) {
        fault->places = minus(&fault->marking, &moves->ends);
        if (bit_set_is_empty(&fault->places)) { /* several ends */
            fault->places = fault->marking;
        }
    } else if (fault->kind == UNSOUND_STUCK) {
        if (nothing_can_happen(moves, &fault->marking)) {
            find_waiting(moves, fault);
        } else { /* something goes round that the shrunk net has not */
            fault->kind = UNSOUND_TRAPPED;
        }
    } else if (fault->kind == UNSOUND_DEAD) {
        fault->places = minus(&moves->items[fault->transition].takes, &fault->marking);
    }
}

static int *take_path(struct check *check, const int *path, size_t count)
{
    int *copy = ARENA_ARRAY(check->arena, int, count + 1);
    memcpy(copy, path, count * sizeof *path);
    return copy;
}

static void tell_finding(struct check *check, const struct search *search,
                         const struct finding *finding)
{
    int path[UNSOUND_PATH_MAX + 1];
    uint32_t marking = finding->kind == UNSOUND_DEAD
                           ? search_nearest(search, &search->moves->items[finding->move].takes)
                           : finding->marking;
    struct unsound fault = {.kind = finding->kind,
                            .transition = finding->move,
                            .other = NET_NOTHING,
                            .has_path = true,
                            .is_shortest = true};
    fault.path_count = search_path(search, marking, path);
    if (finding->kind == UNSOUND_TWICE) {
        path[fault.path_count++] = finding->move;
    }
    fault.path = take_path(check, path, fault.path_count);
    describe(search->moves, &fault);
    check_add(check, &fault);
}

/* The same from the shrunk net, in the terms of the whole one. */
static void tell_shrunk(struct check *check, const struct moves *moves, const struct shrunk *shrunk,
                        const struct search *search)
{
    int steps[UNSOUND_PATH_MAX + 1];
    int path[UNSOUND_PATH_MAX];
    const struct finding *finding = &search->findings[0];
    struct unsound fault = {.kind = finding->kind, .transition = NET_NOTHING, .other = NET_NOTHING};
    if (finding->kind == UNSOUND_DEAD) {
        size_t count = made_of_write(shrunk->made_of[finding->move], path, 0);
        MUST(count > 0);
        fault.transition = path[0]; /* whatever begins it cannot begin */
        check_add(check, &fault);
        return;
    }
    size_t step_count = search_path(search, finding->marking, steps);
    if (finding->kind == UNSOUND_TWICE) {
        steps[step_count++] = finding->move;
    }
    if (shrunk->begin != NULL) {
        fault.path_count = made_of_write(shrunk->begin, path, 0);
    }
    for (size_t i = 0; i < step_count; i++) {
        fault.path_count = made_of_write(shrunk->made_of[steps[i]], path, fault.path_count);
    }
    fault.has_path = fault.path_count < UNSOUND_PATH_MAX;
    fault.path = take_path(check, path, fault.path_count);
    describe(moves, &fault);
    check_add(check, &fault);
}

/* ---- the order of the check ---- */

/* A choice without an else is shown with the way to it. */
static void show_way_to_choices(struct check *check, const struct search *search)
{
    for (size_t i = 0; i < check->count; i++) {
        struct unsound *fault = &check->faults[i];
        if (fault->kind != UNSOUND_NO_ELSE ||
            search->first_enabled[fault->transition] == MARKING_NONE) {
            continue;
        }
        int path[UNSOUND_PATH_MAX];
        uint32_t marking = search->first_enabled[fault->transition];
        fault->has_path = true;
        fault->is_shortest = true;
        fault->path_count = search_path(search, marking, path);
        fault->path = take_path(check, path, fault->path_count);
        fault->marking = marking_set_get(&search->set, marking);
        fault->sentence = unsound_sentence(check, fault);
    }
}

/* Looks for what is wrong in the net as it was written; true when it has looked at everything. */
static bool search_whole(struct check *check, const struct moves *moves,
                         const struct soundness_limits *limits, size_t *marking_count_out)
{
    struct search search;
    search_run(&search, moves, limits);
    bool is_complete = search.is_complete;
    if (is_complete) {
        search_judge(&search);
    }
    show_way_to_choices(check, &search);
    for (size_t i = 0; i < search.finding_count; i++) {
        tell_finding(check, &search, &search.findings[i]);
    }
    *marking_count_out = search.set.count;
    search_finish(&search);
    return is_complete;
}

static void refute(struct check *check, const struct moves *moves,
                   const struct soundness_limits *limits, struct soundness *soundness)
{
    size_t before = check->count;
    bool is_complete = search_whole(check, moves, limits, &soundness->marking_count);
    if (!is_complete && check->count == before) {
        check_add(check, &(struct unsound){.kind = UNSOUND_TOO_LARGE,
                                           .transition = NET_NOTHING,
                                           .other = NET_NOTHING});
    }
}

/* The shrunk net decides; when it says no, a short look at the whole one usually shows the shortest
 * path to the trouble, and what the shrunk net shows is good enough otherwise. */
static void prove(struct check *check, const struct moves *moves,
                  const struct soundness_limits *limits, struct soundness *soundness)
{
    struct arena *arena = arena_create("shrink", SHRINK_BYTES_MAX);
    struct shrunk shrunk;
    struct search search;
    net_shrink(arena, moves, &shrunk);
    search_run(&search, &shrunk.moves, limits);
    soundness->marking_count = search.set.count;
    if (search.is_complete) {
        search_judge(&search);
    }
    if (search.finding_count > 0) {
        struct soundness_limits short_look = {.markings_max = limits->markings_enough,
                                              .markings_enough = limits->markings_enough};
        search_whole(check, moves, &short_look, &soundness->marking_count);
        if (check->count == 0) {
            tell_shrunk(check, moves, &shrunk, &search);
        }
    } else if (!search.is_complete) {
        refute(check, moves, limits, soundness);
    }
    search_finish(&search);
    arena_destroy(&arena);
}

void soundness_check(struct arena *arena, const struct net *net,
                     const struct soundness_limits *limits, struct soundness *soundness_out)
{
    struct soundness_limits bounds = limits != NULL ? *limits : (struct soundness_limits){0};
    bounds.markings_max = bounds.markings_max > 0 ? bounds.markings_max : MARKINGS_MAX;
    bounds.markings_enough = bounds.markings_enough > 0 ? bounds.markings_enough : MARKINGS_ENOUGH;
    net_must_be_whole(net);
    *soundness_out = (struct soundness){0};
    struct check *check = ARENA_NEW(arena, struct check);
    check->arena = arena;
    check->net = net;
    check->markings_max = bounds.markings_max;
    if (check_at_a_glance(check)) {
        struct moves moves = search_moves(arena, net);
        if (check->count == 0) {
            prove(check, &moves, &bounds, soundness_out);
        } else {
            refute(check, &moves, &bounds, soundness_out);
        }
    }
    soundness_out->is_sound = check->count == 0;
    soundness_out->faults = check->faults;
    soundness_out->fault_count = check->count;
}
