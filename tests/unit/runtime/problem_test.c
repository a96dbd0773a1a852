/* problem_test.c - how a fault or a refusal looks on the wire. */
#include "runtime/problem.h"

#include "base/encode.h"
#include "tests/unit/runtime/by_hand.h"

static struct by_hand by_hand;

static const struct {
    enum status status;
    int http_status;
    const char *code;
    const char *retry_after; /* NULL: no such header */
} faults[] = {
    {STATUS_UNAVAILABLE, 503, "unavailable", "1"},
    {STATUS_BUSY, 503, "overloaded", "1"},
    {STATUS_CONFLICT, 503, "overloaded", "1"},
    {STATUS_TIMEOUT, 503, "overloaded", "1"},
    {STATUS_FULL, 507, "storage_full", "10"},
    {STATUS_UNCERTAIN, 503, "outcome_unknown", "1"},
    {STATUS_CORRUPT, 500, "internal_error", NULL},
    {STATUS_NEWER, 500, "internal_error", NULL},
    {STATUS_ABSENT, 500, "internal_error", NULL},
    {STATUS_EXISTS, 500, "internal_error", NULL},
    {STATUS_MALFORMED, 500, "internal_error", NULL},
    {STATUS_TOO_LARGE, 500, "internal_error", NULL},
};

static void says_each_fault_in_its_own_way(void)
{
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        by_hand_init(&by_hand, NULL);
        problem_fault(&by_hand.exchange, faults[i].status);
        const struct json *root = by_hand_json(&by_hand);
        CHECK_INT(by_hand.exchange.answer.status, faults[i].http_status);
        CHECK_TEXT(member_text(root, "code"), faults[i].code);
        CHECK_TEXT(by_hand_answered(&by_hand, "Retry-After"), faults[i].retry_after);
        CHECK_TEXT(by_hand.exchange.answer.content_type, "application/problem+json");
        by_hand_finish(&by_hand);
    }
}

/* Whoever reads "nothing was changed" may ask again; of an UNCERTAIN commit nobody may say it. */
static void says_nothing_was_changed_only_when_it_is_known(void)
{
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        by_hand_init(&by_hand, NULL);
        problem_fault(&by_hand.exchange, faults[i].status);
        struct text message = member_text(by_hand_json(&by_hand), "message");
        bool may_retry = status_may_retry(faults[i].status);
        CHECK_INT(text_has(message, "Nothing was changed"), may_retry);
        by_hand_finish(&by_hand);
    }
}

static void is_a_document_of_rfc_9457(void)
{
    const struct field_problem fields[] = {{"email", "too_long", TEXT("must be shorter")},
                                           {"a\"b", "unknown_field", TEXT("is not known")}};
    by_hand_init(&by_hand, NULL);
    by_hand_header(&by_hand, "traceparent",
                   "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    problem_answer(&by_hand.exchange, &(struct problem){.http_status = 409,
                                                        .code = "user_exists",
                                                        .message = TEXT("He is there."),
                                                        .fields = fields,
                                                        .field_count = COUNT_OF(fields)});
    CHECK_TEXT(by_hand.exchange.answer.body,
               "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409,"
               "\"code\":\"user_exists\",\"message\":\"He is there.\",\"details\":{\"fields\":["
               "{\"field\":\"email\",\"code\":\"too_long\",\"message\":\"must be shorter\"},"
               "{\"field\":\"a\\\"b\",\"code\":\"unknown_field\",\"message\":\"is not known\"}]},"
               "\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\"}");
    CHECK_TEXT(by_hand_answered(&by_hand, "Retry-After"), NULL);
    by_hand_finish(&by_hand);
}

/* An answer that was given before, with its ETag, is gone. */
static void replaces_the_answer_before_it(void)
{
    by_hand_init(&by_hand, NULL);
    by_hand.exchange.answer = (struct http_answer){.status = 200, .body = TEXT("secret")};
    http_answer_header(&by_hand.exchange.answer, "ETag", TEXT("\"1\""));
    problem_say(&by_hand.exchange, 404, "not_found", "There is nothing.");
    CHECK_INT(by_hand.exchange.answer.status, 404);
    CHECK(!text_has(by_hand.exchange.answer.body, "secret"));
    CHECK_TEXT(by_hand_answered(&by_hand, "ETag"), NULL);
    CHECK(member_of(by_hand_json(&by_hand), "details") == NULL);
    by_hand_finish(&by_hand);
}

static void takes_the_trace_id_of_the_request(void)
{
    by_hand_init(&by_hand, NULL);
    by_hand_header(&by_hand, "Traceparent",
                   "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    CHECK_TEXT(problem_trace_id(&by_hand.exchange), "0af7651916cd43dd8448eb211c80319c");
    by_hand_finish(&by_hand);
}

static void makes_a_trace_id_when_there_is_no_good_one(void)
{
    static const char *const bad[] = {
        NULL,
        "",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-012",
        "00x0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c8031\"c-b7ad6b7169203331-01",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        by_hand_init(&by_hand, NULL);
        if (bad[i] != NULL) {
            by_hand_header(&by_hand, "traceparent", bad[i]);
        }
        struct text made = problem_trace_id(&by_hand.exchange);
        char bytes[16];
        CHECK_INT(made.bytes, 32);
        CHECK(decode_hex(made, bytes, sizeof bytes));
        CHECK(!text_equals(made, TEXT("00000000000000000000000000000000")));
        CHECK(bad[i] == NULL || !text_equals(made, text_slice(text_of(bad[i]), 3, 35)));
        by_hand_finish(&by_hand);
    }
}

static void keeps_one_trace_id_for_a_request(void)
{
    by_hand_init(&by_hand, NULL);
    const char *first = text_copy(by_hand.arena, problem_trace_id(&by_hand.exchange)).data;
    CHECK_TEXT(problem_trace_id(&by_hand.exchange), first);
    problem_fault(&by_hand.exchange, STATUS_FULL);
    CHECK_TEXT(member_text(by_hand_json(&by_hand), "trace_id"), first);
    struct by_hand other;
    by_hand_init(&other, NULL);
    CHECK(!text_equals(problem_trace_id(&other.exchange), text_of(first)));
    by_hand_finish(&other);
    by_hand_finish(&by_hand);
}

static void say_success(void)
{
    by_hand_init(&by_hand, NULL);
    problem_say(&by_hand.exchange, 200, "fine", "All is well.");
}

static void never_says_that_all_is_well(void)
{
    CHECK_MUST_FAIL(say_success, "http_status");
}

static const struct test tests[] = {
    {"says_each_fault_in_its_own_way", says_each_fault_in_its_own_way, 0},
    {"says_nothing_was_changed_only_when_it_is_known",
     says_nothing_was_changed_only_when_it_is_known, 0},
    {"is_a_document_of_rfc_9457", is_a_document_of_rfc_9457, 0},
    {"replaces_the_answer_before_it", replaces_the_answer_before_it, 0},
    {"takes_the_trace_id_of_the_request", takes_the_trace_id_of_the_request, 0},
    {"makes_a_trace_id_when_there_is_no_good_one", makes_a_trace_id_when_there_is_no_good_one, 0},
    {"keeps_one_trace_id_for_a_request", keeps_one_trace_id_for_a_request, 0},
    {"never_says_that_all_is_well", never_says_that_all_is_well, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
