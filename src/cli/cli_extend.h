/* cli_extend.h - the services as they run: with what their workflows add to them. */
#ifndef CLI_CLI_EXTEND_H
#define CLI_CLI_EXTEND_H

#include "cli/cli.h"

/* Reads the directory of workflows and changes line->services; an exit code, and it has said why.
 * A file that is wrong is no reason to fail: its service says so itself. */
int cli_extend(struct command_line *line);

#endif
