/* openapi_foreign.c - {"error", "error_description"} in OpenAPI. */
#include "runtime/pages/openapi_foreign.h"

#include "runtime/pages/schema_write.h"

static bool is_needed(const struct service *const *services, size_t service_count)
{
    for (size_t i = 0; i < service_count; i++) {
        for (size_t j = 0; j < services[i]->route_count; j++) {
            if (services[i]->routes[j].is_foreign) {
                return true;
            }
        }
    }
    return false;
}

static void put_member(struct json_writer *writer, const char *name, const char *meaning)
{
    describe_begin(writer, name);
    describe(writer, "type", "string");
    describe(writer, "description", meaning);
    json_end_object(writer);
}

void openapi_put_foreign_schema(struct json_writer *writer, const struct service *const *services,
                                size_t service_count)
{
    if (!is_needed(services, service_count)) {
        return; /* a schema that nobody uses is none */
    }
    describe_begin(writer, "ForeignError");
    describe(writer, "type", "object");
    describe_names(writer, "required", (const char *const[]){"error"}, 1);
    describe_begin(writer, "properties");
    put_member(writer, "error", "What happened, for programs (RFC 6749)");
    put_member(writer, "error_description", "What happened, for a person");
    describe_end(writer, 2);
}

static void put_content(struct json_writer *writer, const char *type, const char *reference)
{
    describe_begin(writer, type);
    describe_begin(writer, "schema");
    describe(writer, "$ref", reference);
    describe_end(writer, 2);
}

void openapi_put_foreign_no(struct json_writer *writer, const struct route *route, int status,
                            struct text meaning)
{
    for (size_t i = 0; status == 400 && i < route->refusal_count; i++) {
        if (route->refusals[i]->http_status == status) {
            meaning = text_format(writer->arena, "%.*s; `%s`: %s", TEXT_ARGS(meaning),
                                  route->refusals[i]->code, route->refusals[i]->text);
        }
    }
    describe_begin(writer, text_format(writer->arena, "%d", status).data);
    describe(writer, "description", meaning.data);
    describe_begin(writer, "content");
    put_content(writer, "application/json", "#/components/schemas/ForeignError");
    put_content(writer, "application/problem+json", "#/components/schemas/Problem");
    describe_end(writer, 2);
}
