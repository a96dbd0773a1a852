/* host_later_test.c - a running host wakes for what is due, and sleeps otherwise. */
#include "tests/unit/runtime/later/alarms.h"

#include <unistd.h>

enum { LATE_MS_MAX = 8000, TIMER_WAITS_MS = 300 };

static const struct schedule_row every_second[] = {
    {.name = "beat", .when = "every 1s", .catch_up = CATCH_UP_ONCE, .handle = alarm_on_schedule}};
static const struct service quiet = {ALARMS_TABLES};
static const struct service beating = {ALARMS_TABLES, .schedules = every_second,
                                       .schedule_count = 1};

static struct host host;
static struct arena *arena;
static struct store *reader;

static void open_host(const struct service *service)
{
    struct text error = NO_TEXT;
    host = (struct host){.index = 0};
    arena = arena_create("host", ALARMS_ARENA_MAX);
    const struct host_options options = {.service = service,
                                         .source = alarms_sqlite(),
                                         .writers = 1,
                                         .waiting_max = 10,
                                         .waiting_ms_max = 10000};
    CHECK_STATUS(host_open(&host, &options, arena, &error), STATUS_OK);
    CHECK_STATUS(host.source->open(host.source, STORE_READ, &reader), STATUS_OK);
}

static void close_host(void)
{
    store_destroy(&reader);
    host_finish_waiting(&host);
    host_close(&host);
    arena_destroy(&arena);
}

/* ---- a request that sets a timer ---- */

struct setting_work {
    struct work work;
    int64_t at_ms;
    struct arena *arena;
    atomic_int finished; /* a status plus one */
};

static struct work_outcome set_run(struct work *work, struct store *store, bool with_mark)
{
    struct setting_work *setting = (struct setting_work *)(void *)work;
    (void)with_mark;
    struct call call = {.arena = setting->arena,
                        .store = store,
                        .service = host.service,
                        .host = &host,
                        .now_ms = clock_wall_ms(),
                        .message = &alarms_request};
    enum status status = timer_set(&call, &alarms_timers[2], TEXT("a"), setting->at_ms, NULL);
    return (struct work_outcome){.result = status == STATUS_OK ? WORK_DONE : WORK_FAULT,
                                 .fault = status,
                                 .wrote = true,
                                 .effects = call.effects};
}

static void set_finish(struct work *work, enum status status)
{
    struct setting_work *setting = (struct setting_work *)(void *)work;
    atomic_store(&setting->finished, (int)status + 1);
}

static const struct work_ops set_ops = {.name = "set", .run = set_run, .finish = set_finish};

static void set_timer(int64_t at_ms)
{
    static struct setting_work setting;
    setting = (struct setting_work){.work.ops = &set_ops, .at_ms = at_ms, .arena = arena};
    CHECK_STATUS(host_submit(&host, &setting.work, NO_TEXT), STATUS_OK);
    while (atomic_load(&setting.finished) == 0) {
        usleep(100);
    }
    CHECK_INT(atomic_load(&setting.finished) - 1, STATUS_OK);
}

static struct rows rung(void)
{
    struct rows rows;
    CHECK_STATUS(store_begin(reader, STORE_READ), STATUS_OK);
    CHECK_STATUS(store_query(reader, arena, &rung_list, NO_VALUES, &rows), STATUS_OK);
    CHECK_STATUS(store_commit(reader), STATUS_OK);
    return rows;
}

/* The chores have looked once, a second after the start; without the alarm they would look again
 * after ten seconds. */
static void wakes_for_a_timer(void)
{
    open_host(&quiet);
    usleep(1300 * 1000);
    int64_t at_ms = clock_wall_ms() + TIMER_WAITS_MS;
    set_timer(at_ms);
    CHECK_UNTIL(rung().count > 0);
    CHECK(clock_wall_ms() >= at_ms && clock_wall_ms() < at_ms + LATE_MS_MAX);
    struct rows rows = rung();
    CHECK_INT(rows.count, 1);
    CHECK_INT(((const struct rung *)rows.items)->told_at, at_ms);
    close_host();
}

static void wakes_for_a_schedule(void)
{
    open_host(&beating);
    CHECK_UNTIL(rung().count >= 3);
    struct rows rows = rung();
    const struct rung *items = rows.items;
    for (size_t i = 0; i < rows.count; i++) {
        CHECK_INT(items[i].told_at % 1000, 0);
        CHECK(i == 0 || items[i].told_at > items[i - 1].told_at);
    }
    close_host();
}

/* What is set stands there after a stop, and is due at the next start. */
static void goes_on_after_a_stop(void)
{
    open_host(&quiet);
    int64_t at_ms = clock_wall_ms() + TIMER_WAITS_MS;
    set_timer(at_ms);
    close_host();
    usleep(TIMER_WAITS_MS * 1000);
    open_host(&quiet);
    CHECK_UNTIL(rung().count > 0);
    CHECK_INT(rung().count, 1);
    close_host();
}

/* An hour away: three seconds of waiting take next to nothing of the processor. */
static void waiting_costs_nothing(void)
{
    open_host(&quiet);
    set_timer(clock_wall_ms() + 3600 * 1000);
    usleep(1200 * 1000);
    int64_t started_ms = test_processor_ms();
    usleep(3000 * 1000);
    CHECK(test_processor_ms() - started_ms < 100);
    CHECK_INT(rung().count, 0);
    close_host();
}

static const struct test tests[] = {
    {"wakes_for_a_timer", wakes_for_a_timer, 0},
    {"wakes_for_a_schedule", wakes_for_a_schedule, 0},
    {"goes_on_after_a_stop", goes_on_after_a_stop, 0},
    {"waiting_costs_nothing", waiting_costs_nothing, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
