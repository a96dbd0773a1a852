/* draw_test.c - the picture of a net: nothing lies on anything else, and nothing is left out. */
#include "engine/draw/draw.h"

#include "base/clock.h"
#include "engine/draw/draw_parts.h"
#include "tests/lib/check.h"
#include "tests/unit/engine/soundness/net_text.h"

#include <stdio.h>
#include <string.h>

enum { ARENA_BYTES_MAX = DRAW_ARENA_BYTES + 16 * 1024 * 1024 };

static struct text draw(struct arena *arena, const char *lines, const struct draw_options *options)
{
    return draw_net(arena, net_of(arena, lines), options);
}

static bool has(struct text svg, const char *words)
{
    return memmem(svg.data, svg.bytes, words, strlen(words)) != NULL;
}

static size_t count_of(struct text svg, const char *words)
{
    size_t count = 0;
    const char *at = svg.data;
    const char *end = svg.data + svg.bytes;
    while ((at = memmem(at, (size_t)(end - at), words, strlen(words))) != NULL) {
        count++;
        at++;
    }
    return count;
}

/* ---- what is in it ---- */

static void everything_is_drawn(void)
{
    struct arena *arena = arena_create("draw", ARENA_BYTES_MAX);
    struct draw_options options = {.theme = DRAW_LIGHT};
    struct text svg = draw(arena, ORDER_NET, &options);
    CHECK_INT(count_of(svg, "<g class=\"place"), 17);
    CHECK_INT(count_of(svg, "<g class=\"way"), 15 + 4); /* and the legend */
    CHECK_INT(count_of(svg, "class=\"head\""), 32);
    CHECK_INT(count_of(svg, "class=\"inner\""), 3);
    CHECK_INT(count_of(svg, "class=\"dot\""), 1);
    CHECK_INT(count_of(svg, "class=\"halo\""), 0);
    CHECK(has(svg, "<title>set_supplied</title>"));
    CHECK(has(svg, "</svg>\n"));
    arena_destroy(&arena);
}

static void a_marking_and_a_path_are_lit(void)
{
    struct arena *arena = arena_create("draw", ARENA_BYTES_MAX);
    static const int path[] = {0, 1};
    struct draw_options options = {.path = path,
                                   .path_count = COUNT_OF(path),
                                   .caption = TEXT("'u' leaves a mark in 'a' & that is < all")};
    bit_set_add(&options.trouble, 1);
    bit_set_add(&options.marking, 2);
    struct text svg =
        draw(arena, "start: i\nends: o\nt: i > a b\nu: b > o\nlast: a > o\n", &options);
    CHECK_INT(count_of(svg, "class=\"place trouble\""), 1);
    CHECK_INT(count_of(svg, "class=\"place lit\""), 1);
    CHECK_INT(count_of(svg, "class=\"step\""), 2);
    CHECK_INT(count_of(svg, "class=\"head path\""), 5);
    CHECK(has(svg, "&amp; that is &lt; all"));
    arena_destroy(&arena);
}

static void both_languages_and_all_themes(void)
{
    struct arena *arena = arena_create("draw", ARENA_BYTES_MAX);
    const struct net_place places[] = {
        {.name = TEXT("start"), .en = TEXT("Begin"), .ru = TEXT("Начало")},
        {.name = TEXT("done"),
         .en = TEXT("All is done"),
         .ru = TEXT("Всё сделано"),
         .is_end = true},
    };
    struct net_transition transitions[] = {
        {.name = TEXT("go"), .en = TEXT("Go on"), .ru = TEXT("Дальше"), .taken_by = NET_BY_PERSON},
    };
    bit_set_add(&transitions[0].takes, 0);
    bit_set_add(&transitions[0].gives, 1);
    struct net net = {.name = TEXT("small"),
                      .en = TEXT("Small"),
                      .ru = TEXT("Маленький"),
                      .places = places,
                      .place_count = 2,
                      .transitions = transitions,
                      .transition_count = 1};
    bit_set_add(&net.start, 0);
    struct draw_options options = {.language = DRAW_RUSSIAN};
    struct text svg = draw_net(arena, &net, &options);
    CHECK(has(svg, ">Маленький<") && has(svg, ">Всё сделано<") && has(svg, ">Дальше<"));
    CHECK(has(svg, "<title>done · All is done · Всё сделано</title>"));
    CHECK(has(svg, "человек") && !has(svg, "a person"));
    CHECK(has(svg, "prefers-color-scheme:dark"));
    options = (struct draw_options){.theme = DRAW_LIGHT};
    svg = draw_net(arena, &net, &options);
    CHECK(has(svg, ">All is done<") && has(svg, "a person") && has(svg, "#fff"));
    CHECK(!has(svg, "prefers-color-scheme") && !has(svg, "#12161c"));
    options.theme = DRAW_DARK;
    CHECK(has(draw_net(arena, &net, &options), "#12161c"));
    arena_destroy(&arena);
}

