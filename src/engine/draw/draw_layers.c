/* draw_layers.c - which column everything stands in, and the bends of links that pass columns.
 *
 * Depth first from the start finds the links that lead back. A transition that only leads back, as
 * "return for changes" does, is laid between the place it goes to and the one it comes from, both
 * its links turned round. What is left has no rings: a box stands one column right of the last one
 * that leads to it, so places and transitions alternate.
 */
#include "engine/draw/draw_parts.h"

#include "base/must.h"

enum walk_state { WALK_NEW, WALK_OPEN, WALK_DONE };

struct walk {
    struct sketch *sketch;
    int *first; /* links by the box they leave: those of box i begin at first[i] */
    int *by_from;
    enum walk_state *states;
    int *path;
    int *next; /* which link of the box is next */
};

static struct walk walk_of(struct sketch *sketch)
{
    struct arena *arena = sketch->arena;
    size_t boxes = (size_t)sketch->box_count;
    struct walk walk = {.sketch = sketch,
                        .first = ARENA_ARRAY(arena, int, boxes + 2),
                        .by_from = ARENA_ARRAY(arena, int, (size_t)sketch->link_count + 1),
                        .states = ARENA_ARRAY(arena, enum walk_state, boxes + 1),
                        .path = ARENA_ARRAY(arena, int, boxes + 1),
                        .next = ARENA_ARRAY(arena, int, boxes + 1)};
    for (int i = 0; i < sketch->link_count; i++) {
        walk.first[sketch->links[i].from + 2]++;
    }
    for (size_t i = 2; i < boxes + 2; i++) {
        walk.first[i] += walk.first[i - 1];
    }
    for (int i = 0; i < sketch->link_count; i++) {
        walk.by_from[walk.first[sketch->links[i].from + 1]++] = i;
    }
    return walk;
}

/* ---- what leads back ---- */

static void walk_from(struct walk *walk, int start)
{
    int depth = 0;
    walk->path[depth++] = start;
    walk->states[start] = WALK_OPEN;
    walk->next[start] = walk->first[start];
    while (depth > 0) {
        int box = walk->path[depth - 1];
        if (walk->next[box] == walk->first[box + 1]) {
            walk->states[box] = WALK_DONE;
            depth--;
            continue;
        }
        struct link *link = &walk->sketch->links[walk->by_from[walk->next[box]++]];
        if (walk->states[link->to] == WALK_OPEN) {
            link->is_back = true;
        } else if (walk->states[link->to] == WALK_NEW) {
            walk->states[link->to] = WALK_OPEN;
            walk->next[link->to] = walk->first[link->to];
            walk->path[depth++] = link->to;
        }
    }
}

/* Only a transition with one place before it: that place is then right of all it leads back to. */
static void turn_whole_transition(struct walk *walk, int box)
{
    struct sketch *sketch = walk->sketch;
    int only = -1;
    int count = 0;
    for (int i = 0; i < sketch->link_count; i++) {
        if (sketch->links[i].to == box) {
            only = i;
            count++;
        }
    }
    bool leads_back = count == 1 && walk->first[box] < walk->first[box + 1];
    for (int i = walk->first[box]; i < walk->first[box + 1] && leads_back; i++) {
        const struct link *link = &sketch->links[walk->by_from[i]];
        leads_back = link->is_back && link->to != sketch->links[only].from;
    }
    if (leads_back) {
        sketch->links[only].is_back = true;
    }
}

static void find_back_links(struct walk *walk)
{
    const struct net *net = walk->sketch->net;
    int places = (int)net->place_count;
    for (int i = net_next(&net->start, 0); i >= 0; i = net_next(&net->start, i + 1)) {
        if (walk->states[i] == WALK_NEW) {
            walk_from(walk, i);
        }
    }
    for (int i = 0; i < walk->sketch->box_count; i++) {
        if (walk->states[i] == WALK_NEW) {
            walk_from(walk, i);
        }
    }
    for (int i = places; i < walk->sketch->box_count; i++) {
        turn_whole_transition(walk, i);
    }
}

/* ---- columns ---- */

static int left_box(const struct link *link)
{
    return link->is_back ? link->to : link->from;
}

static int right_box(const struct link *link)
{
    return link->is_back ? link->from : link->to;
}

/* Goes over the links until nothing moves; without rings that is at most once for each column. */
static void find_columns(struct sketch *sketch)
{
    for (int i = 0; i < sketch->box_count; i++) {
        sketch->boxes[i].layer = sketch->boxes[i].kind == BOX_TRANSITION ? 1 : 0;
    }
    int rounds = 0;
    for (bool any = true; any; rounds++) {
        MUST(rounds <= sketch->box_count + 1);
        any = false;
        for (int i = 0; i < sketch->link_count; i++) {
            int least = sketch->boxes[left_box(&sketch->links[i])].layer + 1;
            struct box *right = &sketch->boxes[right_box(&sketch->links[i])];
            if (right->layer < least) {
                right->layer = least;
                any = true;
            }
        }
    }
}

/* What leads back stands in the middle of what it passes, not at its end: a transition all of whose
 * links are turned round. */
