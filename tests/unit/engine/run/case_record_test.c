/* case_record_test.c - a case in memory becomes three texts and the same case again, whatever is in
 * it; and damaged texts are no case.
 */
#include "engine/net.h"
#include "engine/run/case_record.h"
#include "tests/lib/check.h"

#include <string.h>

enum { ARENA_MAX = 64 * 1024 * 1024 };

static const char yaml[] = "workflow: w\n"
                           "version: 1\n"
                           "participants: {man: {sees: all}}\n"
                           "fields:\n"
                           "  a: {kind: text, max: 100000}\n"
                           "  b: {kind: choice, choices: [x, y]}\n"
                           "  c: email\n"
                           "  d: phone\n"
                           "  e: integer\n"
                           "  f: {kind: money, currency: KWD}\n"
                           "  g: flag\n"
                           "  h: id\n"
                           "  i: date\n"
                           "  j: time\n"
                           "  k: {kind: texts, max: 100}\n"
                           "  l: object\n"
                           "  z: {kind: money, currency: JPY, default: 7}\n"
                           "places: {p: , q: , r: , s: , over: {end: true}}\n"
                           "operations:\n"
                           "  begin: {who: man, from: start, to: [p, q]}\n"
                           "  left: {who: man, from: p, to: r}\n"
                           "  right: {who: man, from: q, to: s}\n"
                           "stages:\n"
                           "  both: {from: [r, s], to: done}\n"
                           "  done: {worker: w, to: over}\n";

static struct arena *arena;
static struct recipe recipe;

static void begin(void)
{
    const struct recipe_source source = {.file = TEXT("f.yaml"), .yaml = text_of(yaml)};
    struct text said = TEXT("");
    arena = arena_create("records", ARENA_MAX);
    enum status status = recipe_make(arena, &source, &recipe, &said);
    CHECK_TEXT(said, "");
    CHECK_STATUS(status, STATUS_OK);
}

/* ---- any case ---- */

static uint64_t seed = 88172645463325252u;

