/* case_stages_suite.c - stages done by functions: what they may say, and what becomes of it. */
#include "tests/lib/cases/case_suites.h"
#include "tests/lib/cases/case_yaml.h"

#include <stdio.h>

/* ---- done ---- */

static const char line_yaml[] = HEAD FIELDS PLACES BEGIN
    "stages:\n"
    "  one: {run: work, from: p, to: q, with: {amount: amount, note: note}, result: whole}\n"
    "  two: {run: plain, from: q, to: over}\n";

/* E1, E8, E11: one after the other, each with its result in the store. E30: the row is gone. */
void stages_follow_each_other(void)
{
    LAB_OPEN(line_yaml);
    script.gives = (struct thing){.amount = 5, .fine = true, .note = TEXT("n")};
    CHECK_STATUS(lab_begin("w", "{\"amount\":7,\"note\":\"hello\"}"), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"over\"]");
    CHECK_TEXT(lab_is_open(), "closed");
    CHECK_TEXT(lab_notes(), "d 7 hello, plain");
    CHECK_TEXT(lab_fields(), "{\"amount\":7,\"note\":\"hello\",\"whole\":{\"amount\":5,\"fine\":"
                             "true,\"note\":\"n\",\"thing\":null}}");
    CHECK_TEXT(lab_history(), "1 begin anna, 2 one anna, 3 two anna");
    CHECK_TEXT(lab_stages(), "");
    CHECK_TEXT(lab_timers(), "");
    lab_close();
}

/* T30: what the next stage is told is the result of the one before, and not something else. */
void a_stage_is_told_the_result_before_it(void)
{
    LAB_OPEN(line_yaml);
    script.gives = (struct thing){.amount = 5, .note = TEXT("n")};
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(script.previous, "{\"amount\":5,\"fine\":false,\"note\":\"n\",\"thing\":null}");
    CHECK_TEXT(lab_previous(), "null"); /* `plain` gives nothing */
    lab_close();
}

static const char *results_of(const char *field)
{
    static char yaml[2000];
    snprintf(yaml, sizeof yaml,
             HEAD FIELDS PLACES BEGIN
             "stages:\n"
             "  one: {run: work, from: p, to: q, result: %s}\n"
             "  two: {run: work, from: q, to: over, with: {note: \"iif(%s is null, 'null', "
             "'some')\"}}\n",
             field, field);
    return yaml;
}

/* T31, T30: 0 and false are results like any other. */
void nothing_and_no_are_results(void)
{
    LAB_OPEN(results_of("amount"));
    script.gives = (struct thing){.amount = 0};
    CHECK_STATUS(lab_begin("w", "{\"amount\":7}"), STATUS_OK);
    CHECK_TEXT(lab_fields(), "{\"amount\":0}");
    CHECK_TEXT(lab_notes(), "d 0 , d 0 some");
    lab_close();
}

void false_is_a_result(void)
{
    LAB_OPEN(results_of("fine"));
    script.gives = (struct thing){.fine = false};
    CHECK_STATUS(lab_begin("w", "{\"fine\":true}"), STATUS_OK);
    CHECK_TEXT(lab_fields(), "{\"fine\":false}");
    CHECK_TEXT(lab_notes(), "d 0 , d 0 some");
    lab_close();
}

/* T28: a result of null is kept as such, whatever was there. */
void null_is_a_result(void)
{
    LAB_OPEN(results_of("amount"));
    script.gives = (struct thing){.amount = FIELD_NONE};
    CHECK_STATUS(lab_begin("w", "{\"amount\":7}"), STATUS_OK);
    CHECK_TEXT(lab_fields(), "{}");
    CHECK_TEXT(lab_notes(), "d 0 , d 0 null");
    CHECK(lab_has(lab_changes(), "\"amount\":[7,null]"));
    lab_close();
}

/* ---- skipping ---- */

static const char skip_yaml[] = HEAD FIELDS PLACES BEGIN
    "stages:\n"
    "  one: {run: work, from: p, to: q, skip_when: fine, result: amount, sets: {note: \"'was "
    "here'\"}}\n"
    "  two: {run: plain, from: q, to: over}\n";

