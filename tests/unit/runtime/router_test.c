/* router_test.c - which row of a table a method and a path lead to. */
#include "runtime/router.h"

#include "tests/lib/check.h"

enum { ARENA_BYTES_MAX = 4 * 1024 * 1024 };

static const struct route routes[] = {
    {.method = HTTP_GET, .path = "/", .operation = "root"},
    {.method = HTTP_GET, .path = "/things/{thing_id}", .operation = "get_thing"},
    {.method = HTTP_PATCH, .path = "/things/{thing_id}", .operation = "change_thing"},
    {.method = HTTP_POST, .path = "/things", .operation = "create_thing"},
    {.method = HTTP_GET, .path = "/things/newest", .operation = "newest_thing"},
    {.method = HTTP_GET, .path = "/things/newest/parts", .operation = "newest_parts"},
    {.method = HTTP_GET, .path = "/things/{thing_id}/colours", .operation = "colours"},
    {.method = HTTP_GET, .path = "/things/{thing_id}/parts/{part_id}", .operation = "part"},
    {.method = HTTP_DELETE, .path = "/other/{name}/b", .operation = "other_b"},
    {.method = HTTP_GET, .path = "/other/{title}/c", .operation = "other_c"},
};

static struct arena *arena;
static struct router *router;

static void set_up(void)
{
    arena = arena_create("router", ARENA_BYTES_MAX);
    router = router_create(arena);
    for (size_t i = 0; i < COUNT_OF(routes); i++) {
        router_add(router, NULL, &routes[i]);
    }
}

static struct router_match find(enum http_method method, const char *path)
{
    struct router_match match;
    CHECK_STATUS(router_find(router, arena, method, text_of(path), &match), STATUS_OK);
    return match;
}

/* NULL: there is no such route. */
static void check_operation(enum http_method method, const char *path, const char *operation)
{
    struct router_match match = find(method, path);
    CHECK_TEXT(match.bound ? text_of(match.bound->route->operation) : NO_TEXT, operation);
}

static void leads_to_the_row_of_the_table(void)
{
    set_up();
    check_operation(HTTP_GET, "/", "root");
    check_operation(HTTP_POST, "/things", "create_thing");
    check_operation(HTTP_GET, "/things/7", "get_thing");
    check_operation(HTTP_PATCH, "/things/7", "change_thing");
    check_operation(HTTP_HEAD, "/things/7", "get_thing");
    arena_destroy(&arena);
}

static void tells_what_the_parameters_are(void)
{
    set_up();
    struct router_match match = find(HTTP_GET, "/things/seven/parts/8");
    CHECK_INT(match.path.count, 2);
    CHECK_TEXT(text_of(match.path.items[0].name), "thing_id");
    CHECK_TEXT(match.path.items[0].value, "seven");
    CHECK_TEXT(text_of(match.path.items[1].name), "part_id");
    CHECK_TEXT(match.path.items[1].value, "8");
    CHECK_INT(find(HTTP_POST, "/things").path.count, 0);
    arena_destroy(&arena);
}

static void prefers_a_literal_whatever_the_order(void)
{
    set_up();
    check_operation(HTTP_GET, "/things/newest", "newest_thing");
    CHECK_INT(find(HTTP_GET, "/things/newest").path.count, 0);
    check_operation(HTTP_GET, "/things/newest/parts", "newest_parts");
    arena_destroy(&arena);
}

/* "newest" leads into the literal's branch, which has no colours; the parameter's has. */
static void comes_back_from_a_branch_that_leads_nowhere(void)
{
    set_up();
    struct router_match match = find(HTTP_GET, "/things/newest/colours");
    CHECK_TEXT(text_of(match.bound->route->operation), "colours");
    CHECK_INT(match.path.count, 1);
    CHECK_TEXT(match.path.items[0].value, "newest");
    match = find(HTTP_GET, "/things/newest/parts/3");
    CHECK_TEXT(text_of(match.bound->route->operation), "part");
    CHECK_INT(match.path.count, 2);
    CHECK_TEXT(match.path.items[0].value, "newest");
    arena_destroy(&arena);
}

/* Two parameters of other names stand beside each other; what the first took is put back. */
static void comes_back_from_a_parameter_too(void)
{
    set_up();
    struct router_match match = find(HTTP_GET, "/other/x/c");
    CHECK_TEXT(text_of(match.bound->route->operation), "other_c");
    CHECK_INT(match.path.count, 1);
    CHECK_TEXT(text_of(match.path.items[0].name), "title");
    check_operation(HTTP_DELETE, "/other/x/b", "other_b");
    arena_destroy(&arena);
}

