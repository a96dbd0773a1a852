/* net_shrink.c - the rules, applied until none fits. */
#include "engine/soundness/net_shrink.h"

#include "base/arena.h"

#include <string.h>

enum { JOINS_MAX = 32, GROWTH_MAX = 8, NESTING_MAX = 3 * BIT_SET_MAX, SPARE_PIECES = 64 };

struct piece {
    struct move move;
    const struct made_of *made_of;
    size_t length; /* of the path it stands for, as far as it matters */
    bool is_fixed; /* it yields, or others yield to it: it stays where it is */
    bool is_gone;
};

struct shop {
    struct arena *arena;
    struct piece *pieces;
    size_t count;
    size_t room;
    struct bit_set start;
    struct bit_set ends;
    struct bit_set watched; /* places whose marks keep a transition from happening */
    size_t place_count;
    const struct made_of *begin;
};

/* ---- sets ---- */

static struct bit_set without(const struct bit_set *set, const struct bit_set *other)
{
    struct bit_set left;
    for (size_t i = 0; i < BIT_SET_WORDS; i++) {
        left.words[i] = set->words[i] & ~other->words[i];
    }
    return left;
}

static struct bit_set only(size_t place)
{
    struct bit_set set = {0};
    bit_set_add(&set, place);
    return set;
}

/* ---- pieces ---- */

static const struct made_of *join_parts(struct arena *arena, const struct made_of *first,
                                        const struct made_of *second)
{
    if (first == NULL) {
        return second;
    }
    struct made_of *whole = ARENA_NEW(arena, struct made_of);
    *whole = (struct made_of){.move = NET_NOTHING, .first = first, .second = second};
    return whole;
}

static bool changes_nothing(const struct move *move)
{
    return bit_set_equals(&move->takes, &move->gives) && bit_set_count(&move->takes) == 1;
}

/* Of two that do the same the shorter one stays, as sure as the surer. */
static bool is_known(struct shop *shop, const struct piece *piece)
{
    for (size_t i = 0; i < shop->count; i++) {
        struct piece *other = &shop->pieces[i];
        if (other->is_gone || other->is_fixed ||
            !bit_set_equals(&other->move.takes, &piece->move.takes) ||
            !bit_set_equals(&other->move.gives, &piece->move.gives)) {
            continue;
        }
        if (piece->length < other->length) {
            other->made_of = piece->made_of;
            other->length = piece->length;
        }
        other->move.is_sure |= piece->move.is_sure;
        return true;
    }
    return false;
}

static void add_piece(struct shop *shop, const struct piece *piece)
{
    MUST(shop->count < shop->room);
    bool is_needed = piece->is_fixed || (!changes_nothing(&piece->move) && !is_known(shop, piece));
    if (is_needed) {
        shop->pieces[shop->count++] = *piece;
    }
}

/* ---- the rule of the place that is passed through ---- */

struct around {
    size_t givers[JOINS_MAX];
    size_t giver_count;
    size_t takers[JOINS_MAX];
    size_t taker_count;
};

/* False when there are too many, or one of them both gives and takes it. */
static bool look_around(const struct shop *shop, size_t place, struct around *around_out)
{
    *around_out = (struct around){0};
    for (size_t i = 0; i < shop->count; i++) {
        const struct piece *piece = &shop->pieces[i];
        bool gives = !piece->is_gone && bit_set_has(&piece->move.gives, place);
        bool takes = !piece->is_gone && bit_set_has(&piece->move.takes, place);
        if ((gives && takes) || (gives && around_out->giver_count == JOINS_MAX) ||
            (takes && around_out->taker_count == JOINS_MAX)) {
            return false;
        }
        if (gives) {
            around_out->givers[around_out->giver_count++] = i;
        }
        if (takes) {
            around_out->takers[around_out->taker_count++] = i;
        }
    }
    return true;
}

/* What takes this place takes nothing else, gives something, and nobody waits for it not to. */
static bool takers_are_free(const struct shop *shop, const struct around *around)
{
    bool any_is_sure = false;
    for (size_t i = 0; i < around->taker_count; i++) {
        const struct piece *taker = &shop->pieces[around->takers[i]];
        if (taker->is_fixed || bit_set_count(&taker->move.takes) != 1 ||
            bit_set_is_empty(&taker->move.gives) ||
            bit_set_meets(&taker->move.gives, &shop->watched)) {
            return false;
        }
        any_is_sure |= taker->move.is_sure;
    }
    return any_is_sure;
}

/* A pair that would mark a place twice by itself is left for the search to find. */
static bool pairs_can_be(const struct shop *shop, const struct around *around)
{
    for (size_t i = 0; i < around->giver_count; i++) {
        if (shop->pieces[around->givers[i]].is_fixed && around->taker_count > 1) {
            return false; /* it cannot become two and keep its turn */
        }
        for (size_t k = 0; k < around->taker_count; k++) {
            if (bit_set_meets(&shop->pieces[around->givers[i]].move.gives,
                              &shop->pieces[around->takers[k]].move.gives)) {
                return false;
            }
        }
    }
    return true;
}

