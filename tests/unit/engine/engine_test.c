/* engine_test.c - what a service becomes by its workflows: rows that the runtime accepts, and the
 * recipes that point to them.
 */
#include "engine/engine.h"

#include "engine/cases.h"
#include "engine/handlers.h"
#include "engine/recipe.h"
#include "runtime/runtime.h"
#include "tests/lib/check.h"

#include <string.h>

enum { ARENA_BYTES = 64 * 1024 * 1024, HOUR_MS = 60 * 60 * 1000 };

/* ---- two services: one has cases, the other is called and waited for ---- */

static enum status say_yes(struct call *call)
{
    (void)call;
    return STATUS_OK;
}

static const struct field charge_fields[] = {
    {.name = "amount", .kind = FIELD_INTEGER, .required = true}};
static const struct shape charge_shape = {.name = "Charge",
                                          .fields = charge_fields,
                                          .field_count = COUNT_OF(charge_fields),
                                          .bytes = sizeof(int64_t)};
static const struct command commands[] = {
    {.name = "till.charge", .summary = "Charge", .takes = &charge_shape, .handle = say_yes},
    {.name = "till.refund", .summary = "Refund", .takes = &charge_shape, .handle = say_yes},
};
static const struct event till_events[] = {
    {.name = "till.closed", .version = 3, .data = &charge_shape, .summary = "Closed"}};
static const struct service till = {.name = "till",
                                    .commands = commands,
                                    .command_count = COUNT_OF(commands),
                                    .events = till_events,
                                    .event_count = COUNT_OF(till_events)};

#define TOP                                                                                        \
    "participants: {client: {sees: all}}\n"                                                        \
    "fields: {n: integer}\n"
#define BEGIN                                                                                      \
    "operations:\n"                                                                                \
    "  begin: {who: client, from: start, to: pay, asks: n, tells: shop.begun}\n"

static const char first[] =
    "workflow: order\nversion: 1\n" TOP "places: {paid: , done: {end: true}}\n" BEGIN "stages:\n"
    "  pay: {call: till.charge, with: {amount: n}, deadline: 1h, to: paid}\n"
    "  close: {from: paid, to: done, tells: shop.over}\n";
static const char second[] =
    "workflow: order\nversion: 2\n" TOP "places: {paid: , done: {end: true}}\n" BEGIN "stages:\n"
    "  pay: {call: till.charge, with: {amount: n}, deadline: 3h, to: back}\n"
    "  back: {call: till.refund, with: {amount: n}, to: paid}\n"
    "events:\n"
    "  closed: {event: till.closed, match: {case_id: order_id}, from: paid, to: done}\n"
    "timers:\n"
    "  Nightly: {schedule: daily 03:00, from: paid, to: done}\n"
    "  at_the_end_of_every_single_month: {schedule: monthly last 23:00, in: paid}\n";

static struct workflow_file files[2];
static const struct event shop_events[] = {
    {.name = "shop.over", .version = 2, .data = &charge_shape, .summary = "Over"}};
static struct case_work work = {.workflows = files, .workflow_count = 2};
static const struct service shop = {.name = "shop",
                                    .purpose = "Sells",
                                    .cases = &work,
                                    .events = shop_events,
                                    .event_count = COUNT_OF(shop_events)};
static const struct service *const services[] = {&till, &shop};

static struct workflow_file file_of(const char *name, const char *yaml)
{
    return (struct workflow_file){.name = name, .begin = yaml, .end = yaml + strlen(yaml)};
}

static const struct service *const *extend(struct arena *arena, enum status expected,
                                           struct text *error_out)
{
    const struct engine_options options = {.services = services,
                                           .service_count = COUNT_OF(services)};
    const struct service *const *made = NULL;
    CHECK_STATUS(engine_extend(arena, &options, &made, error_out), expected);
    return made;
}

static const struct service *extend_both(struct arena *arena)
{
    struct text error = NO_TEXT;
    files[0] = file_of("second.yaml", second);
    files[1] = file_of("first.yaml", first);
    const struct service *const *made = extend(arena, STATUS_OK, &error);
    CHECK(made[0] == &till);
    struct text complaint = runtime_check(arena, made, COUNT_OF(services));
    CHECK_TEXT(complaint.data != NULL ? complaint : TEXT(""), "");
    return made[1];
}

static const struct errand *errand_of(const struct service *service, const char *command)
{
    for (size_t i = 0; i < service->errand_count; i++) {
        if (strcmp(service->errands[i].command, command) == 0) {
            return &service->errands[i];
        }
    }
    return NULL;
}

/* ---- tests ---- */

