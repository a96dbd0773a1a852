/* case_moves_suite.c - firing: fields, forks, joins, histories, what is told, one open case for
 * each.
 */
#include "engine/run/case_store.h"
#include "tests/lib/cases/case_suites.h"

#include <stdio.h>

#define MAN "participants: {man: {sees: all}}\n"

/* ---- fields ---- */

static const char sets_yaml[] = "workflow: w\n"
                                "version: 1\n" MAN "fields:\n"
                                "  a: {kind: integer, default: 1}\n"
                                "  b: {kind: integer, default: 2, max: 100}\n"
                                "  t: {kind: text, max: 5}\n"
                                "  u: {kind: text, max: 5}\n"
                                "  m: {kind: money, currency: RUB, default: 100}\n"
                                "  d: date\n"
                                "places: {p: , over: {end: true}}\n"
                                "operations:\n"
                                "  begin: {who: man, from: start, to: p}\n"
                                "  swap: {who: man, in: p, sets: {a: b, b: a}}\n"
                                "  grow: {who: man, in: p, sets: {b: b * 10}}\n"
                                "  write: {who: man, in: p, asks: u, sets: {t: u || u}}\n"
                                "  late: {who: man, in: p, sets: {d: \"add_days(d, 100000000)\"}}\n"
                                "  day: {who: man, in: p, asks: d}\n"
                                "  close: {who: man, from: p, to: over, when: a = 2}\n"
                                "  drop: {who: man, from: p, to: over}\n";

void all_fields_are_computed_from_what_was_there(void)
{
    LAB_OPEN(sets_yaml);
    CHECK_STATUS(lab_begin("w", NULL), STATUS_OK);
    CHECK_TEXT(lab_fields(), "{\"a\":1,\"b\":2,\"m\":\"100.00\"}");
    CHECK_STATUS(lab_do("swap", "{}"), STATUS_OK);
    CHECK_TEXT(lab_fields(), "{\"a\":2,\"b\":1,\"m\":\"100.00\"}");
    CHECK_TEXT(lab_history(), "1 begin anna, 2 swap person");
    lab_close();
}

/* What is computed keeps to the limits of its field, and what was refused changes nothing: a case
 * that was written can always be read again. */
void what_is_computed_must_fit(void)
{
    LAB_OPEN(sets_yaml);
    CHECK_STATUS(lab_begin("w", NULL), STATUS_OK);
    CHECK_STATUS(lab_do("grow", "{}"), STATUS_OK);
    CHECK_STATUS(lab_do("grow", "{}"), STATUS_MALFORMED); /* 200 */
    CHECK(lab_has(lab.error, "b must be from"));
    CHECK_STATUS(lab_do("write", "{\"u\":\"абв\"}"), STATUS_MALFORMED);
    CHECK_STATUS(lab_do("write", "{\"u\":\"аб\"}"), STATUS_OK);
    CHECK_STATUS(lab_do("day", "{\"d\":\"9999-12-31\"}"), STATUS_OK);
    CHECK_STATUS(lab_do("late", "{}"), STATUS_MALFORMED);
    CHECK_TEXT(
        lab_fields(),
        "{\"a\":1,\"b\":20,\"t\":\"абаб\",\"u\":\"аб\",\"m\":\"100.00\",\"d\":\"9999-12-31\"}");
    CHECK_TEXT(lab_revision(), "4");
    CHECK_STATUS(lab_do("close", "{}"), STATUS_REFUSED);
    CHECK_STATUS(lab_do("swap", "{}"), STATUS_OK);
    CHECK_TEXT(lab_is_open(), "open");
    lab_close();
}

void a_case_ends(void)
{
    LAB_OPEN(sets_yaml);
    CHECK_STATUS(lab_begin("w", NULL), STATUS_OK);
    CHECK_STATUS(lab_do("swap", "{}"), STATUS_OK);
    CHECK_STATUS(lab_do("close", "{}"), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"over\"]");
    CHECK_TEXT(lab_is_open(), "closed");
    CHECK_STATUS(lab_do("swap", "{}"), STATUS_REFUSED);
    CHECK_TEXT(lab_found_by(), "@ over");
    lab_close();
}

