/* openapi_streams.c - streams in OpenAPI: a GET that is answered with text/event-stream. */
#include "runtime/pages/openapi_streams.h"

#include "runtime/pages/openapi_door.h"
#include "runtime/pages/schema_write.h"

static void put_parameter(struct json_writer *writer, const char *name, const char *place,
                          const char *meaning)
{
    json_begin_object(writer);
    describe(writer, "name", name);
    describe(writer, "in", place);
    describe_flag(writer, "required", false);
    describe(writer, "description", meaning);
    describe_begin(writer, "schema");
    describe(writer, "type", "integer");
    describe(writer, "format", "int64");
    describe_number(writer, "minimum", 0);
    describe_end(writer, 2);
}

static void put_parameters(struct json_writer *writer)
{
    json_key(writer, "parameters");
    json_begin_array(writer);
    put_parameter(writer, "Last-Event-ID", "header",
                  "The id of the last event that was read: what came after it is sent first. "
                  "Browsers do this by themselves");
    put_parameter(writer, "last_event_id", "query",
                  "The same, where the header cannot be set; the header goes before it");
    json_end_array(writer);
}

static void put_success(struct json_writer *writer)
{
    describe_begin(writer, "200");
    describe(
        writer, "description",
        "Server-Sent Events, for as long as both sides like. `event: reset`: what came after the "
        "given id is kept no more, load everything anew. `event: closed`: this user has opened too "
        "many streams, do not come back by yourself");
    describe_begin(writer, "content");
    describe_begin(writer, "text/event-stream");
    describe_begin(writer, "schema");
    describe(writer, "type", "string");
    describe_end(writer, 4);
}

static void put_problem(struct json_writer *writer, const char *status, const char *description)
{
    describe_begin(writer, status);
    describe(writer, "description", description);
    describe_begin(writer, "content");
    describe_begin(writer, "application/problem+json");
    describe_begin(writer, "schema");
    describe(writer, "$ref", "#/components/schemas/Problem");
    describe_end(writer, 4);
}

static void put_responses(struct json_writer *writer, const struct stream *stream, bool has_front)
{
    describe_begin(writer, "responses");
    put_success(writer);
    put_problem(writer, "400", "The request is not right; details.fields says where");
    put_problem(writer, "401", "Nobody has said who is asking");
    if (stream->permission != NULL) {
        put_problem(writer, "403", "The caller may not do this");
    }
    if (has_front) {
        openapi_put_too_often(writer);
    }
    put_problem(writer, "default", "Whatever else goes wrong is told in the same way");
    describe_end(writer, 1);
}

static void put_stream(struct json_writer *writer, const struct service *service,
                       const struct stream *stream, bool has_front)
{
    describe_begin(writer, stream->path);
    describe_begin(writer, "get");
    describe(writer, "operationId", stream->operation);
    describe(writer, "summary", stream->summary);
    describe_names(writer, "tags", &service->name, 1);
    put_parameters(writer);
    put_responses(writer, stream, has_front);
    if (stream->permission == NULL) {
        describe_names(writer, "security", NULL, 0);
    }
    describe_end(writer, 2);
}

void openapi_put_streams(struct json_writer *writer, const struct service *service, bool has_front)
{
    for (size_t i = 0; i < service->stream_count; i++) {
        put_stream(writer, service, &service->streams[i], has_front);
    }
}