static void each_command_has_one_errand(void)
{
    struct arena *arena = arena_create("engine", ARENA_BYTES);
    const struct service *made = extend_both(arena);
    CHECK_INT(made->errand_count, 2);
    const struct errand *charge = errand_of(made, "till.charge");
    const struct errand *refund = errand_of(made, "till.refund");
    CHECK(charge != NULL && refund != NULL);
    CHECK(charge->on_reply == case_reply);
    CHECK(strcmp(charge->service, "till") == 0);
    CHECK_INT(charge->deadline_ms, 3 * HOUR_MS); /* the more patient of two versions */
    CHECK_INT(refund->deadline_ms, 0);
    for (int64_t version = 1; version <= 2; version++) {
        const struct recipe *recipe = catalog_find(made->catalog, TEXT("order"), version);
        int pay = workflow_transition(recipe->workflow, TEXT("pay"));
        CHECK(recipe->transitions[pay].errand == charge);
    }
    arena_destroy(&arena);
}

static void events_are_rows(void)
{
    struct arena *arena = arena_create("engine", ARENA_BYTES);
    const struct service *made = extend_both(arena);
    CHECK_INT(made->event_count, 5); /* shop.over has a row of its own; three are the engine's */
    CHECK(made->catalog->case_changed >= made->events);
    CHECK(strcmp(made->catalog->case_changed->name, "shop.case_changed") == 0);
    const struct recipe *recipe = catalog_find(made->catalog, TEXT("order"), 1);
    int begin = workflow_transition(recipe->workflow, TEXT("begin"));
    int close = workflow_transition(recipe->workflow, TEXT("close"));
    CHECK(strcmp(recipe->transitions[begin].tells[0]->name, "shop.begun") == 0);
    CHECK_INT(recipe->transitions[close].tells[0]->version, 2);
    CHECK(recipe->transitions[close].tells[0]->data == &charge_shape);
    CHECK_INT(made->subscription_count, 1);
    CHECK(strcmp(made->subscriptions[0].event, "till.closed") == 0);
    CHECK_INT(made->subscriptions[0].version, 3);
    CHECK(made->subscriptions[0].handle == case_event);
    arena_destroy(&arena);
}

static void schedules_lead_to_their_timers(void)
{
    struct arena *arena = arena_create("engine", ARENA_BYTES);
    const struct service *made = extend_both(arena);
    CHECK_INT(made->timer_count, 1);
    CHECK(made->catalog->case_timer == &made->timers[0]);
    CHECK_INT(made->schedule_count, 2);
    CHECK(strcmp(made->schedules[0].name, "order_nightly") == 0);
    CHECK(strcmp(made->schedules[0].when, "daily 03:00") == 0);
    CHECK(made->schedules[0].handle == case_schedule);
    CHECK_INT(strlen(made->schedules[1].name), 32); /* cut, and told apart by a hash */
    CHECK_INT(made->catalog->schedule_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct recipe_schedule *one = &made->catalog->schedules[i];
        CHECK(strcmp(one->name, made->schedules[i].name) == 0);
        CHECK(one->recipe == catalog_find(made->catalog, TEXT("order"), 2));
        CHECK(one->recipe->workflow->transitions[one->transition].timer.has_schedule);
    }
    arena_destroy(&arena);
}

static void the_newest_is_what_new_cases_are_of(void)
{
    struct arena *arena = arena_create("engine", ARENA_BYTES);
    const struct service *made = extend_both(arena);
    CHECK_INT(made->catalog->recipe_count, 2);
    CHECK_INT(catalog_find(made->catalog, TEXT("order"), 0)->workflow->version, 2);
    CHECK(!catalog_find(made->catalog, TEXT("order"), 1)->is_newest);
    CHECK(made->opened != NULL);
    CHECK_INT(made->series_count, 2);
    CHECK(strcmp(made->series[0].name, "engine") == 0);
    arena_destroy(&arena);
}

static void without_workflows_nothing_changes(void)
{
    struct arena *arena = arena_create("engine", ARENA_BYTES);
    static const struct service *const plain[] = {&till};
    const struct engine_options options = {.services = plain, .service_count = 1};
    const struct service *const *made = NULL;
    struct text error = NO_TEXT;
    CHECK_STATUS(engine_extend(arena, &options, &made, &error), STATUS_OK);
    CHECK(made[0] == &till);
    arena_destroy(&arena);
}

static void refuses(const char *one, const char *other, const char *said)
{
    struct arena *arena = arena_create("engine", ARENA_BYTES);
    struct text error = NO_TEXT;
    files[0] = file_of("a.yaml", one);
    files[1] = file_of("b.yaml", other);
    extend(arena, STATUS_MALFORMED, &error);
    CHECK_TEXT(error, said);
    arena_destroy(&arena);
}

