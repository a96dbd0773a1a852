/* input_test.c - a whole request read by the table of its route. */
#include "runtime/input.h"

#include "runtime/problem.h"
#include "tests/unit/runtime/by_hand.h"

#include <stdio.h>

struct thing {
    struct id id;
    struct text name;
    struct text note;
    struct texts labels;
    struct text extra;
    struct text any;
    int64_t amount;
    int64_t moment;
    int64_t page;
    bool loud;
    bool quiet;
    struct texts only;
};

static const char *const colours[] = {"red", "green"};

#define AT(member) .offset = offsetof(struct thing, member)
static const struct field fields[] = {
    {.name = "thing_id", .kind = FIELD_ID, .place = FIELD_IN_PATH, .required = true, AT(id)},
    {.name = "name", .kind = FIELD_TEXT, .required = true, .bytes_max = 10, AT(name)},
    {.name = "note", .kind = FIELD_TEXT, .may_be_null = true, .bytes_max = 10, AT(note)},
    {.name = "labels",
     .kind = FIELD_TEXTS,
     .bytes_max = 5,
     .items_max = 2,
     .choices = colours,
     .choice_count = COUNT_OF(colours),
     AT(labels)},
    {.name = "extra", .kind = FIELD_OBJECT, .bytes_max = 20, AT(extra)},
    {.name = "any", .kind = FIELD_JSON, .bytes_max = 20, AT(any)},
    {.name = "amount", .kind = FIELD_INTEGER, .maximum = 9, .otherwise = 5, AT(amount)},
    {.name = "moment", .kind = FIELD_TIME, AT(moment)},
    {.name = "loud", .kind = FIELD_FLAG, .otherwise = 1, AT(loud)},
    {.name = "page", .kind = FIELD_INTEGER, .place = FIELD_IN_QUERY, .maximum = 9, AT(page)},
    {.name = "quiet", .kind = FIELD_FLAG, .place = FIELD_IN_QUERY, AT(quiet)},
    {.name = "only",
     .kind = FIELD_TEXTS,
     .place = FIELD_IN_QUERY,
     .bytes_max = 9,
     .items_max = 3,
     AT(only)},
};
#undef AT

static const struct shape shape = {.name = "Thing",
                                   .fields = fields,
                                   .field_count = COUNT_OF(fields),
                                   .bytes = sizeof(struct thing)};
static const struct route route = {.operation = "put_thing", .takes = &shape};
static const struct route route_of_nothing = {.operation = "poke"};

#define THE_ID "0192d3a4-7c1e-7a30-8000-1234567890ab"

static struct by_hand by_hand;

static enum status read_with_id(const char *id)
{
    const struct path_values path = {.items = {{"thing_id", text_of(id)}}, .count = 1};
    return input_read(&by_hand.call, &path);
}

static void begin(const char *query, const char *body)
{
    by_hand_init(&by_hand, &route);
    by_hand.exchange.request.query = text_of(query);
    if (body != NULL) {
        by_hand_body(&by_hand, text_of(body));
    }
}

static const struct thing *read_well(const char *query, const char *body)
{
    begin(query, body);
    CHECK_STATUS(read_with_id(THE_ID), STATUS_OK);
    CHECK_INT(by_hand.exchange.answer.status, 0);
    return by_hand.call.input;
}

/* The fields of the answer's problem. */
static const struct json *problems(void)
{
    const struct json *details = member_of(by_hand_json(&by_hand), "details");
    const struct json *list = member_of(details, "fields");
    return list ? list->first : NULL;
}

/* The one complaint of a request is this. */
static void check_complaint(const char *query, const char *body, const char *field,
                            const char *code)
{
    begin(query, body);
    CHECK_STATUS(read_with_id(THE_ID), STATUS_REFUSED);
    CHECK_INT(by_hand.exchange.answer.status, 400);
    CHECK_TEXT(member_text(by_hand_json(&by_hand), "code"), "validation_error");
    const struct json *problem = problems();
    CHECK_TEXT(member_text(problem, "field"), field);
    CHECK_TEXT(member_text(problem, "code"), code);
    CHECK(member_text(problem, "message").bytes > 0);
    CHECK(problem->next == NULL);
    by_hand_finish(&by_hand);
}

