/* later_postgres_test.c - two processes on one schema: what is due happens once all the same. */
#include "store/postgres.h"
#include "tests/lib/postgres_server.h"
#include "tests/unit/runtime/later/alarms.h"

#include <pthread.h>
#include <unistd.h>

enum { PROCESSES = 2, NOW = 1000000, SECOND = 1000, TIMERS = 1500, TIMES = 400 };

static struct postgres_server *server; /* of the whole binary */

static struct alarms alarms[PROCESSES];
static atomic_int ready;

static const struct schedule_row every_second[] = {
    {.name = "beat", .when = "every 1s", .catch_up = CATCH_UP_ALL, .handle = alarm_on_schedule}};
static const struct schedule_row every_second_once[] = {
    {.name = "beat", .when = "every 1s", .catch_up = CATCH_UP_ONCE, .handle = alarm_on_schedule}};
static const struct service beating = {ALARMS_TABLES, .schedules = every_second,
                                       .schedule_count = 1};
static const struct service beating_once = {ALARMS_TABLES, .schedules = every_second_once,
                                            .schedule_count = 1};

static struct store_source *open_source(void)
{
    const struct postgres_options options = {.address = postgres_server_address(server),
                                             .schema = "alarms"};
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    CHECK_STATUS(postgres_source(&options, &source, &error), STATUS_OK);
    return source;
}

static void open_both(const char *database, const struct service *service)
{
    postgres_server_use_database(server, database);
    for (int i = 0; i < PROCESSES; i++) {
        alarms_open(&alarms[i], open_source(), service, NOW);
    }
    atomic_store(&ready, 0);
}

static void close_both(void)
{
    for (int i = 0; i < PROCESSES; i++) {
        alarms_close(&alarms[i]);
    }
}

/* Until nothing is due; a lost race is run again, as the executor does. */
static void run_all(struct alarms *mine, chore_fn *chore)
{
    enum status status = STATUS_OK;
    do {
        status = alarms_try(mine, chore);
        CHECK(status == STATUS_OK || status == STATUS_CONFLICT);
    } while (status == STATUS_CONFLICT || mine->last.more);
}

static void meet(void)
{
    atomic_fetch_add(&ready, 1);
    while (atomic_load(&ready) < PROCESSES) {
        usleep(10);
    }
}

static void *run_timers(void *context)
{
    struct alarms *mine = context;
    meet();
    run_all(mine, later_run_timers);
    return NULL;
}

/* Times pass one by one, as seen by both. */
static void *run_schedules(void *context)
{
    struct alarms *mine = context;
    meet();
    for (int i = 0; i <= TIMES; i++) {
        mine->now_ms = NOW + i * SECOND;
        run_all(mine, later_run_schedules);
    }
    return NULL;
}

static void run_both(void *(*run)(void *))
{
    pthread_t threads[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, run, &alarms[i]), 0);
    }
    for (int i = 0; i < PROCESSES; i++) {
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    }
}

static void set_many(struct alarms *mine)
{
    struct call call = alarms_call(mine);
    alarms_begin(mine);
    for (int i = 0; i < TIMERS; i++) {
        char subject[20];
        snprintf(subject, sizeof subject, "s%d", i);
        CHECK_STATUS(timer_set(&call, &alarms_timers[2], text_of(subject), NOW + i, NULL),
                     STATUS_OK);
    }
    alarms_commit(mine);
}

/* How many have rung; each at most once. */
static size_t count_rung(void)
{
    bool has_rung[TIMERS] = {false};
    struct rows rows = alarms_rung(&alarms[0]);
    const struct rung *rung = rows.items;
    for (size_t i = 0; i < rows.count; i++) {
        int64_t index = rung[i].told_at - NOW;
        CHECK(index >= 0 && index < TIMERS);
        CHECK(!has_rung[index]);
        has_rung[index] = true;
    }
    return rows.count;
}

static void timers_fire_once(void)
{
    open_both("timers", &alarms_service);
    set_many(&alarms[0]);
    alarms[0].now_ms = alarms[1].now_ms = NOW + TIMERS;
    run_both(run_timers);
    CHECK_INT(count_rung(), TIMERS);
    close_both();
}

static void *clear_timers(void *context)
{
    struct alarms *mine = context;
    struct call call = alarms_call(mine);
    meet();
    for (int i = TIMERS - 1; i >= 0; i--) {
        char subject[20];
        snprintf(subject, sizeof subject, "s%d", i);
        alarms_begin(mine);
        CHECK_STATUS(timer_clear(&call, &alarms_timers[2], text_of(subject)), STATUS_OK);
        alarms_commit(mine);
    }
    return NULL;
}

static void *clear_or_run(void *context)
{
    return context == &alarms[0] ? clear_timers(context) : run_timers(context);
}

