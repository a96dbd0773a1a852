/* asyncapi.c - describes what services tell each other, from the tables (AsyncAPI 3.0).
 *
 * Every service there is is described, wherever it runs: what one tells, another hears elsewhere.
 * A channel is what RabbitMQ has for it; inside one process nothing lies between:
 *
 *   shop.domain        the exchange of a service's events, each by its name
 *   till.commands      what one service is told to do
 *   replies            the commands' channel of whoever asked
 *
 * Each message is a CloudEvent; its `data` is the shape of its row. What programs outside get and
 * say is plain JSON (asyncapi_queues.c).
 */
#include "runtime/pages/asyncapi_parts.h"
#include "runtime/pages/schema_write.h"
#include "runtime/runtime.h"

#include <string.h>

static const char *exchange_of(struct telling *telling, const struct service *service)
{
    return service->exchange ? service->exchange
                             : asyncapi__join(telling, service->name, ".events");
}

void asyncapi__refer(struct telling *telling, const char *key, const char *place, const char *name)
{
    describe_begin(&telling->writer, key);
    asyncapi__put_reference(telling, place, name);
    describe_end(&telling->writer, 1);
}

static void put_tag(struct json_writer *writer, const struct service *service)
{
    json_begin_object(writer);
    describe(writer, "name", service->name);
    describe(writer, "description", service->purpose);
    json_end_object(writer);
}

void asyncapi__put_tags(struct json_writer *writer, const struct service *const *services,
                        size_t count)
{
    json_key(writer, "tags");
    json_begin_array(writer);
    for (size_t i = 0; i < count; i++) {
        put_tag(writer, services[i]);
    }
    json_end_array(writer);
}

/* Two errands may carry the same command, with other deadlines. */
static bool is_first_errand(const struct service *service, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(service->errands[i].command, service->errands[index].command) == 0) {
            return false;
        }
    }
    return true;
}

/* ---- channels ---- */

static void put_events_channel(struct telling *telling, const struct service *service)
{
    struct json_writer *writer = &telling->writer;
    const char *exchange = exchange_of(telling, service);
    describe_begin(writer, exchange);
    describe(writer, "address", exchange);
    describe(writer, "summary", asyncapi__join(telling, "Events of ", service->name));
    describe(writer, "description", service->purpose);
    describe_begin(writer, "messages");
    for (size_t i = 0; i < service->event_count; i++) {
        asyncapi__refer(telling, service->events[i].name, "components/messages",
                        service->events[i].name);
    }
    describe_end(writer, 1);
    asyncapi__put_tags(writer, &service, 1);
    asyncapi__put_binding(writer, exchange, "topic");
    describe_end(writer, 1);
}

static const char *commands_of(struct telling *telling, const char *service)
{
    return asyncapi__join(telling, service, ".commands");
}

static void put_commands_channel(struct telling *telling, const struct service *service)
{
    struct json_writer *writer = &telling->writer;
    describe_begin(writer, commands_of(telling, service->name));
    describe(writer, "address", service->name);
    describe(writer, "summary", asyncapi__join(telling, "What is told to ", service->name));
    describe(writer, "description", service->purpose);
    describe_begin(writer, "messages");
    for (size_t i = 0; i < service->command_count; i++) {
        asyncapi__refer(telling, service->commands[i].name, "components/messages",
                        service->commands[i].name);
    }
    describe_end(writer, 1);
    asyncapi__put_tags(writer, &service, 1);
    asyncapi__put_binding(writer, "kontora.commands", "direct");
    describe_end(writer, 1);
}

/* Its address is not known before somebody asks. */
static void put_replies_channel(struct telling *telling)
{
    struct json_writer *writer = &telling->writer;
    describe_begin(writer, "replies");
    describe(writer, "summary", "Replies to commands, for the service that sent them");
    describe_begin(writer, "messages");
    for (size_t i = 0; i < telling->service_count; i++) {
        const struct service *service = telling->services[i];
        for (size_t j = 0; j < service->command_count; j++) {
            const char *name = asyncapi__join(telling, service->commands[j].name, ".reply");
            asyncapi__refer(telling, name, "components/messages", name);
        }
    }
    describe_end(writer, 1);
    asyncapi__put_binding(writer, "kontora.commands", "direct");
    describe_end(writer, 1);
}

static void put_channels(struct telling *telling)
{
    bool has_commands = false;
    describe_begin(&telling->writer, "channels");
    for (size_t i = 0; i < telling->service_count; i++) {
        const struct service *service = telling->services[i];
        if (service->event_count > 0) {
            put_events_channel(telling, service);
        }
        if (service->command_count > 0) {
            put_commands_channel(telling, service);
        }
        asyncapi__put_queue_channels(telling, i);
        has_commands = has_commands || service->command_count > 0;
    }
    if (has_commands) {
        put_replies_channel(telling);
    }
    describe_end(&telling->writer, 1);
}

/* ---- operations: who says and who hears what ---- */

void asyncapi__begin_operation(struct telling *telling, const struct operation *operation)
{
    struct json_writer *writer = &telling->writer;
    struct text name = text_format(writer->arena, "%s.%s.%s", operation->service->name,
                                   operation->verb, operation->message);
    describe_begin(writer, name.data);
    describe(writer, "action", operation->action);
    asyncapi__refer(telling, "channel", "channels", operation->channel);
    describe(writer, "summary", operation->summary);
    asyncapi__put_tags(writer, &operation->service, 1);
    json_key(writer, "messages");
    json_begin_array(writer);
    json_begin_object(writer);
    asyncapi__put_reference(
        telling, text_format(writer->arena, "channels/%s/messages", operation->channel).data,
        operation->message);
    json_end_object(writer);
    json_end_array(writer);
}

