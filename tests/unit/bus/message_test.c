/* message_test.c - a message goes out as a CloudEvent and comes back as it was. */
#include "bus/message.h"

#include "base/json.h"
#include "tests/lib/check.h"

#include <stdio.h>
#include <string.h>

static struct arena *arena;

static void begin(void)
{
    arena = arena_create("message", 16 * 1024 * 1024);
}

static struct id id_of(const char *written)
{
    struct id id;
    CHECK(id_read(text_of(written), &id));
    return id;
}

static struct message full(void)
{
    return (struct message){
        .position = INT64_MAX,
        .previous = INT64_MAX - 1,
        .id = id_of("0198c0de-0000-7000-8000-0123456789ab"),
        .kind = message_reply,
        .source = TEXT("users"),
        .addressee = TEXT("board"),
        .name = TEXT("users.charge"),
        .version = 3,
        .subject = TEXT("Zoë \"quoted\" \\ \n"),
        .revision = INT64_MAX,
        .answers = id_of("0198c0de-0000-7000-8000-0123456789ac"),
        .outcome = outcome_refused,
        .actor = TEXT("person/7"),
        .trace = TEXT("0af7651916cd43dd8448eb211c80319c"),
        .told_at = 1789000000123,
        .deadline = 1789000099999,
        .data = TEXT("{\"code\": \"NO\",  \"n\": [1.50, null]}"),
    };
}

/* None of everything that may be none. */
static struct message bare(void)
{
    return (struct message){
        .id = id_of("0198c0de-0000-7000-8000-0123456789ab"),
        .kind = message_event,
        .source = TEXT("a"),
        .name = TEXT("b"),
        .version = FIELD_NONE,
        .revision = FIELD_NONE,
    };
}

static void check_same_text(struct text actual, struct text expected)
{
    CHECK_INT(text_is_given(actual), text_is_given(expected));
    CHECK(text_equals(actual, expected));
}

static void check_same(const struct message *actual, const struct message *expected)
{
    CHECK_INT(actual->position, expected->position);
    CHECK_INT(actual->previous, expected->previous);
    CHECK(id_equals(actual->id, expected->id));
    check_same_text(actual->kind, expected->kind);
    check_same_text(actual->source, expected->source);
    check_same_text(actual->addressee, expected->addressee);
    check_same_text(actual->name, expected->name);
    CHECK_INT(actual->version, expected->version);
    check_same_text(actual->subject, expected->subject);
    CHECK_INT(actual->revision, expected->revision);
    CHECK(id_equals(actual->answers, expected->answers));
    check_same_text(actual->outcome, expected->outcome);
    check_same_text(actual->actor, expected->actor);
    check_same_text(actual->trace, expected->trace);
    CHECK_INT(actual->told_at, expected->told_at);
    CHECK_INT(actual->deadline, expected->deadline);
    check_same_text(actual->data, expected->data);
}

static void goes_round(struct message message)
{
    struct message back;
    struct text error;
    struct text written = message_write(arena, &message);
    enum status status = message_read(arena, written, &back, &error);
    if (status != STATUS_OK) {
        printf("#   %.*s\n", TEXT_ARGS(error));
    }
    CHECK_STATUS(status, STATUS_OK);
    CHECK(!text_is_given(error));
    check_same(&back, &message);
}

static void every_field_comes_back(void)
{
    begin();
    goes_round(full());
}

static void what_is_none_stays_none(void)
{
    begin();
    goes_round(bare());
    struct message empty = bare(); /* empty is not none */
    empty.subject = empty.actor = empty.addressee = TEXT("");
    empty.data = TEXT("{}");
    empty.revision = empty.version = 0;
    goes_round(empty);
}

