/* health.h - what the door leans on, and whether that is there: GET /health. */
#ifndef SERVICES_GATEWAY_HEALTH_H
#define SERVICES_GATEWAY_HEALTH_H

#include "runtime/service.h"

enum { HEALTH_ROUTE_COUNT = 1 };

extern const struct route health_routes[HEALTH_ROUTE_COUNT];

#endif