/* T28: what is skipped tells the next one nothing, and leaves its field as it is. */
void a_skipped_stage_is_not_done(void)
{
    LAB_OPEN(skip_yaml);
    script.gives = (struct thing){.amount = 5};
    CHECK_STATUS(lab_begin("w", "{\"fine\":true,\"amount\":7}"), STATUS_OK);
    CHECK_TEXT(lab_notes(), "plain");
    CHECK(script.previous.data == NULL);
    CHECK_TEXT(lab_fields(), "{\"amount\":7,\"fine\":true,\"note\":\"was here\"}");
    CHECK_TEXT(lab_history(), "1 begin anna, 2 one anna, 3 two anna");
    CHECK_STATUS(lab_begin("w", "{\"fine\":false}"), STATUS_OK);
    CHECK(lab_has(lab_fields(), "\"amount\":5"));
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK); /* null is no yes */
    CHECK(lab_has(lab_fields(), "\"amount\":5"));
    lab_close();
}

/* ---- trying again ---- */

static const char retry_yaml[] = HEAD FIELDS PLACE BEGIN
    "  close: {who: man, from: p, to: over}\n"
    "stages:\n"
    "  one: {run: work, from: p, to: over, with: {amount: amount, note: note}, result: amount,"
    " retry: {times: 3, first: 10s, most: 15s}}\n";

static int64_t due_in(const char *stage)
{
    return lab_row(stage).due_at - lab.now_ms;
}

/* E34, T29: what it wrote before it failed is undone alone, and it is tried again, later each time.
 */
void a_stage_that_failed_is_tried_again(void)
{
    LAB_OPEN(retry_yaml);
    script.letters = "rexd";
    script.gives = (struct thing){.amount = 5};
    CHECK_STATUS(lab_begin("w", "{\"amount\":7,\"note\":\"a\"}"), STATUS_OK);
    CHECK_TEXT(lab_notes(), "");
    CHECK_TEXT(lab_stages(), "one retry 1 2");
    CHECK_TEXT(lab_reasons(), "{\"code\":\"not_now\",\"message\":\"not yet\"}");
    CHECK(due_in("one") >= 5 * SECOND && due_in("one") <= 10 * SECOND);
    struct text first = text_copy(lab.arena, script.work_id);
    CHECK_STATUS(lab_do("close", NULL), STATUS_OK); /* somebody may still take it away */
    CHECK_TEXT(lab_stages(), "");
    lab_wait(HOUR);
    CHECK_TEXT(lab_notes(), "");
    script.letters = "reed";
    CHECK_STATUS(lab_begin("w", "{\"amount\":7,\"note\":\"a\"}"), STATUS_OK);
    CHECK_STATUS(lab_do("close", NULL), STATUS_OK);
    CHECK_STATUS(lab_begin("w", "{\"amount\":7,\"note\":\"a\"}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "one retry 1 2");
    lab_wait(due_in("one") - 1);
    CHECK_TEXT(lab_stages(), "one retry 1 2");
    struct text second = text_copy(lab.arena, script.work_id);
    lab_wait(1);
    CHECK_TEXT(lab_stages(), "one retry 1 3");
    CHECK(text_equals(second, script.work_id)); /* E13: the same work */
    CHECK(!text_equals(first, second));
    CHECK(due_in("one") >= 7500 && due_in("one") <= 15 * SECOND);
    lab_wait(MINUTE);
    CHECK_TEXT(lab_notes(), "d 7 a");
    CHECK_TEXT(lab_places(), "[\"over\"]");
    CHECK_TEXT(lab_history(), "1 begin anna, 2 one timer");
    lab_close();
}

/* After the last try it waits for a person. */
void what_is_exhausted_becomes_an_incident(void)
{
    LAB_OPEN(retry_yaml);
    script.letters = "rrrrd";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    for (int i = 0; i < 3; i++) {
        CHECK(lab_has(lab_stages(), "retry"));
        lab_wait(20 * SECOND);
    }
    CHECK_TEXT(lab_stages(), "one incident 1 4");
    CHECK_TEXT(lab_places(), "[\"p\"]");
    CHECK(lab_has(lab_changes(), "\"reason\":{\"code\":\"not_now\",\"message\":\"not yet\"}"));
    lab_wait(DAY);
    CHECK_TEXT(lab_stages(), "one incident 1 4");
    CHECK_TEXT(script.letters[0] == 'd' ? TEXT("not tried") : TEXT("tried"), "not tried");
    lab_close();
}

/* A refusal is final. */
void a_refusal_is_not_tried_again(void)
{
    LAB_OPEN(retry_yaml);
    script.letters = "x";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "one incident 1 1");
    CHECK_TEXT(lab_reasons(), "{\"code\":\"not_so\",\"message\":\"It is not so.\"}");
    CHECK_TEXT(lab_notes(), "");
    CHECK_TEXT(lab_timers(), "");
    lab_close();
}

/* E16-E18: when the world is wrong the whole transaction goes; nothing was marked as begun. */
void a_fault_of_the_world_undoes_the_call(void)
{
    LAB_OPEN(retry_yaml);
    script.letters = "u";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_UNAVAILABLE);
    CHECK_TEXT(lab_cases(), "");
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(lab_cases(), "w 1 [\"over\"]");
    lab_close();
}

