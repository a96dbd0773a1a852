/* net_search.c - breadth first through the markings of a net. */
#include "engine/soundness/net_search.h"

#include "base/arena.h"

enum { STEPS_FIRST = 256 };

/* ---- one move ---- */

bool move_is_possible(const struct moves *moves, const struct bit_set *marking, size_t move)
{
    MUST(move < moves->count);
    const struct move *this = &moves->items[move];
    if (!bit_set_contains(marking, &this->takes)) {
        return false;
    }
    for (int i = 1; i <= this->yields_to; i++) {
        if (bit_set_contains(marking, &(this - i)->takes)) {
            return false;
        }
    }
    return true;
}

struct bit_set move_make(const struct move *move, const struct bit_set *marking,
                         struct bit_set *twice_out)
{
    struct bit_set after;
    for (size_t i = 0; i < BIT_SET_WORDS; i++) {
        uint64_t left = marking->words[i] & ~move->takes.words[i];
        twice_out->words[i] = left & move->gives.words[i];
        after.words[i] = left | move->gives.words[i];
    }
    return after;
}

/* ---- findings ---- */

static bool is_told(const struct search *search, struct finding finding)
{
    for (size_t i = 0; i < search->finding_count; i++) {
        const struct finding *told = &search->findings[i];
        if (told->kind != finding.kind) {
            continue;
        }
        if (finding.move != NET_NOTHING && told->move == finding.move) {
            return true;
        }
        if (finding.kind == UNSOUND_STUCK) { /* the same, with one more mark somewhere */
            struct bit_set known = marking_set_get(&search->set, told->marking);
            struct bit_set marking = marking_set_get(&search->set, finding.marking);
            if (bit_set_contains(&marking, &known)) {
                return true;
            }
        }
    }
    return false;
}

bool search_add_finding(struct search *search, struct finding finding)
{
    if (search->finding_count == FINDINGS_MAX || is_told(search, finding)) {
        return false;
    }
    search->findings[search->finding_count++] = finding;
    return true;
}

/* ---- the search ---- */

static void add_marking(struct search *search, const struct bit_set *marking, uint32_t from,
                        size_t move)
{
    uint32_t before = search->set.count;
    if (marking_set_add(&search->set, marking) != before) {
        return;
    }
    if (before == search->step_room) {
        search->step_room *= 2;
        search->steps = memory_resize(search->steps, search->step_room * sizeof *search->steps);
    }
    search->steps[before] = (struct step_back){.from = from, .move = (uint16_t)move};
}

/* True when the case has ended here, well or not. */
static bool is_an_end(struct search *search, uint32_t number, const struct bit_set *marking)
{
    if (!bit_set_meets(marking, &search->moves->ends)) {
        return false;
    }
    search->steps[number].has_ended = true;
    if (bit_set_count(marking) > 1) {
        const struct step_back *step = &search->steps[number];
        int move = step->from == MARKING_NONE ? NET_NOTHING : step->move;
        search_add_finding(search, (struct finding){UNSOUND_LEFT_BEHIND, number, move});
    }
    return true;
}

static void expand(struct search *search, uint32_t number)
{
    struct bit_set marking = marking_set_get(&search->set, number);
    if (is_an_end(search, number, &marking)) {
        return;
    }
    bool is_stuck = true;
    for (size_t i = 0; i < search->moves->count; i++) {
        if (!move_is_possible(search->moves, &marking, i)) {
            continue;
        }
        is_stuck = false;
        if (search->first_enabled[i] == MARKING_NONE) {
            search->first_enabled[i] = number;
        }
        struct bit_set twice;
        struct bit_set after = move_make(&search->moves->items[i], &marking, &twice);
        if (!bit_set_is_empty(&twice)) {
            search->steps[number].has_ended = true;
            search_add_finding(search, (struct finding){UNSOUND_TWICE, number, (int)i});
        } else {
            add_marking(search, &after, number, i);
        }
    }
    if (is_stuck) {
        search->steps[number].has_ended = true;
        search_add_finding(search, (struct finding){UNSOUND_STUCK, number, NET_NOTHING});
    }
}

void search_run(struct search *search, const struct moves *moves,
                const struct soundness_limits *limits)
{
    MUST(moves->count <= UINT16_MAX && limits->markings_max < MARKING_NONE);
    *search = (struct search){.moves = moves, .step_room = STEPS_FIRST, .is_complete = true};
    marking_set_init(&search->set, moves->place_count);
    search->steps = memory_take(STEPS_FIRST * sizeof *search->steps);
    search->first_enabled = memory_take((moves->count + 1) * sizeof *search->first_enabled);
    for (size_t i = 0; i < moves->count; i++) {
        search->first_enabled[i] = MARKING_NONE;
    }
    add_marking(search, &moves->start, MARKING_NONE, 0);
    for (uint32_t i = 0; i < search->set.count && search->is_complete; i++) {
        expand(search, i);
        bool is_enough = search->finding_count > 0 && search->set.count > limits->markings_enough;
        search->is_complete = search->set.count <= limits->markings_max && !is_enough;
    }
}

void search_finish(struct search *search)
{
    marking_set_finish(&search->set);
    memory_free(search->steps);
    memory_free(search->first_enabled);
    *search = (struct search){0};
}

/* ---- questions ---- */

size_t search_path(const struct search *search, uint32_t marking, int *path_out)
{
    size_t count = 0;
    for (uint32_t i = marking; search->steps[i].from != MARKING_NONE; i = search->steps[i].from) {
        count++;
    }
    size_t at = count;
    for (uint32_t i = marking; at > 0; i = search->steps[i].from) {
        at--;
        if (at < UNSOUND_PATH_MAX) {
            path_out[at] = search->steps[i].move;
        }
    }
    return count < UNSOUND_PATH_MAX ? count : UNSOUND_PATH_MAX;
}

uint32_t search_nearest(const struct search *search, const struct bit_set *places)
{
    uint32_t nearest = 0;
    size_t most = 0;
    for (uint32_t i = 0; i < search->set.count; i++) {
        struct bit_set marking = marking_set_get(&search->set, i);
        size_t found = 0;
        for (size_t k = 0; k < BIT_SET_WORDS; k++) {
            found += (size_t)__builtin_popcountll(marking.words[k] & places->words[k]);
        }
        if (found > most) {
            most = found;
            nearest = i;
        }
    }
    return nearest;
}

struct bit_set search_marked(const struct search *search)
{
    struct bit_set marked = {0};
    for (uint32_t i = 0; i < search->set.count; i++) {
        struct bit_set marking = marking_set_get(&search->set, i);
        bit_set_join(&marked, &marking);
    }
    return marked;
}
