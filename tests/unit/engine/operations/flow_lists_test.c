/* flow_lists_test.c - lists, counts and histories of cases: what somebody finds, in which order, on
 * how many pages, and that he finds out nothing about what he does not see.
 */
#include "tests/unit/engine/operations/flow_desk.h"

static const char loan[] =
    "workflow: loan\nversion: 1\n"
    "participants:\n"
    "  clerk: {sees: all}\n"
    "  client: {is: client_id, sees: [number]}\n"
    "fields:\n"
    "  client_id: id\n"
    "  number: {kind: text, max: 20}\n"
    "  mark: {kind: text, max: 20}\n"
    "  pin: {kind: text, max: 20, secret: true}\n"
    "places: {asked: , judged: , over: {end: true}}\n"
    "operations:\n"
    "  ask: {who: client, from: start, to: asked, asks: [number],"
    " sets: {client_id: caller_id}}\n"
    "  note: {who: clerk, in: [asked, judged], accepts: [mark, pin]}\n"
    "  judge: {who: clerk, from: asked, to: judged}\n"
    "  end: {who: clerk, from: asked, to: over}\n"
    "  finish: {who: clerk, from: judged, to: over}\n"
    "events:\n" /* cases are found by what events match */
    "  marked: {event: shop.opened, match: {mark: note}, in: [asked, judged]}\n"
    "  numbered: {event: shop.moved, match: {number: note}, in: [asked, judged]}\n";

static struct desk_person clerk;
static struct desk_person anna;
static struct desk_person boris;
static struct id annas;  /* cases */
static struct id boriss; /* in place judged, with the mark `bad` */

static struct id asks(struct desk_person who, const char *number)
{
    struct id id = {{0}};
    char form[60];
    snprintf(form, sizeof form, "{\"number\":\"%s\"}", number);
    struct desk_said state = desk_state(who, "/flow/client/loan/state", (struct id){{0}});
    struct desk_said said =
        desk_operate(who, "/flow/client/loan/operations/ask", desk_permit(&state, "ask"), form);
    CHECK_STATUS(said.status, STATUS_OK);
    CHECK(id_read(desk_at(said.body, "case_id")->text, &id));
    lab.now_ms += 1000;
    return id;
}

static void does(struct id case_id, const char *operation, const char *form)
{
    char path[80];
    snprintf(path, sizeof path, "/flow/clerk/loan/operations/%s", operation);
    struct desk_said state = desk_state(clerk, "/flow/clerk/loan/state", case_id);
    CHECK_STATUS(desk_operate(clerk, path, desk_permit(&state, operation), form).status, STATUS_OK);
    lab.now_ms += 1000;
}

static void begin(void)
{
    LAB_OPEN(loan);
    clerk = (struct desk_person){.role = "clerk", .id = id_new()};
    anna = (struct desk_person){.role = "client", .id = id_new()};
    boris = (struct desk_person){.role = "client", .id = id_new()};
    annas = asks(anna, "1");
    boriss = asks(boris, "2");
    does(boriss, "note", "{\"mark\":\"bad\",\"pin\":\"4321\"}");
    does(boriss, "judge", "{}");
}

/* By which door: the role of who asks. */
static struct desk_said list(struct desk_person who, const char *what, struct cases_input input,
                             const char *given)
{
    char path[80];
    snprintf(path, sizeof path, "/flow/%s/loan/%s", who.role, what);
    input.limit = input.limit == 0 ? 50 : input.limit;
    return desk_ask(
        (struct desk_request){.who = who, .path = path, .input = &input, .given = given});
}

static size_t found(struct desk_person who, struct cases_input input, const char *given)
{
    struct desk_said said = list(who, "cases", input, given);
    CHECK_INT(said.code, 200);
    return desk_count(&said, "items");
}

#define CASES(...) ((struct cases_input){__VA_ARGS__})

/* ---- lists ---- */

static void each_finds_his_own(void)
{
    begin();
    CHECK_INT(found(clerk, CASES(.limit = 50), NULL), 2);
    CHECK_INT(found(anna, CASES(.limit = 50), NULL), 1);
    struct desk_said said = list(anna, "cases", CASES(.limit = 50), NULL);
    CHECK(!desk_has(&said, "bad"));
    CHECK_TEXT(text_of(desk_word(desk_at(said.body, "items")->first, "forms/number")), "1");
    CHECK_INT(desk_at(desk_at(said.body, "items")->first, "is_mine")->kind, JSON_TRUE);
    struct desk_person stranger = {.role = "client", .id = id_new()};
    CHECK_INT(found(stranger, CASES(.limit = 50), NULL), 0);
    lab_close();
}

