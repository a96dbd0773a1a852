/* phoenix.c - the service on one page: business customers are taken in. */
#include "apps/phoenix/phoenix.h"

#include "apps/phoenix/client_list.h"
#include "apps/phoenix/corp_client.h"
#include "apps/phoenix/funnel.h"
#include "apps/phoenix/moderator.h"
#include "apps/phoenix/provisioning.h"
#include "apps/phoenix/reminder.h"
#include "apps/phoenix/request_notice.h"
#include "apps/phoenix/request_told.h"
#include "apps/phoenix/status_link.h"
#include "apps/phoenix/words.h"
#include "runtime/access.h"

enum { WORDS_EVERY_MS = 3600 * 1000, FUNNEL_EVERY_MS = 3600 * 1000 };

WORKFLOW_TEXT(phoenix);
static const struct workflow_file workflows[] = {WORKFLOW_FILE(phoenix)};

/* Who outside works on requests: the process engine, the queue of tasks, and what calls functions
 * for them (A3, A29-A34). */
static const struct case_partner partners[] = {
    {.service = "procaas", .kind = "procaas"},
    {.service = "stq", .kind = "stq"},
};

static const struct case_work cases = {
    .workflows = workflows,
    .workflow_count = COUNT_OF(workflows),
    .functions = provisioning_functions,
    .function_count = PROVISIONING_COUNT,
    .triggers = reminder_triggers,
    .trigger_count = REMINDER_COUNT,
    .partners = partners,
    .partner_count = COUNT_OF(partners),
    .forgets = funnel_forget,
    .takes_samples = true,
    .is_front = true,
};

static const struct refusal *const list_refusals[] = {&clients_bad_cursor};
static const struct refusal *const get_refusals[] = {&clients_not_found};

static const struct refusal *const funnel_refusals[] = {&funnel_bad_day};
static const struct refusal *const status_refusals[] = {&status_link_not_good};
static const struct refusal *const link_refusals[] = {&status_link_no_case};

static const struct route routes[] = {
    {
        .method = HTTP_GET,
        .path = "/api/phoenix/clients",
        .operation = "list_corp_clients",
        .permission = "phoenix.clients",
        .summary = "Corporate clients, the newest first",
        .kind = ROUTE_READS,
        .handle = clients_list_handle,
        .takes = &clients_list_takes,
        .gives = &corp_client_shape,
        .gives_list = true,
        .refusals = list_refusals,
        .refusal_count = COUNT_OF(list_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/phoenix/clients/{corp_client_id}/employees",
        .operation = "list_corp_employees",
        .permission = "phoenix.clients",
        .summary = "Who may act for a client",
        .kind = ROUTE_READS,
        .handle = employees_list_handle,
        .takes = &employees_list_takes,
        .gives = &corp_employee_shape,
        .gives_list = true,
        .refusals = get_refusals,
        .refusal_count = COUNT_OF(get_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/phoenix/funnel",
        .operation = "get_phoenix_funnel",
        .permission = "phoenix.funnel",
        .summary = "Where requests stand, how long they stay, how many get to the end",
        .kind = ROUTE_READS,
        .handle = funnel_handle,
        .takes = &funnel_takes,
        .answer_schema = funnel_answer,
        .refusals = funnel_refusals,
        .refusal_count = COUNT_OF(funnel_refusals),
    },
    {
        .method = HTTP_POST,
        .path = "/api/phoenix/status",
        .operation = "look_at_request_status",
        .summary = "Where a request stands, for whoever has its link; spends nothing",
        .kind = ROUTE_WRITES, /* the link belongs into no address */
        .handle = status_link_handle,
        .takes = &status_link_takes,
        .gives = &status_link_gives,
        .refusals = status_refusals,
        .refusal_count = COUNT_OF(status_refusals),
    },
    {
        .method = HTTP_GET,
        .path = "/api/phoenix/requests/{case_id}/status_link",
        .operation = "get_request_status_link",
        .permission = PERMISSION_PERSON,
        .summary = "The link to where one's own request stands, to pass it on",
        .kind = ROUTE_READS,
        .handle = status_link_show_handle,
        .takes = &status_link_asked,
        .gives = &status_link_shown,
        .refusals = link_refusals,
        .refusal_count = COUNT_OF(link_refusals),
    },
};

#define ABOUT_REQUEST(event_, handle_)                                                             \
    {                                                                                              \
        .event = (event_), .version = 1, .takes = &request_told_shape, .handle = (handle_)         \
    }
#define ABOUT_PERSON(event_)                                                                       \
    {                                                                                              \
        .event = (event_), .version = 1, .takes = &moderator_heard, .handle = moderator_hear       \
    }
static const struct subscription subscriptions[] = {
    ABOUT_REQUEST("phoenix.submitted", request_notice_submitted),
    ABOUT_REQUEST("phoenix.begun_for_customer", request_notice_begun_for_customer),
    ABOUT_REQUEST("phoenix.returned", request_notice_returned),
    ABOUT_REQUEST("phoenix.rejected", request_notice_rejected),
    ABOUT_REQUEST("phoenix.stalled", request_notice_stalled),
    ABOUT_REQUEST("phoenix.completed", request_notice_completed),
    ABOUT_REQUEST("phoenix.abandoned", request_notice_abandoned),
    {.event = "phoenix.case_changed", .version = 1, .takes = &funnel_heard, .handle = funnel_hear},
    ABOUT_PERSON("users.created"),
    ABOUT_PERSON("users.changed"),
    ABOUT_PERSON("users.activated"),
    ABOUT_PERSON("users.blocked"),
    ABOUT_PERSON("users.unblocked"),
    {.event = "users.forgotten",
     .version = 1,
     .takes = &moderator_forgotten,
     .handle = moderator_forget},
};

static const struct errand errands[PHOENIX_ERRAND_COUNT] = {
    [ERRAND_SEND] = {.service = "notifications",
                     .command = "notifications.send",
                     .data = &request_notice_shape},
    [ERRAND_DEFINE] = {.service = "notifications",
                       .command = "notifications.define",
                       .data = &words_shape},
};

static const struct chore chores[] = {
    {.name = "tell_words", .run = words_chore, .every_ms = WORDS_EVERY_MS},
    {.name = "count_funnel", .run = funnel_chore, .every_ms = FUNNEL_EVERY_MS},
};

const struct service phoenix_service = {
    .name = "phoenix",
    .purpose = "Business customers are taken in: their request, its moderation, their set-up",
    .migrations = phoenix_migrations,
    .migration_count = PHOENIX_MIGRATION_COUNT,
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .chores = chores,
    .chore_count = COUNT_OF(chores),
    .events = request_events,
    .event_count = REQUEST_EVENT_COUNT,
    .subscriptions = subscriptions,
    .subscription_count = COUNT_OF(subscriptions),
    .errands = errands,
    .errand_count = COUNT_OF(errands),
    .cases = &cases,
};
