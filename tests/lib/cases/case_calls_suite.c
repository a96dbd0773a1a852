/* case_calls_suite.c - stages that wait: for a service, a worker, or somebody who knows the work
 * id. */
#include "tests/lib/cases/case_suites.h"
#include "tests/lib/cases/case_yaml.h"

#include "bus/message.h"

#include <stdio.h>

#define WAITING_BEGIN                                                                              \
    "operations:\n"                                                                                \
    "  begin: {who: man, from: start, to: p, accepts: [amount, note]}\n"                           \
    "  leave: {who: man, from: p, to: q}\n"                                                        \
    "  come: {who: man, from: q, to: p}\n"                                                         \
    "  close: {who: man, from: q, to: over}\n"

/* ---- a service ---- */

static const char call_yaml[] = HEAD FIELDS PLACES WAITING_BEGIN
    "stages:\n"
    "  buy: {call: shop.buy, from: p, to: q, with: {amount: amount, note: note}, result: amount,"
    " retry: {times: 1, first: 10s, most: 10s}}\n";

/* E4, E9, E10: the command bears the work id, its reply leads on. */
void a_service_is_called_and_replies(void)
{
    LAB_OPEN(call_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":0,\"note\":\"n\"}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "buy asked 1 1");
    struct text told =
        text_format(lab.arena, "shop shop.buy {\"amount\":0,\"note\":\"n\",\"work_id\":\"%s\"}",
                    lab_work_id("w", "buy", 1).data);
    CHECK_TEXT(lab_commands(), told.data);
    CHECK_STATUS(lab_reply("buy", outcome_done, "{\"amount\":5,\"fine\":true}"), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"q\"]");
    CHECK_TEXT(lab_fields(), "{\"amount\":5,\"note\":\"n\"}");
    CHECK_TEXT(lab_previous(), "{\"amount\":5,\"fine\":true}");
    CHECK_TEXT(lab_history(), "1 begin anna, 2 buy shop");
    CHECK_TEXT(lab_stages(), "");
    lab_close();
}

/* E35, T30: a reply that came before, or that nobody waits for any more, does nothing. */
void a_late_reply_is_not_executed(void)
{
    LAB_OPEN(call_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    struct id errand = lab_row("buy").errand;
    CHECK_STATUS(lab_reply_to(id_new(), outcome_done, "{\"amount\":1}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "buy asked 1 1");
    CHECK_STATUS(lab_do("leave", NULL), STATUS_OK);
    CHECK_TEXT(lab_stages(), "");
    CHECK_STATUS(lab_reply_to(errand, outcome_done, "{\"amount\":1}"), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"q\"]");
    CHECK_TEXT(lab_revision(), "2");
    CHECK_STATUS(lab_do("come", NULL), STATUS_OK);
    CHECK_TEXT(lab_stages(), "buy asked 2 1");
    CHECK_STATUS(lab_reply_to(errand, outcome_done, "{\"amount\":1}"), STATUS_OK); /* of visit 1 */
    CHECK_TEXT(lab_stages(), "buy asked 2 1");
    errand = lab_row("buy").errand;
    CHECK_STATUS(lab_reply_to(errand, outcome_done, "{\"amount\":2}"), STATUS_OK);
    CHECK_STATUS(lab_reply_to(errand, outcome_done, "{\"amount\":3}"), STATUS_OK); /* twice */
    CHECK_TEXT(lab_fields(), "{\"amount\":2}");
    CHECK_TEXT(lab_revision(), "4");
    lab_close();
}

/* No reply in time is tried again under the same work id; a refusal is final. */
void a_service_that_does_not_reply_is_called_again(void)
{
    LAB_OPEN(call_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_reply("buy", outcome_expired, "{}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "buy retry 1 2");
    lab_wait(MINUTE);
    CHECK_TEXT(lab_stages(), "buy asked 1 2");
    struct text id = lab_work_id("w", "buy", 1);
    CHECK_TEXT(lab_commands(),
               text_format(lab.arena,
                           "shop shop.buy {\"amount\":null,\"note\":null,\"work_id\":\"%s\"}, "
                           "shop shop.buy {\"amount\":null,\"note\":null,\"work_id\":\"%s\"}",
                           id.data, id.data)
                   .data);
    CHECK_STATUS(lab_reply("buy", outcome_expired, "{}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "buy incident 1 2");
    CHECK_TEXT(lab_reasons(),
               "{\"code\":\"no_reply\",\"message\":\"The service did not reply in time.\"}");
    lab_close();
}

void a_service_may_refuse(void)
{
    LAB_OPEN(call_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_reply("buy", outcome_refused, "{\"code\":\"sold_out\",\"message\":\"None.\"}"),
                 STATUS_OK);
    CHECK_TEXT(lab_stages(), "buy incident 1 1");
    CHECK_TEXT(lab_reasons(), "{\"code\":\"sold_out\",\"message\":\"None.\"}");
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_reply("buy", outcome_refused, "[]"), STATUS_OK);
    CHECK_TEXT(lab_reasons(), "{\"code\":\"refused\",\"message\":\"The service has refused.\"}");
    lab_close();
}

void a_reply_that_does_not_fit_is_an_incident(void)
{
    LAB_OPEN(call_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":7}"), STATUS_OK);
    CHECK_STATUS(lab_reply("buy", outcome_done, "{\"amount\":\"many\"}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "buy incident 1 1");
    CHECK(lab_has(lab_reasons(), "result_does_not_fit"));
    CHECK_TEXT(lab_fields(), "{\"amount\":7}");
    lab_close();
}

/* ---- a function that asks ---- */

static const char ask_yaml[] = HEAD FIELDS PLACES WAITING_BEGIN
    "stages:\n"
    "  ask: {run: work, from: p, to: q, with: {amount: amount}, result: amount}\n";

/* E24, E26: a function sends a command itself; the stage goes on with its reply. */
void a_function_may_ask_a_service(void)
{
    LAB_OPEN(ask_yaml);
    script.letters = "a";
    CHECK_STATUS(lab_begin("w", "{\"amount\":3}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "ask asked 1 1");
    CHECK(lab_has(lab_commands(), "shop shop.buy {\"amount\":3"));
    CHECK_STATUS(lab_reply("ask", outcome_done, "{\"amount\":4}"), STATUS_OK);
    CHECK_TEXT(lab_fields(), "{\"amount\":4}");
    CHECK_TEXT(lab_notes(), "a 3 ");
    lab_close();
}

/* E18: what a function told before it failed was never said. */
void a_command_of_a_failed_function_is_not_sent(void)
{
    LAB_OPEN(ask_yaml);
    script.letters = "r";
    CHECK_STATUS(lab_begin("w", "{\"amount\":3}"), STATUS_OK);
    CHECK_TEXT(lab_commands(), "");
    CHECK_TEXT(lab_stages(), "ask retry 1 2");
    lab_close();
}

/* ---- somebody who knows the work id ---- */

static const char *waiting(void)
{
    static char yaml[3000];
    snprintf(yaml, sizeof yaml, "%s%s%s", HEAD FIELDS "places: {p: , q: , over: {end: true}}\n",
             WAITING_BEGIN,
             "stages:\n"
             "  ask: {run: work, from: p, to: q, result: amount, next: other,"
             " retry: {times: 1, first: 10s, most: 10s}, deadline: 1h}\n"
             "  other: {to: q}\n");
    return yaml;
}

void a_result_comes_by_its_work_id(void)
{
    LAB_OPEN(waiting());
    script.letters = "w";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "ask waits 1 1");
    struct text work_id = lab_work_id("w", "ask", 1);
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = TEXT("case=1&sign=2")}),
                 STATUS_MALFORMED); /* T27 */
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = work_id, .next = TEXT("nowhere")}),
                 STATUS_MALFORMED);
    CHECK_TEXT(lab.error, "'ask' has no `next` that leads to 'nowhere'.");
    CHECK_TEXT(lab_stages(), "ask waits 1 1");
    CHECK_STATUS(lab_answer((struct case_answer){
                     .work_id = work_id, .result = TEXT("{\"amount\":0}"), .next = TEXT("other")}),
                 STATUS_OK);
    CHECK_TEXT(lab_fields(), "{\"amount\":0}");
    CHECK_TEXT(lab_history(), "1 begin anna, 2 ask anna, 3 other anna");
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = work_id}), STATUS_ABSENT); /* E35 */
    lab_close();
}

