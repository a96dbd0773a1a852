/* executor_test.c - many calls, one commit: who is answered what, and what stays. */
#include "tests/unit/runtime/rig.h"

static void commits_a_batch_once(void)
{
    const char *const bodies[] = {"{\"name\":\"a\"}", "{\"name\":\"b\"}", "{\"name\":\"a\"}"};
    int statuses[COUNT_OF(bodies)];
    rig_start((struct rig_options){0});
    unsigned long commits = host_commits(&rig.host);
    rig_batch(bodies, COUNT_OF(bodies), statuses);
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        CHECK_INT(statuses[i], 201);
    }
    CHECK_INT(host_commits(&rig.host), commits + 2); /* the gate's, and that of the three */
    CHECK_INT(rig_amount("a"), 2);
    CHECK_INT(rig_amount("b"), 1);
    rig_stop();
}

static void runs_without_marks_when_none_is_needed(void)
{
    const char *const bodies[] = {"{\"name\":\"a\"}", "{\"name\":\"b\",\"how\":\"refuse\"}",
                                  "{\"name\":\"c\"}"};
    int statuses[COUNT_OF(bodies)];
    rig_start((struct rig_options){0});
    /* A mark would end the batch. */
    rig_arm((struct store_fault){.calls = STORE_FAULT_MARK, .status = STATUS_UNAVAILABLE});
    unsigned runs = atomic_load(&books.runs);
    rig_batch(bodies, COUNT_OF(bodies), statuses);
    CHECK_INT(statuses[0], 201);
    CHECK_INT(statuses[1], 409);
    CHECK_INT(statuses[2], 201);
    CHECK_INT(atomic_load(&books.runs) - runs, 4);
    rig_stop();
    CHECK_INT(books.fault.hits, 0);
}

/* The second has written before it refused: the batch runs again, each behind its mark. */
static void undoes_only_what_was_refused(void)
{
    const char *const bodies[] = {"{\"name\":\"a\"}", "{\"name\":\"a\",\"how\":\"refuse_late\"}",
                                  "{\"name\":\"a\"}", "{\"name\":\"b\",\"how\":\"refuse_late\"}"};
    int statuses[COUNT_OF(bodies)];
    rig_start((struct rig_options){0});
    unsigned runs = atomic_load(&books.runs);
    unsigned long commits = host_commits(&rig.host);
    rig_batch(bodies, COUNT_OF(bodies), statuses);
    CHECK_INT(statuses[0], 201);
    CHECK_INT(statuses[1], 409);
    CHECK_INT(statuses[2], 201);
    CHECK_INT(statuses[3], 409);
    CHECK_INT(atomic_load(&books.runs) - runs, 1 + 2 + 4); /* gate, without marks, with marks */
    CHECK_INT(host_commits(&rig.host), commits + 2);
    CHECK_INT(rig_amount("a"), 2);
    CHECK_INT(rig_amount("b"), -1);
    rig_stop();
}

/* A unique key that is taken makes the store fail; the others of the batch feel nothing. */
static void goes_on_after_a_failed_statement(void)
{
    const char *const bodies[] = {"{\"name\":\"a\"}", "{\"name\":\"a\",\"how\":\"twin\"}",
                                  "{\"name\":\"b\"}"};
    int statuses[COUNT_OF(bodies)];
    rig_start((struct rig_options){0});
    rig_batch(bodies, COUNT_OF(bodies), statuses);
    CHECK_INT(statuses[0], 201);
    CHECK_INT(statuses[1], 409);
    CHECK_INT(statuses[2], 201);
    CHECK_INT(rig_amount("a"), 1);
    CHECK_INT(rig_amount("b"), 1);
    rig_stop();
}

static void undoes_what_a_handler_left_unhandled(void)
{
    const char *const bodies[] = {"{\"name\":\"a\",\"how\":\"unhandled\"}", "{\"name\":\"b\"}"};
    int statuses[COUNT_OF(bodies)];
    rig_start((struct rig_options){0});
    rig_batch(bodies, COUNT_OF(bodies), statuses);
    CHECK_INT(statuses[0], 500);
    CHECK_INT(statuses[1], 201);
    CHECK_INT(rig_amount("a"), -1);
    rig_stop();
}

