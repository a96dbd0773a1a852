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
    const char *kind = cli_flag(line, "participant");
    struct text document =
        kind == NULL ? runtime_openapi(line->arena, line->services, line->service_count)
                     : runtime_openapi_part(line->arena, line->services, line->service_count,
                                            text_format(line->arena, "/flow/%s/", kind));
    if (document.data == NULL) {
        return cli_fail(EXIT_USAGE, "nobody comes in as \"%s\"", kind);
    }
    printf("%.*s\n", TEXT_ARGS(document));
    return EXIT_OK;
}

static const struct flag flags[] = {
    {"participant", "KIND", "Only what is below /flow/KIND, with the schemas it reaches"},
};

const struct cli_command cli_openapi = {
    .name = "openapi",
    .summary = "Print the description of the HTTP API (OpenAPI 3.1, JSON)",
    .help = "The same document as /openapi.json, generated from the tables that route.\n"
            "\n"
            "Example:\n"
            "  kontora openapi > openapi.json\n"
            "  kontora openapi --participant client > client.json",
    .flags = flags,
    .flag_count = COUNT_OF(flags),
    .takes_settings = true,
    .needs_workflows = true,
    .run = print_openapi,
};
