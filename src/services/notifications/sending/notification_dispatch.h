/* notification_dispatch.h - what is pending goes out, by a thread of its own. */
#ifndef SERVICES_NOTIFICATIONS_SENDING_NOTIFICATION_DISPATCH_H
#define SERVICES_NOTIFICATIONS_SENDING_NOTIFICATION_DISPATCH_H

#include "runtime/sideline.h"

extern const struct sideline notification_dispatch;

#endif
