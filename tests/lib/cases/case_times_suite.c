/* case_times_suite.c - timers, schedules, and events. */
#include "tests/lib/cases/case_suites.h"
#include "tests/lib/cases/case_yaml.h"

#include <stdio.h>

#define BEGIN_AT_P                                                                                 \
    "operations:\n"                                                                                \
    "  begin: {who: man, from: start, to: p, accepts: [amount, note, day, moment]}\n"              \
    "  edit: {who: man, in: p, accepts: [day, moment, note]}\n"                                    \
    "  leave: {who: man, from: p, to: q}\n"                                                        \
    "  come: {who: man, from: q, to: p}\n"                                                         \
    "  close: {who: man, from: q, to: over}\n"
#define TIMES                                                                                      \
    "fields:\n"                                                                                    \
    "  amount: integer\n"                                                                          \
    "  note: {kind: text, max: 100}\n"                                                             \
    "  day: date\n"                                                                                \
    "  moment: time\n"

/* "p/late 1000" of one case, as an offset from the beginning; -1: it is not set. */
static int64_t due_of(const char *what)
{
    struct text all = lab_timers();
    struct text rest = all;
    while (rest.data != NULL && rest.bytes > 0) {
        struct text one;
        struct text name;
        struct text at;
        int64_t due_ms;
        text_cut(rest, ',', &one, &rest);
        one = text_trim(one);
        if (text_cut(one, ' ', &name, &at) && text_equals(name, text_of(what)) &&
            text_to_integer(at, &due_ms)) {
            return due_ms - LAB_BEGIN;
        }
    }
    return -1;
}

/* ---- timers ---- */

static const char after_yaml[] =
    HEAD TIMES PLACES BEGIN_AT_P "timers:\n"
                                 "  late: {after: 1h, from: p, to: over}\n"
                                 "  soon: {after: 10m, in: p, sets: {note: \"'soon'\"}}\n";

