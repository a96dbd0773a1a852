/* notifications.c - people are told, and programs; on one page. */
#include "services/notifications/notifications.h"

#include "services/notifications/inbox/inbox.h"
#include "services/notifications/rules/rule.h"
#include "services/notifications/sending/notification_digest.h"
#include "services/notifications/sending/notification_dispatch.h"
#include "services/notifications/sending/notification_routes.h"
#include "services/notifications/sending/notification_store.h"
#include "services/notifications/templates/template_routes.h"

#include "runtime/access.h"

static const struct refusal *const send_refusals[] = {
    &template_not_found,        &template_values_missing,    &template_malformed,
    &notification_no_recipient, &notification_unreachable,   &notification_bad_address,
    &notification_duplicate,    &notification_bad_recipients};
static const struct refusal *const command_refusals[] = {
    &template_not_found,        &template_values_missing,  &template_malformed,
    &notification_no_recipient, &notification_unreachable, &notification_bad_address};
static const struct refusal *const ingest_refusals[] = {&template_not_found,
                                                        &template_values_missing,
                                                        &template_malformed,
                                                        &notification_no_recipient,
                                                        &notification_unreachable,
                                                        &notification_bad_address,
                                                        &rule_path_missing,
                                                        &rule_nobody,
                                                        &rule_too_large};
static const struct refusal *const get_refusals[] = {&notification_not_found};
static const struct refusal *const retry_refusals[] = {&notification_not_found,
                                                       &notification_not_failed};
static const struct refusal *const delivery_refusals[] = {&telegram_invalid_signature,
                                                          &notification_not_found};
static const struct refusal *const create_refusals[] = {&template_conflict, &template_malformed};
static const struct refusal *const template_refusals[] = {&template_not_found};
static const struct refusal *const change_refusals[] = {&template_not_found, &template_malformed,
                                                        &template_revision_changed};
static const struct refusal *const preview_refusals[] = {&template_not_found, &template_malformed,
                                                         &template_values_missing};
static const struct refusal *const inbox_refusals[] = {&inbox_nobody};
static const struct refusal *const item_refusals[] = {&inbox_item_not_found};