static void commits_nothing_when_all_was_refused(void)
{
    rig_start((struct rig_options){0});
    unsigned long commits = host_commits(&rig.host);
    CHECK_INT(rig_post("{\"name\":\"a\",\"how\":\"refuse\"}"), 409);
    CHECK_INT(rig_post("{\"name\":\"a\",\"how\":\"refuse_late\"}"), 409);
    CHECK_INT(host_commits(&rig.host), commits);
    CHECK_INT(rig_amount("a"), -1);
    rig_stop();
}

/* ---- answers come after the commit ---- */

static bool has_bytes(int client, int wait_ms)
{
    struct pollfd ready = {.fd = client, .events = POLLIN};
    return poll(&ready, 1, wait_ms) != 0;
}

/* A refused call waits too: what it was refused for may be a change that is not durable yet. */
static void answers_nobody_before_the_commit(void)
{
    int clients[5];
    rig_start((struct rig_options){0});
    unsigned begun = atomic_load(&rig.commits_begun);
    atomic_store(&rig.commits_are_counted, true);
    int first = rig_begin_post("", "{\"name\":\"a\"}");
    CHECK_UNTIL(atomic_load(&rig.commits_begun) == begun + 1);
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        clients[i] =
            rig_begin_post("", i == 4 ? "{\"name\":\"b\",\"how\":\"twin\"}" : "{\"name\":\"b\"}");
        CHECK_UNTIL(rig_waiting() == i + 2);
    }
    CHECK(!has_bytes(first, 50));
    atomic_store(&rig.commits_allowed, 1);
    CHECK_INT(rig_end(first), 201);
    CHECK_UNTIL(atomic_load(&rig.commits_begun) == begun + 2);
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        CHECK(!has_bytes(clients[i], 20));
    }
    atomic_store(&rig.commits_are_counted, false);
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        CHECK_INT(rig_end(clients[i]), i == 4 ? 409 : 201);
    }
    CHECK_INT(rig_amount("b"), 4);
    rig_stop();
}

/* ---- conflicts ---- */

static void runs_again_after_a_lost_race(void)
{
    rig_start((struct rig_options){0});
    unsigned runs = atomic_load(&books.runs);
    CHECK_INT(rig_post("{\"name\":\"a\",\"how\":\"conflict_once\"}"), 201);
    CHECK_INT(rig_amount("a"), 1);
    CHECK_INT(atomic_load(&books.runs) - runs, 3); /* without a mark, with one, and well */
    rig_stop();
}

static void gives_up_after_so_many_lost_races(void)
{
    rig_start((struct rig_options){0});
    CHECK_INT(rig_post("{\"name\":\"a\",\"how\":\"conflict\"}"), 503);
    CHECK(rig_has(&answered, "\"overloaded\""));
    CHECK(rig_has(&answered, "Retry-After: 1\r\n"));
    CHECK_INT(rig_amount("a"), -1);
    rig_stop();
}

static void leaves_the_others_alone_when_one_loses_its_race(void)
{
    const char *const bodies[] = {"{\"name\":\"a\"}", "{\"name\":\"b\",\"how\":\"conflict\"}",
                                  "{\"name\":\"c\",\"how\":\"conflict_once\"}"};
    int statuses[COUNT_OF(bodies)];
    rig_start((struct rig_options){0});
    rig_batch(bodies, COUNT_OF(bodies), statuses);
    CHECK_INT(statuses[0], 201);
    CHECK_INT(statuses[1], 503);
    CHECK_INT(statuses[2], 201);
    CHECK_INT(rig_amount("a"), 1);
    CHECK_INT(rig_amount("b"), -1);
    CHECK_INT(rig_amount("c"), 1);
    rig_stop();
}

/* ---- too much ---- */

