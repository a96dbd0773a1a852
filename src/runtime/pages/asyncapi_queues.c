/* asyncapi_queues.c - describes the queues by which programs outside do work for a service.
 *
 *   work.feeder             letters: what is to be done (post/post.h)
 *   work.answers.casework   answers, by the `reply-to` of each letter
 *
 * They are there where `work.amqp` names the queue. A queue that two services offer is one channel.
 */
#include "runtime/pages/asyncapi_parts.h"
#include "runtime/post/post.h"

/* ---- names ---- */

static size_t queue_count(const struct service *service)
{
    return service->post != NULL ? service->post->queues.count : 0;
}

static const char *letters_of(struct telling *telling, struct text queue)
{
    return asyncapi__join(telling, "work.", text_copy(telling->writer.arena, queue).data);
}

static const char *answers_of(struct telling *telling, const struct service *service)
{
    return asyncapi__join(telling, "work.answers.", service->name);
}

static bool has_queue(const struct service *service, struct text name)
{
    for (size_t i = 0; i < queue_count(service); i++) {
        if (text_equals(service->post->queues.items[i], name)) {
            return true;
        }
    }
    return false;
}

/* Does no service before this one offer it? */
static bool is_first(const struct telling *telling, size_t index, struct text queue)
{
    for (size_t i = 0; i < index; i++) {
        if (has_queue(telling->services[i], queue)) {
            return false;
        }
    }
    return true;
}

/* ---- channels ---- */

struct channel {
    const struct service *service;
    const char *name;
    const char *summary;
    const char *description;
};

static void put_channel(struct telling *telling, const struct channel *channel)
{
    struct json_writer *writer = &telling->writer;
    describe_begin(writer, channel->name);
    describe(writer, "address", channel->name);
    describe(writer, "summary", channel->summary);
    describe(writer, "description", channel->description);
    describe_begin(writer, "messages");
    asyncapi__refer(telling, channel->name, "components/messages", channel->name);
    describe_end(writer, 1);
    asyncapi__put_tags(writer, &channel->service, 1);
    asyncapi__put_queue_binding(writer, channel->name);
    describe_end(writer, 1);
}

void asyncapi__put_queue_channels(struct telling *telling, size_t index)
{
    const struct service *service = telling->services[index];
    for (size_t i = 0; i < queue_count(service); i++) {
        struct text queue = service->post->queues.items[i];
        if (is_first(telling, index, queue)) {
            put_channel(telling,
                        &(struct channel){
                            .service = service,
                            .name = letters_of(telling, queue),
                            .summary = "Work for programs outside",
                            .description = "There where the setting work.amqp names it. A letter "
                                           "may come twice, with the same taskId: it is "
                                           "acknowledged after its answer was sent"});
        }
    }
    if (queue_count(service) > 0) {
        put_channel(telling, &(struct channel){
                                 .service = service,
                                 .name = answers_of(telling, service),
                                 .summary = "What came of work that was done outside",
                                 .description = "The reply-to of each letter. An answer counts "
                                                "once, and is acknowledged when it is committed"});
    }
}

/* ---- operations ---- */

static void put_reply(struct telling *telling, const char *answers)
{
    struct json_writer *writer = &telling->writer;
    describe_begin(writer, "reply");
    describe_begin(writer, "address");
    describe(writer, "description", "The property reply-to of the letter");
    describe(writer, "location", "$message.header#/reply-to");
    describe_end(writer, 1);
    asyncapi__refer(telling, "channel", "channels", answers);
    describe_end(writer, 1);
}

void asyncapi__put_queue_operations(struct telling *telling, const struct service *service)
{
    const char *answers = answers_of(telling, service);
    for (size_t i = 0; i < queue_count(service); i++) {
        const char *letters = letters_of(telling, service->post->queues.items[i]);
        asyncapi__begin_operation(telling,
                                  &(struct operation){.service = service,
                                                      .verb = "hands_out",
                                                      .action = "send",
                                                      .channel = letters,
                                                      .message = letters,
                                                      .summary = "Hands out what is to be done"});
        put_reply(telling, answers);
        describe_end(&telling->writer, 1);
    }
    if (queue_count(service) > 0) {
        asyncapi__begin_operation(telling, &(struct operation){.service = service,
                                                               .verb = "takes_back",
                                                               .action = "receive",
                                                               .channel = answers,
                                                               .message = answers,
                                                               .summary = "Hears what came of it"});
        describe_end(&telling->writer, 1);
    }
}

/* ---- messages: plain JSON, each with the schema of its name ---- */

static void put_message(struct telling *telling, const char *name, const char *summary)
{
    struct json_writer *writer = &telling->writer;
    describe_begin(writer, name);
    describe(writer, "name", name);
    describe(writer, "summary", summary);
    describe(writer, "contentType", "application/json");
    describe_begin(writer, "correlationId");
    describe(writer, "location", "$message.payload#/taskId");
    describe_end(writer, 1);
    asyncapi__refer(telling, "payload", "components/schemas", name);
    describe_end(writer, 1);
}

void asyncapi__put_queue_messages(struct telling *telling, size_t index)
{
    const struct service *service = telling->services[index];
    for (size_t i = 0; i < queue_count(service); i++) {
        struct text queue = service->post->queues.items[i];
        if (is_first(telling, index, queue)) {
            put_message(telling, letters_of(telling, queue), "Something to be done");
        }
    }
    if (queue_count(service) > 0) {
        put_message(telling, answers_of(telling, service), "A result, or that it takes longer");
    }
}

void asyncapi__put_queue_schemas(struct telling *telling, size_t index)
{
    const struct service *service = telling->services[index];
    for (size_t i = 0; i < queue_count(service); i++) {
        struct text queue = service->post->queues.items[i];
        if (is_first(telling, index, queue)) {
            asyncapi__put_schema(telling, letters_of(telling, queue), service->post->letter,
                                 SCHEMA_SAID);
        }
    }
    if (queue_count(service) > 0) {
        asyncapi__put_schema(telling, answers_of(telling, service), service->post->answer,
                             SCHEMA_TAKEN);
    }
}
