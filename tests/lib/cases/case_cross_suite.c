/* case_cross_suite.c - cases that move to another version of their workflow: what they are then,
 * what they are found by, what is due, what is under way (E14, E36, T50).
 */
#include "engine/migration/case_cross.h"
#include "engine/run/case_store.h"
#include "tests/lib/cases/case_suites.h"

#include <stdio.h>
#include <string.h>

#define V1 "workflow: w\nversion: 1\nparticipants: {man: {sees: all}}\n"
#define V2 "workflow: w\nversion: 2\nparticipants: {man: {sees: all}}\n"

/* ---- moving by hand ---- */

/* One that is of the first version, although there is a newer one. */
static void begin_old(const char *form)
{
    struct text error = NO_TEXT;
    lab_take_up();
    struct call call = lab_call(&lab_request);
    const struct case_start start = {
        .workflow = "w", .version = 1, .form = text_of(form), .person = lab.person};
    CHECK_STATUS(lab_lay_down(case_start(&call, &start, &lab.case_id, &error)), STATUS_OK);
}

static enum status cross_in(struct call *call, int64_t version, struct texts without,
                            struct text *said_out)
{
    struct case_record *record = NULL;
    struct crossing_plan plan;
    const struct catalog *catalog = catalog_of(call);
    enum status status = case_load(call->store, call->arena, catalog, lab.case_id, &record);
    if (status != STATUS_OK) {
        return status;
    }
    struct crossing crossing = {.from = record->recipe,
                                .to = catalog_find(catalog, TEXT("w"), version),
                                .without = without};
    crossing_begin(call->arena, &crossing);
    status = case_cross_plan(call, call->arena, &crossing, record, &plan);
    if (status != STATUS_OK) {
        return status;
    }
    *said_out = text_copy(lab.arena, plan.because_count > 0 ? plan.because[0] : TEXT("moved"));
    return plan.verdict == CROSSING_MOVES ? case_cross(call, &crossing, record, &plan) : STATUS_OK;
}

/* "moved", or the first reason why it has not. */
static struct text cross_without(int64_t version, struct texts without)
{
    struct text said = NO_TEXT;
    lab_take_up();
    struct call call = lab_call(&lab_request);
    CHECK_STATUS(lab_lay_down(cross_in(&call, version, without, &said)), STATUS_OK);
    return said;
}

static struct text cross(int64_t version)
{
    return cross_without(version, (struct texts){NULL, 0});
}

/* ---- the case itself ---- */

static const char first_yaml[] =
    V1 "fields:\n"
       "  guest: {kind: text, max: 40}\n"
       "  owner: id\n"
       "  day: date\n"
       "places: {asked: , booked: , over: {end: true}}\n"
       "operations:\n"
       "  begin: {who: man, from: start, to: asked, accepts: [guest, day, owner]}\n"
       "  book: {who: man, from: asked, to: booked}\n"
       "  close: {who: man, from: booked, to: over}\n"
       "events: {paid: {event: shop.paid, match: {guest: note}, from: asked, to: booked}}\n"
       "timers:\n"
       "  forgotten: {after: 2h, from: asked, to: over}\n"
       "  early: {after: 1h, from: asked, to: booked}\n"
       "  same: {after: 5h, from: asked, to: over}\n"
       "  comes: {at: day, from: asked, to: booked}\n";
static const char second_yaml[] =
    V2 "fields:\n"
       "  visitor: {kind: text, max: 40, was: guest}\n"
       "  owner: id\n"
       "  day: date\n"
       "  nights: {kind: integer, default: 1}\n"
       "places: {requested: {was: asked}, booked: , over: {end: true}}\n"
       "operations:\n"
       "  begin: {who: man, from: start, to: requested, accepts: [visitor, day, owner]}\n"
       "  book: {who: man, from: requested, to: booked}\n"
       "  close: {who: man, from: booked, to: over}\n"
       "events: {paid: {event: shop.paid, match: {visitor: note}, from: requested, to: booked}}\n"
       "timers:\n"
       "  forgotten: {after: 3h, from: requested, to: over}\n"
       "  same: {after: 5h, from: requested, to: over}\n"
       "  comes: {at: day, before: 1h, from: requested, to: booked}\n"
       "  fresh: {after: 30m, from: requested, to: booked}\n";

