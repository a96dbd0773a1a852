/* definition_test.c - what becomes of a definition: the examples of tests/workflows, looked into.
 */
#include "engine/definition/definition.h"
#include "tests/lib/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FILE_BYTES_MAX = 256 * 1024, DAY_MS = 24 * 3600 * 1000 };

static struct arena *arena;
static const struct workflow *flow;
static struct text source;

static void read_yaml(struct text yaml)
{
    const struct complaints *complaints = NULL;
    flow = NULL;
    enum status status = definition_read(arena, TEXT("f.yaml"), yaml, &flow, &complaints);
    CHECK_TEXT(complaints_text(complaints), "");
    CHECK_STATUS(status, STATUS_OK);
}

/* Tests are run from the root of the tree. */
static void read_example(const char *name)
{
    arena = arena_create("definition", DEFINITION_ARENA_BYTES * 2);
    char *bytes = arena_take_raw(arena, FILE_BYTES_MAX);
    FILE *file = fopen(text_format(arena, "tests/workflows/%s.yaml", name).data, "r");
    CHECK(file != NULL);
    size_t count = fread(bytes, 1, FILE_BYTES_MAX - 1, file);
    fclose(file);
    bytes[count] = '\0';
    source = (struct text){bytes, count};
    read_yaml(source);
}

/* The line on which this stands first. */
static int line_of(const char *words)
{
    const char *found = strstr(source.data, words);
    CHECK(found != NULL);
    int line = 1;
    for (const char *at = source.data; at < found; at++) {
        line += *at == '\n';
    }
    return line;
}

static void finish(void)
{
    arena_destroy(&arena);
}

static const struct transition *transition(const char *name)
{
    int index = workflow_transition(flow, text_of(name));
    CHECK(index >= 0);
    return &flow->transitions[index];
}

static const struct case_field *field(const char *name)
{
    int index = workflow_field(flow, text_of(name));
    CHECK(index >= 0);
    return &flow->fields[index];
}

static const struct place *place(const char *name)
{
    int index = workflow_place(flow, text_of(name));
    CHECK(index >= 0);
    return &flow->places[index];
}

/* "Valued Supplied": names of places in the order of the file. */
static struct text say_places(const struct bit_set *set)
{
    struct text said = TEXT("");
    for (size_t i = 0; i < flow->place_count; i++) {
        if (bit_set_has(set, i)) {
            said = text_format(arena, "%.*s%s%.*s", TEXT_ARGS(said), said.bytes > 0 ? " " : "",
                               TEXT_ARGS(flow->places[i].name));
        }
    }
    return said;
}

/* "Valued Supplied > Pending; ..." with the kind of way where it is another than on. */
static struct text say_ways(const char *name)
{
    static const char *const kinds[] = {"", " next", " catch"};
    const struct transition *moved = transition(name);
    struct text said = TEXT("");
    for (size_t i = 0; i < moved->way_count; i++) {
        struct text takes = say_places(&moved->ways[i].takes);
        struct text gives = say_places(&moved->ways[i].gives);
        said = text_format(arena, "%.*s%s%.*s > %.*s%s", TEXT_ARGS(said), i > 0 ? "; " : "",
                           TEXT_ARGS(takes), TEXT_ARGS(gives), kinds[moved->ways[i].kind]);
    }
    return said;
}

static struct text say_fields(struct bit_set set)
{
    struct text said = TEXT("");
    for (size_t i = 0; i < flow->field_count; i++) {
        if (bit_set_has(&set, i)) {
            said = text_format(arena, "%.*s%s%.*s", TEXT_ARGS(said), said.bytes > 0 ? " " : "",
                               TEXT_ARGS(flow->fields[i].name));
        }
    }
    return said;
}

static struct bit_set marking(const char *name)
{
    struct bit_set set = {{0}};
    bit_set_add(&set, (size_t)workflow_place(flow, text_of(name)));
    return set;
}

static struct text sees(const char *party, const char *where)
{
    struct bit_set at = marking(where);
    return say_fields(workflow_sight(flow, workflow_party(flow, text_of(party)), &at));
}

/* ---- B38, B39, B55: the net of an order ---- */

