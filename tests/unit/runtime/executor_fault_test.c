/* executor_fault_test.c - the store fails in every place; what clients hear, and what stays. */
#include "runtime/call_run.h"
#include "tests/unit/runtime/rig.h"

#include <sys/wait.h>

enum { BATCH = 3 };

static const char *const plain[BATCH] = {"{\"name\":\"a\"}", "{\"name\":\"b\"}",
                                         "{\"name\":\"c\"}"};

static void check_nothing_of(const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        CHECK_INT(rig_amount(names[i]), -1);
    }
}

static const char *const names[BATCH] = {"a", "b", "c"};

/* ---- the store cannot be reached ---- */

static void is_not_ready_while_no_transaction_begins(void)
{
    rig_start((struct rig_options){0});
    CHECK_INT(rig_post("{\"name\":\"before\"}"), 201);
    CHECK(host_is_ready(&rig.host));
    rig_arm((struct store_fault){
        .calls = STORE_FAULT_BEGIN, .repeat = 3, .status = STATUS_UNAVAILABLE});
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 503);
    CHECK(rig_has(&answered, "\"unavailable\""));
    CHECK(rig_has(&answered, "Retry-After: 1\r\n"));
    CHECK(!host_is_ready(&rig.host));
    CHECK_INT(rig_amount("before"), 1);    /* reading goes on */
    CHECK_UNTIL(host_is_ready(&rig.host)); /* nobody asked: it looks by itself */
    CHECK_INT(rig_amount("a"), -1);
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201);
    rig_stop();
}

/* The connection is lost in the middle: whether it is back is tried at once, not with a request. */
static void is_not_ready_when_the_store_is_lost_on_the_way(void)
{
    rig_start((struct rig_options){0});
    rig_arm((struct store_fault){.calls = STORE_FAULT_EXEC | STORE_FAULT_BEGIN,
                                 .countdown = 1, /* it begins */
                                 .repeat = 3,
                                 .status = STATUS_UNAVAILABLE});
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 503);
    CHECK(!host_is_ready(&rig.host));
    CHECK_UNTIL(host_is_ready(&rig.host));
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201);
    rig_stop();
}

static void answers_the_whole_batch_when_it_cannot_begin(void)
{
    int statuses[BATCH];
    struct executor_counts counts;
    rig_start((struct rig_options){0});
    rig_arm((struct store_fault){
        .calls = STORE_FAULT_BEGIN, .countdown = 1, .repeat = 1, .status = STATUS_UNAVAILABLE});
    rig_batch(plain, BATCH, statuses); /* the gate's transaction begins, the next does not */
    for (size_t i = 0; i < BATCH; i++) {
        CHECK_INT(statuses[i], 503);
    }
    host_count(&rig.host, &counts);
    CHECK_INT(counts.faults, 1);
    check_nothing_of(names, BATCH);
    rig_stop();
}

/* ---- in the middle ---- */

static const struct {
    enum status status;
    int http_status;
    const char *code;
    bool has_retry;
} faults[] = {
    {STATUS_FULL, 507, "\"storage_full\"", true},
    {STATUS_UNAVAILABLE, 503, "\"unavailable\"", true},
    {STATUS_TIMEOUT, 503, "\"overloaded\"", true},
    {STATUS_BUSY, 503, "\"overloaded\"", true},
    {STATUS_CORRUPT, 500, "\"internal_error\"", false},
};

static void changes_nothing_when_a_statement_fails(void)
{
    rig_start((struct rig_options){0});
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        int statuses[BATCH];
        rig_arm((struct store_fault){.calls = STORE_FAULT_EXEC,
                                     .countdown = 2, /* the gate's and the first of the batch */
                                     .repeat = 1,
                                     .status = faults[i].status});
        rig_batch(plain, BATCH, statuses);
        for (size_t j = 0; j < BATCH; j++) {
            CHECK_INT(statuses[j], faults[i].http_status);
        }
        CHECK(rig_has(&answered, faults[i].code));
        CHECK_INT(rig_has(&answered, "Retry-After: "), faults[i].has_retry);
        check_nothing_of(names, BATCH);
    }
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201); /* and then it goes on */
    CHECK_INT(rig_amount("gate"), COUNT_OF(faults));
    rig_stop();
}

