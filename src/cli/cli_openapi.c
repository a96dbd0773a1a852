/* cli_openapi.c - kontora openapi: the description of the API, without a running server. */
#include "cli/cli.h"
#include "runtime/runtime.h"

#include <stdio.h>

static int print_openapi(struct command_line *line)
{
    struct text complaint = runtime_check(line->arena, line->services, line->service_count);
    if (complaint.data != NULL) {
        return cli_fail(EXIT_USAGE, "%.*s", TEXT_ARGS(complaint));
    }
    struct text document = runtime_openapi(line->arena, line->services, line->service_count);
    printf("%.*s\n", TEXT_ARGS(document));
    return EXIT_OK;
}

const struct cli_command cli_openapi = {
    .name = "openapi",
    .summary = "Print the description of the HTTP API (OpenAPI 3.1, JSON)",
    .help = "The same document as /openapi.json, generated from the tables that route.\n"
            "\n"
            "Example:\n"
            "  kontora openapi > openapi.json",
    .takes_settings = true,
    .needs_workflows = true,
    .run = print_openapi,
};
