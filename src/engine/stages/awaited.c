/* awaited.c - is an answer still waited for? */
#include "engine/stages/awaited.h"

#include "base/fault.h"

static bool is_at_this_visit(const struct case_record *record, int transition,
                             const struct work_name *name)
{
    return transition != WORKFLOW_NOWHERE && record->is_waiting[transition] &&
           (record->visits[transition] == name->visit || SEEDED_BUG("result_of_old_visit_taken")) &&
           case_work_version(record, transition) == name->version;
}

enum status stage_awaits(const struct step *step, const struct work_name *name, bool has_failed,
                         struct awaited *awaited_out)
{
    const struct case_record *record = step->record;
    int transition = workflow_transition(record->recipe->workflow, name->stage);
    if (!is_at_this_visit(record, transition, name)) {
        return STATUS_ABSENT;
    }
    awaited_out->transition = transition;
    enum status status = stage_find(step->call->store, step->call->arena, record->id, name->stage,
                                    &awaited_out->row);
    if (status != STATUS_OK) {
        return status == STATUS_ABSENT ? STATUS_CORRUPT : status;
    }
    bool is_incident = text_equals(awaited_out->row.state, stage_incident);
    return is_incident && has_failed ? STATUS_ABSENT : STATUS_OK;
}
