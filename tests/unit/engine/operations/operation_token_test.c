/* operation_token_test.c - a token is good for one person, one operation, one case, and no more. */
#include "engine/operations/operation_token.h"

#include "base/encode.h"
#include "tests/lib/check.h"

#include <sodium.h>
#include <string.h>

enum { ARENA_BYTES_MAX = 16 * 1024 * 1024, WHOLE_BYTES = 81, CARRIED_BYTES = 49 };

static const int64_t good_until = 1795257210123;
static const int64_t now_ms = 1795257210122;
static struct arena *arena;
static struct signing_key key;

static struct id id_of(const char *text)
{
    struct id id;
    CHECK(id_read(text_of(text), &id));
    return id;
}

static struct operation_claim made(void)
{
    return (struct operation_claim){
        .case_id = id_of("018f6e2a-7c3b-7d4e-8f50-616263646566"),
        .revision = 7,
        .good_until = good_until,
        .nonce = id_of("018f6e2a-7c3b-7000-8000-000000000001"),
        .person = id_of("018f6e2a-0000-7000-8000-00000000a11a"),
        .kind = TEXT("b2b"),
        .workflow = TEXT("phoenix"),
        .version = 3,
        .operation = TEXT("submit_contact_form"),
    };
}

/* What whoever reads it knows before. */
static struct operation_claim expected(void)
{
    struct operation_claim claim = made();
    claim.case_id = claim.nonce = (struct id){{0}};
    claim.revision = claim.good_until = 0;
    return claim;
}

static struct text begin(void)
{
    arena = arena_create("token", ARENA_BYTES_MAX);
    for (size_t i = 0; i < SIGNING_KEY_BYTES; i++) {
        key.bytes[i] = (uint8_t)(i + 1);
    }
    struct operation_claim claim = made();
    return operation_token_write(arena, &key, &claim);
}

static enum status read_as_expected(struct text written)
{
    struct operation_claim claim = expected();
    return operation_token_read(&key, written, now_ms, &claim);
}

static void comes_back_with_what_it_carries(void)
{
    struct text written = begin();
    struct operation_claim claim = expected();
    CHECK_STATUS(operation_token_read(&key, written, now_ms, &claim), STATUS_OK);
    CHECK(id_equals(claim.case_id, made().case_id));
    CHECK(id_equals(claim.nonce, made().nonce));
    CHECK_INT(claim.revision, 7);
    CHECK_INT(claim.good_until, good_until);
    arena_destroy(&arena);
}

/* Computed by another program: BLAKE2b with a key, each part behind its length. */
static void is_written_as_ever(void)
{
    CHECK_TEXT(begin(), "AQGPbip8O31Oj1BhYmNkZWYAAAAAAAAABwAAAaH9qxULAY9uKnw7cACAAAAAAAAAAZp6HIXb6"
                        "VBrnxV5v1_8AVWQR3TeRg1J30fOr18PPI4b");
    arena_destroy(&arena);
}

static void no_bit_may_differ(void)
{
    struct text written = begin();
    struct text bytes;
    CHECK(decode_base64url(arena, written, WHOLE_BYTES, &bytes));
    CHECK_INT(bytes.bytes, WHOLE_BYTES);
    for (size_t i = 0; i < (size_t)WHOLE_BYTES * 8; i++) {
        unsigned char other[WHOLE_BYTES];
        memcpy(other, bytes.data, WHOLE_BYTES);
        other[i / 8] ^= (unsigned char)(1 << i % 8);
        struct text changed = encode_base64url(arena, other, WHOLE_BYTES);
        CHECK_STATUS(read_as_expected(changed), STATUS_MALFORMED);
    }
    CHECK_STATUS(read_as_expected(written), STATUS_OK);
    arena_destroy(&arena);
}

/* Each letter, changed to each byte there is: no two letters mean the same. */
static void no_letter_may_differ(void)
{
    struct text written = begin();
    char *changed = arena_take(arena, written.bytes);
    for (size_t i = 0; i < written.bytes; i++) {
        for (int byte = 0; byte < 256; byte++) {
            memcpy(changed, written.data, written.bytes);
            changed[i] = (char)byte;
            bool is_same = changed[i] == written.data[i];
            CHECK_STATUS(read_as_expected((struct text){changed, written.bytes}),
                         is_same ? STATUS_OK : STATUS_MALFORMED);
        }
    }
    arena_destroy(&arena);
}

