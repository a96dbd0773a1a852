/* id_test.c - ids carry their time, always grow, and have one spelling. */
#include "base/arena.h"
#include "base/chance.h"
#include "base/clock.h"
#include "base/id.h"
#include "tests/lib/check.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static int64_t wall_ms = 1795243920123; /* 2026-11-21T06:52:00.123Z */

static int64_t own_wall_ms(void)
{
    return wall_ms;
}

static int64_t own_monotonic_ns(void)
{
    return 0;
}

static const struct clock_ops own_clock = {own_wall_ms, own_monotonic_ns};

static int compare_ids(const void *left, const void *right)
{
    return memcmp(((const struct id *)left)->bytes, ((const struct id *)right)->bytes, ID_BYTES);
}

static int64_t ms_of(struct id id)
{
    int64_t ms = 0;
    for (int i = 0; i < 6; i++) {
        ms = ms << 8 | id.bytes[i];
    }
    return ms;
}

static void carries_time_and_version(void)
{
    static const int64_t times[] = {1795243920123, 1795243920124, 4102444800000, 70000000000000};
    clock_use(&own_clock);
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        wall_ms = times[i];
        struct id id = id_new();
        CHECK_INT(ms_of(id), times[i]);
        CHECK_INT(id.bytes[6] >> 4, 7);
        CHECK_INT(id.bytes[8] >> 6, 2);
    }
}

/* More in one millisecond than its counter holds: the next millisecond is used, and never a
 * smaller id; not even when the clock goes back. */
static void grows_within_a_millisecond(void)
{
    clock_use(&own_clock);
    struct id before = id_new();
    for (int i = 0; i < 600000; i++) {
        if (i == 300000) {
            wall_ms -= 1000;
        }
        struct id id = id_new();
        CHECK(compare_ids(&before, &id) < 0);
        CHECK(id_number(before) < id_number(id));
        before = id;
    }
    CHECK(ms_of(before) > 1795243920123);
    CHECK(ms_of(before) < 1795243920123 + 10);
}

enum { THREADS = 4, IDS_EACH = 20000 };

static struct id ids[THREADS * IDS_EACH];

static void *make_ids(void *first)
{
    struct id *mine = first;
    for (int i = 0; i < IDS_EACH; i++) {
        mine[i] = id_new();
    }
    return NULL;
}

static void grows_in_every_thread_and_never_repeats(void)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, make_ids, &ids[(size_t)i * IDS_EACH]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    }
    for (size_t i = 1; i < COUNT_OF(ids); i++) {
        CHECK(i % IDS_EACH == 0 || compare_ids(&ids[i - 1], &ids[i]) < 0);
    }
    qsort(ids, COUNT_OF(ids), sizeof ids[0], compare_ids);
    for (size_t i = 1; i < COUNT_OF(ids); i++) {
        CHECK(!id_equals(ids[i - 1], ids[i]));
    }
}

/* What is made after another thread has finished making is greater than all of that. */
static void grows_across_threads(void)
{
    struct id newest = id_new();
    for (int round = 0; round < 8; round++) {
        pthread_t thread;
        CHECK_INT(pthread_create(&thread, NULL, make_ids, ids), 0);
        CHECK_INT(pthread_join(thread, NULL), 0);
        CHECK(compare_ids(&newest, &ids[0]) < 0);
        newest = id_new();
        CHECK(compare_ids(&ids[IDS_EACH - 1], &newest) < 0);
    }
}

static void no_chance(void *bytes_out, size_t bytes)
{
    memset(bytes_out, 0xFF, bytes);
}

/* Even without any chance the ids of one process differ. */
static void grows_without_chance(void)
{
    clock_use(&own_clock);
    chance_use(no_chance);
    struct id before = id_new();
    for (int i = 0; i < 1000; i++) {
        struct id id = id_new();
        CHECK(compare_ids(&before, &id) < 0);
        before = id;
    }
}

static void has_one_spelling(void)
{
    struct id id;
    char written[ID_TEXT_BYTES + 1];
    CHECK(id_read(TEXT("0193e5c4-7b1a-7c3d-9e2f-0123456789ab"), &id));
    CHECK_INT(id.bytes[0], 0x01);
    CHECK_INT(id.bytes[15], 0xAB);
    id_write(id, written);
    CHECK_TEXT(text_of(written), "0193e5c4-7b1a-7c3d-9e2f-0123456789ab");
    struct id same;
    CHECK(id_read(TEXT("0193E5C4-7B1A-7C3D-9E2F-0123456789AB"), &same));
    CHECK(id_equals(id, same));
    for (int i = 0; i < 1000; i++) {
        id = id_new();
        id_write(id, written);
        CHECK(id_read(text_of(written), &same));
        CHECK(id_equals(id, same));
        CHECK(!id_is_none(id));
    }
}

static void refuses_other_spellings(void)
{
    static const char *const rows[] = {
        "",
        "0193e5c4-7b1a-7c3d-9e2f-0123456789a",
        "0193e5c4-7b1a-7c3d-9e2f-0123456789abc",
        "0193e5c47b1a7c3d9e2f0123456789ab",
        "{193e5c4-7b1a-7c3d-9e2f-0123456789a}",
        "0193e5c4_7b1a-7c3d-9e2f-0123456789ab",
        "0193e5c-47b1a-7c3d-9e2f-0123456789ab",
        "0193e5c4-7b1a-7c3d-9e2f-0123456789ag",
        "0193e5c4-7b1a-7c3d-9e2f-01234567 9ab",
        "0193e5c4-7b1a-7c3d-9e2f-0123456789@b",
        "g193e5c4-7b1a-7c3d-9e2f-0123456789ab",
        "0193e5c4-7b1a-7c3d-9e2f--123456789ab",
        "0193e5c4-7b1a-7c3d-9e2f-0x23456789ab",
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct id id = {{77}};
        CHECK(!id_read(text_of(rows[i]), &id));
        CHECK_INT(id.bytes[0], 77);
    }
    struct id id;
    CHECK(!id_read(NO_TEXT, &id));
    CHECK(!id_read((struct text){"0193e5c4-7b1a-7c3d-9e2f-0123456789a", ID_TEXT_BYTES}, &id));
}

static void lives_in_an_arena(void)
{
    struct arena *arena = arena_create("id", 4096);
    struct id id;
    CHECK(id_read(TEXT("0193E5C4-7B1A-7C3D-9E2F-0123456789AB"), &id));
    CHECK_TEXT(id_text(arena, id), "0193e5c4-7b1a-7c3d-9e2f-0123456789ab");
    arena_destroy(&arena);
}

static void zeros_are_none(void)
{
    struct id id = {{0}};
    CHECK(id_is_none(id));
    id.bytes[15] = 1;
    CHECK(!id_is_none(id));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"carries_time_and_version", carries_time_and_version, 0},
        {"grows_within_a_millisecond", grows_within_a_millisecond, 0},
        {"grows_in_every_thread_and_never_repeats", grows_in_every_thread_and_never_repeats, 0},
        {"grows_across_threads", grows_across_threads, 0},
        {"grows_without_chance", grows_without_chance, 0},
        {"has_one_spelling", has_one_spelling, 0},
        {"refuses_other_spellings", refuses_other_spellings, 0},
        {"lives_in_an_arena", lives_in_an_arena, 0},
        {"zeros_are_none", zeros_are_none, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
