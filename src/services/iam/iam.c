/* iam.c - sign-in, on one page. */
#include "services/iam/iam.h"

#include "services/iam/codes/code.h"
#include "services/iam/guests/guests.h"
#include "services/iam/house/house_choice.h"
#include "services/iam/iam_errands.h"
#include "services/iam/iam_events.h"
#include "services/iam/iam_parts.h"
#include "services/iam/oidc/oidc.h"
#include "services/iam/oidc/upstream/upstream.h"
#include "services/iam/passkeys/passkeys.h"
#include "services/iam/programs/pair.h"
#include "services/iam/revocations/revocation.h"
#include "services/iam/sign_in/throttle.h"

#define HEARD(name_of_event)                                                                       \
    {                                                                                              \
        .event = (name_of_event), .version = 1, .takes = &person_heard, .handle = person_hear      \
    }
static const struct subscription subscriptions[] = {
    HEARD("users.created"),
    HEARD("users.changed"),
    HEARD("users.activated"),
    HEARD("users.blocked"),
    HEARD("users.unblocked"),
    {.event = "users.forgotten",
     .version = 1,
     .takes = &person_forgotten_heard,
     .handle = person_hear_forgotten},
};

static const struct command commands[] = {
    {.name = "iam.sessions_seen",
     .summary = "Sessions that were used: they are idle from then on",
     .takes = &seen_takes,
     .handle = sessions_seen_handle},
};

enum { SWEEP_EVERY_MS = 60 * 1000, MANY = 500 };

/* What is over opens nothing any more; here it only stops taking room. */
static enum status sweep(struct chore_run *run)
{
    int64_t sessions = 0;
    int64_t subjects = 0;
    enum status status = session_delete_over(run->store, run->now_ms, &sessions);
    if (status == STATUS_OK) {
        status = throttle_forget(run->store, run->now_ms, &subjects);
    }
    int64_t codes = 0;
    int64_t refreshes = 0;
    if (status == STATUS_OK) {
        status = code_forget(run->store, run->now_ms, &codes);
    }
    if (status == STATUS_OK) {
        status = refresh_forget(run->store, run->now_ms, &refreshes);
    }
    run->more = sessions >= MANY || subjects >= MANY || codes >= MANY || refreshes >= MANY;
    return status;
}

static const struct chore chores[] = {
    {.name = "sweep", .run = sweep, .every_ms = SWEEP_EVERY_MS},
};

static const struct service_part *const parts[] = {&oidc_part,  &upstream_part, &passkeys_part,
                                                   &house_part, &guests_part,   &revocations_part};

const struct service iam_service = {
    .name = "iam",
    .purpose = "Sign-in: who people are, how they come in, and what they may",
    .migrations = iam_migrations,
    .migration_count = IAM_MIGRATION_COUNT,
    .routes = iam_routes,
    .route_count = IAM_ROUTE_COUNT,
    .chores = chores,
    .chore_count = COUNT_OF(chores),
    .events = iam_events,
    .event_count = IAM_EVENT_COUNT,
    .subscriptions = subscriptions,
    .subscription_count = COUNT_OF(subscriptions),
    .commands = commands,
    .command_count = COUNT_OF(commands),
    .errands = iam_errands,
    .errand_count = IAM_ERRAND_COUNT,
    .parts = parts,
    .part_count = COUNT_OF(parts),
};