/* A bare value is a result, too. */
void a_result_may_be_a_bare_value(void)
{
    LAB_OPEN(waiting());
    script.letters = "www";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = lab_work_id("w", "ask", 1),
                                                 .result = TEXT("nonsense")}),
                 STATUS_OK);
    CHECK(lab_has(lab_reasons(), "it is not JSON"));
    CHECK_STATUS(lab_begin("w", "{\"amount\":7}"), STATUS_OK);
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = lab_work_id("w", "ask", 1),
                                                 .result = TEXT("null")}),
                 STATUS_OK);
    CHECK_TEXT(lab_fields(), "{}");
    lab_close();
}

void a_failure_comes_by_its_work_id(void)
{
    LAB_OPEN(waiting());
    script.letters = "ww";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    const struct case_answer failed = {.work_id = lab_work_id("w", "ask", 1),
                                       .has_failed = true,
                                       .result =
                                           TEXT("{\"code\":\"tired\",\"message\":\"Not today.\"}")};
    CHECK_STATUS(lab_answer(failed), STATUS_OK);
    CHECK_TEXT(lab_stages(), "ask retry 1 2");
    CHECK_TEXT(lab_reasons(), "{\"code\":\"tired\",\"message\":\"Not today.\"}");
    lab_wait(MINUTE);
    CHECK_TEXT(lab_stages(), "ask waits 1 2");
    CHECK_STATUS(lab_answer(failed), STATUS_OK);
    CHECK_TEXT(lab_stages(), "ask incident 1 2");
    /* Failing once more changes nothing: a person decides from here on, or a result that comes. */
    CHECK_STATUS(lab_answer(failed), STATUS_ABSENT);
    CHECK_TEXT(lab_stages(), "ask incident 1 2");
    lab_close();
}