static void the_same_net_gives_the_same_bytes(void)
{
    struct arena *arena = arena_create("draw", ARENA_BYTES_MAX);
    struct draw_options options = {.theme = DRAW_AUTO};
    struct text one = draw(arena, ORDER_NET, &options);
    struct text other = draw(arena, ORDER_NET, &options);
    CHECK(text_equals(one, other));
    arena_destroy(&arena);
}

static void words_are_broken_into_lines(void)
{
    struct arena *arena = arena_create("label", ARENA_BYTES_MAX);
    struct label_lines lines = label_wrap(arena, TEXT("set_example_rate"), 84);
    CHECK_INT(lines.count, 2);
    CHECK_TEXT(lines.lines[0], "set_example");
    CHECK_TEXT(lines.lines[1], "rate");
    lines = label_wrap(arena, TEXT("Счёт и штраф выставлены"), 104);
    CHECK_INT(lines.count, 2);
    lines = label_wrap(arena, TEXT("one"), 84);
    CHECK_INT(lines.count, 1);
    lines = label_wrap(arena,
                       TEXT("incomprehensibilities_without_any_need_and_without_an_end_in_"
                            "sight_for_whoever_must_read_all_of_it"),
                       84);
    CHECK_INT(lines.count, 3);
    CHECK(lines.width <= 2 * 84 + 20);
    CHECK(label_width(TEXT("Щ")) > label_width(TEXT("г")));
    CHECK(label_width(TEXT("WW")) > label_width(TEXT("ii")));
    arena_destroy(&arena);
}

/* ---- where it is ---- */

static struct sketch sketch_of(struct arena *arena, const struct net *net)
{
    struct sketch sketch = {.arena = arena, .net = net};
    sketch_boxes(&sketch);
    box_set_sizes(&sketch, DRAW_ENGLISH);
    sketch_layers(&sketch);
    sketch_order(&sketch);
    sketch_coordinates(&sketch);
    return sketch;
}

static void check_nothing_overlaps(const struct sketch *sketch)
{
    for (int layer = 0; layer < sketch->layer_count; layer++) {
        CHECK(layer == 0 || sketch->column_left[layer] > sketch->column_right[layer - 1] + 20);
        int start = sketch->layer_starts[layer];
        for (int i = start; i < sketch->layer_starts[layer + 1]; i++) {
            const struct box *box = &sketch->boxes[sketch->layers[i]];
            CHECK_INT(box->layer, layer);
            CHECK_INT(box->order, i - start);
            CHECK(box->y - box->height / 2.0 >= -1);
            CHECK(box->y + box->height / 2.0 <= sketch->height + 1);
            if (i > start) {
                const struct box *above = &sketch->boxes[sketch->layers[i - 1]];
                double gap = box->y - above->y - (box->height + above->height) / 2.0;
                CHECK(gap >= 10);
            }
        }
    }
}

static void check_links_lead_right(const struct sketch *sketch)
{
    for (int i = 0; i < sketch->link_count; i++) {
        const struct link *link = &sketch->links[i];
        const struct box *left = &sketch->boxes[link->is_back ? link->to : link->from];
        const struct box *right = &sketch->boxes[link->is_back ? link->from : link->to];
        CHECK(right->layer > left->layer);
        CHECK_INT(right->layer - left->layer - 1, link->bend_count);
        CHECK(left->kind != right->kind);
    }
}

/* Two links cross where the order of their ends differs. */
static int crossings_of(const struct sketch *sketch)
{
    int count = 0;
    for (int i = 0; i < sketch->segment_count; i++) {
        for (int k = 0; k < i; k++) {
            const struct box *a = &sketch->boxes[sketch->segments[i].left];
            const struct box *b = &sketch->boxes[sketch->segments[k].left];
            const struct box *c = &sketch->boxes[sketch->segments[i].right];
            const struct box *d = &sketch->boxes[sketch->segments[k].right];
            count += a->layer == b->layer && (a->order - b->order) * (c->order - d->order) < 0;
        }
    }
    return count;
}

