/* totp_test.c - one-time codes, by the table of RFC 6238. */
#include "base/totp.h"

#include "base/secret.h"
#include "tests/lib/check.h"

static struct arena *arena;

static const struct text rfc_secret = {"12345678901234567890", 20};

/* Appendix B has eight digits; ours are the last six of them. */
static void codes_are_those_of_the_standard(void)
{
    static const struct {
        int64_t seconds;
        const char *code;
    } rows[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    arena = arena_create("test", 1 << 20);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_TEXT(totp_code(arena, rfc_secret, rows[i].seconds / 30), rows[i].code);
    }
    CHECK_TEXT(totp_secret_text(arena, rfc_secret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    arena_destroy(&arena);
}

static void neighbours_fit_and_others_do_not(void)
{
    arena = arena_create("test", 1 << 20);
    int64_t now_ms = 1234567890LL * 1000;
    int64_t step = now_ms / TOTP_STEP_MS;
    int64_t found = 0;
    for (int64_t away = -3; away <= 3; away++) {
        bool fits =
            totp_fits(arena, rfc_secret, totp_code(arena, rfc_secret, step + away), now_ms, &found);
        CHECK_INT(fits, away >= -1 && away <= 1);
        if (fits) {
            CHECK_INT(found, step + away);
        }
    }
    CHECK(!totp_fits(arena, rfc_secret, TEXT("00592"), now_ms, &found));
    CHECK(!totp_fits(arena, rfc_secret, NO_TEXT, now_ms, &found));
    arena_destroy(&arena);
}

static void what_is_sealed_opens_for_its_purpose_only(void)
{
    arena = arena_create("test", 1 << 20);
    struct digest_key key = {.bytes = "one key"};
    struct digest_key other = {.bytes = "another key"};
    struct text sealed = secret_seal(arena, &key, TEXT("row 1"), TEXT("the secret"));
    struct text plain;
    CHECK(secret_unseal(arena, &key, TEXT("row 1"), sealed, &plain));
    CHECK_TEXT(plain, "the secret");
    CHECK(!secret_unseal(arena, &key, TEXT("row 2"), sealed, &plain));
    CHECK(!secret_unseal(arena, &other, TEXT("row 1"), sealed, &plain));
    CHECK(!secret_unseal(arena, &key, TEXT("row 1"), text_slice(sealed, 0, 20), &plain));
    CHECK(!text_equals(sealed, secret_seal(arena, &key, TEXT("row 1"), TEXT("the secret"))));
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {.name = "codes_are_those_of_the_standard", .run = codes_are_those_of_the_standard},
    {.name = "neighbours_fit_and_others_do_not", .run = neighbours_fit_and_others_do_not},
    {.name = "what_is_sealed_opens_for_its_purpose_only",
     .run = what_is_sealed_opens_for_its_purpose_only},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
