/* asyncapi_messages.c - the envelope, and what each message carries in it. */
#include "runtime/pages/asyncapi_parts.h"
#include "runtime/pages/schema_write.h"

const char *asyncapi__join(struct telling *telling, const char *left, const char *right)
{
    return text_format(telling->writer.arena, "%s%s", left, right).data;
}

void asyncapi__put_reference(struct telling *telling, const char *place, const char *name)
{
    describe(&telling->writer, "$ref",
             text_format(telling->writer.arena, "#/%s/%s", place, name).data);
}

/* ---- the envelope ---- */

static const struct attribute {
    const char *name;
    const char *format;
    const char *pattern;
    const char *meaning;
} attributes[] = {
    {"specversion", NULL, "^1\\.0$", "The version of CloudEvents"},
    {"id", "uuid", NULL, "Of this message; the same when it comes again"},
    {"source", NULL, "^/[a-z][a-z0-9_]*$", "The service that says it, behind a slash"},
    {"type", NULL, NULL, "The name of the event or command; of a reply: of the command"},
    {"time", "date-time", NULL, "When it was told"},
    {"subject", NULL, NULL, "What it is about; order is kept within it"},
    {"datacontenttype", NULL, "^application/json$", "What data is"},
    {"traceparent", NULL, "^00-[0-9a-f]{32}-[0-9a-f]{16}-01$",
     "W3C trace context, from the request that began it"},
    {"kontorakind", NULL, "^(event|command|reply)$", "Which of the three it is"},
    {"kontoraposition", NULL, "^[1-9][0-9]*$", "Its place in the journal of its source"},
    {"kontoraprevious", NULL, "^[1-9][0-9]*$",
     "The position of the message before it on this channel; left out of the first"},
    {"kontoraversion", NULL, "^[1-9][0-9]*$", "The version of data"},
    {"kontorarevision", NULL, "^-?[0-9]+$", "Of the subject, after the change"},
    {"kontoraaddressee", NULL, "^[a-z][a-z0-9_]*$", "The service it is for; none of an event"},
    {"kontoraanswers", "uuid", NULL, "Of a reply: the id of the command"},
    {"kontoraoutcome", NULL, "^(done|refused|expired)$", "Of a reply: what came of it"},
    {"kontoraactor", NULL, NULL, "Who began it: a person, or a service"},
    {"kontoradeadline", "date-time", NULL, "Of a command: a later reply is not heard"},
};

static void put_envelope(struct json_writer *writer)
{
    static const char *const required[] = {
        "specversion", "id",          "source",          "type", "time",
        "subject",     "kontorakind", "datacontenttype", "data"};
    describe_begin(writer, "CloudEvent");
    describe(writer, "type", "object");
    describe(writer, "description",
             "The envelope of every message: CloudEvents 1.0 in structured mode. Names that begin "
             "with kontora are extensions; their numbers are texts of digits");
    describe_names(writer, "required", required, COUNT_OF(required));
    describe_begin(writer, "properties");
    for (size_t i = 0; i < COUNT_OF(attributes); i++) {
        describe_begin(writer, attributes[i].name);
        describe(writer, "type", "string");
        if (attributes[i].format != NULL) {
            describe(writer, "format", attributes[i].format);
        }
        if (attributes[i].pattern != NULL) {
            describe(writer, "pattern", attributes[i].pattern);
        }
        describe(writer, "description", attributes[i].meaning);
        describe_end(writer, 1);
    }
    describe_begin(writer, "data");
    describe(writer, "type", "object");
    describe_end(writer, 3);
}

/* data of a reply that says no. */
static void put_refusal(struct json_writer *writer)
{
    static const char *const names[] = {"code", "message"};
    static const char *const meanings[] = {"Why, for programs", "Why, for a person"};
    describe_begin(writer, "Refusal");
    describe(writer, "type", "object");
    describe_names(writer, "required", names, COUNT_OF(names));
    describe_begin(writer, "properties");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        describe_begin(writer, names[i]);
        describe(writer, "type", "string");
        describe(writer, "description", meanings[i]);
        describe_end(writer, 1);
    }
    describe_end(writer, 2);
}

/* ---- schemas: the data of each message, by the message's name ---- */

void asyncapi__put_schema(struct telling *telling, const char *name, const struct shape *shape,
                          enum schema_side side)
{
    describe_begin(&telling->writer, name);
    if (shape != NULL) {
        describe(&telling->writer, "title", shape->name);
        schema_put_shape(&telling->writer, shape, side);
    } else {
        describe(&telling->writer, "type", "object");
    }
    describe_end(&telling->writer, 1);
}

