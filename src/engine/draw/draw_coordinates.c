/* draw_coordinates.c - where everything is: columns as wide as their widest box, and in each column
 * every box as near to the height of its neighbours as those above and below it let it.
 *
 * A column alone has one best answer, found by pooling boxes that push each other; going over the
 * columns again and again brings all of them near to it. Long links weigh more, to be straight.
 */
#include "engine/draw/draw_parts.h"

#include "base/must.h"

#include <stdlib.h>

enum {
    SWEEPS = 400, /* of a small net; fewer of a large one */
    SWEEPS_TIMES_BOXES = 400000,
    MARGIN = 32,
    COLUMN_GAP = 30,
    COLUMN_GAP_MOST = 90,
    BOX_GAP = 18,
    BEND_GAP = 12,
    PORT_GAP = 9,
};

/* ---- columns ---- */

/* Many links between two columns need room to part. */
static int gap_after(const struct sketch *sketch, int layer)
{
    int count = 0;
    for (int i = sketch->layer_starts[layer]; i < sketch->layer_starts[layer + 1]; i++) {
        int box = sketch->layers[i];
        count += sketch->right_starts[box + 1] - sketch->right_starts[box];
    }
    int gap = COLUMN_GAP + count * 3;
    return gap < COLUMN_GAP_MOST ? gap : COLUMN_GAP_MOST;
}

static void place_columns(struct sketch *sketch)
{
    size_t layers = (size_t)sketch->layer_count;
    sketch->column_left = ARENA_ARRAY(sketch->arena, int, layers + 1);
    sketch->column_right = ARENA_ARRAY(sketch->arena, int, layers + 1);
    int x = MARGIN;
    for (int layer = 0; layer < sketch->layer_count; layer++) {
        int width = 0;
        for (int i = sketch->layer_starts[layer]; i < sketch->layer_starts[layer + 1]; i++) {
            int own = sketch->boxes[sketch->layers[i]].width;
            width = own > width ? own : width;
        }
        sketch->column_left[layer] = x;
        sketch->column_right[layer] = x + width;
        x += width + gap_after(sketch, layer);
    }
    sketch->width = sketch->column_right[sketch->layer_count - 1] + MARGIN;
}

/* ---- heights ---- */

struct pool {
    double sum; /* of wishes, by weight */
    double weight;
    int count;
};

/* A row of boxes without forks is straight; long links are before all others. */
static double weight_of(const struct sketch *sketch, const struct segment *segment)
{
    bool is_row =
        sketch->right_starts[segment->left + 1] - sketch->right_starts[segment->left] == 1 &&
        sketch->left_starts[segment->right + 1] - sketch->left_starts[segment->right] == 1;
    return is_row ? segment->weight + 6 : segment->weight;
}

static double distance(const struct box *upper, const struct box *lower)
{
    bool both_bend = upper->kind == BOX_BEND && lower->kind == BOX_BEND;
    return (upper->height + lower->height) / 2.0 + (both_bend ? BEND_GAP : BOX_GAP);
}

/* Where the neighbours would have it, and how much they care. */
static double wish(const struct sketch *sketch, int box, double *weight_out)
{
    double sum = 0;
    double weight = 0;
    for (int i = sketch->left_starts[box]; i < sketch->left_starts[box + 1]; i++) {
        const struct segment *segment = &sketch->segments[sketch->lefts[i]];
        double own = weight_of(sketch, segment);
        sum += own * sketch->boxes[segment->left].y;
        weight += own;
    }
    for (int i = sketch->right_starts[box]; i < sketch->right_starts[box + 1]; i++) {
        const struct segment *segment = &sketch->segments[sketch->rights[i]];
        double own = weight_of(sketch, segment);
        sum += own * sketch->boxes[segment->right].y;
        weight += own;
    }
    if (weight == 0) {
        *weight_out = 0.1;
        return sketch->boxes[box].y;
    }
    *weight_out = weight;
    return sum / weight;
}

/* Boxes that would overlap where they wish to be form a pool and share the mean. */
static void settle_layer(struct sketch *sketch, int layer, struct pool *pools)
{
    int start = sketch->layer_starts[layer];
    int count = sketch->layer_starts[layer + 1] - start;
    int pool_count = 0;
    double offset = 0;
    if (count == 0) {
        return;
    }
    for (int i = 0; i < count; i++) {
        int box = sketch->layers[start + i];
        double weight = 0;
        double wished = wish(sketch, box, &weight);
        if (i > 0) {
            offset += distance(&sketch->boxes[sketch->layers[start + i - 1]], &sketch->boxes[box]);
        }
        pools[pool_count++] = (struct pool){(wished - offset) * weight, weight, 1};
        while (pool_count > 1 && pools[pool_count - 2].sum / pools[pool_count - 2].weight >
                                     pools[pool_count - 1].sum / pools[pool_count - 1].weight) {
            pool_count--;
            pools[pool_count - 1].sum += pools[pool_count].sum;
            pools[pool_count - 1].weight += pools[pool_count].weight;
            pools[pool_count - 1].count += pools[pool_count].count;
        }
    }
    offset = 0;
    for (int i = 0, pool = 0, left = pools[0].count; i < count; i++, left--) {
        if (left == 0) {
            left = pools[++pool].count;
        }
        struct box *box = &sketch->boxes[sketch->layers[start + i]];
        if (i > 0) {
            offset += distance(&sketch->boxes[sketch->layers[start + i - 1]], box);
        }
        box->y = pools[pool].sum / pools[pool].weight + offset;
    }
}

