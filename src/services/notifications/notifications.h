/* notifications.h - the door of the service that tells people things: mail, inbox, webhooks. */
#ifndef SERVICES_NOTIFICATIONS_NOTIFICATIONS_H
#define SERVICES_NOTIFICATIONS_NOTIFICATIONS_H

#include "runtime/service.h"

extern const struct service notifications_service;

#endif