/* T49, E34: the deadline counts from the first try; here the second one waits. */
static const char slow_call_yaml[] =
    HEAD FIELDS PLACE BEGIN "stages:\n"
                            "  buy: {call: shop.buy, from: p, to: over, with: {amount: 0}, "
                            "result: amount, deadline: 1h}\n";

void a_deadline_ends_the_waiting(void)
{
    LAB_OPEN(waiting());
    script.letters = "rw";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "ask retry 1 2");
    lab_wait(MINUTE);
    CHECK_TEXT(lab_stages(), "ask waits 1 2");
    lab_at(LAB_BEGIN + HOUR - 1);
    CHECK_TEXT(lab_stages(), "ask waits 1 2");
    lab_at(LAB_BEGIN + HOUR);
    CHECK_TEXT(lab_stages(), "ask incident 1 2");
    CHECK(lab_has(lab_reasons(), "deadline_passed"));
    CHECK_TEXT(lab_timers(), "");
    lab_close();
}

/* E33, E35: the work is done, and no person has decided. That it has failed is known already. */
void a_late_success_mends_an_incident(void)
{
    LAB_OPEN(waiting());
    script.letters = "w";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    struct text work_id = lab_work_id("w", "ask", 1);
    lab_at(LAB_BEGIN + HOUR);
    CHECK_TEXT(lab_stages(), "ask incident 1 1");
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = work_id, .has_failed = true}),
                 STATUS_ABSENT);
    CHECK_TEXT(lab_stages(), "ask incident 1 1");
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = work_id}), STATUS_OK);
    CHECK_TEXT(lab_stages(), "");
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = work_id}), STATUS_ABSENT);
    lab_close();
}

/* So is a reply, and a refusal that comes so late changes nothing. */
void a_late_reply_mends_an_incident(void)
{
    LAB_OPEN(slow_call_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    struct id errand = lab_row("buy").errand;
    lab_at(LAB_BEGIN + HOUR);
    CHECK_TEXT(lab_stages(), "buy incident 1 1");
    CHECK_STATUS(lab_reply_to(errand, outcome_refused, "{}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "buy incident 1 1");
    CHECK_STATUS(lab_reply_to(errand, outcome_done, "{\"amount\":5}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "");
    CHECK_TEXT(lab_is_open(), "closed");
    lab_close();
}

void a_deadline_goes_with_the_stage(void)
{
    LAB_OPEN(waiting());
    script.letters = "w";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK(lab_has(lab_timers(), "ask/deadline"));
    CHECK_STATUS(lab_do("leave", NULL), STATUS_OK);
    CHECK_TEXT(lab_timers(), "");
    lab_close();
}

/* ---- outside workers ---- */

static const char worker_yaml[] = HEAD FIELDS PLACES WAITING_BEGIN
    "stages:\n"
    "  feed: {worker: feeder, from: p, to: q, with: {amount: 5 - amount, note: note}, result: "
    "fine, retry: {times: 1, first: 10s, most: 10s}}\n";

/* E2, E6, E15: the row is the queue, and it goes with the result. */
void a_worker_finds_a_row(void)
{
    LAB_OPEN(worker_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":2}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "feed queued 1 1");
    CHECK_TEXT(lab_handed(), "{\"amount\":3,\"note\":null}");
    struct stage_row row = lab_row("feed");
    CHECK_TEXT(row.queue, "feeder");
    CHECK_INT(row.due_at, lab.now_ms);
    struct text work_id = lab_work_id("w", "feed", 1);
    CHECK_STATUS(lab_answer((struct case_answer){
                     .work_id = work_id, .has_failed = true, .result = TEXT("null")}),
                 STATUS_OK);
    CHECK_TEXT(lab_stages(), "feed queued 1 2");
    row = lab_row("feed");
    CHECK(row.due_at >= lab.now_ms + 5 * SECOND && row.due_at <= lab.now_ms + 10 * SECOND);
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = work_id, .result = TEXT("false")}),
                 STATUS_OK); /* T31 */
    CHECK_TEXT(lab_fields(), "{\"amount\":2,\"fine\":false}");
    CHECK_TEXT(lab_places(), "[\"q\"]");
    lab_close();
}

/* ---- the outcome of an operation ---- */

static const char outcome_yaml[] = HEAD FIELDS PLACES "operations:\n"
                                                      "  begin: {who: man, from: start, to: q}\n"
                                                      "  try: {who: man, from: q, to: p}\n"
                                                      "  note: {who: man, in: p, accepts: note}\n"
                                                      "  leave: {who: man, from: p, to: over}\n"
                                                      "stages:\n"
                                                      "  ask: {run: work, from: p, to: over}\n";

void an_operation_runs_until_the_case_is_at_rest(void)
{
    LAB_OPEN(outcome_yaml);
    script.letters = "w";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_do("try", NULL), STATUS_OK);
    CHECK_TEXT(lab_operations(), "try running");
    CHECK(lab_has(lab_changed(), "\"operation_status\":\"running\""));
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = lab_work_id("w", "ask", 1)}),
                 STATUS_OK);
    CHECK_TEXT(lab_operations(), "try succeeded");
    CHECK(lab_has(lab_changed(), "\"operation_status\":\"succeeded\""));
    lab_close();
}