/* The request is refused before its fields are looked at. */
static void check_refusal(int http_status, const char *code, const char *part)
{
    CHECK_STATUS(read_with_id(THE_ID), STATUS_REFUSED);
    CHECK_INT(by_hand.exchange.answer.status, http_status);
    const struct json *root = by_hand_json(&by_hand);
    CHECK_TEXT(member_text(root, "code"), code);
    CHECK(text_has(member_text(root, "message"), part));
    CHECK(problems() == NULL);
    by_hand_finish(&by_hand);
}

static void reads_everything(void)
{
    const struct thing *thing =
        read_well("page=3&quiet=true&only=a,b%20c",
                  "{\"name\":\"Anna\",\"note\":\"n\",\"labels\":[\"red\",\"green\"],"
                  "\"extra\":{\"a\": [1]},\"any\":[],\"amount\":7,"
                  "\"moment\":\"1970-01-01T00:00:02Z\","
                  "\"loud\":false}");
    char id[ID_TEXT_BYTES + 1];
    id_write(thing->id, id);
    CHECK_TEXT(text_of(id), THE_ID);
    CHECK_TEXT(thing->name, "Anna");
    CHECK_TEXT(thing->note, "n");
    CHECK_INT(thing->labels.count, 2);
    CHECK_TEXT(thing->labels.items[1], "green");
    CHECK_TEXT(thing->extra, "{\"a\": [1]}");
    CHECK_INT(thing->amount, 7);
    CHECK_INT(thing->moment, 2000);
    CHECK(!thing->loud);
    CHECK_INT(thing->page, 3);
    CHECK(thing->quiet);
    CHECK_INT(thing->only.count, 2);
    CHECK_TEXT(thing->only.items[1], "b c");
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        CHECK(input_has(&by_hand.call, fields[i].name));
    }
    by_hand_finish(&by_hand);
}

static void fills_in_what_is_absent(void)
{
    const struct thing *thing = read_well(NULL, "{\"name\":\"x\"}");
    CHECK_TEXT(thing->note, NULL);
    CHECK_INT(thing->labels.count, 0);
    CHECK_TEXT(thing->extra, NULL);
    CHECK_INT(thing->amount, 5);
    CHECK_INT(thing->moment, 0);
    CHECK(thing->loud);
    CHECK(!thing->quiet);
    CHECK(input_has(&by_hand.call, "name"));
    CHECK(!input_has(&by_hand.call, "note"));
    CHECK(!input_has(&by_hand.call, "amount"));
    CHECK(!input_has(&by_hand.call, "page"));
    by_hand_finish(&by_hand);
}

static void tells_null_from_absent_and_empty(void)
{
    const struct thing *thing = read_well(NULL, "{\"name\":\"x\",\"note\":null,\"labels\":[]}");
    CHECK_TEXT(thing->note, NULL);
    CHECK(input_has(&by_hand.call, "note"));
    CHECK(input_has(&by_hand.call, "labels"));
    CHECK_INT(thing->labels.count, 0);
    by_hand_finish(&by_hand);
    check_complaint(NULL, "{\"name\":null}", "name", "null");
    check_complaint(NULL, "{\"name\":\"x\",\"labels\":null}", "labels", "null");
    check_complaint(NULL, "{\"name\":\"x\",\"note\":\"\"}", "note", "empty");
    check_complaint(NULL, "{\"name\":\"\"}", "name", "empty");
    check_complaint(NULL, "{}", "name", "required");
    check_complaint(NULL, NULL, "name", "required");
}

