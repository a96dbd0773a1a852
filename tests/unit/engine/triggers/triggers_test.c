/* triggers_test.c - what services outside do with cases: they let their triggers remember, notify
 * of what has happened, and read what has become of a case. Each of it once, however often it
 * comes.
 */
#include "engine/triggers/trigger_parts.h"
#include "tests/unit/engine/engine_desk.h"

static const char yaml[] =
    "workflow: w\nversion: 1\n"
    "participants: {man: {sees: all}, procaas: {sees: all}, stq: {sees: all}}\n"
    "fields: {amount: integer, pin: {kind: text, max: 9, secret: true}}\n"
    "places: {p: , q: , over: {end: true}}\n"
    "operations:\n"
    "  begin: {who: man, from: start, to: p, accepts: [amount, pin]}\n"
    "  go: {who: man, from: p, to: q}\n"
    "events:\n"
    "  paid: {event: procaas.paid, from: p, to: q, sets: {amount: event.amount}}\n"
    "  due: {event: stq.due, from: q, to: over}\n"
    "  kept: {event: procaas.kept, early: keep, from: q, to: over}\n";
static const char other_yaml[] = "workflow: other\nversion: 1\n"
                                 "participants: {man: {sees: all}, procaas: {sees: all}}\n"
                                 "places: {p: , over: {end: true}}\n"
                                 "operations:\n"
                                 "  begin: {who: man, from: start, to: p}\n"
                                 "  end: {who: man, from: p, to: over}\n";

static const struct desk_person root = {.role = "procaas"};

#define ON_EVENT "/flow/procaas/w/on-event"
#define ON_TASK  "/flow/stq/w/on-task"

static struct desk_said post(const char *path, const void *input)
{
    return desk_ask(
        (struct desk_request){.who = root, .path = path, .input = input, .posts = true});
}

/* ---- what triggers remember ---- */

#define UPSERT "/house/triggers/state/upsert"

static struct desk_said upsert(struct id case_id, const char *kind, int64_t known,
                               const char *state)
{
    const struct state_input input = {.ticket.case_id = case_id,
                                      .trigger_kind = text_of(kind),
                                      .last_known_revision = known,
                                      .state = text_of(state)};
    return post(UPSERT, &input);
}

static struct desk_said look(struct id case_id, const char *kind)
{
    const struct state_input input = {.ticket.ticket_id = case_id, .trigger_kind = text_of(kind)};
    return desk_ask(
        (struct desk_request){.who = root, .path = "/house/triggers/state", .input = &input});
}

static void begin(void)
{
    LAB_OPEN(yaml, other_yaml);
    CHECK_STATUS(lab_begin("w", "{\"amount\":1,\"pin\":\"4321\"}"), STATUS_OK);
}

/* A29: whoever writes says what he has read; of two that have read the same one is first. */
static void a_state_is_written_by_who_has_read_it(void)
{
    begin();
    CHECK_INT(look(lab.case_id, "remind").code, 404);
    CHECK_STATUS(upsert(lab.case_id, "remind", 0, "{\"n\":1}").status, STATUS_OK);
    struct desk_said late = upsert(lab.case_id, "remind", 0, "{\"n\":9}");
    CHECK_INT(late.code, 409);
    CHECK_TEXT(text_of(desk_code(&late)), "revision_conflict");
    CHECK_TEXT(desk_at(late.body, "details/revision")->text, "1");
    CHECK_STATUS(upsert(lab.case_id, "remind", 1, "{\"n\":2}").status, STATUS_OK);
    CHECK_INT(upsert(lab.case_id, "remind", 3, "{\"n\":9}").code, 409);
    struct desk_said said = look(lab.case_id, "remind");
    CHECK_TEXT(desk_at(said.body, "revision")->text, "2");
    CHECK_TEXT(desk_at(said.body, "state/n")->text, "2");
    lab_close();
}

static void each_trigger_has_a_state_in_each_case(void)
{
    begin();
    struct id first = lab.case_id;
    CHECK_STATUS(upsert(first, "remind", 0, "{}").status, STATUS_OK);
    CHECK_INT(look(first, "other").code, 404);
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_INT(look(lab.case_id, "remind").code, 404);
    CHECK_INT(upsert(lab.case_id, "remind", 1, "{}").code, 409);
    CHECK_STATUS(upsert(lab.case_id, "remind", 0, "{}").status, STATUS_OK);
    CHECK_INT(upsert(id_new(), "remind", 0, "{}").code, 404); /* of no case */
    lab_close();
}

static void a_case_has_two_names(void)
{
    begin();
    struct state_input input = {.trigger_kind = TEXT("remind"), .state = TEXT("{}")};
    CHECK_INT(post(UPSERT, &input).code, 400); /* none */
    input.ticket = (struct ticket){.case_id = lab.case_id, .ticket_id = id_new()};
    CHECK_INT(post(UPSERT, &input).code, 400); /* two */
    input.ticket.ticket_id = lab.case_id;
    CHECK_STATUS(post(UPSERT, &input).status, STATUS_OK);
    lab_close();
}

/* ---- notices ---- */

