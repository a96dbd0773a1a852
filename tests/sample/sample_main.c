/* sample_main.c - the command line of Kontora with the sample's services beside the real ones. */
#include "cli/cli.h"
#include "services/users/users.h"
#include "tests/sample/sample.h"

static const struct service *const services[] = {
    &users_service,  &shop_service,    &till_service,  &board_service,
    &office_service, &payroll_service, &steps_service, &corp_service,
};

static const struct cli_command *const commands[] = {
    &cli_serve, &cli_users,  &cli_dead,           &cli_case,    &cli_workflows,
    &cli_fsck,  &cli_doctor, &cli_config_command, &cli_openapi, &cli_asyncapi,
    &cli_key,   &cli_bench,  &cli_schema,
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