static void what_is_wrong_in_the_program_is_an_error(void)
{
    refuses(first, first, "b.yaml: version 1 of \"order\" is in a.yaml");
    refuses(first,
            "workflow: w\nversion: 1\n" TOP "places: {paid: , done: {end: true}}\n" BEGIN
            "stages:\n"
            "  pay: {call: till.chrge, with: {amount: n}, to: paid}\n"
            "  close: {from: paid, to: done}\n",
            "b.yaml:9:3: stage \"pay\": \"call\": there is no command \"till.chrge\"; did you mean "
            "\"till.charge\"?");
    refuses(first,
            "workflow: w\nversion: 1\n" TOP "places: {pay: , done: {end: true}}\n" BEGIN
            "  end: {who: client, from: pay, to: done}\n"
            "events:\n"
            "  closed: {event: till.clsed, from: pay, to: done}\n",
            "b.yaml:10:3: event \"closed\": nobody tells \"till.clsed\"; did you mean "
            "\"till.closed\"?");
}

/* ---- outside workers ---- */

static const char fed[] = "workflow: fed\nversion: 1\n" TOP "places: {done: {end: true}}\n"
                          "operations:\n"
                          "  begin: {who: client, from: start, to: feed, asks: n}\n"
                          "stages:\n"
                          "  feed: {worker: feeder, with: {n: n}, to: done}\n";
static const char also_fed[] =
    "workflow: also_fed\nversion: 1\n" TOP "places: {done: {end: true}}\n"
    "operations:\n"
    "  begin: {who: client, from: start, to: weigh, asks: n}\n"
    "stages:\n"
    "  weigh: {worker: scales, to: feed}\n"
    "  feed: {worker: feeder, with: {n: n}, to: weigh2}\n"
    "  weigh2: {worker: scales, to: done}\n";

static struct workflow_file cattery_files[1];
static struct workflow_file kennel_files[1];
static struct case_work cattery_work = {.workflows = cattery_files, .workflow_count = 1};
static struct case_work kennel_work = {.workflows = kennel_files, .workflow_count = 1};
static const struct service cattery = {
    .name = "cattery", .purpose = "Keeps cats", .cases = &cattery_work};
static const struct service kennel = {
    .name = "kennel", .purpose = "Keeps dogs", .cases = &kennel_work};

static size_t count_routes(const struct service *service, const char *path)
{
    size_t count = 0;
    for (size_t i = 0; i < service->route_count; i++) {
        count += strcmp(service->routes[i].path, path) == 0;
    }
    return count;
}

static void a_queue_has_its_rows(void)
{
    static const struct service *const both[] = {&cattery, &till};
    struct arena *arena = arena_create("test", ARENA_BYTES);
    const struct service *const *made = NULL;
    struct text error = NO_TEXT;
    cattery_files[0] = file_of("fed.yaml", fed);
    const struct engine_options options = {.services = both, .service_count = COUNT_OF(both)};
    CHECK_STATUS(engine_extend(arena, &options, &made, &error), STATUS_OK);
    CHECK_INT(count_routes(made[0], "/work/feeder/take"), 1);
    CHECK_INT(count_routes(made[0], "/work/feeder/answer"), 1);
    CHECK_INT(count_routes(made[0], "/work/feeder/heartbeat"), 1);
    CHECK_INT(count_routes(made[0], "/api/cases/cattery/{case_id}/retry"), 1);
    CHECK_INT(made[0]->chore_count, 1);
    CHECK(made[1] == &till);
    struct text complaint = runtime_check(arena, made, COUNT_OF(both));
    CHECK_TEXT(complaint.data != NULL ? complaint : TEXT(""), "");
    arena_destroy(&arena);
}

/* Its path says nothing of the service, so there can be only one. */
static void a_queue_is_of_one_service(void)
{
    static const struct service *const both[] = {&cattery, &kennel};
    struct arena *arena = arena_create("test", ARENA_BYTES);
    const struct service *const *made = NULL;
    struct text error = NO_TEXT;
    cattery_files[0] = file_of("fed.yaml", fed);
    kennel_files[0] = file_of("also_fed.yaml", also_fed);
    const struct engine_options options = {.services = both, .service_count = COUNT_OF(both)};
    CHECK_STATUS(engine_extend(arena, &options, &made, &error), STATUS_MALFORMED);
    CHECK_TEXT(error, "also_fed.yaml: \"feeder\" is a queue of cattery");
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"a_queue_has_its_rows", a_queue_has_its_rows, 0},
    {"a_queue_is_of_one_service", a_queue_is_of_one_service, 0},
    {.name = "each_command_has_one_errand", .run = each_command_has_one_errand},
    {.name = "events_are_rows", .run = events_are_rows},
    {.name = "schedules_lead_to_their_timers", .run = schedules_lead_to_their_timers},
    {.name = "the_newest_is_what_new_cases_are_of", .run = the_newest_is_what_new_cases_are_of},
    {.name = "without_workflows_nothing_changes", .run = without_workflows_nothing_changes},
    {.name = "what_is_wrong_in_the_program_is_an_error",
     .run = what_is_wrong_in_the_program_is_an_error},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
