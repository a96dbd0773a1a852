/* soundness_random_test.c - thousands of small nets, judged by the checker, by a slow one written
 * without a thought for speed, and by looking at the shrunk net alone.
 *
 * The slow one counts marks in an array, keeps markings in a list that it searches from the front,
 * and finds who can reach whom by going over all of them until nothing changes.
 */
#include "engine/soundness/net_shrink.h"
#include "engine/soundness/soundness.h"

#include "base/arena.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NETS = 60000,
    PLACES_MAX = 9,
    TRANSITIONS_MAX = 14,
    MARKINGS_MAX = 600,
    ARENA_BYTES_MAX = 64 * 1024 * 1024,
};

/* ---- chance that can be had again ---- */

static uint64_t state;

static size_t below(size_t count)
{
    state += 0x9E3779B97F4A7C15u;
    uint64_t mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return (size_t)((mixed ^ (mixed >> 31)) % count);
}

/* ---- a net grown from a sound one, then perhaps spoiled ---- */

struct garden {
    struct net_place places[PLACES_MAX];
    struct net_transition transitions[TRANSITIONS_MAX];
    struct net net;
};

static int new_place(struct garden *garden)
{
    return garden->net.place_count < PLACES_MAX ? (int)garden->net.place_count++ : NET_NOTHING;
}

static struct net_transition *new_transition(struct garden *garden)
{
    return garden->net.transition_count < TRANSITIONS_MAX
               ? &garden->transitions[garden->net.transition_count++]
               : NULL;
}

static struct bit_set one(int place)
{
    struct bit_set set = {0};
    bit_set_add(&set, (size_t)place);
    return set;
}

static void move_bit(struct bit_set *set, int from, int to)
{
    set->words[0] &= ~((uint64_t)1 << from);
    bit_set_add(set, (size_t)to);
}

/* A transition becomes two with a place between. */
static void grow_series(struct garden *garden, struct net_transition *transition)
{
    int place = new_place(garden);
    struct net_transition *more = place >= 0 ? new_transition(garden) : NULL;
    if (more != NULL) {
        more->takes = one(place);
        more->gives = transition->gives;
        transition->gives = one(place);
    }
}

/* What stands at a place happens at another one too, side by side. */
static void grow_parallel(struct garden *garden, int place)
{
    int twin = new_place(garden);
    for (size_t i = 0; twin >= 0 && i < garden->net.transition_count; i++) {
        struct net_transition *transition = &garden->transitions[i];
        if (bit_set_has(&transition->takes, (size_t)place)) {
            bit_set_add(&transition->takes, (size_t)twin);
        }
        if (bit_set_has(&transition->gives, (size_t)place)) {
            bit_set_add(&transition->gives, (size_t)twin);
        }
    }
}

static void grow_arc(struct garden *garden, struct net_transition *transition)
{
    size_t place = below(garden->net.place_count);
    if (!garden->places[place].is_end || below(4) == 0) {
        bit_set_add(below(2) ? &transition->takes : &transition->gives, place);
    }
}

static void grow_jump(struct garden *garden)
{
    struct net_transition *jump = new_transition(garden);
    if (jump == NULL) {
        return;
    }
    jump->takes = one((int)below(garden->net.place_count));
    jump->gives = one((int)below(garden->net.place_count));
    if (below(3) == 0) {
        bit_set_add(&jump->takes, below(garden->net.place_count));
    }
}

static void drop_arc(struct garden *garden, struct net_transition *transition)
{
    struct bit_set *set = below(2) ? &transition->takes : &transition->gives;
    int place = net_next(set, (int)below(garden->net.place_count));
    if (place >= 0) {
        set->words[0] &= ~((uint64_t)1 << place);
    }
}

static void grow(struct garden *garden, bool may_spoil)
{
    struct net_transition *transition = &garden->transitions[below(garden->net.transition_count)];
    int inner = 2 + (int)below(garden->net.place_count > 2 ? garden->net.place_count - 2 : 1);
    switch (below(may_spoil ? 10 : 5)) {
    case 0:
    case 1:
        grow_series(garden, transition);
        break;
    case 2:
        if ((size_t)inner < garden->net.place_count) {
            grow_parallel(garden, inner);
        }
        break;
    case 3: { /* another way between the same places */
        struct net_transition *more = new_transition(garden);
        if (more != NULL) {
            *more = *transition;
        }
        break;
    }
    case 4: { /* once more round */
        struct net_transition *more = new_transition(garden);
        if (more != NULL && (size_t)inner < garden->net.place_count) {
            more->takes = more->gives = one(inner);
        } else if (more != NULL) {
            *more = *transition;
        }
        break;
    }
    case 5:
    case 6:
        grow_arc(garden, transition);
        break;
    case 7:
        grow_jump(garden);
        break;
    case 8: /* a mark is lost */
        drop_arc(garden, transition);
        break;
    default:
        if (garden->net.place_count > 2) { /* an arc goes elsewhere */
            move_bit(&transition->gives, net_next(&transition->gives, 0) < 0 ? 0 : inner,
                     (int)below(garden->net.place_count));
        }
        break;
    }
}