static void several_in_one_come_back(void)
{
    begin();
    struct message messages[] = {full(), bare(), full()};
    struct text written[COUNT_OF(messages)];
    const struct json *root = NULL;
    struct json_error at;
    messages[2].data = TEXT("{\"text\":\"]},{[ \\\"\"}");
    for (size_t i = 0; i < COUNT_OF(messages); i++) {
        written[i] = message_write(arena, &messages[i]);
    }
    struct text joined = message_join(arena, written, COUNT_OF(messages));
    CHECK_STATUS(json_read(arena, joined, 1000, &root, &at), STATUS_OK);
    CHECK_INT(root->kind, JSON_ARRAY);
    CHECK_INT(root->count, COUNT_OF(messages));
    const struct json *value = root->first;
    for (size_t i = 0; i < COUNT_OF(messages); i++, value = value->next) {
        struct message back;
        struct text error;
        CHECK_STATUS(message_read_value(arena, value, &back, &error), STATUS_OK);
        check_same(&back, &messages[i]);
    }
    struct message none;
    struct text error;
    CHECK_STATUS(message_read_value(arena, root, &none, &error), STATUS_MALFORMED);
    CHECK_TEXT(error, "A message must be a JSON object.");
}

static struct text nested(unsigned depth, const char *inside)
{
    struct text text = text_of(inside);
    for (unsigned i = 0; i < depth; i++) {
        text = i + 1 < depth ? text_format(arena, "[%.*s]", TEXT_ARGS(text))
                             : text_format(arena, "{\"a\":%.*s}", TEXT_ARGS(text));
    }
    return text;
}

/* Exactly what can be read in a batch. */
static void what_is_deep_goes_alone(void)
{
    begin();
    for (unsigned depth = 1; depth <= JSON_DEPTH_MAX; depth++) {
        const char *const insides[] = {"1", "\"[[{{\"", "\"\\\"[[\"", "\"]]\\\\\""};
        for (size_t i = 0; i < COUNT_OF(insides); i++) {
            struct message message = full();
            const struct json *root = NULL;
            struct json_error at;
            message.data = nested(depth, insides[i]);
            struct text written = message_write(arena, &message);
            struct text joined = message_join(arena, &written, 1);
            bool is_read = json_read(arena, joined, joined.bytes, &root, &at) == STATUS_OK;
            CHECK_INT(message_may_be_joined(&message), is_read);
            CHECK_INT(is_read, depth <= JSON_DEPTH_MAX - 2);
        }
    }
    struct message empty = bare();
    CHECK(message_may_be_joined(&empty));
}

static void each_field_alone_comes_back(void)
{
    begin();
    struct message all = full();
    for (size_t i = 0; i < message_shape.field_count; i++) {
        const struct field *field = &message_shape.fields[i];
        size_t bytes = field->kind == FIELD_ID ? sizeof(struct id)
                       : field->kind == FIELD_INTEGER || field->kind == FIELD_TIME
                           ? sizeof(int64_t)
                           : sizeof(struct text);
        struct message one = bare();
        memcpy((char *)&one + field->offset, (const char *)&all + field->offset, bytes);
        goes_round(one);
    }
}

static void it_is_a_cloud_event(void)
{
    begin();
    struct message message = full();
    CHECK_TEXT(message_write(arena, &message),
               "{\"specversion\":\"1.0\",\"id\":\"0198c0de-0000-7000-8000-0123456789ab\","
               "\"source\":\"/users\",\"type\":\"users.charge\","
               "\"time\":\"2026-09-10T00:26:40.123Z\","
               "\"subject\":\"Zoë \\\"quoted\\\" \\\\ \\n\","
               "\"traceparent\":\"00-0af7651916cd43dd8448eb211c80319c-80000123456789ab-01\","
               "\"kontorakind\":\"reply\",\"kontoraposition\":\"9223372036854775807\","
               "\"kontoraprevious\":\"9223372036854775806\",\"kontoraversion\":\"3\","
               "\"kontorarevision\":\"9223372036854775807\",\"kontoraaddressee\":\"board\","
               "\"kontoraanswers\":\"0198c0de-0000-7000-8000-0123456789ac\","
               "\"kontoraoutcome\":\"refused\",\"kontoraactor\":\"person/7\","
               "\"kontoradeadline\":\"2026-09-10T00:28:19.999Z\","
               "\"datacontenttype\":\"application/json\","
               "\"data\":{\"code\": \"NO\",  \"n\": [1.50, null]}}");
}

