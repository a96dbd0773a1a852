/* condition_speed_test.c - what a condition costs: to read, to evaluate, to keep. Prints figures;
 * the bounds are far above them and catch only what has become another kind of thing.
 */
#include "base/clock.h"
#include "tests/unit/engine/condition/condition_rig.h"

#include <malloc.h>

enum { ARENA_BYTES = 32 * 1024 * 1024, CONDITIONS = 1000, ROUND = 20000, ROUNDS = 5 };

static const char *const texts[] = {
    "isVip",
    "amount > 1000 and status in ('new', 'test')",
    "amount > 1000 and status in ('new', 'test', 'paid', 'closed') and isVip",
    "length(inn) in (10, 12)",
    "coalesce(price, 0) <= limit_minor",
    "amount > 1000 and status <> 'new' and places < 9 and isVip and owner_id = caller_id",
    "round(limit_minor * 15 / 100) > amount + places",
    "event.score >= 60",
};

static const struct condition_field anything = {.kind = CONDITION_ANY};

/* The best of some rounds: what disturbs only makes it slower. */
static double evaluate_ns(struct evaluator *evaluator, struct arena *arena, const char *text)
{
    struct value values[RIG_FIELD_COUNT];
    const struct condition *condition = rig_compile(arena, text, anything);
    double best = 1e18;
    rig_values(values);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t before = clock_monotonic_ns();
        for (int i = 0; i < ROUND; i++) {
            struct value value;
            struct text error;
            enum status status =
                condition_evaluate(evaluator, arena, condition,
                                   (struct values){values, RIG_FIELD_COUNT}, &value, &error);
            CHECK(status == STATUS_OK);
        }
        double ns = (double)(clock_monotonic_ns() - before) / ROUND;
        best = ns < best ? ns : best;
    }
    return best;
}

static void an_evaluation_is_far_below_a_commit(void)
{
    struct arena *arena = arena_create("speed", ARENA_BYTES);
    struct evaluator *evaluator = evaluator_create();
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        double ns = evaluate_ns(evaluator, arena, texts[i]);
        printf("# %5.0f ns  %s\n", ns, texts[i]);
        CHECK(ns < 20000);
    }
    evaluator_destroy(&evaluator);
    arena_destroy(&arena);
}

static void a_thousand_are_no_burden(void)
{
    struct arena *arena = arena_create("speed", ARENA_BYTES);
    static const struct condition *conditions[CONDITIONS];
    struct value values[RIG_FIELD_COUNT];
    rig_values(values);
    int64_t start = clock_monotonic_ns();
    for (size_t i = 0; i < CONDITIONS; i++) {
        conditions[i] = rig_compile(arena, texts[i % COUNT_OF(texts)], anything);
    }
    int64_t compiled = clock_monotonic_ns();
    size_t arena_bytes = arena_bytes_used(arena);
    size_t heap_before = mallinfo2().uordblks + mallinfo2().hblkhd;
    struct evaluator *evaluator = evaluator_create();
    size_t heap_empty = mallinfo2().uordblks + mallinfo2().hblkhd;
    int64_t created = clock_monotonic_ns();
    for (size_t i = 0; i < CONDITIONS; i++) {
        struct value value;
        struct text error;
        CHECK_STATUS(condition_evaluate(evaluator, arena, conditions[i],
                                        (struct values){values, RIG_FIELD_COUNT}, &value, &error),
                     STATUS_OK);
    }
    int64_t evaluated = clock_monotonic_ns();
    size_t heap_full = mallinfo2().uordblks + mallinfo2().hblkhd;
    printf("# each: compiled in %.1f us, first evaluated in %.1f us; %zu bytes, and %zu in each "
           "evaluator; an empty evaluator has %zu\n",
           (double)(compiled - start) / 1e3 / CONDITIONS,
           (double)(evaluated - created) / 1e3 / CONDITIONS, arena_bytes / CONDITIONS,
           (heap_full - heap_empty) / CONDITIONS, heap_empty - heap_before);
    CHECK(arena_bytes < (size_t)CONDITIONS * 2000);
    evaluator_destroy(&evaluator);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"an_evaluation_is_far_below_a_commit", an_evaluation_is_far_below_a_commit, 0},
    {"a_thousand_are_no_burden", a_thousand_are_no_burden, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
