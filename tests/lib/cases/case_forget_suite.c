/* case_forget_suite.c - a case goes for good, with all that stood beside it. */
#include "tests/lib/cases/case_suites.h"
#include "tests/lib/cases/case_yaml.h"

#include "bus/message.h"
#include "engine/forget/forget.h"
#include "engine/run/case_store.h"

#include <stdio.h>
#include <string.h>

static const char forget_yaml[] =
    "workflow: w\nversion: 1\nparticipants: {man: {sees: all}}\n"
    "fields:\n"
    "  amount: integer\n"
    "  note: {kind: text, max: 2000, found: true}\n"
    "one_open_per: note\n"
    "places: {p: , q: , over: {end: true}}\n"
    "operations:\n"
    "  begin: {who: man, from: start, to: p, accepts: [amount, note]}\n"
    "  close: {who: man, from: p, to: over}\n"
    "stages:\n"
    "  buy: {call: shop.buy, from: q, to: over, with: {amount: amount, note: note},"
    " result: amount, deadline: 1h}\n"
    "events:\n"
    "  paid: {event: shop.paid, early: keep, from: q, to: over}\n"
    "  go: {event: shop.moved, from: p, to: q}\n"
    "timers:\n"
    "  tired: {after: 1d, from: p, to: over}\n";

static enum status forget_case(struct id case_id, int64_t moved_by)
{
    lab_take_up();
    struct call call = lab_call(&lab_request);
    struct case_record *record = NULL;
    enum status status = case_load(call.store, call.arena, lab.made->catalog, case_id, &record);
    if (status == STATUS_OK) {
        record->revision -= moved_by;
        status = case_forget(&call, record);
    }
    return lab_lay_down(status);
}

/* Kept long, so that it is found by a hash; asked by somebody; with an event that came early, a
 * timer, a stage under way and its deadline. The one beside it stays as it is. */
void a_forgotten_case_leaves_nothing(void)
{
    char note[1501];
    char form[1600];
    memset(note, 'n', sizeof note - 1);
    note[sizeof note - 1] = '\0';
    snprintf(form, sizeof form, "{\"note\":\"%s\"}", note);
    LAB_OPEN(forget_yaml);
    CHECK_STATUS(lab_begin("w", "{\"note\":\"other\"}"), STATUS_OK);
    struct text other = lab_left();
    struct id other_id = lab.case_id;
    CHECK_STATUS(lab_begin("w", form), STATUS_OK);
    CHECK_STATUS(lab_event("shop.paid", lab.case_id, "{}"), STATUS_OK);
    CHECK(lab_has(lab_left(), "early 1"));
    CHECK(lab_has(lab_timers(), "tired"));
    CHECK_STATUS(forget_case(lab.case_id, 0), STATUS_OK);
    CHECK_TEXT(lab_left(), "");
    CHECK(lab_has(lab_told(), "case_forgotten"));
    CHECK_STATUS(forget_case(lab.case_id, 0), STATUS_ABSENT);
    CHECK_STATUS(lab_begin("w", form), STATUS_OK); /* there may be one again */
    CHECK_STATUS(lab_do("close", NULL), STATUS_OK);
    CHECK(lab_has(lab_left(), "operation 1"));
    CHECK_STATUS(forget_case(lab.case_id, 0), STATUS_OK);
    CHECK_TEXT(lab_left(), "");
    lab.case_id = other_id;
    CHECK_TEXT(lab_left(), other.data);
    CHECK_STATUS(lab_event("shop.moved", other_id, "{}"), STATUS_OK);
    CHECK(lab_has(lab_stages(), "buy asked"));
    CHECK(lab_has(lab_timers(), "buy/deadline"));
    CHECK_STATUS(forget_case(other_id, 0), STATUS_OK);
    CHECK_TEXT(lab_timers(), "");
    CHECK_TEXT(lab_left(), "");
    lab_close();
}

/* T30, E35: a reply, a result, an event, a time; nothing of any of them is kept. */
void whatever_comes_for_a_forgotten_case_meets_nobody(void)
{
    LAB_OPEN(forget_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.moved", lab.case_id, "{}"), STATUS_OK);
    struct id errand = lab_row("buy").errand;
    struct text work_id = lab_work_id("w", "buy", 1);
    CHECK_STATUS(forget_case(lab.case_id, 0), STATUS_OK);
    CHECK_STATUS(lab_reply_to(errand, outcome_done, "{\"amount\":1}"), STATUS_OK);
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = work_id}), STATUS_ABSENT);
    CHECK_STATUS(lab_event("shop.paid", lab.case_id, "{}"), STATUS_OK);
    lab_wait(2 * DAY);
    CHECK_TEXT(lab_left(), "");
    CHECK_TEXT(lab_parked(), "");
    lab_close();
}

void a_case_that_moved_meanwhile_is_not_forgotten(void)
{
    LAB_OPEN(forget_yaml);
    CHECK_STATUS(lab_begin("w", "{\"note\":\"n\"}"), STATUS_OK);
    struct text before = lab_left();
    CHECK_STATUS(lab_event("shop.paid", lab.case_id, "{}"), STATUS_OK);
    struct text moved = lab_left();
    CHECK(!text_equals(before, moved));
    CHECK_STATUS(forget_case(lab.case_id, 1), STATUS_CONFLICT);
    CHECK_TEXT(lab_left(), moved.data);
    lab_close();
}

static struct id forgotten;
static struct text places_then;
static enum status said;

static enum status forgets(struct call *call, struct id case_id)
{
    struct case_glance glance;
    enum status status = case_look(call, case_id, &glance); /* it is still there */
    forgotten = case_id;
    places_then = status == STATUS_OK ? text_copy(lab.arena, glance.places.items[0]) : NO_TEXT;
    return status == STATUS_OK ? said : status;
}

/* In the same transaction: when it says no, the case stays. */
void what_a_service_keeps_beside_a_case_goes_with_it(void)
{
    LAB_OPEN(forget_yaml);
    lab.cases.forgets = forgets;
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    struct text before = lab_left();
    said = STATUS_BUSY;
    CHECK_STATUS(forget_case(lab.case_id, 0), STATUS_BUSY);
    CHECK_TEXT(lab_left(), before.data);
    said = STATUS_OK;
    CHECK_STATUS(forget_case(lab.case_id, 0), STATUS_OK);
    CHECK(id_equals(forgotten, lab.case_id));
    CHECK_TEXT(places_then, "p");
    CHECK_TEXT(lab_left(), "");
    lab_close();
}
