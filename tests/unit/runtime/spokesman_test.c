/* spokesman_test.c - for whom somebody calls: who may say so, and how it is written. */
#include "runtime/spokesman.h"

#include "tests/lib/check.h"

#include <string.h>

enum { ARENA_BYTES_MAX = 1024 * 1024 };

#define PERSON "018f6e2a-0000-7000-8000-00000000a11a"

static struct arena *arena;
static struct caller caller;
static struct text error;

/* A NULL leaves the header out. */
static enum status read_as(enum spokesman spokesman, const char *person, const char *roles)
{
    struct http_header headers[2];
    struct http_request request = {.headers = headers};
    if (person != NULL) {
        headers[request.header_count++] =
            (struct http_header){TEXT("kontora-person"), text_of(person)};
    }
    if (roles != NULL) {
        headers[request.header_count++] =
            (struct http_header){TEXT("KONTORA-ROLES"), text_of(roles)};
    }
    caller = (struct caller){.kind = CALLER_SERVICE, .name = TEXT("gateway")};
    error = NO_TEXT;
    return spokesman_read(arena, &request, spokesman, &caller, &error);
}

static void begin(void)
{
    arena = arena_create("spokesman", ARENA_BYTES_MAX);
}

static void completes_the_caller(void)
{
    struct id person;
    begin();
    CHECK(id_read(TEXT(PERSON), &person));
    CHECK_STATUS(read_as(SPEAKS_FOR_PEOPLE, " " PERSON " ", "b2b, admin.moderator,crm.seller_2"),
                 STATUS_OK);
    CHECK(id_equals(caller.person, person));
    CHECK_INT(caller.roles.count, 3);
    CHECK_TEXT(caller.roles.items[0], "b2b");
    CHECK_TEXT(caller.roles.items[1], "admin.moderator");
    CHECK_TEXT(caller.roles.items[2], "crm.seller_2");
    CHECK_TEXT(caller.name, "gateway for " PERSON);
    CHECK_INT(caller.kind, CALLER_SERVICE);
    arena_destroy(&arena);
}

static void is_for_himself_without_them(void)
{
    static const enum spokesman all[] = {SPEAKS_FOR_HIMSELF, SPEAKS_FOR_PEOPLE, SPEAKS_FOR_ALL};
    begin();
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        CHECK_STATUS(read_as(all[i], NULL, NULL), STATUS_OK);
        CHECK_TEXT(caller.name, "gateway");
        CHECK(id_is_none(caller.person));
        CHECK_INT(caller.roles.count, 0);
    }
    arena_destroy(&arena);
}

/* Also when what they say would be wrong: nothing of it is read. */
static void refuses_who_may_not(void)
{
    static const char *const persons[] = {PERSON, "", "x", NULL, PERSON};
    static const char *const roles[] = {"b2b", "b2b", NULL, "b2b", NULL};
    begin();
    for (size_t i = 0; i < COUNT_OF(persons); i++) {
        CHECK_STATUS(read_as(SPEAKS_FOR_HIMSELF, persons[i], roles[i]), STATUS_REFUSED);
        CHECK_TEXT(caller.name, "gateway");
        CHECK(id_is_none(caller.person));
        CHECK_INT(caller.roles.count, 0);
    }
    arena_destroy(&arena);
}

static void may_have_no_roles(void)
{
    static const char *const none[] = {NULL, "", "  "};
    begin();
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        CHECK_STATUS(read_as(SPEAKS_FOR_PEOPLE, PERSON, none[i]), STATUS_OK);
        CHECK(!id_is_none(caller.person));
        CHECK_INT(caller.roles.count, 0);
    }
    arena_destroy(&arena);
}

#define LETTERS_32 "abcdefghijklmnopqrstuvwxyzABCDEF"
#define LETTERS_64 LETTERS_32 LETTERS_32

static void names_the_header_that_is_wrong(void)
{
    static const struct {
        const char *person;
        const char *roles;
        const char *header;
    } rows[] = {
        {"", "b2b", "Kontora-Person must"},
        {"anna", "b2b", "Kontora-Person must"},
        {"00000000-0000-0000-0000-000000000000", "b2b", "Kontora-Person must"},
        {PERSON "," PERSON, "b2b", "Kontora-Person must"},
        {NULL, "b2b", "Kontora-Person is missing"},
        {PERSON, ",", "Kontora-Roles must"},
        {PERSON, "b2b,", "Kontora-Roles must"},
        {PERSON, ",b2b", "Kontora-Roles must"},
        {PERSON, "b2b,,admin", "Kontora-Roles must"},
        {PERSON, "b2b admin", "Kontora-Roles must"},
        {PERSON, "b2b;admin", "Kontora-Roles must"},
        {PERSON, "admin.", "Kontora-Roles must"},
        {PERSON, ".moderator", "Kontora-Roles must"},
        {PERSON, "admin.moderator.all", "Kontora-Roles must"},
        {PERSON, "2b", "Kontora-Roles must"},
        {PERSON, "_b", "Kontora-Roles must"},
        {PERSON, "admin.2", "Kontora-Roles must"},
        {PERSON, "админ", "Kontora-Roles must"},
        {PERSON, "*", "Kontora-Roles must"},
        {PERSON, "\"b2b\"", "Kontora-Roles must"},
        {PERSON, LETTERS_64 "x", "Kontora-Roles must"},
        {PERSON, "admin." LETTERS_64 "x", "Kontora-Roles must"},
        {PERSON, "service", "a person is none"},
        {PERSON, "b2b, service.calculator", "a person is none"},
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_STATUS(read_as(SPEAKS_FOR_PEOPLE, rows[i].person, rows[i].roles), STATUS_MALFORMED);
        CHECK(strstr(error.data, rows[i].header) != NULL);
        CHECK_TEXT(caller.name, "gateway"); /* he is as he was */
        CHECK(id_is_none(caller.person));
    }
    CHECK_STATUS(read_as(SPEAKS_FOR_PEOPLE, PERSON, LETTERS_64 "." LETTERS_64), STATUS_OK);
    CHECK_STATUS(read_as(SPEAKS_FOR_PEOPLE, PERSON, "services"), STATUS_OK); /* another word */
    arena_destroy(&arena);
}

