/* call_run_test.c - the same request twice: one effect, one answer. */
#include "tests/unit/runtime/rig.h"

static struct answered first;

static int post_with(const char *headers, const char *body)
{
    return rig_end(rig_begin_post(headers, body));
}

static struct text header_of(const struct answered *from, const char *name)
{
    const char *at = strstr(from->data, name);
    return at ? text_slice(text_of(at), 0, strcspn(at, "\r")) : NO_TEXT;
}

/* The newest answer is the first one again, byte for byte. */
static void check_replayed(void)
{
    CHECK_INT(answered.status, first.status);
    CHECK_TEXT(answered.body, first.body.data);
    CHECK(text_equals(header_of(&answered, "ETag: "), header_of(&first, "ETag: ")));
    CHECK(text_equals(header_of(&answered, "Content-Type: "), header_of(&first, "Content-Type: ")));
    CHECK(!rig_has(&first, "Idempotent-Replayed"));
    CHECK(rig_has(&answered, "Idempotent-Replayed: true\r\n"));
}

static void keep_first(void)
{
    first = answered;
    first.body = text_of(first.data + (answered.body.data - answered.data));
}

#define KEY "Idempotency-Key: one\r\n"

static void gives_the_same_answer_and_one_effect(void)
{
    rig_start((struct rig_options){0});
    CHECK_INT(post_with(KEY, "{\"name\":\"a\"}"), 201);
    CHECK(rig_has(&answered, "ETag: \"1\"\r\n"));
    keep_first();
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201); /* meanwhile it goes on */
    for (int i = 0; i < 3; i++) {
        CHECK_INT(post_with(KEY, "{\"name\":\"a\"}"), 201);
        check_replayed();
    }
    CHECK_INT(rig_amount("a"), 2);
    rig_stop();
}

static void remembers_after_a_new_start(void)
{
    rig_start((struct rig_options){0});
    CHECK_INT(post_with(KEY, "{\"name\":\"a\"}"), 201);
    keep_first();
    rig_stop();
    rig_start((struct rig_options){0});
    CHECK_INT(post_with(KEY, "{\"name\":\"a\"}"), 201);
    check_replayed();
    CHECK_INT(rig_amount("a"), 1);
    rig_stop();
}

static void says_no_to_another_request_under_the_key(void)
{
    static const struct {
        const char *headers;
        const char *body;
    } others[] = {
        {KEY, "{\"name\":\"b\"}"},
        {KEY, "{\"name\":\"a\" }"},
        {KEY, "{\"name\":\"a\",\"amount\":1}"},
        {KEY "If-Match: \"1\"\r\n", "{\"name\":\"a\"}"},
    };
    rig_start((struct rig_options){0});
    CHECK_INT(post_with(KEY, "{\"name\":\"a\"}"), 201);
    keep_first();
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        CHECK_INT(post_with(others[i].headers, others[i].body), 422);
        CHECK(rig_has(&answered, "\"idempotency_key_reused\""));
        CHECK(!rig_has(&answered, "Idempotent-Replayed"));
    }
    CHECK_INT(post_with(KEY, "{\"name\":\"a\"}"), 201); /* the first is still kept */
    check_replayed();
    CHECK_INT(rig_amount("a"), 1);
    CHECK_INT(rig_amount("b"), -1);
    rig_stop();
}

/* An answer "no" stays "no", even when it could be "yes" by now; its trace id is kept with it. */
static void keeps_refusals_too(void)
{
    rig_start((struct rig_options){0});
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201);
    CHECK_INT(post_with(KEY, "{\"name\":\"a\",\"how\":\"twin\"}"), 409);
    keep_first();
    CHECK_INT(post_with(KEY, "{\"name\":\"a\",\"how\":\"twin\"}"), 409);
    check_replayed();
    CHECK_INT(post_with("Idempotency-Key: two\r\n", "{\"name\":\"b\",\"how\":\"refuse_late\"}"),
              409);
    keep_first();
    CHECK_INT(post_with("Idempotency-Key: two\r\n", "{\"name\":\"b\",\"how\":\"refuse_late\"}"),
              409);
    check_replayed();
    CHECK_INT(rig_amount("b"), -1);
    rig_stop();
}