/* ---- what does not fit ---- */

static const char wide_yaml[] =
    HEAD "fields:\n"
         "  amount: {kind: integer, max: 9}\n"
         "  twice: {kind: integer, max: 9}\n" PLACE "operations:\n"
         "  begin: {who: man, from: start, to: p, accepts: amount}\n"
         "stages:\n"
         "  one: {run: work, from: p, to: over, result: amount, sets: {twice: amount * 2}}\n";

/* A result that its field cannot hold is no result, and nothing of it stays. */
void a_result_must_fit(void)
{
    LAB_OPEN(wide_yaml);
    script.gives = (struct thing){.amount = 10};
    CHECK_STATUS(lab_begin("w", "{\"amount\":1}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "one incident 1 1");
    CHECK(lab_has(lab_reasons(), "result_does_not_fit"));
    CHECK_TEXT(lab_fields(), "{\"amount\":1}");
    CHECK_TEXT(lab_previous(), "null");
    CHECK_TEXT(lab_notes(), ""); /* what it wrote is undone, and a retry writes it once */
    script.gives = (struct thing){.amount = 5};
    CHECK_STATUS(lab_begin("w", "{\"amount\":1}"), STATUS_OK);
    CHECK(lab_has(lab_reasons(), "expression_failed")); /* twice that is too much */
    CHECK_TEXT(lab_fields(), "{\"amount\":1}");
    CHECK_TEXT(lab_places(), "[\"p\"]");
    script.gives = (struct thing){.amount = 4};
    CHECK_STATUS(lab_begin("w", "{\"amount\":1}"), STATUS_OK);
    CHECK_TEXT(lab_fields(), "{\"amount\":4,\"twice\":8}");
    lab_close();
}

static const char object_yaml[] =
    HEAD FIELDS PLACE BEGIN "stages:\n"
                            "  one: {run: work, from: p, to: over, result: thing}\n";

/* Whatever was written can be read again: an object has limits. */
void an_object_has_limits(void)
{
    static char deep[400];
    LAB_OPEN(object_yaml);
    size_t bytes = 0;
    for (int i = 0; i < 40; i++) {
        bytes += (size_t)snprintf(deep + bytes, sizeof deep - bytes, "{\"a\":");
    }
    bytes += (size_t)snprintf(deep + bytes, sizeof deep - bytes, "1");
    for (int i = 0; i < 40; i++) {
        deep[bytes++] = '}';
    }
    script.gives = (struct thing){.amount = 1, .thing = {deep, bytes}};
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "one incident 1 1");
    CHECK(lab_has(lab_reasons(), "must have at most 16 levels"));
    script.gives = (struct thing){.amount = 1, .thing = TEXT("{\"a\":{\"b\":[1,2]}}")};
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK(lab_has(lab_fields(), "{\"a\":{\"b\":[1,2]}}"));
    lab_close();
}

static const char money_yaml[] =
    HEAD "fields: {amount: {kind: money, currency: RUB, max: 1000}}\n" PLACE "operations:\n"
         "  begin: {who: man, from: start, to: p, asks: amount}\n"
         "stages:\n"
         "  one: {run: work, from: p, to: over, with: {amount: amount}, result: amount}\n";

/* A number of C that is money is in minor units. */
void money_is_a_number_to_functions(void)
{
    LAB_OPEN(money_yaml);
    script.gives = (struct thing){.amount = 100000};
    CHECK_STATUS(lab_begin("w", "{\"amount\":\"99.50\"}"), STATUS_OK);
    CHECK_TEXT(lab_notes(), "d 9950 ");
    CHECK_TEXT(lab_fields(), "{\"amount\":\"1000.00\"}");
    script.gives = (struct thing){.amount = 100001};
    CHECK_STATUS(lab_begin("w", "{\"amount\":\"99.50\"}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "one incident 1 1");
    lab_close();
}

/* ---- what is not stored ---- */

static const char secret_yaml[] = HEAD FIELDS PLACES BEGIN
    "stages:\n"
    "  sign: {run: work, from: p, to: q, result: note, store: false, tells: [house.signed, "
    "house.seen]}\n"
    "  send: {run: work, from: q, to: over, with: {note: note}}\n";

/* E23, T30: isNotWriteToStore means what it says. */
void what_is_not_stored_is_only_handed_on(void)
{
    LAB_OPEN(secret_yaml);
    script.gives = (struct thing){.note = TEXT("hush")};
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(lab_notes(), "d 0 , d 0 hush");
    CHECK(lab_has(script.previous, "hush"));
    CHECK(!lab_has(lab_fields(), "hush"));
    CHECK(!lab_has(lab_changes(), "hush"));
    CHECK(!lab_has(lab_told_data(), "hush"));
    CHECK(!lab_has(lab_changed(), "hush"));
    CHECK_TEXT(lab_told(), "house.signed, house.seen");
    lab_close();
}

void what_is_not_stored_is_not_what_came_before(void)
{
    LAB_OPEN(secret_yaml);
    script.gives = (struct thing){.note = TEXT("hush")};
    script.letters = "dw";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "send waits 1 1");
    CHECK(!lab_has(lab_previous(), "hush"));
    CHECK(!lab_has(lab_fields(), "hush"));
    CHECK(lab_has(lab_handed(), "hush")); /* as long as it is under way */
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = script.work_id}), STATUS_OK);
    CHECK_TEXT(lab_handed(), "");
    CHECK(!lab_has(lab_changes(), "hush"));
    lab_close();
}