static void keeps_an_escaped_slash_in_its_segment(void)
{
    set_up();
    struct router_match match = find(HTTP_GET, "/things/a%2Fb%20%C3%A9");
    CHECK_TEXT(text_of(match.bound->route->operation), "get_thing");
    CHECK_TEXT(match.path.items[0].value, "a/b \xC3\xA9");
    check_operation(HTTP_GET, "/%74hings/7", "get_thing"); /* a literal may be escaped too */
    check_operation(HTTP_GET, "/things%2F7", NULL);
    CHECK_TEXT(find(HTTP_GET, "/things/a+b").path.items[0].value, "a+b"); /* no query */
    arena_destroy(&arena);
}

static void refuses_bad_escapes(void)
{
    static const char *const paths[] = {"/things/%",   "/things/%2",  "/things/%zz",
                                        "/things/%00", "/things/%ff", "/%C3%28"};
    set_up();
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct router_match match;
        CHECK_STATUS(router_find(router, arena, HTTP_GET, text_of(paths[i]), &match),
                     STATUS_MALFORMED);
    }
    arena_destroy(&arena);
}

static void takes_no_empty_segment_for_a_parameter(void)
{
    static const char *const paths[] = {
        "/things/", "//things", "/things//parts/8", "/things/7/", "//", "/nothing", "/thing"};
    set_up();
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct router_match match = find(HTTP_GET, paths[i]);
        CHECK(match.bound == NULL);
        CHECK(!match.path_is_known);
    }
    arena_destroy(&arena);
}

static void says_which_methods_a_path_has(void)
{
    set_up();
    struct router_match match = find(HTTP_DELETE, "/things/7");
    CHECK(match.bound == NULL);
    CHECK(match.path_is_known);
    CHECK_TEXT(match.allow, "OPTIONS, GET, HEAD, PATCH");
    CHECK_TEXT(find(HTTP_OPTIONS, "/things/7").allow, "OPTIONS, GET, HEAD, PATCH");
    CHECK_TEXT(find(HTTP_HEAD, "/things").allow, "OPTIONS, POST"); /* no GET, no HEAD */
    CHECK_TEXT(find(HTTP_METHOD_OTHER, "/").allow, "OPTIONS, GET, HEAD");
    CHECK_TEXT(find(HTTP_GET, "/things/7").allow, NULL);
    CHECK_TEXT(find(HTTP_GET, "/nothing").allow, NULL);
    arena_destroy(&arena);
}

static void leaves_the_server_itself_alone(void)
{
    set_up();
    struct router_match match = find(HTTP_OPTIONS, "*");
    CHECK(match.bound == NULL);
    CHECK(!match.path_is_known);
    CHECK(!find(HTTP_GET, "").path_is_known);
    arena_destroy(&arena);
}

static void goes_no_deeper_than_any_route(void)
{
    static const struct route deep = {
        .method = HTTP_GET, .path = "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", .operation = "deep"};
    set_up();
    router_add(router, NULL, &deep);
    check_operation(HTTP_GET, deep.path, "deep");
    check_operation(HTTP_GET, "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", NULL);
    check_operation(HTTP_GET, "////////////////////////////////////////", NULL);
    arena_destroy(&arena);
}

static void lists_what_was_added_in_order(void)
{
    set_up();
    size_t count = 0;
    struct bound_route *const *bound = router_routes(router, &count);
    CHECK_INT(count, COUNT_OF(routes));
    for (size_t i = 0; i < count; i++) {
        CHECK(bound[i]->route == &routes[i]);
    }
    arena_destroy(&arena);
}

static void add_twice(void)
{
    set_up();
    router_add(router, NULL, &routes[1]);
}

static void takes_no_route_twice(void)
{
    CHECK_MUST_FAIL(add_twice, "by_method");
}

static const struct test tests[] = {
    {"leads_to_the_row_of_the_table", leads_to_the_row_of_the_table, 0},
    {"tells_what_the_parameters_are", tells_what_the_parameters_are, 0},
    {"prefers_a_literal_whatever_the_order", prefers_a_literal_whatever_the_order, 0},
    {"comes_back_from_a_branch_that_leads_nowhere", comes_back_from_a_branch_that_leads_nowhere, 0},
    {"comes_back_from_a_parameter_too", comes_back_from_a_parameter_too, 0},
    {"keeps_an_escaped_slash_in_its_segment", keeps_an_escaped_slash_in_its_segment, 0},
    {"refuses_bad_escapes", refuses_bad_escapes, 0},
    {"takes_no_empty_segment_for_a_parameter", takes_no_empty_segment_for_a_parameter, 0},
    {"says_which_methods_a_path_has", says_which_methods_a_path_has, 0},
    {"leaves_the_server_itself_alone", leaves_the_server_itself_alone, 0},
    {"goes_no_deeper_than_any_route", goes_no_deeper_than_any_route, 0},
    {"lists_what_was_added_in_order", lists_what_was_added_in_order, 0},
    {"takes_no_route_twice", takes_no_route_twice, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
