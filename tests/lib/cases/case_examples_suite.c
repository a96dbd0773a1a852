/* case_examples_suite.c - the order of the marketplace and the example of a business case, from
 * beginning to end.
 */
#include "tests/lib/cases/case_suites.h"

#include "bus/message.h"

#include <stdio.h>

/* ---- the order: tests/workflows/order.yaml ---- */

static const struct field rate_fields[] = {
    {.name = "order_id", .kind = FIELD_ID, .offset = 0},
};
static const struct shape rate_shape = {
    .name = "Rate", .fields = rate_fields, .field_count = 1, .bytes = sizeof(struct id)};

static enum status never_here(struct call *call)
{
    (void)call;
    return STATUS_UNAVAILABLE;
}

static const struct command market_commands[] = {
    {.name = "calculator.rate_for_example",
     .summary = "Estimates it",
     .takes = &rate_shape,
     .handle = never_here},
};

#define MARKET_EVENT(text)                                                                         \
    {                                                                                              \
        .name = (text), .version = 1, .data = &rate_shape, .summary = "Happens to an order"        \
    }
static const struct event market_events[] = {
    MARKET_EVENT("report.begin"), MARKET_EVENT("report.started"), MARKET_EVENT("report.finish"),
    MARKET_EVENT("billing.invoice_paid")};

static const struct service market = {.name = "calculator",
                                      .purpose = "All that an order meets",
                                      .commands = market_commands,
                                      .command_count = COUNT_OF(market_commands),
                                      .events = market_events,
                                      .event_count = COUNT_OF(market_events)};

#define FORM                                                                                       \
    "{\"type_id\":\"0191d3a0-0000-7000-8000-000000000001\",\"description\":\"Wash the cat\","      \
    "\"place\":\"Tula\",\"scheduled_at\":\"2026-04-01T09:00:00Z\"}"

static void order_happens(const char *event)
{
    char id[ID_TEXT_BYTES + 1];
    char data[100];
    id_write(lab.case_id, id);
    snprintf(data, sizeof data, "{\"order_id\":\"%s\"}", id);
    CHECK_STATUS(lab_event(event, id_new(), data), STATUS_OK);
}

static void place_an_order(void)
{
    CHECK_STATUS(lab_begin("order", FORM), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"New\"]");
    CHECK_TEXT(lab_stages(), "ask_estimate asked 1 1");
    CHECK_STATUS(lab_do("set_example_rate", "{\"example_rate\":\"10.00\"}"), STATUS_REFUSED);
    CHECK_STATUS(lab_reply("ask_estimate", outcome_done, "{}"), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"RateForExample\"]");
    CHECK_STATUS(lab_do("set_example_rate", "{\"example_rate\":\"10.00\"}"), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"NeedExecutor\",\"NeedSupply\"]"); /* B38, B55 */
}

static void find_worker_and_value(void)
{
    CHECK_STATUS(lab_do("set_value", "{\"value\":\"99.50\"}"), STATUS_REFUSED);
    CHECK_STATUS(
        lab_do("set_executor", "{\"executor_id\":\"0191d3a0-0000-7000-8000-000000000002\"}"),
        STATUS_OK);
    CHECK_STATUS(lab_do("set_value", "{\"value\":\"99.50\"}"), STATUS_OK);
}

static void do_the_work(void)
{
    CHECK_TEXT(lab_places(), "[\"Pending\"]"); /* B39 */
    CHECK(lab_has(lab_timers(), "no_show"));
    order_happens("report.finish"); /* too early: nothing happens */
    order_happens("report.begin");
    CHECK_TEXT(lab_places(), "[\"PreReport\"]");
    CHECK_TEXT(lab_timers(), "");
    order_happens("report.started");
    order_happens("report.finish");
    CHECK_TEXT(lab_places(), "[\"Report\"]");
}

/* B38, B39, B55: both branches in both orders, and both ends. */
void an_order_lives_in_either_order(void)
{
    lab_other = &market;
    LAB_OPEN(lab_workflow("order.yaml"));
    place_an_order();
    find_worker_and_value();
    CHECK_TEXT(lab_places(), "[\"Valued\",\"NeedSupply\"]");
    CHECK_STATUS(lab_do("set_supplied", NULL), STATUS_OK);
    do_the_work();
    CHECK_STATUS(lab_do("approve", NULL), STATUS_OK);
    order_happens("billing.invoice_paid");
    CHECK_TEXT(lab_places(), "[\"SuccessPaid\"]");
    CHECK_TEXT(lab_is_open(), "closed");
    CHECK_TEXT(lab_told(), "orders.new, orders.rated_for_example, orders.executor, orders.valued, "
                           "orders.supplied, orders.pending, orders.pre_report, orders.in_work, "
                           "orders.report, orders.send_success_invoice, orders.success_paid");

    place_an_order();
    CHECK_STATUS(lab_do("set_supplied", NULL), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"NeedExecutor\",\"Supplied\"]");
    find_worker_and_value();
    do_the_work();
    CHECK_STATUS(lab_do("decline", "{\"verdict\":\"The cat is wet.\"}"), STATUS_OK);
    order_happens("billing.invoice_paid");
    CHECK_TEXT(lab_places(), "[\"FailedPaid\"]");
    lab_close();
}

