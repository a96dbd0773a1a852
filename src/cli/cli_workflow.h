/* cli_workflow.h - a workflow file as `check` and `draw` see it: read, made a net, and judged. */
#ifndef CLI_CLI_WORKFLOW_H
#define CLI_CLI_WORKFLOW_H

#include "cli/cli.h"
#include "engine/recipe/judged.h"

struct checked_workflow {
    struct text file;
    struct text trouble; /* why the file cannot be read; NO_TEXT: it could, and was judged */
    struct judged judged;
};

/* Everything that can be found out about the file, "-" being standard input. Which functions,
 * commands and events there are is not asked: nobody has said which service it is for. */
struct checked_workflow cli_check_workflow(struct arena *arena, const char *path);

/* The text of a file, or what hinders: "leave.yaml: Permission denied". */
struct text cli_read_workflow(struct arena *arena, const char *path, struct text *trouble_out);

#endif
