/* recipe_early.c - where a case can still come to from where it is, for events that come early.
 */
#include "engine/recipe/recipe_maker.h"

#include "engine/net.h"

static bool keeps_any(const struct workflow *workflow)
{
    for (size_t i = 0; i < workflow->transition_count; i++) {
        if (workflow->transitions[i].event.keeps_early) {
            return true;
        }
    }
    return false;
}

/* What leads to the places a way takes leads to those it gives. */
static bool spread(struct bit_set *leads_to, const struct way *way)
{
    bool is_new = false;
    for (int to = net_next(&way->gives, 0); to >= 0; to = net_next(&way->gives, to + 1)) {
        for (int from = net_next(&way->takes, 0); from >= 0;
             from = net_next(&way->takes, from + 1)) {
            is_new = is_new || !bit_set_contains(&leads_to[to], &leads_to[from]);
            bit_set_join(&leads_to[to], &leads_to[from]);
        }
    }
    return is_new;
}

const struct bit_set *recipe__leads_to(struct arena *arena, const struct workflow *workflow)
{
    if (!keeps_any(workflow)) {
        return NULL;
    }
    struct bit_set *leads_to = ARENA_ARRAY(arena, struct bit_set, workflow->place_count);
    for (size_t i = 0; i < workflow->place_count; i++) {
        bit_set_add(&leads_to[i], i);
    }
    bool is_new = true;
    while (is_new) {
        is_new = false;
        for (size_t i = 0; i < workflow->transition_count; i++) {
            const struct transition *rules = &workflow->transitions[i];
            for (size_t w = 0; w < rules->way_count; w++) {
                is_new = spread(leads_to, &rules->ways[w]) || is_new;
            }
        }
    }
    return leads_to;
}
