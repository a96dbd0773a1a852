/* definition.c - YAML to tree, tree to what was written, what was written to a workflow. */
#include "engine/definition/definition.h"

#include "base/must.h"
#include "engine/definition/resolve.h"

static const struct workflow *resolve(struct complaints *complaints,
                                      const struct written_workflow *written)
{
    struct workflow *workflow = ARENA_NEW(complaints->arena, struct workflow);
    struct resolver resolver = {
        .complaints = complaints,
        .arena = complaints->arena,
        .written = written,
        .workflow = workflow,
    };
    const struct written_label label = {written->workflow, written->ru, written->en};
    workflow->file = complaints->file;
    workflow->name = written->workflow.text;
    workflow->version = word_integer(written->version);
    workflow->steps_max = word_is_written(written->max_steps_without_waiting)
                              ? word_integer(written->max_steps_without_waiting)
                              : WORKFLOW_STEPS_MAX;
    workflow->label = resolve__label(&resolver, &label);
    resolve__fields(&resolver);
    resolve__places(&resolver);
    resolve__parties(&resolver);
    resolve__transitions(&resolver);
    return workflow;
}

enum status definition_read(struct arena *arena, struct text file, struct text yaml,
                            const struct workflow **workflow_out,
                            const struct complaints **complaints_out)
{
    MUST(arena_has_room(arena, DEFINITION_ARENA_BYTES));
    struct complaints *complaints = ARENA_NEW(arena, struct complaints);
    const struct workflow *workflow = NULL;
    complaints_init(complaints, arena, text_copy(arena, file));
    *complaints_out = complaints;
    const struct yaml_node *tree = yaml_tree_read(complaints, yaml);
    if (tree != NULL) {
        struct written_workflow *written = ARENA_NEW(arena, struct written_workflow);
        form_read(complaints, &written_workflow_form, tree, written);
        workflow = resolve(complaints, written);
    }
    complaints_sort(complaints);
    if (complaints->total > 0) {
        return STATUS_MALFORMED;
    }
    MUST(workflow != NULL);
    *workflow_out = workflow;
    return STATUS_OK;
}