static void center_back_transition(struct sketch *sketch, int box)
{
    int right = -1;
    int left = -1;
    for (int i = 0; i < sketch->link_count; i++) {
        const struct link *link = &sketch->links[i];
        if (link->from != box && link->to != box) {
            continue;
        }
        if (!link->is_back) {
            return;
        }
        if (link->to == box) {
            right = sketch->boxes[link->from].layer;
        } else if (sketch->boxes[link->to].layer > left) {
            left = sketch->boxes[link->to].layer;
        }
    }
    if (left >= 0 && right > left + 2) {
        int middle = (left + right) / 2;
        sketch->boxes[box].layer = middle + (middle % 2 == 0);
    }
}

/* ---- bends ---- */

static void count_layers(struct sketch *sketch)
{
    for (int i = 0; i < sketch->box_count; i++) {
        int layer = sketch->boxes[i].layer;
        sketch->layer_count = layer >= sketch->layer_count ? layer + 1 : sketch->layer_count;
    }
}

static void make_bends(struct sketch *sketch)
{
    int bend_count = 0;
    for (int i = 0; i < sketch->link_count; i++) {
        struct link *link = &sketch->links[i];
        int left = sketch->boxes[left_box(link)].layer;
        int passed = sketch->boxes[right_box(link)].layer - left - 1;
        MUST(passed >= 0);
        if (bend_count + passed > BENDS_MAX) {
            continue;
        }
        link->first_bend = sketch->box_count;
        link->bend_count = passed;
        for (int k = 0; k < passed; k++) {
            sketch->boxes[sketch->box_count++] =
                (struct box){.kind = BOX_BEND, .index = i, .layer = left + 1 + k};
        }
        bend_count += passed;
    }
}

static void add_segment(struct sketch *sketch, int left, int right)
{
    bool left_bends = sketch->boxes[left].kind == BOX_BEND;
    bool right_bends = sketch->boxes[right].kind == BOX_BEND;
    int weight = left_bends && right_bends ? 40 : left_bends || right_bends ? 2 : 1;
    sketch->segments[sketch->segment_count++] = (struct segment){left, right, weight};
}

static void make_segments(struct sketch *sketch)
{
    size_t most = (size_t)sketch->link_count + BENDS_MAX;
    sketch->segments = ARENA_ARRAY(sketch->arena, struct segment, most + 1);
    for (int i = 0; i < sketch->link_count; i++) {
        const struct link *link = &sketch->links[i];
        int left = left_box(link);
        for (int k = 0; k < link->bend_count; k++) {
            add_segment(sketch, left, link->first_bend + k);
            left = link->first_bend + k;
        }
        bool is_next = sketch->boxes[left].layer + 1 == sketch->boxes[right_box(link)].layer;
        if (is_next) {
            add_segment(sketch, left, right_box(link));
        }
    }
}

/* ---- lists ---- */

static void sort_segments(struct sketch *sketch, bool by_left, int **starts_out, int **list_out)
{
    size_t boxes = (size_t)sketch->box_count;
    int *starts = ARENA_ARRAY(sketch->arena, int, boxes + 2);
    int *list = ARENA_ARRAY(sketch->arena, int, (size_t)sketch->segment_count + 1);
    for (int i = 0; i < sketch->segment_count; i++) {
        const struct segment *segment = &sketch->segments[i];
        starts[(by_left ? segment->left : segment->right) + 2]++;
    }
    for (size_t i = 2; i < boxes + 2; i++) {
        starts[i] += starts[i - 1];
    }
    for (int i = 0; i < sketch->segment_count; i++) {
        const struct segment *segment = &sketch->segments[i];
        list[starts[(by_left ? segment->left : segment->right) + 1]++] = i;
    }
    *starts_out = starts;
    *list_out = list;
}

/* In the order they were written, which is the one to begin with. */
static void list_layers(struct sketch *sketch)
{
    size_t layers = (size_t)sketch->layer_count;
    sketch->layers = ARENA_ARRAY(sketch->arena, int, (size_t)sketch->box_count + 1);
    sketch->layer_starts = ARENA_ARRAY(sketch->arena, int, layers + 2);
    for (int i = 0; i < sketch->box_count; i++) {
        sketch->layer_starts[sketch->boxes[i].layer + 2]++;
    }
    for (size_t i = 2; i < layers + 2; i++) {
        sketch->layer_starts[i] += sketch->layer_starts[i - 1];
    }
    for (int i = 0; i < sketch->box_count; i++) {
        sketch->layers[sketch->layer_starts[sketch->boxes[i].layer + 1]++] = i;
    }
    for (int i = 0; i < sketch->box_count; i++) { /* now that the starts are where they belong */
        struct box *box = &sketch->boxes[sketch->layers[i]];
        box->order = i - sketch->layer_starts[box->layer];
    }
}

void sketch_layers(struct sketch *sketch)
{
    struct walk walk = walk_of(sketch);
    find_back_links(&walk);
    find_columns(sketch);
    for (int i = (int)sketch->net->place_count; i < sketch->box_count; i++) {
        center_back_transition(sketch, i);
    }
    count_layers(sketch);
    make_bends(sketch);
    make_segments(sketch);
    sort_segments(sketch, false, &sketch->left_starts, &sketch->lefts);
    sort_segments(sketch, true, &sketch->right_starts, &sketch->rights);
    list_layers(sketch);
}
