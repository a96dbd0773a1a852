/* webhooks.h - the door of the service that tells other people's programs what happens here. */
#ifndef SERVICES_WEBHOOKS_WEBHOOKS_H
#define SERVICES_WEBHOOKS_WEBHOOKS_H

#include "runtime/service.h"

extern const struct service webhooks_service;

#endif