/* E14: it goes on as a case of the new version, and its history says since when. */
void a_case_moves_to_another_version(void)
{
    LAB_OPEN(first_yaml, second_yaml);
    begin_old("{\"guest\":\"anna\"}");
    CHECK_TEXT(cross(2), "moved");
    CHECK_TEXT(lab_cases(), "w 2 [\"requested\"]");
    CHECK_TEXT(lab_fields(), "{\"visitor\":\"anna\",\"nights\":1}");
    CHECK_TEXT(lab_revision(), "2");
    CHECK_TEXT(lab_history(), "1 begin anna, 2 moved to version 2 anna");
    CHECK(lab_has(lab_changes(),
                  ", {\"places\":[\"requested\"],\"fields\":{\"nights\":[null,1]},\"reason\":{"
                  "\"code\":\"moved_to_version\",\"from\":1,\"to\":2}}"));
    CHECK(lab_has(lab_changed(), "\"version\":2,\"places\":[\"requested\"]"));
    CHECK_STATUS(lab_do("book", "{}"), STATUS_OK);
    CHECK_STATUS(lab_do("close", "{}"), STATUS_OK);
    CHECK_TEXT(lab_is_open(), "closed");
    lab_close();
}

void a_moved_case_is_found_by_the_new_names(void)
{
    LAB_OPEN(first_yaml, second_yaml);
    begin_old("{\"guest\":\"anna\"}");
    CHECK_TEXT(lab_found_by(), "@ asked, guest \"anna\"");
    CHECK_TEXT(cross(2), "moved");
    CHECK_TEXT(lab_found_by(), "@ requested, visitor \"anna\"");
    CHECK_STATUS(lab_event("shop.paid", id_new(), "{\"note\":\"anna\"}"), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"booked\"]");
    CHECK_TEXT(lab_found_by(), "@ booked, visitor \"anna\"");
    lab_close();
}

/* ---- time ---- */

#define AFTER(ms) (long long)(LAB_BEGIN + (ms))

/* One that is gone is cleared, one that differs is set from when the case came, one that is the
 * same stays. 2026-04-01 begins three hours before UTC's in Moscow. */
void timers_are_those_of_the_new_version(void)
{
    char expected[400];
    int64_t day = LAB_BEGIN - 8 * HOUR + 24 * HOUR - 3 * HOUR;
    LAB_OPEN(first_yaml, second_yaml);
    begin_old("{\"guest\":\"anna\",\"day\":\"2026-04-01\"}");
    snprintf(expected, sizeof expected, "comes %lld, early %lld, forgotten %lld, same %lld",
             (long long)day, AFTER(1 * HOUR), AFTER(2 * HOUR), AFTER(5 * HOUR));
    CHECK_TEXT(lab_timers(), expected);
    lab.now_ms = LAB_BEGIN + 10 * MINUTE;
    CHECK_TEXT(cross(2), "moved");
    snprintf(expected, sizeof expected, "comes %lld, forgotten %lld, fresh %lld, same %lld",
             (long long)(day - HOUR), AFTER(3 * HOUR), AFTER(30 * MINUTE), AFTER(5 * HOUR));
    CHECK_TEXT(lab_timers(), expected);
    lab_at(LAB_BEGIN + 31 * MINUTE);
    CHECK_TEXT(lab_places(), "[\"booked\"]");
    CHECK_TEXT(lab_timers(), "");
    lab_close();
}

static const char wait_yaml[] = V1 "fields: {note: {kind: text, max: 9}}\n"
                                   "places: {far: , near: , over: {end: true}}\n"
                                   "operations:\n"
                                   "  begin: {who: man, from: start, to: far}\n"
                                   "  edit: {who: man, in: [far, near], accepts: note}\n"
                                   "  come: {who: man, from: far, to: near}\n"
                                   "  back: {who: man, from: near, to: far}\n"
                                   "  close: {who: man, from: [near], to: over}\n";
static const char late_yaml[] = V2 "fields: {note: {kind: text, max: 9}}\n"
                                   "places: {far: , close_by: {was: near}, over: {end: true}}\n"
                                   "operations:\n"
                                   "  begin: {who: man, from: start, to: far}\n"
                                   "  edit: {who: man, in: [far, close_by], accepts: note}\n"
                                   "  come: {who: man, from: far, to: close_by}\n"
                                   "  close: {who: man, from: close_by, to: over}\n"
                                   "timers:\n"
                                   "  late: {after: 2h, from: close_by, to: over}\n";

/* It came there the second time an hour after it began, whatever was written since; the history is
 * longer than one look at it. */
