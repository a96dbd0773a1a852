/* bench_person_test.c - people to measure with differ from each other, and not from themselves. */
#include "cli/bench/bench_person.h"

#include "base/json.h"
#include "tests/lib/check.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 64 * 1024 * 1024, VALUES_MAX = 64 };

static int compare_emails(const void *left, const void *right)
{
    return strcmp(left, right);
}

static void nobody_has_anothers_address(void)
{
    size_t count = (size_t)test_scale(100000);
    struct arena *arena = arena_create("emails", ARENA_BYTES);
    char(*emails)[PERSON_EMAIL_BYTES_MAX] = arena_take_array(arena, count, PERSON_EMAIL_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        struct bench_person person;
        bench_person_make(i, &person);
        memcpy(emails[i], person.email, sizeof person.email);
    }
    qsort(emails, count, sizeof emails[0], compare_emails);
    for (size_t i = 1; i < count; i++) {
        CHECK(strcmp(emails[i - 1], emails[i]) != 0);
    }
    arena_destroy(&arena);
}

/* An index on addresses that come in order is written at its end only, which real ones are not. */
static void addresses_come_in_no_order(void)
{
    int rises = 0;
    struct bench_person before;
    bench_person_make(0, &before);
    for (uint64_t i = 1; i <= 1000; i++) {
        struct bench_person person;
        bench_person_make(i, &person);
        rises += strcmp(person.email, before.email) > 0;
        before = person;
    }
    CHECK(rises > 400 && rises < 600);
}

static void ids_grow_with_the_number(void)
{
    struct arena *arena = arena_create("ids", ARENA_BYTES);
    struct user before = bench_person_user(arena, 0);
    for (uint64_t i = 1; i < 1000; i++) {
        struct user user = bench_person_user(arena, i);
        CHECK(memcmp(before.id.bytes, user.id.bytes, ID_BYTES) < 0);
        CHECK_INT(user.id.bytes[6] >> 4, 7);
        CHECK_INT(user.id.bytes[8] >> 6, 2);
        before = user;
    }
    arena_destroy(&arena);
}

static void the_body_is_the_person(void)
{
    struct arena *arena = arena_create("body", ARENA_BYTES);
    for (uint64_t i = 0; i < 2000; i++) {
        struct bench_person person;
        char body[PERSON_BODY_BYTES_MAX];
        struct json_error error;
        const struct json *root = NULL;
        bench_person_make(i * 0x100000001U, &person);
        struct text written = {body, bench_person_write(&person, body)};
        CHECK_STATUS(json_read(arena, written, VALUES_MAX, &root, &error), STATUS_OK);
        CHECK_TEXT(json_member(root, TEXT("email"))->text, person.email);
        CHECK_TEXT(json_member(root, TEXT("full_name"))->text, person.full_name);
        CHECK_TEXT(json_member(root, TEXT("phone"))->text, person.phone);
        struct user user = bench_person_user(arena, i * 0x100000001U);
        CHECK_TEXT(user.email, person.email);
        CHECK_INT(user.roles.count, 1);
    }
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {.name = "nobody_has_anothers_address", .run = nobody_has_anothers_address},
    {.name = "addresses_come_in_no_order", .run = addresses_come_in_no_order},
    {.name = "ids_grow_with_the_number", .run = ids_grow_with_the_number},
    {.name = "the_body_is_the_person", .run = the_body_is_the_person},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