/* The disk is full at the third call: the first two are not acknowledged either. */
static void changes_nothing_when_a_handler_meets_a_full_disk(void)
{
    const char *const bodies[] = {"{\"name\":\"a\"}", "{\"name\":\"b\"}",
                                  "{\"name\":\"c\",\"how\":\"full\"}"};
    int statuses[COUNT_OF(bodies)];
    rig_start((struct rig_options){0});
    rig_batch(bodies, COUNT_OF(bodies), statuses);
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        CHECK_INT(statuses[i], 507);
    }
    CHECK(rig_has(&answered, "Retry-After: 10\r\n"));
    check_nothing_of(names, BATCH);
    rig_stop();
}

static void changes_nothing_when_the_commit_fails(void)
{
    rig_start((struct rig_options){0});
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        int statuses[BATCH];
        rig_arm((struct store_fault){
            .calls = STORE_FAULT_COMMIT, .countdown = 1, .repeat = 1, .status = faults[i].status});
        rig_batch(plain, BATCH, statuses);
        for (size_t j = 0; j < BATCH; j++) {
            CHECK_INT(statuses[j], faults[i].http_status);
        }
        check_nothing_of(names, BATCH);
    }
    rig_stop();
}

static void loses_the_batch_when_undo_fails(void)
{
    const char *const bodies[] = {"{\"name\":\"a\"}", "{\"name\":\"b\",\"how\":\"refuse_late\"}",
                                  "{\"name\":\"c\"}"};
    int statuses[COUNT_OF(bodies)];
    rig_start((struct rig_options){0});
    rig_arm(
        (struct store_fault){.calls = STORE_FAULT_UNDO, .repeat = 1, .status = STATUS_UNAVAILABLE});
    rig_batch(bodies, COUNT_OF(bodies), statuses);
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        CHECK_INT(statuses[i], 503);
    }
    check_nothing_of(names, BATCH);
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201);
    rig_stop();
}

/* ---- someone was faster ---- */

static void runs_again_when_the_commit_lost_a_race(void)
{
    rig_start((struct rig_options){0});
    rig_arm((struct store_fault){
        .calls = STORE_FAULT_COMMIT, .repeat = WORK_TRIES_MAX - 1, .status = STATUS_CONFLICT});
    unsigned runs = atomic_load(&books.runs);
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201);
    CHECK_INT(atomic_load(&books.runs) - runs, WORK_TRIES_MAX);
    CHECK_INT(rig_amount("a"), 1);
    rig_stop();
}

static void gives_up_when_the_commit_always_loses(void)
{
    rig_start((struct rig_options){0});
    rig_arm((struct store_fault){
        .calls = STORE_FAULT_COMMIT, .repeat = WORK_TRIES_MAX, .status = STATUS_CONFLICT});
    unsigned runs = atomic_load(&books.runs);
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 503);
    CHECK(rig_has(&answered, "\"overloaded\""));
    CHECK_INT(atomic_load(&books.runs) - runs, WORK_TRIES_MAX);
    CHECK_INT(rig_amount("a"), -1);
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201);
    rig_stop();
}

