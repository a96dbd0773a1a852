/* drops.h - who must say anew who he is, because something about him has changed. */
#ifndef SERVICES_GATEWAY_DROPS_H
#define SERVICES_GATEWAY_DROPS_H

#include "runtime/service.h"

enum { DROP_SUBSCRIPTION_COUNT = 5 };

extern const struct subscription drop_subscriptions[DROP_SUBSCRIPTION_COUNT];
extern const struct event *const drop_event;

#endif
