/* openapi.c - describes what is routed, from the tables that route it (OpenAPI 3.1). */
#include "runtime/pages/openapi_door.h"
#include "runtime/pages/openapi_foreign.h"
#include "runtime/pages/openapi_streams.h"
#include "runtime/pages/schema_write.h"
#include "runtime/runtime.h"
#include "runtime/start/added_routes.h"

#include <string.h>

enum { SCHEMAS_MAX = 512 };

struct describing {
    struct json_writer writer;
    const struct service *const *services;
    size_t service_count;
    bool has_front; /* one of all services stands at the door: people come in */
    const struct shape *written[SCHEMAS_MAX]; /* schemas that stand in components already */
    size_t written_count;
};

static void put(struct describing *describing, const char *key, const char *text)
{
    describe(&describing->writer, key, text);
}

static void put_flag(struct describing *describing, const char *key, bool flag)
{
    describe_flag(&describing->writer, key, flag);
}

static void begin(struct describing *describing, const char *key)
{
    describe_begin(&describing->writer, key);
}

static void end(struct describing *describing)
{
    json_end_object(&describing->writer);
}

static void end_several(struct describing *describing, int count)
{
    describe_end(&describing->writer, count);
}

static void put_names(struct describing *describing, const char *key, const char *const *names,
                      size_t count)
{
    describe_names(&describing->writer, key, names, count);
}

static void put_reference(struct describing *describing, const char *name)
{
    put(describing, "$ref",
        text_format(describing->writer.arena, "#/components/schemas/%s", name).data);
}

/* ---- schemas ---- */

/* A schema stands in components once, however many routes use it. */
static bool is_new(struct describing *describing, const struct shape *shape)
{
    for (size_t i = 0; i < describing->written_count; i++) {
        if (strcmp(describing->written[i]->name, shape->name) == 0) {
            return false;
        }
    }
    MUST(describing->written_count < SCHEMAS_MAX);
    describing->written[describing->written_count++] = shape;
    return true;
}

static bool has_body(const struct shape *takes)
{
    for (size_t i = 0; takes != NULL && i < takes->field_count; i++) {
        if (takes->fields[i].place == FIELD_IN_BODY) {
            return true;
        }
    }
    return false;
}

/* An answer shows every field that is not optional; a body must have those that are required. */
static void put_shape_schema(struct describing *describing, const struct shape *shape, bool is_body)
{
    if (!is_new(describing, shape)) {
        return;
    }
    begin(describing, shape->name);
    schema_put_shape(&describing->writer, shape, is_body ? SCHEMA_BODY : SCHEMA_SAID);
    end(describing);
}

struct member {
    const char *name;
    const char *type;
    const char *meaning;
};

static void put_member(struct describing *describing, const struct member *member)
{
    begin(describing, member->name);
    put(describing, "type", member->type);
    put(describing, "description", member->meaning);
    end(describing);
}

/* Which fields of the request are to blame. */
static void put_details(struct describing *describing)
{
    static const char *const names[] = {"field", "code", "message"};
    begin(describing, "details");
    put(describing, "type", "object");
    put_names(describing, "required", (const char *const[]){"fields"}, 1);
    begin(describing, "properties");
    begin(describing, "fields");
    put(describing, "type", "array");
    put(describing, "description", "Every field of the request that is to blame");
    begin(describing, "items");
    put(describing, "type", "object");
    put_names(describing, "required", names, COUNT_OF(names));
    begin(describing, "properties");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        begin(describing, names[i]);
        put(describing, "type", "string");
        end(describing);
    }
    end_several(describing, 5);
}

static void put_problem_schema(struct describing *describing)
{
    static const struct member members[] = {
        {"type", "string", "Always about:blank"},
        {"title", "string", "The phrase of the status"},
        {"status", "integer", "The HTTP status"},
        {"code", "string", "What happened, for programs; new codes may appear"},
        {"message", "string", "What happened, for a person"},
        {"trace_id", "string", "Finds the request in the log"},
    };
    /* The trace id is not there when a request was refused before it could be read. */
    static const char *const required[] = {"type", "title", "status", "code", "message"};
    begin(describing, "Problem");
    put(describing, "type", "object");
    put_names(describing, "required", required, COUNT_OF(required));
    begin(describing, "properties");
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        put_member(describing, &members[i]);
    }
    put_details(describing);
    end_several(describing, 2);
}

/* ---- one operation ---- */

static void put_header_parameter(struct describing *describing, const char *name, bool required,
                                 const char *meaning)
{
    json_begin_object(&describing->writer);
    put(describing, "name", name);
    put(describing, "in", "header");
    put_flag(describing, "required", required);
    put(describing, "description", meaning);
    begin(describing, "schema");
    put(describing, "type", "string");
    end(describing);
    json_end_object(&describing->writer);
}

