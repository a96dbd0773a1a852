/* webhook_routes.h - endpoints made, changed, looked into; webhooks.c routes. */
#ifndef SERVICES_WEBHOOKS_WEBHOOK_ROUTES_H
#define SERVICES_WEBHOOKS_WEBHOOK_ROUTES_H

#include "services/webhooks/webhook.h"

enum status endpoint_create_handle(struct call *call);
enum status endpoint_list_handle(struct call *call);
enum status endpoint_get_handle(struct call *call);
enum status endpoint_change_handle(struct call *call);
enum status endpoint_delete_handle(struct call *call);
enum status endpoint_rotate_handle(struct call *call);
enum status endpoint_test_handle(struct call *call);
enum status delivery_list_handle(struct call *call);
enum status delivery_replay_handle(struct call *call);

extern const struct shape endpoint_create_takes;
extern const struct shape endpoint_change_takes;
extern const struct shape endpoint_id_takes;
extern const struct shape delivery_list_takes;
extern const struct shape delivery_id_takes;

#endif
