/* case_faults_suite.c - what cannot be computed, and what never comes to rest, is for a person; he
 * hears which expression it was, and where it stands. */
#include "tests/lib/cases/case_suites.h"
#include "tests/lib/cases/case_yaml.h"

#include "engine/stages/mend.h"

#define TOO_MUCH "amount * 9223372036854775807 > 5"

static enum status edit(const char *fields, bool and_retry)
{
    lab_take_up();
    struct call call = lab_call(&lab_request);
    struct step step = {.call = &call, .actor = TEXT("boss")};
    struct mending mending = {.step = &step, .why = TEXT("so")};
    int transition = WORKFLOW_NOWHERE;
    enum status status = case_move_begin(&step, lab.case_id);
    status = status == STATUS_OK ? mend_edit(&mending, text_of(fields)) : status;
    if (status == STATUS_OK && and_retry) {
        status = mend_find_stage(&mending, NO_TEXT, &transition);
        status = status == STATUS_OK ? mend_retry(&mending, transition) : status;
    }
    status = status == STATUS_OK ? case_move_end(&step) : status;
    return lab_lay_down(status);
}

/* ---- conditions ---- */

static const char choice_yaml[] =
    HEAD FIELDS FAILING BEGIN "stages:\n"
                              "  low: {from: p, when: " TOO_MUCH ", to: over}\n"
                              "  high: {from: p, else: true, to: failed}\n";

void a_condition_that_cannot_be_answered_is_an_incident(void)
{
    LAB_OPEN(choice_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":2}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "low incident 1 1");
    CHECK(lab_has(lab_reasons(), "\"code\":\"condition_failed\""));
    CHECK(lab_has(lab_reasons(), "'low' in w.yaml:15, \\\"when: amount * 9223372036854775807 > 5"));
    CHECK_TEXT(lab_places(), "[\"p\"]");
    CHECK_STATUS(edit("{\"amount\":3}", true), STATUS_OK); /* no better */
    CHECK_TEXT(lab_stages(), "low incident 2 1");
    CHECK_STATUS(edit("{\"amount\":0}", true), STATUS_OK);
    CHECK_TEXT(lab_stages(), "");
    CHECK_TEXT(lab_places(), "[\"failed\"]"); /* it was decided anew, not done */
    lab_close();
}

static const char else_yaml[] =
    HEAD FIELDS FAILING BEGIN "stages:\n"
                              "  high: {from: p, else: true, to: failed}\n"
                              "  low: {from: p, when: " TOO_MUCH ", to: over}\n";

void an_else_waits_for_what_cannot_be_answered(void)
{
    LAB_OPEN(else_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":2}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "low incident 1 1");
    CHECK_STATUS(edit("{\"amount\":1}", true), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"over\"]");
    lab_close();
}

static const char event_yaml[] =
    HEAD FIELDS PLACE BEGIN "events:\n"
                            "  came: {event: shop.paid, from: p, when: " TOO_MUCH ", to: over}\n"
                            "timers:\n"
                            "  due: {after: 1h, from: p, when: " TOO_MUCH ", to: over}\n"
                            "  end: {after: 1d, from: p, to: over}\n";

/* The message stays, with its reason, until the case is mended and it is replayed. */
void an_event_that_cannot_be_judged_is_kept(void)
{
    LAB_OPEN(event_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":2}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.paid", lab.case_id, "{}"), STATUS_REFUSED);
    CHECK(lab_has(lab.refused, "'came' in w.yaml:15, \"when: "));
    CHECK_TEXT(lab_revision(), "1");
    CHECK_STATUS(edit("{\"amount\":1}", false), STATUS_OK);
    CHECK_STATUS(lab_event("shop.paid", lab.case_id, "{}"), STATUS_OK);
    CHECK_TEXT(lab_is_open(), "closed");
    lab_close();
}

void a_timer_that_cannot_be_judged_is_kept(void)
{
    LAB_OPEN(event_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":2}"), STATUS_OK);
    lab_wait(HOUR);
    CHECK_TEXT(lab_is_open(), "open");
    CHECK(lab_has(lab_parked(), "'due' in w.yaml:17"));
    lab_close();
}