static bool has_revision(const struct route *route)
{
    for (size_t i = 0; route->gives && !route->gives_list && i < route->gives->field_count; i++) {
        if (route->gives->fields[i].is_revision) {
            return true;
        }
    }
    return false;
}

static void put_parameters(struct describing *describing, const struct route *route)
{
    json_key(&describing->writer, "parameters");
    json_begin_array(&describing->writer);
    for (size_t i = 0; route->takes && i < route->takes->field_count; i++) {
        const struct field *field = &route->takes->fields[i];
        if (field->place == FIELD_IN_BODY) {
            continue;
        }
        json_begin_object(&describing->writer);
        put(describing, "name", field->name);
        put(describing, "in", field->place == FIELD_IN_PATH ? "path" : "query");
        put_flag(describing, "required", field->required);
        if (field->kind == FIELD_TEXTS) {
            put(describing, "style", "form");
            put_flag(describing, "explode", false);
        }
        put(describing, "description", field->meaning ? field->meaning : field->name);
        begin(describing, "schema");
        schema_put_field(&describing->writer, field, false);
        end(describing);
        json_end_object(&describing->writer);
    }
    if (route->kind == ROUTE_WRITES && !route->is_foreign && !route->keeps_no_reply) {
        put_header_parameter(describing, "Idempotency-Key", false,
                             "The same key with the same request gives the same answer and one "
                             "effect, for a day");
    }
    if (route->revision != REVISION_NONE) {
        put_header_parameter(describing, "If-Match", route->revision == REVISION_MUST,
                             "The ETag that was read: the change is refused when it is no longer "
                             "the newest");
    }
    if (route->kind != ROUTE_WRITES && has_revision(route)) {
        put_header_parameter(describing, "If-None-Match", false,
                             "The ETag that is known: the answer is 304 while it is the newest");
    }
    json_end_array(&describing->writer);
}

/* A schema that is written already. */
static void put_written_content(struct describing *describing, const char *schema)
{
    begin(describing, "content");
    begin(describing, "application/json");
    json_key(&describing->writer, "schema");
    json_put_raw(&describing->writer, text_of(schema));
    end_several(describing, 2);
}

/* What is no JSON. */
static void put_other_content(struct describing *describing, const char *type)
{
    begin(describing, "content");
    begin(describing, type);
    begin(describing, "schema");
    put(describing, "type", "string");
    end_several(describing, 3);
}

static void put_json_content(struct describing *describing, const char *type, const char *schema)
{
    begin(describing, "content");
    begin(describing, type);
    begin(describing, "schema");
    put_reference(describing, schema);
    end_several(describing, 3);
}

static void put_list_content(struct describing *describing, const struct shape *shape)
{
    begin(describing, "content");
    begin(describing, "application/json");
    begin(describing, "schema");
    put(describing, "type", "object");
    put_names(describing, "required", (const char *const[]){"items", "next"}, 2);
    begin(describing, "properties");
    begin(describing, "items");
    put(describing, "type", "array");
    begin(describing, "items");
    put_reference(describing, shape->name);
    end_several(describing, 2);
    begin(describing, "next");
    schema_put_type(&describing->writer, "string", true);
    put(describing, "description", "Give it as cursor to get the next page; null on the last one");
    end(describing);
    put_member(describing, &(struct member){"total", "integer", "How many match, when asked for"});
    put_member(describing, &(struct member){"total_is_minimum", "boolean",
                                            "Counting stopped at its limit: there are more"});
    end_several(describing, 4);
}

static void put_etag(struct describing *describing)
{
    begin(describing, "headers");
    begin(describing, "ETag");
    put(describing, "description", "The revision in quotes, for If-Match and If-None-Match");
    begin(describing, "schema");
    put(describing, "type", "string");
    end_several(describing, 3);
}

static void put_success(struct describing *describing, const struct route *route, int status)
{
    begin(describing, text_format(describing->writer.arena, "%d", status).data);
    put(describing, "description", route->summary);
    if (has_revision(route)) {
        put_etag(describing);
    }
    if (route->answer_type != NULL && status < 300) {
        put_other_content(describing, route->answer_type);
    } else if (route->answer_schema != NULL) {
        put_written_content(describing, route->answer_schema);
    } else if (route->gives_list) {
        put_list_content(describing, route->gives);
    } else if (route->gives != NULL) {
        put_json_content(describing, "application/json", route->gives->name);
    }
    end(describing);
}

static void put_plain_problem(struct describing *describing, const char *status, const char *text)
{
    begin(describing, status);
    put(describing, "description", text);
    put_json_content(describing, "application/problem+json", "Problem");
    end(describing);
}

static bool has_refusal(const struct route *route, int status)
{
    bool has = false;
    for (size_t i = 0; i < route->refusal_count; i++) {
        has = has || route->refusals[i]->http_status == status;
    }
    return has;
}

