/* cli_asyncapi.c - kontora asyncapi: what services tell each other, without a running server. */
#include "cli/cli.h"
#include "runtime/runtime.h"

#include <stdio.h>

static int print_asyncapi(struct command_line *line)
{
    struct text complaint = runtime_check(line->arena, line->services, line->service_count);
    if (complaint.data != NULL) {
        return cli_fail(EXIT_USAGE, "%.*s", TEXT_ARGS(complaint));
    }
    struct text document = runtime_asyncapi(line->arena, line->services, line->service_count);
    printf("%.*s\n", TEXT_ARGS(document));
    return EXIT_OK;
}

const struct cli_command cli_asyncapi = {
    .name = "asyncapi",
    .summary = "Print the description of events and commands (AsyncAPI 3.0, JSON)",
    .help = "The same document as /asyncapi.json, generated from the tables: who tells what to\n"
            "whom, and what stands in it.\n"
            "\n"
            "Example:\n"
            "  kontora asyncapi > asyncapi.json",
    .takes_settings = true,
    .needs_workflows = true,
    .run = print_asyncapi,
};