/* E7: one record holds everything, and history has one row for each revision, with what changed. */
void history_says_what_changed(void)
{
    LAB_OPEN(sets_yaml);
    CHECK_STATUS(lab_begin("w", NULL), STATUS_OK);
    CHECK_STATUS(lab_do("swap", "{}"), STATUS_OK);
    CHECK_STATUS(lab_do("close", "{}"), STATUS_OK);
    CHECK_TEXT(lab_changes(), "{\"places\":[\"p\"],\"fields\":{\"a\":[null,1],\"b\":[null,2],"
                              "\"m\":[null,\"100.00\"]}}, "
                              "{\"places\":[\"p\"],\"fields\":{\"a\":[1,2],\"b\":[2,1]}}, "
                              "{\"places\":[\"over\"],\"fields\":{}}");
    lab_close();
}

void forms_are_held_against_their_fields(void)
{
    LAB_OPEN(sets_yaml);
    CHECK_STATUS(lab_begin("w", "[]"), STATUS_MALFORMED);
    CHECK_STATUS(lab_begin("w", "{\"a\":1}"), STATUS_MALFORMED);
    CHECK_TEXT(lab.error, "a is no field of this form");
    CHECK_STATUS(lab_begin("nothing", "{}"), STATUS_ABSENT);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_STATUS(lab_do("write", "{}"), STATUS_MALFORMED);
    CHECK_TEXT(lab.error, "u must be given");
    CHECK_STATUS(lab_do("write", "{\"u\":\"\"}"), STATUS_MALFORMED);
    CHECK_STATUS(lab_do("write", "{\"u\":null}"), STATUS_MALFORMED);
    CHECK_STATUS(lab_do("write", "{\"u\":\"abcdef\"}"), STATUS_MALFORMED);
    CHECK_TEXT(lab_revision(), "1");
    lab_close();
}

/* ---- forks and joins ---- */

static const char fork_yaml[] = "workflow: w\n"
                                "version: 1\n" MAN "places:\n"
                                "  a: \n"
                                "  b: \n"
                                "  c: \n"
                                "  d: \n"
                                "  both: \n"
                                "  over: {end: true}\n"
                                "operations:\n"
                                "  begin: {who: man, from: start, to: [a, b]}\n"
                                "  left: {who: man, from: a, to: c}\n"
                                "  right: {who: man, from: b, to: d}\n"
                                "  close: {who: man, from: both, to: over}\n"
                                "stages:\n"
                                "  join: {from: [c, d], to: both, tells: house.joined}\n"
                                "timers:\n"
                                "  slow: {after: 1h, from: both, to: over}\n";

/* T33, B39: the join happens once, in the transaction of the second mark, whichever came first. */
void a_join_fires_once_in_either_order(void)
{
    const char *const orders[][2] = {{"left", "right"}, {"right", "left"}};
    LAB_OPEN(fork_yaml);
    for (int i = 0; i < 2; i++) {
        CHECK_STATUS(lab_begin("w", NULL), STATUS_OK);
        CHECK_TEXT(lab_places(), "[\"a\",\"b\"]"); /* B38 */
        CHECK_STATUS(lab_do(orders[i][0], NULL), STATUS_OK);
        CHECK_TEXT(lab_places(), i == 0 ? "[\"b\",\"c\"]" : "[\"a\",\"d\"]");
        CHECK_STATUS(lab_do(orders[i][1], NULL), STATUS_OK);
        CHECK_TEXT(lab_places(), "[\"both\"]");
        CHECK_TEXT(lab_told(), i == 0 ? "house.joined" : "house.joined, house.joined");
        CHECK(lab_has(lab_history(), "4 join person"));
        CHECK_TEXT(lab_found_by(), "@ both");
        CHECK_STATUS(lab_do(orders[i][0], NULL), STATUS_REFUSED);
    }
    lab_close();
}

void a_step_tells_once_that_the_case_has_changed(void)
{
    LAB_OPEN(fork_yaml);
    CHECK_STATUS(lab_begin("w", NULL), STATUS_OK);
    CHECK_STATUS(lab_do("left", NULL), STATUS_OK);
    CHECK_STATUS(lab_do("right", NULL), STATUS_OK);
    struct text all = lab_changed();
    CHECK(lab_has(all, "\"places\":[\"a\",\"b\"],\"revision\":1"));
    CHECK(lab_has(all, "\"places\":[\"b\",\"c\"],\"revision\":2"));
    CHECK(lab_has(all, "\"places\":[\"both\"],\"revision\":4")); /* the join had revision 4 */
    CHECK(!lab_has(all, "\"revision\":3"));
    lab_close();
}

