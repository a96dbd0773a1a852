/* place_check_test.c - who needs somebody in another process, with a bus that stays in this one. */
#include "runtime/start/place_check.h"

#include "tests/lib/check.h"

static enum status nothing(struct call *call)
{
    (void)call;
    return STATUS_OK;
}

static const struct event shop_events[] = {
    {.name = "shop.ordered", .version = 1, .summary = "Somebody has ordered"},
};
static const struct errand shop_errands[] = {{.service = "till", .command = "till.charge"}};
static const struct service shop = {.name = "shop",
                                    .events = shop_events,
                                    .event_count = 1,
                                    .errands = shop_errands,
                                    .errand_count = 1};

static const struct command till_commands[] = {
    {.name = "till.charge", .summary = "Charge", .handle = nothing},
};
static const struct service till = {.name = "till", .commands = till_commands, .command_count = 1};

static const struct subscription board_subscriptions[] = {
    {.event = "shop.ordered", .version = 1, .handle = nothing},
};
static const struct service board = {
    .name = "board", .subscriptions = board_subscriptions, .subscription_count = 1};

static const struct service *const known[] = {&shop, &till, &board};

static struct arena *arena;

static struct text check_here(const struct service *const *here, size_t count)
{
    return place_check(arena,
                       &(struct place_options){
                           .here = here, .here_count = count, .known = known, .known_count = 3});
}

static void all_in_one_process_is_well(void)
{
    CHECK_TEXT(check_here(known, 3), NULL);
}

static void a_listener_needs_who_tells(void)
{
    static const struct service *const here[] = {&till, &board};
    CHECK_TEXT(check_here(here, 2),
               "board listens to shop, which does not run here, and bus.kind=local does not leave "
               "this process. Serve both in one process, or give bus.kind and bus.address.");
}

static void an_errand_needs_who_does_it(void)
{
    static const struct service *const here[] = {&shop, &board};
    CHECK_TEXT(check_here(here, 2),
               "shop sends commands to till, which does not run here, and bus.kind=local does not "
               "leave this process. Serve both in one process, or give bus.kind and bus.address.");
}

/* Nobody may come to it; that is no harm to what it does. */
static void who_needs_nobody_may_be_alone(void)
{
    static const struct service *const here[] = {&till};
    CHECK_TEXT(check_here(here, 1), NULL);
}

static const struct test tests[] = {
    {.name = "all_in_one_process_is_well", .run = all_in_one_process_is_well},
    {.name = "a_listener_needs_who_tells", .run = a_listener_needs_who_tells},
    {.name = "an_errand_needs_who_does_it", .run = an_errand_needs_who_does_it},
    {.name = "who_needs_nobody_may_be_alone", .run = who_needs_nobody_may_be_alone},
};

int main(int argc, char **argv)
{
    arena = arena_create("place test", 1024 * 1024);
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    arena_destroy(&arena);
    return result;
}
