/* asyncapi_test.c - the description of what is told: from tables of its own, and true to the wire.
 */
#include "base/json.h"
#include "bus/message.h"
#include "runtime/post/post.h"
#include "runtime/runtime.h"
#include "tests/lib/check.h"

static struct arena *arena;

struct parcel {
    struct id id;
    struct text note;
    int64_t weight;
};

#define AT(member) .offset = offsetof(struct parcel, member)
static const struct field parcel_fields[] = {
    {.name = "id", .kind = FIELD_ID, AT(id), .required = true},
    {.name = "note", .kind = FIELD_TEXT, AT(note), .bytes_max = 80, .is_optional = true},
    {.name = "weight", .kind = FIELD_INTEGER, AT(weight)},
};
#undef AT
static const struct shape parcel = {
    .name = "Parcel", .fields = parcel_fields, .field_count = 3, .bytes = sizeof(struct parcel)};

static enum status nothing(struct call *call)
{
    (void)call;
    return STATUS_OK;
}

static const struct event post_events[] = {
    {.name = "post.sent",
     .version = 3,
     .data = &parcel,
     .summary = "A parcel has left",
     .alias = "ParcelSent"},
    {.name = "post.closed", .version = 1, .summary = "The counter is closed"},
};
static const struct refusal too_heavy = {"too_heavy", 409, "It is too heavy."};
static const struct refusal *const post_refusals[] = {&too_heavy};
static const struct command post_commands[] = {
    {.name = "post.fetch",
     .summary = "Fetch a parcel",
     .takes = &parcel,
     .handle = nothing,
     .refusals = post_refusals,
     .refusal_count = 1},
};
static const struct service post = {
    .name = "post",
    .purpose = "Carries parcels",
    .exchange = "post.domain",
    .events = post_events,
    .event_count = COUNT_OF(post_events),
    .commands = post_commands,
    .command_count = COUNT_OF(post_commands),
};

static const struct subscription home_subscriptions[] = {
    {.event = "post.sent", .version = 2, .takes = &parcel, .handle = nothing},
};
static const struct errand home_errands[] = {
    {.service = "post", .command = "post.fetch", .data = &parcel},
    {.service = "post", .command = "post.fetch", .data = &parcel, .deadline_ms = 10},
};
static const struct service home = {
    .name = "home",
    .purpose = "Waits for parcels",
    .subscriptions = home_subscriptions,
    .subscription_count = COUNT_OF(home_subscriptions),
    .errands = home_errands,
    .errand_count = COUNT_OF(home_errands),
};

static const struct text queues[] = {{"lift", 4}, {"wrap", 4}};
static const struct post_table outside = {
    .queues = {queues, COUNT_OF(queues)}, .letter = &parcel, .answer = &parcel};
static const struct post_table wrapping = {
    .queues = {&queues[1], 1}, .letter = &parcel, .answer = &parcel};
static const struct service store_room = {
    .name = "store_room", .purpose = "Lifts and wraps", .post = &outside};
static const struct service shop = {.name = "shop", .purpose = "Wraps", .post = &wrapping};

static const struct service *const services[] = {&post, &home, &store_room, &shop};

static const struct json *read_document(size_t service_count)
{
    const struct json *root = NULL;
    struct json_error error = {0};
    struct text document = runtime_asyncapi(arena, services, service_count);
    CHECK_STATUS(json_read(arena, document, 100000, &root, &error), STATUS_OK);
    return root;
}

/* "a/b/c": from member to member; NULL when one is not there. */
static const struct json *at(const struct json *from, const char *path)
{
    struct text rest = text_of(path);
    struct text step;
    bool has_more = true;
    while (from != NULL && has_more) {
        has_more = text_cut(rest, '/', &step, &rest);
        from = json_member(from, step);
    }
    return from;
}

static struct text word(const struct json *from, const char *path)
{
    const struct json *found = at(from, path);
    CHECK(found != NULL && found->kind == JSON_STRING);
    return found->text;
}

static bool has_item(const struct json *array, const char *name)
{
    const struct json *item = array->first;
    while (item != NULL && !text_equals(item->text, text_of(name))) {
        item = item->next;
    }
    return item != NULL;
}