/* ---- what is told ---- */

static const char tells_yaml[] = "workflow: w\n"
                                 "version: 1\n" MAN "fields:\n"
                                 "  amount: integer\n"
                                 "  note: {kind: text, max: 20, secret: true}\n"
                                 "  other: {kind: text, max: 20, secret: true}\n"
                                 "places: {p: , over: {end: true}}\n"
                                 "operations:\n"
                                 "  begin:\n"
                                 "    who: man\n"
                                 "    from: start\n"
                                 "    to: p\n"
                                 "    asks: [amount, other]\n"
                                 "    tells: [house.first, house.seen, house.second]\n"
                                 "  close: {who: man, from: p, to: over}\n";

void events_are_told_in_order_with_their_data(void)
{
    LAB_OPEN(tells_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":0,\"other\":\"hush\"}"), STATUS_OK);
    CHECK_TEXT(lab_told(), "house.first, house.seen, house.second");
    char id[ID_TEXT_BYTES + 1];
    id_write(lab.case_id, id);
    struct text undeclared =
        text_format(lab.arena,
                    "{\"case_id\":\"%s\",\"workflow\":\"w\",\"version\":1,\"revision\":1,"
                    "\"fields\":{\"amount\":0}}",
                    id);
    struct text all =
        text_format(lab.arena, "%.*s, {\"case_id\":\"%s\",\"amount\":0,\"note\":null}, %.*s",
                    TEXT_ARGS(undeclared), id, TEXT_ARGS(undeclared));
    CHECK_TEXT(lab_told_data(), all.data);
    lab_close();
}

/* ---- one open case for each ---- */

static const char one_yaml[] = "workflow: w\n"
                               "version: 1\n"
                               "one_open_per: [who, what]\n" MAN "fields:\n"
                               "  who: id\n"
                               "  what: {kind: text, max: 3000}\n"
                               "places: {p: , over: {end: true}}\n"
                               "operations:\n"
                               "  begin: {who: man, from: start, to: p, asks: what, sets: {who: "
                               "caller_id}}\n"
                               "  rename: {who: man, in: p, asks: what}\n"
                               "  close: {who: man, from: p, to: over}\n";

/* A36 */
void there_is_one_open_case_for_each(void)
{
    LAB_OPEN(one_yaml);
    CHECK_STATUS(lab_begin("w", "{\"what\":\"x\"}"), STATUS_OK);
    struct id first = lab.case_id;
    CHECK_STATUS(lab_begin("w", "{\"what\":\"x\"}"), STATUS_EXISTS);
    CHECK(id_equals(lab.case_id, first));
    CHECK_TEXT(lab_revision(), "1");
    CHECK_STATUS(lab_begin("w", "{\"what\":\"y\"}"), STATUS_OK);
    CHECK_STATUS(lab_do("rename", "{\"what\":\"x\"}"), STATUS_EXISTS); /* that is taken */
    lab.case_id = first;
    CHECK_STATUS(lab_do("close", NULL), STATUS_OK);
    CHECK_STATUS(lab_begin("w", "{\"what\":\"x\"}"), STATUS_OK);
    CHECK(!id_equals(lab.case_id, first));
    lab.person = id_new();
    CHECK_STATUS(lab_begin("w", "{\"what\":\"x\"}"), STATUS_OK); /* somebody else's */
    lab_close();
}

/* {"what": ...}, 3,000 letters that nobody can make shorter */
static const char *long_form(uint64_t seed)
{
    static char form[3100];
    size_t at = (size_t)snprintf(form, sizeof form, "{\"what\":\"");
    for (int i = 0; i < 3000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        form[at++] = (char)('0' + (seed >> 33) % 64);
        form[at - 1] = form[at - 1] == '\\' ? '~' : form[at - 1];
    }
    snprintf(form + at, sizeof form - at, "\"}");
    return form;
}