static void must_be_whole_and_nothing_more(void)
{
    struct text written = begin();
    char longer[OPERATION_TOKEN_BYTES * 2];
    for (size_t bytes = 0; bytes < written.bytes; bytes++) {
        CHECK_STATUS(read_as_expected(text_slice(written, 0, bytes)), STATUS_MALFORMED);
        CHECK_STATUS(read_as_expected(text_slice(written, written.bytes - bytes, written.bytes)),
                     STATUS_MALFORMED);
    }
    for (int byte = 0; byte < 256; byte++) {
        memcpy(longer, written.data, written.bytes);
        longer[written.bytes] = (char)byte;
        CHECK_STATUS(read_as_expected((struct text){longer, written.bytes + 1}), STATUS_MALFORMED);
    }
    memcpy(longer + written.bytes, written.data, written.bytes);
    CHECK_STATUS(read_as_expected((struct text){longer, sizeof longer}), STATUS_MALFORMED);
    arena_destroy(&arena);
}

static void is_good_for_nothing_else(void)
{
    struct text written = begin();
    struct operation_claim others[14];
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        others[i] = expected();
    }
    others[0].person.bytes[15] ^= 1;
    others[1].person = (struct id){{0}};
    others[2].kind = TEXT("admin");
    others[3].kind = TEXT("b2");
    others[4].workflow = TEXT("phoenix2");
    others[5].workflow = TEXT("phoeni");
    others[6].version = 4;
    others[7].version = 3 + (1LL << 32);
    others[8].operation = TEXT("submit_company_form");
    others[9].operation = TEXT("");
    /* The same letters in a row, cut elsewhere. */
    others[10].kind = TEXT("b2bp");
    others[10].workflow = TEXT("hoenix");
    others[11].kind = TEXT("");
    others[11].workflow = TEXT("b2bphoenix");
    others[12].kind = TEXT("phoenix");
    others[12].workflow = TEXT("b2b");
    others[13].operation = TEXT("SUBMIT_CONTACT_FORM");
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        CHECK_STATUS(operation_token_read(&key, written, now_ms, &others[i]), STATUS_MALFORMED);
        CHECK(id_is_none(others[i].case_id)); /* it is as it was */
        CHECK_INT(others[i].revision, 0);
    }
    arena_destroy(&arena);
}

/* The case and the revision are carried: those of another are not his to write. */
static void carries_one_case_and_one_revision(void)
{
    struct operation_claim claim = expected();
    struct text ours = begin();
    struct operation_claim other = made();
    other.case_id.bytes[0] ^= 1;
    other.revision++;
    struct text others = operation_token_write(arena, &key, &other);
    CHECK_STATUS(operation_token_read(&key, others, now_ms, &claim), STATUS_OK);
    CHECK(id_equals(claim.case_id, other.case_id));
    CHECK_INT(claim.revision, 8);
    struct text mine;
    struct text theirs;
    CHECK(decode_base64url(arena, ours, WHOLE_BYTES, &mine));
    CHECK(decode_base64url(arena, others, WHOLE_BYTES, &theirs));
    char mixed[WHOLE_BYTES];
    memcpy(mixed, theirs.data, CARRIED_BYTES); /* what one says with the proof of another */
    memcpy(mixed + CARRIED_BYTES, mine.data + CARRIED_BYTES, SIGNATURE_BYTES);
    CHECK_STATUS(read_as_expected(encode_base64url(arena, mixed, WHOLE_BYTES)), STATUS_MALFORMED);
    arena_destroy(&arena);
}

static void begins_a_case_that_is_not_there_yet(void)
{
    (void)begin();
    struct operation_claim claim = made();
    claim.case_id = (struct id){{0}};
    claim.revision = 0;
    struct text written = operation_token_write(arena, &key, &claim);
    struct operation_claim back = expected();
    back.case_id.bytes[0] = 1;
    CHECK_STATUS(operation_token_read(&key, written, now_ms, &back), STATUS_OK);
    CHECK(id_is_none(back.case_id));
    CHECK_INT(back.revision, 0);
    arena_destroy(&arena);
}