static void grow_rules(struct garden *garden)
{
    static const enum net_when whens[] = {NET_ALWAYS, NET_ALWAYS, NET_IF, NET_MAYBE};
    if (below(2) == 0) {
        for (size_t i = 0; i < garden->net.transition_count; i++) {
            garden->transitions[i].when = below(3) == 0 ? whens[below(4)] : NET_ALWAYS;
        }
    }
    if (below(3) == 0) {
        size_t at = below(garden->net.transition_count);
        garden->transitions[at].yields_to = (int)below(at + 1 < 3 ? at + 1 : 3);
        struct net_transition *more = below(2) == 0 ? new_transition(garden) : NULL;
        if (more != NULL) { /* the same, whenever it likes */
            *more = garden->transitions[at];
            more->yields_to = 0;
        }
    }
}

static void plant(struct garden *garden)
{
    *garden = (struct garden){0};
    garden->net.places = garden->places;
    garden->net.transitions = garden->transitions;
    garden->net.place_count = 2;
    garden->net.start = one(0);
    garden->places[1].is_end = true;
    struct net_transition *first = new_transition(garden);
    first->takes = one(0);
    first->gives = one(1);
    size_t sound_steps = 1 + below(10);
    size_t other_steps = below(3) == 0 ? 0 : below(4);
    for (size_t i = 0; i < sound_steps; i++) {
        grow(garden, false);
    }
    for (size_t i = 0; i < other_steps; i++) {
        grow(garden, true);
    }
    if (below(5) == 0) {
        garden->places[below(garden->net.place_count)].is_end = true;
    }
    grow_rules(garden);
    for (size_t i = 0; i < PLACES_MAX; i++) {
        static const char *const names[] = {"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"};
        garden->places[i].name = text_of(names[i]);
    }
    for (size_t i = 0; i < TRANSITIONS_MAX; i++) {
        static const char *const names[] = {"t0", "t1", "t2", "t3",  "t4",  "t5",  "t6",
                                            "t7", "t8", "t9", "t10", "t11", "t12", "t13"};
        garden->transitions[i].name = text_of(names[i]);
    }
}

/* ---- the slow checker ---- */

struct slow {
    const struct net *net;
    unsigned char marks[MARKINGS_MAX][PLACES_MAX];
    size_t depths[MARKINGS_MAX];
    bool is_over[MARKINGS_MAX];
    size_t next[MARKINGS_MAX][TRANSITIONS_MAX]; /* 0: none; nothing leads back to the start here */
    bool has_next[MARKINGS_MAX][TRANSITIONS_MAX];
    size_t count;
    size_t shortest[UNSOUND_COUNT]; /* path length + 1; 0: not found */
    bool happens[TRANSITIONS_MAX];
};

static bool is_enough(const struct net_transition *transition, const unsigned char *marks)
{
    for (size_t i = 0; i < PLACES_MAX; i++) {
        if (bit_set_has(&transition->takes, i) && marks[i] == 0) {
            return false;
        }
    }
    return true;
}

static bool can_happen(const struct slow *slow, size_t number, const unsigned char *marks)
{
    const struct net_transition *transition = &slow->net->transitions[number];
    for (int i = 1; i <= transition->yields_to; i++) {
        if (is_enough(transition - i, marks)) {
            return false;
        }
    }
    return is_enough(transition, marks);
}

static void note(struct slow *slow, enum unsound_kind kind, size_t length)
{
    if (slow->shortest[kind] == 0 || slow->shortest[kind] > length + 1) {
        slow->shortest[kind] = length + 1;
    }
}

static size_t find_or_add(struct slow *slow, const unsigned char *marks, size_t depth)
{
    for (size_t i = 0; i < slow->count; i++) {
        if (memcmp(slow->marks[i], marks, PLACES_MAX) == 0) {
            return i;
        }
    }
    CHECK(slow->count < MARKINGS_MAX);
    memcpy(slow->marks[slow->count], marks, PLACES_MAX);
    slow->depths[slow->count] = depth;
    return slow->count++;
}

