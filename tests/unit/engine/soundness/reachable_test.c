/* reachable_test.c - which markings a net can come to. */
#include "engine/soundness/reachable.h"
#include "tests/lib/check.h"
#include "tests/unit/engine/soundness/net_text.h"

static const char fork_and_join[] = "start: i\n"
                                    "ends: o\n"
                                    "create: i > worker supply\n"
                                    "work: worker > worked\n"
                                    "buy: supply > bought\n"
                                    "join: worked bought > pending\n"
                                    "yes ?1: pending > paid\n"
                                    "no else1: pending > refused\n"
                                    "finish: paid > o\n"
                                    "drop: refused > o\n";

#define HAS(reachable, net, ...)                                                                   \
    has((reachable), (net), (const char *const[]){__VA_ARGS__},                                    \
        COUNT_OF(((const char *const[]){__VA_ARGS__})))

static bool has(const struct reachable *reachable, const struct net *net, const char *const *names,
                size_t count)
{
    struct bit_set marking = {{0}};
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < net->place_count; k++) {
            if (text_equals(net->places[k].name, text_of(names[i]))) {
                bit_set_add(&marking, k);
            }
        }
    }
    CHECK_INT(bit_set_count(&marking), count);
    return reachable_has(reachable, &marking);
}

static void knows_what_a_net_comes_to(void)
{
    struct arena *arena = arena_create("reachable", 1024 * 1024);
    const struct net *net = net_of(arena, fork_and_join);
    const struct reachable *reachable = reachable_make(arena, net);
    CHECK(reachable_is_whole(reachable));
    CHECK(HAS(reachable, net, "worker", "supply"));
    CHECK(HAS(reachable, net, "worked", "supply"));
    CHECK(HAS(reachable, net, "pending"));
    CHECK(HAS(reachable, net, "o"));
    CHECK(!HAS(reachable, net, "worker"));
    CHECK(!HAS(reachable, net, "worker", "worked"));
    CHECK(!HAS(reachable, net, "paid", "refused"));
    CHECK(!HAS(reachable, net, "pending", "supply"));
    arena_destroy(&arena);
}

/* Seventeen branches, each done or not: more markings than are looked at. */
static void says_when_it_has_not_looked_at_all(void)
{
    struct arena *arena = arena_create("reachable", 4 * 1024 * 1024);
    struct text lines = TEXT("start: i\nends: o\n");
    struct text all = TEXT("");
    struct text done = TEXT("");
    for (int i = 0; i < 17; i++) {
        lines = text_format(arena, "%.*sdo%d: a%d > b%d\n", TEXT_ARGS(lines), i, i, i);
        all = text_format(arena, "%.*s a%d", TEXT_ARGS(all), i);
        done = text_format(arena, "%.*s b%d", TEXT_ARGS(done), i);
    }
    lines = text_format(arena, "%.*sfork: i >%.*s\njoin:%.*s > o\n", TEXT_ARGS(lines),
                        TEXT_ARGS(all), TEXT_ARGS(done));
    const struct net *net = net_of(arena, lines.data);
    const struct reachable *reachable = reachable_make(arena, net);
    CHECK(!reachable_is_whole(reachable));
    CHECK(HAS(reachable, net, "a0", "b0")); /* which is not so, but nobody has looked */
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"knows_what_a_net_comes_to", knows_what_a_net_comes_to, 0},
    {"says_when_it_has_not_looked_at_all", says_when_it_has_not_looked_at_all, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