static struct desk_said notify(const char *path, const char *id, const char *kind,
                               const char *payload)
{
    const struct notice_input input = {.ticket.case_id = lab.case_id,
                                       .id = text_of(id),
                                       .kind = text_of(kind),
                                       .payload = *payload != '\0' ? text_of(payload) : NO_TEXT,
                                       .attempt = 1};
    return post(path, &input);
}

static const char *outcome(struct desk_said said)
{
    CHECK_STATUS(said.status, STATUS_OK);
    return desk_word(said.body, "outcome");
}

/* A32: it may come as often as it likes. */
static void a_notice_counts_once(void)
{
    begin();
    CHECK_TEXT(text_of(outcome(notify(ON_EVENT, "1", "paid", "{\"amount\":7}"))), "applied");
    CHECK_TEXT(lab_places(), "[\"q\"]");
    CHECK(lab_has(lab_fields(), "\"amount\":7"));
    struct text revision = lab_revision();
    CHECK_TEXT(text_of(outcome(notify(ON_EVENT, "1", "paid", "{\"amount\":8}"))), "applied");
    CHECK(text_equals(lab_revision(), revision));
    CHECK(lab_has(lab_fields(), "\"amount\":7"));
    lab_close();
}

static void an_id_is_of_one_notice(void)
{
    begin();
    CHECK_TEXT(text_of(outcome(notify(ON_EVENT, "1", "paid", "{}"))), "applied");
    struct desk_said said = notify(ON_EVENT, "1", "kept", "{}");
    CHECK_INT(said.code, 409);
    CHECK_TEXT(text_of(desk_code(&said)), "notice_differs");
    struct id first = lab.case_id;
    CHECK_STATUS(lab_begin("w", "{}"), STATUS_OK);
    CHECK_INT(notify(ON_EVENT, "1", "paid", "{}").code, 409);
    lab.case_id = first;
    CHECK_TEXT(text_of(outcome(notify(ON_TASK, "1", "due", ""))), "applied"); /* another source */
    CHECK_TEXT(lab_places(), "[\"over\"]");
    lab_close();
}

static void what_came_of_it_is_said(void)
{
    begin();
    CHECK_TEXT(text_of(outcome(notify(ON_TASK, "1", "due", ""))), "not_now");
    CHECK_TEXT(text_of(outcome(notify(ON_EVENT, "2", "unknown", "{}"))), "ignored");
    CHECK_TEXT(text_of(outcome(notify(ON_EVENT, "3", "due", "{}"))), "ignored"); /* stq's */
    CHECK_TEXT(text_of(outcome(notify(ON_EVENT, "4", "kept", "{}"))), "kept");
    CHECK_TEXT(lab_places(), "[\"p\"]");
    CHECK_STATUS(lab_do("go", "{}"), STATUS_OK);
    CHECK_TEXT(lab_places(), "[\"over\"]"); /* it had waited for the case */
    CHECK_TEXT(text_of(outcome(notify(ON_TASK, "1", "due", ""))), "not_now"); /* as it was then */
    lab_close();
}

static void a_notice_of_no_case_is_refused(void)
{
    begin();
    struct id first = lab.case_id;
    lab.case_id = id_new();
    CHECK_INT(notify(ON_EVENT, "1", "paid", "{}").code, 404);
    CHECK_STATUS(lab_begin("other", "{}"), STATUS_OK);
    CHECK_INT(notify(ON_EVENT, "1", "paid", "{}").code, 404); /* of another workflow */
    lab.case_id = first;
    CHECK_TEXT(text_of(outcome(notify(ON_EVENT, "1", "paid", "{}"))), "applied"); /* not kept */
    lab_close();
}

/* ---- triggers of the service's own ---- */

struct count {
    int64_t n;
};
static const struct field count_fields[] = {
    {.name = "n", .kind = FIELD_INTEGER, .offset = offsetof(struct count, n), .required = true}};
static const struct shape count_shape = {
    .name = "Count", .fields = count_fields, .field_count = 1, .bytes = sizeof(struct count)};
static const struct refusal not_so = {"not_so", 409, "It is not so."};
static enum status trigger_says; /* after it has remembered */

static enum status count_up(struct call *call)
{
    const struct count *by = call->input;
    const void *before = NULL;
    enum status status = trigger_recall(call, &count_shape, &before);
    int64_t n = status == STATUS_OK ? ((const struct count *)before)->n : 0;
    CHECK(status == STATUS_OK || status == STATUS_ABSENT);
    status = trigger_remember(call, &count_shape, &(struct count){n + by->n});
    if (status == STATUS_OK && trigger_says == STATUS_REFUSED) {
        return refuse(call, &not_so);
    }
    return status == STATUS_OK && trigger_says != STATUS_OK ? trigger_says : status;
}

static void begin_with_trigger(void)
{
    static const struct case_trigger triggers[] = {
        {.kind = "count", .summary = "Counts", .takes = &count_shape, .run = count_up}};
    begin();
    lab.cases.triggers = triggers;
    lab.cases.trigger_count = 1;
    trigger_says = STATUS_OK;
}