static void nets_without_need_to_cross_do_not(void)
{
    static const char *const nets[] = {
        ORDER_NET,
        ORDER_NET "cancel: NeedExecutor > Cancelled\n",
        /* a deal, which can be edited and closed wherever it is */
        "start: i\nends: closed\ncreate: i > draft\nclose1: draft > closed\nedit1: draft > draft\n"
        "estimate: draft > estimating\nclose2: estimating > closed\nedit2: estimating > "
        "estimating\noffer: estimating > waiting\nclose3: waiting > closed\naccept: waiting > "
        "issuing\nclose4: issuing > closed\nactivate: issuing > active\nclose5: active > closed\n",
        /* moderation can return it */
        "start: i\nends: done rejected\nopen: i > form\nsubmit: form > contact\nsend: contact > "
        "moderation\nreturn: moderation > form\nreject: moderation > rejected\napprove: moderation "
        "> done\n",
    };
    for (size_t i = 0; i < COUNT_OF(nets); i++) {
        struct arena *arena = arena_create("draw", ARENA_BYTES_MAX);
        struct sketch sketch = sketch_of(arena, net_of(arena, nets[i]));
        check_nothing_overlaps(&sketch);
        check_links_lead_right(&sketch);
        CHECK_INT(crossings_of(&sketch), 0);
        arena_destroy(&arena);
    }
}

static void what_leads_back_stands_between(void)
{
    struct arena *arena = arena_create("draw", ARENA_BYTES_MAX);
    struct sketch sketch = sketch_of(
        arena, net_of(arena, "start: i\nends: o\nopen: i > a\nt: a > b\nu: b > c\nback: c > a\n"
                             "last: c > o\n"));
    const struct box *back = &sketch.boxes[sketch.net->place_count + 3];
    CHECK(back->layer > sketch.boxes[2].layer && back->layer < sketch.boxes[4].layer);
    CHECK_INT(sketch.layer_count, 9);
    check_links_lead_right(&sketch);
    arena_destroy(&arena);
}

/* ---- any net at all ---- */

static uint64_t state = 7;

static size_t below(size_t count)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(state >> 33) % count;
}

static const struct net *random_net(struct arena *arena, size_t places, size_t transitions)
{
    struct net *net = ARENA_NEW(arena, struct net);
    struct net_place *all = ARENA_ARRAY(arena, struct net_place, places);
    struct net_transition *ways = ARENA_ARRAY(arena, struct net_transition, transitions + 1);
    for (size_t i = 0; i < places; i++) {
        all[i].name = text_format(arena, "place %zu", i);
        all[i].is_end = below(9) == 0;
    }
    for (size_t i = 0; i < transitions; i++) {
        ways[i].name = text_format(arena, "way %zu", i);
        ways[i].taken_by = (enum net_taker)below(4);
        for (size_t k = below(3); k > 0; k--) {
            bit_set_add(&ways[i].takes, below(places));
        }
        for (size_t k = below(4); k > 0; k--) {
            bit_set_add(&ways[i].gives, below(places));
        }
    }
    *net = (struct net){.name = TEXT("random"),
                        .places = all,
                        .place_count = places,
                        .transitions = ways,
                        .transition_count = transitions};
    bit_set_add(&net->start, below(places));
    return net;
}

static void any_net_can_be_drawn(void)
{
    int count = test_scale(300);
    for (int i = 0; i < count; i++) {
        struct arena *arena = arena_create("draw", ARENA_BYTES_MAX);
        const struct net *net = random_net(arena, 1 + below(14), below(16));
        struct sketch sketch = sketch_of(arena, net);
        check_nothing_overlaps(&sketch);
        check_links_lead_right(&sketch);
        struct draw_options options = {.language = DRAW_ENGLISH};
        CHECK(has(draw_net(arena, net, &options), "</svg>\n"));
        arena_destroy(&arena);
    }
}

static void the_largest_net_can_be_drawn(void)
{
    struct arena *arena = arena_create("draw", ARENA_BYTES_MAX);
    const struct net *net = random_net(arena, NET_PLACES_MAX, NET_TRANSITIONS_MAX);
    struct draw_options options = {.language = DRAW_ENGLISH};
    int64_t before = clock_monotonic_ms();
    struct text svg = draw_net(arena, net, &options);
    printf("# %d places, %d transitions: %lld ms, %zu KiB, arena %zu KiB\n", NET_PLACES_MAX,
           NET_TRANSITIONS_MAX, (long long)(clock_monotonic_ms() - before), svg.bytes / 1024,
           arena_bytes_used(arena) / 1024);
    CHECK_INT(count_of(svg, "<g class=\"place"), NET_PLACES_MAX);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"everything_is_drawn", everything_is_drawn, 0},
    {"a_marking_and_a_path_are_lit", a_marking_and_a_path_are_lit, 0},
    {"both_languages_and_all_themes", both_languages_and_all_themes, 0},
    {"the_same_net_gives_the_same_bytes", the_same_net_gives_the_same_bytes, 0},
    {"words_are_broken_into_lines", words_are_broken_into_lines, 0},
    {"nets_without_need_to_cross_do_not", nets_without_need_to_cross_do_not, 0},
    {"what_leads_back_stands_between", what_leads_back_stands_between, 0},
    {"any_net_can_be_drawn", any_net_can_be_drawn, 120},
    {"the_largest_net_can_be_drawn", the_largest_net_can_be_drawn, 120},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
