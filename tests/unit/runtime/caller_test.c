/* caller_test.c - a caller outlives his request, and is told from others. */
#include "runtime/caller.h"

#include "tests/lib/check.h"

#include <string.h>

static struct caller made(char *letters, struct text *roles)
{
    memcpy(letters, "rootb2badmin.moderator", 22);
    roles[0] = (struct text){letters + 4, 3};
    roles[1] = (struct text){letters + 7, 15};
    return (struct caller){
        .kind = CALLER_ROOT, .name = {letters, 4}, .person = {{1, 2, 3}}, .roles = {roles, 2}};
}

static void outlives_what_it_was_made_of(void)
{
    char letters[22];
    struct text roles[2];
    struct caller caller = made(letters, roles);
    struct caller *kept = caller_keep(&caller);
    CHECK(caller_equals(kept, &caller));
    memset(letters, 'x', sizeof letters);
    memset(roles, 0, sizeof roles);
    CHECK_INT(kept->kind, CALLER_ROOT);
    CHECK_TEXT(kept->name, "root");
    CHECK_INT(kept->roles.count, 2);
    CHECK_TEXT(kept->roles.items[0], "b2b");
    CHECK_TEXT(kept->roles.items[1], "admin.moderator");
    struct caller *again = caller_keep(kept);
    memory_free(kept);
    caller = made(letters, roles);
    CHECK(caller_equals(again, &caller));
    memory_free(again);
}

static void may_have_nothing(void)
{
    const struct caller nobody = {.kind = CALLER_NOBODY};
    struct caller *kept = caller_keep(&nobody);
    CHECK_INT(kept->name.bytes, 0);
    CHECK_INT(kept->roles.count, 0);
    CHECK(caller_equals(kept, &nobody));
    memory_free(kept);
}

static void is_another_by_anything(void)
{
    char letters[22];
    struct text roles[2];
    const struct caller caller = made(letters, roles);
    struct text other_roles[] = {roles[0], TEXT("admin.manager")};
    struct caller others[] = {caller, caller, caller, caller, caller};
    others[0].kind = CALLER_SERVICE;
    others[1].name = TEXT("toor");
    others[2].person.bytes[15] = 1;
    others[3].roles.count = 1;
    others[4].roles.items = other_roles;
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        CHECK(!caller_equals(&caller, &others[i]));
        CHECK(!caller_equals(&others[i], &caller));
        CHECK(caller_equals(&others[i], &others[i]));
    }
}

static const struct test tests[] = {
    {"outlives_what_it_was_made_of", outlives_what_it_was_made_of, 0},
    {"may_have_nothing", may_have_nothing, 0},
    {"is_another_by_anything", is_another_by_anything, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