static struct text counted(void)
{
    struct desk_said said = look(lab.case_id, "count");
    return said.code == 404 ? TEXT("none") : desk_at(said.body, "state/n")->text;
}

static void a_trigger_runs_once_and_remembers(void)
{
    begin_with_trigger();
    for (int i = 0; i < 3; i++) {
        CHECK_TEXT(text_of(outcome(notify(ON_EVENT, "1", "count", "{\"n\":2}"))), "applied");
        CHECK_TEXT(counted(), "2");
    }
    CHECK_TEXT(text_of(outcome(notify(ON_EVENT, "2", "count", "{\"n\":3}"))), "applied");
    CHECK_TEXT(counted(), "5");
    CHECK_TEXT(lab_places(), "[\"p\"]");
    lab_close();
}

/* Nothing has happened then, so it may come again under the same id. */
static void a_trigger_that_says_no_has_done_nothing(void)
{
    static const enum status statuses[] = {STATUS_REFUSED, STATUS_UNAVAILABLE, STATUS_CONFLICT};
    begin_with_trigger();
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        trigger_says = statuses[i];
        CHECK_STATUS(notify(ON_EVENT, "1", "count", "{\"n\":2}").status, statuses[i]);
        CHECK_TEXT(counted(), "none");
    }
    struct desk_said said = notify(ON_EVENT, "1", "count", "{\"n\":\"many\"}");
    CHECK_INT(said.code, 422);
    CHECK_TEXT(text_of(desk_code(&said)), "bad_payload");
    CHECK_INT(notify(ON_EVENT, "1", "count", "{}").code, 422);
    trigger_says = STATUS_OK;
    CHECK_TEXT(text_of(outcome(notify(ON_EVENT, "1", "count", "{\"n\":2}"))), "applied");
    CHECK_TEXT(counted(), "2");
    lab_close();
}

/* ---- what has happened to a case ---- */

static struct desk_said events(int64_t after, int64_t limit)
{
    const struct events_input input = {
        .ticket.ticket_id = lab.case_id, .after_revision = after, .limit = limit};
    return desk_ask((struct desk_request){
        .who = root, .path = "/house/procaas/caching-proxy/events", .input = &input});
}

static void events_come_in_pages_without_a_hole(void)
{
    static const char *const kinds[] = {"begin", "paid", "due"};
    begin();
    CHECK_TEXT(text_of(outcome(notify(ON_EVENT, "1", "paid", "{\"amount\":7}"))), "applied");
    CHECK_TEXT(text_of(outcome(notify(ON_TASK, "1", "due", ""))), "applied");
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct desk_said said = events((int64_t)i, 1);
        CHECK_INT(desk_count(&said, "items"), 1);
        const struct json *one = desk_at(said.body, "items")->first;
        int64_t revision = 0;
        CHECK_TEXT(text_of(desk_word(one, "kind")), kinds[i]);
        CHECK(text_to_integer(desk_at(one, "revision")->text, &revision));
        CHECK_INT(revision, i + 1);
        CHECK(desk_at(said.body, "next")->kind == JSON_STRING); /* full: the same for ever */
    }
    struct desk_said all = events(0, 100);
    CHECK_INT(desk_count(&all, "items"), 3);
    CHECK(desk_at(all.body, "next")->kind == JSON_NULL); /* it may grow */
    CHECK(desk_has(&all, "\"amount\":[1,7]"));
    CHECK(!desk_has(&all, "4321") && desk_has(&all, "***"));
    struct desk_said end = events(3, 100);
    CHECK_INT(desk_count(&end, "items"), 0);
    lab_close();
}

/* Who knows more than is here has seen another process: he is to come again. */
static void a_page_is_never_older_than_what_was_seen(void)
{
    begin();
    CHECK_STATUS(events(1, 10).status, STATUS_OK);
    CHECK_STATUS(events(2, 10).status, STATUS_UNAVAILABLE);
    lab.case_id = id_new();
    CHECK_INT(events(0, 10).code, 404);
    lab_close();
}

static const struct test tests[] = {
    {"a_state_is_written_by_who_has_read_it", a_state_is_written_by_who_has_read_it, 0},
    {"each_trigger_has_a_state_in_each_case", each_trigger_has_a_state_in_each_case, 0},
    {"a_case_has_two_names", a_case_has_two_names, 0},
    {"a_notice_counts_once", a_notice_counts_once, 0},
    {"an_id_is_of_one_notice", an_id_is_of_one_notice, 0},
    {"what_came_of_it_is_said", what_came_of_it_is_said, 0},
    {"a_notice_of_no_case_is_refused", a_notice_of_no_case_is_refused, 0},
    {"a_trigger_runs_once_and_remembers", a_trigger_runs_once_and_remembers, 0},
    {"a_trigger_that_says_no_has_done_nothing", a_trigger_that_says_no_has_done_nothing, 0},
    {"events_come_in_pages_without_a_hole", events_come_in_pages_without_a_hole, 0},
    {"a_page_is_never_older_than_what_was_seen", a_page_is_never_older_than_what_was_seen, 0},
};

int main(int argc, char **argv)
{
    lab_open_source = desk_open_source;
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
