/* cli_workflow.h - a workflow file as `check` and `draw` see it: read, made a net, and judged. */
#ifndef CLI_CLI_WORKFLOW_H
#define CLI_CLI_WORKFLOW_H

#include "cli/cli.h"
#include "engine/definition/definition.h"
#include "engine/soundness/soundness.h"
#include "engine/workflow_net.h"

struct checked_workflow {
    struct text file;
    struct text trouble; /* why the file cannot be read; NO_TEXT: it could */
    const struct complaints *complaints;
    const struct workflow *workflow; /* NULL: the complaints say why */
    const struct workflow_net *made;
    struct soundness soundness;
};

/* Everything that can be found out about the file, "-" being standard input. */
struct checked_workflow cli_check_workflow(struct arena *arena, const char *path);

/* Where in the file the fault is; line 0: in no one place. */
struct spot cli_fault_spot(const struct checked_workflow *checked, const struct unsound *fault);

#endif