static void attribute_names_are_lower_case_letters_and_digits(void)
{
    begin();
    struct message message = full();
    const struct json *root = NULL;
    struct json_error error;
    CHECK_STATUS(json_read(arena, message_write(arena, &message), 1000, &root, &error), STATUS_OK);
    CHECK_INT(root->count, 19);
    for (const struct json *member = root->first; member != NULL; member = member->next) {
        CHECK(member->key.bytes > 0 && member->key.bytes <= 20);
        for (size_t i = 0; i < member->key.bytes; i++) {
            CHECK(member->key.data[i] >= 'a' && member->key.data[i] <= 'z');
        }
    }
}

static void a_trace_that_is_none_is_left_out(void)
{
    begin();
    const char *const traces[] = {"short", "00000000000000000000000000000000",
                                  "0AF7651916CD43DD8448EB211C80319C",
                                  "0af7651916cd43dd8448eb211c80319c0"};
    for (size_t i = 0; i < COUNT_OF(traces); i++) {
        struct message message = bare();
        struct message back;
        struct text error;
        message.trace = text_of(traces[i]);
        CHECK_STATUS(message_read(arena, message_write(arena, &message), &back, &error), STATUS_OK);
        CHECK_TEXT(back.trace, NULL);
    }
}

#define START  "{\"specversion\":\"1.0\",\"id\":\"0198c0de-0000-7000-8000-0123456789ab\","
#define ROUTED START "\"source\":\"/users\",\"type\":\"b\","
#define KNOWN  ROUTED "\"kontorakind\":\"event\""

static void what_others_add_is_left_alone(void)
{
    begin();
    struct message message;
    struct text error;
    CHECK_STATUS(message_read(arena,
                              TEXT(KNOWN ",\"kontoraposition\":12,\"kontoraversion\":2,"
                                         "\"newer\":{\"a\":[1]},\"traceparent\":\"ff-what\","
                                         "\"subject\":null,\"kontorarevision\":null}"),
                              &message, &error),
                 STATUS_OK);
    CHECK_INT(message.position, 12);
    CHECK_INT(message.version, 2);
    CHECK_INT(message.revision, FIELD_NONE);
    CHECK_TEXT(message.trace, NULL);
    CHECK_TEXT(message.subject, NULL);
}

