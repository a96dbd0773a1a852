/* arena_test.c - memory of a lifetime: zeroed, aligned, apart, limited, and ended in order. */
#include "base/arena.h"
#include "tests/lib/check.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ALIGNMENT = _Alignof(max_align_t) };

static struct arena *arena;

static bool is_filled_with(const unsigned char *bytes, size_t count, unsigned char value)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != value) {
            return false;
        }
    }
    return true;
}

/* Every size over every border of blocks: nothing overlaps, all is zeroed and aligned. */
static void memory_is_zeroed_aligned_and_apart(void)
{
    enum { TAKEN = 700 };
    static unsigned char *taken[TAKEN];
    arena = arena_create("test", 64 * 1024 * 1024);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < TAKEN; i++) {
            size_t bytes = i * i % 5000;
            taken[i] = arena_take(arena, bytes);
            CHECK((uintptr_t)taken[i] % ALIGNMENT == 0);
            CHECK(is_filled_with(taken[i], bytes, 0));
            memset(taken[i], (int)(i % 251), bytes);
        }
        for (size_t i = 0; i < TAKEN; i++) {
            CHECK(is_filled_with(taken[i], i * i % 5000, (unsigned char)(i % 251)));
        }
        arena_reset(arena); /* the next round gets used memory, zeroed again */
        CHECK_INT(arena_bytes_used(arena), 0);
    }
    arena_destroy(&arena);
    CHECK(arena == NULL);
    arena_destroy(&arena);
}

static void large_memory_has_its_own_block(void)
{
    arena = arena_create("test", 64 * 1024 * 1024);
    unsigned char *large = arena_take_raw(arena, 10 * 1024 * 1024);
    memset(large, 1, 10 * 1024 * 1024);
    char *small = arena_take(arena, 1);
    CHECK_INT(*small, 0);
    CHECK(is_filled_with(large, 10 * 1024 * 1024, 1));
    arena_destroy(&arena);
}

static void room_is_what_can_be_taken(void)
{
    for (size_t limit = 1; limit < 300; limit++) {
        arena = arena_create("test", limit);
        for (size_t bytes = 0; bytes < 400; bytes++) {
            if (arena_has_room(arena, bytes)) {
                arena_take(arena, bytes);
                CHECK(arena_bytes_used(arena) <= limit);
            }
        }
        CHECK(!arena_has_room(arena, SIZE_MAX));
        CHECK(!arena_has_room(arena, limit + 1));
        arena_destroy(&arena);
    }
}

struct number {
    int value;
};

static void arrays_are_counted(void)
{
    arena = arena_create("test", 4096);
    struct number *numbers = ARENA_ARRAY(arena, struct number, 10);
    struct number *one = ARENA_NEW(arena, struct number);
    CHECK_INT(numbers[9].value, 0);
    CHECK(one >= numbers + 10);
    arena_destroy(&arena);
}

static char order[8];

static void note(void *letter)
{
    order[strlen(order)] = *(const char *)letter;
}

static void endings_run_backwards_and_once(void)
{
    static char letters[] = "abc";
    arena = arena_create("test", 4096);
    for (int i = 0; i < 3; i++) {
        arena_on_end(arena, note, &letters[i]);
    }
    arena_reset(arena);
    CHECK_TEXT(text_of(order), "cba");
    arena_on_end(arena, note, &letters[1]);
    arena_destroy(&arena);
    CHECK_TEXT(text_of(order), "cbab");
}

/* An ending may still use what was taken before it was registered. */
static void endings_see_their_memory(void)
{
    arena = arena_create("test", 1024 * 1024);
    char *letter = arena_take(arena, 100000);
    *letter = 'x';
    arena_take(arena, 200000);
    arena_on_end(arena, note, letter);
    arena_destroy(&arena);
    CHECK_TEXT(text_of(order), "x");
}

static void a_reset_keeps_the_first_block_only(void)
{
    arena = arena_create("test", 64 * 1024 * 1024);
    char *first = arena_take(arena, 16);
    arena_take(arena, 1024 * 1024);
    arena_reset(arena);
    CHECK(arena_take(arena, 16) == first);
    arena_destroy(&arena);
}

static void process_memory_grows(void)
{
    char *memory = memory_take(0);
    CHECK(memory != NULL);
    memory = memory_resize(memory, 10);
    memcpy(memory, "012345678", 10);
    memory = memory_resize(memory, 100000);
    CHECK_TEXT(text_of(memory), "012345678");
    memory_free(memory);
    memory_free(NULL);
}

/* ---- what must stop us ---- */

static void pass_the_limit(void)
{
    arena = arena_create("small", 100);
    arena_take(arena, 64);
    arena_take(arena, 64);
}

static void pass_the_limit_at_once(void)
{
    arena = arena_create("small", 100);
    arena_take(arena, SIZE_MAX);
}

static void overflow_an_array(void)
{
    arena = arena_create("small", 100);
    arena_take_array(arena, SIZE_MAX / 2, 3);
}

static void no_limit(void)
{
    arena = arena_create("none", 0);
}

static void misuse_stops(void)
{
    CHECK_MUST_FAIL(pass_the_limit, "arena 'small' is limited to 100 bytes");
    CHECK_MUST_FAIL(pass_the_limit_at_once, "bytes <= arena->bytes_max");
    CHECK_MUST_FAIL(overflow_an_array, "SIZE_MAX / bytes_each");
    CHECK_MUST_FAIL(no_limit, "bytes_max > 0");
}

/* Memory that the system refuses ends the program with its own exit code. A sanitizer has its own
 * opinion about that, so it is asked only without one. */
static void no_memory_has_its_own_exit_code(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    printf("# not asked under a sanitizer\n");
#else
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        const struct rlimit limit = {64 * 1024 * 1024, 64 * 1024 * 1024};
        setrlimit(RLIMIT_AS, &limit);
        arena = arena_create("large", 1024 * 1024 * 1024);
        arena_take_raw(arena, 512 * 1024 * 1024);
        _exit(0);
    }
    int result = 0;
    CHECK(waitpid(child, &result, 0) == child);
    CHECK(WIFEXITED(result));
    CHECK_INT(WEXITSTATUS(result), EXIT_NO_MEMORY);
#endif
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"memory_is_zeroed_aligned_and_apart", memory_is_zeroed_aligned_and_apart, 0},
        {"large_memory_has_its_own_block", large_memory_has_its_own_block, 0},
        {"room_is_what_can_be_taken", room_is_what_can_be_taken, 0},
        {"arrays_are_counted", arrays_are_counted, 0},
        {"endings_run_backwards_and_once", endings_run_backwards_and_once, 0},
        {"endings_see_their_memory", endings_see_their_memory, 0},
        {"a_reset_keeps_the_first_block_only", a_reset_keeps_the_first_block_only, 0},
        {"process_memory_grows", process_memory_grows, 0},
        {"misuse_stops", misuse_stops, 0},
        {"no_memory_has_its_own_exit_code", no_memory_has_its_own_exit_code, 0},
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
