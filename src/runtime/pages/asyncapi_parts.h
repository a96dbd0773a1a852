/* asyncapi_parts.h - what the files that write the AsyncAPI document share; for nobody else. */
#ifndef RUNTIME_PAGES_ASYNCAPI_PARTS_H
#define RUNTIME_PAGES_ASYNCAPI_PARTS_H

#include "base/json.h"
#include "runtime/pages/schema_write.h"
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
void asyncapi__put_queue_binding(struct json_writer *writer, const char *queue);

/* A member of that name which is a reference. */
void asyncapi__refer(struct telling *telling, const char *key, const char *place, const char *name);

/* "tags": these services */
void asyncapi__put_tags(struct json_writer *writer, const struct service *const *services,
                        size_t count);

void asyncapi__put_schema(struct telling *telling, const char *name, const struct shape *shape,
                          enum schema_side side);

struct operation {
    const struct service *service;
    const char *verb;   /* "tells" */
    const char *action; /* "send" or "receive" */
    const char *channel;
    const char *message;
    const char *summary;
};

/* Stays open, for what else is to be said of it. */
void asyncapi__begin_operation(struct telling *telling, const struct operation *operation);

/* asyncapi_queues.c: the rows of a service's queues for programs outside, in each of the objects */
void asyncapi__put_queue_channels(struct telling *telling, size_t index);
void asyncapi__put_queue_operations(struct telling *telling, const struct service *service);
void asyncapi__put_queue_messages(struct telling *telling, size_t index);
void asyncapi__put_queue_schemas(struct telling *telling, size_t index);

#endif