/* T49 */
void a_timer_comes_after_the_case_came(void)
{
    LAB_OPEN(after_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_INT(due_of("late"), HOUR);
    lab_wait(10 * MINUTE);
    CHECK_TEXT(lab_fields(), "{\"note\":\"soon\"}");
    CHECK_INT(due_of("soon"), -1);   /* once for each time the case comes here */
    CHECK_INT(due_of("late"), HOUR); /* who stays keeps his clocks */
    CHECK_STATUS(lab_do("edit", "{\"note\":\"x\"}"), STATUS_OK);
    CHECK_INT(due_of("late"), HOUR);
    lab_at(LAB_BEGIN + HOUR - 1);
    CHECK_TEXT(lab_places(), "[\"p\"]");
    lab_at(LAB_BEGIN + HOUR);
    CHECK_TEXT(lab_places(), "[\"over\"]");
    CHECK_TEXT(lab_history(), "1 begin anna, 2 soon timer, 3 edit person, 4 late timer");
    CHECK_TEXT(lab_timers(), "");
    lab_close();
}

void a_timer_goes_when_the_case_goes(void)
{
    LAB_OPEN(after_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    lab_wait(30 * MINUTE);
    CHECK_STATUS(lab_do("leave", NULL), STATUS_OK);
    CHECK_TEXT(lab_timers(), "");
    lab_wait(30 * MINUTE);
    CHECK_STATUS(lab_do("come", NULL), STATUS_OK);
    CHECK_INT(due_of("late"), 2 * HOUR); /* from anew */
    CHECK_INT(due_of("soon"), 70 * MINUTE);
    lab_close();
}

static const char at_yaml[] = HEAD TIMES PLACES BEGIN_AT_P
    "timers:\n"
    "  on_day: {at: day, from: p, to: over}\n"
    "  ahead: {at: moment, before: 1h, in: p, sets: {note: \"'ahead'\"}}\n";

/* A day begins where the business is: in Moscow, three hours before UTC. */
void a_timer_follows_its_field(void)
{
    LAB_OPEN(at_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_TEXT(lab_timers(), "");
    CHECK_STATUS(lab_do("edit", "{\"day\":\"2026-04-01\",\"moment\":\"2026-03-31T10:00:00Z\"}"),
                 STATUS_OK);
    CHECK_INT(due_of("on_day"), 13 * HOUR); /* 2026-03-31T21:00Z */
    CHECK_INT(due_of("ahead"), HOUR);
    CHECK_STATUS(lab_do("edit", "{\"moment\":\"2026-03-31T11:00:00Z\"}"), STATUS_OK);
    CHECK_INT(due_of("ahead"), 2 * HOUR);
    CHECK_STATUS(lab_do("edit", "{\"moment\":null}"), STATUS_OK);
    CHECK_INT(due_of("ahead"), -1);
    CHECK_STATUS(lab_do("edit", "{\"moment\":\"2020-01-01T00:00:00Z\"}"), STATUS_OK);
    lab_at(lab.now_ms); /* long ago is now */
    CHECK(lab_has(lab_fields(), "ahead"));
    CHECK_STATUS(lab_do("leave", NULL), STATUS_OK);
    CHECK_TEXT(lab_timers(), "");
    CHECK_STATUS(lab_do("come", NULL), STATUS_OK);
    CHECK_INT(due_of("on_day"), 13 * HOUR);
    lab_at(LAB_BEGIN + 13 * HOUR - 1);
    CHECK_TEXT(lab_places(), "[\"p\"]");
    lab_at(LAB_BEGIN + 13 * HOUR);
    CHECK_TEXT(lab_places(), "[\"over\"]");
    lab_close();
}

static const char when_yaml[] =
    HEAD TIMES PLACES BEGIN_AT_P "timers:\n"
                                 "  late: {after: 1h, from: p, when: note is null, to: over}\n";

void a_timer_asks_its_condition_when_it_comes(void)
{
    LAB_OPEN(when_yaml);
    CHECK_STATUS(lab_begin("w", "{\"note\":\"busy\"}"), STATUS_OK);
    lab_wait(HOUR);
    CHECK_TEXT(lab_places(), "[\"p\"]");
    CHECK_TEXT(lab_revision(), "1");
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    lab_wait(HOUR);
    CHECK_TEXT(lab_places(), "[\"over\"]");
    lab_close();
}

/* ---- schedules ---- */

static const char schedule_yaml[] =
    HEAD TIMES PLACES BEGIN_AT_P "timers:\n"
                                 "  open_day: {schedule: daily 09:00, from: start, to: q}\n"
                                 "  end_day: {schedule: daily 18:00, from: p, to: over}\n";

void a_schedule_begins_and_moves_cases(void)
{
    LAB_OPEN(schedule_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    lab_at(LAB_BEGIN + 7 * HOUR - 1); /* 17:59:59.999 in Moscow */
    CHECK_TEXT(lab_cases(), "w 1 [\"p\"], w 1 [\"p\"]");
    lab_at(LAB_BEGIN + 7 * HOUR);
    CHECK_TEXT(lab_cases(), "w 1 [\"over\"], w 1 [\"over\"]");
    CHECK_TEXT(lab_history(), "1 begin anna, 2 end_day schedule");
    lab_at(LAB_BEGIN + 22 * HOUR);
    CHECK_TEXT(lab_cases(), "w 1 [\"over\"], w 1 [\"over\"], w 1 [\"q\"]");
    lab_close();
}

/* All of them move, also when there are more than one transaction should hold. */
void a_schedule_moves_very_many(void)
{
    enum { MANY = 350 };
    LAB_OPEN(schedule_yaml);
    for (int i = 0; i < MANY; i++) {
        CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    }
    lab_at(LAB_BEGIN + 7 * HOUR);
    CHECK(lab_has(lab_cases(), "[\"p\"]")); /* those have a turn of their own */
    lab_at(LAB_BEGIN + 7 * HOUR);
    CHECK(!lab_has(lab_cases(), "[\"p\"]"));
    CHECK_TEXT(lab_timers(), "");
    lab_close();
}

/* ---- events ---- */

static const char event_yaml[] = HEAD TIMES PLACES BEGIN_AT_P
    "events:\n"
    "  paid: {event: shop.paid, from: p, to: q, sets: {amount: event.amount}}\n"
    "  noted: {event: shop.opened, match: {note: note, amount: amount}, from: p, to: over}\n"
    "  meant: {event: shop.moved, match: {case_id: note}, from: p, to: over}\n";

void an_event_moves_the_case_it_is_about(void)
{
    LAB_OPEN(event_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.paid", id_new(), "{\"amount\":1}"), STATUS_OK); /* of others */
    CHECK_TEXT(lab_places(), "[\"p\"]");
    CHECK_STATUS(lab_event("shop.paid", lab.case_id, "{\"amount\":0}"), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"q\"]");
    CHECK_TEXT(lab_fields(), "{\"amount\":0}");
    CHECK_TEXT(lab_history(), "1 begin anna, 2 paid shop.paid");
    CHECK_STATUS(lab_event("shop.paid", lab.case_id, "{\"amount\":7}"), STATUS_OK);
    CHECK_TEXT(lab_revision(), "2"); /* it is elsewhere, and that is no fault */
    lab_close();
}

void an_event_finds_cases_by_their_fields(void)
{
    LAB_OPEN(event_yaml);
    CHECK_STATUS(lab_begin("w", "{\"note\":\"a\",\"amount\":1}"), STATUS_OK);
    CHECK_STATUS(lab_begin("w", "{\"note\":\"a\",\"amount\":2}"), STATUS_OK);
    CHECK_STATUS(lab_begin("w", "{\"note\":\"b\",\"amount\":1}"), STATUS_OK);
    CHECK_STATUS(lab_begin("w", "{\"note\":\"a\",\"amount\":1}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.opened", id_new(), "{\"note\":\"a\"}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.opened", id_new(), "{\"note\":1,\"amount\":1}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.opened", id_new(), "{\"note\":null,\"amount\":1}"), STATUS_OK);
    CHECK(!lab_has(lab_cases(), "over"));
    CHECK_STATUS(lab_event("shop.opened", id_new(), "{\"note\":\"a\",\"amount\":1}"), STATUS_OK);
    CHECK_TEXT(lab_cases(), "w 1 [\"over\"], w 1 [\"p\"], w 1 [\"p\"], w 1 [\"over\"]");
    lab_close();
}

void an_event_names_a_case_in_its_data(void)
{
    char data[100];
    char id[ID_TEXT_BYTES + 1];
    LAB_OPEN(event_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.moved", lab.case_id, "{\"note\":\"nobody\"}"), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"p\"]");
    id_write(lab.case_id, id);
    snprintf(data, sizeof data, "{\"note\":\"%s\"}", id);
    CHECK_STATUS(lab_event("shop.moved", id_new(), data), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"over\"]");
    lab_close();
}

/* A value that changes is found by its new self only. */
void a_key_follows_its_field(void)
{
    LAB_OPEN(event_yaml);
    CHECK_STATUS(lab_begin("w", "{\"note\":\"a\",\"amount\":1}"), STATUS_OK);
    CHECK_STATUS(lab_do("edit", "{\"note\":\"b\"}"), STATUS_OK);
    CHECK_TEXT(lab_found_by(), "@ p, amount 1, note \"b\"");
    CHECK_STATUS(lab_event("shop.opened", id_new(), "{\"note\":\"a\",\"amount\":1}"), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"p\"]");
    CHECK_STATUS(lab_event("shop.opened", id_new(), "{\"note\":\"b\",\"amount\":1}"), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"over\"]");
    lab_close();
}

static const char chain_yaml[] =
    HEAD TIMES "places: {p: , q: , r: , over: {end: true}}\n"
               "operations:\n"
               "  begin: {who: man, from: start, to: p, accepts: note}\n"
               "  close: {who: man, from_any: [p, q, r], to: over}\n"
               "events:\n"
               "  born: {event: shop.moved, from: start, to: p, sets: {note: event.note}}\n"
               "  first: {event: shop.moved, match: {note: note}, from: p, to: q}\n"
               "  second: {event: shop.moved, match: {note: note}, from: q, to: r}\n";

/* One event is one step, although what it leads to waits for the same. */
void an_event_takes_a_case_one_step(void)
{
    LAB_OPEN(chain_yaml);
    CHECK_STATUS(lab_begin("w", "{\"note\":\"a\"}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.moved", id_new(), "{\"note\":\"a\"}"), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"q\"]");
    CHECK_TEXT(lab_cases(), "w 1 [\"q\"], w 1 [\"p\"]"); /* and the one it began is not moved */
    CHECK_STATUS(lab_event("shop.moved", id_new(), "{\"note\":\"a\"}"), STATUS_OK);
    CHECK_TEXT(lab_cases(), "w 1 [\"r\"], w 1 [\"q\"], w 1 [\"p\"]");
    lab_close();
}

static const char fork_event_yaml[] =
    HEAD "places: {a: , b: , c: , d: , over: {end: true}}\n"
         "operations: {begin: {who: man, from: start, to: [a, b]}}\n"
         "events:\n"
         "  left: {event: shop.moved, from: a, to: c}\n"
         "  right: {event: shop.moved, from: b, to: d}\n"
         "stages:\n"
         "  join: {from: [c, d], to: over}\n";

/* Where the case waits for it twice at once, both happen. */
void an_event_moves_both_branches(void)
{
    LAB_OPEN(fork_event_yaml);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.moved", lab.case_id, "{}"), STATUS_OK);
    CHECK_TEXT(lab_history(), "1 begin anna, 2 left shop.moved, 3 right shop.moved, 4 join "
                              "shop.moved");
    lab_close();
}

static const char one_event_yaml[] = HEAD TIMES
    "one_open_per: note\n"
    "places: {p: , over: {end: true}}\n"
    "operations:\n"
    "  begin: {who: man, from: start, to: p}\n"
    "  close: {who: man, from: p, to: over}\n"
    "events:\n"
    "  born: {event: shop.opened, from: start, to: p, when: event.amount > 0, sets: {note: "
    "event.note}}\n";

void an_event_begins_a_case_once_for_each(void)
{
    LAB_OPEN(one_event_yaml);
    CHECK_STATUS(lab_event("shop.opened", id_new(), "{\"note\":\"a\",\"amount\":1}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.opened", id_new(), "{\"note\":\"a\",\"amount\":1}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.opened", id_new(), "{\"note\":\"b\",\"amount\":0}"), STATUS_OK);
    CHECK_TEXT(lab_cases(), "w 1 [\"p\"]");
    lab_close();
}

/* ---- versions ---- */

static const char one_version_yaml[] = "workflow: v\nversion: 1\nparticipants: {man: {sees: all}}\n"
                                       "places: {p: , over: {end: true}}\n"
                                       "operations: {begin: {who: man, from: start, to: p}}\n"
                                       "events: {moved: {event: shop.moved, from: p, to: over}}\n";
static const char next_version_yaml[] =
    "workflow: v\nversion: 2\nparticipants: {man: {sees: all}}\n"
    "places: {p: , q: , over: {end: true}}\n"
    "operations:\n"
    "  begin: {who: man, from: start, to: p}\n"
    "  close: {who: man, from: q, to: over}\n"
    "events: {moved: {event: shop.moved, from: p, to: q}}\n";

/* E36, T50: a case stays on its version, and both are served side by side. */
void each_case_moves_by_its_own_version(void)
{
    LAB_OPEN(one_version_yaml, next_version_yaml);
    struct text error = NO_TEXT;
    struct id old;
    lab_take_up();
    struct call call = lab_call(&lab_request);
    CHECK_STATUS(lab_lay_down(case_start(&call, &(struct case_start){.workflow = "v", .version = 1},
                                         &old, &error)),
                 STATUS_OK);
    CHECK_STATUS(lab_begin("v", "{}"), STATUS_OK);
    CHECK_TEXT(lab_cases(), "v 1 [\"p\"], v 2 [\"p\"]");
    CHECK_STATUS(lab_event("shop.moved", old, "{}"), STATUS_OK);
    CHECK_STATUS(lab_event("shop.moved", lab.case_id, "{}"), STATUS_OK);
    CHECK_TEXT(lab_cases(), "v 1 [\"over\"], v 2 [\"q\"]");
    lab_close();
}