static void refuses_what_is_too_much(void)
{
    rig_start((struct rig_options){.waiting_max = 3});
    int gate = rig_close_gate();
    int clients[2];
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        clients[i] = rig_begin_post("", "{\"name\":\"a\"}");
        CHECK_UNTIL(rig_waiting() == i + 2);
    }
    CHECK_INT(rig_post("{\"name\":\"b\"}"), 503);
    CHECK(rig_has(&answered, "\"overloaded\""));
    CHECK(rig_has(&answered, "Retry-After: 1\r\n"));
    CHECK_INT(atomic_load(&rig.dispatch.shed), 1);
    rig_open_gate(gate);
    CHECK_INT(rig_end(clients[0]), 201);
    CHECK_INT(rig_end(clients[1]), 201);
    CHECK_INT(rig_post("{\"name\":\"c\"}"), 201); /* there is room again */
    CHECK_INT(rig_amount("b"), -1);
    rig_stop();
}

static void does_not_run_what_has_waited_too_long(void)
{
    rig_start((struct rig_options){.waiting_ms_max = 1000});
    unsigned runs = atomic_load(&books.runs);
    int gate = rig_close_gate();
    int client = rig_begin_post("", "{\"name\":\"a\"}");
    CHECK_UNTIL(rig_waiting() == 2);
    usleep(1100 * 1000);
    rig_open_gate(gate);
    CHECK_INT(rig_end(client), 503);
    CHECK(rig_has(&answered, "\"overloaded\""));
    CHECK_INT(atomic_load(&books.runs) - runs, 1); /* the gate's */
    CHECK_INT(rig_amount("a"), -1);
    CHECK_INT(rig_waiting(), 0);
    rig_stop();
}

/* ---- the end ---- */

static void *finish_waiting(void *context)
{
    (void)context;
    host_finish_waiting(&rig.host);
    return NULL;
}

static void answers_all_that_waits_before_it_ends(void)
{
    pthread_t thread;
    int clients[20];
    rig_start((struct rig_options){0});
    int gate = rig_close_gate();
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        clients[i] = rig_begin_post("", "{\"name\":\"a\"}");
        CHECK_UNTIL(rig_waiting() == i + 2);
    }
    CHECK_INT(pthread_create(&thread, NULL, finish_waiting, NULL), 0);
    usleep(20 * 1000); /* it has been told to end, and twenty still wait */
    rig_open_gate(gate);
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        CHECK_INT(rig_end(clients[i]), 201);
    }
    pthread_join(thread, NULL);
    CHECK_INT(rig_post("{\"name\":\"b\"}"), 503);
    CHECK_INT(rig_amount("a"), COUNT_OF(clients));
    CHECK_INT(rig_amount("b"), -1);
    rig_stop();
}

static atomic_uint clients_answered;

static void *post_until_refused(void *context)
{
    (void)context;
    static _Thread_local struct answered mine;
    int client = rig_connect();
    do {
        CHECK(rig_send_post(client, "", "{\"name\":\"a\"}"));
        rig_read(client, &mine); /* every request is answered */
        CHECK(mine.status == 201 || mine.status == 503);
        atomic_fetch_add(&clients_answered, mine.status == 201);
    } while (mine.status == 201);
    close(client);
    return NULL;
}

/* It ends at any moment, under load: what was taken is answered, what is not is refused. */
static void loses_no_call_when_it_ends_under_load(void)
{
    pthread_t threads[6];
    rig_start((struct rig_options){0});
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        CHECK_INT(pthread_create(&threads[i], NULL, post_until_refused, NULL), 0);
    }
    CHECK_UNTIL(atomic_load(&clients_answered) > 200);
    host_finish_waiting(&rig.host);
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        pthread_join(threads[i], NULL);
    }
    CHECK_INT(rig_waiting(), 0);
    CHECK_INT(rig_amount("a"), atomic_load(&clients_answered));
    rig_stop();
}

/* ---- what a service does by itself ---- */

static void runs_chores_again_and_again(void)
{
    rig_start((struct rig_options){.service = &books_with_chore});
    CHECK_UNTIL(atomic_load(&books.chores) >= 2);
    int64_t counted = rig_amount("chore");
    CHECK(counted >= 1 && counted <= (int64_t)atomic_load(&books.chores));
    rig_stop();
}