static const struct route routes[] = {
    /* ---- told ---- */
    {
        .method = HTTP_POST,
        .path = "/api/notifications",
        .operation = "send_notification",
        .permission = "notifications.send",
        .summary = "Have a person told something",
        .kind = ROUTE_WRITES,
        .handle = notification_send_handle,
        .takes = &notification_send_takes,
        .gives = &notification_accepted_shape,
        .success_status = 202,
        .refusals = send_refusals,
        .refusal_count = COUNT_OF(send_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/notifications",
        .operation = "notify_recipients",
        .permission = "notifications.send",
        .summary = "Have several people told the same, as the CRM asks for it",
        .kind = ROUTE_WRITES,
        .handle = notification_notify_handle,
        .takes = &notification_notify_takes,
        .body_schema = notification_notify_body_schema,
        .gives = &notification_accepted_shape,
        .success_status = 202,
        .refusals = send_refusals,
        .refusal_count = COUNT_OF(send_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/notifications/events",
        .operation = "ingest_event",
        .permission = "notifications.send",
        .summary = "Something has happened outside; who is concerned is told",
        .kind = ROUTE_WRITES,
        .handle = notification_ingest_handle,
        .takes = &notification_ingest_takes,
        .gives = &notification_ingested_shape,
        .success_status = 202,
        .refusals = ingest_refusals,
        .refusal_count = COUNT_OF(ingest_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/notifications",
        .operation = "list_notifications",
        .permission = "notifications.read",
        .summary = "What was to be told, newest first",
        .kind = ROUTE_READS,
        .handle = notification_list_handle,
        .takes = &notification_list_takes,
        .gives = &notification_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_GET,
        .path = "/api/notifications/{notification_id}",
        .operation = "get_notification",
        .permission = "notifications.read",
        .summary = "How far one has come",
        .kind = ROUTE_READS_POINT,
        .handle = notification_get_handle,
        .takes = &notification_id_takes,
        .gives = &notification_shape,
        .refusals = get_refusals,
        .refusal_count = COUNT_OF(get_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/notifications/{notification_id}",
        .operation = "get_notification_crm",
        .permission = "notifications.read",
        .summary = "How far one has come, where the CRM looks for it",
        .kind = ROUTE_READS_POINT,
        .handle = notification_get_handle,
        .takes = &notification_id_takes,
        .gives = &notification_shape,
        .refusals = get_refusals,
        .refusal_count = COUNT_OF(get_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/notifications/{notification_id}/attempts",
        .operation = "list_notification_attempts",
        .permission = "notifications.read",
        .summary = "Each time it was tried, and what was answered",
        .kind = ROUTE_READS,
        .handle = notification_attempts_handle,
        .takes = &notification_id_takes,
        .gives = &attempt_shape,
        .gives_list = true,
        .refusals = get_refusals,
        .refusal_count = COUNT_OF(get_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/notifications/{notification_id}/retry",
        .operation = "retry_notification",
        .permission = "notifications.send",
        .summary = "Try one that has failed again",
        .kind = ROUTE_WRITES,
        .handle = notification_retry_handle,
        .takes = &notification_id_takes,
        .gives = &notification_shape,
        .refusals = retry_refusals,
        .refusal_count = COUNT_OF(retry_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/telegram/delivery",
        .operation = "telegram_delivery",
        .permission = NULL, /* the signature over the body says who it is */
        .summary = "The bot says whether a message has reached its reader",
        .kind = ROUTE_WRITES,
        .handle = telegram_delivery_handle,
        .takes = &telegram_delivery_takes,
        .gives = &notification_shape,
        .refusals = delivery_refusals,
        .refusal_count = COUNT_OF(delivery_refusals),
    },

    /* ---- words ---- */
    {
        .method = HTTP_GET,
        .path = "/templates",
        .operation = "list_templates",
        .permission = "notifications.templates",
        .summary = "All words there are, shipped and own",
        .kind = ROUTE_READS,
        .handle = template_list_handle,
        .takes = &template_list_takes,
        .gives = &template_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_POST,
        .path = "/templates",
        .operation = "create_template",
        .permission = "notifications.templates",
        .summary = "Add words, or put own ones in the place of shipped ones",
        .kind = ROUTE_WRITES,
        .handle = template_create_handle,
        .takes = &template_create_takes,
        .gives = &template_shape,
        .success_status = 201,
        .refusals = create_refusals,
        .refusal_count = COUNT_OF(create_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/templates/preview",
        .operation = "preview_template",
        .permission = "notifications.templates",
        .summary = "What the words become, without sending them",
        .kind = ROUTE_WRITES,
        .handle = template_preview_handle,
        .takes = &template_preview_takes,
        .gives = &template_rendered_shape,
        .refusals = preview_refusals,
        .refusal_count = COUNT_OF(preview_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/templates/{template_id}",
        .operation = "get_template",
        .permission = "notifications.templates",
        .summary = "One template",
        .kind = ROUTE_READS_POINT,
        .handle = template_get_handle,
        .takes = &template_id_takes,
        .gives = &template_shape,
        .refusals = template_refusals,
        .refusal_count = COUNT_OF(template_refusals),
    },
    {
        .method = HTTP_PATCH,
        .path = "/templates/{template_id}",
        .operation = "change_template",
        .permission = "notifications.templates",
        .summary = "Change words, or switch them off",
        .kind = ROUTE_WRITES,
        .handle = template_change_handle,
        .takes = &template_change_takes,
        .gives = &template_shape,
        .revision = REVISION_MAY,
        .refusals = change_refusals,
        .refusal_count = COUNT_OF(change_refusals),
    },
    {
        .method = HTTP_DELETE,
        .path = "/templates/{template_id}",
        .operation = "delete_template",
        .permission = "notifications.templates",
        .summary = "Take own words away; shipped ones come back",
        .kind = ROUTE_WRITES,
        .handle = template_delete_handle,
        .takes = &template_id_takes,
        .success_status = 204,
        .refusals = template_refusals,
        .refusal_count = COUNT_OF(template_refusals),
    },

    /* ---- a person's own ---- */
    {
        .method = HTTP_GET,
        .path = "/api/inbox",
        .operation = "list_inbox",
        .permission = PERMISSION_PERSON,
        .summary = "What I was told, newest first",
        .kind = ROUTE_READS,
        .handle = inbox_list_handle,
        .takes = &inbox_list_takes,
        .gives = &inbox_item_shape,
        .gives_list = true,
        .refusals = inbox_refusals,
        .refusal_count = COUNT_OF(inbox_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/inbox/unread",
        .operation = "count_inbox_unread",
        .permission = PERMISSION_PERSON,
        .summary = "How much of it I have not read",
        .kind = ROUTE_READS_POINT,
        .handle = inbox_unread_handle,
        .gives = &inbox_unread_shape,
        .refusals = inbox_refusals,
        .refusal_count = COUNT_OF(inbox_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/inbox/{item_id}/read",
        .operation = "read_inbox_item",
        .permission = PERMISSION_PERSON,
        .summary = "I have read this",
        .kind = ROUTE_WRITES,
        .handle = inbox_read_handle,
        .takes = &inbox_id_takes,
        .gives = &inbox_unread_shape,
        .refusals = item_refusals,
        .refusal_count = COUNT_OF(item_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/inbox/read",
        .operation = "read_inbox",
        .permission = PERMISSION_PERSON,
        .summary = "I have read all of it",
        .kind = ROUTE_WRITES,
        .handle = inbox_read_all_handle,
        .gives = &inbox_unread_shape,
        .refusals = inbox_refusals,
        .refusal_count = COUNT_OF(inbox_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/inbox/preferences",
        .operation = "list_notification_preferences",
        .permission = PERMISSION_PERSON,
        .summary = "How I want to be told",
        .kind = ROUTE_READS,
        .handle = preferences_list_handle,
        .gives = &preference_shape,
        .gives_list = true,
        .refusals = inbox_refusals,
        .refusal_count = COUNT_OF(inbox_refusals),
    },
    {
        .method = HTTP_PUT,
        .path = "/api/inbox/preferences",
        .operation = "set_notification_preference",
        .permission = PERMISSION_PERSON,
        .summary = "Mute something, or have it once a day",
        .kind = ROUTE_WRITES,
        .handle = preference_set_handle,
        .takes = &preference_set_takes,
        .gives = &preference_shape,
        .refusals = inbox_refusals,
        .refusal_count = COUNT_OF(inbox_refusals),
    },
};

static const struct stream streams[] = {
    {
        .path = "/api/inbox/events",
        .operation = "watch_inbox",
        .permission = PERMISSION_PERSON,
        .summary = "What comes into my inbox, as it comes",
        .shows = inbox_shows,
    },
    {
        .path = "/api/v1/streams/notifications",
        .operation = "channel_notifications",
        .permission = PERMISSION_PERSON,
        .summary = "The same by the name of its channel",
        .shows = inbox_shows,
    },
};

static const struct command commands[] = {
    {
        .name = "notifications.send",
        .summary = "Have a person told something; with the same dedup_key it is done once",
        .takes = &notification_command_takes,
        .gives = &notification_accepted_shape,
        .handle = notification_command_handle,
        .refusals = command_refusals,
        .refusal_count = COUNT_OF(command_refusals),
    },
    {
        .name = "notifications.define",
        .summary = "The words of an app; what a person has changed since stays his",
        .takes = &template_create_takes,
        .handle = template_define_handle,
        .refusals = create_refusals,
        .refusal_count = COUNT_OF(create_refusals),
    },
};

#define KEEPS(event_)                                                                              \
    {                                                                                              \
        .event = (event_), .version = 1, .takes = &recipient_shape,                                \
        .handle = recipient_event_handle                                                           \
    }

static const struct subscription subscriptions[] = {
    KEEPS("users.created"),
    KEEPS("users.changed"),
    KEEPS("users.activated"),
    KEEPS("users.blocked"),
    KEEPS("users.unblocked"),
    {.event = SUBSCRIPTION_ALL, .version = SUBSCRIPTION_ANY_VERSION, .handle = rules_hear},
    {.event = "users.forgotten",
     .version = 1,
     .takes = &recipient_forgotten_shape,
     .handle = recipient_forgotten_handle},
};

static const struct service_part *const parts[] = {&rules_part};

static const struct schedule_row schedules[] = {
    {
        .name = "send_digests",
        .when = "daily 09:00",
        .catch_up = CATCH_UP_ONCE,
        .handle = notification_digests_handle,
        .summary = "One letter for whoever wants to hear once a day",
    },
};

static const struct sideline *const sidelines[] = {&notification_dispatch};

const struct service notifications_service = {
    .name = "notifications",
    .purpose = "Tells people what concerns them: by mail, in their inbox, through a bot",
    .migrations = notification_migrations,
    .migration_count = 1,
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .events = notification_events,
    .event_count = NOTIFICATION_EVENT_COUNT,
    .subscriptions = subscriptions,
    .subscription_count = COUNT_OF(subscriptions),
    .commands = commands,
    .command_count = COUNT_OF(commands),
    .streams = streams,
    .stream_count = COUNT_OF(streams),
    .timers = &notification_digest_timer,
    .timer_count = 1,
    .schedules = schedules,
    .schedule_count = COUNT_OF(schedules),
    .sidelines = sidelines,
    .sideline_count = COUNT_OF(sidelines),
    .parts = parts,
    .part_count = COUNT_OF(parts),
};