static void put_reply(struct telling *telling, const char *command)
{
    struct json_writer *writer = &telling->writer;
    describe_begin(writer, "reply");
    describe_begin(writer, "address");
    describe(writer, "description", "The service that sent the command: its source");
    describe(writer, "location", "$message.payload#/source");
    describe_end(writer, 1);
    asyncapi__refer(telling, "channel", "channels", "replies");
    json_key(writer, "messages");
    json_begin_array(writer);
    json_begin_object(writer);
    asyncapi__put_reference(telling, "channels/replies/messages",
                            asyncapi__join(telling, command, ".reply"));
    json_end_object(writer);
    json_end_array(writer);
    describe_end(writer, 1);
}

static const struct event *find_event(const struct telling *telling, const char *name,
                                      const struct service **teller_out)
{
    for (size_t i = 0; i < telling->service_count; i++) {
        for (size_t j = 0; j < telling->services[i]->event_count; j++) {
            if (strcmp(telling->services[i]->events[j].name, name) == 0) {
                *teller_out = telling->services[i];
                return &telling->services[i]->events[j];
            }
        }
    }
    return NULL;
}

static void put_tells(struct telling *telling, const struct service *service)
{
    for (size_t i = 0; i < service->event_count; i++) {
        asyncapi__begin_operation(telling,
                                  &(struct operation){.service = service,
                                                      .verb = "tells",
                                                      .action = "send",
                                                      .channel = exchange_of(telling, service),
                                                      .message = service->events[i].name,
                                                      .summary = service->events[i].summary});
        describe_end(&telling->writer, 1);
    }
}

static void put_hears(struct telling *telling, const struct service *service)
{
    struct json_writer *writer = &telling->writer;
    for (size_t i = 0; i < service->subscription_count; i++) {
        const struct subscription *row = &service->subscriptions[i];
        const struct service *teller = NULL;
        const struct event *event = find_event(telling, row->event, &teller);
        if (event == NULL) {
            continue; /* runtime_check has complained */
        }
        asyncapi__begin_operation(telling,
                                  &(struct operation){.service = service,
                                                      .verb = "hears",
                                                      .action = "receive",
                                                      .channel = exchange_of(telling, teller),
                                                      .message = row->event,
                                                      .summary = event->summary});
        describe_number(writer, "x-version", row->version);
        json_key(writer, "x-takes");
        json_begin_array(writer);
        for (size_t j = 0; row->takes != NULL && j < row->takes->field_count; j++) {
            json_put_text(writer, text_of(row->takes->fields[j].name));
        }
        json_end_array(writer);
        describe_end(writer, 1);
    }
}

static void put_does(struct telling *telling, const struct service *service)
{
    for (size_t i = 0; i < service->command_count; i++) {
        const struct command *row = &service->commands[i];
        asyncapi__begin_operation(
            telling, &(struct operation){.service = service,
                                         .verb = "does",
                                         .action = "receive",
                                         .channel = commands_of(telling, service->name),
                                         .message = row->name,
                                         .summary = row->summary});
        put_reply(telling, row->name);
        describe_end(&telling->writer, 1);
    }
}

static void put_sends(struct telling *telling, const struct service *service)
{
    for (size_t i = 0; i < service->errand_count; i++) {
        const struct errand *row = &service->errands[i];
        if (!is_first_errand(service, i)) {
            continue;
        }
        asyncapi__begin_operation(
            telling,
            &(struct operation){.service = service,
                                .verb = "sends",
                                .action = "send",
                                .channel = commands_of(telling, row->service),
                                .message = row->command,
                                .summary = asyncapi__join(telling, "Tells ", row->service)});
        put_reply(telling, row->command);
        describe_end(&telling->writer, 1);
    }
}

static void put_operations(struct telling *telling)
{
    describe_begin(&telling->writer, "operations");
    for (size_t i = 0; i < telling->service_count; i++) {
        put_tells(telling, telling->services[i]);
        put_hears(telling, telling->services[i]);
        put_does(telling, telling->services[i]);
        put_sends(telling, telling->services[i]);
        asyncapi__put_queue_operations(telling, telling->services[i]);
    }
    describe_end(&telling->writer, 1);
}

/* ---- the document ---- */

static void put_head(struct telling *telling)
{
    struct json_writer *writer = &telling->writer;
    describe(writer, "asyncapi", "3.0.0");
    describe_begin(writer, "info");
    describe(writer, "title", "Kontora");
    describe(writer, "version", KONTORA_VERSION);
    describe(writer, "description",
             "What services tell each other. A message is application/cloudevents+json; several "
             "that waited share one, application/cloudevents-batch+json, an array of them. What "
             "programs outside take from the queues work.* and answer is application/json.");
    describe_begin(writer, "license");
    describe(writer, "name", "Apache-2.0");
    describe(writer, "url", "https://www.apache.org/licenses/LICENSE-2.0");
    describe_end(writer, 1);
    asyncapi__put_tags(writer, telling->services, telling->service_count);
    describe_end(writer, 1);
    describe(writer, "defaultContentType", "application/cloudevents+json");
}

struct text runtime_asyncapi(struct arena *arena, const struct service *const *services,
                             size_t service_count)
{
    struct telling telling = {.services = services, .service_count = service_count};
    json_writer_init(&telling.writer, arena, 16384);
    json_begin_object(&telling.writer);
    put_head(&telling);
    put_channels(&telling);
    put_operations(&telling);
    describe_begin(&telling.writer, "components");
    asyncapi__put_messages(&telling);
    asyncapi__put_schemas(&telling);
    describe_end(&telling.writer, 1);
    json_end_object(&telling.writer);
    return json_written(&telling.writer);
}
