/* answer_test.c - what a handler says becomes an answer. */
#include "tests/unit/runtime/by_hand.h"

struct thing {
    struct text name;
    int64_t revision;
};

static const struct field fields[] = {
    {.name = "name", .kind = FIELD_TEXT, .offset = offsetof(struct thing, name)},
    {.name = "revision",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct thing, revision),
     .is_revision = true},
};
static const struct shape revised = {
    .name = "Thing", .fields = fields, .field_count = 2, .bytes = sizeof(struct thing)};
static const struct shape unrevised = {
    .name = "Name", .fields = fields, .field_count = 1, .bytes = sizeof(struct thing)};

static const struct refusal taken = {"taken", 409, "It is taken."};
static const struct refusal other = {"other", 410, "It is gone."};
static const struct refusal *const refusals[] = {&taken};

static const struct route creates = {.operation = "create",
                                     .gives = &revised,
                                     .success_status = 201,
                                     .other_status = 200,
                                     .refusals = refusals,
                                     .refusal_count = COUNT_OF(refusals)};
static const struct route gets = {.operation = "get", .gives = &unrevised};
static const struct route lists = {.operation = "list", .gives = &revised, .gives_list = true};
static const struct route empties = {.operation = "empty"};

static const struct thing seven = {{"seven", 5}, 7};
static struct by_hand by_hand;

static void writes_the_struct_of_the_table(void)
{
    by_hand_init(&by_hand, &creates);
    CHECK_STATUS(answer(&by_hand.call, &seven), STATUS_OK);
    CHECK_INT(by_hand.exchange.answer.status, 201);
    CHECK_TEXT(by_hand.exchange.answer.content_type, "application/json");
    CHECK_TEXT(by_hand.exchange.answer.body, "{\"name\":\"seven\",\"revision\":7}");
    CHECK_TEXT(by_hand_answered(&by_hand, "ETag"), "\"7\"");
    by_hand_finish(&by_hand);
}

static void has_another_success(void)
{
    by_hand_init(&by_hand, &creates);
    CHECK_STATUS(answer_other(&by_hand.call, &seven), STATUS_OK);
    CHECK_INT(by_hand.exchange.answer.status, 200);
    CHECK_TEXT(by_hand_answered(&by_hand, "ETag"), "\"7\"");
    by_hand_finish(&by_hand);
}

static void has_no_etag_without_a_revision(void)
{
    by_hand_init(&by_hand, &gets);
    CHECK_STATUS(answer(&by_hand.call, &seven), STATUS_OK);
    CHECK_INT(by_hand.exchange.answer.status, 200);
    CHECK_TEXT(by_hand.exchange.answer.body, "{\"name\":\"seven\"}");
    CHECK_INT(by_hand.exchange.answer.header_count, 0);
    by_hand_finish(&by_hand);
}

static void says_nothing_at_all(void)
{
    static const struct route accepted = {.operation = "accept", .success_status = 202};
    by_hand_init(&by_hand, &empties);
    CHECK_STATUS(answer_empty(&by_hand.call), STATUS_OK);
    CHECK_INT(by_hand.exchange.answer.status, 204);
    CHECK_INT(by_hand.exchange.answer.body.bytes, 0);
    by_hand.call.route = &accepted;
    CHECK_STATUS(answer_empty(&by_hand.call), STATUS_OK);
    CHECK_INT(by_hand.exchange.answer.status, 202);
    by_hand_finish(&by_hand);
}

static void check_list(const struct list *list, const char *body)
{
    by_hand_init(&by_hand, &lists);
    CHECK_STATUS(answer_list(&by_hand.call, list), STATUS_OK);
    CHECK_INT(by_hand.exchange.answer.status, 200);
    CHECK_TEXT(by_hand.exchange.answer.body, body);
    CHECK_INT(by_hand.exchange.answer.header_count, 0);
    by_hand_finish(&by_hand);
}