static void filters_find_what_they_say(void)
{
    begin();
    CHECK_INT(found(clerk, CASES(.place = TEXT("judged")), "place"), 1);
    CHECK_INT(found(clerk, CASES(.place = TEXT("asked")), "place"), 1);
    CHECK_INT(found(clerk, CASES(.place = TEXT("over")), "place"), 0);
    CHECK_INT(found(clerk, CASES(.by = TEXT("number"), .value = TEXT("2")), "by value"), 1);
    CHECK_INT(found(clerk, CASES(.by = TEXT("mark"), .value = TEXT("bad")), "by value"), 1);
    CHECK_INT(found(clerk, CASES(.by = TEXT("mark"), .value = TEXT("good")), "by value"), 0);
    CHECK_INT(found(clerk, CASES(.is_mine = true), "mine"), 0);
    CHECK_INT(found(anna, CASES(.is_mine = true), "mine"), 1);
    CHECK_INT(found(clerk, CASES(.opened_after = LAB_BEGIN + 1), "opened_after"), 1);
    CHECK_INT(found(clerk, CASES(.opened_before = LAB_BEGIN + 1), "opened_before"), 1);
    CHECK_INT(found(clerk, CASES(.opened_after = LAB_BEGIN), "opened_after"), 2);
    CHECK_INT(found(clerk, CASES(.opened_before = LAB_BEGIN), "opened_before"), 0);
    does(annas, "end", "{}");
    CHECK_INT(found(clerk, CASES(.is_open = true), "open"), 1);
    CHECK_INT(found(clerk, CASES(.is_open = false), "open"), 1);
    CHECK_INT(found(clerk, CASES(.is_open = false), NULL), 2); /* nobody has asked */
    lab_close();
}

/* A filter would be a question about the field: where he does not see it there is no answer. */
static void what_is_not_seen_is_not_found_out(void)
{
    begin();
    CHECK_INT(found(boris, CASES(.by = TEXT("number"), .value = TEXT("2")), "by value"), 1);
    struct desk_said right =
        list(boris, "cases", CASES(.by = TEXT("mark"), .value = TEXT("bad")), "by value");
    struct desk_said wrong =
        list(boris, "cases", CASES(.by = TEXT("mark"), .value = TEXT("good")), "by value");
    CHECK_INT(right.code, wrong.code);
    CHECK(right.code != 200 || text_equals(right.text, wrong.text));
    CHECK(right.code != 200 || desk_count(&right, "items") == 0);
    CHECK_INT(found(anna, CASES(.by = TEXT("number"), .value = TEXT("2")), "by value"), 0);
    lab_close();
}

static void what_cannot_be_asked_is_said(void)
{
    static const struct cases_input bad[] = {{.place = {"nowhere", 7}},
                                             {.by = {"pin", 3}, .value = {"4321", 4}},
                                             {.by = {"none", 4}, .value = {"1", 1}},
                                             {.cursor = {"x", 1}},
                                             {.cursor = {"AAAAAAAAAAAAAAAAAAAAAAA", 23}}};
    static const char *const given[] = {"place", "by value", "by value", "cursor", "cursor"};
    begin();
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CHECK_INT(list(clerk, "cases", bad[i], given[i]).code, 400);
    }
    lab_close();
}

static void pages_have_each_case_once(void)
{
    static const char *const orders[] = {"oldest", "newest"};
    begin();
    for (int i = 0; i < 5; i++) {
        asks(anna, "9");
    }
    for (size_t order = 0; order < COUNT_OF(orders); order++) {
        struct cases_input input = {.limit = 3, .order = text_of(orders[order])};
        size_t all = 0;
        struct text last = TEXT("");
        for (int page = 0; page < 3; page++) {
            struct desk_said said = list(clerk, "cases", input, "limit order cursor");
            all += desk_count(&said, "items");
            for (const struct json *one = desk_at(said.body, "items")->first; one;
                 one = one->next) {
                struct text opened = desk_at(one, "opened_at")->text;
                bool is_behind = order == 0 ? strcmp(opened.data, last.data) > 0
                                            : strcmp(opened.data, last.data) < 0;
                CHECK(last.bytes == 0 || is_behind);
                last = text_copy(lab.arena, opened);
            }
            CHECK((page < 2) == (desk_at(said.body, "next")->kind == JSON_STRING));
            input.cursor = desk_at(said.body, "next")->text;
        }
        CHECK_INT(all, 7);
    }
    lab_close();
}

/* ---- counts ---- */

