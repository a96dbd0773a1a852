/* dashboard_test.c - a dashboard that cannot be asked for is a sentence at start; what came of the
 * parts is one answer: C32, T13.
 */
#include "base/clock.h"
#include "runtime/compose/compose_write.h"
#include "runtime/compose/dashboard.h"
#include "runtime/service.h"
#include "tests/lib/check.h"

#include <string.h>

static struct arena *arena;

static const char *const choices[] = {"7d", "30d"};
static const struct dashboard_parameter horizon[] = {{"horizon", choices, 2, "How far"}};
static const struct dashboard_parameter nothing[] = {{"horizon", NULL, 0, "How far"}};

static const struct dashboard_part fine[] = {{"deals", "/deals?to={horizon}&x=1"}, {"me", "/me"}};
static const struct dashboard_part twins[] = {{"deals", "/deals"}, {"deals", "/me"}};
static const struct dashboard_part in_path[] = {{"deals", "/deals/{horizon}"}};
static const struct dashboard_part unknown[] = {{"deals", "/deals?to={limit}"}};
static const struct dashboard_part open_brace[] = {{"deals", "/deals?to={horizon"}};
static const struct dashboard_part no_path[] = {{"deals", "deals"}};

#define DASHBOARD(rows, of)                                                                        \
    {                                                                                              \
        .name = "summary", .permission = "person", .summary = "All of it", .parts = (rows),        \
        .part_count = COUNT_OF(rows), .parameters = (of), .parameter_count = COUNT_OF(of)          \
    }

static struct text complaint(const struct dashboard *dashboard)
{
    const struct service service = {.name = "crm", .dashboards = dashboard, .dashboard_count = 1};
    const struct service *const services[] = {&service};
    return dashboard_check(arena, services, 1);
}

static void what_cannot_be_asked_is_a_sentence(void)
{
    const struct dashboard sound = DASHBOARD(fine, horizon);
    const struct dashboard unsound[] = {
        DASHBOARD(twins, horizon),
        DASHBOARD(in_path, horizon),
        DASHBOARD(unknown, horizon),
        DASHBOARD(open_brace, horizon),
        DASHBOARD(no_path, horizon),
        DASHBOARD(fine, nothing),
        {.name = "empty", .permission = "person", .summary = "-"},
        {.name = "open", .summary = "-", .parts = fine, .part_count = 1},
    };
    arena = arena_create("test", 1024 * 1024);
    CHECK(complaint(&sound).data == NULL);
    for (size_t i = 0; i < COUNT_OF(unsound); i++) {
        CHECK(text_starts_with(complaint(&unsound[i]), TEXT("crm, dashboard ")));
    }
    arena_destroy(&arena);
}

/* What there is of each service with cases counts as often as there are such services. */
static void parts_of_each_service_are_not_too_many(void)
{
    static const struct dashboard_part waiting[] = {{"waiting_", "/api/doors/*?x={horizon}"}};
    const struct dashboard dashboard = DASHBOARD(waiting, horizon);
    const struct service crm = {.name = "crm", .dashboards = &dashboard, .dashboard_count = 1};
    const struct service desk = {.name = "desk", .cases = (const void *)waiting};
    const struct service *services[DASHBOARD_PARTS_MAX + 2] = {&crm};
    arena = arena_create("test", 1024 * 1024);
    for (size_t i = 1; i < COUNT_OF(services); i++) {
        services[i] = &desk;
    }
    CHECK(dashboard_check(arena, services, COUNT_OF(services) - 1).data == NULL);
    CHECK(text_starts_with(dashboard_check(arena, services, COUNT_OF(services)),
                           TEXT("crm, dashboard ")));
    arena_destroy(&arena);
}

static void the_one_at_the_door_has_the_routes(void)
{
    static const struct ask decides = {.service = "iam"};
    const struct dashboard sound = DASHBOARD(fine, horizon);
    const struct service crm = {.name = "crm", .dashboards = &sound, .dashboard_count = 1};
    const struct service door = {.name = "gateway", .decides = &decides};
    const struct service *const services[] = {&crm, &door};
    arena = arena_create("test", 1024 * 1024);
    const struct service *const *whole = services_whole(arena, services, 2);
    CHECK_INT(whole[0]->route_count, 0);
    CHECK_INT(whole[1]->route_count, 1);
    const struct route *route = &whole[1]->routes[0];
    CHECK_TEXT(text_of(route->path), "/api/dashboard/summary");
    CHECK_TEXT(text_of(route->takes->fields[0].name), "horizon");
    CHECK(dashboard_of(services, 2, route) == &sound);
    const struct service *const without[] = {&crm};
    CHECK_INT(services_whole(arena, without, 1)[0]->route_count, 0);
    arena_destroy(&arena);
}

/* ---- the answer ---- */

static struct http_exchange answered(const struct composed_part *parts, size_t count)
{
    struct http_exchange exchange = {.arena = arena};
    composed_answer(&exchange, parts, count);
    return exchange;
}

static void any_part_is_enough(void)
{
    arena = arena_create("test", 1024 * 1024);
    const struct composed_part parts[] = {
        {.name = "old", .json = TEXT("[1]"), .said_at = clock_wall_ms() - 90500, .is_stale = true},
        {.name = "ahead", .json = TEXT("{}"), .said_at = clock_wall_ms() + 90000},
        {.name = "away", .why = COMPOSED_UNAVAILABLE},
        {.name = "not_his", .why = COMPOSED_FORBIDDEN},
        {.name = "none", .why = COMPOSED_NOT_FOUND},
        {.name = "no", .why = COMPOSED_REFUSED},
    };
    struct http_exchange exchange = answered(parts, COUNT_OF(parts));
    CHECK_INT(exchange.answer.status, 200);
    CHECK_TEXT(exchange.answer.body,
               "{\"parts\":{\"old\":{\"data\":[1],\"stale\":true,\"age_seconds\":90},"
               "\"ahead\":{\"data\":{},\"stale\":false,\"age_seconds\":0},"
               "\"away\":{\"missing\":true,\"why\":\"unavailable\"},"
               "\"not_his\":{\"missing\":true,\"why\":\"forbidden\"},"
               "\"none\":{\"missing\":true,\"why\":\"not_found\"},"
               "\"no\":{\"missing\":true,\"why\":\"refused\"}}}");
    arena_destroy(&arena);
}

static void no_part_is_an_answer_too(void)
{
    const struct composed_part hidden[] = {{.name = "a", .why = COMPOSED_FORBIDDEN},
                                           {.name = "b", .why = COMPOSED_FORBIDDEN}};
    const struct composed_part away[] = {{.name = "a", .why = COMPOSED_FORBIDDEN},
                                         {.name = "b", .why = COMPOSED_UNAVAILABLE}};
    arena = arena_create("test", 1024 * 1024);
    CHECK_INT(answered(hidden, 2).answer.status, 403);
    CHECK_INT(answered(away, 2).answer.status, 503);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"what_cannot_be_asked_is_a_sentence", what_cannot_be_asked_is_a_sentence, 0},
    {"parts_of_each_service_are_not_too_many", parts_of_each_service_are_not_too_many, 0},
    {"the_one_at_the_door_has_the_routes", the_one_at_the_door_has_the_routes, 0},
    {"any_part_is_enough", any_part_is_enough, 0},
    {"no_part_is_an_answer_too", no_part_is_an_answer_too, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
