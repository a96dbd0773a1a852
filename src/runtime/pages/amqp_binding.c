/* amqp_binding.c - where a channel of the AsyncAPI document lies in RabbitMQ. */
#include "runtime/pages/asyncapi_parts.h"
#include "runtime/pages/schema_write.h"

void asyncapi__put_binding(struct json_writer *writer, const char *exchange, const char *kind)
{
    describe_begin(writer, "bindings");
    describe_begin(writer, "amqp");
    describe(writer, "is", "routingKey");
    describe_begin(writer, "exchange");
    describe(writer, "name", exchange);
    describe(writer, "type", kind);
    describe_flag(writer, "durable", true);
    describe_flag(writer, "autoDelete", false);
    describe_end(writer, 1);
    describe(writer, "bindingVersion", "0.3.0");
    describe_end(writer, 2);
}

void asyncapi__put_queue_binding(struct json_writer *writer, const char *queue)
{
    describe_begin(writer, "bindings");
    describe_begin(writer, "amqp");
    describe(writer, "is", "queue");
    describe_begin(writer, "queue");
    describe(writer, "name", queue);
    describe_flag(writer, "durable", true);
    describe_flag(writer, "exclusive", false);
    describe_flag(writer, "autoDelete", false);
    describe_end(writer, 1);
    describe(writer, "bindingVersion", "0.3.0");
    describe_end(writer, 2);
}
