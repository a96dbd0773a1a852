/* awaited.h - is an answer still waited for? One rule for whoever answers by a work id: outside
 * workers at their doors, and services by case_answer().
 *
 * A result is good as long as the stage waits at this visit: whoever has it now, and also when it
 * has become an incident meanwhile, for the work is done and no person has decided otherwise. That
 * it has failed is no news of an incident.
 */
#ifndef ENGINE_STAGES_AWAITED_H
#define ENGINE_STAGES_AWAITED_H

#include "engine/run/stage.h"
#include "engine/stages/work_id.h"

struct awaited {
    int transition;
    struct stage_row row;
};

/* The step has been begun. ABSENT: it comes too late, or a second time. */
NODISCARD enum status stage_awaits(const struct step *step, const struct work_name *name,
                                   bool has_failed, struct awaited *awaited_out);

#endif
