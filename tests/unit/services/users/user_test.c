/* user_test.c - the rules of a person, without a store. */
#include "services/users/user.h"

#include "tests/lib/check.h"

enum { ARENA_BYTES_MAX = 1024 * 1024 };

static struct arena *arena;

static const struct text roles[] = {{"worker", 6}, {"manager", 7}};

static struct user_input anna_input(void)
{
    return (struct user_input){
        .external_id = TEXT("crm-7"),
        .email = TEXT("Anna@Example.com"),
        .full_name = TEXT("Anna"),
        .type = TEXT("worker"),
        .roles = {roles, COUNT_OF(roles)},
        .activated = true,
        .spec = TEXT("windows"),
        .phone = TEXT("+79161234567"),
        .telegram_id = TEXT("42"),
        .contacts = TEXT("{\"a\":1}"),
        .requisite = TEXT("{\"b\":2}"),
        .locale = TEXT("en"),
    };
}

static void is_made_of_what_was_given(void)
{
    struct user_input input = anna_input();
    struct id id = id_new();
    struct user anna = user_new(&input, id, 1000);
    CHECK(id_equals(anna.id, id));
    CHECK_TEXT(anna.external_id, "crm-7");
    CHECK_TEXT(anna.email, "Anna@Example.com"); /* as it was written */
    CHECK_TEXT(anna.full_name, "Anna");
    CHECK_TEXT(anna.type, "worker");
    CHECK_INT(anna.roles.count, 2);
    CHECK(anna.activated);
    CHECK_TEXT(anna.spec, "windows");
    CHECK_TEXT(anna.phone, "+79161234567");
    CHECK_TEXT(anna.telegram_id, "42");
    CHECK_TEXT(anna.contacts, "{\"a\":1}");
    CHECK_TEXT(anna.requisite, "{\"b\":2}");
    CHECK_TEXT(anna.locale, "en");
}

static void begins_active_with_the_first_revision(void)
{
    struct user_input input = anna_input();
    input.status = user_blocked; /* which nobody may ask for */
    struct user anna = user_new(&input, id_new(), 1000);
    CHECK_TEXT(anna.status, "active");
    CHECK(!user_is_blocked(&anna));
    CHECK_INT(anna.revision, 1);
    CHECK_INT(anna.created_at, 1000);
    CHECK_INT(anna.changed_at, 1000);
    CHECK_INT(anna.blocked_at, 0);
    CHECK_TEXT(anna.block_reason, NULL);
}

static void fills_in_what_was_not_given(void)
{
    const struct user_input input = {
        .email = TEXT("a@example.com"), .type = TEXT("client"), .telegram_id = TEXT("")};
    struct user user = user_new(&input, id_new(), 1000);
    CHECK_TEXT(user.locale, "ru");
    CHECK_TEXT(user.telegram_id, NULL); /* empty: not linked, and so not unique */
    CHECK_TEXT(user.external_id, NULL);
    CHECK_INT(user.roles.count, 0);
    CHECK(!user.activated);
}

static void is_blocked_once(void)
{
    struct user_input input = anna_input();
    struct user anna = user_new(&input, id_new(), 1000);
    CHECK(user_block(&anna, TEXT("away"), 2000));
    CHECK(user_is_blocked(&anna));
    CHECK_TEXT(anna.status, "blocked");
    CHECK_INT(anna.blocked_at, 2000);
    CHECK_INT(anna.changed_at, 2000);
    CHECK_TEXT(anna.block_reason, "away");
    CHECK(!user_block(&anna, TEXT("other"), 3000));
    CHECK_INT(anna.blocked_at, 2000);
    CHECK_INT(anna.changed_at, 2000);
    CHECK_TEXT(anna.block_reason, "away");
    CHECK(anna.activated); /* another matter */
}

static void is_unblocked_once(void)
{
    struct user_input input = anna_input();
    struct user anna = user_new(&input, id_new(), 1000);
    CHECK(!user_unblock(&anna, 1500));
    CHECK_INT(anna.changed_at, 1000);
    CHECK(user_block(&anna, TEXT("away"), 2000));
    CHECK(user_unblock(&anna, 3000));
    CHECK_TEXT(anna.status, "active");
    CHECK_INT(anna.blocked_at, 0);
    CHECK_INT(anna.changed_at, 3000);
    CHECK_TEXT(anna.block_reason, NULL);
    CHECK_INT(anna.created_at, 1000);
    CHECK(!user_unblock(&anna, 4000));
    CHECK_INT(anna.changed_at, 3000);
    CHECK(user_block(&anna, NO_TEXT, 5000)); /* and again */
    CHECK_INT(anna.blocked_at, 5000);
}

/* The same address, however it is written, and the same type; what else is known may have changed.
 */
static void knows_a_repeated_creation(void)
{
    arena = arena_create("user", ARENA_BYTES_MAX);
    struct user_input input = anna_input();
    struct user anna = user_new(&input, id_new(), 1000);
    CHECK(user_is_same_creation(arena, &anna, &input));
    input.email = TEXT("ANNA@example.COM");
    input.full_name = TEXT("Anna the Great");
    CHECK(user_is_same_creation(arena, &anna, &input));
    input.type = TEXT("client");
    CHECK(!user_is_same_creation(arena, &anna, &input));
    input.type = TEXT("worker");
    input.email = TEXT("bob@example.com");
    CHECK(!user_is_same_creation(arena, &anna, &input));
    arena_destroy(&arena);
}

static void folds_what_is_searched(void)
{
    arena = arena_create("user", ARENA_BYTES_MAX);
    CHECK_TEXT(user_email_key(arena, TEXT("Anna@Example.COM")), "anna@example.com");
    CHECK_TEXT(user_name_key(arena, TEXT("  Anna Smith ")), "anna smith");
    /* Пётр and петр */
    struct text upper = TEXT("\xD0\x9F\xD1\x91\xD1\x82\xD1\x80");
    CHECK_TEXT(user_name_key(arena, upper), "\xD0\xBF\xD0\xB5\xD1\x82\xD1\x80");
    CHECK_TEXT(user_name_key(arena, NO_TEXT), NULL);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"is_made_of_what_was_given", is_made_of_what_was_given, 0},
    {"begins_active_with_the_first_revision", begins_active_with_the_first_revision, 0},
    {"fills_in_what_was_not_given", fills_in_what_was_not_given, 0},
    {"is_blocked_once", is_blocked_once, 0},
    {"is_unblocked_once", is_unblocked_once, 0},
    {"knows_a_repeated_creation", knows_a_repeated_creation, 0},
    {"folds_what_is_searched", folds_what_is_searched, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
