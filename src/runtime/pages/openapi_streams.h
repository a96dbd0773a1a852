/* openapi_streams.h - what can be watched, for the description of everything that is routed. */
#ifndef RUNTIME_PAGES_OPENAPI_STREAMS_H
#define RUNTIME_PAGES_OPENAPI_STREAMS_H

#include "base/json.h"
#include "runtime/service.h"

/* The path items of this service's streams, into the object "paths". */
void openapi_put_streams(struct json_writer *writer, const struct service *service, bool has_front);

#endif
