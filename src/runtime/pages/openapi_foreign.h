/* openapi_foreign.h - describes routes that speak as others have laid down (route.is_foreign). */
#ifndef RUNTIME_PAGES_OPENAPI_FOREIGN_H
#define RUNTIME_PAGES_OPENAPI_FOREIGN_H

#include "base/json.h"
#include "runtime/service.h"

/* The schema of their refusals, where there is such a route. */
void openapi_put_foreign_schema(struct json_writer *writer, const struct service *const *services,
                                size_t service_count);

/* One answer no: theirs, or a problem of the platform. */
void openapi_put_foreign_no(struct json_writer *writer, const struct route *route, int status,
                            struct text meaning);

#endif