static const char operation_yaml[] =
    HEAD FIELDS PLACE "operations:\n"
                      "  begin: {who: man, from: start, to: p, accepts: amount}\n"
                      "  leave: {who: man, from: p, when: " TOO_MUCH ", to: over}\n"
                      "  end: {who: man, from: p, to: over}\n";

void an_operation_that_cannot_be_judged_is_refused(void)
{
    LAB_OPEN(operation_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":2}"), STATUS_OK);
    CHECK_STATUS(lab_do("leave", NULL), STATUS_REFUSED);
    CHECK_TEXT(lab_revision(), "1");
    CHECK_STATUS(edit("{\"amount\":1}", false), STATUS_OK);
    CHECK_STATUS(lab_do("leave", NULL), STATUS_OK);
    lab_close();
}

static const char handed_yaml[] = HEAD FIELDS PLACE BEGIN
    "stages:\n"
    "  one: {run: work, from: p, to: over, with: {amount: amount * 9223372036854775807}}\n";

void what_could_not_be_handed_is_computed_anew(void)
{
    LAB_OPEN(handed_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":2}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "one incident 1 1");
    CHECK(lab_has(lab_reasons(), "\\\"with: amount * "));
    CHECK_STATUS(edit("{\"amount\":1}", true), STATUS_OK);
    CHECK_TEXT(lab_notes(), "d 9223372036854775807 ");
    CHECK_TEXT(lab_is_open(), "closed");
    lab_close();
}

/* ---- circles ---- */

static const char circle_yaml[] =
    "workflow: w\nversion: 1\nmax_steps_without_waiting: 250\nparticipants: {man: {sees: "
    "all}}\n" FIELDS PLACES "operations:\n"
    "  begin: {who: man, from: start, to: p, accepts: [amount, fine]}\n"
    "stages:\n"
    "  more: {from: p, when: amount > 0, to: q, sets: {amount: amount - 1}}\n"
    "  rest: {run: work, from: p, when: fine, to: q, sets: {amount: 120}}\n"
    "  enough: {from: p, else: true, to: over}\n"
    "  back: {from: q, to: p}\n";

/* Over all the transactions that it takes; then a person may let it go on. */
void a_case_that_goes_in_a_circle_is_stopped(void)
{
    LAB_OPEN(circle_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":200}"), STATUS_OK);
    CHECK(lab_has(lab_memory(), "\"unbroken\":100"));
    lab_at(lab.now_ms);
    lab_at(lab.now_ms);
    CHECK_TEXT(lab_stages(), "back incident 125 1");
    CHECK(lab_has(lab_reasons(), "too_many_steps"));
    CHECK(!lab_has(lab_memory(), "unbroken"));
    CHECK(lab_has(lab_fields(), "\"amount\":75"));
    CHECK_STATUS(edit("{\"amount\":10}", true), STATUS_OK);
    CHECK_TEXT(lab_is_open(), "closed");
    lab_close();
}

void waiting_begins_the_count_anew(void)
{
    LAB_OPEN(circle_yaml);
    script.letters = "w";
    CHECK_STATUS(lab_begin("w", "{\"amount\":120,\"fine\":true}"), STATUS_OK);
    lab_at(lab.now_ms);
    lab_at(lab.now_ms);
    CHECK_TEXT(lab_stages(), "rest waits 1 1");
    script.letters = "w";
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = lab_work_id("w", "rest", 1)}),
                 STATUS_OK);
    lab_at(lab.now_ms);
    lab_at(lab.now_ms);
    CHECK_TEXT(lab_stages(), "rest waits 2 1");
    lab_close();
}