/* The response that every route of its kind has, unless its own refusals say it. */
static void put_common_problem(struct describing *describing, const struct route *route, int status,
                               const char *text)
{
    if (!has_refusal(route, status)) {
        put_plain_problem(describing, text_format(describing->writer.arena, "%d", status).data,
                          text);
    }
}

/* Refusals of one status share one response; their codes stand in its description. */
static void put_refusals(struct describing *describing, const struct route *route)
{
    struct arena *arena = describing->writer.arena;
    for (size_t i = 0; i < route->refusal_count; i++) {
        const struct refusal *refusal = route->refusals[i];
        struct text codes = NO_TEXT;
        bool is_first = true;
        for (size_t j = 0; j < route->refusal_count; j++) {
            if (route->refusals[j]->http_status == refusal->http_status) {
                is_first = is_first && j >= i;
                codes =
                    text_format(arena, "%.*s%s`%s`: %s", TEXT_ARGS(codes), codes.bytes ? "; " : "",
                                route->refusals[j]->code, route->refusals[j]->text);
            }
        }
        if (is_first && refusal->http_status != 400 && route->is_foreign) {
            openapi_put_foreign_no(&describing->writer, route, refusal->http_status, codes);
        } else if (is_first && refusal->http_status != 400) {
            put_plain_problem(describing, text_format(arena, "%d", refusal->http_status).data,
                              codes.data);
        }
    }
}

static void put_responses(struct describing *describing, const struct route *route)
{
    int plain = route->gives || route->answer_schema || route->answer_type ? 200 : 204;
    begin(describing, "responses");
    put_success(describing, route, route->success_status ? route->success_status : plain);
    if (route->other_status != 0) {
        put_success(describing, route, route->other_status);
    }
    if (route->kind != ROUTE_WRITES && has_revision(route)) {
        begin(describing, "304");
        put(describing, "description", "Nothing has changed since that ETag");
        end(describing);
    }
    if (route->is_foreign) {
        openapi_put_foreign_no(&describing->writer, route, 400, TEXT("The request is not right"));
    } else {
        put_plain_problem(describing, "400", "The request is not right; details.fields says where");
    }
    if (route->permission != NULL) {
        put_common_problem(describing, route, 401, "Nobody has said who is asking");
        put_common_problem(describing, route, 403, "The caller may not do this");
    }
    put_refusals(describing, route);
    if (route->kind == ROUTE_WRITES && !route->is_foreign && !route->keeps_no_reply) {
        put_common_problem(describing, route, 422,
                           "The Idempotency-Key was used for another request");
    }
    if (describing->has_front && !has_refusal(route, 429)) {
        openapi_put_too_often(&describing->writer);
    }
    put_plain_problem(describing, "503",
                      "Too much work, or the store is away; the code says whether to ask again");
    put_plain_problem(describing, "default", "Whatever else goes wrong is told in the same way");
    end(describing);
}

static const char *const method_keys[] = {
    [HTTP_GET] = "get", [HTTP_HEAD] = "head",   [HTTP_POST] = "post",
    [HTTP_PUT] = "put", [HTTP_PATCH] = "patch", [HTTP_DELETE] = "delete",
};

static void put_raw_body(struct describing *describing, const char *type)
{
    begin(describing, "requestBody");
    put_flag(describing, "required", true);
    begin(describing, "content");
    begin(describing, type);
    begin(describing, "schema");
    put(describing, "type", "string");
    put(describing, "format", "binary");
    end(describing);
    end(describing);
    end(describing);
    end(describing);
}

static void put_operation(struct describing *describing, const struct service *service,
                          const struct route *route)
{
    begin(describing, method_keys[route->method]);
    put(describing, "operationId", route->operation);
    put(describing, "summary", route->summary);
    put_names(describing, "tags", &service->name, 1);
    put_parameters(describing, route);
    if (route->body_type != NULL) {
        put_raw_body(describing, route->body_type);
    } else if (has_body(route->takes)) {
        begin(describing, "requestBody");
        put_flag(describing, "required", true);
        if (route->body_schema != NULL) {
            put_written_content(describing, route->body_schema);
        } else if (route->is_foreign) {
            put_json_content(describing, "application/x-www-form-urlencoded", route->takes->name);
        } else {
            put_json_content(describing, "application/json", route->takes->name);
        }
        end(describing);
    }
    put_responses(describing, route);
    if (route->permission == NULL) {
        put_names(describing, "security", NULL, 0);
    }
    end(describing);
}

/* ---- the document ---- */

