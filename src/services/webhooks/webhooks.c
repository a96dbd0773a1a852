/* webhooks.c - other people's programs are told, signed; on one page. */
#include "services/webhooks/webhooks.h"

#include "services/webhooks/webhook_routes.h"
#include "services/webhooks/webhook_send.h"
#include "services/webhooks/webhook_store.h"

static const struct refusal *const create_refusals[] = {&endpoint_bad_url, &endpoint_bad_events,
                                                        &endpoint_may_not_hear, &endpoint_too_many};
static const struct refusal *const get_refusals[] = {&endpoint_not_found};
static const struct refusal *const test_refusals[] = {&endpoint_not_found, &endpoint_is_disabled};
static const struct refusal *const change_refusals[] = {
    &endpoint_not_found, &endpoint_bad_url, &endpoint_bad_events, &endpoint_may_not_hear,
    &endpoint_revision_changed};
static const struct refusal *const delivery_refusals[] = {&delivery_not_found};

static const struct route routes[] = {
    {
        .method = HTTP_GET,
        .path = "/api/webhooks",
        .operation = "list_webhooks",
        .permission = "webhooks.read",
        .summary = "Who is told of what",
        .kind = ROUTE_READS,
        .handle = endpoint_list_handle,
        .gives = &endpoint_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_POST,
        .path = "/api/webhooks",
        .operation = "create_webhook",
        .permission = "webhooks.change",
        .summary = "Have somebody's server told of events",
        .kind = ROUTE_WRITES,
        .handle = endpoint_create_handle,
        .takes = &endpoint_create_takes,
        .gives = &endpoint_secret_shape,
        .success_status = 201,
        .refusals = create_refusals,
        .refusal_count = COUNT_OF(create_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/webhooks/{endpoint_id}",
        .operation = "get_webhook",
        .permission = "webhooks.read",
        .summary = "One endpoint",
        .kind = ROUTE_READS_POINT,
        .handle = endpoint_get_handle,
        .takes = &endpoint_id_takes,
        .gives = &endpoint_shape,
        .refusals = get_refusals,
        .refusal_count = COUNT_OF(get_refusals),
    },
    {
        .method = HTTP_PATCH,
        .path = "/api/webhooks/{endpoint_id}",
        .operation = "change_webhook",
        .permission = "webhooks.change",
        .summary = "Change it, or switch it off and on",
        .kind = ROUTE_WRITES,
        .handle = endpoint_change_handle,
        .takes = &endpoint_change_takes,
        .gives = &endpoint_shape,
        .revision = REVISION_MAY,
        .refusals = change_refusals,
        .refusal_count = COUNT_OF(change_refusals),
    },
    {
        .method = HTTP_DELETE,
        .path = "/api/webhooks/{endpoint_id}",
        .operation = "delete_webhook",
        .permission = "webhooks.change",
        .summary = "Take it away, with what waits for it",
        .kind = ROUTE_WRITES,
        .handle = endpoint_delete_handle,
        .takes = &endpoint_id_takes,
        .success_status = 204,
        .refusals = get_refusals,
        .refusal_count = COUNT_OF(get_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/webhooks/{endpoint_id}/rotate",
        .operation = "rotate_webhook_secret",
        .permission = "webhooks.change",
        .summary = "A new secret; for a day the old one signs too",
        .kind = ROUTE_WRITES,
        .handle = endpoint_rotate_handle,
        .takes = &endpoint_id_takes,
        .gives = &endpoint_secret_shape,
        .refusals = get_refusals,
        .refusal_count = COUNT_OF(get_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/webhooks/{endpoint_id}/test",
        .operation = "test_webhook",
        .permission = "webhooks.change",
        .summary = "Tell it of webhooks.test, whatever it wants to hear",
        .kind = ROUTE_WRITES,
        .handle = endpoint_test_handle,
        .takes = &endpoint_id_takes,
        .gives = &delivery_shape,
        .success_status = 201,
        .refusals = test_refusals,
        .refusal_count = COUNT_OF(test_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/webhooks/{endpoint_id}/deliveries",
        .operation = "list_webhook_deliveries",
        .permission = "webhooks.change", /* what it was told stands there */
        .summary = "What it was told, and what it has answered, newest first",
        .kind = ROUTE_READS,
        .handle = delivery_list_handle,
        .takes = &delivery_list_takes,
        .gives = &delivery_shape,
        .gives_list = true,
        .refusals = get_refusals,
        .refusal_count = COUNT_OF(get_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/webhooks/{endpoint_id}/deliveries/{delivery_id}/replay",
        .operation = "replay_webhook_delivery",
        .permission = "webhooks.change",
        .summary = "Tell it once more",
        .kind = ROUTE_WRITES,
        .handle = delivery_replay_handle,
        .takes = &delivery_id_takes,
        .gives = &delivery_shape,
        .refusals = delivery_refusals,
        .refusal_count = COUNT_OF(delivery_refusals),
    },
};

static const struct subscription subscriptions[] = {
    {.event = SUBSCRIPTION_ALL, .version = SUBSCRIPTION_ANY_VERSION, .handle = webhook_hear},
};

static const struct sideline *const sidelines[] = {&webhook_sender};

const struct service webhooks_service = {
    .name = "webhooks",
    .purpose = "Tells other people's programs what happens here, signed",
    .migrations = webhook_migrations,
    .migration_count = 1,
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .subscriptions = subscriptions,
    .subscription_count = COUNT_OF(subscriptions),
    .sidelines = sidelines,
    .sideline_count = COUNT_OF(sidelines),
};
