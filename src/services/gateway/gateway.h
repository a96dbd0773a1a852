/* gateway.h - the door of the service at the door. */
#ifndef SERVICES_GATEWAY_GATEWAY_H
#define SERVICES_GATEWAY_GATEWAY_H

#include "runtime/service.h"

extern const struct service gateway_service;

#endif
