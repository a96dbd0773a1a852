/* asyncapi_parts.h - what the files that write the AsyncAPI document share; for nobody else. */
#ifndef RUNTIME_PAGES_ASYNCAPI_PARTS_H
#define RUNTIME_PAGES_ASYNCAPI_PARTS_H

#include "base/json.h"
#include "runtime/service.h"

struct telling {
    struct json_writer writer;
    const struct service *const *services;
    size_t service_count;
};

const char *asyncapi__join(struct telling *telling, const char *left, const char *right);

/* "$ref": "#/place/name" */
void asyncapi__put_reference(struct telling *telling, const char *place, const char *name);

/* The objects "messages" and "schemas" of the components: a message's data has its name. */
void asyncapi__put_messages(struct telling *telling);
void asyncapi__put_schemas(struct telling *telling);

/* Where a channel lies in a broker: the member "bindings". */
void asyncapi__put_binding(struct json_writer *writer, const char *exchange, const char *kind);

#endif
