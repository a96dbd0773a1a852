/* later_check_test.c - one mistake in a table of timers or schedules is one sentence. */
#include "runtime/later/later_check.h"
#include "tests/lib/check.h"

enum { ARENA_BYTES_MAX = 4 * 1024 * 1024, MANY = 65 };

static enum status handle(struct call *call)
{
    (void)call;
    return STATUS_OK;
}

static struct field fields[] = {{.name = "why", .kind = FIELD_TEXT, .bytes_max = 9}};
static const struct shape data = {
    .name = "Data", .fields = fields, .field_count = 1, .bytes = sizeof(struct text)};

static const struct timer good_timers[] = {
    {.name = "wait", .takes = &data, .handle = handle},
    {.name = "wait_long", .handle = handle},
};
static const struct schedule_row good_schedule = {
    .name = "close", .when = "daily 18:00", .handle = handle, .summary = "Closes the day"};

static struct timer timers[2];
static struct schedule_row schedules[MANY];
static struct service service;

static void make(void)
{
    fields[0].bytes_max = 9;
    timers[0] = good_timers[0];
    timers[1] = good_timers[1];
    schedules[0] = good_schedule;
    service = (struct service){.name = "till",
                               .timers = timers,
                               .timer_count = 2,
                               .schedules = schedules,
                               .schedule_count = 1};
}

static void check_complaint(const char *complaint)
{
    static const struct service quiet = {.name = "quiet"};
    const struct service *const services[] = {&quiet, &service};
    struct arena *arena = arena_create("check", ARENA_BYTES_MAX);
    CHECK_TEXT(later_check(arena, services, COUNT_OF(services)), complaint);
    arena_destroy(&arena);
    make();
}

static void passes_good_tables(void)
{
    make();
    check_complaint(NULL);
    schedules[0].when = "every 10m";
    check_complaint(NULL);
    schedules[0].when = "0 0 29 2 *"; /* seldom, but it comes */
    check_complaint(NULL);
}

static void complains_of_timers(void)
{
    make();
    timers[1].name = "Wait";
    check_complaint("till: timer 1 has no plain name, or no handler");
    timers[1].name = NULL;
    check_complaint("till: timer 1 has no plain name, or no handler");
    timers[0].handle = NULL;
    check_complaint("till: timer 0 has no plain name, or no handler");
    timers[1].name = "wait";
    check_complaint("till: two timers or schedules are called 'wait'");
    fields[0].bytes_max = 0;
    check_complaint("till: timer 'wait': text field 'why' has no bytes_max");
}

static void complains_of_schedules(void)
{
    static const char lacks[] =
        "till: schedule 0 has no plain name, no handler, no time, or no summary";
    make();
    schedules[0].name = "close it";
    check_complaint(lacks);
    schedules[0].handle = NULL;
    check_complaint(lacks);
    schedules[0].when = NULL;
    check_complaint(lacks);
    schedules[0].summary = NULL;
    check_complaint(lacks);
    schedules[0].name = "wait"; /* of a timer */
    check_complaint("till: two timers or schedules are called 'wait'");
    schedules[0].when = "0 0 30 2 *";
    check_complaint("till: schedule 'close': '0 0 30 2 *' never comes");
    service.schedule_count = MANY;
    check_complaint("till: there are more than 64 schedules");
}

static void says_what_is_wrong_with_a_time(void)
{
    const struct service *const services[] = {&service};
    struct arena *arena = arena_create("check", ARENA_BYTES_MAX);
    make();
    schedules[0].when = "daily 25:00";
    struct text complaint = later_check(arena, services, 1);
    CHECK(text_starts_with(complaint, TEXT("till: schedule 'close': ")));
    CHECK(complaint.bytes > sizeof "till: schedule 'close': " + 10);
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {"passes_good_tables", passes_good_tables, 0},
    {"complains_of_timers", complains_of_timers, 0},
    {"complains_of_schedules", complains_of_schedules, 0},
    {"says_what_is_wrong_with_a_time", says_what_is_wrong_with_a_time, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