static void reads_the_net_of_an_order(void)
{
    read_example("order");
    CHECK_TEXT(flow->name, "order");
    CHECK_INT(flow->version, 1);
    CHECK_INT(flow->place_count, 17);
    CHECK_TEXT(flow->places[WORKFLOW_START].name, "start");
    CHECK_TEXT(say_ways("create"), "start > New");
    CHECK_TEXT(say_ways("ask_estimate"), "New > RateForExample");
    CHECK_TEXT(say_ways("set_example_rate"), "RateForExample > NeedExecutor NeedSupply");
    CHECK_TEXT(say_ways("set_executor"), "NeedExecutor > Executor");
    CHECK_TEXT(say_ways("join"), "Valued Supplied > Pending");
    CHECK_TEXT(say_ways("approve"), "Report > SendSuccessInvoice");
    CHECK_TEXT(say_ways("no_show"), "Pending > Cancelled");
    CHECK(place("NeedSupply")->is_hidden && !place("Supplied")->is_hidden);
    CHECK(place("Cancelled")->is_end && !place("Pending")->is_end);
    CHECK_TEXT(place("Pending")->label.ru, "Ждёт начала");
    CHECK(transition("join")->stage.work == STAGE_PASSES);
    CHECK_TEXT(transition("join")->tells[0], "orders.pending");
    CHECK_INT(transition("join")->at.line, line_of("  join:"));
    finish();
}

static void reads_who_and_what_they_are_asked(void)
{
    read_example("order");
    const struct operation_rules *create = &transition("create")->operation;
    int client = workflow_party(flow, TEXT("client"));
    CHECK_INT(create->who, 1 << client);
    CHECK_INT(create->ask_count, 4);
    CHECK(create->asks[0].is_required);
    CHECK_INT(create->asks[0].field, workflow_field(flow, TEXT("type_id")));
    CHECK_INT(flow->parties[client].is_field, workflow_field(flow, TEXT("client_id")));
    CHECK_INT(flow->parties[client].kind, client);
    int supply = workflow_party(flow, TEXT("service.supply"));
    CHECK_TEXT(flow->parties[flow->parties[supply].kind].name, "service");
    CHECK_TEXT(flow->parties[supply].label.en, "supply");
    CHECK_INT(flow->parties[supply].is_field, WORKFLOW_NOWHERE);
    const struct assignment *sets = transition("create")->sets;
    CHECK_INT(sets[0].field, workflow_field(flow, TEXT("client_id")));
    CHECK_TEXT(sets[0].value.text, "caller_id");
    CHECK_INT(sets[0].value.at.line, line_of("    sets: {client_id: caller_id}"));
    CHECK_INT(sets[0].value.at.column, 23);
    finish();
}

/* ---- A38, A40: default deny ---- */

static void shows_only_what_is_allowed(void)
{
    read_example("order");
    CHECK_TEXT(sees("worker", "Pending"), "type_id description place scheduled_at");
    CHECK_TEXT(sees("worker", "InWork"), "type_id description place scheduled_at value");
    CHECK_TEXT(sees("service.supply", "New"), "client_id type_id description place scheduled_at "
                                              "example_rate executor_id value verdict");
    finish();
    read_example("phoenix");
    CHECK_TEXT(sees("procaas", "moderation"), "");
    CHECK_TEXT(sees("b2b", "moderation"), "company_name tax_number contact_name contact_phone "
                                          "contact_email return_reason");
    finish();
}

/* ---- stages that follow each other ---- */

static void gives_stages_places_of_their_own(void)
{
    read_example("feeding");
    CHECK_TEXT(say_ways("begin"), "start > checkApprove");
    CHECK_TEXT(say_ways("checkApprove"), "checkApprove > approve; checkApprove > error catch");
    CHECK_TEXT(say_ways("getBalance"),
               "getBalance > feed; getBalance > send next; getBalance > error catch");
    CHECK_TEXT(say_ways("done"), "done > finished");
    CHECK(place("feed")->is_stage && !place("finished")->is_stage);
    const struct stage_rules *feed = &transition("feed")->stage;
    CHECK(feed->work == STAGE_EMPLOYS);
    CHECK_TEXT(feed->target, "feeder");
    CHECK_TEXT(feed->skip_when.text, "balance >= 5");
    CHECK_INT(feed->deadline_ms, 600000);
    CHECK_INT(feed->retry.times, 5);
    CHECK_INT(feed->retry.first_ms, 1000);
    CHECK_INT(feed->retry.most_ms, 60000);
    CHECK_INT(feed->result, WORKFLOW_NOWHERE);
    CHECK_TEXT(transition("feed")->with[1].name, "amount");
    CHECK_TEXT(transition("feed")->with[1].value.text, "5 - balance");
    CHECK_INT(transition("checkApprove")->stage.retry.times, STAGE_RETRY_TIMES);
    CHECK_INT(transition("getBalance")->stage.result, workflow_field(flow, TEXT("balance")));
    CHECK(!transition("sign")->stage.is_stored && transition("send")->stage.is_stored);
    CHECK(field("signature")->is_secret);
    finish();
}