static bool may_pass_through(const struct shop *shop, size_t place, struct around *around_out)
{
    if (bit_set_has(&shop->ends, place) || bit_set_has(&shop->watched, place) ||
        !look_around(shop, place, around_out) || !takers_are_free(shop, around_out) ||
        !pairs_can_be(shop, around_out)) {
        return false;
    }
    size_t pairs = around_out->giver_count * around_out->taker_count;
    if (pairs > around_out->giver_count + around_out->taker_count + GROWTH_MAX ||
        shop->count + pairs > shop->room) {
        return false;
    }
    if (!bit_set_has(&shop->start, place)) {
        return around_out->giver_count > 0;
    }
    struct bit_set others = only(place);
    others = without(&shop->start, &others);
    return around_out->taker_count == 1 &&
           !bit_set_meets(&others, &shop->pieces[around_out->takers[0]].move.gives);
}

static struct piece join_pair(struct shop *shop, size_t place, size_t giver, size_t taker)
{
    struct piece first = shop->pieces[giver];
    const struct piece *second = &shop->pieces[taker];
    struct bit_set passed = only(place);
    first.move.gives = without(&first.move.gives, &passed);
    bit_set_join(&first.move.gives, &second->move.gives);
    first.move.is_sure &= second->move.is_sure;
    first.made_of = join_parts(shop->arena, first.made_of, second->made_of);
    first.length = first.length + second->length < UNSOUND_PATH_MAX ? first.length + second->length
                                                                    : UNSOUND_PATH_MAX;
    return first;
}

/* A fixed piece keeps its place in the row. */
static void pass_from(struct shop *shop, size_t place, size_t giver, const struct around *around)
{
    if (shop->pieces[giver].is_fixed) {
        MUST(around->taker_count == 1);
        shop->pieces[giver] = join_pair(shop, place, giver, around->takers[0]);
        return;
    }
    shop->pieces[giver].is_gone = true;
    for (size_t i = 0; i < around->taker_count; i++) {
        struct piece joined = join_pair(shop, place, giver, around->takers[i]);
        joined.is_gone = false;
        add_piece(shop, &joined);
    }
}

static void pass_through(struct shop *shop, size_t place, const struct around *around)
{
    for (size_t i = 0; i < around->giver_count; i++) {
        pass_from(shop, place, around->givers[i], around);
    }
    if (bit_set_has(&shop->start, place)) {
        const struct piece *taker = &shop->pieces[around->takers[0]];
        struct bit_set passed = only(place);
        shop->start = without(&shop->start, &passed);
        bit_set_join(&shop->start, &taker->move.gives);
        shop->begin = join_parts(shop->arena, shop->begin, taker->made_of);
    }
    for (size_t k = 0; k < around->taker_count; k++) {
        shop->pieces[around->takers[k]].is_gone = true;
    }
}

/* Forgets what is gone, so that there is room for what comes. */
static void sweep(struct shop *shop)
{
    size_t kept = 0;
    for (size_t i = 0; i < shop->count; i++) {
        if (!shop->pieces[i].is_gone) {
            shop->pieces[kept++] = shop->pieces[i];
        }
    }
    shop->count = kept;
}

static bool pass_through_places(struct shop *shop)
{
    bool any = false;
    for (size_t place = 0; place < shop->place_count; place++) {
        struct around around;
        if (may_pass_through(shop, place, &around)) {
            pass_through(shop, place, &around);
            sweep(shop);
            any = true;
        }
    }
    return any;
}

/* ---- the rule of the two places that are one ---- */

static bool are_one(const struct shop *shop, size_t left, size_t right)
{
    for (size_t i = 0; i < shop->count; i++) {
        const struct move *move = &shop->pieces[i].move;
        if (bit_set_has(&move->takes, left) != bit_set_has(&move->takes, right) ||
            bit_set_has(&move->gives, left) != bit_set_has(&move->gives, right)) {
            return false;
        }
    }
    return bit_set_has(&shop->start, left) == bit_set_has(&shop->start, right);
}

static struct bit_set used_places(const struct shop *shop)
{
    struct bit_set used = shop->start;
    for (size_t i = 0; i < shop->count; i++) {
        bit_set_join(&used, &shop->pieces[i].move.takes);
        bit_set_join(&used, &shop->pieces[i].move.gives);
    }
    return used;
}

static void drop_place(struct shop *shop, size_t place)
{
    struct bit_set dropped = only(place);
    shop->start = without(&shop->start, &dropped);
    for (size_t i = 0; i < shop->count; i++) {
        struct move *move = &shop->pieces[i].move;
        move->takes = without(&move->takes, &dropped);
        move->gives = without(&move->gives, &dropped);
    }
}