void a_timer_of_an_old_place_keeps_its_time(void)
{
    char expected[100];
    LAB_OPEN(wait_yaml, late_yaml);
    begin_old("{}");
    CHECK_STATUS(lab_do("come", "{}"), STATUS_OK);
    lab.now_ms += HOUR / 2;
    CHECK_STATUS(lab_do("back", "{}"), STATUS_OK);
    lab.now_ms += HOUR / 2;
    CHECK_STATUS(lab_do("come", "{}"), STATUS_OK);
    for (int i = 0; i < 230; i++) {
        lab.now_ms += SECOND;
        CHECK_STATUS(lab_do("edit", "{\"note\":\"x\"}"), STATUS_OK);
    }
    CHECK_TEXT(cross(2), "moved");
    snprintf(expected, sizeof expected, "late %lld", AFTER(3 * HOUR));
    CHECK_TEXT(lab_timers(), expected);
    lab_close();
}

/* ---- stages under way ---- */

#define WORK_FIELDS "fields: {amount: integer, note: {kind: text, max: 40}}\n"
static const char work_yaml[] =
    V1 WORK_FIELDS "places: {p: , over: {end: true}}\n"
                   "operations:\n"
                   "  begin: {who: man, from: start, to: p, accepts: amount}\n"
                   "stages:\n"
                   "  one: {from: p, run: work, with: {amount: amount}, deadline: 1h,"
                   " retry: {times: 5, first: 1m, most: 1m}, result: amount, to: over}\n";
static const char work_on_yaml[] =
    V2 WORK_FIELDS "places: {p: , q: , over: {end: true}}\n"
                   "operations:\n"
                   "  begin: {who: man, from: start, to: p, accepts: amount}\n"
                   "stages:\n"
                   "  one: {from: p, run: work, with: {amount: amount}, deadline: 3h,"
                   " retry: {times: 5, first: 1m, most: 1m}, result: amount, to: q}\n"
                   "  two: {from: q, run: work, with: {amount: amount}, to: over}\n";

void a_deadline_is_that_of_the_new_version(void)
{
    char expected[100];
    LAB_OPEN(work_yaml, work_on_yaml);
    script.letters = "w";
    begin_old("{\"amount\":1}");
    lab.now_ms += 10 * MINUTE;
    CHECK_TEXT(cross(2), "moved");
    snprintf(expected, sizeof expected, "one/deadline %lld", AFTER(3 * HOUR));
    CHECK_TEXT(lab_timers(), expected);
    lab_at(LAB_BEGIN + 3 * HOUR);
    CHECK_TEXT(lab_stages(), "one incident 1 1");
    lab_close();
}

/* The receiving side knows a repeated command by its name, so it keeps the one it has; what comes
 * behind it is of the new version. */
void what_is_under_way_goes_on_under_its_work_id(void)
{
    LAB_OPEN(work_yaml, work_on_yaml);
    script.letters = "rwd";
    script.gives.amount = 5;
    begin_old("{\"amount\":1}");
    struct text first = lab_work_id("w", "one", 1);
    CHECK(text_equals(script.work_id, first));
    CHECK_TEXT(cross(2), "moved");
    CHECK_TEXT(lab_memory(), "{\"visits\":{\"one\":1},\"waiting\":[\"one\"],\"done\":[],"
                             "\"began_in\":{\"one\":1}}");
    script.work_id = NO_TEXT;
    lab_wait(2 * MINUTE); /* tried again by the new version */
    CHECK(text_equals(script.work_id, first));
    CHECK_STATUS(
        lab_answer((struct case_answer){.work_id = first, .result = TEXT("{\"amount\":5}")}),
        STATUS_OK);
    CHECK_TEXT(lab_cases(), "w 2 [\"over\"]");
    CHECK(lab_has(script.work_id, "version=2&stage=two&visit=1"));
    CHECK_TEXT(lab_memory(), "{\"visits\":{\"one\":1,\"two\":1},\"waiting\":[],\"done\":[]}");
    lab_close();
}

#define ROUND_PLACES "fields: {amount: integer}\nplaces: {p: , q: , over: {end: true}}\n"
#define ROUND_DOES                                                                                 \
    "operations:\n"                                                                                \
    "  begin: {who: man, from: start, to: p, accepts: amount}\n"                                   \
    "  back: {who: man, from: q, to: p}\n"                                                         \
    "  close: {who: man, from: q, to: over}\n"
static const char round_yaml[] = V1 ROUND_PLACES ROUND_DOES
    "stages:\n  one: {from: p, run: work, with: {amount: amount}, result: amount, to: q}\n";
static const char by_hand_yaml[] =
    V2 ROUND_PLACES ROUND_DOES "  by_hand: {who: man, from: p, to: q}\n";