static void lists_structs(void)
{
    const struct thing things[] = {seven, {TEXT("eight"), 8}};
    check_list(&(struct list){.items = things, .count = 2, .total = FIELD_NONE},
               "{\"items\":[{\"name\":\"seven\",\"revision\":7},"
               "{\"name\":\"eight\",\"revision\":8}],\"next\":null}");
    check_list(&(struct list){.items = things, .count = 1, .next = TEXT("more"), .total = 2},
               "{\"items\":[{\"name\":\"seven\",\"revision\":7}],\"next\":\"more\","
               "\"total\":2,\"total_is_minimum\":false}");
    check_list(&(struct list){.total = 0, .total_is_minimum = true},
               "{\"items\":[],\"next\":null,\"total\":0,\"total_is_minimum\":true}");
}

static void says_no_by_the_table(void)
{
    by_hand_init(&by_hand, &creates);
    CHECK_STATUS(refuse(&by_hand.call, &taken), STATUS_REFUSED);
    CHECK_INT(by_hand.exchange.answer.status, 409);
    CHECK_TEXT(member_text(by_hand_json(&by_hand), "code"), "taken");
    CHECK_TEXT(member_text(by_hand_json(&by_hand), "message"), "It is taken.");
    CHECK(member_of(by_hand_json(&by_hand), "details") == NULL);

    CHECK_STATUS(refuse_field(&by_hand.call, &taken, "name"), STATUS_REFUSED);
    const struct json *details = member_of(by_hand_json(&by_hand), "details");
    const struct json *problem = member_of(details, "fields")->first;
    CHECK_TEXT(member_text(problem, "field"), "name");
    CHECK_TEXT(member_text(problem, "code"), "taken");
    CHECK(problem->next == NULL);
    by_hand_finish(&by_hand);
}

static void refuse_beside_the_table(void)
{
    by_hand_init(&by_hand, &creates);
    CHECK_STATUS(refuse(&by_hand.call, &other), STATUS_OK);
}

static void answer_other_without_one(void)
{
    by_hand_init(&by_hand, &gets);
    CHECK_STATUS(answer_other(&by_hand.call, &seven), STATUS_OK);
}

static void answer_one_for_a_list(void)
{
    by_hand_init(&by_hand, &lists);
    CHECK_STATUS(answer(&by_hand.call, &seven), STATUS_OK);
}

static void answer_a_list_for_one(void)
{
    by_hand_init(&by_hand, &gets);
    CHECK_STATUS(answer_list(&by_hand.call, &(struct list){.count = 0}), STATUS_OK);
}

static void answer_a_list_to_a_message(void)
{
    by_hand_init(&by_hand, &lists);
    by_hand.call.route = NULL;
    CHECK_STATUS(answer_list(&by_hand.call, &(struct list){.count = 0}), STATUS_OK);
}

static void answer_nothing_for_something(void)
{
    by_hand_init(&by_hand, &gets);
    CHECK_STATUS(answer_empty(&by_hand.call), STATUS_OK);
}

static void keeps_to_what_the_table_promises(void)
{
    CHECK_MUST_FAIL(refuse_beside_the_table, "a refusal stands in the table of its route");
    CHECK_MUST_FAIL(answer_other_without_one, "other_status");
    CHECK_MUST_FAIL(answer_one_for_a_list, "gives_list");
    CHECK_MUST_FAIL(answer_a_list_for_one, "gives_list");
    CHECK_MUST_FAIL(answer_a_list_to_a_message, "call->route != NULL");
    CHECK_MUST_FAIL(answer_nothing_for_something, "gives == NULL");
}

static const struct test tests[] = {
    {"writes_the_struct_of_the_table", writes_the_struct_of_the_table, 0},
    {"has_another_success", has_another_success, 0},
    {"has_no_etag_without_a_revision", has_no_etag_without_a_revision, 0},
    {"says_nothing_at_all", says_nothing_at_all, 0},
    {"lists_structs", lists_structs, 0},
    {"says_no_by_the_table", says_no_by_the_table, 0},
    {"keeps_to_what_the_table_promises", keeps_to_what_the_table_promises, 0},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
