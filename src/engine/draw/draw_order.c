/* draw_order.c - who stands above whom in a column, so that few links cross.
 *
 * Sweeps from left to right and back: each column is sorted by where its neighbours stand, then
 * those beside each other in a column change places as long as that helps. The best order seen is
 * kept. Since that depends on the order it begins with, a small net gets several beginnings.
 */
#include "engine/draw/draw_parts.h"

#include "base/must.h"

#include <stdlib.h>
#include <string.h>

enum {
    SWEEPS = 24,
    SWEEPS_OF_LARGE = 4,
    SMALL = 600, /* segments: up to this many, several beginnings are tried */
    LARGE = 3000,
    BEGINNINGS = 16,
    EXCHANGE_ROUNDS = 8,
};

struct rank {
    double middle; /* of the neighbours' orders */
    int order;     /* as it was: equals stay */
    int box;
};

static int compare_ranks(const void *left, const void *right)
{
    const struct rank *one = left;
    const struct rank *other = right;
    if (one->middle != other->middle) {
        return one->middle < other->middle ? -1 : 1;
    }
    return one->order < other->order ? -1 : one->order > other->order;
}

/* The order of the box at the other end of the n-th segment on that side. */
static int neighbour(const struct sketch *sketch, int box, bool to_left, int n)
{
    const int *starts = to_left ? sketch->left_starts : sketch->right_starts;
    const int *list = to_left ? sketch->lefts : sketch->rights;
    const struct segment *segment = &sketch->segments[list[starts[box] + n]];
    return sketch->boxes[to_left ? segment->left : segment->right].order;
}

static int neighbour_count(const struct sketch *sketch, int box, bool to_left)
{
    const int *starts = to_left ? sketch->left_starts : sketch->right_starts;
    return starts[box + 1] - starts[box];
}

static double middle_of(const struct sketch *sketch, int box, bool to_left)
{
    int count = neighbour_count(sketch, box, to_left);
    double sum = 0;
    for (int i = 0; i < count; i++) {
        sum += neighbour(sketch, box, to_left, i);
    }
    return count == 0 ? sketch->boxes[box].order : sum / count;
}

static void set_order(struct sketch *sketch, int layer, int order, int box)
{
    sketch->layers[sketch->layer_starts[layer] + order] = box;
    sketch->boxes[box].order = order;
}

static void sort_layer(struct sketch *sketch, struct rank *ranks, int layer, bool by_left)
{
    int start = sketch->layer_starts[layer];
    int count = sketch->layer_starts[layer + 1] - start;
    for (int i = 0; i < count; i++) {
        int box = sketch->layers[start + i];
        ranks[i] = (struct rank){middle_of(sketch, box, by_left), i, box};
    }
    qsort(ranks, (size_t)count, sizeof *ranks, compare_ranks);
    for (int i = 0; i < count; i++) {
        set_order(sketch, layer, i, ranks[i].box);
    }
}

/* ---- crossings ---- */

/* Between the segments of two boxes when the first stands above the second. */
static int crossings_of_pair(const struct sketch *sketch, int upper, int lower, bool to_left)
{
    int uppers = neighbour_count(sketch, upper, to_left);
    int lowers = neighbour_count(sketch, lower, to_left);
    int crossings = 0;
    for (int i = 0; i < uppers; i++) {
        for (int k = 0; k < lowers; k++) {
            crossings +=
                neighbour(sketch, upper, to_left, i) > neighbour(sketch, lower, to_left, k);
        }
    }
    return crossings;
}

/* Counts in each layer what has come so far and ends further down. A Fenwick tree of ends. */
static int64_t layer_crossings(const struct sketch *sketch, int layer, int *tree, int width)
{
    int64_t crossings = 0;
    int so_far = 0;
    memset(tree, 0, ((size_t)width + 2) * sizeof *tree);
    for (int i = sketch->layer_starts[layer]; i < sketch->layer_starts[layer + 1]; i++) {
        int box = sketch->layers[i];
        int count = neighbour_count(sketch, box, false);
        for (int k = 0; k < count; k++) {
            int above = 0;
            for (int at = neighbour(sketch, box, false, k) + 1; at > 0; at -= at & -at) {
                above += tree[at];
            }
            crossings += so_far - above;
        }
        for (int k = 0; k < count; k++) {
            for (int at = neighbour(sketch, box, false, k) + 1; at <= width; at += at & -at) {
                tree[at]++;
            }
            so_far++;
        }
    }
    MUST(crossings >= 0);
    return crossings;
}

static int64_t all_crossings(const struct sketch *sketch, int *tree)
{
    int64_t crossings = 0;
    for (int i = 0; i + 1 < sketch->layer_count; i++) {
        int width = sketch->layer_starts[i + 2] - sketch->layer_starts[i + 1];
        crossings += layer_crossings(sketch, i, tree, width);
    }
    return crossings;
}

