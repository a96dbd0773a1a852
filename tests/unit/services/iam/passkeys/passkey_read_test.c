/* passkey_read_test.c - what a browser and a device say: each word of it wrong once. */
#include "base/crypto/sha256.h"
#include "base/encode.h"
#include "runtime/host.h"
#include "services/iam/passkeys/passkey.h"
#include "tests/lib/check.h"

#include <string.h>

enum { ARENA_BYTES = 4 * 1024 * 1024, FLAGS_AT = 32, COUNT_AT = 33, ID_BYTES_AT = 53 };
enum { PRESENT = 1, VERIFIED = 4, MAY_SYNC = 8, SYNCED = 16, KEY = 64, EXTENSIONS = 128 };

static const struct text rp = {"kontora.example", 15};

/* A key of P-256 in COSE: RFC 9052, C.7.1, with its algorithm. */
static const char cose_hex[] = "a501020326200121582065eda5a12577c2bae829437fe338701a10aaa375e1bb5b"
                               "5de108de439c08551d2258201e52ed75701163f7f9e40ddf9f341b3dc9ba860af7"
                               "e0ca7ca7e9eecd0084d19c";
enum { COSE_BYTES = (sizeof cose_hex - 1) / 2 };

/* Of a new key named "id", or of none. */
static struct text data_of(struct arena *arena, unsigned flags)
{
    char *bytes = arena_take(arena, 512);
    size_t count = 37;
    memcpy(bytes, sha256_of(arena, rp).data, SHA256_BYTES);
    bytes[FLAGS_AT] = (char)flags;
    memcpy(bytes + COUNT_AT, "\0\0\1\2", 4);
    if (flags & KEY) {
        memcpy(bytes + count + 16, "\0\2id", 4);
        count += 20;
        CHECK(decode_hex(text_of(cose_hex), bytes + count, COSE_BYTES));
        count += COSE_BYTES;
    }
    if (flags & EXTENSIONS) {
        memcpy(bytes + count, "\xa1\x61\x61\xf5", 4); /* {"a": true} */
        count += 4;
    }
    return (struct text){bytes, count};
}

static void what_a_device_says_is_read(void)
{
    struct arena *arena = arena_create("test", ARENA_BYTES);
    struct passkey_data data;
    struct text new_key = data_of(arena, PRESENT | VERIFIED | KEY | MAY_SYNC | SYNCED);
    CHECK(passkey_data_complaint(arena, new_key, rp, true, &data) == NULL);
    CHECK_TEXT(data.credential_id, "id");
    CHECK_INT(data.public_key.bytes, COSE_BYTES);
    CHECK_INT(data.sign_count, 258);
    CHECK(data.is_synced);
    struct text extended = data_of(arena, PRESENT | VERIFIED | KEY | EXTENSIONS);
    CHECK(passkey_data_complaint(arena, extended, rp, true, &data) == NULL);
    CHECK(!data.is_synced);
    struct text shown = data_of(arena, PRESENT | VERIFIED);
    CHECK(passkey_data_complaint(arena, shown, rp, false, &data) == NULL);
    arena_destroy(&arena);
}

static void flags_that_are_not_right_are_refused(void)
{
    static const struct {
        unsigned flags;
        bool is_new;
    } rows[] = {
        {VERIFIED | KEY, true},
        {PRESENT | KEY, true},
        {KEY, true},
        {PRESENT | VERIFIED, true},        /* no key where one was made */
        {PRESENT | VERIFIED | KEY, false}, /* a key where none was asked for */
        {PRESENT | VERIFIED | KEY | SYNCED, true},
        {PRESENT, false},
        {VERIFIED, false},
        {0, false},
    };
    struct arena *arena = arena_create("test", ARENA_BYTES);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct passkey_data data;
        CHECK(passkey_data_complaint(arena, data_of(arena, rows[i].flags), rp, rows[i].is_new,
                                     &data) != NULL);
    }
    arena_destroy(&arena);
}

static void what_is_cut_off_or_too_long_is_refused(void)
{
    struct arena *arena = arena_create("test", ARENA_BYTES);
    struct text whole = data_of(arena, PRESENT | VERIFIED | KEY | EXTENSIONS);
    struct passkey_data data;
    for (size_t i = 0; i < whole.bytes; i++) {
        CHECK(passkey_data_complaint(arena, text_slice(whole, 0, i), rp, true, &data) != NULL);
    }
    struct text longer = {whole.data, whole.bytes + 1};
    CHECK(passkey_data_complaint(arena, longer, rp, true, &data) != NULL);
    CHECK(passkey_data_complaint(arena, whole, TEXT("evil.example"), true, &data) != NULL);
    arena_destroy(&arena);
}