static void ends_with_its_time(void)
{
    struct text written = begin();
    static const struct {
        int64_t now_ms;
        enum status status;
    } rows[] = {
        {good_until - OPERATION_TOKEN_MS, STATUS_OK},
        {good_until - 1, STATUS_OK},
        {good_until, STATUS_TIMEOUT},
        {good_until + 1, STATUS_TIMEOUT},
        {INT64_MAX, STATUS_TIMEOUT},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct operation_claim claim = expected();
        CHECK_STATUS(operation_token_read(&key, written, rows[i].now_ms, &claim), rows[i].status);
        CHECK(id_equals(claim.nonce, made().nonce)); /* what came of it can still be found */
    }
    struct operation_claim claim = expected();
    claim.person.bytes[0] ^= 1; /* to a stranger it was never good */
    CHECK_STATUS(operation_token_read(&key, written, INT64_MAX, &claim), STATUS_MALFORMED);
    arena_destroy(&arena);
}

static void needs_the_same_key(void)
{
    struct text written = begin();
    struct operation_claim claim = expected();
    for (size_t i = 0; i < (size_t)SIGNING_KEY_BYTES * 8; i++) {
        struct signing_key other = key;
        other.bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        CHECK_STATUS(operation_token_read(&other, written, now_ms, &claim), STATUS_MALFORMED);
    }
    arena_destroy(&arena);
}

static void garbage_is_none(void)
{
    (void)begin();
    static char letters[OPERATION_TOKEN_BYTES];
    CHECK_STATUS(read_as_expected(NO_TEXT), STATUS_MALFORMED);
    CHECK_STATUS(read_as_expected(TEXT("")), STATUS_MALFORMED);
    for (int byte = 0; byte < 256; byte++) {
        memset(letters, byte, sizeof letters);
        CHECK_STATUS(read_as_expected((struct text){letters, sizeof letters}), STATUS_MALFORMED);
    }
    unsigned char bytes[WHOLE_BYTES];
    for (int i = 0; i < test_scale(2000); i++) {
        randombytes_buf(bytes, sizeof bytes);
        bytes[0] = 1;
        struct text guess = encode_base64url(arena, bytes, sizeof bytes);
        CHECK_STATUS(read_as_expected(guess), STATUS_MALFORMED);
        arena_reset(arena);
    }
    arena_destroy(&arena);
}

static void is_not_signed_without_a_key(void)
{
    struct operation_claim claim = made();
    arena = arena_create("token", ARENA_BYTES_MAX);
    static const struct signing_key none;
    (void)operation_token_write(arena, &none, &claim);
}

static void is_not_written_without_a_nonce(void)
{
    (void)begin();
    struct operation_claim claim = made();
    claim.nonce = (struct id){{0}};
    (void)operation_token_write(arena, &key, &claim);
}

static void stops_on_our_own_mistakes(void)
{
    CHECK_MUST_FAIL(is_not_signed_without_a_key, "sodium_is_zero");
    CHECK_MUST_FAIL(is_not_written_without_a_nonce, "nonce");
}

static const struct test tests[] = {
    {"comes_back_with_what_it_carries", comes_back_with_what_it_carries, 0},
    {"is_written_as_ever", is_written_as_ever, 0},
    {"no_bit_may_differ", no_bit_may_differ, 0},
    {"no_letter_may_differ", no_letter_may_differ, 0},
    {"must_be_whole_and_nothing_more", must_be_whole_and_nothing_more, 0},
    {"is_good_for_nothing_else", is_good_for_nothing_else, 0},
    {"carries_one_case_and_one_revision", carries_one_case_and_one_revision, 0},
    {"begins_a_case_that_is_not_there_yet", begins_a_case_that_is_not_there_yet, 0},
    {"ends_with_its_time", ends_with_its_time, 0},
    {"needs_the_same_key", needs_the_same_key, 0},
    {"garbage_is_none", garbage_is_none, 0},
    {"stops_on_our_own_mistakes", stops_on_our_own_mistakes, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