static void refuses_other_types(void)
{
    static const char *const rows[][2] = {
        {"note", "1"},         {"note", "true"}, {"note", "[]"},      {"note", "{}"},
        {"labels", "\"red\""}, {"labels", "{}"}, {"labels", "[1]"},   {"labels", "[null]"},
        {"labels", "[[]]"},    {"extra", "[]"},  {"extra", "\"{}\""}, {"amount", "\"5\""},
        {"amount", "true"},    {"moment", "0"},  {"loud", "1"},       {"loud", "\"true\""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char body[80];
        snprintf(body, sizeof body, "{\"name\":\"x\",\"%s\":%s}", rows[i][0], rows[i][1]);
        check_complaint(NULL, body, rows[i][0], "wrong_type");
    }
}

static void refuses_values_beyond_their_limits(void)
{
    static const char *const rows[][3] = {
        {"name", "\"elevenbytes\"", "too_long"},
        {"note", "\"a\\u0001\"", "control_characters"},
        {"labels", "[\"red\",\"red\",\"red\"]", "too_many"},
        {"labels", "[\"blue\"]", "not_a_choice"},
        {"labels", "[\"\"]", "empty"},
        {"labels", "[\"greener\"]", "too_long"},
        {"extra", "{\"a\":\"bbbbbbbbbbbbbbbbbbb\"}", "too_long"},
        {"amount", "10", "out_of_range"},
        {"amount", "-1", "out_of_range"},
        {"amount", "1.5", "not_a_number"},
        {"amount", "1e0", "not_a_number"},
        {"amount", "99999999999999999999", "not_a_number"},
        {"moment", "\"soon\"", "not_a_time"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char body[160];
        bool is_name = text_equals(text_of(rows[i][0]), TEXT("name"));
        snprintf(body, sizeof body, "{%s\"%s\":%s}", is_name ? "" : "\"name\":\"x\",", rows[i][0],
                 rows[i][1]);
        check_complaint(NULL, body, rows[i][0], rows[i][2]);
    }
}

static void refuses_what_the_query_may_not_hold(void)
{
    static const char *const rows[][3] = {
        {"page=x", "page", "not_a_number"},
        {"page=10", "page", "out_of_range"},
        {"page", "page", "not_a_number"},
        {"page=1&page=2", "page", "given_twice"},
        {"page=1&page=1", "page", "given_twice"},
        {"quiet=1", "quiet", "not_a_flag"},
        {"quiet=", "quiet", "not_a_flag"},
        {"only=a,,b", "only", "empty"},
        {"only=a,b,c,d", "only", "too_many"},
        {"page=%zz", "query", "bad_escape"},
        {"%=1", "query", "bad_escape"},
        {"page=%00", "query", "bad_escape"},
        {"only=%ff", "query", "bad_escape"},
        {"colour=red", "colour", "unknown_field"},
        {"=1", "", "unknown_field"},
        {"name=x", "name", "unknown_field"},         /* of the body */
        {"thing_id=x", "thing_id", "unknown_field"}, /* of the path */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check_complaint(rows[i][0], "{\"name\":\"x\"}", rows[i][1], rows[i][2]);
    }
}

static void takes_queries_as_they_are_written(void)
{
    const struct thing *thing = read_well("&&page=%31&&only=a+b%2Cc&", "{\"name\":\"x\"}");
    CHECK_INT(thing->page, 1);
    CHECK_INT(thing->only.count, 2); /* decoded, then cut */
    CHECK_TEXT(thing->only.items[0], "a b");
    by_hand_finish(&by_hand);
    (void)read_well("", "{\"name\":\"x\"}");
    by_hand_finish(&by_hand);
}

static void suggests_the_name_that_was_meant(void)
{
    begin(NULL, "{\"name\":\"x\",\"nota\":1}");
    CHECK_STATUS(read_with_id(THE_ID), STATUS_REFUSED);
    CHECK_TEXT(member_text(problems(), "message"), "is not known here; did you mean 'note'?");
    CHECK_TEXT(member_text(by_hand_json(&by_hand), "message"),
               "nota is not known here; did you mean 'note'?.");
    by_hand_finish(&by_hand);
    begin("pagr=1", "{\"name\":\"x\"}");
    CHECK_STATUS(read_with_id(THE_ID), STATUS_REFUSED);
    CHECK_TEXT(member_text(problems(), "message"), "is not known here; did you mean 'page'?");
    by_hand_finish(&by_hand);
    begin(NULL, "{\"name\":\"x\",\"something_else\":1}");
    CHECK_STATUS(read_with_id(THE_ID), STATUS_REFUSED);
    CHECK_TEXT(member_text(problems(), "message"), "is not known here");
    by_hand_finish(&by_hand);
}

static void says_all_complaints_at_once(void)
{
    static const char *const expected[] = {"thing_id not_an_id",   "page not_a_number",
                                           "colour unknown_field", "note wrong_type",
                                           "amount out_of_range",  "name required"};
    begin("page=x&colour=1", "{\"note\":1,\"amount\":99}");
    CHECK_STATUS(read_with_id("seven"), STATUS_REFUSED);
    size_t count = 0;
    for (const struct json *problem = problems(); problem != NULL; problem = problem->next) {
        struct text line =
            text_format(by_hand.arena, "%.*s %.*s", TEXT_ARGS(member_text(problem, "field")),
                        TEXT_ARGS(member_text(problem, "code")));
        CHECK(count < COUNT_OF(expected));
        CHECK_TEXT(line, expected[count++]);
    }
    CHECK_INT(count, COUNT_OF(expected));
    by_hand_finish(&by_hand);
}

static void stops_complaining_after_twenty(void)
{
    char body[2000] = "{\"x0\":1";
    size_t bytes = strlen(body);
    for (int i = 1; i < 60; i++) {
        bytes += (size_t)snprintf(body + bytes, sizeof body - bytes, ",\"x%d\":1", i);
    }
    snprintf(body + bytes, sizeof body - bytes, "}");
    begin("a=1&b=1&c=1", body);
    CHECK_STATUS(read_with_id("seven"), STATUS_REFUSED);
    int count = 0;
    for (const struct json *problem = problems(); problem != NULL; problem = problem->next) {
        count++;
    }
    CHECK_INT(count, PROBLEM_FIELDS_MAX);
    by_hand_finish(&by_hand);
}

/* A name of a megyabyte, its 64th byte in the middle of a letter. */
static void does_not_repeat_a_hostile_name(void)
{
    enum { NAME_BYTES = 1024 * 1024 };
    by_hand_init(&by_hand, &route);
    char *body = arena_take(by_hand.arena, NAME_BYTES + 32);
    memcpy(body, "{\"a", 3);
    for (size_t i = 0; i < NAME_BYTES; i += 2) {
        memcpy(body + 3 + i, "\xD0\xB9", 2);
    }
    memcpy(body + 3 + NAME_BYTES, "\":1,\"name\":\"x\"}", 15);
    by_hand_body(&by_hand, text_of(body));
    CHECK_STATUS(read_with_id(THE_ID), STATUS_REFUSED);
    CHECK(by_hand.exchange.answer.body.bytes < 1000);
    CHECK_INT(member_text(problems(), "field").bytes, 63);
    CHECK_TEXT(member_text(problems(), "code"), "unknown_field");
    by_hand_finish(&by_hand);
}

static void refuses_other_media_types(void)
{
    static const char *const types[] = {NULL, "text/plain", "application/jsonx", "",
                                        "application/x-www-form-urlencoded"};
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        begin(NULL, NULL);
        by_hand.exchange.request.body = TEXT("{\"name\":\"x\"}");
        if (types[i] != NULL) {
            by_hand_header(&by_hand, "Content-Type", types[i]);
        }
        check_refusal(415, "unsupported_media_type", "application/json");
    }
    begin(NULL, NULL);
    by_hand.exchange.request.body = TEXT("{\"name\":\"x\"}");
    by_hand_header(&by_hand, "content-type", "Application/JSON ; charset=utf-8");
    CHECK_STATUS(read_with_id(THE_ID), STATUS_OK);
    by_hand_finish(&by_hand);
}

static void says_where_the_json_is_wrong(void)
{
    begin(NULL, "{\"name\":\"x\",}");
    check_refusal(400, "malformed_json", "at byte 12");
    begin(NULL, "{\"name\":\"x\",\"name\":\"y\"}");
    check_refusal(400, "malformed_json", "at byte");
    begin(NULL, "{\"name\":\"\xFF\"}");
    check_refusal(400, "malformed_json", "at byte");
    begin(NULL, "[]");
    check_refusal(400, "malformed_json", "must be a JSON object");
    begin(NULL, "\"name\"");
    check_refusal(400, "malformed_json", "must be a JSON object");
    begin(NULL, "   ");
    check_refusal(400, "malformed_json", "not JSON");
}

static void takes_no_heaps_of_values(void)
{
    enum { VALUES_MAX = 10000 };
    by_hand_init(&by_hand, &route);
    char *body = arena_take(by_hand.arena, VALUES_MAX * 2 + 64);
    size_t bytes = (size_t)snprintf(body, 32, "{\"name\":\"x\",\"labels\":[1");
    for (int i = 0; i < VALUES_MAX; i++) {
        memcpy(body + bytes, ",1", 2);
        bytes += 2;
    }
    memcpy(body + bytes, "]}", 2);
    by_hand_body(&by_hand, (struct text){body, bytes + 2});
    check_refusal(413, "too_many_values", "10000");
}

static void check_any(const char *body, const char *expected)
{
    const struct thing *thing = read_well(NULL, body);
    CHECK_TEXT(thing->any, expected);
    CHECK(input_has(&by_hand.call, "any"));
    by_hand_finish(&by_hand);
}

/* T31: nothing is no less a value than something. */
static void takes_any_value(void)
{
    check_any("{\"name\":\"x\",\"any\":null}", "null");
    check_any("{\"name\":\"x\",\"any\":false}", "false");
    check_any("{\"name\":\"x\",\"any\":true}", "true");
    check_any("{\"name\":\"x\",\"any\":0}", "0");
    check_any("{\"name\":\"x\",\"any\":1.50}", "1.50");
    check_any("{\"name\":\"x\",\"any\":\"a\\n\\\"\"}", "\"a\\n\\\"\"");
    check_any("{\"name\":\"x\",\"any\":[1, {}]}", "[1, {}]");
    CHECK(read_well(NULL, "{\"name\":\"x\"}")->any.data == NULL);
    by_hand_finish(&by_hand);
    check_complaint(NULL, "{\"name\":\"x\",\"any\":\"aaaaaaaaaaaaaaaaaaaa\"}", "any", "too_long");
}

static void takes_nothing_where_nothing_is_taken(void)
{
    const struct path_values nothing = {.count = 0};
    by_hand_init(&by_hand, &route_of_nothing);
    CHECK_STATUS(input_read(&by_hand.call, &nothing), STATUS_OK);
    by_hand_finish(&by_hand);
    by_hand_init(&by_hand, &route_of_nothing);
    by_hand_body(&by_hand, TEXT("{}"));
    CHECK_STATUS(input_read(&by_hand.call, &nothing), STATUS_OK);
    by_hand_finish(&by_hand);
    by_hand_init(&by_hand, &route_of_nothing);
    by_hand_body(&by_hand, TEXT("{\"a\":1}"));
    CHECK_STATUS(input_read(&by_hand.call, &nothing), STATUS_REFUSED);
    CHECK_TEXT(member_text(problems(), "code"), "unknown_field");
    by_hand_finish(&by_hand);
}

static void ask_for_an_unknown_field(void)
{
    (void)read_well(NULL, "{\"name\":\"x\"}");
    (void)input_has(&by_hand.call, "nome");
}

static void asks_only_for_fields_of_the_table(void)
{
    CHECK_MUST_FAIL(ask_for_an_unknown_field, "input_has");
}

static const struct test tests[] = {
    {"reads_everything", reads_everything, 0},
    {"fills_in_what_is_absent", fills_in_what_is_absent, 0},
    {"tells_null_from_absent_and_empty", tells_null_from_absent_and_empty, 0},
    {"refuses_other_types", refuses_other_types, 0},
    {"refuses_values_beyond_their_limits", refuses_values_beyond_their_limits, 0},
    {"refuses_what_the_query_may_not_hold", refuses_what_the_query_may_not_hold, 0},
    {"takes_queries_as_they_are_written", takes_queries_as_they_are_written, 0},
    {"suggests_the_name_that_was_meant", suggests_the_name_that_was_meant, 0},
    {"says_all_complaints_at_once", says_all_complaints_at_once, 0},
    {"stops_complaining_after_twenty", stops_complaining_after_twenty, 0},
    {"does_not_repeat_a_hostile_name", does_not_repeat_a_hostile_name, 0},
    {"refuses_other_media_types", refuses_other_media_types, 0},
    {"says_where_the_json_is_wrong", says_where_the_json_is_wrong, 0},
    {"takes_no_heaps_of_values", takes_no_heaps_of_values, 0},
    {"takes_any_value", takes_any_value, 0},
    {"takes_nothing_where_nothing_is_taken", takes_nothing_where_nothing_is_taken, 0},
    {"asks_only_for_fields_of_the_table", asks_only_for_fields_of_the_table, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
