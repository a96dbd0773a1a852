/* case_early_suite.c - events that come before their case could hear them (T24). */
#include "tests/lib/cases/case_suites.h"
#include "tests/lib/cases/case_yaml.h"

#include "engine/run/early_store.h"

static const char early_yaml[] =
    HEAD FIELDS "places: {p: , q: , r: , over: {end: true}}\n"
                "operations:\n"
                "  begin: {who: man, from: start, to: p, accepts: [amount, fine]}\n"
                "  on: {who: man, from: p, to: q}\n"
                "  past: {who: man, from: p, to: r}\n"
                "events:\n"
                "  paid: {event: shop.paid, early: keep, from: q, when: fine is not false, to: r,\n"
                "    sets: {limited: event.amount}}\n"
                "  more: {event: shop.moved, early: keep, in: q,\n"
                "    sets: {amount: \"coalesce(amount, 0) * 10 + event.amount\"}}\n"
                "  opened: {event: shop.opened, from: q, to: r}\n"
                "timers:\n"
                "  tired: {after: 1d, from: p, to: over}\n"
                "  late: {after: 1d, from: q, to: over}\n"
                "  end: {after: 1d, from: r, to: over}\n";

void an_early_event_waits_for_its_case(void)
{
    LAB_OPEN(early_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.paid", lab.case_id, "{\"amount\":7}"), STATUS_OK);
    CHECK_TEXT(lab_history(), "1 begin anna, 2 event kept shop.paid");
    CHECK_TEXT(lab_early(), "paid shop.paid {\"amount\":7}");
    CHECK_TEXT(lab_places(), "[\"p\"]");
    CHECK_STATUS(lab_do("on", NULL), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"r\"]");
    CHECK_TEXT(lab_fields(), "{\"limited\":7}");
    CHECK_TEXT(lab_history(),
               "1 begin anna, 2 event kept shop.paid, 3 on person, 4 paid shop.paid");
    CHECK_TEXT(lab_early(), "");
    lab_close();
}

void what_is_not_said_to_be_kept_passes_by(void)
{
    LAB_OPEN(early_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.opened", lab.case_id, "{}"), STATUS_OK);
    CHECK_TEXT(lab_revision(), "1");
    CHECK_STATUS(lab_do("on", NULL), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"q\"]");
    lab_close();
}

/* As they came, each once, and before what would take the case away. */
void early_events_come_in_their_order(void)
{
    LAB_OPEN(early_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.moved", lab.case_id, "{\"amount\":1}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.moved", lab.case_id, "{\"amount\":2}"), STATUS_OK);
    lab_wait(SECOND);
    CHECK_STATUS(lab_event("shop.moved", lab.case_id, "{\"amount\":3}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.paid", lab.case_id, "{\"amount\":4}"), STATUS_OK);
    CHECK_STATUS(lab_do("on", NULL), STATUS_OK);
    CHECK_TEXT(lab_fields(), "{\"amount\":123,\"limited\":4}");
    CHECK_TEXT(lab_places(), "[\"r\"]");
    CHECK_TEXT(lab_early(), "");
    lab_close();
}

/* The case can never come there: nobody waits, and nothing of it is kept. */
void an_event_that_is_too_late_is_forgotten(void)
{
    LAB_OPEN(early_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.paid", lab.case_id, "{\"amount\":7}"), STATUS_OK);
    CHECK_STATUS(lab_do("past", NULL), STATUS_OK);
    CHECK_TEXT(lab_early(), "");
    CHECK_STATUS(lab_event("shop.paid", lab.case_id, "{\"amount\":8}"), STATUS_OK);
    CHECK_TEXT(lab_early(), "");
    CHECK_TEXT(lab_revision(), "3");
    lab_wait(DAY);
    CHECK_TEXT(lab_is_open(), "closed");
    CHECK_STATUS(lab_event("shop.paid", lab.case_id, "{\"amount\":9}"), STATUS_OK);
    CHECK_TEXT(lab_early(), "");
    lab_close();
}

/* As of any event: its condition is looked at once, when the case is there. */
void an_early_event_is_looked_at_once(void)
{
    LAB_OPEN(early_yaml);
    CHECK_STATUS(lab_begin("w", "{\"fine\":false}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.paid", lab.case_id, "{\"amount\":7}"), STATUS_OK);
    CHECK_STATUS(lab_do("on", NULL), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"q\"]");
    CHECK_TEXT(lab_early(), "");
    lab_close();
}

/* What it would set does not fit: it stays, and is seen. */
void an_early_event_that_cannot_be_computed_stays(void)
{
    LAB_OPEN(early_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.paid", lab.case_id, "{\"amount\":10}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.moved", lab.case_id, "{\"amount\":1}"), STATUS_OK);
    CHECK_STATUS(lab_do("on", NULL), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"q\"]");
    CHECK_TEXT(lab_fields(), "{\"amount\":1}");
    CHECK_TEXT(lab_early(), "paid shop.paid {\"amount\":10}");
    lab_close();
}

void early_events_have_a_bound(void)
{
    LAB_OPEN(early_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    for (int i = 0; i < EARLY_MAX; i++) {
        CHECK_STATUS(lab_event("shop.moved", lab.case_id, "{\"amount\":0}"), STATUS_OK);
    }
    CHECK_STATUS(lab_event("shop.moved", lab.case_id, "{\"amount\":0}"), STATUS_REFUSED);
    CHECK_TEXT(lab.refused, "The case keeps 100 events that came early, and no more.");
    CHECK_STATUS(lab_do("on", NULL), STATUS_OK);
    lab_at(lab.now_ms);
    CHECK_TEXT(lab_early(), "");
    CHECK_TEXT(lab_revision(), "202");
    lab_close();
}
