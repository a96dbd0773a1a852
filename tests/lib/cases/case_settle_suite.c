/* case_settle_suite.c - what a case does by itself: choices, faults, long chains, other cases. */
#include "tests/lib/cases/case_suites.h"
#include "tests/lib/cases/case_yaml.h"

/* ---- choices ---- */

static const char choice_yaml[] =
    HEAD FIELDS FAILING BEGIN "stages:\n"
                              "  low: {from: p, when: amount < 10, to: over}\n"
                              "  high: {from: p, else: true, to: failed}\n";

void a_choice_is_made_by_conditions(void)
{
    LAB_OPEN(choice_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":9}"), STATUS_OK);
    CHECK_TEXT(lab_history(), "1 begin anna, 2 low anna");
    CHECK_STATUS(lab_begin("w", "{\"amount\":10}"), STATUS_OK);
    CHECK_TEXT(lab_history(), "1 begin anna, 2 high anna");
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(lab_history(), "1 begin anna, 2 high anna"); /* null is neither */
    lab_close();
}

/* ---- faults of expressions ---- */

static const char fault_yaml[] = HEAD FIELDS PLACES BEGIN
    "stages:\n"
    "  one: {run: work, from: p, to: q, with: {amount: amount * 9223372036854775807}}\n"
    "  two: {from: q, to: over, sets: {limited: amount}}\n";

void a_fault_in_what_is_handed_is_an_incident(void)
{
    LAB_OPEN(fault_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":1}"), STATUS_OK);
    CHECK_TEXT(lab_notes(), "d 9223372036854775807 ");
    CHECK_TEXT(lab_is_open(), "closed");
    CHECK_STATUS(lab_begin("w", "{\"amount\":2}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "one incident 1 1");
    CHECK(lab_has(lab_reasons(), "expression_failed"));
    lab_close();
}

static const char pass_yaml[] =
    HEAD FIELDS PLACE BEGIN "stages:\n"
                            "  two: {from: p, to: over, sets: {limited: amount}}\n";

/* Also when the stage does nothing but set fields; a person can mend it. */
void a_fault_in_what_is_set_is_an_incident(void)
{
    LAB_OPEN(pass_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":9}"), STATUS_OK);
    CHECK_TEXT(lab_is_open(), "closed");
    CHECK_STATUS(lab_begin("w", "{\"amount\":10}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "two incident 1 1");
    CHECK(lab_has(lab_reasons(), "limited must be from"));
    CHECK_TEXT(lab_places(), "[\"p\"]");
    lab_close();
}

/* ---- long chains ---- */

static const char loop_yaml[] = HEAD FIELDS PLACES
    "operations:\n"
    "  begin: {who: man, from: start, to: p, accepts: amount, sets: {limited: 0}}\n"
    "stages:\n"
    "  more: {from: p, when: amount > 0, to: q, sets: {amount: amount - 1}}\n"
    "  enough: {from: p, else: true, to: over}\n"
    "  back: {from: q, to: p}\n";

/* What is too long for one transaction goes on in the next; a crash in between loses nothing. */
void a_long_chain_goes_on_in_the_next_transaction(void)
{
    LAB_OPEN(loop_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":120}"), STATUS_OK);
    CHECK_TEXT(lab_is_open(), "open");
    CHECK(lab_has(lab_fields(), "\"amount\":70"));
    CHECK_TEXT(lab_revision(), "100");
    lab_at(lab.now_ms);
    CHECK_TEXT(lab_is_open(), "closed");
    CHECK_TEXT(lab_revision(), "242");
    lab_close();
}

/* The stage begins after the cut: that alone is a change, too. */
static const char late_yaml[] =
    HEAD FIELDS "places: {p: , q: , r: , over: {end: true}}\n"
                "operations:\n"
                "  begin: {who: man, from: start, to: r, accepts: amount}\n"
                "stages:\n"
                "  first: {from: r, to: p}\n"
                "  more: {from: p, when: amount > 0, to: q, sets: {amount: amount - 1}}\n"
                "  enough: {run: work, from: p, else: true, to: over}\n"
                "  back: {from: q, to: p}\n";

void a_stage_that_begins_after_a_cut_is_under_way(void)
{
    LAB_OPEN(late_yaml);
    script.letters = "w";
    CHECK_STATUS(lab_begin("w", "{\"amount\":48}"), STATUS_OK); /* 2 + 96 transitions */
    CHECK_TEXT(lab_stages(), "enough waits 1 1");
    script.letters = "w";
    CHECK_STATUS(lab_begin("w", "{\"amount\":49}"), STATUS_OK); /* a hundred */
    CHECK_TEXT(lab_stages(), "");
    CHECK_TEXT(lab_revision(), "100");
    lab_at(lab.now_ms);
    CHECK_TEXT(lab_stages(), "enough waits 1 1");
    CHECK(lab_has(lab_memory(), "\"waiting\":[\"enough\"]"));
    CHECK(lab_has(lab_history(), "101 begun timer"));
    lab_at(lab.now_ms + DAY);
    CHECK_TEXT(lab_notes(), "w 0 , w 0 "); /* it was begun once for each */
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = lab_work_id("w", "enough", 1)}),
                 STATUS_OK);
    CHECK_TEXT(lab_is_open(), "closed");
    lab_close();
}

/* ---- functions that begin other cases ---- */

static const char first_yaml[] = "workflow: first\nversion: 1\nparticipants: {man: {sees: all}}\n"
                                 "places: {over: {end: true}}\n"
                                 "operations: {begin: {who: man, from: start, to: one}}\n"
                                 "stages: {one: {run: work, to: over}}\n";
static const char second_yaml[] = "workflow: second\nversion: 1\nparticipants: {man: {sees: all}}\n"
                                  "places: {over: {end: true}}\n"
                                  "operations: {begin: {who: man, from: start, to: one}}\n"
                                  "stages: {one: {run: plain, to: over}}\n";

void a_function_may_begin_another_case(void)
{
    LAB_OPEN(first_yaml, second_yaml);
    script.letters = "c";
    script.begins = "second";
    CHECK_STATUS(lab_begin("first", "{}"), STATUS_OK);
    CHECK_STATUS(script.began_as, STATUS_OK);
    CHECK(lab_has(lab_cases(), "first 1 [\"over\"]"));
    CHECK(lab_has(lab_cases(), "second 1 [\"one\"]"));
    lab_at(lab.now_ms);
    CHECK(lab_has(lab_cases(), "second 1 [\"over\"]"));
    CHECK_TEXT(lab_notes(), "c 0 , plain");
    lab_close();
}

/* It fails afterwards: the other case was never begun. */
void a_failed_function_has_begun_nothing(void)
{
    LAB_OPEN(first_yaml, second_yaml);
    script.letters = "c";
    script.begins = "nothing";
    CHECK_STATUS(lab_begin("first", "{}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "one retry 1 2");
    CHECK_TEXT(lab_notes(), "");
    CHECK(!lab_has(lab_cases(), "second"));
    lab_close();
}
