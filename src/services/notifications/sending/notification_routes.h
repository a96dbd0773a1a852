/* notification_routes.h - the ways in which somebody has a person told; notifications.c routes. */
#ifndef SERVICES_NOTIFICATIONS_SENDING_NOTIFICATION_ROUTES_H
#define SERVICES_NOTIFICATIONS_SENDING_NOTIFICATION_ROUTES_H

#include "services/notifications/sending/notification.h"

enum status notification_send_handle(struct call *call);    /* POST /api/notifications */
enum status notification_notify_handle(struct call *call);  /* POST /notifications */
enum status notification_ingest_handle(struct call *call);  /* POST /api/notifications/events */
enum status notification_command_handle(struct call *call); /* notifications.send */
enum status notification_get_handle(struct call *call);
enum status notification_list_handle(struct call *call);
enum status notification_attempts_handle(struct call *call);
enum status notification_retry_handle(struct call *call);
enum status telegram_delivery_handle(struct call *call);
enum status recipient_event_handle(struct call *call);
extern const struct shape recipient_forgotten_shape;
enum status recipient_forgotten_handle(struct call *call);

extern const struct shape notification_send_takes;
extern const struct shape notification_notify_takes;
extern const struct shape notification_ingest_takes;
extern const struct shape notification_command_takes;
extern const struct shape notification_id_takes;
extern const struct shape notification_list_takes;
extern const struct shape notification_accepted_shape; /* {notification_id} */
extern const struct shape notification_ingested_shape;
extern const struct shape telegram_delivery_takes;
extern const char notification_notify_body_schema[];

extern const struct refusal notification_bad_recipients;
extern const struct refusal telegram_invalid_signature;

#endif