static bool drop_twin_places(struct shop *shop)
{
    bool any = false;
    struct bit_set kept = used_places(shop);
    kept = without(&kept, &shop->ends);
    kept = without(&kept, &shop->watched);
    for (int left = net_next(&kept, 0); left >= 0; left = net_next(&kept, left + 1)) {
        for (int right = net_next(&kept, left + 1); right >= 0;
             right = net_next(&kept, right + 1)) {
            if (are_one(shop, (size_t)left, (size_t)right)) {
                struct bit_set twin = only((size_t)right);
                drop_place(shop, (size_t)right);
                kept = without(&kept, &twin);
                any = true;
            }
        }
    }
    return any;
}

/* Dropping a place may have made two pieces the same, or one that changes nothing. */
static void sort_out(struct shop *shop)
{
    struct piece *pieces = shop->pieces;
    size_t count = shop->count;
    shop->count = 0; /* what is kept is never ahead of what is read */
    for (size_t i = 0; i < count; i++) {
        struct piece piece = pieces[i];
        add_piece(shop, &piece);
    }
}

/* ---- in and out ---- */

static void watch(struct shop *shop, const struct moves *given, size_t number)
{
    const struct move *move = &given->items[number];
    for (int i = 1; i <= move->yields_to; i++) {
        struct bit_set more = without(&(move - i)->takes, &move->takes);
        bit_set_join(&shop->watched, &more);
        shop->pieces[number].is_fixed = true;
        shop->pieces[number - (size_t)i].is_fixed = true;
    }
}

static void read_moves(struct shop *shop, const struct moves *given)
{
    struct made_of *leaves = ARENA_ARRAY(shop->arena, struct made_of, given->count + 1);
    for (size_t i = 0; i < given->count; i++) {
        leaves[i].move = (int)i;
        shop->pieces[i] =
            (struct piece){.move = given->items[i], .made_of = &leaves[i], .length = 1};
    }
    for (size_t i = 0; i < given->count; i++) {
        watch(shop, given, i);
    }
    shop->count = given->count;
}

/* The places that are left are numbered anew, closely, so that a marking is small. */
static struct bit_set renumber(const struct bit_set *set, const int *numbers)
{
    struct bit_set renumbered = {0};
    for (int i = net_next(set, 0); i >= 0; i = net_next(set, i + 1)) {
        bit_set_add(&renumbered, (size_t)numbers[i]);
    }
    return renumbered;
}

static void write_moves(const struct shop *shop, struct shrunk *shrunk)
{
    int numbers[BIT_SET_MAX] = {0};
    int place_count = 0;
    struct bit_set used = used_places(shop);
    bit_set_join(&used, &shop->ends);
    for (int i = net_next(&used, 0); i >= 0; i = net_next(&used, i + 1)) {
        numbers[i] = place_count++;
    }
    struct move *moves = ARENA_ARRAY(shop->arena, struct move, shop->count + 1);
    const struct made_of **made_of =
        ARENA_ARRAY(shop->arena, const struct made_of *, shop->count + 1);
    for (size_t i = 0; i < shop->count; i++) {
        moves[i] = shop->pieces[i].move;
        moves[i].takes = renumber(&moves[i].takes, numbers);
        moves[i].gives = renumber(&moves[i].gives, numbers);
        made_of[i] = shop->pieces[i].made_of;
    }
    *shrunk = (struct shrunk){.moves = {.items = moves,
                                        .count = shop->count,
                                        .start = renumber(&shop->start, numbers),
                                        .ends = renumber(&shop->ends, numbers),
                                        .place_count = (size_t)place_count},
                              .made_of = made_of,
                              .begin = shop->begin};
}

void net_shrink(struct arena *arena, const struct moves *given, struct shrunk *shrunk_out)
{
    size_t room = given->count * 2 + SPARE_PIECES;
    struct shop shop = {.arena = arena,
                        .pieces = ARENA_ARRAY(arena, struct piece, room),
                        .room = room,
                        .start = given->start,
                        .ends = given->ends,
                        .place_count = given->place_count};
    read_moves(&shop, given);
    bool any = true;
    while (any) {
        sort_out(&shop);
        any = pass_through_places(&shop);
        any |= drop_twin_places(&shop);
    }
    write_moves(&shop, shrunk_out);
}

size_t made_of_write(const struct made_of *whole, int *path_out, size_t count)
{
    const struct made_of *open[NESTING_MAX];
    size_t depth = 0;
    open[depth++] = whole;
    while (depth > 0 && count < UNSOUND_PATH_MAX) {
        const struct made_of *part = open[--depth];
        if (part->move != NET_NOTHING) {
            path_out[count++] = part->move;
            continue;
        }
        MUST(depth + 2 <= NESTING_MAX);
        open[depth++] = part->second;
        open[depth++] = part->first;
    }
    return count;
}