static const struct {
    const char *json;
    const char *what;
} refused[] = {
    {"", "no JSON"},
    {"{", "no JSON"},
    {"[]", "must be a JSON object"},
    {"{}", "specversion is missing"},
    {"{\"specversion\":1}", "specversion must be a string"},
    {"{\"specversion\":\"0.3\"}", "specversion must be 1.0"},
    {"{\"specversion\":\"1.0\"}", "id is missing"},
    {"{\"specversion\":\"1.0\",\"id\":\"7\"}", "id must be a UUID"},
    {"{\"specversion\":\"1.0\",\"id\":\"00000000-0000-0000-0000-000000000000\","
     "\"source\":\"/users\",\"type\":\"b\",\"kontorakind\":\"event\"}",
     "id must not be all zeros"},
    {START "\"type\":\"b\"}", "source is missing"},
    {START "\"source\":\"/\",\"type\":\"b\"}", "source must be a slash"},
    {START "\"source\":\"users\",\"type\":\"b\"}", "source must be a slash"},
    {START "\"source\":{},\"type\":\"b\"}", "source must be a string"},
    {START "\"source\":\"/users\"}", "type is missing"},
    {START "\"source\":\"/users\",\"type\":\"\"}", "type is missing"},
    {ROUTED "\"time\":5}", "time must be a string"},
    {ROUTED "\"time\":\"yesterday\"}", "time must be a time"},
    {ROUTED "\"subject\":true}", "subject must be a string"},
    {ROUTED "\"traceparent\":7}", "traceparent must be a string"},
    {ROUTED "\"a\":0}", "kontorakind is missing"},
    {ROUTED "\"kontorakind\":\"order\"}", "kontorakind is a word that is not known"},
    {KNOWN ",\"kontoraposition\":-1}", "kontoraposition must be a whole number"},
    {KNOWN ",\"kontoraposition\":1.5}", "kontoraposition must be a whole number"},
    {KNOWN ",\"kontoraposition\":\"9223372036854775808\"}", "kontoraposition must be a whole"},
    {KNOWN ",\"kontoraprevious\":\"01\"}", "kontoraprevious must be a whole number"},
    {KNOWN ",\"kontoraversion\":[]}", "kontoraversion must be a whole number"},
    {KNOWN ",\"kontorarevision\":\"x\"}", "kontorarevision must be a whole number"},
    {KNOWN ",\"kontoraaddressee\":1}", "kontoraaddressee must be a string"},
    {KNOWN ",\"kontoraanswers\":\"x\"}", "kontoraanswers must be a UUID"},
    {KNOWN ",\"kontoraoutcome\":\"well\"}", "kontoraoutcome is a word that is not known"},
    {KNOWN ",\"kontoraactor\":[]}", "kontoraactor must be a string"},
    {KNOWN ",\"kontoradeadline\":\"x\"}", "kontoradeadline must be a time"},
    {KNOWN ",\"data\":[]}", "data must be an object"},
    {KNOWN ",\"data\":\"{}\"}", "data must be an object"},
    {KNOWN ",\"id\":\"0198c0de-0000-7000-8000-0123456789ab\"}", "no JSON"},
};

static void what_is_wrong_is_refused_with_a_sentence(void)
{
    begin();
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct message message;
        struct text error = NO_TEXT;
        enum status status = message_read(arena, text_of(refused[i].json), &message, &error);
        struct text copy = text_copy(arena, error);
        bool says_it = text_is_given(error) && strstr(copy.data, refused[i].what) != NULL;
        if (status != STATUS_MALFORMED || !says_it) {
            printf("#   %s: %s\n", refused[i].json, text_is_given(error) ? copy.data : "");
        }
        CHECK_STATUS(status, STATUS_MALFORMED);
        CHECK(says_it);
        CHECK(error.data[error.bytes - 1] == '.');
    }
}

static void a_copy_stands_alone(void)
{
    begin();
    char name[] = "users.created";
    struct message message = full();
    message.name = text_of(name);
    struct message copy = message_copy(arena, &message);
    memset(name, 'x', sizeof name - 1);
    message.name = TEXT("users.created");
    check_same(&copy, &message);
    CHECK(message_is(&copy, message_reply) && !message_is(&copy, message_event));
}

static const struct test tests[] = {
    {.name = "every_field_comes_back", .run = every_field_comes_back},
    {.name = "what_is_none_stays_none", .run = what_is_none_stays_none},
    {.name = "several_in_one_come_back", .run = several_in_one_come_back},
    {.name = "what_is_deep_goes_alone", .run = what_is_deep_goes_alone},
    {.name = "each_field_alone_comes_back", .run = each_field_alone_comes_back},
    {.name = "it_is_a_cloud_event", .run = it_is_a_cloud_event},
    {.name = "attribute_names_are_lower_case_letters_and_digits",
     .run = attribute_names_are_lower_case_letters_and_digits},
    {.name = "a_trace_that_is_none_is_left_out", .run = a_trace_that_is_none_is_left_out},
    {.name = "what_others_add_is_left_alone", .run = what_others_add_is_left_alone},
    {.name = "what_is_wrong_is_refused_with_a_sentence",
     .run = what_is_wrong_is_refused_with_a_sentence},
    {.name = "a_copy_stands_alone", .run = a_copy_stands_alone},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, COUNT_OF(tests));
}