static void keeps_no_fault(void)
{
    rig_start((struct rig_options){0});
    for (int i = 0; i < 2; i++) {
        unsigned runs = atomic_load(&books.runs);
        CHECK_INT(post_with(KEY, "{\"name\":\"a\",\"how\":\"unhandled\"}"), 500);
        CHECK(atomic_load(&books.runs) > runs); /* it was really run */
        CHECK_INT(post_with("Idempotency-Key: two\r\n", "{\"name\":\"a\",\"how\":\"full\"}"), 507);
        CHECK(!rig_has(&answered, "Idempotent-Replayed"));
    }
    rig_arm((struct store_fault){.calls = STORE_FAULT_COMMIT, .repeat = 1, .status = STATUS_FULL});
    CHECK_INT(post_with("Idempotency-Key: three\r\n", "{\"name\":\"a\"}"), 507);
    CHECK_INT(post_with("Idempotency-Key: three\r\n", "{\"name\":\"a\"}"), 201);
    CHECK(!rig_has(&answered, "Idempotent-Replayed"));
    CHECK_INT(rig_amount("a"), 1);
    rig_stop();
}

static void keeps_no_invalid_request(void)
{
    rig_start((struct rig_options){0});
    CHECK_INT(post_with(KEY, "{\"name\":\"\"}"), 400);
    CHECK_INT(post_with(KEY, "{\"name\":\"a\"}"), 201); /* put right under the same key */
    rig_stop();
}

static void tells_callers_apart(void)
{
    rig_start((struct rig_options){0});
    CHECK_INT(post_with(KEY, "{\"name\":\"a\"}"), 201);
    int client = rig_connect_as_nobody();
    CHECK(rig_send_post(client, KEY, "{\"name\":\"b\"}"));
    CHECK_INT(rig_end(client), 201);
    client = rig_connect_as_nobody();
    CHECK(rig_send_post(client, KEY, "{\"name\":\"a\"}"));
    CHECK_INT(rig_end(client), 422); /* his own key now */
    CHECK_INT(rig_amount("a"), 1);
    CHECK_INT(rig_amount("b"), 1);
    rig_stop();
}

/* Twice in one batch: the second sees what the first has kept, before either is committed. */
static void has_one_effect_within_a_batch(void)
{
    int clients[3];
    rig_start((struct rig_options){0});
    int gate = rig_close_gate();
    for (size_t i = 0; i < COUNT_OF(clients); i++) {
        clients[i] = rig_begin_post(KEY, i == 2 ? "{\"name\":\"b\"}" : "{\"name\":\"a\"}");
        CHECK_UNTIL(rig_waiting() == i + 2);
    }
    rig_open_gate(gate);
    CHECK_INT(rig_end(clients[0]), 201);
    keep_first();
    CHECK_INT(rig_end(clients[1]), 201);
    check_replayed();
    CHECK_INT(rig_end(clients[2]), 422);
    CHECK_INT(rig_amount("a"), 1);
    rig_stop();
}

/* The same when the batch runs a second time, behind marks. */
static void has_one_effect_within_a_batch_with_marks(void)
{
    rig_start((struct rig_options){0});
    int gate = rig_close_gate();
    int keyed = rig_begin_post(KEY, "{\"name\":\"a\"}");
    CHECK_UNTIL(rig_waiting() == 2);
    int refused = rig_begin_post("", "{\"name\":\"c\",\"how\":\"refuse_late\"}");
    CHECK_UNTIL(rig_waiting() == 3);
    int again = rig_begin_post(KEY, "{\"name\":\"a\"}");
    CHECK_UNTIL(rig_waiting() == 4);
    rig_open_gate(gate);
    CHECK_INT(rig_end(keyed), 201);
    keep_first();
    CHECK_INT(rig_end(refused), 409);
    CHECK_INT(rig_end(again), 201);
    check_replayed();
    CHECK_INT(rig_amount("a"), 1);
    rig_stop();
}

