/* cli_schema.c - kontora schema: what may be written in a workflow, for editors. */
#include "cli/cli.h"
#include "engine/definition/definition.h"

#include <stdio.h>

static int print_schema(struct command_line *line)
{
    struct text schema = definition_schema(line->arena);
    printf("%.*s\n", TEXT_ARGS(schema));
    return EXIT_OK;
}

const struct cli_command cli_schema = {
    .name = "schema",
    .summary = "Print the JSON Schema of workflow files",
    .help = "For editors that complete and check while you type. In the first line of a workflow:\n"
            "  # yaml-language-server: $schema=workflow.schema.json\n"
            "\n"
            "Example:\n"
            "  kontora schema > workflow.schema.json",
    .run = print_schema,
};
