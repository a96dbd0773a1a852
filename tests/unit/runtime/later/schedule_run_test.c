/* schedule_run_test.c - what the calendar says is done once for each time, or by its policy. */
#include "runtime/intake/intake.h"
#include "runtime/later/schedule_store.h"
#include "tests/unit/runtime/later/alarms.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
static const int64_t day = (int64_t)24 * HOUR;

#define MIDNIGHT 1795219200000 /* 2026-11-21T00:00:00Z */

static struct alarms alarms;

#define SCHEDULE(policy, text)                                                                     \
    {                                                                                              \
        .name = "close", .when = (text), .catch_up = (policy), .handle = alarm_on_schedule         \
    }

static const struct schedule_row daily_once[] = {SCHEDULE(CATCH_UP_ONCE, "daily 18:00")};
static const struct schedule_row daily_all[] = {SCHEDULE(CATCH_UP_ALL, "daily 18:00")};
static const struct schedule_row daily_none[] = {SCHEDULE(CATCH_UP_NONE, "daily 18:00")};
static const struct schedule_row later_once[] = {SCHEDULE(CATCH_UP_ONCE, "daily 19:00")};
static const struct schedule_row often_all[] = {SCHEDULE(CATCH_UP_ALL, "every 1s")};
static const struct schedule_row often_once[] = {SCHEDULE(CATCH_UP_ONCE, "every 1s")};
static const struct schedule_row two[] = {
    SCHEDULE(CATCH_UP_ONCE, "daily 18:00"),
    {.name = "month", .when = "monthly last 23:59", .handle = alarm_on_schedule},
};
static const struct schedule_row impatient[] = {
    {.name = "close",
     .when = "every 1m",
     .catch_up = CATCH_UP_ALL,
     .handle = alarm_on_schedule,
     .retry = {.attempts_max = 2}},
};

#define SERVICE(rows)                                                                              \
    {                                                                                              \
        ALARMS_TABLES, .schedules = (rows), .schedule_count = COUNT_OF(rows)                       \
    }
static const struct service once = SERVICE(daily_once);
static const struct service all = SERVICE(daily_all);
static const struct service none = SERVICE(daily_none);
static const struct service moved = SERVICE(later_once);
static const struct service often = SERVICE(often_all);
static const struct service seldom = SERVICE(often_once);
static const struct service both = SERVICE(two);
static const struct service failing = SERVICE(impatient);

static void open_at(const struct service *service, int64_t now_ms)
{
    alarms_open(&alarms, alarms_sqlite(), service, now_ms);
}

/* Times since MIDNIGHT, of what has rung: "18:00 42:00" are today's and tomorrow's eighteen hours.
 */
static struct text rung_hours(void)
{
    struct rows rows = alarms_rung(&alarms);
    const struct rung *rung = rows.items;
    struct text told = TEXT("");
    for (size_t i = 0; i < rows.count; i++) {
        int64_t minutes = (rung[i].told_at - MIDNIGHT) / MINUTE;
        told = text_format(alarms.arena, "%.*s%s%02d:%02d", TEXT_ARGS(told), i == 0 ? "" : " ",
                           (int)(minutes / 60), (int)(minutes % 60));
    }
    return told;
}

static void fires_once_at_its_time(void)
{
    open_at(&once, MIDNIGHT);
    alarms_schedules_at(&alarms, MIDNIGHT + 18 * HOUR - 1);
    CHECK_TEXT(rung_hours(), "");
    CHECK_INT(alarms.last.next_at, MIDNIGHT + 18 * HOUR);
    alarms_schedules_at(&alarms, MIDNIGHT + 18 * HOUR);
    CHECK_TEXT(rung_hours(), "18:00");
    CHECK_INT(alarms.last.next_at, MIDNIGHT + day + 18 * HOUR);
    alarms_schedules_at(&alarms, MIDNIGHT + 18 * HOUR + 1);
    CHECK_TEXT(rung_hours(), "18:00");
    alarms_schedules_at(&alarms, MIDNIGHT + day + 18 * HOUR + 17);
    CHECK_TEXT(rung_hours(), "18:00 42:00");
    alarms_close(&alarms);
}

/* The first time is after the first start: nothing is due because it is new. */
static void a_new_one_waits_for_its_next_time(void)
{
    open_at(&once, MIDNIGHT + 18 * HOUR);
    alarms_schedules_at(&alarms, MIDNIGHT + 18 * HOUR);
    CHECK_TEXT(rung_hours(), "");
    CHECK_INT(alarms.last.next_at, MIDNIGHT + day + 18 * HOUR);
    alarms_close(&alarms);
}

static void is_of_the_zone_of_the_business(void)
{
    open_at(&once, MIDNIGHT);
    alarms_start(&alarms, &once, "Europe/Moscow"); /* three hours east: another zone, new times */
    alarms_schedules_at(&alarms, MIDNIGHT + 15 * HOUR);
    CHECK_TEXT(rung_hours(), "15:00");
    alarms_close(&alarms);
}

/* ---- after a pause of three days and a half ---- */