/* Wherever a lost race shows: the calls run again, and each has its effect once. */
static void runs_again_wherever_a_race_is_lost(void)
{
    static const unsigned calls[] = {STORE_FAULT_EXEC, STORE_FAULT_QUERY, STORE_FAULT_MARK,
                                     STORE_FAULT_UNDO};
    const char *const bodies[] = {"{\"name\":\"a\"}", "{\"name\":\"b\",\"how\":\"refuse_late\"}",
                                  "{\"name\":\"c\"}"};
    rig_start((struct rig_options){0});
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        int statuses[COUNT_OF(bodies)];
        bool is_counted = (calls[i] & (STORE_FAULT_EXEC | STORE_FAULT_QUERY)) != 0;
        rig_arm((struct store_fault){.calls = calls[i],
                                     .countdown = is_counted, /* not the gate's */
                                     .repeat = 1,
                                     .status = STATUS_CONFLICT});
        rig_batch(bodies, COUNT_OF(bodies), statuses);
        CHECK_INT(statuses[0], 201);
        CHECK_INT(statuses[1], 409);
        CHECK_INT(statuses[2], 201);
        CHECK_INT(rig_amount("a"), i + 1);
        CHECK_INT(rig_amount("b"), -1);
        CHECK_INT(rig_amount("c"), i + 1);
    }
    rig_stop();
}

/* The first thing that a call with a key does is to look for its kept reply. */
static void runs_again_when_the_kept_reply_cannot_be_seen(void)
{
    rig_start((struct rig_options){0});
    rig_arm((struct store_fault){
        .calls = STORE_FAULT_QUERY, .repeat = 2, .countdown = 1, .status = STATUS_CONFLICT});
    int gate = rig_close_gate();
    int keyed = rig_begin_post("Idempotency-Key: k\r\n", "{\"name\":\"a\"}");
    CHECK_UNTIL(rig_waiting() == 2);
    int other = rig_begin_post("", "{\"name\":\"a\"}");
    CHECK_UNTIL(rig_waiting() == 3);
    atomic_store(&books.gate_is_closed, false);
    CHECK_INT(rig_end(gate), 201);
    CHECK_INT(rig_end(keyed), 201);
    CHECK_INT(rig_end(other), 201);
    CHECK_INT(rig_amount("a"), 2);
    CHECK_INT(rig_amount("gate"), 1);
    rig_stop();
}

/* ---- nobody knows ---- */

static void ask_until_known(bool happens)
{
    rig_start((struct rig_options){.flags_taken = STORE_UNCERTAIN_IS_FATAL});
    rig_arm((struct store_fault){.calls = STORE_FAULT_COMMIT,
                                 .repeat = 1,
                                 .status = STATUS_UNCERTAIN,
                                 .commit_happens = happens});
    int client = rig_begin_post("Idempotency-Key: k\r\n", "{\"name\":\"a\"}");
    CHECK_INT(rig_end(client), 503);
    CHECK(rig_has(&answered, "\"outcome_unknown\""));
    CHECK(rig_has(&answered, "same Idempotency-Key"));
    CHECK_INT(rig_amount("a"), happens ? 1 : -1);
    client = rig_begin_post("Idempotency-Key: k\r\n", "{\"name\":\"a\"}");
    CHECK_INT(rig_end(client), 201);
    CHECK_INT(rig_has(&answered, "Idempotent-Replayed: true\r\n"), happens);
    CHECK_INT(rig_amount("a"), 1);
    rig_stop();
}

static void says_that_the_outcome_is_unknown(void)
{
    ask_until_known(true);
}

static void has_one_effect_when_the_commit_did_not_happen(void)
{
    ask_until_known(false);
}

static pid_t start_in_child(bool happens)
{
    int ends[2];
    char ready = 0;
    CHECK(test_directory() != NULL); /* the same for both */
    CHECK_INT(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        books.plan = (struct store_fault){
            .calls = STORE_FAULT_COMMIT, .status = STATUS_UNCERTAIN, .commit_happens = happens};
        rig_start((struct rig_options){0});
        CHECK_INT(write(ends[1], "r", 1), 1);
        pause();
    }
    close(ends[1]);
    CHECK_INT(read(ends[0], &ready, 1), 1);
    close(ends[0]);
    return child;
}

