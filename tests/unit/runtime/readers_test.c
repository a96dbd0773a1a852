/* readers_test.c - reads see every answered write, and do not wait for each other without end. */
#include "tests/unit/runtime/rig.h"

enum { CLIENTS = 6, ROUNDS = 60 };

/* ---- whoever has heard of a write, sees it ---- */

static atomic_uint rounds_done;

static void read_back(int client, struct answered *mine, const char *path, int64_t least)
{
    CHECK(rig_send_get(client, path, ""));
    rig_read(client, mine);
    CHECK_INT(mine->status, 200);
    const char *at = strstr(mine->data, "\"amount\":");
    CHECK(at != NULL);
    CHECK(strtol(at + 9, NULL, 10) >= least);
}

/* Writes through one connection, reads through others: of the same loop and of the other one. */
static void *write_and_read(void *context)
{
    const char *name = context;
    char body[64];
    char path[64];
    int clients[4];
    struct answered *mine = memory_take(sizeof *mine);
    snprintf(body, sizeof body, "{\"name\":\"%s\"}", name);
    snprintf(path, sizeof path, "/entries/%s", name);
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        clients[i] = rig_connect();
    }
    for (int64_t round = 1; round <= test_scale(ROUNDS); round++) {
        CHECK(rig_send_post(clients[0], "", body));
        rig_read(clients[0], mine);
        CHECK_INT(mine->status, 201);
        for (size_t i = 1; i < COUNT_OF(clients); i++) {
            read_back(clients[i], mine, path, round);
        }
        read_back(clients[0], mine, "/entries", round); /* in the pool: all entries together */
        atomic_fetch_add(&rounds_done, 1);
    }
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        close(clients[i]);
    }
    memory_free(mine);
    return NULL;
}

static void sees_every_write_that_was_answered(void)
{
    static char names[CLIENTS][8];
    pthread_t threads[CLIENTS];
    rig_start((struct rig_options){0});
    CHECK(rig.host.reads_at_once);
    for (size_t i = 0; i < CLIENTS; i++) {
        snprintf(names[i], sizeof names[i], "n%zu", i);
        CHECK_INT(pthread_create(&threads[i], NULL, write_and_read, names[i]), 0);
    }
    for (size_t i = 0; i < CLIENTS; i++) {
        pthread_join(threads[i], NULL);
    }
    CHECK_INT(atomic_load(&rounds_done), CLIENTS * test_scale(ROUNDS));
    CHECK_INT(rig_get("/entries"), 200);
    CHECK_INT(rig_number("amount"), CLIENTS * test_scale(ROUNDS));
    rig_stop();
}

static size_t receive_all(int client, char *bytes_out, size_t room)
{
    size_t all = 0;
    ssize_t more;
    while ((more = recv(client, bytes_out + all, room - 1 - all, 0)) > 0) {
        all += (size_t)more;
    }
    bytes_out[all] = '\0';
    close(client);
    return all;
}

/* Many reads that come in one piece are answered within one turn, from one snapshot, in order. */
static void answers_a_pipeline_in_order(void)
{
    enum { READS = 20 };
    static const char read_a[] = "GET /entries/a HTTP/1.1\r\nHost: x\r\n\r\n";
    static const char read_b[] = "GET /entries/b HTTP/1.1\r\nHost: x\r\n\r\n";
    char requests[READS * sizeof read_a + 1] = "";
    size_t bytes = 0;
    rig_start((struct rig_options){0});
    CHECK_INT(rig_post("{\"name\":\"a\",\"amount\":3}"), 201);
    for (int i = 0; i < READS; i++) {
        bytes += (size_t)snprintf(requests + bytes, sizeof requests - bytes, "%s",
                                  i % 2 ? read_b : read_a);
    }
    int client = rig_connect();
    CHECK(rig_send(client, requests));
    shutdown(client, SHUT_WR);
    static char got[64 * 1024];
    CHECK(receive_all(client, got, sizeof got) > 0);
    const char *at = got;
    for (int i = 0; i < READS; i++) {
        at = strstr(at, "HTTP/1.1 ");
        CHECK(at != NULL);
        CHECK_INT(strtol(at + 9, NULL, 10), i % 2 ? 404 : 200);
        at += 9;
    }
    rig_stop();
}

