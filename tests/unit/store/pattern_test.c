/* pattern_test.c - signs that mean something to LIKE mean themselves in a search. */
#include "store/pattern.h"
#include "tests/lib/check.h"

static void signs_mean_themselves(void)
{
    struct arena *arena = arena_create("test", 4096);
    CHECK_TEXT(pattern_of_part(arena, text_of("перо")), "%перо%");
    CHECK_TEXT(pattern_of_part(arena, text_of("100%_\\")), "%100\\%\\_\\\\%");
    CHECK_TEXT(pattern_of_part(arena, text_of("")), "%%");
    CHECK(pattern_of_part(arena, NO_TEXT).data == NULL);
    CHECK_INT(pattern_of_part(arena, (struct text){"a\0b", 3}).bytes, 5);
    arena_destroy(&arena);
}

static const struct test tests[] = {{"signs_mean_themselves", signs_mean_themselves, 0}};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