/* ---- next ---- */

static const char next_yaml[] = HEAD FIELDS
    "places: {over: {end: true}}\n"
    "operations:\n"
    "  begin: {who: man, from: start, to: look, accepts: [amount]}\n"
    "stages:\n"
    "  look: {run: work, with: {note: \"'look'\"}, result: amount, next: [send, look]}\n"
    "  feed: {run: work, with: {note: \"'feed'\"}}\n"
    "  send: {run: work, with: {note: \"'send'\"}, to: over}\n";

/* E12, E24, T30: `next` with a name, and without anything. */
void a_function_may_say_where_to_go(void)
{
    LAB_OPEN(next_yaml);
    script.next = "send";
    script.letters = "n";
    script.gives = (struct thing){.amount = 3};
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(lab_notes(), "n 0 look, d 0 send");
    CHECK(lab_has(lab_fields(), "\"amount\":3"));
    script.letters = "d";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(lab_notes(), "n 0 look, d 0 send, d 0 look, d 0 feed, d 0 send");
    lab_close();
}

/* T26, E33: each visit is other work. */
void a_loop_has_a_new_work_id_each_time(void)
{
    LAB_OPEN(next_yaml);
    script.next = "look";
    script.letters = "nw";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_INT(script.visit, 2);
    CHECK_TEXT(lab_stages(), "look waits 2 1");
    CHECK_TEXT(lab_memory(), "{\"visits\":{\"look\":2},\"waiting\":[\"look\"],\"done\":[]}");
    CHECK(text_equals(script.work_id, lab_work_id("w", "look", 2)));
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = lab_work_id("w", "look", 1)}),
                 STATUS_ABSENT); /* E35 */
    CHECK_TEXT(lab_stages(), "look waits 2 1");
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = script.work_id}), STATUS_OK);
    CHECK_TEXT(lab_is_open(), "closed");
    lab_close();
}