/* All methods of one path stand together, where its first route stands. */
static void put_paths(struct describing *describing, const struct service *service)
{
    for (size_t i = 0; i < service->route_count; i++) {
        const char *path = service->routes[i].path;
        bool is_first = true;
        for (size_t j = 0; j < i; j++) {
            is_first = is_first && strcmp(service->routes[j].path, path) != 0;
        }
        if (!is_first) {
            continue;
        }
        begin(describing, path);
        for (size_t j = i; j < service->route_count; j++) {
            if (strcmp(service->routes[j].path, path) == 0) {
                put_operation(describing, service, &service->routes[j]);
            }
        }
        end(describing);
    }
}

static void put_components(struct describing *describing)
{
    begin(describing, "components");
    openapi_put_schemes(&describing->writer, describing->has_front);
    begin(describing, "schemas");
    put_problem_schema(describing);
    openapi_put_foreign_schema(&describing->writer, describing->services,
                               describing->service_count);
    for (size_t i = 0; i < describing->service_count; i++) {
        const struct service *service = describing->services[i];
        for (size_t j = 0; j < service->route_count; j++) {
            if (service->routes[j].gives != NULL) {
                put_shape_schema(describing, service->routes[j].gives, false);
            }
            if (has_body(service->routes[j].takes) && service->routes[j].body_schema == NULL) {
                put_shape_schema(describing, service->routes[j].takes, true);
            }
        }
    }
    end_several(describing, 2);
}

static void put_head(struct describing *describing)
{
    put(describing, "openapi", "3.1.0");
    begin(describing, "info");
    put(describing, "title", "Kontora");
    put(describing, "version", KONTORA_VERSION);
    put(describing, "description", "Business processes that never lose a step");
    begin(describing, "license");
    put(describing, "name", "Apache-2.0");
    put(describing, "identifier", "Apache-2.0");
    end_several(describing, 2);
    json_key(&describing->writer, "servers");
    json_begin_array(&describing->writer);
    json_begin_object(&describing->writer);
    put(describing, "url", "/");
    json_end_object(&describing->writer);
    json_end_array(&describing->writer);
    openapi_put_security(&describing->writer, describing->has_front);
    json_key(&describing->writer, "tags");
    json_begin_array(&describing->writer);
    for (size_t i = 0; i < describing->service_count; i++) {
        json_begin_object(&describing->writer);
        put(describing, "name", describing->services[i]->name);
        put(describing, "description", describing->services[i]->purpose);
        json_end_object(&describing->writer);
    }
    json_end_array(&describing->writer);
}

static struct text write_document(struct arena *arena, const struct service *const *services,
                                  size_t service_count, bool people_come_in)
{
    struct describing describing = {
        .services = services, .service_count = service_count, .has_front = people_come_in};
    json_writer_init(&describing.writer, arena, 16384);
    json_begin_object(&describing.writer);
    put_head(&describing);
    begin(&describing, "paths");
    for (size_t i = 0; i < service_count; i++) {
        put_paths(&describing, describing.services[i]);
        openapi_put_streams(&describing.writer, services[i], people_come_in);
    }
    end(&describing);
    put_components(&describing);
    json_end_object(&describing.writer);
    return json_written(&describing.writer);
}

struct text runtime_openapi(struct arena *arena, const struct service *const *services,
                            size_t service_count)
{
    return write_document(arena, services_with_added(arena, services, service_count), service_count,
                          openapi_has_front(services, service_count));
}

/* ---- a part of it ---- */

/* The service with those of its rows alone whose paths begin so. */
static struct service *part_of(struct arena *arena, const struct service *service,
                               struct text start)
{
    struct service *part = ARENA_NEW(arena, struct service);
    struct route *routes = ARENA_ARRAY(arena, struct route, service->route_count + 1);
    struct stream *streams = ARENA_ARRAY(arena, struct stream, service->stream_count + 1);
    *part = *service;
    part->routes = routes;
    part->streams = streams;
    part->route_count = 0;
    part->stream_count = 0;
    for (size_t i = 0; i < service->route_count; i++) {
        if (text_starts_with(text_of(service->routes[i].path), start)) {
            routes[part->route_count++] = service->routes[i];
        }
    }
    for (size_t i = 0; i < service->stream_count; i++) {
        if (text_starts_with(text_of(service->streams[i].path), start)) {
            streams[part->stream_count++] = service->streams[i];
        }
    }
    return part;
}

struct text runtime_openapi_part(struct arena *arena, const struct service *const *services,
                                 size_t service_count, struct text start)
{
    const struct service **parts = ARENA_ARRAY(arena, const struct service *, service_count + 1);
    size_t part_count = 0;
    for (size_t i = 0; i < service_count; i++) {
        const struct service *part = part_of(arena, services[i], start);
        if (part->route_count + part->stream_count > 0) {
            parts[part_count++] = part;
        }
    }
    return part_count > 0 ? write_document(arena, parts, part_count,
                                           openapi_has_front(services, service_count))
                          : NO_TEXT;
}