/* ---- exchanging neighbours ---- */

/* Eager: also when it makes no difference, which may open the way to what does. */
static bool exchange_in_layer(struct sketch *sketch, int layer, bool is_eager)
{
    bool any = false;
    int start = sketch->layer_starts[layer];
    for (int i = start; i + 1 < sketch->layer_starts[layer + 1]; i++) {
        int upper = sketch->layers[i];
        int lower = sketch->layers[i + 1];
        int now = crossings_of_pair(sketch, upper, lower, true) +
                  crossings_of_pair(sketch, upper, lower, false);
        int then = crossings_of_pair(sketch, lower, upper, true) +
                   crossings_of_pair(sketch, lower, upper, false);
        if (then < now || (is_eager && then == now)) {
            set_order(sketch, layer, i - start, lower);
            set_order(sketch, layer, i + 1 - start, upper);
            any = any || then < now;
        }
    }
    return any;
}

static void exchange(struct sketch *sketch, bool is_eager)
{
    for (int i = 0; i < sketch->layer_count && is_eager; i++) {
        exchange_in_layer(sketch, i, true);
    }
    bool any = true;
    for (int round = 0; round < EXCHANGE_ROUNDS && any; round++) {
        any = false;
        for (int i = 0; i < sketch->layer_count; i++) {
            any |= exchange_in_layer(sketch, i, false);
        }
    }
}

static void restore(struct sketch *sketch, const int *layers)
{
    for (int layer = 0; layer < sketch->layer_count; layer++) {
        int start = sketch->layer_starts[layer];
        for (int i = start; i < sketch->layer_starts[layer + 1]; i++) {
            set_order(sketch, layer, i - start, layers[i]);
        }
    }
}

/* ---- beginnings ---- */

/* Another order to begin with, the same each time: a number for each box, and they are sorted. */
static void begin_differently(struct sketch *sketch, struct rank *ranks, int beginning)
{
    for (int layer = 0; layer < sketch->layer_count; layer++) {
        int start = sketch->layer_starts[layer];
        int count = sketch->layer_starts[layer + 1] - start;
        for (int i = 0; i < count; i++) {
            int box = sketch->layers[start + i];
            uint32_t mixed = (uint32_t)(box + 1) * 2654435761u * (uint32_t)(beginning * 2 + 1);
            double middle = beginning == 1 ? -i : (double)((mixed ^ mixed >> 15) & 0xFFFF);
            ranks[i] = (struct rank){middle, i, box};
        }
        qsort(ranks, (size_t)count, sizeof *ranks, compare_ranks);
        for (int i = 0; i < count; i++) {
            set_order(sketch, layer, i, ranks[i].box);
        }
    }
}

struct ordering {
    struct rank *ranks;
    int *tree;
    int *best;
    int64_t fewest;
    int sweeps;
    bool exchanges;
};

static void sweep_once(struct sketch *sketch, struct ordering *ordering, int sweep)
{
    for (int i = 1; i < sketch->layer_count && sweep > 0; i++) {
        bool to_right = sweep % 2 == 1;
        sort_layer(sketch, ordering->ranks, to_right ? i : sketch->layer_count - 1 - i, to_right);
    }
    if (ordering->exchanges) {
        exchange(sketch, sweep % 4 >= 2);
    }
    int64_t crossings = all_crossings(sketch, ordering->tree);
    if (crossings < ordering->fewest) {
        ordering->fewest = crossings;
        memcpy(ordering->best, sketch->layers, (size_t)sketch->box_count * sizeof(int));
    }
}

void sketch_order(struct sketch *sketch)
{
    size_t boxes = (size_t)sketch->box_count;
    bool is_large = sketch->segment_count > LARGE;
    int beginnings = sketch->segment_count > SMALL ? 1 : BEGINNINGS;
    struct ordering ordering = {.ranks = ARENA_ARRAY(sketch->arena, struct rank, boxes + 1),
                                .tree = ARENA_ARRAY(sketch->arena, int, boxes + 2),
                                .best = ARENA_ARRAY(sketch->arena, int, boxes + 1),
                                .fewest = INT64_MAX,
                                .sweeps = is_large ? SWEEPS_OF_LARGE : SWEEPS,
                                .exchanges = !is_large};
    for (int beginning = 0; beginning < beginnings && ordering.fewest > 0; beginning++) {
        if (beginning > 0) {
            begin_differently(sketch, ordering.ranks, beginning);
        }
        for (int sweep = 0; sweep <= ordering.sweeps && ordering.fewest > 0; sweep++) {
            sweep_once(sketch, &ordering, sweep);
        }
    }
    restore(sketch, ordering.best);
}