static void after_a_pause(const struct service *service, int64_t start_ms, const char *expected)
{
    open_at(service, MIDNIGHT);
    alarms.now_ms = start_ms;
    alarms_start(&alarms, service, NULL);
    alarms_schedules_at(&alarms, start_ms);
    CHECK_TEXT(rung_hours(), expected);
    alarms_schedules_at(&alarms, start_ms + 1);
    CHECK_TEXT(rung_hours(), expected);
    alarms_schedules_at(&alarms, MIDNIGHT + 3 * day + 18 * HOUR);
    struct text then = text_format(alarms.arena, "%s%s90:00", expected, expected[0] ? " " : "");
    CHECK_TEXT(rung_hours(), then.data);
    alarms_close(&alarms);
}

static void catches_up_once(void)
{
    after_a_pause(&once, MIDNIGHT + 3 * day + 12 * HOUR, "66:00"); /* the newest of the three */
}

static void catches_up_all_in_order(void)
{
    after_a_pause(&all, MIDNIGHT + 3 * day + 12 * HOUR, "18:00 42:00 66:00");
}

static void catches_up_nothing(void)
{
    after_a_pause(&none, MIDNIGHT + 3 * day + 12 * HOUR, "");
}

/* Half a minute late is no pause. */
static void a_little_late_is_in_time(void)
{
    after_a_pause(&none, MIDNIGHT + 2 * day + 18 * HOUR + 30 * SECOND, "66:00");
}

static void catches_up_in_bounded_pieces(void)
{
    enum { MANY = 1000, PIECE = 256 };
    open_at(&often, MIDNIGHT);
    CHECK_INT(alarms_schedules_at(&alarms, MIDNIGHT + MANY * SECOND), (MANY + PIECE - 1) / PIECE);
    struct rows rows = alarms_rung(&alarms);
    const struct rung *rung = rows.items;
    CHECK_INT(rows.count, MANY);
    for (int i = 0; i < MANY; i++) {
        CHECK_INT(rung[i].told_at, MIDNIGHT + (i + 1) * SECOND);
    }
    alarms_close(&alarms);
}

/* A year of seconds is not counted through. */
static void a_long_pause_costs_nothing(void)
{
    open_at(&seldom, MIDNIGHT);
    int64_t started_ms = test_processor_ms();
    CHECK_INT(alarms_schedules_at(&alarms, MIDNIGHT + 366 * day), 1);
    CHECK(test_processor_ms() - started_ms < 1000);
    struct rows rows = alarms_rung(&alarms);
    const struct rung *rung = rows.items;
    CHECK_INT(rows.count, 1);
    CHECK_INT(rung[0].told_at, MIDNIGHT + 366 * day);
    alarms_close(&alarms);
}

/* ---- clocks ---- */

static void a_clock_that_goes_back_does_not_fire_twice(void)
{
    open_at(&once, MIDNIGHT);
    alarms_schedules_at(&alarms, MIDNIGHT + 18 * HOUR);
    alarms_schedules_at(&alarms, MIDNIGHT + 17 * HOUR);
    alarms_schedules_at(&alarms, MIDNIGHT + 18 * HOUR);
    CHECK_TEXT(rung_hours(), "18:00");
    alarms.now_ms = MIDNIGHT + 17 * HOUR;
    alarms_start(&alarms, &once, NULL);
    alarms_schedules_at(&alarms, MIDNIGHT + 18 * HOUR);
    CHECK_TEXT(rung_hours(), "18:00");
    /* Not even with a new text: what has fired lies before its next time. */
    alarms.now_ms = MIDNIGHT + 17 * HOUR;
    alarms_start(&alarms, &once, "Etc/GMT");
    alarms_schedules_at(&alarms, MIDNIGHT + 18 * HOUR);
    CHECK_TEXT(rung_hours(), "18:00");
    alarms_schedules_at(&alarms, MIDNIGHT + day + 18 * HOUR);
    CHECK_TEXT(rung_hours(), "18:00 42:00");
    alarms_close(&alarms);
}

static void a_clock_that_jumps_ahead_is_a_pause(void)
{
    open_at(&all, MIDNIGHT);
    alarms_schedules_at(&alarms, MIDNIGHT + 17 * HOUR);
    alarms_schedules_at(&alarms, MIDNIGHT + day + 19 * HOUR);
    CHECK_TEXT(rung_hours(), "18:00 42:00");
    alarms_close(&alarms);
}

/* ---- other tables ---- */

static void follows_its_table(void)
{
    open_at(&both, MIDNIGHT);
    alarms_schedules_at(&alarms, MIDNIGHT + HOUR);
    CHECK_INT(alarms.last.next_at, MIDNIGHT + 18 * HOUR);
    alarms.now_ms = MIDNIGHT + 2 * HOUR;
    alarms_start(&alarms, &moved, NULL); /* one at another time, one gone */
    alarms_schedules_at(&alarms, MIDNIGHT + 18 * HOUR);
    CHECK_TEXT(rung_hours(), "");
    CHECK_INT(alarms.last.next_at, MIDNIGHT + 19 * HOUR);
    alarms_schedules_at(&alarms, MIDNIGHT + 40 * day);
    CHECK_INT(alarms_rung(&alarms).count, 1);
    alarms_close(&alarms);
}