static void refuses_bad_keys(void)
{
    char longest[300] = "Idempotency-Key: ";
    size_t start = strlen(longest);
    static const char *const bad[] = {
        "Idempotency-Key:\r\n",
        "Idempotency-Key: a b\r\n",
        "Idempotency-Key: \xD0\xB9\r\n",
    };
    rig_start((struct rig_options){0});
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CHECK_INT(post_with(bad[i], "{\"name\":\"a\"}"), 400);
        CHECK(rig_has(&answered, "\"bad_idempotency_key\""));
    }
    memset(longest + start, 'k', 256);
    snprintf(longest + start + 256, 3, "\r\n");
    CHECK_INT(post_with(longest, "{\"name\":\"a\"}"), 400);
    CHECK_INT(rig_amount("a"), -1);
    snprintf(longest + start + 255, 3, "\r\n");
    CHECK_INT(post_with(longest, "{\"name\":\"a\"}"), 201);
    rig_stop();
}

static void says_not_modified(void)
{
    rig_start((struct rig_options){0});
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201);
    int client = rig_connect();
    CHECK(rig_send_get(client, "/entries/a", "If-None-Match: \"1\"\r\n"));
    CHECK_INT(rig_end(client), 304);
    CHECK(rig_has(&answered, "ETag: \"1\"\r\n"));
    CHECK_INT(answered.body.bytes, 0);
    client = rig_connect();
    CHECK(rig_send_get(client, "/entries/a", "If-None-Match: \"2\"\r\n"));
    CHECK_INT(rig_end(client), 200);
    client = rig_connect();
    CHECK(rig_send_get(client, "/entries/b", "If-None-Match: \"1\"\r\n"));
    CHECK_INT(rig_end(client), 404);
    CHECK_INT(post_with("If-None-Match: \"2\"\r\n", "{\"name\":\"a\"}"), 201); /* no read */
    CHECK(rig_has(&answered, "ETag: \"2\"\r\n"));
    rig_stop();
}

static void counts_what_was_answered(void)
{
    rig_start((struct rig_options){0});
    size_t count = 0;
    struct bound_route *const *bound = router_routes(rig.dispatch.router, &count);
    CHECK_INT(rig_post("{\"name\":\"a\"}"), 201);
    CHECK_INT(rig_post("{\"name\":\"a\",\"how\":\"refuse\"}"), 409);
    CHECK_INT(rig_post("{\"name\":\"a\",\"how\":\"unhandled\"}"), 500);
    CHECK_INT(rig_post("{}"), 400);
    CHECK_INT(atomic_load(&bound[0]->answers[2]), 1);
    CHECK_INT(atomic_load(&bound[0]->answers[4]), 2);
    CHECK_INT(atomic_load(&bound[0]->answers[5]), 1);
    unsigned long all = 0;
    for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
        all += atomic_load(&bound[0]->latencies[i]);
    }
    CHECK_INT(all, 4);
    CHECK(atomic_load(&bound[0]->latency_ns_sum) > 0);
    CHECK_INT(atomic_load(&bound[1]->answers[2]), 0);
    rig_stop();
}

static const struct test tests[] = {
    {"gives_the_same_answer_and_one_effect", gives_the_same_answer_and_one_effect, 0},
    {"remembers_after_a_new_start", remembers_after_a_new_start, 0},
    {"says_no_to_another_request_under_the_key", says_no_to_another_request_under_the_key, 0},
    {"keeps_refusals_too", keeps_refusals_too, 0},
    {"keeps_no_fault", keeps_no_fault, 0},
    {"keeps_no_invalid_request", keeps_no_invalid_request, 0},
    {"tells_callers_apart", tells_callers_apart, 0},
    {"has_one_effect_within_a_batch", has_one_effect_within_a_batch, 0},
    {"has_one_effect_within_a_batch_with_marks", has_one_effect_within_a_batch_with_marks, 0},
    {"refuses_bad_keys", refuses_bad_keys, 0},
    {"says_not_modified", says_not_modified, 0},
    {"counts_what_was_answered", counts_what_was_answered, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
