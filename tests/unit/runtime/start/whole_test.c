/* whole_test.c - the rows of a service's parts stand behind its own. */
#include "runtime/service.h"
#include "tests/lib/check.h"

#include <string.h>

static const struct route own[] = {{.operation = "one"}, {.operation = "two"}};
static const struct route more[] = {{.operation = "three"}};
static const struct chore chores[] = {{.name = "sweep"}};
static const struct series series[] = {{.name = "tables"}};

static const struct service_part first = {
    .routes = more, .route_count = 1, .chores = chores, .chore_count = 1};
static const struct service_part second = {.series = series, .series_count = 1};
static const struct service_part *const parts[] = {&first, &second};

static void parts_are_put_together(void)
{
    static const struct service alone = {.name = "alone", .routes = own, .route_count = 2};
    static const struct service large = {.name = "large",
                                         .routes = own,
                                         .route_count = 2,
                                         .parts = parts,
                                         .part_count = COUNT_OF(parts)};
    static const struct service *const services[] = {&alone, &large};
    struct arena *arena = arena_create("test", 65536);
    const struct service *const *whole = services_whole(arena, services, 2);
    CHECK(whole[0] == &alone);
    CHECK_INT(whole[1]->route_count, 3);
    CHECK_TEXT(text_of(whole[1]->routes[1].operation), "two");
    CHECK_TEXT(text_of(whole[1]->routes[2].operation), "three");
    CHECK_INT(whole[1]->chore_count, 1);
    CHECK_INT(whole[1]->series_count, 1);
    CHECK_INT(whole[1]->part_count, 0);
    CHECK_INT(large.route_count, 2);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"parts_are_put_together", parts_are_put_together, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