/* With the same keys, until each has its one effect. Was any of them there before? */
static bool ask_again(void)
{
    bool any = false;
    for (size_t i = 0; i < BATCH; i++) {
        char key[40];
        char body[40];
        bool was_there = rig_amount(names[i]) == 1;
        snprintf(key, sizeof key, "Idempotency-Key: k%zu\r\n", i);
        snprintf(body, sizeof body, "{\"name\":\"%s\"}", names[i]);
        CHECK_INT(rig_end(rig_begin_post(key, body)), 201);
        CHECK_INT(rig_has(&answered, "Idempotent-Replayed: true\r\n"), was_there);
        CHECK_INT(rig_amount(names[i]), 1);
        any = any || was_there;
    }
    return any;
}

/* Nobody hears a word, the program ends with 74; started again, it knows what is true. */
static void exit_and_recover(bool happens)
{
    int clients[BATCH];
    int result = 0;
    pid_t child = start_in_child(happens);
    CHECK_INT(rig_post("{\"name\":\"x\",\"how\":\"arm\"}"), 410);
    for (size_t i = 0; i < BATCH; i++) {
        clients[i] = rig_connect();
    }
    for (size_t i = 0; i < BATCH; i++) {
        char headers[40];
        char body[40];
        snprintf(headers, sizeof headers, "Idempotency-Key: k%zu\r\n", i);
        snprintf(body, sizeof body, "{\"name\":\"%s\"}", names[i]);
        rig_send_post(clients[i], headers, body); /* perhaps too late already */
    }
    for (size_t i = 0; i < BATCH; i++) {
        CHECK_INT(rig_end(clients[i]), 0);
        CHECK_INT(answered.bytes, 0);
    }
    CHECK_INT(waitpid(child, &result, 0), child);
    CHECK(WIFEXITED(result));
    CHECK_INT(WEXITSTATUS(result), EXIT_IO);
    rig_start((struct rig_options){0});
    CHECK_INT(ask_again(), happens);
    rig_stop();
}

static void exits_when_the_outcome_is_unknown_and_it_happened(void)
{
    exit_and_recover(true);
}

static void exits_when_the_outcome_is_unknown_and_it_did_not(void)
{
    exit_and_recover(false);
}

static const struct test tests[] = {
    {"is_not_ready_while_no_transaction_begins", is_not_ready_while_no_transaction_begins, 0},
    {"is_not_ready_when_the_store_is_lost_on_the_way",
     is_not_ready_when_the_store_is_lost_on_the_way, 0},
    {"answers_the_whole_batch_when_it_cannot_begin", answers_the_whole_batch_when_it_cannot_begin,
     0},
    {"changes_nothing_when_a_statement_fails", changes_nothing_when_a_statement_fails, 0},
    {"changes_nothing_when_a_handler_meets_a_full_disk",
     changes_nothing_when_a_handler_meets_a_full_disk, 0},
    {"changes_nothing_when_the_commit_fails", changes_nothing_when_the_commit_fails, 0},
    {"loses_the_batch_when_undo_fails", loses_the_batch_when_undo_fails, 0},
    {"runs_again_when_the_commit_lost_a_race", runs_again_when_the_commit_lost_a_race, 0},
    {"gives_up_when_the_commit_always_loses", gives_up_when_the_commit_always_loses, 0},
    {"runs_again_wherever_a_race_is_lost", runs_again_wherever_a_race_is_lost, 0},
    {"runs_again_when_the_kept_reply_cannot_be_seen", runs_again_when_the_kept_reply_cannot_be_seen,
     0},
    {"says_that_the_outcome_is_unknown", says_that_the_outcome_is_unknown, 0},
    {"has_one_effect_when_the_commit_did_not_happen", has_one_effect_when_the_commit_did_not_happen,
     0},
    {"exits_when_the_outcome_is_unknown_and_it_happened",
     exits_when_the_outcome_is_unknown_and_it_happened, 0},
    {"exits_when_the_outcome_is_unknown_and_it_did_not",
     exits_when_the_outcome_is_unknown_and_it_did_not, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