/* Or whoever receives it would take the second visit for the first one, which he has done. */
void no_work_id_comes_back_through_a_version_without_the_stage(void)
{
    LAB_OPEN(round_yaml, by_hand_yaml);
    script.letters = "dd";
    script.gives.amount = 5;
    begin_old("{\"amount\":1}");
    struct text first = lab_work_id("w", "one", 1);
    CHECK(text_equals(script.work_id, first));
    CHECK_TEXT(cross(2), "moved");
    CHECK_TEXT(lab_memory(),
               "{\"visits\":{},\"waiting\":[],\"done\":[],\"past_visits\":{\"one\":1}}");
    CHECK_STATUS(lab_do("back", NULL), STATUS_OK); /* it is kept by whatever is written then */
    CHECK_STATUS(lab_do("by_hand", NULL), STATUS_OK);
    CHECK_TEXT(cross(1), "moved");
    CHECK_STATUS(lab_do("back", NULL), STATUS_OK);
    CHECK(lab_has(script.work_id, "version=1&stage=one&visit=2"));
    CHECK_TEXT(lab_memory(), "{\"visits\":{\"one\":2},\"waiting\":[],\"done\":[]}");
    lab_close();
}

/* ---- what is in the way ---- */

static const char noted_yaml[] =
    V1 "fields: {note: {kind: text, max: 9}, more: {kind: text, max: 9}}\n"
       "one_open_per: more\n"
       "places: {p: , over: {end: true}}\n"
       "operations:\n"
       "  begin: {who: man, from: start, to: p, accepts: [note, more]}\n"
       "  close: {who: man, from: p, to: over}\n";
static const char bare_yaml[] = V2 "fields: {note: {kind: text, max: 9}}\n"
                                   "one_open_per: note\n"
                                   "places: {p: , over: {end: true}}\n"
                                   "operations:\n"
                                   "  begin: {who: man, from: start, to: p, accepts: note}\n"
                                   "  close: {who: man, from: p, to: over}\n";

void what_was_given_up_stands_in_the_history(void)
{
    const struct text more = TEXT("more");
    LAB_OPEN(noted_yaml, bare_yaml);
    begin_old("{\"note\":\"a\",\"more\":\"b\"}");
    CHECK_TEXT(cross(2), "'more' has a value, and is no field of version 2");
    CHECK_TEXT(lab_cases(), "w 1 [\"p\"]");
    CHECK_TEXT(lab_history(), "1 begin anna");
    CHECK_TEXT(cross_without(2, (struct texts){&more, 1}), "moved");
    CHECK_TEXT(lab_fields(), "{\"note\":\"a\"}");
    CHECK(lab_has(lab_changes(), "\"fields\":{\"more\":[\"b\",null]},\"reason\""));
    CHECK_TEXT(lab_found_by(), "@ p, note \"a\"");
    lab_close();
}

void a_twin_is_in_the_way(void)
{
    char id[ID_TEXT_BYTES + 1];
    char expected[200];
    LAB_OPEN(noted_yaml, bare_yaml);
    CHECK_STATUS(lab_begin("w", "{\"note\":\"a\"}"), STATUS_OK); /* of the new version */
    id_write(lab.case_id, id);
    snprintf(expected, sizeof expected, "%s is open, and there may be one such case only", id);
    begin_old("{\"note\":\"a\"}");
    CHECK_TEXT(cross(2), expected);
    begin_old("{\"note\":\"b\",\"more\":\"b\"}");
    CHECK_TEXT(cross_without(2, (struct texts){&(struct text){"more", 4}, 1}), "moved");
    CHECK_TEXT(lab_cases(), "w 2 [\"p\"], w 1 [\"p\"], w 2 [\"p\"]");
    lab_close();
}

/* ---- what follows ---- */

static const char rests_yaml[] = V1 WORK_FIELDS "places: {p: , q: , over: {end: true}}\n"
                                                "operations:\n"
                                                "  begin: {who: man, from: start, to: p}\n"
                                                "  go: {who: man, from: p, to: q}\n"
                                                "  close: {who: man, from: q, to: over}\n";
static const char goes_yaml[] = V2 WORK_FIELDS "places: {p: , q: , over: {end: true}}\n"
                                               "operations:\n"
                                               "  begin: {who: man, from: start, to: p}\n"
                                               "  close: {who: man, from: q, to: over}\n"
                                               "stages: {do: {from: p, run: plain, to: q}}\n";
