/* case_cross.h - a case moves to another version of its workflow, in the transaction of the call.
 *
 * It keeps its id, its places, its values and what is under way; its version and its revision are
 * new, history has a row for it, and what the new version does by itself follows at once. So it can
 * be done again after a crash: what has moved is of the new version and is not met again.
 */
#ifndef ENGINE_MIGRATION_CASE_CROSS_H
#define ENGINE_MIGRATION_CASE_CROSS_H

#include "engine/migration/crossing.h"
#include "runtime/call.h"

/* Of the case as the store has it. crossing->from is its recipe. */
NODISCARD enum status case_cross_plan(struct call *call, struct arena *arena,
                                      struct crossing *crossing, const struct case_record *record,
                                      struct crossing_plan *plan_out);

/* By the plan, which says that it moves. CONFLICT: somebody was faster. */
NODISCARD enum status case_cross(struct call *call, const struct crossing *crossing,
                                 const struct case_record *record,
                                 const struct crossing_plan *plan);

struct step;

/* The clocks of the case are those of its new version: what differs is set anew, from the time it
 * came where it is. Inside the room only. */
NODISCARD enum status case_cross_times(struct step *step, const struct crossing *crossing,
                                       const struct case_record *old);

#endif
