/* gateway.c - the service at the door, on one page. */
#include "services/gateway/gateway.h"

#include "runtime/front/decision.h"
#include "services/gateway/drops.h"
#include "services/gateway/seen.h"

/* The first row is how it learns who somebody is: runtime/front/front.h. */
static const struct ask asks[] = {
    {
        .service = "iam",
        .operation = "decide_credential",
        .sends = &decision_sends,
        .takes = &decision_takes,
    },
};

const struct service gateway_service = {
    .name = "gateway",
    .purpose = "The door for people, programs and bots: who comes in, and where to",
    .chores = seen_chores,
    .chore_count = SEEN_CHORE_COUNT,
    .events = drop_events,
    .event_count = DROP_EVENT_COUNT,
    .subscriptions = drop_subscriptions,
    .subscription_count = DROP_SUBSCRIPTION_COUNT,
    .errands = seen_errands,
    .errand_count = SEEN_ERRAND_COUNT,
    .asks = asks,
    .ask_count = COUNT_OF(asks),
    .decides = &asks[0],
    .drops = &drop_events[0],
};