static void leads_to_where_the_next_stage_is_from(void)
{
    read_example("phoenix");
    CHECK_TEXT(say_ways("create_corp_client_id"),
               "provisioning > create_cargo_corp_client; provisioning > rejected catch");
    CHECK_TEXT(say_ways("cancel"), "company_form > abandoned; contact_form > abandoned; "
                                   "moderation > abandoned");
    CHECK_TEXT(say_ways("submit_contact_form"), "contact_form > contact_form");
    CHECK_TEXT(transition("create_cargo_corp_client")->stage.undo, "delete-cargo-corp-client");
    CHECK(place("rejected")->undoes && place("rejected")->is_end);
    CHECK_TEXT(transition("submit_for_moderation")->operation.because.en,
               "Fill in the contact first.");
    CHECK_INT(flow->one_open_per_count, 1);
    CHECK_INT(flow->one_open_per[0], workflow_field(flow, TEXT("owner_id")));
    finish();
}

static void reads_sets_within_from_any(void)
{
    arena = arena_create("definition", DEFINITION_ARENA_BYTES * 2);
    read_yaml(TEXT("workflow: w\n"
                   "version: 3\n"
                   "participants: {p: }\n"
                   "places: {a: , b: , c: , out: {end: true}}\n"
                   "operations:\n"
                   "  begin: {who: p, from: start, to: [a, b]}\n"
                   "  cancel: {who: p, from_any: [[a, b], [a, c]], to: out}\n"
                   "  move: {who: [p], from: b, to: [c]}\n"));
    CHECK_TEXT(say_ways("cancel"), "a b > out; a c > out");
    CHECK_TEXT(say_ways("begin"), "start > a b");
    CHECK_TEXT(flow->label.ru, "w");
    CHECK_INT(flow->version, 3);
    finish();
}

/* ---- choices, events, timers ---- */

static void reads_choices_and_events(void)
{
    read_example("application");
    CHECK_TEXT(transition("passed")->when.text, "score >= 60");
    CHECK(!transition("passed")->is_else && transition("failed")->is_else);
    const struct transition *submitted = transition("submitted");
    CHECK_TEXT(submitted->event.event, "tests.submitted");
    CHECK_INT(submitted->event.match_count, 1);
    CHECK_INT(submitted->event.matches[0].field, WORKFLOW_NOWHERE);
    CHECK_TEXT(submitted->event.matches[0].member, "application_id");
    CHECK_TEXT(submitted->sets[0].value.text, "event.score");
    CHECK_TEXT(field("score")->otherwise, "0");
    finish();
}

static void reads_timers(void)
{
    read_example("policy");
    CHECK_INT(transition("renewal")->timer.after_ms, -30 * (int64_t)DAY_MS);
    CHECK_INT(transition("renewal")->timer.field, workflow_field(flow, TEXT("effective_to")));
    CHECK_INT(transition("expiry")->timer.after_ms, 3 * (int64_t)DAY_MS);
    finish();
    read_example("payout");
    CHECK(transition("end_of_day")->timer.has_schedule);
    CHECK_INT(transition("end_of_day")->timer.schedule.kind, SCHEDULE_DAILY);
    CHECK_TEXT(say_ways("end_of_day"), "start > counted");
    finish();
    read_example("phoenix");
    CHECK_INT(transition("abandon")->timer.field, WORKFLOW_NOWHERE);
    CHECK_INT(transition("abandon")->timer.after_ms, 30 * (int64_t)DAY_MS);
    finish();
}

/* ---- fields ---- */

