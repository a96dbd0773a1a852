/* cli_workflows.h - what the files of `kontora workflows` share. */
#ifndef CLI_WORKFLOWS_CLI_WORKFLOWS_H
#define CLI_WORKFLOWS_CLI_WORKFLOWS_H

#include "base/json.h"
#include "cli/cli.h"

/* The letters of the member; "" when it is none, or null. */
struct text cli_workflows_text(const struct json *object, const char *name);

/* EXIT_OK and the service that has the workflow words[1] with this version; 0: whichever. */
int cli_workflows_find(struct command_line *line, int64_t version, const char **service_out);

/* The number behind a flag; 0 when it was not given. False: it has complained. */
bool cli_workflows_number(struct command_line *line, const char *flag, int64_t *number_out);

int cli_workflows_move(struct command_line *line);

#endif