static void stack_layers(struct sketch *sketch)
{
    for (int layer = 0; layer < sketch->layer_count; layer++) {
        double y = 0;
        int start = sketch->layer_starts[layer];
        for (int i = start; i < sketch->layer_starts[layer + 1]; i++) {
            struct box *box = &sketch->boxes[sketch->layers[i]];
            y += i > start ? distance(&sketch->boxes[sketch->layers[i - 1]], box) : 0;
            box->y = y;
        }
        for (int i = start; i < sketch->layer_starts[layer + 1]; i++) {
            sketch->boxes[sketch->layers[i]].y -= y / 2;
        }
    }
}

static double whole(double number)
{
    return (double)(int64_t)(number < 0 ? number - 0.5 : number + 0.5);
}

/* Everything at or below zero moves down into the picture. */
static void move_into_view(struct sketch *sketch)
{
    double top = 0;
    double bottom = 0;
    for (int i = 0; i < sketch->box_count; i++) {
        const struct box *box = &sketch->boxes[i];
        double upper = box->y - box->height / 2.0;
        double lower = box->y + box->height / 2.0;
        top = i == 0 || upper < top ? upper : top;
        bottom = i == 0 || lower > bottom ? lower : bottom;
    }
    for (int i = 0; i < sketch->box_count; i++) {
        sketch->boxes[i].y = whole(sketch->boxes[i].y - top);
    }
    sketch->height = (int)whole(bottom - top);
}

/* ---- ports ---- */

struct port {
    double y; /* of the box at the other end, or of the bend next to it */
    double *port;
    int link;
};

static int compare_ports(const void *left, const void *right)
{
    const struct port *one = left;
    const struct port *other = right;
    if (one->y != other->y) {
        return one->y < other->y ? -1 : 1;
    }
    return one->link < other->link ? -1 : one->link > other->link;
}

static double height_beside(const struct sketch *sketch, const struct link *link, bool at_left)
{
    if (link->bend_count > 0) {
        int bend = at_left ? link->first_bend : link->first_bend + link->bend_count - 1;
        return sketch->boxes[bend].y;
    }
    int left = link->is_back ? link->to : link->from;
    int right = link->is_back ? link->from : link->to;
    return sketch->boxes[at_left ? right : left].y;
}

/* Links at one side of a box leave and enter one below the other. */
static void place_ports(struct sketch *sketch, int box, bool at_right, struct port *ports)
{
    int count = 0;
    for (int i = 0; i < sketch->link_count; i++) {
        struct link *link = &sketch->links[i];
        bool leaves = link->from == box && link->is_back != at_right;
        bool enters = link->to == box && link->is_back == at_right;
        if (leaves || enters) {
            ports[count++] = (struct port){height_beside(sketch, link, at_right),
                                           leaves ? &link->from_port : &link->to_port, i};
        }
    }
    qsort(ports, (size_t)count, sizeof *ports, compare_ports);
    double room = sketch->boxes[box].height - 14;
    double gap = count > 1 && (count - 1) * PORT_GAP > room ? room / (count - 1) : PORT_GAP;
    for (int i = 0; i < count; i++) {
        *ports[i].port = (i - (count - 1) / 2.0) * gap;
    }
}

void sketch_coordinates(struct sketch *sketch)
{
    size_t most =
        (size_t)(sketch->box_count > sketch->link_count ? sketch->box_count : sketch->link_count);
    struct pool *pools = ARENA_ARRAY(sketch->arena, struct pool, most + 1);
    struct port *ports = ARENA_ARRAY(sketch->arena, struct port, most + 1);
    place_columns(sketch);
    stack_layers(sketch);
    int sweeps = SWEEPS_TIMES_BOXES / (sketch->box_count + 1);
    sweeps = sweeps > SWEEPS ? SWEEPS : sweeps;
    for (int sweep = 0; sweep < sweeps; sweep++) {
        for (int i = 0; i < sketch->layer_count; i++) {
            settle_layer(sketch, sweep % 2 == 0 ? i : sketch->layer_count - 1 - i, pools);
        }
    }
    move_into_view(sketch);
    int boxes = (int)(sketch->net->place_count + sketch->net->transition_count);
    for (int i = 0; i < boxes; i++) {
        place_ports(sketch, i, true, ports);
        place_ports(sketch, i, false, ports);
    }
}
