/* webhook_send.h - events become deliveries, and deliveries go out. */
#ifndef SERVICES_WEBHOOKS_WEBHOOK_SEND_H
#define SERVICES_WEBHOOKS_WEBHOOK_SEND_H

#include "runtime/sideline.h"
#include "services/webhooks/webhook.h"

enum status webhook_hear(struct call *call); /* every event */
extern const struct sideline webhook_sender;

/* Of webhooks.test, which nobody has told; to be inserted. */
struct delivery webhook_test_delivery(struct call *call, struct id endpoint);

/* Secrets as they stand in the store. */
struct text webhook_seal(struct call *call, struct id endpoint, struct text secret);

#endif
