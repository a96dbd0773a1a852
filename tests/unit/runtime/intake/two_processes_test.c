/* two_processes_test.c - the desk is served by two processes on one schema of PostgreSQL: each
 * message counts once and in order, each errand ends once, each retry has its effect once.
 */
#include "base/clock.h"
#include "runtime/intake/errand_store.h"
#include "runtime/intake/intake_apply.h"
#include "tests/lib/desk/serving.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { PROCESSES = 2, SOURCES = 3, MESSAGES = 300, SUBJECTS = 5, ERRANDS = 150, PARKED = 120 };

DESK_COUNTS(disorder, "SELECT count(*) AS count FROM (SELECT amount, lag(amount) OVER"
                      " (PARTITION BY subject ORDER BY number) AS before FROM desk.effect) AS e"
                      " WHERE amount <= before");
DESK_COUNTS(effects, "SELECT count(*) AS count FROM desk.effect");
DESK_COUNTS(subjects, "SELECT count(DISTINCT subject) AS count FROM desk.effect");
DESK_COUNTS(strays, "SELECT count(*) AS count FROM stray");
DESK_COUNTS(expired, "SELECT count(*) AS count FROM errand WHERE state = 'expired'");
DESK_COUNTS(done, "SELECT count(*) AS count FROM errand WHERE state = 'done'");
DESK_COUNTS(parked, "SELECT count(*) AS count FROM parked");

static struct desk desks[PROCESSES];
static atomic_int ready;

static void meet(void)
{
    atomic_fetch_add(&ready, 1);
    while (atomic_load(&ready) < PROCESSES) {
        usleep(10);
    }
}

static void run_both(void *(*run)(void *), void *contexts, size_t bytes)
{
    pthread_t threads[PROCESSES];
    atomic_store(&ready, 0);
    for (size_t i = 0; i < PROCESSES; i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, run, (char *)contexts + i * bytes), 0);
    }
    for (size_t i = 0; i < PROCESSES; i++) {
        CHECK_INT(pthread_join(threads[i], NULL), 0);
    }
}

static void open_desks(void)
{
    for (int i = 0; i < PROCESSES; i++) {
        desk_open(&desks[i]);
    }
}

static void close_desks(void)
{
    for (int i = 0; i < PROCESSES; i++) {
        desk_close(&desks[i]);
    }
}

/* ---- batches ---- */

static struct serving servings[PROCESSES];

/* Of source number `source`; each subject belongs to one source. */
static struct message message_of(struct serving *mine, int source, int position)
{
    char data[64];
    char subject[32];
    snprintf(data, sizeof data, "{\"how\":\"%s\",\"amount\":%d}", position % 17 == 0 ? "fail" : "",
             position);
    snprintf(subject, sizeof subject, "s%d-%d", source, position % SUBJECTS);
    struct message message =
        desk_event(position, "shop.ordered", text_copy(mine->arena, text_of(subject)).data,
                   text_copy(mine->arena, text_of(data)).data);
    message.source = text_format(mine->arena, "shop%d", source);
    return message;
}

/* As a bus does: from the cursor on; pieces of another length in each process. */
static void *take_all(void *context)
{
    struct serving *mine = context;
    struct message messages[BATCH_MESSAGES_MAX];
    size_t piece = mine == &servings[0] ? 7 : 11;
    meet();
    for (int source = 0; source < SOURCES; source++) {
        const char *name = text_format(mine->arena, "shop%d", source).data;
        int64_t position = serving_cursor(mine, name, BUS_EVENTS);
        while (position < MESSAGES) {
            size_t count = 0;
            for (; count < piece && position + (int64_t)count < MESSAGES; count++) {
                messages[count] = message_of(mine, source, (int)position + (int)count + 1);
            }
            (void)!serving_take(mine, messages, count);
            position = serving_cursor(mine, name, BUS_EVENTS);
        }
    }
    return NULL;
}