void asyncapi__put_schemas(struct telling *telling)
{
    describe_begin(&telling->writer, "schemas");
    put_envelope(&telling->writer);
    put_refusal(&telling->writer);
    for (size_t i = 0; i < telling->service_count; i++) {
        const struct service *service = telling->services[i];
        for (size_t j = 0; j < service->event_count; j++) {
            asyncapi__put_schema(telling, service->events[j].name, service->events[j].data,
                                 SCHEMA_SAID);
        }
        for (size_t j = 0; j < service->command_count; j++) {
            const struct command *command = &service->commands[j];
            asyncapi__put_schema(telling, command->name, command->takes, SCHEMA_TAKEN);
            asyncapi__put_schema(telling, asyncapi__join(telling, command->name, ".reply"),
                                 command->gives, SCHEMA_SAID);
        }
        asyncapi__put_queue_schemas(telling, i);
    }
    describe_end(&telling->writer, 1);
}

/* ---- messages ---- */

struct described_message {
    const char *name; /* in components */
    const char *type; /* of the CloudEvent */
    const char *kind;
    const char *summary;
    bool may_refuse;
};

static void put_constant(struct json_writer *writer, const char *name, const char *value)
{
    describe_begin(writer, name);
    describe(writer, "const", value);
    describe_end(writer, 1);
}

/* The envelope, with what is always the same in this message, and its data. */
static void put_payload(struct telling *telling, const struct described_message *message)
{
    struct json_writer *writer = &telling->writer;
    describe_begin(writer, "payload");
    json_key(writer, "allOf");
    json_begin_array(writer);
    json_begin_object(writer);
    asyncapi__put_reference(telling, "components/schemas", "CloudEvent");
    json_end_object(writer);
    json_begin_object(writer);
    describe_begin(writer, "properties");
    put_constant(writer, "type", message->type);
    put_constant(writer, "kontorakind", message->kind);
    describe_begin(writer, "data");
    if (message->may_refuse) {
        json_key(writer, "anyOf");
        json_begin_array(writer);
        json_begin_object(writer);
        asyncapi__put_reference(telling, "components/schemas", message->name);
        json_end_object(writer);
        json_begin_object(writer);
        asyncapi__put_reference(telling, "components/schemas", "Refusal");
        json_end_object(writer);
        json_end_array(writer);
    } else {
        asyncapi__put_reference(telling, "components/schemas", message->name);
    }
    describe_end(writer, 3);
    json_end_array(writer);
    describe_end(writer, 1);
}

static void begin_message(struct telling *telling, const struct described_message *message)
{
    describe_begin(&telling->writer, message->name);
    describe(&telling->writer, "name", message->type);
    describe(&telling->writer, "summary", message->summary);
    describe(&telling->writer, "contentType", "application/cloudevents+json");
    put_payload(telling, message);
}

static void put_event_message(struct telling *telling, const struct event *event)
{
    begin_message(telling, &(struct described_message){.name = event->name,
                                                       .type = event->name,
                                                       .kind = "event",
                                                       .summary = event->summary});
    describe_number(&telling->writer, "x-version", event->version);
    if (event->alias != NULL) {
        describe(&telling->writer, "x-alias", event->alias);
    }
    describe_end(&telling->writer, 1);
}

/* Codes a reply may refuse with, besides those of every command. */
static void put_refusal_codes(struct telling *telling, const struct command *command)
{
    json_key(&telling->writer, "x-refusals");
    json_begin_array(&telling->writer);
    for (size_t i = 0; i < command->refusal_count; i++) {
        json_put_text(&telling->writer, text_of(command->refusals[i]->code));
    }
    json_end_array(&telling->writer);
}

static void put_command_messages(struct telling *telling, const struct command *command)
{
    begin_message(telling, &(struct described_message){.name = command->name,
                                                       .type = command->name,
                                                       .kind = "command",
                                                       .summary = command->summary});
    describe_end(&telling->writer, 1);
    begin_message(telling,
                  &(struct described_message){
                      .name = asyncapi__join(telling, command->name, ".reply"),
                      .type = command->name,
                      .kind = "reply",
                      .summary = asyncapi__join(telling, "What came of it: ", command->summary),
                      .may_refuse = true,
                  });
    put_refusal_codes(telling, command);
    describe_end(&telling->writer, 1);
}

void asyncapi__put_messages(struct telling *telling)
{
    describe_begin(&telling->writer, "messages");
    for (size_t i = 0; i < telling->service_count; i++) {
        const struct service *service = telling->services[i];
        for (size_t j = 0; j < service->event_count; j++) {
            put_event_message(telling, &service->events[j]);
        }
        for (size_t j = 0; j < service->command_count; j++) {
            put_command_messages(telling, &service->commands[j]);
        }
        asyncapi__put_queue_messages(telling, i);
    }
    describe_end(&telling->writer, 1);
}