static void go_on(struct slow *slow, size_t from, size_t number)
{
    unsigned char marks[PLACES_MAX];
    const struct net_transition *transition = &slow->net->transitions[number];
    memcpy(marks, slow->marks[from], PLACES_MAX);
    bool is_twice = false;
    for (size_t i = 0; i < PLACES_MAX; i++) {
        marks[i] = (unsigned char)(marks[i] - bit_set_has(&transition->takes, i) +
                                   bit_set_has(&transition->gives, i));
        is_twice |= marks[i] > 1;
    }
    slow->happens[number] = true;
    if (is_twice) {
        note(slow, UNSOUND_TWICE, slow->depths[from] + 1);
        slow->is_over[from] = true;
        return;
    }
    size_t to = find_or_add(slow, marks, slow->depths[from] + 1);
    slow->next[from][number] = to;
    slow->has_next[from][number] = true;
}

static void look_at(struct slow *slow, size_t number)
{
    size_t marks = 0;
    size_t ends = 0;
    bool is_stuck = true;
    for (size_t i = 0; i < slow->net->place_count; i++) {
        marks += slow->marks[number][i];
        ends += slow->net->places[i].is_end ? slow->marks[number][i] : 0u;
    }
    if (ends > 0) {
        slow->is_over[number] = true;
        if (marks > 1) {
            note(slow, UNSOUND_LEFT_BEHIND, slow->depths[number]);
        }
        return;
    }
    for (size_t i = 0; i < slow->net->transition_count; i++) {
        if (can_happen(slow, i, slow->marks[number])) {
            is_stuck = false;
            go_on(slow, number, i);
        }
    }
    if (is_stuck) {
        slow->is_over[number] = true;
        note(slow, UNSOUND_STUCK, slow->depths[number]);
    }
}

static bool is_sure(const struct net_transition *transition)
{
    return transition->when == NET_ALWAYS || transition->when == NET_ELSE;
}

static void reach_back(const struct slow *slow, bool *reached, bool only_sure)
{
    for (bool any = true; any;) {
        any = false;
        for (size_t i = 0; i < slow->count; i++) {
            for (size_t k = 0; k < slow->net->transition_count && !reached[i]; k++) {
                if (slow->has_next[i][k] && reached[slow->next[i][k]] &&
                    (!only_sure || is_sure(&slow->net->transitions[k]))) {
                    reached[i] = any = true;
                }
            }
        }
    }
}

static void judge_slowly(struct slow *slow)
{
    bool any[MARKINGS_MAX];
    bool sure[MARKINGS_MAX];
    memcpy(any, slow->is_over, sizeof any);
    reach_back(slow, any, false);
    for (size_t i = 0; i < slow->count; i++) {
        sure[i] = slow->is_over[i] || !any[i];
        if (!any[i]) {
            note(slow, UNSOUND_TRAPPED, slow->depths[i]);
        }
    }
    reach_back(slow, sure, true);
    for (size_t i = 0; i < slow->count; i++) {
        if (!sure[i]) {
            note(slow, UNSOUND_UNSURE, 0);
        }
    }
    for (size_t i = 0; i < slow->net->transition_count; i++) {
        if (!slow->happens[i] && slow->shortest[UNSOUND_TWICE] == 0 &&
            slow->shortest[UNSOUND_LEFT_BEHIND] == 0) {
            note(slow, UNSOUND_DEAD, 0);
        }
    }
}

static void check_slowly(struct slow *slow, const struct net *net)
{
    memset(slow, 0, sizeof *slow);
    slow->net = net;
    unsigned char start[PLACES_MAX] = {0};
    for (size_t i = 0; i < PLACES_MAX; i++) {
        start[i] = bit_set_has(&net->start, i);
    }
    find_or_add(slow, start, 0);
    for (size_t i = 0; i < slow->count; i++) {
        look_at(slow, i);
    }
    judge_slowly(slow);
}

/* ---- comparing ---- */

static void print_net(const struct net *net)
{
    for (size_t i = 0; i < net->transition_count; i++) {
        const struct net_transition *transition = &net->transitions[i];
        printf("# t%zu when %d yields %d:", i, (int)transition->when, transition->yields_to);
        for (size_t k = 0; k < PLACES_MAX; k++) {
            if (bit_set_has(&transition->takes, k)) {
                printf(" p%zu", k);
            }
        }
        printf(" >");
        for (size_t k = 0; k < PLACES_MAX; k++) {
            if (bit_set_has(&transition->gives, k)) {
                printf(" p%zu", k);
            }
        }
        printf("\n");
    }
    for (size_t i = 0; i < net->place_count; i++) {
        printf("#%s%s", i == 0 ? " ends:" : "", net->places[i].is_end ? " p" : "");
        printf(net->places[i].is_end ? "%zu\n" : "\n", i);
    }
}

