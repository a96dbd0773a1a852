/* payments.c - money leaves the house, on one page. */
#include "apps/popug/payments/payments.h"

#include "apps/popug/payments/payment.h"

static const struct refusal *const get_refusals[] = {&payment_not_found};
static const struct refusal *const retry_refusals[] = {&payment_not_found, &payment_is_over};

static const struct route routes[] = {
    {
        .method = HTTP_GET,
        .path = "/api/payments",
        .operation = "list_payments",
        .permission = "payments.read",
        .summary = "Payments, newest first",
        .kind = ROUTE_READS,
        .handle = payment_list_handle,
        .takes = &payment_list_takes,
        .gives = &payment_seen_shape,
        .gives_list = true,
    },
    {
        .method = HTTP_GET,
        .path = "/api/payments/{payment_id}",
        .operation = "get_payment",
        .permission = "payments.read",
        .summary = "How far a payment has come",
        .kind = ROUTE_READS_POINT,
        .handle = payment_get_handle,
        .takes = &payment_id_takes,
        .gives = &payment_seen_shape,
        .refusals = get_refusals,
        .refusal_count = COUNT_OF(get_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/payments/{payment_id}/retry",
        .operation = "retry_payment",
        .permission = "payments.retry",
        .summary = "Try at once what is stuck, waits or is unknown",
        .kind = ROUTE_WRITES,
        .handle = payment_retry_handle,
        .takes = &payment_id_takes,
        .gives = &payment_seen_shape,
        .refusals = retry_refusals,
        .refusal_count = COUNT_OF(retry_refusals),
    },
};

static const struct stream streams[] = {
    {
        .path = "/api/payments/events",
        .operation = "watch_payments",
        .permission = "payments.read",
        .summary = "What came of payments, as it comes",
        .shows = payment_shows,
    },
};

static const struct command commands[] = {
    {.name = "payments.transfer",
     .summary = "Pay somebody; the same payment_id is the same payment",
     .takes = &payment_transfer_takes,
     .handle = payment_transfer_handle},
};

static const struct sideline *const sidelines[] = {&payment_dispatch};

const struct service payments_service = {
    .name = "payments",
    .purpose = "Money leaves the house: each payment once, whatever is lost on the way",
    .migrations = payment_migrations,
    .migration_count = PAYMENTS_MIGRATION_COUNT,
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .events = payment_events,
    .event_count = PAYMENT_EVENT_COUNT,
    .streams = streams,
    .stream_count = COUNT_OF(streams),
    .commands = commands,
    .command_count = COUNT_OF(commands),
    .errands = payment_errands,
    .errand_count = COUNT_OF(payment_errands),
    .sidelines = sidelines,
    .sideline_count = COUNT_OF(sidelines),
};
