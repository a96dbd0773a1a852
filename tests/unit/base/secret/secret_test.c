/* secret_test.c - texts that open a door. */
#include "base/secret.h"

#include "base/encode.h"
#include "tests/lib/check.h"

static struct arena *arena;

static struct text changed_at(struct text secret, size_t index)
{
    struct text copy = text_copy(arena, secret);
    char *letters = arena_take(arena, copy.bytes + 1);
    for (size_t i = 0; i < copy.bytes; i++) {
        letters[i] = copy.data[i];
    }
    letters[index] = letters[index] == 'A' ? 'B' : 'A';
    return (struct text){letters, copy.bytes};
}

static void a_secret_is_recognised(void)
{
    arena = arena_create("test", 1 << 20);
    struct text secret = secret_new(arena, "gws_");
    CHECK_INT(secret.bytes, 4 + SECRET_BODY_BYTES);
    CHECK(secret_is_whole(secret, "gws_"));
    CHECK(!secret_is_whole(secret, "gwk_"));
    CHECK(!secret_is_whole(text_slice(secret, 0, secret.bytes - 1), "gws_"));
    CHECK(!secret_is_whole(NO_TEXT, "gws_"));
    for (size_t i = 0; i < secret.bytes; i++) {
        CHECK(!secret_is_whole(changed_at(secret, i), "gws_"));
    }
    CHECK(!text_equals(secret, secret_new(arena, "gws_")));
    arena_destroy(&arena);
}

/* The values of RFC 4231 (2) and of FIPS 180. */
static void digests_are_those_of_the_standards(void)
{
    arena = arena_create("test", 1 << 20);
    CHECK_TEXT(digest_hex(arena, TEXT("abc")),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    struct digest_key key = {.bytes = "Jefe"};
    CHECK_TEXT(digest_keyed(arena, &key, TEXT("what do ya want for nothing?")),
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    struct digest_key one = digest_key_for(&key, "one");
    struct digest_key other = digest_key_for(&key, "other");
    CHECK(!digest_equals(encode_hex(arena, one.bytes, 32), encode_hex(arena, other.bytes, 32)));
    arena_destroy(&arena);
}

static void digits_and_letters_come_by_chance(void)
{
    arena = arena_create("test", 1 << 20);
    size_t seen[10] = {0};
    for (int i = 0; i < 2000; i++) {
        struct text digits = secret_digits(arena, 6);
        CHECK_INT(digits.bytes, 6);
        for (size_t j = 0; j < digits.bytes; j++) {
            CHECK(digits.data[j] >= '0' && digits.data[j] <= '9');
            seen[digits.data[j] - '0']++;
        }
    }
    for (size_t i = 0; i < 10; i++) {
        CHECK(seen[i] > 900 && seen[i] < 1500); /* 1200 are likely, these limits 9 sigma away */
    }
    CHECK_INT(secret_letters(arena, 8).bytes, 8);
    arena_destroy(&arena);
}

static void nothing_equals_nothing(void)
{
    CHECK(digest_equals(TEXT("abc"), TEXT("abc")));
    CHECK(!digest_equals(TEXT("abc"), TEXT("abd")));
    CHECK(!digest_equals(TEXT("abc"), TEXT("ab")));
    CHECK(!digest_equals(NO_TEXT, NO_TEXT));
}

static const struct test tests[] = {
    {.name = "a_secret_is_recognised", .run = a_secret_is_recognised},
    {.name = "digests_are_those_of_the_standards", .run = digests_are_those_of_the_standards},
    {.name = "digits_and_letters_come_by_chance", .run = digits_and_letters_come_by_chance},
    {.name = "nothing_equals_nothing", .run = nothing_equals_nothing},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
