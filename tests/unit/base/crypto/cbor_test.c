/* cbor_test.c - examples of RFC 8949, and what is no CBOR, or not in the form that CTAP2 demands.
 */
#include "base/crypto/cbor.h"
#include "base/encode.h"
#include "tests/lib/check.h"

#include <string.h>

static struct text of_hex(struct arena *arena, const char *hex)
{
    size_t count = strlen(hex) / 2;
    char *bytes = arena_take(arena, count + 1);
    CHECK(decode_hex(text_of(hex), bytes, count));
    return (struct text){bytes, count};
}

static void numbers_are_read(void)
{
    static const struct {
        const char *hex;
        int64_t number;
    } rows[] = {
        {"00", 0},
        {"17", 23},
        {"1818", 24},
        {"1903e8", 1000},
        {"20", -1},
        {"3903e7", -1000},
        {"26", -7},
        {"390100", -257},
        {"1a000f4240", 1000000},
        {"1b000000e8d4a51000", INT64_C(1000000000000)},
        {"1b7fffffffffffffff", INT64_MAX},
        {"3b7fffffffffffffff", INT64_MIN},
    };
    struct arena *arena = arena_create("test", 65536);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct cbor *item;
        size_t bytes;
        CHECK_STATUS(cbor_read(arena, of_hex(arena, rows[i].hex), &item, &bytes), STATUS_OK);
        CHECK_INT(item->kind, CBOR_INTEGER);
        CHECK_INT(item->integer, rows[i].number);
        CHECK_INT(bytes, strlen(rows[i].hex) / 2);
    }
    arena_destroy(&arena);
}

static void members_are_found_by_name_and_number(void)
{
    struct arena *arena = arena_create("test", 65536);
    const struct cbor *root;
    size_t bytes;
    /* {1: 2, 3: -7, "fmt": "none", "list": [h'0102', true, false, null]} and a byte behind it */
    struct text input = of_hex(arena, "a401020326"
                                      "63666d74646e6f6e65"
                                      "646c69737484420102f5f4f6"
                                      "ff");
    CHECK_STATUS(cbor_read(arena, input, &root, &bytes), STATUS_OK);
    CHECK_INT(bytes, input.bytes - 1);
    CHECK_INT(root->count, 4);
    CHECK_INT(cbor_numbered(root, 3)->integer, -7);
    CHECK_TEXT(cbor_member(root, "fmt")->text, "none");
    const struct cbor *list = cbor_member(root, "list");
    CHECK_INT(list->count, 4);
    CHECK_TEXT(list->first->text, "\x01\x02");
    CHECK_INT(list->first->next->kind, CBOR_TRUE);
    CHECK_INT(list->first->next->next->kind, CBOR_FALSE);
    CHECK_INT(list->first->next->next->next->kind, CBOR_NULL);
    CHECK(cbor_member(root, "nothing") == NULL && cbor_numbered(root, 9) == NULL);
    CHECK(cbor_member(list, "fmt") == NULL);
    arena_destroy(&arena);
}

static void what_is_wrong_is_refused(void)
{
    static const char *const wrong[] = {
        "",                   /* nothing */
        "18",                 /* the number is missing */
        "1817",               /* 23 in two bytes */
        "190017",             /* and in three */
        "1a0000ffff",         /* in five */
        "1b00000000ffffffff", /* in nine */
        "1bffffffffffffffff", /* beyond what is counted in */
        "3b8000000000000000", /* and below */
        "1c",                 /* reserved */
        "5f4101ff",           /* bytes of unknown length */
        "9fff",               /* an array of unknown length */
        "bf0102ff",           /* a map */
        "4201",               /* bytes that are not all there */
        "62c328",             /* no UTF-8 */
        "8201",               /* one item is missing */
        "a101",               /* a value is missing */
        "a201020103",         /* a key twice */
        "a18000",             /* a list as a key */
        "a1f500",             /* true as a key */
        "c001",               /* a tag */
        "f7",                 /* undefined */
        "f90000",             /* a float */
        "fb3ff0000000000000", /* another */
        "f814",               /* false in two bytes */
        "ff",                 /* an end of nothing */
    };
    struct arena *arena = arena_create("test", 1024 * 1024);
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        const struct cbor *item;
        size_t bytes;
        CHECK_STATUS(cbor_read(arena, of_hex(arena, wrong[i]), &item, &bytes), STATUS_MALFORMED);
    }
    arena_destroy(&arena);
}

static void what_is_too_much_is_refused(void)
{
    static const char *const large[] = {
        "818181818181818181"
        "00",                           /* nine deep */
        "9a7fffffff",                   /* two thousand million items */
        "bb7fffffffffffffff", "990101", /* one more than the most */
    };
    struct arena *arena = arena_create("test", 1024 * 1024);
    const struct cbor *item;
    size_t bytes;
    for (size_t i = 0; i < COUNT_OF(large); i++) {
        CHECK_STATUS(cbor_read(arena, of_hex(arena, large[i]), &item, &bytes), STATUS_TOO_LARGE);
    }
    CHECK_STATUS(cbor_read(arena, of_hex(arena, "818181818181818100"), &item, &bytes), STATUS_OK);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"numbers_are_read", numbers_are_read, 0},
    {"members_are_found_by_name_and_number", members_are_found_by_name_and_number, 0},
    {"what_is_wrong_is_refused", what_is_wrong_is_refused, 0},
    {"what_is_too_much_is_refused", what_is_too_much_is_refused, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