static const char ends_yaml[] = V2 WORK_FIELDS "places: {p: , q: {end: true}}\n"
                                               "operations:\n"
                                               "  begin: {who: man, from: start, to: p}\n"
                                               "  go: {who: man, from: p, to: q}\n";

void the_new_version_goes_on_by_itself(void)
{
    LAB_OPEN(rests_yaml, goes_yaml);
    begin_old("{}");
    CHECK_TEXT(cross(2), "moved");
    CHECK_TEXT(lab_places(), "[\"q\"]");
    CHECK_TEXT(lab_history(), "1 begin anna, 2 moved to version 2 anna, 3 do anna");
    CHECK_TEXT(lab_notes(), "plain");
    CHECK_TEXT(lab_found_by(), "@ q");
    lab_close();
}

void a_case_may_end_by_moving(void)
{
    LAB_OPEN(rests_yaml, ends_yaml);
    begin_old("{}");
    CHECK_STATUS(lab_do("go", "{}"), STATUS_OK);
    CHECK_TEXT(lab_is_open(), "open");
    CHECK_TEXT(cross(2), "moved");
    CHECK_TEXT(lab_is_open(), "closed");
    lab_close();
}

#define UNDO_REST                                                                                  \
    "operations:\n"                                                                                \
    "  begin: {who: man, from: start, to: p, accepts: note}\n"                                     \
    "  close: {who: man, from: q, to: over}\n"                                                     \
    "  drop: {who: man, from: q, to: off}\n"
static const char did_yaml[] = V1 WORK_FIELDS
    "places: {p: , q: , off: {end: true, undoes: true}, over: {end: true}}\n" UNDO_REST "stages:\n"
    "  do: {from: p, run: work, undo: undo_work, with: {note: \"'old'\"}, to: q}\n";
static const char undoes_yaml[] = V2 WORK_FIELDS
    "places: {p: , q: , off: {end: true, undoes: true}, over: {end: true}}\n" UNDO_REST "stages:\n"
    "  do: {from: p, run: work, undo: undo_work, with: {note: \"'new'\"}, to: q}\n";

void what_was_done_is_taken_back_by_the_new_version(void)
{
    LAB_OPEN(did_yaml, undoes_yaml);
    begin_old("{}");
    CHECK_TEXT(cross(2), "moved");
    CHECK_STATUS(lab_do("drop", "{}"), STATUS_OK);
    CHECK_TEXT(lab_notes(), "d 0 old, undo d new");
    CHECK_TEXT(lab_is_open(), "closed");
    lab_close();
}

void a_case_moves_back(void)
{
    LAB_OPEN(first_yaml, second_yaml);
    CHECK_STATUS(lab_begin("w", "{\"visitor\":\"anna\"}"), STATUS_OK);
    CHECK_TEXT(cross(1), "'nights' has a value, and is no field of version 1");
    CHECK_TEXT(cross_without(1, (struct texts){&(struct text){"nights", 6}, 1}), "moved");
    CHECK_TEXT(lab_cases(), "w 1 [\"asked\"]");
    CHECK_TEXT(lab_fields(), "{\"guest\":\"anna\"}");
    CHECK_TEXT(lab_found_by(), "@ asked, guest \"anna\"");
    CHECK_STATUS(lab_do("book", "{}"), STATUS_OK);
    lab_close();
}

/* Both have read the same revision; the second one is told to look again. */
void of_two_that_move_a_case_one_comes_later(void)
{
    struct case_record *record = NULL;
    struct crossing_plan plan;
    LAB_OPEN(rests_yaml, goes_yaml);
    begin_old("{}");
    lab_take_up();
    struct call call = lab_call(&lab_request);
    CHECK_STATUS(case_load(lab.store, lab.arena, catalog_of(&call), lab.case_id, &record),
                 STATUS_OK);
    CHECK_STATUS(lab_lay_down(STATUS_OK), STATUS_OK);
    CHECK_STATUS(lab_do("go", "{}"), STATUS_OK);
    lab_take_up();
    struct crossing crossing = {.from = record->recipe,
                                .to = catalog_find(catalog_of(&call), TEXT("w"), 2)};
    crossing_begin(lab.arena, &crossing);
    CHECK_STATUS(case_cross_plan(&call, lab.arena, &crossing, record, &plan), STATUS_OK);
    CHECK_STATUS(lab_lay_down(case_cross(&call, &crossing, record, &plan)), STATUS_CONFLICT);
    CHECK_TEXT(lab_cases(), "w 1 [\"q\"]");
    lab_close();
}
