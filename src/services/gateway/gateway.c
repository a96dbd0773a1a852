/* gateway.c - the service at the door, on one page. */
#include "services/gateway/gateway.h"

#include "runtime/front/decision.h"
#include "runtime/front/dropped.h"
#include "services/gateway/channels.h"
#include "services/gateway/drops.h"
#include "services/gateway/gateway_migrations.h"
#include "services/gateway/health.h"
#include "services/gateway/hooks/hook.h"
#include "services/gateway/seen.h"
#include "services/gateway/start_page.h"

/* The first row is how it learns who somebody is: runtime/front/front.h. */
static const struct ask asks[] = {
    {
        .service = "iam",
        .operation = "decide_credential",
        .sends = &decision_sends,
        .takes = &decision_takes,
    },
};

static const struct event events[] = {
    {
        .name = "gateway.dropped",
        .version = 1,
        .data = &dropped_shape,
        .summary =
            "What is remembered of somebody's credentials is over: they are asked about anew",
    },
    {
        .name = "gateway.hook_received",
        .version = 1,
        .data = &hook_received_shape,
        .summary = "A program of others has said something at a hook, signed, for the first time",
    },
};
const struct event *const drop_event = &events[0];
const struct event *const hook_received = &events[1];

static const struct service_part hooks = {
    .routes = hook_routes,
    .route_count = HOOK_ROUTE_COUNT,
    .chores = hook_chores,
    .chore_count = HOOK_CHORE_COUNT,
};
static const struct service_part health = {
    .routes = health_routes,
    .route_count = HEALTH_ROUTE_COUNT,
};
static const struct service_part *const parts[] = {&hooks, &health};

const struct service gateway_service = {
    .name = "gateway",
    .purpose = "The door for people, programs and bots: who comes in, and where to",
    .migrations = gateway_migrations,
    .migration_count = GATEWAY_MIGRATION_COUNT,
    .chores = seen_chores,
    .chore_count = SEEN_CHORE_COUNT,
    .events = events,
    .event_count = COUNT_OF(events),
    .subscriptions = drop_subscriptions,
    .subscription_count = DROP_SUBSCRIPTION_COUNT,
    .errands = seen_errands,
    .errand_count = SEEN_ERRAND_COUNT,
    .asks = asks,
    .ask_count = COUNT_OF(asks),
    .streams = channel_streams,
    .stream_count = CHANNEL_STREAM_COUNT,
    .dashboards = start_pages,
    .dashboard_count = START_PAGE_COUNT,
    .decides = &asks[0],
    .drops = &events[0],
    .parts = parts,
    .part_count = COUNT_OF(parts),
};
