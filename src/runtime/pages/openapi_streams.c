/* openapi_streams.c - streams in OpenAPI: a GET that is answered with text/event-stream. */
#include "runtime/pages/openapi_streams.h"

static void put(struct json_writer *writer, const char *key, const char *text)
{
    json_key(writer, key);
    json_put_text(writer, text_of(text));
}

static void begin(struct json_writer *writer, const char *key)
{
    json_key(writer, key);
    json_begin_object(writer);
}

static void end_several(struct json_writer *writer, int count)
{
    for (int i = 0; i < count; i++) {
        json_end_object(writer);
    }
}

static void put_parameter(struct json_writer *writer, const char *name, const char *place,
                          const char *meaning)
{
    json_begin_object(writer);
    put(writer, "name", name);
    put(writer, "in", place);
    json_key(writer, "required");
    json_put_flag(writer, false);
    put(writer, "description", meaning);
    begin(writer, "schema");
    put(writer, "type", "integer");
    put(writer, "format", "int64");
    json_key(writer, "minimum");
    json_put_integer(writer, 0);
    end_several(writer, 2);
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
    begin(writer, "200");
    put(writer, "description",
        "Server-Sent Events, for as long as both sides like. `event: reset`: what came after the "
        "given id is kept no more, load everything anew. `event: closed`: this user has opened too "
        "many streams, do not come back by yourself");
    begin(writer, "content");
    begin(writer, "text/event-stream");
    begin(writer, "schema");
    put(writer, "type", "string");
    end_several(writer, 4);
}

static void put_problem(struct json_writer *writer, const char *status, const char *description)
{
    begin(writer, status);
    put(writer, "description", description);
    begin(writer, "content");
    begin(writer, "application/problem+json");
    begin(writer, "schema");
    put(writer, "$ref", "#/components/schemas/Problem");
    end_several(writer, 4);
}

static void put_responses(struct json_writer *writer, const struct stream *stream)
{
    begin(writer, "responses");
    put_success(writer);
    put_problem(writer, "400", "The request is not right; details.fields says where");
    if (stream->permission != NULL) {
        put_problem(writer, "401", "Nobody has said who is asking");
        put_problem(writer, "403", "The caller may not do this");
    }
    put_problem(writer, "default", "Whatever else goes wrong is told in the same way");
    end_several(writer, 1);
}

static void put_stream(struct json_writer *writer, const struct service *service,
                       const struct stream *stream)
{
    begin(writer, stream->path);
    begin(writer, "get");
    put(writer, "operationId", stream->operation);
    put(writer, "summary", stream->summary);
    json_key(writer, "tags");
    json_begin_array(writer);
    json_put_text(writer, text_of(service->name));
    json_end_array(writer);
    put_parameters(writer);
    put_responses(writer, stream);
    if (stream->permission == NULL) {
        json_key(writer, "security");
        json_begin_array(writer);
        json_end_array(writer);
    }
    end_several(writer, 2);
}

void openapi_put_streams(struct json_writer *writer, const struct service *service)
{
    for (size_t i = 0; i < service->stream_count; i++) {
        put_stream(writer, service, &service->streams[i]);
    }
}
