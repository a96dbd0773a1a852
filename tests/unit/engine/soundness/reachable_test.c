/* reachable_test.c - where a case can be, and where it never is. */
#include "engine/soundness/reachable.h"

#include "tests/lib/check.h"
#include "tests/unit/engine/soundness/net_text.h"

static const char order[] = "start: i\n"
                            "ends: o\n"
                            "create: i > new\n"
                            "split: new > left right\n"
                            "do_left: left > done_left\n"
                            "do_right: right > done_right\n"
                            "join: done_left done_right > o\n";

static struct bit_set places(const struct net *net, struct text words)
{
    struct bit_set set = {{0}};
    struct text word;
    while (words.bytes > 0) {
        text_cut(words, ' ', &word, &words);
        for (size_t i = 0; i < net->place_count; i++) {
            if (text_equals(net->places[i].name, word)) {
                bit_set_add(&set, i);
            }
        }
    }
    return set;
}

static void says_where_a_case_can_be(void)
{
    static const char *const there[] = {
        "i", "new", "left right", "done_left right", "left done_right", "done_left done_right",
        "o"};
    static const char *const nowhere[] = {"",    "left",      "left done_left", "new left right",
                                          "o i", "done_left", "right"};
    struct arena *arena = arena_create("reachable", 32 * 1024 * 1024);
    const struct net *net = net_of(arena, order);
    const struct reachable *reachable = reachable_make(arena, net);
    for (size_t i = 0; i < COUNT_OF(there); i++) {
        struct bit_set marking = places(net, text_of(there[i]));
        CHECK(reachable_has(reachable, &marking));
    }
    for (size_t i = 0; i < COUNT_OF(nowhere); i++) {
        struct bit_set marking = places(net, text_of(nowhere[i]));
        CHECK(!reachable_has(reachable, &marking));
    }
    arena_destroy(&arena);
}

/* 2^20 markings are too many to look at: then nothing is said to be wrong. */
static void of_what_is_too_large_nothing_is_said(void)
{
    struct arena *arena = arena_create("reachable", 64 * 1024 * 1024);
    struct text given = TEXT("");
    struct text done = TEXT("");
    struct text steps = TEXT("");
    for (int i = 0; i < 20; i++) {
        given = text_format(arena, "%.*s a%d", TEXT_ARGS(given), i);
        done = text_format(arena, "%.*s b%d", TEXT_ARGS(done), i);
        steps = text_format(arena, "%.*sgo%d: a%d > b%d\n", TEXT_ARGS(steps), i, i, i);
    }
    struct text whole = text_format(arena, "start: i\nends: o\nfork: i >%.*s\n%.*sjoin:%.*s > o\n",
                                    TEXT_ARGS(given), TEXT_ARGS(steps), TEXT_ARGS(done));
    const struct net *net = net_of(arena, whole.data);
    struct bit_set marking = places(net, TEXT("i o"));
    CHECK(reachable_has(reachable_make(arena, net), &marking));
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"says_where_a_case_can_be", says_where_a_case_can_be, 0},
    {"of_what_is_too_large_nothing_is_said", of_what_is_too_large_nothing_is_said, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