static void runs_no_chore_before_it_may(void)
{
    static atomic_bool may_run;
    unsigned before = atomic_load(&books.chores);
    rig_start((struct rig_options){.service = &books_with_chore, .chores_may_run = &may_run});
    usleep(1500 * 1000); /* the first chore is due a second after the start */
    CHECK_INT(atomic_load(&books.chores), before);
    atomic_store(&may_run, true);
    CHECK_UNTIL(atomic_load(&books.chores) > before);
    rig_stop();
}

/* There may always be somebody waiting: a chore that is due comes before the next batch. */
static void runs_chores_between_batches(void)
{
    rig_start((struct rig_options){.service = &books_with_chore});
    int first = rig_close_gate();
    int second = rig_begin_post("", "{\"name\":\"gate\",\"how\":\"gate\"}");
    CHECK_UNTIL(rig_waiting() == 2);
    unsigned before = atomic_load(&books.chores);
    usleep(1500 * 1000); /* the first chore is due a second after the start */
    CHECK_INT(atomic_load(&books.chores), before);
    rig_open_gate(first);
    CHECK_INT(rig_end(second), 201);
    CHECK_INT(atomic_load(&books.chores_at_gate), before + 1);
    rig_stop();
}

/* Five pieces at once; the next regular run is an hour away. */
static void goes_on_with_a_chore_that_asks_for_more(void)
{
    static const struct chore hourly[] = {
        {.name = "count", .run = books_chore, .every_ms = 60 * 60 * 1000}};
    struct service seldom = books_with_chore;
    seldom.chores = hourly;
    rig_start((struct rig_options){.service = &seldom});
    atomic_store(&books.more, 5);
    CHECK_UNTIL(atomic_load(&books.chores) == 6);
    CHECK_INT(atomic_load(&books.more), 0);
    rig_stop();
}

static void runs_a_failed_chore_again_later(void)
{
    int64_t began_ms = clock_monotonic_ms();
    rig_start((struct rig_options){.service = &books_with_chore});
    atomic_store(&books.failures, 2);
    CHECK_UNTIL(rig_amount("chore") >= 1);
    /* After a second, and twice 0.3 after that: its "more" did not count. */
    CHECK(clock_monotonic_ms() - began_ms >= 1500);
    CHECK(atomic_load(&books.chores) >= 3);
    rig_stop();
}

static const struct test tests[] = {
    {"commits_a_batch_once", commits_a_batch_once, 0},
    {"runs_without_marks_when_none_is_needed", runs_without_marks_when_none_is_needed, 0},
    {"undoes_only_what_was_refused", undoes_only_what_was_refused, 0},
    {"goes_on_after_a_failed_statement", goes_on_after_a_failed_statement, 0},
    {"undoes_what_a_handler_left_unhandled", undoes_what_a_handler_left_unhandled, 0},
    {"commits_nothing_when_all_was_refused", commits_nothing_when_all_was_refused, 0},
    {"answers_nobody_before_the_commit", answers_nobody_before_the_commit, 0},
    {"runs_again_after_a_lost_race", runs_again_after_a_lost_race, 0},
    {"gives_up_after_so_many_lost_races", gives_up_after_so_many_lost_races, 0},
    {"leaves_the_others_alone_when_one_loses_its_race",
     leaves_the_others_alone_when_one_loses_its_race, 0},
    {"refuses_what_is_too_much", refuses_what_is_too_much, 0},
    {"does_not_run_what_has_waited_too_long", does_not_run_what_has_waited_too_long, 0},
    {"answers_all_that_waits_before_it_ends", answers_all_that_waits_before_it_ends, 0},
    {"loses_no_call_when_it_ends_under_load", loses_no_call_when_it_ends_under_load, 0},
    {"runs_chores_again_and_again", runs_chores_again_and_again, 0},
    {"runs_no_chore_before_it_may", runs_no_chore_before_it_may, 0},
    {"runs_chores_between_batches", runs_chores_between_batches, 0},
    {"goes_on_with_a_chore_that_asks_for_more", goes_on_with_a_chore_that_asks_for_more, 0},
    {"runs_a_failed_chore_again_later", runs_a_failed_chore_again_later, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