static void events_are_described(void)
{
    const struct json *root = read_document(2);
    CHECK_TEXT(word(root, "asyncapi"), "3.0.0");
    CHECK_TEXT(word(root, "components/messages/post.sent/x-alias"), "ParcelSent");
    CHECK_TEXT(at(root, "components/messages/post.sent/x-version")->text, "3");
    CHECK(at(root, "components/messages/post.closed/x-alias") == NULL);
    const struct json *data = at(root, "components/schemas/post.sent");
    CHECK_TEXT(word(data, "title"), "Parcel");
    CHECK(has_item(at(data, "required"), "id"));
    CHECK(has_item(at(data, "required"), "weight"));
    CHECK(!has_item(at(data, "required"), "note"));
    CHECK_TEXT(word(root, "components/schemas/post.closed/type"), "object");
    CHECK_TEXT(word(root, "channels/post.domain/bindings/amqp/exchange/type"), "topic");
    CHECK_TEXT(word(root, "channels/post.domain/messages/post.sent/$ref"),
               "#/components/messages/post.sent");
}

static void who_tells_and_who_hears_is_described(void)
{
    const struct json *root = read_document(2);
    CHECK_TEXT(word(root, "operations/post.tells.post.sent/action"), "send");
    const struct json *hears = at(root, "operations/home.hears.post.sent");
    CHECK_TEXT(word(hears, "action"), "receive");
    CHECK_TEXT(word(hears, "channel/$ref"), "#/channels/post.domain");
    CHECK_TEXT(at(hears, "x-version")->text, "2");
    CHECK(has_item(at(hears, "x-takes"), "weight"));
}

/* What is taken must have what is required, and may have more; a reply may be a refusal. */
static void commands_are_described(void)
{
    const struct json *root = read_document(2);
    const struct json *takes = at(root, "components/schemas/post.fetch");
    CHECK_INT(at(takes, "required")->count, 1);
    CHECK(at(takes, "additionalProperties") == NULL);
    CHECK(has_item(at(root, "components/messages/post.fetch.reply/x-refusals"), "too_heavy"));
    CHECK_TEXT(word(root, "operations/post.does.post.fetch/action"), "receive");
    const struct json *sends = at(root, "operations/home.sends.post.fetch");
    CHECK_TEXT(word(sends, "reply/channel/$ref"), "#/channels/replies");
    const struct json *messages = at(sends, "reply/messages");
    CHECK_INT(messages->count, 1);
    CHECK_TEXT(word(messages->first, "$ref"), "#/channels/replies/messages/post.fetch.reply");
}

/* Plain queues, of plain JSON: the program outside knows nothing of CloudEvents. */
static void queues_for_programs_outside_are_described(void)
{
    const struct json *root = read_document(3);
    const struct json *lift = at(root, "channels/work.lift");
    CHECK_TEXT(word(lift, "address"), "work.lift");
    CHECK_TEXT(word(lift, "bindings/amqp/is"), "queue");
    CHECK_TEXT(word(lift, "bindings/amqp/queue/name"), "work.lift");
    CHECK_INT(at(lift, "bindings/amqp/queue/durable")->kind, JSON_TRUE);
    CHECK_TEXT(word(root, "components/messages/work.lift/contentType"), "application/json");
    CHECK_TEXT(word(root, "components/messages/work.lift/payload/$ref"),
               "#/components/schemas/work.lift");
    CHECK(has_item(at(root, "components/schemas/work.lift/required"), "weight"));
    CHECK(at(root, "components/schemas/work.answers.store_room/properties/note") != NULL);
    CHECK_INT(at(root, "components/schemas/work.answers.store_room/required")->count, 1);
    const struct json *hands = at(root, "operations/store_room.hands_out.work.wrap");
    CHECK_TEXT(word(hands, "action"), "send");
    CHECK_TEXT(word(hands, "reply/address/location"), "$message.header#/reply-to");
    CHECK_TEXT(word(hands, "reply/channel/$ref"), "#/channels/work.answers.store_room");
    const struct json *takes = at(root, "operations/store_room.takes_back.work.answers.store_room");
    CHECK_TEXT(word(takes, "action"), "receive");
    CHECK_TEXT(word(takes, "channel/$ref"), "#/channels/work.answers.store_room");
}

static size_t count_of(const struct json *object, const char *key)
{
    size_t found = 0;
    for (const struct json *row = object->first; row != NULL; row = row->next) {
        found += text_equals(row->key, text_of(key));
    }
    return found;
}