/* Two reads of one turn, and between them a write that somebody was told of by the other loop: the
 * second must not look at the snapshot of the first. */
static void ends_a_shared_snapshot_with_the_next_commit(void)
{
    static char got[RIG_ANSWER_BYTES];
    int clients[2];
    rig_start((struct rig_options){0});
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201);
    for (size_t i = 0; i < COUNT_OF(clients); i++) { /* dealt out to the loops in turn */
        clients[i] = rig_connect();
        CHECK(rig_send_get(clients[i], "/entries/a", ""));
        rig_read(clients[i], &answered);
    }
    atomic_store(&books.gate_is_closed, true);
    CHECK(rig_send(clients[0], "GET /entries/a?gate=true HTTP/1.1\r\nHost: x\r\n\r\n"
                               "GET /entries/a HTTP/1.1\r\nHost: x\r\n\r\n"));
    shutdown(clients[0], SHUT_WR);
    CHECK_UNTIL(atomic_load(&books.at_gate) == 1);
    CHECK(rig_send_post(clients[1], "", "{\"name\":\"a\"}"));
    CHECK_INT(rig_end(clients[1]), 201);
    CHECK_INT(rig_number("amount"), 2);
    atomic_store(&books.gate_is_closed, false);
    CHECK(receive_all(clients[0], got, sizeof got) > 0);
    const char *first = strstr(got, "\"amount\":1");
    CHECK(first != NULL);
    CHECK(strstr(first, "\"amount\":2") != NULL);
    rig_stop();
}

/* A snapshot is over with the turn: no connection sleeps inside of a transaction. */
static void holds_no_snapshot_while_it_sleeps(void)
{
    rig_start((struct rig_options){0});
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201);
    for (int i = 0; i < 8; i++) {
        CHECK_INT(rig_amount("a"), 1);
    }
    http_server_drain(rig.server, 20000);
    for (size_t i = 0; i < LOOPS_MAX; i++) {
        CHECK(!rig.host.loop_readers[i].is_reading);
        struct store *store = rig.host.loop_readers[i].store;
        CHECK(store == NULL || store->state == STORE_IDLE);
    }
    CHECK(rig.host.loop_readers[0].store != NULL || rig.host.loop_readers[1].store != NULL);
    rig_stop();
}

/* ---- the pool ---- */

static bool has_answer(int client)
{
    struct pollfd ready = {.fd = client, .events = POLLIN};
    return poll(&ready, 1, 0) == 1;
}

static size_t count_answers(const int *clients, size_t count)
{
    size_t answers = 0;
    for (size_t i = 0; i < count; i++) {
        answers += has_answer(clients[i]);
    }
    return answers;
}

/* One is being read, two wait; the other three hear so at once. */
static void refuses_what_the_pool_cannot_take(void)
{
    enum { MORE = 5, WAITING_MAX = 2 };
    int clients[MORE];
    size_t refused = 0;
    rig_start((struct rig_options){.readers = 1, .waiting_max = WAITING_MAX});
    atomic_store(&books.gate_is_closed, true);
    int reading = rig_connect();
    CHECK(rig_send_get(reading, "/entries?gate=true", ""));
    CHECK_UNTIL(atomic_load(&books.at_gate) == 1);
    for (size_t i = 0; i < MORE; i++) {
        clients[i] = rig_connect();
        CHECK(rig_send_get(clients[i], "/entries", ""));
    }
    CHECK_UNTIL(count_answers(clients, MORE) == MORE - WAITING_MAX);
    CHECK_INT(atomic_load(&rig.dispatch.shed), MORE - WAITING_MAX);
    CHECK_INT(rig_amount("a"), -1); /* a point read needs no pool */
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201);
    for (size_t i = 0; i < MORE; i++) {
        if (has_answer(clients[i])) {
            CHECK_INT(rig_end(clients[i]), 503);
            CHECK(rig_has(&answered, "\"overloaded\""));
            CHECK(rig_has(&answered, "Retry-After: 1\r\n"));
            clients[i] = -1;
            refused++;
        }
    }
    CHECK_INT(refused, MORE - WAITING_MAX);
    atomic_store(&books.gate_is_closed, false);
    CHECK_INT(rig_end(reading), 200);
    for (size_t i = 0; i < MORE; i++) {
        CHECK(clients[i] < 0 || rig_end(clients[i]) == 200);
    }
    CHECK_INT(rig_get("/entries"), 200);
    rig_stop();
}