/* A process of the older version still runs: it leaves alone what the newer one has changed. */
static void an_older_program_leaves_it_alone(void)
{
    open_at(&once, MIDNIGHT);
    const struct later *older = alarms.host.later;
    alarms_start(&alarms, &moved, NULL);
    alarms.host.later = older;
    alarms_schedules_at(&alarms, MIDNIGHT + 3 * day);
    CHECK_TEXT(rung_hours(), "");
    CHECK(!alarms.last.more);
    CHECK_INT(alarms.last.next_at, 0);
    alarms_start(&alarms, &moved, NULL);
    alarms_schedules_at(&alarms, MIDNIGHT + 3 * day);
    CHECK_TEXT(rung_hours(), "67:00");
    alarms_close(&alarms);
}

/* Of two processes that start at once the second knows nothing of the first one's row yet. */
static void a_start_does_not_set_back_what_is_there(void)
{
    open_at(&once, MIDNIGHT);
    const struct schedule_state early = {.name = TEXT("close"),
                                         .due_at = MIDNIGHT + HOUR,
                                         .written = alarms.host.later->schedules[0].written};
    alarms_begin(&alarms);
    CHECK_STATUS(schedule_put(alarms.store, &early), STATUS_OK);
    alarms_commit(&alarms);
    alarms_schedules_at(&alarms, MIDNIGHT + 2 * HOUR);
    CHECK_TEXT(rung_hours(), "");
    CHECK_INT(alarms.last.next_at, MIDNIGHT + 18 * HOUR);
    alarms_close(&alarms);
}

static void says_what_is_wrong_with_its_text(void)
{
    static const struct schedule_row wrong[] = {SCHEDULE(CATCH_UP_ONCE, "daily 25:00")};
    static const struct service mistaken = SERVICE(wrong);
    struct text error = NO_TEXT;
    const struct later *later = NULL;
    open_at(&once, MIDNIGHT);
    const struct later_options options = {
        .service = &mistaken, .store = alarms.store, .now_ms = MIDNIGHT};
    CHECK_STATUS(later_open(&options, alarms.arena, &later, &error), STATUS_MALFORMED);
    CHECK(error.bytes > 0);
    alarms_close(&alarms);
}

/* ---- what fails ---- */

/* Its time is over whether it succeeded or not; it is tried again, and the next waits for it. */
static void parks_what_fails(void)
{
    open_at(&failing, MIDNIGHT);
    alarms_world.schedules_fail = true;
    alarms_schedules_at(&alarms, MIDNIGHT + 2 * MINUTE);
    CHECK_TEXT(rung_hours(), "");
    struct rows rows = alarms_parked(&alarms);
    const struct parked *parked = rows.items;
    CHECK_INT(rows.count, 2);
    CHECK_TEXT(parked[0].handler, "close");
    CHECK_TEXT(parked[0].state, "waiting");
    CHECK_TEXT(parked[1].state, "behind");
    CHECK_INT(alarms.last.effects.alarm_at, parked[0].due_at);
    alarms_world.schedules_fail = false;
    alarms.now_ms = MIDNIGHT + 2 * MINUTE + 10 * SECOND;
    alarms_run(&alarms, intake_retry);
    alarms_run(&alarms, intake_retry);
    CHECK_TEXT(rung_hours(), "00:01 00:02");
    CHECK_INT(alarms_parked(&alarms).count, 0);
    alarms_schedules_at(&alarms, MIDNIGHT + 3 * MINUTE);
    CHECK_TEXT(rung_hours(), "00:01 00:02 00:03");
    alarms_close(&alarms);
}

static const struct test tests[] = {
    {"fires_once_at_its_time", fires_once_at_its_time, 0},
    {"a_new_one_waits_for_its_next_time", a_new_one_waits_for_its_next_time, 0},
    {"is_of_the_zone_of_the_business", is_of_the_zone_of_the_business, 0},
    {"catches_up_once", catches_up_once, 0},
    {"catches_up_all_in_order", catches_up_all_in_order, 0},
    {"catches_up_nothing", catches_up_nothing, 0},
    {"a_little_late_is_in_time", a_little_late_is_in_time, 0},
    {"catches_up_in_bounded_pieces", catches_up_in_bounded_pieces, 0},
    {"a_long_pause_costs_nothing", a_long_pause_costs_nothing, 0},
    {"a_clock_that_goes_back_does_not_fire_twice", a_clock_that_goes_back_does_not_fire_twice, 0},
    {"a_clock_that_jumps_ahead_is_a_pause", a_clock_that_jumps_ahead_is_a_pause, 0},
    {"follows_its_table", follows_its_table, 0},
    {"an_older_program_leaves_it_alone", an_older_program_leaves_it_alone, 0},
    {"a_start_does_not_set_back_what_is_there", a_start_does_not_set_back_what_is_there, 0},
    {"says_what_is_wrong_with_its_text", says_what_is_wrong_with_its_text, 0},
    {"parks_what_fails", parks_what_fails, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
