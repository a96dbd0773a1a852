/* reachable.c - keeps what the search through a net has found. */
#include "engine/soundness/reachable.h"

#include "base/arena.h"
#include "engine/soundness/net_search.h"

enum { MARKINGS_MAX = 100000 };

struct reachable {
    struct moves moves;
    struct search search;
};

static void forget(void *reachable)
{
    search_finish(&((struct reachable *)reachable)->search);
}

const struct reachable *reachable_make(struct arena *arena, const struct net *net)
{
    struct reachable *reachable = ARENA_NEW(arena, struct reachable);
    reachable->moves = search_moves(arena, net);
    search_run(
        &reachable->search, &reachable->moves,
        &(struct soundness_limits){.markings_max = MARKINGS_MAX, .markings_enough = MARKINGS_MAX});
    arena_on_end(arena, forget, reachable);
    return reachable;
}

bool reachable_is_whole(const struct reachable *reachable)
{
    return reachable->search.is_complete;
}

bool reachable_has(const struct reachable *reachable, const struct bit_set *marking)
{
    return !reachable->search.is_complete ||
           marking_set_find(&reachable->search.set, marking) != MARKING_NONE;
}