static void reads_limits_of_fields(void)
{
    arena = arena_create("definition", DEFINITION_ARENA_BYTES * 2);
    read_yaml(TEXT("workflow: w\n"
                   "version: 1\n"
                   "participants: {p: }\n"
                   "places: {out: {end: true}}\n"
                   "operations: {begin: {who: p, from: start, to: out}}\n"
                   "fields:\n"
                   "  inn: {kind: text, min: 10, max: 12}\n"
                   "  price: {kind: money, currency: RUB, min: 0, max: 99.50, default: 1}\n"
                   "  yen: {kind: money, currency: JPY, max: 5}\n"
                   "  count: {kind: integer, min: -5}\n"
                   "  tags: {kind: texts, max: 20, max_items: 7}\n"
                   "  size: {kind: choice, choices: [s, m], default: m}\n"
                   "  colour: {kind: choice, choices: {red: {ru: Красный, en: Red}, dark_blue: }}\n"
                   "  mail: email\n"));
    CHECK(field("inn")->minimum == 10 && field("inn")->maximum == 12);
    CHECK(field("price")->minimum == 0 && field("price")->maximum == 9950);
    CHECK_TEXT(text_of(field("price")->currency), "RUB");
    CHECK(field("yen")->minimum == INT64_MIN && field("yen")->maximum == 5);
    CHECK(field("count")->minimum == -5 && field("count")->maximum == INT64_MAX);
    CHECK(field("tags")->items_max == 7 && field("tags")->maximum == 20);
    CHECK_INT(field("size")->choice_count, 2);
    CHECK_TEXT(field("size")->otherwise, "m");
    CHECK_TEXT(field("colour")->choices[0].label.ru, "Красный");
    CHECK_TEXT(field("colour")->choices[1].label.en, "dark blue");
    CHECK_INT(field("mail")->kind, CASE_EMAIL);
    CHECK(!text_is_given(field("mail")->otherwise));
    finish();
}

/* ---- what is large ---- */

enum { PLACES = 255, OPERATIONS = 512 };

static struct text large(int places, int operations)
{
    struct text yaml = TEXT("workflow: w\nversion: 1\nparticipants: {p: }\nplaces:\n");
    char *all = arena_take_raw(arena, FILE_BYTES_MAX);
    int bytes = snprintf(all, FILE_BYTES_MAX, "%.*s  p0: {end: true}\n", TEXT_ARGS(yaml));
    for (int i = 1; i < places; i++) {
        bytes += snprintf(all + bytes, (size_t)(FILE_BYTES_MAX - bytes), "  p%d:\n", i);
    }
    bytes += snprintf(all + bytes, (size_t)(FILE_BYTES_MAX - bytes),
                      "operations:\n  o0: {who: p, from: start, to: p1}\n");
    for (int i = 1; i < operations; i++) {
        bytes += snprintf(all + bytes, (size_t)(FILE_BYTES_MAX - bytes),
                          "  o%d: {who: p, from: p%d, to: p%d}\n", i, i % (places - 1) + 1,
                          i * 7 % places);
    }
    return (struct text){all, (size_t)bytes};
}

static void reads_the_largest(void)
{
    const struct workflow *read = NULL;
    const struct complaints *complaints = NULL;
    arena = arena_create("definition", DEFINITION_ARENA_BYTES * 2);
    read_yaml(large(PLACES, OPERATIONS));
    CHECK_INT(flow->place_count, WORKFLOW_PLACES_MAX);
    CHECK_INT(flow->transition_count, WORKFLOW_TRANSITIONS_MAX);
    CHECK_STATUS(definition_read(arena, TEXT("f"), large(PLACES + 1, 2), &read, &complaints),
                 STATUS_MALFORMED);
    CHECK_TEXT(complaint_text(complaints, 0),
               "f:5:3: \"places\" has 256 things, but 255 are the most");
    CHECK_STATUS(definition_read(arena, TEXT("f"), large(3, OPERATIONS + 1), &read, &complaints),
                 STATUS_MALFORMED);
    CHECK(read == NULL);
    finish();
}

static const struct test tests[] = {
    {"reads_the_net_of_an_order", reads_the_net_of_an_order, 0},
    {"reads_who_and_what_they_are_asked", reads_who_and_what_they_are_asked, 0},
    {"shows_only_what_is_allowed", shows_only_what_is_allowed, 0},
    {"gives_stages_places_of_their_own", gives_stages_places_of_their_own, 0},
    {"leads_to_where_the_next_stage_is_from", leads_to_where_the_next_stage_is_from, 0},
    {"reads_sets_within_from_any", reads_sets_within_from_any, 0},
    {"reads_choices_and_events", reads_choices_and_events, 0},
    {"reads_timers", reads_timers, 0},
    {"reads_limits_of_fields", reads_limits_of_fields, 0},
    {"reads_the_largest", reads_the_largest, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
