/* net_judge.c - from which markings an end can be reached: backwards from the ends, over markings
 * that are known to come about. */
#include "engine/soundness/net_search.h"

#include "base/arena.h"

/* Markings from which those put in first can be reached. */
struct reach {
    bool *is_reached; /* for each marking */
    uint32_t *queue;
    uint32_t count;
};

static void put(struct reach *reach, uint32_t marking)
{
    if (!reach->is_reached[marking]) {
        reach->is_reached[marking] = true;
        reach->queue[reach->count++] = marking;
    }
}

/* The marking before this move, if there was one; MARKING_NONE otherwise. */
static uint32_t step_back(const struct search *search, const struct bit_set *marking, size_t move)
{
    const struct move *this = &search->moves->items[move];
    struct bit_set before;
    uint64_t conflict = 0;
    for (size_t i = 0; i < BIT_SET_WORDS; i++) {
        uint64_t left = marking->words[i] & ~this->gives.words[i];
        conflict |= this->gives.words[i] & ~marking->words[i]; /* it would have given this */
        conflict |= this->takes.words[i] & left;               /* it would have taken this */
        before.words[i] = left | this->takes.words[i];
    }
    if (conflict != 0) {
        return MARKING_NONE;
    }
    uint32_t number = marking_set_find(&search->set, &before);
    bool was_so = number != MARKING_NONE && move_is_possible(search->moves, &before, move);
    return was_so ? number : MARKING_NONE;
}

/* Goes back from all that is in the queue. */
static void spread(const struct search *search, struct reach *reach, bool only_sure)
{
    for (uint32_t i = 0; i < reach->count; i++) {
        struct bit_set marking = marking_set_get(&search->set, reach->queue[i]);
        for (size_t k = 0; k < search->moves->count; k++) {
            if (only_sure && !search->moves->items[k].is_sure) {
                continue;
            }
            uint32_t before = step_back(search, &marking, k);
            if (before != MARKING_NONE) {
                put(reach, before);
            }
        }
    }
}

static struct reach reach_take(const struct search *search)
{
    return (struct reach){.is_reached = memory_take(search->set.count * sizeof(bool)),
                          .queue = memory_take(search->set.count * sizeof(uint32_t))};
}

static void reach_free(struct reach *reach)
{
    memory_free(reach->is_reached);
    memory_free(reach->queue);
}

static void put_ends(const struct search *search, struct reach *reach)
{
    for (uint32_t i = 0; i < search->set.count; i++) {
        if (search->steps[i].has_ended) {
            put(reach, i);
        }
    }
}

static uint32_t first_outside(const struct search *search, const struct reach *reach)
{
    uint32_t i = 0;
    while (i < search->set.count && reach->is_reached[i]) {
        i++;
    }
    return i < search->set.count ? i : MARKING_NONE;
}

/* How clearly a marking outside shows what is wrong: 2 where nothing at all is sure to happen, 1
 * where something that is not sure would help, 0 where that is yet to come. */
static int clarity(const struct search *search, const struct reach *reach, uint32_t number)
{
    struct bit_set marking = marking_set_get(&search->set, number);
    bool any_is_sure = false;
    bool any_helps = false;
    for (size_t i = 0; i < search->moves->count; i++) {
        if (!move_is_possible(search->moves, &marking, i)) {
            continue;
        }
        struct bit_set twice;
        struct bit_set after = move_make(&search->moves->items[i], &marking, &twice);
        any_is_sure |= search->moves->items[i].is_sure;
        any_helps |= reach->is_reached[marking_set_find(&search->set, &after)];
    }
    return !any_is_sure ? 2 : any_helps ? 1 : 0;
}

static uint32_t clearest_outside(const struct search *search, const struct reach *reach)
{
    uint32_t clearest = MARKING_NONE;
    int most = -1;
    for (uint32_t i = 0; i < search->set.count && most < 2; i++) {
        int clear = reach->is_reached[i] ? -1 : clarity(search, reach, i);
        if (clear > most) {
            most = clear;
            clearest = i;
        }
    }
    return clearest;
}

/* A trap is where neither an end nor anything told already can be reached. What is in a trap is
 * not unsure as well. */
static void judge_ends(struct search *search)
{
    struct reach any = reach_take(search);
    put_ends(search, &any);
    spread(search, &any, false);
    uint32_t trapped = first_outside(search, &any);
    if (trapped != MARKING_NONE) {
        search_add_finding(search, (struct finding){UNSOUND_TRAPPED, trapped, NET_NOTHING});
    }
    struct reach sure = reach_take(search);
    put_ends(search, &sure);
    for (uint32_t i = 0; i < search->set.count; i++) {
        if (!any.is_reached[i]) {
            put(&sure, i);
        }
    }
    spread(search, &sure, true);
    uint32_t unsure = clearest_outside(search, &sure);
    if (unsure != MARKING_NONE) {
        search_add_finding(search, (struct finding){UNSOUND_UNSURE, unsure, NET_NOTHING});
    }
    reach_free(&any);
    reach_free(&sure);
}

/* What was cut short by a second mark or a bad end might have led to them. */
static bool was_cut_short(const struct search *search)
{
    for (size_t i = 0; i < search->finding_count; i++) {
        enum unsound_kind kind = search->findings[i].kind;
        if (kind == UNSOUND_TWICE || kind == UNSOUND_LEFT_BEHIND) {
            return true;
        }
    }
    return false;
}

/* Only the roots: a transition whose places are all marked some time, but never together. */
static void judge_dead(struct search *search)
{
    if (was_cut_short(search)) {
        return;
    }
    struct bit_set marked = search_marked(search);
    for (size_t i = 0; i < search->moves->count; i++) {
        if (search->first_enabled[i] == MARKING_NONE &&
            bit_set_contains(&marked, &search->moves->items[i].takes)) {
            search_add_finding(search, (struct finding){UNSOUND_DEAD, MARKING_NONE, (int)i});
        }
    }
}

void search_judge(struct search *search)
{
    MUST(search->is_complete);
    judge_ends(search);
    judge_dead(search);
}