/* A mistake of the program stops one case and not the house. */
void a_next_that_is_not_listed_is_an_incident(void)
{
    LAB_OPEN(next_yaml);
    script.next = "feed";
    script.letters = "n";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(lab_stages(), "look incident 1 1");
    CHECK(lab_has(lab_reasons(), "no_such_next"));
    lab_close();
}

/* ---- catch and undo ---- */

static const char undo_yaml[] = HEAD FIELDS
    "places: {failed: {end: true, undoes: true}, over: {end: true}}\n"
    "operations:\n"
    "  begin: {who: man, from: start, to: one}\n"
    "  drop: {who: man, from: four, to: failed}\n"
    "stages:\n"
    "  one: {run: work, with: {note: \"'one'\"}, undo: undo_work, catch: failed}\n"
    "  two: {run: work, with: {note: \"'two'\"}, undo: undo_work, catch: failed}\n"
    "  three: {run: work, with: {note: \"'three'\"}, catch: failed}\n"
    "  four: {run: work, with: {note: \"'four'\"}, undo: undo_work, catch: failed, to: over}\n";

void a_catch_has_its_reason_in_the_history(void)
{
    LAB_OPEN(undo_yaml);
    script.letters = "x";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"failed\"]");
    CHECK_TEXT(lab_history(), "1 begin anna, 2 one anna");
    CHECK(lab_has(lab_changes(), "\"reason\":{\"code\":\"not_so\",\"message\":\"It is not so.\"}"));
    CHECK_TEXT(lab_notes(), "");
    lab_close();
}

/* The last one first, and only what was done. */
void what_was_done_is_taken_back_in_reverse(void)
{
    LAB_OPEN(undo_yaml);
    script.letters = "dddx";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(lab_notes(), "d 0 one, d 0 two, d 0 three, undo d two, undo d one");
    CHECK(lab_has(lab_memory(), "\"done\":[]"));
    lab_close();
}

/* Also by a person, while a stage is under way. */
void whoever_comes_to_an_undoing_place_undoes(void)
{
    LAB_OPEN(undo_yaml);
    script.letters = "dddw";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK(lab_has(lab_memory(), "\"done\":[\"one\",\"two\"]"));
    struct text work_id = text_copy(lab.arena, script.work_id);
    CHECK_STATUS(lab_do("drop", NULL), STATUS_OK);
    CHECK_TEXT(lab_notes(), "d 0 one, d 0 two, d 0 three, w 0 four, undo d two, undo d one");
    CHECK_TEXT(lab_stages(), "");
    CHECK_STATUS(lab_answer((struct case_answer){.work_id = work_id}), STATUS_ABSENT); /* E35 */
    CHECK_TEXT(lab_places(), "[\"failed\"]");
    CHECK_TEXT(lab_operations(), "drop succeeded");
    lab_close();
}

void an_undo_that_fails_is_left_to_a_person(void)
{
    LAB_OPEN(undo_yaml);
    script.letters = "dddwx";
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_do("drop", NULL), STATUS_OK);
    CHECK_TEXT(lab_notes(), "d 0 one, d 0 two, d 0 three, w 0 four, undo d one");
    CHECK_TEXT(lab_stages(), "two incident 1 1");
    CHECK_TEXT(lab_places(), "[\"failed\"]");
    CHECK_TEXT(lab_operations(), "drop failed");
    lab_close();
}
