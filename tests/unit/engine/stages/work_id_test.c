/* work_id_test.c - one way to write each work id, and nobody else can write one. */
#include "engine/stages/work_id.h"

#include "base/encode.h"
#include "tests/lib/check.h"

#include <string.h>

enum { ARENA_BYTES_MAX = 64 * 1024 * 1024, SIGN_BYTES = 43 };

static struct arena *arena;
static struct signing_key key;

static const char golden[] =
    "case=018f6e2a-7c3b-7d4e-8f50-616263646566&workflow=feeding&version=1&stage=getBalance&visit=2"
    "&sign=e4j777B-mJWGMLJ7_wdSWTWgNr2aiNlkoKaalvoBp_g";

static struct work_name made(void)
{
    struct work_name name = {
        .workflow = TEXT("feeding"), .version = 1, .stage = TEXT("getBalance"), .visit = 2};
    CHECK(id_read(TEXT("018f6e2a-7c3b-7d4e-8f50-616263646566"), &name.case_id));
    return name;
}

static struct text begin(void)
{
    arena = arena_create("work id", ARENA_BYTES_MAX);
    for (size_t i = 0; i < SIGNING_KEY_BYTES; i++) {
        key.bytes[i] = (uint8_t)(i + 1);
    }
    struct work_name name = made();
    return work_id_write(arena, &key, &name);
}

static enum status read_it(struct text written)
{
    struct work_name name = {.version = -7};
    enum status status = work_id_read(arena, &key, written, &name);
    CHECK(status == STATUS_OK || name.version == -7);
    return status;
}

/* What somebody who has the key could write: the parser alone stands against it. */
static enum status read_signed(const char *pairs)
{
    const struct text parts[] = {TEXT("work"), text_of(pairs)};
    uint8_t signature[SIGNATURE_BYTES];
    signature_make(&key, (struct texts){parts, COUNT_OF(parts)}, signature);
    struct text sign = encode_base64url(arena, signature, sizeof signature);
    return read_it(text_format(arena, "%s&sign=%.*s", pairs, TEXT_ARGS(sign)));
}

/* E9, E13, E29; the signature was computed by another program. */
static void is_written_as_ever(void)
{
    CHECK_TEXT(begin(), golden);
    struct work_name name = made();
    CHECK_TEXT(work_id_write(arena, &key, &name), golden); /* and again the same */
    arena_destroy(&arena);
}

static void comes_back_whole(void)
{
    struct work_name name = {.version = 0};
    (void)begin();
    char *bytes = arena_take_raw(arena, sizeof golden);
    memcpy(bytes, golden, sizeof golden);
    CHECK_STATUS(work_id_read(arena, &key, text_of(bytes), &name), STATUS_OK);
    memset(bytes, 'x', sizeof golden - 1); /* its texts are its own */
    CHECK(id_equals(name.case_id, made().case_id));
    CHECK_TEXT(name.workflow, "feeding");
    CHECK_INT(name.version, 1);
    CHECK_TEXT(name.stage, "getBalance");
    CHECK_INT(name.visit, 2);
    arena_destroy(&arena);
}

/* E33: a case that comes back to a stage does another work there. */
static void every_visit_is_another(void)
{
    struct text first = begin();
    struct work_name name = made();
    name.visit++;
    CHECK(!text_equals(work_id_write(arena, &key, &name), first));
    arena_destroy(&arena);
}

static void the_longest_fits(void)
{
    static char letters[64];
    (void)begin();
    memset(letters, 'w', sizeof letters);
    struct work_name name = made();
    name.workflow = name.stage = (struct text){letters, sizeof letters};
    name.version = name.visit = INT64_MAX;
    struct text written = work_id_write(arena, &key, &name);
    CHECK(written.bytes <= WORK_ID_BYTES_MAX);
    CHECK_STATUS(work_id_read(arena, &key, written, &name), STATUS_OK);
    CHECK_INT(name.visit, INT64_MAX);
    CHECK_INT(name.stage.bytes, sizeof letters);
    arena_destroy(&arena);
}

/* T27: each letter, changed to each byte there is. */
static void no_letter_may_differ(void)
{
    struct text written = begin();
    char *changed = arena_take(arena, written.bytes);
    for (size_t i = 0; i < written.bytes; i++) {
        for (int byte = 0; byte < 256; byte++) {
            memcpy(changed, written.data, written.bytes);
            changed[i] = (char)byte;
            bool is_same = changed[i] == written.data[i];
            CHECK_STATUS(read_it((struct text){changed, written.bytes}),
                         is_same ? STATUS_OK : STATUS_MALFORMED);
        }
    }
    arena_destroy(&arena);
}

static void must_be_whole_and_nothing_more(void)
{
    struct text written = begin();
    for (size_t bytes = 0; bytes < written.bytes; bytes++) {
        CHECK_STATUS(read_it(text_slice(written, 0, bytes)), STATUS_MALFORMED);
        CHECK_STATUS(read_it(text_slice(written, written.bytes - bytes, written.bytes)),
                     STATUS_MALFORMED);
    }
    static const char *const additions[] = {"&", "&visit=2", "&sign=", "%00", " ", "\n", "="};
    for (size_t i = 0; i < COUNT_OF(additions); i++) {
        struct text addition = text_of(additions[i]);
        CHECK_STATUS(read_it(text_join(arena, written, addition)), STATUS_MALFORMED);
        CHECK_STATUS(read_it(text_join(arena, addition, written)), STATUS_MALFORMED);
    }
    CHECK_STATUS(read_it(text_join(arena, written, written)), STATUS_MALFORMED);
    CHECK_STATUS(read_it(NO_TEXT), STATUS_MALFORMED);
    CHECK_STATUS(read_it(TEXT("")), STATUS_MALFORMED);
    arena_destroy(&arena);
}

