/* password_test.c - how passwords are kept, and which are too easy to guess. */
#include "base/password.h"

#include "tests/lib/check.h"

static struct arena *arena;

static void begin(void)
{
    arena = arena_create("test", 1 << 20);
}

static void the_right_one_fits(void)
{
    begin();
    struct text hash;
    CHECK_STATUS(password_hash(arena, TEXT("correct horse battery"), &hash), STATUS_OK);
    CHECK(text_starts_with(hash, TEXT("$argon2id$v=19$m=65536,t=3,p=1$")));
    CHECK(password_fits(hash, TEXT("correct horse battery")));
    CHECK(!password_fits(hash, TEXT("correct horse batterY")));
    CHECK(!password_fits(hash, TEXT("")));
    CHECK(!password_fits(hash, NO_TEXT));
    CHECK(!password_fits(NO_TEXT, TEXT("correct horse battery")));
    CHECK(!password_is_stale(hash));
    arena_destroy(&arena);
}

/* One keyboard sends the accent with the letter, another behind it. */
static void what_looks_the_same_fits(void)
{
    begin();
    struct text hash;
    CHECK_STATUS(password_hash(arena, TEXT("cafe\xCC\x81 noir et the\xCC\x81"), &hash), STATUS_OK);
    CHECK(password_fits(hash, TEXT("caf\xC3\xA9 noir et th\xC3\xA9")));
    CHECK(!password_fits(hash, TEXT("cafe noir et the")));
    arena_destroy(&arena);
}

static void nobodys_password_takes_as_much_work(void)
{
    CHECK(!password_fits(password_decoy(), TEXT("correct horse battery")));
    CHECK(!password_is_stale(password_decoy()));
    CHECK(password_is_stale(TEXT("$argon2id$v=19$m=19456,t=2,p=1$dr+o1md4LmpBpB8Lka2V1w$"
                                 "uH0/laP7wTIP4sbRX7aVp8GLX2WMxTyNNsNN3ivckbE")));
}

static void what_many_have_is_refused(void)
{
    static const char *const common[] = {
        "password",     "Password1",        "P@ssw0rd!",      "qwerty123",
        "12345678",     "87654321",         "11111111",       "abababab",
        "letmein2024",  "iloveyou!",        "dragon1234",     "football99",
        "short",        "1234567890",       "Qwertyuiop",     "admin123!",
        "Welcome2026!", "passwordpassword", "!!!!!!!!!",      "20262026!",
        "changeme1",    "йцукенгшщз12",     "пароль12345678", "kontora1"};
    begin();
    for (size_t i = 0; i < COUNT_OF(common); i++) {
        CHECK_TEXT(text_of(password_complaint(arena, text_of(common[i]), (struct texts){0})
                               ? common[i]
                               : "taken"),
                   common[i]);
    }
    arena_destroy(&arena);
}

static void what_few_have_is_taken(void)
{
    static const char *const good[] = {"tin-quarrel-9", "кот ест сметану", "hX7!vPq2zz",
                                       "a b c d e f g h", "melon harbour violet"};
    begin();
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        const char *complaint = password_complaint(arena, text_of(good[i]), (struct texts){0});
        CHECK_TEXT(text_of(complaint ? complaint : "fine"), "fine");
    }
    arena_destroy(&arena);
}

static void his_own_name_is_none(void)
{
    begin();
    struct text words[] = {TEXT("Barbara.Kowalska@example.org"), TEXT("Barbara Kowalska"), NO_TEXT};
    struct texts own = {words, COUNT_OF(words)};
    CHECK(password_complaint(arena, TEXT("barbara.kowalska1"), own) != NULL);
    CHECK(password_complaint(arena, TEXT("Barbara Kowalska!"), own) != NULL);
    CHECK(password_complaint(arena, TEXT("barbara likes tulips"), own) == NULL);
    arena_destroy(&arena);
}

static void length_counts_letters(void)
{
    begin();
    struct text long_one = TEXT("abcdefgz");
    while (long_one.bytes < 128) {
        long_one = text_join(arena, long_one, long_one);
    }
    CHECK(password_complaint(arena, long_one, (struct texts){0}) == NULL);
    CHECK(password_complaint(arena, text_join(arena, long_one, TEXT("x")), (struct texts){0}) !=
          NULL);
    CHECK(password_complaint(arena, TEXT("жёлтый"), (struct texts){0}) != NULL); /* 12 bytes */
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {.name = "the_right_one_fits", .run = the_right_one_fits},
    {.name = "what_looks_the_same_fits", .run = what_looks_the_same_fits},
    {.name = "nobodys_password_takes_as_much_work", .run = nobodys_password_takes_as_much_work},
    {.name = "what_many_have_is_refused", .run = what_many_have_is_refused},
    {.name = "what_few_have_is_taken", .run = what_few_have_is_taken},
    {.name = "his_own_name_is_none", .run = his_own_name_is_none},
    {.name = "length_counts_letters", .run = length_counts_letters},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