static void a_queue_of_two_services_is_one_channel(void)
{
    const struct json *root = read_document(4);
    CHECK_INT(count_of(at(root, "channels"), "work.wrap"), 1);
    CHECK_INT(count_of(at(root, "components/messages"), "work.wrap"), 1);
    CHECK_INT(count_of(at(root, "components/schemas"), "work.wrap"), 1);
    CHECK_INT(count_of(at(root, "operations"), "store_room.hands_out.work.wrap"), 1);
    CHECK_INT(count_of(at(root, "operations"), "shop.hands_out.work.wrap"), 1);
    CHECK_INT(count_of(at(root, "channels"), "work.answers.shop"), 1);
}

/* json_read refuses a key that stands twice in a large object; here they are counted by hand. */
static void two_errands_of_one_command_are_one_operation(void)
{
    CHECK_INT(count_of(at(read_document(2), "operations"), "home.sends.post.fetch"), 1);
}

static void nothing_is_told_of_commands_that_nobody_has(void)
{
    static const struct service quiet = {.name = "quiet", .purpose = "Says nothing"};
    const struct service *const only[] = {&quiet};
    const struct json *root = NULL;
    struct json_error error = {0};
    CHECK_STATUS(json_read(arena, runtime_asyncapi(arena, only, 1), 100000, &root, &error),
                 STATUS_OK);
    CHECK_INT(at(root, "channels")->count, 0);
    CHECK_INT(at(root, "operations")->count, 0);
}

/* Every attribute that is ever written is described, and what is called always there is written
 * also when a message has no more than it must. */
static void the_envelope_is_what_is_written(void)
{
    const struct json *envelope = at(read_document(1), "components/schemas/CloudEvent");
    const struct json *properties = at(envelope, "properties");
    const struct json *required = at(envelope, "required");
    const struct message least = {.id = id_new(),
                                  .kind = message_event,
                                  .source = TEXT("post"),
                                  .name = TEXT("post.sent"),
                                  .version = FIELD_NONE,
                                  .subject = TEXT("7"),
                                  .revision = FIELD_NONE,
                                  .told_at = 1795000000000,
                                  .data = TEXT("{}")};
    struct message most = least;
    most.kind = message_reply;
    most.position = 5;
    most.previous = 4;
    most.addressee = TEXT("home");
    most.version = 3;
    most.revision = 8;
    most.answers = id_new();
    most.outcome = outcome_done;
    most.actor = TEXT("olga");
    most.trace = TEXT("0123456789abcdef0123456789abcdef");
    most.deadline = 1795000001000;
    const struct json *written = NULL;
    struct json_error error = {0};
    CHECK_STATUS(json_read(arena, message_write(arena, &most), 1000, &written, &error), STATUS_OK);
    CHECK_INT(written->count, properties->count);
    for (const struct json *member = written->first; member != NULL; member = member->next) {
        CHECK(json_member(properties, member->key) != NULL);
    }
    CHECK_STATUS(json_read(arena, message_write(arena, &least), 1000, &written, &error), STATUS_OK);
    for (const struct json *name = required->first; name != NULL; name = name->next) {
        CHECK(json_member(written, name->text) != NULL);
    }
}

static const struct test tests[] = {
    {.name = "events_are_described", .run = events_are_described},
    {.name = "who_tells_and_who_hears_is_described", .run = who_tells_and_who_hears_is_described},
    {.name = "commands_are_described", .run = commands_are_described},
    {.name = "queues_for_programs_outside_are_described",
     .run = queues_for_programs_outside_are_described},
    {.name = "a_queue_of_two_services_is_one_channel",
     .run = a_queue_of_two_services_is_one_channel},
    {.name = "two_errands_of_one_command_are_one_operation",
     .run = two_errands_of_one_command_are_one_operation},
    {.name = "nothing_is_told_of_commands_that_nobody_has",
     .run = nothing_is_told_of_commands_that_nobody_has},
    {.name = "the_envelope_is_what_is_written", .run = the_envelope_is_what_is_written},
};

int main(int argc, char **argv)
{
    arena = arena_create("asyncapi test", 8 * 1024 * 1024);
    int result = test_main(argc, argv, tests, COUNT_OF(tests));
    arena_destroy(&arena);
    return result;
}