static bool has_glance(const struct soundness *soundness)
{
    for (size_t i = 0; i < soundness->fault_count; i++) {
        enum unsound_kind kind = soundness->faults[i].kind;
        if (kind == UNSOUND_UNREACHED || kind == UNSOUND_LEAVES_END || kind == UNSOUND_NO_END ||
            kind == UNSOUND_TAKES_NOTHING) {
            return true;
        }
    }
    return false;
}

static bool is_same_verdict(const struct slow *slow, const struct soundness *soundness)
{
    size_t shortest[UNSOUND_COUNT] = {0};
    for (size_t i = 0; i < soundness->fault_count; i++) {
        const struct unsound *fault = &soundness->faults[i];
        size_t length = fault->path_count + 1;
        if (fault->kind == UNSOUND_DEAD || fault->kind == UNSOUND_UNSURE) {
            length = 1; /* which one is shown is a matter of taste */
        }
        if (shortest[fault->kind] == 0 || shortest[fault->kind] > length) {
            shortest[fault->kind] = length;
        }
    }
    return memcmp(shortest, slow->shortest, sizeof shortest) == 0;
}

/* Whether the shrunk net alone gives the same answer, and whether a path it shows can be gone:
 * markings_enough 1 makes the checker show what it found there. */
static bool shrunk_agrees(const struct net *net, bool is_sound)
{
    struct arena *arena = arena_create("shrunk", ARENA_BYTES_MAX);
    struct soundness soundness;
    struct soundness_limits limits = {.markings_max = MARKINGS_MAX, .markings_enough = 1};
    soundness_check(arena, net, &limits, &soundness);
    bool agrees = soundness.is_sound == is_sound;
    arena_destroy(&arena);
    return agrees;
}

struct tally {
    size_t sound;
    size_t glance;
    size_t kinds[UNSOUND_COUNT];
};

static void try_one(struct tally *tally, struct slow *slow)
{
    uint64_t seed = state;
    struct garden garden;
    struct soundness soundness;
    struct arena *arena = arena_create("random", ARENA_BYTES_MAX);
    plant(&garden);
    soundness_check(arena, &garden.net, NULL, &soundness);
    if (has_glance(&soundness)) {
        tally->glance++;
    } else {
        check_slowly(slow, &garden.net);
        bool is_same =
            is_same_verdict(slow, &soundness) && shrunk_agrees(&garden.net, soundness.is_sound);
        if (!is_same) {
            printf("# seed %llu\n", (unsigned long long)seed);
            print_net(&garden.net);
            for (size_t i = 0; i < soundness.fault_count; i++) {
                printf("# %.*s\n", TEXT_ARGS(soundness.faults[i].sentence));
            }
            for (size_t i = 0; i < UNSOUND_COUNT; i++) {
                printf("# slow: %s %zu\n", unsound_name((enum unsound_kind)i), slow->shortest[i]);
            }
            CHECK(is_same);
        }
        tally->sound += soundness.is_sound;
        for (size_t i = 0; i < soundness.fault_count; i++) {
            tally->kinds[soundness.faults[i].kind]++;
        }
    }
    arena_destroy(&arena);
}

static void the_slow_checker_agrees(void)
{
    struct tally tally = {0};
    struct slow *slow = memory_take(sizeof *slow);
    state = 20260101;
    int count = test_scale(NETS);
    for (int i = 0; i < count; i++) {
        try_one(&tally, slow);
    }
    memory_free(slow);
    printf("# %d nets: %zu sound, %zu wrong at a glance\n", count, tally.sound, tally.glance);
    for (size_t i = 0; i < UNSOUND_COUNT; i++) {
        if (tally.kinds[i] > 0) {
            printf("# %s: %zu\n", unsound_name((enum unsound_kind)i), tally.kinds[i]);
        }
    }
    /* Otherwise the nets are too much alike to prove anything. */
    CHECK(tally.sound > (size_t)count / 10);
    CHECK(tally.kinds[UNSOUND_TWICE] > (size_t)count / 50);
    CHECK(tally.kinds[UNSOUND_LEFT_BEHIND] > (size_t)count / 50);
    CHECK(tally.kinds[UNSOUND_STUCK] > (size_t)count / 200);
    CHECK(tally.kinds[UNSOUND_TRAPPED] > (size_t)count / 500);
    CHECK(tally.kinds[UNSOUND_UNSURE] > (size_t)count / 50);
    CHECK(tally.kinds[UNSOUND_DEAD] > (size_t)count / 200);
}

static const struct test tests[] = {
    {"the_slow_checker_agrees", the_slow_checker_agrees, 600},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