static void each_message_counts_once_and_in_order(void)
{
    for (int i = 0; i < PROCESSES; i++) {
        serving_open(&servings[i]);
    }
    run_both(take_all, servings, sizeof servings[0]);
    for (int i = 0; i < PROCESSES; i++) {
        serving_close(&servings[i]);
    }
    struct desk *desk = &desks[0];
    desk_open(desk);
    CHECK_INT(desk_count(desk, &effects) + desk_count(desk, &parked), SOURCES * MESSAGES);
    CHECK(desk_count(desk, &parked) >= SOURCES * SUBJECTS);
    CHECK_INT(desk_count(desk, &disorder), 0);
    atomic_store(&desk_world.is_mended, true); /* and what was parked keeps its place */
    for (int i = 0; i < 3; i++) {
        desk_run(desk, intake_retry, clock_wall_ms() + (i + 1) * 3600 * 1000);
    }
    CHECK_INT(desk_count(desk, &parked), 0);
    CHECK_INT(desk_count(desk, &effects), SOURCES * MESSAGES);
    CHECK_INT(desk_count(desk, &disorder), 0);
    desk_close(desk);
}

/* One waits for the cursor while the other parks: what it has not seen when it began counts. */
static void what_is_parked_meanwhile_holds_its_line(void)
{
    int64_t position;
    struct desk *desk = &desks[0];
    struct serving *serving = &servings[0];
    desk_open(desk);
    serving_open(serving);
    const struct message messages[] = {
        desk_event(1, "shop.ordered", "a", "{\"how\":\"refuse\",\"amount\":1}"),
        desk_event(2, "shop.ordered", "a", "{\"amount\":2}"),
    };
    struct applying applying = {.host = &desk->host,
                                .store = desk->store,
                                .arena = desk->arena,
                                .message = &messages[0],
                                .is_hopeless = true,
                                .now_ms = DESK_NOW};
    desk_begin(desk);
    CHECK_STATUS(cursor_find(desk->store, desk->arena, TEXT("shop"), BUS_EVENTS, &position),
                 STATUS_OK);
    CHECK_STATUS(intake_park(&applying), STATUS_OK);
    CHECK_STATUS(cursor_move(desk->store, TEXT("shop"), BUS_EVENTS, 1), STATUS_OK);
    serving_hand(serving, messages, 2, 0);
    usleep(300000); /* so that it waits */
    desk_commit(desk);
    CHECK_STATUS(serving_wait(serving, 1), STATUS_OK);
    CHECK_TEXT(serving_effects(serving), "");
    CHECK_TEXT(serving_parked(serving), "dead a 1, behind a 0");
    serving_close(serving);
    desk_close(desk);
}

/* ---- chores ---- */

/* A lost race is run again, as the executor does. */
static void run_chore(struct desk *mine, chore_fn *chore)
{
    enum status status;
    do {
        status = desk_try(mine, chore);
        CHECK(status == STATUS_OK || status == STATUS_CONFLICT);
    } while (status != STATUS_OK || mine->last.more);
}

static void *retry_all(void *context)
{
    struct desk *mine = context;
    meet();
    mine->now_ms += 3600 * 1000;
    run_chore(mine, intake_retry);
    return NULL;
}

static void each_retry_has_its_effect_once(void)
{
    open_desks();
    for (int i = 0; i < PARKED; i++) {
        char subject[16];
        snprintf(subject, sizeof subject, "s%d", i);
        struct message message =
            desk_event(i + 1, "shop.ordered", subject, "{\"how\":\"fail\",\"amount\":1}");
        CHECK_STATUS(desk_take(&desks[0], &message), STATUS_UNAVAILABLE);
    }
    atomic_store(&desk_world.is_mended, true);
    run_both(retry_all, desks, sizeof desks[0]);
    CHECK_INT(desk_count(&desks[0], &effects), PARKED);
    CHECK_INT(desk_count(&desks[0], &subjects), PARKED);
    CHECK_INT(desk_count(&desks[0], &parked), 0);
    close_desks();
}

