/* flow_operate_test.c - an operation as its handler does it, over rows of SQLite: every field of a
 * form with what does not fit it, and tokens that are none. Nothing of it leaves a trace.
 */
#include "engine/operations/flow_handlers.h"
#include "store/sqlite.h"
#include "tests/lib/cases/case_lab.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

enum { BODY_VALUES_MAX = 10000, TOKEN_BYTES_MAX = 200 };

static const char form_yaml[] = "workflow: w\nversion: 1\n"
                                "participants: {man: {sees: all}, other: {sees: all}}\n"
                                "fields:\n"
                                "  name: {kind: text, min: 2, max: 5}\n"
                                "  count: {kind: integer, min: 1, max: 9}\n"
                                "  sure: {kind: flag}\n"
                                "  day: {kind: date}\n"
                                "  at: {kind: time}\n"
                                "  price: {kind: money, currency: RUB, min: 0}\n"
                                "  whose: {kind: id}\n"
                                "  size: {kind: choice, choices: [small, large]}\n"
                                "  more: {kind: object}\n"
                                "  kept: {kind: integer}\n"
                                "places: {p: , over: {end: true}}\n"
                                "operations:\n"
                                "  begin: {who: man, from: start, to: p, asks: name,"
                                " accepts: [count, sure, day, at, price, whose, size, more]}\n"
                                "  close: {who: man, from: p, to: over}\n";

static struct store_source *open_source(const char *schema)
{
    const struct sqlite_options options = {.directory = test_directory(), .schema = schema};
    struct store_source *source = NULL;
    struct text error = NO_TEXT;
    CHECK_STATUS(sqlite_source(&options, &source, &error), STATUS_OK);
    return source;
}

/* ---- a request without a server ---- */

struct said {
    enum status status;
    int code;
    const struct json *body;
};

static const struct route *find_route(enum http_method method, const char *path)
{
    for (size_t i = 0; i < lab.made->route_count; i++) {
        if (lab.made->routes[i].method == method && strcmp(lab.made->routes[i].path, path) == 0) {
            return &lab.made->routes[i];
        }
    }
    CHECK(false);
    return NULL;
}

static struct said request(enum http_method method, const char *path, const void *input)
{
    static const struct text man = {"man", 3};
    struct said said = {.body = NULL};
    struct json_error error;
    const struct route *route = find_route(method, path);
    lab_take_up();
    struct http_exchange *exchange = ARENA_NEW(lab.work, struct http_exchange);
    struct call call = lab_call(NULL);
    exchange->arena = lab.work;
    exchange->request.method = method;
    exchange->request.path = text_of(path);
    call.caller = (struct caller){
        .kind = CALLER_ROOT, .name = TEXT("root key"), .person = lab.person, .roles = {&man, 1}};
    call.exchange = exchange;
    call.route = route;
    call.input = input;
    call.given = UINT64_MAX;
    call.takes = route->takes;
    call.gives = route->gives;
    said.status = route->handle(&call);
    said.code = exchange->answer.status;
    struct text body = text_copy(lab.arena, exchange->answer.body);
    CHECK_STATUS(json_read(lab.arena, body, BODY_VALUES_MAX, &said.body, &error), STATUS_OK);
    enum status kept = lab_lay_down(said.status);
    CHECK(kept == said.status);
    return said;
}

static struct text permit_to_begin(void)
{
    const struct state_input input = {.event_id = {{0}}};
    struct said said = request(HTTP_GET, "/flow/man/w/state", &input);
    CHECK_STATUS(said.status, STATUS_OK);
    const struct json *offers = json_member(said.body, TEXT("new_operations"));
    CHECK(offers != NULL && offers->first != NULL);
    const struct json *permit = json_member(offers->first, TEXT("token"));
    CHECK(permit != NULL);
    return permit->text;
}

static struct said begin(struct text permit, const char *form)
{
    const struct operate_input input = {.token_text = permit, .form = text_of(form)};
    return request(HTTP_POST, "/flow/man/w/operations/begin", &input);
}

/* "form.count" and the code, of the first problem. */
static const char *problem_of(const struct said *said)
{
    const struct json *details = json_member(said->body, TEXT("details"));
    const struct json *fields = details != NULL ? json_member(details, TEXT("fields")) : NULL;
    const struct json *first = fields != NULL ? fields->first : NULL;
    const struct json *field = first != NULL ? json_member(first, TEXT("field")) : NULL;
    return field != NULL ? text_copy(lab.arena, field->text).data : "none";
}

static void nothing_has_begun(void)
{
    CHECK_TEXT(lab_cases(), "");
    CHECK_TEXT(lab_history(), "");
    CHECK_TEXT(lab_operations(), "");
    CHECK_TEXT(lab_told(), "");
}

/* ---- forms ---- */

#define WITH(rest) "{\"name\":\"cat\"," rest "}"