static uint64_t any(uint64_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

static struct text any_text(size_t bytes_max)
{
    static const char *const letters[] = {"a", "Я", "\"", "\\", "\n", " ", "😀", "\t", "/", "<"};
    struct text text = TEXT("");
    for (uint64_t i = any(bytes_max); i > 0; i--) {
        text = text_join(arena, text, text_of(letters[any(COUNT_OF(letters))]));
    }
    return text;
}

static struct value integer(int64_t number)
{
    return (struct value){.kind = VALUE_INTEGER, .integer = number};
}

static struct value any_value(enum case_kind kind)
{
    static const char *const objects[] = {"{}", "{\"a\":[1,2.50,1e400000]}", "{\"Я\":{\"\":null}}"};
    static const char *const lists[] = {"[]", "[\"a\",\"\\u0041\"]", "[\"Я\"]"};
    switch (kind) {
    case CASE_TEXT:
    case CASE_EMAIL:
    case CASE_PHONE:
        return value_text(any_text(30));
    case CASE_CHOICE:
        return value_text(any(2) ? TEXT("x") : TEXT("y"));
    case CASE_INTEGER:
    case CASE_MONEY:
        return integer((int64_t)(any(UINT64_MAX) >> any(63)) * (any(2) ? 1 : -1) / 2);
    case CASE_FLAG:
        return integer((int64_t)any(2));
    case CASE_ID:
        return value_id(id_new());
    case CASE_DATE:
        return integer((int64_t)any(3652425) - 719528);
    case CASE_TIME:
        return integer((int64_t)any(315569520000000) - 62167219200000);
    case CASE_TEXTS:
        return value_text(text_of(lists[any(COUNT_OF(lists))]));
    case CASE_OBJECT:
        return value_text(text_of(objects[any(2) * 2]));
    case CASE_FILES:
        return value_text(TEXT("[\"01a1ffc1-b814-7026-9fd8-66825f7aa248\"]"));
    case CASE_KIND_COUNT:
        break;
    }
    return (struct value){.kind = VALUE_NULL};
}

static struct case_record *any_case(void)
{
    const struct workflow *workflow = recipe.workflow;
    struct case_record *record = case_record_new(arena, &recipe, id_new());
    memset(&record->marking, 0, sizeof record->marking);
    for (size_t i = 0; i < workflow->field_count; i++) {
        record->values[i] =
            any(4) ? any_value(workflow->fields[i].kind) : (struct value){.kind = VALUE_NULL};
    }
    for (size_t i = 1; i < workflow->place_count; i++) {
        if (any(2)) {
            bit_set_add(&record->marking, i);
        }
    }
    record->done = ARENA_ARRAY(arena, int, 20);
    for (size_t i = 0; i < workflow->transition_count; i++) {
        record->visits[i] = (int64_t)any(3);
        record->is_waiting[i] = any(2);
        record->done[i] = (int)any(workflow->transition_count);
    }
    record->done_count = any(workflow->transition_count + 1);
    return record;
}

static struct case_written written(const struct case_record *record)
{
    return (struct case_written){.places = case_places_write(arena, record),
                                 .stages = case_stages_write(arena, record),
                                 .fields = case_fields_write(arena, record)};
}

static void check_same(const struct case_record *left, const struct case_record *right)
{
    const struct workflow *workflow = recipe.workflow;
    CHECK(bit_set_equals(&left->marking, &right->marking));
    for (size_t i = 0; i < workflow->field_count; i++) {
        CHECK(case_value_equals(&left->values[i], &right->values[i]));
    }
    for (size_t i = 0; i < workflow->transition_count; i++) {
        CHECK_INT(right->visits[i], left->visits[i]);
        CHECK_INT(right->is_waiting[i], left->is_waiting[i]);
    }
    CHECK_INT(right->done_count, left->done_count);
    for (size_t i = 0; i < left->done_count; i++) {
        CHECK_INT(right->done[i], left->done[i]);
    }
}

static void any_case_comes_back(void)
{
    begin();
    struct arena *kept = arena;
    for (int i = 0; i < test_scale(3000); i++) {
        arena = arena_create("one", ARENA_MAX);
        const struct case_record *record = any_case();
        struct case_record again = {.recipe = &recipe};
        struct case_written texts = written(record);
        CHECK_STATUS(case_record_read(arena, &texts, &again), STATUS_OK);
        check_same(record, &again);
        check_same(record, case_record_copy(arena, record));
        arena_destroy(&arena);
    }
    arena = kept;
    arena_destroy(&arena);
}

static void a_new_case_has_its_defaults(void)
{
    begin();
    struct case_record *record = case_record_new(arena, &recipe, id_new());
    CHECK_TEXT(case_places_write(arena, record), "[\"start\"]");
    CHECK_TEXT(case_fields_write(arena, record), "{\"z\":\"7\"}");
    CHECK_TEXT(case_stages_write(arena, record), "{\"visits\":{},\"waiting\":[],\"done\":[]}");
    CHECK(case_is_at_rest(record));
    arena_destroy(&arena);
}

/* ---- damage ---- */

static const struct case_written good = {
    .places = {"[\"p\",\"q\"]", 9},
    .stages = {"{\"visits\":{\"done\":1},\"waiting\":[\"done\"],\"done\":[\"done\"]}", 55},
    .fields = {"{\"e\":5}", 7},
};

static enum status read_with(const char *places, const char *stages, const char *fields)
{
    struct case_record record = {.recipe = &recipe};
    struct case_written texts = {
        .places = places ? text_of(places) : good.places,
        .stages = stages ? text_of(stages) : text_of(good.stages.data),
        .fields = fields ? text_of(fields) : good.fields,
    };
    return case_record_read(arena, &texts, &record);
}

static void damaged_texts_are_no_case(void)
{
    static const char *const places[] = {"",      "[",         "{}",  "[1]", "[\"nowhere\"]",
                                         "\"p\"", "[[\"p\"]]", "null"};
    static const char *const stages[] = {
        "",
        "[]",
        "{}",
        "{\"visits\":{},\"waiting\":[]}",
        "{\"visits\":{\"x\":1},\"waiting\":[],\"done\":[]}",
        "{\"visits\":{\"done\":\"1\"},\"waiting\":[],\"done\":[]}",
        "{\"visits\":{\"done\":-1},\"waiting\":[],\"done\":[]}",
        "{\"visits\":[],\"waiting\":[],\"done\":[]}",
        "{\"visits\":{},\"waiting\":{},\"done\":[]}",
        "{\"visits\":{},\"waiting\":[\"x\"],\"done\":[]}",
        "{\"visits\":{},\"waiting\":[],\"done\":[7]}",
    };
    static const char *const fields[] = {
        "",         "[]",       "{\"x\":1}", "{\"e\":\"5\"}", "{\"e\":5.0}", "{\"i\":\"x\"}",
        "{\"e\":5", "{\"g\":1}"};
    begin();
    CHECK_STATUS(read_with(NULL, NULL, NULL), STATUS_OK);
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        CHECK_STATUS(read_with(places[i], NULL, NULL), STATUS_CORRUPT);
    }
    for (size_t i = 0; i < COUNT_OF(stages); i++) {
        CHECK_STATUS(read_with(NULL, stages[i], NULL), STATUS_CORRUPT);
    }
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        CHECK_STATUS(read_with(NULL, NULL, fields[i]), STATUS_CORRUPT);
    }
    arena_destroy(&arena);
}

static const struct test tests[] = {
    {.name = "any_case_comes_back", .run = any_case_comes_back},
    {.name = "a_new_case_has_its_defaults", .run = a_new_case_has_its_defaults},
    {.name = "damaged_texts_are_no_case", .run = damaged_texts_are_no_case},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