static void a_name_of_a_key_has_a_length(void)
{
    static const char *const lengths[] = {"\0\0", "\4\0", "\xff\xff", "\0\xff"};
    struct arena *arena = arena_create("test", ARENA_BYTES);
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        struct passkey_data data;
        struct text whole = data_of(arena, PRESENT | VERIFIED | KEY);
        char *changed = arena_take(arena, whole.bytes);
        memcpy(changed, whole.data, whole.bytes);
        memcpy(changed + ID_BYTES_AT, lengths[i], 2);
        CHECK(passkey_data_complaint(arena, (struct text){changed, whole.bytes}, rp, true, &data) !=
              NULL);
    }
    arena_destroy(&arena);
}

static const char *complaint_of(struct arena *arena, const char *client_data)
{
    return passkey_client_complaint(arena, text_of(client_data), "webauthn.get", TEXT("abc"),
                                    TEXT("https://kontora.example"));
}

#define GOOD                                                                                       \
    "{\"type\":\"webauthn.get\",\"challenge\":\"abc\",\"origin\":\"https://kontora.example\""

static void what_a_browser_says_is_read(void)
{
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        GOOD,
        GOOD ",\"crossOrigin\":true}",
        GOOD ",\"type\":\"webauthn.get\"}", /* twice */
        "{\"type\":\"webauthn.create\",\"challenge\":\"abc\",\"origin\":\"https://"
        "kontora.example\"}",
        "{\"type\":\"webauthn.get\",\"challenge\":\"abd\",\"origin\":\"https://kontora.example\"}",
        "{\"type\":\"webauthn.get\",\"challenge\":[\"abc\"],\"origin\":\"https://"
        "kontora.example\"}",
        "{\"type\":\"webauthn.get\",\"challenge\":\"abc\",\"origin\":\"http://kontora.example\"}",
        "{\"type\":\"webauthn.get\",\"challenge\":\"abc\",\"origin\":\"https://"
        "kontora.example:8443\"}",
        "{\"type\":\"webauthn.get\",\"challenge\":\"abc\",\"origin\":\"https://"
        "kontora.example.evil\"}",
        "{\"type\":\"webauthn.get\",\"challenge\":\"abc\"}",
    };
    struct arena *arena = arena_create("test", ARENA_BYTES);
    CHECK(complaint_of(arena, GOOD "}") == NULL);
    CHECK(complaint_of(arena, GOOD ",\"crossOrigin\":false,\"other\":{\"a\":[1]}}") == NULL);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CHECK(complaint_of(arena, bad[i]) != NULL);
    }
    arena_destroy(&arena);
}

static void a_place_is_a_name(void)
{
    static const struct {
        const char *address;
        const char *rp_id; /* NULL: it has none */
    } rows[] = {
        {"https://kontora.example", "kontora.example"},
        {"https://kontora.example:8443", "kontora.example"},
        {"http://localhost:8480", "localhost"},
        {"http://127.0.0.1:8480", NULL},
        {"http://[::1]:8480", NULL},
        {"https://10.0.0.1", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct passkey_place place;
        struct host host = {.public_address = text_of(rows[i].address)};
        struct call call = {.host = &host};
        CHECK(passkey_place_of(&call, &place) == (rows[i].rp_id != NULL));
        if (rows[i].rp_id != NULL) {
            CHECK_TEXT(place.rp_id, rows[i].rp_id);
            CHECK_TEXT(place.origin, rows[i].address);
        }
    }
}

static const struct test tests[] = {
    {"what_a_device_says_is_read", what_a_device_says_is_read, 0},
    {"flags_that_are_not_right_are_refused", flags_that_are_not_right_are_refused, 0},
    {"what_is_cut_off_or_too_long_is_refused", what_is_cut_off_or_too_long_is_refused, 0},
    {"a_name_of_a_key_has_a_length", a_name_of_a_key_has_a_length, 0},
    {"what_a_browser_says_is_read", what_a_browser_says_is_read, 0},
    {"a_place_is_a_name", a_place_is_a_name, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