/* What a stranger would write: everything right but the proof. */
static void is_not_forged(void)
{
    static const char *const forged[] = {
        "case=018f6e2a-7c3b-7d4e-8f50-616263646566&workflow=feeding&version=1&stage=send&visit=2",
        "case=018f6e2a-7c3b-7d4e-8f50-616263646567&workflow=feeding&version=1&stage=getBalance"
        "&visit=2",
        "case=018f6e2a-7c3b-7d4e-8f50-616263646566&workflow=feeding&version=1&stage=getBalance"
        "&visit=2&visit=3",
        "workflow=feeding&case=018f6e2a-7c3b-7d4e-8f50-616263646566&version=1&stage=getBalance"
        "&visit=2",
        "CASE=018f6e2a-7c3b-7d4e-8f50-616263646566&workflow=feeding&version=1&stage=getBalance"
        "&visit=2",
    };
    (void)begin();
    struct text sign = text_of(golden + sizeof golden - 1 - SIGN_BYTES);
    for (size_t i = 0; i < COUNT_OF(forged); i++) {
        CHECK_STATUS(read_it(text_format(arena, "%s&sign=%.*s", forged[i], TEXT_ARGS(sign))),
                     STATUS_MALFORMED);
        CHECK_STATUS(read_it(text_of(forged[i])), STATUS_MALFORMED);
    }
    struct signing_key other = key;
    other.bytes[31] ^= 1;
    struct work_name name = made();
    CHECK_STATUS(read_it(work_id_write(arena, &other, &name)), STATUS_MALFORMED);
    arena_destroy(&arena);
}

#define CASE "case=018f6e2a-7c3b-7d4e-8f50-616263646566"
#define REST "&workflow=feeding&version=1&stage=feed&visit=1"

/* Even signed, what work_id_write would not have written is none. */
static void is_read_strictly(void)
{
    static const char *const wrong[] = {
        CASE REST "&visit=2",
        CASE REST "&more=1",
        CASE REST "&",
        CASE "&" CASE REST,
        "workflow=feeding&" CASE "&version=1&stage=feed&visit=1",
        CASE "&workflow=feeding&version=1&stage=feed",
        CASE "&workflow=feeding&version=1&stage=feed&visit=",
        CASE "&workflow=feeding&version=1&stage=feed&visit=0",
        CASE "&workflow=feeding&version=1&stage=feed&visit=-1",
        CASE "&workflow=feeding&version=1&stage=feed&visit=01",
        CASE "&workflow=feeding&version=1&stage=feed&visit=9223372036854775808",
        CASE "&workflow=feeding&version=0&stage=feed&visit=1",
        CASE "&workflow=feeding&version=1&stage=&visit=1",
        CASE "&workflow=feeding&version=1&stage=fe%65d&visit=1",
        CASE "&workflow=feeding&version=1&stage=fe=ed&visit=1",
        CASE "&workflow=&version=1&stage=feed&visit=1",
        CASE "&workflow=feeding+&version=1&stage=feed&visit=1",
        "case=00000000-0000-0000-0000-000000000000" REST,
        "case=018f6e2a7c3b7d4e8f50616263646566" REST,
        "case=" REST,
        "x",
        "",
    };
    (void)begin();
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CHECK_STATUS(read_signed(wrong[i]), STATUS_MALFORMED);
    }
    CHECK_STATUS(read_signed(CASE REST), STATUS_OK); /* the rest of the test means something */
    char *long_one = arena_take(arena, WORK_ID_BYTES_MAX * 2);
    memset(long_one, 'a', WORK_ID_BYTES_MAX * 2 - 1);
    memcpy(long_one, CASE "&workflow=", sizeof CASE "&workflow=" - 1);
    CHECK_STATUS(read_signed(long_one), STATUS_MALFORMED);
    arena_destroy(&arena);
}

/* What is signed for one purpose is not good for another, even if all else were the same. */
static void is_no_other_signature(void)
{
    (void)begin();
    const struct text work[] = {TEXT("work"), TEXT(CASE REST)};
    const struct text other[] = {TEXT("operation"), TEXT(CASE REST)};
    const struct text cut[] = {TEXT("work" CASE), TEXT(REST)};
    uint8_t signatures[3][SIGNATURE_BYTES];
    signature_make(&key, (struct texts){work, 2}, signatures[0]);
    signature_make(&key, (struct texts){other, 2}, signatures[1]);
    signature_make(&key, (struct texts){cut, 2}, signatures[2]);
    CHECK(signature_equals(signatures[0], signatures[0]));
    CHECK(!signature_equals(signatures[0], signatures[1]));
    CHECK(!signature_equals(signatures[0], signatures[2]));
    arena_destroy(&arena);
}

static void write_a_crooked_name(void)
{
    (void)begin();
    struct work_name name = made();
    name.stage = TEXT("feed&visit=9");
    (void)work_id_write(arena, &key, &name);
}

static void stops_on_our_own_mistakes(void)
{
    CHECK_MUST_FAIL(write_a_crooked_name, "is_good");
}

static const struct test tests[] = {
    {"is_written_as_ever", is_written_as_ever, 0},
    {"comes_back_whole", comes_back_whole, 0},
    {"every_visit_is_another", every_visit_is_another, 0},
    {"the_longest_fits", the_longest_fits, 0},
    {"no_letter_may_differ", no_letter_may_differ, 0},
    {"must_be_whole_and_nothing_more", must_be_whole_and_nothing_more, 0},
    {"is_not_forged", is_not_forged, 0},
    {"is_read_strictly", is_read_strictly, 0},
    {"is_no_other_signature", is_no_other_signature, 0},
    {"stops_on_our_own_mistakes", stops_on_our_own_mistakes, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
