/* openapi_door.c - writes by what somebody comes in, and that he may not come too often. */
#include "runtime/pages/openapi_door.h"

#include "runtime/front/cookie.h"
#include "runtime/pages/schema_write.h"

bool openapi_has_front(const struct service *const *services, size_t service_count)
{
    bool has = false;
    for (size_t i = 0; i < service_count; i++) {
        has = has || services[i]->decides != NULL;
    }
    return has;
}

static void put_bearer(struct json_writer *writer, const char *name, const char *meaning)
{
    describe_begin(writer, name);
    describe(writer, "type", "http");
    describe(writer, "scheme", "bearer");
    describe(writer, "description", meaning);
    describe_end(writer, 1);
}

static void put_cookie(struct json_writer *writer)
{
    describe_begin(writer, "session");
    describe(writer, "type", "apiKey");
    describe(writer, "in", "cookie");
    describe(writer, "name", COOKIE_SESSION);
    describe(writer, "description",
             "A browser's session; over TLS it is called __Host-" COOKIE_SESSION
             ". What changes something must come from our own pages");
    describe_end(writer, 1);
}

void openapi_put_schemes(struct json_writer *writer, bool has_front)
{
    describe_begin(writer, "securitySchemes");
    put_bearer(writer, "rootKey", "The root key, printed at the first start");
    if (has_front) {
        put_bearer(writer, "credential",
                   "What a person or a program of his was given: a session (gws_...), an API key "
                   "(gwk_...) or an access token with the scope api");
        put_cookie(writer);
    }
    describe_end(writer, 1);
}

/* One of these is enough. */
void openapi_put_security(struct json_writer *writer, bool has_front)
{
    static const char *const names[] = {"rootKey", "credential", "session"};
    json_key(writer, "security");
    json_begin_array(writer);
    for (size_t i = 0; i < (has_front ? COUNT_OF(names) : 1); i++) {
        json_begin_object(writer);
        describe_names(writer, names[i], NULL, 0);
        json_end_object(writer);
    }
    json_end_array(writer);
}

void openapi_put_too_often(struct json_writer *writer)
{
    describe_begin(writer, "429");
    describe(writer, "description", "Too many requests of this person, or from this address");
    describe_begin(writer, "headers");
    describe_begin(writer, "Retry-After");
    describe(writer, "description", "Seconds after which the next one may come");
    describe_begin(writer, "schema");
    describe(writer, "type", "integer");
    describe_end(writer, 3);
    describe_begin(writer, "content");
    describe_begin(writer, "application/problem+json");
    describe_begin(writer, "schema");
    describe(writer, "$ref", "#/components/schemas/Problem");
    describe_end(writer, 4);
}
