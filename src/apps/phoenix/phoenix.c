/* phoenix.c - the service on one page: business customers are taken in. */
#include "apps/phoenix/phoenix.h"

#include "apps/phoenix/client_list.h"
#include "apps/phoenix/corp_client.h"
#include "apps/phoenix/provisioning.h"
#include "apps/phoenix/reminder.h"

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
    .is_front = true,
};

static const struct refusal *const list_refusals[] = {&clients_bad_cursor};
static const struct refusal *const get_refusals[] = {&clients_not_found};

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
};

const struct service phoenix_service = {
    .name = "phoenix",
    .purpose = "Business customers are taken in: their request, its moderation, their set-up",
    .migrations = phoenix_migrations,
    .migration_count = PHOENIX_MIGRATION_COUNT,
    .routes = routes,
    .route_count = COUNT_OF(routes),
    .cases = &cases,
};