static struct id errands[ERRANDS];

/* The first process lets them expire, the second one gets the replies. */
static void *end_errands(void *context)
{
    struct desk *mine = context;
    meet();
    if (mine == &desks[0]) {
        mine->now_ms += 10000;
        run_chore(mine, intake_expire);
        return NULL;
    }
    for (int i = ERRANDS; i-- > 0;) { /* from the other end, so that they meet */
        struct message message = desk_reply(errands[i], outcome_done, "{\"amount\":5}");
        CHECK_STATUS(desk_take(mine, &message), STATUS_OK);
    }
    return NULL;
}

static void an_errand_ends_once(void)
{
    open_desks();
    for (int i = 0; i < ERRANDS; i++) {
        errands[i] = desk_add_errand(&desks[0], "till.charge", DESK_NOW + 1000 + i);
    }
    run_both(end_errands, desks, sizeof desks[0]);
    int64_t late = desk_count(&desks[0], &expired);
    printf("# %d errands: %lld expired first\n", ERRANDS, (long long)late);
    CHECK_INT(desk_count(&desks[0], &done) + late, ERRANDS);
    CHECK_INT(desk_count(&desks[0], &effects), ERRANDS);
    CHECK_INT(desk_count(&desks[0], &strays), late); /* their replies came late */
    CHECK_INT(desk_count(&desks[0], &parked), 0);
    close_desks();
}

static void *expire_all(void *context)
{
    struct desk *mine = context;
    meet();
    mine->now_ms += 10000;
    run_chore(mine, intake_expire);
    return NULL;
}

static void a_deadline_is_told_once(void)
{
    open_desks();
    for (int i = 0; i < ERRANDS; i++) {
        (void)desk_add_errand(&desks[0], "till.charge", DESK_NOW + 1000 + i);
    }
    run_both(expire_all, desks, sizeof desks[0]);
    CHECK_INT(desk_count(&desks[0], &effects), ERRANDS);
    CHECK_INT(desk_count(&desks[0], &strays), 0);
    close_desks();
}

/* The same, statement by statement: the second waits for the first, and then finds it settled. */
static void *settle(void *context)
{
    struct desk *mine = context;
    struct errand_row row;
    desk_begin(mine);
    const struct message reply = desk_reply(errands[0], outcome_done, "{}");
    const struct errand_end end = {
        .id = errands[0], .state = outcome_done, .now_ms = DESK_NOW, .reply = &reply};
    CHECK_STATUS(errand_settle(mine->store, mine->arena, &end, &row), STATUS_ABSENT);
    desk_commit(mine);
    return NULL;
}

static void who_settles_second_finds_it_settled(void)
{
    struct errand_row row;
    pthread_t thread;
    open_desks();
    errands[0] = desk_add_errand(&desks[0], "till.charge", DESK_NOW + 1000);
    desk_begin(&desks[0]);
    const struct errand_end end = {.id = errands[0], .state = outcome_expired, .now_ms = DESK_NOW};
    CHECK_STATUS(errand_settle(desks[0].store, desks[0].arena, &end, &row), STATUS_OK);
    CHECK_INT(pthread_create(&thread, NULL, settle, &desks[1]), 0);
    usleep(100000);
    desk_commit(&desks[0]);
    CHECK_INT(pthread_join(thread, NULL), 0);
    close_desks();
}

static const struct test tests[] = {
    DESK_CASE(each_message_counts_once_and_in_order),
    DESK_CASE(what_is_parked_meanwhile_holds_its_line),
    DESK_CASE(each_retry_has_its_effect_once),
    DESK_CASE(an_errand_ends_once),
    DESK_CASE(a_deadline_is_told_once),
    DESK_CASE(who_settles_second_finds_it_settled),
};

int main(int argc, char **argv)
{
    desk_server = postgres_server_start();
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    postgres_server_stop(&desk_server);
    return result;
}
