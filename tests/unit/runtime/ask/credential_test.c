/* credential_test.c - every letter of a credential counts. */
#include "runtime/ask/credential.h"

#include "runtime/ask/service_key.h"
#include "tests/lib/check.h"

#include <sodium.h>
#include <string.h>

enum { ARENA_BYTES_MAX = 16 * 1024 * 1024 };

static const int64_t now_ms = 1795257210123;
static struct arena *arena;
static struct service_key key;

static struct text begin(void)
{
    CHECK(sodium_init() >= 0);
    arena = arena_create("credential", ARENA_BYTES_MAX);
    CHECK_INT(crypto_sign_keypair(key.public_key, key.secret_key), 0);
    credential_key_id(key.public_key, key.id);
    return credential_write(arena, &key, TEXT("orders"), TEXT("users"), now_ms);
}

static void says_what_it_was_made_for(void)
{
    struct text text = begin();
    struct credential credential;
    CHECK(credential_looks_like(text));
    CHECK(text.bytes < 256);
    CHECK(credential_read(text, &credential));
    CHECK_TEXT(credential.issuer, "orders");
    CHECK_TEXT(credential.audience, "users");
    CHECK_TEXT(credential.key_id, key.id);
    CHECK_INT(credential.issued, now_ms / 1000);
    CHECK_INT(credential.expires, now_ms / 1000 + CREDENTIAL_SECONDS);
    CHECK(credential_is_signed(&credential, key.public_key));
    arena_destroy(&arena);
}

/* Each byte, changed to each of some others: it is none any more, or its signature is wrong. */
static void bears_no_change(void)
{
    static const char others[] = "0aZ._-~ \n=";
    struct text text = begin();
    char *changed = arena_take(arena, text.bytes + 1);
    for (size_t i = 0; i < text.bytes; i++) {
        for (size_t j = 0; j < sizeof others; j++) { /* the NUL too */
            struct credential credential;
            memcpy(changed, text.data, text.bytes);
            changed[i] = others[j];
            struct text whole = {changed, text.bytes};
            bool is_good = credential_read(whole, &credential) &&
                           credential_is_signed(&credential, key.public_key);
            CHECK(is_good == (others[j] == text.data[i]));
        }
    }
    arena_destroy(&arena);
}

static void bears_no_cut_and_no_more(void)
{
    struct text text = begin();
    struct credential credential;
    for (size_t bytes = 0; bytes < text.bytes; bytes++) {
        struct text cut = text_slice(text, 0, bytes);
        CHECK(!credential_read(cut, &credential) ||
              !credential_is_signed(&credential, key.public_key));
    }
    static const char *const more[] = {"A", "=", ".", ".x", " "};
    for (size_t i = 0; i < COUNT_OF(more); i++) {
        struct text longer = text_join(arena, text, text_of(more[i]));
        CHECK(!credential_read(longer, &credential) ||
              !credential_is_signed(&credential, key.public_key));
    }
    arena_destroy(&arena);
}

static void lives_for_its_minute(void)
{
    static const struct {
        int64_t later_s;
        bool is_current;
    } rows[] = {
        {-6, false}, {-5, true}, {0, true}, {60, true}, {65, true}, {66, false}, {100000, false},
    };
    struct text text = begin();
    struct credential credential;
    CHECK(credential_read(text, &credential));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t at_ms = now_ms + rows[i].later_s * 1000;
        CHECK_INT(credential_is_current(&credential, at_ms), rows[i].is_current);
    }
    credential.expires++; /* a longer life than ours is nobody's */
    CHECK(!credential_is_current(&credential, now_ms));
    credential.expires = credential.issued;
    CHECK(!credential_is_current(&credential, now_ms));
    credential.expires = INT64_MAX;
    credential.issued = 1;
    CHECK(!credential_is_current(&credential, now_ms));
    arena_destroy(&arena);
}

static void another_key_has_not_signed_it(void)
{
    struct text text = begin();
    struct credential credential;
    struct service_key other;
    CHECK_INT(crypto_sign_keypair(other.public_key, other.secret_key), 0);
    CHECK(credential_read(text, &credential));
    CHECK(!credential_is_signed(&credential, other.public_key));
    arena_destroy(&arena);
}

static void is_not_a_name_of_another_kind(void)
{
    static const char *const texts[] = {
        "kontora_service_1.Orders.users.1795257210.1795257270.0123456789abcdef.AA",
        "kontora_service_1..users.1795257210.1795257270.0123456789abcdef.AA",
        "kontora_service_1.orders.users.01.1795257270.0123456789abcdef.AA",
        "kontora_service_1.orders.users.-1.1795257270.0123456789abcdef.AA",
        "kontora_service_1.orders.users.1795257210.99999999999999999999.0123456789abcdef.AA",
        "kontora_service_1.orders.users.1795257210.1795257270.0123.AA",
        "kontora_service_2.orders.users.1795257210.1795257270.0123456789abcdef.AA",
        "kontora_root_1.orders.users.1795257210.1795257270.0123456789abcdef.AA",
    };
    struct credential credential;
    struct text text = begin();
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        CHECK(!credential_read(text_of(texts[i]), &credential));
    }
    CHECK(!credential_read(NO_TEXT, &credential));
    CHECK(credential_read(text, &credential));
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"says_what_it_was_made_for", says_what_it_was_made_for, 0},
    {"bears_no_change", bears_no_change, 0},
    {"bears_no_cut_and_no_more", bears_no_cut_and_no_more, 0},
    {"lives_for_its_minute", lives_for_its_minute, 0},
    {"another_key_has_not_signed_it", another_key_has_not_signed_it, 0},
    {"is_not_a_name_of_another_kind", is_not_a_name_of_another_kind, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
