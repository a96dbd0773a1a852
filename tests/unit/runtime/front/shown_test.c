/* shown_test.c - what of a client's credentials goes on to another process (B9, C53). */
#include "runtime/front/shown.h"

#include "runtime/service.h"
#include "tests/lib/check.h"

enum { ARENA_BYTES_MAX = 1024 * 1024 };

#define BASIC_PLAIN  "Basic YTpi"             /* a:b */
#define BASIC_SECRET "Basic YTpnd2NfczNjcmV0" /* a:gwc_s3cret */

static struct upstream upstream_of(enum upstream_kind kind, bool passes)
{
    return (struct upstream){.name = "any", .kind = kind, .passes_authorization = passes};
}

static void shows_what_may_be_seen(void)
{
    static const struct {
        enum upstream_kind kind;
        bool passes;
        enum caller_kind caller;
        const char *authorization;
        bool goes;
    } rows[] = {
        {UPSTREAM_FOREIGN, false, CALLER_NOBODY, BASIC_PLAIN, false},
        {UPSTREAM_FOREIGN, true, CALLER_NOBODY, BASIC_PLAIN, true},
        {UPSTREAM_FOREIGN, true, CALLER_NOBODY, BASIC_SECRET, false},
        {UPSTREAM_FOREIGN, true, CALLER_NOBODY, "basic YTpi!", false},
        {UPSTREAM_FOREIGN, true, CALLER_NOBODY, "Bearer any", true},
        {UPSTREAM_FOREIGN, true, CALLER_NOBODY, "Bearer 0gws_1.gw_.Xgwa_1", true},
        {UPSTREAM_FOREIGN, true, CALLER_NOBODY, "Bearer gwa_1", false},
        {UPSTREAM_FOREIGN, true, CALLER_NOBODY, "Bearer  gwk_1", false},
        {UPSTREAM_FOREIGN, true, CALLER_NOBODY, "Token token=\"gws_1\"", false},
        {UPSTREAM_FOREIGN, true, CALLER_NOBODY, "bearer kontora_root_x", false},
        {UPSTREAM_FOREIGN, true, CALLER_NOBODY, "Bearer kontora_service_1.a", false},
        {UPSTREAM_FOREIGN, true, CALLER_ROOT, "Bearer any", false},
        {UPSTREAM_FOREIGN, true, CALLER_SERVICE, "Bearer any", false},
        {UPSTREAM_FOREIGN, true, CALLER_NOBODY, NULL, false},
        {UPSTREAM_OURS, true, CALLER_NOBODY, BASIC_PLAIN, false},
        {UPSTREAM_OURS, true, CALLER_NOBODY, "Bearer any", false},
        {UPSTREAM_SIGNS_IN, false, CALLER_NOBODY, BASIC_SECRET, true},
        {UPSTREAM_SIGNS_IN, false, CALLER_NOBODY, "Bearer gws_1", false},
        {UPSTREAM_SIGNS_IN, false, CALLER_NOBODY, "Bearer kontora_root_x", false},
        {UPSTREAM_SIGNS_IN, false, CALLER_ROOT, BASIC_SECRET, false},
    };
    struct arena *arena = arena_create("shown", ARENA_BYTES_MAX);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct upstream upstream = upstream_of(rows[i].kind, rows[i].passes);
        struct caller caller = {.kind = rows[i].caller};
        struct text sent = text_of(rows[i].authorization);
        struct text shown = shown_of_client(arena, &upstream, &caller, sent);
        CHECK_TEXT(shown, rows[i].goes ? rows[i].authorization : NULL);
    }
    arena_destroy(&arena);
}

static void keeps_its_cookies(void)
{
    static const char all[] = "a=b; kontora=1;kontora_browser=2; __Host-kontora=3; __Host-x=4;;";
    struct arena *arena = arena_create("shown", ARENA_BYTES_MAX);
    struct upstream foreign = upstream_of(UPSTREAM_FOREIGN, true);
    struct upstream ours = upstream_of(UPSTREAM_OURS, false);
    struct upstream signs_in = upstream_of(UPSTREAM_SIGNS_IN, false);
    CHECK_TEXT(shown_cookies(arena, &foreign, text_of(all)), "a=b; __Host-x=4");
    CHECK_TEXT(shown_cookies(arena, &ours, text_of(all)), "a=b; __Host-x=4");
    CHECK_TEXT(shown_cookies(arena, &ours, TEXT("kontora=1")), NULL);
    CHECK_TEXT(shown_cookies(arena, &signs_in, text_of(all)), all);
    CHECK(shown_may_set(&foreign, TEXT("a=b; Path=/")));
    CHECK(!shown_may_set(&foreign, TEXT(" kontora=1; Path=/")));
    CHECK(!shown_may_set(&ours, TEXT("__Host-kontora=1")));
    CHECK(shown_may_set(&signs_in, TEXT("__Host-kontora=1")));
    arena_destroy(&arena);
}

static void knows_whose_each_is(void)
{
    static const struct service iam = {.name = "iam"};
    static const struct service casework = {.name = "casework"};
    static const struct service *const known[] = {&iam, &casework};
    struct arena *arena = arena_create("shown", ARENA_BYTES_MAX);
    struct upstreams *upstreams;
    struct text error;
    CHECK_STATUS(upstreams_read(
                     &(struct upstreams_options){
                         .arena = arena,
                         .upstreams = TEXT("iam=http://one casework=http://two crm=http://three"),
                     },
                     &upstreams, &error),
                 STATUS_OK);
    struct shown_options options = {
        .arena = arena,
        .known = known,
        .known_count = COUNT_OF(known),
        .signs_in = "iam",
        .setting = TEXT(" crm = Bearer a=b ;"),
    };
    CHECK_STATUS(shown_read(upstreams, &options, &error), STATUS_OK);
    CHECK_INT(upstreams_find(upstreams, TEXT("iam"))->kind, UPSTREAM_SIGNS_IN);
    CHECK_INT(upstreams_find(upstreams, TEXT("casework"))->kind, UPSTREAM_OURS);
    CHECK_INT(upstreams_find(upstreams, TEXT("crm"))->kind, UPSTREAM_FOREIGN);
    CHECK_TEXT(upstreams_find(upstreams, TEXT("crm"))->authorization, "Bearer a=b");
    options.setting = TEXT("casework=client");
    CHECK_STATUS(shown_read(upstreams, &options, &error), STATUS_MALFORMED);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"shows_what_may_be_seen", shows_what_may_be_seen, 0},
    {"keeps_its_cookies", keeps_its_cookies, 0},
    {"knows_whose_each_is", knows_whose_each_is, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