void an_operation_fails_with_its_stage(void)
{
    LAB_OPEN(outcome_yaml);
    script.letters = "wx";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_do("try", NULL), STATUS_OK);
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = lab_work_id("w", "ask", 1),
                                                 .result = TEXT("}")}),
                 STATUS_OK);
    CHECK_TEXT(lab_operations(), "try failed");
    CHECK_TEXT(lab_stages(), "ask incident 1 1");
    CHECK_STATUS(lab_do("leave", NULL), STATUS_OK); /* what came afterwards does not change it */
    CHECK_TEXT(lab_operations(), "try failed, leave succeeded");
    lab_close();
}

/* Nothing stays "running" for ever because something else was asked for meanwhile; and who only
 * notes something down waits for nobody. */
void an_overtaken_operation_is_over(void)
{
    LAB_OPEN(outcome_yaml);
    script.letters = "w";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_do("try", NULL), STATUS_OK);
    CHECK_STATUS(lab_do("note", "{\"note\":\"n\"}"), STATUS_OK);
    CHECK_TEXT(lab_operations(), "try running, note succeeded");
    CHECK_STATUS(lab_do("leave", NULL), STATUS_OK);
    CHECK_TEXT(lab_operations(), "try succeeded, note succeeded, leave succeeded");
    lab_close();
}

/* ---- two who write at once ---- */

/* The row of a stage is written only while the case is where it was read. */
void a_stage_is_not_begun_again_behind_its_result(void)
{
    LAB_OPEN(waiting());
    script.letters = "rw";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    if (store_has(lab.store, STORE_IS_SHARED)) {
        struct store *other = NULL;
        struct arena *arena = arena_create("other", LAB_ARENA_MAX);
        CHECK_STATUS(lab.source->open(lab.source, STORE_WRITE, &other), STATUS_OK);
        CHECK_STATUS(store_begin(other, STORE_WRITE), STATUS_OK);
        struct call call = lab_call(&lab_request);
        call.store = other;
        call.arena = arena;
        struct step step = {.call = &call, .actor = TEXT("timer")};
        CHECK_STATUS(case_move_begin(&step, lab.case_id), STATUS_OK);
        struct stage_row row = lab_row("ask");
        CHECK_STATUS(lab_answer((struct case_answer){.work_id = lab_work_id("w", "ask", 1)}),
                     STATUS_OK);
        int ask = workflow_transition(step.record->recipe->workflow, TEXT("ask"));
        enum status status = stage_again(&step, ask, &row);
        status = status == STATUS_OK ? case_move_end(&step) : status;
        CHECK_STATUS(status, STATUS_CONFLICT);
        store_rollback(other);
        store_destroy(&other);
        arena_destroy(&arena);
        CHECK_TEXT(lab_stages(), "");
    }
    lab_close();
}