static void takes_32_roles(void)
{
    struct text roles = TEXT("r");
    begin();
    for (size_t i = 1; i < CALLER_ROLES_MAX; i++) {
        roles = text_join(arena, roles, TEXT(",r"));
    }
    CHECK_STATUS(read_as(SPEAKS_FOR_PEOPLE, PERSON, roles.data), STATUS_OK);
    CHECK_INT(caller.roles.count, CALLER_ROLES_MAX);
    roles = text_join(arena, roles, TEXT(",r"));
    CHECK_STATUS(read_as(SPEAKS_FOR_PEOPLE, PERSON, roles.data), STATUS_MALFORMED);
    arena_destroy(&arena);
}

/* A proxy that adds its header to one that a client has sent is found out. */
static void must_be_there_once(void)
{
    const struct http_header headers[] = {
        {TEXT("Kontora-Person"), TEXT(PERSON)},
        {TEXT("Kontora-Roles"), TEXT("b2b")},
        {TEXT("kontora-person"), TEXT(PERSON)},
        {TEXT("kontora-roles"), TEXT("admin")},
    };
    const struct http_request both = {.headers = headers, .header_count = 4};
    const struct http_request persons = {.headers = headers, .header_count = 3};
    const struct http_request roles = {.headers = headers + 1, .header_count = 3};
    const struct http_request *const requests[] = {&both, &persons, &roles};
    begin();
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        caller = (struct caller){.kind = CALLER_ROOT, .name = TEXT("root")};
        CHECK_STATUS(spokesman_read(arena, requests[i], SPEAKS_FOR_ALL, &caller, &error),
                     STATUS_MALFORMED);
        CHECK(strstr(error.data, "once") != NULL);
    }
    arena_destroy(&arena);
}

/* So that what services do can be done by hand. */
static void root_may_have_roles_without_a_person(void)
{
    begin();
    CHECK_STATUS(read_as(SPEAKS_FOR_ALL, NULL, "service.calculator, procaas"), STATUS_OK);
    CHECK(id_is_none(caller.person));
    CHECK_INT(caller.roles.count, 2);
    CHECK_TEXT(caller.name, "gateway");
    CHECK_STATUS(read_as(SPEAKS_FOR_ALL, PERSON, "service.calculator"), STATUS_MALFORMED);
    arena_destroy(&arena);
}

/* Kontora-May and Kontora-Session, of a person only. */
static enum status read_with(const char *person, const char *may, const char *session)
{
    const struct http_header headers[] = {
        {TEXT("Kontora-May"), text_of(may)},
        {TEXT("Kontora-Session"), text_of(session)},
        {TEXT("Kontora-Person"), text_of(person)},
    };
    const struct http_request request = {.headers = headers, .header_count = person ? 3 : 2};
    caller = (struct caller){.kind = CALLER_ROOT, .name = TEXT("root")};
    return spokesman_read(arena, &request, SPEAKS_FOR_ALL, &caller, &error);
}

static void says_what_he_may(void)
{
    static const char *const wrong[] = {"users.", ".read", "us*", "*.read", "users.*x", "a.b,",
                                        "a b",    "**",    "*.*", "2.read", "a..b"};
    struct id session;
    begin();
    CHECK(id_read(TEXT(PERSON), &session));
    CHECK_STATUS(read_with(PERSON, "users.read, board.*,*", PERSON), STATUS_OK);
    CHECK_INT(caller.permissions.count, 3);
    CHECK_TEXT(caller.permissions.items[0], "users.read");
    CHECK_TEXT(caller.permissions.items[1], "board.*");
    CHECK_TEXT(caller.permissions.items[2], "*");
    CHECK(id_equals(caller.session, session));
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        CHECK_STATUS(read_with(PERSON, wrong[i], PERSON), STATUS_MALFORMED);
        CHECK(strstr(error.data, "Kontora-May must") != NULL);
        CHECK_INT(caller.permissions.count, 0);
    }
    CHECK_STATUS(read_with(PERSON, "", "x"), STATUS_MALFORMED);
    CHECK(strstr(error.data, "Kontora-Session must") != NULL);
    CHECK_STATUS(read_with(NULL, "*", PERSON), STATUS_MALFORMED); /* root needs no such word */
    CHECK(strstr(error.data, "Kontora-Person is missing") != NULL);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"completes_the_caller", completes_the_caller, 0},
    {"is_for_himself_without_them", is_for_himself_without_them, 0},
    {"refuses_who_may_not", refuses_who_may_not, 0},
    {"may_have_no_roles", may_have_no_roles, 0},
    {"names_the_header_that_is_wrong", names_the_header_that_is_wrong, 0},
    {"takes_32_roles", takes_32_roles, 0},
    {"must_be_there_once", must_be_there_once, 0},
    {"says_what_he_may", says_what_he_may, 0},
    {"root_may_have_roles_without_a_person", root_may_have_roles_without_a_person, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
