/* notification_digest.h - what somebody wants to hear once a day, all together. */
#ifndef SERVICES_NOTIFICATIONS_SENDING_NOTIFICATION_DIGEST_H
#define SERVICES_NOTIFICATIONS_SENDING_NOTIFICATION_DIGEST_H

#include "runtime/service.h"

/* Sets one timer for each person for whom something has come together. */
enum status notification_digests_handle(struct call *call);

extern const struct timer notification_digest_timer;

#endif
