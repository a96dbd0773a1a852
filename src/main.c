/* main.c - introduces everybody: the services there are, and the commands. */
#include "apps/casework/casework.h"
#include "apps/phoenix/phoenix.h"
#include "apps/popug/accounts/accounts.h"
#include "apps/popug/board/popug_board.h"
#include "apps/popug/payments/payments.h"
#include "cli/cli.h"
#include "services/audit/audit.h"
#include "services/gateway/gateway.h"
#include "services/iam/iam.h"
#include "services/notifications/notifications.h"
#include "services/sample/sample_service.h"
#include "services/users/users.h"
#include "services/webhooks/webhooks.h"

static const struct service *const services[] = {
    &users_service, &iam_service,      &gateway_service,  &notifications_service,
    &audit_service, &webhooks_service, &casework_service, &phoenix_service,
    &board_service, &accounts_service, &payments_service, &sample_service,
};

static const struct cli_command *const commands[] = {
    &cli_serve,     &cli_login,   &cli_setup,  &cli_users,          &cli_dead,    &cli_case,
    &cli_workflows, &cli_fsck,    &cli_doctor, &cli_config_command, &cli_openapi, &cli_asyncapi,
    &cli_key,       &cli_bench,   &cli_schema, &cli_check,          &cli_draw,    &cli_simulate,
    &cli_audit,     &cli_shuffle, &cli_sample,
};

int main(int argc, char **argv)
{
    const struct cli cli = {
        .commands = commands,
        .command_count = COUNT_OF(commands),
        .services = services,
        .service_count = COUNT_OF(services),
    };
    return cli_main(&cli, argc, argv);
}
