/* lottery_test.c - a shuffle falls as anybody can compute it, and on everybody as often. */
#include "apps/popug/board/lottery.h"
#include "tests/lib/check.h"

#define SEED "60ba7d18fd6045691ba77437ffa3e0875bf272ea775662a972eb2ad6de363d88"

static size_t choose(struct arena *arena, const char *item, size_t people)
{
    struct id id;
    CHECK(id_read(text_of(item), &id));
    return lottery_choose(arena, TEXT(SEED), id, people);
}

/* Computed by Python's hmac, as in docs/popug.md. */
static void falls_as_others_compute_it(void)
{
    struct arena *arena = arena_create("test", 1 << 20);
    CHECK_INT(choose(arena, "018f6e2a-0000-7000-8000-00000000a11a", 7), 1);
    CHECK_INT(choose(arena, "018f6e2a-0000-7000-8000-00000000a11a", 10000), 389);
    CHECK_INT(choose(arena, "018f6e2a-0000-7000-8000-0000000005e5", 7), 4);
    CHECK_INT(choose(arena, "018f6e2a-0000-7000-8000-0000000005e5", 10000), 1634);
    CHECK_INT(choose(arena, "018f6e2a-0000-7000-8000-0000000005e5", 1), 0);
    arena_destroy(&arena);
}

/* Ids in a row, ten people, one seed: chi-squared of nine degrees; above 33.7 once in 10,000. The
 * seed is fixed, so is what comes. */
static void falls_on_all_alike(void)
{
    enum { PEOPLE = 10, ITEMS = 20000 };
    struct arena *arena = arena_create("test", 1 << 20);
    int64_t hits[PEOPLE] = {0};
    for (unsigned i = 0; i < ITEMS; i++) {
        struct id id = {{0x01, 0x90}};
        id.bytes[14] = (uint8_t)(i >> 8);
        id.bytes[15] = (uint8_t)i;
        hits[lottery_choose(arena, TEXT(SEED), id, PEOPLE)]++;
        arena_reset(arena);
    }
    int64_t squares = 0;
    for (size_t i = 0; i < PEOPLE; i++) {
        int64_t off = hits[i] - ITEMS / PEOPLE;
        squares += off * off;
    }
    CHECK(squares < 337 * (ITEMS / PEOPLE) / 10);
    arena_destroy(&arena);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"falls_as_others_compute_it", falls_as_others_compute_it, 0},
        {"falls_on_all_alike", falls_on_all_alike, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