/* One clears what the other runs: each is cleared or has rung, and nobody waits for ever. */
static void clearing_meets_firing(void)
{
    open_both("clears", &alarms_service);
    set_many(&alarms[0]);
    alarms[1].now_ms = NOW + TIMERS;
    run_both(clear_or_run);
    size_t rung = count_rung();
    CHECK(rung >= 1 && rung <= TIMERS);
    run_all(&alarms[1], later_run_timers);
    CHECK_INT(count_rung(), rung);
    CHECK_INT(alarms[1].last.next_at, 0);
    close_both();
}

static void schedules_fire_once_for_each_time(void)
{
    open_both("schedules", &beating);
    run_both(run_schedules);
    struct rows rows = alarms_rung(&alarms[0]);
    const struct rung *rung = rows.items;
    CHECK_INT(rows.count, TIMES);
    for (int i = 0; i < TIMES; i++) {
        CHECK_INT(rung[i].told_at, NOW + (i + 1) * SECOND);
    }
    close_both();
}

/* One that is behind the other finds that all has been done. */
static void the_later_one_does_nothing_twice(void)
{
    open_both("behind", &beating_once);
    alarms_schedules_at(&alarms[0], NOW + 10 * SECOND);
    alarms_schedules_at(&alarms[1], NOW + 9 * SECOND);
    alarms_schedules_at(&alarms[1], NOW + 10 * SECOND);
    alarms_schedules_at(&alarms[1], NOW + 12 * SECOND);
    alarms_schedules_at(&alarms[0], NOW + 12 * SECOND);
    CHECK_TEXT(alarms_told(&alarms[0]), "beat beat 1010000, beat beat 1012000");
    close_both();
}

/* The one that starts later does not set back what has fired meanwhile. */
static void starting_meets_firing(void)
{
    open_both("starts", &beating_once);
    alarms_schedules_at(&alarms[0], NOW + 5 * SECOND);
    alarms[1].now_ms = NOW;
    alarms_start(&alarms[1], &beating_once, NULL);
    alarms_schedules_at(&alarms[1], NOW + 5 * SECOND);
    CHECK_TEXT(alarms_told(&alarms[0]), "beat beat 1005000");
    close_both();
}

/* ---- who waited for another process knows what that has parked ---- */

static const struct statement count_waiting_for_locks = {
    .sql = "SELECT count(*) AS number, '' AS name, '' AS subject, 0::bigint AS told_at"
           " FROM pg_locks WHERE NOT granted",
    .gives = &rung_shape,
};

static bool somebody_waits(struct alarms *mine)
{
    struct rung counted;
    CHECK_STATUS(store_one(mine->store, mine->arena, &count_waiting_for_locks, NO_VALUES, &counted),
                 STATUS_OK);
    return counted.number > 0;
}

/* The first timer is being parked here when the other process comes to it, and to the next one of
 * its line: that may not overtake. */
static void a_line_is_held_by_the_other_process(void)
{
    pthread_t thread;
    open_both("lines", &alarms_service);
    alarms_set_as(&alarms[0], 0, "a", NOW + 1, "poison");
    alarms_set_as(&alarms[0], 1, "a", NOW + 2, "");
    atomic_store(&ready, PROCESSES - 1);
    alarms[1].now_ms = NOW + 2;
    alarms_begin(&alarms[0]);
    struct chore_run run = {.host = &alarms[0].host,
                            .store = alarms[0].store,
                            .arena = alarms[0].arena,
                            .now_ms = NOW + 1};
    CHECK_STATUS(later_run_timers(&run), STATUS_OK);
    CHECK_INT(pthread_create(&thread, NULL, run_timers, &alarms[1]), 0);
    CHECK_UNTIL(somebody_waits(&alarms[0]));
    alarms_commit(&alarms[0]);
    CHECK_INT(pthread_join(thread, NULL), 0);
    struct rows rows = alarms_parked(&alarms[0]);
    const struct parked *parked = rows.items;
    CHECK_INT(rows.count, 2);
    CHECK_TEXT(parked[0].state, "waiting");
    CHECK_TEXT(parked[1].state, "behind");
    CHECK_TEXT(alarms_told(&alarms[0]), "");
    close_both();
}

static const struct test tests[] = {
    {"timers_fire_once", timers_fire_once, 0},
    {"clearing_meets_firing", clearing_meets_firing, 0},
    {"schedules_fire_once_for_each_time", schedules_fire_once_for_each_time, 0},
    {"the_later_one_does_nothing_twice", the_later_one_does_nothing_twice, 0},
    {"starting_meets_firing", starting_meets_firing, 0},
    {"a_line_is_held_by_the_other_process", a_line_is_held_by_the_other_process, 0},
};

int main(int argc, char **argv)
{
    server = postgres_server_start();
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    postgres_server_stop(&server);
    return result;
}
