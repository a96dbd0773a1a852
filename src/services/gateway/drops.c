/* drops.c - hears of logouts, blocks and changed roles, and tells each process that has a front.
 *
 * An event of somebody else is handled in one process; what is told here stands in our own journal,
 * which each process that serves the gateway reads (runtime/front/dropped.h).
 */
#include "services/gateway/drops.h"

#include "runtime/front/dropped.h"

static enum status drop(struct call *call, const struct dropped *dropped)
{
    return tell(call, drop_event, call->message->subject, FIELD_NONE, dropped);
}

/* ---- sessions ---- */

struct of_iam {
    struct id person_id;
    struct id session_id; /* none: all of his */
};
static const struct field logout_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, .offset = offsetof(struct of_iam, person_id)},
    {.name = "session_id",
     .kind = FIELD_ID,
     .offset = offsetof(struct of_iam, session_id),
     .may_be_null = true},
};
static const struct shape logout_takes = {
    .name = "LogoutHeard",
    .fields = logout_fields,
    .field_count = COUNT_OF(logout_fields),
    .bytes = sizeof(struct of_iam),
};

static enum status hear_logout(struct call *call)
{
    const struct of_iam *logout = call->input;
    return drop(call, &(struct dropped){.person_id = logout->person_id,
                                        .session_id = logout->session_id,
                                        .is_over = true});
}

/* Whom it concerns only the other service knows: everybody is asked about anew. */
static enum status hear_role_changed(struct call *call)
{
    return drop(call, &(struct dropped){.ends_streams = true});
}

/* ---- people ---- */

/* That somebody's roles are others is heard from who answers for them: the directory says it
 * earlier, and whoever asked then would be told, and keep, what was. */
static const struct field changed_fields[] = {
    {.name = "person_id", .kind = FIELD_ID, .offset = offsetof(struct of_iam, person_id)},
};
static const struct shape changed_takes = {
    .name = "PersonChangedHeard",
    .fields = changed_fields,
    .field_count = COUNT_OF(changed_fields),
    .bytes = sizeof(struct of_iam),
};

static enum status hear_changed(struct call *call)
{
    const struct of_iam *changed = call->input;
    return drop(call, &(struct dropped){.person_id = changed->person_id, .ends_streams = true});
}

struct heard {
    struct id id;
};
static const struct field heard_fields[] = {
    {.name = "id", .kind = FIELD_ID, .offset = offsetof(struct heard, id), .required = true},
};
static const struct shape heard_takes = {
    .name = "PersonDropped",
    .fields = heard_fields,
    .field_count = COUNT_OF(heard_fields),
    .bytes = sizeof(struct heard),
};

static enum status hear_blocked(struct call *call)
{
    const struct heard *heard = call->input;
    return drop(call,
                &(struct dropped){.person_id = heard->id, .keeps_out = true, .is_over = true});
}

static enum status hear_unblocked(struct call *call)
{
    const struct heard *heard = call->input;
    return drop(call, &(struct dropped){.person_id = heard->id, .lets_in = true});
}

const struct subscription drop_subscriptions[DROP_SUBSCRIPTION_COUNT] = {
    {.event = "iam.logout", .version = 1, .takes = &logout_takes, .handle = hear_logout},
    {.event = "iam.role_changed", .version = 1, .handle = hear_role_changed},
    {.event = "iam.person_changed", .version = 1, .takes = &changed_takes, .handle = hear_changed},
    {.event = "users.blocked", .version = 1, .takes = &heard_takes, .handle = hear_blocked},
    {.event = "users.unblocked", .version = 1, .takes = &heard_takes, .handle = hear_unblocked},
};