void an_order_nobody_comes_to_is_cancelled(void)
{
    lab_other = &market;
    LAB_OPEN(lab_workflow("order.yaml"));
    place_an_order();
    find_worker_and_value();
    lab_at(LAB_BEGIN + 2 * DAY); /* it waits for supplies, whatever the time */
    CHECK_TEXT(lab_places(), "[\"Valued\",\"NeedSupply\"]");
    CHECK_STATUS(lab_do("set_supplied", NULL), STATUS_OK);
    lab_at(lab.now_ms);
    CHECK_TEXT(lab_places(), "[\"Cancelled\"]");
    CHECK(lab_has(lab_told(), "orders.pending, orders.cancelled"));
    lab_close();
}

/* ---- the business case: tests/workflows/feeding.yaml ---- */

static void feeder_answers(const char *stage, const char *result)
{
    CHECK_TEXT(lab_stages(), text_format(lab.arena, "%s queued 1 1", stage).data);
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = lab_work_id("feeding", stage, 1),
                                                 .result = text_of(result)}),
                 STATUS_OK);
}

/* E27, T30: each stage has its own command and its own payload, in its order, and the process has
 * its results and its end. */
void a_hungry_address_is_fed(void)
{
    LAB_OPEN(lab_workflow("feeding.yaml"));
    CHECK_STATUS(lab_begin("feeding", "{\"address\":\"0x1\"}"), STATUS_OK);
    CHECK_TEXT(lab_handed(), "{\"id\":\"0x1\"}");
    feeder_answers("checkApprove", "false"); /* T31 */
    CHECK_TEXT(lab_handed(), "{\"id\":\"0x1\"}");
    feeder_answers("approve", "null");
    CHECK_TEXT(lab_handed(), "{\"address\":\"0x1\"}");
    feeder_answers("getBalance", "0"); /* T31 */
    CHECK_TEXT(lab_handed(), "{\"address\":\"0x1\",\"amount\":5}");
    feeder_answers("feed", "null");
    CHECK_TEXT(lab_handed(), "{\"address\":\"0x1\",\"signature\":\"signed\"}");
    CHECK(!lab_has(lab_fields(), "signed"));
    feeder_answers("send", "{\"sent\":true}");
    CHECK_TEXT(lab_places(), "[\"finished\"]");
    CHECK_TEXT(lab_fields(), "{\"address\":\"0x1\",\"isApproved\":false,\"balance\":0,"
                             "\"result\":{\"sent\":true}}");
    CHECK(!lab_has(lab_changes(), "signed"));
    CHECK_TEXT(lab_stages(), "");
    lab_close();
}

/* E27: what is approved is not approved again, who has enough is not fed. */
void a_rich_address_is_not_fed(void)
{
    LAB_OPEN(lab_workflow("feeding.yaml"));
    CHECK_STATUS(lab_begin("feeding", "{\"address\":\"0x1\"}"), STATUS_OK);
    feeder_answers("checkApprove", "true");
    feeder_answers("getBalance", "5");
    feeder_answers("send", "null");
    CHECK_TEXT(lab_places(), "[\"finished\"]");
    CHECK(!lab_has(lab_commands(), "feed"));
    lab_close();
}

/* E22, E34: what fails for good ends in error, with its reason. */
void a_failed_feeding_ends_in_error(void)
{
    LAB_OPEN(lab_workflow("feeding.yaml"));
    CHECK_STATUS(lab_begin("feeding", "{\"address\":\"0x1\"}"), STATUS_OK);
    feeder_answers("checkApprove", "true");
    feeder_answers("getBalance", "1");
    for (int i = 0; i < 6; i++) {
        CHECK(lab_has(lab_stages(), "feed queued"));
        CHECK_STATUS(lab_answer((struct case_answer){
                         .work_id = lab_work_id("feeding", "feed", 1),
                         .has_failed = true,
                         .result = TEXT("{\"code\":\"dry\",\"message\":\"The well is dry.\"}")}),
                     STATUS_OK);
    }
    CHECK_TEXT(lab_places(), "[\"error\"]");
    CHECK(lab_has(lab_changes(), "\"reason\":{\"code\":\"dry\",\"message\":\"The well is dry.\"}"));
    lab_close();
}

/* T49 */
void a_feeding_nobody_answers_ends_in_error(void)
{
    LAB_OPEN(lab_workflow("feeding.yaml"));
    CHECK_STATUS(lab_begin("feeding", "{\"address\":\"0x1\"}"), STATUS_OK);
    feeder_answers("checkApprove", "true");
    feeder_answers("getBalance", "1");
    lab_wait(10 * MINUTE);
    CHECK_TEXT(lab_places(), "[\"error\"]");
    CHECK(lab_has(lab_changes(), "deadline_passed"));
    lab_close();
}