/* An index of PostgreSQL holds 2,700 bytes. */
void long_keys_are_keys_too(void)
{
    LAB_OPEN(one_yaml);
    CHECK_STATUS(lab_begin("w", long_form(7)), STATUS_OK);
    struct id first = lab.case_id;
    CHECK_STATUS(lab_begin("w", long_form(7)), STATUS_EXISTS);
    CHECK(id_equals(lab.case_id, first));
    CHECK_STATUS(lab_begin("w", long_form(8)), STATUS_OK);
    lab_close();
}

/* ---- two writers ---- */

struct writer {
    struct store *store;
    struct arena *arena;
    struct call call;
    struct step step;
};

static void writer_begin(struct writer *writer)
{
    struct arena *arena = arena_create("writer", LAB_ARENA_MAX);
    *writer = (struct writer){.arena = arena};
    CHECK_STATUS(lab.source->open(lab.source, STORE_WRITE, &writer->store), STATUS_OK);
    CHECK_STATUS(store_begin(writer->store, STORE_WRITE), STATUS_OK);
    writer->call = lab_call(&lab_request);
    writer->call.store = writer->store;
    writer->call.arena = arena;
    writer->step = (struct step){.call = &writer->call, .actor = TEXT("other")};
}

static void writer_end(struct writer *writer)
{
    store_destroy(&writer->store);
    arena_destroy(&writer->arena);
}

/* T33: both have read the same revision; one is written, the other is run again and sees it. */
void of_two_writers_one_comes_later(void)
{
    LAB_OPEN(fork_yaml);
    CHECK_STATUS(lab_begin("w", NULL), STATUS_OK);
    if (store_has(lab.store, STORE_IS_SHARED)) {
        struct writer writer;
        writer_begin(&writer);
        CHECK_STATUS(case_move_begin(&writer.step, lab.case_id), STATUS_OK);
        CHECK_STATUS(lab_do("left", NULL), STATUS_OK);
        int right = workflow_transition(writer.step.record->recipe->workflow, TEXT("right"));
        enum status status = case_fire(&writer.step, right);
        CHECK_STATUS(status, STATUS_CONFLICT);
        store_rollback(writer.store);
        CHECK_TEXT(lab_places(), "[\"b\",\"c\"]");
        writer_end(&writer);
    }
    CHECK_STATUS(lab_do("right", NULL), STATUS_OK);
    CHECK_TEXT(lab_told(), lab_has(lab_places(), "both") ? "house.joined" : "");
    lab_close();
}

/* Both looked, and both found none open. */
void of_two_that_begin_one_comes_later(void)
{
    LAB_OPEN(one_yaml);
    if (store_has(lab.store, STORE_IS_SHARED)) {
        struct writer writer;
        struct text error = NO_TEXT;
        struct id id;
        const struct case_start start = {
            .workflow = "w", .form = TEXT("{\"what\":\"x\"}"), .person = lab.person};
        writer_begin(&writer);
        const struct recipe *recipe = catalog_find(lab.made->catalog, TEXT("w"), 0);
        writer.step.record = case_record_new(writer.arena, recipe, id_new());
        writer.step.person = lab.person;
        step_begin(&writer.step);
        struct form_problems problems;
        int begin = workflow_transition(recipe->workflow, TEXT("begin"));
        CHECK_STATUS(case_form_read(&writer.step, begin, start.form, &problems), STATUS_OK);
        struct id found;
        CHECK_STATUS(case_find_open(writer.store, writer.arena, writer.step.record, &found),
                     STATUS_ABSENT);
        CHECK_STATUS(lab_begin("w", "{\"what\":\"x\"}"), STATUS_OK);
        const struct way *way = step_may(&writer.step, begin);
        CHECK(way != NULL);
        CHECK_STATUS(step_fire(&writer.step, begin, way), STATUS_OK);
        CHECK_STATUS(step_end(&writer.step), STATUS_EXISTS);
        store_rollback(writer.store);
        CHECK_STATUS(store_begin(writer.store, STORE_WRITE), STATUS_OK);
        CHECK_STATUS(case_start(&writer.call, &start, &id, &error), STATUS_EXISTS);
        CHECK(id_equals(id, lab.case_id));
        store_rollback(writer.store);
        writer_end(&writer);
    }
    lab_close();
}