static int64_t counted(struct desk_person who, const char *place)
{
    struct desk_said said = list(who, "counts", CASES(.limit = 50), NULL);
    int64_t count = -1;
    const struct json *row = desk_item(&said, "places", "name", place);
    CHECK(row != NULL && text_to_integer(desk_at(row, "count")->text, &count));
    CHECK_INT(desk_at(row, "is_minimum")->kind, JSON_FALSE);
    return count;
}

static void counts_are_of_what_is_seen(void)
{
    begin();
    CHECK_INT(counted(clerk, "asked"), 1);
    CHECK_INT(counted(clerk, "judged"), 1);
    CHECK_INT(counted(anna, "asked"), 1);
    CHECK_INT(counted(anna, "judged"), 0);
    CHECK_INT(counted(boris, "judged"), 1);
    CHECK_INT(counted(clerk, "over"), 0);
    lab_close();
}

/* ---- history ---- */

static struct desk_said history(struct desk_person who, struct id case_id, struct cases_input input)
{
    input.case_id = case_id;
    input.limit = input.limit == 0 ? 100 : input.limit;
    char path[80];
    snprintf(path, sizeof path, "/flow/%s/loan/cases/{case_id}/history", who.role);
    return desk_ask((struct desk_request){.who = who, .path = path, .input = &input});
}

/* A37. A step of which he sees nothing is not there, and nothing tells of a gap. */
static void history_has_the_steps_that_are_seen(void)
{
    begin();
    struct desk_said theirs = history(clerk, boriss, CASES(.limit = 100));
    struct desk_said his = history(boris, boriss, CASES(.limit = 100));
    CHECK_INT(desk_count(&theirs, "items"), 3);
    CHECK_INT(desk_count(&his, "items"), 2);
    CHECK(desk_item(&his, "items", "transition", "note") == NULL);
    CHECK(!desk_has(&his, "bad") && !desk_has(&his, "mark"));
    CHECK(desk_has(&theirs, "[null,\"bad\"]"));
    CHECK(desk_has(&theirs, "[null,\"***\"]") && !desk_has(&theirs, "4321"));
    CHECK_INT(history(anna, boriss, CASES(.limit = 100)).code, 404);
    lab_close();
}

/* Who stands for himself is told of himself only. */
static void history_names_people_to_those_who_see_all(void)
{
    begin();
    char name[ID_TEXT_BYTES + 1];
    struct desk_said theirs = history(clerk, boriss, CASES(.limit = 100));
    struct desk_said his = history(boris, boriss, CASES(.limit = 100));
    id_write(boris.id, name);
    const struct json *asked = desk_item(&theirs, "items", "transition", "ask");
    CHECK_TEXT(text_of(desk_word(asked, "person")), name);
    CHECK_TEXT(text_of(desk_word(asked, "kind")), "client");
    CHECK_TEXT(text_of(desk_word(desk_item(&his, "items", "transition", "ask"), "person")), name);
    CHECK_TEXT(text_of(desk_word(desk_item(&his, "items", "transition", "judge"), "person")), "-");
    id_write(clerk.id, name);
    CHECK_TEXT(text_of(desk_word(desk_item(&theirs, "items", "transition", "judge"), "person")),
               name);
    lab_close();
}

static void history_comes_in_pages(void)
{
    begin();
    struct cases_input input = {.limit = 1};
    static const char *const steps[] = {"ask", "judge"};
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        struct desk_said said = history(boris, boriss, input);
        CHECK_INT(desk_count(&said, "items"), 1);
        CHECK(desk_item(&said, "items", "transition", steps[i]) != NULL);
        CHECK((i == 0) == (desk_at(said.body, "next")->kind == JSON_STRING));
        input.cursor = desk_at(said.body, "next")->text;
    }
    CHECK_INT(history(boris, boriss, CASES(.cursor = TEXT("-1"))).code, 400);
    CHECK_INT(history(boris, boriss, CASES(.cursor = TEXT("x"))).code, 400);
    lab_close();
}

static const struct test tests[] = {
    {"each_finds_his_own", each_finds_his_own, 0},
    {"filters_find_what_they_say", filters_find_what_they_say, 0},
    {"what_is_not_seen_is_not_found_out", what_is_not_seen_is_not_found_out, 0},
    {"what_cannot_be_asked_is_said", what_cannot_be_asked_is_said, 0},
    {"pages_have_each_case_once", pages_have_each_case_once, 0},
    {"counts_are_of_what_is_seen", counts_are_of_what_is_seen, 0},
    {"history_has_the_steps_that_are_seen", history_has_the_steps_that_are_seen, 0},
    {"history_names_people_to_those_who_see_all", history_names_people_to_those_who_see_all, 0},
    {"history_comes_in_pages", history_comes_in_pages, 0},
};

int main(int argc, char **argv)
{
    lab_open_source = desk_open_source;
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
