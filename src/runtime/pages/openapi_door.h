/* openapi_door.h - what OpenAPI says of the door: by what somebody comes in, and how often.
 *
 * Where a service stands at the door (service.h, `decides`) people come in by a cookie or a
 * credential, and who comes too often is answered 429, whatever he asks for.
 */
#ifndef RUNTIME_PAGES_OPENAPI_DOOR_H
#define RUNTIME_PAGES_OPENAPI_DOOR_H

#include "base/json.h"
#include "runtime/service.h"

bool openapi_has_front(const struct service *const *services, size_t service_count);

/* Of `components`: the member securitySchemes. */
void openapi_put_schemes(struct json_writer *writer, bool has_front);

/* Of the document: the member security. */
void openapi_put_security(struct json_writer *writer, bool has_front);

/* Of `responses`: the member 429. */
void openapi_put_too_often(struct json_writer *writer);

#endif
