/* chance_test.c - randomness that differs, fills exactly what was asked, and can be owned. */
#include "base/chance.h"
#include "tests/lib/check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Over every border of the pool: not a byte less, not a byte more. */
static void fills_exactly(void)
{
    unsigned char bytes[700];
    for (size_t count = 0; count <= 600; count++) {
        int hits = 0;
        for (int round = 0; round < 3; round++) {
            memset(bytes, 0, sizeof bytes);
            chance_fill(bytes + 8, count);
            for (size_t i = 0; i < 8; i++) {
                CHECK_INT(bytes[i], 0);
                CHECK_INT(bytes[8 + count + i], 0);
            }
            hits += count > 0 && bytes[8 + count - 1] != 0;
        }
        CHECK(count == 0 || hits > 0); /* three zeros in a row: once in 16 million */
    }
}

static int compare_numbers(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

enum { THREADS = 4, NUMBERS_EACH = 5000 };

static uint64_t numbers[THREADS * NUMBERS_EACH];

static void *take_numbers(void *first)
{
    uint64_t *mine = first;
    for (int i = 0; i < NUMBERS_EACH; i++) {
        mine[i] = chance_number();
    }
    return NULL;
}

/* Threads have pools of their own: nobody gets what another got. */
static void numbers_differ_between_threads(void)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(
            pthread_create(&threads[i], NULL, take_numbers, &numbers[(size_t)i * NUMBERS_EACH]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    }
    qsort(numbers, COUNT_OF(numbers), sizeof numbers[0], compare_numbers);
    for (size_t i = 1; i < COUNT_OF(numbers); i++) {
        CHECK(numbers[i] != numbers[i - 1]);
    }
}

/* Each bit is set about half the time: 20,000 numbers, nine standard deviations allowed. */
static void bits_are_even(void)
{
    int counts[64] = {0};
    for (int i = 0; i < 20000; i++) {
        uint64_t number = chance_number();
        for (int bit = 0; bit < 64; bit++) {
            counts[bit] += (int)(number >> bit & 1);
        }
    }
    for (int bit = 0; bit < 64; bit++) {
        CHECK(counts[bit] > 10000 - 640 && counts[bit] < 10000 + 640);
    }
}

static void always_seven(void *bytes_out, size_t bytes)
{
    memset(bytes_out, 7, bytes);
}

static void a_test_owns_chance(void)
{
    chance_use(always_seven);
    CHECK_INT(chance_number(), 0x0707070707070707);
    chance_use(NULL);
    CHECK(chance_number() != chance_number());
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"fills_exactly", fills_exactly, 0},
        {"numbers_differ_between_threads", numbers_differ_between_threads, 0},
        {"bits_are_even", bits_are_even, 0},
        {"a_test_owns_chance", a_test_owns_chance, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