static uint64_t requests_seen(void)
{
    struct http_server_counts counts;
    http_server_count(rig.server, &counts);
    return counts.requests_total;
}

static void *open_gate_later(void *context)
{
    (void)context;
    usleep(50 * 1000);
    atomic_store(&books.gate_is_closed, false);
    return NULL;
}

static void answers_all_that_waits_before_it_ends(void)
{
    int clients[10];
    pthread_t opener;
    rig_start((struct rig_options){.readers = 2});
    atomic_store(&books.gate_is_closed, true);
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        clients[i] = rig_connect();
        CHECK(rig_send_get(clients[i], "/entries?gate=true", ""));
    }
    CHECK_UNTIL(requests_seen() == COUNT_OF(clients));
    CHECK_UNTIL(atomic_load(&books.at_gate) == 2);
    CHECK_INT(pthread_create(&opener, NULL, open_gate_later, NULL), 0);
    rig_stop(); /* drains: all are answered */
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        CHECK_INT(rig_end(clients[i]), 200);
    }
    pthread_join(opener, NULL);
}

static void runs_reads_side_by_side(void)
{
    int clients[3];
    rig_start((struct rig_options){.readers = 3});
    atomic_store(&books.gate_is_closed, true);
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        clients[i] = rig_connect();
        CHECK(rig_send_get(clients[i], "/entries?gate=true", ""));
    }
    CHECK_UNTIL(atomic_load(&books.at_gate) == COUNT_OF(clients));
    atomic_store(&books.gate_is_closed, false);
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        CHECK_INT(rig_end(clients[i]), 200);
    }
    rig_stop();
}

/* ---- no connection for reading ---- */

static void says_when_it_cannot_read_and_recovers(void)
{
    static const char *const paths[] = {"/entries/a", "/entries"};
    rig_start((struct rig_options){0});
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201);
    atomic_store(&rig.reads_fail, STATUS_UNAVAILABLE);
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        CHECK_INT(rig_get(paths[i]), 503);
        CHECK(rig_has(&answered, "\"unavailable\""));
        CHECK(rig_has(&answered, "Retry-After: 1\r\n"));
    }
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201); /* writing goes on */
    atomic_store(&rig.reads_fail, STATUS_OK);
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        CHECK_INT(rig_get(paths[i]), 200);
        CHECK_INT(rig_number("amount"), 2);
    }
    rig_stop();
}

static const struct test tests[] = {
    {"sees_every_write_that_was_answered", sees_every_write_that_was_answered, 0},
    {"answers_a_pipeline_in_order", answers_a_pipeline_in_order, 0},
    {"ends_a_shared_snapshot_with_the_next_commit", ends_a_shared_snapshot_with_the_next_commit, 0},
    {"holds_no_snapshot_while_it_sleeps", holds_no_snapshot_while_it_sleeps, 0},
    {"refuses_what_the_pool_cannot_take", refuses_what_the_pool_cannot_take, 0},
    {"answers_all_that_waits_before_it_ends", answers_all_that_waits_before_it_ends, 0},
    {"runs_reads_side_by_side", runs_reads_side_by_side, 0},
    {"says_when_it_cannot_read_and_recovers", says_when_it_cannot_read_and_recovers, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