static const struct {
    const char *form;
    const char *field;
} bad_forms[] = {
    {"{}", "form.name"},
    {"{\"name\":null}", "form.name"},
    {"{\"name\":\"\"}", "form.name"},
    {"{\"name\":\"c\"}", "form.name"},
    {"{\"name\":\"catcat\"}", "form.name"},
    {"{\"name\":7}", "form.name"},
    {"{\"name\":[\"cat\"]}", "form.name"},
    {WITH("\"count\":0"), "form.count"},
    {WITH("\"count\":10"), "form.count"},
    {WITH("\"count\":1.5"), "form.count"},
    {WITH("\"count\":\"1\""), "form.count"},
    {WITH("\"count\":99999999999999999999"), "form.count"},
    {WITH("\"sure\":1"), "form.sure"},
    {WITH("\"sure\":\"true\""), "form.sure"},
    {WITH("\"day\":\"2026-02-30\""), "form.day"},
    {WITH("\"day\":\"1 May\""), "form.day"},
    {WITH("\"day\":20260501"), "form.day"},
    {WITH("\"at\":\"2026-05-01\""), "form.at"},
    {WITH("\"at\":\"25:00\""), "form.at"},
    {WITH("\"price\":\"-1.00\""), "form.price"},
    {WITH("\"price\":\"1.001\""), "form.price"},
    {WITH("\"price\":\"much\""), "form.price"},
    {WITH("\"whose\":\"me\""), "form.whose"},
    {WITH("\"whose\":7"), "form.whose"},
    {WITH("\"size\":\"huge\""), "form.size"},
    {WITH("\"size\":\"\""), "form.size"},
    {WITH("\"more\":[]"), "form.more"},
    {WITH("\"more\":\"{}\""), "form.more"},
    {WITH("\"kept\":1"), "form.kept"},
    {WITH("\"unknown\":1"), "form.unknown"},
};

static void every_field_is_held_against_its_kind(void)
{
    LAB_OPEN(form_yaml);
    struct text permit = permit_to_begin();
    for (size_t i = 0; i < COUNT_OF(bad_forms); i++) {
        struct said said = begin(permit, bad_forms[i].form);
        const char *field = problem_of(&said);
        if (said.code != 400 || strcmp(field, bad_forms[i].field) != 0) {
            printf("# %s: %d %s\n", bad_forms[i].form, said.code, field);
        }
        CHECK_STATUS(said.status, STATUS_REFUSED);
        CHECK(said.code == 400);
        CHECK(strcmp(field, bad_forms[i].field) == 0);
        nothing_has_begun();
    }
    struct said said = begin(permit, WITH("\"count\":9")); /* the token is as good as before */
    CHECK_STATUS(said.status, STATUS_OK);
    CHECK_TEXT(lab_cases(), "w 1 [\"p\"]");
    lab_close();
}

static void what_is_no_form_is_refused(void)
{
    static const char *const forms[] = {"[]", "7", "null", "\"name\""};
    LAB_OPEN(form_yaml);
    struct text permit = permit_to_begin();
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct said said = begin(permit, forms[i]);
        CHECK_STATUS(said.status, STATUS_REFUSED);
        CHECK(said.code == 400);
        nothing_has_begun();
    }
    lab_close();
}

/* ---- tokens ---- */

static void every_letter_of_a_permit_counts(void)
{
    char letters[TOKEN_BYTES_MAX];
    LAB_OPEN(form_yaml);
    struct text permit = permit_to_begin();
    CHECK(permit.bytes < sizeof letters);
    for (size_t i = 0; i < permit.bytes; i++) {
        memcpy(letters, permit.data, permit.bytes);
        letters[i] = letters[i] == 'A' ? 'B' : 'A';
        struct said said = begin((struct text){letters, permit.bytes}, WITH("\"count\":9"));
        CHECK_STATUS(said.status, STATUS_REFUSED);
        CHECK(said.code == 409);
    }
    for (size_t bytes = 0; bytes < permit.bytes; bytes += 7) {
        struct said said = begin(text_slice(permit, 0, bytes), WITH("\"count\":9"));
        CHECK_STATUS(said.status, STATUS_REFUSED);
        CHECK(said.code == 409);
    }
    nothing_has_begun();
    CHECK_STATUS(begin(permit, WITH("\"count\":9")).status, STATUS_OK);
    lab_close();
}

static void a_permit_does_one_thing_once(void)
{
    LAB_OPEN(form_yaml);
    struct text permit = permit_to_begin();
    struct said first = begin(permit, WITH("\"count\":9"));
    struct said again = begin(permit, WITH("\"count\":9"));
    struct said other = begin(permit, WITH("\"count\":8"));
    CHECK_STATUS(first.status, STATUS_OK);
    CHECK_STATUS(again.status, STATUS_OK);
    CHECK(text_equals(json_member(first.body, TEXT("operation_id"))->text,
                      json_member(again.body, TEXT("operation_id"))->text));
    CHECK_STATUS(other.status, STATUS_REFUSED);
    CHECK(other.code == 409);
    CHECK_TEXT(lab_cases(), "w 1 [\"p\"]");
    lab_close();
}

static const struct test tests[] = {
    {"every_field_is_held_against_its_kind", every_field_is_held_against_its_kind, 0},
    {"what_is_no_form_is_refused", what_is_no_form_is_refused, 0},
    {"every_letter_of_a_permit_counts", every_letter_of_a_permit_counts, 0},
    {"a_permit_does_one_thing_once", a_permit_does_one_thing_once, 0},
};

int main(int argc, char **argv)
{
    lab_open_source = open_source;
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
